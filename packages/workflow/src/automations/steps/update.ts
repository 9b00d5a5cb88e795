// update: changes the record that a rule gives; where it gives none, nothing.
import type { StepModel, UpdateStepModel, ValueModels } from '@tessera/metadata';
import { updateRecords, type WriteSession } from '@tessera/records';
import { dependencies, type Expression, type PathStep, type Value } from '@tessera/rules';
import { lockStatement } from '@tessera/storage';
import { countRecords } from '../limits.ts';
import type { Frame, StepDoer, StepResult, StepWork } from '../step-work.ts';
import { allWritten, inputsOf, roundsOf } from '../writing.ts';

export interface Updating {
  readonly object: string;
  readonly values: ValueModels;
  /** For each frame. */
  readonly ids: readonly Value[];
}

/** Whether what is to be written may depend on what the records hold by now. */
function readsTarget({ model, target }: WriteSession, object: string, values: ValueModels): boolean {
  const reads = (rule: Expression): boolean => {
    const { paths, aggregates } = dependencies(rule);
    const isRead = ({ object: holder, field }: PathStep): boolean =>
      holder === object || model.objects[holder]?.fields[field]?.columns.length === 0;
    return aggregates.length > 0 || paths.some(({ steps }) => steps.some((step) => step.field !== 'id' && isRead(step)));
  };
  return target.kept.keep(target, values, `reads ${object}`, () => Object.values(values).some(reads));
}

/** The frames as they are once nobody else writes the records, where that can make a difference. */
async function heldFrames(work: StepWork<StepModel>, { object, values }: Updating, ids: readonly string[]): Promise<readonly Frame[]> {
  const { session, frames } = work;
  const model = session.model.objects[object];
  if (model === undefined || ids.length === 0 || !readsTarget(session, object, values)) return frames;
  await session.transaction.query(lockStatement(session.target, model, [...new Set(ids)].sort(), { strength: 'no key update' }));
  return work.reread(frames);
}

/** Several frames may mean the same record: each then reads what the one before has written. */
export async function updateInRounds(work: StepWork<StepModel>, updating: Updating): Promise<readonly StepResult[]> {
  const { session } = work;
  const { object, values, ids } = updating;
  const results: StepResult[] = ids.map(() => ({ kind: 'done', outcome: null }));
  const named = ids.map((id) => (typeof id === 'string' ? id : undefined));
  const rounds = roundsOf(named);
  const frames = await heldFrames(
    work,
    updating,
    named.flatMap((id) => id ?? []),
  );
  for (const [n, round] of rounds.entries()) {
    const own = round.flatMap((i) => frames[i] ?? []);
    const fresh = n === 0 ? own : await work.reread(own);
    const evaluated = await work.over(fresh).evaluateAll(values);
    const inputs = await inputsOf(
      session,
      object,
      values,
      fresh.map((frame, i) => ({ frame, values: evaluated[i] ?? {} })),
    );
    const records = round.map((i, at) => ({ pointer: '', id: named[i] ?? '', input: inputs[at] ?? {} }));
    countRecords(session, records.length);
    allWritten(await updateRecords(session, object, records, { allOrNone: true }));
    round.forEach((i, at) => {
      results[i] = { kind: 'done', outcome: { object, id: named[i] ?? '' }, input: { record: named[i], values: evaluated[at] } };
    });
  }
  return results;
}

export const update: StepDoer<UpdateStepModel> = async (work) => {
  const { object, record, values } = work.step;
  return updateInRounds(work, { object, values, ids: await work.evaluate(record) });
};
