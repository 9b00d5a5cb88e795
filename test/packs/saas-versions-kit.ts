// The pack saas in its versions, each written down as what changes, and a customer's own layer over it.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Layer } from '@tessera/metadata';
import { readPack } from '@tessera/packs';
import { exampleFolder } from '../support/packs.ts';

type Json = Readonly<Record<string, unknown>>;
type Files = Readonly<Record<string, unknown>>;

const root = join(import.meta.dirname, 'saas-versions');

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON Merge Patch (RFC 7396). */
function patched(value: unknown, patch: unknown): unknown {
  if (!isJson(patch)) return patch;
  const base = isJson(value) ? value : {};
  const kept = Object.entries(base).filter(([key]) => !Object.hasOwn(patch, key));
  const set = Object.entries(patch).filter(([, entry]) => entry !== null);
  return Object.fromEntries([...kept, ...set.map(([key, entry]) => [key, patched(base[key], entry)] as const)]);
}

/** The JSON files below a folder by their paths. */
async function filesBelow(folder: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const read = paths
    .sort()
    .map(async (path) => [path.slice(folder.length + 1), JSON.parse(await readFile(path, 'utf8')) as unknown] as const);
  return Object.fromEntries(await Promise.all(read));
}

/** A file of a version changes that of the version before it; one that is new stands as it is, and null takes it away. */
async function layPatches(folder: string, changes: Files): Promise<void> {
  for (const [path, change] of Object.entries(changes)) {
    const file = join(folder, path);
    if (change === null) {
      await rm(file);
      continue;
    }
    const before = await readFile(file, 'utf8').catch(() => undefined);
    const content = before === undefined ? change : patched(JSON.parse(before), change);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(content));
  }
}

export type SaasVersion = '1.0' | '1.1' | '2.0';

export interface SaasVersions {
  /** Where it lies, beside the packs that it needs. */
  readonly folder: (version: SaasVersion) => string;
  readonly layer: (version: SaasVersion) => Promise<Layer>;
  readonly remove: () => Promise<void>;
}

/** The versions as folders of packs, in a folder of their own that goes with `remove`. */
export async function saasVersions(): Promise<SaasVersions> {
  const home = await mkdtemp(join(tmpdir(), 'saas-versions-'));
  const folder = (version: SaasVersion): string => join(home, version, 'saas');
  let before = exampleFolder('saas');
  for (const version of ['1.0', '1.1', '2.0'] as const) {
    await mkdir(join(home, version));
    await cp(before, folder(version), { recursive: true });
    for (const name of ['crm-base', 'hightech']) await symlink(exampleFolder(name), join(home, version, name));
    if (version !== '1.0') await layPatches(folder(version), await filesBelow(join(root, version)));
    before = folder(version);
  }
  return { folder, layer: (version) => readPack(folder(version)), remove: () => rm(home, { recursive: true }) };
}

/** The files of the customer's own layer. */
export const customisedFiles = (): Promise<Files> => filesBelow(join(root, 'tenant'));
