// A tenant's files in its backup: all their bytes, in constant memory, and a copy that shares nothing with its original.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '@tessera/kernel';
import { Administration, createEngine, type Engine, type EngineOptions } from '@tessera/engine';
import { openFileStore, sweepFiles, type FileStore } from '@tessera/records';
import { pack, password, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { bytesOf, filesBelow, png, streamOf } from './files-scene.ts';

// So that what is counted is held, and not only waiting for the collector.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const label = { en: 'File' };
const card = { fields: { photo: { type: 'image', label }, anything: { type: 'file', label } } };

let root: string;
let store: FileStore;
let scene: TestEngine;
let acme: TestTenant;
let options: EngineOptions;
let administration: Administration;

interface Held {
  readonly record: string;
  readonly file: string;
  readonly field: 'photo' | 'anything';
  readonly hash: string;
}
let held: readonly Held[];

async function hashOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content) hash.update(chunk);
  return hash.digest('hex');
}

async function hold(field: Held['field'], name: string, content: () => AsyncIterable<Uint8Array>): Promise<Held> {
  const { id: file } = await acme.run('files.upload', { name, content: content() });
  return { record: await acme.create('card', { name, [field]: file }), file, field, hash: await hashOf(content()) };
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-backup-'));
  store = openFileStore({ kind: 'disk', root });
  scene = await testEngine({ files: store });
  options = { cell: scene.cell, log: silentLogger, secret: 'a secret of these tests, long enough', clock: scene.clock, files: store };
  administration = new Administration(options);
  acme = await scene.tenant('acme', [pack('base', { card })]);
  held = [
    await hold('photo', 'dot.png', () => streamOf(png)),
    await hold('anything', 'empty.txt', () => streamOf()),
    await hold('anything', 'exact.bin', () => bytesOf(49_152)),
    await hold('anything', 'large.bin', () => bytesOf(3_000_001)),
  ];
});
afterAll(async () => {
  await scene.close();
  await rm(root, { recursive: true, force: true });
});

interface Backup {
  readonly lines: readonly string[];
  readonly counts: Awaited<ReturnType<Administration['backup']>>;
}

async function backup(tenant = 'acme'): Promise<Backup> {
  const lines: string[] = [];
  const counts = await administration.backup(tenant, (line) => Promise.resolve(void lines.push(line)));
  return { lines, counts };
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) yield await Promise.resolve(line);
}

const restore = (name: string, lines: readonly string[]): ReturnType<Administration['restore']> =>
  administration.restore(each(lines), { name });

const tenants = async (): Promise<readonly string[]> => (await scene.cell.tenants()).map(({ name }) => name);

/** What somebody who signs in to the copy downloads. */
async function downloads(engine: Engine, tenant: string): Promise<readonly string[]> {
  const request = { requestId: 'test', languages: ['en'] };
  const { accessToken } = await engine.login({ tenant, email: 'admin@acme.example', password }, request);
  const context = await engine.authenticate(accessToken, request);
  return await Promise.all(held.map(async ({ file }) => hashOf((await engine.run('files.download', context, { id: file })).content)));
}

