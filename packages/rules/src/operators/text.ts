// Text: by code points, case-sensitive, the same in JavaScript and in PostgreSQL.
import { join, keyword, sql, textLiteral, type Sql } from '@tessera/kernel';
import { formatDecimal, parseDecimal } from '../decimal.ts';
import type { Value } from '../expression.ts';
import { bindOnce, wholeSql } from '../sql-parts.ts';
import { number, text } from '../types.ts';
import { codePointLength, maxTextLength, normalized, whiteSpace } from '../unicode.ts';
import { wholeOf } from './counts.ts';
import { isConstant, takes, type Operator } from './operator.ts';
import { searchOperators } from './search.ts';

const spacesSql = textLiteral(whiteSpace);
const spaceRunSql = textLiteral(`[${whiteSpace}]+`);

/** Case by the full Unicode rules, as ECMAScript has them; PostgreSQL's own `lower` would go by the database's locale. */
const unicodeCase = (name: 'lower' | 'upper', value: Sql): Sql => sql`(${keyword(name)}((${value}) collate "und-x-icu") collate "C")`;

/** A function of one text, which null passes through. */
function ofText(row: Pick<Operator, 'name' | 'doc' | 'examples'>, js: (value: string) => string, toSql: (value: Sql) => Sql): Operator {
  return {
    ...row,
    signature: `${row.name}(text)`,
    nulls: 'Null for null.',
    arity: [1, 1],
    type: takes([text], text),
    js: ([value]) => (typeof value === 'string' ? js(value) : null),
    sql: (call) => toSql(call.collated(0)),
  };
}

/** The text, or null where it would be longer than texts may get. */
const limited = (value: string): Value => (codePointLength(value) > maxTextLength ? null : value);

const concat: Operator = {
  name: 'concat',
  aliases: ['cat'],
  signature: 'concat(text, …)',
  doc: 'The texts one after the other. Other types are put in by `text`. Null where the result had more than 1,000,000 characters.',
  nulls: 'A null counts as the empty text.',
  examples: [{ rule: { concat: [{ var: 'name' }, ' ', { var: 'missingText' }] }, gives: 'Acme ' }],
  arity: [1, 100],
  type: takes([text], text),
  js: (args) => limited(args.map((arg) => (typeof arg === 'string' ? arg : '')).join('')),
  sql: (call) => {
    const parts = call.call.arguments.map((arg, i) => (isConstant(arg) ? call.value(i) : sql`coalesce(${call.collated(i)}, '')`));
    const limit = keyword(String(maxTextLength));
    return bindOnce([sql`(${join(parts, ' || ')}) collate "C"`], (whole) => sql`case when length(${whole}) <= ${limit} then ${whole} end`);
  },
};

const length: Operator = {
  name: 'length',
  signature: 'length(text or list)',
  doc: 'The number of code points of a text, or of entries of a list.',
  nulls: 'Null for null.',
  examples: [{ rule: { length: '商机😀' }, gives: '3' }],
  arity: [1, 1],
  type: (site) => site.call(number, [site.checkKind(0, ['text', 'list'])]),
  js: ([value = null]) => {
    if (Array.isArray(value)) return String(value.length);
    return typeof value === 'string' ? String(codePointLength(value)) : null;
  },
  sql: (call) =>
    call.call.arguments[0]?.type.kind === 'list' ? sql`cardinality(${call.value(0)})::numeric` : sql`length(${call.collated(0)})::numeric`,
};

/** `left` and `right` as PostgreSQL has them: a negative count leaves off so many at the other end. */
function end(
  name: 'left' | 'right',
  doc: string,
  example: Operator['examples'][number],
  js: (points: string[], count: number) => string[],
): Operator {
  return {
    name,
    signature: `${name}(text, count)`,
    doc,
    nulls: 'Null where one is null, and for counts beyond ±1,000,000. A count is cut to a whole number.',
    examples: [example],
    arity: [2, 2],
    type: takes([text, number], text),
    js: ([value, n]) => {
      const count = wholeOf(n, maxTextLength);
      return typeof value === 'string' && count !== undefined ? js(Array.from(value), count).join('') : null;
    },
    sql: (call) => sql`${keyword(name)}(${call.collated(0)}, ${wholeSql(call.value(1), maxTextLength)})`,
  };
}

