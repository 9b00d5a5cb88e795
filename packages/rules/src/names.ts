// "Did you mean": the nearest of a set of names.

/** Letters put in, left out, replaced or swapped (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The name that is most like `wanted`, where one is close enough to be meant. */
export function nearest(wanted: string, names: Iterable<string>): string | undefined {
  if (wanted.length > 60) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const far = Math.abs(name.length - wanted.length) >= least ? least : distance(wanted.toLowerCase(), name.toLowerCase());
    if (far < least) {
      best = name;
      least = far;
    }
  }
  return best;
}

/** A hint for a message: the nearest name, or the first few there are. */
export function suggestion(wanted: string, names: readonly string[]): string {
  const near = nearest(wanted, names);
  if (near !== undefined) return `Did you mean "${near}"?`;
  if (names.length === 0) return 'There is none.';
  return `Known: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}.`;
}

/** Names that every JavaScript object seems to have: never taken from a catalog that may be a plain object. */
export function isPrototypeName(name: string): boolean {
  return name in Object.prototype;
}
