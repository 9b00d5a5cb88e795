// Sealed texts of a tenant, wherever they lie: found by their mark, put back sealed anew.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { IdentityDoor } from './door.ts';

/** A column that holds sealed texts, and the column that its rows are known by. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly key: string;
}

/** Columns that are set aside (`_gone_…`) may hold former secrets, which a rollback would bring back. */
async function setAside(door: IdentityDoor): Promise<readonly SealedColumn[]> {
  const { rows } = await door.query(
    toStatement(sql`
      select c.relname as table_name, a.attname as column_name
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind = 'r'
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${door.schema} and a.attnum > 0 and not a.attisdropped and a.atttypid = 'text'::regtype
        and (starts_with(a.attname, '_gone_') or starts_with(c.relname, '_gone_'))
        and exists (select 1 from pg_catalog.pg_attribute k where k.attrelid = c.oid and k.attname = 'id' and not k.attisdropped)
      order by 1, 2`),
  );
  return rows.map((row) => ({ table: String(row['table_name']), column: String(row['column_name']), key: 'id' }));
}

/** Every column that holds sealed texts: secret fields (also those switched off), what is set aside, codes' and providers' secrets. */
export async function sealedColumns(door: IdentityDoor, model: Model): Promise<readonly SealedColumn[]> {
  const fields = Object.values(model.objects).flatMap((object) =>
    [...Object.values(object.fields), ...Object.values(object.dormantFields)].flatMap((field) =>
      field.type === 'secret' ? field.columns.map(({ name }) => ({ table: object.table, column: name, key: 'id' })) : [],
    ),
  );
  return [
    ...fields,
    ...(await setAside(door)),
    { table: '_second_factor', column: 'secret', key: 'user_id' },
    { table: '_identity_provider', column: 'client_secret', key: 'name' },
  ];
}

export interface SealedRow {
  readonly key: string;
  readonly sealed: string;
}

/** Texts that look sealed and do not begin with the present key's mark, behind `after`: what is done is not found again. */
export async function sealedRows(
  door: IdentityDoor,
  place: SealedColumn,
  page: { readonly current: string; readonly after: string | undefined; readonly first: number },
): Promise<readonly SealedRow[]> {
  const [key, column] = [ident('t', place.key), ident('t', place.column)];
  const after = page.after === undefined ? sql`true` : sql`${key}::text > ${page.after}`;
  const { rows } = await door.query(
    toStatement(sql`
      select ${key}::text as key, ${column} as sealed from ${ident(door.schema, place.table)} t
      where ${column} ~ '^v[12][.]' and not starts_with(${column}, ${page.current}) and ${after}
      order by ${key}::text limit ${page.first}`),
  );
  return rows.map((row) => ({ key: String(row['key']), sealed: String(row['sealed']) }));
}

export interface ResealedRow extends SealedRow {
  readonly next: string;
}

/** Puts texts back; a row that was written meanwhile keeps what it has. Gives how many were put back. */
export async function putResealed(door: IdentityDoor, place: SealedColumn, rows: readonly ResealedRow[]): Promise<number> {
  const [key, column] = [ident('t', place.key), ident('t', place.column)];
  const { rowCount } = await door.query(
    toStatement(sql`
      update ${ident(door.schema, place.table)} t set ${ident(place.column)} = v.next
      from unnest(${rows.map((row) => row.key)}::text[], ${rows.map((row) => row.sealed)}::text[], ${rows.map((row) => row.next)}::text[])
        as v(key, sealed, next)
      where ${key}::text = v.key and ${column} = v.sealed`),
  );
  return rowCount;
}
