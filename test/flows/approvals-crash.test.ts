// `kill -9` of nodes, and of the database, while 200 approvals are handed in, decided, reminded and escalated: each ends once, as those who decided have decided.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../storage/cell-support.ts';
import type { Json } from '../support/http-client.ts';
import { random } from '../support/random.ts';
import { large, openApprovalCrashScene, reminderSeconds, type ApprovalCrashScene, type Deal, type Name } from './approvals-crash-scene.ts';
import { beDifficult, longestTakeovers, messageIdIn, workDone, type Row } from './crash-nodes.ts';

const chance = random();
const wanted = 200;
const kills = 5;
/** Deals are handed in by so many at once, each with a pause of up to so long after each, so that the kills fall among them. */
const writers = 4;
const pauseMs = 400;
/** Of a hundred decisions. */
const [rejections, slow] = [8, 12];
/** Acts of one person that are under way at once. */
const hands = 3;
const deciders = ['alice', 'bert', 'chief', 'boss'] as const;

interface Vote {
  readonly approval: string;
  readonly deal: string;
  readonly who: Name;
  readonly action: 'approve' | 'reject';
  /** As it was answered. */
  readonly status: string;
}

interface Task {
  readonly approval: string;
  readonly turn: string;
  readonly name: string;
  readonly askedAt: string;
}

let scene: ApprovalCrashScene;
/** Approvals by their deals, and votes, as they were answered. */
const begun = new Map<string, string>();
const votes: Vote[] = [];

beforeAll(async () => {
  scene = await openApprovalCrashScene(random(chance.seed), wanted);
}, 400_000);
afterAll(() => scene.close());

const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const rows = (text: string, values: readonly unknown[] = []): Promise<readonly Row[]> => scene.sql(text, values);

/** What somebody makes of a deal, whenever that is asked. */
const wishOf = (deal: string, who: Name, salt: number): number =>
  random(chance.seed + salt + 10 * Number(deal.slice(-3)) + deciders.findIndex((name) => name === who)).below(100);

async function handIn({ name, event, address, id = '' }: Deal): Promise<void> {
  const path = '/api/v1/records/deal__c';
  const key = `in-${name}`;
  const { status, json, headers, text } = await {
    create: () => scene.ask('clerk', { method: 'POST', path, key, body: { name, address, amount: large } }),
    update: () => scene.ask('clerk', { method: 'PATCH', path: `${path}/${id}`, key, body: { amount: large } }),
    submit: () => scene.ask('clerk', { method: 'POST', path: `${path}/${id}/approval`, key, body: {} }),
  }[event]();
  if (status !== (event === 'update' ? 202 : 201)) throw new Error(`${event} ${name}: ${text}`);
  const { approval } = json as { readonly approval?: string | { readonly id: string } };
  const linked = /approvals\/([^>]+)>/.exec(String(headers['link']))?.[1];
  begun.set(name, (typeof approval === 'string' ? approval : approval?.id) ?? linked ?? 'none');
}

async function handAllIn(): Promise<void> {
  const pace = random(chance.seed + 2);
  await Promise.all(
    Array.from({ length: writers }, async (_, at) => {
      for (const deal of scene.deals.filter((_deal, i) => i % writers === at)) {
        await handIn(deal);
        await sleep(pace.below(pauseMs));
      }
    }),
  );
}

/** Somebody slow waits to be reminded; the chief until the boss is asked instead. */
function isReady(who: Name, { name, askedAt }: Task): boolean {
  if (wishOf(name, who, 20_000) >= slow) return true;
  return who !== 'chief' && Date.now() - Date.parse(askedAt) > (reminderSeconds + 0.5) * 1_000;
}

/** Of what somebody sees and what he does another may have been quicker. */
const late = new Set(['APPROVAL_ENDED', 'APPROVAL_NOT_ASKED', 'APPROVAL_STALE']);

