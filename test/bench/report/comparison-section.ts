// The comparison in Markdown: ratios beside the goals, then the figures of each workload.
import type { Measured, Round } from '../load/rounds.ts';
import type { BenchOptions } from '../options.ts';
import { ourSettings } from '../peers/ours.ts';
import type { Peer } from '../peers/peers.ts';
import { settings } from '../scene/cluster.ts';
import type { Scene } from '../scene/scene.ts';
import type { Prepared } from '../workloads/workload.ts';
import { markdownTable, short } from './tables.ts';

export interface Comparison {
  readonly options: BenchOptions;
  readonly cluster: { readonly version: string };
  readonly scene: Scene;
  readonly wanted: readonly Peer[];
  readonly results: readonly { readonly workload: Prepared; readonly measured: readonly Measured[] }[];
}

type Result = Comparison['results'][number];

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
}

const over = (measured: Measured, figure: (round: Round) => number): number => median(measured.rounds.map(figure));

/** Throughput by RAW's in the same run; undefined where the peer cannot do it. */
export function ratioOf({ measured }: Result, peer: string): number | undefined {
  const [raw, own] = ['RAW', peer].map((name) => measured.find((each) => each.peer === name));
  if (raw === undefined || own === undefined) return undefined;
  return over(own, ({ perSecond }) => perSecond) / over(raw, ({ perSecond }) => perSecond);
}

/** RAW's CPU a request by a peer's, server and database together: the ratio that is left where other programs take CPU too. */
function cpuRatioOf({ measured }: Result, own: Measured): number {
  const cpu = (each: Measured | undefined): number => (each === undefined ? Number.NaN : over(each, (r) => r.serverMs + r.databaseMs));
  return cpu(measured.find(({ peer }) => peer === 'RAW')) / cpu(own);
}

/** Goals are this engine's. */
function verdict(result: Result, { name, server }: Peer): string {
  const ratio = ratioOf(result, name);
  if (ratio === undefined) return '–';
  if (server !== 'tessera') return ratio.toFixed(2);
  return `${ratio.toFixed(2)} ${ratio >= result.workload.goal ? 'met' : 'missed'}`;
}

function ratios({ wanted, results }: Comparison): string {
  const rows = results.map((result) => [
    result.workload.title,
    `≥ ${result.workload.goal.toFixed(2)}`,
    ...wanted.map((peer) => verdict(result, peer)),
  ]);
  return markdownTable(['requests a second by those of RAW', 'goal', ...wanted.map(({ name }) => name)], rows);
}

function figures(result: Result): string {
  const rows = result.measured.map((each) => {
    const speeds = each.rounds.map(({ perSecond }) => perSecond);
    return [
      each.peer,
      short(over(each, ({ perSecond }) => perSecond)),
      `${short(Math.min(...speeds))}–${short(Math.max(...speeds))}`,
      (ratioOf(result, each.peer) ?? Number.NaN).toFixed(2),
      cpuRatioOf(result, each).toFixed(2),
      ...[over(each, (r) => r.serverMs), over(each, (r) => r.databaseMs), over(each, (r) => r.loaderMs)].map(short),
      ...[over(each, (r) => r.p50), over(each, (r) => r.p99)].map(short),
      short(each.memoryMb),
    ];
  });
  const head = [
    '',
    'req/s',
    'of rounds',
    'ratio',
    'by CPU',
    'server CPU ms',
    'database CPU ms',
    'loader CPU ms',
    'p50 ms',
    'p99 ms',
    'memory MB',
  ];
  return `### ${result.workload.title}\n\n${markdownTable(head, rows)}`;
}

const said = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

function setting({ options, cluster, scene }: Comparison): string {
  const { accounts, contacts, opportunities, activities } = scene.sizes;
  const count = (value: number): string => value.toLocaleString('en');
  return [
    `- PostgreSQL ${cluster.version}; fsync, full_page_writes and synchronous_commit on; ${said(settings)}.`,
    `- Data: 200 users, ${count(accounts)} accounts, ${count(contacts)} contacts, ${count(opportunities)} opportunities, ${count(activities)} activities in the engine’s own tables with its indexes.`,
    `- Closed loop, ${String(options.connections)} connections, ${String(options.rounds)} rounds of ${String(options.seconds)} s for each peer, turn by turn, one under load at a time; the median of the rounds. Loader, server and database share the machine’s cores.`,
    '- RAW: Express and pg, one named prepared statement a workload, PostgreSQL’s JSON text handed on; no permissions. RAW tuned: node:http, better SQL, the answer’s bytes as they came. PostGraphile: its own server, prepared statements, the same tables, a function for the sums.',
    `- This engine: a process of its own, signed in by token, permissions on; ${said(ourSettings)}. Its writes make history and outbox entries, RAW’s are the bare statement.`,
    '- The manager stands in the middle of five levels and sees what 16 people own, a department’s opportunities by one sharing rule and large ones by another. RAW stays unrestricted: it answers with all rows.',
    '- A dash: the peer has no way to do this in one request. REST has no child lists.',
    '- CPU is user and system time of the server’s process and of all of PostgreSQL’s, a request; “by CPU” is RAW’s sum of both by the peer’s. Memory is what the server’s process holds after the workload; this engine’s four peers are one process.',
  ].join('\n');
}

/** The goals that were not reached, in words. */
export function missedGoals({ wanted, results }: Comparison): readonly string[] {
  const own = wanted.filter(({ server }) => server === 'tessera');
  return results.flatMap((result) =>
    own.flatMap(({ name }) => {
      const ratio = ratioOf(result, name);
      if (ratio === undefined || ratio >= result.workload.goal) return [];
      return `${result.workload.title}, ${name}: ${ratio.toFixed(2)} instead of ${result.workload.goal.toFixed(2)}`;
    }),
  );
}

export const comparisonSection = (comparison: Comparison): string =>
  [setting(comparison), ratios(comparison), ...comparison.results.map(figures)].join('\n\n');
