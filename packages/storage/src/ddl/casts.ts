// Which column types turn into which: what a value becomes, and which values cannot.
import { keyword, sql, textLiteral, type Sql } from '@tessera/kernel';
import type { ColumnType } from '@tessera/metadata';
import { typeText } from './column-types.ts';

/** How the values of a column become those of another type. */
export type Cast =
  | { readonly how: 'same' }
  /** PostgreSQL changes the type in its catalogue alone. */
  | { readonly how: 'alter' }
  /** A new column is filled. Both take a column that is not null. */
  | {
      readonly how: 'convert';
      readonly value: (column: Sql) => Sql;
      /** True for values that would be lost or changed; such rows stop the change. undefined: all can be converted. */
      readonly refused: ((column: Sql) => Sql) | undefined;
    };

type Kind = ColumnType['kind'];
type Make = (from: ColumnType, to: ColumnType, timeZone: string) => Cast;

const convert = (value: (column: Sql) => Sql, refused?: (column: Sql) => Sql): Cast => ({ how: 'convert', value, refused });
const plain =
  (value: (column: Sql) => Sql): Make =>
  () =>
    convert(value);

/**
 * The way from one column type to another; undefined where there is none.
 * @param timeZone IANA name: where a day begins when dates become times
 */
export function castBetween(from: ColumnType, to: ColumnType, timeZone: string): Cast | undefined {
  if (typeText(from) === typeText(to)) return { how: 'same' };
  return casts[`${from.kind}>${to.kind}`]?.(from, to, timeZone);
}

// One row per allowed change; whatever is not here is impossible.
const casts: Partial<Record<`${Kind}>${Kind}`, Make>> = {
  'numeric>numeric': narrowNumeric,
  'integer>numeric': (_from, to) =>
    convert(
      (c) => sql`${c}::${keyword(typeText(to))}`,
      (c) => outOfRange(c, to),
    ),
  'numeric>integer': () =>
    convert(
      (c) => sql`${c}::integer`,
      (c) => sql`(${c} <> trunc(${c}) or abs(${c}) > 2147483647)`,
    ),
  'text>numeric': (_from, to) =>
    convert(
      (c) => sql`nullif(btrim(${c}), '')::${keyword(typeText(to))}`,
      (c) => unlessBlank(c, sql`case when ${matches(c, numberPattern)} then ${outOfRange(sql`${c}::numeric`, to)} else true end`),
    ),
  'text>date': () =>
    convert(
      (c) => sql`nullif(btrim(${c}), '')::date`,
      (c) => unlessBlank(c, sql`case when ${matches(c, datePattern)} then not ${isDay(c)} else true end`),
    ),
  'text>datetime': () =>
    convert(
      (c) => sql`nullif(btrim(${c}), '')::timestamptz`,
      (c) => unlessBlank(c, sql`case when ${matches(c, datetimePattern)} then not ${isDay(c)} else true end`),
    ),
  'text>time': () =>
    convert(
      (c) => sql`nullif(btrim(${c}), '')::time(0)`,
      (c) => unlessBlank(c, sql`not ${matches(c, timePattern)}`),
    ),
  'text>boolean': () =>
    convert(
      (c) => sql`(lower(btrim(${c})) in ('true', 't', 'yes', 'y', '1'))`,
      (c) => unlessBlank(c, sql`lower(btrim(${c})) not in ('true', 't', 'yes', 'y', '1', 'false', 'f', 'no', 'n', '0')`),
    ),
  'text>textList': plain((c) => sql`case when ${c} = '' then null else array[${c}] end`),
  'textList>text': () =>
    convert(
      (c) => sql`${c}[1]`,
      (c) => sql`cardinality(${c}) > 1`,
    ),
  'numeric>text': plain((c) => sql`trim_scale(${c})::text`),
  'integer>text': plain((c) => sql`${c}::text`),
  'boolean>text': plain((c) => sql`${c}::text`),
  'date>text': plain((c) => sql`to_char(${c}, 'YYYY-MM-DD')`),
  'time>text': plain((c) => sql`${c}::text`),
  'datetime>text': plain((c) => sql`to_char(${c} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`),
  'uuid>text': plain((c) => sql`${c}::text`),
  'text>uuid': () =>
    convert(
      (c) => sql`nullif(btrim(${c}), '')::uuid`,
      (c) => unlessBlank(c, sql`not ${matches(c, uuidPattern)}`),
    ),
  'boolean>numeric': (_from, to) =>
    convert(
      (c) => sql`(case when ${c} then 1 else 0 end)::${keyword(typeText(to))}`,
      (c) => outOfRange(sql`(case when ${c} then 1 else 0 end)`, to),
    ),
  'boolean>integer': plain((c) => sql`case when ${c} then 1 else 0 end`),
  'numeric>boolean': () =>
    convert(
      (c) => sql`(${c} = 1)`,
      (c) => sql`${c} not in (0, 1)`,
    ),
  'integer>boolean': () =>
    convert(
      (c) => sql`(${c} = 1)`,
      (c) => sql`${c} not in (0, 1)`,
    ),
  'date>datetime': (_from, _to, zone) => convert((c) => sql`(${c}::timestamp at time zone ${textLiteral(zone)})`),
  'datetime>date': (_from, _to, zone) =>
    convert(
      (c) => sql`(${c} at time zone ${textLiteral(zone)})::date`,
      (c) => sql`(${c} at time zone ${textLiteral(zone)})::time <> '00:00'`,
    ),
};

