// Requests to the operations of a document, with what they need made beforehand.
import fc from 'fast-check';
import type { Answer } from '../api/rest-scene.ts';
import type { ContractDocument, Operation, Schema } from './contract-document.ts';
import { valuesOf } from './contract-values.ts';
import type { Client } from './server-scene.ts';

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly unique: boolean;
  readonly readOnly: boolean;
  readonly sortable: boolean;
  readonly filters: readonly string[];
  readonly to?: readonly string[];
  readonly schema: Schema;
}
interface Description {
  readonly fields: readonly Field[];
}

export interface Sent {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The smallest PNG. */
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

export class Caller {
  readonly document: ContractDocument;
  readonly client: Client;
  readonly descriptions = new Map<string, Description>();
  /** Ids of live records by object. */
  readonly pool = new Map<string, string[]>();
  /** A body that was taken, by object: the smallest. */
  readonly taken = new Map<string, Readonly<Record<string, unknown>>>();
  /** An administrator, who makes what calls need beforehand. */
  readonly admin: Client;
  readonly email: string;
  #seed = 1;

  constructor(document: ContractDocument, client: Client, { admin = client, email = `admin@${client.tenant}.example` } = {}) {
    this.document = document;
    this.client = client;
    this.admin = admin;
    this.email = email;
  }

  /** An operation of an object; undefined where the document has it not. */
  operation(object: string, route: string): Operation | undefined {
    return this.document.operations.find(({ id }) => id === `${object}.${route}`);
  }

  get objects(): readonly string[] {
    return [...new Set(this.document.operations.flatMap(({ object }) => (object === undefined ? [] : [object])))];
  }

  async describe(): Promise<void> {
    for (const object of this.objects) {
      this.descriptions.set(object, (await this.client.call('GET', `/api/v1/objects/${object}`)).json as Description);
      await this.look(object);
    }
  }

  /** Which records of an object there are: of those that only the platform makes nobody is told when they come. */
  async look(object: string): Promise<void> {
    const { json } = await this.client.call('GET', `/api/v1/records/${object}?fields=id&first=20`);
    this.pool.set(
      object,
      (json as { readonly records: readonly { readonly id: string }[] }).records.map(({ id }) => id),
    );
  }

  /** Objects whose records callers make; those of the others come with what callers do. */
  get made(): readonly string[] {
    return this.objects.filter((object) => this.operation(object, 'createRecord') !== undefined);
  }

  /** Whether the object has a field that callers set. */
  has(object: string, field: string): boolean {
    return this.fields(object).some(({ name, readOnly }) => name === field && !readOnly);
  }

  /** Whether the field takes any text. */
  isText(object: string, field: string): boolean {
    return this.fields(object).some(({ name, type, schema }) => name === field && type === 'text' && schema['pattern'] === undefined);
  }

  fields(object: string): readonly Field[] {
    return this.descriptions.get(object)?.fields ?? [];
  }

