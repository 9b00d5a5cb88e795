// OpenID providers at which a tenant's people may sign in.
import { ident, sql, toStatement } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import type { IdentityDoor } from './door.ts';

export interface IdentityProvider {
  readonly name: string;
  /** The issuer's address, as in its discovery document. */
  readonly issuer: string;
  readonly clientId: string;
  /** Sealed; null: a public client, which has PKCE alone. */
  readonly clientSecret: string | null;
  /** Domains of emails that it may speak for; empty: all. */
  readonly domains: readonly string[];
  /** Whether somebody whom the tenant does not know yet becomes a user, with these roles. */
  readonly createUsers: boolean;
  readonly roles: readonly string[];
}

export async function putProvider(door: IdentityDoor, provider: IdentityProvider, at: string): Promise<void> {
  const { name, issuer, clientId, clientSecret, domains, createUsers, roles } = provider;
  await door.query(
    toStatement(sql`
      insert into ${ident(door.schema, '_identity_provider')}
        (name, issuer, client_id, client_secret, domains, create_users, roles, updated_at)
      values (${name}, ${issuer}, ${clientId}, ${clientSecret}, ${domains}::text[], ${createUsers}, ${roles}::text[], ${at})
      on conflict (name) do update set issuer = excluded.issuer, client_id = excluded.client_id, client_secret = excluded.client_secret,
        domains = excluded.domains, create_users = excluded.create_users, roles = excluded.roles, updated_at = excluded.updated_at`),
  );
}

/** By name, in order. */
export async function listProviders(door: IdentityDoor): Promise<readonly IdentityProvider[]> {
  const { rows } = await door.query(
    toStatement(sql`
      select name, issuer, client_id, client_secret, domains, create_users, roles
      from ${ident(door.schema, '_identity_provider')} order by name`),
  );
  return rows.map((row) => ({
    name: String(row['name']),
    issuer: String(row['issuer']),
    clientId: String(row['client_id']),
    clientSecret: textOrNull(row['client_secret']),
    domains: row['domains'] as readonly string[],
    createUsers: row['create_users'] === true,
    roles: row['roles'] as readonly string[],
  }));
}

export async function removeProvider(door: IdentityDoor, name: string): Promise<boolean> {
  const { rowCount } = await door.query(toStatement(sql`delete from ${ident(door.schema, '_identity_provider')} where name = ${name}`));
  return rowCount > 0;
}
