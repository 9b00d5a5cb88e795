// Forms that name things rather than work them out: var, literal, param, rule, aggregate, some, all, none.
import { common, withoutOptions } from '../types.ts';
import { never, type Operator } from './operator.ts';

const variable: Operator = {
  name: 'var',
  signature: '{ "var": path } or { "var": [path, default] }',
  doc: 'The value of a field. A bare name is a field of the innermost record; `$record` is the record that the rule is about, `$old` the same as it was, `$item` the record of the aggregate around the expression, `$outer` the one around that; `$user` the acting user, `$tenant.timeZone`, `$now`. Paths go through lookups: `account.owner.name`; one with several targets says which: `about:account.name`. A default makes it a `coalesce`.',
  nulls: 'Null where the field is empty, or a lookup on the way.',
  examples: [
    { rule: { var: 'account.name' }, gives: 'Umbrella' },
    { rule: { var: ['missing', 7] }, gives: '7' },
  ],
  arity: [1, 2],
  type: (site) => {
    const path = site.forms.path(site.sources[0], site.place);
    if (path === undefined || site.sources.length === 1) return path;
    const otherwise = site.check(1, withoutOptions(path.type));
    return otherwise && site.call(common(path.type, otherwise.type) ?? path.type, [path, otherwise], 'coalesce');
  },
};

const literal: Operator = {
  name: 'literal',
  signature: '{ "literal": value }',
  doc: 'A JSON value as such: an object that is no operation, or a list.',
  nulls: 'null is the literal null.',
  examples: [{ rule: { in: [{ var: 'stage' }, { literal: ['won'] }] }, gives: true }],
  arity: [0, never],
  type: (site) => site.forms.literal(site.body, site.place, site.expected),
};

const parameter: Operator = {
  name: 'param',
  signature: '{ "param": name }',
  doc: 'The value of a parameter: a number that people tune, kept out of the rule.',
  nulls: 'Null where the parameter has no value.',
  examples: [{ rule: { '>': [{ var: 'amount' }, { param: 'bigDeal' }] }, gives: false }],
  arity: [1, 1],
  type: (site) => site.forms.parameter(site.sources[0], site.place),
};

const rule: Operator = {
  name: 'rule',
  signature: '{ "rule": name }',
  doc: 'A named rule, which stands on the innermost record: its `$record` is that one.',
  nulls: 'As the rule has it.',
  examples: [{ rule: { rule: 'isWon' }, gives: true }],
  arity: [1, 1],
  type: (site) => site.forms.rule(site.sources[0], site.place),
};

const aggregate: Operator = {
  name: 'aggregate',
  signature: '{ "aggregate": { "of", "function", "value", "where", "sort", "first" } }',
  doc: 'Works over records: `of` is a child relation (`lines`, `customer.invoices`), `{ "object": "invoice" }` for all records of an object, or `{ "ancestors": "parent" }` for the records above one in its tree. Functions: count, countDistinct, sum, avg, min, max, first, list, some, all, none. `where` chooses records, `sort` orders them (nulls last, ties by id), `first` takes so many of them. Inside, a bare name is a field of the record that is worked over.',
  nulls:
    'Null values are passed over. Over nothing, count, countDistinct and sum are 0, all and none are true, some is false, list is empty, the others are null. avg is rounded half-up to 10 decimals.',
  examples: [
    { rule: { aggregate: { of: 'lines', function: 'sum', value: { var: 'total' } } }, gives: '30' },
    {
      rule: { aggregate: { of: 'lines', function: 'first', value: { var: 'total' }, sort: [{ by: { var: 'total' }, descending: true }] } },
      gives: '20',
    },
  ],
  arity: [1, 1],
  type: (site) => site.forms.aggregate(site.sources[0], site.place),
};

function quantifier(name: 'some' | 'all' | 'none', doc: string, gives: boolean): Operator {
  return {
    name,
    signature: `${name}(relation, condition)`,
    doc: `${doc} The relation is a path such as \`lines\` or \`account.opportunities\`; in the condition a bare name is a field of its records.`,
    nulls: 'A condition that is null counts as false.',
    examples: [{ rule: { [name]: [{ var: 'lines' }, { '>': [{ var: 'total' }, 15] }] }, gives }],
    arity: [2, 2],
    type: (site) => site.forms.quantifier(name, site),
  };
}

export const formOperators: readonly Operator[] = [
  variable,
  literal,
  parameter,
  rule,
  aggregate,
  quantifier('some', 'Whether the condition holds for at least one record.', true),
  quantifier('all', 'Whether the condition holds for every record; true where there is none.', false),
  quantifier('none', 'Whether the condition holds for no record.', false),
];
