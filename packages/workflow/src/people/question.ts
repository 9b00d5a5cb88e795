// What is asked and answered when somebody is to be found: of whom, for what, and who it is.
import type { PersonModel } from '@tessera/metadata';
import type { Expression, Value } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';

/** What people are asked for: a record, or nothing but somebody who acts. */
export interface PeopleSubject {
  /** Undefined: it is about none, so nobody owns it and it is in no department or team. */
  readonly record?: { readonly object: string; readonly id: string; readonly values: RecordValues } | undefined;
  /** Who started it; null where nobody did. */
  readonly actor: string | null;
  /** Within an approval. */
  readonly submitter?: string | null | undefined;
  /** Within an approval: whom somebody chose, by step. */
  readonly chosen?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface PeopleQuestion {
  readonly entries: readonly PersonModel[];
  readonly subjects: readonly PeopleSubject[];
  /** What rules give for each subject, in their order. */
  readonly evaluateAll: (rules: Readonly<Record<string, Expression>>) => Promise<readonly Readonly<Record<string, Value>>[]>;
  /** RFC 3339. Whoever is absent at that time is replaced by whoever stands in; left out: nobody is. */
  readonly standInsAt?: string | undefined;
}

/** By what somebody is meant. */
export interface Why {
  readonly kind: PersonModel['kind'];
  /** Of managers and heads: from where one went up, a user or a department, and how far. */
  readonly from?: string;
  readonly level?: number;
}

export interface ResolvedPerson {
  /** An active person's id. */
  readonly user: string;
  /** The absent person for whom this one stands in. */
  readonly for?: string;
  /** The key of the entry. */
  readonly entry: string;
  readonly why: Why;
}

/** Somebody who is named and not there: inactive, or gone (in the bin, or no user at all). */
export interface LeftOut {
  readonly user: string;
  readonly entry: string;
  readonly why: 'inactive' | 'gone';
}

export interface PeopleFound {
  /** Nobody twice; in the order of the entries, and within one up the ladder, as its list has them, or by id. */
  readonly people: readonly ResolvedPerson[];
  /** The same, each entry for itself: a person may be in several. */
  readonly byEntry: Readonly<Record<string, readonly ResolvedPerson[]>>;
  /** Of those who are named one by one. Of others, inactive people are as if they were not there. */
  readonly leftOut: readonly LeftOut[];
}
