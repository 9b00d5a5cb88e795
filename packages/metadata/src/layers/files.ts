// The files of a layer: each held to its schema and to its name.
import { problem, type Problem } from '@tessera/kernel';
import type { ComponentKind } from '../kinds.ts';
import { checkFile } from '../schema-check.ts';
import { fileOf, isComponent, knownFolders, type FileKind, type Layer } from './layer.ts';
import { keyedProperties } from './keyed-properties.ts';
import { isJsonObject } from './merge.ts';

type Json = Readonly<Record<string, unknown>>;

/** A file that keeps to its schema. */
export interface LayerFile {
  readonly layer: Layer;
  readonly path: string;
  readonly kind: FileKind;
  readonly name: string;
  readonly content: Json;
}

export function isComponentFile(file: LayerFile): file is LayerFile & { readonly kind: ComponentKind } {
  return isComponent(file.kind);
}

/** Where a mistake in a file is told: `crm-base/objects/account.json`. */
export function placeOf(file: Pick<LayerFile, 'layer' | 'path'>, pointer = ''): { readonly file: string; readonly pointer: string } {
  return { file: `${file.layer.name}/${file.path}`, pointer };
}

const isRemark = (key: string): boolean => key === '$schema' || key === '$comment';

/** In JSON `__proto__` is a key like any other. */
function put(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key] = value;
}

/** The Model is frozen; a caller's own JSON is not. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (!isJsonObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) put(copy, key, copied(value[key]));
  return copy;
}

function strip(value: unknown, property = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => strip(item));
  return isJsonObject(value) ? withoutRemarks(value, property) : value;
}

/** A copy without remarks, which are for the readers of the file only. What stands in `{ "literal": … }` is a value, and keeps all it has. */
export function withoutRemarks(value: Json, property = ''): Json {
  const keys = Object.keys(value);
  // In a map with stable keys, literal is a name like any other.
  const isLiteral = keys.includes('literal') && !keyedProperties.has(property) && keys.every((key) => key === 'literal' || isRemark(key));
  const kept: Record<string, unknown> = {};
  for (const key of keys) if (!isRemark(key)) put(kept, key, isLiteral ? copied(value[key]) : strip(value[key], key));
  return kept;
}

/** The name that a file bears inside; those of the other kinds are called as their authors like. */
function writtenName(kind: FileKind, content: Json): unknown {
  if (kind === 'pack') return undefined;
  return kind === 'translation' ? content['language'] : content['name'];
}

/** The names that a file would have brought: its component and its child relations, or the fields of an extension. */
export function namesIn(name: string, content: unknown): readonly string[] {
  if (!isJsonObject(content)) return [name];
  const fields = isJsonObject(content['fields']) ? Object.entries(content['fields']) : [];
  const own = content['extends'] === undefined ? [name, content['name']] : fields.map(([key]) => key);
  const names = [...own, ...fields.map(([, field]) => (isJsonObject(field) ? field['inverse'] : ''))];
  return names.filter((found): found is string => typeof found === 'string' && found !== '');
}

/**
 * The files of a layer that keep to their schemas and names; what is wrong with the others is added to `problems`, and the names that are
 * missing without them to `missing`.
 */
export function readLayer(layer: Layer, problems: Problem[], missing: Set<string>): LayerFile[] {
  const files: LayerFile[] = [];
  for (const [path, content] of Object.entries(layer.files)) {
    const meant = fileOf(path);
    if (meant === undefined) {
      problems.push(problem('METADATA_FILE_UNKNOWN', { path, folders: knownFolders.join(', ') }, placeOf({ layer, path })));
      continue;
    }
    const found = checkFile(meant.kind, content, placeOf({ layer, path }).file);
    problems.push(...found);
    if (found.length > 0 || !isJsonObject(content)) {
      for (const name of namesIn(meant.name, content)) missing.add(name);
      continue;
    }
    const file: LayerFile = { layer, path, kind: meant.kind, name: meant.name, content };
    const written = writtenName(meant.kind, content);
    if (typeof written === 'string' && written !== meant.name) {
      const property = meant.kind === 'translation' ? '/language' : '/name';
      problems.push(problem('METADATA_FILE_NAME', { file: path, name: written }, placeOf(file, property)));
      for (const name of namesIn(meant.name, content)) missing.add(name);
      continue;
    }
    files.push(file);
  }
  return files;
}
