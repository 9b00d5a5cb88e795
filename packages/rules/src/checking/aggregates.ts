// The aggregate grammar: { of, function, value, where, sort, first }.
import type { AggregateExpression, AggregateFunction, AggregateSource, Expression, RuleType, SortKey } from '../expression.ts';
import { isPrototypeName, suggestion } from '../names.ts';
import { boolean, currencyHomes, describeExpression, number, orderedKinds, type Kind } from '../types.ts';
import { isObject } from './literals.ts';
import { resolveHolder } from './paths.ts';
import { below, type Place } from './place.ts';
import type { RuleScope } from './scope.ts';
import type { RefuseName } from './start.ts';

/** What an aggregate needs of the checker. */
export interface AggregateChecker {
  readonly scope: RuleScope;
  check(source: unknown, place: Place, expected?: RuleType): Expression | undefined;
  // `Found` is what the caller gives back in its stead, so that `return refuse(…)` reads as one step.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  refuse<Found>(place: Place, reason: string, code?: 'RULE_TYPE' | 'RULE_NAME_UNKNOWN' | 'RULE_SYNTAX'): Found | undefined;
}

const functions: readonly AggregateFunction[] = [
  'count',
  'countDistinct',
  'sum',
  'avg',
  'min',
  'max',
  'first',
  'list',
  'some',
  'all',
  'none',
];

const keys = ['of', 'function', 'value', 'where', 'sort', 'first', '$comment', 'description'];

const maxFirst = 10_000;
const maxSortKeys = 10;

interface Opened {
  readonly source: AggregateSource;
  readonly object: string;
}

function named(path: unknown, place: Place, checker: AggregateChecker): ReturnType<typeof resolveHolder> {
  const refuse: RefuseName = (reason) => checker.refuse(place, reason, 'RULE_NAME_UNKNOWN');
  if (typeof path !== 'string' || path === '')
    return refuse('`of` names a child relation, such as "lines", { "object": … } or { "ancestors": … }.');
  return resolveHolder(path, place, checker.scope, refuse);
}

/** Whether a name is safe to ask a catalog for that may be made of plain objects. */
const askable = (name: string, names: readonly string[]): boolean => !isPrototypeName(name) || names.includes(name);

function childrenSource(path: unknown, place: Place, checker: AggregateChecker): Opened | undefined {
  const found = named(path, place, checker);
  if (found === undefined) return undefined;
  const { holder, last } = found;
  const names = checker.scope.catalog.relationNames(holder.object);
  const relation = askable(last, names) ? checker.scope.catalog.relation(holder.object, last) : undefined;
  if (relation === undefined)
    return checker.refuse(place, `${holder.object} has no child relation ${last}. ${suggestion(last, names)}`, 'RULE_NAME_UNKNOWN');
  const { object, by } = relation;
  return {
    source: { kind: 'children', root: holder.root, steps: holder.steps, relation: last, parent: holder.object, object, by },
    object,
  };
}

function ancestorsSource(path: unknown, place: Place, checker: AggregateChecker): Opened | undefined {
  const found = named(path, place, checker);
  if (found === undefined) return undefined;
  const { holder, last } = found;
  const names = checker.scope.catalog.fieldNames(holder.object);
  const field = askable(last, names) ? checker.scope.catalog.field(holder.object, last) : undefined;
  if (field === undefined)
    return checker.refuse(place, `${holder.object} has no field ${last}. ${suggestion(last, names)}`, 'RULE_NAME_UNKNOWN');
  const to = field.to ?? (field.type.kind === 'reference' ? field.type.to : []);
  if (to.length !== 1 || to[0] !== holder.object)
    return checker.refuse(place, `\`ancestors\` needs a lookup from ${holder.object} to itself; ${last} is none.`);
  return { source: { kind: 'ancestors', root: holder.root, steps: holder.steps, object: holder.object, by: last }, object: holder.object };
}

