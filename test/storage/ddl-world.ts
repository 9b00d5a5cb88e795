// A world of objects and fields that changes at random and knows what is the same as before: the oracle of the planner's property test.
import type { ColumnType, Model } from '@tessera/metadata';
import { ddlModel, numeric, text, type DdlField, type DdlObject } from '../support/ddl-model.ts';

export interface WorldField {
  readonly uid: number;
  readonly spec: DdlField;
  readonly renamedFrom: readonly string[];
}

export interface WorldObject {
  readonly uid: number;
  readonly fields: ReadonlyMap<string, WorldField>;
  readonly renamedFrom: readonly string[];
  readonly key: readonly string[];
}

export type World = ReadonlyMap<string, WorldObject>;

/** One random deed; the numbers choose among what there is. */
export interface Deed {
  readonly what:
    | 'addObject'
    | 'dropObject'
    | 'renameObject'
    | 'swapObjects'
    | 'addField'
    | 'dropField'
    | 'renameField'
    | 'swapFields'
    | 'retype'
    | 'toggle'
    | 'key';
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export const deeds: readonly Deed['what'][] = [
  'addObject',
  'dropObject',
  'renameObject',
  'swapObjects',
  'addField',
  'addField',
  'addField',
  'dropField',
  'renameField',
  'swapFields',
  'retype',
  'retype',
  'toggle',
  'toggle',
  'key',
];

const objectNames = ['alpha', 'beta', 'gammaRay', 'delta'];
const fieldNames = ['one', 'twoWords', 'three', 'four', 'five'];

const types: readonly ColumnType[] = [
  text,
  numeric(),
  numeric(20, 2),
  numeric(10, 0),
  { kind: 'boolean' },
  { kind: 'date' },
  { kind: 'datetime' },
  { kind: 'time' },
  { kind: 'textList' },
  { kind: 'json' },
];

export class Maker {
  #uid = 0;

  /** The world after some deeds; deeds that find nothing to do are passed over. */
  change(world: World, todo: readonly Deed[]): World {
    let next = world;
    for (const deed of todo) next = this.#deed(next, deed);
    return tell(world, withoutLooseLookups(next));
  }

