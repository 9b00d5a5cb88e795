// What an actor may do, as of one access version of the tenant.
import type { FieldLevel, ObjectVerbs } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';

/** One way in which access to a record is given; `condition` has the record as frame 0. */
export interface AccessLayer {
  readonly kind:
    | 'viewAll'
    | 'modifyAll'
    | 'sharingDefault'
    | 'parent'
    | 'owner'
    | 'managers'
    | 'departmentHeads'
    | 'team'
    | 'manualShare'
    | 'approvalShare'
    | 'sharingRule';
  /** The sharing rule's name. */
  readonly name?: string;
  /** Undefined: every record. */
  readonly condition: Expression | undefined;
}

/** Which records: the union of the layers. */
export interface RecordAccess {
  readonly layers: readonly AccessLayer[];
  /** The union compiled as one condition: `all`, `none`, or a rule whose frame 0 is the record. */
  readonly records: 'all' | 'none' | Expression;
}

/** What an actor may do with one object. Only objects that the actor may read have one. */
export interface ObjectPolicy extends ObjectVerbs {
  readonly object: string;
  /** Record types that may be given; undefined: all. */
  readonly recordTypes: readonly string[] | undefined;
  /** Levels after the closure; what is not here does not exist for the actor. */
  readonly fields: Readonly<Record<string, Exclude<FieldLevel, 'none'>>>;
  readonly read: RecordAccess;
  readonly edit: RecordAccess;
}

export interface Policy {
  readonly userId: string | null;
  /** May do everything within the tenant: nothing is restricted, and `objects` and `slots` are empty. */
  readonly administrator: boolean;
  /** API names, for `hasRole`. */
  readonly roles: readonly string[];
  /** Equal for actors with the same permissions: compiled texts, views and schemas are kept by it. */
  readonly shape: string;
  readonly objects: Readonly<Record<string, ObjectPolicy>>;
  /** Values of the slots that `read` and `edit` conditions and their layers have (ids of owners, subjects). */
  readonly slots: Readonly<Record<string, readonly string[]>>;
}

/** Which records: all, none, or those for which a rule holds whose frame 0 is the record. */
export type Records = RecordAccess['records'];

/** Everything is allowed: administrators and the platform itself. */
export function administratorPolicy(userId: string | null, roles: readonly string[] = []): Policy {
  return { userId, administrator: true, roles, shape: 'administrator', objects: {}, slots: {} };
}

/** What the policy says of an object; undefined of one that does not exist for the actor. An administrator's says nothing of any. */
export function objectPolicy(policy: Policy, object: string): ObjectPolicy | undefined {
  return Object.hasOwn(policy.objects, object) ? policy.objects[object] : undefined;
}

/** Whether the actor has this right on the object at all. */
export function allows(policy: Policy, object: string, verb: keyof ObjectVerbs): boolean {
  return policy.administrator || objectPolicy(policy, object)?.[verb] === true;
}

/** Which records of an object the actor may see and edit; none of an object that does not exist for the actor. */
export function recordAccess(policy: Policy, object: string): { readonly read: Records; readonly edit: Records } {
  if (policy.administrator) return { read: 'all', edit: 'all' };
  const found = objectPolicy(policy, object);
  return found === undefined ? { read: 'none', edit: 'none' } : { read: found.read.records, edit: found.edit.records };
}

/** Values of slots by name; `user` and `roles` are those of rules. */
export interface PolicySlots extends Readonly<Record<string, unknown>> {
  readonly user: string | null;
  readonly roles: readonly string[];
}

/** Values of all slots that a statement may have by reason of this policy: whatever was placed into it, and `user` and `roles` of rules. */
export function policySlots(policy: Policy): PolicySlots {
  return { ...policy.slots, user: policy.userId, roles: policy.roles };
}
