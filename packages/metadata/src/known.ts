// The end of a message about a name that is not there.
import { nearest } from '@tessera/rules';

/** "Did you mean c? Known: a, b, c." @param wanted the name that is not there */
export function known(names: readonly string[], wanted: string): string {
  if (names.length === 0) return 'There are none.';
  const near = nearest(wanted, names);
  const meant = near === undefined ? '' : `Did you mean ${near}? `;
  const shown = names.slice(0, 12).join(', ');
  return names.length > 12 ? `${meant}Known: ${shown}, … (${String(names.length)}).` : `${meant}Known: ${shown}.`;
}
