// ACCESS.md "Objects" and "Fields", read literally: flags, levels, and the closure of what computed fields read.
import { alwaysReadable, type FieldShape, type ObjectShape, type Shapes } from './shapes.ts';
import { listIn, type Flag, type Grant, type GrantSet, type Level, type World } from './world.ts';

const order: readonly Level[] = ['none', 'masked', 'read', 'edit'];
const maskable: readonly string[] = ['text', 'email', 'phone', 'secret'];

const higher = (a: Level, b: Level): Level => (order.indexOf(a) >= order.indexOf(b) ? a : b);
export const atLeast = (level: Level, least: Level): boolean => order.indexOf(level) >= order.indexOf(least);

/** The sets that a person has. */
export function setsOf(world: World, person: string): readonly GrantSet[] {
  const row = world.rows.get(person);
  const [roles, named] = [listIn(row, 'roles'), listIn(row, 'permissionSets')];
  return world.sets.filter(({ kind, name, everyone }) => (kind === 'role' ? roles.includes(name) : everyone || named.includes(name)));
}

/** The entry that a set has for an object; the named one replaces `*` as a whole. */
const entryOf = (set: GrantSet, object: string): Grant | undefined =>
  Object.hasOwn(set.objects, object) ? set.objects[object] : set.objects['*'];

function levelIn(grant: Grant, field: FieldShape): Level {
  const named = Object.hasOwn(grant.fields, field.name) ? grant.fields[field.name] : undefined;
  const level = named ?? grant.fields['*'] ?? 'none';
  return level === 'masked' && !maskable.includes(field.type) ? 'none' : level;
}

/** What a computed field reads: fields of objects, and objects that must be readable. */
interface Inputs {
  readonly fields: readonly (readonly [object: string, field: string])[];
  readonly objects: readonly string[];
}

const nothing: Inputs = { fields: [], objects: [] };
const both = (all: readonly Inputs[]): Inputs => ({
  fields: all.flatMap(({ fields }) => fields),
  objects: all.flatMap(({ objects }) => objects),
});

/** The fields along a path, and the object that it ends at before its last step. */
function along(shapes: Shapes, object: string, steps: readonly string[]): { readonly inputs: Inputs; readonly at: string } {
  let at = object;
  const fields = steps.map((step): readonly [string, string] => {
    const [field = '', target] = step.split(':');
    const read = [at, field] as const;
    at = target ?? shapes[at]?.fields[field]?.to[0] ?? at;
    return read;
  });
  return { inputs: { fields, objects: fields.map(([holder]) => holder) }, at };
}

/** Names within a rule: the innermost object, and the one of `$record`. */
interface Place {
  readonly shapes: Shapes;
  readonly record: string;
  readonly inner: string;
}

function pathInputs(path: string, { shapes, record, inner }: Place): Inputs {
  const steps = path.split('.');
  const [first] = steps;
  const from = first === '$user' ? 'user' : first === '$record' ? record : inner;
  const rest = first?.startsWith('$') === true ? steps.slice(1) : steps;
  // Who one is, everybody may read.
  if (rest.length === 0 || (first === '$user' && rest.join('.') === 'id')) return nothing;
  return along(shapes, from, rest).inputs;
}

/** The child object of a relation's path, with what it reads: lookups on the way, the lookup behind it, the object itself. */
function relationInputs(path: string, place: Place): { readonly inputs: Inputs; readonly child: string } {
  const steps = path.split('.');
  const { inputs, at } = along(place.shapes, place.inner, steps.slice(0, -1));
  const relation = place.shapes[at]?.relations[steps.at(-1) ?? ''];
  if (relation === undefined) throw new TypeError(`There is no relation ${at}.${path}.`);
  const own: Inputs = { fields: [[relation.object, relation.by]], objects: [relation.object, at] };
  return { inputs: both([inputs, own]), child: relation.object };
}

/** Everything that a rule names. */
export function ruleInputs(rule: unknown, place: Place): Inputs {
  if (typeof rule !== 'object' || rule === null) return nothing;
  if (Array.isArray(rule)) return both(rule.map((each) => ruleInputs(each, place)));
  const [entry] = Object.entries(rule);
  if (entry === undefined) return nothing;
  const [operator, given] = entry as [string, unknown];
  if (operator === 'var') return pathInputs(String(Array.isArray(given) ? given[0] : given), place);
  if (operator === 'aggregate') return aggregateInputs(given as Parameters<typeof aggregateInputs>[0], place);
  if (['some', 'all', 'none'].includes(operator)) {
    const [relation, condition] = given as readonly [{ readonly var: string }, unknown];
    const { inputs, child } = relationInputs(relation.var, place);
    return both([inputs, ruleInputs(condition, { ...place, inner: child })]);
  }
  return ruleInputs(Array.isArray(given) ? given : [given], place);
}

