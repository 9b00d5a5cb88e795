// Packs on disk: a folder of JSON files becomes a layer.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fail, failAll, problem } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { orderPacks } from './dependencies.ts';
import { integrityOf } from './lock.ts';
import { keySaidTwice } from './text-places.ts';

async function readJson(folder: string, path: string): Promise<unknown> {
  const source = await readFile(join(folder, path), 'utf8');
  const refused = (reason: string, pointer?: string): Error => {
    const place = { file: `${basename(resolve(folder))}/${path}`, ...(pointer === undefined ? {} : { pointer }) };
    return failAll('PACK_UNREADABLE', [problem('PACK_UNREADABLE', { folder, reason: `${path} ${reason}` }, place)]);
  };
  let content: unknown;
  try {
    content = JSON.parse(source);
  } catch (error) {
    throw refused(`is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const twice = keySaidTwice(source, content);
  if (twice !== undefined)
    throw refused(`says ${JSON.stringify(twice.slice(twice.lastIndexOf('/') + 1))} twice: one of them would be lost.`, twice);
  return content;
}

const isJsonFile = (path: string): boolean => path.endsWith('.json');

/** Folders and files of editors and version control. */
const isHidden = (name: string): boolean => name.startsWith('.');

/** Paths of the files of a pack: at its top, and one level down. Those that are no JSON (CSV) belong to a data file that names them. */
async function filePaths(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (isHidden(entry.name)) continue;
    if (entry.isFile() && isJsonFile(entry.name)) paths.push(entry.name);
    if (!entry.isDirectory()) continue;
    for (const file of await readdir(join(folder, entry.name), { withFileTypes: true })) {
      if (file.isFile() && !isHidden(file.name)) paths.push(`${entry.name}/${file.name}`);
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
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = isMissing ? 'there is no such folder.' : error instanceof Error ? error.message : String(error);
    throw fail('PACK_UNREADABLE', { folder, reason }, {}, error);
  });
  const paths = all.filter(isJsonFile);
  const files: Record<string, unknown> = {};
  for (const path of paths) files[path] = await readJson(folder, path);
  const others = new Map<string, string>();
  for (const path of all) if (!isJsonFile(path)) others.set(path, await hashOf(join(folder, path)));
  return { ...packLayer(files, folder, integrityOf(files, others)), kind };
}

/** Files as a layer. Throws PACK_UNREADABLE where they are no pack's. @param unnamed its folder, by which it is called where pack.json does not say */
export function packLayer(files: Layer['files'], unnamed: string, integrity = integrityOf(files)): Layer {
  if (!Object.hasOwn(files, 'pack.json')) throw fail('PACK_UNREADABLE', { folder: unnamed, reason: 'it has no pack.json.' });
  const manifest = files['pack.json'];
  const { name, version, namespace } = typeof manifest === 'object' && manifest !== null ? (manifest as Record<string, unknown>) : {};
  return { kind: 'pack', name: text(name) || basename(unnamed), version: text(version), namespace: text(namespace), files, integrity };
}

/** The platform itself: people and departments, below every pack. */
export function readPlatform(): Promise<Layer> {
  return readPack(join(import.meta.dirname, '..', 'platform'), 'platform');
}

const beside = (folder: string, name: string): string => join(folder, '..', name);

/** The pack of a name beside another. Throws PACK_UNREADABLE. */
export async function neighbour(folder: string, name: string): Promise<Layer> {
  const isThere = await stat(beside(folder, name)).then(
    () => true,
    () => false,
  );
  if (!isThere)
    throw fail('PACK_UNREADABLE', {
      folder: beside(folder, name),
      reason: 'it is not there. Packs are looked for beside those that need them.',
    });
  return readPack(beside(folder, name));
}

const neededBy = (pack: Layer): readonly string[] => {
  const { dependencies = {} } = (pack.files['pack.json'] ?? {}) as { readonly dependencies?: Readonly<Record<string, string>> };
  return Object.keys(dependencies);
};

/** A pack and where it lies. */
export interface FoundPack {
  readonly layer: Layer;
  readonly folder: string;
}

/** Packs with those that they need and that are not among them: these lie in folders beside theirs, named after them. In order. */
export async function withNeeds(packs: readonly FoundPack[]): Promise<readonly FoundPack[]> {
  const found = new Map(packs.map((pack) => [pack.layer.name, pack]));
  const visit = async ({ layer, folder }: FoundPack): Promise<void> => {
    for (const name of neededBy(layer)) {
      if (found.has(name)) continue;
      const needed = { layer: await neighbour(folder, name), folder: beside(folder, name) };
      found.set(name, needed);
      await visit(needed);
    }
  };
  for (const pack of packs) await visit(pack);
  const all = [...found.values()];
  return orderPacks(all.map(({ layer }) => layer)).flatMap((layer) => all.filter((pack) => pack.layer === layer));
}

/** The same of one pack, without the folders. */
export async function withNeighbours(pack: Layer, folder: string): Promise<readonly Layer[]> {
  return (await withNeeds([{ layer: pack, folder }])).map(({ layer }) => layer);
}
