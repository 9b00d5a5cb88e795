// Asks as HTTP requests: REST, and GraphQL where that can say it.
import {
  pathText,
  type AggregateAsk,
  type ChildrenAsk,
  type Filter,
  type GetAsk,
  type ListAsk,
  type Path,
  type ReadAsk,
  type Sort,
  type WriteAsk,
} from './asks.ts';
import { logicOf, objectAt, whereOf } from './filters.ts';
import type { Shapes } from './shapes.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

export const typeOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const records = '/api/v1/records';

function query(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return given.length === 0 ? '' : `?${given.join('&')}`;
}

const fieldsText = (fields: readonly Path[] | undefined): string | undefined => fields?.map(pathText).join(',');
const filterText = (filter: Filter | undefined): string | undefined => (filter === undefined ? undefined : JSON.stringify(logicOf(filter)));
const sortText = (sort: readonly Sort[]): string | undefined =>
  sort.length === 0 ? undefined : sort.map(({ path, descending }) => `${descending ? '-' : ''}${pathText(path)}`).join(',');

/** Where the answer to `request` leaves off, this goes on. */
export function listRequest(ask: ListAsk, after: string | undefined): HttpRequest {
  const { object, fields, filter, sort, first, deleted } = ask;
  const parameters = {
    fields: fieldsText(fields),
    filter: filterText(filter),
    sort: sortText(sort),
    first: String(first),
    count: 'true',
    deleted,
    after,
  };
  return { method: 'GET', path: `${records}/${object}${query(parameters)}` };
}

function aggregateRest({ object, filter, groups, measures, having, byCount }: AggregateAsk): HttpRequest {
  const compared =
    having === undefined ? undefined : { [having.operator === 'gt' ? '>' : '<=']: [{ var: `m${String(having.measure)}` }, having.value] };
  const body = {
    ...(filter === undefined ? {} : { filter: logicOf(filter) }),
    groupBy: groups.map(({ path, bucket }, i) => ({
      path: pathText(path),
      name: `g${String(i)}`,
      ...(bucket === undefined ? {} : { bucket }),
    })),
    measures: measures.map((measure, i) => ({
      name: `m${String(i)}`,
      function: measure.function,
      ...(measure.field === undefined ? {} : { path: measure.field }),
      ...(measure.filter === undefined ? {} : { filter: logicOf(measure.filter) }),
    })),
    ...(compared === undefined ? {} : { having: compared }),
    ...(byCount ? { orderBy: [{ name: 'm0', descending: true }] } : {}),
  };
  return { method: 'POST', path: `${records}/${object}/aggregate`, body };
}

export function restRequest(ask: ReadAsk): HttpRequest {
  switch (ask.kind) {
    case 'get':
      return { method: 'GET', path: `${records}/${ask.object}/${ask.id}${query({ fields: fieldsText(ask.fields) })}` };
    case 'list':
      return listRequest(ask, undefined);
    case 'aggregate':
      return aggregateRest(ask);
    case 'search':
      return { method: 'GET', path: `/api/v1/search${query({ q: ask.q, first: '200' })}` };
    case 'history':
      return { method: 'GET', path: `${records}/${ask.object}/${ask.id}/history?first=500` };
    case 'export': {
      const parameters = { format: ask.format, fields: fieldsText(ask.fields), filter: filterText(ask.filter), sort: sortText(ask.sort) };
      return { method: 'GET', path: `${records}/${ask.object}/export${query(parameters)}` };
    }
    case 'objects':
      return { method: 'GET', path: '/api/v1/objects' };
    case 'describe':
      return { method: 'GET', path: `/api/v1/objects/${ask.object}` };
    case 'access':
      return { method: 'GET', path: `${records}/${ask.object}/${ask.id}/access` };
    case 'introspect':
      return graphql(introspection(ask.object), {});
  }
}

const graphql = (text: string, variables: Readonly<Record<string, unknown>>): HttpRequest => ({
  method: 'POST',
  path: '/graphql',
  body: { query: text, variables },
});

/** Variables with their types, as an operation declares them. */
class Variables {
  readonly values: Record<string, unknown> = {};
  readonly #types: string[] = [];

  add(type: string, value: unknown): string {
    const name = `v${String(this.#types.length)}`;
    this.values[name] = value;
    this.#types.push(`$${name}: ${type}`);
    return `$${name}`;
  }

