// Passwords of a tenant's people, as hashes, with the count of wrong ones.
import { ident, sql, toStatement } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import type { IdentityDoor } from './door.ts';

export interface Credential {
  readonly userId: string;
  /** Argon2id in PHC form; null: no password set. */
  readonly hash: string | null;
  readonly failed: number;
  /** Milliseconds since 1970, or null. */
  readonly lockedUntil: number | null;
  /** A new password is due before anything else. */
  readonly mustChange: boolean;
  /** When the password was set, in milliseconds since 1970. */
  readonly changedAt: number;
}

type Row = Readonly<Record<string, unknown>>;

const credentialOf = (row: Row): Credential => ({
  userId: String(row['user_id']),
  hash: textOrNull(row['hash']),
  failed: Number(row['failed']),
  lockedUntil: row['locked_until'] === null ? null : Number(row['locked_until']),
  mustChange: row['must_change'] === true,
  changedAt: Number(row['changed_at']),
});

const columns = sql`user_id, hash, failed, extract(epoch from locked_until) * 1000 as locked_until, must_change,
  extract(epoch from changed_at) * 1000 as changed_at`;

/** By email, whatever its case. */
export async function findCredential(door: IdentityDoor, email: string): Promise<Credential | undefined> {
  const { rows } = await door.query(
    toStatement(sql`select ${columns} from ${ident(door.schema, '_credential')} where email = lower(${email})`),
  );
  return rows[0] === undefined ? undefined : credentialOf(rows[0]);
}

export async function credentialOfUser(door: IdentityDoor, userId: string): Promise<Credential | undefined> {
  const { rows } = await door.query(
    toStatement(sql`select ${columns} from ${ident(door.schema, '_credential')} where user_id = ${userId}`),
  );
  return rows[0] === undefined ? undefined : credentialOf(rows[0]);
}

export interface NewCredential {
  readonly userId: string;
  readonly email: string;
  readonly hash: string;
  /** RFC 3339; default: the database's clock. */
  readonly at?: string;
  /** Default false. */
  readonly mustChange?: boolean;
  /** Id under which the password before it is remembered; without it that one is forgotten. */
  readonly formerId?: string;
}

/** Gives somebody a password; a lock-out ends by it. */
export async function setCredential(door: IdentityDoor, credential: NewCredential): Promise<void> {
  const { userId, email, hash, mustChange = false, at, formerId } = credential;
  const now = at === undefined ? sql`now()` : sql`${at}::timestamptz`;
  if (formerId !== undefined) {
    await door.query(
      toStatement(sql`
        insert into ${ident(door.schema, '_former_password')} (id, user_id, hash, until)
        select ${formerId}::uuid, c.user_id, c.hash, ${now} from ${ident(door.schema, '_credential')} c
        where c.user_id = ${userId} and c.hash is not null`),
    );
  }
  await door.query(
    toStatement(sql`
      insert into ${ident(door.schema, '_credential')} (user_id, email, hash, must_change, updated_at, changed_at)
      values (${userId}, lower(${email}), ${hash}, ${mustChange}, ${now}, ${now})
      on conflict (user_id) do update set email = excluded.email, hash = excluded.hash, must_change = excluded.must_change, failed = 0,
        locked_until = null, updated_at = excluded.updated_at, changed_at = excluded.changed_at`),
  );
}

/** Hashes of the present password and of so many before it, newest first; older ones are forgotten. */
export async function rememberedPasswords(door: IdentityDoor, userId: string, remember: number): Promise<readonly string[]> {
  const former = ident(door.schema, '_former_password');
  await door.query(
    toStatement(sql`
      delete from ${former} f where f.user_id = ${userId}
        and f.id not in (select k.id from ${former} k where k.user_id = ${userId} order by k.until desc, k.id desc limit ${remember})`),
  );
  const { rows } = await door.query(
    toStatement(sql`
      select c.hash, 1 as present, null::timestamptz as until from ${ident(door.schema, '_credential')} c
      where c.user_id = ${userId} and c.hash is not null
      union all select f.hash, 0, f.until from ${former} f where f.user_id = ${userId}
      order by present desc, until desc`),
  );
  return rows.map((row) => String(row['hash']));
}

/** Notes a wrong password; locks for a growing time from the fifth on. Gives how many it were, and whether it is locked now. */
export async function noteFailure(
  door: IdentityDoor,
  userId: string,
  at: string,
): Promise<{ readonly failed: number; readonly locked: boolean }> {
  const { rows } = await door.query(
    toStatement(sql`
      update ${ident(door.schema, '_credential')} c set failed = c.failed + 1,
        locked_until = case when c.failed + 1 >= 5
          then ${at}::timestamptz + interval '1 second' * least(900, power(2, least(c.failed + 1 - 5, 20)) * 5) end
      where c.user_id = ${userId} returning c.failed, c.locked_until is not null as locked`),
  );
  return { failed: Number(rows[0]?.['failed'] ?? 0), locked: rows[0]?.['locked'] === true };
}

/** Ends the count of wrong passwords. False where the account was locked meanwhile, by guesses made at the same time. */
export async function noteSuccess(door: IdentityDoor, userId: string, at: string): Promise<boolean> {
  const { rowCount } = await door.query(
    toStatement(sql`
      update ${ident(door.schema, '_credential')} c set failed = 0, locked_until = null
      where c.user_id = ${userId} and (c.locked_until is null or c.locked_until <= ${at}::timestamptz)`),
  );
  return rowCount > 0;
}

/** Whether anybody can sign in at all. */
export async function hasCredentials(door: IdentityDoor): Promise<boolean> {
  const { rows } = await door.query(toStatement(sql`select exists (select 1 from ${ident(door.schema, '_credential')}) as found`));
  return rows[0]?.['found'] === true;
}
