// The cache that forgets by weight.
import { describe, expect, it } from '@jest/globals';
import { BoundedCache } from '@tessera/kernel';

describe('BoundedCache', () => {
  it('forgets what was used longest ago', () => {
    const cache = new BoundedCache<string, number>(3);
    for (const [i, key] of ['a', 'b', 'c'].entries()) cache.set(key, i);
    cache.get('a');
    cache.set('d', 3);
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual([0, undefined, 2, 3]);
    cache.set('heavy', 9, 4);
    expect(cache.get('heavy')).toBeUndefined();
    cache.set('whole', 9, 3);
    expect(['a', 'c', 'd', 'whole'].map((key) => cache.get(key))).toEqual([undefined, undefined, undefined, 9]);
  });
});
