// Files through the engine: in and out, who may use and see them, what is left when nobody holds them.
import { createHash, type Hash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TesseraError, type Context } from '@tessera/kernel';
import { openFileStore, sweepFiles } from '@tessera/records';
import type { FileDescription } from '@tessera/engine';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { bytesOf, filesBelow, pdf, png, streamOf } from './files-scene.ts';

// So that what is counted is held, and not only waiting for the collector.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const label = (en: string): Json => ({ label: { en } });

const card: Json = {
  fields: {
    photo: { type: 'image', maxSize: 1000, ...label('Photo') },
    contract: { type: 'file', maxSize: 2000, types: ['application/pdf', 'text/*'], ...label('Contract') },
    anything: { type: 'file', ...label('Anything') },
    key: { type: 'text', unique: true, ...label('Key') },
  },
};

let root: string;
let scene: TestEngine;
let tenant: TestTenant;
/** Somebody else of the same tenant. */
let other: Context;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-files-'));
  scene = await testEngine({ files: openFileStore({ kind: 'disk', root }), limits: { fileSize: 60_000_000 } });
  const seen = { read: true, fields: { '*': 'read' } };
  const basic = { name: 'cards', ...label('Cards'), everyone: true, objects: { card: seen } };
  tenant = await scene.tenant('acme', [pack('base', { card: { ...card, sharing: 'publicRead' } }, { 'permissionSets/cards.json': basic })]);
  const id = await tenant.create('user', { name: 'Bob', email: 'bob@acme.example', active: true });
  const session = '01920000-0000-7000-8000-00000000b0b0';
  await scene.sql(
    `insert into ${tenant.schema}._session (id, user_id, refresh_hash, expires_at) values ($1, $2, 'x', now() + interval '1 day')`,
    [session, id],
  );
  other = { ...tenant.context(), actor: { kind: 'user', userId: id, sessionId: session } };
});
afterAll(async () => {
  await scene.close();
  await rm(root, { recursive: true, force: true });
});

const upload = (name: string, ...pieces: readonly (string | Uint8Array)[]): Promise<FileDescription> =>
  tenant.run('files.upload', { name, content: streamOf(...pieces) });

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TesseraError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

async function content(id: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await tenant.run('files.download', { id })).content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const rows = async (where = 'true'): Promise<number> =>
  Number((await scene.sql(`select count(*) as n from ${tenant.schema}._file where ${where}`))[0]?.['n']);
const sweep = (): Promise<number> =>
  sweepFiles({ database: scene.cell.tenant('acme'), store: openFileStore({ kind: 'disk', root }), clock: scene.clock });

