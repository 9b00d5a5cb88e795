// Random people and records, by keys that stand for ids until they have been made.
import { type Chance } from './chance.ts';
import { departmentCode, emailOf, groupCode, mostPeople } from './constitutions.ts';
import { words } from './models.ts';
import { settableSystem, type FieldShape, type ObjectShape, type Shapes } from './shapes.ts';
import type { Constitution, Share } from './world.ts';

/** Stands for the id of the record with this key. */
export interface Key {
  readonly key: string;
}

export type Given = null | string | number | boolean | readonly string[] | Key | { readonly object: string; readonly id: Key };

export interface Entry extends Key {
  readonly values: Readonly<Record<string, Given>>;
  /** Other values that would do, where those are refused. */
  readonly spares?: readonly Readonly<Record<string, Given>>[];
}

export interface Population {
  /** In this order; a record points only to what is made before. */
  readonly creates: readonly { readonly object: string; readonly entries: readonly Entry[] }[];
  /** Afterwards: what points anywhere. */
  readonly updates: readonly { readonly object: string; readonly entries: readonly Entry[] }[];
  readonly deletes: readonly { readonly object: string; readonly keys: readonly string[] }[];
  /** `record` and the part of `subject` behind the colon are keys, but for roles. */
  readonly shares: readonly Share[];
}

const key = (name: string): Key => ({ key: name });

/** A value of a plain field that one may give. */
export function randomValue(chance: Chance, field: FieldShape): Given {
  if (field.options !== undefined) return chance.pick(field.options);
  switch (field.type) {
    case 'number':
      return field.scale === 2 ? chance.between(-2000, 4000) / 100 : chance.between(-20, 40);
    case 'currency':
      return chance.between(0, 90000) / 100;
    case 'boolean':
      return chance.percent(50);
    case 'date':
      return `2026-0${String(chance.between(1, 9))}-${String(chance.between(10, 28))}`;
    case 'phone':
      return chance.percent(30) ? `0${String(chance.between(10, 99999))}` : `+49 30 ${String(chance.between(1000, 9999999))}`;
    case 'email':
      return chance.percent(20) ? `${chance.pick(['a', 'b'])}@b.de` : `${chance.pick(words)}@${chance.pick(words)}.example`;
    case 'secret':
      return `${chance.pick(words)}${chance.pick(words)}`;
    default:
      return field.unique
        ? `k${String(chance.between(0, 10_000_000))}`
        : chance.times(chance.between(1, 2), () => chance.pick(words)).join(' ');
  }
}

class Populating {
  readonly chance: Chance;
  readonly shapes: Shapes;
  readonly people: readonly string[];
  readonly departments: readonly string[];
  readonly groups: readonly string[];
  readonly keys = new Map<string, readonly string[]>();

  constructor(chance: Chance, shapes: Shapes) {
    this.chance = chance;
    this.shapes = shapes;
    this.people = chance.times(chance.between(4, mostPeople), (i) => `user${String(i)}`);
    this.departments = chance.times(chance.between(2, 5), (i) => `department${String(i)}`);
    this.groups = Object.hasOwn(shapes, 'userGroup') ? chance.times(chance.between(1, 3), (i) => `group${String(i)}`) : [];
  }

  has(object: string, field: string): boolean {
    return Object.hasOwn(this.shapes[object]?.fields ?? {}, field);
  }

  /** Only values of fields that the object has. */
  fitting(object: string, values: Readonly<Record<string, Given>>): Entry['values'] {
    return Object.fromEntries(Object.entries(values).filter(([field]) => this.has(object, field)));
  }

  owner(): Given {
    return this.chance.percent(12) ? null : key(this.chance.pick(this.people));
  }
}

function organisation(p: Populating): Pick<Population, 'creates'> {
  const { chance, people, departments, groups } = p;
  const users = people.map((name, i) => ({
    key: name,
    values: p.fitting('user', {
      name: `${chance.pick(words)} person`,
      email: emailOf(i),
      active: i === 0 || !chance.percent(12),
      title: chance.pick(words),
    }),
  }));
  const parents = departments.map((name, i) => ({
    key: name,
    values: p.fitting('department', {
      name,
      code: departmentCode(i),
      ...(i > 0 && chance.percent(75) ? { parent: key(chance.pick(departments.slice(0, i))) } : {}),
      head: chance.percent(70) ? key(chance.pick(people)) : null,
      owner: p.owner(),
    }),
  }));
  const made = [
    { object: 'user', entries: users },
    // One at a time: a department points to one that is there.
    ...parents.map((entry) => ({ object: 'department', entries: [entry] })),
  ];
  if (groups.length === 0) return { creates: made };
  const userGroups = groups.map((name, i) => ({
    key: name,
    values: p.fitting('userGroup', { name, code: groupCode(i), owner: p.owner() }),
  }));
  const members = groups.flatMap((group) =>
    chance.some(people, chance.between(0, 3)).map((user) => ({
      key: `${group}.${user}`,
      values: p.fitting('userGroupMember', { group: key(group), user: key(user), owner: p.owner() }),
    })),
  );
  return { creates: [...made, { object: 'userGroup', entries: userGroups }, { object: 'userGroupMember', entries: members }] };
}

