// Texts out of rows, whose values are unknown until they are looked at.

/** The text in a column, or null where there is none. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
