// Metadata are applied while sixteen clients read and write and an export runs: nobody waits a second longer than those of another tenant.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockTenantShared, openCell, tenantSchema, type Cell, type TenantDatabase, type Transaction } from '@tessera/storage';
import {
  applyDdl,
  createIndexes,
  drift,
  planDdl,
  prepareDdl,
  readPhysical,
  runDdlChecks,
  validateConstraints,
} from '../../packages/storage/src/ddl/index.ts';
import { ddlModel, numeric, text, type DdlField } from '../support/ddl-model.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { Scene } from './ddl-scene.ts';

const rowCount = 60_000;
const clients = 16;

let database: TestDatabase;
let cell: Cell;
let owner: Scene;
beforeAll(async () => {
  database = await testDatabase();
  cell = await openCell({ url: database.url, log: silentLogger, poolSize: clients + 4 });
  await cell.createTenant('busy');
  await cell.createTenant('calm');
  owner = await Scene.open(database.url);
});
afterAll(async () => {
  await owner.close();
  await cell.close();
  await database.drop();
});

const schema = tenantSchema('busy');

async function apply(from: Model | undefined, to: Model): Promise<void> {
  const door = {
    query: (statement: Statement) => owner.query(statement),
    administer: <T>(work: (transaction: Transaction) => Promise<T>) => cell.administer('busy', work),
  };
  const planned = async () => planDdl(from, to, { schema, existing: await readPhysical(owner, schema) });
  await prepareDdl(door, await planned());
  const plan = await cell.administer('busy', async (transaction) => {
    const made = await planned();
    expect(await runDdlChecks(transaction, made)).toEqual([]);
    await applyDdl(transaction, made);
    return made;
  });
  await validateConstraints(owner, plan);
  await createIndexes(owner, plan);
  expect(await drift(owner, to, schema)).toEqual([]);
}

/** The longest wait of each kind of client, in milliseconds. */
class Stalls {
  readonly longest = new Map<string, number>();
  count = 0;

  async time(kind: string, work: () => Promise<unknown>): Promise<void> {
    const start = performance.now();
    await work();
    this.count += 1;
    this.longest.set(kind, Math.max(this.longest.get(kind) ?? 0, performance.now() - start));
  }
}

async function read(door: TenantDatabase, id: string): Promise<void> {
  await door.query(
    toStatement(
      sql`select o.name, a.name as account from t_busy.opportunity o left join t_busy.account a on a.id = o.account_id where o.id = ${id}::uuid`,
    ),
  );
}

/** What a client waits for where nothing is changed: machine, pool and log. */
async function pass(door: TenantDatabase): Promise<void> {
  await door.transaction(async (transaction) => {
    await lockTenantShared(transaction);
    await transaction.query(toStatement(sql`update t_calm.pulse set n = n + 1`));
  });
}

async function write(door: TenantDatabase, id: string): Promise<void> {
  await door.transaction(async (transaction) => {
    await lockTenantShared(transaction);
    await transaction.query(
      toStatement(sql`update t_busy.opportunity set name = name || 'x', version = version + 1 where id = ${id}::uuid`),
    );
  });
}

async function exportAll(door: TenantDatabase): Promise<void> {
  let last = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { rows } = await door.query(
      toStatement(sql`select id, name from t_busy.opportunity where id > ${last}::uuid order by id limit 1000`),
    );
    if (rows.length === 0) return;
    last = String(rows.at(-1)?.['id']);
  }
}

const idOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

function model(fields: Readonly<Record<string, DdlField>>, more: Parameters<typeof ddlModel>[0] = {}): Model {
  return ddlModel({
    account: {},
    opportunity: { fields: { account: { column: 'lookup', to: ['account'] }, ...fields } },
    ...more,
  });
}

const base: Readonly<Record<string, DdlField>> = { amount: { column: numeric() }, stage: { column: text }, size: { column: text } };

/** Each is applied after the one before. */
const versions: Readonly<Record<string, Model>> = {
  'new fields and objects': model(
    { ...base, active: { column: { kind: 'boolean' } }, note: { column: text, required: true, default: 'none' } },
    { visit: { fields: { of: { column: 'lookup', to: ['opportunity'] } } } },
  ),
  'index, unique, required': model({
    ...base,
    amount: { column: numeric(), indexed: true, required: true },
    size: { column: text, unique: true },
  }),
  rename: model({ ...base, value: { column: numeric(), renamedFrom: ['amount'] }, amount: { column: text } }),
  'change of type': model({ ...base, size: { column: numeric() } }),
};

async function fill(): Promise<void> {
  const run = (statement: Sql): Promise<unknown> => owner.run(statement);
  await cell.administer('calm', (transaction) => transaction.query(toStatement(sql`create table t_calm.pulse as select 1 as n`)));
  await run(
    sql`insert into t_busy.account (id, name) select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'account ' || n from generate_series(1, 100) n`,
  );
  await run(sql`insert into t_busy.opportunity (id, name, account_id, amount, stage, size)
    select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'opportunity ' || n, ('00000000-0000-7000-8000-' || lpad((n % 100 + 1)::text, 12, '0'))::uuid,
           n, 'open', n::text from generate_series(1, ${rowCount}::integer) n`);
}

describe('applying metadata under load', () => {
  it('holds up none of sixteen clients for a second longer than those of another tenant, or for a third of a slow change', async () => {
    let current = model(base);
    await apply(undefined, current);
    await fill();
    const report: string[] = [];
    for (const [what, next] of Object.entries(versions)) {
      const stalls = new Stalls();
      const end = new AbortController();
      const door = cell.tenant('busy');
      const load = Array.from({ length: clients }, async (_, client) => {
        for (let n = 1; !end.signal.aborted; n += 1) {
          const id = idOf(((client * 7919 + n * 104_729) % rowCount) + 1);
          if (client % 4 === 0) await stalls.time('write', () => write(door, id));
          else await stalls.time('read', () => read(door, id));
        }
      });
      const calm = new Stalls();
      const watching = Array.from({ length: 2 }, async () => {
        while (!end.signal.aborted) await calm.time('calm', () => pass(cell.tenant('calm')));
      });
      const exporting = (async () => {
        while (!end.signal.aborted) await exportAll(door);
      })();
      await sleep(300);
      const start = performance.now();
      await apply(current, next);
      const took = performance.now() - start;
      await sleep(200);
      end.abort();
      await Promise.all([...load, ...watching, exporting]);
      current = next;
      const most = Math.max(1_000, took / 3) + (calm.longest.get('calm') ?? 0);
      const waits = [...stalls.longest, ...calm.longest].map(([kind, ms]) => `${kind} ${ms.toFixed(0)} ms`).join(', ');
      report.push(`${what}: ${took.toFixed(0)} ms, ${stalls.count} requests; longest ${waits}`);
      for (const ms of stalls.longest.values()) expect([what, ms < most, ms]).toEqual([what, true, ms]);
    }
    process.stderr.write(`${report.join('\n')}\n`);
  }, 400_000);
});
