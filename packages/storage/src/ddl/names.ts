// Names of what stands beside tables and columns: indexes, constraints, things set aside.

/** Below PostgreSQL's 63 bytes: Citus appends a shard number to names, and `_gone_<n>_` is put before them. */
const longest = 54;
const hashLength = 7;

/** FNV-1a, 32 bit, in base 36: short and the same on every machine; it only keeps shortened names apart. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(36).padStart(hashLength, '0');
}

function fit(name: string, length: number): string {
  return name.length <= length ? name : `${name.slice(0, length - hashLength - 1)}_${shortHash(name)}`;
}

/** What follows `<table>$<subject>$`: who sees a constraint's name in an error knows what was broken. */
export type NameSuffix = 'pk' | 'unique' | 'index' | 'key' | 'fk' | 'max1' | 'one' | 'required';

/**
 * The name of an index or constraint: `account$code$unique`. No API name holds a `$`, so it collides with no table and no other subject.
 * @param subject a column, or the key's name in snake case
 */
export function attachedName(table: string, subject: string, suffix: NameSuffix, hash?: string): string {
  const tail = hash === undefined ? `$${suffix}` : `$${suffix}$${hash}`;
  // Keys keep room for a hash even without one, so that what stands before it is the same for every condition.
  const room = suffix === 'key' ? '$key$'.length + hashLength : tail.length;
  return fit(`${table}$${subject}`, longest - room) + tail;
}

/** The name of a table or column that is set aside. Names that grow too long are shortened with a hash, so always compare forwards. */
export function asideName(n: number, name: string): string {
  const prefix = `_gone_${n}_`;
  return prefix + fit(name, 63 - prefix.length);
}

/** The name of a column that is filled ahead of a change. */
export function newName(column: string): string {
  return `_new_${fit(column, 58)}`;
}

export function isNewName(name: string): boolean {
  return name.startsWith('_new_');
}

/** The number of a set-aside name; undefined for every other name. */
export function asideNumber(name: string): number | undefined {
  const found = /^_gone_(\d+)_/.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Only the last thing set aside under a name may come back: what lies below is older than data that went after it. */
export function newestAside<T extends { readonly name: string }>(things: readonly T[], name: string): T | undefined {
  let found: T | undefined;
  let newest = 0;
  for (const thing of things) {
    const n = asideNumber(thing.name);
    if (n === undefined || n < newest || thing.name !== asideName(n, name)) continue;
    found = thing;
    newest = n;
  }
  return found;
}
