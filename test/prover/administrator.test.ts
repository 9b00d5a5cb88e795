// Who sees everything: the prover's generator, rules and requests agree with the engine where nobody is kept from anything.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLab, type Lab } from './lab.ts';
import { prove } from './prove.ts';

const worlds = Number(process.env['PROVER_ADMINISTRATOR_WORLDS'] ?? 12);
const seed = Number(process.env['PROVER_SEED'] ?? Math.trunc(Date.now() % 1_000_000));

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

describe('an administrator', () => {
  it(`gets from the engine what the oracle says, in ${String(worlds)} worlds (seed ${String(seed)})`, async () => {
    const only = process.env['PROVER_ONLY'];
    const report = await prove(lab, { seed, worlds, as: 'administrator', spread: { constitutions: 1, worlds: 4 }, ...(only === undefined ? {} : { only }) });
    expect({ seed, differences: report.differences, blamed: lab.blamed }).toEqual({ seed, differences: [], blamed: [] });
    expect(report.figures.full).toBeGreaterThan(report.figures.comparisons / 3);
  }, 600_000);
});
