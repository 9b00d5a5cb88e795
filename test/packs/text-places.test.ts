// Lines and columns of what a JSON pointer names, and of what is no JSON.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keySaidTwice, placeIn } from '../../packages/packs/src/text-places.ts';

const text = `{
  "a": { "b/c": [1, {"d": "x\\"y"}] },
  "~": null
}
`;

describe('placeIn', () => {
  it('gives where the key of a member stands, and where an element begins', () => {
    expect(placeIn(text, '/a/b~1c/1/d')).toEqual({ line: 2, column: 22 });
    expect(placeIn(text, '/a/b~1c/0')).toEqual({ line: 2, column: 18 });
    expect(placeIn(text, '/~0')).toEqual({ line: 3, column: 3 });
  });

  it('gives what stands nearest above where there is no such thing', () => {
    expect(placeIn(text, '/a/missing/deep')).toEqual({ line: 2, column: 3 });
    expect(placeIn(text, '')).toEqual({ line: 1, column: 1 });
  });

  it('gives the first thing that is no JSON, whatever is asked for', () => {
    const broken: readonly (readonly [text: string, line: number, column: number])[] = [
      ['{\n  "a": tru\n}', 2, 8],
      ['{"a": 1,\n}', 2, 1],
      ['{"a": 1\n "b": 2}', 2, 2],
      ['[1, 2', 1, 6],
      ['', 1, 1],
      ['{} {}', 1, 4],
    ];
    for (const [written, line, column] of broken) expect(placeIn(written, '/a')).toEqual({ line, column });
  });

  it('finds every member of whatever JSON there is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.json()), (object) => {
        const parsed = Object.fromEntries(Object.entries(object).map(([key, value]) => [key, JSON.parse(value) as unknown]));
        const written = JSON.stringify(parsed, null, 1);
        for (const key of Object.keys(parsed)) {
          const { line, column } = placeIn(written, `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
          const found = written.split('\n')[line - 1] ?? '';
          expect(found.slice(column - 1).startsWith(JSON.stringify(key))).toBe(true);
        }
      }),
    );
  });
});

describe('keySaidTwice', () => {
  it('gives the first key that one object has twice, and none where texts only look so', () => {
    const twice = (written: string): string | undefined => keySaidTwice(written, JSON.parse(written));
    expect(twice('{"a": {"b": 1}, "c": [{"b": 1, "b": 2}], "a": 3}')).toBe('/c/0/b');
    expect(twice('{"a": 1, "b": {"a": "\\"a\\": 1, \\"a\\":", "\\\\": [{"a": 1}, {"a": 2}]}}')).toBeUndefined();
  });
});
