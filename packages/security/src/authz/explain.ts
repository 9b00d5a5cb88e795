// Explaining: which grant gave which right, and which layers can give a record.
import type { FieldLevel, Model, ObjectVerbs } from '@tessera/metadata';
import type { Person } from '@tessera/storage';
import { grantedTo } from './compile-policy.ts';
import { areAdministrator, entryLevel, entryOf, flagNames, gives, originsOf, reaches, type Flag, type Origin } from './grants.ts';
import { allows, objectPolicy, type AccessLayer, type Policy } from './policy.ts';

/** A role or permission set by name. */
export interface GrantOrigin {
  readonly kind: Origin['kind'];
  readonly name: string;
}

export interface ExplainedField {
  readonly level: FieldLevel;
  /** What the sets give; more than `level` where the field is worked out from something that the person may not read. */
  readonly granted: FieldLevel;
  /** The sets that give that much. None: it is what everybody who may read the object has. */
  readonly from: readonly GrantOrigin[];
}

export interface ExplainedGrants {
  readonly object: string;
  /** Roles by which the person is an administrator: then nothing else is asked. */
  readonly administrator: readonly GrantOrigin[];
  /** Whether the object exists for the person; without it the flags do not count. */
  readonly exists: boolean;
  /** The sets that give each flag; none: it is not given. */
  readonly flags: Readonly<Record<Flag, readonly GrantOrigin[]>>;
  readonly fields: Readonly<Record<string, ExplainedField>>;
}

const nameOf = ({ kind, set }: Origin): GrantOrigin => ({ kind, name: set.name });

/** Which of a person's roles and permission sets give what on an object. */
export function explainGrants(model: Model, person: Person, object: string): ExplainedGrants {
  const origins = originsOf(model, person);
  const { levels } = grantedTo(model, origins);
  const entries = origins.flatMap((origin) => {
    const entry = entryOf(origin.set, object);
    return entry === undefined ? [] : [{ origin, entry }];
  });
  const flags = Object.fromEntries(
    flagNames.map((flag) => [flag, entries.filter(({ entry }) => gives(entry, flag)).map(({ origin }) => nameOf(origin))]),
  ) as unknown as ExplainedGrants['flags'];
  const fields = Object.values(model.objects[object]?.fields ?? {}).map((field): readonly [string, ExplainedField] => {
    const given = entries.map(({ origin, entry }) => ({ origin, level: entryLevel(entry, field) }));
    const highest = given.reduce<FieldLevel>((best, { level }) => (reaches(level, best) ? level : best), 'none');
    const from = highest === 'none' ? [] : given.filter(({ level }) => level === highest).map(({ origin }) => nameOf(origin));
    const level = levels.level(object, field.name);
    return [field.name, { level, granted: reaches(highest, level) ? highest : level, from }];
  });
  return {
    object,
    administrator: origins.filter((origin) => areAdministrator([origin])).map(nameOf),
    exists: levels.readable(object),
    flags,
    fields: Object.fromEntries(fields),
  };
}

/** What is to be asked of a record, in the order in which it is told. */
export interface ExplainPlan {
  readonly object: string;
  readonly administrator: boolean;
  /** Whether the object exists for the person. */
  readonly exists: boolean;
  /** The verbs, `changeOwner` and so on: whether they are given at all. */
  readonly verbs: ObjectVerbs;
  /**
   * A record is seen, or may be edited, where the condition of one layer holds (undefined: it holds for every record). Evaluate all in one
   * statement with `policySlots`. No layer: nothing gives it.
   */
  readonly read: readonly AccessLayer[];
  readonly edit: readonly AccessLayer[];
}

/** The layers by which records of an object are given to a person. An administrator needs none. */
export function explainPlan(policy: Policy, object: string): ExplainPlan {
  const allowed = objectPolicy(policy, object);
  const has = (verb: keyof ObjectVerbs): boolean => allows(policy, object, verb);
  return {
    object,
    administrator: policy.administrator,
    exists: policy.administrator || allowed !== undefined,
    verbs: {
      create: has('create'),
      update: has('update'),
      delete: has('delete'),
      import: has('import'),
      export: has('export'),
      changeOwner: has('changeOwner'),
      seeDeleted: has('seeDeleted'),
    },
    read: allowed?.read.layers ?? [],
    edit: allowed?.edit.layers ?? [],
  };
}
