// What stands against deleting or restoring records: the person's rights.
import { problem, type Problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { WriteSession } from './session.ts';
import { sightOf } from './steps/permit.ts';

/** By id; nothing for those that may go. Whoever has neither flag nor sight is told of the flag first, whatever the id. */
export async function deniedOf(
  session: WriteSession,
  object: ObjectModel,
  ids: readonly string[],
  verb: 'delete' | 'restore',
): Promise<ReadonlyMap<string, Problem>> {
  const { policy } = session.access;
  // History, audit and ownership name people for ever.
  if (verb === 'delete' && object.name === 'user' && session.context.actor.kind === 'user')
    return new Map(ids.map((id) => [id, problem('USER_NOT_DELETABLE')]));
  if (policy.administrator) return new Map();
  const own = policy.objects[object.name];
  if (own?.delete !== true || (verb === 'restore' && !own.seeDeleted)) {
    const action = `${verb} records of ${object.name}`;
    return new Map(ids.map((id) => [id, problem('PERMISSION_DENIED', { action })]));
  }
  const sight = await sightOf(session, object.name, ids);
  return new Map(
    ids.flatMap((id): [string, Problem][] => {
      const { readable, editable } = sight(id);
      if (!readable) return [[id, problem('RECORD_NOT_FOUND', { object: object.name, id })]];
      return editable ? [] : [[id, problem('RECORD_READ_ONLY', { object: object.name, id })]];
    }),
  );
}
