import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOf } from '../../packages/storage/src/embedded/processes.ts';
import { ended, guardOf, onLinux, openScene, postmasterPid, query, serversOf, socketFolder, until } from './embedded-scene.ts';

const scene = openScene();
const { folder, start, startElsewhere } = scene;

describe('startEmbedded', () => {
  it('gives a server with Unicode order and letters, ICU collations, trigrams and its settings', async () => {
    const dataDir = await folder();
    const { url, version } = await start(dataDir, { settings: { fsync: 'off', work_mem: '5MB' }, database: 'größe' });
    expect(version).toMatch(/^18\.\d+$/);
    await query(url, 'create extension pg_trgm');
    const [row] = await query(
      url,
      `select current_database() as database, current_setting('server_encoding') as encoding, upper('é') as upper, datlocprovider as provider,
         '张' < '李' collate "zh-x-icu" as pinyin, 'a' < 'B' collate "und-x-icu" as root, cardinality(show_trgm('客户')) > 0 as trigrams,
         current_setting('work_mem') as work_mem, current_setting('max_connections') as connections, current_setting('listen_addresses') as listen
       from pg_database where datname = current_database()`,
    );
    expect(row).toEqual({
      ...{ database: 'größe', encoding: 'UTF8', upper: 'É', provider: 'b', pinyin: false, root: true, trigrams: true },
      ...{ work_mem: '5MB', connections: '200', listen: '' },
    });
  });

  it('keeps the data across restarts and leaves nothing running or lying about when stopped', async () => {
    const dataDir = await folder();
    const first = await start(dataDir);
    await query(first.url, 'create table kept as select 7 as n');
    expect((await stat(socketFolder(first.url))).mode & 0o777).toBe(0o700);
    await Promise.all([first.stop(), first.stop()]);
    expect(await serversOf(dataDir)).toEqual([]);
    expect(existsSync(socketFolder(first.url))).toBe(false);
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log']);
    expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
    const second = await start(dataDir);
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
    expect(await readFile(join(dataDir, 'postgres.log'), 'utf8')).not.toContain('not properly shut down');
  });

  it('refuses a data folder whose owner lives, and says which process that is', async () => {
    const dataDir = await folder();
    const { url } = await start(dataDir);
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE', params: { dataDir, pid: process.pid } });
    const { answer } = await startElsewhere({ dataDir });
    expect(answer.error).toMatch(new RegExp(`^DATA_DIR_IN_USE .*${dataDir} is in use by process ${process.pid} .*DATA_DIR`));
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('works in a folder with spaces, quotes and non-ASCII letters', async () => {
    const dataDir = join(await folder(), `a b's "数据" é`);
    const { url } = await start(dataDir);
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('clears away a cluster that was half made when its maker was killed', async () => {
    const dataDir = await folder();
    await mkdir(join(dataDir, 'postgres.new-abcdef', 'base'), { recursive: true });
    await start(dataDir);
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log', 'tessera.lock']);
  });

  it('takes clients on a loopback port with a password that is nowhere on the disk', async () => {
    const dataDir = await folder();
    const first = await start(dataDir, { transport: 'tcp' });
    const { password, hostname } = new URL(first.url);
    expect(hostname).toBe('127.0.0.1');
    expect(await query(first.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    await expect(query(first.url.replace(password, 'wrong'), 'select 1')).rejects.toMatchObject({ code: '28P01' });
    await first.stop();
    for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) expect((await readFile(join(entry.parentPath, entry.name))).includes(password)).toBe(false);
    }
    const second = await start(dataDir, { transport: 'tcp' });
    expect(new URL(second.url).password).not.toBe(password);
    expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('says what PostgreSQL itself says when it does not start, and takes everything back', async () => {
    const dataDir = await folder();
    await (await start(dataDir)).stop();
    const failed = start(dataDir, { settings: { max_connections: 'many' } });
    await expect(failed).rejects.toMatchObject({
      code: 'EMBEDDED_FAILED',
      message: expect.stringContaining('invalid value for parameter "max_connections"'),
    });
    expect(existsSync(join(dataDir, 'tessera.lock'))).toBe(false);
    expect(await serversOf(dataDir)).toEqual([]);
  });

  it('refuses a folder that cannot serve, and says why', async () => {
    const dataDir = await folder();
    await writeFile(join(dataDir, 'file'), '');
    await expect(start(join(dataDir, 'file'))).rejects.toMatchObject({
      code: 'DATA_DIR_UNUSABLE',
      message: expect.stringContaining('DATA_DIR'),
    });
    await mkdir(join(dataDir, 'postgres'));
    await writeFile(join(dataDir, 'postgres/PG_VERSION'), '15\n');
    await expect(start(dataDir)).rejects.toMatchObject({
      code: 'DATA_DIR_UNUSABLE',
      message: expect.stringContaining('made by PostgreSQL 15, and this is 18'),
    });
    await rm(join(dataDir, 'postgres/PG_VERSION'));
    await writeFile(join(dataDir, 'postgres/letter.txt'), '');
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE', message: expect.stringContaining('not a cluster') });
    expect((await readdir(dataDir)).sort()).toEqual(['file', 'postgres']);
  });
});

describe('startEmbedded after a death', () => {
  onLinux('finds PostgreSQL ended when its owner was killed', async () => {
    const dataDir = await folder();
    const { child, answer } = await startElsewhere({ dataDir });
    await query(answer.url ?? '', 'create table kept as select 7 as n');
    child.kill('SIGKILL');
    await until(async () => (await serversOf(dataDir)).length === 0);
    await until(() => Promise.resolve(!existsSync(socketFolder(answer.url ?? ''))));
    const { url } = await start(dataDir);
    expect(await query(url, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  onLinux('starts at once when its owner was killed and PostgreSQL is still on its way down', async () => {
    const dataDir = await folder();
    for (let n = 1; n <= 3; n += 1) {
      const { child, answer } = await startElsewhere({ dataDir });
      await query(answer.url ?? '', `create table kept${n} as select 7 as n`);
      child.kill('SIGKILL');
      await ended(child);
    }
    const { url } = await start(dataDir);
    expect(await query(url, 'select n from kept1 join kept2 using (n) join kept3 using (n)')).toEqual([{ n: 7 }]);
  });

  onLinux('ends the orphan of an owner that was killed together with its guard', async () => {
    const dataDir = await folder();
    const { child, answer } = await startElsewhere({ dataDir });
    await query(answer.url ?? '', 'create table kept as select 7 as n');
    const orphan = await postmasterPid(dataDir);
    process.kill(await guardOf(orphan), 'SIGKILL');
    child.kill('SIGKILL');
    await ended(child);
    await sleep(200);
    expect(await query(answer.url ?? '', 'select n from kept')).toEqual([{ n: 7 }]);
    const { url } = await start(dataDir);
    expect(await startOf(orphan)).toBeUndefined();
    expect(existsSync(socketFolder(answer.url ?? ''))).toBe(false);
    expect(await query(url, 'select n from kept')).toEqual([{ n: 7 }]);
    expect(await query(url, `select setting from pg_settings where name = 'unix_socket_directories'`)).toEqual([
      { setting: `"${socketFolder(url)}"` },
    ]);
  });

  onLinux('recovers when everything was killed and another program has the number in postmaster.pid', async () => {
    const dataDir = await folder();
    const { child, answer } = await startElsewhere({ dataDir, settings: {} });
    await query(answer.url ?? '', 'create table kept as select 7 as n');
    const servers = await serversOf(dataDir);
    process.kill(await guardOf(await postmasterPid(dataDir)), 'SIGKILL');
    for (const pid of servers) process.kill(pid, 'SIGKILL');
    child.kill('SIGKILL');
    await ended(child);
    const file = join(dataDir, 'postgres/postmaster.pid');
    const { uid, gid } = await stat(file);
    const bystander = spawn('sleep', ['60'], { uid, gid });
    scene.end(bystander);
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^\d+/, String(bystander.pid)));
    const { url } = await start(dataDir);
    expect(await query(url, 'select n from kept')).toEqual([{ n: 7 }]);
    expect(await startOf(bystander.pid ?? 0)).toBeDefined();
    expect(await readFile(join(dataDir, 'postgres.log'), 'utf8')).toContain('was not properly shut down');
  });

  onLinux('outlives Ctrl-C in the terminal until its owner stops it', async () => {
    const dataDir = await folder();
    const { child, farewell } = await startElsewhere({ dataDir });
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await farewell).toBe('{"alive":42}');
    await ended(child);
    expect(child.exitCode).toBe(0);
    expect(await serversOf(dataDir)).toEqual([]);
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log']);
  });

  it('leaves a PostgreSQL alone that no owner of ours has left behind', async () => {
    const dataDir = await folder();
    const { url } = await start(dataDir);
    await rm(join(dataDir, 'tessera.lock'));
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE', params: { pid: await postmasterPid(dataDir) } });
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });
});
