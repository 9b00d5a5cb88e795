// set: sets fields of the record that the automation runs on. Before a save they are handed to whoever saves; later they are an update.
import { problem } from '@tessera/kernel';
import type { SetStepModel } from '@tessera/metadata';
import type { StepDoer } from '../step-work.ts';
import { updateInRounds } from './update.ts';

export const set: StepDoer<SetStepModel> = async (work) => {
  const { step, frames } = work;
  const object = frames[0]?.records[0]?.object;
  // The checker lets nobody set fields of nothing.
  if (object === undefined) return frames.map(() => ({ kind: 'failed', problem: problem('RECORD_NOT_FOUND', { object: '', id: '' }) }));
  const ids = frames.map(({ records }) => records[0]?.id ?? null);
  const results = await updateInRounds(work, { object, values: step.values, ids });
  return results.map((result) => (result.kind === 'done' ? { kind: 'done' } : result));
};
