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
 * @param only the permission sets of an API key: then nothing else that the person has counts
 */
export function originsOf(model: Model, person: Person, only?: readonly string[]): readonly Origin[] {
  if (!person.active) return [];
  const named = only ?? person.permissionSets;
  const roles = only === undefined ? person.roles : [];
  return [
    ...[...new Set(roles)].flatMap((name): Origin[] => {
      const set = own(model.roles, name);
      return set === undefined ? [] : [{ kind: 'role', set }];
    }),
    ...Object.values(model.permissionSets).flatMap((set): Origin[] =>
      named.includes(set.name) || (set.everyone && only === undefined) ? [{ kind: 'permissionSet', set }] : [],
    ),
  ];
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
