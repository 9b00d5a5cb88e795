// An action: what can be done beside reading and writing records, as a field of GraphQL, with the same input and the same outcome as in REST.
import type { Engine } from '@tessera/engine';
import type { Context, ErrorCode } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import {
  GraphQLEnumType,
  GraphQLID,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLString,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  type GraphQLNullableType,
  type GraphQLOutputType,
} from 'graphql';
import type { Members } from '../../rest/body.ts';
import type { SchemaBuilder } from '../schema/builder.ts';
import { means } from '../schema/meaning.ts';
import { nodeInterface, recordOf } from '../schema/records.ts';
import { isEnumName } from '../schema/values.ts';

/** Who asks, and whom. */
export interface Asker {
  readonly engine: Engine;
  readonly context: Context;
}

export interface Action {
  /** The root field. */
  readonly name: string;
  readonly description: string;
  /** Undefined where nobody who reads the schema could ever do it. */
  readonly args: (b: SchemaBuilder) => GraphQLFieldConfigArgumentMap | undefined;
  readonly type: (b: SchemaBuilder) => GraphQLOutputType;
  /** Gives what its type shows: by field the property of its name, unless the field's meaning says another. */
  readonly run: (asker: Asker, given: Members) => Promise<unknown>;
  /** What it is refused with where there is nothing to show: null then, as for records that are not there. */
  readonly absent?: readonly ErrorCode[];
}

export type OutcomeFields = GraphQLFieldConfigMap<unknown, unknown>;

export const needed = <T extends GraphQLNullableType>(type: T): GraphQLNonNull<T> => new GraphQLNonNull(type);

export const listOrNull = <T extends GraphQLNullableType>(type: T): GraphQLList<GraphQLNonNull<T>> => new GraphQLList(needed(type));

export const listOf = <T extends GraphQLNullableType>(type: T): GraphQLNonNull<GraphQLList<GraphQLNonNull<T>>> => needed(listOrNull(type));

export const ids = listOrNull(GraphQLID);

/** An object type of outcomes. Its name owes nothing to metadata. */
export const outcome = (b: SchemaBuilder, wanted: string, fields: () => OutcomeFields, description?: string): GraphQLObjectType =>
  b.type(`outcome:${wanted}`, wanted, (name) => new GraphQLObjectType({ name, description, fields: b.lazily(fields) }));

export const choice = (b: SchemaBuilder, wanted: string, values: readonly string[], description?: string): GraphQLEnumType =>
  b.type(`choice:${wanted}`, wanted, (name) => {
    return new GraphQLEnumType({ name, description, values: Object.fromEntries(values.map((value) => [value, { value }])) });
  });

/** The objects whose records an action is about, as an enum; undefined where there are none. */
export function objectsWith(b: SchemaBuilder, wanted: string, has: (object: ObjectModel) => boolean): GraphQLEnumType | undefined {
  const found = b.objects.filter((object) => isEnumName(object.name) && has(object));
  if (found.length === 0) return undefined;
  return b.type(`objects:${wanted}`, wanted, (name) => {
    const values = Object.fromEntries(found.map((object) => [object.name, { value: object.name, description: b.text(object.label) }]));
    return new GraphQLEnumType({ name, values });
  });
}

/** The record that an outcome names by its properties `object` and `id`, as the caller sees it by then. */
export const shownRecord = (b: SchemaBuilder, from = 'id'): OutcomeFields => ({
  record: {
    type: nodeInterface(b),
    description: 'As you see it by then; null where you do not.',
    ...means({ kind: 'shown', object: undefined, from }),
  },
});

/** Somebody: the person, where people may be read, and the id alone. */
export function person(b: SchemaBuilder, name: string, description?: string): OutcomeFields {
  const user = b.model.objects['user'];
  const id = { type: GraphQLID, description, ...means({ kind: 'part', from: name }) };
  if (user === undefined) return { [`${name}Id`]: id };
  return {
    [name]: { type: recordOf(b, user), description, ...means({ kind: 'shown', object: user.name, from: name }) },
    [`${name}Id`]: id,
  };
}

/** Which record an action is about. */
export const aboutRecord = (object: GraphQLEnumType | typeof GraphQLString): GraphQLFieldConfigArgumentMap => ({
  object: { type: new GraphQLNonNull(object) },
  id: { type: new GraphQLNonNull(GraphQLID) },
});
