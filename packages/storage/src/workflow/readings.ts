// What people read of records: the values of rules for many readers of one shape of permissions, each with their own rights, in one statement.
import { bind, ident, join, keyword, Slot, Sql, sql, toStatement } from '@tessera/kernel';
import { conditionSql, type Expression, type Value } from '@tessera/rules';
import type { Queryable } from '../database.ts';
import { allOf, idSql, liveSql } from '../query/columns.ts';
import { fieldOf, startCompilation, tableSql, type ReadTarget } from '../query/compilation.ts';
import { rowEnvironment, valueSql } from '../query/environment.ts';
import { textOrNull } from '../row-text.ts';
import { asText, fromText, type RuleSlots } from '../write/facts.ts';

/** Somebody who reads, with the values of all slots of their policy. */
export interface Reader {
  readonly id: string;
  readonly roles: readonly string[];
  readonly slots: Readonly<Record<string, readonly string[]>>;
}

export interface Reading {
  readonly reader: string;
  /** Null: of none. */
  readonly record: string | null;
}

export interface ReadingInput {
  /** Undefined: the rules speak of no record. */
  readonly object: string | undefined;
  /** As the readers' policy restricts them; frame 0 is the record. */
  readonly rules: readonly Expression[];
  /** Which records they see; undefined: all. */
  readonly seen: Expression | undefined;
  readonly readers: readonly Reader[];
  readonly readings: readonly Reading[];
  readonly slots: Pick<RuleSlots, 'now' | 'zone'>;
}

/** What was read: nothing of a record that the reader does not see, or that is in the bin. */
export interface Read {
  readonly seen: boolean;
  /** In the order of the rules. */
  readonly values: readonly Value[];
}

const [row, reader, reading] = ['r', 'p', 'w'];

/** The fragment with slots replaced by what stands in a row. */
function withColumns({ parts }: Sql, columns: ReadonlyMap<string, Sql>): Sql {
  return new Sql(
    parts.flatMap((part) => {
      const column = typeof part !== 'string' && part.value instanceof Slot ? columns.get(part.value.slot) : undefined;
      return column?.parts ?? [part];
    }),
  );
}

/** Whether a rule reads the record; of one that is not seen it is null, whatever would be made of nothing. */
const isOfRecord = (rule: Expression): boolean => !(rule.node === 'path' && typeof rule.root !== 'number');

/** For each reading, in their order. */
export async function readAs(queryable: Queryable, target: ReadTarget, input: ReadingInput): Promise<readonly Read[]> {
  const { object, rules, seen, readers, readings, slots } = input;
  if (readings.length === 0) return [];
  const names = [...new Set(readers.flatMap((each) => Object.keys(each.slots)))];
  const columns = new Map<string, Sql>([
    ['user', ident(reader, 'id')],
    ['roles', ident(reader, 'roles')],
    ...names.map((name, n) => [name, ident(reader, `s${String(n)}`)] as const),
  ]);
  const c = startCompilation(target);
  const environment = rowEnvironment(c, row);
  const found = sql`${idSql(row)} is not null`;
  const values = rules.map((rule, n) => {
    const text = asText(valueSql(rule, environment), rule.type);
    return sql`${isOfRecord(rule) ? sql`case when ${found} then ${text} end` : text} as ${ident(`f${String(n)}`)}`;
  });
  const conditions = [sql`${idSql(row)} = ${ident(reading, 'record')}`, liveSql(row)];
  if (seen !== undefined) conditions.push(sql`${conditionSql(seen, environment)}`);
  const records =
    object === undefined ? sql`(select null::uuid as id) ${ident(row)} on false` : sql`${tableSql(c, object, row)} on ${allOf(conditions)}`;
  const definitions = names.map((_, n) => sql`${ident(`s${String(n)}`)} ${keyword('text[]')}`);
  const people = readers.map((each) => ({
    id: each.id,
    roles: each.roles,
    ...Object.fromEntries(names.map((name, n) => [`s${String(n)}`, each.slots[name] ?? []])),
  }));
  const statement = sql`
    select ${join([sql`${found} as seen`, ...values])}
    from json_to_recordset(${JSON.stringify(readings.map((each, i) => ({ i, ...each })))}::json) as ${ident(reading)}(i integer, reader uuid, record uuid)
      join json_to_recordset(${JSON.stringify(people)}::json) as ${ident(reader)}(${join([sql`id uuid, roles text[]`, ...definitions])}) on p.id = w.reader
      left join ${records}
    order by w.i`;
  const { rows } = await queryable.query(bind(toStatement(withColumns(statement, columns)), { ...slots }));
  return rows.map((each) => ({
    seen: each['seen'] === true,
    values: rules.map((rule, n) => fromText(each[`f${String(n)}`], rule.type)),
  }));
}

/** An active person whom something is to be told. */
export interface Receiver {
  readonly id: string;
  readonly email: string | null;
  /** Null: the tenant's. */
  readonly language: string | null;
  readonly timeZone: string | null;
}

/** By id; those who are inactive or in the bin are left out. */
export async function findReceivers(
  queryable: Queryable,
  target: ReadTarget,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Receiver>> {
  if (ids.length === 0) return new Map();
  const of = (field: string): Sql => {
    const [column] = fieldOf(target, 'user', field).columns;
    if (column === undefined) throw new TypeError(`The platform's user.${field} has no column.`);
    return ident('u', column.name);
  };
  const { rows } = await queryable.query(
    toStatement(
      sql`
        select u.id::text as id, ${of('email')} as email, ${of('language')} as language, ${of('timeZone')} as time_zone
        from ${tableSql(target, 'user', 'u')} where u.id = any(${ids}::uuid[]) and ${liveSql('u')} and ${of('active')}`,
      'receivers',
    ),
  );
  return new Map(
    rows.map((each) => {
      const id = String(each['id']);
      return [
        id,
        { id, email: textOrNull(each['email']), language: textOrNull(each['language']), timeZone: textOrNull(each['time_zone']) },
      ];
    }),
  );
}
