// find: the first record that a query gives; the outcome is the record, or null.
import type { FindStepModel } from '@tessera/metadata';
import { findRecords } from '../frame-values.ts';
import type { StepDoer } from '../step-work.ts';

export const find: StepDoer<FindStepModel> = async ({ session, step, frames }) => {
  const found = await findRecords(session, step.query, frames, { whole: false, first: 1 });
  return found.map(([record]) => ({ kind: 'done', outcome: record === undefined ? null : { object: record.object, id: record.id } }));
};
