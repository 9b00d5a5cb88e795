// Sessions of a tenant's people: begun by a log-in, carried on by refresh tokens, ended by whoever may.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import type { IdentityDoor } from './door.ts';

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  /** SHA-256 of the refresh token, hexadecimal. */
  readonly refreshHash: string;
  readonly userAgent: string | null;
  readonly address: string | null;
  /** RFC 3339. */
  readonly at: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  /** Who really acts, where it is somebody else. */
  readonly impersonator: string | null;
}

/** RFC 3339 in UTC, as answers have it. */
export const instantText = (column: Sql): Sql => sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Begins a session; what the person's sessions of long ago have left goes. */
export async function createSession(door: IdentityDoor, session: NewSession): Promise<void> {
  const { id, userId, refreshHash, userAgent, address, at, expiresAt, impersonator } = session;
  const table = ident(door.schema, '_session');
  await door.query(
    toStatement(sql`
      with gone as (
        delete from ${table} s where s.user_id = ${userId}::uuid and s.expires_at < ${at}::timestamptz - interval '30 days' returning s.id
      )
      delete from ${ident(door.schema, '_spent_refresh')} r where r.session_id in (select id from gone)`),
  );
  await door.query(
    toStatement(sql`
      insert into ${table} (id, user_id, refresh_hash, user_agent, address, created_at, last_used_at, expires_at, impersonator)
      values (${id}, ${userId}, ${refreshHash}, ${userAgent}, ${address}, ${at}, ${at}, ${expiresAt}, ${impersonator})`),
  );
}

/** Exchanges a refresh token's hash for the next; undefined where it is spent, revoked, unknown or too old. */
export async function rotateSession(
  door: IdentityDoor,
  hashes: { readonly spent: string; readonly next: string; readonly at: string },
): Promise<{ readonly id: string; readonly userId: string } | undefined> {
  const { rows } = await door.query(
    toStatement(sql`
      with rotated as (
        update ${ident(door.schema, '_session')} set refresh_hash = ${hashes.next}, last_used_at = ${hashes.at}::timestamptz
        where refresh_hash = ${hashes.spent} and revoked_at is null and expires_at > ${hashes.at}::timestamptz and impersonator is null
        returning id, user_id
      ), noted as (
        insert into ${ident(door.schema, '_spent_refresh')} (hash, session_id) select ${hashes.spent}, r.id from rotated r
      )
      select id, user_id from rotated`),
  );
  const [row] = rows;
  return row === undefined ? undefined : { id: String(row['id']), userId: String(row['user_id']) };
}

/** The live session that a spent refresh token once carried on. */
export async function sessionOfSpent(
  door: IdentityDoor,
  hash: string,
): Promise<{ readonly id: string; readonly userId: string } | undefined> {
  const { rows } = await door.query(
    toStatement(sql`
      select s.id, s.user_id from ${ident(door.schema, '_spent_refresh')} r
      join ${ident(door.schema, '_session')} s on s.id = r.session_id and s.revoked_at is null where r.hash = ${hash}`),
  );
  const [row] = rows;
  return row === undefined ? undefined : { id: String(row['id']), userId: String(row['user_id']) };
}

/** Which sessions: one, or all of a person but perhaps one. */
export type WhichSessions = { readonly id: string } | { readonly userId: string; readonly except?: string | undefined };

/** Ends sessions; gives whose they were, one entry a session. */
export async function revokeSessions(door: IdentityDoor, which: WhichSessions, at: string): Promise<readonly string[]> {
  const those =
    'id' in which
      ? sql`s.id = ${which.id}`
      : sql`(s.user_id = ${which.userId} or s.impersonator = ${which.userId}) and s.id is distinct from ${which.except ?? null}::uuid`;
  const { rows } = await door.query(
    toStatement(sql`
      update ${ident(door.schema, '_session')} s set revoked_at = ${at}::timestamptz
      where s.revoked_at is null and s.expires_at > ${at}::timestamptz and ${those} returning s.user_id`),
  );
  return rows.map((row) => String(row['user_id']));
}

export interface LiveSession {
  readonly id: string;
  readonly userId: string;
  readonly userAgent: string | null;
  readonly address: string | null;
  /** RFC 3339, like the others. */
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string;
  readonly impersonator: string | null;
}

const liveSessionOf = (row: Readonly<Record<string, unknown>>): LiveSession => ({
  id: String(row['id']),
  userId: String(row['user_id']),
  userAgent: textOrNull(row['user_agent']),
  address: textOrNull(row['address']),
  createdAt: String(row['created_at']),
  lastUsedAt: textOrNull(row['last_used_at']),
  expiresAt: String(row['expires_at']),
  impersonator: textOrNull(row['impersonator']),
});

async function liveSessions(door: IdentityDoor, condition: Sql, at: string): Promise<readonly LiveSession[]> {
  const { rows } = await door.query(
    toStatement(sql`
      select s.id, s.user_id, s.user_agent, s.address, ${instantText(sql`s.created_at`)} as created_at,
        ${instantText(sql`s.last_used_at`)} as last_used_at, ${instantText(sql`s.expires_at`)} as expires_at, s.impersonator
      from ${ident(door.schema, '_session')} s
      where ${condition} and s.revoked_at is null and s.expires_at > ${at}::timestamptz order by s.created_at desc, s.id desc`),
  );
  return rows.map(liveSessionOf);
}

/** Newest first. */
export function sessionsOfUser(door: IdentityDoor, userId: string, at: string): Promise<readonly LiveSession[]> {
  return liveSessions(door, sql`s.user_id = ${userId}`, at);
}

export async function findSession(door: IdentityDoor, id: string, at: string): Promise<LiveSession | undefined> {
  return (await liveSessions(door, sql`s.id = ${id}`, at))[0];
}

/** The person behind a live session; undefined where it has ended, or the person, or who acts as that person, is inactive. */
export async function sessionUser(
  door: IdentityDoor,
  session: { readonly id: string; readonly at: string; readonly userTable: string },
): Promise<{ readonly userId: string; readonly impersonator: string | null } | undefined> {
  const users = ident(door.schema, session.userTable);
  const { rows } = await door.query(
    toStatement(sql`
      select s.user_id, s.impersonator from ${ident(door.schema, '_session')} s
      join ${users} u on u.id = s.user_id and u.deleted_at is null and u.active
      where s.id = ${session.id} and s.revoked_at is null and s.expires_at > ${session.at}::timestamptz
        and (s.impersonator is null or exists (select 1 from ${users} a where a.id = s.impersonator and a.deleted_at is null and a.active))`),
  );
  const [row] = rows;
  return row === undefined ? undefined : { userId: String(row['user_id']), impersonator: textOrNull(row['impersonator']) };
}

/** Notes that a session is in use, at most once a minute. */
export async function touchSession(door: IdentityDoor, id: string, at: string): Promise<void> {
  await door.query(
    toStatement(sql`
      update ${ident(door.schema, '_session')} s set last_used_at = ${at}::timestamptz
      where s.id = ${id} and (s.last_used_at is null or s.last_used_at <= ${at}::timestamptz - interval '1 minute')`),
  );
}
