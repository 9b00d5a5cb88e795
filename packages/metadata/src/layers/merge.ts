// Lays a delta over a component, property by property, by stable keys.
import { keyedProperties, nestedProperties, wholeEntries } from './keyed-properties.ts';
import { escapePointer, type Origin, type Provenance } from './provenance.ts';

type Json = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Target {
  readonly component: string;
  readonly provenance: Provenance;
  readonly origin: Origin;
}

function mergeMap(base: Json, delta: Json, target: Target, at: string, from: string): Json {
  const result: Record<string, unknown> = { ...base };
  const isWhole = wholeEntries.has(at.slice(at.lastIndexOf('/') + 1));
  for (const [key, entry] of Object.entries(delta)) {
    const pointer = `${at}/${escapePointer(key)}`;
    const source = `${from}/${escapePointer(key)}`;
    const below = Object.hasOwn(result, key) ? result[key] : undefined;
    if (entry === null) {
      Reflect.deleteProperty(result, key);
      if (below !== undefined) target.provenance.remove(target.component, pointer, { ...target.origin, pointer: source });
    } else if (!isWhole && isJsonObject(below) && isJsonObject(entry)) {
      result[key] = mergeComponent(below, entry, target, pointer, source);
    } else {
      result[key] = entry;
      target.provenance.set(target.component, pointer, { ...target.origin, pointer: source });
    }
  }
  return result;
}

/** A list of names with those that a map of changes adds. */
function mergeNames(base: readonly unknown[], delta: Json, target: Target, at: string, from: string): readonly unknown[] {
  const names = [...base];
  for (const name of Object.keys(delta)) {
    if (names.includes(name)) continue;
    target.provenance.set(target.component, `${at}/${names.length}`, { ...target.origin, pointer: `${from}/${escapePointer(name)}` });
    names.push(name);
  }
  return names;
}

/**
 * `base` with `delta` over it: `null` removes, maps with stable keys merge entry by entry, a map over a list of names adds to it, any other
 * value replaces.
 * @param at the pointer within the effective component
 * @param from the pointer within the delta's file
 */
export function mergeComponent(base: Json, delta: Json, target: Target, at = '', from = ''): Json {
  const result: Record<string, unknown> = { ...base };
  for (const [property, value] of Object.entries(delta)) {
    const pointer = `${at}/${escapePointer(property)}`;
    const source = `${from}/${escapePointer(property)}`;
    const below = Object.hasOwn(result, property) ? result[property] : undefined;
    const origin = { ...target.origin, pointer: source };
    if (value === null) {
      Reflect.deleteProperty(result, property);
      target.provenance.remove(target.component, pointer, origin);
    } else if (Array.isArray(below) && isJsonObject(value)) {
      result[property] = mergeNames(below, value, target, pointer, source);
    } else if (keyedProperties.has(property) && isJsonObject(value)) {
      if (below === undefined) target.provenance.set(target.component, pointer, origin);
      const merged = mergeMap(isJsonObject(below) ? below : {}, value, target, pointer, source);
      result[property] = merged;
      // Nothing left is as good as never said, and has the same hash.
      if (Object.keys(merged).length === 0) {
        Reflect.deleteProperty(result, property);
        target.provenance.remove(target.component, pointer, origin);
      }
    } else if (nestedProperties.has(property) && isJsonObject(value) && isJsonObject(below)) {
      result[property] = mergeComponent(below, value, target, pointer, source);
    } else {
      result[property] = value;
      target.provenance.set(target.component, pointer, origin);
    }
  }
  return result;
}
