// fail: refuses the write with a message, or ends the run as failed.
import { problem } from '@tessera/kernel';
import type { FailStepModel } from '@tessera/metadata';
import { inLanguage } from '@tessera/records';
import type { StepDoer } from '../step-work.ts';

export const fail: StepDoer<FailStepModel> = ({ session, step, frames }) => {
  const place = step.at === undefined ? {} : { pointer: `/${step.at}` };
  const refused = problem('AUTOMATION_REFUSED', { message: inLanguage(step.message, session.context.languages) }, place);
  return Promise.resolve(frames.map(() => ({ kind: 'failed', problem: refused })));
};
