// Aggregate queries as a JSON array of groups: values are worked out per record first, then grouped, filtered, ordered and cut.
import { ident, join, keyword, slot, sql, textLiteral, type Sql } from '@tessera/kernel';
import type { WireKind } from '@tessera/metadata';
import { aggregateSql, conditionSql, sqlType, type RuleType, type SqlEnvironment } from '@tessera/rules';
import { allOf, columnSql, deletedSql } from './columns.ts';
import { tableSql, type Compilation } from './compilation.ts';
import { rowEnvironment, valueSql } from './environment.ts';
import { jsonArrayOf, jsonConstant, jsonObject, jsonSql, orNull, type Json } from './json.ts';
import { collated } from './order.ts';
import type { Link } from './page.ts';
import type { AggregateQuery, AggregateSelection, GroupKey, HavingCondition, Measure } from './query.ts';
import { wireOf, wireSql } from './wire.ts';

/** A column of the groups: `g0` … for the keys, `m0` … for the measures. */
interface Output {
  readonly column: string;
  readonly type: RuleType;
  readonly wire: WireKind;
}

/** The groups of an aggregate query. */
export function aggregateJson(c: Compilation, query: AggregateQuery, link?: Link): Json {
  const [row, values, groups, shown] = [c.nextAlias(), c.nextAlias(), c.nextAlias(), c.nextAlias()];
  const environment = rowEnvironment(c, row);
  const where = [...(link === undefined ? [] : [link(row)]), ...deletedSql(row, query.deleted)];
  if (query.where !== undefined) where.push(conditionSql(query.where, environment));

  const perRecord = sql`select ${valuesSql(query, environment)} from ${tableSql(c, query.object, row)} where ${allOf(where)}`;
  const keys = query.groupBy.map((_, i) => columnSql(values, `g${String(i)}`));
  const columns = [
    ...keys.map((key, i) => sql`${key} as ${ident(`g${String(i)}`)}`),
    ...query.measures.map((measure, i) => sql`${measureSql(measure, columnSql(values, `v${String(i)}`))} as ${ident(`m${String(i)}`)}`),
    sql`1 as one`,
  ];
  const grouping = keys.length === 0 ? sql`` : sql` group by ${join(keys)}`;
  const grouped = sql`select ${join(columns)} from (${perRecord}) ${ident(values)}${grouping}`;

  const outputs = outputsOf(c, query);
  const having = query.having === undefined ? sql`` : sql` where ${havingSql(outputs, groups, query.having)}`;
  const cut = sql`select * from (${grouped}) ${ident(groups)}${having} ${orderSql(c, query, outputs, groups)} limit ${query.first}`;
  const element = groupJson(outputs, shown, query.output);
  return [sql`(select ${jsonSql(jsonArrayOf(element))} from (${cut}) ${ident(shown)})`];
}

/** Per record: group keys as `g`, measured values as `v`. So a parameter of a key occurs but once, as grouping wants it. */
function valuesSql(query: AggregateQuery, environment: SqlEnvironment): Sql {
  const columns = query.groupBy.map((key, i) => sql`${bucketSql(key, environment)} as ${ident(`g${String(i)}`)}`);
  query.measures.forEach((measure, i) => columns.push(sql`${measuredSql(measure, environment)} as ${ident(`v${String(i)}`)}`));
  return columns.length === 0 ? sql`1 as one` : join(columns);
}

function bucketSql({ by, bucket }: GroupKey, environment: SqlEnvironment): Sql {
  const value = valueSql(by, environment);
  if (bucket === undefined) return value;
  const local = by.type.kind === 'datetime' ? sql`(${value}) at time zone ${slot('zone')}::text` : sql`(${value})::timestamp`;
  return sql`date_trunc(${textLiteral(bucket)}, ${local})::date`;
}

/** A measure's value of one record; null, which every function passes over, where its own filter does not hold. */
function measuredSql(measure: Measure, environment: SqlEnvironment): Sql {
  const value = measure.value === undefined ? sql`true` : valueSql(measure.value, environment);
  return measure.where === undefined ? value : sql`case when ${conditionSql(measure.where, environment)} then ${value} end`;
}

