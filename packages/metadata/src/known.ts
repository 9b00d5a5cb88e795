// The end of a message about a name that is not there.

/** "Known: a, b, c." */
export function known(names: readonly string[]): string {
  if (names.length === 0) return 'There are none.';
  const shown = names.slice(0, 12).join(', ');
  return names.length > 12 ? `Known: ${shown}, … (${String(names.length)}).` : `Known: ${shown}.`;
}
