// Ids: RFC 9562's form, the time they tell, and their order.
import { describe, expect, it } from '@jest/globals';
import { isUuid, uuidv7Source } from '@tessera/kernel';

/** Milliseconds since 1970 that an id tells. */
const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

describe('uuidv7Source', () => {
  it.each([0, 1, 1_800_000_000_123, 2 ** 48 - 2])('gives UUIDs of version 7 that tell the time (%d)', (time) => {
    const newId = uuidv7Source(() => time);
    for (let i = 0; i < 10; i += 1) {
      const id = newId();
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect([isUuid(id), timeOf(id)]).toEqual([true, time]);
    }
  });

  it('sorts as made: within a millisecond, beyond what one holds, and when the clock goes back', () => {
    const times = [5000, 5000, 5001, 4000, 5001, 5002];
    const clock = { at: 0 };
    const newId = uuidv7Source(() => times[clock.at] ?? 0);
    const ids: string[] = [];
    for (; clock.at < times.length; clock.at += 1) for (let i = 0; i < 3_000; i += 1) ids.push(newId());
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(timeOf(ids.at(-1) ?? '')).toBeLessThanOrEqual(5010);
  });

  it('is not to be foreseen: two sources at one time share nothing but the time', () => {
    const [one, other] = [uuidv7Source(() => 1000), uuidv7Source(() => 1000)];
    const tails = Array.from({ length: 500 }, () => [one().slice(19), other().slice(19)]).flat();
    expect(new Set(tails).size).toBe(1000);
    // Each of the digits takes every value: 62 bits are random, not some of them.
    for (const at of [1, 2, 3, 5, 8, 10, 11, 13, 16]) expect(new Set(tails.map((tail) => tail[at])).size).toBe(16);
  });
});