async function decide(who: Name, { approval, turn, name }: Task): Promise<void> {
  const action = wishOf(name, who, 10_000) < rejections ? 'reject' : 'approve';
  const { status, json, text } = await scene.ask(who, {
    method: 'POST',
    path: `/api/v1/approvals/${approval}/${action}`,
    body: { turn, comment: `${who} ${name}` },
    key: `${approval}-${turn}`,
  });
  const said = json as { readonly status?: unknown; readonly code?: unknown };
  if (status === 200) votes.push({ approval, deal: name, who, action, status: String(said.status) });
  else if (!late.has(String(said.code))) throw new Error(`${who} ${action} ${name}: ${text}`);
}

async function toDo(who: Name): Promise<readonly Task[]> {
  const is = (name: string, value: string): Json => ({ '==': [{ var: name }, value] });
  const filter = { and: [is('assignee', scene.persons[who].id), is('kind', 'approve'), is('state', 'open')] };
  const query = new URLSearchParams({ filter: JSON.stringify(filter), fields: 'approval,turn,name,askedAt', first: '50' });
  const { status, json, text } = await scene.ask(who, { method: 'GET', path: `/api/v1/records/approvalTask?${query.toString()}` });
  if (status !== 200) throw new Error(text);
  return (json as { readonly records: readonly Task[] }).records;
}

async function decideAll(who: Name, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const ready = (await toDo(who)).filter((task) => isReady(who, task)).slice(0, 4 * hands);
    const hand = async (_: unknown, at: number): Promise<void> => {
      for (const task of ready.filter((_task, i) => i % hands === at)) await decide(who, task);
    };
    await Promise.all(Array.from({ length: hands }, hand));
    await sleep(100);
  }
}

/** Of one moment: deals that are locked although nothing is pending, or the other way round. */
const wrongLocks = `select d.name from $schema.deal__c d
  where (d.locked_by_id is not null) <> exists (select from $schema._approval a where a.record_id = d.id and a.ended_at is null)`;

async function kill(isOver: () => boolean): Promise<void> {
  for (let i = 0; i < kills && !isOver(); i += 1) {
    await sleep(500 + chance.below(2_000));
    await scene.replace(chance.below(2));
    expect(await rows(wrongLocks)).toEqual([]);
    if (i !== Math.floor(kills / 2)) continue;
    await sleep(chance.below(500));
    await scene.crashDatabase();
  }
}

async function allEnded(): Promise<boolean> {
  const [found] = await rows(
    `select count(*)::int as n, count(*) filter (where ended_at is null)::int as open,
       (select count(*) from $schema._timer where kind <> 'schedule')::int as timers from $schema._approval`,
  );
  return Number(found?.['n']) >= wanted && found?.['open'] === 0 && found['timers'] === 0 && (await workDone(scene));
}

/** Seconds from a kill to the time-outs that were due just then, at most: the first of a turn. */
async function longestTimeout(): Promise<number> {
  const [found] = await rows(
    `select max(extract(epoch from t.at - k.at))::float8 as seconds
       from (select min(d.at) as at, max(a.asked_at) + make_interval(secs => $2) as due
         from $schema.deal_approval_decision__c d join $schema.approval_task a
           on a.approval = d.approval_id::text and a.assignee_id = d.in_name_of_id and a.kind = 'approve'
         where d.because = 'timeout' group by d.approval_id, d.in_name_of_id) t
       join (select to_timestamp(unnest($1::float8[]) / 1000)) k(at) on k.at between t.due and t.at`,
    [scene.kills, reminderSeconds],
  );
  return Number(found?.['seconds'] ?? 0);
}

/** By deal: as the votes have it that were answered. */
function outcomes(): ReadonlyMap<string, string> {
  const byDeal = Map.groupBy(votes, ({ deal }) => deal);
  return new Map(
    scene.deals.map(({ name }) => {
      const cast = byDeal.get(name) ?? [];
      const against = cast.filter(({ action }) => action === 'reject').length;
      const said = cast.map(({ who }) => (who === 'boss' ? 'chief' : who)).sort();
      if (against === 1) return [name, 'rejected'];
      return [
        name,
        against === 0 && said.join() === 'alice,bert,chief' ? 'approved' : `decided by ${said.join()}, ${String(against)} against`,
      ];
    }),
  );
}

