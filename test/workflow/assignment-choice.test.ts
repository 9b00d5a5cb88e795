// One of several people: in turn and by load, as the choice itself makes it.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { after, choose, type Standing } from '../../packages/workflow/src/assignment/choose.ts';

const fresh: Standing = { turns: new Map(), load: new Map() };

/** Whom each of so many records goes to. */
function given(method: 'roundRobin' | 'leastLoad', rounds: readonly (readonly string[])[], from = fresh): readonly (string | undefined)[] {
  let standing = from;
  return rounds.map((people) => {
    const user = choose(method, people, standing);
    if (user !== undefined) standing = after(standing, user);
    return user;
  });
}

const times = (n: number, people: readonly string[]): readonly (readonly string[])[] => Array.from({ length: n }, () => people);

describe('the choice', () => {
  it('is the first, where nothing else is said', () => {
    expect(choose('first', ['b', 'a'], fresh)).toBe('b');
    expect(choose('first', [], fresh)).toBeUndefined();
  });

  it('goes round, whoever joins, leaves or comes back', () => {
    expect(given('roundRobin', times(5, ['b', 'a', 'c']))).toEqual(['a', 'b', 'c', 'a', 'b']);
    const away = [
      ['a', 'b', 'c'],
      ['a', 'c'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c', 'd'],
      ['a', 'b', 'c', 'd'],
    ];
    expect(given('roundRobin', away)).toEqual(['a', 'c', 'b', 'a', 'd', 'c']);
  });

  it('takes who has least, and goes round among equals', () => {
    const from: Standing = { turns: new Map(), load: new Map([['a', 2]]) };
    expect(given('leastLoad', times(6, ['a', 'b', 'c']), from)).toEqual(['b', 'c', 'b', 'c', 'a', 'b']);
  });

  it('gives nobody more than one more than others, in any order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }), fc.nat(60), (people, n) => {
        for (const method of ['roundRobin', 'leastLoad'] as const) {
          const got = given(method, times(n, people));
          const counts = people.map((each) => got.filter((user) => user === each).length);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
