// An array as PostgreSQL reads it.

/** What an array may hold. */
export type ArrayItem = string | number | boolean | null | undefined;

function itemText(item: ArrayItem): string {
  if (item === null || item === undefined) return 'NULL';
  if (typeof item !== 'string') return String(item);
  const escaped = item.includes('"') || item.includes('\\') ? item.replaceAll(/["\\]/g, '\\$&') : item;
  return `"${escaped}"`;
}

/** `{"a","b",NULL}` (PostgreSQL manual, 8.15.6). */
export function arrayText(items: readonly ArrayItem[]): string {
  return `{${items.map(itemText).join(',')}}`;
}
