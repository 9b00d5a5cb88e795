// Lists: random orders, filters and pages against the same rows in JavaScript; walks in both directions, also while rows come and go.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Expression } from '@tessera/rules';
import {
  openCursor,
  type ListPart,
  type ListQuery,
  type OrderKey,
  type Page,
  type RootQuery,
} from '../../packages/storage/src/query/index.ts';
import { call, literal, pathOf } from '../support/model-fixture.ts';
import {
  context,
  insertSql,
  makeOpportunity,
  model,
  openScene,
  pads,
  pick,
  randomSource,
  type Opportunity,
  type Scene,
} from './query-scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene(11, 150);
});
afterAll(() => scene.close());

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly nodes?: readonly { readonly id: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount?: number;
}

const id = [{ kind: 'field', as: 'id', field: 'id' }] as const;
const parts: readonly ListPart[] = [
  {
    kind: 'edges',
    as: 'edges',
    parts: [
      { kind: 'cursor', as: 'cursor' },
      { kind: 'node', as: 'node', selections: id },
    ],
  },
  {
    kind: 'pageInfo',
    as: 'pageInfo',
    parts: (['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'] as const).map((kind) => ({ kind, as: kind })),
  },
];
const withTotal: readonly ListPart[] = [...parts, { kind: 'nodes', as: 'nodes', selections: id }, { kind: 'totalCount', as: 'totalCount' }];

const path = (text: string): Expression => pathOf(model, 'opportunity', text);

/** What a sort key is in JavaScript; texts by ICU's root order, ties by their bytes. */
const collator = new Intl.Collator('und');
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const textOrder = (a: string, b: string): number => collator.compare(a, b) || byBytes(a, b);
const numberOrder = (a: number, b: number): number => a - b;

interface SortCase {
  readonly path: string;
  readonly compare: (a: never, b: never) => number;
  readonly value: (row: Opportunity) => string | number | null;
}

const accountName = (row: Opportunity): string | null =>
  scene.rows.accounts.find((account) => account.id === row.account_id && account.deleted_at === null)?.name ?? null;

const sorts: readonly SortCase[] = [
  { path: 'name', compare: textOrder, value: (row) => row.name },
  { path: 'amount', compare: numberOrder, value: (row) => (row.amount === null ? null : Number(row.amount)) },
  { path: 'precise', compare: numberOrder, value: (row) => (row.precise === null ? null : Number(row.precise)) },
  { path: 'closeDate', compare: byBytes, value: (row) => row.close_date },
  { path: 'closedAt', compare: byBytes, value: (row) => row.closed_at },
  { path: 'startsAt', compare: byBytes, value: (row) => row.starts_at },
  { path: 'stage', compare: byBytes, value: (row) => row.stage },
  // A row that is older than the field has no value yet.
  { path: 'active', compare: numberOrder, value: (row) => (row.active === null ? null : Number(row.active)) },
  { path: 'account', compare: byBytes, value: (row) => row.account_id },
  { path: 'account.name', compare: textOrder, value: accountName },
  { path: 'doubled', compare: numberOrder, value: (row) => (row.amount === null ? null : Number(row.amount)) },
  { path: 'accountName', compare: textOrder, value: accountName },
];

interface FilterCase {
  readonly where: Expression | undefined;
  readonly holds: (row: Opportunity) => boolean;
}

function filters(): readonly FilterCase[] {
  const number = { kind: 'number' } as const;
  const words = { kind: 'text' } as const;
  const big = call('>=', path('amount'), literal(number, '10.5'));
  const open = call('==', path('stage'), literal(words, 'open'));
  const isBig = (row: Opportunity): boolean => row.amount !== null && Number(row.amount) >= 10.5;
  return [
    { where: undefined, holds: () => true },
    { where: big, holds: isBig },
    { where: call('not', big), holds: (row) => !isBig(row) },
    { where: call('or', open, big), holds: (row) => row.stage === 'open' || isBig(row) },
    { where: call('!=', path('account.name'), literal({ kind: 'null' }, null)), holds: (row) => accountName(row) !== null },
    { where: call('==', path('name'), literal(words, '客户')), holds: (row) => row.name === '客户' },
    { where: call('and', open, literal({ kind: 'boolean' }, false)), holds: () => false },
  ];
}

