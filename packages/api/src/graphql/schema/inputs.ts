// What callers hand in: values of new records with their children, changed values, keys.
import type { FieldModel, ObjectModel, RelationModel } from '@tessera/metadata';
import {
  GraphQLEnumType,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLInputFieldConfig,
} from 'graphql';
import type { SchemaBuilder } from './builder.ts';
import { fieldsOf, fieldValueType } from './values.ts';

type Entry = [string, GraphQLInputFieldConfig];

export const version = { type: GraphQLInt, description: 'Refused with RECORD_CHANGED where the record has another by now.' };

export function recordVersion(b: SchemaBuilder): GraphQLInputObjectType {
  const make = (name: string): GraphQLInputObjectType =>
    new GraphQLInputObjectType({ name, fields: { id: { type: new GraphQLNonNull(GraphQLID) }, version } });
  return b.type('recordVersion', 'RecordVersion', make);
}

/** System fields that a caller may set. */
const settable: ReadonlySet<string> = new Set(['name', 'recordType', 'owner']);

export function writableFields(object: ObjectModel): readonly FieldModel[] {
  return fieldsOf(object).filter((field) => field.readOnly !== true && (!field.system || settable.has(field.name)));
}

/** Whether a caller may make records of the object, and has anything to say of one beside what the parent says. */
export function mayCreate(object: ObjectModel, under?: string): boolean {
  return object.allows?.create !== false && writableFields(object).some((field) => field.name !== under);
}

/** What an update may set: a detail that may not move keeps its master. */
export function updatableFields(object: ObjectModel): readonly FieldModel[] {
  return writableFields(object).filter((field) => field.lookup?.reparent !== false || field.type !== 'masterDetail');
}

function createField(b: SchemaBuilder, field: FieldModel): Entry {
  const type = fieldValueType(b, field);
  const needed = field.required === true && field.default === undefined;
  return [field.name, { type: needed ? new GraphQLNonNull(type) : type, description: b.describe(field) }];
}

/**
 * `OpportunityCreateInput`; lookups take an id (with several targets a RecordReference), child relations take their records.
 * @param under the relation that the record is created under: its lookup is then given by the parent
 */
export function createInputOf(
  b: SchemaBuilder,
  object: ObjectModel,
  under?: { readonly parent: ObjectModel; readonly relation: RelationModel },
): GraphQLInputObjectType {
  const make = (name: string): GraphQLInputObjectType =>
    new GraphQLInputObjectType({
      name,
      fields: b.lazily(() => {
        const fields = writableFields(object).filter((field) => field.name !== under?.relation.by);
        const relations = Object.values(object.relations)
          .filter((relation) => mayCreate(b.object(relation.object), relation.by))
          .map((relation): Entry => {
            const child = createInputOf(b, b.object(relation.object), { parent: object, relation });
            const description = b.text(b.object(relation.object).pluralLabel);
            return [relation.name, { type: new GraphQLList(new GraphQLNonNull(child)), description }];
          });
        return Object.fromEntries([...fields.map((field) => createField(b, field)), ...relations]);
      }),
    });
  return under === undefined ? b.objectType(object, 'CreateInput', make) : b.relationType(under.parent, under.relation, make);
}

/** `OpportunityUpdateInput`: what is left out stays, null empties. A detail that may not move keeps its master. */
export function updateInputOf(b: SchemaBuilder, object: ObjectModel): GraphQLInputObjectType {
  return b.objectType(object, 'UpdateInput', (name) => {
    return new GraphQLInputObjectType({
      name,
      description: 'What is left out stays as it is; null empties a field.',
      fields: b.lazily(() =>
        Object.fromEntries(
          updatableFields(object).map((field): Entry => [field.name, { type: fieldValueType(b, field), description: b.describe(field) }]),
        ),
      ),
    });
  });
}

/** `OpportunityUpsertInput`: every value that a caller may set, none of them required here; a new record's are checked when it is made. */
export function upsertInputOf(b: SchemaBuilder, object: ObjectModel): GraphQLInputObjectType {
  return b.objectType(object, 'UpsertInput', (name) => {
    return new GraphQLInputObjectType({
      name,
      description: 'Holds the values of the key. What is left out of a record that is there stays as it is.',
      fields: b.lazily(() =>
        Object.fromEntries(
          writableFields(object).map((field): Entry => [field.name, { type: fieldValueType(b, field), description: b.describe(field) }]),
        ),
      ),
    });
  });
}

/** `OpportunityKey`: unique fields and keys that a caller can give values for; undefined where there is none. */
export function keysOf(b: SchemaBuilder, object: ObjectModel): GraphQLEnumType | undefined {
  const fields = writableFields(object);
  const writable = new Set(fields.map((field) => field.name));
  const unique = fields.filter((field) => field.unique).map((field) => field.name);
  const keys = Object.values(object.keys).filter((key) => key.unique && key.fields.every((field) => writable.has(field)));
  const names = [...new Set([...unique, ...keys.map((key) => key.name)])];
  if (names.length === 0) return undefined;
  return b.objectType(object, 'Key', (name) => {
    const values = names.map((key) => [key, { value: key, description: (object.keys[key]?.fields ?? [key]).join(', ') }] as const);
    return new GraphQLEnumType({ name, description: 'What tells records apart.', values: Object.fromEntries(values) });
  });
}
