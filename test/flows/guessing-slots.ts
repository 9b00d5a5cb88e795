// Every place of every operation where a caller may write a text, found in the OpenAPI document and in the GraphQL schema.
import {
  buildClientSchema,
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  getNamedType,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import type { ContractDocument, Operation, Schema } from './contract-document.ts';
import type { Client } from './server-scene.ts';

/** In all payloads, so that a statement which has one in its text is found. */
export const marker = 'zq7x';

/** What may break out of a text: SQL, its quotes and comments, patterns, and characters that are none. */
export const payloads: readonly string[] = [
  `${marker}'; drop schema t_acme cascade; --`,
  `${marker}" ) or 1=1 /* \\' $$ $1 $tag$ */ union select 1 --`,
  `${marker}%_\\%*?.[]^(|$1::text`,
  `${marker}\u0000\u0001\u001b`,
  `${marker}\ud800`,
  `${marker}\u202e\u200f\ufeff\u2028\uffff`,
  marker.repeat(4000),
];

/** A place in JSON, by keys and indexes. */
type Steps = readonly (string | number)[];

const placeholder = 'a';
const deepest = 5;

/** Some value of the schema, with all its properties; whether it is taken matters less than that it reaches what reads it. */
function sampleOf(document: ContractDocument, given: Schema, depth = 0): unknown {
  const schema = document.follow(given);
  const alternatives = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  if (alternatives !== undefined) return sampleOf(document, alternatives[0] ?? {}, depth);
  const merged = schema['allOf'] as readonly Schema[] | undefined;
  if (merged !== undefined) return Object.assign({}, ...merged.map((each) => sampleOf(document, each, depth))) as unknown;
  const type = Array.isArray(schema['type']) ? (schema['type'] as readonly unknown[])[0] : schema['type'];
  switch (type) {
    case 'object': {
      if (depth >= deepest) return {};
      const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Schema>>);
      if (properties.length === 0) return { [placeholder]: placeholder };
      return Object.fromEntries(properties.map(([name, inner]) => [name, sampleOf(document, inner, depth + 1)]));
    }
    case 'array':
      return [sampleOf(document, (schema['items'] ?? {}) as Schema, depth + 1)];
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return 1;
    default:
      return placeholder;
  }
}

/** Places of texts, and of the keys themselves. */
export function* textsIn(value: unknown, at: Steps = []): Generator<Steps> {
  if (typeof value === 'string') yield at;
  else if (Array.isArray(value)) for (const [i, each] of value.entries()) yield* textsIn(each, [...at, i]);
  else if (typeof value === 'object' && value !== null) for (const [key, each] of Object.entries(value)) yield* textsIn(each, [...at, key]);
}

/** The value with something else in one place; of an object in between only this one member is kept, where `alone`. */
export function withAt(value: unknown, [step, ...rest]: Steps, put: unknown): unknown {
  if (step === undefined) return put;
  if (Array.isArray(value)) return value.map((each: unknown, i) => (i === step ? withAt(each, rest, put) : each));
  const entries = Object.entries(value as object).map(([key, each]) => [key, key === step ? withAt(each, rest, put) : (each as unknown)] as const);
  return Object.fromEntries(entries);
}

/** The value with one member of a name of its own, in every object that it has. */
export function* keyedIn(value: unknown, key: string, at: Steps = []): Generator<Steps> {
  if (Array.isArray(value)) for (const [i, each] of value.entries()) yield* keyedIn(each, key, [...at, i]);
  else if (typeof value === 'object' && value !== null) {
    yield at;
    for (const [name, each] of Object.entries(value)) yield* keyedIn(each, key, [...at, name]);
  }
}

