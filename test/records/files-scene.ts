// Content for the tests of files: streams of a known size and kind.
import { readdir } from 'node:fs/promises';

export const png = Buffer.from(
  '89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000a49444154789c6300010000050001'.replaceAll(' ', ''),
  'hex',
);
export const pdf = Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n<<>>\nendobj\n', 'latin1');

/** A stream of these pieces. */
export async function* streamOf(...pieces: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield typeof piece === 'string' ? Buffer.from(piece) : piece;
  }
}

/** `bytes` of binary content in chunks of 64 KB; each chunk is a buffer of its own, as a socket gives them. */
export async function* bytesOf(bytes: number, fill = 7): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < bytes; sent += 65_536) {
    await Promise.resolve();
    yield Buffer.alloc(Math.min(65_536, bytes - sent), (fill + sent / 65_536) % 251);
  }
}

/** Paths of all files below a folder. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
