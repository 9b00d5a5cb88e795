// Random grants, sharing rules and settings, and the files of the tenant's layer that say so.
import type { Json } from '../support/engine.ts';
import type { Chance } from './chance.ts';
import { metadataCondition } from './models.ts';
import { platformGrants, settableSystem, type ObjectShape, type Shapes } from './shapes.ts';
import { flagNames, type Constitution, type Flag, type Grant, type GrantSet, type Level, type SharingRule, type Subject } from './world.ts';

export const mostPeople = 10;
export const emailOf = (i: number): string => `p${String(i)}@people.example`;
export const departmentCode = (i: number): string => `d${String(i)}`;
export const groupCode = (i: number): string => `g${String(i)}`;

const shares: Readonly<Record<Flag, number>> = {
  read: 93,
  create: 65,
  update: 65,
  delete: 50,
  viewAll: 12,
  modifyAll: 6,
  import: 30,
  export: 60,
  changeOwner: 45,
  seeDeleted: 40,
};

const maskable = ['text', 'email', 'phone', 'secret'];

function levels(chance: Chance, shape: ObjectShape | undefined): Grant['fields'] {
  const all = chance.weighed<Level>([
    ['none', 15],
    ['masked', 12],
    ['read', 35],
    ['edit', 45],
  ]);
  const named = chance.some(Object.values(shape?.fields ?? {}), chance.between(0, 5)).map((field) => {
    const settable = field.stored && field.type !== 'autoNumber' && (!field.system || settableSystem.includes(field.name));
    const masked: readonly Level[] = maskable.includes(field.type) ? ['masked', 'masked'] : ['none'];
    return [field.name, chance.pick<Level>(['none', ...masked, 'read', ...(settable ? (['edit'] as const) : [])])] as const;
  });
  return { ...(chance.percent(90) ? { '*': all } : {}), ...Object.fromEntries(named) };
}

function grant(chance: Chance, shape: ObjectShape | undefined): Grant {
  const flags = flagNames.filter((flag) => chance.percent(shares[flag]));
  const types = shape?.recordTypes ?? [];
  const narrowed = types.length > 0 && chance.percent(50) ? { recordTypes: chance.some(types, chance.between(0, 1)) } : {};
  return { flags, ...narrowed, fields: levels(chance, shape) };
}

export function grantSet(chance: Chance, shapes: Shapes, kind: GrantSet['kind'], i: number): GrantSet {
  const everyone = kind === 'permissionSet' && i === 0;
  const entries: [string, Grant][] = Object.values(shapes)
    .filter(() => chance.percent(everyone ? 25 : 50))
    .map((shape) => [shape.name, grant(chance, shape)]);
  // So that formulas with people in them are there for some.
  if (everyone && chance.percent(75)) entries.push(['user', { flags: ['read'], fields: { '*': chance.pick(['read', 'read', 'masked']) } }]);
  if (chance.percent(everyone ? 20 : 35)) entries.push(['*', grant(chance, undefined)]);
  const administrator = kind === 'role' && chance.percent(2);
  return {
    name: `${kind === 'role' ? 'role' : 'set'}${String(i)}__c`,
    kind,
    administrator,
    everyone,
    objects: Object.fromEntries(entries),
  };
}

export function subject(chance: Chance, roles: readonly string[]): Subject {
  switch (chance.between(0, 3)) {
    case 0:
      return { kind: 'user', email: emailOf(chance.between(0, mostPeople - 1)) };
    case 1:
      return { kind: 'role', role: chance.pick(roles) };
    case 2:
      return { kind: 'group', code: groupCode(chance.between(0, 2)) };
    default:
      return { kind: 'department', code: departmentCode(chance.between(0, 4)), below: chance.percent(50) };
  }
}

function sharingRule(chance: Chance, shapes: Shapes, objects: readonly string[], roles: readonly string[], i: number): SharingRule {
  const object = chance.pick(objects);
  const records = chance.percent(50) ? { ownedBy: subject(chance, roles) } : { when: metadataCondition(chance, shapes, object, false) };
  const to = chance.times(chance.between(1, 2), () => subject(chance, roles));
  return {
    name: `rule${String(i)}__c`,
    object,
    records,
    to,
    access: shapes[object]?.sharing === 'publicRead' ? 'edit' : chance.pick(['read', 'edit']),
  };
}

