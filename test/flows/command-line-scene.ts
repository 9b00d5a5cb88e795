// The command line as its users have it: a process of its own, against a database of its own.
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from '@jest/globals';
import { password } from '../support/engine.ts';
import { exampleFolder } from '../support/packs.ts';

const program = join(import.meta.dirname, '../../packages/server/src/cli.ts');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Desk {
  /** A folder of the test's own; it goes with the desk. */
  readonly folder: string;
  /** Runs a command line, one word per argument. */
  run(words: readonly string[], options?: { readonly input?: string; readonly env?: Readonly<Record<string, string>> }): Promise<Ran>;
  /** Puts a file into the folder and gives its path. */
  file(name: string, content: string): Promise<string>;
  /** A copy of a pack of `examples/`, with files changed (a value) or taken away (undefined). */
  pack(name: string, as: string, changes: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

export async function desk(databaseUrl: string): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-command-line-'));
  const environment = {
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: databaseUrl,
    DATA_DIR: join(folder, 'data'),
    TESSERA_SECRET: 'a secret of these tests, long enough',
    TESSERA_ADMIN_PASSWORD: password,
  };
  const file: Desk['file'] = async (name, content) => {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  };
  return {
    folder,
    file,
    run: (words, { input = '', env = {} } = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [program, ...words], { cwd: folder, env: { ...environment, ...env } });
        let [out, err] = ['', ''];
        child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
        child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
        child.once('error', reject);
        child.once('close', (code) => {
          resolve({ code, out, err });
        });
        child.stdin.end(input);
      }),
    pack: async (name, as, changes) => {
      const path = join(folder, as);
      await cp(exampleFolder(name), path, { recursive: true });
      for (const [changed, content] of Object.entries(changes)) {
        if (content === undefined) await rm(join(path, changed));
        else await file(join(as, changed), typeof content === 'string' ? content : JSON.stringify(content));
      }
      return path;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A JSON file of an example, to be changed. */
export async function example(pack: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await readFile(join(exampleFolder(pack), path), 'utf8')) as Readonly<Record<string, unknown>>;
}

interface Failure {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly problems: readonly { readonly code: string; readonly file?: string; readonly pointer?: string }[];
  };
}
/** What `--json` says of a failure. */
export const failureOf = ({ err }: Ran): Failure['error'] => (JSON.parse(err) as Failure).error;

/** What went wrong in words: no stack, no name of a class. */
export function readable({ err }: Ran): void {
  expect(err).not.toMatch(/\n\s+at |Error:|undefined|\[object/);
  expect(err.endsWith('\n')).toBe(true);
}
