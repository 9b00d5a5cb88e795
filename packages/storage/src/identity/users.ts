// People as signing in needs them: who they are, whether they may, and what they own.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { textOrNull } from '../row-text.ts';
import type { IdentityDoor } from './door.ts';

export interface IdentityUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly active: boolean;
  readonly language: string | null;
  /** API names. */
  readonly roles: readonly string[];
}

/** A person by id or by email (whatever its case), who is not deleted. */
export async function findUser(
  door: IdentityDoor,
  object: ObjectModel,
  by: { readonly id: string } | { readonly email: string },
): Promise<IdentityUser | undefined> {
  const column = (field: string): string | undefined => object.fields[field]?.columns[0]?.name;
  const [roles, language] = [column('roles'), column('language')];
  const condition = 'id' in by ? sql`u.id = ${by.id}` : sql`lower(u.email) = lower(${by.email})`;
  const { rows } = await door.query(
    toStatement(sql`
      select u.id, u.name, u.email, u.active, ${language === undefined ? sql`null` : ident('u', language)} as language,
        ${roles === undefined ? sql`null::text[]` : ident('u', roles)} as roles
      from ${ident(door.schema, object.table)} u where ${condition} and u.deleted_at is null`),
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    id: String(row['id']),
    name: textOrNull(row['name']) ?? '',
    email: textOrNull(row['email']) ?? '',
    active: row['active'] === true,
    language: textOrNull(row['language']),
    roles: (row['roles'] ?? []) as readonly string[],
  };
}

/** Makes whoever does the same for this person at the same time wait for the end of the transaction. */
export async function lockUser(door: IdentityDoor, object: ObjectModel, id: string): Promise<void> {
  await door.query(toStatement(sql`select 1 from ${ident(door.schema, object.table)} u where u.id = ${id} for no key update`));
}

/** Ids of live records that a person owns, in order, behind `after`. */
export async function ownedRecords(
  door: IdentityDoor,
  object: ObjectModel,
  page: { readonly owner: string; readonly after: string | undefined; readonly first: number },
): Promise<readonly string[]> {
  const owner = object.fields['owner']?.columns[0]?.name;
  if (owner === undefined) return [];
  const after = page.after === undefined ? sql`true` : sql`t.id > ${page.after}::uuid`;
  const { rows } = await door.query(
    toStatement(sql`
      select t.id from ${ident(door.schema, object.table)} t
      where ${ident('t', owner)} = ${page.owner} and t.deleted_at is null and ${after} order by t.id limit ${page.first}`),
  );
  return rows.map((row) => String(row['id']));
}
