// Who sees everything: the prover's generator, rules and requests agree with the engine where nobody is kept from anything.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testSeed } from '../support/random.ts';
import { openLab, type Lab } from './lab.ts';
import { prove } from './prove.ts';
import { differencesText } from './report.ts';

const worlds = Number(process.env['PROVER_ADMINISTRATOR_WORLDS'] ?? 12);
const seed = Number(process.env['PROVER_SEED'] ?? testSeed() % 1_000_000);

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

describe('an administrator', () => {
  it(`gets from the engine what the oracle says, in ${String(worlds)} worlds (seed ${String(seed)})`, async () => {
    const only = process.env['PROVER_ONLY'];
    const report = await prove(lab, {
      seed,
      worlds,
      as: 'administrator',
      spread: { constitutions: 1, worlds: 4 },
      most: Number(process.env['PROVER_MOST'] ?? 1),
      ...(only === undefined ? {} : { only }),
    });
    expect(differencesText(report)).toBe('');
    expect(lab.blamed).toEqual([]);
    expect(report.figures.full).toBeGreaterThan(report.figures.comparisons / 3);
  }, 600_000);
});