const sorted = (lines: Iterable<unknown>): readonly string[] => [...lines].map(String).sort();

describe(`approvals whose nodes and whose database are killed (seed ${String(chance.seed)})`, () => {
  it('come to their ends, all of them', async () => {
    beDifficult(scene, random(chance.seed + 1));
    const began = performance.now();
    let over = false;
    const deciding = deciders.map((who) => decideAll(who, () => over));
    try {
      const ended = Promise.all([handAllIn(), kill(() => over)]).then(() =>
        until('all to be decided', async () => over || (await allEnded()), 400_000),
      );
      await Promise.race([ended, Promise.all(deciding)]);
    } finally {
      over = true;
    }
    await Promise.all(deciding);
    const seconds = (performance.now() - began) / 1_000;
    say(
      `${String(wanted)} approvals, ${String(votes.length)} votes, ${String(scene.kills.length)} kills: done after ${seconds.toFixed(1)} s`,
    );
    const { steps, effects } = await longestTakeovers(scene, 0);
    const timeouts = await longestTimeout();
    say(
      `what was due at a kill was done so much later at the latest: time-outs ${timeouts.toFixed(1)} s, steps, with the answers that they wait for, ${steps.toFixed(1)} s, effects ${effects.toFixed(1)} s; requests sent again: ${String(scene.again.times)}, ${scene.again.longest.toFixed(1)} s at the longest`,
    );
    // Else no kill has hit anything.
    expect(timeouts + steps + effects).toBeGreaterThan(0);
    expect(await rows("select state, count(*)::int as n from $schema._run where state <> 'done' group by state")).toEqual([]);
    expect(await rows("select state, count(*)::int as n from $schema._effect where state <> 'sent' group by state")).toEqual([]);
    expect(await rows("select count(*)::int as n from pgboss.job where name = 'dead'")).toEqual([{ n: 0 }]);
  }, 700_000);

  it('have each the one outcome that the votes come to, and were answered so', async () => {
    const found = await rows('select d.name, a.id, a.status from $schema._approval a left join $schema.deal__c d on d.id = a.record_id');
    const expected = outcomes();
    expect(sorted(found.map(({ name, id, status }) => `${String(name)} ${String(id)} ${String(status)}`))).toEqual(
      sorted(scene.deals.map(({ name }) => `${name} ${String(begun.get(name))} ${String(expected.get(name))}`)),
    );
    expect(new Set(expected.values())).toEqual(new Set(['approved', 'rejected']));
    const ending = votes.filter(({ status }) => status !== 'running');
    expect(sorted(ending.map(({ deal, status }) => `${deal} ${status}`))).toEqual(sorted([...expected].map((one) => one.join(' '))));
  });

  it('have lost no vote and counted none twice', async () => {
    const kept = await rows(
      "select d.approval_id, u.name, d.action, d.comment from $schema.deal_approval_decision__c d left join $schema.user u on u.id = d.person_id where d.action in ('approved', 'rejected')",
    );
    const lines = kept.map(({ approval_id: approval, name, action, comment }) => [approval, name, action, comment].join(' '));
    const answered = votes.map(
      ({ approval, who, action, deal }) => `${approval} ${who} ${action}${action === 'reject' ? 'ed' : 'd'} ${who} ${deal}`,
    );
    expect(sorted(lines)).toEqual(sorted(answered));
    const once = `select approval_id, action, step, person_id, in_name_of_id, count(*) from $schema.deal_approval_decision__c
      where action <> 'reminded' group by 1, 2, 3, 4, 5 having count(*) > 1`;
    expect(await rows(once)).toEqual([]);
    const submitted = await rows("select approval_id as id from $schema.deal_approval_decision__c where action = 'submitted'");
    expect(sorted(submitted.map(({ id }) => id))).toEqual(sorted(begun.values()));
  });

  it('have left no lock and no open task, and have written what was approved', async () => {
    expect(await rows('select name from $schema.deal__c where locked_by_id is not null')).toEqual([]);
    expect(await rows("select name, kind from $schema.approval_task where state = 'open'")).toEqual([]);
    const expected = outcomes();
    const stand = await rows('select name, amount::int, life_status, wins::int, losses::int from $schema.deal__c');
    const wished = scene.deals.map(({ name, event }) => {
      const won = expected.get(name) === 'approved';
      const amount = event === 'create' || (event === 'update' && won) ? large : 10;
      return [name, amount, event === 'create' && !won ? 'draft' : 'normal', won ? 1 : 0, won ? 0 : 1].join(' ');
    });
    expect(sorted(stand.map((row) => Object.values(row).join(' ')))).toEqual(sorted(wished));
  });

  it('have told receivers of what both checkers approved, each under one key, and gone on once', async () => {
    const checked = Map.groupBy(
      votes.filter(({ who, action }) => action === 'approve' && (who === 'alice' || who === 'bert')),
      ({ deal }) => deal,
    );
    const names = sorted([...checked].flatMap(([deal, { length }]) => (length === 2 ? [deal] : [])));
    const effects = await rows(
      "select e.key, d.name from $schema._effect e join $schema.deal__c d on d.id = e.record_id where e.kind = 'webhook'",
    );
    expect(sorted(effects.map(({ name }) => name))).toEqual(names);
    const received = scene.hooks.flatMap((hook) => hook.received);
    const told = new Set(received.map(({ id, body }) => `${id} ${body}`));
    expect(sorted(told)).toEqual(sorted(effects.map(({ key, name }) => `${String(key)} ${JSON.stringify({ deal: name })}`)));
    expect(sorted((await rows('select name from $schema.parcel__c where status = 204')).map(({ name }) => name))).toEqual(names);
    const accepted = scene.hooks.flatMap((hook) => hook.accepted);
    say(`webhooks taken more than once: ${String(accepted.length - new Set(accepted).size)}`);
  });

  it('have told everybody of each thing once', async () => {
    const due = await rows(
      `select 'To approve: ' || d.name || ' ' || u.email as line
         from $schema.approval_task t join $schema.deal__c d on d.id::text = t.about_id join $schema.user u on u.id = t.assignee_id
         where t.kind = 'approve'
       union all select 'Reminder, to approve: ' || d.name || ' ' || u.email
         from $schema.deal_approval_decision__c r join $schema.deal__c d on d.id = r.record_id join $schema.user u on u.id = r.in_name_of_id
         where r.action = 'reminded'
       union all select initcap(a.status) || ': ' || d.name || ' clerk@acme.example'
         from $schema._approval a join $schema.deal__c d on d.id = a.record_id`,
    );
    const expected = sorted(due.map(({ line }) => line));
    const inApp = await rows('select n.name, u.email from $schema.notification n join $schema.user u on u.id = n.receiver_id');
    expect(sorted(inApp.map(({ name, email }) => `${String(name)} ${String(email)}`))).toEqual(expected);
    const subjectIn = (content: string): string => /^Subject: (.*?)\r?$/im.exec(content)?.[1] ?? '';
    const mails = new Map(scene.smtp.mails.map(({ to, content }) => [messageIdIn(content), `${subjectIn(content)} ${to.join()}`]));
    expect(sorted(mails.values())).toEqual(expected);
    const reminders = expected.filter((line) => line.startsWith('Reminder')).length;
    say(
      `mails: ${String(expected.length)}, of which reminders ${String(reminders)}; sent more than once: ${String(scene.smtp.mails.length - mails.size)}`,
    );
    const [escalated] = await rows(
      "select count(*)::int as n from $schema.deal_approval_decision__c where because = 'timeout' and action = 'transferred'",
    );
    expect([reminders > 0, Number(escalated?.['n']) > 0]).toEqual([true, true]);
  });
});
