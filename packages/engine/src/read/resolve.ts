// From a request's names and rules to the query AST: everything is checked against the Model.
import { fail, Given, type Slot } from '@tessera/kernel';
import type { FieldModel, Model, ObjectModel } from '@tessera/metadata';
import { GivenSlot, type RuleType, type TextForm } from '@tessera/rules';
import {
  LateCursor,
  openCursor,
  type CursorKeys,
  type ListPart,
  type ListQuery,
  type Page,
  type RootQuery,
  type Selection,
} from '@tessera/storage';
import { resolveAggregate } from './aggregate.ts';
import { condition, pathExpression, type Resolving } from './rules.ts';
import type { ListPartRequest, ListRequest, OrderRequest, PageRequest, RootRequest, SelectionRequest } from './request.ts';

export const defaultPage = 50;

export function objectOf(model: Model, name: string): ObjectModel {
  const object = model.objects[name];
  if (object === undefined) throw fail('OBJECT_UNKNOWN', { object: name });
  return object;
}

function fieldOf(object: ObjectModel, name: string, pointer: string): FieldModel {
  const field = object.fields[name];
  if (field === undefined) throw fail('FIELD_UNKNOWN', { object: object.name, field: name, known: '' }, { pointer });
  return field;
}

const unsortable: ReadonlySet<string> = new Set(['json', 'list']);

type ListOrder = Pick<ListQuery, 'orderBy' | 'idDescending'>;

/** A cursor carries the value of each, and PostgreSQL takes 100 arguments of a function. */
const mostOrderKeys = 20;

function orderKeys(resolving: Resolving, object: string, orderBy: readonly OrderRequest[], at: string): ListOrder {
  if (orderBy.length > mostOrderKeys)
    throw fail(
      'REQUEST_INVALID',
      { reason: `a list is ordered by at most ${String(mostOrderKeys)} fields.` },
      { pointer: `${at}/orderBy` },
    );
  const keys = orderBy.map(({ path, descending = false, nulls }, i) => {
    const pointer = `${at}/orderBy/${String(i)}`;
    const by = pathExpression(resolving.model, object, path, pointer);
    if (unsortable.has(by.type.kind)) throw fail('REQUEST_INVALID', { reason: `${path} has no order.` }, { pointer });
    return { by, descending, ...(nulls === undefined ? {} : { nulls }) };
  });
  // Behind the id nothing decides any more.
  const id = keys.findIndex(({ by }) => by.node === 'path' && by.root === 0 && by.steps.length === 1 && by.steps[0]?.field === 'id');
  if (id === -1) return { orderBy: keys };
  return { orderBy: keys.slice(0, id), idDescending: keys[id]?.descending === true };
}

function pageSize(size: number, limit: number, pointer: string): number {
  if (!Number.isInteger(size) || size < 0 || size > limit)
    throw fail('REQUEST_INVALID', { reason: `a page has 0 to ${String(limit)} records.` }, { pointer });
  return size;
}

function pageOf(resolving: Resolving, request: PageRequest, list: ListOrder & Pick<ListQuery, 'object'>, at: string): Page {
  const { first, after, last, before } = request;
  const { parts } = resolving.session;
  const forward = first !== undefined || after !== undefined;
  if (forward && (last !== undefined || before !== undefined))
    throw fail('REQUEST_INVALID', { reason: 'first and after go forward, last and before backward; take one pair.' }, { pointer: at });
  const open = (cursor: string | Given, name: string): CursorKeys => {
    try {
      const text = cursor instanceof Given ? String(cursor.value) : cursor;
      const opened = openCursor(text, parts.cursorPads, resolving.cursorContext, list);
      return cursor instanceof Given ? new LateCursor(cursor.name, opened, list) : opened;
    } catch (error) {
      throw fail('CURSOR_INVALID', {}, { pointer: `${at}/${name}` }, error);
    }
  };
  if (last !== undefined || before !== undefined) {
    const size = pageSize(last ?? defaultPage, parts.limits.page, `${at}/last`);
    return { direction: 'backward', size, ...(before === undefined ? {} : { before: open(before, 'before') }) };
  }
  const size = pageSize(first ?? defaultPage, parts.limits.page, `${at}/first`);
  return { direction: 'forward', size, ...(after === undefined ? {} : { after: open(after, 'after') }) };
}

export function resolveList(resolving: Resolving, object: string, request: ListRequest): ListQuery {
  const at = request.at ?? '';
  const order = orderKeys(resolving, objectOf(resolving.model, object).name, request.orderBy ?? [], at);
  const page = pageOf(resolving, request.page ?? {}, { object, ...order }, at);
  const where =
    request.filter === undefined || request.filter === null
      ? undefined
      : condition(resolving.model, object, request.filter, `${at}/filter`);
  return {
    object,
    ...order,
    page,
    ...(where === undefined ? {} : { where }),
    ...(request.deleted === undefined ? {} : { deleted: request.deleted }),
  };
}

