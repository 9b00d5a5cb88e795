// The pieces that an OpenAPI 3.1 document is put together from.
import type { JsonSchema } from '@tessera/metadata';

export type { JsonSchema };

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description: string;
  readonly schema?: JsonSchema;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
  readonly example?: unknown;
}

export type Reference = Readonly<Record<'$ref', string>>;

export interface MediaType {
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

export interface AnswerShape {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Reference>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly required: true; readonly description?: string; readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, AnswerShape | Reference>>;
  /** Empty: nobody need be signed in; with `{}` among others: somebody may. */
  readonly security?: readonly Readonly<Record<string, readonly never[]>>[];
}

/** A schema of ours. Its name has a dot, which no object's name has. */
export const shared = (name: string): Reference & JsonSchema => ({ $ref: `#/components/schemas/api.${name}` });

export const schemaRef = (name: string): Reference & JsonSchema => ({ $ref: `#/components/schemas/${name}` });

export const parameter = (name: string): Reference => ({ $ref: `#/components/parameters/${name}` });

export const header = (name: string): Reference => ({ $ref: `#/components/headers/${name}` });

export const json = (schema: JsonSchema, example?: unknown): Readonly<Record<string, MediaType>> => ({
  'application/json': example === undefined ? { schema } : { schema, example },
});

export const answer = (description: string, schema: JsonSchema, example?: unknown): AnswerShape => ({
  description,
  content: json(schema, example),
});

/** An answer without a body. */
export const nothing = (description: string): AnswerShape => ({ description });

/** The problems that a route may answer with, and the one for all others. */
export function problems(...statuses: readonly number[]): Readonly<Record<string, Reference>> {
  const all = statuses.map((status) => [String(status), { $ref: `#/components/responses/${status}` }] as const);
  return Object.fromEntries([...all, ['default', { $ref: '#/components/responses/problem' }]]);
}

/** An object schema; all names in `required` must be there. */
export function objectSchema(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = Object.keys(properties),
): JsonSchema {
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }), additionalProperties: false };
}

export const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });

/** An object with any names, whose values are all alike. */
export const mapOf = (values: JsonSchema): JsonSchema => ({ type: 'object', additionalProperties: values });

export const oneOf = (...values: readonly string[]): JsonSchema => ({ type: 'string', enum: values });

export const text: JsonSchema = { type: 'string' };
export const id: JsonSchema = { type: 'string', format: 'uuid' };
/** An id for examples. */
export const aRecord = '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01';
export const whole: JsonSchema = { type: 'integer', minimum: 0 };
export const flag: JsonSchema = { type: 'boolean' };
export const time: JsonSchema = { type: 'string', format: 'date-time' };
export const textOrNull: JsonSchema = { type: ['string', 'null'] };
export const idOrNull: JsonSchema = { type: ['string', 'null'], format: 'uuid' };
export const timeOrNull: JsonSchema = { type: ['string', 'null'], format: 'date-time' };