describe('files.upload', () => {
  it('takes a file in and gives it out as it was', async () => {
    const file = await upload('notes/../Größe.csv', 'name,size\n', 'Müller,3\n');
    expect(file).toEqual({ id: expect.any(String), name: 'Größe.csv', type: 'text/csv', size: 20 });
    expect((await content(file.id)).toString()).toBe('name,size\nMüller,3\n');
    expect(await tenant.run('files.describe', { id: file.id })).toEqual(file);
    const [row] = await scene.sql(`select sha256, storage_key from ${tenant.schema}._file where id = $1`, [file.id]);
    expect(row?.['sha256']).toBe(createHash('sha256').update('name,size\nMüller,3\n').digest('hex'));
    expect(row?.['storage_key']).toBe(`acme/${file.id.slice(-2)}/${file.id}`);
  });

  it('streams 50 MB there and back, and holds a few chunks of it', async () => {
    const size = 50_000_000;
    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    collectGarbage();
    const floor = process.memoryUsage().arrayBuffers;
    let highest = 0;
    async function* watched(chunks: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
      let count = 0;
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
        count += 1;
        if (count % 50 !== 0) continue;
        collectGarbage();
        highest = Math.max(highest, process.memoryUsage().arrayBuffers - floor);
      }
    }
    const file = await tenant.run('files.upload', { name: 'large.bin', content: watched(bytesOf(size), sent) });
    expect(file).toMatchObject({ type: 'application/octet-stream', size });
    const { content: back } = await tenant.run('files.download', { id: file.id });
    let length = 0;
    for await (const chunk of watched(back, received)) length += chunk.length;
    expect([length, received.digest('hex')]).toEqual([size, sent.digest('hex')]);
    expect(highest).toBeLessThan(10_000_000);
  });

  it.each<[string, string, () => AsyncIterable<Uint8Array>]>([
    ['FILE_TOO_LARGE', 'huge.bin', () => bytesOf(60_000_001)],
    ['FILE_TYPE_CONTRADICTS', 'page.png', () => streamOf('<!doctype html><script>alert(1)</script>')],
    ['FILE_TYPE_CONTRADICTS', 'photo.jpg', () => streamOf(png)],
    ['FILE_TYPE_CONTRADICTS', 'table.csv', () => streamOf(png)],
    ['FILE_TYPE_CONTRADICTS', 'table.csv', () => streamOf('<html><body>')],
    ['FILE_TYPE_CONTRADICTS', 'scan.pdf', () => streamOf('just text')],
    ['FILE_TYPE_CONTRADICTS', 'empty.png', () => streamOf()],
    ['FILE_NAME_INVALID', '..', () => streamOf('x')],
  ])('refuses with %s: %s, and leaves nothing', async (code, name, make) => {
    const before = [await rows(), await filesBelow(root)];
    expect(await codeOf(tenant.run('files.upload', { name, content: make() }))).toBe(code);
    expect([await rows(), await filesBelow(root)]).toEqual(before);
  });

  it('stops reading where the limit is', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for await (const chunk of bytesOf(1_000_000_000)) {
        sent += chunk.length;
        yield chunk;
      }
    }
    expect(await codeOf(tenant.run('files.upload', { name: 'endless.bin', content: endless() }))).toBe('FILE_TOO_LARGE');
    expect(sent).toBeLessThan(61_000_000);
  });

  it('leaves nothing of an upload that breaks off or is given up', async () => {
    const before = [await rows(), await filesBelow(root)];
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* bytesOf(1_000_000);
      throw new RangeError('the sender has gone');
    }
    await expect(tenant.run('files.upload', { name: 'broken.bin', content: broken() })).rejects.toThrow('the sender has gone');
    const controller = new AbortController();
    async function* abandoned(): AsyncGenerator<Uint8Array> {
      yield* bytesOf(1_000_000);
      controller.abort();
      yield* bytesOf(1_000_000);
    }
    const given = tenant.run('files.upload', { name: 'given-up.bin', content: abandoned() }, { signal: controller.signal });
    expect(await codeOf(given)).toBe('REQUEST_CANCELLED');
    expect([await rows(), await filesBelow(root)]).toEqual(before);
  });

  it('is refused where no files are kept', async () => {
    const bare = await testEngine();
    try {
      const acme = await bare.tenant('acme', [pack('base', { card })]);
      expect(await codeOf(acme.run('files.upload', { name: 'x.txt', content: streamOf('x') }))).toBe('FILES_UNAVAILABLE');
    } finally {
      await bare.close();
    }
  });
});

describe('a file field', () => {
  it('takes its writer’s own file, once', async () => {
    const photo = await upload('a.png', png);
    const id = await tenant.create('card', { name: 'A', photo: photo.id });
    expect(await tenant.read('card', id, 'photo')).toEqual({ photo: photo.id });
    expect(await codeOf(tenant.create('card', { name: 'B', photo: photo.id }))).toBe('FILE_NOT_USABLE');
    expect(await codeOf(tenant.update('card', id, { anything: photo.id }))).toBe('FILE_NOT_USABLE');
    await tenant.update('card', id, { name: 'A again', photo: photo.id });
    const [row] = await scene.sql(`select object, record_id, field from ${tenant.schema}._file where id = $1`, [photo.id]);
    expect(row).toEqual({ object: 'card', record_id: id, field: 'photo' });
  });

  it('takes nobody else’s, nothing unknown, nothing too large, no other type', async () => {
    const theirs = await scene.engine.run('files.upload', other, { name: 't.png', content: streamOf(png) });
    expect(await codeOf(tenant.create('card', { name: 'B', photo: theirs.id }))).toBe('FILE_NOT_USABLE');
    expect(await codeOf(tenant.create('card', { name: 'B', photo: '01920000-0000-7000-8000-000000000009' }))).toBe('FILE_NOT_USABLE');
    const large = await upload('large.png', png, Buffer.alloc(1000));
    expect(await codeOf(tenant.create('card', { name: 'B', photo: large.id }))).toBe('FILE_TOO_LARGE');
    expect(await codeOf(tenant.create('card', { name: 'B', contract: (await upload('p.png', png)).id }))).toBe('FILE_TYPE_NOT_ALLOWED');
    expect(await codeOf(tenant.create('card', { name: 'B', photo: (await upload('x.svg', '<svg xmlns="x"/>')).id }))).toBe(
      'FILE_TYPE_NOT_ALLOWED',
    );
    await tenant.create('card', { name: 'B', contract: (await upload('c.txt', 'text')).id });
    await tenant.create('card', { name: 'B', contract: (await upload('c.pdf', pdf)).id });
  });

  it('gives one file to one of several records, and says which did not get it', async () => {
    const file = await upload('shared.txt', 'x');
    const records = [
      { name: 'First', anything: file.id },
      { name: 'Second', anything: file.id },
    ];
    const { results } = await tenant.run('records.create', { object: 'card', records, allOrNone: false });
    expect(results.map((result) => result.ok)).toEqual([true, false]);
    expect(results[1]).toMatchObject({ problems: [{ code: 'FILE_NOT_USABLE', pointer: '/records/1/anything' }] });
  });

  it('gives a file to one of two who want it at the same time', async () => {
    const file = await upload('raced.txt', 'x');
    const codes = await Promise.all(['X', 'Y', 'Z'].map((name) => codeOf(tenant.create('card', { name, anything: file.id }))));
    expect(codes.sort()).toEqual(['FILE_NOT_USABLE', 'FILE_NOT_USABLE', 'nothing was thrown']);
  });

  it('holds nothing of a write that failed', async () => {
    await tenant.create('card', { name: 'Taken', key: 'k1' });
    const file = await upload('free.txt', 'x');
    expect(await codeOf(tenant.create('card', { name: 'Late', key: 'k1', anything: file.id }))).toBe('RECORD_NOT_UNIQUE');
    await tenant.create('card', { name: 'Better', key: 'k2', anything: file.id });
  });
});

