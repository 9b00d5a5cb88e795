// What can be done to a running approval, and why it may be refused.

export type Action =
  /** `turn`: one of the tasks of `by`; the decision counts for all that this person has on the step. `chosen`: approvers of later steps. */
  | { readonly type: 'approve' | 'reject'; readonly by: string; readonly turn: string; readonly chosen?: readonly string[] }
  /** To the submitter, or to the step of this path; `then` as in a process. */
  | {
      readonly type: 'return';
      readonly by: string;
      readonly turn: string;
      readonly to: { readonly kind: 'submitter' } | { readonly kind: 'step'; readonly path: string };
      readonly then: 'rerun' | 'return';
    }
  | { readonly type: 'transfer'; readonly by: string; readonly turn: string; readonly to: string }
  /** People who must approve before this one's turn, or after it, one after another. */
  | {
      readonly type: 'addSigner';
      readonly by: string;
      readonly turn: string;
      readonly to: readonly string[];
      readonly place: 'before' | 'after';
    }
  /** `turn`: one on which this person has approved. */
  | { readonly type: 'takeBack'; readonly by: string; readonly turn: string }
  | { readonly type: 'recall'; readonly by: string }
  | { readonly type: 'remind'; readonly by: string }
  | { readonly type: 'resubmit'; readonly by: string; readonly chosen?: readonly string[] }
  /** An administrator's. */
  | { readonly type: 'reassign'; readonly by: string; readonly turn: string; readonly to: string }
  | { readonly type: 'skip' | 'retry'; readonly by: string; readonly path: string }
  | { readonly type: 'cancel'; readonly by: string }
  /** What happens by itself. `fired`: which time-out of the turn. */
  | { readonly type: 'timeout'; readonly turn: string; readonly fired: number }
  | { readonly type: 'left' | 'standIns'; readonly person: string }
  | { readonly type: 'automationEnded'; readonly path: string; readonly visit: number; readonly ok: boolean };

/**
 * `ended`: it is decided. `withSubmitter`: it is not with the approvers just then. `notAsked`: it is not this person's turn, or no more.
 * `notAllowed`: the process does not allow it. `unfit`: the people named cannot be asked. `tooLate`: somebody has gone on with it.
 * `stale`: what it speaks of is over. `nobody`: somebody must be asked, and nobody is there.
 */
export type RefusalReason =
  'ended' | 'withSubmitter' | 'notAsked' | 'notAllowed' | 'notSubmitter' | 'notAdministrator' | 'unfit' | 'tooLate' | 'stale' | 'nobody';
