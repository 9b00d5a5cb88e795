// What stands against deleting or restoring records: the person's rights.
import { isUuid, problem, type Problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { checkVerb } from '@tessera/security';
import { liveIdsStatement } from '@tessera/storage';
import type { WriteSession } from './session.ts';
import { sightOf } from './steps/see.ts';

/** Those that are not in the bin: whoever may not look into it is not told what lies there. */
export async function liveOf(session: WriteSession, object: ObjectModel, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await session.transaction.query(liveIdsStatement(session.target, object, ids));
  return new Set(rows.map((row) => String(row['id'])));
}

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
  const denied = checkVerb(policy, object.name, verb);
  if (denied !== undefined) return new Map(ids.map((id) => [id, denied]));
  const known = ids.filter((id) => isUuid(id));
  const sight = await sightOf(session, object.name, known);
  const readOnly = known.filter((id) => sight(id).readable && !sight(id).editable);
  const there = verb === 'delete' ? await liveOf(session, object, readOnly) : new Set(readOnly);
  return new Map(
    known.flatMap((id): [string, Problem][] => {
      const { readable, editable } = sight(id);
      if (readable && editable) return [];
      return [[id, problem(there.has(id) ? 'RECORD_READ_ONLY' : 'RECORD_NOT_FOUND', { object: object.name, id })]];
    }),
  );
}
