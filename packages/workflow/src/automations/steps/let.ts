// let: values by name, which are the outcome.
import type { LetStepModel } from '@tessera/metadata';
import type { StepDoer } from '../step-work.ts';

export const letValues: StepDoer<LetStepModel> = async (work) =>
  (await work.evaluateAll(work.step.values)).map((outcome) => ({ kind: 'done', outcome, input: null }));
