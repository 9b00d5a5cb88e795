// Whoever is absent has somebody stand in: chains are followed to their end.

/** Who stands in for somebody in the end; undefined where the person is there, or nobody is: a chain that closes has no end. */
export function standInFor(person: string, standIns: ReadonlyMap<string, string>): string | undefined {
  const seen = new Set([person]);
  let last: string | undefined;
  for (let next = standIns.get(person); next !== undefined; next = standIns.get(next)) {
    if (seen.has(next)) return undefined;
    seen.add(next);
    last = next;
  }
  return last;
}
