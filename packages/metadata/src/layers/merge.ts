// Lays a delta over a component, property by property, by stable keys.
import { escapePointer, type Origin, type Provenance } from './provenance.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Properties that are maps with stable keys. Everything else (rules, lists of words, scalars) is one value that a
 * higher layer replaces as a whole: half of one rule laid over half of another would be a third that nobody wrote.
 */
const keyedProperties: ReadonlySet<string> = new Set([
  'fields',
  'options',
  'recordTypes',
  'keys',
  'validationRules',
  'sections',
  'relatedLists',
  'columns',
  'sort',
  'items',
  'label',
  'pluralLabel',
  'help',
  'message',
]);

export function isJsonObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Target {
  readonly component: string;
  readonly provenance: Provenance;
  readonly origin: Origin;
}

/** The key of `base` that a delta's key means: itself, or the one that was renamed from it. */
function currentKey(base: Json, key: string): string {
  if (Object.hasOwn(base, key)) return key;
  const renamed = Object.entries(base).find(
    ([, entry]) => isJsonObject(entry) && Array.isArray(entry['renamedFrom']) && entry['renamedFrom'].includes(key),
  );
  return renamed === undefined ? key : renamed[0];
}

function mergeMap(base: Json, delta: Json, target: Target, at: string, from: string): Json {
  const result: Record<string, unknown> = { ...base };
  for (const [written, entry] of Object.entries(delta)) {
    const key = currentKey(base, written);
    const pointer = `${at}/${escapePointer(key)}`;
    const source = `${from}/${escapePointer(written)}`;
    const below = result[key];
    if (entry === null) {
      Reflect.deleteProperty(result, key);
    } else if (isJsonObject(below) && isJsonObject(entry)) {
      result[key] = mergeComponent(below, entry, target, pointer, source);
    } else {
      result[key] = entry;
      target.provenance.set(target.component, pointer, { ...target.origin, pointer: source });
    }
  }
  return result;
}

/**
 * `base` with `delta` over it: `null` removes, maps with stable keys merge entry by entry, any other value replaces.
 * @param at the pointer within the effective component
 * @param from the pointer within the delta's file
 */
export function mergeComponent(base: Json, delta: Json, target: Target, at = '', from = ''): Json {
  const result: Record<string, unknown> = { ...base };
  for (const [property, value] of Object.entries(delta)) {
    const pointer = `${at}/${escapePointer(property)}`;
    const source = `${from}/${escapePointer(property)}`;
    const below = result[property];
    if (value === null) {
      Reflect.deleteProperty(result, property);
    } else if (keyedProperties.has(property) && isJsonObject(value) && (isJsonObject(below) || below === undefined)) {
      if (below === undefined) target.provenance.set(target.component, pointer, { ...target.origin, pointer: source });
      result[property] = mergeMap(isJsonObject(below) ? below : {}, value, target, pointer, source);
    } else {
      result[property] = value;
      target.provenance.set(target.component, pointer, { ...target.origin, pointer: source });
    }
  }
  return result;
}
