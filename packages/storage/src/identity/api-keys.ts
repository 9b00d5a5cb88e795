// API keys: kept as hashes, for one person, limited to named permission sets, always with an end.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import type { IdentityDoor } from './door.ts';
import { instantText } from './sessions.ts';

export interface ApiKey {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly permissionSets: readonly string[];
  readonly createdBy: string | null;
  /** RFC 3339, like the others. */
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly lastAddress: string | null;
  readonly revokedAt: string | null;
}

export interface NewApiKey extends Pick<ApiKey, 'id' | 'userId' | 'name' | 'permissionSets' | 'createdBy' | 'createdAt' | 'expiresAt'> {
  /** SHA-256 of the whole key, hexadecimal. */
  readonly hash: string;
}

export async function createApiKey(door: IdentityDoor, key: NewApiKey): Promise<void> {
  await door.query(
    toStatement(sql`
      insert into ${ident(door.schema, '_api_key')} (id, user_id, name, hash, permission_sets, created_by, created_at, expires_at)
      values (${key.id}, ${key.userId}, ${key.name}, ${key.hash}, ${key.permissionSets}::text[], ${key.createdBy}, ${key.createdAt},
        ${key.expiresAt})`),
  );
}

const apiKeyOf = (row: Readonly<Record<string, unknown>>): ApiKey => ({
  id: String(row['id']),
  userId: String(row['user_id']),
  name: String(row['name']),
  permissionSets: row['permission_sets'] as readonly string[],
  createdBy: textOrNull(row['created_by']),
  createdAt: String(row['created_at']),
  expiresAt: String(row['expires_at']),
  lastUsedAt: textOrNull(row['last_used_at']),
  lastAddress: textOrNull(row['last_address']),
  revokedAt: textOrNull(row['revoked_at']),
});

async function apiKeys(door: IdentityDoor, condition: Sql): Promise<readonly ApiKey[]> {
  const { rows } = await door.query(
    toStatement(sql`
      select k.id, k.user_id, k.name, k.permission_sets, k.created_by, ${instantText(sql`k.created_at`)} as created_at,
        ${instantText(sql`k.expires_at`)} as expires_at, ${instantText(sql`k.last_used_at`)} as last_used_at, k.last_address,
        ${instantText(sql`k.revoked_at`)} as revoked_at
      from ${ident(door.schema, '_api_key')} k where ${condition} order by k.created_at desc, k.id desc`),
  );
  return rows.map(apiKeyOf);
}

/** Of a person, or of everybody; newest first. */
export function listApiKeys(door: IdentityDoor, userId?: string): Promise<readonly ApiKey[]> {
  return apiKeys(door, userId === undefined ? sql`true` : sql`k.user_id = ${userId}`);
}

export async function findApiKey(door: IdentityDoor, id: string): Promise<ApiKey | undefined> {
  return (await apiKeys(door, sql`k.id = ${id}`))[0];
}

export async function apiKeyByHash(door: IdentityDoor, hash: string): Promise<ApiKey | undefined> {
  return (await apiKeys(door, sql`k.hash = ${hash}`))[0];
}

/** What a live key says; undefined where it was revoked or has run out, or its person is inactive. */
export async function liveApiKey(
  door: IdentityDoor,
  key: { readonly id: string; readonly at: string; readonly userTable: string },
): Promise<{ readonly userId: string; readonly permissionSets: readonly string[] } | undefined> {
  const { rows } = await door.query(
    toStatement(sql`
      select k.user_id, k.permission_sets from ${ident(door.schema, '_api_key')} k
      join ${ident(door.schema, key.userTable)} u on u.id = k.user_id and u.deleted_at is null and u.active
      where k.id = ${key.id} and k.revoked_at is null and k.expires_at > ${key.at}::timestamptz`),
  );
  const [row] = rows;
  return row === undefined ? undefined : { userId: String(row['user_id']), permissionSets: row['permission_sets'] as readonly string[] };
}

/** Notes that a key is in use, at most once a minute. True where it is for the first time on this day (UTC). */
export async function touchApiKey(
  door: IdentityDoor,
  use: { readonly id: string; readonly at: string; readonly address: string | null },
): Promise<boolean> {
  const table = ident(door.schema, '_api_key');
  const { rows } = await door.query(
    toStatement(sql`
      with old as (
        select k.id, k.last_used_at from ${table} k
        where k.id = ${use.id} and (k.last_used_at is null or k.last_used_at <= ${use.at}::timestamptz - interval '1 minute')
        for no key update
      )
      update ${table} k set last_used_at = ${use.at}::timestamptz, last_address = ${use.address} from old where k.id = old.id
      returning (old.last_used_at at time zone 'UTC')::date is distinct from (${use.at}::timestamptz at time zone 'UTC')::date as first`),
  );
  return rows[0]?.['first'] === true;
}

/** Revokes one key, or all of a person; gives the ids of those that were live. */
export async function revokeApiKeys(
  door: IdentityDoor,
  which: { readonly id: string } | { readonly userId: string },
  at: string,
): Promise<readonly string[]> {
  const those = 'id' in which ? sql`k.id = ${which.id}` : sql`k.user_id = ${which.userId}`;
  const { rows } = await door.query(
    toStatement(sql`
      update ${ident(door.schema, '_api_key')} k set revoked_at = ${at}::timestamptz where k.revoked_at is null and ${those} returning k.id`),
  );
  return rows.map((row) => String(row['id']));
}
