// A curve: the same request at several sizes, turn by turn, and what each costs beside the first.
import { cpuMsOf, familyCpuMs } from '../load/proc.ts';
import { load } from '../load/loader.ts';
import type { BenchOptions } from '../options.ts';
import type { PeerProcess } from '../peers/process.ts';
import { markdownTable, short } from '../report/tables.ts';

/** One size. Several servers share the load. */
export interface Point {
  readonly name: string;
  readonly servers: readonly PeerProcess[];
  readonly requests: readonly Buffer[];
}

export interface Figure {
  readonly name: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of CPU a request: the servers', the database's. */
  readonly serverMs: number;
  readonly databaseMs: number;
}

export interface Curve {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** CPU of the last size by the first's, at most; undefined: nothing is promised. */
  readonly most?: number | undefined;
}

export interface Setting {
  readonly options: BenchOptions;
  readonly postmaster: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function round({ name, servers, requests }: Point, ms: number, { options, postmaster }: Setting): Promise<Figure> {
  const cpu = async (): Promise<number> => (await Promise.all(servers.map(({ pid }) => cpuMsOf(pid)))).reduce((sum, each) => sum + each, 0);
  const before = [await cpu(), await familyCpuMs(postmaster)] as const;
  const connections = Math.max(1, Math.round(options.connections / servers.length));
  const results = await Promise.all(servers.map(({ url }, i) => load({ url, requests, connections, ms, from: i * 17 })));
  const after = [await cpu(), await familyCpuMs(postmaster)] as const;
  const answered = results.reduce((sum, each) => sum + each.answered, 0);
  const latencies = results.flatMap((each) => [...each.latencies]).sort((a, b) => a - b);
  return {
    name,
    perSecond: results.reduce((sum, each) => sum + each.answered / each.seconds, 0),
    p50: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    serverMs: (after[0] - before[0]) / answered,
    databaseMs: (after[1] - before[1]) / answered,
  };
}

/** All points in turn, so that whatever else the machine does falls on all of them. */
export async function measureCurve(title: string, points: readonly Point[], setting: Setting, most?: number): Promise<Curve> {
  const { rounds, seconds } = setting.options;
  const ms = seconds * 500;
  const found = points.map((): Figure[] => []);
  for (let turn = -1; turn < rounds; turn += 1) {
    for (const [i, point] of points.entries()) {
      // The first turn warms up.
      const figure = await round(point, ms, setting);
      if (turn >= 0) found[i]?.push(figure);
    }
  }
  const figures = points.map(({ name }, i): Figure => {
    const of = (key: Exclude<keyof Figure, 'name'>): number => median((found[i] ?? []).map((figure) => figure[key]));
    return { name, perSecond: of('perSecond'), p50: of('p50'), p99: of('p99'), serverMs: of('serverMs'), databaseMs: of('databaseMs') };
  });
  return { title, figures, most };
}

const cpuOf = ({ serverMs, databaseMs }: Figure): number => serverMs + databaseMs;

/** CPU of a size by that of the first. */
export function costRatio({ figures }: Curve, n: number): number {
  const [first, own] = [figures[0], figures[n]];
  return first === undefined || own === undefined ? Number.NaN : cpuOf(own) / cpuOf(first);
}

/** What the promise has come to; undefined where nothing is promised. */
export function brokenPromise(curve: Curve): string | undefined {
  const { title, figures, most } = curve;
  const ratio = costRatio(curve, figures.length - 1);
  return most === undefined || ratio <= most
    ? undefined
    : `${title}: the last costs ${ratio.toFixed(2)} times the first, at most ${most.toFixed(2)} is wanted`;
}

export function curveTable(curve: Curve): string {
  const { title, figures, most } = curve;
  const [first] = figures;
  const rows = figures.map((figure, i) => [
    figure.name,
    short(figure.perSecond),
    short(figure.perSecond / (first?.perSecond ?? Number.NaN)),
    short(figure.serverMs),
    short(figure.databaseMs),
    short(costRatio(curve, i)),
    short(figure.p50),
    short(figure.p99),
  ]);
  const verdict =
    most === undefined
      ? []
      : [
          `CPU of the last by the first’s: ${costRatio(curve, figures.length - 1).toFixed(2)}, at most ${most.toFixed(2)} wanted: ${brokenPromise(curve) === undefined ? 'met' : 'missed'}.`,
        ];
  const head = ['', 'req/s', 'by the first', 'server CPU ms', 'database CPU ms', 'CPU by the first', 'p50 ms', 'p99 ms'];
  return [`### ${title}`, markdownTable(head, rows), ...verdict].join('\n\n');
}
