// The type of an object's records, with its connections: `Opportunity`, `OpportunityConnection`, `OpportunityEdge`.
import type { FieldModel, ObjectModel, RelationModel } from '@tessera/metadata';
import {
  GraphQLEnumType,
  GraphQLID,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLBoolean,
  GraphQLString,
  GraphQLUnionType,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
} from 'graphql';
import { aggregateArguments, aggregateOf } from './aggregates.ts';
import type { SchemaBuilder } from './builder.ts';
import { filterOf } from './filters.ts';
import { means } from './meaning.ts';
import { orderOf } from './orders.ts';
import { fieldsOf, fieldValueType, isLookup, plainTarget } from './values.ts';
import { DateTimeScalar } from './scalars.ts';
import { Names } from './type-names.ts';

type Field = [string, GraphQLFieldConfig<unknown, unknown>];

const nonNullList = <T extends GraphQLObjectType>(type: T): GraphQLNonNull<GraphQLList<GraphQLNonNull<T>>> =>
  new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type)));

export function nodeInterface(b: SchemaBuilder): GraphQLInterfaceType {
  return b.type('node', 'Node', (name) => {
    return new GraphQLInterfaceType({
      name,
      description: 'A record of any object.',
      fields: {
        id: { type: new GraphQLNonNull(GraphQLID), description: 'The id that REST and CSV have too; unique within the tenant.' },
        nodeId: { type: new GraphQLNonNull(GraphQLID), description: 'What `node(id)` takes; it knows its object.' },
        // Not where it is hidden on any of the objects: an interface's fields are those of all.
        ...(b.objects.every((object) => object.fields['name'] !== undefined) ? { name: { type: GraphQLString } } : {}),
        createdAt: { type: DateTimeScalar },
        updatedAt: { type: DateTimeScalar },
        version: { type: GraphQLInt },
      },
    });
  });
}

/** `Opportunity`. A field may be hidden from a reader, so only ids are never null. */
export function recordOf(b: SchemaBuilder, object: ObjectModel): GraphQLObjectType {
  return b.objectType(object, '', (name) => {
    return new GraphQLObjectType({
      name,
      description: object.description ?? b.text(object.label),
      interfaces: () => [nodeInterface(b)],
      fields: b.lazily(() => recordFields(b, object)),
    });
  });
}

function recordFields(b: SchemaBuilder, object: ObjectModel): GraphQLFieldConfigMap<unknown, unknown> {
  const names = new Names();
  // The interface needs its own name for this one; a field that is called so comes out as `nodeId_`.
  const nodeId = names.claim('nodeId');
  const called = new Map([...Object.keys(object.fields), ...Object.keys(object.relations)].map((name) => [name, names.claim(name)]));
  const fields = fieldsOf(object).flatMap((field): Field[] => {
    const name = called.get(field.name) ?? field.name;
    return isLookup(field) ? lookupFields(b, field, name, names) : [[name, valueField(b, field)]];
  });
  const relations = Object.values(object.relations).flatMap((relation) => {
    return relationFields(b, relation, called.get(relation.name) ?? relation.name, names);
  });
  const global = { type: new GraphQLNonNull(GraphQLID), description: 'What `node(id)` takes.', ...means({ kind: 'nodeId' }) };
  return { [nodeId]: global, ...Object.fromEntries([...fields, ...relations]) };
}

function valueField(b: SchemaBuilder, field: FieldModel): GraphQLFieldConfig<unknown, unknown> {
  const type = fieldValueType(b, field);
  return {
    type: field.type === 'id' ? new GraphQLNonNull(type) : type,
    description: b.describe(field),
    ...means({ kind: 'value', field: field.name }),
  };
}

