// The schemas of one object as its caller sees it: what is read, what creates, what updates.
import type { FieldDescription } from '@tessera/engine';
import { typeName, type Model } from '@tessera/metadata';
import { exampleRecord } from './example.ts';
import type { OfferedObject } from './offered.ts';
import { id, listOf, objectSchema, schemaRef, shared, textOrNull, type JsonSchema } from './shapes.ts';

/** The objects that exist for the reader, by name. */
type Known = ReadonlyMap<string, OfferedObject>;

/** Schemas of an object by the name under which components hold them. */
export const schemaNames = {
  read: (object: string): string => typeName(object),
  create: (object: string): string => `${typeName(object)}.Create`,
  update: (object: string): string => `${typeName(object)}.Update`,
  list: (object: string): string => `${typeName(object)}.List`,
} as const;

/** The schema, and null. */
function nullable(schema: JsonSchema): JsonSchema {
  if (typeof schema['type'] !== 'string') return Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: 'null' }] };
  const options = Array.isArray(schema['enum']) ? { enum: [...(schema['enum'] as readonly unknown[]), null] } : {};
  return { ...schema, type: [schema['type'], 'null'], ...options };
}

const words = ({ label, help }: FieldDescription): JsonSchema => ({ title: label, ...(help === undefined ? {} : { description: help }) });

/** `{ "object", "id" }` of a lookup to several objects. Others than administrators may not know the one that it points to. */
function referenceSchema({ schema }: FieldDescription, administrator: boolean): JsonSchema {
  return administrator || schema['type'] !== 'object' ? schema : objectSchema({ object: textOrNull, id });
}

/** An id, or the record behind it where `fields` asks for a path. */
function lookupSchema(field: FieldDescription, administrator: boolean, known: Known): JsonSchema {
  const targets = (field.to ?? []).filter((object) => known.has(object)).map((object) => schemaRef(schemaNames.read(object)));
  return { anyOf: [referenceSchema(field, administrator), ...targets, { type: 'null' }] };
}

const maskedSecret: JsonSchema = { ...textOrNull, description: 'Masked, and only where `fields` asks for it.' };

const lookups: ReadonlySet<string> = new Set(['lookup', 'masterDetail', 'user', 'department']);

function valueSchema(field: FieldDescription, administrator: boolean, known: Known): JsonSchema {
  if (field.type === 'secret') return maskedSecret;
  return lookups.has(field.type) ? lookupSchema(field, administrator, known) : nullable(field.schema);
}

function readSchema(object: OfferedObject, known: Known): JsonSchema {
  const properties = object.fields.map((field) => {
    const value = { ...words(field), ...valueSchema(field, object.administrator, known) };
    return [field.name, { ...value, ...(field.readOnly || field.type === 'secret' ? { readOnly: true } : {}) }] as const;
  });
  // Nothing is required: `fields` chooses what comes out, and a polymorphic lookup adds which object it is.
  const among = { object: { type: 'string', description: 'Behind a lookup to several objects: which one it is.' } };
  return {
    ...objectSchema({ ...Object.fromEntries(properties), ...among }, []),
    title: object.label,
    ...(object.description === undefined ? {} : { description: object.description }),
  };
}

/** A picklist without options (an object without record types) takes no value at all, nor does a lookup to nothing. */
function isSettable({ readOnly, type, to, schema }: FieldDescription): boolean {
  const leadsNowhere = lookups.has(type) && to === undefined;
  return !readOnly && !leadsNowhere && !(Array.isArray(schema['enum']) && schema['enum'].length === 0);
}

/** What a caller must give: required, and nothing gives it a value by itself. */
function isDemanded(model: Model, object: string, field: FieldDescription): boolean {
  const fields = Object.hasOwn(model.objects, object) ? model.objects[object]?.fields : undefined;
  const ours = field.system && field.name !== 'name';
  return field.required && !ours && field.type !== 'boolean' && fields?.[field.name]?.default === undefined;
}

function writeProperties(fields: readonly FieldDescription[], mayBeNull: (field: FieldDescription) => boolean): Record<string, JsonSchema> {
  const entries = fields.map(
    (field) => [field.name, { ...(mayBeNull(field) ? nullable(field.schema) : field.schema), ...words(field) }] as const,
  );
  return Object.fromEntries(entries);
}

/** Whether whoever creates a record may create children with it: the child's lookup is set for them, and asked for all the same. */
function mayNest({ object, by }: OfferedObject['relations'][number], known: Known): boolean {
  const child = known.get(object);
  return child?.allows.create === true && child.fields.some((field) => field.name === by && isSettable(field));
}

function createSchema(object: OfferedObject, model: Model, known: Known): JsonSchema {
  const settable = object.fields.filter(isSettable);
  const demanded = settable.filter((field) => isDemanded(model, object.name, field));
  const nested = object.relations.filter((relation) => mayNest(relation, known));
  const children = nested.map((relation) => {
    const description = `New records of ${relation.object}, as for its create but without ${relation.by}.`;
    return [relation.name, { ...listOf({ type: 'object' }), description }] as const;
  });
  return {
    ...objectSchema(
      { ...writeProperties(settable, (field) => !demanded.includes(field)), ...Object.fromEntries(children) },
      demanded.map(({ name }) => name),
    ),
    examples: [exampleRecord(demanded.length === 0 ? settable.slice(0, 3) : demanded)],
  };
}

function updateSchema(object: OfferedObject): JsonSchema {
  const settable = object.fields.filter(isSettable);
  return {
    ...objectSchema(
      writeProperties(settable, (field) => !field.required),
      [],
    ),
    examples: [exampleRecord(settable.filter(({ system }) => !system).slice(0, 2))],
  };
}

function listSchema(object: OfferedObject): JsonSchema {
  const properties = {
    records: listOf(schemaRef(schemaNames.read(object.name))),
    page: shared('Page'),
    totalCount: { type: 'integer', minimum: 0, description: 'All records that match; only with count=true.' },
  };
  return objectSchema(properties, ['records', 'page']);
}

/** The schemas of an object: what is read, and what the reader may write. */
export function recordSchemas(object: OfferedObject, model: Model, known: Known): Readonly<Record<string, JsonSchema>> {
  const { name, bulk, upsertNames } = object;
  const updates = bulk.includes('update') || upsertNames.length > 0;
  return {
    [schemaNames.read(name)]: readSchema(object, known),
    ...(bulk.includes('create') ? { [schemaNames.create(name)]: createSchema(object, model, known) } : {}),
    ...(updates ? { [schemaNames.update(name)]: updateSchema(object) } : {}),
    [schemaNames.list(name)]: listSchema(object),
  };
}
