// Makes records void, or lets them count again: they stay where they are, and count for nothing meanwhile.
import { runPipeline, updateSet, type ChangedRecord, type SetOptions } from './pipeline.ts';
import { outcomesOf, type RecordOutcome } from './results.ts';
import { objectOf, type WriteSession } from './session.ts';
import { withProblem, type WriteSet } from './write-set.ts';

export type MarkedRecord = Omit<ChangedRecord, 'input'>;

type Options = Pick<SetOptions, 'allOrNone'>;

function setOf(session: WriteSession, name: string, records: readonly MarkedRecord[], options: Options, mark: 'void' | 'unvoid'): WriteSet {
  const object = objectOf(session, name);
  const changes = records.map((record) => ({ ...record, input: {} }));
  const set: WriteSet = { ...updateSet(session, object, changes, options), mark };
  // History, audit and ownership name people for ever.
  if (name !== 'user' || session.context.actor.kind !== 'user') return set;
  return { ...set, items: set.items.map((item) => withProblem(item, 'USER_NOT_DELETABLE', {})) };
}

/**
 * Makes records void. Throws where `allOrNone` and any record is wrong; else an outcome for each. What is void already stays as it is.
 */
export async function voidRecords(
  session: WriteSession,
  object: string,
  records: readonly MarkedRecord[],
  options: Options,
): Promise<readonly RecordOutcome[]> {
  const done = await runPipeline(setOf(session, object, records, options, 'void'));
  // What counts for nothing is not checked at the commit; what counted it is.
  const touched = session.touched.get(object);
  for (const { id, held, written } of done.items) if (held === undefined && written !== undefined) touched?.delete(id);
  return outcomesOf(done);
}

/** Lets void records count again as what they were before; what is not void stays as it is. */
export async function unvoidRecords(
  session: WriteSession,
  object: string,
  records: readonly MarkedRecord[],
  options: Options,
): Promise<readonly RecordOutcome[]> {
  return outcomesOf(await runPipeline(setOf(session, object, records, options, 'unvoid')));
}
