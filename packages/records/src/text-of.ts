// Values of which it is known that they are texts: ids and decimals.
import type { Value } from '@tessera/rules';

/** @throws TypeError where it is none: a mistake of ours */
export function textOf(value: Value | undefined): string {
  if (typeof value !== 'string') throw new TypeError(`Not a text: ${JSON.stringify(value)}`);
  return value;
}