interface ListCase {
  readonly orderBy: readonly OrderKey[];
  readonly where: Expression | undefined;
  /** The rows that match, in order. */
  readonly rows: readonly Opportunity[];
}

function randomCase(random: () => number): ListCase {
  const filter = pick(random, filters());
  const keys = Array.from({ length: Math.floor(random() * 4) }, () => {
    const nulls = pick(random, [undefined, 'first', 'last'] as const);
    return { sort: pick(random, sorts), key: { descending: random() < 0.5, ...(nulls === undefined ? {} : { nulls }) } };
  });
  const idSign = keys.at(-1)?.key.descending === true ? -1 : 1;
  const compare = (a: Opportunity, b: Opportunity): number => {
    for (const { sort, key } of keys) {
      const [x, y] = [sort.value(a), sort.value(b)];
      if (x === null && y === null) continue;
      const nullsFirst = key.nulls === undefined ? key.descending : key.nulls === 'first';
      if (x === null || y === null) return (x === null) === nullsFirst ? -1 : 1;
      const order = sort.compare(x as never, y as never);
      if (order !== 0) return key.descending ? -order : order;
    }
    return byBytes(a.id, b.id) * idSign;
  };
  const rows = scene.rows.opportunities.filter((row) => row.deleted_at === null && filter.holds(row)).sort(compare);
  return { orderBy: keys.map(({ sort, key }) => ({ by: path(sort.path), ...key })), where: filter.where, rows };
}

const listOf = ({ orderBy, where }: Pick<ListCase, 'orderBy' | 'where'>, page: Page): ListQuery => ({
  object: 'opportunity',
  orderBy,
  page,
  ...(where === undefined ? {} : { where }),
});

async function readPage(list: ListQuery, wanted: readonly ListPart[] = parts): Promise<Connection> {
  const roots: RootQuery[] = [{ kind: 'list', as: 'list', list, parts: wanted }];
  const answer = await scene.read(roots);
  return answer?.['list'] as Connection;
}

function pageFrom(direction: Page['direction'], size: number, list: ListQuery, cursor: string | null): Page {
  if (cursor === null) return { direction, size };
  const keys = openCursor(cursor, pads, context, list);
  return direction === 'forward' ? { direction, size, after: keys } : { direction, size, before: keys };
}

