// Values as decimals and back, as all operators on numbers need them.
import { formatDecimal, parseDecimal, type Decimal } from '../decimal.ts';
import type { Value } from '../expression.ts';
import type { Kind } from '../types.ts';

export const numbers: readonly Kind[] = ['number'];

/** Reads all arguments as decimals; undefined where one is null. */
export function parsed(args: readonly Value[]): Decimal[] | undefined {
  const result = args.map((arg) => (typeof arg === 'string' ? parseDecimal(arg) : undefined));
  return result.every((item) => item !== undefined) ? result : undefined;
}

export const shown = (value: Decimal | undefined): Value => (value === undefined ? null : formatDecimal(value));