function measureSql(measure: Measure, value: Sql): Sql {
  // Without a value each record counts, and each is distinct.
  const name = measure.value === undefined && measure.function === 'countDistinct' ? 'count' : measure.function;
  return aggregateSql(name, measure.value?.type ?? { kind: 'boolean' }, value, value);
}

function outputsOf(c: Compilation, query: AggregateQuery): ReadonlyMap<string, Output> {
  const outputs = new Map<string, Output>();
  query.groupBy.forEach(({ name, by, bucket }, i) => {
    const type: RuleType = bucket === undefined ? by.type : { kind: 'date' };
    outputs.set(name, { column: `g${String(i)}`, type, wire: bucket === undefined ? wireOf(c, by) : 'date' });
  });
  query.measures.forEach((measure, i) => {
    const ends = measure.function === 'min' || measure.function === 'max';
    const type = ends && measure.value !== undefined ? measure.value.type : ({ kind: 'number' } as const);
    outputs.set(measure.name, { column: `m${String(i)}`, type, wire: measureWire(c, measure) });
  });
  return outputs;
}

/** Counts are numbers; sums and means are strings always, however small; least and greatest look as their field does. */
function measureWire(c: Compilation, measure: Measure): WireKind {
  if (measure.function === 'count' || measure.function === 'countDistinct') return 'integer';
  if (measure.function === 'sum' || measure.function === 'avg' || measure.value === undefined) return 'decimal';
  return wireOf(c, measure.value);
}

function outputOf(outputs: ReadonlyMap<string, Output>, name: string): Output {
  const output = outputs.get(name);
  if (output === undefined) throw new TypeError(`The aggregate has no ${name}.`);
  return output;
}

/** Null-safe and two-valued, as rules compare. */
function havingSql(outputs: ReadonlyMap<string, Output>, groups: string, condition: HavingCondition): Sql {
  if (condition.kind === 'not') return sql`(not ${havingSql(outputs, groups, condition.condition)})`;
  if (condition.kind !== 'compare') {
    if (condition.conditions.length === 0) return condition.kind === 'and' ? sql`true` : sql`false`;
    const all = condition.conditions.map((each) => havingSql(outputs, groups, each));
    return sql`(${join(all, condition.kind === 'and' ? ' and ' : ' or ')})`;
  }
  return comparisonSql(outputOf(outputs, condition.measure), groups, condition);
}

function comparisonSql(output: Output, groups: string, condition: Extract<HavingCondition, { kind: 'compare' }>): Sql {
  const measure = columnSql(groups, output.column);
  const value = sql`${condition.value}::${keyword(sqlType(output.type))}`;
  switch (condition.operator) {
    case '==':
      return sql`(${measure} is not distinct from ${value})`;
    case '!=':
      return sql`(${measure} is distinct from ${value})`;
    case '<':
      return sql`coalesce(${measure} < ${value}, false)`;
    case '<=':
      return sql`coalesce(${measure} <= ${value}, false)`;
    case '>':
      return sql`coalesce(${measure} > ${value}, false)`;
    case '>=':
      return sql`coalesce(${measure} >= ${value}, false)`;
  }
}

function orderSql(c: Compilation, query: AggregateQuery, outputs: ReadonlyMap<string, Output>, groups: string): Sql {
  const names = new Set(query.orderBy.map(({ name }) => name));
  // The groups last: their order must not be chance where measures tie.
  const rest = query.groupBy.filter(({ name }) => !names.has(name)).map(({ name }) => ({ name, descending: false }));
  const keys = [...query.orderBy, ...rest].map(({ name, descending }) => {
    const output = outputOf(outputs, name);
    return sql`${collated(c, columnSql(groups, output.column), output.type)}${keyword(descending ? ' desc' : '')}`;
  });
  return keys.length === 0 ? sql`` : sql`order by ${join(keys)}`;
}

function groupJson(outputs: ReadonlyMap<string, Output>, shown: string, selections: readonly AggregateSelection[]): Json {
  return jsonObject(
    selections.map((selection) => {
      switch (selection.kind) {
        case 'constant':
          return [selection.as, jsonConstant(selection.value)] as const;
        case 'object':
          return [selection.as, groupJson(outputs, shown, selection.selections)] as const;
        default: {
          const { column, wire } = outputOf(outputs, selection.name);
          return [selection.as, [orNull(wireSql(columnSql(shown, column), wire))]] as const;
        }
      }
    }),
  );
}
