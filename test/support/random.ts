// Chance that can be had again: a seed gives the same numbers each time.

export interface Random {
  readonly seed: number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
}

/** TEST_SEED, else a new one; it belongs into the title or message of a test. */
export const testSeed = (): number => Number(process.env['TEST_SEED'] ?? Math.trunc(Date.now() % 2 ** 31));

/** mulberry32. */
export function random(seed = testSeed()): Random {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return {
    seed,
    below,
    pick: (from) => {
      const found = from[below(from.length)];
      if (found === undefined) throw new TypeError('Nothing to choose from.');
      return found;
    },
  };
}
