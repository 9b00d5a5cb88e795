// `tessera` as operators need it: backups that move a tenant, system tables that keep up, a doctor who finds what is wrong.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tenantSchema } from '@tessera/storage';
import { exampleFolder } from '../support/packs.ts';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { desk, failureOf, readable, type Desk, type Ran } from './command-line-scene.ts';

let database: TestDatabase;
let tessera: Desk;

const run: Desk['run'] = (words, options) => tessera.run(words, options);
const line = (text: string): Promise<Ran> => run(text.split(' '));

beforeAll(async () => {
  database = await testDatabase();
  tessera = await desk(database.url);
  const made = await run(['tenant', 'create', 'shelf', '--pack', exampleFolder('library'), '--admin', 'a@shelf.example', '--demo-data']);
  expect(made).toMatchObject({ code: 0, err: '' });
});

afterAll(async () => {
  await tessera.close();
  await database.drop();
});

describe('tessera tenant backup and restore', () => {
  it('move a tenant into another database with all that it has', async () => {
    const other = await testDatabase();
    const there = await desk(other.url);
    try {
      const file = join(tessera.folder, 'shelf.ndjson');
      const backup = await run(['tenant', 'backup', 'shelf', file, '--json']);
      expect([backup.code, backup.err, JSON.parse(backup.out)]).toMatchObject([0, '', { tenant: 'shelf' }]);
      expect(await readFile(file, 'utf8')).toMatch(/^\{.*\}\n/);
      expect(await there.run(['tenant', 'restore', 'shelf', file])).toMatchObject({ code: 0, err: '' });
      const [before, after] = await Promise.all(
        [tessera, there].map((on) => on.run(['export', 'loan', '--tenant', 'shelf', '--format', 'ndjson'])),
      );
      expect(after).toEqual(before);
      expect(before?.out).toContain('"book":');
      // All the rest: a backup of what was restored has the same lines, but for its head and its checksum.
      const second = join(tessera.folder, 'second.ndjson');
      expect((await there.run(['tenant', 'backup', 'shelf', second])).code).toBe(0);
      const lines = async (path: string): Promise<readonly string[]> => (await readFile(path, 'utf8')).split('\n').slice(1, -2).sort();
      expect(await lines(second)).toEqual(await lines(file));
      expect(await there.run(['doctor'])).toMatchObject({
        code: 0,
        out: expect.stringMatching(/ok {3}tenant shelf: tables and metadata agree/) as unknown,
      });
      const half = await tessera.file('half.ndjson', (await readFile(file, 'utf8')).slice(0, -40));
      const [twice, cut, nowhere] = await Promise.all([
        there.run(['tenant', 'restore', 'shelf', file, '--json']),
        there.run(['tenant', 'restore', 'cut', half]),
        there.run(['tenant', 'restore', 'cut2', join(tessera.folder, 'nowhere.ndjson')]),
      ]);
      expect([twice.code, failureOf(twice).code]).toEqual([1, 'TENANT_EXISTS']);
      expect(cut).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no backup') as unknown });
      readable(cut);
      expect(nowhere).toMatchObject({ code: 1, out: '', err: expect.stringContaining('nowhere.ndjson') as unknown });
      readable(nowhere);
      expect(JSON.parse((await there.run(['tenant', 'list', '--json'])).out)).toHaveLength(1);
    } finally {
      await there.close();
      await other.drop();
    }
  });
});

describe('tessera migrate and doctor', () => {
  it('find everything in order, until a column is gone', async () => {
    const [migrated, json, well] = await Promise.all([line('migrate'), line('migrate --json'), line('doctor --json')]);
    expect(migrated).toEqual({ code: 0, out: 'Everything is up to date.\n', err: '' });
    expect(JSON.parse(json.out)).toEqual({ tenants: 0 });
    expect(well.code).toBe(0);
    const checks = JSON.parse(well.out) as readonly { readonly name: string; readonly ok: boolean }[];
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['node', 'configuration', 'database', 'tenant roles', 'tenant shelf']),
    );
    await connected(database.url, (client) => client.query(`alter table ${tenantSchema('shelf')}.member drop column born_on cascade`));
    const ill = await line('doctor');
    expect(ill).toMatchObject({ code: 1, out: expect.stringMatching(/BAD {2}tenant shelf: .*born_on.*\n {5}\S/) as unknown });
    readable(ill);
    expect(ill.err).toContain('tenant shelf');
  });
});
