// The changes that a layer makes to components below it, one by one, each with its value.
import { folderKinds, folderOf, type ComponentKind } from '../kinds.ts';
import type { Assembled } from '../layers/assemble.ts';
import { readLayer, withoutRemarks, type LayerFile } from '../layers/files.ts';
import type { Layer } from '../layers/layer.ts';
import { keyedProperties, nestedProperties, wholeEntries } from '../layers/keyed-properties.ts';
import { isJsonObject } from '../layers/merge.ts';
import { partsWithTexts, textOfEntry } from '../layers/translate.ts';
import { sourceIn, type Json, type Place } from './places.ts';

/** One property that a layer sets, or takes away by null. */
export interface Delta extends Place {
  /** The layer's file. */
  readonly file: string;
  /** Where in the file it stands: as in the component, but for texts of a translation. */
  readonly inFile: readonly string[];
  readonly value: unknown;
  /** Of a translation. */
  readonly isText?: true;
}

/** The component that a file changes; undefined for those that bring one of their own, texts and data. */
export function changedBy({ kind, name, content }: LayerFile): Omit<Place, 'keys'> | undefined {
  if (kind === 'settings') return { kind, name };
  return kind === 'extension' ? { kind: (content['kind'] ?? 'object') as ComponentKind, name: String(content['extends']) } : undefined;
}

/** The same component as it is in several places; one in which it is not has undefined. */
type Sides = readonly unknown[];

const within = (sides: Sides, key: string): Sides =>
  sides.map((side) => (isJsonObject(side) && Object.hasOwn(side, key) ? side[key] : undefined));

type Found = (keys: readonly string[], value: unknown) => void;

function walkMap(map: Json, sides: Sides, property: string, keys: readonly string[], found: Found): void {
  for (const [key, entry] of Object.entries(map)) {
    const below = within(sides, key);
    if (!wholeEntries.has(property) && isJsonObject(entry) && below.some(isJsonObject)) walk(entry, below, [...keys, key], found);
    else found([...keys, key], entry);
  }
}

/** As `mergeComponent` goes: map by map, part by part, down to what is one value. */
function walk(delta: Json, sides: Sides, keys: readonly string[], found: Found): void {
  for (const [property, value] of Object.entries(delta)) {
    const [below, at] = [within(sides, property), [...keys, property]];
    if (keyedProperties.has(property) && isJsonObject(value)) walkMap(value, below, property, at, found);
    else if (nestedProperties.has(property) && isJsonObject(value) && below.some(isJsonObject)) walk(value, below, at, found);
    else found(at, value);
  }
}

/** The texts of a translation, each at the label that it is put into: as `translate` goes. */
function textDeltas({ path, content }: LayerFile): readonly Delta[] {
  const deltas: Delta[] = [];
  const language = String(content['language']);
  const entries = (texts: unknown): readonly (readonly [string, unknown])[] => Object.entries(isJsonObject(texts) ? texts : {});
  for (const kind of folderKinds) {
    const folder = folderOf(kind);
    for (const [name, texts] of entries(content[folder])) {
      const put = (keys: readonly string[], inFile: readonly string[], value: unknown): unknown =>
        deltas.push({ kind, name, keys: [...keys, language], inFile: [folder, name, ...inFile], value, file: path, isText: true });
      const part = (texts: unknown, keys: readonly string[], inFile: readonly string[]): void => {
        for (const [property, text] of entries(texts)) {
          const [at, there] = [
            [...keys, property],
            [...inFile, property],
          ];
          if (property === 'description') continue;
          if (typeof text === 'string') put(at, there, text);
          else if (partsWithTexts.has(property)) part(text, at, there);
          else map(text, property, at, there);
        }
      };
      const map = (texts: unknown, property: string, keys: readonly string[], inFile: readonly string[]): void => {
        for (const [key, text] of entries(texts)) {
          if (typeof text === 'string') put([...keys, key, textOfEntry[property] ?? 'label'], [...inFile, key], text);
          else part(text, [...keys, key], [...inFile, key]);
        }
      };
      if (typeof texts === 'string') put(['label'], [], texts);
      else part(texts, [], []);
    }
  }
  return deltas;
}

/** What an extension's file says of itself. */
const head: ReadonlySet<string> = new Set(['extends', 'kind']);

/** The changes that a layer makes to what any of these have, in the order of its files. */
export function deltasOf(layer: Layer, below: readonly Assembled[]): readonly Delta[] {
  const deltas: Delta[] = [];
  for (const file of readLayer(layer, [], new Set())) {
    const changed = changedBy(file);
    if (file.kind === 'translation') deltas.push(...textDeltas(file));
    if (changed === undefined) continue;
    const content = Object.entries(withoutRemarks(file.content)).filter(([key]) => file.kind === 'settings' || !head.has(key));
    const sides = below.map((assembled) => sourceIn(assembled, changed));
    walk(Object.fromEntries(content), sides, [], (keys, value) => deltas.push({ ...changed, keys, inFile: keys, value, file: file.path }));
  }
  return deltas;
}
