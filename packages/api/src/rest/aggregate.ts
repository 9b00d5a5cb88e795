// Grouped figures: the request's JSON becomes an AggregateRequest, and PostgreSQL's array goes out.
import { fail } from '@tessera/kernel';
import { parseDecimal } from '@tessera/metadata';
import type { AggregateOutput, AggregateRequest, DateBucket, HavingCondition, MeasureRequest, RootRequest } from '@tessera/engine';
import { sendText } from './answer.ts';
import { Members } from './body.ts';
import { LateValues } from '../late-values.ts';
import { lateFilter } from './late-filter.ts';
import { readRoot, rootWriter, withModel, type PlannedRoot } from './read.ts';
import { routes, type Asked, type Call } from './route.ts';

export const buckets: readonly DateBucket[] = ['day', 'week', 'month', 'quarter', 'year'];
export const measureFunctions = ['count', 'countDistinct', 'sum', 'avg', 'min', 'max'] as const;
export const mostGroups = 1000;
/** What a caller may call a part of the answer. Names become keys within the statement, so they are names and nothing else. */
export const partName = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;
const deepestHaving = 20;

type Compare = Extract<HavingCondition, { kind: 'compare' }>['operator'];
const compares: readonly Compare[] = ['==', '!=', '<', '<=', '>', '>='];

const invalid = (reason: string, pointer: string): Error => fail('REQUEST_INVALID', { reason: `${pointer} ${reason}` }, { pointer });

function nameOf(members: Members): string | undefined {
  const name = members.text('name');
  if (name === undefined || partName.test(name)) return name;
  throw invalid('must be a name: a letter, then letters, digits and _, at most 100.', members.pointer('name'));
}

/** `sum` of `account.revenue` is `sumAccountRevenue` unless it is named. */
function measureName(method: string, path: string | undefined): string {
  const steps = path === undefined ? [] : path.split('.');
  return method + steps.map((step) => step.charAt(0).toUpperCase() + step.slice(1)).join('');
}

function groupAt(value: unknown, i: number): NonNullable<AggregateRequest['groupBy']>[number] {
  const members = new Members(value, `/groupBy/${i}`, ['path', 'bucket', 'name']);
  const path = members.requiredText('path');
  const bucket = members.oneOf('bucket', buckets);
  return { name: nameOf(members) ?? path, path, ...(bucket === undefined ? {} : { bucket }) };
}

function measureAt(value: unknown, i: number): MeasureRequest {
  const members = new Members(value, `/measures/${i}`, ['function', 'path', 'filter', 'name']);
  const method = members.oneOf('function', measureFunctions);
  if (method === undefined) throw invalid(`must be one of ${measureFunctions.join(', ')}.`, members.pointer('function'));
  const path = members.text('path');
  if (path === undefined && method !== 'count') throw invalid(`must be given: ${method} is of a field.`, members.pointer('path'));
  return {
    name: nameOf(members) ?? measureName(method, path),
    function: method,
    ...(path === undefined ? {} : { path }),
    ...(members.has('filter') ? { filter: members.value('filter') } : {}),
  };
}

function measureOf(value: unknown, pointer: string): string {
  return new Members(value, pointer, ['var']).requiredText('var');
}

function compareWith(value: unknown, pointer: string): string | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw invalid('must be a number, a text or null.', pointer);
}

/** The groups and measures that a condition may name; sums, means and counts compare with numbers. */
interface Having {
  readonly names: readonly string[];
  readonly measures: readonly MeasureRequest[];
}

function checkedMeasure({ names, measures }: Having, name: string, value: string | null, pointer: string): string {
  if (!names.includes(name)) throw invalid(`must be the name of a group or measure: ${names.join(', ')}.`, `${pointer}/0/var`);
  const measure = measures.find((each) => each.name === name);
  const isNumber = measure !== undefined && measure.function !== 'min' && measure.function !== 'max';
  if (isNumber && value !== null && parseDecimal(value) === undefined) throw invalid('must be a number.', `${pointer}/1`);
  return name;
}

