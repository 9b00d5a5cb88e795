// ==, !=, <, <=, >, >=, isBlank, changed, hasRole: null-safe equality, and an order in which null is in no place.
import { slot, sql, type Sql } from '@tessera/kernel';
import { ruleSlots } from '../environment.ts';
import type { CallExpression, Expression, RuleType, Value } from '../expression.ts';
import { compareDecimals, parseDecimal } from '../decimal.ts';
import { boolean, currencyHomes, orderedKinds, text, type Kind } from '../types.ts';
import { compareCodePoints } from '../unicode.ts';
import { isConstant, literalText, maybe, surely, type CallSite, type Operator, type SqlCall } from './operator.ts';

const equatable: readonly Kind[] = ['text', 'number', 'boolean', 'date', 'datetime', 'time', 'reference'];

/** Order of two known values of one type: numbers by size, all else by code points, which for dates is their order. */
export function compareValues(type: RuleType, a: Value, b: Value): number {
  if (typeof a === 'boolean' || typeof b === 'boolean') return Number(a) - Number(b);
  if (typeof a !== 'string' || typeof b !== 'string') return 0;
  if (type.kind !== 'number') return compareCodePoints(a, b);
  const [x, y] = [parseDecimal(a), parseDecimal(b)];
  return x && y ? compareDecimals(x, y) : 0;
}

/** Equality as rules have it: null is equal to null alone. */
export function equalValues(type: RuleType, a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b;
  return type.kind === 'number' ? compareValues(type, a, b) === 0 : a === b;
}

/** The type that the operands share; the first may be a literal null. */
function operandType(call: CallExpression): RuleType {
  return (call.arguments.find((argument) => argument.type.kind !== 'null') ?? call.arguments[0])?.type ?? text;
}

/** Amounts in the currency of two different records are no more comparable than euros and yen. */
export function refuseForeignAmounts(site: CallSite, args: readonly Expression[]): boolean {
  const homes = new Set(args.flatMap((arg) => [...currencyHomes(arg)]));
  if (homes.size < 2) return false;
  site.refuse('These amounts are in the currencies of different records, so they cannot be put together: convert one of them first.');
  return true;
}

function comparable(kinds: readonly Kind[]): Operator['type'] {
  return (site) => {
    const sides = site.together([...site.sources.keys()], kinds);
    if (sides === undefined || refuseForeignAmounts(site, sides.arguments)) return undefined;
    return site.call(boolean, sides.arguments);
  };
}

/** Operands for a comparison. A field beside a literal stays bare, so that its index serves; texts else need one sure collation. */
function operands(call: SqlCall, ordered: boolean): Sql[] {
  const { arguments: args } = call.call;
  if (operandType(call.call).kind !== 'text') return [...call.values];
  const isLiteral = (arg: Expression): boolean => isConstant(arg) || literalNull(arg);
  const bare = !ordered && args.filter(isLiteral).length >= args.length - 1;
  return args.map((arg, i) => (isLiteral(arg) || (bare && arg.node === 'path') ? call.value(i) : call.collated(i)));
}

const literalNull = (expression: Expression | undefined): boolean => expression?.node === 'literal' && expression.value === null;

const equal: Operator = {
  name: '==',
  aliases: ['==='],
  signature: '==(a, b)',
  doc: 'Whether both are the same. Text is compared code point by code point, numbers by value.',
  nulls: 'null is equal to null and to nothing else; never unknown.',
  examples: [
    { rule: { '==': [{ var: 'stage' }, 'won'] }, gives: true },
    { rule: { '==': [{ var: 'missing' }, null] }, gives: true },
  ],
  arity: [2, 2],
  type: comparable(equatable),
  js: ([a = null, b = null], { call }) => equalValues(operandType(call), a, b),
  truth: (call) => {
    const { arguments: args } = call.call;
    const [a, b] = operands(call, false);
    if (literalNull(args[1])) return surely(sql`(${a} is null)`);
    if (literalNull(args[0])) return surely(sql`(${b} is null)`);
    if (args.some(isConstant)) return maybe(sql`(${a} = ${b})`);
    return surely(sql`(${a} is not distinct from ${b})`);
  },
};

const notEqual: Operator = {
  name: '!=',
  aliases: ['!=='],
  signature: '!=(a, b)',
  doc: 'The opposite of `==`.',
  nulls: 'True where exactly one side is null.',
  examples: [{ rule: { '!=': [{ var: 'missingText' }, 'won'] }, gives: true }],
  arity: [2, 2],
  type: comparable(equatable),
  js: ([a = null, b = null], { call }) => !equalValues(operandType(call), a, b),
  truth: (call) => {
    const { arguments: args } = call.call;
    const [a, b] = operands(call, false);
    if (literalNull(args[1])) return surely(sql`(${a} is not null)`);
    if (literalNull(args[0])) return surely(sql`(${b} is not null)`);
    return surely(sql`(${a} is distinct from ${b})`);
  },
};