/** What the platform grants to everybody, as its own file says. */
function platformSets(): readonly GrantSet[] {
  const { permissionSets } = platformGrants();
  return permissionSets.map((source) => {
    const objects = Object.entries((source['objects'] ?? {}) as Readonly<Record<string, Json>>).map(([object, each]): [string, Grant] => {
      return [object, { flags: flagNames.filter((flag) => each[flag] === true), fields: (each['fields'] ?? {}) as Grant['fields'] }];
    });
    const everyone = source['everyone'] === true;
    return {
      name: String(source['name']),
      kind: 'permissionSet',
      administrator: false,
      everyone,
      platform: true,
      objects: Object.fromEntries(objects),
    };
  });
}

export function randomConstitution(chance: Chance, shapes: Shapes, own: readonly string[]): Constitution {
  const roles = chance.times(4, (i) => grantSet(chance, shapes, 'role', i));
  const sets = chance.times(chance.between(4, 7), (i) => grantSet(chance, shapes, 'permissionSet', i));
  const shared = own.filter((name) => shapes[name]?.sharing === 'private' || shapes[name]?.sharing === 'publicRead');
  const names = roles.map(({ name }) => name);
  const rules = shared.length === 0 ? [] : chance.times(chance.between(2, 6), (i) => sharingRule(chance, shapes, shared, names, i));
  // Half of all tenants do without what the platform grants.
  const basics = chance.percent(50) ? platformSets() : [];
  return { sets: [...roles, ...sets, ...basics], rules, departmentHeads: chance.pick(['none', 'own', 'withBelow', 'withBelow']) };
}

const grantJson = ({ flags, recordTypes, fields }: Grant): Json => ({
  ...Object.fromEntries(flagNames.map((flag) => [flag, flags.includes(flag)])),
  ...(recordTypes === undefined ? {} : { recordTypes }),
  fields,
});

export function setJson({ name, kind, administrator, everyone, objects }: GrantSet): Json {
  const entries = Object.entries(objects).map(([object, each]) => [object, grantJson(each)] as const);
  const own = kind === 'role' ? (administrator ? { administrator } : {}) : everyone ? { everyone } : {};
  return { name, label: { en: name }, ...own, objects: Object.fromEntries(entries) };
}

function subjectJson(of: Subject): Json {
  if (of.kind === 'user') return { user: of.email };
  if (of.kind === 'role') return { role: of.role };
  if (of.kind === 'group') return { group: of.code };
  return { department: of.code, ...(of.below ? { below: true } : {}) };
}

export function ruleJson({ name, object, records, to, access }: SharingRule): Json {
  const among = 'when' in records ? { when: records.when } : { ownedBy: subjectJson(records.ownedBy) };
  const subjects = Object.fromEntries(to.map((each, i) => [`s${String(i)}__c`, subjectJson(each)]));
  return { name, object, label: { en: name }, records: among, to: subjects, access };
}

/** Files of the tenant's layer; those of the constitution before are taken away. */
export function constitutionFiles(next: Constitution, before: Constitution | undefined): Json {
  const paths = ({ sets, rules }: Constitution): readonly (readonly [string, Json])[] => [
    ...sets.filter(({ platform }) => platform !== true).map((set) => [`${set.kind}s/${set.name}.json`, setJson(set)] as const),
    ...rules.map((rule) => [`sharingRules/${rule.name}.json`, ruleJson(rule)] as const),
  ];
  const gone = before === undefined ? [] : paths(before).map(([path]) => [path, null] as const);
  const off = platformSets()
    .filter(({ name }) => !next.sets.some((set) => set.name === name))
    .map(({ name }) => [`extensions/${name}.json`, { extends: name, kind: 'permissionSet', active: false }] as const);
  const on = next.sets.filter(({ platform }) => platform === true).map(({ name }) => [`extensions/${name}.json`, null] as const);
  return {
    ...Object.fromEntries([...gone, ...on, ...off]),
    ...Object.fromEntries(paths(next)),
    'settings.json': { departmentHeads: next.departmentHeads },
  };
}
