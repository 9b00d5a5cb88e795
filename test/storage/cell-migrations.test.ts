// System migrations: of the control schema by several nodes at once, of the tenants one after the other.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ident, sql } from '@tessera/kernel';
import { checkSystemVersion, migrateTenants, tenantSystemVersion, type Cell, type TenantMigration } from '@tessera/storage';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { codeOf, createTenantWithThing, open, run } from './cell-support.ts';

let database: TestDatabase;
let cell: Cell;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(async () => {
  await cell.close();
  await database.drop();
});

describe('openCell', () => {
  it('may be done by several nodes at once on an empty database', async () => {
    const cells = await Promise.all([open(database), open(database), open(database), open(database)]);
    const { rows } = await connected(database.url, (client) => client.query('select name from tessera.migration'));
    expect(rows).toEqual([{ name: '0001-control' }, { name: '0002-rates' }, { name: '0003-sandboxes' }]);
    const [first, second, ...others] = cells;
    await first.createTenant('acme');
    expect(await run(second.tenant('acme'), sql`select access from t_acme._state`)).toEqual({ rows: [{ access: '0' }], rowCount: 1 });
    await Promise.all([second, ...others].map((other) => other.close()));
    cell = first;
  });

  it('goes on where a migration was killed', async () => {
    await connected(database.url, (client) => client.query('update tessera.migration_lock set is_locked = 1'));
    const again = await open(database);
    await again.close();
  });

  it('serves a database that is one version ahead, and refuses one that is further', async () => {
    const ahead = (name: string) =>
      connected(database.url, (client) =>
        client.query('insert into tessera.migration (name, batch, migration_time) values ($1, 9, now())', [name]),
      );
    await ahead('0998-later');
    await (await open(database)).close();
    await ahead('0999-much-later');
    expect(await codeOf(open(database))).toBe('DATABASE_TOO_NEW');
    await connected(database.url, (client) => client.query("delete from tessera.migration where name like '099%'"));
  });
});

describe('migrateTenants', () => {
  const known: readonly TenantMigration[] = Array.from({ length: tenantSystemVersion }, (_, i) => ({
    version: i + 1,
    statements: () => [],
  }));
  const next: TenantMigration = {
    version: tenantSystemVersion + 1,
    statements: (schema) => [
      sql`create table ${ident(schema, '_second')} (x int)`,
      sql`alter table ${ident(schema, '_state')} add column second int`,
    ],
  };
  const versions = async (): Promise<readonly (readonly [string, number])[]> =>
    (await cell.tenants()).map(({ name, systemVersion }) => [name, systemVersion]);

  it('has nothing to do for new tenants', async () => {
    expect(await migrateTenants(cell)).toBe(0);
    expect(await versions()).toEqual([['acme', tenantSystemVersion]]);
  });

  it('stops at a tenant that fails, and goes on there the next time', async () => {
    await createTenantWithThing(cell, 'beta');
    await createTenantWithThing(cell, 'gamma');
    await cell.administer('beta', (transaction) => run(transaction, sql`create table t_beta._second (in_the_way int)`));
    const progress: string[] = [];
    const migrate = () =>
      migrateTenants(cell, {
        migrations: [...known, next],
        onProgress: ({ tenant, done, total }) => void progress.push(`${tenant} ${done}/${total}`),
      });
    expect(await codeOf(migrate())).toBe('42P07');
    expect(await versions()).toEqual([
      ['acme', tenantSystemVersion + 1],
      ['beta', tenantSystemVersion],
      ['gamma', tenantSystemVersion],
    ]);
    await cell.administer('beta', (transaction) => run(transaction, sql`drop table t_beta._second`));
    await Promise.all([migrate(), migrate()]);
    expect((await versions()).map(([, version]) => version)).toEqual(Array.from({ length: 3 }, () => tenantSystemVersion + 1));
    expect(progress[0]).toBe('acme 1/3');
    expect((await run(cell.tenant('gamma'), sql`select second from t_gamma._state`)).rows).toEqual([{ second: null }]);
  });
});

describe('checkSystemVersion', () => {
  it('takes the version of the code, one less and one more', () => {
    for (const version of [tenantSystemVersion - 1, tenantSystemVersion, tenantSystemVersion + 1]) checkSystemVersion('acme', version);
    expect(() => {
      checkSystemVersion('acme', tenantSystemVersion + 2);
    }).toThrow('acme');
  });
});
