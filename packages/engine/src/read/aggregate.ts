// Aggregates of a request: groups, measures and what may be summed.
import { fail } from '@tessera/kernel';
import type { Expression } from '@tessera/rules';
import type { AggregateQuery, GroupKey, Measure } from '@tessera/storage';
import type { AggregateRequest, MeasureRequest } from './request.ts';
import { condition, pathExpression, type Resolving } from './rules.ts';

const mostGroups = 1000;

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

export function resolveAggregate(resolving: Resolving, object: string, request: AggregateRequest): AggregateQuery {
  const at = request.at ?? '';
  if (resolving.model.objects[object] === undefined) throw fail('OBJECT_UNKNOWN', { object });
  const groupBy = (request.groupBy ?? []).map((group, i) => groupOf(resolving, object, group, `${at}/groupBy/${String(i)}`));
  const measures = request.measures.map((measure, i) => measureOf(resolving, object, measure, request, `${at}/measures/${String(i)}`));
  const names = new Set([...groupBy, ...measures].map((each) => each.name));
  const orderBy = (request.orderBy ?? []).map(({ name, descending = false }, i) => {
    if (!names.has(name))
      throw fail('REQUEST_INVALID', { reason: `there is no group or measure ${name}.` }, { pointer: `${at}/orderBy/${String(i)}` });
    return { name, descending };
  });
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
