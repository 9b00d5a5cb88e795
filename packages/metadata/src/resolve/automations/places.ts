// Which steps may stand where: not all can be done within a write, or within a transaction.
import type { Moment, StepType } from '../../model.ts';
import type { Report } from '../report.ts';

export type StepPlace = Moment | 'atomic';

const beforeSave: readonly StepType[] = ['set', 'find', 'branch', 'let', 'decide', 'match', 'fail'];
/** Within the transaction of a write: whatever is done by writing. */
const afterSave: readonly StepType[] = [
  ...(['set', 'create', 'update', 'delete', 'upsert', 'find', 'forEach', 'branch', 'let', 'decide', 'match'] as const),
  ...(['allocate', 'assign', 'pool', 'notify'] as const),
];

const allowed: Readonly<Record<Exclude<StepPlace, 'afterCommit'>, { readonly steps: ReadonlySet<StepType>; readonly words: string }>> = {
  beforeSave: { steps: new Set(beforeSave), words: 'Before the save' },
  afterSave: { steps: new Set(afterSave), words: 'After the save, in its transaction,' },
  atomic: { steps: new Set<StepType>([...afterSave, 'fail']), words: 'In an atomic block' },
};

export function checkPlace(type: StepType, place: StepPlace, report: Report, pointer: string): void {
  if (place === 'afterCommit' || allowed[place].steps.has(type)) return;
  const { steps, words } = allowed[place];
  const remedy = place === 'atomic' ? 'Move it out of the block.' : 'Move it to an automation of the moment afterCommit.';
  const reason = `${words} there is no step ${type}, only ${[...steps].join(', ')}. ${remedy}`;
  report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
}
