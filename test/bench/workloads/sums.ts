// What the opportunities of a quarter come to, by stage: their number and the sum of their amounts.
import { at, graphql, listAt, query, workload, type HttpRequest } from './workload.ts';

interface Span {
  readonly from: string;
  readonly to: string;
}

const ours = `query ($from: Date!, $to: Date!) {
  opportunitiesAggregate(where: { closeDate: { gte: $from, lte: $to } }, groupBy: [{ stage: VALUE }]) { group { stage } count sum { amount } } }`;
const theirs = `query ($from: Date!, $to: Date!) { benchPostgraphileStageSums(from: $from, to: $to) { nodes { stage count amount } } }`;

const day = (months: number, days: number): string => new Date(Date.UTC(2023, months, 1 + days)).toISOString().slice(0, 10);
const raw = ({ from, to }: Span): HttpRequest => ({ method: 'GET', path: query('/sums', { from, to }) });

const rest = ({ from, to }: Span): HttpRequest => ({
  method: 'POST',
  path: '/api/v1/records/opportunity/aggregate',
  body: {
    filter: { and: [{ '>=': [{ var: 'closeDate' }, from] }, { '<=': [{ var: 'closeDate' }, to] }] },
    groupBy: [{ path: 'stage' }],
    measures: [{ function: 'count' }, { function: 'sum', path: 'amount', name: 'amount' }],
  },
});

const flat = (group: unknown): unknown => ({
  stage: at(group, 'group', 'stage'),
  count: at(group, 'count'),
  amount: at(group, 'sum', 'amount'),
});

/** Options come in an order of their own. */
const byStage = (groups: readonly unknown[]): readonly unknown[] =>
  groups.toSorted((a, b) => (String(at(a, 'stage')) < String(at(b, 'stage')) ? -1 : 1));

export const sums = workload<Span>({
  name: 'sums',
  title: 'sum and count by stage for a quarter',
  goal: 0.95,
  compared: 6,
  choose: () => Promise.resolve(Array.from({ length: 33 }, (_, n) => ({ from: day((n * 7) % 33, 0), to: day(((n * 7) % 33) + 3, -1) }))),
  statement: { name: 'sums', values: ({ from, to }) => [from, to] },
  dialects: {
    raw: { request: raw, answer: (json) => byStage(listAt(json)) },
    tuned: { request: raw, answer: (json) => byStage(listAt(json)) },
    postgraphile: {
      request: (span) => graphql(theirs, { ...span }),
      answer: (json) => byStage(listAt(json, 'data', 'benchPostgraphileStageSums', 'nodes')),
    },
    rest: { request: rest, answer: (json) => byStage(listAt(json, 'groups')) },
    graphql: {
      request: (span) => graphql(ours, { ...span }),
      answer: (json) => byStage(listAt(json, 'data', 'opportunitiesAggregate').map(flat)),
    },
  },
});
