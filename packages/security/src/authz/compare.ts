// Two policies of one person, before and after a change of metadata: what is gained and what is lost.
import { canonicalJson, type FieldLevel, type Model } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';
import { conditionOf } from './record-access.ts';
import { objectPolicy, policySlots, recordAccess, type Policy } from './policy.ts';

const verbs = ['create', 'update', 'delete', 'import', 'export', 'changeOwner', 'seeDeleted'] as const;

export interface ObjectDifference {
  readonly object: string;
  /** `read` and the verbs. */
  readonly gains: readonly string[];
  readonly loses: readonly string[];
  readonly fields: readonly { readonly field: string; readonly before: FieldLevel; readonly after: FieldLevel }[];
}

function flagsOf(policy: Policy, model: Model, object: string): ReadonlySet<string> {
  if (policy.administrator) return new Set(Object.hasOwn(model.objects, object) ? ['read', ...verbs] : []);
  const allowed = objectPolicy(policy, object);
  return new Set(allowed === undefined ? [] : ['read', ...verbs.filter((verb) => allowed[verb])]);
}

function levelOf(policy: Policy, model: Model, object: string, field: string): FieldLevel {
  const fields = Object.hasOwn(model.objects, object) ? model.objects[object]?.fields : undefined;
  if (policy.administrator) return fields !== undefined && Object.hasOwn(fields, field) ? 'edit' : 'none';
  return objectPolicy(policy, object)?.fields[field] ?? 'none';
}

export interface Side {
  readonly model: Model;
  readonly policy: Policy;
}

/** What an object was called before, and its renamed fields by their present names. */
export type FormerNames = (object: string) => { readonly former: string; readonly fields: ReadonlyMap<string, string> };

/** Names of both sides by the present ones, each with what it was called before; what has taken another's name was nothing. */
function pairs(was: object, will: object, formers: ReadonlyMap<string, string>): ReadonlyMap<string, string | undefined> {
  const moved = new Set(formers.values());
  const now = Object.keys(will).map((name) => [name, formers.get(name) ?? (moved.has(name) ? undefined : name)] as const);
  const gone = Object.keys(was).filter((name) => !moved.has(name) && !Object.hasOwn(will, name));
  return new Map([...now, ...gone.map((name) => [name, name] as const)]);
}

function objectPairs(before: Model, after: Model, names: FormerNames): ReadonlyMap<string, string | undefined> {
  const renamed = Object.keys(after.objects).flatMap((object) => {
    const { former } = names(object);
    return former === object ? [] : [[object, former] as const];
  });
  return pairs(before.objects, after.objects, new Map(renamed));
}

/** Objects whose flags or field levels differ. What one of the Models does not have is not there. */
export function comparePolicies(before: Side, after: Side, names: FormerNames): readonly ObjectDifference[] {
  return [...objectPairs(before.model, after.model, names)].flatMap(([object, former = '']): ObjectDifference[] => {
    const [had, has] = [flagsOf(before.policy, before.model, former), flagsOf(after.policy, after.model, object)];
    const [was, will] = [before.model.objects[former]?.fields ?? {}, after.model.objects[object]?.fields ?? {}];
    const changed = [...pairs(was, will, names(object).fields)].flatMap(([field, formerField]) => {
      const level = {
        before: formerField === undefined ? 'none' : levelOf(before.policy, before.model, former, formerField),
        after: levelOf(after.policy, after.model, object, field),
      };
      return level.before === level.after ? [] : [{ field, ...level }];
    });
    const gains = [...has].filter((flag) => !had.has(flag));
    const loses = [...had].filter((flag) => !has.has(flag));
    return gains.length + loses.length + changed.length === 0 ? [] : [{ object, gains, loses, fields: changed }];
  });
}

/** The expression with the slots of its access tests under other names, so that two policies fit one statement. */
function renamed(expression: Expression, prefix: string): Expression {
  switch (expression.node) {
    case 'access': {
      const { test } = expression;
      if (test.kind === 'owner') return { ...expression, test: { ...test, slot: `${prefix}${test.slot}` } };
      if (test.kind === 'parent') return { ...expression, test: { ...test, where: renamed(test.where, prefix) } };
      return test.beside === undefined ? expression : { ...expression, test: { ...test, beside: `${prefix}${test.beside}` } };
    }
    case 'call':
      return { ...expression, arguments: expression.arguments.map((argument) => renamed(argument, prefix)) };
    default:
      return expression;
  }
}

/** The records of an object that a person sees or may edit, before and after, for one statement; undefined: all. */
export interface RecordDifference {
  readonly object: string;
  /** What it was called before. */
  readonly former: string;
  readonly verb: 'read' | 'edit';
  readonly before: Expression | undefined;
  readonly after: Expression | undefined;
}

const afterSlots = 'after:';

const ownersSlot = /^owners:(.+):(read|edit)$/;

/** What is said of objects and fields, under their former names. @param slots the names of slots too, which tell of objects */
function formerly<T>(value: T, names: FormerNames, slots: boolean): T {
  const mapped = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(mapped);
    if (typeof part !== 'object' || part === null) return part;
    const { object, field } = part as { readonly object?: unknown; readonly field?: unknown };
    const of = typeof object === 'string' ? names(object) : undefined;
    const entries = Object.entries(part).map(([key, entry]): readonly [string, unknown] => {
      if (typeof entry !== 'string') return [key, mapped(entry)];
      if (key === 'object' || key === 'parent') return [key, names(entry).former];
      if (key === 'field' && entry === field) return [key, of?.fields.get(entry) ?? entry];
      const [, owned = '', verb = ''] = (slots ? ownersSlot.exec(entry) : null) ?? [];
      return [key, owned === '' ? entry : `owners:${names(owned).former}:${verb}`];
    });
    return Object.fromEntries(entries);
  };
  return mapped(value) as T;
}

/** Objects of both Models whose records may be others after the change, all under the names of before. */
export function compareRecords(before: Side, after: Side, names: FormerNames): readonly RecordDifference[] {
  const both = [...objectPairs(before.model, after.model, names)].flatMap(([object, former]) =>
    former !== undefined && Object.hasOwn(before.model.objects, former) && Object.hasOwn(after.model.objects, object)
      ? [{ object, former }]
      : [],
  );
  return both.flatMap(({ object, former }) =>
    (['read', 'edit'] as const).flatMap((verb): RecordDifference[] => {
      const [was, will] = [recordAccess(before.policy, former)[verb], recordAccess(after.policy, object)[verb]];
      const owners = (policy: Policy, name: string): unknown => policy.slots[`owners:${name}:${verb}`] ?? [];
      const same =
        canonicalJson(was) === canonicalJson(formerly(will, names, true)) &&
        (typeof was === 'string' || canonicalJson(owners(before.policy, former)) === canonicalJson(owners(after.policy, object)));
      if (same && !nested(was)) return [];
      const later = conditionOf(formerly(will, names, false));
      const prefixed = later === undefined ? undefined : renamed(later, afterSlots);
      return [{ object, former, verb, before: conditionOf(was), after: prefixed }];
    }),
  );
}

/** Access through a master is decided by the master's slots, which are not looked at here: it is counted to be sure. */
const nested = (records: 'all' | 'none' | Expression): boolean =>
  typeof records !== 'string' && canonicalJson(records).includes('"parent"');

/** Values for the slots of `compareRecords`. */
export function differenceSlots(before: Policy, after: Policy): Readonly<Record<string, unknown>> {
  const later = Object.entries(after.slots).map(([slot, value]) => [`${afterSlots}${slot}`, value] as const);
  return { ...Object.fromEntries(later), ...policySlots(before) };
}
