// Aggregate queries against the same rows grouped in JavaScript.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Expression } from '@tessera/rules';
import type { AggregateQuery, DateBucket, Measure } from '../../packages/storage/src/query/index.ts';
import { call, literal, pathOf } from '../support/model-fixture.ts';
import { model, openScene, type Opportunity, type Scene } from './query-scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene(5, 200);
});
afterAll(() => scene.close());

const path = (text: string): Expression => pathOf(model, 'opportunity', text);
const live = (): readonly Opportunity[] => scene.rows.opportunities.filter((row) => row.deleted_at === null);
const open = call('==', path('stage'), literal({ kind: 'text' }, 'open'));

const measures: readonly Measure[] = [
  { name: 'count', function: 'count' },
  { name: 'open', function: 'count', where: open },
  { name: 'accounts', function: 'countDistinct', value: path('account') },
  { name: 'sum', function: 'sum', value: path('amount') },
  { name: 'openSum', function: 'sum', value: path('amount'), where: open },
  { name: 'avg', function: 'avg', value: path('amount') },
  { name: 'least', function: 'min', value: path('amount') },
  { name: 'exact', function: 'max', value: path('precise') },
  { name: 'last', function: 'max', value: path('closedAt') },
];

function query(groupBy: AggregateQuery['groupBy'], rest: Partial<AggregateQuery> = {}): AggregateQuery {
  const output = [
    ...groupBy.map(({ name }) => ({ kind: 'group', as: name, name }) as const),
    { kind: 'object', as: 'm', selections: measures.map(({ name }) => ({ kind: 'measure', as: name, name }) as const) } as const,
  ];
  return { object: 'opportunity', groupBy, measures, orderBy: [], first: 1000, output, ...rest };
}

const run = async (aggregate: AggregateQuery): Promise<unknown> => (await scene.read([{ kind: 'aggregate', as: 'a', aggregate }]))?.['a'];

/** Amounts have two decimals: whole cents. */
const cents = (rows: readonly Opportunity[]): number[] =>
  rows.flatMap(({ amount }) => (amount === null ? [] : [Math.round(Number(amount) * 100)]));
const decimal = (value: number): string => String(value / 100);
const total = (rows: readonly Opportunity[]): number => cents(rows).reduce((sum, each) => sum + each, 0);

/** A quotient to 10 decimals, half-up away from zero, canonical. */
function quotient(sum: number, count: number): string | null {
  if (count === 0) return null;
  const scaled = (BigInt(Math.abs(sum)) * 10n ** 8n * 2n + BigInt(count)) / (2n * BigInt(count));
  const digits = scaled.toString().padStart(11, '0');
  const fraction = digits.slice(-10).replace(/0+$/, '');
  return `${sum < 0 && scaled > 0n ? '-' : ''}${digits.slice(0, -10)}${fraction === '' ? '' : `.${fraction}`}`;
}

function measured(rows: readonly Opportunity[]): unknown {
  const amounts = cents(rows);
  const precise = rows.flatMap(({ precise: value }) => (value === null ? [] : [value])).sort((a, b) => Number(b) - Number(a));
  const opened = rows.filter(({ stage }) => stage === 'open');
  return {
    count: rows.length,
    open: opened.length,
    accounts: new Set(rows.flatMap(({ account_id }) => (account_id === null ? [] : [account_id]))).size,
    sum: decimal(total(rows)),
    openSum: decimal(total(opened)),
    avg: quotient(total(rows), amounts.length),
    least: amounts.length === 0 ? null : Math.min(...amounts) / 100,
    exact: precise[0]?.replace(/(\.\d*?)0+$/, '$1') ?? null,
    last: rows.map(({ closed_at }) => closed_at ?? '').reduce((a, b) => (a > b ? a : b), '') || null,
  };
}

function grouped(key: (row: Opportunity) => string | null, as: string): unknown[] {
  const groups = new Map<string | null, Opportunity[]>();
  for (const row of live()) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  const keys = [...groups.keys()].sort((a, b) => (a === null ? 1 : b === null ? -1 : a < b ? -1 : 1));
  return keys.map((each) => ({ [as]: each, m: measured(groups.get(each) ?? []) }));
}

