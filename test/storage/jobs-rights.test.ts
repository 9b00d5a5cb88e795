// Jobs wherever a cell may be: under an administrator who is no superuser, without roles, with nodes that begin at once, after an upgrade.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '@tessera/kernel';
import { migrateTenants, nextDue, setTimers, tenantSystemVersion, type Cell } from '@tessera/storage';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { codeOf, open, run, until } from './cell-support.ts';
import { outboxEmpty, readWakes, wakeAs, workOn } from './jobs-scene.ts';

/** A database that belongs to a role with these rights, with the address to log in as it. */
async function ownedBy(rights: string): Promise<TestDatabase> {
  const owned = await testDatabase();
  const user = `${owned.name}_admin`;
  await connected(owned.url, async (client) => {
    await client.query(`create role ${user} login ${rights} password 'x'`);
    await client.query(`alter database ${owned.name} owner to ${user}`);
  });
  const url = `${owned.url}${owned.url.includes('?') ? '&' : '?'}user=${user}&password=x`;
  return { ...owned, url };
}

/** From a tenant's payload to the end of its job. */
async function expectDone(cell: Cell): Promise<void> {
  const jobs = cell.jobs({ works: true });
  const done: string[] = [];
  await workOn(jobs, ({ tenant }) => {
    done.push(tenant);
    return Promise.resolve();
  });
  const reader = readWakes(cell, jobs);
  await wakeAs(cell, 'acme');
  await until('the job', () => done.length === 1);
  await outboxEmpty(cell);
  await reader.stop();
  await jobs.close();
  expect(done).toEqual(['acme']);
}

describe('jobs', () => {
  it('are done under an administrator who is no superuser, and are out of everybody else’s reach', async () => {
    const owned = await ownedBy('createrole');
    const cell = await open(owned);
    await cell.createTenant('acme');
    await expectDone(cell);
    expect(await codeOf(run(cell.tenant('acme'), sql`select from pgboss.job`))).toBe('42501');
    const reach = await connected(owned.url, (client) =>
      client.query<{ readonly server: boolean; readonly tenants: boolean; readonly owner: boolean }>(
        `select has_schema_privilege($1, 'pgboss', 'usage') as server, has_schema_privilege($2, 'pgboss', 'usage') as tenants,
          has_table_privilege($3, 'pgboss.job', 'select') as owner`,
        ['server', 'tenants', 'owner'].map((role) => `${owned.name}_${role}`),
      ),
    );
    expect(reach.rows).toEqual([{ server: false, tenants: false, owner: true }]);
    await cell.close();
    await owned.drop();
  });

  it('are done where roles may not be created', async () => {
    const owned = await ownedBy('nocreaterole');
    const cell = await open(owned);
    expect(cell.wall).toBe(false);
    await cell.createTenant('acme');
    await expectDone(cell);
    await cell.close();
    await owned.drop();
  });
});

describe('a database that was a cell before there were jobs', () => {
  let database: TestDatabase;
  let cell: Cell;

  beforeAll(async () => {
    database = await testDatabase();
    cell = await open(database);
    await cell.createTenant('acme');
    await cell.close();
    await connected(database.url, async (client) => {
      await client.query('drop schema pgboss cascade');
      // All that has come with them and since.
      const workflow = ['_approval', '_run_step', '_run', '_definition', '_timer', '_effect'];
      for (const table of [...workflow, '_merge_part', '_merge', '_seed', '_migration_value', '_migration'])
        await client.query(`drop table t_acme.${table}`);
      await client.query('alter table t_acme._state drop column former_locks');
      await client.query('update tessera.tenant set system_version = 2');
    });
  });
  afterAll(async () => {
    await cell.close();
    await database.drop();
  });

  it('gets their schema, whichever nodes begin at once, and its tenants their tables', async () => {
    cell = await open(database);
    expect(await migrateTenants(cell)).toBe(1);
    expect((await cell.tenants()).map(({ systemVersion }) => systemVersion)).toEqual([tenantSystemVersion]);
    const nodes = await Promise.all([open(database), open(database)]);
    const jobs = nodes.map((node) => node.jobs());
    await Promise.all(jobs.map((each) => each.wake([{ kind: 'send', tenant: 'acme' }])));
    expect((await jobs[0]?.figures())?.queues).toMatchObject([{ kind: 'send', waiting: 1 }]);
    for (const each of jobs) await each.close();
    for (const node of nodes) await node.close();
    await expectDone(cell);
    const tenant = cell.tenant('acme');
    const door = { schema: tenant.schema, query: tenant.query.bind(tenant) };
    const at = '2026-05-01T00:00:00.000Z';
    const nobody = { runId: null, object: null, recordId: null };
    await setTimers(door, [{ id: crypto.randomUUID(), key: 'k', kind: 'test', dueAt: at, content: '{}', ...nobody }], at);
    expect(await nextDue(door)).toEqual({ work: at, send: null });
  });
});
