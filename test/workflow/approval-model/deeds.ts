// What can be done to an approval, as the reference model logs it.

/** `entry` and `person` say whose turn is meant. */
export interface Turn {
  readonly path: string;
  readonly entry: string;
  readonly person: string;
}
export type Deed =
  /** `counts`: the turns, each as `entry person`, that it counted for; left out: all that this person has. */
  | { readonly do: 'yes' | 'no'; readonly by: string; readonly path: string; readonly counts?: readonly string[] }
  | { readonly do: 'back'; readonly by: string; readonly path: string; readonly to: string; readonly then: 'rerun' | 'return' }
  | { readonly do: 'hand'; readonly by: string; readonly path: string; readonly to: string; readonly counts?: readonly string[] }
  | ({ readonly do: 'sign'; readonly by: string; readonly to: readonly string[]; readonly place: 'before' | 'after' } & Turn)
  | ({ readonly do: 'reassign'; readonly by: string; readonly to: string } & Turn)
  | ({ readonly do: 'timeout'; readonly fired: number; readonly isReminder?: boolean } & Turn)
  | { readonly do: 'waive'; readonly by: string; readonly path: string }
  | { readonly do: 'retry'; readonly by: string; readonly path: string }
  | { readonly do: 'ended'; readonly path: string; readonly ok: boolean }
  | { readonly do: 'recall' | 'cancel' | 'resubmit'; readonly by: string }
  | { readonly do: 'remind'; readonly by: string };
