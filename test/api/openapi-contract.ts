// Calls a server by its OpenAPI document, and compares the answers with what the document promises.
import { createRequire } from 'node:module';
import type { Answer } from './rest-scene.ts';

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

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
}
interface Described {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: unknown }>>;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
  readonly responses: Readonly<Record<string, Described>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly examples?: readonly unknown[] }>> };
}

type Call = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;

export interface Contract {
  /** Each gives the promises that were broken, in words. */
  readAll(): Promise<readonly string[]>;
  createFromExamples(): Promise<readonly string[]>;
  sendNonsense(): Promise<readonly string[]>;
}

/** Values that have broken servers before. */
const nonsense = [
  '0',
  '-1',
  '%00',
  '__proto__',
  'constructor',
  "' or 1=1 --",
  '{"var":"x"}',
  '😀',
  'null',
  '../..',
  'a'.repeat(300),
  '1e999',
  '%ff',
];

const nonsenseBodies: readonly unknown[] = [
  {},
  [],
  'null',
  '"text"',
  { name: 'x\u0000y' },
  { name: { deep: [1, { a: null }] } },
  { name: '\ud800' },
  { id: 1, version: 'x', owner: 'nobody', createdAt: 'now', lifeStatus: 1 },
  { records: [{}], action: 'create' },
  { action: 'update', records: [{ id: 'x' }], allOrNone: false },
  { action: 'upsert', by: 'nothing', records: [{ name: 'x' }] },
  { measures: [{ function: 'sum', path: 'name' }] },
  { measures: [{ function: 'max', path: 'nothing.at.all' }], groupBy: [{ path: 'id', bucket: 'day' }] },
  { measures: [{ function: 'count' }], having: { '>': [{ var: 'count' }, 'many'] } },
  { measures: [{ function: 'count' }], having: { '==': [{ var: 'nothing' }, 1] } },
  { measures: [{ function: 'count' }], filter: { nonsense: [1] } },
  { files: { '../x.json': {}, 'objects/x__c.json': 5, 'nothing/y.json': {} } },
  { files: { 'objects/x__c.json': { name: 'y__c' } } },
  { version: 999_999 },
  { ids: ['x', '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01'] },
];

