// What a read may cost, before it is run: rows that may come out, and a charge for each thing that makes PostgreSQL search.
import type { Model } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';
import type { AggregateQuery, ListPart, ListQuery, RootQuery, Selection } from './query.ts';

/** Charges in rows: about what each makes PostgreSQL look at beyond the rows that come out. */
export const queryCharges = { root: 1, count: 50, aggregate: 100, search: 10 } as const;

export interface QueryCost {
  /** Σ (page size × what each row contains), and the charges. A row counts 1, a record behind a lookup 1. */
  readonly cost: number;
  /** How deep records are nested in records; a root is 1. */
  readonly depth: number;
}

const nothing: QueryCost = { cost: 0, depth: 0 };

/** The cost and depth of a request. Computed fields are charged for the aggregates and lookups in them. */
export function queryCost(model: Model, roots: readonly RootQuery[]): QueryCost {
  return together(roots.map((root) => added(queryCharges.root, rootCost(model, root))));
}

const together = (costs: readonly QueryCost[]): QueryCost =>
  costs.reduce((all, one) => ({ cost: all.cost + one.cost, depth: Math.max(all.depth, one.depth) }), nothing);

const added = (charge: number, { cost, depth }: QueryCost): QueryCost => ({ cost: cost + charge, depth });

/** So many records, each of which contains so much. */
const records = (count: number, inside: QueryCost): QueryCost => ({ cost: count * (1 + inside.cost), depth: inside.depth + 1 });

function rootCost(model: Model, root: RootQuery): QueryCost {
  switch (root.kind) {
    case 'record':
      return added(searches(root.where), records(1, selectionsCost(model, root.object, root.selections)));
    case 'records':
      return added(searches(root.where), records(root.ids.length, selectionsCost(model, root.object, root.selections)));
    case 'list':
      return listCost(model, root.list, root.parts);
    case 'aggregate':
      return aggregateCost(root.aggregate);
    case 'constant':
      return nothing;
  }
}

function listCost(model: Model, list: ListQuery, parts: readonly ListPart[]): QueryCost {
  const inside = together(
    parts.flatMap((part) => {
      if (part.kind === 'nodes') return [selectionsCost(model, list.object, part.selections)];
      if (part.kind !== 'edges') return [];
      return part.parts.map((edge) => (edge.kind === 'node' ? selectionsCost(model, list.object, edge.selections) : nothing));
    }),
  );
  const counts = parts.filter((part) => part.kind === 'totalCount').length * queryCharges.count;
  const sorts = list.orderBy.reduce((sum, { by }) => sum + searches(by), 0);
  return added(counts + searches(list.where) + sorts, records(list.page.size, inside));
}

function aggregateCost(aggregate: AggregateQuery): QueryCost {
  const expressions = [
    aggregate.where,
    ...aggregate.groupBy.map(({ by }) => by),
    ...aggregate.measures.flatMap(({ value, where }) => [value, where]),
  ];
  const inside = expressions.reduce((sum, expression) => sum + searches(expression), 0);
  return { cost: queryCharges.aggregate + inside, depth: 1 };
}

function selectionsCost(model: Model, object: string, selections: readonly Selection[]): QueryCost {
  return together(selections.map((selection) => selectionCost(model, object, selection)));
}

function selectionCost(model: Model, object: string, selection: Selection): QueryCost {
  switch (selection.kind) {
    case 'field': {
      const field = model.objects[object]?.fields[selection.field];
      if (field === undefined || field.columns.length > 0) return nothing;
      return { cost: searches(field.formula?.expression ?? field.rollup?.aggregate ?? field.quote?.path), depth: 0 };
    }
    case 'expression':
      return { cost: searches(selection.expression), depth: 0 };
    case 'object':
      return selectionsCost(model, object, selection.selections);
    case 'lookup': {
      const cases = selection.cases.map((each) => added(searches(each.where), selectionsCost(model, each.object, each.selections)));
      // At most one case has its record.
      return records(1, { cost: Math.max(0, ...cases.map(({ cost }) => cost)), depth: Math.max(0, ...cases.map(({ depth }) => depth)) });
    }
    case 'children':
      return listCost(model, selection.list, selection.parts);
    case 'childAggregate':
      return aggregateCost(selection.aggregate);
    case 'constant':
    case 'nodeId':
      return nothing;
  }
}

/** The charge for the searches that a rule makes: each aggregate (some, none and every among them), and each lookup on a path. */
function searches(expression: Expression | undefined): number {
  if (expression === undefined) return 0;
  switch (expression.node) {
    // What security places is not what the caller asks for, so it is not charged: a query costs everybody the same.
    case 'literal':
    case 'given':
    case 'access':
      return 0;
    case 'path':
      return Math.max(0, expression.steps.length - 1);
    case 'call':
      return expression.arguments.reduce((sum, argument) => sum + searches(argument), 0);
    case 'aggregate': {
      const sorts = (expression.sort ?? []).reduce((sum, { by }) => sum + searches(by), 0);
      return queryCharges.search * (1 + searches(expression.value) + searches(expression.where) + sorts);
    }
  }
}
