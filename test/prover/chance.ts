// Chance in the words of a generator.
import type { Random } from '../support/random.ts';

export class Chance {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** True in so many of a hundred cases. */
  percent(share: number): boolean {
    return this.#random.below(100) < share;
  }

  /** From `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.#random.below(most - least + 1);
  }

  pick<T>(from: readonly T[]): T {
    return this.#random.pick(from);
  }

  maybe<T>(from: readonly T[]): T | undefined {
    return from.length === 0 ? undefined : this.pick(from);
  }

  /** So many different ones, or all. */
  some<T>(from: readonly T[], count: number): readonly T[] {
    const left = [...from];
    const taken: T[] = [];
    while (taken.length < count && left.length > 0) taken.push(...left.splice(this.#random.below(left.length), 1));
    return taken;
  }

  /** A choice by weight. */
  weighed<T>(choices: readonly (readonly [T, number])[]): T {
    let at = this.#random.below(choices.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [choice, weight] of choices) {
      if (at < weight) return choice;
      at -= weight;
    }
    throw new TypeError('Nothing to choose from.');
  }

  times<T>(count: number, make: (i: number) => T): T[] {
    return Array.from({ length: count }, (_, i) => make(i));
  }
}
