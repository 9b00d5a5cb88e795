// delete: puts the record that a rule gives into the bin; where it gives none, nothing.
import type { DeleteStepModel } from '@tessera/metadata';
import { deleteRecords } from '@tessera/records';
import { countRecords } from '../limits.ts';
import type { StepDoer } from '../step-work.ts';
import { allWritten } from '../writing.ts';

export const remove: StepDoer<DeleteStepModel> = async (work) => {
  const { session, step } = work;
  const ids = await work.evaluate(step.record);
  const named = [...new Set(ids.flatMap((id) => (typeof id === 'string' ? [id] : [])))];
  if (named.length > 0) {
    countRecords(session, named.length);
    allWritten(
      await deleteRecords(
        session,
        step.object,
        named.map((id) => ({ pointer: '', id })),
      ),
    );
  }
  return ids.map((id) => ({ kind: 'done', input: { record: id } }));
};
