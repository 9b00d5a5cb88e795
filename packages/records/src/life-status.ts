// Makes records void, or lets them count again: the platform's own mark, set for whoever may change the records.
import { updateRecords } from './update.ts';
import type { WriteSession } from './session.ts';

/** Throws what stands against changing any of them. */
export async function setLifeStatus(
  session: WriteSession,
  object: string,
  ids: readonly string[],
  lifeStatus: 'normal' | 'void',
): Promise<void> {
  const named = ids.map((id) => ({ pointer: '', id }));
  // A change of nothing is refused to whom any other would be.
  if (!session.access.policy.administrator)
    await updateRecords(
      session,
      object,
      named.map((record) => ({ ...record, input: {} })),
      { allOrNone: true },
    );
  const changes = named.map((record) => ({ ...record, input: { lifeStatus } }));
  await updateRecords(session, object, changes, { allOrNone: true, internal: true });
}
