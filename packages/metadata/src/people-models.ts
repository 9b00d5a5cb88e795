// Who is meant: the one vocabulary for people, wherever they are named.
import type { Expression } from '@tessera/rules';

/** `actor`: who started it. An expression gives a user. */
export type WhoModel = 'submitter' | 'owner' | 'actor' | { readonly path: Expression };

/** How far up: so many steps, the last of whom is meant; or all on the way to a rank, an option of `user.rank`. */
export type LevelsModel = number | { readonly upTo: string };

/** An entry of a map of people, by its key. */
export type PersonModel = { readonly name: string } & (
  | { readonly kind: 'user'; readonly user: Expression }
  /** With `inDepartment` only those in the record's department. */
  | { readonly kind: 'role'; readonly role: string; readonly inDepartment: boolean }
  | { readonly kind: 'group'; readonly code: string }
  | { readonly kind: 'managerOf'; readonly who: WhoModel; readonly levels: LevelsModel }
  /** `department`: the record's own. */
  | { readonly kind: 'headOf'; readonly who: WhoModel | 'department'; readonly levels: LevelsModel }
  | { readonly kind: 'team'; readonly role: string }
  | { readonly kind: 'field'; readonly path: Expression }
  /** A user, or a list of users. */
  | { readonly kind: 'rule'; readonly rule: Expression }
  /** The path of the approval step in which they were chosen; `submitter`: chosen when it was handed in. */
  | { readonly kind: 'chosen'; readonly step: string }
);
