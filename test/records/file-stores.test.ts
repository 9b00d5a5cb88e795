// The same promises of every store of files: on disk, and in an S3-compatible one.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openFileStore, type FileStore } from '@tessera/records';
import { startS3, type S3Server } from '../support/s3-server.ts';
import { bytesOf, filesBelow, streamOf } from './files-scene.ts';

// So that what is counted is held, and not only waiting for the collector.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A store under test, and what lies in it as its own tools see it: files or objects, uploads that are still open. */
interface Place {
  readonly store: FileStore;
  readonly contents: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

async function disk(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'tessera-files-'));
  return {
    store: openFileStore({ kind: 'disk', root }),
    contents: () => filesBelow(root),
    close: () => rm(root, { recursive: true }),
  };
}

async function s3(): Promise<Place> {
  const server = await startS3();
  return {
    store: openFileStore(server.options),
    contents: async () => [...(await server.keys()), ...(await server.openUploads())],
    close: () => server.close(),
  };
}

async function read(content: AsyncIterable<Uint8Array>): Promise<{ readonly size: number; readonly hash: string }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, hash: hash.digest('hex') };
}

const hashOf = async (content: AsyncIterable<Uint8Array>): Promise<string> => (await read(content)).hash;

describe.each([
  ['disk', disk],
  ['S3', s3],
])('a file store on %s', (_, open) => {
  let place: Place;
  beforeAll(async () => {
    place = await open();
  });
  afterAll(() => place.close());

  it('gives back what it took, and knows what is not there', async () => {
    const { store } = place;
    await store.write('t/ab/one', streamOf('hello ', 'world'));
    expect(await hashOf(await store.read('t/ab/one'))).toBe(createHash('sha256').update('hello world').digest('hex'));
    await store.write('t/ab/empty', streamOf());
    expect((await read(await store.read('t/ab/empty'))).size).toBe(0);
    await store.write('t/ab/one', streamOf('anew'));
    expect((await read(await store.read('t/ab/one'))).size).toBe(4);
    for (const key of ['one', 'one', 'empty', 'never']) await store.remove(`t/ab/${key}`);
    await expect(store.read('t/ab/one')).rejects.toMatchObject({ code: 'FILE_MISSING' });
    expect(await place.contents()).toEqual([]);
  });

  it.each([1, 5 * 1024 * 1024, 5 * 1024 * 1024 + 1, 12_345_678])('keeps %i bytes as they are', async (size) => {
    const { store } = place;
    await store.write('t/cd/sized', bytesOf(size));
    expect(await read(await store.read('t/cd/sized'))).toEqual({ size, hash: await hashOf(bytesOf(size)) });
    await store.remove('t/cd/sized');
  });

  it('holds a few parts of 100 MB, there and back', async () => {
    const size = 100_000_000;
    const most = 40_000_000;
    collectGarbage();
    const floor = process.memoryUsage().arrayBuffers;
    const held = (): number => process.memoryUsage().arrayBuffers - floor;
    let highest = 0;
    async function* watched(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      let count = 0;
      for await (const chunk of chunks) {
        yield chunk;
        count += 1;
        if (count % 50 !== 0) continue;
        // What is not held any more may be lying about; where little is, nobody needs to look, which takes long in a large heap.
        for (let tries = 0; held() > most / 2 && tries < 3; tries += 1) collectGarbage();
        highest = Math.max(highest, held());
      }
    }
    await place.store.write('t/ef/large', watched(bytesOf(size)));
    expect((await read(watched(await place.store.read('t/ef/large')))).size).toBe(size);
    await place.store.remove('t/ef/large');
    expect(highest).toBeLessThan(most);
  });

  // Before the first part is full, in the middle of the third, and at a boundary.
  it.each([65_536, 12_000_000, 10 * 1024 * 1024])(
    'keeps nothing of what breaks off after %i bytes, and throws what broke it',
    async (size) => {
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield* bytesOf(size);
        throw new RangeError('gone');
      }
      await expect(place.store.write('t/gh/two', broken())).rejects.toThrow(RangeError);
      expect(await place.contents()).toEqual([]);
      await expect(place.store.read('t/gh/two')).rejects.toMatchObject({ code: 'FILE_MISSING' });
    },
  );

  it('lets go of a file that is not read to its end', async () => {
    await place.store.write('t/ij/half', bytesOf(3_000_000));
    for await (const chunk of await place.store.read('t/ij/half')) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await place.store.remove('t/ij/half');
    expect(await place.contents()).toEqual([]);
  });
});

describe('a file store on S3', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server.close());

  it('keeps each file under its key in the bucket', async () => {
    await openFileStore(server.options).write('acme/3f/x', streamOf('x'));
    expect(await server.keys()).toEqual(['acme/3f/x']);
  });

  it('says that the store is the trouble where it does not answer or has no such bucket', async () => {
    const nobody = openFileStore({ ...server.options, endpoint: 'http://127.0.0.1:9' });
    const wrong = openFileStore({ ...server.options, bucket: 'another-bucket' });
    for (const store of [nobody, wrong]) {
      await expect(store.write('t/x', streamOf('x'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(store.read('t/x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
  });
});
