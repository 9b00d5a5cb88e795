// Random writes of one person: some that they may do, some that they may not.
import type { Asker } from './asker.ts';
import type { Literal, WriteAsk } from './asks.ts';
import { randomValue } from './populations.ts';
import type { FieldShape } from './shapes.ts';
import { rowsOf, textIn, type Row } from './world.ts';

type Values = Readonly<Record<string, Literal>>;

const settable = (field: FieldShape): boolean =>
  field.stored && !field.system && field.kind !== 'list' && field.to.length < 2 && field.type !== 'autoNumber';

/** A record to point to: mostly one that the person sees. */
function target(a: Asker, field: FieldShape): Literal {
  const all = rowsOf(a.who.world, field.to[0] ?? '').filter((row) => !row.deleted);
  const seen = all.filter((row) => a.who.sees(row));
  return a.chance.maybe(a.chance.percent(80) && seen.length > 0 ? seen : all)?.id ?? null;
}

function literal(a: Asker, object: string, field: FieldShape): Literal {
  if (field.kind === 'reference') return target(a, field);
  const row = field.unique && a.chance.percent(40) ? a.chance.maybe(rowsOf(a.who.world, object)) : undefined;
  const value = textIn(row, field.name) ?? randomValue(a.chance, field);
  return typeof value === 'object' ? null : value;
}

/** Mostly what one may set. */
function some(a: Asker, object: string, count: number, without: (field: FieldShape) => boolean): Values {
  const all = Object.values(a.shape(object).fields).filter((field) => settable(field) && !without(field));
  const own = all.filter(({ name }) => a.who.rights.sets(object, name));
  const from = a.chance.percent(85) ? own : all;
  return Object.fromEntries(a.chance.some(from, count).map((field) => [field.name, literal(a, object, field)]));
}

function owner(a: Asker, object: string): Values {
  if (!a.chance.percent(25) || !a.who.rights.sets(object, 'owner')) return {};
  const field = a.shape(object).fields['owner'];
  return field === undefined ? {} : { owner: target(a, field) };
}

function recordType(a: Asker, object: string): Values {
  const types = a.shape(object).recordTypes;
  return types.length === 0 ? {} : { recordType: a.chance.percent(15) ? null : a.chance.pick(types) };
}

function newValues(a: Asker, object: string): Values {
  const masters = Object.values(a.shape(object).fields).filter(({ master }) => master);
  return {
    ...some(a, object, a.chance.between(0, 4), ({ master, name }) => master || name === 'name'),
    ...Object.fromEntries(masters.map((field) => [field.name, target(a, field)])),
    ...recordType(a, object),
    ...owner(a, object),
    name: `new ${String(a.chance.between(0, 999))}`,
  };
}

/** A value that is to be changed must differ. */
function changes(a: Asker, object: string, row: Row): Values {
  const type = a.chance.percent(15) && a.who.rights.sets(object, 'recordType') ? recordType(a, object) : {};
  const reparents = (field: FieldShape): boolean => field.master || field.name === 'name';
  const values = { ...some(a, object, a.chance.between(1, 3), reparents), ...type, ...owner(a, object) };
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== textIn(row, name)));
}

export function randomWrite(a: Asker): WriteAsk | undefined {
  const object = a.chance.maybe(a.own.filter((name) => a.who.rights.readable(name)));
  if (object === undefined) return undefined;
  const surface = a.surface();
  const kind = a.chance.weighed([
    ['create', 25],
    ['update', 40],
    ['upsert', 10],
    ['delete', 17],
    ['restore', 8],
  ] as const);
  if (kind === 'create') return { kind, surface, object, values: newValues(a, object) };
  if (kind === 'upsert') {
    const unique = Object.values(a.shape(object).fields).find((field) => field.unique && a.who.rights.sets(object, field.name));
    const value = unique === undefined ? null : literal(a, object, unique);
    return unique === undefined || value === null
      ? undefined
      : { kind, object, by: unique.name, values: { ...newValues(a, object), [unique.name]: value } };
  }
  const row = kind === 'restore' ? a.chance.maybe(rowsOf(a.who.world, object).filter(({ deleted }) => deleted)) : a.row(object);
  if (row === undefined) return undefined;
  if (kind === 'delete') return { kind, surface, object, id: row.id };
  if (kind === 'restore') return { kind, surface, object, id: row.id };
  const values = changes(a, object, row);
  return Object.keys(values).length === 0 ? undefined : { kind, surface, object, id: row.id, values };
}
