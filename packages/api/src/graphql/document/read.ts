// The root fields of a query as the roots of one read.
import type { RootRequest } from '@tessera/engine';
import { Given, isUuid } from '@tessera/kernel';
import type { GraphQLObjectType, SelectionSetNode } from 'graphql';
import { fieldMeaning } from '../schema/meaning.ts';
import { aggregateRequest } from './aggregates.ts';
import { deletedOf, listParts, listRequest } from './lists.ts';
import { parseNodeId } from './node-id.ts';
import { recordSelections } from './records.ts';
import type { Picked, Translation } from './translation.ts';

/** Fields that graphql-js answers from the schema alone. */
const introspection: ReadonlySet<string> = new Set(['__schema', '__type']);

/** A query in two parts: what is read, and what the schema itself answers. */
export interface QueryPlan {
  readonly roots: readonly RootRequest[];
  readonly introspection: readonly Picked[];
  /** Whether an introspection field comes before all others. */
  readonly introspectionFirst: boolean;
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
  const asked = picked.filter((each) => introspection.has(each.name));
  return {
    roots: picked.filter((each) => !introspection.has(each.name)).map((each) => rootRequest(t, type, each)),
    introspection: asked,
    introspectionFirst: asked.length > 0 && asked[0] === picked[0],
  };
}
