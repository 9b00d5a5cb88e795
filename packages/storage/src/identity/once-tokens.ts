// Tokens that are good for one use: resets of passwords, log-ins under way at a provider, the codes that those end with.
import { ident, sql, toStatement } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import type { IdentityDoor } from './door.ts';

export type TokenPurpose = 'reset' | 'providerLogin' | 'providerCode';

export interface OnceToken {
  /** SHA-256 of the token, hexadecimal. */
  readonly hash: string;
  readonly purpose: TokenPurpose;
  readonly userId: string | null;
  /** What belongs to it, sealed where it is secret. */
  readonly content: string | null;
  /** RFC 3339. */
  readonly at: string;
  readonly expiresAt: string;
}

/** Keeps a token; those that have run out go. */
export async function keepOnceToken(door: IdentityDoor, token: OnceToken): Promise<void> {
  const { hash, purpose, userId, content, at, expiresAt } = token;
  const table = ident(door.schema, '_once_token');
  await door.query(toStatement(sql`delete from ${table} where expires_at <= ${at}::timestamptz`));
  await door.query(
    toStatement(sql`
      insert into ${table} (hash, purpose, user_id, content, created_at, expires_at)
      values (${hash}, ${purpose}, ${userId}, ${content}, ${at}, ${expiresAt})`),
  );
}

export interface FoundToken {
  readonly userId: string | null;
  readonly content: string | null;
}

const foundToken = (row: Readonly<Record<string, unknown>> | undefined): FoundToken | undefined =>
  row === undefined ? undefined : { userId: textOrNull(row['user_id']), content: textOrNull(row['content']) };

/** Looks at a token without using it up. */
export async function peekOnceToken(
  door: IdentityDoor,
  token: Pick<OnceToken, 'hash' | 'purpose' | 'at'>,
): Promise<FoundToken | undefined> {
  const { rows } = await door.query(
    toStatement(sql`
      select user_id, content from ${ident(door.schema, '_once_token')}
      where hash = ${token.hash} and purpose = ${token.purpose} and expires_at > ${token.at}::timestamptz`),
  );
  return foundToken(rows[0]);
}

/** Uses a token up; undefined where it is not there or too old. */
export async function useOnceToken(door: IdentityDoor, token: Pick<OnceToken, 'hash' | 'purpose' | 'at'>): Promise<FoundToken | undefined> {
  const { rows } = await door.query(
    toStatement(sql`
      delete from ${ident(door.schema, '_once_token')}
      where hash = ${token.hash} and purpose = ${token.purpose} and expires_at > ${token.at}::timestamptz returning user_id, content`),
  );
  return foundToken(rows[0]);
}

/** Whether the person was given one since then. */
export async function hasOnceTokenSince(
  door: IdentityDoor,
  token: { readonly userId: string; readonly purpose: TokenPurpose; readonly since: string },
): Promise<boolean> {
  const { rows } = await door.query(
    toStatement(sql`
      select exists (select 1 from ${ident(door.schema, '_once_token')}
        where user_id = ${token.userId} and purpose = ${token.purpose} and created_at > ${token.since}::timestamptz) as found`),
  );
  return rows[0]?.['found'] === true;
}

/** Takes away whatever the person has of the kind. */
export async function dropOnceTokens(door: IdentityDoor, userId: string, purpose: TokenPurpose): Promise<void> {
  await door.query(toStatement(sql`delete from ${ident(door.schema, '_once_token')} where user_id = ${userId} and purpose = ${purpose}`));
}
