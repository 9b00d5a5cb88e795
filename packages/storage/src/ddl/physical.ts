// What PostgreSQL holds in a tenant's schema, read from its catalogue in four statements.
import { sql, textLiteral, toStatement } from '@tessera/kernel';
import type { Queryable, QueryResult } from '../database.ts';

export interface PhysicalColumn {
  readonly name: string;
  readonly typeText: string;
  readonly notNull: boolean;
  readonly default: string | undefined;
  /** What was noted when it was set aside. */
  readonly comment: string | undefined;
}

export interface PhysicalIndex {
  readonly name: string;
  readonly unique: boolean;
  readonly primary: boolean;
  /** False: a CREATE INDEX CONCURRENTLY that did not finish. */
  readonly valid: boolean;
  /** Columns as PostgreSQL writes them, expressions too. */
  readonly parts: readonly string[];
  readonly where: string | undefined;
}

export interface PhysicalConstraint {
  readonly name: string;
  readonly kind: 'foreignKey' | 'check' | 'other';
  readonly columns: readonly string[];
  readonly target: string | undefined;
  readonly onDelete: string | undefined;
  readonly expression: string | undefined;
  readonly validated: boolean;
}

export interface PhysicalTable {
  readonly name: string;
  readonly columns: readonly PhysicalColumn[];
  /** Columns ever made, dropped ones included: PostgreSQL never takes more than 1,600. */
  readonly attributes: number;
  /** A rough number of rows, from statistics and size. */
  readonly rows: number;
  readonly indexes: readonly PhysicalIndex[];
  readonly constraints: readonly PhysicalConstraint[];
  readonly comment: string | undefined;
}

/** The tables of a schema by name. */
export interface PhysicalState {
  readonly tables: Readonly<Record<string, PhysicalTable>>;
}

type Row = QueryResult['rows'][number];

/** Reads a schema's tables. An unknown schema is an empty one. */
export async function readPhysical(queryable: Queryable, schema: string): Promise<PhysicalState> {
  const name = textLiteral(schema);
  const tables = await queryable.query(
    toStatement(sql`
      select c.relname as table, c.relnatts::integer as attributes, obj_description(c.oid, 'pg_class') as comment,
             greatest(c.reltuples, pg_relation_size(c.oid) / 256)::float8 as rows
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${name} and c.relkind in ('r', 'p') order by c.relname`),
  );
  const columns = await queryable.query(
    toStatement(sql`
      select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null,
             pg_get_expr(d.adbin, d.adrelid) as default, col_description(c.oid, a.attnum) as comment
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where n.nspname = ${name} and c.relkind in ('r', 'p') order by c.relname, a.attnum`),
  );
  const indexes = await queryable.query(
    toStatement(sql`
      select c.relname as table, i.relname as name, x.indisunique as unique, x.indisprimary as primary, x.indisvalid and x.indisready as valid,
             array(select pg_get_indexdef(x.indexrelid, k, true) from generate_series(1, x.indnkeyatts) k order by k) as parts,
             pg_get_expr(x.indpred, x.indrelid) as where
      from pg_catalog.pg_index x join pg_catalog.pg_class c on c.oid = x.indrelid join pg_catalog.pg_class i on i.oid = x.indexrelid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${name} and c.relkind in ('r', 'p') order by c.relname, i.relname`),
  );
  const constraints = await queryable.query(
    toStatement(sql`
      select c.relname as table, k.conname as name, k.contype::text as kind, t.relname as target, k.confdeltype::text as on_delete,
             k.convalidated as validated, pg_get_expr(k.conbin, k.conrelid) as expression,
             array(select a.attname::text from unnest(k.conkey) with ordinality u(attnum, place)
                   join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum order by u.place) as columns
      from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace left join pg_catalog.pg_class t on t.oid = k.confrelid
      where n.nspname = ${name} and c.relkind in ('r', 'p') and k.contype not in ('p', 'u', 'n') and k.conparentid = 0
      order by c.relname, k.conname`),
  );
  return assemble(tables.rows, groupByTable(columns.rows), groupByTable(indexes.rows), groupByTable(constraints.rows));
}

function groupByTable(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  return Map.groupBy(rows, (row) => String(row['table']));
}

type Groups = ReadonlyMap<string, readonly Row[]>;

function assemble(tables: readonly Row[], columns: Groups, indexes: Groups, constraints: Groups): PhysicalState {
  const entries = tables.map((row): readonly [string, PhysicalTable] => {
    const name = String(row['table']);
    return [
      name,
      {
        name,
        columns: (columns.get(name) ?? []).map(toColumn),
        attributes: Number(row['attributes']),
        rows: Math.max(0, Math.round(Number(row['rows']))),
        indexes: (indexes.get(name) ?? []).map(toIndex),
        constraints: (constraints.get(name) ?? []).map(toConstraint),
        comment: optional(row['comment']),
      },
    ];
  });
  return { tables: Object.fromEntries(entries) };
}

function optional(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function toColumn(row: Row): PhysicalColumn {
  return {
    name: String(row['name']),
    typeText: String(row['type']),
    notNull: row['not_null'] === true,
    default: optional(row['default']),
    comment: optional(row['comment']),
  };
}

function toIndex(row: Row): PhysicalIndex {
  return {
    name: String(row['name']),
    unique: row['unique'] === true,
    primary: row['primary'] === true,
    valid: row['valid'] === true,
    parts: texts(row['parts']),
    where: optional(row['where']),
  };
}

function toConstraint(row: Row): PhysicalConstraint {
  const kind = row['kind'] === 'f' ? 'foreignKey' : row['kind'] === 'c' ? 'check' : 'other';
  return {
    name: String(row['name']),
    kind,
    columns: texts(row['columns']),
    target: optional(row['target']),
    onDelete: kind === 'foreignKey' ? optional(row['on_delete']) : undefined,
    expression: optional(row['expression']),
    validated: row['validated'] === true,
  };
}
