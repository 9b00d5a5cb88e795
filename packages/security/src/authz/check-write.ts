// What a policy says of a write before it is made: the verb, the fields, the record type, the owner. Whether the record is seen is asked of the database.
import { problem, type Problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { RecordValues } from '@tessera/storage';
import { objectPolicy, type ObjectPolicy, type Policy } from './policy.ts';

export type WriteKind = 'create' | 'update' | 'delete' | 'restore';

export interface WriteCheck {
  readonly kind: 'create' | 'update';
  /** The record as it is stored; undefined: it is new. */
  readonly before?: RecordValues | undefined;
  /** The record as it is to be, defaults included. */
  readonly after: RecordValues;
  /** Names of the fields that the caller set. What the platform sets of itself is not asked for. */
  readonly input: readonly string[];
}

function allowsKind(allowed: ObjectPolicy, kind: WriteKind): boolean {
  return kind === 'restore' ? allowed.seeDeleted && allowed.delete : allowed[kind];
}

/** Whether the person may do this with records of the object at all; else OBJECT_UNKNOWN or PERMISSION_DENIED. */
export function checkVerb(policy: Policy, object: string, kind: WriteKind): Problem | undefined {
  if (policy.administrator) return undefined;
  const allowed = objectPolicy(policy, object);
  if (allowed === undefined) return problem('OBJECT_UNKNOWN', { object });
  return allowsKind(allowed, kind) ? undefined : problem('PERMISSION_DENIED', { action: `${kind} records of ${object}` });
}

const at = (field: string): { readonly pointer: string } => ({ pointer: `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}` });

function checkField(allowed: ObjectPolicy, object: ObjectModel, field: string): readonly Problem[] {
  const level = Object.hasOwn(object.fields, field) && Object.hasOwn(allowed.fields, field) ? allowed.fields[field] : undefined;
  if (level === 'edit') return [];
  if (level === undefined) return [problem('FIELD_UNKNOWN', { object: object.name, field, known: '' }, at(field))];
  return [problem('FIELD_READ_ONLY', { field, reason: 'you may only read it.' }, at(field))];
}

/** A record may keep the type that it has, and may have none. */
function checkRecordType(allowed: ObjectPolicy, { before, after }: WriteCheck): readonly Problem[] {
  const recordType = after['recordType'] ?? null;
  if (typeof recordType !== 'string' || allowed.recordTypes === undefined) return [];
  if (recordType === before?.['recordType'] || allowed.recordTypes.includes(recordType)) return [];
  return [problem('RECORD_TYPE_NOT_ALLOWED', { object: allowed.object, recordType }, at('recordType'))];
}

/** Whoever makes a record owns it; to give it away is a right of its own. */
function checkOwner(policy: Policy, allowed: ObjectPolicy, { before, after, input }: WriteCheck): readonly Problem[] {
  if (!input.includes('owner') || allowed.changeOwner) return [];
  const owner = after['owner'] ?? null;
  const kept = before === undefined ? policy.userId : (before['owner'] ?? null);
  return owner === kept ? [] : [problem('PERMISSION_DENIED', { action: `change the owner of records of ${allowed.object}` }, at('owner'))];
}

/**
 * All that the policy has against making or changing one record; pointers are relative to the record. Codes: OBJECT_UNKNOWN, PERMISSION_DENIED,
 * FIELD_UNKNOWN, FIELD_READ_ONLY, RECORD_TYPE_NOT_ALLOWED.
 * @param object of the whole Model
 */
export function checkWrite(policy: Policy, object: ObjectModel, check: WriteCheck): readonly Problem[] {
  const denied = checkVerb(policy, object.name, check.kind);
  if (denied !== undefined) return [denied];
  const allowed = objectPolicy(policy, object.name);
  if (allowed === undefined) return [];
  return [
    ...check.input.flatMap((field) => checkField(allowed, object, field)),
    ...checkRecordType(allowed, check),
    ...checkOwner(policy, allowed, check),
  ];
}
