// A tenant of a few records for tests of what security places: accounts that Anna sees or not, and what hangs on them.
import { bind, ident, join, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import {
  allOf,
  anyOf,
  type AccessExpression,
  type AccessTest,
  type AggregateExpression,
  type Expression,
  type PathExpression,
  type PathRoot,
} from '@tessera/rules';
import {
  compileRead,
  type AggregateQuery,
  type ListQuery,
  type RootQuery,
  type Selection,
} from '../../packages/storage/src/query/index.ts';
import { mergeTables } from '../../packages/storage/src/system/merge-tables.ts';
import { shareTables } from '../../packages/storage/src/system/share-tables.ts';
import { call, literal, modelOf, pathOf, tableStatements, type FieldSpec, type ObjectSpec } from '../support/model-fixture.ts';
import { testDatabase } from '../support/postgres.ts';
import pg from 'pg';

export const schema = 't_access';
export const number = { kind: 'number' } as const;
export const text = { kind: 'text' } as const;
export const boolean = { kind: 'boolean' } as const;

const lookup = (...to: readonly string[]): FieldSpec => ({ type: 'lookup', to });

function objects(deal: ObjectSpec['fields'], task: ObjectSpec['fields']): Readonly<Record<string, ObjectSpec>> {
  return {
    user: { fields: { email: { type: 'email' }, manager: lookup('user') } },
    account: {
      fields: { size: { type: 'number' }, note: { type: 'text' }, token: { type: 'secret' }, parent: lookup('account') },
      relations: { deals: { object: 'deal', by: 'account' } },
    },
    contact: { fields: {} },
    deal: { fields: { account: lookup('account'), about: lookup('account', 'contact'), amount: { type: 'currency' }, ...deal } },
    task: { fields: { deal: lookup('deal'), ...task } },
    order: { fields: {} },
    line: { fields: { order: lookup('order') } },
    part: { fields: { line: lookup('line') } },
  };
}

const stored = modelOf(objects({}, {}));
const quoted = modelOf(objects({ accountName: { type: 'quote', ruleType: text, wire: 'text' } }, {}));

export const model: Model = modelOf(
  objects(
    {
      sizeTwice: {
        type: 'formula',
        ruleType: number,
        wire: 'decimal',
        formula: { live: true, expression: call('*', pathOf(stored, 'deal', 'account.size'), literal(number, '2')) },
      },
      accountName: { type: 'quote', ruleType: text, wire: 'text', quote: { path: pathOf(stored, 'deal', 'account.name') } },
      accountParent: {
        type: 'quote',
        ruleType: { kind: 'reference', to: ['account'] },
        wire: 'reference',
        quote: { path: pathOf(stored, 'deal', 'account.parent') },
      },
    },
    {
      dealAbout: {
        type: 'quote',
        ruleType: { kind: 'reference', to: ['account', 'contact'] },
        wire: 'anyReference',
        quote: { path: pathOf(stored, 'task', 'deal.about') },
      },
      dealAccountName: { type: 'quote', ruleType: text, wire: 'text', quote: { path: pathOf(quoted, 'task', 'deal.accountName') } },
    },
  ),
);
export const target = { model, schema };

export function idOf(name: string): string {
  const hex = Buffer.from(name).toString('hex').padStart(12, '0');
  return `00000000-0000-7000-8000-${hex}`;
}

export const path = (object: string, name: string, root: PathRoot = 0): PathExpression => pathOf(model, object, name, root);

export const access = (object: string, test: AccessTest, root = 0): AccessExpression => ({
  node: 'access',
  type: boolean,
  root,
  object,
  test,
});
export const owner = (object: string, slot = 'mine'): Expression => access(object, { kind: 'owner', slot });
export const shared = (object: string, level: 'read' | 'edit' = 'read', origin?: 'team' | 'manual'): Expression =>
  access(object, { kind: 'share', access: level, ...(origin === undefined ? {} : { origin }) });
export const not = (condition: Expression): Expression => call('not', condition);
export const is = (by: Expression, value: string): Expression => call('==', by, literal(text, value));
export const isNull = (by: Expression): Expression => call('==', by, literal({ kind: 'null' }, null));

/** What Anna sees of accounts, and what she may change. */
export const seesAccount = anyOf([owner('account'), shared('account')]);
export const editsAccount = anyOf([owner('account'), shared('account', 'edit')]);
export const master = (object: string, by: string, parent: string, where: Expression): Expression =>
  access(object, { kind: 'parent', by, parent, where });

/** The path with this condition on every account that it leads to. */
export function restricted(from: PathExpression, where: Expression = seesAccount): PathExpression {
  const leads = (i: number): boolean => from.steps[i + 1]?.object === 'account';
  return { ...from, steps: from.steps.map((step, i) => (leads(i) ? { ...step, where } : step)) };
}

/** An aggregate over the deals of the account that the deal of frame 0 leads to, as far as Anna sees that. */
export const siblings = (
  rest: Pick<AggregateExpression, 'function' | 'value' | 'where'>,
  type: Expression['type'] = number,
): AggregateExpression => ({
  node: 'aggregate',
  type,
  source: {
    kind: 'children',
    root: 0,
    steps: restricted(path('deal', 'account.id')).steps.slice(0, -1),
    relation: 'deals',
    parent: 'account',
    object: 'deal',
    by: 'account',
  },
  frame: 1,
  ...rest,
});

export const slots = {
  modelHash: 'fixture',
  access: '7',
  now: '2026-06-15T10:00:00.000Z',
  zone: 'Europe/Berlin',
  user: idOf('anna'),
  roles: ['sales'],
  mine: [idOf('anna')],
  subjects: [`user:${idOf('anna')}`, 'role:sales'],
  'never asked for': ['x'],
  cursorInner: Buffer.alloc(64, 1),
  cursorOuter: Buffer.alloc(64, 2),
  cursorContext: 'acme/anna',
};

type Row = Readonly<Record<string, unknown>>;

const account = (name: string, owns: string | null, rest: Row = {}): Row => ({
  name,
  owner_id: owns === null ? null : idOf(owns),
  size: Number(name.slice(1)) * 100,
  ...rest,
});
const deal = (name: string, of: string | null, rest: Row = {}): Row => ({
  name,
  account_id: of === null ? null : idOf(of),
  amount: Number(name.slice(1)) * 10,
  ...rest,
});

const gone = { deleted_at: '2026-01-01T00:00:00Z' };

/** a1, a3 and a5 are seen: by owner, by a share, by a share of a role. a7 would be, but is in the bin. */
const rows: Readonly<Record<string, readonly Row[]>> = {
  user: [{ name: 'anna', manager_id: idOf('boss') }, { name: 'boss' }, { name: 'bob' }],
  account: [
    account('a1', 'anna', { parent_id: idOf('a2'), note: 'Tel. 0301234567' }),
    account('a2', 'bob', { note: 'seven77' }),
    account('a3', 'bob', { parent_id: idOf('a1'), note: 'eight888' }),
    account('a4', 'bob', { note: '北京市朝阳区建国路八十八号' }),
    account('a5', null, { note: '客户电话号码' }),
    account('a6', null, { note: '🙂🙂🙂🙂🙂👍🎉🚀' }),
    account('a7', 'anna', { ...gone, note: 'say "hi" \\' }),
    account('a8', 'bob', { note: '' }),
    account('a9', 'bob'),
  ],
  contact: [{ name: 'c1' }],
  deal: [
    deal('d1', 'a1', { about_account_id: idOf('a1') }),
    deal('d2', 'a2', { about_account_id: idOf('a2') }),
    deal('d3', 'a3', { about_contact_id: idOf('c1') }),
    deal('d4', 'a4'),
    deal('d5', 'a5'),
    deal('d6', 'a6'),
    deal('d7', null),
    deal('d8', 'a7'),
    deal('d9', 'a1'),
  ],
  task: ['t1', 't2', 't3', 't4'].map((name) => ({ name, deal_id: idOf(name.replace('t', 'd')) })),
  order: [
    { name: 'o1', owner_id: idOf('anna') },
    { name: 'o2', owner_id: idOf('bob') },
    { name: 'o3', owner_id: idOf('anna'), ...gone },
  ],
  line: ['1', '2', '3'].map((n) => ({ name: `l${n}`, order_id: idOf(`o${n}`) })),
  part: [...['1', '2', '3'].map((n) => ({ name: `p${n}`, line_id: idOf(`l${n}`) })), { name: 'p0' }],
  _share: [
    { object: 'account', record_id: idOf('a3'), subject: slots.subjects[0], access: 'read', origin: 'manual' },
    { object: 'account', record_id: idOf('a4'), subject: slots.subjects[0], access: 'edit', origin: 'manual', expires_at: slots.now },
    {
      object: 'account',
      record_id: idOf('a5'),
      subject: 'role:sales',
      access: 'edit',
      origin: 'team',
      expires_at: '2026-06-15T10:00:00.001Z',
    },
    { object: 'account', record_id: idOf('a6'), subject: 'role:service', access: 'edit', origin: 'manual' },
    // Another object's record, should ids ever be equal.
    { object: 'deal', record_id: idOf('a2'), subject: slots.subjects[0], access: 'edit', origin: 'manual' },
  ],
};

export interface AccessScene {
  readonly client: pg.Client;
  run(statement: Sql | Statement, given?: Row): Promise<readonly Row[]>;
  read(roots: readonly RootQuery[], given?: Row): Promise<Row>;
  /** Names of the records of an object that the condition chooses, in order. */
  names(object: string, where?: Expression, rest?: Partial<ListQuery>): Promise<readonly string[]>;
  /** A selection's value per record, by name. */
  values(object: string, selection: Selection, deleted?: 'with'): Promise<Row>;
  groups(aggregate: AggregateQuery): Promise<unknown>;
  close(): Promise<void>;
}

async function fill(client: pg.Client): Promise<void> {
  const run = async (statement: Sql): Promise<void> => {
    const { text: made, values } = toStatement(statement);
    await client.query(made, [...values]);
  };
  for (const statement of tableStatements(model, schema)) await client.query(statement);
  for (const statement of [...shareTables(schema), ...mergeTables(schema)]) await run(statement);
  for (const [table, each] of Object.entries(rows)) {
    for (const row of each) {
      const entries = Object.entries({ id: 'name' in row ? idOf(String(row['name'])) : crypto.randomUUID(), ...row });
      const columns = join(entries.map(([name]) => ident(name)));
      await run(sql`insert into ${ident(schema, table)} (${columns}) values (${join(entries.map(([, value]) => sql`${value}`))})`);
    }
  }
}

export async function openAccessScene(): Promise<AccessScene> {
  const database = await testDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`set search_path to ''`);
  await fill(client);
  const run: AccessScene['run'] = async (statement, given = {}) => {
    const made = 'parts' in statement ? toStatement(statement) : statement;
    const bound = bind(made, { ...slots, ...given });
    return (await client.query<Record<string, unknown>>({ text: bound.text, values: [...bound.values] })).rows;
  };
  const read: AccessScene['read'] = async (roots, given) => {
    const [row] = await run(compileRead(target, roots), given);
    return JSON.parse(String(row?.['answer'])) as Row;
  };
  const nodes = async (list: ListQuery, selections: readonly Selection[]): Promise<readonly Row[]> => {
    const answer = await read([{ kind: 'list', as: 'it', list, parts: [{ kind: 'nodes', as: 'nodes', selections }] }]);
    return (answer['it'] as { readonly nodes: readonly Row[] }).nodes;
  };
  const name: Selection = { kind: 'field', as: 'name', field: 'name' };
  const listOf = (object: string, where: Expression | undefined, rest: Partial<ListQuery>): ListQuery => ({
    object,
    orderBy: [{ by: path(object, 'name'), descending: false }],
    page: { direction: 'forward', size: 100 },
    ...(where === undefined ? {} : { where: allOf([where]) }),
    ...rest,
  });
  return {
    client,
    run,
    read,
    names: async (object, where, rest = {}) => (await nodes(listOf(object, where, rest), [name])).map((row) => String(row['name'])),
    values: async (object, selection, deleted) => {
      const found = await nodes(listOf(object, undefined, deleted === undefined ? {} : { deleted }), [name, selection]);
      return Object.fromEntries(found.map((row): [string, unknown] => [String(row['name']), row[selection.as]]));
    },
    groups: async (aggregate) => (await read([{ kind: 'aggregate', as: 'it', aggregate }]))['it'],
    close: async () => {
      await client.end();
      await database.drop();
    },
  };
}
