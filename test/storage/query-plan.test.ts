// Plans: a page costs its rows and not its table; exports and costs.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bind, sql, toStatement, type Sql } from '@tessera/kernel';
import type { Expression } from '@tessera/rules';
import {
  compileExport,
  compileRead,
  expressionSql,
  queryCost,
  readPosition,
  type CursorKeys,
  type ListPart,
  type ListQuery,
  type RootQuery,
  type Selection,
} from '../../packages/storage/src/query/index.ts';
import { call, childrenAggregate, literal, pathOf } from '../support/model-fixture.ts';
import { idOf, model, openScene, schema, slots, type Scene } from './query-scene.ts';

let scene: Scene;
const many = 100_000;
const target = { model, schema };
beforeAll(async () => {
  scene = await openScene(1, 30);
  await scene.client.query(`
    insert into t_scene.contact (id, name, account_id, email)
    select gen_random_uuid(), 'Contact ' || n, (select id from t_scene.account limit 1), case when n % 10 = 0 then null else (n * 7919 % ${String(many)}) || '@x.example' end
    from generate_series(1, ${String(many)}) n`);
  await scene.client.query('create index by_email on t_scene.contact (email collate "und-x-icu", id) where deleted_at is null');
  await scene.client.query('create index by_version on t_scene.contact (version)');
  await scene.client.query('vacuum analyze t_scene.contact');
});
afterAll(() => scene.close());