  operation(kind: 'query' | 'mutation', body: string): HttpRequest {
    const declared = this.#types.length === 0 ? '' : `(${this.#types.join(', ')})`;
    return graphql(`${kind} ${declared} { ${body} }`, this.values);
  }
}

/** Paths as a selection; a lookup that ends a path is its id under the lookup's own name. */
export function selectionText(shapes: Shapes, object: string, paths: readonly Path[]): string {
  const heads = [...new Set(paths.map(([head = '']) => head))];
  return heads
    .map((head) => {
      const field = shapes[object]?.fields[head];
      const rests = paths.filter((path) => path[0] === head && path.length > 1).map((path) => path.slice(1));
      if (rests.length === 0) {
        if (field?.kind !== 'reference' || !field.stored || field.type === 'id') return head;
        return `${head}: ${head}${field.to.length > 1 ? 'Ref' : 'Id'}`;
      }
      const [target = '', ...others] = field?.to ?? [];
      if (others.length === 0) return `${head} { ${selectionText(shapes, target, rests)} }`;
      return `${head} { ${[target, ...others].map((each) => `... on ${typeOf(each)} { ${selectionText(shapes, each, rests)} }`).join(' ')} }`;
    })
    .join(' ');
}

function orderOf(sort: readonly Sort[]): readonly unknown[] {
  return sort.map(({ path, descending }) => path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), descending ? 'DESC' : 'ASC'));
}

interface ListArguments {
  readonly filter: Filter | undefined;
  readonly sort: readonly Sort[];
}

function listArguments(shapes: Shapes, object: string, { filter, sort }: ListArguments, v: Variables): readonly string[] {
  const type = typeOf(object);
  return [
    ...(filter === undefined ? [] : [`where: ${v.add(`${type}Filter`, whereOf(filter, shapes, object))}`]),
    ...(sort.length === 0 ? [] : [`orderBy: ${v.add(`[${type}Order!]`, orderOf(sort))}`]),
  ];
}

function childrenText(shapes: Shapes, object: string, ask: ChildrenAsk | undefined, v: Variables): string {
  const child = shapes[object]?.relations[ask?.relation ?? '']?.object;
  if (ask === undefined || child === undefined) return '';
  const given = [...listArguments(shapes, child, ask, v), `first: ${String(ask.first)}`].join(', ');
  const counted = ask.counted ? ` childCount: ${ask.relation}Aggregate${aggregateWhere(shapes, child, ask.filter, v)} { count }` : '';
  return ` children: ${ask.relation}(${given}) { totalCount nodes { ${selectionText(shapes, child, ask.fields)} } }${counted}`;
}

const aggregateWhere = (shapes: Shapes, object: string, filter: Filter | undefined, v: Variables): string =>
  filter === undefined ? '' : `(where: ${v.add(`${typeOf(object)}Filter`, whereOf(filter, shapes, object))})`;

export function graphqlGet(shapes: Shapes, { object, id, fields, children }: GetAsk): HttpRequest {
  const v = new Variables();
  const text = `${selectionText(shapes, object, fields)}${childrenText(shapes, object, children, v)}`;
  return v.operation('query', `answer: ${object}(id: ${v.add('ID!', id)}) { ${text} }`);
}

export function graphqlList(shapes: Shapes, ask: ListAsk, after: string | undefined): HttpRequest {
  const { object, fields = [], first, deleted, children } = ask;
  const v = new Variables();
  const given = [
    ...listArguments(shapes, object, ask, v),
    `first: ${String(first)}`,
    ...(after === undefined ? [] : [`after: ${v.add('String', after)}`]),
    ...(deleted === undefined ? [] : [`deleted: ${deleted.toUpperCase()}`]),
  ].join(', ');
  const nodes = `${selectionText(shapes, object, fields)}${childrenText(shapes, object, children, v)}`;
  const plural = shapes[object]?.plural ?? `${object}s`;
  return v.operation('query', `answer: ${plural}(${given}) { totalCount pageInfo { hasNextPage endCursor } records: nodes { ${nodes} } }`);
}

/** What a group's key is called where it stands: a lookup is its id. */
export function groupName(shapes: Shapes, object: string, path: Path): string {
  const name = path.at(-1) ?? '';
  const field = shapes[objectAt(shapes, object, path.slice(0, -1))]?.fields[name];
  return field?.kind === 'reference' && field.to.length === 1 && field.type !== 'id' ? `${name}Id` : name;
}