function ordering(name: '<' | '<=' | '>' | '>=', words: string, holds: (order: number) => boolean): Operator {
  const compare = (a: Sql, b: Sql): Sql =>
    ({ '<': sql`${a} < ${b}`, '<=': sql`${a} <= ${b}`, '>': sql`${a} > ${b}`, '>=': sql`${a} >= ${b}` })[name];
  return {
    name,
    signature: `${name}(a, b, c?)`,
    doc: `Whether a is ${words} b (and, with three, b ${words} c). Text is ordered by code points.`,
    nulls: 'False where one is null.',
    examples: [
      { rule: { [name]: [{ var: 'amount' }, '12.50'] }, gives: holds(0) },
      { rule: { [name]: [1, { var: 'amount' }, 100] }, gives: holds(-1) },
    ],
    arity: [2, 3],
    type: comparable(orderedKinds),
    js: (args, { call }) => {
      const type = operandType(call);
      return args.slice(1).every((b, i) => {
        const a = args[i] ?? null;
        return a !== null && b !== null && holds(compareValues(type, a, b));
      });
    },
    truth: (call) => {
      if (call.values.length === 2) {
        const [a = sql``, b = sql``] = operands(call, true);
        return maybe(sql`(${compare(a, b)})`);
      }
      const cast = operandType(call.call).kind === 'text' ? (value: Sql): Sql => sql`${value} collate "C"` : (value: Sql): Sql => value;
      return maybe(call.once((a, b, c) => sql`(${compare(cast(a), cast(b))} and ${compare(cast(b), cast(c))})`));
    },
  };
}

const isBlank: Operator = {
  name: 'isBlank',
  signature: 'isBlank(value)',
  doc: 'True for null, for the empty text and for the empty list.',
  nulls: 'True.',
  examples: [
    { rule: { isBlank: { var: 'missing' } }, gives: true },
    { rule: { isBlank: { var: 'amount' } }, gives: false },
  ],
  arity: [1, 1],
  type: (site) => site.call(boolean, [site.check(0)]),
  js: ([value = null]) => value === null || value === '' || (Array.isArray(value) && value.length === 0),
  truth: (call) => {
    const value = call.value(0);
    switch (call.call.arguments[0]?.type.kind) {
      case 'text':
        return surely(sql`(coalesce(${call.collated(0)}, '') = '')`);
      case 'list':
        return surely(sql`(coalesce(cardinality(${value}), 0) = 0)`);
      case 'json':
        return surely(sql`(coalesce(${value}, 'null'::jsonb) in ('null'::jsonb, '""'::jsonb, '[]'::jsonb))`);
      default:
        return surely(sql`(${value} is null)`);
    }
  },
};

const changed: Operator = {
  name: 'changed',
  signature: 'changed(field, …)',
  doc: "True where one of the record's fields has another value than before; only where `$old` is known. On creation old values are null.",
  nulls: 'From or to null is a change.',
  examples: [{ rule: { changed: ['amount'] }, gives: true }],
  arity: [1, 50],
  type: (site) => {
    if (!site.forms.hasOld(site.place))
      return site.refuse('There is no value from before here: `changed` and `$old` need a rule that runs on a change.');
    const parts = site.sources.map((source, i): Expression | undefined => {
      const name: unknown =
        typeof source === 'object' && source !== null && Object.hasOwn(source, 'var') ? (source as { var: unknown }).var : source;
      if (typeof name !== 'string' || name.startsWith('$') || name.includes('.')) {
        return site.refuse('`changed` takes names of fields of the record, such as "amount".', i);
      }
      return site.checkInstead(i, { '!=': [{ var: `$old.${name}` }, { var: `$record.${name}` }] }, boolean);
    });
    return parts.length === 1 ? parts[0] : site.call(boolean, parts, 'or');
  },
};

const hasRole: Operator = {
  name: 'hasRole',
  signature: 'hasRole(role)',
  doc: 'Whether the acting user has the role, named literally.',
  nulls: 'False where nobody acts.',
  examples: [{ rule: { hasRole: 'salesDirector' }, gives: true }],
  arity: [1, 1],
  type: (site) => {
    const role = site.check(0, text);
    if (role !== undefined && (role.node !== 'literal' || role.value === null))
      return site.refuse('A role is named literally, such as "salesDirector".', 0);
    return site.call(boolean, [role]);
  },
  js: (_, { call, environment }) => environment.roles?.includes(literalText(call, 0) ?? '') ?? false,
  truth: (call) => maybe(sql`(${call.value(0)} = any(${slot(ruleSlots.roles)}::text[]))`),
};

export const comparisonOperators: readonly Operator[] = [
  equal,
  notEqual,
  ordering('<', 'less than', (order) => order < 0),
  ordering('<=', 'at most', (order) => order <= 0),
  ordering('>', 'greater than', (order) => order > 0),
  ordering('>=', 'at least', (order) => order >= 0),
  isBlank,
  changed,
  hasRole,
];
