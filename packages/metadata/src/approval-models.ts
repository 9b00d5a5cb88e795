// The parts of the Model that say who must agree (packages/workflow/WORKFLOW.md, Approvals).
//
// Frame 0 of all rules is the record as it would be; `$user` is who submitted it.
import type { Expression } from '@tessera/rules';
import type { Label } from './label.ts';
import type { PersonModel } from './people-models.ts';
import type { CallStepModel, DurationModel, NotifyStepModel, ValueModels } from './step-models.ts';

/** How many of several must approve. Of M as many as there are, where there are fewer. */
export type NeedModel = 'any' | 'all' | 'sequence' | { readonly of: number } | { readonly share: number };

export type ApprovalEvent = 'create' | 'update' | 'delete' | 'void' | 'submit';

/** An entry of the approvers, by its key. */
export interface ApproverModel {
  readonly name: string;
  readonly person: PersonModel;
  readonly need: NeedModel;
}

/** What stands in for an entry that nobody stands behind; `ask`: these people. */
export type NobodyModel =
  { readonly do: 'pass' | 'refuse' | 'administrator' } | { readonly do: 'ask'; readonly to: readonly PersonModel[] };

/** `step`: the path of an earlier one, in the same block or in one around it. */
export type BackModel = { readonly kind: 'end' | 'submitter' } | { readonly kind: 'step'; readonly path: string };

export interface TimeoutModel {
  /** From when the person was asked; of a later one, from when the one before was. */
  readonly after: DurationModel;
  readonly do: 'remind' | 'escalate' | 'transfer' | 'approve' | 'reject';
  /** With `transfer`. */
  readonly to: readonly PersonModel[];
}

export type ApproverAction = 'return' | 'transfer' | 'addSigner';

interface ApprovalBase {
  readonly name: string;
  /** Stable and unique within the process: the names of the steps, cases and branches around it, then its own (`bySize/big/board`). */
  readonly path: string;
  readonly order: number;
  readonly label: Label | undefined;
  /** Else it is skipped. */
  readonly when: Expression | undefined;
}

export interface SpecialCases {
  readonly nobody: NobodyModel;
  readonly sameAsSubmitter: 'skip' | 'manager' | 'keep';
  readonly repeated: 'skip' | 'keep';
  readonly left: 'administrator' | 'manager' | 'drop';
}

export interface ApprovalStepModel extends ApprovalBase, SpecialCases {
  readonly type: 'approval';
  /** In their order. */
  readonly approvers: readonly ApproverModel[];
  /** Of the entries. */
  readonly need: NeedModel;
  readonly reject: 'one' | 'all' | 'majority';
  readonly onReject: { readonly to: BackModel; readonly then: 'rerun' | 'return' };
  readonly editable: readonly string[];
  /** One after another. */
  readonly timeouts: readonly TimeoutModel[];
  readonly allow: readonly ApproverAction[];
}

export interface ApprovalCaseModel {
  readonly name: string;
  /** Of the branch, then its own. */
  readonly path: string;
  readonly order: number;
  readonly label: Label | undefined;
  readonly when: Expression;
  readonly steps: readonly ApprovalProcessStepModel[];
}

export interface ApprovalBranchModel extends ApprovalBase {
  readonly type: 'branch';
  readonly cases: readonly ApprovalCaseModel[];
  readonly otherwise: readonly ApprovalProcessStepModel[];
}

export interface ParallelBranchModel {
  readonly name: string;
  readonly path: string;
  readonly order: number;
  readonly label: Label | undefined;
  readonly when: Expression | undefined;
  readonly steps: readonly ApprovalProcessStepModel[];
}

export interface ApprovalParallelModel extends ApprovalBase {
  readonly type: 'parallel';
  readonly join: 'all' | 'any';
  readonly branches: readonly ParallelBranchModel[];
}

/** Calls an automation; with `wait` it goes on when that is done. */
export interface ApprovalAutomationModel extends ApprovalBase, Pick<CallStepModel, 'automation' | 'record' | 'values' | 'wait'> {
  readonly type: 'automation';
}

export type ApprovalProcessStepModel =
  ApprovalStepModel | ApprovalBranchModel | ApprovalParallelModel | NotifyStepModel | ApprovalAutomationModel;

/** Fields of the record that are set in the same transaction, and an automation that is called for it. */
export interface ApprovalActionModel {
  readonly set: ValueModels;
  readonly call: Pick<CallStepModel, 'automation' | 'record' | 'values'> | undefined;
}

export interface ApprovalProcessModel {
  readonly name: string;
  readonly label: Label;
  readonly object: string;
  readonly on: readonly ApprovalEvent[];
  readonly priority: number;
  readonly entry: Expression | undefined;
  readonly imports: 'enter' | 'skip';
  /** Undefined: with a label of the platform. */
  readonly button: { readonly label: Label; readonly visibleWhen: Expression | undefined } | undefined;
  readonly steps: readonly ApprovalProcessStepModel[];
  readonly recall: 'any' | 'untouched' | 'never';
  readonly takeBack: boolean;
  readonly standIns: boolean;
  /** Details that are locked with the record, by the relations that lead to them (`items.parts`); undefined: all by master-detail. */
  readonly locks: Readonly<Record<string, { readonly editable: readonly string[] }>> | undefined;
  readonly onSubmit: ApprovalActionModel | undefined;
  readonly onApproved: ApprovalActionModel | undefined;
  readonly onRejected: ApprovalActionModel | undefined;
  readonly onRecalled: ApprovalActionModel | undefined;
  /** What runs is moved to this version: paths of its steps by those of earlier versions. Undefined: it goes on as it began. */
  readonly migrate: Readonly<Record<string, string>> | undefined;
  /** Content hash of its source. */
  readonly hash: string;
}
