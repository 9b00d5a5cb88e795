// What metadata can say already and nothing carries out yet: refused, until it is.
import type { StepType, TriggerModel } from '../../model.ts';
import type { Report } from '../report.ts';

/** The one list: an entry goes when its executor comes, and the kind that it names is resolved where its step or trigger is. */
const notYet: { readonly steps: ReadonlySet<StepType>; readonly triggers: ReadonlySet<TriggerModel['type']> } = {
  steps: new Set<StepType>(['submit']),
  triggers: new Set<TriggerModel['type']>(['approval']),
};

export function checkStepAvailable(type: StepType, report: Report, pointer: string): void {
  if (notYet.steps.has(type)) report.add(pointer, 'AUTOMATION_UNAVAILABLE', { what: `The step ${type}` });
}

export function checkTriggerAvailable(type: TriggerModel['type'], report: Report, pointer: string): void {
  if (notYet.triggers.has(type)) report.add(pointer, 'AUTOMATION_UNAVAILABLE', { what: `The trigger ${type}` });
}

/** The approval that a stage asks for. */
export function checkStageApprovalAvailable(report: Report, pointer: string): void {
  report.add(pointer, 'AUTOMATION_UNAVAILABLE', { what: 'The approval to enter a stage' });
}