const path = (text: string): Expression => pathOf(model, 'contact', text);
const nodes: readonly ListPart[] = [
  { kind: 'nodes', as: 'nodes', selections: ['id', 'name', 'email'].map((name): Selection => ({ kind: 'field', as: name, field: name })) },
  {
    kind: 'pageInfo',
    as: 'pageInfo',
    parts: [
      { kind: 'hasNextPage', as: 'hasNextPage' },
      { kind: 'endCursor', as: 'endCursor' },
    ],
  },
];
const page = (after?: CursorKeys): ListQuery => ({
  object: 'contact',
  orderBy: [{ by: path('email'), descending: true, nulls: 'first' }],
  page: { direction: 'forward', size: 50, ...(after === undefined ? {} : { after }) },
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly PlanNode[];
}

async function explain(statement: Sql): Promise<{ readonly nodes: readonly PlanNode[]; readonly buffers: number; readonly ms: number }> {
  const { text, values } = bind(toStatement(statement), slots);
  const result = await scene.client.query<{
    'QUERY PLAN': readonly [{ readonly Plan: PlanNode & Record<string, number>; readonly 'Execution Time': number }];
  }>(`explain (analyze, buffers, format json) ${text}`, [...values]);
  const [plan] = result.rows[0]?.['QUERY PLAN'] ?? [];
  if (plan === undefined) throw new Error('No plan.');
  const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
  return {
    nodes: flat(plan.Plan),
    buffers: (plan.Plan['Shared Hit Blocks'] ?? 0) + (plan.Plan['Shared Read Blocks'] ?? 0),
    ms: plan['Execution Time'],
  };
}

const scanned = (plan: { readonly nodes: readonly PlanNode[] }): number =>
  plan.nodes
    .filter((node) => node['Relation Name'] === 'contact')
    .reduce((sum, node) => sum + node['Actual Rows'] * node['Actual Loops'], 0);

describe('the plan of a list of 50 in 100,000', () => {
  const read = (list: ListQuery): Sql => compileRead(target, [{ kind: 'list', as: 'a', list, parts: nodes }]);

  it('reads the index for one row more than the page', async () => {
    const plan = await explain(read(page()));
    expect(plan.nodes.map((node) => node['Index Name'])).toContain('by_email');
    expect(scanned(plan)).toBe(51);
    expect(plan.buffers).toBeLessThan(400);
  });

  it('reads no more from a cursor deep in the list, nor from one among the nulls', async () => {
    for (const after of [
      { keys: ['5@x.example'], id: idOf(1, 1) },
      { keys: [null], id: idOf(1, 1) },
    ]) {
      const plan = await explain(read(page(after)));
      expect(plan.nodes.filter((node) => node['Relation Name'] === 'contact').map((node) => node['Index Name'])).toEqual(
        after.keys[0] === null ? ['by_email', 'by_email'] : ['by_email'],
      );
      expect(scanned(plan)).toBeLessThanOrEqual(102);
    }
  });

  it('makes JSON of the page alone, also where it counts and sorts everything', async () => {
    // A lookup in the selection shows how often JSON is made: once a row.
    const account: Selection = {
      kind: 'lookup',
      as: 'account',
      field: 'account',
      cases: [{ object: 'account', selections: [{ kind: 'field', as: 'id', field: 'id' }] }],
    };
    const where = call('!=', path('name'), literal({ kind: 'text' }, 'nobody'));
    for (const total of [true, false]) {
      const list: ListQuery = { ...page(), where, orderBy: [{ by: path('name'), descending: false }] };
      const parts: readonly ListPart[] = [
        { kind: 'nodes', as: 'nodes', selections: [account] },
        ...nodes.slice(1),
        ...(total ? [{ kind: 'totalCount', as: 'n' } as const] : []),
      ];
      const plan = await explain(compileRead(target, [{ kind: 'list', as: 'a', list, parts }]));
      const lookups = plan.nodes.filter((node) => node['Relation Name'] === 'account');
      expect(lookups.map((node) => node['Actual Loops'])).toEqual([50]);
    }
  });
});

describe('compileExport', () => {
  it('streams all records in keyset pages, and tells a failed guard from an empty page', async () => {
    const seen: string[] = [];
    let after: CursorKeys | undefined;
    for (let pages = 0; ; pages += 1) {
      const list: ListQuery = { ...page(after), page: { direction: 'forward', size: 30_000, ...(after === undefined ? {} : { after }) } };
      const rows = await scene.run(compileExport(target, list, [{ kind: 'field', as: 'id', field: 'id' }]));
      expect(rows.every((row) => row['valid'] === true)).toBe(true);
      for (const row of rows) if (typeof row['record'] === 'string') seen.push((JSON.parse(row['record']) as { id: string }).id);
      expect(rows.filter((row) => row['position'] !== null)).toHaveLength(1);
      after = readPosition(rows.at(-1)?.['position'] as string);
      if (rows.length < 30_000) break;
    }
    expect(seen).toHaveLength(many + scene.rows.contacts.length);
    expect(new Set(seen).size).toBe(seen.length);
    const never = literal({ kind: 'boolean' }, false);
    const empty = compileExport(target, { ...page(), where: never }, []);
    expect(await scene.run(empty)).toEqual([{ valid: true, record: null, position: null }]);
    expect(await scene.run(empty, { access: '0' })).toEqual([{ valid: false, record: null, position: null }]);
  });
});

describe('expressionSql', () => {
  it('works rules out over rows of the caller, as they are and as they were', async () => {
    const changed = call('!=', path('name'), pathOf(model, 'contact', 'name', '$old'));
    const account = pathOf(model, 'contact', 'account.name');
    const frames = { rows: ['after'], old: 'before' };
    const statement = sql`select ${expressionSql(target, changed, frames)} as changed, ${expressionSql(target, account, frames)} as account
      from ${sql`t_scene.contact`} before, (select id, 'new' as name, account_id from t_scene.contact) after where after.id = before.id and before.id = ${idOf(2, 1)}`;
    const [row] = await scene.run(statement);
    const accountId = scene.rows.contacts[1]?.account_id;
    const owner = scene.rows.accounts.find(({ id, deleted_at }) => id === accountId && deleted_at === null);
    expect(row).toEqual({ changed: true, account: owner?.name ?? null });
    expect(() => expressionSql(target, pathOf(model, 'contact', 'name', '$old'), { rows: ['after'] })).toThrow('no row for $old');
  });

  it('counts void records in no roll-up, but sees them in quantifiers', async () => {
    const sum = childrenAggregate(model, 'account', 'opportunities', { function: 'sum', value: pathOf(model, 'opportunity', 'amount', 1) });
    const isVoid = call('==', pathOf(model, 'opportunity', 'lifeStatus', 1), literal({ kind: 'text' }, 'void'));
    const some = childrenAggregate(model, 'account', 'opportunities', { type: { kind: 'boolean' }, function: 'some', value: isVoid });
    const count = childrenAggregate(model, 'account', 'opportunities', { function: 'count', where: isVoid });
    const owner = scene.rows.opportunities.find((row) => row.life_status === 'void' && row.deleted_at === null && row.account_id !== null);
    const [a, b, c] = [sum, some, count].map((each) => expressionSql(target, each, { rows: ['a'] }));
    const [row] = await scene.run(
      sql`select ${a} as sum, ${b} as some, ${c} as count from t_scene.account a where a.id = ${owner?.account_id}`,
    );
    const own = scene.rows.opportunities.filter(
      (each) => each.account_id === owner?.account_id && each.deleted_at === null && each.life_status !== 'void',
    );
    expect(Number(row?.['sum'])).toBeCloseTo(
      own.reduce((total, each) => total + Number(each.amount ?? 0), 0),
      6,
    );
    expect(row).toMatchObject({ some: true, count: '0' });
  });
});

describe('queryCost', () => {
  const child: Selection = {
    kind: 'children',
    as: 'c',
    relation: 'contacts',
    list: { ...page(), page: { direction: 'forward', size: 10 } },
    parts: nodes,
  };
  const root = (parts: readonly ListPart[], where?: Expression): RootQuery => ({
    kind: 'list',
    as: 'a',
    list: { object: 'account', orderBy: [], page: { direction: 'forward', size: 20 }, ...(where === undefined ? {} : { where }) },
    parts,
  });

  it('multiplies pages and charges what makes PostgreSQL search', () => {
    const plain = root([{ kind: 'nodes', as: 'n', selections: [] }]);
    expect(queryCost(model, [plain])).toEqual({ cost: 21, depth: 1 });
    expect(queryCost(model, [plain, plain])).toEqual({ cost: 42, depth: 1 });
    expect(queryCost(model, [root([{ kind: 'nodes', as: 'n', selections: [child] }])])).toEqual({ cost: 1 + 20 * 11, depth: 2 });
    expect(queryCost(model, [root([{ kind: 'totalCount', as: 'n' }])]).cost).toBe(71);
    const some = childrenAggregate(model, 'account', 'contacts', { function: 'some', type: { kind: 'boolean' } });
    expect(queryCost(model, [root([], some)]).cost).toBe(31);
    expect(queryCost(model, [root([{ kind: 'nodes', as: 'n', selections: [{ kind: 'field', as: 't', field: 'total' }] }])]).cost).toBe(
      1 + 20 * 11,
    );
  });
});
