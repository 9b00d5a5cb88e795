// Requests that name something hidden, each in one place: in a selection, filter, sort, group, measure, relation, write.
import type { Asker } from './asker.ts';
import type { Ask, Filter, ListAsk, Path, Probe, ReadAsk } from './asks.ts';
import type { FieldShape } from './shapes.ts';
import { isDistinct } from './world.ts';

/** A name of the same length that nothing has. */
export const invented = (name: string): string => {
  const letters = name.length - 2;
  return `${'zqxwvkj'.repeat(letters).slice(0, letters)}77`;
};

const asProbe = (ask: Probe['ask'], hidden: string): Probe => ({
  kind: 'probe',
  ask,
  hidden,
  invented: /\d\d$/.test(hidden) ? invented(hidden) : hidden.replace(/./g, 'z'),
});

const plainList = (a: Asker, object: string): ListAsk => ({
  kind: 'list',
  surface: a.surface(),
  object,
  fields: [['id']],
  filter: undefined,
  sort: [],
  first: 50,
  deleted: undefined,
  children: undefined,
});

/** Objects of generated models have names that no other begins or ends with. */
const isTellable = ({ who }: Asker, object: string): boolean => who.world.distinct === undefined || isDistinct(who.world, object);

/** An object that the person may not see, in each request that names one. */
function hiddenObject(a: Asker): Probe | undefined {
  const object = a.chance.maybe(a.own.filter((name) => !a.who.rights.readable(name) && isTellable(a, name)));
  const row = object === undefined ? undefined : a.row(object);
  if (object === undefined || row === undefined) return undefined;
  const asks: readonly Probe['ask'][] = [
    plainList(a, object),
    { kind: 'get', surface: a.surface(), object, id: row.id, fields: [['id']], children: undefined },
    { kind: 'describe', object },
    { kind: a.surfaces.includes('graphql') ? 'introspect' : 'describe', object },
    { kind: 'history', object, id: row.id },
    { kind: 'export', object, fields: [['id']], filter: undefined, sort: [], format: 'csv' },
    { kind: 'create', surface: 'rest', object, values: { name: 'x' } },
    { kind: 'update', surface: 'rest', object, id: row.id, values: { name: 'x' } },
    { kind: 'delete', surface: 'rest', object, id: row.id },
  ];
  return asProbe(a.chance.pick(asks), object);
}

function hiddenRelation(a: Asker, object: string): Probe | undefined {
  const relation = a.chance.maybe(
    Object.keys(a.shape(object).relations).filter((name) => isDistinct(a.who.world, name) && !a.who.rights.relates(object, name)),
  );
  if (relation === undefined) return undefined;
  const anything: Filter = { kind: 'compare', path: ['id'], operator: 'ne', value: a.who.user };
  const filter: Filter = { kind: 'relation', path: [relation], quantifier: a.chance.pick(['some', 'none']), part: anything };
  return asProbe({ ...plainList(a, object), surface: 'rest', filter }, relation);
}

/** The ways to an object that has something to hide: itself, or one lookup away. */
function place(a: Asker): { readonly object: string; readonly way: Path; readonly holder: string } | undefined {
  const object = a.object();
  if (object === undefined) return undefined;
  const ways = a.usable(object, ({ kind, stored, to, type }) => kind === 'reference' && stored && type !== 'id' && to.length === 1);
  const way = a.chance.percent(40) ? a.chance.maybe(ways.filter(({ to }) => a.who.rights.readable(to[0] ?? ''))) : undefined;
  return way === undefined ? { object, way: [], holder: object } : { object, way: [way.name], holder: way.to[0] ?? '' };
}

function aggregateProbe(a: Asker, object: string, path: Path, field: FieldShape): Ask {
  const isGroup = a.chance.percent(50) || path.length > 1 || field.kind === 'boolean';
  const count = { function: 'count', field: undefined, filter: undefined } as const;
  const own = {
    function: field.kind === 'number' ? a.chance.pick(['sum', 'max', 'countDistinct'] as const) : 'countDistinct',
    field: field.name,
    filter: undefined,
  } as const;
  const groups = isGroup ? [{ path, bucket: field.kind === 'date' ? ('month' as const) : undefined }] : [];
  return {
    kind: 'aggregate',
    surface: a.surface(),
    object,
    filter: undefined,
    groups,
    measures: isGroup ? [count] : [count, own],
    having: undefined,
    byCount: false,
  };
}