function groupsText(shapes: Shapes, object: string, groups: AggregateAsk['groups']): string {
  const each = groups.map(({ path, bucket }, i) => {
    const leaf = `g${String(i)}: ${groupName(shapes, object, path)}${bucket === undefined ? '' : `(bucket: ${bucket.toUpperCase()})`}`;
    return path.slice(0, -1).reduceRight((inner, step) => `${step} { ${inner} }`, leaf);
  });
  return each.length === 0 ? '' : `group { ${each.join(' ')} } `;
}

export function graphqlAggregate(shapes: Shapes, ask: AggregateAsk): HttpRequest {
  const { object, filter, groups, measures, having, byCount } = ask;
  const v = new Variables();
  const type = typeOf(object);
  const keys = groups.map(({ path, bucket }) =>
    [...path.slice(0, -1), groupName(shapes, object, path)].reduceRight<unknown>(
      (inner, step) => ({ [step]: inner }),
      bucket?.toUpperCase() ?? 'VALUE',
    ),
  );
  const measured = having === undefined ? undefined : measures[having.measure];
  const comparison = having === undefined ? {} : { [having.operator]: having.value };
  const condition = measured?.field === undefined ? { count: comparison } : { [measured.function]: { [measured.field]: comparison } };
  const given = [
    ...(filter === undefined ? [] : [`where: ${v.add(`${type}Filter`, whereOf(filter, shapes, object))}`]),
    ...(keys.length === 0 ? [] : [`groupBy: ${v.add(`[${type}GroupBy!]`, keys)}`]),
    ...(having === undefined ? [] : [`having: ${v.add(`${type}Having`, condition)}`]),
    ...(byCount ? [`orderBy: ${v.add(`[${type}AggregateOrder!]`, [{ count: 'DESC' }])}`] : []),
  ];
  const outputs = measures.map((measure, i) => {
    const where = aggregateWhere(shapes, object, measure.filter, v);
    return `m${String(i)}: ${measure.function}${where}${measure.field === undefined ? '' : ` { v: ${measure.field} }`}`;
  });
  const plural = shapes[object]?.plural ?? `${object}s`;
  const args = given.length === 0 ? '' : `(${given.join(', ')})`;
  return v.operation('query', `answer: ${plural}Aggregate${args} { ${groupsText(shapes, object, groups)}${outputs.join(' ')} }`);
}

/** Types by which the schema tells what there is of an object. */
export const introspection = (object: string): string => {
  const type = typeOf(object);
  return `{ q: __type(name: "Query") { fields { name } }
    record: __type(name: "${type}") { fields { name } } filter: __type(name: "${type}Filter") { inputFields { name } } }`;
};

export function restWrite(ask: WriteAsk, fields: string): HttpRequest {
  const at = `${records}/${ask.object}`;
  const asked = `?fields=${encodeURIComponent(fields)}`;
  switch (ask.kind) {
    case 'create':
      return { method: 'POST', path: at + asked, body: ask.values };
    case 'update':
      return { method: 'PATCH', path: `${at}/${ask.id}${asked}`, body: ask.values };
    case 'upsert':
      return { method: 'PUT', path: `${at}/by/${ask.by}/${String(ask.values[ask.by])}${asked}`, body: ask.values };
    case 'delete':
      return { method: 'DELETE', path: `${at}/${ask.id}` };
    case 'restore':
      return { method: 'POST', path: `${at}/${ask.id}/restore${asked}` };
  }
}

export function graphqlWrite(shapes: Shapes, ask: Exclude<WriteAsk, { readonly kind: 'upsert' }>, fields: readonly Path[]): HttpRequest {
  const v = new Variables();
  const type = typeOf(ask.object);
  const selection = ask.kind === 'delete' ? 'id' : selectionText(shapes, ask.object, fields);
  const id = ask.kind === 'create' ? [] : [`id: ${v.add('ID!', ask.id)}`];
  const input = ask.kind === 'create' || ask.kind === 'update' ? [`input: ${v.add(`${type}${typeOf(ask.kind)}Input!`, ask.values)}`] : [];
  return v.operation('mutation', `answer: ${ask.kind}${type}(${[...id, ...input].join(', ')}) { ${selection} }`);
}
