// Records of pools, and records that become others: what callers do with them, one transaction each.
import { fail } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { commitChecks, type WriteSession } from '@tessera/records';
import { checkVerb } from '@tessera/security';
import { withoutTrace } from '@tessera/storage';
import {
  assignRecord,
  claimRecord,
  convertRecord,
  returnRecord,
  transferRecord,
  type ConversionOutcome,
  type OwnerOutcome,
} from '@tessera/workflow';
import type { Session } from '../engine-parts.ts';
import type { ConvertInput, PoolInput } from '../types/pool.ts';
import { objectOf } from '../read/resolve.ts';
import { idempotent } from './idempotency.ts';
import { runWrite } from './write.ts';

/** Whoever takes or gives records may change records of the object at all. */
function changeable(session: Session, name: string): ObjectModel {
  const { name: object } = objectOf(session.view, name);
  const { policy, runtime } = session;
  const denied = policy.administrator ? undefined : checkVerb(policy, object, 'update');
  if (denied !== undefined) throw fail('PERMISSION_DENIED', { action: `update of ${object}` });
  const found = runtime.model.objects[object];
  if (found === undefined) throw fail('OBJECT_UNKNOWN', { object: name });
  return found;
}

/** One attempt to claim must not be answered twice where an answer is lost. */
function change<T>(session: Session, operation: string, input: object, work: (write: WriteSession) => Promise<T>): Promise<T> {
  return runWrite(session, (write) => idempotent(write, operation, input, () => work(write)));
}

export function changeOwner(session: Session, input: PoolInput): Promise<OwnerOutcome> {
  const object = changeable(session, input.object);
  const { id, note } = input;
  if (input.action === 'transfer' && (input.to === undefined) === (input.pool === undefined))
    throw fail('REQUEST_INVALID', { reason: 'say either `to`, a user, or `pool`.' });
  const request = { object, id, note };
  return change(session, `pools.${input.action}`, input, (write) => {
    switch (input.action) {
      case 'claim':
        return claimRecord(write, request);
      case 'return':
        return returnRecord(write, { ...request, reason: input.reason });
      case 'assign':
        return assignRecord(write, { ...request, to: input.to });
      case 'transfer':
        return transferRecord(write, input.pool === undefined ? { ...request, to: input.to ?? '' } : { ...request, pool: input.pool });
    }
  });
}

export function convert(session: Session, input: ConvertInput): Promise<ConversionOutcome> {
  const object = changeable(session, input.object);
  const { conversions } = session.runtime.model;
  const conversion = Object.hasOwn(conversions, input.conversion) ? conversions[input.conversion] : undefined;
  if (conversion?.object !== object.name) throw fail('COMPONENT_UNKNOWN', { kind: 'conversion', name: input.conversion, known: '' });
  const { dryRun = false, allowDuplicates } = input;
  if (!dryRun)
    return change(session, 'conversions.run', input, (write) => convertRecord(allowing(write, allowDuplicates), conversion, input.id));
  return runWrite(session, (write) =>
    withoutTrace(write.transaction, async () => {
      const tried = allowing(write, allowDuplicates);
      const outcome = await convertRecord(tried, conversion, input.id);
      await commitChecks(tried);
      write.touched.clear();
      return outcome;
    }),
  );
}

const allowing = (write: WriteSession, allowDuplicates: boolean | undefined): WriteSession =>
  allowDuplicates === undefined ? write : { ...write, allowDuplicates };
