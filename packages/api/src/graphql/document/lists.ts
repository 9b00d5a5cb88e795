// Lists: their arguments as a list request, their selections as its parts.
import type { ListPartRequest, ListRequest, OrderRequest, PageRequest, SelectionRequest } from '@tessera/engine';
import type { GraphQLInputObjectType } from 'graphql';
import { inputMeaning } from '../schema/meaning.ts';
import type { Direction } from '../schema/orders.ts';
import { filterOf } from './filter.ts';
import type { Picked, Translation } from './translation.ts';
import { argumentTypeOf, inputTypeOf, objectTypeOf } from './types.ts';

/** The one key of an input object of exactly one key, followed through lookups: its path and its value. */
export function leafOf(type: GraphQLInputObjectType, input: unknown, prefix = ''): { readonly path: string; readonly value: unknown } {
  const [entry] = Object.entries((input ?? {}) as Readonly<Record<string, unknown>>);
  const [name = '', value] = entry ?? [];
  const field = type.getFields()[name];
  const meaning = field === undefined ? undefined : inputMeaning(field);
  if (meaning?.kind === 'follow') return leafOf(inputTypeOf(type, name), value, `${prefix}${meaning.segment}.`);
  if (meaning?.kind === 'key') return { path: prefix + meaning.field, value };
  throw new TypeError(`${type.name}.${name} is no key.`);
}

function orderOf(picked: Picked): readonly OrderRequest[] {
  const entries = picked.arguments['orderBy'];
  if (!Array.isArray(entries)) return [];
  const type = argumentTypeOf(picked.definition, 'orderBy');
  return entries.map((entry): OrderRequest => {
    const { path, value } = leafOf(type, entry);
    return { path, ...(value as Direction) };
  });
}

function pageOf({ arguments: given }: Picked): PageRequest | undefined {
  const page = Object.fromEntries(
    ['first', 'after', 'last', 'before'].flatMap((name) => {
      const value = given[name];
      return value === undefined || value === null ? [] : [[name, value]];
    }),
  );
  return Object.keys(page).length === 0 ? undefined : page;
}

export function deletedOf({ arguments: given }: Picked): { readonly deleted?: 'with' | 'only' } {
  const deleted = given['deleted'];
  return deleted === 'with' || deleted === 'only' ? { deleted } : {};
}

export function listRequest(picked: Picked): ListRequest {
  const filter = filterOf(argumentTypeOf(picked.definition, 'where'), picked.arguments['where'], `${picked.at}/where`);
  const orderBy = orderOf(picked);
  const page = pageOf(picked);
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(orderBy.length === 0 ? {} : { orderBy }),
    ...(page === undefined ? {} : { page }),
    ...deletedOf(picked),
    at: picked.at,
  };
}

/** Makes the selections of one record; handed in, since records and lists contain each other. */
export type SelectRecord = (t: Translation, object: string, picked: Pick<Picked, 'sets' | 'at'>) => readonly SelectionRequest[];

export function listParts(t: Translation, object: string, list: Picked, select: SelectRecord): readonly ListPartRequest[] {
  const type = objectTypeOf(list.definition);
  return t.pick(type, list.sets, list.at).map((part): ListPartRequest => {
    const { as } = part;
    switch (part.name) {
      case '__typename':
        return { kind: 'constant', as, value: type.name };
      case 'nodes':
        return { kind: 'nodes', as, selections: select(t, object, part) };
      case 'edges':
        return { kind: 'edges', as, parts: edgeParts(t, object, part, select) };
      case 'pageInfo':
        return { kind: 'pageInfo', as, parts: pageInfoParts(t, part) };
      case 'totalCount':
        return { kind: 'totalCount', as };
      default:
        throw new TypeError(`A connection has no ${part.name}.`);
    }
  });
}

type EdgeParts = Extract<ListPartRequest, { kind: 'edges' }>['parts'];

function edgeParts(t: Translation, object: string, edges: Picked, select: SelectRecord): EdgeParts {
  const type = objectTypeOf(edges.definition);
  return t.pick(type, edges.sets, edges.at).map((part): EdgeParts[number] => {
    if (part.name === '__typename') return { kind: 'constant', as: part.as, value: type.name };
    if (part.name === 'cursor') return { kind: 'cursor', as: part.as };
    return { kind: 'node', as: part.as, selections: select(t, object, part) };
  });
}

type PageInfoParts = Extract<ListPartRequest, { kind: 'pageInfo' }>['parts'];

const pageInfoKinds = ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'] as const;

function pageInfoParts(t: Translation, info: Picked): PageInfoParts {
  const type = objectTypeOf(info.definition);
  return t.pick(type, info.sets, info.at).map((part): PageInfoParts[number] => {
    const kind = pageInfoKinds.find((each) => each === part.name);
    return kind === undefined ? { kind: 'constant', as: part.as, value: type.name } : { kind, as: part.as };
  });
}
