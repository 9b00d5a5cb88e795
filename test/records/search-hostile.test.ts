// Whatever is typed, and whatever stands in a record: search answers.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestTenant } from '../support/engine.ts';
import { searchScene, type SearchScene } from './search-scene.ts';

let found: SearchScene;
let tenant: TestTenant;
let search: SearchScene['search'];
let names: SearchScene['names'];

beforeAll(async () => {
  found = await searchScene();
  ({ tenant, search, names } = found);
});
afterAll(() => found.engine.close());
beforeEach(() => found.empty());

describe('search is never broken by', () => {
  const hostile = [
    "'",
    "''",
    '\\',
    "\\'",
    "':*",
    'a:*',
    'a & b | !c',
    'a <-> b',
    '(((',
    ')',
    '!',
    'a:A',
    "x'; drop table y; --",
    '%_',
    '$1',
    '{"a":1}',
    '🙂',
    'a🙂b',
    '\u0000',
    'a\u0000b',
    '\ud83d',
    '\u202eabc',
    '=',
    '#',
    '=acme',
    '\n\t',
    '٣٤٥',
    'ﷺ',
    'é́́́',
    '가나다',
    'กขฃ',
    'हिन्दी',
    '𠮷野家',
    '+++',
    '+',
    '(((1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9',
  ];

  it.each(
    [...hostile, 'x'.repeat(10_000), '阿'.repeat(10_000), 'a '.repeat(5_000), "'".repeat(10_000), '1-'.repeat(5_000)].map((q) => [q]),
  )('%j', async (q) => {
    await tenant.create('company', { name: `It is 'quoted' \\ & 🙂 阿里 acme`, notes: q.replaceAll('\u0000', '').toWellFormed() });
    expect(Array.isArray(await search(q))).toBe(true);
  });

  it('a name that is all punctuation, or as long and as dense as it may be', async () => {
    await tenant.create('company', { name: '!!!' });
    const dense = Array.from({ length: 10_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000))).join('');
    await tenant.create('company', { name: '龘'.repeat(200), notes: dense });
    expect(await names('龘龘')).toHaveLength(1);
    expect(await names('!!!')).toEqual([]);
  });
});