/** Managers (circles too), departments, roles and sets; some have nothing. */
function careers(p: Populating, { sets }: Constitution): Population['updates'] {
  const { chance, people, departments } = p;
  const names = (kind: 'role' | 'permissionSet'): readonly string[] =>
    sets.filter((set) => set.kind === kind && !set.everyone).map(({ name }) => name);
  const [roles, permissionSets] = [names('role'), names('permissionSet')];
  const setsOf = (i: number): Entry['values'] => ({
    roles: chance.some(
      roles,
      chance.weighed([
        [0, 15],
        [1, 60],
        [2, 25],
      ]),
    ),
    permissionSets: chance.some(
      permissionSets,
      chance.weighed([
        [0, i === 0 ? 0 : 15],
        [1, 35],
        [2, 35],
        [3, 15],
      ]),
    ),
  });
  let own = setsOf(0);
  const entries = people.map((name, i) => {
    const manager = chance.percent(70) ? chance.maybe(people.filter((other) => other !== name)) : undefined;
    // Some may do what somebody else may: what is kept of one's requests then serves the other.
    if (i > 0 && !chance.percent(40)) own = setsOf(i);
    return {
      key: name,
      values: p.fitting('user', {
        owner: key(name),
        manager: manager === undefined ? null : key(manager),
        department: chance.percent(85) ? key(chance.pick(departments)) : null,
        ...own,
      }),
    };
  });
  return [{ object: 'user', entries }];
}

const givable = (field: FieldShape): boolean => field.stored && !field.system && field.name !== 'name' && field.kind !== 'reference';

/** The values of one record but for lookups that are no masters. */
function plainValues(p: Populating, shape: ObjectShape, i: number): Entry['values'] {
  const { chance } = p;
  const own = Object.values(shape.fields).flatMap((field): [string, Given][] => {
    if (field.master) return [[field.name, key(chance.pick(p.keys.get(field.to[0] ?? '') ?? []))]];
    if (!givable(field) || settableSystem.includes(field.name)) return [];
    return [[field.name, field.type !== 'boolean' && chance.percent(15) ? null : randomValue(chance, field)]];
  });
  const recordType = shape.recordTypes.length === 0 ? {} : { recordType: chance.percent(20) ? null : chance.pick(shape.recordTypes) };
  return { name: `${chance.pick(words)} ${shape.name}${String(i)}`, owner: p.owner(), ...recordType, ...Object.fromEntries(own) };
}

function pointer(p: Populating, field: FieldShape): Given {
  const { chance } = p;
  const target = chance.pick(field.to);
  const found = target === 'user' ? p.people : (p.keys.get(target) ?? []);
  const chosen = chance.percent(78) ? chance.maybe(found) : undefined;
  if (chosen === undefined) return null;
  return field.to.length > 1 ? { object: target, id: key(chosen) } : key(chosen);
}

function shares(p: Populating, own: readonly string[], { sets }: Constitution): readonly Share[] {
  const { chance } = p;
  const roles = sets.filter(({ kind }) => kind === 'role').map(({ name }) => name);
  const shared = own.filter((name) => ['private', 'publicRead'].includes(p.shapes[name]?.sharing ?? ''));
  if (shared.length === 0) return [];
  const subject = (): string => {
    const kind = chance.pick(['user', 'user', 'role', 'group', 'department', 'below'] as const);
    const of = { user: p.people, role: roles, group: p.groups, department: p.departments, below: p.departments }[kind];
    const name = chance.maybe(of);
    return name === undefined ? `user:${chance.pick(p.people)}` : `${kind}:${name}`;
  };
  const all = chance.times(chance.between(2, 10), (): Share => {
    const object = chance.pick(shared);
    const access = chance.pick(['read', 'edit'] as const);
    return {
      object,
      record: chance.pick(p.keys.get(object) ?? []),
      subject: subject(),
      access,
      // Whoever approves only reads.
      origin: chance.pick(access === 'read' ? ['team', 'manual', 'approval'] : ['team', 'manual']),
      expired: chance.percent(30),
    };
  });
  const unique = new Map(all.map((share) => [[share.object, share.record, share.subject, share.origin].join(' '), share]));
  return [...unique.values()];
}

/** @param own the objects that are not the platform's, masters before their details */
export function randomPopulation(chance: Chance, shapes: Shapes, own: readonly string[], constitution: Constitution): Population {
  const p = new Populating(chance, shapes);
  const { creates } = organisation(p);
  const made = own.map((name) => {
    const shape = shapes[name];
    const keys = chance.times(chance.between(4, 9), (i) => `${name}${String(i)}`);
    const entries = shape === undefined ? [] : keys.map((each, i) => ({ key: each, values: plainValues(p, shape, i) }));
    p.keys.set(name, keys);
    return { object: name, entries };
  });
  const updates = own.map((name) => {
    const pointers = Object.values(shapes[name]?.fields ?? {}).filter(
      (field) => field.kind === 'reference' && field.stored && !field.system && !field.master,
    );
    const entries = (p.keys.get(name) ?? []).map((each) => ({
      key: each,
      values: { ...Object.fromEntries(pointers.map((field) => [field.name, pointer(p, field)])), name: `${chance.pick(words)} ${each}` },
    }));
    return { object: name, entries };
  });
  const deletes = own.map((object) => ({ object, keys: (p.keys.get(object) ?? []).filter(() => chance.percent(9)) }));
  return {
    creates: [...creates, ...made],
    updates: [...careers(p, constitution), ...updates],
    deletes,
    shares: shares(p, own, constitution),
  };
}
