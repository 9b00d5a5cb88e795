// Approvals as callers submit, see and decide them.
import type { Problem } from '@tessera/kernel';
import type { ApprovalEvent } from '@tessera/metadata';
import type { ApprovalStatus } from '@tessera/storage';
import type { ApprovalPlan } from '@tessera/workflow';

export interface ApprovedRecord {
  readonly object: string;
  readonly id: string;
}

export interface SubmitInput extends ApprovedRecord {
  /** Left out: the first process whose entry holds. */
  readonly process?: string | undefined;
  /** Users as approvers, for entries that the submitter chooses. */
  readonly chosen?: readonly string[] | undefined;
  readonly comment?: string | undefined;
  /** Ids of files that the caller has uploaded. */
  readonly files?: readonly string[] | undefined;
}

/** What was begun or done, and where the approval stands then. */
export interface ApprovalDone {
  readonly approval: string;
  readonly status: ApprovalStatus;
}

export const approvalActions = [
  ...(['approve', 'reject', 'return', 'transfer', 'addSigner', 'takeBack', 'recall', 'resubmit', 'remind'] as const),
  ...(['comment', 'ask', 'answer'] as const),
  ...(['reassign', 'skip', 'retry', 'cancel'] as const),
];

export type ApprovalActionName = (typeof approvalActions)[number];

/** `retry`, `skip`: of a step. */
export interface ActInput {
  readonly approval: string;
  readonly action: ApprovalActionName;
  /** One of the open tasks; may be left out where only one can be meant. */
  readonly turn?: string | undefined;
  readonly comment?: string | undefined;
  readonly files?: readonly string[] | undefined;
  /** Values of fields that the caller may edit on the step, or that are submitted anew. */
  readonly edits?: Readonly<Record<string, unknown>> | undefined;
  /** Users: to whom it is handed on, who is added, who is asked. */
  readonly to?: readonly string[] | undefined;
  /** Whether those who are added decide before the caller or after. Default: before. */
  readonly place?: 'before' | 'after' | undefined;
  /** After a return: everything between anew, or straight back. Default: anew. */
  readonly then?: 'rerun' | 'return' | undefined;
  readonly chosen?: readonly string[] | undefined;
  /** With `return` the earlier step, else it goes to the submitter; with `skip` and `retry` the open one, where there are several. */
  readonly step?: string | undefined;
}

export interface BatchInput {
  readonly action: 'approve' | 'reject';
  readonly items: readonly { readonly approval: string; readonly turn?: string | undefined }[];
  readonly comment?: string | undefined;
}

export type BatchResult =
  ({ readonly ok: true } & ApprovalDone) | { readonly ok: false; readonly approval: string; readonly problems: readonly Problem[] };

export interface PlanInput {
  readonly object: string;
  readonly id: string;
  readonly process?: string | undefined;
  /** What would be changed of the record. */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  /** A user; default: the caller. Others are for administrators to ask about. */
  readonly submitter?: string | undefined;
  /** Default: `submit`, or `update` where there are values. */
  readonly event?: ApprovalEvent | undefined;
  /** Users whom the submitter would choose as approvers. */
  readonly chosen?: readonly string[] | undefined;
}

/** Who would be asked, in their order, and what would be passed over. */
export interface ShownPlan {
  readonly process: string;
  readonly outcome: ApprovalPlan['outcome'];
  readonly lines: readonly {
    readonly kind: 'asked' | 'passed' | 'notify' | 'automation';
    readonly step: string;
    readonly label: string;
    readonly assignee: string | null;
    /** For whom, where somebody stands in. */
    readonly inNameOf: string | null;
    readonly via: string | null;
    /** Why nobody is asked there. */
    readonly why: string | null;
  }[];
}

/** Somebody who has something to decide. */
export interface ShownTask {
  readonly turn: string;
  readonly step: string;
  readonly label: string;
  readonly assignee: string;
  readonly inNameOf: string | null;
  /** How the person came to be asked. */
  readonly via: string;
  readonly askedAt: string | null;
  readonly dueAt: string | null;
}

export interface ShownDecision {
  readonly id: string;
  /** Null: it came about by itself. */
  readonly person: string | null;
  readonly inNameOf: string | null;
  readonly action: string;
  /** Why, where it came about by itself. */
  readonly because: string | null;
  readonly step: string | null;
  /** To whom: there is one of these for each. */
  readonly to: string | null;
  readonly at: string;
  readonly comment: string | null;
  /** Names of the fields that were changed with it. */
  readonly fields: readonly string[];
  readonly files: readonly string[];
}

/** An approval, as far as its reader may read what it is about. */
export interface ShownApproval {
  readonly id: string;
  readonly process: string;
  readonly label: string;
  readonly object: string;
  readonly recordId: string;
  readonly event: ApprovalEvent;
  readonly status: ApprovalStatus;
  readonly submitter: string;
  readonly submittedAt: string;
  readonly endedAt: string | null;
  readonly comment: string | null;
  readonly tasks: readonly ShownTask[];
  /** What would be written of the record; null where no change waits. */
  readonly changes: readonly { readonly field: string; readonly old: unknown; readonly new: unknown }[] | null;
  /** Why the change could not be written: for the submitter and administrators. */
  readonly problems: readonly Problem[];
  /** What the caller may do with it just then. */
  readonly may: { readonly actions: readonly ApprovalActionName[]; readonly editable: readonly string[] };
  readonly decisions: readonly ShownDecision[];
}

/** A process that the caller may hand a record in to; `label` is what its button says. */
export interface ApprovalOffer {
  readonly process: string;
  readonly label: string;
}

/** The approval of a record that is not over; where there is none, what it may be handed in to: the first unless one is named. */
export interface RecordApproval {
  readonly approval: ShownApproval | null;
  readonly submits: readonly ApprovalOffer[];
}
