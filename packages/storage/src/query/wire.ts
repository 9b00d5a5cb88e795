// Values as the wire has them: each field's JSON text in SQL.
import { ident, join, keyword, sql, textLiteral, type Sql } from '@tessera/kernel';
import type { FieldModel, WireKind } from '@tessera/metadata';
import type { Expression, RuleType } from '@tessera/rules';
import { columnSql } from './columns.ts';
import { fieldOf, type Compilation, type ReadTarget } from './compilation.ts';
import { fieldSql, pathSql, rowEnvironment, valueSql } from './environment.ts';
import { jsonArrayOf, jsonSql, orNull, type Json } from './json.ts';
import type { Selection } from './query.ts';

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

type FieldSelection = Extract<Selection, { kind: 'field' }>;

/** A field of the row `alias` as JSON, as the selection wants it: masked, or worked out for this reader. */
export function fieldJson(
  c: Compilation,
  field: FieldModel,
  alias: string,
  { masked, computed, among }: Pick<FieldSelection, 'masked' | 'computed' | 'among'>,
): Json {
  // A secret is read by nobody: whoever may select it sees its end.
  if (masked === true || field.wire === 'secret') return [orNull(maskedText(c, field, alias))];
  if (field.type === 'id') return ['"', sql`${columnSql(alias, 'id')}::text`, '"'];
  return [orNull(fieldText(c, field, alias, computed, among))];
}

function fieldText(c: Compilation, field: FieldModel, alias: string, computed?: Expression, among?: readonly string[]): Sql {
  const [column] = field.columns;
  if (field.wire === 'secret') return sql`null::text`;
  if (computed === undefined) {
    if (field.wire === 'anyReference' && column !== undefined) return anyReferenceSql(field, alias, among);
    if (column !== undefined) return wireSql(columnSql(alias, column.name), field.wire);
  }
  // A quote comes out as what it quotes, which may be a polymorphic lookup.
  const path = computed ?? field.quote?.path;
  if (field.quote !== undefined && path?.node === 'path') {
    return pathSql(c, { rows: [alias] }, path, (quotedField, row) => fieldText(c, quotedField, row, path.computed, among));
  }
  const value = fieldSql(c, field, alias, computed);
  return wireSql(field.wire === 'number' ? sql`trim_scale(${value})` : value, field.wire);
}

const mask = textLiteral('••••');
/** Of fewer characters the last four would be half of the text or more. */
const fewest = keyword('8');
const shown = keyword('4');

/** The mask of a text, with what it lets through of a long one; null stays null. */
function maskedText(c: Compilation, field: FieldModel, alias: string): Sql {
  const [column] = field.columns;
  if (field.wire === 'secret') {
    if (column === undefined) return sql`null::text`;
    // What is sealed is not read here: whoever sealed it left the end of a long one in clear, as the fourth part.
    const sealed = columnSql(alias, column.name);
    return sql`case when ${sealed} is not null then to_json(${mask} || split_part(${sealed}, '.', 4))::text end`;
  }
  const value = fieldSql(c, field, alias);
  return sql`case when char_length(${value}) >= ${fewest} then to_json(${mask} || right(${value}, ${shown}))::text when ${value} is not null then to_json(${mask}::text)::text end`;
}

function anyReferenceSql(field: FieldModel, alias: string, among?: readonly string[]): Sql {
  const cases = field.columns.map((column) => {
    const id = columnSql(alias, column.name);
    const target = column.references ?? '';
    const object = JSON.stringify({ object: among === undefined || among.includes(target) ? target : null }).slice(0, -1);
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
  const value = valueSql(expression, rowEnvironment(c, alias));
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
