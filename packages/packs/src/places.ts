// Where in their files mistakes of packs stand: problems get the line and column of what they point at.
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { TesseraError, type Problem } from '@tessera/kernel';
import { placeIn } from './text-places.ts';

/** The text of a file that a problem names as `<pack>/<path>`: of this pack, or of one beside it. */
async function textOf(file: string, name: string, folder: string): Promise<string | undefined> {
  const [pack = '', ...path] = file.split('/');
  const own = pack === name || pack === basename(resolve(folder));
  return readFile(join(own ? folder : join(folder, '..', pack), ...path), 'utf8').catch(() => undefined);
}

/** Something in a file of a pack. */
export type Placed = Pick<Problem, 'file' | 'pointer' | 'line' | 'column'>;

async function placed<P extends Placed>(problem: P, name: string, folder: string): Promise<P> {
  const { file, pointer = '', line } = problem;
  const text = file === undefined || line !== undefined ? undefined : await textOf(file, name, folder);
  return text === undefined ? problem : { ...problem, ...placeIn(text, pointer) };
}

async function packName(folder: string): Promise<string> {
  try {
    const { name } = JSON.parse(await readFile(join(folder, 'pack.json'), 'utf8')) as { readonly name?: unknown };
    return String(name);
  } catch {
    return '';
  }
}

/** Problems, or whatever else stands in files, with lines and columns. */
export async function problemsInFiles<P extends Placed>(problems: readonly P[], folder: string): Promise<readonly P[]> {
  const name = await packName(folder);
  return Promise.all(problems.map((problem) => placed(problem, name, folder)));
}

/** Does something with the pack in a folder; what it fails with says where in the files the mistakes are. */
export async function withPlaces<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TesseraError) || error.problems.length === 0) throw error;
    const [first, ...others] = await problemsInFiles(error.problems, folder);
    const { code, message, params, pointer } = error;
    const own = { code, message, params, ...(pointer === undefined ? {} : { pointer }) };
    throw new TesseraError(own, first === undefined ? [] : [first, ...others], error);
  }
}
