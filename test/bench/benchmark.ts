// What a benchmark is, and how times are taken: turn by turn within one run, so that ratios hold on a busy machine too.

/** A file `<name>.bench.ts` exports one as `benchmark`. */
export interface Benchmark {
  readonly description: string;
  /** How many times as long as its base a limited figure may take. */
  readonly limit?: number;
  /** Brings its own scene up and takes it down. */
  run(): Promise<Findings>;
}

export interface Findings {
  readonly figures: readonly Figure[];
  /** What belongs beside the figures: sizes, counts. */
  readonly notes: Readonly<Record<string, string | number>>;
}

/** Milliseconds. */
export interface Times {
  readonly min: number;
  readonly median: number;
  readonly p95: number;
}

export interface Figure extends Times {
  readonly name: string;
  /** Median by the base's median of the same run. */
  readonly ratio: number;
  /** Whether the benchmark's limit is meant for it. */
  readonly limited: boolean;
}

export interface Contender {
  readonly name: string;
  readonly limited?: boolean;
  readonly work: () => Promise<unknown>;
}

function timesOf(taken: readonly number[]): Times {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return { min: at(0), median: at(0.5), p95: at(0.95) };
}

/** Runs all in turn (A, B, A, B, …), the first of them being the base; what a warm-up takes does not count. */
export async function compared(
  contenders: readonly Contender[],
  { warmUp = 20, repetitions = 200 }: { readonly warmUp?: number; readonly repetitions?: number } = {},
): Promise<readonly Figure[]> {
  const taken = contenders.map((): number[] => []);
  for (let turn = -warmUp; turn < repetitions; turn += 1) {
    for (const [i, { work }] of contenders.entries()) {
      const start = performance.now();
      await work();
      if (turn >= 0) taken[i]?.push(performance.now() - start);
    }
  }
  const times = taken.map(timesOf);
  const base = times[0]?.median ?? Number.NaN;
  return contenders.map(({ name, limited = false }, i) => {
    const own = times[i] ?? timesOf([]);
    return { name, ...own, ratio: own.median / base, limited };
  });
}

export const broken = ({ limit }: Benchmark, { figures }: Findings): readonly Figure[] =>
  figures.filter(({ limited, ratio }) => limit !== undefined && limited && !(ratio <= limit));
