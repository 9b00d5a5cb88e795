// Decision tables: which rows match what is asked, and what comes out of them, for many askings in one statement.
import { bind, ident, join, keyword, slot, sql, toStatement, type Sql } from '@tessera/kernel';
import type { DecisionTableModel, FieldModel, TableInputModel } from '@tessera/metadata';
import { ruleSlots, sortSql, sqlType, type RuleType, type Value } from '@tessera/rules';
import { textOrNull } from '../row-text.ts';
import type { Queryable } from '../database.ts';
import { allOf, idSql, liveSql, notVoidSql } from '../query/columns.ts';
import { fieldOf, startCompilation, tableSql, type Compilation, type ReadTarget } from '../query/compilation.ts';
import { fieldSql, rowEnvironment } from '../query/environment.ts';
import { asText, fromText, type RuleSlots } from '../write/facts.ts';

/** Values by input, in the form of rules, and the day that counts; null: today. */
export interface DecisionAsked {
  readonly values: Readonly<Record<string, Value>>;
  readonly asOf: Value;
}

export interface DecisionFound {
  /** With `unique` no more than two are looked for, with `first` one. */
  readonly hits: number;
  /** Names of the rows, in their order. */
  readonly rows: readonly string[];
  /** What comes out; nothing but nulls and empty lists where no row matches. */
  readonly outputs: Readonly<Record<string, Value>>;
  /** The day that counted. */
  readonly asOf: string;
}

const [asked, row] = ['a', 't'];

/** A cell of the row. */
function cell(c: Compilation, { object }: DecisionTableModel, field: string): { readonly field: FieldModel; readonly value: Sql } {
  const model = fieldOf(c, object, field);
  return { field: model, value: fieldSql(c, model, row) };
}

/** An empty cell takes any value; no value fits empty cells only. */
function matchSql(c: Compilation, table: DecisionTableModel, input: TableInputModel, value: Sql): Sql {
  if (input.match === 'range') {
    const [from, to] = [cell(c, table, input.from).value, cell(c, table, input.to).value];
    return sql`(${from} is null or ${value} >= ${from}) and (${to} is null or ${value} < ${to})`;
  }
  const { value: own } = cell(c, table, input.field);
  if (input.match === 'in') return sql`(${own} is null or cardinality(${own}) = 0 or ${value} = any(${own}))`;
  return sql`(${own} is null or ${own} = ${value})`;
}

function validSql(c: Compilation, table: DecisionTableModel): readonly Sql[] {
  const { validFrom, validTo } = table;
  const day = ident(asked, 'day');
  const from = validFrom === undefined ? undefined : cell(c, table, validFrom).value;
  const to = validTo === undefined ? undefined : cell(c, table, validTo).value;
  return [
    ...(from === undefined ? [] : [sql`(${from} is null or ${from} <= ${day})`]),
    ...(to === undefined ? [] : [sql`(${to} is null or ${to} >= ${day})`]),
  ];
}

/** What an output has of each row; of a list, of its items. */
const rowType = (type: RuleType, { hit }: DecisionTableModel): RuleType => (hit === 'collect' && type.kind === 'list' ? type.of : type);

const limits: Readonly<Partial<Record<DecisionTableModel['hit'], string>>> = { first: 'limit 1', unique: 'limit 2' };

/** `hits`, `rows` and, for each output, `o0` … : a text, or with `collect` a list of texts. */
function foundSql(c: Compilation, table: DecisionTableModel): Sql {
  const environment = rowEnvironment(c, row);
  const inputs = Object.values(table.inputs).map((input, i) => matchSql(c, table, input, ident(asked, `v${String(i)}`)));
  const order = join([...sortSql(table.sort, environment), idSql(row)]);
  const outputs = Object.entries(table.outputs);
  const values = outputs.map(([name], i) => sql`${cell(c, table, name).value} as ${ident(`o${String(i)}`)}`);
  const where = allOf([liveSql(row), notVoidSql(row), ...inputs, ...validSql(c, table)]);
  const rows = sql`
    select row_number() over (order by ${order}) as n, ${cell(c, table, 'name').value}::text as name, ${join(values)}
    from ${tableSql(c, table.object, row)} where ${where} order by 1 ${keyword(limits[table.hit] ?? '')}`;
  const all = outputs.map(([, type], i) => {
    const value = ident('r', `o${String(i)}`);
    const text = asText(value, rowType(type, table));
    if (table.hit === 'sum') return sql`coalesce(sum(${value}), 0)::text as ${ident(`o${String(i)}`)}`;
    const list = sql`coalesce(array_agg(${text} order by r.n), '{}')`;
    return table.hit === 'collect' ? sql`${list} as ${ident(`o${String(i)}`)}` : sql`(${list})[1] as ${ident(`o${String(i)}`)}`;
  });
  const names = sql`coalesce(array_agg(r.name order by r.n) filter (where r.n <= 2), '{}') as rows`;
  return sql`select count(*)::int as hits, ${names}, ${join(all)} from (${rows}) r`;
}

type Row = Readonly<Record<string, unknown>>;

function foundOf(table: DecisionTableModel, found: Row): DecisionFound {
  const hits = Number(found['hits']);
  const outputs = Object.entries(table.outputs).map(([name, type], i): readonly [string, Value] => {
    const text = found[`o${String(i)}`];
    const each = rowType(type, table);
    if (Array.isArray(text)) return [name, text.map((item: unknown) => fromText(item, each))];
    return [name, hits === 0 ? null : fromText(text, each)];
  });
  const rows = (found['rows'] as readonly (string | null)[]).map((name) => name ?? '');
  return { hits, rows, outputs: Object.fromEntries(outputs), asOf: textOrNull(found['day']) ?? '' };
}

/** What the table has for each asking, in their order. Rows are those that are neither in the bin nor void. */
export async function askDecisionTable(
  queryable: Queryable,
  target: ReadTarget,
  table: DecisionTableModel,
  askings: readonly DecisionAsked[],
  slots: RuleSlots,
): Promise<readonly DecisionFound[]> {
  if (askings.length === 0) return [];
  const inputs = Object.values(table.inputs);
  const rows = askings.map(({ values, asOf }, i) => ({
    i,
    as_of: asOf,
    ...Object.fromEntries(inputs.map(({ name }, n) => [`v${String(n)}`, values[name] ?? null])),
  }));
  const columns = inputs.map(({ type }, n) => sql`${ident(`v${String(n)}`)} ${keyword(sqlType(type))}`);
  const today = sql`(${slot(ruleSlots.now)}::timestamptz at time zone ${slot(ruleSlots.zone)}::text)::date`;
  const c = startCompilation(target);
  const statement = toStatement(sql`
    select a.day::text as day, f.* from (
      select r.*, coalesce(r.as_of, ${today}) as day
      from json_to_recordset(${JSON.stringify(rows)}::json) as r(i integer, as_of date, ${join(columns)})) a
    cross join lateral (${foundSql(c, table)}) f order by a.i`);
  const { rows: found } = await queryable.query(bind(statement, { ...slots }));
  return found.map((each) => foundOf(table, each));
}
