// Makes, lists and drops tenants: schema, role, system tables, and the row in the control schema.
import { fail, ident, sql, toStatement, type Sql } from '@tessera/kernel';
import type { Transaction } from '../database.ts';
import { forgetTenant } from '../jobs/dead.ts';
import { applyTenantMigrations, tenantSystemVersion } from '../system/tenant-tables.ts';
import { sandboxPrefix, tenantRole, tenantSchema } from './names.ts';
import type { OpenedCell } from './open.ts';
import { createTenantRole, dropTenantRole, grantSchema, type Run } from './roles.ts';

export interface TenantInfo {
  readonly name: string;
  readonly schema: string;
  readonly label: string | undefined;
  /** As PostgreSQL writes it, UTC. */
  readonly createdAt: string;
  /** Of the version in force; undefined before the first. */
  readonly modelHash: string | undefined;
  readonly systemVersion: number;
  /** The tenant that it is a sandbox of; undefined of all others. */
  readonly origin?: string | undefined;
}

function runIn(transaction: Transaction): Run {
  return (fragment: Sql) => transaction.query(toStatement(fragment));
}

/** In a transaction of the administrator that may switch roles. */
export async function createTenant(transaction: Transaction, opened: OpenedCell, name: string, label: string | undefined): Promise<void> {
  const run = runIn(transaction);
  const schema = tenantSchema(name);
  const { roles, wall } = opened;
  const { rowCount } = await run(sql`
    insert into tessera.tenant (name, schema, role, label, system_version)
    values (${name}, ${schema}, ${tenantRole(roles.prefix, name)}, ${label ?? null}, ${tenantSystemVersion})
    on conflict do nothing`);
  if (rowCount === 0) throw fail('TENANT_EXISTS', { name });
  if (wall) {
    if (!(await createTenantRole(run, roles, name, opened.serverVersion))) {
      throw fail('TENANT_NAME_INVALID', { name, reason: 'another database of this server uses its role' });
    }
    await run(sql`create schema ${ident(schema)} authorization ${ident(roles.owner)}`);
    // From here on as the owner, so that everything belongs to it.
    await run(sql`set local role ${ident(roles.owner)}`);
    await grantSchema(run, roles.prefix, name);
  } else {
    await run(sql`create schema ${ident(schema)}`);
  }
  await applyTenantMigrations(run, schema, 0);
}

/** In a transaction of the administrator, under the tenant's exclusive lock. */
export async function dropTenant(transaction: Transaction, opened: OpenedCell, name: string): Promise<void> {
  const run = runIn(transaction);
  const copies = await run(sql`select tenant from tessera.sandbox where origin = ${name} order by tenant`);
  if (copies.rowCount > 0) {
    throw fail('TENANT_HAS_SANDBOXES', { name, sandboxes: copies.rows.map((row) => String(row['tenant'])).join(', ') });
  }
  const { rows } = await run(sql`delete from tessera.tenant where name = ${name} returning role`);
  const [row] = rows;
  if (row === undefined) throw fail('TENANT_NOT_FOUND', { name });
  await run(sql`delete from tessera.outbox where tenant = ${row['role']}`);
  await forgetTenant(transaction, name);
  await run(sql`drop schema if exists ${ident(tenantSchema(name))} cascade`);
  if (opened.wall) await dropTenantRole(run, opened.roles.prefix, name);
}

export async function listTenants(transaction: Transaction): Promise<readonly TenantInfo[]> {
  const { rows } = await runIn(transaction)(sql`
    select name, schema, label, created_at, system_version,
           (select origin from tessera.sandbox s where s.tenant = t.name) as origin,
           (select model_hash from tessera.version v where v.tenant = t.name order by number desc limit 1) as model_hash
      from tessera.tenant t
     where not starts_with(name, ${sandboxPrefix})
     order by name`);
  return rows.map((row) => ({
    name: String(row['name']),
    schema: String(row['schema']),
    label: textOf(row['label']),
    createdAt: String(row['created_at']),
    modelHash: textOf(row['model_hash']),
    systemVersion: Number(row['system_version']),
    origin: textOf(row['origin']),
  }));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