/** The first day of a bucket, of a local date. */
function bucketStart(date: string, bucket: DateBucket): string {
  const day = new Date(`${date}T00:00:00Z`);
  if (bucket === 'week') day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  if (bucket === 'month') day.setUTCDate(1);
  if (bucket === 'quarter') day.setUTCMonth(day.getUTCMonth() - (day.getUTCMonth() % 3), 1);
  if (bucket === 'year') day.setUTCMonth(0, 1);
  return day.toISOString().slice(0, 10);
}

const berlin = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', dateStyle: 'short' });

describe('aggregate queries', () => {
  it('measure everything without groups, and nothing as zero', async () => {
    expect(await run(query([]))).toEqual([{ m: measured(live()) }]);
    const none = call('==', path('name'), literal({ kind: 'text' }, 'no such name'));
    expect(await run(query([], { where: none }))).toEqual([{ m: measured([]) }]);
    expect(await run(query([{ name: 'stage', by: path('stage') }], { where: none }))).toEqual([]);
  });

  it('group by fields, lookups and paths, nulls among them', async () => {
    expect(await run(query([{ name: 'stage', by: path('stage') }]))).toEqual(grouped(({ stage }) => stage, 'stage'));
    expect(await run(query([{ name: 'account', by: path('account') }]))).toEqual(grouped((row) => row.account_id, 'account'));
    const industry = (row: Opportunity): string | null =>
      scene.rows.accounts.find(({ id, deleted_at }) => id === row.account_id && deleted_at === null)?.industry ?? null;
    expect(await run(query([{ name: 'industry', by: path('account.industry') }]))).toEqual(grouped(industry, 'industry'));
  });

  it('cut dates, and instants in the tenant’s zone, into buckets', async () => {
    for (const bucket of ['day', 'week', 'month', 'quarter', 'year'] as const) {
      const modern = (text: string): string => bucketStart(text, bucket);
      expect(await run(query([{ name: 'b', by: path('closeDate'), bucket }]))).toEqual(
        grouped(({ close_date }) => (close_date === null ? null : modern(close_date)), 'b'),
      );
      expect(await run(query([{ name: 'b', by: path('closedAt'), bucket }]))).toEqual(
        grouped(({ closed_at }) => (closed_at === null ? null : modern(berlin.format(new Date(closed_at)))), 'b'),
      );
    }
  });

  it('filter, order and cut the groups', async () => {
    const by = query([{ name: 'stage', by: path('stage') }], {
      having: {
        kind: 'and',
        conditions: [
          { kind: 'compare', measure: 'count', operator: '>', value: '1' },
          { kind: 'not', condition: { kind: 'compare', measure: 'sum', operator: '==', value: null } },
        ],
      },
      orderBy: [{ name: 'count', descending: true }],
      first: 2,
    });
    const expected = (grouped(({ stage }) => stage, 'stage') as { m: { count: number } }[])
      .filter(({ m }) => m.count > 1)
      .sort((a, b) => b.m.count - a.m.count);
    expect(await run(by)).toEqual(expected.slice(0, 2));
    const never = query([], { having: { kind: 'compare', measure: 'least', operator: '<', value: null } });
    expect(await run(never)).toEqual([]);
  });

  it('may group by a rule with parameters of its own', async () => {
    const doubled = call('*', path('amount'), literal({ kind: 'number' }, '2'));
    const result = (await run(query([{ name: 'g', by: doubled }]))) as { g: string | null }[];
    expect(result.map(({ g }) => g)).toEqual(['-6', '0', '21', '24', '199.98', '2000000', null]);
  });

  it('aggregate children inside a record', async () => {
    for (const account of scene.rows.accounts.filter(({ deleted_at }) => deleted_at === null)) {
      const aggregate = query([{ name: 'stage', by: path('stage') }]);
      const answer = await scene.read([
        {
          kind: 'record',
          as: 'a',
          object: 'account',
          by: { id: account.id },
          selections: [{ kind: 'childAggregate', as: 'groups', relation: 'opportunities', aggregate }],
        },
      ]);
      const own = live().filter((row) => row.account_id === account.id);
      const stages = [...new Set(own.map(({ stage }) => stage))].sort((a, b) => (a === null ? 1 : b === null ? -1 : a < b ? -1 : 1));
      expect(answer?.['a']).toEqual({ groups: stages.map((stage) => ({ stage, m: measured(own.filter((row) => row.stage === stage)) })) });
    }
  });
});