describe('a backup', () => {
  it('holds every byte of the files, in lines of at most 64 KiB, after the rows', async () => {
    const { lines, counts } = await backup();
    expect(counts).toMatchObject({ files: 4, missing: 0, missingSample: [] });
    const first = lines.findIndex((line) => line.startsWith('{"file":'));
    expect(lines.slice(first, -1).every((line) => line.startsWith('{"file":'))).toBe(true);
    const parts = lines.slice(first, -1).map((line) => JSON.parse(line) as { file: string; part: number; data: string });
    expect(Math.max(...parts.map(({ data }) => data.length))).toBe(65_536);
    for (const { file, hash } of held) {
      const own = parts.filter((part) => part.file === file);
      expect(own.map(({ part }) => part)).toEqual(own.map((_, i) => i));
      expect(await hashOf(streamOf(...own.map(({ data }) => Buffer.from(data, 'base64'))))).toBe(hash);
    }
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ end: true, files: 4 });
  });

  it('becomes a tenant whose files are its own: neither’s sweep touches the other’s', async () => {
    const { lines } = await backup();
    expect(await restore('copy', lines)).toMatchObject({ tenant: 'copy', files: 4, missing: 0 });
    const engine = await createEngine(options);
    try {
      const hashes = held.map(({ hash }) => hash);
      expect(await downloads(engine, 'copy')).toEqual(hashes);
      const keys = async (schema: string): Promise<readonly unknown[]> =>
        (await scene.sql(`select storage_key from ${schema}._file`)).map((row) => row['storage_key']);
      const [own, copied] = [await keys(acme.schema), await keys('t_copy')];
      expect(copied.filter((key) => own.includes(key))).toEqual([]);
      // A file of the copy is swept; the original has all of its own still.
      const count = (await filesBelow(root)).length;
      await scene.sql(`update t_copy._file set deleted_at = now() - interval '3 days' where name = 'large.bin'`);
      expect(await sweepFiles({ database: scene.cell.tenant('copy'), store, clock: scene.clock })).toBe(1);
      expect(await filesBelow(root)).toHaveLength(count - 1);
      expect(await downloads(engine, 'acme')).toEqual(hashes);
    } finally {
      await engine.close();
      await administration.dropTenant('copy');
    }
  });

  it('has keys of its own also where a tenant of its name has files in the same store', async () => {
    await restore('again', (await backup()).lines);
    const keys = async (): Promise<readonly unknown[]> =>
      (await scene.sql('select storage_key from t_again._file')).map((row) => row['storage_key']);
    const first = await keys();
    const { lines } = await backup('again');
    await administration.dropTenant('again');
    await restore('again', lines);
    expect((await keys()).filter((key) => first.includes(key))).toEqual([]);
    await administration.dropTenant('again');
  });

  it('leaves out what is released or still being uploaded', async () => {
    const { id } = await acme.run('files.upload', { name: 'gone.txt', content: streamOf('gone') });
    await scene.sql(`update ${acme.schema}._file set deleted_at = now() - interval '1 hour' where id = $1`, [id]);
    const { lines, counts } = await backup();
    expect(counts).toMatchObject({ files: 4, missing: 0 });
    expect(lines.some((line) => line.startsWith(`{"file":"${id}"`))).toBe(false);
    await restore('without', lines);
    expect(await scene.sql('select 1 from t_without._file where id = $1', [id])).toEqual([]);
    await administration.dropTenant('without');
  });

  it('passes over the bytes of a file that came while it was made', async () => {
    const { lines } = await backup();
    const [end, stray] = [JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>, '01920000-0000-7000-8000-000000000001'];
    const longer = [...lines.slice(0, -1), JSON.stringify({ file: stray, part: 0, data: 'AAAA' })];
    const sha256 = createHash('sha256')
      .update(`${longer.join('\n')}\n`)
      .digest('hex');
    const before = (await filesBelow(root)).length;
    expect(await restore('later', [...longer, JSON.stringify({ ...end, files: 5, sha256 })])).toMatchObject({ files: 4, missing: 0 });
    expect(await filesBelow(root)).toHaveLength(before + 4);
    await administration.dropTenant('later');
  });

  it('is written and read with a few pieces in memory', async () => {
    const big = await hold('anything', 'huge.bin', () => bytesOf(24_000_000));
    collectGarbage();
    const floor = process.memoryUsage().arrayBuffers;
    let [highest, count] = [0, 0];
    const look = (): void => {
      if ((count += 1) % 50 !== 0) return;
      collectGarbage();
      highest = Math.max(highest, process.memoryUsage().arrayBuffers - floor);
    };
    const lines: string[] = [];
    await administration.backup('acme', (line) => {
      look();
      return Promise.resolve(void lines.push(line));
    });
    async function* watched(): AsyncGenerator<string> {
      for await (const line of each(lines)) {
        look();
        yield line;
      }
    }
    expect(await administration.restore(watched(), { name: 'watched' })).toMatchObject({ files: 5 });
    expect([count > 1000, highest < 4_000_000]).toEqual([true, true]);
    await administration.dropTenant('watched');
    await acme.update('card', big.record, { anything: null });
    await scene.sql(`update ${acme.schema}._file set deleted_at = now() - interval '3 days' where id = $1`, [big.file]);
    expect(await sweepFiles({ database: scene.cell.tenant('acme'), store, clock: scene.clock })).toBe(1);
  });
});

