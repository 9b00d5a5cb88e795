// The list of sandboxes: which tenants are copies of which, and how far each copy has come.
import { sql, toStatement } from '@tessera/kernel';
import type { Queryable } from '../database.ts';
import { textOrNull } from '../row-text.ts';

/** How much of the origin's data a sandbox has: what is set up by hand, some records of each object, or everything. */
export type CopiedData = 'none' | 'sample' | 'all';

export type SandboxState = 'copying' | 'ready' | 'failed';

/** What a copy is to have. */
export interface SandboxPlan {
  /** The tenant that the sandbox is. */
  readonly tenant: string;
  readonly origin: string;
  /** Among the origin's sandboxes. */
  readonly name: string;
  readonly data: CopiedData;
  /** Records of each object; null unless it is a sample. */
  readonly sample: number | null;
  /** Whether values that tell of people are others. */
  readonly masked: boolean;
  /** With the nodes' secret: what values become. */
  readonly maskKey: string;
  /** An id of the origin's; null: the operator. */
  readonly createdBy: string | null;
  /** Those who were named. */
  readonly logins: readonly StoredLogin[];
}

/** Who may sign in to a sandbox. */
export interface StoredLogin {
  readonly userId: string;
  readonly email: string;
  /** Argon2id in PHC form. */
  readonly hash: string;
}

export interface StoredSandbox extends SandboxPlan {
  readonly state: SandboxState;
  /** Of the origin's metadata, at the copy; null until it is known. */
  readonly version: number | null;
  /** JSON texts. */
  readonly progress: string | null;
  readonly error: string | null;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly copiedAt: string | null;
}

const time = (column: 'created_at' | 'copied_at') =>
  column === 'created_at'
    ? sql`to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
    : sql`to_char(copied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Of one tenant, or of all; by name. */
export async function listStoredSandboxes(control: Queryable, origin?: string): Promise<readonly StoredSandbox[]> {
  const { rows } = await control.query(
    toStatement(sql`
      select tenant, origin, name, version, data, sample, masked, mask_key, state, progress::text as progress, error::text as error, created_by, logins::text as logins,
        ${time('created_at')} as created_at, ${time('copied_at')} as copied_at
      from tessera.sandbox where ${origin ?? null}::text is null or origin = ${origin ?? null}::text order by origin, name`),
  );
  return rows.map((row) => ({
    tenant: String(row['tenant']),
    origin: String(row['origin']),
    name: String(row['name']),
    version: row['version'] === null ? null : Number(row['version']),
    data: row['data'] as CopiedData,
    sample: row['sample'] === null ? null : Number(row['sample']),
    masked: row['masked'] === true,
    maskKey: String(row['mask_key']),
    state: row['state'] as SandboxState,
    progress: textOrNull(row['progress']),
    error: textOrNull(row['error']),
    createdBy: textOrNull(row['created_by']),
    logins: JSON.parse(String(row['logins'])) as readonly StoredLogin[],
    createdAt: String(row['created_at']),
    copiedAt: textOrNull(row['copied_at']),
  }));
}

/** Puts a sandbox onto the list, or begins it anew there. @param at RFC 3339 */
export async function noteCopying(control: Queryable, plan: SandboxPlan, at: string): Promise<void> {
  const { tenant, origin, name, data, sample, masked, maskKey, createdBy, logins } = plan;
  await control.query(
    toStatement(sql`
      insert into tessera.sandbox (tenant, origin, name, data, sample, masked, mask_key, state, created_by, created_at, logins)
      values (${tenant}, ${origin}, ${name}, ${data}, ${sample}, ${masked}, ${maskKey}, 'copying', ${createdBy}, ${at}::timestamptz,
        ${JSON.stringify(logins)}::jsonb)
      on conflict (tenant) do update set data = excluded.data, sample = excluded.sample, masked = excluded.masked, state = 'copying',
        version = null, progress = null, error = null, copied_at = null, logins = excluded.logins`),
  );
}

/** How a sandbox stands, which it goes on to do until the transaction ends; undefined where it is not on the list. */
export async function lockSandbox(control: Queryable, tenant: string): Promise<Pick<StoredSandbox, 'state' | 'version'> | undefined> {
  const { rows } = await control.query(toStatement(sql`select state, version from tessera.sandbox where tenant = ${tenant} for share`));
  const [row] = rows;
  return row && { state: row['state'] as SandboxState, version: row['version'] === null ? null : Number(row['version']) };
}

/** Whoever counts a tenant's sandboxes and adds one does so alone, when this comes first. False where there is no such tenant. */
export async function lockOrigin(control: Queryable, origin: string): Promise<boolean> {
  const { rowCount } = await control.query(toStatement(sql`select 1 from tessera.tenant where name = ${origin} for no key update`));
  return rowCount === 1;
}

export async function noteVersion(control: Queryable, tenant: string, version: number): Promise<void> {
  await control.query(toStatement(sql`update tessera.sandbox set version = ${version} where tenant = ${tenant}`));
}

export async function noteProgress(control: Queryable, tenant: string, progress: unknown): Promise<void> {
  await control.query(toStatement(sql`update tessera.sandbox set progress = ${JSON.stringify(progress)}::jsonb where tenant = ${tenant}`));
}

/** @param at RFC 3339 */
export async function noteReady(control: Queryable, tenant: string, at: string, progress: unknown): Promise<void> {
  await control.query(
    toStatement(sql`
      update tessera.sandbox set state = 'ready', copied_at = ${at}::timestamptz, progress = ${JSON.stringify(progress)}::jsonb
      where tenant = ${tenant} and state = 'copying'`),
  );
}

export async function noteFailed(control: Queryable, tenant: string, error: unknown): Promise<void> {
  await control.query(
    toStatement(sql`
      update tessera.sandbox set state = 'failed', error = ${JSON.stringify(error)}::jsonb where tenant = ${tenant} and state = 'copying'`),
  );
}

/** From then on nothing is promoted from it. */
export async function noteGoing(control: Queryable, tenant: string, error: unknown): Promise<void> {
  await control.query(
    toStatement(sql`update tessera.sandbox set state = 'failed', error = ${JSON.stringify(error)}::jsonb where tenant = ${tenant}`),
  );
}

/** Whether there is a tenant of that name. */
export async function isTenant(control: Queryable, name: string): Promise<boolean> {
  const { rowCount } = await control.query(toStatement(sql`select 1 from tessera.tenant where name = ${name}`));
  return rowCount > 0;
}

export async function forgetSandbox(control: Queryable, tenant: string): Promise<void> {
  await control.query(toStatement(sql`delete from tessera.sandbox where tenant = ${tenant}`));
}
