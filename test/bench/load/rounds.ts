// Rounds of load, peer after peer and again: what each answered, and what it and the database took for it.
import { requestBytes } from './http-wire.ts';
import { load, type LoadResult } from './loader.ts';
import { cpuMsOf, familyCpuMs, residentMb } from './proc.ts';
import type { Asked } from '../compare.ts';
import type { Prepared } from '../workloads/workload.ts';

export interface RoundOptions {
  readonly connections: number;
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
  /** PostgreSQL's first process. */
  readonly postmaster: number;
}

/** A server under load in words of the report. */
export interface Runner {
  readonly asked: Asked;
  readonly pid: number;
}

export interface Round {
  readonly perSecond: number;
  /** Milliseconds of CPU a request: the server's, the database's, the loader's. */
  readonly serverMs: number;
  readonly databaseMs: number;
  readonly loaderMs: number;
  readonly p50: number;
  readonly p99: number;
}

export interface Measured {
  readonly peer: string;
  readonly rounds: readonly Round[];
  /** Resident memory of the server after the last round, in MB. */
  readonly memoryMb: number;
}

const loaderCpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const quantile = ({ latencies }: LoadResult, part: number): number =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))] ?? Number.NaN;

async function timed(
  { asked, pid }: Runner,
  requests: readonly Buffer[],
  from: number,
  options: RoundOptions,
): Promise<{ round: Round; next: number }> {
  const { connections, roundMs: ms, postmaster } = options;
  const before = [await cpuMsOf(pid), await familyCpuMs(postmaster), loaderCpuMs()] as const;
  const result = await load({ url: asked.url, requests, connections, ms, from });
  const after = [await cpuMsOf(pid), await familyCpuMs(postmaster), loaderCpuMs()] as const;
  const each = (n: 0 | 1 | 2): number => (after[n] - before[n]) / result.answered;
  return {
    next: result.next,
    round: {
      perSecond: result.answered / result.seconds,
      serverMs: each(0),
      databaseMs: each(1),
      loaderMs: each(2),
      p50: quantile(result, 0.5),
      p99: quantile(result, 0.99),
    },
  };
}

/** A runner with its requests as bytes; none where the peer has no way to ask. */
function armed(prepared: Prepared, runner: Runner): readonly { readonly runner: Runner; readonly requests: readonly Buffer[] }[] {
  const { peer, headers } = runner.asked;
  const requests = prepared.requests(peer.kind);
  return requests === undefined ? [] : [{ runner, requests: requests.map((request) => requestBytes(request, headers)) }];
}

/**
 * Rounds of one workload: A B C, A B C, …; peers that cannot do it are left out.
 * @param sign everybody, signed in for the next turn
 */
export async function runRounds(
  prepared: Prepared,
  sign: () => Promise<readonly Runner[]>,
  options: RoundOptions,
): Promise<readonly Measured[]> {
  // Reads begin each turn at the same case, so that all are asked the same; writes go on, so that none finds its work done.
  const goesOn = prepared.stored !== undefined;
  const found = new Map<string, Omit<Measured, 'peer'>>();
  let next = 0;
  for (let turn = 0; turn < options.rounds; turn += 1) {
    const first = next;
    const turns = (await sign()).flatMap((runner) => armed(prepared, runner));
    for (const { runner, requests } of turns) {
      // The first time code is compiled and plans are made; later only the caches are someone else's.
      const ms = turn === 0 ? options.warmUpMs : options.warmUpMs / 10;
      const { peer, url } = runner.asked;
      const warm = await load({ url, requests, connections: options.connections, ms, from: goesOn ? next : first });
      const { round, next: after } = await timed(runner, requests, goesOn ? warm.next : first, options);
      next = Math.max(next, after);
      const kept = found.get(peer.name) ?? { rounds: [], memoryMb: 0 };
      found.set(peer.name, { rounds: [...kept.rounds, round], memoryMb: await residentMb(runner.pid) });
    }
  }
  return [...found].map(([peer, { rounds, memoryMb }]) => ({ peer, rounds, memoryMb }));
}
