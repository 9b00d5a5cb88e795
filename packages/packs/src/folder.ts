// Packs on disk: a folder of JSON files becomes a layer.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fail } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { orderPacks } from './dependencies.ts';
import { integrityOf } from './lock.ts';

async function readJson(folder: string, path: string): Promise<unknown> {
  const text = await readFile(join(folder, path), 'utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = `${path} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`;
    throw fail('PACK_UNREADABLE', { folder, reason }, { file: path }, error);
  }
}

const isJsonFile = (path: string): boolean => path.endsWith('.json');

/** Paths of the files of a pack: at its top, and one level down. Those that are no JSON (CSV) belong to a data file that names them. */
async function filePaths(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile() && isJsonFile(entry.name)) paths.push(entry.name);
    if (!entry.isDirectory()) continue;
    for (const file of await readdir(join(folder, entry.name), { withFileTypes: true })) {
      if (file.isFile()) paths.push(`${entry.name}/${file.name}`);
    }
  }
  return paths.sort();
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(file)) hash.update(bytes as Uint8Array);
  return hash.digest('hex');
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads a pack. Throws PACK_UNREADABLE where the folder is none, or a file is no JSON; the contents are checked by `buildModel`. */
export async function readPack(folder: string, kind: Layer['kind'] = 'pack'): Promise<Layer> {
  const all = await filePaths(folder).catch((error: unknown) => {
    throw fail('PACK_UNREADABLE', { folder, reason: error instanceof Error ? error.message : String(error) }, {}, error);
  });
  const paths = all.filter(isJsonFile);
  if (!paths.includes('pack.json')) throw fail('PACK_UNREADABLE', { folder, reason: 'it has no pack.json.' });
  const files: Record<string, unknown> = {};
  for (const path of paths) files[path] = await readJson(folder, path);
  const others = new Map<string, string>();
  for (const path of all) if (!isJsonFile(path)) others.set(path, await hashOf(join(folder, path)));
  return { ...packLayer(files, basename(folder), integrityOf(files, others)), kind };
}

/** Files as a layer. @param unnamed what it is called where pack.json does not say */
export function packLayer(files: Layer['files'], unnamed: string, integrity = integrityOf(files)): Layer {
  const manifest = files['pack.json'];
  const { name, version, namespace } = typeof manifest === 'object' && manifest !== null ? (manifest as Record<string, unknown>) : {};
  return { kind: 'pack', name: text(name) || unnamed, version: text(version), namespace: text(namespace), files, integrity };
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