const leftOf = (points: string[], count: number): string[] => points.slice(0, count);
const rightOf = (points: string[], count: number): string[] => (count === 0 ? [] : points.slice(-count));

const substr: Operator = {
  name: 'substr',
  signature: 'substr(text, start, length?)',
  doc: 'A part, counted in code points from 0. A negative start counts from the end; a negative length leaves off so many at the end.',
  nulls: 'Null where one is null, and for numbers beyond ±1,000,000. Numbers are cut to whole ones.',
  examples: [
    { rule: { substr: ['jsonlogic', 4] }, gives: 'logic' },
    { rule: { substr: ['jsonlogic', -5, 3] }, gives: 'log' },
    { rule: { substr: ['jsonlogic', 4, -2] }, gives: 'log' },
  ],
  arity: [2, 3],
  type: takes([text, number, number], text),
  js: ([value, from, count]) => {
    const start = wholeOf(from, maxTextLength);
    const size = count === undefined ? maxTextLength : wholeOf(count, maxTextLength);
    if (typeof value !== 'string' || start === undefined || size === undefined) return null;
    return leftOf(Array.from(value).slice(start), size).join('');
  },
  sql: (call) => {
    const start = wholeSql(call.value(1), maxTextLength);
    const part = bindOnce(
      [call.collated(0), start],
      (value, from) => sql`case when ${from} < 0 then right(${value}, - ${from}) else substr(${value}, ${from} + 1) end`,
    );
    return call.values.length < 3 ? part : sql`left(${part}, ${wholeSql(call.value(2), maxTextLength)})`;
  },
};

/** Of an empty text, as of an empty separator, the whole is the one part. */
const partsOf = (value: string, separator: string): string[] => (separator === '' || value === '' ? [value] : value.split(separator));

const part: Operator = {
  name: 'part',
  signature: 'part(text, separator, number)',
  doc: 'One of the parts between the separators, counted from 1; a negative number counts from the end.',
  nulls: 'Null where one is null, and where there is no such part. A number is cut to a whole one.',
  examples: [
    { rule: { part: ['Ada Lovelace', ' ', 1] }, gives: 'Ada' },
    { rule: { part: ['a-b-c', '-', -1] }, gives: 'c' },
    { rule: { part: ['a-b-c', '-', 4] }, gives: null },
  ],
  arity: [3, 3],
  type: takes([text, text, number], text),
  js: ([value, separator, n]) => {
    const place = wholeOf(n, maxTextLength);
    if (typeof value !== 'string' || typeof separator !== 'string' || place === undefined || place === 0) return null;
    return partsOf(value, separator).at(place > 0 ? place - 1 : place) ?? null;
  },
  sql: (call) => {
    const parts = sql`case when ${call.value(0)} = '' then array['']::text[] else string_to_array(${call.collated(0)}, ${call.value(1)}) end`;
    return bindOnce([parts, call.value(1), wholeSql(call.value(2), maxTextLength)], (all, separator, place) => {
      const at = sql`case when ${place} > 0 then ${place} else cardinality(${all}) + 1 + ${place} end`;
      return sql`case when ${separator} is not null and ${place} <> 0 then (${all})[${at}] end`;
    });
  },
};

