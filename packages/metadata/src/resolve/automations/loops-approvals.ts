// Approval processes on the way round: what lets a record enter one, what it does by itself, and which automations it starts.
import type { Expression } from '@tessera/rules';
import type { ApprovalActionModel, ApprovalProcessModel, ApprovalProcessStepModel, AutomationModel, RecordEvent } from '../../model.ts';

/** What somebody does to records of an object, which automation is called, what is handed in, which process has come to an end. */
export interface Act {
  readonly object: string;
  readonly event: RecordEvent | 'call' | 'submit' | 'approval';
  readonly fields: readonly string[];
  /** With `submit` and `approval`: the process; undefined: any of the object. */
  readonly process?: string | undefined;
}

export interface ProcessDeed extends Act {
  readonly guards: readonly Expression[];
}

const called = (automation: string): Act => ({ object: automation, event: 'call', fields: [] });

function ofSteps(steps: readonly ApprovalProcessStepModel[], around: readonly Expression[]): readonly ProcessDeed[] {
  return steps.flatMap((step): readonly ProcessDeed[] => {
    const guards = step.when === undefined ? around : [...around, step.when];
    if (step.type === 'automation') return [{ ...called(step.automation), guards }];
    if (step.type === 'branch')
      return [...step.cases.flatMap((one) => ofSteps(one.steps, [...guards, one.when])), ...ofSteps(step.otherwise, guards)];
    return step.type === 'parallel' ? step.branches.flatMap((one) => ofSteps(one.steps, guards)) : [];
  });
}

function ofAction(object: string, action: ApprovalActionModel | undefined): readonly Act[] {
  if (action === undefined) return [];
  const fields = Object.keys(action.set);
  const set: readonly Act[] = fields.length === 0 ? [] : [{ object, event: 'update', fields }];
  return action.call === undefined ? set : [...set, called(action.call.automation)];
}

/** What is done where somebody decides against it leads round only by way of that person. */
export function deedsOfProcess({ name, object, entry, steps, onSubmit, onApproved }: ApprovalProcessModel): readonly ProcessDeed[] {
  const guards = entry === undefined ? [] : [entry];
  const approval: Act = { object, event: 'approval', fields: ['lifeStatus', 'lockedBy'], process: name };
  const acts = [approval, ...ofAction(object, onSubmit), ...ofAction(object, onApproved)];
  return [...acts.map((act) => ({ ...act, guards })), ...ofSteps(steps, guards)];
}

/** Whether a record enters a process by what is done to it. */
export function entered({ name, object, on }: ApprovalProcessModel, { event, process, ...act }: Act, asPerson: boolean): boolean {
  if (act.object !== object) return false;
  if (event === 'submit') return on.includes('submit') && (process === undefined || process === name);
  return asPerson && (event === 'create' || event === 'update' || event === 'delete') && on.includes(event);
}

export const startedByApproval = ({ object, trigger }: AutomationModel, deed: Act): boolean =>
  trigger.type === 'approval' &&
  object === deed.object &&
  (trigger.process === undefined || trigger.process === deed.process) &&
  (trigger.on.includes('entered') || trigger.on.includes('approved'));
