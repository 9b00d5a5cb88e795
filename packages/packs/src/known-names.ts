// The end of a message about a name that a file of a pack says and nothing has.
import { nearest } from '@tessera/rules';

/** Longest list that is shown. */
const most = 40;

/** "Did you mean c? Known: a, b, c."; nothing where there are none. */
export function knownNames(wanted: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const near = nearest(wanted, names);
  return `${near === undefined ? '' : `Did you mean ${near}? `}Known: ${[...names].sort().slice(0, most).join(', ')}.`;
}
