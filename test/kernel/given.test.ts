// Given values: what may be one, what stands for it, and how requests are had back without them.
import { describe, expect, it } from '@jest/globals';
import { Given, isGivable, withoutGivens } from '@tessera/kernel';

describe('a given value', () => {
  it('is a text, a number or a list of them, and nothing that a statement depends on', () => {
    const values: readonly unknown[] = ['a', 0, [], ['a', 1], null, undefined, true, {}, [null], [['a']], [true]];
    expect(values.map(isGivable)).toEqual([true, true, true, true, false, false, false, false, false, false, false]);
  });

  it('is told apart by its name where requests are written out, whatever its value', () => {
    const written = (name: string, value: string): string => JSON.stringify({ '==': [{ var: 'a' }, new Given(name, value)] });
    expect(written('x', 'one')).toBe(written('x', 'two'));
    expect(written('x', 'one')).not.toBe(written('y', 'one'));
  });

  it('is put back wherever it stands', () => {
    const request = [
      { by: { id: new Given('id', 'a') }, list: { filter: { in: [{ var: 'b' }, new Given('in', ['c', 1])] } }, n: null, t: true },
    ];
    expect(withoutGivens(request)).toEqual([{ by: { id: 'a' }, list: { filter: { in: [{ var: 'b' }, ['c', 1]] } }, n: null, t: true }]);
  });
});
