// The root fields: what can be asked, changed and listened to.
import { typeName, type ObjectModel } from '@tessera/metadata';
import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  type GraphQLInputObjectType as InputObject,
} from 'graphql';
import type { Action } from '../actions/action.ts';
import { mutations, queries } from '../actions/table.ts';
import { aggregateArguments, aggregateOf } from './aggregates.ts';
import type { SchemaBuilder } from './builder.ts';
import { filterOf } from './filters.ts';
import {
  createInputOf,
  keysOf,
  mayCreate,
  recordVersion,
  updatableFields,
  updateInputOf,
  upsertInputOf,
  version,
  writableFields,
} from './inputs.ts';
import { means, type WriteKind } from './meaning.ts';
import { connectionOf, deletedRecords, listArguments, nodeInterface, recordOf } from './records.ts';
import { JsonScalar } from './scalars.ts';
import { problemType } from './problems.ts';
import { Names } from './type-names.ts';

type Field = GraphQLFieldConfig<unknown, unknown>;
type Fields = GraphQLFieldConfigMap<unknown, unknown>;

const id = { type: new GraphQLNonNull(GraphQLID) };

/** `opportunity`, `opportunities`, `opportunitiesAggregate` of every object, and `node`. */
export function queryType(b: SchemaBuilder): GraphQLObjectType {
  const names = new Names();
  for (const object of b.objects) [object.name, object.plural].forEach((name) => names.claim(name));
  const fields: Fields = {
    [names.claim('node')]: {
      type: nodeInterface(b),
      args: { id: { ...id, description: 'A nodeId.' } },
      description: 'The record of a nodeId (Relay); null where there is none that you may read.',
      ...means({ kind: 'node' }),
    },
  };
  for (const object of b.objects) {
    fields[object.name] = {
      type: recordOf(b, object),
      args: { id, deleted: { type: deletedRecords(b) } },
      description: `${b.text(object.label)}: null where there is none that you may read.`,
      ...means({ kind: 'record', object: object.name }),
    };
    fields[object.plural] = {
      type: new GraphQLNonNull(connectionOf(b, object)),
      args: listArguments(b, object),
      description: b.text(object.pluralLabel),
      ...means({ kind: 'list', object: object.name }),
    };
    fields[names.claim(`${object.plural}Aggregate`)] = {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(aggregateOf(b, object)))),
      args: aggregateArguments(b, object),
      description: `${b.text(object.pluralLabel)}: groups and what they come to.`,
      ...means({ kind: 'aggregate', object: object.name }),
    };
  }
  for (const [name, field] of actionFields(b, queries)) fields[names.claim(name)] = field;
  return new GraphQLObjectType({ name: 'Query', fields: b.lazily(() => fields) });
}

/** Actions that the reader of the schema may do. */
function actionFields(b: SchemaBuilder, actions: readonly Action[]): readonly [string, Field][] {
  return actions.flatMap(({ name, description, args, type }): [string, Field][] => {
    const taken = args(b);
    return taken === undefined ? [] : [[name, { type: type(b), args: taken, description, ...means({ kind: 'action', name }) }]];
  });
}

/** A change of one record or of many. Each root field of a mutation is one transaction. Who may write nothing has none. */
export function mutationType(b: SchemaBuilder): GraphQLObjectType | undefined {
  const names = new Names();
  const fields: Fields = {};
  for (const object of b.objects) {
    for (const [name, field] of writes(b, object)) fields[names.claim(name)] = field;
  }
  for (const [name, field] of actionFields(b, mutations)) fields[names.claim(name)] = field;
  if (Object.keys(fields).length === 0) return undefined;
  return new GraphQLObjectType({ name: 'Mutation', description: 'Each root field is one transaction.', fields: b.lazily(() => fields) });
}

const listOf = (type: InputObject): GraphQLNonNull<GraphQLList<GraphQLNonNull<InputObject>>> =>
  new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type)));

const allOrNone = {
  type: new GraphQLNonNull(GraphQLBoolean),
  defaultValue: true,
  description: 'Whether one wrong record refuses all. If not, the others are written, with the problems of each that is not.',
};

const approval = { type: GraphQLID, description: 'Id of the approval that the write waits for; null where it is done.' };

const allowDuplicates = {
  type: new GraphQLNonNull(GraphQLBoolean),
  defaultValue: false,
  description: 'Whether also what duplicate rules would warn of is written.',
};