  #deed(world: World, { what, a, b, c }: Deed): World {
    const names = [...world.keys()];
    const name = pick(names, a);
    const freeName = pick(
      objectNames.filter((candidate) => !world.has(candidate)),
      b,
    );
    if (what === 'addObject') {
      if (freeName === undefined) return world;
      return new Map([...world, [freeName, { uid: this.#next(), fields: new Map(), renamedFrom: [], key: [] }]]);
    }
    const object = name === undefined ? undefined : world.get(name);
    if (name === undefined || object === undefined) return world;
    if (what === 'dropObject') return renamed(world, new Map([[name, undefined]]));
    if (what === 'renameObject') return freeName === undefined ? world : moveObjects(world, new Map([[name, freeName]]));
    if (what === 'swapObjects') {
      const other = pick(names, b);
      return other === undefined || other === name
        ? world
        : moveObjects(
            world,
            new Map([
              [name, other],
              [other, name],
            ]),
          );
    }
    return new Map([...world, [name, this.#fieldDeed(world, object, { what, a: b, b: c, c: a + b })]]);
  }

  #fieldDeed(world: World, object: WorldObject, { what, a, b, c }: Deed): WorldObject {
    const names = [...object.fields.keys()];
    const name = pick(names, a);
    const free = pick(
      fieldNames.filter((candidate) => !object.fields.has(candidate)),
      b,
    );
    if (what === 'addField') {
      if (free === undefined) return object;
      return { ...object, fields: new Map([...object.fields, [free, { uid: this.#next(), spec: newSpec(world, a, c), renamedFrom: [] }]]) };
    }
    const field = name === undefined ? undefined : object.fields.get(name);
    if (name === undefined || field === undefined) return object;
    const put = (spec: DdlField): WorldObject => ({ ...object, fields: new Map([...object.fields, [name, { ...field, spec }]]) });
    const moved = (moves: ReadonlyMap<string, string | undefined>): WorldObject => ({
      ...object,
      fields: renamed(object.fields, moves),
      key: object.key.flatMap((part) => (moves.has(part) ? (moves.get(part) ?? []) : part)),
    });
    const other = pick(names, b);
    switch (what) {
      case 'dropField':
        return moved(new Map([[name, undefined]]));
      case 'renameField':
        return free === undefined ? object : moved(new Map([[name, free]]));
      case 'swapFields':
        return other === undefined || other === name
          ? object
          : moved(
              new Map([
                [name, other],
                [other, name],
              ]),
            );
      case 'retype':
        return put(newSpec(world, b, c));
      case 'key':
        return {
          ...object,
          key: other === undefined ? [] : [...new Set([name, other])].filter((part) => isKeyable(object.fields.get(part)?.spec)),
        };
      default:
        return put(toggled(field.spec, b));
    }
  }

  #next(): number {
    this.#uid += 1;
    return this.#uid;
  }
}

function isKeyable(spec: DdlField | undefined): boolean {
  return spec !== undefined && spec.column !== 'lookup' && spec.column.kind !== 'json';
}

function newSpec(world: World, a: number, b: number): DdlField {
  const targets = ['user', ...world.keys()];
  if (a % 3 === 0) {
    const first = pick(targets, b) ?? 'user';
    const second = pick(targets, a + b) ?? 'user';
    return { column: 'lookup', to: b % 2 === 0 || first === second ? [first] : [first, second] };
  }
  return { column: pick(types, b) ?? text };
}

function toggled(spec: DdlField, n: number): DdlField {
  const isJson = spec.column !== 'lookup' && spec.column.kind === 'json';
  switch (n % 4) {
    case 0:
      return { ...spec, required: spec.required !== true };
    case 1:
      return isJson ? spec : { ...spec, unique: spec.unique !== true };
    case 2:
      return { ...spec, indexed: spec.indexed !== true };
    default:
      return { ...spec, dormant: spec.dormant !== true };
  }
}

function pick<T>(from: readonly T[], n: number): T | undefined {
  return from[n % Math.max(1, from.length)];
}

function renamed<T>(things: ReadonlyMap<string, T>, moves: ReadonlyMap<string, string | undefined>): ReadonlyMap<string, T> {
  return new Map(
    [...things].flatMap(([name, thing]): readonly [string, T][] => {
      const to = moves.has(name) ? moves.get(name) : name;
      return to === undefined ? [] : [[to, thing]];
    }),
  );
}

/** Objects under other names; lookups follow. */
function moveObjects(world: World, moves: ReadonlyMap<string, string>): World {
  return new Map(
    [...renamed(world, moves)].map(([name, object]) => {
      const fields = [...object.fields].map(([field, one]): [string, WorldField] => {
        // Another object may take the name of a target that has just gone.
        const to = one.spec.to && [...new Set(one.spec.to.map((target) => moves.get(target) ?? target))];
        return [field, to === undefined ? one : { ...one, spec: { ...one.spec, to } }];
      });
      return [name, { ...object, fields: new Map(fields) }];
    }),
  );
}

/** Lookups lose targets that are gone; without any they become texts. */
function withoutLooseLookups(world: World): World {
  return new Map(
    [...world].map(([name, object]) => {
      const fields = [...object.fields].map(([field, one]): [string, WorldField] => {
        if (one.spec.to === undefined) return [field, one];
        const to = one.spec.to.filter((target) => target === 'user' || world.has(target));
        return [field, { ...one, spec: to.length === 0 ? { column: text } : { ...one.spec, to } }];
      });
      const sound = new Map(fields);
      return [name, { ...object, fields: sound, key: object.key.filter((part) => isKeyable(sound.get(part)?.spec)) }];
    }),
  );
}

interface Identified {
  readonly uid: number;
  readonly renamedFrom: readonly string[];
}

/** Says `renamedFrom` of what has moved. */
function tell(before: World, after: World): World {
  const objects = named(before, after);
  const old = new Map([...before.values()].map((object) => [object.uid, object]));
  return new Map(
    [...objects].map(([name, object]) => [
      name,
      { ...object, fields: named(old.get(object.uid)?.fields ?? new Map<string, WorldField>(), object.fields) },
    ]),
  );
}

function named<T extends Identified>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const oldNames = new Map([...before].map(([name, thing]) => [thing.uid, name]));
  return new Map(
    [...after].map(([name, thing]) => {
      const old = oldNames.get(thing.uid);
      return [name, old === undefined || old === name ? thing : { ...thing, renamedFrom: [old] }];
    }),
  );
}

/**
 * Whether every move can be told. A name that said before that it came from there cannot say so again; and where a thing takes the name
 * of one that goes, while a new thing takes its own, metadata look as if both had stayed.
 */
export function isTellable(before: World, after: World): boolean {
  const old = new Map([...before.values()].map((object) => [object.uid, object]));
  return (
    movesTellable(before, after) &&
    [...after.values()].every((object) => movesTellable(old.get(object.uid)?.fields ?? new Map(), object.fields))
  );
}

function movesTellable(before: ReadonlyMap<string, Identified>, after: ReadonlyMap<string, Identified>): boolean {
  const oldNames = new Map([...before].map(([name, thing]) => [thing.uid, name]));
  const going = new Set([...after.values()].map((thing) => thing.uid));
  return [...after].every(([name, thing]) => {
    const there = before.get(name);
    const source = oldNames.get(thing.uid);
    if (there === undefined || there.uid === thing.uid || source === undefined) return true;
    if (there.renamedFrom.includes(source)) return false;
    const successor = after.get(source);
    return going.has(there.uid) || successor === undefined || oldNames.has(successor.uid);
  });
}

export function modelOfWorld(world: World): Model {
  return ddlModel(
    Object.fromEntries(
      [...world].map(([name, { fields, renamedFrom, key }]): [string, DdlObject] => [
        name,
        {
          renamedFrom,
          fields: Object.fromEntries([...fields].map(([field, one]) => [field, { ...one.spec, renamedFrom: one.renamedFrom }])),
          keys: key.length === 0 ? {} : { theKey: { fields: key } },
        },
      ]),
    ),
  );
}