function aggregateInputs(
  { of, value, where }: { readonly of: string; readonly value?: unknown; readonly where?: unknown },
  place: Place,
): Inputs {
  const { inputs, child } = relationInputs(of, place);
  const inner = { ...place, inner: child };
  return both([inputs, ruleInputs(value, inner), ruleInputs(where, inner)]);
}

function inputsOf(shapes: Shapes, object: ObjectShape, field: FieldShape): Inputs {
  const place: Place = { shapes, record: object.name, inner: object.name };
  if (field.quote !== undefined) return along(shapes, object.name, [field.quote.through, field.quote.field]).inputs;
  if (field.aggregate !== undefined) return aggregateInputs(field.aggregate as unknown as Parameters<typeof aggregateInputs>[0], place);
  return ruleInputs(field.formula, place);
}

/** What one person may do with objects and fields. */
export class Rights {
  readonly administrator: boolean;
  readonly #shapes: Shapes;
  readonly #sets: readonly GrantSet[];
  readonly #levels = new Map<string, Level>();

  constructor(world: World, person: string, administrator = false) {
    this.#shapes = world.shapes;
    this.#sets = setsOf(world, person);
    this.administrator = administrator || this.#sets.some((set) => set.administrator);
  }

  #entries(object: string): readonly Grant[] {
    return this.#sets.flatMap((set) => entryOf(set, object) ?? []);
  }

  /** Whether the object exists for the person. */
  readable(object: string): boolean {
    return Object.hasOwn(this.#shapes, object) && (this.administrator || this.#entries(object).some(({ flags }) => flags.includes('read')));
  }

  may(object: string, flag: Flag): boolean {
    if (!this.readable(object)) return false;
    if (this.administrator) return true;
    const has = (each: Flag): boolean => this.#entries(object).some(({ flags }) => flags.includes(each));
    return has(flag) || (flag === 'viewAll' && has('modifyAll'));
  }

  /** Whether the record type may be given. */
  mayGive(object: string, recordType: string | null): boolean {
    if (recordType === null || this.administrator) return true;
    const granting = this.#entries(object).filter(({ flags }) => flags.includes('create') || flags.includes('update'));
    return granting.some(({ recordTypes }) => recordTypes === undefined || recordTypes.includes(recordType));
  }

  level(object: string, name: string): Level {
    const key = `${object}.${name}`;
    const known = this.#levels.get(key);
    if (known !== undefined) return known;
    const level = this.#level(object, name);
    this.#levels.set(key, level);
    return level;
  }

  #level(object: string, name: string): Level {
    const shape = this.#shapes[object];
    const field = shape !== undefined && Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    if (shape === undefined || field === undefined || !this.readable(object)) return 'none';
    if (this.administrator) return field.kind === 'secret' ? 'masked' : 'edit';
    const least: Level = alwaysReadable.includes(name) ? 'read' : 'none';
    const granted = this.#entries(object)
      .map((grant) => levelIn(grant, field))
      .reduce(higher, least);
    if (field.stored || granted === 'none') return granted;
    const { fields, objects } = inputsOf(this.#shapes, shape, field);
    const open = objects.every((each) => this.readable(each)) && fields.every((each) => this.reads(...each));
    return open ? granted : 'none';
  }

  /** At least `read`, and so usable everywhere; a secret is readable by nobody. */
  reads(object: string, field: string): boolean {
    return this.#shapes[object]?.fields[field]?.kind !== 'secret' && atLeast(this.level(object, field), 'read');
  }

  /** In selections: whole, masked, or not at all. */
  shows(object: string, field: string): 'whole' | 'masked' | undefined {
    const level = this.level(object, field);
    if (level === 'none') return undefined;
    return level === 'masked' || this.#shapes[object]?.fields[field]?.kind === 'secret' ? 'masked' : 'whole';
  }

  sets(object: string, field: string): boolean {
    if (this.administrator) return this.level(object, field) !== 'none';
    return this.level(object, field) === 'edit';
  }

  /** A child relation exists where the child object is readable and the lookup behind it is at least `read`. */
  relates(object: string, relation: string): boolean {
    const found = this.#shapes[object]?.relations[relation];
    return found !== undefined && this.readable(object) && this.readable(found.object) && this.reads(found.object, found.by);
  }
}

/** `••••` and the last four characters; `••••` alone where there are fewer than eight. */
export function masked(text: string): string {
  const letters = Array.from(text);
  return letters.length < 8 ? '••••' : `••••${letters.slice(-4).join('')}`;
}