function writes(b: SchemaBuilder, object: ObjectModel): readonly [string, Field][] {
  const [one, many] = [typeName(object.name), typeName(object.plural)];
  const record = recordOf(b, object);
  const results = resultsOf(b, object);
  const meaning = (write: WriteKind, bulk: boolean): ReturnType<typeof means> => means({ kind: 'write', write, object: object.name, bulk });
  const warned = (write: WriteKind): NonNullable<Field['args']> => (write === 'delete' || write === 'void' ? {} : { allowDuplicates });
  const single = (write: WriteKind, args: Field['args']): [string, Field] => [
    `${write}${one}`,
    { type: record, args: { ...args, ...warned(write) }, ...meaning(write, false) },
  ];
  const bulk = (write: WriteKind, args: NonNullable<Field['args']>): [string, Field] => [
    `${write}${many}`,
    { type: results, args: { ...args, allOrNone, ...warned(write) }, ...meaning(write, true) },
  ];
  const creates = (): readonly [string, Field][] => {
    const create = createInputOf(b, object);
    return [single('create', { input: { type: new GraphQLNonNull(create) } }), bulk('create', { inputs: { type: listOf(create) } })];
  };
  const updates = (): readonly [string, Field][] => [
    single('update', { id, input: { type: new GraphQLNonNull(updateInputOf(b, object)) }, version }),
    bulk('update', { inputs: { type: listOf(updateEntry(b, object)) } }),
  ];
  const deletes = (): readonly [string, Field][] => [
    [`delete${one}`, { type: deletedRecord(b), args: { id, version }, ...meaning('delete', false) }],
    bulk('delete', { records: { type: listOf(recordVersion(b)) } }),
  ];
  const marks = (): readonly [string, Field][] =>
    (['void', 'unvoid'] as const).flatMap((write) => [
      single(write, { id, version }),
      bulk(write, { records: { type: listOf(recordVersion(b)) } }),
    ]);
  const restores = (): readonly [string, Field][] => [
    single('restore', { id }),
    bulk('restore', { ids: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLID))) } }),
  ];
  const { allows } = object;
  const created = mayCreate(object) ? creates() : [];
  // What is only ever added to has no other writes: corrections are new records.
  if (object.appendOnly) return created;
  const writable = writableFields(object).length > 0;
  const mayUpdate = allows?.update !== false && updatableFields(object).length > 0;
  return [
    ...created,
    ...(mayUpdate ? updates() : []),
    ...(writable && (allows?.update !== false || allows.create) ? upserts(b, object, single, bulk) : []),
    ...(allows?.delete === false ? [] : [...deletes(), ...marks()]),
    ...(allows?.delete === false || allows?.seeDeleted === false ? [] : restores()),
  ];
}

type Single = (write: WriteKind, args: Field['args']) => [string, Field];
type Bulk = (write: WriteKind, args: NonNullable<Field['args']>) => [string, Field];

function upserts(b: SchemaBuilder, object: ObjectModel, single: Single, bulk: Bulk): readonly [string, Field][] {
  const keys = keysOf(b, object);
  if (keys === undefined) return [];
  const by = { type: new GraphQLNonNull(keys), description: 'What tells whether the record is there.' };
  const input = upsertInputOf(b, object);
  return [single('upsert', { by, input: { type: new GraphQLNonNull(input) } }), bulk('upsert', { by, inputs: { type: listOf(input) } })];
}

function updateEntry(b: SchemaBuilder, object: ObjectModel): InputObject {
  return b.objectType(object, 'UpdateEntry', (name) => {
    return new GraphQLInputObjectType({ name, fields: { id, input: { type: new GraphQLNonNull(updateInputOf(b, object)) }, version } });
  });
}

function deletedRecord(b: SchemaBuilder): GraphQLObjectType {
  return b.type('deletedRecord', 'DeletedRecord', (name) => {
    return new GraphQLObjectType({
      name,
      fields: { object: { type: new GraphQLNonNull(GraphQLString) }, id, version: { type: new GraphQLNonNull(GraphQLInt) }, approval },
    });
  });
}

/** `OpportunityResults`: one result per record, in the order of the input. */
function resultsOf(b: SchemaBuilder, object: ObjectModel): GraphQLObjectType {
  return b.objectType(object, 'Results', (name) => {
    const result = b.objectType(object, 'Result', (resultName) => {
      return new GraphQLObjectType({
        name: resultName,
        fields: b.lazily(() => ({
          ok: { type: new GraphQLNonNull(GraphQLBoolean) },
          id: { type: GraphQLID },
          version: { type: GraphQLInt },
          created: { type: GraphQLBoolean, description: 'Whether the record is new.' },
          record: { type: recordOf(b, object), description: 'Null where it was not written, or is deleted now.' },
          approval,
          problems: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(problemType(b)))) },
        })),
      });
    });
    return new GraphQLObjectType({
      name,
      description: 'One result per record, in the order of the input.',
      fields: { results: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(result))) } },
    });
  });
}

function changeType(b: SchemaBuilder): GraphQLEnumType {
  return b.type('recordChange', 'RecordChange', (name) => {
    const changes = ['created', 'updated', 'deleted', 'restored'];
    return new GraphQLEnumType({ name, values: Object.fromEntries(changes.map((change) => [change, { value: change }])) });
  });
}

function eventFields(b: SchemaBuilder, record: Field['type']): Fields {
  return {
    object: { type: new GraphQLNonNull(GraphQLString) },
    id,
    change: { type: new GraphQLNonNull(changeType(b)) },
    version: { type: new GraphQLNonNull(GraphQLInt) },
    record: { type: record, description: 'As you may read it now; null once it is deleted.' },
  };
}

/** `opportunityChanged` of every object, and `recordChanged` for those who learn the object only when they run. */
export function subscriptionType(b: SchemaBuilder): GraphQLObjectType {
  const names = new Names();
  const anyEvent = b.type('event', 'RecordEvent', (name) => new GraphQLObjectType({ name, fields: eventFields(b, nodeInterface(b)) }));
  const fields: Fields = {
    [names.claim('recordChanged')]: {
      type: new GraphQLNonNull(anyEvent),
      args: {
        object: { type: new GraphQLNonNull(GraphQLString) },
        filter: { type: JsonScalar, description: 'JSON-Logic, as REST takes it: only records for which it holds.' },
      },
      ...means({ kind: 'changed', object: undefined }),
    },
  };
  for (const object of b.objects) {
    const event = b.objectType(object, 'Event', (name) => {
      return new GraphQLObjectType({ name, fields: b.lazily(() => eventFields(b, recordOf(b, object))) });
    });
    fields[names.claim(`${object.name}Changed`)] = {
      type: new GraphQLNonNull(event),
      args: { where: { type: filterOf(b, object), description: 'Only records for which this holds.' } },
      description: `Changes of ${b.text(object.pluralLabel)}.`,
      ...means({ kind: 'changed', object: object.name }),
    };
  }
  return new GraphQLObjectType({ name: 'Subscription', fields: b.lazily(() => fields) });
}
