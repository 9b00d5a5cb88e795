// The run that the test files share: worlds of a seed, and figures that say that they were worth asking about.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testSeed } from '../support/random.ts';
import { openLab, type Lab } from './lab.ts';
import { prove, type Report } from './prove.ts';
import { differencesText, figuresText } from './report.ts';

/** PROVER_WORLDS is for the long run, PROVER_SEED and PROVER_ONLY bring one back. */
export function provesWorlds(part: number, usual: number): void {
  const worlds = Number(process.env['PROVER_WORLDS'] ?? usual);
  const seed = Number(process.env['PROVER_SEED'] ?? (testSeed() % 1_000_000) * 10 + part);
  const only = process.env['PROVER_ONLY'];

  describe(`the engine (seed ${String(seed)})`, () => {
    let lab: Lab;
    let report: Report;

    beforeAll(async () => {
      lab = await openLab();
      report = await prove(lab, {
        seed,
        worlds,
        as: 'people',
        spread: { constitutions: 5, worlds: 8 },
        ...(only === undefined ? {} : { only }),
      });
    }, 24 * 3_600_000);
    afterAll(() => lab.close());

    it(`shows and takes in ${String(worlds)} worlds what ACCESS.md says, and nothing else`, () => {
      expect(differencesText(report)).toBe('');
      expect(lab.blamed).toEqual([]);
    });

    const whole = only === undefined ? it : it.skip;
    whole('was asked about something', () => {
      const { figures } = report;
      const share = (part_: number): number => Math.round((100 * part_) / figures.comparisons);
      // Percent of all comparisons; well below what the generator comes to, so that chance does not fail it.
      expect({
        figures: figuresText(report),
        full: share(figures.full) > 30,
        withheld: share(figures.withheld) > 8,
        masked: share(figures.masked) > 0,
      }).toMatchObject({
        full: true,
        withheld: true,
        masked: true,
      });
      expect(figures.probes).toBeGreaterThan(figures.worlds / 3);
      expect(figures.shared).toBeGreaterThan(figures.worlds / 2);
      expect(figures.refusedWrites).toBeGreaterThan(figures.worlds / 3);
      expect(figures.doneWrites).toBeGreaterThan(figures.worlds / 3);
    });
  });
}
