// From metadata and a person to the policy: what depends on permissions in one part, the ids in another.
import { contentHash, type FieldLevel, type Model } from '@tessera/metadata';
import { subjectKey, type Person } from '@tessera/storage';
import { closedLevels, type Levels } from './closure.ts';
import {
  areAdministrator,
  commonGrant,
  grantedLevel,
  limitOf,
  originsOf,
  reaches,
  unitedGrant,
  type Origin,
  type UnitedGrant,
} from './grants.ts';
import { named } from './named.ts';
import { administratorPolicy, type ObjectPolicy, type Policy } from './policy.ts';
import { isShared, RecordAccesses, slotNames, type Verb } from './record-access.ts';
import { rulesFor, subjectsOf } from './subjects.ts';

export interface PolicyOptions {
  /** An API key's permission sets: what the person may counts as far as one of them grants it too. Nobody is an administrator with a key. */
  readonly only?: readonly string[] | undefined;
  /** The `objects` of a policy of the same shape and the same Model, if one is at hand: they have no ids in them, so colleagues share them. */
  readonly kept?: (shape: string) => Policy['objects'] | undefined;
}

export interface Granted {
  readonly grants: ReadonlyMap<string, UnitedGrant>;
  readonly levels: Levels;
}

/** Grants of all objects that exist for the person, and the levels of their fields. */
export function grantedTo(model: Model, origins: readonly Origin[], limit?: readonly Origin[]): Granted {
  const grants = new Map<string, UnitedGrant>();
  for (const name of Object.keys(model.objects)) {
    const given = unitedGrant(origins, name);
    const grant = limit === undefined ? given : commonGrant(given, unitedGrant(limit, name));
    if (grant !== undefined) grants.set(name, grant);
  }
  const levels = closedLevels(
    model,
    (object) => grants.has(object),
    (field) => {
      const object = model.objects[field.object];
      if (object === undefined) return 'none';
      const level = grantedLevel(origins, object, field);
      const most = limit === undefined ? level : grantedLevel(limit, object, field);
      return reaches(level, most) ? most : level;
    },
  );
  return { grants, levels };
}

type Shown = Exclude<FieldLevel, 'none'>;

function shownFields(model: Model, object: string, levels: Levels): readonly (readonly [string, Shown])[] {
  return Object.keys(model.objects[object]?.fields ?? {}).flatMap((field) => {
    const level = levels.level(object, field);
    return level === 'none' ? [] : [[field, level] as const];
  });
}

/** Everybody whose records one may see or edit because of the owner: oneself, those below, those whom a sharing rule names. */
function ownerSlots(model: Model, person: Person, objects: Iterable<string>): Policy['slots'] {
  const below = [...new Set([person.userId, ...person.managed, ...person.headed])];
  const slots: Record<string, readonly string[]> = {
    subjects: subjectsOf(person),
    [slotNames.layer('owner')]: [person.userId],
    [slotNames.layer('managers')]: person.managed,
    [slotNames.layer('departmentHeads')]: person.headed,
  };
  const byRule = new Map(
    rulesFor(model, person).flatMap(({ name, records }) =>
      records.kind === 'ownedBy' ? [[name, person.owners[subjectKey(records.owners)] ?? []] as const] : [],
    ),
  );
  for (const rule of Object.values(model.sharingRules)) {
    if (rule.records.kind === 'ownedBy') slots[slotNames.rule(rule.name)] = byRule.get(rule.name) ?? [];
  }
  for (const name of objects) {
    const object = model.objects[name];
    for (const verb of ['read', 'edit'] satisfies Verb[]) {
      if (object === undefined || !isShared(object, verb)) continue;
      const rules = Object.values(model.sharingRules).filter((rule) => rule.object === name && (verb === 'read' || rule.access === 'edit'));
      const shared = rules.flatMap((rule) => byRule.get(rule.name) ?? []);
      slots[slotNames.owners(name, verb)] = shared.length === 0 ? below : [...new Set([...below, ...shared])];
    }
  }
  return slots;
}

/**
 * The policy of a person. Pure: the same Model and facts give the same policy. People with the same permissions have policies of the same
 * `shape`, whatever their teams: then all but `userId`, `roles` and `slots` are equal, so texts compiled for one serve the other.
 */
export function compilePolicy(model: Model, person: Person, options: PolicyOptions = {}): Policy {
  const { userId, roles } = person;
  const [origins, limit] = [originsOf(model, person), limitOf(model, options.only)];
  const administrator = areAdministrator(origins);
  if (administrator && limit === undefined) return administratorPolicy(userId, roles);
  // All that an administrator may do is what a key grants.
  const { grants, levels } = administrator && limit !== undefined ? grantedTo(model, limit) : grantedTo(model, origins, limit);
  const applied = rulesFor(model, person).flatMap(({ name, object, records }) =>
    records.kind === 'when' && grants.has(object) ? [name] : [],
  );
  const fields = new Map([...grants.keys()].map((object) => [object, shownFields(model, object, levels)]));
  const shape = contentHash({
    grants: Object.fromEntries(grants),
    fields: Object.fromEntries([...fields].map(([object, shown]) => [object, Object.fromEntries(shown)])),
    sharingRules: [...applied].sort(),
  });
  const slots = ownerSlots(model, person, grants.keys());
  const kept = options.kept?.(shape);
  if (kept !== undefined) return { userId, administrator: false, roles, shape, objects: kept, slots };

  const accesses = new RecordAccesses(model, grants, applied);
  const objects = [...grants].flatMap(([name, { flags, recordTypes }]): readonly (readonly [string, ObjectPolicy])[] => {
    const object = model.objects[name];
    if (object === undefined) return [];
    const { create, update, delete: remove, import: take, export: give, changeOwner, seeDeleted } = flags;
    const verbs = { create, update, delete: remove, import: take, export: give, changeOwner, seeDeleted };
    const records = { read: accesses.of(object, 'read'), edit: accesses.of(object, 'edit') };
    return [[name, Object.freeze({ object: name, ...verbs, recordTypes, fields: named(fields.get(name) ?? []), ...records })]];
  });
  return { userId, administrator: false, roles, shape, objects: named(objects), slots };
}