  /** The next of an endless row of samples, the same in every run. */
  sample<T>(values: fc.Arbitrary<T>): T {
    const [value] = fc.sample(values, { seed: (this.#seed += 7), numRuns: 1 });
    return value as T;
  }

  valuesOf(schema: Schema): fc.Arbitrary<unknown> {
    return valuesOf(schema, (each) => this.document.follow(each));
  }

  pick(object: string): string | undefined {
    const ids = this.pool.get(object) ?? [];
    return ids.length === 0 ? undefined : this.sample(fc.constantFrom(...ids));
  }

  async upload(name: string, content: Uint8Array): Promise<string> {
    const answer = await this.client.call('POST', `/api/v1/files?name=${name}`, content, { 'Content-Type': 'application/octet-stream' });
    return (answer.json as { readonly id: string }).id;
  }

  /** References lead to what is there; what has no target yet is left out. */
  async #linked(field: Field): Promise<unknown> {
    if (field.type === 'image') return await this.upload('dot.png', png);
    if (field.type === 'file') return await this.upload('note.txt', Buffer.from('A note.'));
    const target = (field.to ?? []).find((each) => this.pick(each) !== undefined);
    const id = target === undefined ? undefined : this.pick(target);
    if (id === undefined) return null;
    return field.schema['type'] === 'object' ? { object: target, id } : id;
  }

  /** A body that fits the operation's schema, with references that lead somewhere. */
  async recordFor(operation: Operation, mostFields = 99): Promise<Readonly<Record<string, unknown>>> {
    const schema = operation.bodies['application/json'] ?? {};
    const fields = new Map(this.fields(operation.object ?? '').map((field) => [field.name, field]));
    const { required = [] } = schema as { readonly required?: readonly string[] };
    const values: Record<string, unknown> = {};
    for (const [name, inner] of Object.entries(schema['properties'] as Readonly<Record<string, Schema>>)) {
      const field = fields.get(name);
      const wanted =
        required.includes(name) || (Object.keys(values).length < mostFields && this.sample(fc.integer({ min: 0, max: 2 })) > 0);
      // Children are records of their own.
      if (field === undefined || !wanted) continue;
      const linked = field.to !== undefined || field.type === 'file' || field.type === 'image';
      const value = linked ? await this.#linked(field) : this.sample(this.valuesOf(inner));
      if (value !== null || !linked) values[name] = value;
    }
    return values;
  }

  /** Notes that a body was taken. */
  note(object: string, body: Readonly<Record<string, unknown>>): void {
    const known = this.taken.get(object);
    if (known === undefined || Object.keys(body).length < Object.keys(known).length) this.taken.set(object, body);
  }

  /** A body that will be taken again: what must be unique is new in it. */
  again(operation: Operation): Readonly<Record<string, unknown>> {
    const object = operation.object ?? '';
    const { properties = {} } = (operation.bodies['application/json'] ?? {}) as { readonly properties?: Readonly<Record<string, Schema>> };
    const unique = new Set([
      ...this.fields(object)
        .filter((field) => field.unique)
        .map(({ name }) => name),
      ...this.uniqueNames(object),
    ]);
    const entries = Object.entries(this.taken.get(object) ?? {}).map(([name, value]) => {
      const schema = properties[name];
      return [
        name,
        unique.has(name) && schema !== undefined && typeof value === 'string'
          ? this.sample(this.valuesOf({ ...schema, type: 'string' }))
          : value,
      ] as const;
    });
    return Object.fromEntries(entries);
  }

  /** Fields by whose values records are found. */
  uniqueNames(object: string): readonly string[] {
    return (this.operation(object, 'getRecordBy')?.parameters.find(({ name }) => name === 'field')?.schema?.['enum'] ??
      []) as readonly string[];
  }

  /** A rule over one field of the object. */
  rule(object: string): unknown {
    const field = this.sample(
      fc.constantFrom(...this.fields(object).filter(({ filters, type }) => filters.includes('eq') && type !== 'secret')),
    );
    const [target = ''] = field.to ?? [];
    // Of several objects that it may point to one is named.
    const path = field.schema['type'] === 'object' ? `${field.name}:${target}.id` : `${field.name}.id`;
    if (field.to !== undefined) return { '==': [{ var: path }, this.pick(target) ?? null] };
    return this.sample(fc.boolean()) ? { isBlank: { var: field.name } } : { '==': [{ var: field.name }, { var: field.name }] };
  }

  /** Values of a query parameter that should be taken. */
  parameter(operation: Operation, name: string, schema: Schema | undefined): string | undefined {
    const object = operation.object ?? '';
    const names = this.fields(object).filter(({ type }) => type !== 'secret');
    switch (name) {
      case 'fields':
        return this.sample(fc.uniqueArray(fc.constantFrom(...names.map((field) => field.name)), { minLength: 1, maxLength: 5 })).join(',');
      case 'filter':
        return JSON.stringify(this.rule(object));
      case 'sort':
        return this.sample(
          fc.constantFrom(
            ...names
              .filter(({ sortable }) => sortable)
              .map((field) => field.name)
              .flatMap((each) => [each, `-${each}`]),
          ),
        );
      case 'q':
        return 'a';
      case 'objects':
        return this.sample(fc.constantFrom(...this.objects));
      case 'deleted':
        // One record is either in the bin or not.
        return operation.path.includes('{id}') ? 'with' : String(this.sample(this.valuesOf(schema ?? {})));
      case 'after':
      case 'before':
      case 'resume':
      case 'recordType':
      case 'record':
      case 'layout':
      case 'by':
      case 'mapping':
      case 'purge':
      case 'user':
        return undefined;
      default:
        return schema === undefined ? undefined : String(this.sample(this.valuesOf(schema)));
    }
  }

  /** The operation's path with its parameters, and some of the query. */
  target(operation: Operation, inPath: Readonly<Record<string, string>>, query = true): string {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(inPath[name] ?? ''));
    const given = operation.parameters.flatMap((parameter) => {
      if (parameter.in !== 'query' || (!query && parameter.name !== 'q')) return [];
      if (parameter.name !== 'q' && this.sample(fc.boolean())) return [];
      const value = this.parameter(operation, parameter.name, parameter.schema);
      return value === undefined ? [] : [`${parameter.name}=${encodeURIComponent(value)}`];
    });
    return given.length === 0 ? path : `${path}?${given.join('&')}`;
  }

  send(operation: Operation, { path, body, headers }: Sent): Promise<Answer> {
    return this.client.call(operation.method, path, body, headers);
  }
}
