// and, or, not, if, coalesce: conditions are true or false, never unknown.
import { join, sql } from '@tessera/kernel';
import { boolean } from '../types.ts';
import { never, surely, takes, type Operator, type SqlCall, type Truth } from './operator.ts';

function joined(call: SqlCall, word: ' and ' | ' or '): Truth {
  const truths = call.call.arguments.map((_, i) => call.truth(i));
  return {
    sql: sql`(${join(
      truths.map((truth) => truth.sql),
      word,
    )})`,
    total: truths.every((truth) => truth.total),
  };
}

const and: Operator = {
  name: 'and',
  signature: 'and(condition, …)',
  doc: 'True where every condition is.',
  nulls: 'A condition that is null counts as false.',
  examples: [{ rule: { and: [{ '>': [{ var: 'amount' }, 10] }, { var: 'active' }] }, gives: true }],
  arity: [1, never],
  type: takes([boolean], boolean),
  native: 'and',
  truth: (call) => joined(call, ' and '),
};

const or: Operator = {
  name: 'or',
  signature: 'or(condition, …)',
  doc: 'True where at least one condition is.',
  nulls: 'A condition that is null counts as false.',
  examples: [{ rule: { or: [{ '>': [{ var: 'amount' }, 10] }, false] }, gives: true }],
  arity: [1, never],
  type: takes([boolean], boolean),
  native: 'or',
  truth: (call) => joined(call, ' or '),
};

const not: Operator = {
  name: 'not',
  aliases: ['!'],
  signature: 'not(condition)',
  doc: 'True where the condition is false.',
  nulls: 'A condition that is null counts as false, so its negation is true.',
  examples: [{ rule: { not: { '>': [{ var: 'missing' }, 10] } }, gives: true }],
  arity: [1, 1],
  type: takes([boolean], boolean),
  js: ([condition]) => condition !== true,
  truth: (call) => {
    const truth = call.truth(0);
    // The one place where unknown and false would differ.
    return surely(truth.total ? sql`(not ${truth.sql})` : sql`(not coalesce(${truth.sql}, false))`);
  },
};

const choose: Operator = {
  name: 'if',
  aliases: ['?:'],
  signature: 'if(condition, value, condition, value, …, otherwise?)',
  doc: 'The value after the first condition that is true; else the last value, which may be left out. All values have one type.',
  nulls: 'A condition that is null counts as false. Without a last value the result is null.',
  examples: [
    { rule: { if: [{ '>': [{ var: 'amount' }, 1000] }, 'big', { '>': [{ var: 'amount' }, 10] }, 'middle', 'small'] }, gives: 'middle' },
    { rule: { if: [false, 1] }, gives: null },
  ],
  arity: [2, never],
  type: (site) => {
    const last = site.sources.length - 1;
    const isValue = (i: number): boolean => i % 2 === 1 || i === last;
    const conditions = site.sources.map((_, i) => (isValue(i) ? undefined : site.check(i, boolean)));
    const indexes = site.sources.map((_, i) => i);
    const values = site.together(indexes.filter(isValue), undefined, true);
    if (values === undefined) return undefined;
    const rest = values.arguments.values();
    return site.call(
      values.type,
      indexes.map((i) => (isValue(i) ? rest.next().value : conditions[i])),
    );
  },
  native: 'if',
  sql: (call) => {
    const { arguments: args } = call.call;
    const branches = [];
    for (let i = 0; i + 1 < args.length; i += 2) branches.push(sql`when ${call.truth(i).sql} then ${call.value(i + 1)}`);
    const otherwise = args.length % 2 === 1 ? sql` else ${call.value(args.length - 1)}` : sql``;
    return sql`case ${join(branches, ' ')}${otherwise} end`;
  },
};

const coalesce: Operator = {
  name: 'coalesce',
  signature: 'coalesce(value, …)',
  doc: 'The first value that is not null. `{ "var": ["discount", 0] }` is short for it.',
  nulls: 'Null where all are.',
  examples: [{ rule: { coalesce: [{ var: 'missing' }, { var: 'amount' }] }, gives: '12.5' }],
  arity: [1, never],
  type: (site) => {
    const values = site.together([...site.sources.keys()], undefined, true);
    return values && site.call(values.type, values.arguments);
  },
  js: (args) => args.find((arg) => arg !== null) ?? null,
  sql: (call) => sql`coalesce(${join(call.values)})`,
};

export const logicOperators: readonly Operator[] = [and, or, not, choose, coalesce];
