// Numbers where a count is wanted: of characters, of days.
import { parseDecimal, roundDecimal } from '../decimal.ts';
import type { Value } from '../expression.ts';

/** A number cut to a whole one; undefined for null and beyond ±limit. `wholeSql` is the same in SQL. */
export function wholeOf(value: Value | undefined, limit: number): number | undefined {
  const decimal = typeof value === 'string' ? parseDecimal(value) : undefined;
  if (decimal === undefined) return undefined;
  const whole = roundDecimal(decimal, 0, 'down');
  const count = Number(whole.digits) / 10 ** whole.scale;
  // `+ 0`: no minus zero.
  return Math.abs(count) > limit ? undefined : Math.trunc(count) + 0;
}
