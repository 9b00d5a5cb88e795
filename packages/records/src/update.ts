// Updates records by id.
import { runPipeline, updateSet, type ChangedRecord, type SetOptions } from './pipeline.ts';
import { outcomesOf, type RecordOutcome } from './results.ts';
import { objectOf, type WriteSession } from './session.ts';

/** Throws where `allOrNone` and any record is wrong; else an outcome for each. */
export async function updateRecords(
  session: WriteSession,
  object: string,
  records: readonly ChangedRecord[],
  options: SetOptions,
): Promise<readonly RecordOutcome[]> {
  return outcomesOf(await runPipeline(updateSet(session, objectOf(session, object), records, options)));
}