describe('a backup that is not whole', () => {
  let lines: readonly string[];
  let before: readonly string[];
  beforeEach(async () => {
    ({ lines } = await backup());
    before = [...(await filesBelow(root))].sort();
  });

  const refused = async (name: string, damaged: readonly string[], by: FileStore = store): Promise<unknown> => {
    const failed = await new Administration({ ...options, files: by }).restore(each(damaged), { name }).then(
      () => 'restored',
      (error: unknown) => (error as { readonly code?: unknown }).code ?? error,
    );
    expect(await tenants()).not.toContain(name);
    expect([...(await filesBelow(root))].sort()).toEqual(before);
    return failed;
  };

  it.each<[string, (lines: readonly string[]) => readonly string[]]>([
    ['is cut off among the files', (all) => all.slice(0, -3)],
    ['lacks a piece', (all) => all.toSpliced(all.length - 5, 1)],
    ['lacks the first piece of a file', (all) => all.filter((line) => !/^\{"file":.*"part":0,/.test(line))],
    ['has another byte', (all) => all.map((line, i) => (i === all.length - 4 ? line.replace(/"data":"../, '"data":"//') : line))],
    ['has two pieces the wrong way round', (all) => [...all.slice(0, -4), ...all.slice(-4, -2).toReversed(), ...all.slice(-2)]],
    ['has a line of something else', (all) => all.toSpliced(all.length - 1, 0, '{"what":1}')],
  ])('leaves no tenant and no bytes where it %s', async (_, damage) => {
    expect(await refused('half', damage(lines))).toBe('BACKUP_INVALID');
  });

  it('leaves nothing either where the store fails in the middle', async () => {
    let written = 0;
    const failing: FileStore = {
      ...store,
      write: (key, content) => ((written += 1) > 2 ? Promise.reject(new RangeError('full')) : store.write(key, content)),
    };
    expect(await refused('full', lines, failing)).toBeInstanceOf(RangeError);
    expect(written).toBe(3);
  });
});

describe('bytes that are not there', () => {
  it('are told by the backup, by the restore, and by the restore of a backup without any', async () => {
    const lost = held[3];
    if (lost === undefined) throw new Error('nothing is held');
    const [row] = await scene.sql(`select storage_key from ${acme.schema}._file where id = $1`, [lost.file]);
    await store.remove(String(row?.['storage_key']));
    const { lines, counts } = await backup();
    const told = { files: 3, missing: 1, missingSample: [lost.file] };
    expect(counts).toMatchObject(told);
    expect(await restore('lossy', lines)).toMatchObject(told);
    await administration.dropTenant('lossy');

    const rows = lines.slice(0, -1).filter((line) => !line.startsWith('{"file":'));
    const old = [(rows[0] ?? '').replace('"format":2', '"format":1'), ...rows.slice(1)];
    const sha256 = createHash('sha256')
      .update(`${old.join('\n')}\n`)
      .digest('hex');
    const end = { end: true, rows: rows.filter((line) => line.startsWith('{"r":')).length, sha256 };
    expect(await restore('old', [...old, JSON.stringify(end)])).toMatchObject({ files: 0, missing: 4 });
    await administration.dropTenant('old');
  });

  it('are no reason to pass a store over that is not there at all', async () => {
    const without = new Administration({ cell: scene.cell, log: silentLogger, secret: options.secret, clock: scene.clock });
    await expect(without.backup('acme', () => Promise.resolve())).rejects.toMatchObject({ code: 'FILES_UNAVAILABLE' });
  });
});
