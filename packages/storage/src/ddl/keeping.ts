// What migrations give to records, kept with what was there: worked out for all migrations of a table in one go, then put in its place.
import { ident, join, sql, textLiteral, type Sql } from '@tessera/kernel';
import type { MigrationModel } from '@tessera/metadata';
import type { Changes, ColumnChange, TableChange } from './change.ts';
import type { FutureTables } from './future.ts';
import type { MigratedPart } from './migrating.ts';
import { beforeColumn, columnOf, forLater, fromJson, rawColumn, stepColumn, stepRow } from './row-steps.ts';

/** A column that a part changes, with where its values are kept. */
export interface Migrated {
  readonly column: ColumnChange;
  readonly key: string;
  /** Its value before and after the migration, and what is kept of the one before, as columns of the rows after all of them. */
  readonly before: Sql;
  readonly after: Sql;
  readonly old: Sql;
  /** Of the value kept, as PostgreSQL writes it. */
  readonly oldType: string;
  /** Whether a later migration changes the value, where this one keeps it in the type that the column had. */
  readonly later: readonly Sql[];
}

export interface KeptPart {
  readonly part: MigratedPart;
  readonly columns: readonly Migrated[];
}

const differ = (before: Sql, after: Sql): Sql => sql`${after} is distinct from ${before}`;

/** The parts of a table with the columns of it that they change; what is set for migrations to come is nowhere stored. */
export function keptParts(change: TableChange, parts: readonly MigratedPart[]): readonly KeptPart[] {
  const touching = (name: string): readonly MigratedPart[] => parts.filter(({ step }) => step.values.has(name));
  /** A column's value before a part; after the last one it is what it is. */
  const at = (name: string, part: MigratedPart | undefined): Sql => stepColumn(part === undefined ? name : beforeColumn(part.level, name));
  const migrated = (part: MigratedPart, name: string): readonly Migrated[] => {
    const column = columnOf(change, name);
    if (column === undefined) return [];
    const all = touching(name);
    const rest = all.slice(all.indexOf(part));
    const [before, after] = [at(name, part), at(name, rest[1])];
    // A column that comes to another type is kept as it was, once: later migrations begin with the new type.
    const isFirst = column.how === 'convert' && part === all[0];
    const later = isFirst ? rest.slice(1).map((each, i) => differ(at(name, each), at(name, rest[i + 2]))) : [];
    const key = column.column.field ?? name;
    const [old, oldType] = isFirst ? [stepColumn(rawColumn(name)), column.old.typeText] : [before, column.column.typeText];
    return [{ column, key, before, after, old, oldType, later }];
  };
  return parts.flatMap((part) => {
    const columns = [...part.step.values.keys()].flatMap((name) => migrated(part, name));
    return columns.length === 0 ? [] : [{ part, columns }];
  });
}

const changes = ({ columns }: KeptPart): Sql =>
  sql`(${join(
    columns.map(({ before, after }) => differ(before, after)),
    ' or ',
  )})`;

/** For each part the number of records that it changes: `c0`, `c1` … */
export function countParts(future: FutureTables, change: TableChange, parts: readonly KeptPart[]): Sql {
  const counts = parts.map((part, i) => sql`count(*) filter (where ${changes(part)})::integer as ${ident(`c${String(i)}`)}`);
  return sql`select ${join(counts)} from ${future.rows(change, 'levelled')} as ${ident(stepRow)}`;
}

/** Notes that a migration runs. */
export function noteStatement({ target: { schema, now } }: Changes, object: string, { part: { migration }, columns }: KeptPart): Sql {
  const fields = columns.map(({ column, key, oldType }) => [key, { key, old: oldType, new: column.column.typeText }]);
  const { pack, version, name } = migration;
  const values = sql`${pack}, ${version}, ${name}, ${object}, ${JSON.stringify(Object.fromEntries(fields))}::json, ${now}::timestamptz`;
  return sql`insert into ${ident(schema, '_migration')} (pack, version, name, object, fields, at) values (${values})`;
}

const idOf = (schema: string, object: string, { pack, name, version }: MigrationModel): Sql =>
  sql`(select h.id from ${ident(schema, '_migration')} h where h.pack = ${pack} and h.name = ${name} and h.version = ${version} and h.object = ${object})`;

/** Keeps the values of all parts of a table, of the records that change: each row is worked out once. */
export function keepStatement(schema: string, future: FutureTables, change: TableChange, parts: readonly KeptPart[]): Sql {
  const held: Sql[] = [];
  const hold = (value: Sql): Sql => {
    const name = `v${String(held.length)}`;
    held.push(sql`${value} as ${ident(name)}`);
    return ident('r', name);
  };
  const kept = parts.map((part) => {
    const { columns } = part;
    const later = columns.flatMap((column) => column.later);
    const own = hold(changes(part));
    const where = later.length === 0 ? own : sql`(${own} or ${hold(sql`(${join(later, ' or ')})`)})`;
    const json = (pairs: readonly (readonly [string, Sql])[]): Sql =>
      sql`json_build_object(${join(pairs.map(([key, value]) => sql`${textLiteral(key)}, ${value}`))})`;
    const old = json(columns.map((column) => [column.key, hold(column.old)]));
    const mark: [string, Sql] = [forLater, sql`case when not ${own} then true end`];
    const given = json([...columns.map(({ key, after }): [string, Sql] => [key, hold(after)]), ...(later.length === 0 ? [] : [mark])]);
    return sql`select ${idOf(schema, change.object.name, part.part.migration)}, r.id, ${old}, ${given} from r where ${where}`;
  });
  return sql`
    with r as materialized (select ${stepColumn('id')} as id, ${join(held)} from ${future.rows(change, 'levelled')} as ${ident(stepRow)})
    insert into ${ident(schema, '_migration_value')} (migration, record_id, old, new) ${join(kept, ' union all ')}`;
}

/**
 * The new values of all migrations of an object in one statement: of each field the last one's.
 * @param marks columns that are emptied on records that get a value of these fields
 */
export function putStatement(
  schema: string,
  change: TableChange,
  parts: readonly KeptPart[],
  marks: (columns: readonly Migrated[]) => readonly string[],
): Sql {
  const table = ident(schema, change.after.name);
  const values = new Map<string, Sql[]>();
  const put = (column: string, given: Sql, value: Sql): unknown =>
    values.set(column, [sql`when ${given} is not null then ${value}`, ...(values.get(column) ?? [])]);
  for (const [i, { columns }] of parts.entries()) {
    const given = ident('r', `n${String(i)}`);
    for (const { column, key } of columns) put(column.column.name, given, fromJson(given, key, column.column.typeText));
    for (const mark of marks(columns)) put(mark, given, sql`null`);
  }
  const set = [...values].map(([name, cases]) => sql`${ident(name)} = case ${join(cases, ' ')} else ${ident('t', name)} end`);
  const kept = parts.map((_, i) => ident(`k${String(i)}`));
  const news = kept.map((name, i) => sql`${name}.new as ${ident(`n${String(i)}`)}`);
  const joins = parts.map(({ part: { migration } }, i) => {
    const alias = ident(`k${String(i)}`);
    const id = idOf(schema, change.object.name, migration);
    return sql`left join ${ident(schema, '_migration_value')} ${alias} on ${alias}.migration = ${id} and ${alias}.record_id = m.id`;
  });
  const some = join(
    kept.map((name) => sql`${name}.new is not null`),
    ' or ',
  );
  const rows = sql`select m.id, ${join(news)} from ${table} m ${join(joins, ' ')} where ${some}`;
  return sql`update ${table} t set ${join(set)} from (${rows}) r where t.id = r.id`;
}
