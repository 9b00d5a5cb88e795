// Opening a cell, its tenants, and the wall between them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ident, quoteIdent, sql } from '@tessera/kernel';
import { tenantSchema, tenantSystemVersion, type Cell } from '@tessera/storage';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { checkServer } from '../../packages/storage/src/cell/open.ts';
import { codeOf, createTenantWithThing, open, recordingLogger, run, thing } from './cell-support.ts';

let database: TestDatabase;
let cell: Cell;

beforeAll(async () => {
  database = await testDatabase();
  cell = await open(database);
  await createTenantWithThing(cell, 'acme');
  await createTenantWithThing(cell, 'beta');
});

afterAll(async () => {
  await cell.close();
  await database.drop();
});

/** The same address with another log-in. */
function as(url: string, user: string, password: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams({ user, password }).toString()}`;
}

/** The address of the nodes' own weak user. */
async function serverUrl(): Promise<string> {
  const { value } = await connected(database.url, async (client) => {
    const { rows } = await client.query<{ value: { prefix: string; password: string } }>(
      "select value from tessera.setting where name = 'roles'",
    );
    if (rows[0] === undefined) throw new Error('The cell has no roles.');
    return rows[0];
  });
  return as(database.url, `${value.prefix}_server`, value.password);
}

describe('openCell', () => {
  it('tells what the database is and can do', () => {
    expect(cell).toMatchObject({ database: database.name, wall: true, features: { trigram: 'public' } });
    expect(cell.serverVersion).toBeGreaterThanOrEqual(150_000);
  });

  it('keeps json, decimals, big numbers and times as the text that PostgreSQL wrote', async () => {
    const { rows } = await run(
      cell.tenant('acme'),
      sql`select '{"a": 1}'::jsonb as b, '{"a" : 1}'::json as j, 1.10::numeric as n, 9007199254740993::bigint as big, date '2026-01-31' as d,
                 timestamptz '2026-01-31 12:00:00.123456+08' as t, 7 as i, true as yes, array['x', 'y'] as list, array[1.10]::numeric[] as decimals`,
    );
    expect(rows).toEqual([
      {
        b: '{"a": 1}',
        j: '{"a" : 1}',
        n: '1.10',
        big: '9007199254740993',
        d: '2026-01-31',
        t: '2026-01-31 04:00:00.123456+00',
        i: 7,
        yes: true,
        list: ['x', 'y'],
        decimals: '{1.10}',
      },
    ]);
  });

  it('opens again with the same roles, also where CONNECT had been taken from everybody', async () => {
    const before = await run(cell.tenant('acme'), sql`select current_user::text as role, session_user::text as login`);
    await connected(database.url, async (client) => {
      await client.query(`revoke connect on database ${quoteIdent(database.name)} from public, ${quoteIdent(`${database.name}_server`)}`);
    });
    const again = await open(database);
    expect(await run(again.tenant('acme'), sql`select current_user::text as role, session_user::text as login`)).toEqual(before);
    expect(before.rows).toEqual([{ role: `${database.name}_t_acme`, login: `${database.name}_server` }]);
    await again.close();
  });

  it('says that it cannot reach a database', async () => {
    expect(await codeOf(open({ ...database, url: 'postgres://nobody:x@127.0.0.1:1/none' }))).toBe('DATABASE_UNREACHABLE');
  });

  it('refuses a server that is too old, and a database that cannot hold all texts', async () => {
    const server = (version: number, encoding: string) => () =>
      Promise.resolve({ rows: [{ database: 'x', version, name: String(version / 10_000), encoding }], rowCount: 1 });
    expect(await codeOf(checkServer(server(140_011, 'UTF8')))).toBe('DATABASE_TOO_OLD');
    expect(await codeOf(checkServer(server(150_000, 'SQL_ASCII')))).toBe('DATABASE_ENCODING');
    expect(await checkServer(server(150_000, 'UTF8'))).toEqual({ database: 'x', serverVersion: 150_000 });
  });
});

describe('createTenant', () => {
  it('makes schema, role, system tables and the row', async () => {
    const [acme] = await cell.tenants();
    expect(acme).toMatchObject({
      name: 'acme',
      schema: 't_acme',
      label: undefined,
      modelHash: undefined,
      systemVersion: tenantSystemVersion,
    });
    expect((await run(cell.tenant('acme'), sql`select model, access from t_acme._state`)).rows).toEqual([{ model: '', access: '0' }]);
  });

  it('refuses a second tenant of a name, also one made at the same moment', async () => {
    expect(await codeOf(cell.createTenant('acme'))).toBe('TENANT_EXISTS');
    const codes = await Promise.all([codeOf(cell.createTenant('twin')), codeOf(cell.createTenant('twin'))]);
    expect(codes.sort()).toEqual(['TENANT_EXISTS', 'nothing was thrown']);
  });

  it.each(['', 'a', 'Acme', '1acme', 'acme"; drop', 'tessera', 'pg_acme', 'x'.repeat(41)])('refuses the name %j', async (name) => {
    expect(await codeOf(cell.createTenant(name))).toBe('TENANT_NAME_INVALID');
  });

  it('takes the longest name', async () => {
    const name = `l${'o'.repeat(38)}g`;
    await cell.createTenant(name, { label: 'Long' });
    expect((await run(cell.tenant(name), sql`select 1 as one from ${ident(tenantSchema(name), '_state')}`)).rows).toEqual([{ one: 1 }]);
    await cell.dropTenant(name);
  });
});

describe('dropTenant', () => {
  it('removes everything, and the name can be used again on connections that knew the old one', async () => {
    await createTenantWithThing(cell, 'gone');
    await run(cell.tenant('gone'), sql`insert into tessera.outbox (payload) values ('{}')`);
    await cell.dropTenant('gone');
    expect(await codeOf(run(cell.tenant('gone'), sql`select 1`))).toBe('TENANT_NOT_FOUND');
    expect(await codeOf(cell.dropTenant('gone'))).toBe('TENANT_NOT_FOUND');
    const left = await connected(database.url, (client) =>
      client.query("select 1 from pg_roles where rolname like '%_t_gone' union all select 1 from pg_namespace where nspname = 't_gone'"),
    );
    expect(left.rows).toEqual([]);
    await createTenantWithThing(cell, 'gone');
    expect((await run(cell.tenant('gone'), sql`select whose from ${thing('gone')} where id = 1`)).rows).toEqual([{ whose: 'gone' }]);
    await cell.dropTenant('gone');
  });

  it('is noticed by another node after one refused statement', async () => {
    await createTenantWithThing(cell, 'moved');
    const other = await open(database, { poolSize: 1 });
    await run(other.tenant('moved'), sql`select 1 from ${thing('moved')}`);
    await cell.dropTenant('moved');
    await createTenantWithThing(cell, 'moved');
    await codeOf(run(other.tenant('moved'), sql`select 1 from ${thing('moved')}`));
    expect((await run(other.tenant('moved'), sql`select whose from ${thing('moved')} where id = 1`)).rows).toEqual([{ whose: 'moved' }]);
    await other.close();
    await cell.dropTenant('moved');
  });
});

describe('the wall', () => {
  const foreign = [
    'select * from t_beta.thing',
    'select * from t_beta._credential',
    "insert into t_beta.thing values (9, 'x')",
    'update t_beta.thing set id = id',
    'delete from t_beta._session',
    'truncate t_beta.thing',
    'drop table t_beta.thing',
    'create table t_beta.mine (x int)',
    'alter schema t_beta rename to t_mine',
    'select * from tessera.tenant',
    'select * from tessera.layer',
    'select * from tessera.version',
    'select * from tessera.plan',
    'select * from tessera.setting',
    'select * from tessera.outbox',
    'delete from tessera.outbox',
    "insert into tessera.outbox (tenant, payload) values ('x', '{}')",
    "insert into tessera.layer values ('acme', 'pack', 'x', 1, '1', '{}')",
    'create table t_acme.mine (x int)',
    'alter table t_acme.thing add column x int',
    'truncate t_acme.thing',
    'create schema mine',
  ];

  it.each(foreign)('lets PostgreSQL refuse to a tenant: %s', async (text) => {
    expect(await codeOf(cell.tenant('acme').query({ text, values: [] }))).toBe('42501');
    expect(await codeOf(cell.tenant('acme').transaction((transaction) => transaction.query({ text, values: [] })))).toBe('42501');
  });

  it.each([
    'set role x',
    ' SET ROLE x',
    'reset role',
    'set session authorization x',
    'begin',
    'commit',
    'rollback',
    'set local role x',
    'discard all',
    'listen x',
  ])('takes no statement that would change the session: %s', async (text) => {
    await expect(cell.tenant('acme').query({ text, values: [] })).rejects.toThrow(TypeError);
    await expect(cell.tenant('acme').transaction((transaction) => transaction.query({ text, values: [] }))).rejects.toThrow(TypeError);
  });

  it('takes one statement at a time', async () => {
    const text = 'select 1; reset role';
    expect(await codeOf(cell.tenant('acme').query({ text, values: [] }))).toBe('42601');
  });

  it('lets a tenant write its own rows and payloads into the outbox', async () => {
    const acme = cell.tenant('acme');
    await run(acme, sql`insert into t_acme.thing values (7, 'acme')`);
    await run(acme, sql`delete from t_acme.thing where id = 7`);
    await run(acme, sql`insert into tessera.outbox (payload) values ('{"from": "acme"}')`);
    const { rows } = await cell.control((transaction) => run(transaction, sql`delete from tessera.outbox returning tenant, payload`));
    expect(rows).toEqual([{ tenant: `${database.name}_t_acme`, payload: '{"from": "acme"}' }]);
  });

  it('shows nothing to a connection that has forgotten to set its role', async () => {
    const url = await serverUrl();
    for (const text of [
      'select * from t_acme.thing',
      'select * from t_acme._state',
      'select * from tessera.tenant',
      'select * from tessera.setting',
    ]) {
      expect(await codeOf(connected(url, (client) => client.query(text)))).toBe('42501');
    }
    expect(await codeOf(connected(url, (client) => client.query(`set role ${quoteIdent(`${database.name}_owner`)}`)))).toBe('42501');
  });

  it('keeps the password of the nodes out of every statement', async () => {
    const { rows } = await connected(database.url, (client) =>
      client.query<{ hash: string }>('select rolpassword as hash from pg_authid where rolname = $1', [`${database.name}_server`]),
    );
    expect(rows[0]?.hash).toMatch(/^SCRAM-SHA-256\$4096:/);
  });
});

describe('openCell with another administrator', () => {
  /** A database that belongs to a role with these rights, and the address to log in as it. */
  async function ownedBy(rights: string): Promise<TestDatabase> {
    const owned = await testDatabase();
    const user = `${owned.name}_admin`;
    await connected(owned.url, async (client) => {
      await client.query(`create role ${user} login ${rights} password 'x'`);
      await client.query(`alter database ${owned.name} owner to ${user}`);
    });
    return { ...owned, url: as(owned.url, user, 'x') };
  }

  it('has a wall where the administrator may create roles and is no superuser', async () => {
    const owned = await ownedBy('createrole');
    const theirs = await open(owned);
    expect(theirs).toMatchObject({ wall: true, features: { trigram: 'public' } });
    await createTenantWithThing(theirs, 'acme');
    await createTenantWithThing(theirs, 'beta');
    expect(await codeOf(run(theirs.tenant('acme'), sql`select * from ${thing('beta')}`))).toBe('42501');
    await theirs.dropTenant('acme');
    await theirs.close();
    const again = await open(owned);
    expect((await again.tenants()).map(({ name }) => name)).toEqual(['beta']);
    await again.close();
    await owned.drop();
  });

  it('opens connections as the administrator, in the weak role from the start, where the server role cannot log in', async () => {
    const owned = await ownedBy('createrole');
    // The embedded server trusts everybody on its private socket: nobody can be kept from logging in there.
    const trusting =
      (await codeOf(connected(as(owned.url, `${owned.name}_admin`, 'wrong'), () => Promise.resolve()))) === 'nothing was thrown';
    await (await open(owned)).close();
    await connected(owned.url, (client) => client.query(`alter role ${owned.name}_server valid until '2000-01-01'`));
    const { log, warnings } = recordingLogger();
    const theirs = await open(owned, { log });
    await createTenantWithThing(theirs, 'acme');
    await createTenantWithThing(theirs, 'beta');
    const { rows } = await run(theirs.tenant('acme'), sql`select current_user::text as role, session_user::text as login`);
    expect(rows).toEqual([{ role: `${owned.name}_t_acme`, login: `${owned.name}_${trusting ? 'server' : 'admin'}` }]);
    expect(warnings).toEqual(trusting ? [] : [expect.stringContaining('cannot log in')]);
    expect(await codeOf(run(theirs.tenant('acme'), sql`select * from ${thing('beta')}`))).toBe('42501');
    await theirs.close();
    await owned.drop();
  });

  it('never falls back from a wall that there was', async () => {
    const owned = await ownedBy('createrole');
    await (await open(owned)).close();
    await connected(database.url, async (client) => {
      await client.query(`alter role ${owned.name}_admin nocreaterole`);
      await client.query(`alter role ${owned.name}_server rename to ${owned.name}_renamed`);
    });
    expect(await codeOf(open(owned))).toBe('DATABASE_ROLES_MISSING');
    await owned.drop();
  });

  it('lets a copy of the database and the original work side by side', async () => {
    const original = await testDatabase();
    const first = await open(original);
    await createTenantWithThing(first, 'acme');
    await first.close();
    const copy = `${original.name}_copy`;
    await connected(database.url, (client) => client.query(`create database ${copy} template ${original.name}`));
    const copied = { ...original, url: original.url.replace(original.name, copy) };
    const second = await open(copied);
    expect((await run(second.tenant('acme'), sql`select whose from ${thing('acme')} where id = 1`)).rows).toEqual([{ whose: 'acme' }]);
    await second.dropTenant('acme');
    await second.close();
    const third = await open(original);
    expect((await run(third.tenant('acme'), sql`select whose from ${thing('acme')} where id = 1`)).rows).toEqual([{ whose: 'acme' }]);
    await third.close();
    await connected(database.url, (client) => client.query(`drop database ${copy}`));
    await original.drop();
  });

  it('works without a wall, and says so, where roles may not be created', async () => {
    const owned = await ownedBy('nocreaterole');
    const { log, warnings } = recordingLogger();
    const theirs = await open(owned, { log });
    expect(theirs.wall).toBe(false);
    expect(warnings).toEqual([expect.stringContaining('may not create roles')]);
    await createTenantWithThing(theirs, 'acme');
    await createTenantWithThing(theirs, 'beta');
    for (const tenant of ['acme', 'beta']) await run(theirs.tenant(tenant), sql`insert into tessera.outbox (payload) values ('{}')`);
    const { rows } = await theirs.control((transaction) =>
      run(transaction, sql`select t.name from tessera.outbox o join tessera.tenant t on t.role = o.tenant order by o.id`),
    );
    expect(rows).toEqual([{ name: 'acme' }, { name: 'beta' }]);
    await theirs.dropTenant('acme');
    await theirs.close();
    await owned.drop();
  });
});
