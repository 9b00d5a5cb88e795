// ACCESS.md "Writing", read literally: what a write must come to.
import type { Literal, WriteAsk } from './asks.ts';
import { Decimal } from './decimal.ts';
import { Onlooker } from './oracle-records.ts';
import { same } from './rules.ts';
import { settableSystem, type FieldShape } from './shapes.ts';
import { rowsOf, textIn, type Row, type Value, type World } from './world.ts';

/**
 * Codes of which one must be told for each thing that is wrong; none at all: the write is done. Where the page leaves a code open the
 * ones that would say it are all in.
 */
export type Objections = readonly (readonly string[])[];

/** Among codes: the page contradicts itself, so the write may be done as well. */
const orDone = 'or done';

/** Whether nothing stands against a write for certain. */
export const mayBeDone = (objections: Objections): boolean => objections.every((codes) => codes.includes(orDone));

const isReadOnly = ({ stored, system, name, type }: FieldShape): boolean =>
  !stored || type === 'autoNumber' || (system && !settableSystem.includes(name));

export const valueIn = (value: Literal): Value => (typeof value === 'number' ? Decimal.of(value) : value);

class Judgement {
  readonly #who: Onlooker;
  readonly #object: string;
  readonly objections: (readonly string[])[] = [];

  constructor(who: Onlooker, object: string) {
    this.#who = who;
    this.#object = object;
  }

