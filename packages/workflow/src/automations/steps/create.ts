// create: makes a record for each frame; the outcome is the record.
import type { CreateStepModel } from '@tessera/metadata';
import { createRecords } from '@tessera/records';
import { countRecords } from '../limits.ts';
import type { StepDoer } from '../step-work.ts';
import { allWritten, inputsOf } from '../writing.ts';

export const create: StepDoer<CreateStepModel> = async (work) => {
  const { session, frames, step } = work;
  const { object, values } = step;
  const evaluated = await work.evaluateAll(values);
  const inputs = await inputsOf(
    session,
    object,
    values,
    frames.map((frame, i) => ({ frame, values: evaluated[i] ?? {} })),
  );
  countRecords(session, inputs.length);
  const records = inputs.map((input) => ({ pointer: '', input }));
  const outcomes = await createRecords(session, object, records, { allOrNone: true });
  allWritten(outcomes);
  return outcomes.map((outcome, i) => ({
    kind: 'done',
    outcome: outcome.ok ? { object, id: outcome.id } : null,
    input: { values: evaluated[i] },
  }));
};