function openSource(of: unknown, place: Place, checker: AggregateChecker): Opened | undefined {
  if (!isObject(of)) return childrenSource(of, place, checker);
  const [key = '', ...more] = Object.keys(of);
  if (more.length === 0 && key === 'ancestors') return ancestorsSource(of['ancestors'], below(place, key), checker);
  if (more.length > 0 || key !== 'object')
    return checker.refuse(place, '`of` is the name of a child relation, { "object": … } or { "ancestors": … }.', 'RULE_SYNTAX');
  const object = of['object'];
  if (typeof object !== 'string' || isPrototypeName(object) || !checker.scope.catalog.hasObject(object)) {
    return checker.refuse(
      below(place, key),
      `There is no object ${typeof object === 'string' ? object : 'of this name'}.`,
      'RULE_NAME_UNKNOWN',
    );
  }
  return { source: { kind: 'object', object }, object };
}

/** The currency that a condition pins: `{ "==": [{ "var": "currency" }, "EUR"] }` among what must hold. */
function pinnedCurrency(where: Expression | undefined, frame: number, field: string): string | undefined {
  if (where?.node !== 'call') return undefined;
  if (where.operator === 'and') return where.arguments.map((part) => pinnedCurrency(part, frame, field)).find((code) => code !== undefined);
  if (where.operator !== '==') return undefined;
  const path = where.arguments.find((side) => side.node === 'path');
  const literal = where.arguments.find((side) => side.node === 'literal');
  if (path?.root !== frame || path.steps.length !== 1 || path.steps[0]?.field !== field) return undefined;
  return typeof literal?.value === 'string' ? literal.value : undefined;
}

const needs: Readonly<Record<AggregateFunction, readonly Kind[] | 'any' | 'none'>> = {
  count: 'any',
  countDistinct: ['text', 'number', 'boolean', 'date', 'datetime', 'time', 'reference'],
  sum: ['number'],
  avg: ['number'],
  min: orderedKinds,
  max: orderedKinds,
  first: ['text', 'number', 'boolean', 'date', 'datetime', 'time', 'reference', 'json'],
  list: ['text', 'number', 'boolean', 'date', 'datetime', 'time', 'reference'],
  some: ['boolean'],
  all: ['boolean'],
  none: ['boolean'],
};

const mayLackValue: readonly AggregateFunction[] = ['count', 'some', 'none'];

function resultType(name: AggregateFunction, value: Expression | undefined): RuleType {
  if (name === 'count' || name === 'countDistinct' || value === undefined) return name === 'some' || name === 'none' ? boolean : number;
  if (name === 'some' || name === 'all' || name === 'none') return boolean;
  return name === 'list' ? { kind: 'list', of: value.type } : value.type;
}

/** Amounts of many records: only of one currency. */
function checkCurrency(
  value: Expression,
  where: Expression | undefined,
  frame: number,
  place: Place,
  checker: AggregateChecker,
): Expression | undefined {
  if (value.type.kind !== 'number' || value.type.currency !== 'varies') return value;
  const field = value.type.currencyField ?? 'currency';
  const pinned = currencyHomes(value).size === 1 ? pinnedCurrency(where, frame, field) : undefined;
  if (pinned !== undefined) return { ...value, type: { kind: 'number', currency: pinned } };
  return checker.refuse(
    place,
    `These amounts are in the currencies of their records and do not add up. Choose one in \`where\`: { "==": [{ "var": "${field}" }, "EUR"] }.`,
  );
}

function checkValue(name: AggregateFunction, source: unknown, inside: Place, checker: AggregateChecker): Expression | undefined {
  const kinds = needs[name];
  const value = checker.check(source, inside, Array.isArray(kinds) && kinds.length === 1 && kinds[0] === 'boolean' ? boolean : undefined);
  if (value === undefined || !Array.isArray(kinds) || kinds.includes(value.type.kind)) return value;
  return checker.refuse(inside, `${name} cannot work on this: ${describeExpression(value)}.`);
}

