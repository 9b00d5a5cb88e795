// The root fields of a query: the roots of one read, and what operations of their own answer.
import type { RootRequest } from '@tessera/engine';
import { Given, isUuid } from '@tessera/kernel';
import type { GraphQLObjectType, SelectionSetNode } from 'graphql';
import { fieldMeaning } from '../schema/meaning.ts';
import { actionPlan, type ActionPlan } from './actions.ts';
import { aggregateRequest } from './aggregates.ts';
import { deletedOf, listParts, listRequest } from './lists.ts';
import { parseNodeId } from './node-id.ts';
import { recordSelections } from './records.ts';
import type { Picked, Translation } from './translation.ts';

/** Fields that graphql-js answers from the schema alone. */
const introspection: ReadonlySet<string> = new Set(['__schema', '__type']);

/** A query in its parts: what is read, what operations answer, and what the schema itself answers. */
export interface QueryPlan {
  readonly roots: readonly RootRequest[];
  /** Fields that operations of their own answer. */
  readonly actions: readonly ActionPlan[];
  readonly introspection: readonly Picked[];
  /** Response names in their order. */
  readonly names: readonly string[];
}

function recordRoot(t: Translation, picked: Picked, object: string, id: unknown): RootRequest {
  // Translated even where no record can be meant, so that limits hold for it.
  const selections = recordSelections(t, object, picked);
  // No record has an id that is none.
  if (!(id instanceof Given) && !isUuid(id)) return { kind: 'constant', as: picked.as, value: null };
  const by = { id: id instanceof Given ? id : id.toLowerCase() };
  return { kind: 'record', as: picked.as, object, by, ...deletedOf(picked), selections, at: picked.at };
}

function rootRequest(t: Translation, type: GraphQLObjectType, picked: Picked): RootRequest {
  const { as, definition } = picked;
  if (definition === undefined) return { kind: 'constant', as, value: type.name };
  const meaning = fieldMeaning(definition);
  switch (meaning?.kind) {
    case 'node': {
      const node = parseNodeId(picked.arguments['id'], t.model);
      return node === undefined ? { kind: 'constant', as, value: null } : recordRoot(t, picked, node.object, node.id);
    }
    case 'record':
      return recordRoot(t, picked, meaning.object, picked.arguments['id']);
    case 'list': {
      const parts = listParts(t, meaning.object, picked, recordSelections);
      return { kind: 'list', as, object: meaning.object, list: listRequest(picked), parts };
    }
    case 'aggregate':
      return { kind: 'aggregate', as, object: meaning.object, aggregate: aggregateRequest(t, picked) };
    default:
      throw new TypeError(`Query.${picked.name} has no meaning.`);
  }
}

/** Translates the root selection of a query. */
export function queryPlan(t: Translation, set: SelectionSetNode): QueryPlan {
  const type = t.schema.getQueryType();
  if (type === null || type === undefined) throw new TypeError('The schema has no queries.');
  const picked = t.pickRoots(type, set);
  const actionOf = ({ definition }: Picked): string | undefined => {
    const meaning = definition === undefined ? undefined : fieldMeaning(definition);
    return meaning?.kind === 'action' ? meaning.name : undefined;
  };
  return {
    roots: picked.filter((each) => !introspection.has(each.name) && actionOf(each) === undefined).map((each) => rootRequest(t, type, each)),
    actions: picked.flatMap((each) => {
      const action = actionOf(each);
      return action === undefined ? [] : [actionPlan(t, each, action)];
    }),
    introspection: picked.filter((each) => introspection.has(each.name)),
    names: picked.map(({ as }) => as),
  };
}