  #against(...codes: readonly string[]): void {
    this.objections.push(codes);
  }

  verb(flag: 'create' | 'update' | 'delete'): void {
    if (!this.#who.rights.may(this.#object, flag)) this.#against('PERMISSION_DENIED');
  }

  /** The record is there for the person, and may be changed. */
  target(row: Row | undefined): void {
    if (row === undefined || row.deleted || !this.#who.sees(row)) this.#against('RECORD_NOT_FOUND');
    else if (!this.#who.edits(row)) this.#against('RECORD_READ_ONLY');
    else if (!this.#mastersEditable(row)) this.#against(orDone, 'RECORD_READ_ONLY');
  }

  /** A detail is created, changed or deleted where its masters may be edited. */
  #mastersEditable(row: Row): boolean {
    return this.#who.rights.administrator || this.#who.masters(row).every((master) => master === undefined || this.#who.edits(master));
  }

  values(values: Readonly<Record<string, Literal>>, before: Row | undefined): void {
    for (const [name, value] of Object.entries(values)) this.#value(name, value, before);
  }

  #value(name: string, value: Literal, before: Row | undefined): void {
    const field = this.#who.world.shapes[this.#object]?.fields[name];
    const level = this.#who.rights.level(this.#object, name);
    if (field === undefined || level === 'none') {
      this.#against('FIELD_UNKNOWN');
      return;
    }
    if (isReadOnly(field) || !this.#who.rights.sets(this.#object, name)) {
      if (field.kind !== 'secret' || !this.#who.rights.administrator) {
        this.#against('FIELD_READ_ONLY');
        return;
      }
    }
    if (value === null && name === 'name') this.#against('VALUE_REQUIRED');
    if (field.unique && this.#taken(name, value, before)) this.#against('RECORD_NOT_UNIQUE');
    if (name === 'recordType') this.#recordType(typeof value === 'string' ? value : null, before);
    if (name === 'owner') this.#owner(value, before);
    if (field.kind === 'reference') this.#lookup(field, value, before);
  }

  #taken(name: string, value: Literal, before: Row | undefined): boolean {
    if (value === null) return false;
    return rowsOf(this.#who.world, this.#object).some(
      (row) => !row.deleted && row.id !== before?.id && same(row.values[name] ?? null, valueIn(value)),
    );
  }

  #recordType(value: string | null, before: Row | undefined): void {
    const kept = before !== undefined && textIn(before, 'recordType') === value;
    if (!kept && !this.#who.rights.mayGive(this.#object, value)) this.#against('RECORD_TYPE_NOT_ALLOWED');
  }

  #owner(value: Literal, before: Row | undefined): void {
    const present = before === undefined ? this.#who.user : textIn(before, 'owner');
    if (value !== present && !this.#who.rights.may(this.#object, 'changeOwner')) this.#against('PERMISSION_DENIED', 'FIELD_READ_ONLY');
  }

  #lookup(field: FieldShape, value: Literal, before: Row | undefined): void {
    if (value === null || value === (before === undefined ? undefined : textIn(before, field.name))) return;
    const target = this.#who.world.rows.get(String(value));
    const unseen = target === undefined || target.deleted || !field.to.includes(target.object) || !this.#who.sees(target);
    if (before !== undefined && field.master && !field.reparent) {
      // Of a record that stays with its master, and one that is not there, either may be told.
      this.#against('FIELD_READ_ONLY', ...(unseen ? ['LOOKUP_NOT_FOUND'] : []));
      return;
    }
    if (unseen) this.#against('LOOKUP_NOT_FOUND');
    else if (field.master && !this.#who.edits(target) && !this.#who.rights.administrator) this.#masterReadOnly();
  }

  /** For certain only where the detail's own access is that of its masters. */
  #masterReadOnly(): void {
    const { rights, world } = this.#who;
    const isControlled = world.shapes[this.#object]?.sharing === 'controlledByParent' && !rights.may(this.#object, 'modifyAll');
    this.#against(...(isControlled ? [] : [orDone]), 'RECORD_READ_ONLY');
  }

  /** Fields that a new record must have. */
  required(values: Readonly<Record<string, Literal>>): void {
    const fields = Object.values(this.#who.world.shapes[this.#object]?.fields ?? {});
    const missing = fields.some(({ name, master }) => (name === 'name' || master) && (values[name] ?? null) === null);
    if (missing) this.#against('VALUE_REQUIRED', 'FIELD_READ_ONLY');
  }

  /** After the write the record must still be seen, unless it was given away. */
  inSight(after: Row, before: Row | undefined): void {
    const isOpen = mayBeDone(this.objections);
    // Whether masters count as they were or as the write leaves them (a sharing rule may look at details), the page leaves open.
    if (!isOpen && !this.objections.some((codes) => codes.includes('RECORD_READ_ONLY'))) return;
    const gaveAway = textIn(after, 'owner') !== (before === undefined ? this.#who.user : textIn(before, 'owner'));
    const { rights, user } = this.#who;
    const world: World = { ...this.#who.world, rows: new Map([...this.#who.world.rows, [after.id, after]]) };
    const later = new Onlooker(world, user, rights.administrator);
    if (!gaveAway && !later.sees(after)) this.#against('RECORD_OUT_OF_SIGHT');
    else if (isOpen && later.masters(after).some((master) => master !== undefined && !later.edits(master)))
      this.#against(orDone, 'RECORD_READ_ONLY');
  }
}

const changed = (row: Row, values: Readonly<Record<string, Literal>>): Row => ({
  ...row,
  values: { ...row.values, ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, valueIn(value)])) },
});

/** What a new record is before anybody has set anything. */
function blank(who: Onlooker, object: string): Row {
  const fields = Object.values(who.world.shapes[object]?.fields ?? {});
  const values = fields.map(({ name, type }): [string, Value] => [name, type === 'boolean' ? false : null]);
  const id = 'ffffffff-ffff-7fff-bfff-ffffffffffff';
  return { id, object, deleted: false, values: { ...Object.fromEntries(values), id, owner: who.user, lifeStatus: 'normal' } };
}

/** The record that an upsert means. */
export function matched(world: World, object: string, by: string, value: Literal): Row | undefined {
  return rowsOf(world, object).find((row) => !row.deleted && same(row.values[by] ?? null, valueIn(value)));
}

/** What stands against a write. */
export function objectionsTo(who: Onlooker, ask: WriteAsk): Objections {
  const judgement = new Judgement(who, ask.object);
  switch (ask.kind) {
    case 'create':
      judgement.verb('create');
      judgement.values(ask.values, undefined);
      judgement.required(ask.values);
      judgement.inSight(changed(blank(who, ask.object), ask.values), undefined);
      return judgement.objections;
    case 'update':
      return updating(who, ask.object, who.world.rows.get(ask.id), ask.values);
    case 'upsert': {
      const found = matched(who.world, ask.object, ask.by, ask.values[ask.by] ?? null);
      if (found !== undefined && who.sees(found)) return updating(who, ask.object, found, ask.values);
      // What one does not see collides: its value is taken.
      return objectionsTo(who, { kind: 'create', surface: 'rest', object: ask.object, values: ask.values });
    }
    case 'delete':
      judgement.verb('delete');
      judgement.target(who.world.rows.get(ask.id));
      return judgement.objections;
    case 'restore':
      return restoring(who, ask.object, who.world.rows.get(ask.id));
  }
}

function updating(who: Onlooker, object: string, row: Row | undefined, values: Readonly<Record<string, Literal>>): Objections {
  const judgement = new Judgement(who, object);
  judgement.verb('update');
  judgement.target(row);
  judgement.values(values, row);
  if (row !== undefined) judgement.inSight(changed(row, values), row);
  return judgement.objections;
}

function restoring(who: Onlooker, object: string, row: Row | undefined): Objections {
  const { rights } = who;
  if (!rights.may(object, 'seeDeleted') || !rights.may(object, 'delete')) return [['PERMISSION_DENIED']];
  if (row === undefined || !row.deleted || !who.sees(row)) return [['RECORD_NOT_FOUND']];
  const gone = who.masters(row).some((master) => master?.deleted !== false);
  // Of a parent that does not exist for the person no more is told than that something is wrong.
  if (gone) return [['RECORD_PARENT_DELETED', 'RECORD_REFUSED', 'RECORD_READ_ONLY', 'RECORD_NOT_FOUND']];
  if (!who.edits(row)) return [['RECORD_READ_ONLY']];
  const family = familyOf(who, row);
  // Whether a lookup to what has gone meanwhile is emptied or holds the record back is for its `onDelete` to say.
  return [
    ...(family.some((each) => pointsIntoBin(who, each)) ? [[orDone, 'RECORD_PARENT_DELETED', 'RECORD_REFUSED']] : []),
    ...(family.some((each) => isTaken(who, each)) ? [[orDone, 'RECORD_NOT_UNIQUE', 'RECORD_REFUSED']] : []),
  ];
}

const pointsTo = (world: World, from: Row, to: Row): boolean =>
  Object.values(world.shapes[from.object]?.fields ?? {}).some(
    ({ name, kind, stored }) => kind === 'reference' && stored && name !== 'id' && textIn(from, name) === to.id,
  );

/** The record with all in the bin that may have gone with it, and so comes back with it. */
function familyOf({ world }: Onlooker, row: Row): readonly Row[] {
  const binned = [...world.rows.values()].filter((each) => each.deleted);
  const family = [row];
  // What is added on the way is gone through as well.
  for (const member of family) {
    family.push(...binned.filter((each) => !family.includes(each) && pointsTo(world, each, member)));
  }
  return family;
}

/** Whether another record has taken a unique value meanwhile. */
function isTaken({ world }: Onlooker, row: Row): boolean {
  const unique = Object.values(world.shapes[row.object]?.fields ?? {}).filter((field) => field.unique);
  return rowsOf(world, row.object).some(
    (other) =>
      !other.deleted && unique.some(({ name }) => row.values[name] != null && same(other.values[name] ?? null, row.values[name] ?? null)),
  );
}

function pointsIntoBin({ world }: Onlooker, row: Row): boolean {
  return Object.values(world.shapes[row.object]?.fields ?? {}).some(({ name, kind, stored }) => {
    const target = kind === 'reference' && stored && name !== 'id' ? textIn(row, name) : null;
    return target !== null && world.rows.get(target)?.deleted === true;
  });
}