/** A hidden field in a place where it would fit. */
function fieldProbe(a: Asker): Probe | undefined {
  const found = place(a);
  if (found === undefined) return undefined;
  const { object, way, holder } = found;
  const { rights } = a.who;
  const hidden = Object.values(a.shape(holder).fields).filter(
    ({ name, kind, to, asked }) =>
      isDistinct(a.who.world, name) && asked === 'everywhere' && kind !== 'list' && to.length < 2 && !rights.reads(holder, name),
  );
  const field = a.chance.maybe(hidden);
  if (field === undefined) return undefined;
  const path = [...way, field.name];
  const isGone = rights.shows(holder, field.name) === undefined;
  const list = plainList(a, object);
  const asks: (Probe['ask'] | undefined)[] = [
    field.kind === 'secret' ? undefined : { ...list, filter: a.compare(holder, field, path, list.surface) },
    field.kind === 'secret' || field.kind === 'reference' ? undefined : { ...list, sort: [{ path, descending: false }] },
    field.kind === 'secret' ? undefined : (aggregateProbe(a, object, path, field) as ReadAsk),
    isGone ? { ...list, fields: [['id'], path] } : undefined,
    isGone ? { ...list, fields: [['id'], path], surface: 'rest' } : undefined,
    isGone && rights.may(object, 'export') && field.to.length < 2
      ? { kind: 'export', object, fields: [['id'], path], filter: undefined, sort: [], format: 'ndjson' }
      : undefined,
    isGone && way.length === 0 ? { kind: 'create', surface: 'rest', object, values: { name: 'x', [field.name]: null } } : undefined,
    isGone && way.length === 0
      ? { kind: 'update', surface: 'rest', object, id: a.row(object)?.id ?? a.who.user, values: { [field.name]: null } }
      : undefined,
    field.unique && way.length === 0 ? { kind: 'upsert', object, by: field.name, values: { [field.name]: 'k1' } } : undefined,
  ];
  const ask = a.chance.maybe(asks.filter((each) => each !== undefined));
  return ask === undefined ? undefined : asProbe(ask, field.name);
}

/** A record that the person does not see, beside one that is not there; told apart by its id alone. */
function recordProbe(a: Asker): Probe | undefined {
  const object = a.object();
  const row =
    object === undefined
      ? undefined
      : a.chance.maybe([...a.who.world.rows.values()].filter((each) => each.object === object && !a.who.sees(each)));
  if (object === undefined || row === undefined) return undefined;
  const settable = a.usable(
    object,
    ({ name, stored, system, kind }) => stored && !system && kind === 'text' && a.who.rights.sets(object, name),
  )[0];
  const asks: readonly (Probe['ask'] | undefined)[] = [
    { kind: 'get', surface: a.surface(), object, id: row.id, fields: [['id']], children: undefined },
    { kind: 'history', object, id: row.id },
    { kind: 'access', object, id: row.id },
    { kind: 'delete', surface: 'rest', object, id: row.id },
    { kind: 'restore', surface: 'rest', object, id: row.id },
    settable === undefined ? undefined : { kind: 'update', surface: 'rest', object, id: row.id, values: { [settable.name]: null } },
  ];
  return { kind: 'probe', ask: a.chance.pick(asks.filter((ask) => ask !== undefined)), hidden: row.id, invented: otherId(row.id) };
}

/** An id that no record has, but the same beginning. */
const otherId = (id: string): string =>
  `${id.slice(0, -6)}${Array.from(id.slice(-6), (digit) => (15 - Number.parseInt(digit, 16)).toString(16)).join('')}`;

export function probe(a: Asker, fallback: () => Ask | undefined): Ask | undefined {
  const object = a.object();
  switch (
    a.chance.weighed([
      ['field', 60],
      ['object', 12],
      ['relation', 10],
      ['record', 18],
    ])
  ) {
    case 'object':
      return hiddenObject(a) ?? fallback();
    case 'relation':
      return (object === undefined ? undefined : hiddenRelation(a, object)) ?? fallback();
    case 'record':
      return recordProbe(a) ?? fallback();
    default:
      return fieldProbe(a) ?? fallback();
  }
}
