// Copies the records of objects: one statement for each, with what is not to come left out or put another way.
import { ident, join, sql, toStatement, type Sql } from '@tessera/kernel';
import type { Column, FieldModel, ObjectModel } from '@tessera/metadata';
import { matchColumn } from '../matching/column.ts';
import { searchColumn } from '../search/column.ts';
import { isOwn, isTaken, peopleObjects, type Copying } from './copying.ts';
import { maskOf } from './mask.ts';

/** Columns of a table that hold values of their own. */
export async function columnsIn({ queryable }: Copying, schema: string, table: string): Promise<readonly string[]> {
  const { rows } = await queryable.query(
    toStatement(sql`
      select a.attname::text as name from pg_catalog.pg_attribute a
        join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       where n.nspname = ${schema} and c.relname = ${table} and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum`),
  );
  return rows.map((row) => String(row['name']));
}

/** Whether two records may not have the same value of the field, by itself or together with others. */
const isUnique = ({ keys }: ObjectModel, { name, unique }: FieldModel): boolean =>
  unique || Object.values(keys).some((key) => key.unique && key.fields.includes(name));

/** Columns of which no two values that differ may become the same, with what they become. */
type Apart = Map<string, Sql>;

const [maskedPrefix, rankPrefix] = ['_masked_', '_rank_'];

function maskedSql({ masking }: Copying, object: ObjectModel, field: FieldModel, column: Column, apart: Apart): Sql {
  const value = ident('t', column.name);
  if (masking === undefined || field.personal === undefined) return value;
  const isApart = isUnique(object, field);
  let masked = maskOf(field, masking.key, isApart)(value);
  if (column.type.kind === 'text' && isApart) {
    apart.set(column.name, masked);
    const [first, rank] = [ident('t', maskedPrefix + column.name), ident('t', rankPrefix + column.name)];
    // An extension of a telephone number; in all else a sign that hardly anybody writes.
    const mark = field.personal === 'phone' ? sql`' x'` : sql`'~'`;
    masked = sql`case when ${rank} = 1 then ${first} else ${first} || ${mark} || ${rank}::text end`;
  }
  const isAddress = object.name === 'user' && field.name === 'email';
  return isAddress ? sql`case when t.id = any(${masking.known}::uuid[]) then ${value} else ${masked} end` : masked;
}

/** Values that become the same are ranked: all but the first have their rank behind them. */
function sourceSql(table: Sql, where: Sql, apart: Apart): Sql {
  if (apart.size === 0) return sql`${table} t where ${where}`;
  const masked = [...apart].map(([name, value]) => sql`${value} as ${ident(maskedPrefix + name)}`);
  const ranks = [...apart.keys()].map((name) => {
    const [first, value] = [ident('m', maskedPrefix + name), ident('m', name)];
    return sql`dense_rank() over (partition by ${first} order by ${value}) as ${ident(rankPrefix + name)}`;
  });
  return sql`(select m.*, ${join(ranks)} from (select t.*, ${join(masked)} from ${table} t where ${where}) m) t`;
}

/** A lookup whose target stays behind is empty; those that must not be were taken along. */
function referenceSql(copying: Copying, target: string, value: Sql): Sql {
  if (copying.records === undefined || peopleObjects.has(target)) return value;
  return sql`case when ${isTaken(copying, sql`${target}::text`, value)} then ${value} end`;
}

function columnSql(copying: Copying, object: ObjectModel, field: FieldModel, column: Column, apart: Apart): Sql {
  const value = ident('t', column.name);
  if (column.references !== undefined) return referenceSql(copying, column.references, value);
  // Sealed for the origin; whoever works with a copy has secrets of the copy's own.
  if (field.type === 'secret') return field.required === true ? sql`''` : sql`null`;
  return maskedSql(copying, object, field, column, apart);
}

/** Worked out of values that are others by now. */
const derived: ReadonlySet<string> = new Set([searchColumn, matchColumn]);

/** Gives how many. */
export async function copyObject(copying: Copying, object: ObjectModel): Promise<number> {
  const { queryable, from, to, masking } = copying;
  const apart: Apart = new Map();
  const known = new Map<string, Sql>();
  for (const field of Object.values({ ...object.dormantFields, ...object.fields })) {
    for (const column of field.columns) known.set(column.name, columnSql(copying, object, field, column, apart));
  }
  const columns = await columnsIn(copying, to, object.table);
  const kept = masking === undefined ? columns : columns.filter((column) => !derived.has(column));
  const list = (names: readonly Sql[]): Sql => join(names);
  const where = [
    isTaken(copying, sql`${object.name}::text`, sql`t.id`),
    // What waits for somebody belongs to approvals that the copy does not have.
    ...(isOwn(object) && object.fields['state'] !== undefined ? [sql`t.state <> 'open'`] : []),
  ];
  const { rowCount } = await queryable.query(
    toStatement(sql`
      insert into ${ident(to, object.table)} (${list(kept.map((name) => ident(name)))})
      select ${list(kept.map((name) => known.get(name) ?? ident('t', name)))} 
        from ${sourceSql(ident(from, object.table), join(where, ' and '), apart)}`),
  );
  return rowCount;
}
