// What signing in needs beside passwords and sessions: former passwords, spent tokens, API keys, second factors, providers.
import { ident, sql, type Sql } from '@tessera/kernel';

const passwords = (s: string): readonly Sql[] => [
  sql`alter table ${ident(s, '_credential')} add column changed_at timestamptz(3) not null default now()`,
  // Hashes of the passwords before the present one.
  sql`create table ${ident(s, '_former_password')} (
        id uuid primary key,
        user_id uuid not null,
        hash text not null,
        until timestamptz(3) not null
      )`,
  sql`create index ${ident('_former_password_user')} on ${ident(s, '_former_password')} (user_id, until)`,
];

const sessions = (s: string): readonly Sql[] => [
  sql`alter table ${ident(s, '_session')} add column address text`,
  // Who really acts, where it is not the session's own person.
  sql`alter table ${ident(s, '_session')} add column impersonator uuid`,
  // Refresh tokens that were exchanged: whoever shows one again has stolen it, or was stolen from.
  sql`create table ${ident(s, '_spent_refresh')} (
        hash text primary key,
        session_id uuid not null
      )`,
  sql`create index ${ident('_spent_refresh_session')} on ${ident(s, '_spent_refresh')} (session_id)`,
  // Tokens for one use: resets of passwords, log-ins at a provider that are under way, and the codes that they end with.
  sql`create table ${ident(s, '_once_token')} (
        hash text primary key,
        purpose text not null,
        user_id uuid,
        content text,
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null
      )`,
  sql`create index ${ident('_once_token_expiry')} on ${ident(s, '_once_token')} (expires_at)`,
  sql`create index ${ident('_once_token_user')} on ${ident(s, '_once_token')} (user_id, purpose)`,
];

const keysAndFactors = (s: string): readonly Sql[] => [
  sql`create table ${ident(s, '_api_key')} (
        id uuid primary key,
        user_id uuid not null,
        name text not null,
        hash text not null unique,
        permission_sets text[] not null,
        created_by uuid,
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        last_used_at timestamptz(3),
        last_address text,
        revoked_at timestamptz(3)
      )`,
  sql`create index ${ident('_api_key_user')} on ${ident(s, '_api_key')} (user_id)`,

  // `secret` is sealed; `last_step` is the last thirty seconds whose code was taken, so that none is taken twice.
  sql`create table ${ident(s, '_second_factor')} (
        user_id uuid primary key,
        secret text not null,
        confirmed_at timestamptz(3),
        last_step bigint not null default 0,
        failed integer not null default 0,
        locked_until timestamptz(3)
      )`,
  sql`create table ${ident(s, '_recovery_code')} (
        user_id uuid not null,
        hash text not null,
        primary key (user_id, hash)
      )`,

  // OpenID providers; `client_secret` is sealed.
  sql`create table ${ident(s, '_identity_provider')} (
        name text primary key,
        issuer text not null,
        client_id text not null,
        client_secret text,
        domains text[] not null,
        create_users boolean not null,
        roles text[] not null,
        updated_at timestamptz(3) not null
      )`,
];

/** Tables of the tenants' system version 2. */
export const identityTables = (s: string): readonly Sql[] => [...passwords(s), ...sessions(s), ...keysAndFactors(s)];
