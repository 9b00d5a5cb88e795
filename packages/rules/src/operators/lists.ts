// Lists: membership, and what two lists have in common. Multi-picklists are lists of text.
import { join, keyword, sql, type Sql } from '@tessera/kernel';
import { sqlType } from '../sql-parts.ts';
import { boolean, common, describeExpression, text, textList, withoutOptions, type Kind } from '../types.ts';
import { isListSource, isLiteralSource } from '../checking/literals.ts';
import { equalValues } from './comparison.ts';
import { isConstant, maybe, never, type CallSite, type Operator, type SqlCall } from './operator.ts';
import type { Expression, RuleType, Value } from '../expression.ts';

const members: readonly Kind[] = ['text', 'number', 'boolean', 'date', 'datetime', 'time', 'reference'];

const entryType = (list: Expression | undefined): RuleType => (list?.type.kind === 'list' ? list.type.of : text);

const entries = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : []);

const has = (type: RuleType, list: readonly Value[], value: Value): boolean =>
  value !== null && list.some((entry) => equalValues(type, entry, value));

function checkIn(site: CallSite): Expression | undefined {
  if (isListSource(site.sources[1])) {
    const value = site.checkKind(0, members);
    return value && site.call(boolean, [value, site.check(1, { kind: 'list', of: value.type })]);
  }
  const whole = site.checkKind(1, ['list', 'text']);
  if (whole === undefined) return undefined;
  if (whole.type.kind === 'text') return site.call(boolean, [whole, site.check(0, text)], 'contains');
  const entry = entryType(whole);
  const value = site.check(0, isLiteralSource(site.sources[0]) ? entry : undefined);
  if (value === undefined) return undefined;
  if (common(withoutOptions(value.type), withoutOptions(entry)) === undefined) {
    return site.refuse(`The two are of different types: ${describeExpression(value)}, ${describeExpression(whole)}.`, 0);
  }
  return site.call(boolean, [value, whole]);
}

const isIn: Operator = {
  name: 'in',
  signature: 'in(value, list) or in(part, text)',
  doc: 'Whether the value is one of the list; with a text as the second argument the same as `contains`.',
  nulls: 'False where the value or the list is null.',
  examples: [
    { rule: { in: [{ var: 'stage' }, ['won', 'lost']] }, gives: true },
    { rule: { in: ['vip', { var: 'tags' }] }, gives: true },
  ],
  arity: [2, 2],
  type: checkIn,
  js: ([value = null, list], { call }) => has(entryType(call.arguments[1]), entries(list), value),
  truth: (call) => maybe(inSql(call)),
};

function inSql(call: SqlCall): Sql {
  const [value, whole] = call.call.arguments;
  const type = keyword(sqlType(whole?.type ?? textList));
  // A list field that holds a given value: the form that a GIN index serves.
  if (isConstant(value) && whole?.node === 'path') return sql`(${call.value(1)} @> array[${call.value(0)}]::${type})`;
  const bare = value?.type.kind !== 'text' || value.node === 'path';
  // The cast is not idle: `any((select …))` would be read as a comparison with the rows of a sub-select.
  const entriesSql = whole?.node === 'literal' || whole?.node === 'given' ? call.value(1) : sql`${call.value(1)}::${type}`;
  return sql`(${bare ? call.value(0) : call.collated(0)} = any(${entriesSql}))`;
}

/** What a literal list with expressions in it becomes. */
const list: Operator = {
  name: 'list',
  signature: '[value, …]',
  doc: 'A list of values of one type, written as a JSON array.',
  nulls: 'An entry may be null; it is equal to nothing that `in` looks for.',
  examples: [{ rule: { in: ['won', [{ var: 'stage' }, 'lost']] }, gives: true }],
  arity: [1, never],
  type: (site) => {
    const indexes = [...site.sources.keys()];
    if (site.expected?.kind === 'list') {
      const { of } = site.expected;
      return site.call(
        site.expected,
        indexes.map((i) => site.check(i, of)),
      );
    }
    const sides = site.together(indexes, members);
    return sides && site.call({ kind: 'list', of: withoutOptions(sides.type) }, sides.arguments);
  },
  js: (args) => [...args],
  sql: (call) => sql`array[${join(call.values)}]::${keyword(sqlType(call.call.type))}`,
};

function comparing(name: 'hasAny' | 'hasAll', operator: '&&' | '@>', words: string, js: (found: boolean[]) => boolean): Operator {
  return {
    name,
    signature: `${name}(list, list)`,
    doc: `Whether the first list has ${words} of the second.`,
    nulls: 'False where a list is null.',
    examples: [{ rule: { [name]: [{ var: 'tags' }, ['vip']] }, gives: true }],
    arity: [2, 2],
    type: (site) => {
      const sides = site.together([0, 1], ['list']);
      return sides && site.call(boolean, sides.arguments);
    },
    js: ([a, b], { call }) => {
      if (!Array.isArray(a) || !Array.isArray(b)) return false;
      const type = entryType(call.arguments[0]);
      return js(entries(b).map((entry) => has(type, entries(a), entry)));
    },
    truth: (call) => maybe(operator === '&&' ? sql`(${call.value(0)} && ${call.value(1)})` : sql`(${call.value(0)} @> ${call.value(1)})`),
  };
}

export const listOperators: readonly Operator[] = [
  isIn,
  list,
  comparing('hasAny', '&&', 'at least one', (found) => found.includes(true)),
  comparing('hasAll', '@>', 'every one', (found) => !found.includes(false)),
];
