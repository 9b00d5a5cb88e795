// Which reads PostgreSQL should plan once: those that are planned alike whatever the values.
import type { Expression } from '@tessera/rules';
import type { AggregateQuery, ListPart, ListQuery, RootQuery, Selection } from '@tessera/storage';

/**
 * A plan without values takes each value for a usual one. That is right where an id or a lookup finds the records, also where a list is
 * filtered by one lookup and comes in the order of the ids, which is how the lookup's index has them, or goes on behind a cursor and has no
 * filter. It is wrong where another filter, or the owners whose records one sees, choose among all records of an object: there PostgreSQL
 * looks at the values each time.
 *
 * @param asked the roots as the caller asked for them
 * @param restricted the same as security left them
 */
export function isPreparable(asked: readonly RootQuery[], restricted: readonly RootQuery[]): boolean {
  return asked.every((root, i) => isRootPreparable(root) && whereOf(root) === whereOf(restricted[i]));
}

const whereOf = (root: RootQuery | undefined): Expression | undefined => (root?.kind === 'list' ? root.list.where : undefined);

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

function isListPreparable(list: ListQuery, parts: readonly ListPart[]): boolean {
  const { where, orderBy, page } = list;
  const cursor = page.direction === 'forward' ? page.after : page.before;
  const found =
    where === undefined ? cursor === undefined || isSought(list) : cursor === undefined && orderBy.length === 0 && isLookupEqual(where);
  return found && parts.every(isPartPreparable);
}

/** Whether what comes behind a cursor is one comparison of a key and the id, which an index of the key answers wherever the cursor stands. */
function isSought({ orderBy, idDescending }: ListQuery): boolean {
  const [key] = orderBy;
  return orderBy.length <= 1 && (key === undefined || idDescending === undefined || idDescending === key.descending);
}

/** The field of the list's own record that an expression is; undefined for any other. */
const ownField = (by: Expression): string | undefined =>
  by.node === 'path' && by.root === 0 && by.steps.length === 1 && by.computed === undefined ? by.steps[0]?.field : undefined;

/** Whether a condition is that a lookup leads to a certain record. */
function isLookupEqual(where: Expression): boolean {
  if (where.node !== 'call' || where.operator !== '==') return false;
  const [field, value] = where.arguments;
  const isField = field?.type.kind === 'reference' && ownField(field) !== undefined;
  return isField && (value?.node === 'given' || (value?.node === 'literal' && value.value !== null));
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
      return selection.list.where === undefined && isListPreparable(selection.list, selection.parts);
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