/** The record, and its id alone: `account` and `accountId`; with several targets `about` and `aboutRef`. */
function lookupFields(b: SchemaBuilder, field: FieldModel, name: string, names: Names): Field[] {
  const targets = field.lookup?.to ?? [];
  const [target] = targets;
  const description = b.describe(field);
  const plain = plainTarget(field) !== undefined;
  const scalar = names.claim(`${field.name}${field.wire === 'anyReference' ? 'Ref' : 'Id'}`);
  const id: Field = [scalar, { type: fieldValueType(b, field), description, ...means({ kind: 'value', field: field.name }) }];
  // Where no target may be read, only the id is there.
  if (target === undefined) return [id];
  const type = plain ? recordOf(b, b.object(target)) : targetsOf(b, field);
  return [[name, { type, description, ...means({ kind: 'lookup', field: field.name, targets }) }], id];
}

function targetsOf(b: SchemaBuilder, field: FieldModel): GraphQLUnionType {
  return b.fieldType(field, '', (name) => {
    return new GraphQLUnionType({
      name,
      description: b.describe(field),
      types: () => (field.lookup?.to ?? []).map((target) => recordOf(b, b.object(target))),
    });
  });
}

function relationFields(b: SchemaBuilder, relation: RelationModel, name: string, names: Names): Field[] {
  const child = b.object(relation.object);
  const stands = { relation: relation.name, object: relation.object };
  const label = b.text(child.pluralLabel);
  return [
    [
      name,
      {
        type: new GraphQLNonNull(connectionOf(b, child)),
        args: listArguments(b, child),
        description: label,
        ...means({ kind: 'children', ...stands }),
      },
    ],
    [
      names.claim(`${relation.name}Aggregate`),
      {
        type: nonNullList(aggregateOf(b, child)),
        args: aggregateArguments(b, child),
        description: label,
        ...means({ kind: 'childAggregate', ...stands }),
      },
    ],
  ];
}

export function connectionOf(b: SchemaBuilder, object: ObjectModel): GraphQLObjectType {
  return b.objectType(object, 'Connection', (name) => {
    const record = recordOf(b, object);
    const edge = b.objectType(object, 'Edge', (edgeName) => {
      return new GraphQLObjectType({
        name: edgeName,
        fields: { cursor: { type: new GraphQLNonNull(GraphQLString) }, node: { type: new GraphQLNonNull(record) } },
      });
    });
    return new GraphQLObjectType({
      name,
      description: 'A page of records (Relay Cursor Connections).',
      fields: {
        nodes: { type: nonNullList(record) },
        edges: { type: nonNullList(edge) },
        pageInfo: { type: new GraphQLNonNull(pageInfoType(b)) },
        totalCount: { type: new GraphQLNonNull(GraphQLInt), description: 'All records that match, whatever the page.' },
      },
    });
  });
}

function pageInfoType(b: SchemaBuilder): GraphQLObjectType {
  return b.type('pageInfo', 'PageInfo', (name) => {
    const flag = { type: new GraphQLNonNull(GraphQLBoolean) };
    return new GraphQLObjectType({
      name,
      fields: { hasNextPage: flag, hasPreviousPage: flag, startCursor: { type: GraphQLString }, endCursor: { type: GraphQLString } },
    });
  });
}

export function deletedRecords(b: SchemaBuilder): GraphQLEnumType {
  return b.type('deletedRecords', 'DeletedRecords', (name) => {
    return new GraphQLEnumType({
      name,
      description: 'Records in the recycle bin; left out, there are none of them.',
      values: { WITH: { value: 'with', description: 'Those too.' }, ONLY: { value: 'only', description: 'Only those.' } },
    });
  });
}

export function listArguments(b: SchemaBuilder, object: ObjectModel): GraphQLFieldConfigArgumentMap {
  return {
    where: { type: filterOf(b, object) },
    orderBy: { type: new GraphQLList(new GraphQLNonNull(orderOf(b, object))) },
    first: { type: GraphQLInt, description: 'So many from the start, or after `after`.' },
    after: { type: GraphQLString },
    last: { type: GraphQLInt, description: 'So many from the end, or before `before`.' },
    before: { type: GraphQLString },
    deleted: { type: deletedRecords(b) },
  };
}