/** JSON-Logic over the measures: comparisons of a measure with a constant, `and`, `or`, `!`. */
function havingAt(of: Having, value: unknown, pointer: string, depth = 0): HavingCondition {
  if (depth > deepestHaving) throw invalid(`is nested deeper than ${deepestHaving} levels.`, pointer);
  const members = new Members(value, pointer, [...compares, 'and', 'or', '!']);
  const [operator, more] = Object.keys(value as object);
  if (operator === undefined || more !== undefined) throw invalid('must have one operator.', pointer);
  const at = members.pointer(operator);
  if (operator === 'and' || operator === 'or') {
    const conditions = members.requiredList(operator).map((each, i) => havingAt(of, each, `${at}/${i}`, depth + 1));
    return { kind: operator, conditions };
  }
  const given = members.value(operator);
  if (operator === '!') return { kind: 'not', condition: havingAt(of, Array.isArray(given) ? given[0] : given, at, depth + 1) };
  const compare = compares.find((each) => each === operator);
  if (compare === undefined || !Array.isArray(given) || given.length !== 2) throw invalid('must be [{ "var": measure }, value].', at);
  const against = compareWith(given[1], `${at}/1`);
  return { kind: 'compare', measure: checkedMeasure(of, measureOf(given[0], `${at}/0`), against, at), operator: compare, value: against };
}

function orderAt(value: unknown, i: number): NonNullable<AggregateRequest['orderBy']>[number] {
  const members = new Members(value, `/orderBy/${i}`, ['name', 'descending']);
  return { name: members.requiredText('name'), descending: members.flag('descending') ?? false };
}

/** @throws REQUEST_INVALID with a pointer into the body */
export function aggregateRequest(body: unknown): AggregateRequest {
  const members = new Members(body, '', ['filter', 'groupBy', 'measures', 'having', 'orderBy', 'first']);
  const groupBy = (members.list('groupBy') ?? []).map(groupAt);
  const measures = members.requiredList('measures').map(measureAt);
  const output: AggregateOutput[] = [
    ...groupBy.map(({ name }) => ({ kind: 'group', as: name, name }) as const),
    ...measures.map(({ name }) => ({ kind: 'measure', as: name, name }) as const),
  ];
  if (output.length === 0) throw invalid('must have a measure, or /groupBy a group.', '/measures');
  const names = [...groupBy, ...measures].map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw invalid(`: two of the answer's parts are called ${twice}. Give one another name.`, '/measures');
  const orderBy = members.list('orderBy')?.map(orderAt);
  const unordered = orderBy?.findIndex(({ name }) => !names.includes(name)) ?? -1;
  if (unordered >= 0) throw invalid(`must be the name of a group or measure: ${names.join(', ')}.`, `/orderBy/${unordered}/name`);
  const first = members.whole('first', 1);
  if (first !== undefined && first > mostGroups) throw invalid(`must be at most ${mostGroups}.`, '/first');
  return {
    ...(members.has('filter') ? { filter: members.value('filter') } : {}),
    groupBy,
    measures,
    ...(members.has('having') ? { having: havingAt({ names, measures }, members.value('having'), '/having') } : {}),
    ...(orderBy === undefined ? {} : { orderBy }),
    ...(first === undefined ? {} : { first }),
    output,
    at: '',
  };
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Something with a filter, the values of the filter taken out. */
function lateFiltered(late: LateValues, name: string, part: unknown): unknown {
  return isMap(part) && Object.hasOwn(part, 'filter') ? { ...part, filter: lateFilter(late, name, part['filter']) } : part;
}

/** A request's body with the values of its filters taken out. */
function lateBody(late: LateValues, body: unknown): unknown {
  const filtered = lateFiltered(late, 'filter', body);
  if (!isMap(filtered) || !Array.isArray(filtered['measures'])) return filtered;
  return { ...filtered, measures: filtered['measures'].map((measure, i) => lateFiltered(late, `measures/${i}`, measure)) };
}

function aggregateRoot(asked: Asked): PlannedRoot {
  const late = new LateValues();
  const body = lateBody(late, asked.body);
  const object = asked.path('object');
  // The root is called as the answer's one member, so the text needs nothing done to it.
  const root = (): RootRequest => ({ kind: 'aggregate', as: 'groups', object, aggregate: aggregateRequest(body) });
  return { late, parts: ['aggregate', object, body], root };
}

async function aggregateRecords(call: Call): Promise<void> {
  const planned = aggregateRoot(call);
  sendText(call, await withModel(call, (model) => readRoot(call, model, planned)));
}

export const aggregateRoutes = routes([
  {
    id: 'aggregateRecords',
    method: 'post',
    path: '/records/{object}/aggregate',
    body: 'json',
    handle: aggregateRecords,
    read: (asked) => rootWriter(aggregateRoot(asked)),
  },
]);
