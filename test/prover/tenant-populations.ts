// Random people and records of a tenant: whom its sharing rules name are among them, and its records are as its packs want them.
import type { FieldModel, Model, ObjectModel } from '@tessera/metadata';
import type { Chance } from './chance.ts';
import { departmentCode, emailOf, groupCode, mostPeople } from './constitutions.ts';
import { words } from './models.ts';
import type { Entry, Given, Key, Population } from './populations.ts';
import { fittingValue } from './tenant-values.ts';
import type { Constitution, Share, Subject } from './world.ts';

const key = (name: string): Key => ({ key: name });
type Values = Record<string, Given>;
type Batch = Population['creates'][number];

export const platformObjectNames: readonly string[] = ['user', 'department', 'userGroup', 'userGroupMember'];

/** Language and zone of a person change how answers are put, not what they tell. */
const leftOut = ['language', 'timeZone'];

const isReference = ({ lookup }: FieldModel): boolean => lookup !== undefined;
const targets = (field: FieldModel): readonly string[] => field.lookup?.to ?? [];
const isNeeded = (field: FieldModel): boolean => field.required !== false || field.type === 'masterDetail';

/** Objects that are not the platform's, in an order in which each stands behind what its records must point to. */
export function ownObjects(model: Model): readonly string[] {
  const all = Object.keys(model.objects).filter((name) => !platformObjectNames.includes(name));
  const done: string[] = [];
  while (done.length < all.length) {
    const left = all.filter((name) => !done.includes(name));
    const isReady = (name: string): boolean =>
      Object.values(model.objects[name]?.fields ?? {}).every(
        (field) => field.system || !isNeeded(field) || targets(field).every((to) => to === name || !left.includes(to)),
      );
    // In a circle one is first.
    done.push(left.find(isReady) ?? left[0] ?? '');
  }
  return done;
}

/** Everybody whom the sharing rules mean. */
function named({ rules }: Constitution): readonly Subject[] {
  return rules.flatMap(({ records, to }) => ['ownedBy' in records ? [records.ownedBy] : [], to].flat());
}

class TenantPeople {
  readonly chance: Chance;
  readonly model: Model;
  readonly emails: readonly string[];
  readonly departmentCodes: readonly string[];
  readonly groupCodes: readonly string[];
  readonly keys = new Map<string, readonly string[]>();

  constructor(chance: Chance, model: Model, constitution: Constitution) {
    this.chance = chance;
    this.model = model;
    const subjects = named(constitution);
    const some = (all: readonly string[], more: readonly string[]): readonly string[] => [
      ...new Set([...all.filter(() => chance.percent(85)), ...more]),
    ];
    const emails = subjects.flatMap((each) => (each.kind === 'user' ? [each.email.toLowerCase()] : []));
    this.emails = some(emails, chance.times(chance.between(4, mostPeople), emailOf));
    const departments = subjects.flatMap((each) => (each.kind === 'department' ? [each.code] : []));
    this.departmentCodes = some(departments, chance.times(chance.between(1, 4), departmentCode));
    const groups = subjects.flatMap((each) => (each.kind === 'group' ? [each.code] : []));
    this.groupCodes = some(groups, chance.times(chance.between(1, 2), groupCode));
    this.keys.set(
      'user',
      this.emails.map((_, i) => `user${String(i)}`),
    );
    this.keys.set(
      'department',
      this.departmentCodes.map((_, i) => `department${String(i)}`),
    );
    this.keys.set(
      'userGroup',
      this.groupCodes.map((_, i) => `group${String(i)}`),
    );
  }

  all(object: string): readonly string[] {
    return this.keys.get(object) ?? [];
  }

  some(object: string): Given {
    const found = this.chance.maybe(this.all(object));
    return found === undefined ? null : key(found);
  }

  owner(): Given {
    return this.chance.percent(12) ? null : this.some('user');
  }

  object(name: string): ObjectModel {
    const found = this.model.objects[name];
    if (found === undefined) throw new TypeError(`There is no object ${name}.`);
    return found;
  }

  /** Somewhere to point to; of a lookup to several objects one of them. */
  pointer(field: FieldModel): Given {
    const target = this.chance.pick(targets(field));
    const found = this.some(target);
    if (found === null || typeof found !== 'object' || !('key' in found)) return null;
    return targets(field).length > 1 ? { object: target, id: found } : found;
  }

  /** Values that a record of the object may have, its needed lookups among them; `spares` are others for the same fields. */
  entry(name: string, object: string, fixed: Values): Entry {
    const { chance } = this;
    const model = this.object(object);
    const types = Object.keys(model.recordTypes);
    const recordType: Values = types.length === 0 ? {} : { recordType: chance.percent(20) ? null : chance.pick(types) };
    const values = this.#values(model, recordType);
    const spares = chance.times(4, () => this.#values(model, recordType));
    const sparse = Object.entries(values).filter(
      ([field]) => field === 'name' || isNeeded(model.fields[field] ?? refuseField(field)) || !chance.percent(15),
    );
    return { key: name, values: { ...recordType, ...Object.fromEntries(sparse), ...fixed }, spares };
  }

  #values(object: ObjectModel, recordType: Values): Values {
    const values: Values = { ...recordType };
    const fields = Object.values(object.fields).filter(
      (field) =>
        (!field.system || field.name === 'name') && field.readOnly !== true && field.columns.length > 0 && !leftOut.includes(field.name),
    );
    // What depends on another picklist is chosen after it.
    for (const field of [...fields].sort((a, b) => Number(a.dependsOn !== undefined) - Number(b.dependsOn !== undefined))) {
      if (isReference(field)) {
        if (isNeeded(field)) values[field.name] = this.pointer(field);
      } else {
        const value = fittingValue(this.chance, object, field, values, { emails: this.emails });
        if (value !== null) values[field.name] = value;
      }
    }
    Reflect.deleteProperty(values, 'recordType');
    return values;
  }
}

