// Packs on disk: a folder of JSON files becomes a layer.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fail } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { orderPacks } from './dependencies.ts';

async function readJson(folder: string, path: string): Promise<unknown> {
  const text = await readFile(join(folder, path), 'utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = `${path} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`;
    throw fail('PACK_UNREADABLE', { folder, reason }, { file: path }, error);
  }
}

/** Paths of the JSON files of a pack: at its top, and one level down. Other files (CSV) belong to a data file that names them. */
async function jsonPaths(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith('.json')) paths.push(entry.name);
    if (!entry.isDirectory()) continue;
    for (const file of await readdir(join(folder, entry.name))) if (file.endsWith('.json')) paths.push(`${entry.name}/${file}`);
  }
  return paths.sort();
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads a pack. Throws PACK_UNREADABLE where the folder is none, or a file is no JSON; the contents are checked by `buildModel`. */
export async function readPack(folder: string, kind: Layer['kind'] = 'pack'): Promise<Layer> {
  const paths = await jsonPaths(folder).catch((error: unknown) => {
    throw fail('PACK_UNREADABLE', { folder, reason: error instanceof Error ? error.message : String(error) }, {}, error);
  });
  if (!paths.includes('pack.json')) throw fail('PACK_UNREADABLE', { folder, reason: 'it has no pack.json.' });
  const files: Record<string, unknown> = {};
  for (const path of paths) files[path] = await readJson(folder, path);
  const manifest = files['pack.json'];
  const { name, version, namespace } = typeof manifest === 'object' && manifest !== null ? (manifest as Record<string, unknown>) : {};
  return { kind, name: text(name) || basename(folder), version: text(version), namespace: text(namespace), files };
}

/** The platform itself: people and departments, below every pack. */
export function readPlatform(): Promise<Layer> {
  return readPack(join(import.meta.dirname, '..', 'platform'), 'platform');
}

/** A pack with those that it depends on, as far as they lie in folders beside its own, named after them; in order. */
export async function withNeighbours(pack: Layer, folder: string): Promise<readonly Layer[]> {
  const found = new Map<string, Layer>([[pack.name, pack]]);
  const visit = async (layer: Layer): Promise<void> => {
    const { dependencies = {} } = (layer.files['pack.json'] ?? {}) as { readonly dependencies?: Readonly<Record<string, string>> };
    for (const name of Object.keys(dependencies)) {
      if (found.has(name)) continue;
      const neighbour = await readPack(join(folder, '..', name));
      found.set(name, neighbour);
      await visit(neighbour);
    }
  };
  await visit(pack);
  return orderPacks([...found.values()]);
}