function narrowNumeric(from: ColumnType, to: ColumnType): Cast {
  if (from.kind !== 'numeric' || to.kind !== 'numeric') throw new TypeError('Two numeric types are needed.');
  // Only with the same scale does PostgreSQL leave the rows alone; another scale is written into every value.
  if (to.scale === from.scale && to.precision >= from.precision) return { how: 'alter' };
  const widened = to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
  return convert((c) => sql`${c}::${keyword(typeText(to))}`, widened ? undefined : (c) => outOfRange(c, to));
}

/** True for numbers that would lose digits: behind the point (nothing is rounded) or before it. */
function outOfRange(column: Sql, to: ColumnType): Sql {
  if (to.kind !== 'numeric') throw new TypeError('A numeric type is needed.');
  const limit = keyword(`1e${String(to.precision - to.scale)}`);
  return sql`(${column} <> round(${column}, ${keyword(String(to.scale))}) or abs(${column}) >= ${limit}::numeric)`;
}

// More digits than any numeric of ours would be refused anyway, and the limit keeps the cast from overflowing.
const numberPattern = '^\\s*[-+]?\\d{1,100}(\\.\\d{0,100})?\\s*$';
const day = '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])';
const clock = '([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,6})?)?';
const datePattern = `^\\s*${day}\\s*$`;
const timePattern = '^\\s*([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?\\s*$';
const datetimePattern = `^\\s*${day}[T ]${clock}(Z|[-+](0\\d|1[0-4]):?[0-5]\\d)\\s*$`;
const uuidPattern = '^\\s*[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\\s*$';

function matches(column: Sql, pattern: string): Sql {
  return sql`${column} ~ ${textLiteral(pattern)}`;
}

function unlessBlank(column: Sql, refused: Sql): Sql {
  return sql`(btrim(${column}) <> '' and ${refused})`;
}

/** Whether a text that begins like a date is one: 2026-02-30 is not. Month and day are in 1–12 and 1–31 already. */
function isDay(column: Sql): Sql {
  const part = (start: number, length: number): Sql =>
    sql`substr(btrim(${column}), ${keyword(String(start))}, ${keyword(String(length))})::integer`;
  const first = sql`make_date(${part(1, 4)}, ${part(6, 2)}, 1)`;
  return sql`(${part(1, 4)} > 0 and case when ${part(1, 4)} > 0 then extract(month from ${first} + (${part(9, 2)} - 1)) = ${part(6, 2)} else false end)`;
}
