// Sessions of steps: with the rights of the platform, or of whoever caused them, in the same transaction.
import type { Access, WriteSession } from '@tessera/records';
import { administratorPolicy, policySlots } from '@tessera/security';

/** The session with somebody's rights, in somebody's name. */
function withAccess(session: WriteSession, access: Access, actor: string | null): WriteSession {
  const { now, zone } = session.slots;
  return {
    ...session,
    context: { ...session.context, actor: { kind: actor === null ? 'system' : 'user', userId: actor } },
    access,
    slots: { ...policySlots(access.policy), now, zone, user: actor },
  };
}

/**
 * The session with the platform's rights: nothing is hidden, and history still names who caused it.
 * @param roles of the actor, for rules that ask for them
 */
export function asPlatform(
  session: WriteSession,
  actor = session.context.actor.userId,
  roles: readonly string[] = actor === session.context.actor.userId ? session.slots.roles : [],
): WriteSession {
  return withAccess(session, { policy: administratorPolicy(null, roles), view: session.model }, actor);
}

/** The session with a person's rights; so has whatever it brings about in the same transaction. */
export const asPerson = (session: WriteSession, access: Access, userId: string): WriteSession => ({
  ...withAccess(session, access, userId),
  caller: access,
});

/** What somebody may do who is not active (any more): nothing. */
export function nobody({ model }: WriteSession, userId: string): Access {
  const policy = { userId, administrator: false, roles: [], shape: 'nobody', objects: {}, slots: {} };
  return { policy, view: { ...model, objects: {} } };
}

/** Whether a write may bring about, within its transaction, what is held to the rights of whoever caused it. */
export const actsAsCaller = ({ model, target }: WriteSession): boolean =>
  target.kept.keep(target, model, 'acts as caller', () =>
    Object.values(model.automations).some(
      ({ runAs, trigger }) => runAs === 'user' && trigger.type === 'record' && trigger.moment !== 'afterCommit',
    ),
  );
