// Which reads PostgreSQL should plan once: those that are planned alike whatever the values.
import type { AggregateQuery, ListPart, ListQuery, RootQuery, Selection } from '@tessera/storage';

/**
 * A plan without values takes each value for a usual one. That is right where an id or a lookup finds the records. It is wrong where a filter,
 * a cursor, or the owners whose records one sees choose among all records of an object: there PostgreSQL looks at the values each time.
 *
 * @param asked the roots as the caller asked for them
 * @param restricted the same as security left them
 */
export function isPreparable(asked: readonly RootQuery[], restricted: readonly RootQuery[]): boolean {
  return asked.every((root) => isRootPreparable(root)) && restricted.every((root) => root.kind !== 'list' || root.list.where === undefined);
}

function isRootPreparable(root: RootQuery): boolean {
  switch (root.kind) {
    case 'constant':
      return true;
    case 'record':
      return root.where === undefined && root.selections.every(isSelectionPreparable);
    case 'list':
      return isListPreparable(root.list, root.parts);
    case 'records':
    case 'aggregate':
      return false;
  }
}

function isListPreparable({ where, page }: ListQuery, parts: readonly ListPart[]): boolean {
  const cursor = page.direction === 'forward' ? page.after : page.before;
  return where === undefined && cursor === undefined && parts.every(isPartPreparable);
}

function isPartPreparable(part: ListPart): boolean {
  if (part.kind === 'nodes') return part.selections.every(isSelectionPreparable);
  return part.kind !== 'edges' || part.parts.every((edge) => edge.kind !== 'node' || edge.selections.every(isSelectionPreparable));
}

function isSelectionPreparable(selection: Selection): boolean {
  switch (selection.kind) {
    case 'object':
      return selection.selections.every(isSelectionPreparable);
    case 'lookup':
      return selection.cases.every((each) => each.selections.every(isSelectionPreparable));
    case 'children':
      return isListPreparable(selection.list, selection.parts);
    case 'childAggregate':
      return isAggregatePreparable(selection.aggregate);
    case 'field':
    case 'nodeId':
    case 'constant':
    case 'expression':
      return true;
  }
}

function isAggregatePreparable({ where, measures }: AggregateQuery): boolean {
  return where === undefined && measures.every((measure) => measure.where === undefined);
}
