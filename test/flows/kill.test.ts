// `kill -9` of a node at random moments of a bulk write, an import and a metadata apply: all or nothing, and the next node goes on.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, HttpClient, Json } from '../support/http-client.ts';
import { random } from '../support/random.ts';
import { expectConsistent, openKillScene, type KillScene } from './kill-scene.ts';

const kills = 20;
const chance = random();
let scene: KillScene;
let accounts: readonly string[];

beforeAll(async () => {
  scene = await openKillScene(chance);
  const records = Array.from({ length: 15 }, (_, i) => ({ name: `Account ${i}` }));
  const { json } = await scene.caller.post('/api/v1/records/account/bulk', { action: 'create', records });
  accounts = (json['results'] as readonly { readonly id: string }[]).map(({ id }) => id);
});
afterAll(() => scene.close());

/** So many kills, and as many again where too few of them came before the answer: most must, or they would show nothing. */
async function killing(once: (round: number) => Promise<void>): Promise<void> {
  const { cut, answered } = scene.tally;
  const isCutOff = (): boolean => scene.tally.cut - cut > scene.tally.answered - answered;
  for (let round = 0; round < kills || (!isCutOff() && round < 2 * kills); round += 1) await once(round);
  expect({ ...scene.tally, isCutOff: isCutOff() }).toMatchObject({ isCutOff: true });
}

async function count(where: string): Promise<number> {
  return Number((await scene.nodes.sql(`select count(*) as n from t_acme.${where}`))[0]?.['n']);
}

describe(`kill -9 during a bulk write (seed ${chance.seed})`, () => {
  const size = 500;
  const bulk = (caller: HttpClient, action: string, records: readonly Json[]): Promise<Answer> =>
    caller.post('/api/v1/records/opportunity/bulk', { action, records });

  const opportunity = (batch: number, i: number): Json => {
    const stage = ['won', 'lost', 'engaging'][i % 3];
    return {
      name: `Deal ${i}`,
      externalNumber: `${batch}-${i}`,
      account: accounts[(i * 7) % accounts.length],
      stage,
      amount: i,
      closeDate: `2026-${String(1 + (i % 12)).padStart(2, '0')}-01`,
    };
  };

  /** All or nothing, and all where the caller was told so. */
  async function expectWhole(answer: Answer | undefined, where: string): Promise<void> {
    const found = await count(`opportunity where ${where}`);
    expect([answer === undefined ? 0 : size, size]).toContain(found);
  }

  it('leaves all of it or nothing, with roll-ups, history and outbox to match, and keeps what was answered', async () => {
    let batch: readonly string[] = [];
    await killing(async (round) => {
      const kind = batch.length < size ? 'create' : chance.pick(['create', 'update', 'delete'] as const);
      const ids = batch.map((id) => ({ id }));
      if (kind === 'create') {
        const records = Array.from({ length: size }, (_, i) => opportunity(round, i));
        const { answer } = await scene.killDuring(kind, (caller) => bulk(caller, kind, records));
        await expectWhole(answer, `external_number like '${round}-%'`);
      } else if (kind === 'update') {
        const records = ids.map(({ id }, i) => ({
          id,
          nextStep: `round ${round}`,
          // What is won or lost may be opened again, and nothing else.
          stage: 'engaging',
          amount: i + 0.25 * round,
          probability: 0.3,
        }));
        const { answer } = await scene.killDuring(kind, (caller) => bulk(caller, kind, records));
        await expectWhole(answer, `next_step = 'round ${round}'`);
      } else {
        const deleted = await count('opportunity where deleted_at is not null');
        const { answer } = await scene.killDuring(kind, (caller) => bulk(caller, kind, ids));
        const more = (await count('opportunity where deleted_at is not null')) - deleted;
        expect([answer === undefined ? 0 : size, size]).toContain(more);
      }
      await expectConsistent(scene);
      const alive = await scene.nodes.sql('select id from t_acme.opportunity where deleted_at is null order by id desc limit $1', [size]);
      batch = alive.map(({ id }) => String(id));
    });
  }, 400_000);
});

