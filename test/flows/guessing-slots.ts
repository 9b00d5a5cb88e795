// Every place of every operation where a caller may write a text, found in the OpenAPI document and in the GraphQL schema.
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
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
  marker.repeat(2_500),
];

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

const byFormat: Readonly<Record<string, string>> = {
  uuid: '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01',
  'date-time': '2026-05-01T00:00:00Z',
  date: '2026-05-01',
  email: 'somebody@acme.example',
  uri: 'https://acme.example/',
};

const deepest = 6;

type Properties = Readonly<Record<string, Schema>>;

class BodySamples {
  readonly #document: ContractDocument;
  readonly #payload: string;

  constructor(document: ContractDocument, payload: string) {
    this.#document = document;
    this.#payload = payload;
  }

  #alternatives(schema: Schema): readonly Schema[] | undefined {
    return (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  }

  /** The smallest value that fits. */
  least(given: Schema): unknown {
    const schema = this.#document.follow(given);
    const [first] = this.#alternatives(schema) ?? [];
    if (first !== undefined) return this.least(first);
    if (Array.isArray(schema['enum'])) return (schema['enum'] as readonly unknown[])[0];
    if ('const' in schema) return schema['const'];
    const type = Array.isArray(schema['type']) ? (schema['type'] as readonly unknown[])[0] : schema['type'];
    if (type === 'object') return this.#required(schema);
    if (type === 'array') return [this.least((schema['items'] ?? {}) as Schema)];
    if (type === 'boolean') return false;
    if (type === 'integer' || type === 'number') return 1;
    return byFormat[String(schema['format'])] ?? 'x';
  }

  #required(schema: Schema): Readonly<Record<string, unknown>> {
    const properties = (schema['properties'] ?? {}) as Properties;
    const required = (schema['required'] ?? []) as readonly string[];
    return Object.fromEntries(required.map((name) => [name, this.least(properties[name] ?? {})]));
  }

  /** Values that fit but for the payload, which stands in one place of each. */
  *filled(given: Schema, depth = 0): Generator {
    const schema = this.#document.follow(given);
    const alternatives = this.#alternatives(schema);
    const type = Array.isArray(schema['type']) ? (schema['type'] as readonly unknown[])[0] : schema['type'];
    if (depth > deepest) return;
    if (alternatives !== undefined) for (const each of alternatives) yield* this.filled(each, depth);
    else if (type === 'array') for (const inner of this.filled((schema['items'] ?? {}) as Schema, depth + 1)) yield [inner];
    else if (type === 'object') {
      const least = this.#required(schema);
      yield { ...least, [this.#payload]: this.#payload };
      for (const [name, inner] of Object.entries((schema['properties'] ?? {}) as Properties))
        for (const value of this.filled(inner, depth + 1)) yield { ...least, [name]: value };
    } else {
      yield this.#payload;
      // Any JSON is a rule, or a value of the caller's own.
      if (type === undefined) yield* filters(this.#payload);
    }
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
const encoded = (text: string): string =>
  text.isWellFormed() ? encodeURIComponent(text) : `${encodeURIComponent(text.replaceAll('\ud800', ''))}%ED%A0%80`;

/** For each text that the operation takes, a request with the payload there and nowhere else. `inPath`: the other path parameters. */
export function* requestsWith(
  document: ContractDocument,
  { id, method, path: pattern, bodies, parameters }: Operation,
  payload: string,
  inPath: Readonly<Record<string, string>>,
): Generator<Request> {
  const pathWith = (name?: string): string =>
    pattern.replaceAll(/\{(\w+)\}/g, (_all, each: string) => (each === name ? encoded(payload) : encodeURIComponent(inPath[each] ?? 'x')));
  const samples = new BodySamples(document, payload);
  const schema = bodies['application/json'];
  const body = schema === undefined ? {} : { body: samples.least(schema) };
  for (const { name, in: place } of parameters) {
    const what = `${id} ${place} ${name}`;
    if (place === 'path') yield { what, method, path: pathWith(name), ...body };
    else if (place === 'header') yield { what, method, path: pathWith(), ...body, headers: { [name]: encoded(payload) } };
    else {
      yield { what, method, path: `${pathWith()}?${name}=${encoded(payload)}`, ...body };
      for (const filter of name === 'filter' ? filters(payload) : [])
        yield { what, method, path: `${pathWith()}?filter=${encodeURIComponent(JSON.stringify(filter))}` };
    }
  }
  if (schema !== undefined)
    for (const filled of samples.filled(schema)) yield { what: `${id} body`, method, path: pathWith(), body: filled };
}

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

function leastInput(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return leastInput(type.ofType);
  if (isListType(type)) return [leastInput(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(fields.map((field) => [field.name, leastInput(field.type)]));
  }
  return { Int: 1, Float: 1, Boolean: false, ID: byFormat['uuid'] }[type.name] ?? 'x';
}

function* filledInput(type: GraphQLInputType, payload: string, depth = 0): Generator {
  if (isNonNullType(type)) yield* filledInput(type.ofType, payload, depth);
  else if (isListType(type)) for (const inner of filledInput(type.ofType, payload, depth)) yield [inner];
  else if (isInputObjectType(type)) {
    if (depth > 1) return;
    const least = leastInput(type) as object;
    yield { ...least, [payload]: payload };
    for (const { name, type: inner } of Object.values(type.getFields()))
      for (const value of filledInput(inner, payload, depth + 1)) yield { ...least, [name]: value };
  } else if (!['Int', 'Float', 'Boolean'].includes(type.name)) yield payload;
}

/** For each text in an argument of a root field, an operation with the payload there. */
export function* operationsWith(schema: GraphQLSchema, payload: string, wanted: RegExp): Generator<Asked> {
  for (const root of [schema.getQueryType(), schema.getMutationType()]) {
    for (const { name: field, args, type } of Object.values(root?.getFields() ?? {})) {
      if (!wanted.test(field)) continue;
      const required = args.filter((argument) => isNonNullType(argument.type));
      const selection = isObjectType(getNamedType(type)) ? '{ __typename }' : '';
      for (const argument of args) {
        const needed = [...new Set([...required, argument])];
        const declared = needed.map((each) => `$${each.name}: ${each.type.toString()}`).join(', ');
        const given = needed.map(({ name }) => `${name}: $${name}`).join(', ');
        const query = `${root?.name.toLowerCase() ?? ''} (${declared}) { ${field}(${given}) ${selection} }`;
        const least = Object.fromEntries(required.map((each) => [each.name, leastInput(each.type)]));
        for (const value of filledInput(argument.type, payload))
          yield { what: `${field} ${argument.name}`, query, variables: { ...least, [argument.name]: value } };
      }
    }
  }
}