const refuseField = (field: string): never => {
  throw new TypeError(`There is no field ${field}.`);
};

function organisation(p: TenantPeople): readonly Batch[] {
  const { chance } = p;
  const users = p.all('user').map((name, i) =>
    p.entry(name, 'user', {
      name: `${chance.pick(words)} person`,
      email: p.emails[i] ?? '',
      active: i === 0 || !chance.percent(10),
      roles: [],
      permissionSets: [],
    }),
  );
  const departments = p.all('department').map((name, i): Batch => {
    const parent = i > 0 && chance.percent(75) ? key(chance.pick(p.all('department').slice(0, i))) : null;
    const head = chance.percent(70) ? p.some('user') : null;
    return {
      object: 'department',
      entries: [p.entry(name, 'department', { name, code: p.departmentCodes[i] ?? '', parent, head, owner: p.owner() })],
    };
  });
  const groups = p.all('userGroup').map((name, i) => p.entry(name, 'userGroup', { name, code: p.groupCodes[i] ?? '', owner: p.owner() }));
  const members = p
    .all('userGroup')
    .flatMap((group) =>
      chance
        .some(p.all('user'), chance.between(0, 3))
        .map((user) => p.entry(`${group}.${user}`, 'userGroupMember', { group: key(group), user: key(user), owner: p.owner() })),
    );
  return [
    { object: 'user', entries: users },
    ...departments,
    { object: 'userGroup', entries: groups },
    { object: 'userGroupMember', entries: members },
  ];
}

/** Whom everybody works for, where, as what. */
function careers(p: TenantPeople, { sets }: Constitution): Batch {
  const { chance } = p;
  const names = (kind: 'role' | 'permissionSet'): readonly string[] =>
    sets.filter((set) => set.kind === kind && !set.everyone && !set.administrator).map(({ name }) => name);
  const administrators = sets.filter(({ administrator }) => administrator).map(({ name }) => name);
  const entries = p.all('user').map((name) => {
    const manager = chance.percent(70) ? chance.maybe(p.all('user').filter((other) => other !== name)) : undefined;
    const roles = chance.percent(3)
      ? administrators
      : chance.some(
          names('role'),
          chance.weighed([
            [0, 8],
            [1, 72],
            [2, 20],
          ]),
        );
    return {
      key: name,
      values: {
        owner: key(name),
        manager: manager === undefined ? null : key(manager),
        department: chance.percent(85) ? p.some('department') : null,
        roles,
        permissionSets: chance.some(
          names('permissionSet'),
          chance.weighed([
            [0, 35],
            [1, 35],
            [2, 30],
          ]),
        ),
      },
    };
  });
  return { object: 'user', entries };
}

/** What may point anywhere does so when everything is there. */
function pointers(p: TenantPeople, object: string): Batch {
  const fields = Object.values(p.object(object).fields).filter(
    (field) => isReference(field) && !field.system && !isNeeded(field) && field.readOnly !== true,
  );
  const entries = p.all(object).map((name): Entry => {
    const values = fields.map((field) => [field.name, p.chance.percent(75) ? p.pointer(field) : null] as const);
    return { key: name, values: Object.fromEntries(values.filter(([, value]) => value !== null)) };
  });
  return { object, entries: entries.filter(({ values }) => Object.keys(values).length > 0) };
}

function shares(p: TenantPeople, own: readonly string[], { sets }: Constitution): readonly Share[] {
  const { chance } = p;
  const roles = sets.filter(({ kind }) => kind === 'role').map(({ name }) => name);
  const shared = own.filter((name) => ['private', 'publicRead'].includes(p.object(name).sharing) && p.all(name).length > 0);
  if (shared.length === 0) return [];
  const of = { user: p.all('user'), role: roles, group: p.all('userGroup'), department: p.all('department'), below: p.all('department') };
  const all = chance.times(chance.between(2, 12), (): Share => {
    const object = chance.pick(shared);
    const kind = chance.pick(['user', 'user', 'role', 'group', 'department', 'below'] as const);
    return {
      object,
      record: chance.pick(p.all(object)),
      subject: `${kind}:${chance.pick(of[kind])}`,
      access: chance.pick(['read', 'edit']),
      // Teams are kept by the tenant's own rules as well.
      origin: 'manual',
      expired: chance.percent(30),
    };
  });
  return [...new Map(all.map((share) => [[share.object, share.record, share.subject].join(' '), share])).values()];
}

/** One world's people and records. */
export function tenantPopulation(chance: Chance, model: Model, constitution: Constitution): Population {
  const p = new TenantPeople(chance, model, constitution);
  const own = ownObjects(model);
  const people = organisation(p);
  const made = own.map((object): Batch => {
    const names = chance.times(chance.between(3, 7), (i) => `${object}${String(i)}`);
    const { name: field } = p.object(object).fields;
    const hasName = field?.readOnly !== true && field?.text?.pattern === undefined;
    const entries = names.map((name) =>
      p.entry(name, object, { owner: p.owner(), ...(hasName ? { name: `${chance.pick(words)} ${name}` } : {}) }),
    );
    p.keys.set(object, names);
    return { object, entries };
  });
  return {
    creates: [...people, ...made],
    updates: [careers(p, constitution), ...own.map((object) => pointers(p, object))],
    deletes: own.map((object) => ({ object, keys: p.all(object).filter(() => chance.percent(9)) })),
    shares: shares(p, own, constitution),
  };
}
