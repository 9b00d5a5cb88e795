// Packs as they lie in folders, for tests: the packs of examples/ are the fixtures.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildModel, type Layer, type Model } from '@tessera/metadata';

const root = join(import.meta.dirname, '../..');

export const platformFolder = join(root, 'packages/packs/platform');

/** A pack of `examples/` by its name. */
export const exampleFolder = (name: string): string => join(root, 'examples', name);

function parse(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The JSON files of a pack's folder as a layer; demo data is left out. */
export function readPack(folder: string): Layer {
  const files: Record<string, unknown> = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith('.json')) files[entry.name] = parse(join(folder, entry.name));
    if (!entry.isDirectory() || entry.name === 'data') continue;
    for (const file of readdirSync(join(folder, entry.name))) {
      if (file.endsWith('.json')) files[`${entry.name}/${file}`] = parse(join(folder, entry.name, file));
    }
  }
  const manifest = files['pack.json'] as { readonly name: string; readonly version: string; readonly namespace: string };
  const { name, version, namespace } = manifest;
  return { kind: name === 'platform' ? 'platform' : 'pack', name, version, namespace, files };
}

/** The Model of the platform with these packs of `examples/`. Throws with all problems where they do not fit. */
export function modelOf(...packs: readonly string[]): Model {
  const built = buildModel([readPack(platformFolder), ...packs.map((pack) => readPack(exampleFolder(pack)))]);
  if (built.model === undefined) throw new Error(JSON.stringify(built.problems, null, 2));
  return built.model;
}
