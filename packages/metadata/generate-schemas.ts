// Reads the schemas and gives what both generators need: absolute references, and a way to look one up.
import { readFileSync, readdirSync } from 'node:fs';

/** A JSON schema as read from its file. */
export interface Schema {
  $id?: string;
  $ref?: string;
  $defs?: Record<string, Schema>;
  title?: string;
  description?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema | false>;
  required?: string[];
  additionalProperties?: Schema | false;
  unevaluatedProperties?: false;
  propertyNames?: Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  if?: Schema;
  then?: Schema;
  else?: Schema;
  [keyword: string]: unknown;
}

/** Where the schemas' `$id`s live. */
export const baseUrl = 'https://tessera.dev/schemas/1/';

const folder = new URL('../../schemas/', import.meta.url);

/** The schemas that are derived from the others (see generate-deltas.ts). */
const derived = ['delta', 'extension'] as const;

export const derivedFile = (kind: (typeof derived)[number]): URL => new URL(`${kind}.schema.json`, folder);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keywords whose value is a map of schemas by name, not a schema. */
const schemaMaps = new Set(['properties', '$defs', 'dependentSchemas']);
/** Keywords whose value is plain JSON. */
const plain = new Set(['enum', 'const', 'default', 'required', 'type']);

/** Copies a schema, changing each schema in it from the inside out. */
export function rewrite(schema: Schema, change: (node: Schema) => Schema): Schema {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (!isObject(value)) return value;
    const inner = Object.entries(value).map(([keyword, content]): [string, unknown] => {
      if (plain.has(keyword)) return [keyword, content];
      if (!schemaMaps.has(keyword) || !isObject(content)) return [keyword, walk(content)];
      return [keyword, Object.fromEntries(Object.entries(content).map(([name, one]) => [name, walk(one)]))];
    });
    return change(Object.fromEntries(inner));
  };
  return walk(schema) as Schema;
}

/** All handwritten schemas by kind (`list-view`), their references made absolute. */
export function readSchemas(): Map<string, Schema> {
  const schemas = new Map<string, Schema>();
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.schema.json') || derived.some((kind) => name === `${kind}.schema.json`)) continue;
    const schema = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Schema;
    const kind = name.slice(0, -'.schema.json'.length);
    if (schema.$id !== `${baseUrl}${kind}.json`) throw new Error(`schemas/${name}: its $id must be ${baseUrl}${kind}.json.`);
    schemas.set(kind, absolute(schema));
  }
  return schemas;
}

/** Makes the references of a schema absolute. */
export function absolute(schema: Schema): Schema {
  const own = schema.$id ?? '';
  return rewrite(schema, (node) => (typeof node.$ref === 'string' ? { ...node, $ref: new URL(node.$ref, own).href } : node));
}

/** Finds what an absolute reference names. */
export function resolve(schemas: ReadonlyMap<string, Schema>, ref: string): Schema {
  const { kind, definition } = parseRef(ref);
  const root = schemas.get(kind);
  const found = definition === undefined ? root : root?.$defs?.[definition];
  if (!found) throw new Error(`No schema at ${ref}.`);
  return found;
}

/** Splits an absolute reference into the kind and the `$defs` name. */
export function parseRef(ref: string): { kind: string; definition: string | undefined } {
  const match = /^https:\/\/tessera\.dev\/schemas\/1\/([a-z-]+)\.json(?:#(?:\/\$defs\/(\w+))?)?$/.exec(ref);
  if (!match?.[1]) throw new Error(`The reference ${ref} is of no form that the generators know.`);
  return { kind: match[1], definition: match[2] };
}

/** The properties that an object may have, those of its reference included. */
export function allProperties(schemas: ReadonlyMap<string, Schema>, schema: Schema): Record<string, Schema | false> {
  const base = schema.$ref === undefined ? {} : allProperties(schemas, resolve(schemas, schema.$ref));
  return { ...base, ...schema.properties };
}

/** Whether a schema is a map with keys of the author's choosing. */
export function isMap(schema: Schema): boolean {
  return isObject(schema.additionalProperties);
}

/** A copy of a schema without some of its keywords. */
export function without(schema: Schema, ...keywords: string[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)));
}
