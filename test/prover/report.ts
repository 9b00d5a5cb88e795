// A report in lines that say what happened and how to have it again.
import type { Difference, Report } from './prove.ts';

function differenceText({ world, person, ask, difference, smallest }: Difference, seed: number): string {
  const small =
    smallest === undefined
      ? ['  does not come again in a fresh world']
      : [`  smallest, with ${String(smallest.records)} records: ${JSON.stringify(smallest.ask)}`, `    ${smallest.difference}`];
  return [`PROVER_SEED=${String(seed)} PROVER_ONLY=${world}: ${person} asks ${JSON.stringify(ask)}`, `  ${difference}`, ...small].join(
    '\n',
  );
}

/** Nothing where the engine and the oracle agree. */
export const differencesText = ({ seed, differences }: Report): string =>
  differences.map((each) => differenceText(each, seed)).join('\n\n');

export const figuresText = ({ seed, figures }: Report): string => `seed ${String(seed)}: ${JSON.stringify(figures)}`;