export interface Request {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A lone surrogate has no UTF-8; a caller may still write the bytes that it would have. */
const encoded = (text: string): string => (text.isWellFormed() ? encodeURIComponent(text) : `${encodeURIComponent(text.replaceAll('\ud800', ''))}%ED%A0%80`);

export interface Filled {
  /** Values of path parameters where they are not what is tried. */
  readonly path: Readonly<Record<string, string>>;
}

/** For each text that the operation takes, a request with the payload there and nowhere else. */
export function* requestsWith(document: ContractDocument, operation: Operation, payload: string, filled: Filled): Generator<Request> {
  const { method } = operation;
  const pathWith = (name?: string): string =>
    operation.path.replaceAll(/\{(\w+)\}/g, (_all, each: string) => (each === name ? encoded(payload) : encodeURIComponent(filled.path[each] ?? 'x')));
  const schema = operation.bodies['application/json'];
  const sample = schema === undefined ? undefined : sampleOf(document, schema);
  const body = sample === undefined ? {} : { body: sample };
  for (const parameter of operation.parameters) {
    const what = `${operation.id} ${parameter.in} ${parameter.name}`;
    if (parameter.in === 'path') yield { what, method, path: pathWith(parameter.name), ...body };
    else if (parameter.in === 'query') {
      yield { what, method, path: `${pathWith()}?${parameter.name}=${encoded(payload)}`, ...body };
      if (parameter.name === 'filter') {
        for (const filter of filters(payload)) yield { what, method, path: `${pathWith()}?filter=${encodeURIComponent(JSON.stringify(filter))}` };
      }
    } else yield { what, method, path: pathWith(), ...body, headers: { [parameter.name]: encoded(payload).slice(0, 8000) } };
  }
  if (sample === undefined) return;
  for (const place of textsIn(sample)) yield { what: `${operation.id} /${place.join('/')}`, method, path: pathWith(), body: withAt(sample, place, payload) };
  for (const place of keyedIn(sample, payload)) {
    yield { what: `${operation.id} /${place.join('/')} key`, method, path: pathWith(), body: withAt(sample, place, { [payload]: payload }) };
  }
}

/** Rules with the text as operand, name and operator. */
export const filters = (payload: string): readonly unknown[] => [
  { '==': [{ var: 'name' }, payload] },
  { in: [{ var: 'name' }, [payload, 'x']] },
  { contains: [{ var: 'name' }, payload] },
  { startsWith: [{ var: 'name' }, payload] },
  { '>': [{ var: 'createdAt' }, payload] },
  { '==': [{ var: 'id' }, payload] },
  { '==': [{ var: payload }, 'x'] },
  { '==': [{ var: `owner.${payload}` }, 'x'] },
  { '==': [{ param: payload }, 1] },
  { rule: payload },
  { [payload]: [1, 2] },
];

/** GraphQL: a document and variables. */
export interface Asked {
  readonly what: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export async function schemaOf(client: Client): Promise<GraphQLSchema> {
  const answer = await client.ask(getIntrospectionQuery());
  return buildClientSchema((answer.json as { readonly data: IntrospectionQuery }).data);
}

function inputSample(type: GraphQLInputType, depth = 0): unknown {
  if (isNonNullType(type)) return inputSample(type.ofType, depth);
  if (isListType(type)) return [inputSample(type.ofType, depth)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((field) => depth < 2 || isNonNullType(field.type));
    return Object.fromEntries(fields.map((field) => [field.name, inputSample(field.type, depth + 1)]));
  }
  return { Int: 1, Float: 1, Boolean: false }[type.name] ?? placeholder;
}

/** Places of texts below an argument that lead through nothing but what is on the way: one member of each object. */
function* lonePlaces(value: unknown): Generator<(put: unknown) => unknown> {
  if (typeof value === 'string') yield (put) => put;
  else if (Array.isArray(value)) for (const place of lonePlaces(value[0])) yield (put) => [place(put)];
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) for (const place of lonePlaces(inner)) yield (put) => ({ [key]: place(put) });
  }
}

/** For each text in an argument of a root field, an operation with the payload there. */
export function* operationsWith(schema: GraphQLSchema, payload: string): Generator<Asked> {
  for (const [kind, root] of [['query', schema.getQueryType()], ['mutation', schema.getMutationType()]] as const) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      const required = field.args.filter(({ type }) => isNonNullType(type));
      const selection = isObjectType(getNamedType(field.type)) ? '{ __typename }' : '';
      for (const argument of field.args) {
        const needed: readonly GraphQLArgument[] = [...new Set([...required, argument])];
        const query = `${kind} (${needed.map(({ name, type }) => `$${name}: ${type.toString()}`).join(', ')}) { ${field.name}(${needed
          .map(({ name }) => `${name}: $${name}`)
          .join(', ')}) ${selection} }`;
        const rest = Object.fromEntries(required.map(({ name, type }) => [name, inputSample(type)]));
        for (const place of lonePlaces(inputSample(argument.type))) {
          yield { what: `${field.name} ${argument.name}`, query, variables: { ...rest, [argument.name]: place(payload) } };
        }
      }
    }
  }
}
