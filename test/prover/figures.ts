// What a run has seen: a prover whose answers are mostly empty proves nothing.

export interface Figures {
  worlds: number;
  requests: number;
  /** Answers that were held against the oracle's. */
  comparisons: number;
  /** Of them reads with something in them, and reads from which something was kept. */
  full: number;
  withheld: number;
  masked: number;
  /** Of them reads that somebody with the same sets had asked for just before. */
  shared: number;
  /** Requests with a hidden name beside the same with an invented one. */
  probes: number;
  refusedWrites: number;
  doneWrites: number;
  /** By kind and surface. */
  readonly kinds: Record<string, number>;
  /** Writes that were refused, by code. */
  readonly codes: Record<string, number>;
}

export const noFigures = (): Figures => ({
  worlds: 0,
  requests: 0,
  comparisons: 0,
  full: 0,
  withheld: 0,
  masked: 0,
  shared: 0,
  probes: 0,
  refusedWrites: 0,
  doneWrites: 0,
  kinds: {},
  codes: {},
});

export const counted = (table: Record<string, number>, name: string): void => {
  table[name] = (table[name] ?? 0) + 1;
};
