// Values as the wire has them: each field's JSON text in SQL.
import { ident, join, sql, type Sql } from '@tessera/kernel';
import type { FieldModel, WireKind } from '@tessera/metadata';
import { toSql, type Expression, type RuleType } from '@tessera/rules';
import { columnSql } from './columns.ts';
import { fieldOf, type Compilation, type ReadTarget } from './compilation.ts';
import { fieldSql, pathSql, rowEnvironment } from './environment.ts';
import { jsonArrayOf, jsonSql, orNull, type Json } from './json.ts';

/** A value's JSON text; null stays SQL's null. */
export function wireSql(value: Sql, wire: WireKind): Sql {
  switch (wire) {
    case 'text':
    case 'date':
    case 'textList':
      return sql`to_json(${value})::text`;
    case 'number':
    case 'integer':
    case 'boolean':
    case 'json':
      return sql`(${value})::text`;
    case 'decimal':
      return quoted(sql`trim_scale(${value})::text`);
    case 'datetime':
      return quoted(sql`to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
    case 'time':
      return quoted(sql`to_char(${value}, 'HH24:MI:SS')`);
    // Of a polymorphic lookup only the id is at hand here, as in groups.
    case 'anyReference':
    case 'reference':
      return quoted(sql`(${value})::text`);
    case 'secret':
      return sql`null::text`;
  }
}

/** For values that hold nothing that JSON escapes. */
function quoted(value: Sql): Sql {
  return sql`('"' || ${value} || '"')`;
}

/** A field of the row `alias` as JSON. */
export function fieldJson(c: Compilation, field: FieldModel, alias: string): Json {
  if (field.wire === 'secret') return ['null'];
  if (field.type === 'id') return ['"', sql`${columnSql(alias, 'id')}::text`, '"'];
  return [orNull(fieldText(c, field, alias))];
}

function fieldText(c: Compilation, field: FieldModel, alias: string): Sql {
  const [column] = field.columns;
  if (field.wire === 'secret') return sql`null::text`;
  if (field.wire === 'anyReference' && field.columns.length > 0) return anyReferenceSql(field, alias);
  if (column !== undefined) return wireSql(columnSql(alias, column.name), field.wire);
  // A quote comes out as what it quotes, which may be a polymorphic lookup.
  if (field.quote !== undefined) {
    return pathSql(c, { rows: [alias] }, field.quote.path, (quotedField, row) => fieldText(c, quotedField, row));
  }
  const value = fieldSql(c, field, alias);
  return wireSql(field.wire === 'number' ? sql`trim_scale(${value})` : value, field.wire);
}

function anyReferenceSql(field: FieldModel, alias: string): Sql {
  const cases = field.columns.map((column) => {
    const id = columnSql(alias, column.name);
    const object = JSON.stringify({ object: column.references ?? '' }).slice(0, -1);
    return sql`when ${id} is not null then ${jsonSql([`${object},"id":"`, sql`${id}::text`, '"}'])}`;
  });
  return sql`case ${join(cases, ' ')} end`;
}

/** How an expression's value looks on the wire: as the field that it is, else by its type; computed decimals are strings. */
export function wireOf(target: ReadTarget, expression: Expression): WireKind {
  const step = expression.node === 'path' ? expression.steps.at(-1) : undefined;
  if (step !== undefined && step.object !== '') {
    const { wire } = fieldOf(target, step.object, step.field);
    return wire === 'anyReference' ? 'reference' : wire;
  }
  return wireOfType(expression.type);
}

export function wireOfType(type: RuleType): WireKind {
  switch (type.kind) {
    case 'number':
      return 'decimal';
    case 'list':
      return 'textList';
    case 'null':
      return 'text';
    default:
      return type.kind;
  }
}

/** A rule over the row `alias` as JSON. */
export function expressionJson(c: Compilation, expression: Expression, alias: string): Json {
  const value = toSql(expression, rowEnvironment(c, alias));
  const { type } = expression;
  if (type.kind === 'list' && type.of.kind !== 'text') return [listSql(c, value, wireOfType(type.of))];
  return [orNull(wireSql(value, wireOf(c, expression)))];
}

/** Lists of anything but texts: PostgreSQL would write decimals as numbers, and instants in the zone of its session. */
function listSql(c: Compilation, value: Sql, wire: WireKind): Sql {
  const each = c.nextAlias();
  const element = orNull(wireSql(columnSql(each, 'v'), wire));
  const array = jsonSql(jsonArrayOf([element], { order: columnSql(each, 'n') }));
  return sql`(select ${array} from unnest(${value}) with ordinality as ${ident(each)} (v, n))`;
}