describe('files are seen', () => {
  it('by their uploader alone until a record holds them, then by whoever may read the record', async () => {
    const file = await upload('draft.txt', 'x');
    const seen = (): Promise<string> => codeOf(scene.engine.run('files.describe', other, { id: file.id }));
    expect(await seen()).toBe('FILE_NOT_FOUND');
    expect(await codeOf(scene.engine.run('files.download', other, { id: file.id }))).toBe('FILE_NOT_FOUND');
    const id = await tenant.create('card', { name: 'Holder', anything: file.id });
    expect(await seen()).toBe('nothing was thrown');
    await tenant.remove('card', id);
    expect(await seen()).toBe('FILE_NOT_FOUND');
    await tenant.run('records.restore', { object: 'card', ids: [id] });
    expect(await seen()).toBe('nothing was thrown');
    await tenant.update('card', id, { anything: null });
    expect(await seen()).toBe('FILE_NOT_FOUND');
    expect(await codeOf(tenant.run('files.describe', { id: file.id }))).toBe('FILE_NOT_FOUND');
  });

  it('as absent where the id is none, or another tenant’s', async () => {
    expect(await codeOf(tenant.run('files.describe', { id: 'no id' }))).toBe('FILE_NOT_FOUND');
    const neighbour = await scene.tenant('neighbour', [pack('base', { card })]);
    const file = await upload('mine.txt', 'x');
    expect(await codeOf(neighbour.run('files.download', { id: file.id }))).toBe('FILE_NOT_FOUND');
  });

  it('as missing where the store has lost them', async () => {
    const file = await upload('lost.txt', 'x');
    await openFileStore({ kind: 'disk', root }).remove(`acme/${file.id.slice(-2)}/${file.id}`);
    expect(await codeOf(tenant.run('files.download', { id: file.id }))).toBe('FILE_MISSING');
  });
});

describe('sweepFiles', () => {
  it('removes what is released, purged, never attached or never finished, and nothing else', async () => {
    scene.clock.ahead += 48 * 3_600_000;
    await sweep();
    const start = await rows();
    const [kept, replaced, purged, waiting] = [
      await upload('k.txt', 'k'),
      await upload('r.txt', 'r'),
      await upload('p.txt', 'p'),
      await upload('w.txt', 'w'),
    ];
    const id = await tenant.create('card', { name: 'Keeps', anything: replaced.id });
    await tenant.update('card', id, { anything: kept.id });
    const gone = await tenant.create('card', { name: 'Goes', anything: purged.id });
    await tenant.remove('card', gone);
    await tenant.run('records.purge', { object: 'card', ids: [gone] });
    // As a crash in the middle of an upload leaves it.
    await scene.sql(
      `insert into ${tenant.schema}._file (id, name, type, size, sha256, storage_key, created_at, deleted_at) values (gen_random_uuid(), 'half', '', 0, '', 'acme/ha/half', $1, $1)`,
      [new Date(scene.clock.now())],
    );
    await openFileStore({ kind: 'disk', root }).write('acme/ha/half', streamOf('half of it'));
    expect(await sweep()).toBe(0);
    scene.clock.ahead += 25 * 3_600_000;
    expect(await sweep()).toBe(4);
    expect(await rows()).toBe(start + 1);
    const left = await filesBelow(root);
    expect(left).toContain(kept.id);
    for (const file of [replaced, purged, waiting]) expect(left).not.toContain(file.id);
    expect(left).not.toContain('half');
    expect(await codeOf(tenant.create('card', { name: 'Late', anything: waiting.id }))).toBe('FILE_NOT_USABLE');
    expect(await sweep()).toBe(0);
  });
});
