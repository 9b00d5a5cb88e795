// Approval processes in the world of automations: on contracts, with a process `p`.
import type { ApprovalProcessModel, ApprovalProcessStepModel, Layer } from '@tessera/metadata';
import { world, wrongIn } from './automation-kit.ts';
import { model, type Json } from './layer-kit.ts';

const file = 'approvalProcesses/p.json';

/** A step that asks for the manager's approval. */
export const asks = (more: Json = {}): Json => ({ type: 'approval', approvers: { boss: { managerOf: 'submitter' } }, ...more });

/** A process `p` of new contracts. */
export const process = (steps: Json, rest: Json = {}): Json => ({ name: 'p', object: 'contract', on: ['create'], steps, ...rest });

export const withProcess = (steps: Json, rest: Json = {}): Layer => world({ [file]: process(steps, rest) });

/** The process as the Model has it. */
export function built(steps: Json, rest: Json = {}, ...above: readonly Layer[]): ApprovalProcessModel {
  const found = model(withProcess(steps, rest), ...above).approvalProcesses['p'];
  if (found === undefined) throw new TypeError('There is no process p.');
  return found;
}

/** The only step of its type in a block. */
export function stepOf<T extends ApprovalProcessStepModel['type']>(
  steps: readonly ApprovalProcessStepModel[],
  type: T,
): Extract<ApprovalProcessStepModel, { readonly type: T }> {
  const found = steps.find((step): step is Extract<ApprovalProcessStepModel, { readonly type: T }> => step.type === type);
  if (found === undefined) throw new TypeError(`There is no step ${type}.`);
  return found;
}

/** What is wrong with a process, each as `CODE pointer`. */
export const wrong = (steps: Json, rest: Json = {}): string[] =>
  wrongIn(file, process(steps, rest)).map(({ code, pointer }) => `${code} ${pointer}`);

/** The sentences of it. */
export const told = (steps: Json, rest: Json = {}): string[] => wrongIn(file, process(steps, rest)).map(({ message }) => message);
