// What has happened with an approval, as it is told to those who follow it: tasks, histories, messages, time-outs, automations.
import type { Problem } from '@tessera/kernel';
import type { ApprovalEvent, ApprovalProcessModel, ObjectModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { ApprovalRow, RecordValues } from '@tessera/storage';
import type { ApprovalState, Effect } from '../machine/index.ts';

/** What an approval is about. */
export interface ApprovalSubject {
  readonly object: ObjectModel;
  readonly id: string;
  /** The record as it would be: with the held change. */
  readonly values: RecordValues;
  /** As it is, where a change is held; else undefined. */
  readonly old: RecordValues | undefined;
  readonly event: ApprovalEvent;
  readonly submitter: string;
}

/** What somebody has done to an approval, or what came about by itself. */
export type DeedAction =
  | 'submitted'
  | 'approved'
  | 'rejected'
  | 'returned'
  | 'transferred'
  | 'signerAdded'
  | 'takenBack'
  | 'recalled'
  | 'resubmitted'
  | 'reminded'
  | 'commented'
  | 'asked'
  | 'answered'
  | 'reassigned'
  | 'skipped'
  | 'retried'
  | 'cancelled'
  | 'timedOut'
  | 'left'
  | 'standInChanged'
  | 'migrated'
  | 'automationEnded';

export interface Deed {
  readonly action: DeedAction;
  /** Null: it came about by itself. */
  readonly by: string | null;
  /** The turn that it was done on. */
  readonly turn?: string | undefined;
  /** The step that it was done to, where no turn says so. */
  readonly step?: string | undefined;
  /** To whom something was handed on, who was added, asked, chosen; of `left` and `standInChanged` whom it is about. */
  readonly to?: readonly string[] | undefined;
  readonly comment?: string | undefined;
  /** Ids of files. */
  readonly files?: readonly string[] | undefined;
  /** Names of the fields that were edited with it. */
  readonly fields?: readonly string[] | undefined;
}

/** One act on one approval, told when its row and its ends are written. */
export interface Happened {
  /** As it is by now: where it has ended and its status is `failed`, that counts. */
  readonly approval: ApprovalRow;
  readonly process: ApprovalProcessModel;
  readonly subject: ApprovalSubject;
  /** Undefined: it has just begun. */
  readonly before: ApprovalState | undefined;
  readonly after: ApprovalState;
  /** As the machine gives them; of a retry of what had failed, and where an administrator cancels that, the end alone. */
  readonly effects: readonly Effect[];
  readonly deed: Deed;
  /** Where the held change could not be written: what stood against it. */
  readonly problems?: readonly Problem[] | undefined;
}

/**
 * One who follows what happens. The session has the platform's rights, in the name of whoever acted; records and approvals are locked.
 * A note (`commented`, `asked`, `answered`) has no effects, and its states are equal.
 */
export type Follower = (session: WriteSession, happened: readonly Happened[]) => Promise<void>;
