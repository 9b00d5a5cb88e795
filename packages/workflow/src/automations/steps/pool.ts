// pool: puts the record into a pool, where nobody owns it.
import type { PoolStepModel } from '@tessera/metadata';
import { countRecords } from '../limits.ts';
import type { StepDoer, StepResult } from '../step-work.ts';
import { giveTo } from './give.ts';

export const pool: StepDoer<PoolStepModel> = async (work) => {
  const { step, platform } = work;
  const ids = await work.evaluate(step.record);
  const given = ids.flatMap((id) => (typeof id === 'string' ? [{ id, input: { pool: step.pool, owner: null } }] : []));
  countRecords(platform, given.length);
  await giveTo(work, given);
  return ids.map((id): StepResult => ({ kind: 'done', outcome: typeof id === 'string' ? { object: step.object, id } : null }));
};
