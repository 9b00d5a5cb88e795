// Places within components, by kind, name and keys, and values put there or taken away.
import { folderOf, type ComponentKind } from '../kinds.ts';
import type { Assembled } from '../layers/assemble.ts';
import { isJsonObject } from '../layers/merge.ts';
import { escapePointer } from '../layers/provenance.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Place {
  readonly kind: ComponentKind;
  readonly name: string;
  /** Keys from the component inwards; none: the component as a whole. */
  readonly keys: readonly string[];
}

export const pointerOf = (keys: readonly string[]): string => keys.map((key) => `/${escapePointer(key)}`).join('');

/** What people name the place by: `objects/account#/fields/phone/maxLength`. */
export function placeId({ kind, name, keys }: Place): string {
  const component = kind === 'settings' ? 'settings' : `${folderOf(kind)}/${name}`;
  return `${component}#${pointerOf(keys)}`;
}

/** The effective component, also where it is switched off. */
export function sourceIn({ components, switchedOff }: Assembled, { kind, name }: Pick<Place, 'kind' | 'name'>): Json | undefined {
  for (const map of [components[kind], switchedOff[kind]]) if (Object.hasOwn(map, name)) return map[name];
  return undefined;
}

/** Undefined where there is nothing. */
export function valueAt(value: unknown, keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (!isJsonObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

/** `map` with a value at the place, and with what is missing on the way there. */
export function withValue(map: Json, [key, ...rest]: readonly string[], value: unknown): Json {
  if (key === undefined) return map;
  const below = Object.hasOwn(map, key) ? map[key] : undefined;
  return { ...map, [key]: rest.length === 0 ? value : withValue(isJsonObject(below) ? below : {}, rest, value) };
}

/** `map` without the value, and without whatever is empty then. */
export function withoutValue(map: Json, [key, ...rest]: readonly string[]): Json {
  if (key === undefined || !Object.hasOwn(map, key)) return map;
  const { [key]: below, ...others } = map;
  if (rest.length === 0 || !isJsonObject(below)) return others;
  const left = withoutValue(below, rest);
  return Object.keys(left).length === 0 ? others : { ...map, [key]: left };
}
