// `kill -9` of nodes and a crash of the database while 200 automations wait, post and mail: each does all of its work, and each part once.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../storage/cell-support.ts';
import { random } from '../support/random.ts';
import { beDifficult, longestTakeovers, messageIdIn, workDone, type Row } from './crash-nodes.ts';
import { openCrashScene, waitSeconds, type CrashScene } from './crash-scene.ts';

const chance = random();
const orders = 200;
/** Of nodes; the crash of the database comes in the middle of them. */
const kills = 6;
/** Orders are sent by so many at once, each with a pause of up to so long after each, so that the kills fall among them. */
const writers = 4;
const pauseMs = 400;
const names = Array.from({ length: orders }, (_, i) => `order-${String(i).padStart(3, '0')}`);

let scene: CrashScene;

beforeAll(async () => {
  scene = await openCrashScene(random(chance.seed));
}, 400_000);
afterAll(() => scene.close());

const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const rows = (text: string): Promise<readonly Row[]> => scene.sql(text);

async function write(): Promise<void> {
  const pace = random(chance.seed + 2);
  await Promise.all(
    Array.from({ length: writers }, async (_, at) => {
      for (let i = at; i < orders; i += writers) {
        await scene.order(names[i] ?? '', scene.hooks[i % scene.hooks.length]?.url ?? '');
        await sleep(pace.below(pauseMs));
      }
    }),
  );
}

async function kill(): Promise<void> {
  for (let i = 0; i < kills; i += 1) {
    await sleep(300 + chance.below(1_500));
    await scene.replace(chance.below(2));
    if (i !== kills / 2 - 1) continue;
    await sleep(chance.below(500));
    await scene.crashDatabase();
  }
}

const orderIn = (content: string): string => /Shipped: (order-\d+)/.exec(content)?.[1] ?? '';

describe(`automations whose nodes and whose database are killed (seed ${chance.seed})`, () => {
  it('come to their ends, all of them', async () => {
    beDifficult(scene, random(chance.seed + 1));
    const began = performance.now();
    await Promise.all([write(), kill()]);
    await until('all to be done', () => workDone(scene), 300_000);
    const seconds = (performance.now() - began) / 1_000;
    say(`${String(orders)} automations, ${String(scene.kills.length)} kills: done after ${seconds.toFixed(1)} s`);
    const { steps, effects } = await longestTakeovers(scene, waitSeconds);
    say(`what was due at a kill was done so much later at the latest: steps ${steps.toFixed(1)} s, effects ${effects.toFixed(1)} s`);
    // Else no kill has hit anything.
    expect(steps + effects).toBeGreaterThan(0);
    expect(await rows('select state, count(*)::int as n from $schema._run group by state')).toEqual([{ state: 'done', n: orders }]);
    expect(await rows('select state, count(*)::int as n from $schema._effect group by state')).toEqual([{ state: 'sent', n: 2 * orders }]);
    expect(await rows("select key from $schema._timer where kind <> 'schedule'")).toEqual([]);
    expect(await rows("select count(*)::int as n from pgboss.job where name = 'dead'")).toEqual([{ n: 0 }]);
  }, 600_000);

  it('have done each step once', async () => {
    const wrong = `select o.name, o.turns, o.version, count(p.id) as parcels from $schema.order__c o left join $schema.parcel__c p on p.order_id = o.id
      group by o.id having (count(p.id), o.turns, o.version) <> (1, 1, 2) or o.parcel_id is distinct from (min(p.id::text))::uuid`;
    expect(await rows(wrong)).toEqual([]);
    expect((await rows('select name from $schema.order__c order by name')).map(({ name }) => name)).toEqual(names);
    expect(await rows('select count(*)::int as n from $schema.parcel__c')).toEqual([{ n: orders }]);
    const twice = `select run_id, path, state from $schema._run_step group by run_id, path, state having count(*) > 1`;
    expect(await rows(twice)).toEqual([]);
    const steps = `select path, count(*)::int as n from $schema._run_step where state = 'done' group by path order by path`;
    expect(await rows(steps)).toEqual(['mail', 'mark', 'pack', 'post', 'rest'].map((path) => ({ path, n: orders })));
  });

  it('have told their receivers, each under one key', async () => {
    const effects = await rows(`select e.kind, e.key, o.name from $schema._effect e join $schema.order__c o on o.id = e.record_id`);
    const posted = effects.filter(({ kind }) => kind === 'webhook');
    const received = scene.hooks.flatMap((hook) => hook.received);
    const told = new Set(received.map(({ id, body }) => `${id} ${body}`));
    expect([...told].sort()).toEqual(posted.map(({ key, name }) => `${String(key)} ${JSON.stringify({ order: name })}`).sort());
    expect(new Set(posted.map(({ name }) => name)).size).toBe(orders);
    const accepted = scene.hooks.flatMap((hook) => hook.accepted);
    expect(new Set(accepted).size).toBe(orders);
    say(`webhooks taken more than once: ${String(accepted.length - orders)}; mails: ${String(scene.smtp.mails.length - orders)}`);
  });

  it('have mailed of each order, under one Message-ID', () => {
    const mails = new Set(scene.smtp.mails.map(({ content }) => `${orderIn(content)} ${messageIdIn(content)}`));
    expect([...mails].map((mail) => mail.split(' ')[0]).sort()).toEqual(names);
    expect(new Set([...mails].map((mail) => mail.split(' ')[1])).size).toBe(orders);
  });
});
