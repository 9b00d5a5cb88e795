// The prover can fail: engines that leak, each in one way, are found out within a few worlds.
import { describe, expect, it, jest } from '@jest/globals';
import { mutants, restrictOf, type Restrict } from './mutants.ts';

const real = await import('@tessera/security');

let broken: Restrict = real.restrict;

jest.unstable_mockModule('@tessera/security', () => ({ ...real, restrict: (...given: Parameters<Restrict>) => broken(...given) }));

// Only now, so that the engine gets the security that can be broken.
const { openLab } = await import('./lab.ts');
const { prove } = await import('./prove.ts');

const worlds = 60;
const seed = Number(process.env['PROVER_SEED'] ?? 7);

describe('an engine that', () => {
  it.each(mutants)(
    '$name is found out',
    async (mutant) => {
      broken = restrictOf(mutant, real.restrict);
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
        broken = real.restrict;
      }
    },
    300_000,
  );
});
