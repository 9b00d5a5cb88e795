// An OpenAPI document as a judge: which operations there are, and whether an answer is what it promises.
import { createRequire } from 'node:module';
import type { Answer } from '../api/rest-scene.ts';

export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema?: Schema;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Described {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
  readonly headers?: Readonly<Record<string, unknown>>;
}

export interface Operation {
  /** `account.createRecord`, `logIn`. */
  readonly id: string;
  /** `createRecord`, `logIn`. */
  readonly route: string;
  /** The object, where the operation is about one. */
  readonly object: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** By media type. */
  readonly bodies: Readonly<Record<string, Schema>>;
  readonly responses: Readonly<Record<string, Described>>;
  /** Whether somebody must be signed in. */
  readonly signedIn: boolean;
}

interface ValidateFunction {
  (value: unknown): boolean;
  readonly errors?: unknown;
}
interface Ajv {
  addSchema(schema: object): void;
  compile(schema: object): ValidateFunction;
  errorsText(errors: unknown): string;
}

// The validator of the metadata package: the one at the top is an older one, which the linter brings.
const ofMetadata = createRequire(new URL('../../packages/metadata/package.json', import.meta.url));
const { Ajv2020 } = ofMetadata('ajv/dist/2020.js') as { readonly Ajv2020: new (options: object) => Ajv };

const formats = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  date: /^\d{4}-\d\d-\d\d$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  time: /^\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
  'uri-reference': true,
};

interface RawOperation {
  readonly operationId: string;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
  readonly security?: readonly unknown[];
}

export class ContractDocument {
  readonly operations: readonly Operation[];
  readonly #document: Schema;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false, formats });
  readonly #validators = new Map<unknown, ValidateFunction>();

  constructor(document: unknown) {
    this.#document = document as Schema;
    this.#ajv.addSchema({ $id: 'document', ...this.#document });
    const paths = this.#document['paths'] as Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
    this.operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, raw]) => this.#operation(path, method, raw)),
    );
  }

  #operation(path: string, method: string, raw: RawOperation): Operation {
    const [route = '', object] = raw.operationId.split('.').reverse();
    const described = Object.entries(raw.responses).map(([status, response]) => [status, this.follow(response) as Described] as const);
    return {
      id: raw.operationId,
      route,
      object,
      method: method.toUpperCase(),
      path,
      parameters: (raw.parameters ?? []).map((each) => this.follow(each) as unknown as Parameter),
      bodies: Object.fromEntries(Object.entries(raw.requestBody?.content ?? {}).map(([type, { schema }]) => [type, this.follow(schema)])),
      responses: Object.fromEntries(described),
      signedIn: raw.security === undefined,
    };
  }

  /** What a `$ref` stands for. */
  follow(value: unknown): Schema {
    const reference = (value as { readonly $ref?: string }).$ref;
    if (reference === undefined) return value as Schema;
    const steps = reference.slice(2).split('/');
    return this.follow(steps.reduce<unknown>((at, step) => (at as Schema)[step], this.#document));
  }

  /** Why a value does not fit a schema; undefined where it does. */
  misfit(schema: Schema, value: unknown): string | undefined {
    const known = this.#validators.get(schema) ?? this.#ajv.compile(rebased(schema) as object);
    this.#validators.set(schema, known);
    return known(value) ? undefined : this.#ajv.errorsText(known.errors);
  }

  /** What an answer breaks of what its operation promises; nothing, normally. Errors must be among those named. */
  broken(operation: Operation, answer: Answer): string | undefined {
    const described = operation.responses[String(answer.status)];
    const shown = `${answer.status} ${answer.text.slice(0, 400)}`;
    if (described === undefined) return `the status is not in the document: ${shown}`;
    const type = (answer.headers['content-type'] ?? '').split(';')[0] ?? '';
    if (described.content === undefined) return answer.text === '' ? undefined : `there should be no body: ${shown}`;
    for (const name of Object.keys(described.headers ?? {})) {
      if (answer.headers[name.toLowerCase()] === undefined) return `the header ${name} is missing: ${shown}`;
    }
    const schema = (
      described.content[type] ?? (operation.route === 'downloadFile' ? described.content['application/octet-stream'] : undefined)
    )?.schema;
    // Prefer: return=minimal.
    if (schema === undefined) return answer.text === '' && answer.status === 201 ? undefined : `${type} is not in the document: ${shown}`;
    if (answer.json === undefined) return undefined;
    const misfit = this.misfit(schema, answer.json);
    return misfit === undefined ? undefined : `${misfit}: ${shown}`;
  }
}

/** References of the document, seen from outside of it. */
function rebased(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(rebased);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === '$ref' && typeof value === 'string' ? `document${value}` : rebased(value)]),
  );
}
