// The wall between tenants, as roles of PostgreSQL: an owner, a weak log-in of the nodes, one role per tenant.
import { randomBytes } from 'node:crypto';
import { ident, keyword, sql, textLiteral, toStatement, type Sql } from '@tessera/kernel';
import { makeAppendOnly } from '../audit/append-only.ts';
import type { QueryResult } from '../database.ts';
import type { Connection } from './connection.ts';
import { cellRoles, controlSchema, rolePrefix, tenantRole, tenantSchema, type CellRoles } from './names.ts';
import { scramVerifier } from './scram.ts';

/** What runs administrative statements: a connection, or a transaction on one. */
export type Run = (fragment: Sql) => Promise<QueryResult>;

export function runOn(connection: Connection): Run {
  return (fragment) => connection.run(toStatement(fragment));
}

/** What a cell writes down about its roles, so that every node uses the same. */
export interface RoleSetting {
  readonly prefix: string;
  readonly password: string;
}

/** Whether the administrator may create roles at all. */
export async function mayCreateRoles(run: Run): Promise<boolean> {
  const { rows } = await run(sql`select rolsuper or rolcreaterole as may from pg_catalog.pg_roles where rolname = current_user`);
  return rows[0]?.['may'] === true;
}

/** Whether a role owns or is granted something in another database of the server: then it is another cell's. */
async function isElsewhere(run: Run, role: string): Promise<boolean> {
  const { rows } = await run(sql`
    select 1
      from pg_catalog.pg_shdepend d
      join pg_catalog.pg_roles r on r.oid = d.refobjid and d.refclassid = 'pg_catalog.pg_authid'::regclass
     where r.rolname = ${role}
       and d.dbid not in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
     limit 1`);
  return rows.length > 0;
}

/** The prefix for a new cell: the database's name, or that and its number where a renamed database still uses the name. */
export async function freePrefix(run: Run, database: string): Promise<string> {
  const prefix = rolePrefix(database);
  if (!(await isElsewhere(run, cellRoles(prefix).owner))) return prefix;
  const { rows } = await run(sql`select oid::text as number from pg_catalog.pg_database where datname = current_database()`);
  return rolePrefix(`${database} ${String(rows[0]?.['number'])}`);
}

export async function roleExists(run: Run, role: string): Promise<boolean> {
  return (await run(sql`select 1 from pg_catalog.pg_roles where rolname = ${role}`)).rows.length > 0;
}

/** Membership that lets the member become the role but does not hand on the role's rights. From 16 on this is said per grant. */
function grantSetOnly(role: string, member: string, serverVersion: number): Sql {
  const terms = serverVersion >= 160_000 ? sql` with inherit false, set true` : sql``;
  return sql`grant ${ident(role)} to ${ident(member)}${terms}`;
}

/** Makes the cell's own roles where they are missing, and gives the nodes' log-in a password that all nodes know. */
export async function ensureCellRoles(run: Run, roles: CellRoles, password: string, serverVersion: number): Promise<void> {
  const wanted: readonly (readonly [string, string])[] = [
    [roles.owner, 'nologin'],
    [roles.tenants, 'nologin'],
    [roles.server, 'login noinherit'],
  ];
  for (const [role, terms] of wanted) {
    if (!(await roleExists(run, role))) await run(sql`create role ${ident(role)} ${keyword(terms)}`);
  }
  await run(sql`alter role ${ident(roles.server)} with login noinherit password ${textLiteral(scramVerifier(password))}`);
  const { rows } = await run(sql`
    select rolsuper as super, current_user::text as name, current_database()::text as database
      from pg_catalog.pg_roles
     where rolname = current_user`);
  const admin = String(rows[0]?.['name']);
  // Everybody has this by default; where it has been taken away, one who may not give it gets a warning and no error.
  await run(sql`grant connect on database ${ident(String(rows[0]?.['database']))} to ${ident(roles.server)}`);
  // A superuser is everybody already; others must be made members to create schemas for the owner and to become it.
  if (rows[0]?.['super'] !== true) {
    const terms = serverVersion >= 160_000 ? sql` with inherit true, set true` : sql``;
    for (const role of [roles.owner, roles.server]) await run(sql`grant ${ident(role)} to ${ident(admin)}${terms}`);
  }
}

export function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

/** What all tenants may do outside of their schemas: put a payload into the outbox. Run as the owner. */
export async function grantOutbox(run: Run, roles: CellRoles): Promise<void> {
  await run(sql`grant usage on schema ${ident(controlSchema)} to ${ident(roles.tenants)}`);
  await run(sql`grant insert (payload) on ${ident(controlSchema, 'outbox')} to ${ident(roles.tenants)}`);
}

/**
 * Makes a tenant's role. LOGIN, though without a password nobody logs in as it: Citus opens its connections to workers as it.
 * @returns false where the name is that of a role used in another database
 */
export async function createTenantRole(run: Run, roles: CellRoles, tenant: string, serverVersion: number): Promise<boolean> {
  const role = tenantRole(roles.prefix, tenant);
  if (await roleExists(run, role)) {
    if (await isElsewhere(run, role)) return false;
  } else {
    await run(sql`create role ${ident(role)} login`);
  }
  await run(sql`grant ${ident(roles.tenants)} to ${ident(role)}`);
  await run(grantSetOnly(role, roles.server, serverVersion));
  return true;
}

/** Lets a tenant's role work in the tenant's schema, on tables to come too. Run as the owner. */
export async function grantSchema(run: Run, prefix: string, tenant: string): Promise<void> {
  const schema = ident(tenantSchema(tenant));
  const role = ident(tenantRole(prefix, tenant));
  await run(sql`grant usage on schema ${schema} to ${role}`);
  for (const [kind, rights] of [
    ['tables', 'select, insert, update, delete'],
    ['sequences', 'usage, select'],
  ] as const) {
    await run(sql`alter default privileges in schema ${schema} grant ${keyword(rights)} on ${keyword(kind)} to ${role}`);
    await run(sql`grant ${keyword(rights)} on all ${keyword(kind)} in schema ${schema} to ${role}`);
  }
  // What is there already and only grows was just granted too much.
  for (const statement of makeAppendOnly(tenantSchema(tenant))) await run(statement);
}

/**
 * Drops a tenant's role. Its rights in the tenant's schema have gone with the schema; memberships go with the role. It stays where a
 * copy of the database needs it.
 */
export async function dropTenantRole(run: Run, prefix: string, tenant: string): Promise<void> {
  if (await isElsewhere(run, tenantRole(prefix, tenant))) return;
  await run(sql`drop role if exists ${ident(tenantRole(prefix, tenant))}`);
}