function checkSort(source: unknown, place: Place, checker: AggregateChecker): readonly SortKey[] | undefined {
  if (!Array.isArray(source) || source.length === 0 || source.length > maxSortKeys) {
    return checker.refuse(
      place,
      `\`sort\` is a list of 1 to ${maxSortKeys} keys such as { "by": { "var": "createdAt" }, "descending": true }.`,
      'RULE_SYNTAX',
    );
  }
  const sorted = source.map((key: unknown, i): SortKey | undefined => {
    const at = below(place, i);
    const known = isObject(key) && Object.keys(key).every((name) => name === 'by' || name === 'descending');
    if (!known || !Object.hasOwn(key, 'by') || (key['descending'] !== undefined && typeof key['descending'] !== 'boolean')) {
      return checker.refuse(at, 'A sort key is { "by": an expression, "descending": true or false }.', 'RULE_SYNTAX');
    }
    const by = checker.check(key['by'], below(at, 'by'));
    if (by !== undefined && !orderedKinds.includes(by.type.kind))
      return checker.refuse(below(at, 'by'), `This has no order: ${describeExpression(by)}.`);
    return by && { by, descending: key['descending'] === true };
  });
  return sorted.every((key) => key !== undefined) ? sorted : undefined;
}

function functionOf(source: Readonly<Record<string, unknown>>, place: Place, checker: AggregateChecker): AggregateFunction | undefined {
  const wanted = source['function'];
  const found = functions.find((name) => name === wanted);
  if (found !== undefined) return found;
  return checker.refuse(below(place, 'function'), `An aggregate's function is one of ${functions.join(', ')}.`, 'RULE_SYNTAX');
}

function checkFirst(source: Readonly<Record<string, unknown>>, place: Place, checker: AggregateChecker): boolean {
  const { first } = source;
  if (first === undefined) return true;
  if (typeof first !== 'number' || !Number.isInteger(first) || first < 1 || first > maxFirst) {
    checker.refuse(below(place, 'first'), `\`first\` is a whole number from 1 to ${maxFirst}.`, 'RULE_SYNTAX');
    return false;
  }
  if (source['sort'] === undefined) checker.refuse(below(place, 'first'), '`first` needs `sort`: say first by what.', 'RULE_SYNTAX');
  return source['sort'] !== undefined;
}

/** Checks `{ of, function, value, where, sort, first }`. */
export function checkAggregateSource(source: unknown, place: Place, checker: AggregateChecker): AggregateExpression | undefined {
  if (!isObject(source))
    return checker.refuse(place, 'An aggregate is an object: { "of": …, "function": …, "value": …, "where": … }.', 'RULE_SYNTAX');
  const strange = Object.keys(source).find((key) => !keys.includes(key));
  if (strange !== undefined)
    return checker.refuse(below(place, strange), `An aggregate has no property ${strange}. ${suggestion(strange, keys)}`, 'RULE_SYNTAX');
  const name = functionOf(source, place, checker);
  const opened = openSource(source['of'], below(place, 'of'), checker);
  if (name === undefined || opened === undefined) return undefined;
  return checkBody(name, opened, source, place, checker);
}

function checkBody(
  name: AggregateFunction,
  opened: Opened,
  source: Readonly<Record<string, unknown>>,
  place: Place,
  checker: AggregateChecker,
): AggregateExpression | undefined {
  const frame = place.frames.length;
  const inside = (...tokens: string[]): Place => ({ ...below(place, ...tokens), frames: [...place.frames, opened.object] });
  const where = source['where'] === undefined ? undefined : checker.check(source['where'], inside('where'), boolean);
  const checked = source['value'] === undefined ? undefined : checkValue(name, source['value'], inside('value'), checker);
  const sort = source['sort'] === undefined ? undefined : checkSort(source['sort'], inside('sort'), checker);
  const complete = checkFirst(source, place, checker);
  if (source['value'] === undefined && !mayLackValue.includes(name))
    return checker.refuse(place, `${name} needs a \`value\`.`, 'RULE_SYNTAX');
  const broken = (key: string, expression: unknown): boolean => source[key] !== undefined && expression === undefined;
  if (!complete || broken('where', where) || broken('value', checked) || broken('sort', sort)) return undefined;
  const adds = name === 'sum' || name === 'avg' || name === 'min' || name === 'max';
  const value = checked && adds ? checkCurrency(checked, where, frame, inside('value'), checker) : checked;
  if (checked !== undefined && value === undefined) return undefined;
  return {
    node: 'aggregate',
    type: resultType(name, value),
    source: opened.source,
    frame,
    function: name,
    ...(value && { value }),
    ...(where && { where }),
    ...(sort && { sort }),
    ...(typeof source['first'] === 'number' && { first: source['first'] }),
  };
}
