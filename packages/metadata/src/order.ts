// The order of what has stable keys: sparse numbers, then keys.

/** What has no order comes last. */
export const unordered = Number.MAX_SAFE_INTEGER;

interface Placed {
  readonly order: number;
  readonly name: string;
}

/** By order, those of the same order by name. */
export const byOrder = (a: Placed, b: Placed): number => a.order - b.order || (a.name < b.name ? -1 : 1);
