// Works out expressions over records that are not written yet: what rules need beyond the record itself.
import { bind, ident, join, slot, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import { parseDecimal, type FieldModel, type ObjectModel } from '@tessera/metadata';
import type { Expression, RuleType, Value } from '@tessera/rules';
import { expressionSql } from '../query/environment.ts';
import type { Queryable } from '../database.ts';
import type { WriteTarget } from './kept.ts';
import { columnsOf, recordset, rowOf, recordFields, type RecordValues } from './record-rows.ts';

/** What the slots of compiled rules stand for. */
export interface RuleSlots {
  /** RFC 3339. */
  readonly now: string;
  readonly zone: string;
  readonly user: string | null;
  readonly roles: readonly string[];
}

/** A value as the text that `fromText` reads; null stays null. */
export function asText(value: Sql, type: RuleType): Sql {
  switch (type.kind) {
    case 'datetime':
      return sql`to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
    case 'list':
    case 'json':
      return sql`to_jsonb(${value})::text`;
    case 'null':
      return sql`null::text`;
    case 'text':
    case 'number':
    case 'boolean':
    case 'date':
    case 'time':
    case 'reference':
      return sql`(${value})::text`;
  }
}

export function fromText(text: unknown, type: RuleType): Value {
  if (typeof text !== 'string') return null;
  switch (type.kind) {
    case 'boolean':
      return text === 'true' || text === 't';
    case 'number':
      return parseDecimal(text) ?? null;
    case 'list':
    case 'json':
      return JSON.parse(text) as Value;
    case 'text':
    case 'date':
    case 'datetime':
    case 'time':
    case 'reference':
    case 'null':
      return text;
  }
}

/** A record as it is proposed, and as it was. */
export interface FactRecord {
  readonly record: RecordValues;
  readonly old?: RecordValues | undefined;
}

export interface FactsInput {
  readonly object: ObjectModel;
  readonly expressions: readonly Expression[];
  /** Tells the expressions apart from others that are asked of the object; without it the statement is for this once. */
  readonly key?: string | undefined;
  readonly records: readonly FactRecord[];
  readonly slots: RuleSlots;
}

const place = sql`i integer`;
// No rule has a slot with a colon in its name.
const [proposed, stored] = [slot('facts:rows'), slot('facts:olds')];

/** One statement for all expressions and all records: `i` and a column per expression. Frame 0 is the proposed record. */
function factsStatement(target: WriteTarget, { object, expressions, key, records, slots }: FactsInput): Statement {
  const fields = recordFields(object);
  const rows = records.map(({ record }, i) => ({ i, ...rowOf(fields, record) }));
  const olds = records.flatMap(({ old }, i) => (old === undefined ? [] : [{ i, ...rowOf(fields, old) }]));
  const build = (): Sql => {
    const definitions = columnsOf(fields);
    const columns = expressions.map(
      (expression, n) =>
        sql`${asText(expressionSql(target, expression, { rows: ['r'], old: 'o' }), expression.type)} as ${ident(`f${String(n)}`)}`,
    );
    return sql`
    select r.i, ${join(columns)}
    from ${recordset(proposed, definitions, 'r', [place])} left join ${recordset(stored, definitions, 'o', [place])} on o.i = r.i
    order by r.i`;
  };
  const statement = key === undefined ? toStatement(build()) : target.kept.get(target, object, `facts ${key}`, build);
  return bind(statement, { ...slots, 'facts:rows': JSON.stringify(rows), 'facts:olds': JSON.stringify(olds) });
}

/** The value of each expression for each record, in their order. */
export async function workOutFacts(
  queryable: Queryable,
  target: WriteTarget,
  input: FactsInput,
): Promise<readonly ReadonlyMap<Expression, Value>[]> {
  const { expressions, records } = input;
  if (expressions.length === 0 || records.length === 0) return records.map(() => new Map<Expression, Value>());
  const { rows } = await queryable.query(factsStatement(target, input));
  return rows.map((row) => new Map(expressions.map((expression, n) => [expression, fromText(row[`f${String(n)}`], expression.type)])));
}

/** A lookup's filter over records that are not written yet. */
export interface LookupFilter {
  readonly holder: ObjectModel;
  readonly field: FieldModel;
  readonly pointedTo: ObjectModel;
  /** Frame 0 is the holder, frame 1 the record pointed to. */
  readonly filter: Expression;
  readonly records: readonly RecordValues[];
  readonly slots: RuleSlots;
}

/** For each record, in order: does what it points to meet the filter. */
export async function lookupsFit(queryable: Queryable, target: WriteTarget, lookup: LookupFilter): Promise<readonly boolean[]> {
  const { holder, field, pointedTo, filter, records, slots } = lookup;
  const fields = recordFields(holder);
  const rows = records.map((record, i) => ({ i, ...rowOf(fields, record) }));
  const statement = target.kept.get(target, filter, `fits ${holder.name} ${field.name}`, () => {
    const column = ident('r', field.columns[0]?.name ?? '');
    return sql`
    select exists (
        select 1 from ${ident(target.schema, pointedTo.table)} t
        where t.id = ${column} and t.deleted_at is null and ${expressionSql(target, filter, { rows: ['r', 't'] })}) as fits
    from ${recordset(proposed, columnsOf(fields), 'r', [place])} order by r.i`;
  });
  const answer = await queryable.query(bind(statement, { ...slots, 'facts:rows': JSON.stringify(rows) }));
  return answer.rows.map((row) => row['fits'] === true);
}
