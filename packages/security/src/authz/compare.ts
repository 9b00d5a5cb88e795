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

/** Objects whose flags or field levels differ. What one of the Models does not have is not there. */
export function comparePolicies(before: Side, after: Side): readonly ObjectDifference[] {
  const names = [...new Set([...Object.keys(before.model.objects), ...Object.keys(after.model.objects)])];
  return names.flatMap((object): ObjectDifference[] => {
    const [had, has] = [flagsOf(before.policy, before.model, object), flagsOf(after.policy, after.model, object)];
    const fields = new Set([before, after].flatMap(({ model }) => Object.keys(model.objects[object]?.fields ?? {})));
    const changed = [...fields].flatMap((field) => {
      const level = {
        before: levelOf(before.policy, before.model, object, field),
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
  readonly verb: 'read' | 'edit';
  readonly before: Expression | undefined;
  readonly after: Expression | undefined;
}

const afterSlots = 'after:';

/** Objects of both Models whose records may be others after the change. */
export function compareRecords(before: Side, after: Side): readonly RecordDifference[] {
  const objects = Object.keys(before.model.objects).filter((object) => Object.hasOwn(after.model.objects, object));
  return objects.flatMap((object) =>
    (['read', 'edit'] as const).flatMap((verb): RecordDifference[] => {
      const [was, will] = [recordAccess(before.policy, object)[verb], recordAccess(after.policy, object)[verb]];
      const slot = `owners:${object}:${verb}`;
      const same =
        canonicalJson(was) === canonicalJson(will) &&
        (typeof was === 'string' || canonicalJson(before.policy.slots[slot] ?? []) === canonicalJson(after.policy.slots[slot] ?? []));
      if (same && !nested(was)) return [];
      const later = conditionOf(will);
      return [{ object, verb, before: conditionOf(was), after: later === undefined ? undefined : renamed(later, afterSlots) }];
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
