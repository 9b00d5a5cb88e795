// What a write answers is what a read gives, though the statement that writes the record returns it by the way.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pack, selected, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';

const flag = (formula: unknown) => ({ type: 'formula', returns: 'boolean', formula });

const base = pack('base', {
  // Columns that are called like what rules are given: who acts, with which roles, when, where.
  seat: {
    fields: {
      user: { type: 'user' },
      roles: { type: 'text' },
      now: { type: 'datetime' },
      zone: { type: 'text' },
      mine: flag({ '==': [{ var: 'user' }, { var: '$user.id' }] }),
      ruled: flag({ hasRole: ['administrator'] }),
      past: flag({ '<': [{ var: 'now' }, { var: '$now' }] }),
    },
  },
});

const fields = ['user', 'roles', 'now', 'zone', 'mine', 'ruled', 'past'];

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [base]);
});
afterAll(() => engine.close());

describe('the answer of a write', () => {
  it.each([
    ['others’ values', { roles: 'none', now: '2999-01-01T00:00:00.000Z', zone: 'Mars' }, { mine: false, past: false }],
    ['past ones', { roles: null, now: '2001-01-01T00:00:00.000Z', zone: null }, { mine: false, past: true }],
  ])('keeps columns and what rules are given apart: %s', async (_name, values, expected) => {
    const written = { name: 'S', user: null, ...values };
    const created = await acme.run('records.create', { object: 'seat', records: [written], returning: fields.map(selected) });
    const [one] = created.results;
    if (one?.ok !== true) throw new Error('The seat was not made.');
    expect(JSON.parse(one.record ?? '')).toEqual({ user: null, ...values, ruled: true, ...expected });

    const change = { id: one.id, values: { user: acme.administrator } };
    const updated = await acme.run('records.update', { object: 'seat', records: [change], returning: fields.map(selected) });
    const [two] = updated.results;
    if (two?.ok !== true) throw new Error('The seat was not changed.');
    const told = JSON.parse(two.record ?? '') as unknown;
    expect(told).toEqual({ user: acme.administrator, ...values, ruled: true, ...expected, mine: true });
    expect(await acme.read('seat', one.id, ...fields)).toEqual(told);
  });
});
