// The prover can fail: engines that leak, each in one way, are found out within a few worlds.
import { describe, expect, it } from '@jest/globals';
import { inVariant } from '../runner/variants.ts';
import type * as LabModule from './lab.ts';
import type * as ProveModule from './prove.ts';
import type * as LeakyModule from './leaky-security.ts';
import { mutants, restrictOf } from './mutants.ts';

const { breakRestrict } = (await import(inVariant('leaky', './leaky-security.ts'))) as typeof LeakyModule;
const { openLab } = (await import(inVariant('leaky', './lab.ts'))) as typeof LabModule;
const { prove } = (await import(inVariant('leaky', './prove.ts'))) as typeof ProveModule;

const worlds = 60;
const seed = Number(process.env['PROVER_SEED'] ?? 7);

describe('an engine that', () => {
  it.each(mutants)(
    '$name is found out',
    async (mutant) => {
      breakRestrict((real) => restrictOf(mutant, real));
      const lab = await openLab();
      try {
        const report = await prove(lab, {
          seed,
          worlds,
          as: 'people',
          shrink: false,
          surfaces: ['rest'],
          spread: { constitutions: 4, worlds: 6 },
        });
        expect({ found: report.differences.length, worlds: report.figures.worlds }).toMatchObject({ found: 1 });
      } finally {
        await lab.close();
        breakRestrict();
      }
    },
    300_000,
  );
});
