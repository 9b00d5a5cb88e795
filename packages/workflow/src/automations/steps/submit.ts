// submit: hands the record in for approval, in the name of who caused the run, or of whom the step names.
import { problem } from '@tessera/kernel';
import type { SubmitStepModel } from '@tessera/metadata';
import { objectOf } from '@tessera/records';
import type { Value } from '@tessera/rules';
import { placedPeople } from '@tessera/storage';
import { submitRecord } from '../../approvals/driving/submit.ts';
import { countRecords } from '../limits.ts';
import { asPlatform } from '../sessions.ts';
import type { StepDoer, StepResult, StepWork } from '../step-work.ts';

type Work = StepWork<SubmitStepModel>;

/** Whom the step names for each frame; undefined: nobody who is there. */
async function named({ platform }: Work, ids: readonly Value[]): Promise<readonly (string | undefined)[]> {
  const all = ids.flatMap((id) => (typeof id === 'string' ? [id] : []));
  const people = await placedPeople(platform.transaction, platform.target, { ids: [...new Set(all)], above: false });
  return ids.map((id) => (typeof id === 'string' && people.get(id)?.active === true ? id : undefined));
}

async function submittersOf(work: Work): Promise<readonly (string | undefined)[]> {
  const { submitter } = work.step;
  if (submitter !== undefined) return named(work, await work.evaluate(submitter));
  return named(
    work,
    work.frames.map(({ actor }) => actor),
  );
}

/** One after the other, in the order of their records, which is that in which they are locked. */
export const submit: StepDoer<SubmitStepModel> = async (work) => {
  const { step, session, automation, frames } = work;
  const object = objectOf(session, step.object);
  const ids = (await work.evaluate(step.record)).map((id) => (typeof id === 'string' ? id : ''));
  const submitters = await submittersOf(work);
  const order = [...frames.keys()].sort((a, b) => ((ids[a] ?? '') < (ids[b] ?? '') ? -1 : 1));
  countRecords(session, frames.length);
  const results: StepResult[] = frames.map(() => ({ kind: 'done', outcome: null }));
  for (const i of order) {
    const [id = '', submitter] = [ids[i], submitters[i]];
    if (id === '') continue;
    if (submitter === undefined) {
      results[i] = { kind: 'failed', problem: problem('APPROVAL_SUBMITTER', { object: object.name, id }) };
      continue;
    }
    // As the system it is handed in past all rights, and still by a person.
    const acting = automation.runAs === 'system' ? asPlatform(session, submitter) : session;
    const begun = await submitRecord(acting, { object, id, process: step.process });
    results[i] = { kind: 'done', outcome: { approval: begun.approval, status: begun.status }, input: { record: id, submitter } };
  }
  return results;
};
