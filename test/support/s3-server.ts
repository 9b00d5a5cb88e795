// An S3-compatible server in a process of its own, so that what it holds in memory is not taken for ours.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import type { FileStoreOptions } from '@tessera/records';

export interface S3Server {
  /** How to open its bucket. */
  readonly options: Extract<FileStoreOptions, { readonly kind: 's3' }>;
  /** Keys of the bucket's objects. */
  keys(): Promise<readonly string[]>;
  /** Ids of the uploads that were begun and neither completed nor aborted. */
  openUploads(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const bucket = 'tessera-files';

const program = `
  const { startFauxqs } = await import(${JSON.stringify(import.meta.resolve('fauxqs'))});
  const init = { buckets: [${JSON.stringify(bucket)}] };
  const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false, s3StorageDir: process.argv[1], init });
  process.stdout.write('port ' + server.port);
  process.stdin.resume().on('end', () => process.exit(0));
`;

/** Starts one with an empty bucket. It ends with this process at the latest. */
export async function startS3(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-s3-'));
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /port (\d+)/.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    child.once('close', (code) => {
      reject(new Error(`The S3 server ended with ${String(code)}: ${said}`));
    });
  });
  const objects = join(folder, 'buckets', bucket, 'objects');
  return {
    options: {
      kind: 's3',
      endpoint: `http://127.0.0.1:${String(port)}`,
      bucket,
      region: 'us-east-1',
      accessKey: 'key',
      secretKey: 'secret',
    },
    keys: async () => {
      const names = await readdir(objects, { recursive: true }).catch(() => []);
      return names.filter((name) => name.endsWith('.data')).map((name) => name.slice(0, -'.data'.length));
    },
    openUploads: () => readdir(join(folder, '_multipart')).catch(() => []),
    close: async () => {
      const ended = once(child, 'close');
      child.stdin.end();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