describe('lists against an oracle', () => {
  it('gives any page of any order and filter, with exact page info and totals', async () => {
    const random = randomSource(2026);
    for (let round = 0; round < 150; round += 1) {
      const each = randomCase(random);
      const { rows } = each;
      const ids = rows.map((row) => row.id);
      const size = pick(random, [1, 2, 7, 20, 200]);
      const direction = pick(random, ['forward', 'backward'] as const);
      const whole = await readPage(listOf(each, { direction: 'forward', size: 500 }));
      expect(whole.edges.map(({ node }) => node.id)).toEqual(ids);
      const at = rows.length === 0 || random() < 0.3 ? -1 : Math.floor(random() * rows.length);
      const cursor = whole.edges[at]?.cursor ?? null;
      const list = listOf(each, pageFrom(direction, size, listOf(each, { direction, size }), cursor));
      const page = await readPage(list, random() < 0.5 ? withTotal : parts);
      const from = direction === 'forward' ? at + 1 : Math.max(0, (at === -1 ? ids.length : at) - size);
      const to = direction === 'forward' ? Math.min(ids.length, from + size) : at === -1 ? ids.length : at;
      const expected = ids.slice(from, to);
      expect(page.edges.map(({ node }) => node.id)).toEqual(expected);
      expect(page.pageInfo).toEqual({
        hasNextPage: to < ids.length,
        hasPreviousPage: from > 0,
        startCursor: whole.edges[from]?.cursor !== undefined && expected.length > 0 ? whole.edges[from].cursor : null,
        endCursor: expected.length > 0 ? (whole.edges[to - 1]?.cursor ?? null) : null,
      });
      if (page.nodes !== undefined) {
        expect(page.nodes.map((node) => node.id)).toEqual(expected);
        expect(page.totalCount).toBe(ids.length);
      }
    }
  });

  it('visits each row once on a walk in either direction', async () => {
    const random = randomSource(7);
    for (let round = 0; round < 24; round += 1) {
      const each = randomCase(random);
      const direction = pick(random, ['forward', 'backward'] as const);
      const wanted = round % 2 === 0 ? parts : withTotal;
      const size = pick(random, [3, 11, 40]);
      const seen: string[] = [];
      let cursor: string | null = null;
      for (let more = true; more;) {
        const list: ListQuery = listOf(each, pageFrom(direction, size, listOf(each, { direction, size }), cursor));
        const page: Connection = await readPage(list, wanted);
        const found = page.edges.map(({ node }) => node.id);
        if (direction === 'forward') seen.push(...found);
        else seen.unshift(...found);
        cursor = direction === 'forward' ? page.pageInfo.endCursor : page.pageInfo.startCursor;
        more = direction === 'forward' ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage;
      }
      expect(seen).toEqual(each.rows.map((row) => row.id));
    }
  });
});

describe('lists while rows change', () => {
  it('visits each row that was there all the time once', async () => {
    const random = randomSource(99);
    const added: string[] = [];
    const number = { by: path('amount'), descending: true } as const;
    for (const direction of ['forward', 'backward'] as const) {
      const each = { orderBy: [number, { by: path('name'), descending: false }], where: undefined };
      const seen: string[] = [];
      let cursor: string | null = null;
      for (let more = true; more;) {
        const list: ListQuery = listOf(each, pageFrom(direction, 9, listOf(each, { direction, size: 9 }), cursor));
        const page: Connection = await readPage(list);
        seen.push(...page.edges.map(({ node }) => node.id));
        cursor = direction === 'forward' ? page.pageInfo.endCursor : page.pageInfo.startCursor;
        more = direction === 'forward' ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage;
        if (added.length < 60) {
          const row = makeOpportunity(random, 1000 + added.length, scene.rows.accounts, scene.rows.contacts);
          await scene.run(insertSql('opportunity', row));
          added.push(row.id);
        }
      }
      const old = seen.filter((each) => !added.includes(each));
      expect(new Set(seen).size).toBe(seen.length);
      expect(old.toSorted()).toEqual(
        scene.rows.opportunities
          .filter((row) => row.deleted_at === null)
          .map((row) => row.id)
          .toSorted(),
      );
    }
    await scene.client.query('delete from t_scene.opportunity where id = any($1)', [added]);
  });

  it('goes on where the record of the cursor is gone', async () => {
    const each = { orderBy: [{ by: path('name'), descending: false }], where: undefined };
    const row = { ...makeOpportunity(randomSource(1), 5000, scene.rows.accounts, scene.rows.contacts), name: 'm', deleted_at: null };
    await scene.run(insertSql('opportunity', row));
    const whole = await readPage(listOf(each, { direction: 'forward', size: 500 }));
    const at = whole.edges.findIndex(({ node }) => node.id === row.id);
    await scene.client.query('delete from t_scene.opportunity where id = $1', [row.id]);
    const list = listOf(each, { direction: 'forward', size: 5 });
    const page = await readPage(listOf(each, pageFrom('forward', 5, list, whole.edges[at]?.cursor ?? null)));
    expect(page.edges.map(({ node }) => node.id)).toEqual(whole.edges.slice(at + 1, at + 6).map(({ node }) => node.id));
  });
});
