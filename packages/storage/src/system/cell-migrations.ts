// Brings the control schema `tessera` to the version of this code. One change, one file in `migrations/`.
import knex, { type Knex } from 'knex';
import { fail } from '@tessera/kernel';
import { clientConfig, type Login } from '../cell/login.ts';
import { controlSchema } from '../cell/names.ts';
import { control } from './migrations/0001-control.ts';
import { rates } from './migrations/0002-rates.ts';
import { sandboxes } from './migrations/0003-sandboxes.ts';
import type { CellMigration } from './migrations/migration.ts';

const migrations: readonly CellMigration[] = [control, rates, sandboxes];

/** A node may meet a database that is one version ahead of it: it is being replaced by newer nodes, one after the other. */
const mostAhead = 1;

const source: Knex.MigrationSource<CellMigration> = {
  getMigrations: () => Promise.resolve([...migrations]),
  getMigrationName: ({ name }) => name,
  getMigration: ({ statements }) =>
    Promise.resolve({
      up: async (transaction) => {
        for (const statement of statements) await transaction.raw(statement);
      },
      down: () => Promise.reject(new TypeError('System migrations are additive and do not go back.')),
    }),
};

/**
 * Runs what is missing. The caller holds the cell's advisory lock, so only one node does this at a time.
 * @param login whose role is the owner of the control schema, which exists
 * @throws DATABASE_TOO_NEW
 */
export async function migrateCell(login: Login): Promise<void> {
  const database = knex({
    client: 'pg',
    connection: clientConfig(login) as Knex.PgConnectionConfig,
    pool: { min: 0, max: 1 },
    migrations: {
      migrationSource: source,
      schemaName: controlSchema,
      tableName: 'migration',
      // Ours is the check below: knex takes a database that is ahead for a corrupt one.
      disableMigrationsListValidation: true,
    },
  });
  try {
    // knex's own lock outlives a killed process. We hold a better one, so what is locked there is a leftover.
    await database.migrate.forceFreeMigrationsLock();
    await database.migrate.latest();
    const done = await database<{ name: string }>('migration').withSchema(controlSchema).select('name');
    const unknown = done.map(({ name }) => name).filter((name) => !migrations.some((known) => known.name === name));
    if (unknown.length > mostAhead) throw fail('DATABASE_TOO_NEW', { migrations: unknown });
  } finally {
    await database.destroy();
  }
}
