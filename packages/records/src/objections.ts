// What happens by itself, where records are deleted or brought back: what stands against it, and how they are told of.
import type { Problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { Member } from './family.ts';
import type { RecordChanged } from './moments.ts';
import type { WriteSession } from './session.ts';

/** As they were when they were locked, which is how those that go are last. */
export const changedOf = (members: readonly Member[]): readonly RecordChanged[] =>
  members.map(({ id, record }) => ({ id, old: record, values: record }));

/** By id: the first thing that is said against it. */
export async function objectionsTo(
  session: WriteSession,
  object: ObjectModel,
  event: 'delete' | 'restore',
  members: readonly Member[],
): Promise<ReadonlyMap<string, Problem>> {
  const found = new Map<string, Problem>();
  const records = changedOf(members).map((record) => ({ ...record, input: {} }));
  for (const voice of session.moments?.before(object, event) ?? []) {
    for (const [id, { problems }] of await voice.say(session, { object, event, records })) {
      const [against] = problems;
      if (against !== undefined && !found.has(id)) found.set(id, against);
    }
  }
  return found;
}
