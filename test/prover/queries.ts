// Random requests of one person: what may be asked, and what names something that is hidden.
import type { AggregateAsk, Ask, ChildrenAsk, ExportAsk, GetAsk, ListAsk, Measure, ReadAsk, Surface } from './asks.ts';
import { type Asker } from './asker.ts';
import { words } from './models.ts';
import { probe } from './probes.ts';

function children(a: Asker, object: string): ChildrenAsk | undefined {
  const { chance } = a;
  const relation = chance.percent(45) ? chance.maybe(a.relations(object)) : undefined;
  const child = a.shape(object).relations[relation ?? '']?.object;
  if (relation === undefined || child === undefined) return undefined;
  return {
    relation,
    fields: a.fields(child, 'graphql', 1),
    filter: chance.percent(40) ? a.filter(child, 'graphql', 1) : undefined,
    sort: a.sort(child),
    first: chance.pick([2, 20]),
    counted: chance.percent(40),
  };
}

function get(a: Asker, object: string): GetAsk | undefined {
  const surface = a.surface();
  const row = a.row(object);
  if (row === undefined) return undefined;
  return {
    kind: 'get',
    surface,
    object,
    id: row.id,
    fields: a.fields(object, surface),
    children: surface === 'rest' ? undefined : children(a, object),
  };
}

function list(a: Asker, object: string): ListAsk {
  const surface = a.surface();
  const { chance } = a;
  return {
    kind: 'list',
    surface,
    object,
    fields: surface === 'rest' && chance.percent(20) && a.isWhole(object) ? undefined : a.fields(object, surface),
    filter: chance.percent(70) ? a.filter(object, surface) : undefined,
    sort: a.sort(object),
    first: chance.pick([3, 5, 50, 50]),
    deleted: chance.percent(10) ? chance.pick(['with', 'only']) : undefined,
    children: surface === 'rest' ? undefined : children(a, object),
  };
}

function measure(a: Asker, object: string, surface: Surface, filtered: boolean): Measure {
  const { chance } = a;
  const name = chance.pick(['count', 'countDistinct', 'sum', 'sum', 'avg', 'min', 'max'] as const);
  const numbers = a.usable(object, ({ kind, name: field }) => kind === 'number' && field !== 'version');
  const texts = a.usable(
    object,
    ({ kind, options, quote, name: field }) =>
      kind === 'text' && options === undefined && quote === undefined && !['lifeStatus', 'recordType'].includes(field),
  );
  const fitting = name === 'countDistinct' ? [...numbers, ...texts] : numbers;
  const field = name === 'count' ? undefined : chance.maybe(fitting);
  const filter = filtered && chance.percent(35) ? a.filter(object, surface, 1) : undefined;
  return field === undefined ? { function: 'count', field: undefined, filter } : { function: name, field: field.name, filter };
}

function aggregate(a: Asker, object: string): AggregateAsk {
  const { chance } = a;
  const surface = a.surface();
  const paths = chance
    .times(
      chance.weighed([
        [0, 20],
        [1, 55],
        [2, 25],
      ]),
      () => a.path(object, ({ kind, name, to, type }) => kind !== 'datetime' && type !== 'textarea' && name !== 'version' && to.length < 2),
    )
    .filter((path) => path !== undefined);
  const holder = (path: readonly string[]): string => path.slice(0, -1).reduce((at, step) => a.shape(at).fields[step]?.to[0] ?? at, object);
  const unique = [...new Map(paths.map((path) => [path.join('.'), path])).values()];
  const groups = unique.map((path) => {
    const kind = a.shape(holder(path)).fields[path.at(-1) ?? '']?.kind;
    return { path, bucket: kind === 'date' ? chance.pick(['month', 'year'] as const) : undefined };
  });
  const count: Measure = { function: 'count', field: undefined, filter: undefined };
  const measures = [count, ...chance.times(chance.between(0, 2), () => measure(a, object, surface, true))];
  const comparable = measures.flatMap(({ function: name, filter }, i) =>
    filter === undefined && ['count', 'sum'].includes(name) ? [i] : [],
  );
  const having = chance.percent(30)
    ? { measure: chance.pick(comparable), operator: chance.pick(['gt', 'lte'] as const), value: chance.between(0, 4) }
    : undefined;
  const filter = chance.percent(50) ? a.filter(object, surface) : undefined;
  return { kind: 'aggregate', surface, object, filter, groups, measures, having, byCount: chance.percent(30) };
}

function exported(a: Asker, object: string): ExportAsk {
  const fields = a.fields(object, 'rest', 1).filter(([head = '', ...rest]) => {
    const field = a.shape(object).fields[head];
    return (
      field?.kind !== 'secret' && (field?.to.length ?? 0) < 2 && rest.length < 2 && !(rest.length > 0 && isOpaque(a, field?.to[0], rest[0]))
    );
  });
  const filter = a.chance.percent(40) ? a.filter(object, 'rest') : undefined;
  return { kind: 'export', object, fields, filter, sort: a.sort(object), format: a.chance.pick(['csv', 'ndjson']) };
}

function isOpaque(a: Asker, object: string | undefined, name: string | undefined): boolean {
  const field = a.shapes[object ?? '']?.fields[name ?? ''];
  return field === undefined || field.kind === 'secret' || field.to.length > 1;
}

function readAsk(a: Asker): ReadAsk | undefined {
  const object = a.object();
  if (object === undefined) return { kind: 'objects' };
  const row = a.row(object);
  const choice = a.chance.weighed<ReadAsk['kind']>([
    ['get', 16],
    ['list', 38],
    ['aggregate', 20],
    ['search', 6],
    ['history', 5],
    ['export', 6],
    ['describe', 3],
    ['introspect', a.surfaces.includes('graphql') ? 2 : 0],
    ['objects', 1],
    ['access', 3],
  ]);
  switch (choice) {
    case 'get':
      return get(a, object);
    case 'list':
      return list(a, object);
    case 'aggregate':
      return aggregate(a, object);
    case 'search':
      return { kind: 'search', q: a.chance.pick(words) };
    case 'history':
    case 'access':
      return row === undefined ? undefined : { kind: choice, object, id: row.id };
    case 'export':
      return exported(a, object);
    case 'objects':
      return { kind: 'objects' };
    case 'describe':
    case 'introspect':
      return { kind: choice, object };
  }
}

/** So many requests that only read. */
export function randomReads(a: Asker, count: number): readonly Ask[] {
  const asks: Ask[] = [];
  for (let tries = 0; asks.length < count && tries < count * 4; tries += 1) {
    const ask = a.chance.percent(18) ? probe(a, () => readAsk(a)) : readAsk(a);
    if (ask !== undefined) asks.push(ask);
  }
  return asks;
}
