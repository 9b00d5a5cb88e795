// A new pack: small and whole, made from `template/`, with what editors need to complete its files.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fail, failAll } from '@tessera/kernel';
import { checkFile, type Layer } from '@tessera/metadata';
import { engineVersion } from './dependencies.ts';
import { editorFile, editorSettings } from './editor.ts';
import { neighbour, readPack } from './folder.ts';
import { inWords } from './scenarios/read.ts';

export interface NewPack {
  /** Where it is made: must not be there yet, or be empty. */
  readonly folder: string;
  /** Left out: the folder's name. */
  readonly name?: string | undefined;
  /** Left out: none. */
  readonly namespace?: string | undefined;
  readonly publisher?: string | undefined;
  /** Names of packs that it is to stand on, which lie beside it. */
  readonly on?: readonly string[];
}

const template = join(import.meta.dirname, '..', 'template');

/** What names of the template begin with. */
const prefix = 'starter__';

async function refuseTaken(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return [];
    throw fail('PACK_FOLDER_TAKEN', { folder, reason: String(error) }, {}, error);
  });
  if (entries.length > 0) throw fail('PACK_FOLDER_TAKEN', { folder, reason: `there is ${entries.slice(0, 3).join(', ')} in it` });
}

/** Whatever it is built on, from this version on. */
function dependenciesOf(packs: readonly Layer[]): Readonly<Record<string, string>> {
  return Object.fromEntries(packs.map(({ name, version }) => [name, `^${version}`]));
}

/** Throws METADATA_INVALID where a name is none. */
function manifestOf({ folder, name = basename(resolve(folder)), namespace = '', publisher }: NewPack, on: readonly Layer[]): unknown {
  const manifest = {
    $schema: 'https://tessera.dev/schemas/1/pack.json',
    name,
    namespace,
    version: '0.1.0',
    engine: `>=${engineVersion}`,
    label: { en: inWords(name) },
    ...(publisher === undefined ? {} : { publisher }),
    ...(on.length === 0 ? {} : { dependencies: dependenciesOf(on) }),
    languages: ['en', 'zh-CN'],
  };
  const problems = checkFile('pack', manifest, `${name}/pack.json`);
  if (problems.length > 0) throw failAll('METADATA_INVALID', problems);
  return manifest;
}

/**
 * Makes a pack that is valid and passes its own scenario.
 * @returns the paths of its files
 * @throws PACK_FOLDER_TAKEN, METADATA_INVALID, PACK_UNREADABLE where a pack that it is to stand on is not beside it
 */
export async function createPack(input: NewPack): Promise<readonly string[]> {
  const { folder, namespace = '', on = [] } = input;
  await refuseTaken(folder);
  const below = await Promise.all(on.map((name) => neighbour(folder, name)));
  const manifest = manifestOf(input, below);
  const own = (text: string): string => text.replaceAll(prefix, namespace === '' ? '' : `${namespace}__`);
  const files = new Map([
    ['pack.json', `${JSON.stringify(manifest, null, 2)}\n`],
    [editorFile, await editorSettings()],
  ]);
  for (const path of Object.keys((await readPack(template)).files)) {
    if (path !== 'pack.json') files.set(own(path), own(await readFile(join(template, path), 'utf8')));
  }
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return [...files.keys()].sort();
}