export class ContractClient implements Contract {
  readonly #document: Document;
  readonly #call: Call;
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });

  constructor(document: unknown, call: Call) {
    this.#document = document as Document;
    this.#call = call;
    this.#ajv.addSchema({ $id: 'openapi', ...(document as object) });
  }

  async readAll(): Promise<readonly string[]> {
    const broken: string[] = [];
    for (const [path, operation] of this.#operations('get')) {
      // Where a provider sends a browser back to answers nobody else.
      if (path.includes('{') || path.endsWith('/auth/oidc/callback')) continue;
      const required = path.endsWith('/search')
        ? '?q=a'
        : path.endsWith('/webhook-endpoints/secrets')
          ? '?address=https://erp.example/'
          : '';
      const answer = await this.#call('GET', path + required);
      if (answer.status !== 200) broken.push(`GET ${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
      broken.push(...this.#check(`GET ${path}`, path, 'get', operation, answer));
    }
    return broken;
  }

  async createFromExamples(): Promise<readonly string[]> {
    const broken: string[] = [];
    for (const [path, operation] of this.#operations('post')) {
      if (!operation.operationId.endsWith('.createRecord')) continue;
      const schema = operation.requestBody?.content['application/json']?.schema as { readonly $ref: string };
      const [example] = this.#document.components.schemas[schema.$ref.split('/').at(-1) ?? '']?.examples ?? [];
      const answer = await this.#call('POST', path, example);
      broken.push(...this.#check(`POST ${path} ${JSON.stringify(example)}`, path, 'post', operation, answer));
      if (answer.status !== 201) continue;
      const read = await this.#call('GET', answer.headers.location ?? '');
      const [, byId] = this.#operations('get').find(([each]) => each === `${path}/{id}`) ?? [];
      if (byId !== undefined) broken.push(...this.#check(`GET ${path}/{id}`, `${path}/{id}`, 'get', byId, read));
    }
    return broken;
  }

  async sendNonsense(): Promise<readonly string[]> {
    const broken: string[] = [];
    for (const method of ['get', 'post', 'patch', 'put', 'delete'] as const) {
      for (const [path, operation] of this.#operations(method)) {
        // Signing out would end the test, and one object stands for all.
        if (path.includes('/auth/') || (path.includes('/records/') && !/\/records\/(account|activity)\b/.test(path))) continue;
        for (const [target, body] of this.#nonsenseFor(path, operation)) {
          const answer = await this.#call(
            method.toUpperCase(),
            target,
            body,
            typeof body === 'string' ? { 'Content-Type': 'application/json' } : {},
          );
          broken.push(
            ...this.#check(`${method} ${target} ${body === undefined ? '' : JSON.stringify(body)}`, path, method, operation, answer),
          );
        }
      }
    }
    return broken;
  }

  *#nonsenseFor(path: string, operation: Operation): Generator<readonly [string, unknown?]> {
    const filled = (value: string): string => path.replaceAll(/\{\w+\}/g, encodeURIComponent(value));
    const id = '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01';
    const bodies = operation.requestBody === undefined ? [undefined] : nonsenseBodies;
    for (const body of bodies) yield [filled(id), body];
    for (const value of path.includes('{') ? nonsense : [])
      yield [path.replaceAll(/\{\w+\}/g, value.startsWith('%') ? value : encodeURIComponent(value)), bodies[0]];
    for (const parameter of operation.parameters ?? []) {
      const name = '$ref' in parameter ? (parameter.$ref.split('/').at(-1) ?? '') : parameter.name;
      if (/^(If|Idem|Prefer|id$)/.test(name)) continue;
      for (const value of nonsense) yield [`${filled(id)}?${name}=${value.startsWith('%') ? value : encodeURIComponent(value)}`, bodies[0]];
    }
  }

  #operations(method: string): readonly (readonly [string, Operation])[] {
    return Object.entries(this.#document.paths).flatMap(([path, item]) => {
      const operation = item[method];
      return operation === undefined ? [] : [[path, operation] as const];
    });
  }

  #check(what: string, path: string, method: string, operation: Operation, answer: Answer): readonly string[] {
    if (answer.status >= 500) return [`${what}: ${answer.status} ${answer.text.slice(0, 300)}`];
    const named = operation.responses[String(answer.status)];
    const key = named === undefined ? 'default' : String(answer.status);
    const described = operation.responses[key];
    if (named === undefined && answer.status < 400) return [`${what}: ${answer.status} is not in the document`];
    const type = (answer.headers['content-type'] ?? '').split(';')[0] ?? '';
    const place =
      described?.$ref?.slice(1) ??
      `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${method}/responses/${key}`;
    if (type === '' || answer.text === '' || answer.json === undefined) return [];
    const content = described?.$ref === undefined ? described?.content : this.#at(described.$ref).content;
    if (content?.[type] === undefined) return [`${what}: ${type} is not in the document`];
    const validate = this.#validator(`openapi#${place}/content/${type.replace('/', '~1').replace('+', '%2B')}/schema`);
    return validate(answer.json) ? [] : [`${what}: ${this.#ajv.errorsText(validate.errors)} in ${answer.text.slice(0, 300)}`];
  }

  #at(reference: string): Described {
    return reference
      .slice(2)
      .split('/')
      .reduce<unknown>((at, step) => (at as Readonly<Record<string, unknown>>)[step], this.#document) as Described;
  }

  #validator(reference: string): ValidateFunction {
    const known = this.#validators.get(reference) ?? this.#ajv.compile({ $ref: reference });
    this.#validators.set(reference, known);
    return known;
  }
}
