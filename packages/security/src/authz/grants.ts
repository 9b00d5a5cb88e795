// Grants: what roles and permission sets give together, before the closure over computed fields.
import type { FieldLevel, FieldModel, GrantSetModel, Model, ObjectGrant, ObjectModel } from '@tessera/metadata';
import type { Person } from '@tessera/storage';

/** The flags of an object, in the order in which they are shown. */
export const flagNames = [
  'read',
  'create',
  'update',
  'delete',
  'viewAll',
  'modifyAll',
  'import',
  'export',
  'changeOwner',
  'seeDeleted',
] as const;

export type Flag = (typeof flagNames)[number];

/** A role or permission set that the person has, and why. */
export interface Origin {
  readonly kind: 'role' | 'permissionSet';
  readonly set: GrantSetModel;
}

export interface UnitedGrant {
  readonly flags: Readonly<Record<Flag, boolean>>;
  readonly recordTypes: readonly string[] | undefined;
}

const levels: readonly FieldLevel[] = ['none', 'masked', 'read', 'edit'];

/** Whether a level is at least another. */
export const reaches = (level: FieldLevel, least: FieldLevel): boolean => levels.indexOf(level) >= levels.indexOf(least);

const own = <T>(map: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(map, key) ? map[key] : undefined);

/**
 * The roles and permission sets that count for a person; none of somebody inactive. Names that the metadata does not have (any more) grant
 * nothing.
 */
export function originsOf(model: Model, person: Person): readonly Origin[] {
  if (!person.active) return [];
  return [
    ...[...new Set(person.roles)].flatMap((name): Origin[] => {
      const set = own(model.roles, name);
      return set === undefined ? [] : [{ kind: 'role', set }];
    }),
    ...Object.values(model.permissionSets).flatMap((set): Origin[] =>
      person.permissionSets.includes(set.name) || set.everyone ? [{ kind: 'permissionSet', set }] : [],
    ),
  ];
}

/** Whether one of the roles is an administrator's. */
export const areAdministrator = (origins: readonly Origin[]): boolean =>
  origins.some(({ kind, set }) => kind === 'role' && set.administrator);

/** What an API key is limited to, as if somebody had just these permission sets; undefined where there is no such limit. */
export function limitOf(model: Model, only: readonly string[] | undefined): readonly Origin[] | undefined {
  return only?.flatMap((name): Origin[] => {
    const set = own(model.permissionSets, name);
    return set === undefined ? [] : [{ kind: 'permissionSet', set }];
  });
}

/** What both grant; undefined where the object does not exist under one of them. */
export function commonGrant(a: UnitedGrant | undefined, b: UnitedGrant | undefined): UnitedGrant | undefined {
  if (a === undefined || b === undefined) return undefined;
  const flags = Object.fromEntries(flagNames.map((flag) => [flag, a.flags[flag] && b.flags[flag]])) as Record<Flag, boolean>;
  const [first, second] = [a.recordTypes, b.recordTypes];
  if (first === undefined || second === undefined) return { flags, recordTypes: first ?? second };
  return { flags, recordTypes: first.filter((type) => second.includes(type)) };
}

/** What a set says of an object: the named entry replaces `*` as a whole. */
export function entryOf(set: GrantSetModel, object: string): ObjectGrant | undefined {
  return own(set.objects, object) ?? own(set.objects, '*');
}

/** Whether an entry gives a flag, by itself or by what it implies. */
export function gives(entry: ObjectGrant, flag: Flag): boolean {
  return entry[flag] || (flag === 'viewAll' && entry.modifyAll);
}

/** The union for an object; undefined where it does not exist for the person. */
export function unitedGrant(origins: readonly Origin[], object: string): UnitedGrant | undefined {
  const entries = origins.flatMap(({ set }) => entryOf(set, object) ?? []);
  if (!entries.some((entry) => entry.read)) return undefined;
  const flags = Object.fromEntries(flagNames.map((flag) => [flag, entries.some((entry) => gives(entry, flag))])) as Record<Flag, boolean>;
  const giving = entries.filter((entry) => entry.create || entry.update);
  const limited = giving.every((entry) => entry.recordTypes !== undefined);
  return { flags, recordTypes: limited ? [...new Set(giving.flatMap((entry) => entry.recordTypes ?? []))].sort() : undefined };
}

/** What everybody knows of a record of an object that exists for them. */
const alwaysRead: ReadonlySet<string> = new Set(['id', 'version', 'recordType', 'createdAt', 'updatedAt', 'deletedAt', 'lifeStatus']);

const maskable: ReadonlySet<string> = new Set(['text', 'email', 'phone', 'secret']);

/** What makes somebody an administrator is for administrators to give. */
const givesRights = (field: FieldModel): boolean => field.object === 'user' && (field.name === 'roles' || field.name === 'permissionSets');

/** What an entry says of a field, as far as the field's type lets it. */
export function entryLevel(entry: ObjectGrant, field: FieldModel): FieldLevel {
  const named = own(entry.fields, field.name) ?? own(entry.fields, '*') ?? 'none';
  if (named === 'masked' && !maskable.has(field.type)) return 'none';
  // A secret is never readable.
  if (named === 'read' && field.type === 'secret') return 'masked';
  return named === 'edit' && givesRights(field) ? 'read' : named;
}

/** The highest level that the sets give, before the closure. */
export function grantedLevel(origins: readonly Origin[], object: ObjectModel, field: FieldModel): FieldLevel {
  return origins.reduce<FieldLevel>(
    (highest, { set }) => {
      const entry = entryOf(set, object.name);
      const level = entry === undefined ? 'none' : entryLevel(entry, field);
      return reaches(level, highest) ? level : highest;
    },
    alwaysRead.has(field.name) ? 'read' : 'none',
  );
}
