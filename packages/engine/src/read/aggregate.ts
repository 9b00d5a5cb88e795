// Aggregates of a request: groups, measures and what may be summed.
import { fail } from '@tessera/kernel';
import { ruleScope } from '@tessera/metadata';
import { checkCondition, type Expression } from '@tessera/rules';
import type { AggregateQuery, GroupKey, HavingCondition, Measure } from '@tessera/storage';
import type { AggregateRequest, MeasureRequest } from './request.ts';
import { condition, pathExpression, sound, type Resolving } from './rules.ts';

const mostGroups = 1000;
/** PostgreSQL takes 1,664 columns of a result, and orders by each group. */
const mostColumns = { groupBy: 50, measures: 1000 } as const;

/** Amounts in several currencies cannot be added: the group or the filter must hold the currency still. */
function checkCurrency(
  resolving: Resolving,
  object: string,
  measure: MeasureRequest,
  value: Expression,
  request: AggregateRequest,
  pointer: string,
): void {
  if (value.type.kind !== 'number' || value.type.currency !== 'varies' || (measure.function !== 'sum' && measure.function !== 'avg'))
    return;
  const field = value.node === 'path' ? value.steps.at(-1) : undefined;
  const currencyField =
    field === undefined ? undefined : resolving.model.objects[field.object]?.fields[field.field]?.decimal?.currencyField;
  const grouped = (request.groupBy ?? []).some((group) => group.path === currencyField);
  if (
    grouped ||
    (value.node === 'path' && value.steps.length === 1 && pins(request.filter, currencyField)) ||
    pins(measure.filter, currencyField)
  )
    return;
  throw fail('CURRENCIES_MIXED', { field: measure.path, currencyField, object }, { pointer });
}

/** Does the filter hold a field to one value, at its top or in a top-level `and`. */
function pins(filter: unknown, field: string | undefined): boolean {
  if (typeof filter !== 'object' || filter === null || field === undefined) return false;
  const equal: unknown = '==' in filter ? filter['=='] : undefined;
  if (Array.isArray(equal))
    return equal.some((side: unknown) => typeof side === 'object' && side !== null && 'var' in side && side.var === field);
  return 'and' in filter && Array.isArray(filter.and) && filter.and.some((part: unknown) => pins(part, field));
}

function measureOf(resolving: Resolving, object: string, measure: MeasureRequest, request: AggregateRequest, pointer: string): Measure {
  const { model } = resolving;
  const value = measure.path === undefined ? undefined : pathExpression(model, object, measure.path, `${pointer}/path`);
  if (value === undefined && measure.function !== 'count')
    throw fail('REQUEST_INVALID', { reason: `${measure.function} needs a field.` }, { pointer });
  if ((measure.function === 'sum' || measure.function === 'avg') && value?.type.kind !== 'number') {
    throw fail('REQUEST_INVALID', { reason: `${measure.function} needs a number; ${String(measure.path)} is none.` }, { pointer });
  }
  if (value !== undefined) checkCurrency(resolving, object, measure, value, request, pointer);
  const where =
    measure.filter === undefined || measure.filter === null ? undefined : condition(model, object, measure.filter, `${pointer}/filter`);
  return {
    name: measure.name,
    function: measure.function,
    ...(value === undefined ? {} : { value }),
    ...(where === undefined ? {} : { where }),
  };
}

function groupOf(resolving: Resolving, object: string, group: NonNullable<AggregateRequest['groupBy']>[number], pointer: string): GroupKey {
  const by = pathExpression(resolving.model, object, group.path, pointer);
  if (by.type.kind === 'json' || by.type.kind === 'list')
    throw fail('REQUEST_INVALID', { reason: `${group.path} cannot be grouped by.` }, { pointer });
  if (group.bucket !== undefined && by.type.kind !== 'date' && by.type.kind !== 'datetime') {
    throw fail('REQUEST_INVALID', { reason: `${group.path} is no date, so it has no ${group.bucket}.` }, { pointer });
  }
  return { name: group.name, by, ...(group.bucket === undefined ? {} : { bucket: group.bucket }) };
}

/** A value of `having` stands beside a group or an end of a field, so it must be one of that field's. */
function checkHaving(resolving: Resolving, object: string, request: AggregateRequest, having: HavingCondition, pointer: string): void {
  if (having.kind === 'not') checkHaving(resolving, object, request, having.condition, pointer);
  else if (having.kind !== 'compare') for (const each of having.conditions) checkHaving(resolving, object, request, each, pointer);
  else {
    const group = request.groupBy?.find(({ name }) => name === having.measure);
    const measure = request.measures.find(({ name }) => name === having.measure);
    const path = group?.path ?? (measure?.function === 'min' || measure?.function === 'max' ? measure.path : undefined);
    if (path === undefined || having.value === null) return;
    const { kind } = pathExpression(resolving.model, object, path, pointer).type;
    const side = group?.bucket === undefined || kind === 'date' ? { var: path } : { date: { var: path } };
    const truth = kind === 'boolean' && (having.value === 'true' || having.value === 'false');
    const compared = { '==': [side, truth ? having.value === 'true' : having.value] };
    const checked = checkCondition(compared, ruleScope(resolving.model, object));
    sound({ ...checked, problems: checked.problems.map((found) => ({ ...found, pointer: '' })) }, pointer);
  }
}

export function resolveAggregate(resolving: Resolving, object: string, request: AggregateRequest): AggregateQuery {
  const at = request.at ?? '';
  if (resolving.model.objects[object] === undefined) throw fail('OBJECT_UNKNOWN', { object });
  for (const list of ['groupBy', 'measures'] as const) {
    if ((request[list]?.length ?? 0) > mostColumns[list])
      throw fail('REQUEST_INVALID', { reason: `${list} takes at most ${String(mostColumns[list])}.` }, { pointer: `${at}/${list}` });
  }
  const groupBy = (request.groupBy ?? []).map((group, i) => groupOf(resolving, object, group, `${at}/groupBy/${String(i)}`));
  const measures = request.measures.map((measure, i) => measureOf(resolving, object, measure, request, `${at}/measures/${String(i)}`));
  const names = new Set([...groupBy, ...measures].map((each) => each.name));
  const orderBy = (request.orderBy ?? []).map(({ name, descending = false }, i) => {
    if (!names.has(name))
      throw fail('REQUEST_INVALID', { reason: `there is no group or measure ${name}.` }, { pointer: `${at}/orderBy/${String(i)}` });
    return { name, descending };
  });
  if (orderBy.length > mostColumns.groupBy)
    throw fail('REQUEST_INVALID', { reason: `orderBy takes at most ${String(mostColumns.groupBy)}.` }, { pointer: `${at}/orderBy` });
  if (request.having !== undefined) checkHaving(resolving, object, request, request.having, `${at}/having`);
  const first = request.first ?? mostGroups;
  if (!Number.isInteger(first) || first < 1 || first > mostGroups)
    throw fail('REQUEST_INVALID', { reason: `first is 1 to ${String(mostGroups)} groups.` }, { pointer: `${at}/first` });
  const where =
    request.filter === undefined || request.filter === null
      ? undefined
      : condition(resolving.model, object, request.filter, `${at}/filter`);
  return {
    object,
    groupBy,
    measures,
    orderBy,
    first,
    output: request.output,
    ...(where === undefined ? {} : { where }),
    ...(request.having === undefined ? {} : { having: request.having }),
  };
}
