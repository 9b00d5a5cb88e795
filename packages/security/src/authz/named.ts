// Maps by names that callers may choose: without a prototype, so that `constructor` is no entry.

/** A frozen map of these entries, in their order. */
export function named<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const map = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) map[name] = value;
  return Object.freeze(map);
}
