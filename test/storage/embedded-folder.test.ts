import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isRoot } from '../../packages/storage/src/embedded/account.ts';
import { lockDataDir } from '../../packages/storage/src/embedded/lock.ts';
import { processRealm, startOf } from '../../packages/storage/src/embedded/processes.ts';
import { asRoot, bareNative, daemon, ended, openScene, onLinux, postmasterPid, query } from './embedded-scene.ts';

const scene = openScene();
const { folder, start, startElsewhere } = scene;

describe('the lock of a data folder', () => {
  const owner = { host: 'elsewhere', since: '2026-01-01T00:00:00.000Z' };

  onLinux('is void when its process number has been given to another process, or when it is empty', async () => {
    const dataDir = await folder();
    await writeFile(
      join(dataDir, 'tessera.lock'),
      JSON.stringify({ ...owner, pid: process.pid, started: '1', realm: await processRealm() }),
    );
    await (await start(dataDir)).stop();
    await writeFile(join(dataDir, 'tessera.lock'), '');
    await start(dataDir);
    expect(JSON.parse(await readFile(join(dataDir, 'tessera.lock'), 'utf8'))).toMatchObject({
      pid: process.pid,
      started: await startOf(process.pid),
    });
  });

  onLinux('goes to exactly one of many that find its owner dead, and dead claimants before them', async () => {
    for (let round = 0; round < 30; round += 1) {
      const dataDir = await folder();
      const file = join(dataDir, 'tessera.lock');
      let path = file;
      for (let i = 0; i < round % 3; i += 1) {
        const text = JSON.stringify({ ...owner, id: String(i), pid: 1, started: '1', realm: await processRealm() });
        await writeFile(path, text);
        path = `${file}.after-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
      }
      const claims = await Promise.allSettled(Array.from({ length: 12 }, () => lockDataDir(dataDir, undefined)));
      const winners = claims.filter((one) => one.status === 'fulfilled');
      const refusals = claims.filter((one) => one.status === 'rejected').map((one) => one.reason as unknown);
      expect(refusals).toEqual(Array(11).fill(expect.objectContaining({ code: 'DATA_DIR_IN_USE' })));
      expect(await readdir(dataDir)).toEqual(['tessera.lock']);
      for (const { value } of winners) await value.release();
      expect(await readdir(dataDir)).toEqual([]);
    }
  });

  it('holds for an owner on another host as long as that one touches it', async () => {
    const dataDir = await folder();
    const file = join(dataDir, 'tessera.lock');
    await writeFile(file, JSON.stringify({ ...owner, pid: 1, started: '1', realm: 'elsewhere' }));
    const beat = setInterval(() => {
      utimes(file, new Date(), new Date()).catch(() => undefined);
    }, 200);
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE', params: { host: 'elsewhere', pid: 1 } });
    clearInterval(beat);
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(file, longAgo, longAgo);
    await start(dataDir);
  });
});

describe('the programs of the embedded PostgreSQL', () => {
  it('get their library links where an install without scripts left them out', async () => {
    const native = await bareNative(scene);
    await chmod(dirname(native), 0o755);
    const { url } = await start(await folder(), { native });
    expect((await readdir(join(native, 'lib'))).filter((name) => name.startsWith('libpq.so')).length).toBe(3);
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('are copied below the data folder, once, by a user who may not write to node_modules', async () => {
    const native = await bareNative(scene);
    await chmod(dirname(native), 0o755);
    await chmod(join(native, 'lib'), 0o555);
    const parent = await folder();
    const dataDir = join(parent, 'a');
    const account = isRoot() ? daemon : {};
    if (isRoot()) await chown(parent, daemon.uid, daemon.gid);
    const first = await startElsewhere({ dataDir, native }, account);
    expect(first.answer).toEqual({ url: expect.stringContaining('postgresql://') });
    first.child.kill('SIGINT');
    await ended(first.child);
    const copies = await readdir(join(dataDir, 'programs'));
    expect(copies).toEqual([expect.stringMatching(/^postgres-18\.4\.0-test-[\w-]+$/)]);
    const made = (await stat(join(dataDir, 'programs', copies[0] ?? ''))).ino;
    const { child } = await startElsewhere({ dataDir, native }, account);
    expect((await stat(join(dataDir, 'programs', copies[0] ?? ''))).ino).toBe(made);
    child.kill('SIGINT');
    await ended(child);
    await chmod(join(native, 'lib'), 0o755);
  });
});

describe('startEmbedded without programs', () => {
  it('names the way out where there are none for the platform', async () => {
    const dataDir = await folder();
    const refusal = { code: 'EMBEDDED_UNSUPPORTED', message: expect.stringContaining('DATABASE_URL') };
    await expect(start(dataDir, { native: join(dataDir, 'native') })).rejects.toMatchObject(refusal);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('says which program the system does not run', async () => {
    const parent = await folder();
    await chmod(parent, 0o755);
    await mkdir(join(parent, 'native/bin'), { recursive: true });
    await writeFile(join(parent, 'package.json'), JSON.stringify({ version: '18.4.0' }));
    const dataDir = await folder();
    const refusal = { code: 'EMBEDDED_FAILED', message: expect.stringContaining('native/bin/initdb cannot be run') };
    await expect(start(dataDir, { native: join(parent, 'native') })).rejects.toMatchObject(refusal);
    await (await start(dataDir)).stop();
    const postgres = { code: 'EMBEDDED_FAILED', message: expect.stringMatching(/native\/bin\/postgres ENOENT/) };
    await expect(start(dataDir, { native: join(parent, 'native') })).rejects.toMatchObject(postgres);
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log']);
  });
});

describe('startEmbedded as root', () => {
  asRoot("serves an ordinary user too, whose cluster stays that user's when root starts it", async () => {
    const dataDir = await folder();
    await chown(dataDir, daemon.uid, daemon.gid);
    const first = await startElsewhere({ dataDir }, daemon);
    await query(first.answer.url ?? '', 'create table kept as select 7 as n');
    first.child.kill('SIGINT');
    await ended(first.child);
    const asRoot = await start(dataDir);
    expect(await query(asRoot.url, 'select n from kept')).toEqual([{ n: 7 }]);
    await asRoot.stop();
    const second = await startElsewhere({ dataDir }, daemon);
    expect(await query(second.answer.url ?? '', 'select n from kept')).toEqual([{ n: 7 }]);
  });

  asRoot('runs as nobody, below a folder that only root may enter', async () => {
    const dataDir = join(await folder(), 'deep', 'data');
    const { url } = await start(dataDir);
    expect((await stat(`/proc/${await postmasterPid(dataDir)}`)).uid).toBe(65_534);
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  asRoot('copies programs that nobody may not reach, once for starts at the same time', async () => {
    const native = await bareNative(scene);
    const { version } = JSON.parse(await readFile(join(native, '../package.json'), 'utf8')) as { version: string };
    scene.remove(join('/var/cache/tessera', `postgres-${version}`));
    const started = await Promise.all([start(await folder(), { native }), start(await folder(), { native })]);
    for (const { url } of started) expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
    expect((await readdir('/var/cache/tessera')).filter((name) => name.includes(version))).toEqual([`postgres-${version}`]);
  });

  asRoot('makes an ordinary user hear to whom a folder belongs', async () => {
    const closed = await folder();
    expect((await startElsewhere({ dataDir: join(closed, 'a') }, daemon)).answer.error).toMatch(/^DATA_DIR_UNUSABLE .*DATA_DIR/);
    const dataDir = await folder();
    await (await start(dataDir)).stop();
    await chown(dataDir, daemon.uid, daemon.gid);
    expect((await startElsewhere({ dataDir }, daemon)).answer.error).toMatch(/belongs to user 65534, and this process is user 1/);
  });
});
