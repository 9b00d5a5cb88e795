// Walks the tenants and brings each one's system tables to the version of this code.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import type { Cell } from '../cell/cell.ts';
import { controlSchema, tenantSchema } from '../cell/names.ts';
import type { Transaction } from '../database.ts';
import { applyTenantMigrations, tenantMigrations, type TenantMigration } from './tenant-tables.ts';

export interface MigrateOptions {
  /** Called after each tenant. */
  readonly onProgress?: (progress: { readonly tenant: string; readonly done: number; readonly total: number }) => void;
  /** Default: what this code knows. */
  readonly migrations?: readonly TenantMigration[];
}

/**
 * Brings every tenant to the current system version, each in a transaction of its own: stopped half-way, it goes on where it was.
 * Several nodes may run it at once.
 * @returns how many tenants had something to be done
 */
export async function migrateTenants(cell: Cell, options: MigrateOptions = {}): Promise<number> {
  const migrations = options.migrations ?? tenantMigrations;
  const target = migrations.length;
  const behind = await cell.control((transaction) =>
    transaction.query(toStatement(sql`select name from ${ident(controlSchema, 'tenant')} where system_version < ${target} order by name`)),
  );
  let done = 0;
  for (const { name } of behind.rows) {
    const tenant = String(name);
    await cell.administer(tenant, (transaction) => migrateTenant(transaction, migrations, target));
    done += 1;
    options.onProgress?.({ tenant, done, total: behind.rows.length });
  }
  return done;
}

async function migrateTenant(transaction: Transaction, migrations: readonly TenantMigration[], target: number): Promise<void> {
  const run = (fragment: Sql): Promise<unknown> => transaction.query(toStatement(fragment));
  const table = ident(controlSchema, 'tenant');
  // Read under the tenant's lock: another node may have been here in the meantime.
  const { rows } = await transaction.query(toStatement(sql`select system_version from ${table} where name = ${transaction.tenant}`));
  const from = Number(rows[0]?.['system_version'] ?? target);
  if (from >= target) return;
  await applyTenantMigrations(run, tenantSchema(transaction.tenant), from, migrations);
  await run(sql`update ${table} set system_version = ${target} where name = ${transaction.tenant}`);
}
