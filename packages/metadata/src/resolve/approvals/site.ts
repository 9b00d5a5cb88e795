// Where a step of an approval process stands while it is resolved.
import type { ApprovalProcessStepJson, ApprovalStepsJson } from '../../generated/types.ts';
import type { ApprovalProcessStepModel, SpecialCases } from '../../model.ts';
import type { StepScope } from '../automations/scope.ts';
import type { Around, StepBase } from '../automations/site.ts';

type StepTypes = ApprovalProcessStepJson['type'];

export interface ApprovalAround {
  readonly object: string;
  /** What steps of automations need to know: calls and messages are theirs. */
  readonly automations: Around;
  /** What the process says for all of its steps. */
  readonly special: SpecialCases;
}

/** Paths of the steps that a step may lead back to, by name: those before it in its block and in the blocks around it. */
export type Earlier = Readonly<Record<string, string>>;

export interface BlockAt {
  readonly pointer: string;
  /** Of the step, case or branch around, empty for the outermost block. */
  readonly path: string;
  readonly earlier: Earlier;
}

export type ResolveApprovalBlock = (
  steps: ApprovalStepsJson | undefined,
  at: BlockAt,
  scope: StepScope,
) => readonly ApprovalProcessStepModel[];

export interface ApprovalSite<T extends StepTypes> {
  readonly source: Extract<ApprovalProcessStepJson, { type: T }>;
  readonly base: StepBase;
  readonly pointer: string;
  readonly earlier: Earlier;
  readonly scope: StepScope;
  readonly around: ApprovalAround;
  readonly block: ResolveApprovalBlock;
}
