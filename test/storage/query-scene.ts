// A small tenant for tests of the query compiler: a model, its tables filled by a seed, and the same rows as plain JavaScript.
import { bind, ident, join, sql, toStatement, type Sql } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { PathExpression } from '@tessera/rules';
import pg from 'pg';
import { compileRead, cursorPads, cursorSlots, type RootQuery } from '../../packages/storage/src/query/index.ts';
import {
  call,
  childrenAggregate,
  literal,
  modelOf,
  pathOf,
  tableStatements,
  type FieldSpec,
  type ObjectSpec,
} from '../support/model-fixture.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';

export const schema = 't_scene';
export const pads = cursorPads(Buffer.from('a secret of this test'));
export const context = 'acme/anna';

const number = { kind: 'number' } as const;
const text = { kind: 'text' } as const;

/** The objects; computed fields need paths of the model without them. */
function objects(computed: {
  readonly account: ObjectSpec['fields'];
  readonly opportunity: ObjectSpec['fields'];
}): Readonly<Record<string, ObjectSpec>> {
  const of = (object: string, by: string): { readonly object: string; readonly by: string } => ({ object, by });
  return {
    user: { fields: { email: { type: 'email' } } },
    account: {
      fields: {
        industry: { type: 'picklist', options: ['saas', 'retail', 'it"s'] },
        parent: { type: 'lookup', to: ['account'] },
        since: { type: 'date' },
        ...computed.account,
      },
      relations: { opportunities: of('opportunity', 'account'), mentions: of('opportunity', 'about'), contacts: of('contact', 'account') },
    },
    contact: { fields: { account: { type: 'lookup', to: ['account'] }, email: { type: 'email' } } },
    opportunity: {
      fields: {
        account: { type: 'lookup', to: ['account'] },
        about: { type: 'lookup', to: ['account', 'contact'] },
        amount: { type: 'currency' },
        precise: { type: 'number', wire: 'decimal' },
        closeDate: { type: 'date' },
        closedAt: { type: 'datetime' },
        startsAt: { type: 'time' },
        stage: { type: 'picklist', options: ['open', 'won', 'lost'] },
        tags: { type: 'multiPicklist', options: ['a', 'b', 'ü'] },
        active: { type: 'boolean' },
        extra: { type: 'json' },
        token: { type: 'secret' },
        file: { type: 'file' },
        ...computed.opportunity,
      },
      keys: { byName: { name: 'byName', fields: ['name'], unique: true, where: undefined, message: undefined } },
    },
  };
}

const stored = modelOf(objects({ account: {}, opportunity: {} }));
const path = (name: string, frame = 0): PathExpression => pathOf(stored, 'opportunity', name, frame);
const rollup = (rest: Parameters<typeof childrenAggregate>[3]): Pick<FieldSpec, 'type' | 'ruleType' | 'rollup'> => ({
  type: 'rollup',
  ruleType: number,
  rollup: { upkeep: 'live', aggregate: childrenAggregate(stored, 'account', 'opportunities', rest) },
});
const quote = (name: string): FieldSpec => ({ type: 'quote', ruleType: text, wire: 'text', quote: { path: path(name) } });

export const model: Model = modelOf(
  objects({
    account: {
      openCount: { ...rollup({ function: 'count', where: call('==', path('stage', 1), literal(text, 'open')) }), wire: 'number' },
      total: { ...rollup({ function: 'sum', value: path('amount', 1) }), wire: 'decimal' },
    },
    opportunity: {
      doubled: {
        type: 'formula',
        ruleType: number,
        wire: 'decimal',
        formula: { live: false, expression: call('*', path('amount'), literal(number, '2')) },
      },
      accountName: quote('account.name'),
      parentName: quote('account.parent.name'),
    },
  }),
);