describe(`kill -9 during an import (seed ${chance.seed})`, () => {
  const rows = 1030;
  const mapping = JSON.stringify({
    columns: { name: { field: 'name' }, parent: { field: 'parent', lookup: { by: 'name', deferred: true } } },
  });
  const fileOf = (round: number): string =>
    `name,parent\n${Array.from({ length: rows }, (_, i) => `${round}-${i},${round}-${(i + 1) % rows}\n`).join('')}`;

  /** The import of this round as its book has it. */
  async function book(round: number): Promise<{ readonly id: string; readonly created: number } | undefined> {
    const [last] = await scene.nodes.sql(
      "select id, (counts ->> 'created')::int as created from t_acme._import order by created_at desc, id desc limit 1 offset 0",
    );
    const all = await count('_import');
    return all <= round || last === undefined ? undefined : { id: String(last['id']), created: Number(last['created']) };
  }

  it('is gone on with from where its book says, to exactly the whole set', async () => {
    await killing(async (round) => {
      const csv = fileOf(round);
      const send = (resume: string | undefined) => (caller: HttpClient) =>
        caller.import('account', csv, resume === undefined ? { mapping } : { mapping, resume });
      let { answer } = await scene.killDuring('import', send(undefined));
      // Some are killed again as they go on.
      for (let again = chance.below(3); ; again -= 1) {
        const known = await book(round);
        // The rows that are there are those that the book has counted.
        expect(await count(`account where name like '${round}-%'`)).toBe(known?.created ?? 0);
        if (answer !== undefined) break;
        if (again === 2) answer = (await scene.killDuring('import', send(known?.id))).answer;
        else answer = await send(known?.id)(scene.caller);
      }
      expect(answer).toMatchObject({ status: 200, json: { status: 'done', read: rows, created: rows, refused: 0, rejects: [] } });
      const linked = `account c join t_acme.account p on p.id = c.parent_id and p.deleted_at is null
        where c.name like '${round}-%' and p.name = '${round}-' || (split_part(c.name, '-', 2)::int + 1) % ${rows}`;
      expect(await count(linked)).toBe(rows);
      expect(await count('_import_reject')).toBe(0);
    });
  }, 400_000);
});

describe(`kill -9 during an apply (seed ${chance.seed})`, () => {
  const label = (name: string): Json => ({ label: { en: name } });
  /** Fields of accounts, of which there are many by now, and other things that a tenant adds. */
  const steps: readonly Json[] = [
    { fields: { grade__c: { type: 'text', indexed: true, ...label('Grade') } } },
    { fields: { grade__c: { type: 'text', default: 'a', ...label('Grade') }, code__c: { type: 'text', unique: true, ...label('Code') } } },
    { fields: { mark__c: { type: 'text', renamedFrom: ['grade__c'], ...label('Mark') } } },
    {
      fields: {
        mark__c: { type: 'number', scale: 2, indexed: true, ...label('Mark') },
        peer__c: { type: 'lookup', to: 'account', ...label('Peer') },
      },
    },
    {
      fields: {
        mark__c: { type: 'text', ...label('Mark') },
        deals__c: { type: 'rollup', aggregate: { of: 'opportunities', function: 'count' }, ...label('Deals') },
      },
    },
    { fields: {} },
  ];

  async function versionInForce(): Promise<Json> {
    const [row] = await scene.nodes.sql(`
      select v.number, (select count(*)::int from tessera.version where tenant = 'acme') as count, v.model_hash = s.model as same,
        (select json_agg(l.content order by l.position)::text::jsonb from tessera.layer l where l.tenant = 'acme') = v.layers::text::jsonb as layers
      from tessera.version v cross join t_acme._state s where v.tenant = 'acme' order by v.number desc limit 1`);
    return row ?? {};
  }

  /** What a killed node left before or after its transaction is finished by the next one, beside its other work. */
  async function expectSoundTables(): Promise<void> {
    for (let waited = 0; waited < 30_000 && (await scene.nodes.sql('select from tessera.plan')).length > 0; waited += 20) await sleep(20);
    // Also that the layers in force make the Model of the state.
    expect(await scene.nodes.check()).toEqual({ tenant: 'acme', drift: [], problems: [] });
    const unfinished = `
      select c.conname::text as name from pg_constraint c where not c.convalidated and c.connamespace = 't_acme'::regnamespace
      union all select i.indexrelid::regclass::text from pg_index i join pg_class k on k.oid = i.indexrelid
        where not i.indisvalid and k.relnamespace = 't_acme'::regnamespace`;
    expect(await scene.nodes.sql(unfinished)).toEqual([]);
  }

  it('leaves the version before or the one after, tables and all', async () => {
    await scene.nodes.sql('analyze t_acme.account');
    await killing(async (round) => {
      const before = Number((await versionInForce())['number']);
      const content = { extends: 'account', ...steps[round % steps.length] };
      const own = {
        name: `round${round}__c`,
        plural: `rounds${round}__c`,
        label: { en: 'Round' },
        fields: { name: { type: 'text', ...label('Name') } },
      };
      const files = {
        'extensions/account.json': content,
        [`objects/round${round}__c.json`]: own,
        [`objects/round${round - 1}__c.json`]: null,
      };
      const { answer } = await scene.killDuring('apply', (caller) => caller.apply(files));
      const number = Number((await versionInForce())['number']);
      expect([answer === undefined ? before : before + 1, before + 1]).toContain(number);
      expect(await versionInForce()).toEqual({ number, count: number, same: true, layers: true });
      await expectSoundTables();
      // What was cut off can be applied now.
      expect(await scene.caller.apply(files)).toMatchObject({ status: 200, json: { version: before + 1 } });
      await expectSoundTables();
    });
    await expectConsistent(scene);
  }, 400_000);
});
