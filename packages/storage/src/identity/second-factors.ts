// Second factors: the sealed secret of a person's one-time codes, the last code that was taken, and recovery codes.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { IdentityDoor } from './door.ts';

export interface SecondFactor {
  /** Sealed. */
  readonly secret: string;
  readonly confirmed: boolean;
  /** After too many wrong codes no code is taken for a while. */
  readonly locked: boolean;
}

export async function findSecondFactor(door: IdentityDoor, userId: string, at: string): Promise<SecondFactor | undefined> {
  const { rows } = await door.query(
    toStatement(sql`
      select secret, confirmed_at is not null as confirmed, coalesce(locked_until > ${at}::timestamptz, false) as locked
      from ${ident(door.schema, '_second_factor')} where user_id = ${userId}`),
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return { secret: String(row['secret']), confirmed: row['confirmed'] === true, locked: row['locked'] === true };
}

/** Notes a wrong code; from the fifth on none is taken for a growing time. Gives whether that is so now. */
export async function noteWrongCode(door: IdentityDoor, userId: string, at: string): Promise<boolean> {
  const { rows } = await door.query(
    toStatement(sql`
      update ${ident(door.schema, '_second_factor')} f set failed = f.failed + 1,
        locked_until = case when f.failed + 1 >= 5
          then ${at}::timestamptz + interval '1 second' * least(900, power(2, least(f.failed + 1 - 5, 20)) * 5) end
      where f.user_id = ${userId} returning f.locked_until is not null as locked`),
  );
  return rows[0]?.['locked'] === true;
}

/** Begins an enrolment, in the place of one that was not confirmed. False where there is a confirmed one. */
export async function beginSecondFactor(door: IdentityDoor, userId: string, secret: string): Promise<boolean> {
  const { rowCount } = await door.query(
    toStatement(sql`
      insert into ${ident(door.schema, '_second_factor')} as f (user_id, secret) values (${userId}, ${secret})
      on conflict (user_id) do update set secret = excluded.secret, last_step = 0, failed = 0, locked_until = null where f.confirmed_at is null`),
  );
  return rowCount > 0;
}

/** Confirms an enrolment, unless that was done already. */
export async function confirmSecondFactor(door: IdentityDoor, userId: string, at: string): Promise<boolean> {
  const { rowCount } = await door.query(
    toStatement(sql`
      update ${ident(door.schema, '_second_factor')} set confirmed_at = ${at}::timestamptz where user_id = ${userId} and confirmed_at is null`),
  );
  return rowCount > 0;
}

/** Takes the code of a step (of thirty seconds); false where that step's code, or a later one, was taken before. */
export async function takeStep(door: IdentityDoor, userId: string, step: number): Promise<boolean> {
  const { rowCount } = await door.query(
    toStatement(sql`
      update ${ident(door.schema, '_second_factor')} set last_step = ${step}, failed = 0, locked_until = null
      where user_id = ${userId} and last_step < ${step}::bigint`),
  );
  return rowCount > 0;
}

/** Takes the factor away, with its recovery codes. False where there was none. */
export async function removeSecondFactor(door: IdentityDoor, userId: string): Promise<boolean> {
  const { rowCount } = await door.query(
    toStatement(sql`
      with codes as (delete from ${ident(door.schema, '_recovery_code')} where user_id = ${userId})
      delete from ${ident(door.schema, '_second_factor')} where user_id = ${userId}`),
  );
  return rowCount > 0;
}

/** Puts these hashes in the place of all recovery codes of the person. */
export async function setRecoveryCodes(door: IdentityDoor, userId: string, hashes: readonly string[]): Promise<void> {
  const table = ident(door.schema, '_recovery_code');
  await door.query(toStatement(sql`delete from ${table} where user_id = ${userId}`));
  await door.query(toStatement(sql`insert into ${table} (user_id, hash) select ${userId}::uuid, h from unnest(${hashes}::text[]) as h`));
}

/** Uses a recovery code up; gives how many are left, or undefined where there is no such code. */
export async function useRecoveryCode(door: IdentityDoor, userId: string, hash: string): Promise<number | undefined> {
  const table = ident(door.schema, '_recovery_code');
  const { rowCount } = await door.query(toStatement(sql`delete from ${table} where user_id = ${userId} and hash = ${hash}`));
  if (rowCount === 0) return undefined;
  const { rows } = await door.query(toStatement(sql`select count(*) as left from ${table} where user_id = ${userId}`));
  return Number(rows[0]?.['left']);
}
