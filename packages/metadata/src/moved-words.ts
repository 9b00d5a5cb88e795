// Which names of a map are called otherwise in the map after it: by what they say they were renamed from.

interface Named {
  readonly renamedFrom?: readonly string[];
}

type Names = Readonly<Record<string, Named>>;

/** What `after` says of names of `before`; only what `before` did not say yet, since that has moved already. */
function said(before: Names, after: Names): Map<string, string> {
  const claims = new Map<string, string>();
  for (const [name, { renamedFrom = [] }] of Object.entries(after)) {
    const stale = Object.hasOwn(before, name) ? (before[name]?.renamedFrom ?? []) : [];
    for (const former of renamedFrom) {
      if (former !== name && Object.hasOwn(before, former) && !stale.includes(former) && !claims.has(former)) claims.set(former, name);
    }
  }
  return claims;
}

/**
 * Names that have moved → what they are now. Several may become one, two may be exchanged. A name that goes on means what it meant:
 * nothing is taken from it, unless another name moves to it at the same time.
 * @param back `after` was there before `before`: what once moved from it moves back, although `after` cannot say so
 */
export function movedWords(before: Names, after: Names, back = false): ReadonlyMap<string, string> {
  const claims = said(before, after);
  if (back) for (const [name, later] of said(after, before)) if (!claims.has(later)) claims.set(later, name);
  for (;;) {
    const taken = new Set(claims.values());
    const staying = [...claims.keys()].find((name) => Object.hasOwn(after, name) && !taken.has(name));
    if (staying === undefined) return claims;
    claims.delete(staying);
  }
}
