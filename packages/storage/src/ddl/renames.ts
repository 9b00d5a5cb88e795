// The order of renames within one space of names, so that each new name is free when it is taken.

export interface Rename {
  readonly from: string;
  readonly to: string;
}

/**
 * Orders renames; a circle (a ↔ b) is broken by a temporary name.
 * @param temporary gives a name that nothing has
 */
export function orderRenames(renames: readonly Rename[], temporary: (n: number) => string): readonly Rename[] {
  let pending = renames.filter((rename) => rename.from !== rename.to);
  const ordered: Rename[] = [];
  let circles = 0;
  while (pending.length > 0) {
    const sources = new Set(pending.map((rename) => rename.from));
    const free = pending.filter((rename) => !sources.has(rename.to));
    if (free.length > 0) {
      ordered.push(...free);
      pending = pending.filter((rename) => sources.has(rename.to));
      continue;
    }
    const [first, ...rest] = pending;
    if (first === undefined) break;
    circles += 1;
    const name = temporary(circles);
    ordered.push({ from: first.from, to: name });
    pending = [...rest, { from: name, to: first.to }];
  }
  return ordered;
}