export function resolveSelections(
  resolving: Resolving,
  object: ObjectModel,
  requests: readonly SelectionRequest[],
  at = '',
): readonly Selection[] {
  return requests.flatMap((request): Selection | readonly Selection[] => {
    switch (request.kind) {
      case 'allFields':
        return readableFields(object).map((field) => ({ kind: 'field', as: field, field }));
      case 'constant':
      case 'nodeId':
        return request;
      case 'field':
        fieldOf(object, request.field, `${at}/fields`);
        return request;
      case 'object':
        return { kind: 'object', as: request.as, selections: resolveSelections(resolving, object, request.selections, at) };
      case 'lookup':
        return resolveLookup(resolving, object, request, at);
      case 'children': {
        const relation = relationOf(object, request.relation, at);
        return {
          kind: 'children',
          as: request.as,
          relation: request.relation,
          list: resolveList(resolving, relation.object, request.list),
          parts: resolveParts(resolving, objectOf(resolving.model, relation.object), request.parts, at),
        };
      }
      case 'childAggregate': {
        const relation = relationOf(object, request.relation, at);
        return {
          kind: 'childAggregate',
          as: request.as,
          relation: request.relation,
          aggregate: resolveAggregate(resolving, relation.object, request.aggregate),
        };
      }
    }
  });
}

/** What `allFields` stands for. Secrets are read by nobody. */
export function readableFields(object: ObjectModel): readonly string[] {
  return Object.values(object.fields).flatMap((field) => (field.wire === 'secret' ? [] : [field.name]));
}

function relationOf(object: ObjectModel, name: string, at: string): ObjectModel['relations'][string] {
  const relation = Object.hasOwn(object.relations, name) ? object.relations[name] : undefined;
  if (relation === undefined)
    throw fail(
      'RELATION_UNKNOWN',
      { object: object.name, relation: name, known: `Known: ${Object.keys(object.relations).join(', ')}.` },
      { pointer: at },
    );
  return relation;
}

function resolveLookup(
  resolving: Resolving,
  object: ObjectModel,
  request: Extract<SelectionRequest, { kind: 'lookup' }>,
  at: string,
): Selection {
  const field = fieldOf(object, request.field, `${at}/fields`);
  const targets = field.lookup?.to ?? [];
  const cases = request.cases.map(({ object: target, selections }) => {
    if (!targets.includes(target))
      throw fail('REQUEST_INVALID', { reason: `${object.name}.${field.name} does not point to ${target}.` }, { pointer: `${at}/fields` });
    return { object: target, selections: resolveSelections(resolving, objectOf(resolving.model, target), selections, at) };
  });
  return { kind: 'lookup', as: request.as, field: field.name, cases };
}

export function resolveParts(
  resolving: Resolving,
  object: ObjectModel,
  requests: readonly ListPartRequest[],
  at = '',
): readonly ListPart[] {
  return requests.map((request): ListPart => {
    if (request.kind === 'nodes') return { ...request, selections: resolveSelections(resolving, object, request.selections, at) };
    if (request.kind !== 'edges') return request;
    return {
      ...request,
      parts: request.parts.map((part) =>
        part.kind === 'node' ? { ...part, selections: resolveSelections(resolving, object, part.selections, at) } : part,
      ),
    };
  });
}

/** The slot of a given value that is no part of a rule. One that does not fit is for the road without plans to answer. */
function slotOf(given: Given, type: RuleType, form?: TextForm): Slot {
  const slot = new GivenSlot(given.name, type, type, form);
  if (slot.bound(given.value) !== undefined) return slot;
  throw fail('REQUEST_INVALID', { reason: `${JSON.stringify(given.value)} does not fit here.` });
}

type RecordRequest = Extract<RootRequest, { kind: 'record' }>;

function recordKey(by: RecordRequest['by'], object: ObjectModel, pointer: string): Extract<RootQuery, { kind: 'record' }>['by'] {
  if ('id' in by) return { id: by.id instanceof Given ? slotOf(by.id, { kind: 'reference', to: [object.name] }) : by.id };
  const key = Object.entries(by.key).map(([name, value]) => {
    fieldOf(object, name, pointer);
    // The statement makes a value of the column's type of the text, so the text is a parameter of its own.
    const form: TextForm = { name: `key ${object.name}.${name}`, of: (text) => text };
    return [name, value instanceof Given ? slotOf(value, { kind: 'text' }, form) : value] as const;
  });
  return { key: Object.fromEntries(key) };
}

export function resolveRoot(resolving: Resolving, root: RootRequest): RootQuery {
  if (root.kind === 'constant') return root;
  const object = objectOf(resolving.model, root.object);
  switch (root.kind) {
    case 'record': {
      const { as, deleted } = root;
      const by = recordKey(root.by, object, root.at ?? '');
      const selections = resolveSelections(resolving, object, root.selections, root.at);
      return { kind: 'record', as, object: root.object, by, selections, ...(deleted === undefined ? {} : { deleted }) };
    }
    case 'list':
      return {
        kind: 'list',
        as: root.as,
        list: resolveList(resolving, root.object, root.list),
        parts: resolveParts(resolving, object, root.parts, root.list.at),
      };
    case 'aggregate':
      return { kind: 'aggregate', as: root.as, aggregate: resolveAggregate(resolving, root.object, root.aggregate) };
  }
}
