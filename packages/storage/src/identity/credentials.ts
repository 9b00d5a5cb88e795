// Credentials and sessions of a tenant's people, in the tenant's own schema.
import { ident, sql, toStatement } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import type { Queryable, TenantDatabase } from '../database.ts';

type Door = Pick<TenantDatabase, 'schema'> & Queryable;

export interface Credential {
  readonly userId: string;
  /** Argon2id in PHC form; null: no password set. */
  readonly hash: string | null;
  readonly failed: number;
  /** Milliseconds since 1970, or null. */
  readonly lockedUntil: number | null;
}

/** By email, whatever its case. */
export async function findCredential(door: Door, email: string): Promise<Credential | undefined> {
  const { rows } = await door.query(
    toStatement(sql`
      select user_id, hash, failed, extract(epoch from locked_until) * 1000 as locked_until
      from ${ident(door.schema, '_credential')} where email = lower(${email})`),
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    userId: String(row['user_id']),
    hash: textOrNull(row['hash']),
    failed: Number(row['failed']),
    lockedUntil: row['locked_until'] === null ? null : Number(row['locked_until']),
  };
}

export async function setCredential(
  door: Door,
  credential: { readonly userId: string; readonly email: string; readonly hash: string },
): Promise<void> {
  const { userId, email, hash } = credential;
  await door.query(
    toStatement(sql`
      insert into ${ident(door.schema, '_credential')} (user_id, email, hash) values (${userId}, lower(${email}), ${hash})
      on conflict (user_id) do update set email = excluded.email, hash = excluded.hash, failed = 0, locked_until = null, updated_at = now()`),
  );
}

/** Notes a wrong password; locks for a growing time from the fifth on. */
export async function noteFailure(door: Door, userId: string, at: string): Promise<void> {
  await door.query(
    toStatement(sql`
      update ${ident(door.schema, '_credential')} c set failed = c.failed + 1,
        locked_until = case when c.failed + 1 >= 5 then ${at}::timestamptz + interval '1 second' * least(900, power(2, c.failed + 1 - 5) * 5) end
      where c.user_id = ${userId}`),
  );
}

export async function noteSuccess(door: Door, userId: string): Promise<void> {
  await door.query(
    toStatement(sql`
      update ${ident(door.schema, '_credential')} c set failed = 0, locked_until = null where c.user_id = ${userId} and (c.failed > 0 or c.locked_until is not null)`),
  );
}

/** Whether anybody can sign in at all. */
export async function hasCredentials(door: Door): Promise<boolean> {
  const { rows } = await door.query(toStatement(sql`select exists (select 1 from ${ident(door.schema, '_credential')}) as found`));
  return rows[0]?.['found'] === true;
}

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  /** SHA-256 of the refresh token, hexadecimal. */
  readonly refreshHash: string;
  readonly userAgent: string | null;
  /** RFC 3339. */
  readonly expiresAt: string;
}

export async function createSession(door: Door, session: NewSession): Promise<void> {
  const { id, userId, refreshHash, userAgent, expiresAt } = session;
  await door.query(
    toStatement(sql`
      insert into ${ident(door.schema, '_session')} (id, user_id, refresh_hash, user_agent, expires_at)
      values (${id}, ${userId}, ${refreshHash}, ${userAgent}, ${expiresAt})`),
  );
}

/** Exchanges a refresh token's hash for the next; undefined where it is spent, revoked, unknown or too old. */
export async function rotateSession(
  door: Door,
  hashes: { readonly spent: string; readonly next: string; readonly at: string },
): Promise<{ readonly id: string; readonly userId: string } | undefined> {
  const { rows } = await door.query(
    toStatement(sql`
      update ${ident(door.schema, '_session')} set refresh_hash = ${hashes.next}, last_used_at = ${hashes.at}::timestamptz
      where refresh_hash = ${hashes.spent} and revoked_at is null and expires_at > ${hashes.at}::timestamptz
      returning id, user_id`),
  );
  const [row] = rows;
  return row === undefined ? undefined : { id: String(row['id']), userId: String(row['user_id']) };
}

export async function revokeSession(door: Door, id: string, at: string): Promise<void> {
  await door.query(
    toStatement(sql`update ${ident(door.schema, '_session')} set revoked_at = ${at}::timestamptz where id = ${id} and revoked_at is null`),
  );
}

/** The person behind a live session; undefined where it has ended or the person is inactive. */
export async function sessionUser(
  door: Door,
  session: { readonly id: string; readonly at: string; readonly userTable: string },
): Promise<string | undefined> {
  const { rows } = await door.query(
    toStatement(sql`
      select s.user_id from ${ident(door.schema, '_session')} s
      join ${ident(door.schema, session.userTable)} u on u.id = s.user_id and u.deleted_at is null and u.active
      where s.id = ${session.id} and s.revoked_at is null and s.expires_at > ${session.at}::timestamptz`),
  );
  const [row] = rows;
  return row === undefined ? undefined : String(row['user_id']);
}
