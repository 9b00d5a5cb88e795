// The differences of two Models as a list of typed changes.
import { canonicalJson } from './canonical.ts';
import { nestedProperties, partMaps } from './layers/keyed-properties.ts';
import { isJsonObject } from './layers/merge.ts';
import type { Model } from './model.ts';
import { movedWords } from './moved-words.ts';

type Json = Readonly<Record<string, unknown>>;

/** `path`: where within the component, as names (`['fields', 'amount', 'scale']`); empty for the component as a whole. */
export interface Change {
  readonly kind: string;
  readonly name: string;
  readonly path: readonly string[];
  readonly change: 'added' | 'removed' | 'renamed' | 'changed';
  readonly before?: unknown;
  readonly after?: unknown;
}

const asObject = (value: unknown): Json => (isJsonObject(value) ? value : {});

/** Present names of what is renamed → those before. Of several that become one, one counts as renamed. */
function formerNames(before: Json, after: Json): ReadonlyMap<string, string> {
  const named = (map: Json): Parameters<typeof movedWords>[0] =>
    Object.fromEntries(Object.entries(map).map(([key, entry]) => [key, asObject(entry)]));
  return new Map([...movedWords(named(before), named(after))].reverse().map(([from, to]) => [to, from]));
}

function compareMaps(before: Json, after: Json, at: Pick<Change, 'kind' | 'name'>, path: readonly string[], depth: number): Change[] {
  const changes: Change[] = [];
  const renamed = formerNames(before, after);
  const moved = new Set(renamed.values());
  for (const key of Object.keys(before)) {
    if (!moved.has(key) && !Object.hasOwn(after, key))
      changes.push({ ...at, path: [...path, key], change: 'removed', before: before[key] });
  }
  for (const [key, entry] of Object.entries(after)) {
    const from = renamed.get(key);
    if (from !== undefined) changes.push({ ...at, path: [...path, key], change: 'renamed', before: from, after: key });
    if (from === undefined && !Object.hasOwn(before, key)) changes.push({ ...at, path: [...path, key], change: 'added', after: entry });
    else changes.push(...compareEntries(before[from ?? key], entry, at, [...path, key], depth));
  }
  return changes;
}

function compareEntries(
  before: unknown,
  after: unknown,
  at: Pick<Change, 'kind' | 'name'>,
  path: readonly string[],
  depth: number,
): Change[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  if (!isJsonObject(before) || !isJsonObject(after) || depth > 4) return [{ ...at, path, change: 'changed', before, after }];
  const changes: Change[] = [];
  for (const property of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [left, right] = [before[property], after[property]];
    if (property === 'renamedFrom' || canonicalJson(left) === canonicalJson(right)) continue;
    const next = [...path, property];
    if (partMaps.has(property) && (isJsonObject(left) || isJsonObject(right)))
      changes.push(...compareMaps(asObject(left), asObject(right), at, next, depth + 1));
    else if (nestedProperties.has(property) && isJsonObject(left) && isJsonObject(right))
      changes.push(...compareEntries(left, right, at, next, depth + 1));
    else if (left === undefined) changes.push({ ...at, path: next, change: 'added', after: right });
    else if (right === undefined) changes.push({ ...at, path: next, change: 'removed', before: left });
    else changes.push({ ...at, path: next, change: 'changed', before: left, after: right });
  }
  return changes;
}

/** What leads from one Model to another; nothing at all for equal hashes. `before` undefined: everything is added. */
export function diff(before: Model | undefined, after: Model): readonly Change[] {
  if (before?.hash === after.hash) return [];
  const changes: Change[] = [];
  for (const kind of new Set([...Object.keys(before?.source ?? {}), ...Object.keys(after.source)])) {
    const found = compareMaps(asObject(before?.source[kind]), asObject(after.source[kind]), { kind, name: '' }, [], 0);
    changes.push(...found.map(({ path: [name = '', ...path], ...change }) => ({ ...change, name, path })));
  }
  return changes;
}
