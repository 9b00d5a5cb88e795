// Names of a cell's schemas and roles, and the key of a tenant's advisory lock, each derived in this one place.
import { createHash } from 'node:crypto';
import { fail } from '@tessera/kernel';

/** The schema of the tables that belong to the cell and to no tenant. */
export const controlSchema = 'tessera';

/** The schema of pg-boss. What is in it is pg-boss's own. */
export const jobsSchema = 'pgboss';

const tenantName = /^[a-z][a-z0-9_]{1,39}$/;

/** Names that read like a part of the platform in addresses, logs and role names. */
const reserved: ReadonlySet<string> = new Set([
  'admin',
  'api',
  'cell',
  'control',
  'information_schema',
  'owner',
  'platform',
  'postgres',
  'public',
  'server',
  'system',
  'tenants',
  'tessera',
]);

/** Tenants for trying things out: no node lists them or works for them of itself. */
export const sandboxPrefix = 'sandbox_';

export const isSandbox = (tenant: string): boolean => tenant.startsWith(sandboxPrefix);

/** Between the name of a tenant and that of its copy: `acme__test`. No other tenant has it, so the name alone tells a copy. */
const copyMark = '__';

/** Whether a tenant is a copy of another, from which nothing may go out. */
export const isCopy = (tenant: string): boolean => tenant.includes(copyMark);

const copyNamePattern = /^[a-z][a-z0-9]{0,15}$/;

/** What a copy of a tenant is called as a tenant. @throws SANDBOX_NAME_INVALID */
export function copyName(origin: string, name: string): string {
  const tenant = `${origin}${copyMark}${name}`;
  if (!copyNamePattern.test(name))
    throw fail('SANDBOX_NAME_INVALID', { name, reason: 'it must be 1 to 16 of a-z and 0-9, and begin with a letter' });
  if (!tenantName.test(tenant)) throw fail('SANDBOX_NAME_INVALID', { name, reason: `${tenant} is longer than 40 characters` });
  return tenant;
}

/** @throws TENANT_NAME_INVALID */
export function checkTenantName(
  name: string,
  { sandbox = false, copy = false }: { readonly sandbox?: boolean; readonly copy?: boolean } = {},
): void {
  if (isCopy(name) !== copy) {
    const reason = copy ? `a copy of a tenant has ${copyMark} in its name` : `${copyMark} is for sandboxes of tenants`;
    throw fail('TENANT_NAME_INVALID', { name, reason });
  }
  if (isSandbox(name) !== sandbox) {
    const reason = sandbox ? `a sandbox begins with ${sandboxPrefix}` : `${sandboxPrefix} is for sandboxes`;
    throw fail('TENANT_NAME_INVALID', { name, reason });
  }
  if (!tenantName.test(name)) {
    throw fail('TENANT_NAME_INVALID', { name, reason: 'it must be 2 to 40 of a-z, 0-9 and _, and begin with a letter' });
  }
  if (reserved.has(name) || name.startsWith('pg_')) throw fail('TENANT_NAME_INVALID', { name, reason: 'it is reserved' });
}

/** Whether there can be a tenant of this name at all. */
export function isTenantName(name: string): boolean {
  return tenantName.test(name) && !reserved.has(name) && !name.startsWith('pg_');
}

/** The schema that holds a tenant's tables. */
export function tenantSchema(tenant: string): string {
  return `t_${tenant}`;
}

/** The roles of a cell. Roles are cluster-wide, so their names carry the cell's prefix. */
export interface CellRoles {
  readonly prefix: string;
  /** Owns all tables; nobody logs in as it. */
  readonly owner: string;
  /** What the nodes log in as; may become any tenant's role and is allowed nothing itself. */
  readonly server: string;
  /** What all tenants' roles have in common: they may put payloads into the outbox. */
  readonly tenants: string;
}

export function cellRoles(prefix: string): CellRoles {
  return { prefix, owner: `${prefix}_owner`, server: `${prefix}_server`, tenants: `${prefix}_tenants` };
}

export function tenantRole(prefix: string, tenant: string): string {
  return `${prefix}_t_${tenant}`;
}

/** PostgreSQL cuts names at 63 bytes; a tenant's name takes up to 40 and `_t_` three. */
const longestPrefix = 20;

/** The prefix that a database's name gives; where it must be shortened or cleaned, a hash keeps it apart from its likes. */
export function rolePrefix(database: string): string {
  const clean = database.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
  if (clean === database && clean.length <= longestPrefix) return clean;
  const hash = createHash('sha256').update(database).digest('hex').slice(0, 7);
  return `${clean.slice(0, longestPrefix - 8)}_${hash}`;
}

/**
 * The key of a schema's advisory lock: 64 bits of SHA-256, as the decimal text of PostgreSQL's bigint. Computed here and not
 * by `hashtext`, which may give other values in another version of PostgreSQL.
 */
export function lockKey(schema: string): string {
  return createHash('sha256').update(`tessera ${schema}`).digest().readBigInt64BE(0).toString();
}
