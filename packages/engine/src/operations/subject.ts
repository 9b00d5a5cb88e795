// Somebody whom a caller asks about: the person and the policy, and the session that the person would have.
import { fail, isUuid } from '@tessera/kernel';
import { compilePolicy, personWanted, viewOf, type Policy } from '@tessera/security';
import { loadPerson, type Person } from '@tessera/storage';
import type { Session } from '../engine-parts.ts';

export interface Subject {
  readonly person: Person;
  readonly policy: Policy;
}

/** The person asked about: whoever asks, or for administrators anybody. @throws PERMISSION_DENIED, RECORD_NOT_FOUND */
export async function subjectOf(session: Session, user: string | undefined): Promise<Subject> {
  const { policy, database, runtime } = session;
  const userId = (user ?? policy.userId ?? '').toLowerCase();
  if (userId !== policy.userId && !policy.administrator) throw fail('PERMISSION_DENIED', { action: 'explain the access of others' });
  const { model } = runtime;
  const person = isUuid(userId) ? await loadPerson(database, { model, userId, subjects: personWanted(model) }) : undefined;
  if (person === undefined) throw fail('RECORD_NOT_FOUND', { object: 'user', id: userId });
  return { person, policy: userId === policy.userId ? policy : compilePolicy(model, person) };
}

/** The session in which the person would read: with the person's policy, view and cursors. For looking, not for acting. */
export async function sessionOf(session: Session, user: string): Promise<Session> {
  const { person, policy } = await subjectOf(session, user);
  const { model, accesses } = session.runtime;
  const { userId, department } = person;
  return {
    ...session,
    context: { ...session.context, actor: { kind: 'user', userId } },
    policy,
    view: accesses.shape(policy.shape)?.view ?? viewOf(model, policy),
    person: { userId, department },
    renew: async () => sessionOf(await session.renew(), user),
  };
}
