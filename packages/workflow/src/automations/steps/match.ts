// match: asks a matching rule for others that are about the same as a record, for all frames at once.
import type { MatchStepModel } from '@tessera/metadata';
import { matchRecords } from '@tessera/records';
import type { StepDoer, StepResult } from '../step-work.ts';

const nothing: StepResult = { kind: 'done', outcome: { kind: 'none', record: null, candidates: [] } };

/** With the rights of whoever acts: what he does not see is not found. */
export const match: StepDoer<MatchStepModel> = async (work) => {
  const { session, step } = work;
  const ids = await work.evaluate(step.record);
  const sought = ids.filter((id) => typeof id === 'string');
  const answers = await matchRecords(session, { rule: step.matching, object: step.object, records: sought.map((id) => ({ id })) });
  const results = answers.values();
  return ids.map((id): StepResult => {
    const answer = typeof id === 'string' ? results.next().value : undefined;
    if (answer === undefined) return nothing;
    const candidates = answer.candidates.map((candidate) => candidate['id']);
    return { kind: 'done', outcome: { kind: answer.kind, record: answer.record?.id ?? null, candidates } };
  });
};