/** Seeded, so that a failure can be seen again (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** Ids in an order that has nothing to do with the rows' own. */
export function idOf(table: number, n: number): string {
  const mixed = (Math.imul(n + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  return `${mixed}-0000-7000-8000-${table.toString(16)}${n.toString(16).padStart(11, '0')}`;
}

export interface Opportunity {
  readonly id: string;
  readonly name: string | null;
  readonly account_id: string | null;
  readonly about_account_id: string | null;
  readonly about_contact_id: string | null;
  readonly amount: string | null;
  readonly precise: string | null;
  readonly close_date: string | null;
  readonly closed_at: string | null;
  readonly starts_at: string | null;
  readonly stage: string | null;
  readonly tags: readonly string[] | null;
  readonly active: boolean | null;
  readonly extra: string | null;
  readonly token: string;
  readonly deleted_at: string | null;
  readonly life_status: string;
}

export interface Account {
  readonly id: string;
  readonly name: string | null;
  readonly industry: string | null;
  readonly parent_id: string | null;
  readonly since: string | null;
  readonly deleted_at: string | null;
}

export interface Contact {
  readonly id: string;
  readonly name: string;
  readonly account_id: string | null;
  readonly email: string | null;
}

const names = [
  'Zebra',
  'apfel',
  'Äpfel',
  'apple',
  'Apple',
  'straße',
  '客户',
  '张三',
  '安徽',
  "O'Neil",
  'back\\slash',
  '"quoted"',
  'tab\tnew\nline',
  '',
  'é',
  'x y',
];

export function makeOpportunity(random: () => number, n: number, accounts: readonly Account[], contacts: readonly Contact[]): Opportunity {
  const maybe = <T>(value: T): T | null => (random() < 0.2 ? null : value);
  const about = random();
  return {
    id: idOf(3, n),
    name: maybe(pick(random, names)),
    account_id: maybe(pick(random, accounts).id),
    about_account_id: about < 0.3 ? pick(random, accounts).id : null,
    about_contact_id: about > 0.6 ? pick(random, contacts).id : null,
    amount: maybe(pick(random, ['0', '10.50', '10.50', '99.99', '-3', '1000000', '12'])),
    precise: maybe(pick(random, ['0.1000', '12345678901234567890.1234', '-7', '0.30'])),
    close_date: maybe(pick(random, ['2026-01-31', '2026-02-01', '2026-02-28', '2025-12-31', '0099-05-05'])),
    closed_at: maybe(
      pick(random, ['2026-03-29T00:30:00.123Z', '2026-03-29T22:30:00.000Z', '2026-03-31T22:00:00.000Z', '2025-12-31T23:59:59.999Z']),
    ),
    starts_at: maybe(pick(random, ['08:00:00', '23:59:59'])),
    stage: maybe(pick(random, ['open', 'won', 'lost'])),
    tags: maybe(pick(random, [[], ['a'], ['a', 'ü'], ['b']])),
    active: maybe(random() < 0.5),
    extra: maybe(JSON.stringify({ n, text: 'a"b' })),
    token: 'do not tell',
    deleted_at: random() < 0.1 ? '2026-01-01T00:00:00Z' : null,
    life_status: random() < 0.15 ? 'void' : 'normal',
  };
}

export interface Rows {
  readonly accounts: readonly Account[];
  readonly contacts: readonly Contact[];
  readonly opportunities: readonly Opportunity[];
}

export function makeRows(seed: number, count: number): Rows {
  const random = randomSource(seed);
  const ids = Array.from({ length: 12 }, (_, n) => idOf(1, n));
  const accounts = ids.map((id, n): Account => ({
    id,
    name: random() < 0.1 ? null : `${pick(random, names)} ${String(n)}`,
    industry: random() < 0.2 ? null : pick(random, ['saas', 'retail', 'it"s']),
    parent_id: n === 0 ? null : (ids[Math.floor(random() * n)] ?? null),
    since: random() < 0.3 ? null : `20${String(10 + n)}-06-01`,
    deleted_at: n === 5 ? '2026-01-01T00:00:00Z' : null,
  }));
  const contacts = Array.from({ length: 10 }, (_, n): Contact => ({
    id: idOf(2, n),
    name: `Contact ${String(n)}`,
    account_id: pick(random, ids),
    email: n % 3 === 0 ? null : `c${String(n)}@x.example`,
  }));
  const opportunities = Array.from({ length: count }, (_, n) => makeOpportunity(random, n, accounts, contacts));
  return { accounts, contacts, opportunities };
}

export function insertSql(table: string, row: object): Sql {
  const entries = Object.entries(row);
  const columns = join(entries.map(([name]) => ident(name)));
  return sql`insert into ${ident(schema, table)} (${columns}) values (${join(entries.map(([, value]) => sql`${value}`))})`;
}

export interface Scene {
  readonly client: pg.Client;
  readonly rows: Rows;
  run(statement: Sql, slots?: Readonly<Record<string, unknown>>): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The answer, parsed; null where the guard failed. */
  read(roots: readonly RootQuery[], slots?: Readonly<Record<string, unknown>>): Promise<Record<string, unknown> | null>;
  text(roots: readonly RootQuery[]): Promise<string | null>;
  close(): Promise<void>;
}

export const slots = {
  modelHash: 'fixture',
  access: '7',
  now: '2026-06-15T10:00:00.000Z',
  zone: 'Europe/Berlin',
  user: idOf(4, 1),
  roles: ['sales'],
  ...cursorSlots(pads, context),
};

export async function openScene(seed = 1, count = 60): Promise<Scene> {
  const database: TestDatabase = await testDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // Whatever the server is set to, answers look the same.
  await client.query(
    `set datestyle to 'SQL, DMY'; set timezone to 'Asia/Shanghai'; set search_path to ''; set intervalstyle to 'sql_standard'`,
  );
  for (const statement of tableStatements(model, schema)) await client.query(statement);
  const rows = makeRows(seed, count);
  const run: Scene['run'] = async (statement, given = {}) => {
    const bound = bind(toStatement(statement), { ...slots, ...given });
    const result = await client.query<Record<string, unknown>>({ text: bound.text, values: [...bound.values] });
    return result.rows;
  };
  await run(insertSql('user', { id: slots.user, name: 'Anna', email: 'anna@acme.example' }));
  for (const row of rows.accounts) await run(insertSql('account', row));
  for (const row of rows.contacts) await run(insertSql('contact', row));
  for (const row of rows.opportunities) await run(insertSql('opportunity', row));
  const text = async (roots: readonly RootQuery[], given: Readonly<Record<string, unknown>> = {}): Promise<string | null> => {
    const found = await run(compileRead({ model, schema }, roots), given);
    if (found.length !== 1) throw new Error(`A read gives one row, not ${String(found.length)}.`);
    return found[0]?.['answer'] as string | null;
  };
  return {
    client,
    rows,
    run,
    text,
    read: async (roots, given) => JSON.parse((await text(roots, given)) ?? 'null') as Record<string, unknown> | null,
    close: async () => {
      await client.end();
      await database.drop();
    },
  };
}
