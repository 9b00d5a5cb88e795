// Files as lines, read and written without holding them whole.
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';

/** The lines of a file. */
export function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
}

/** The size of a file in bytes. */
export async function sizeOf(file: string): Promise<number> {
  const handle = await open(file);
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** Writes lines to a file that is there only when it is whole: until then it has another name. */
export async function writeLines<T>(file: string, work: (write: (line: string) => Promise<void>) => Promise<T>): Promise<T> {
  const draft = `${file}.part`;
  const stream = createWriteStream(draft, { encoding: 'utf8', mode: 0o600 });
  try {
    const result = await work(async (line) => {
      if (!stream.write(`${line}\n`)) await once(stream, 'drain');
    });
    stream.end();
    await finished(stream);
    await rename(draft, file);
    return result;
  } catch (error) {
    stream.destroy();
    await rm(draft, { force: true });
    throw error;
  }
}
