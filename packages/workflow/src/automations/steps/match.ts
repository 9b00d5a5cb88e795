// match: asks a matching rule for others that are about the same as a record, for all frames at once.
import type { MatchStepModel } from '@tessera/metadata';
import { matchRecords, type Described } from '@tessera/records';
import type { Frame, StepDoer, StepResult } from '../step-work.ts';

const nothing: StepResult = { kind: 'done', outcome: { kind: 'none', record: null, candidates: [] } };

/** A record that is being written is what it is about to be; any other is read as it is. */
function described({ runId, records: [own] }: Frame, id: string, object: string): Described {
  return runId === undefined && own?.id === id && own.object === object ? { id, proposed: own.values } : { id };
}

/** With the rights of whoever acts: what he does not see is not found. */
export const match: StepDoer<MatchStepModel> = async (work) => {
  const { session, step, frames } = work;
  const ids = await work.evaluate(step.record);
  const records = frames.flatMap((frame, i) => {
    const id = ids[i];
    return typeof id === 'string' ? [described(frame, id, step.object)] : [];
  });
  const answers = await matchRecords(session, { rule: step.matching, object: step.object, records });
  const results = answers.values();
  return ids.map((id): StepResult => {
    const answer = typeof id === 'string' ? results.next().value : undefined;
    if (answer === undefined) return nothing;
    const candidates = answer.candidates.map((candidate) => candidate['id']);
    return { kind: 'done', outcome: { kind: answer.kind, record: answer.record?.id ?? null, candidates } };
  });
};
