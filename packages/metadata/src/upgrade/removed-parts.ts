// What a newer version of a layer no longer brings, or takes away from those below it: components, and entries of maps with stable keys.
import { readLayer, type LayerFile, isComponentFile } from '../layers/files.ts';
import type { Layer } from '../layers/layer.ts';
import { keyedProperties, nestedProperties } from '../layers/keyed-properties.ts';
import { isJsonObject } from '../layers/merge.ts';
import { changedBy } from './deltas.ts';
import type { Json, Place } from './places.ts';

export interface RemovedPart extends Place {
  /** The layer that had it, and the file in which it was. */
  readonly layer: string;
  readonly file: string;
  /** Undefined where the layer takes away what a lower one brings. */
  readonly definition: unknown;
  /** What an extension's file says of itself; undefined where the part was in the component's own. */
  readonly head: Json | undefined;
}

/** Maps by language. */
const texts: ReadonlySet<string> = new Set(['label', 'pluralLabel', 'help', 'message', 'unit', 'subject', 'body']);

type Found = (keys: readonly string[], definition: unknown) => void;

function compareMaps(before: Json, after: Json, keys: readonly string[], found: Found): void {
  for (const [key, entry] of Object.entries(before)) {
    if (entry === null) continue;
    const next = Object.hasOwn(after, key) ? after[key] : undefined;
    if (next === undefined || next === null) found([...keys, key], entry);
    else if (isJsonObject(entry) && isJsonObject(next)) compare(entry, next, [...keys, key], found);
  }
}

function compare(before: Json, after: Json, keys: readonly string[], found: Found): void {
  for (const [property, value] of Object.entries(before)) {
    if (!isJsonObject(value) || texts.has(property)) continue;
    const next = Object.hasOwn(after, property) ? after[property] : undefined;
    const at = [...keys, property];
    if (keyedProperties.has(property)) compareMaps(value, isJsonObject(next) ? next : {}, at, found);
    else if (nestedProperties.has(property) && isJsonObject(next)) compare(value, next, at, found);
  }
}

function takenFromMap(after: Json, before: Json, keys: readonly string[], found: Found): void {
  for (const [key, entry] of Object.entries(after)) {
    const former = Object.hasOwn(before, key) ? before[key] : undefined;
    if (entry === null && former === undefined) found([...keys, key], undefined);
    else if (isJsonObject(entry)) takenAway(entry, isJsonObject(former) ? former : {}, [...keys, key], found);
  }
}

/** What an extension says null of, and its former version said nothing of. */
function takenAway(after: Json, before: Json, keys: readonly string[], found: Found): void {
  for (const [property, value] of Object.entries(after)) {
    if (!isJsonObject(value) || texts.has(property)) continue;
    const former = Object.hasOwn(before, property) ? before[property] : undefined;
    const [known, at] = [isJsonObject(former) ? former : {}, [...keys, property]];
    if (keyedProperties.has(property)) takenFromMap(value, known, at, found);
    else if (nestedProperties.has(property)) takenAway(value, known, at, found);
  }
}

/** A file of the same component in the other version. */
const counterpart = (file: LayerFile, files: readonly LayerFile[]): LayerFile | undefined =>
  files.find(({ kind, path, content }) =>
    file.kind === 'extension'
      ? kind === 'extension' && content['extends'] === file.content['extends'] && content['kind'] === file.content['kind']
      : path === file.path,
  );

const headOf = ({ extends: target, kind }: Json): Json => ({ extends: target, ...(kind === undefined ? {} : { kind }) });

/**
 * @param before in the names of `after`; undefined where the layer is new
 */
export function removedParts(before: Layer | undefined, after: Layer): readonly RemovedPart[] {
  const parts: RemovedPart[] = [];
  const files = readLayer(after, [], new Set());
  const former = before === undefined ? [] : readLayer(before, [], new Set());
  for (const file of former) {
    const own = isComponentFile(file) && file.kind !== 'settings';
    const place = own ? { kind: file.kind, name: file.name } : file.kind === 'extension' ? changedBy(file) : undefined;
    if (place === undefined) continue;
    const { content } = file;
    const next = counterpart(file, files);
    const head = own ? undefined : headOf(content);
    const found: Found = (keys, definition) =>
      parts.push({ ...place, keys, layer: after.name, file: next?.path ?? file.path, definition, head });
    if (next === undefined && own) found([], content);
    else compare(content, next?.content ?? {}, [], found);
  }
  for (const file of files) {
    const place = file.kind === 'extension' ? changedBy(file) : undefined;
    if (place === undefined) continue;
    const { path, content } = file;
    takenAway(content, counterpart(file, former)?.content ?? {}, [], (keys, definition) =>
      parts.push({ ...place, keys, layer: after.name, file: path, definition, head: headOf(content) }),
    );
  }
  return parts;
}