const textOf: Operator = {
  name: 'text',
  signature: 'text(value)',
  doc: 'The value as text: a number without exponent and trailing zeros, a date as 2026-03-02, a date with time as 2026-03-02T08:00:00.000Z, a time as 08:00:00, true and false, the id of a reference.',
  nulls: 'Null for null.',
  examples: [{ rule: { text: { '+': [{ var: 'amount' }, '0.50'] } }, gives: '13' }],
  arity: [1, 1],
  type: (site) => site.call(text, [site.checkKind(0, ['text', 'number', 'boolean', 'date', 'datetime', 'time', 'reference'])]),
  js: ([value = null], { call }) => {
    if (typeof value === 'boolean') return String(value);
    const decimal = call.arguments[0]?.type.kind === 'number' && typeof value === 'string' ? parseDecimal(value) : undefined;
    return decimal === undefined ? value : formatDecimal(decimal);
  },
  sql: (call) => {
    const value = call.value(0);
    switch (call.call.arguments[0]?.type.kind) {
      case 'number':
        return sql`trim_scale(${value})::text`;
      case 'date':
        return sql`to_char(${value}, 'YYYY-MM-DD')`;
      case 'datetime':
        return sql`to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
      case 'time':
        return sql`to_char(${value}, 'HH24:MI:SS')`;
      default:
        return sql`(${value})::text`;
    }
  },
};

const numeral = /^-?[0-9]{1,40}(?:\.[0-9]{1,20})?$/;

const numberOf: Operator = {
  name: 'number',
  signature: 'number(text)',
  doc: 'The number that a text writes in plain digits: an optional minus, up to 40 digits, and after a point up to 20.',
  nulls: 'Null for null, and for a text that is no such number.',
  examples: [
    { rule: { number: '-12.50' }, gives: '-12.5' },
    { rule: { number: '12 pieces' }, gives: null },
  ],
  arity: [1, 1],
  type: takes([text], number),
  js: ([value]) => {
    const decimal = typeof value === 'string' && numeral.test(value) ? parseDecimal(value) : undefined;
    return decimal === undefined ? null : formatDecimal(decimal);
  },
  sql: (call) =>
    bindOnce([call.collated(0)], (value) => sql`case when ${value} ~ ${textLiteral(numeral.source)} then ${value}::numeric end`),
};

export const textOperators: readonly Operator[] = [
  concat,
  ofText(
    { name: 'lower', doc: 'In lower case.', examples: [{ rule: { lower: 'ÄCME' }, gives: 'äcme' }] },
    (value) => value.toLowerCase(),
    (value) => unicodeCase('lower', value),
  ),
  ofText(
    { name: 'upper', doc: 'In upper case.', examples: [{ rule: { upper: 'straße' }, gives: 'STRASSE' }] },
    (value) => value.toUpperCase(),
    (value) => unicodeCase('upper', value),
  ),
  ofText(
    {
      name: 'trim',
      doc: 'Without white space at its ends (that of Unicode: the ideographic space too).',
      examples: [{ rule: { trim: ' \u3000Acme\n' }, gives: 'Acme' }],
    },
    (value) => value.trim(),
    (value) => sql`btrim(${value}, ${spacesSql})`,
  ),
  ofText(
    {
      name: 'normalized',
      doc: 'For comparing what people typed: NFKC (full-width letters become plain), lower case, white space as single blanks, none at the ends.',
      examples: [{ rule: { normalized: '  ＡＣＭＥ \t Ltd ' }, gives: 'acme ltd' }],
    },
    normalized,
    (value) => sql`btrim(regexp_replace(${unicodeCase('lower', sql`normalize(${value}, NFKC)`)}, ${spaceRunSql}, ' ', 'g'))`,
  ),
  length,
  substr,
  end(
    'left',
    'The first characters; with a negative count all but the last so many.',
    { rule: { left: ['Acme', 2] }, gives: 'Ac' },
    leftOf,
  ),
  end(
    'right',
    'The last characters; with a negative count all but the first so many.',
    { rule: { right: ['Acme', -1] }, gives: 'cme' },
    rightOf,
  ),
  part,
  ...searchOperators,
  textOf,
  numberOf,
];
