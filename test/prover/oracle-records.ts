// ACCESS.md "Records", read literally: which records a person sees and may edit.
import { Rights } from './oracle-fields.ts';
import { heads, isAbove, isMeant, isShareSubject, people } from './oracle-people.ts';
import { everything, holds, type Sight } from './rules.ts';
import { rowsOf, textIn, type Row, type SharingRule, type Subject, type World } from './world.ts';

/** One person in one world. */
export class Onlooker implements Sight {
  readonly world: World;
  readonly user: string;
  readonly rights: Rights;
  readonly #seen = new Map<string, boolean>();
  #hidden: ReadonlySet<string> | undefined;

  constructor(world: World, user: string, administrator = false) {
    this.world = world;
    this.user = user;
    this.rights = new Rights(world, user, administrator);
  }

  /** Fields and relations that do not exist for the person, where the name is no other's too. */
  get hiddenNames(): ReadonlySet<string> {
    const there = new Set(this.#hidden === undefined ? this.#names(true) : []);
    this.#hidden ??= new Set(this.#names(false).filter((name) => !there.has(name)));
    return this.#hidden;
  }

  #names(there: boolean): readonly string[] {
    return Object.values(this.world.shapes).flatMap(({ name, fields, relations }) => [
      ...Object.values(fields)
        .filter((field) => (field.asked === 'unknown' ? there : (this.rights.shows(name, field.name) !== undefined) === there))
        .map((field) => field.name),
      ...Object.keys(relations).filter((relation) => this.rights.relates(name, relation) === there),
    ]);
  }

  sees(row: Row): boolean {
    const key = row.id;
    const same = this.world.rows.get(key) === row;
    const known = same ? this.#seen.get(key) : undefined;
    if (known !== undefined) return known;
    const found = this.#looksUp(row);
    if (same) this.#seen.set(key, found);
    return found;
  }

  #looksUp(row: Row): boolean {
    const { rights } = this;
    const shape = this.world.shapes[row.object];
    if (shape === undefined || !rights.readable(row.object)) return false;
    if (rights.administrator || rights.may(row.object, 'viewAll')) return true;
    switch (shape.sharing) {
      case 'publicRead':
      case 'publicReadWrite':
        return true;
      case 'controlledByParent':
        return this.masters(row).every((master) => master !== undefined && this.sees(master));
      case 'private':
        return this.#near(row) || this.#given(row, ['read', 'edit']);
    }
  }

  edits(row: Row): boolean {
    const { rights } = this;
    const shape = this.world.shapes[row.object];
    if (shape === undefined || !this.sees(row)) return false;
    if (rights.administrator || rights.may(row.object, 'modifyAll') || shape.sharing === 'publicReadWrite') return true;
    if (shape.sharing === 'controlledByParent') return this.masters(row).every((master) => master !== undefined && this.edits(master));
    return this.#near(row) || this.#given(row, ['edit']);
  }

  /** The records that this one is a part of; undefined where one is not there. */
  masters(row: Row): readonly (Row | undefined)[] {
    const fields = Object.values(this.world.shapes[row.object]?.fields ?? {}).filter(({ master }) => master);
    return fields.map(({ name }) => this.world.rows.get(textIn(row, name) ?? ''));
  }

  /** Owner, above the owner, head of the owner's department. */
  #near(row: Row): boolean {
    const owner = textIn(row, 'owner');
    if (owner === null) return false;
    return owner === this.user || isAbove(this.world, this.user, owner) || heads(this.world, this.user, owner);
  }

  /** By a share, or by a sharing rule. */
  #given(row: Row, access: readonly string[]): boolean {
    const shared = this.world.shares.some(
      (share) =>
        share.object === row.object &&
        share.record === row.id &&
        !share.expired &&
        access.includes(share.access) &&
        isShareSubject(this.world, this.user, share.subject),
    );
    return shared || this.world.rules.some((rule) => access.includes(rule.access) && this.#ruled(rule, row));
  }

  #ruled(rule: SharingRule, row: Row): boolean {
    if (rule.object !== row.object || !rule.to.some((subject) => isMeant(this.world, this.user, subject))) return false;
    if ('when' in rule.records) return holds(this.world, rule.records.when, row, everything(this.user));
    return isOwnedBy(this.world, row, rule.records.ownedBy);
  }
}

function isOwnedBy(world: World, row: Row, owners: Subject): boolean {
  const owner = textIn(row, 'owner');
  return owner !== null && isMeant(world, owner, owners);
}

/** Everybody who may ask anything. */
export const onlookers = (world: World): readonly Onlooker[] => people(world).map(({ id }) => new Onlooker(world, id));

/** Live records of an object that the person sees. */
export const seenRows = (who: Onlooker, object: string): readonly Row[] =>
  rowsOf(who.world, object).filter((row) => !row.deleted && who.sees(row));
