// The moments of a write at which something else may have its say: what happens by itself is told of them, and the pipeline knows no more of it.
import type { Problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { RecordValues } from '@tessera/storage';

export type ChangeEvent = 'create' | 'update' | 'delete' | 'restore';

/** A record of an object that a write has changed, as it was and as it is. */
export interface RecordChanged {
  readonly id: string;
  /** Undefined for a new one. */
  readonly old: RecordValues | undefined;
  /** Of one that was deleted: as it was last. */
  readonly values: RecordValues;
}

export interface Changes {
  readonly object: ObjectModel;
  readonly event: ChangeEvent;
  readonly records: readonly RecordChanged[];
}

/** A record that is about to change. */
export interface Proposed extends RecordChanged {
  /** What the caller sets, unchecked; nothing where it is deleted or brought back. */
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Proposals extends Changes {
  readonly records: readonly Proposed[];
}

/** What is said of a record before it is saved, deleted or brought back. */
export interface Verdict {
  /** What stands against it. */
  readonly problems: readonly Problem[];
  /** What is set of it, as a caller would give it; only before a save. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** One that has its say before a write. */
export interface Voice<Session> {
  /** What it sets is held to the rights of whoever asked for the write; else the platform sets it. */
  readonly asPerson: boolean;
  /** By id; nothing of records that are no matter of it. */
  say(session: Session, proposals: Proposals): Promise<ReadonlyMap<string, Verdict>>;
}

/** What a tenant's Model has happen by itself with writes; a session without it writes and no more. */
export interface Moments<Session> {
  /** Those who have their say before records of an object are saved, deleted or brought back, in their order. */
  before(object: ObjectModel, event: ChangeEvent): readonly Voice<Session>[];
  /** Whether changes of an object are to be told at all: nothing is read or kept for those that nobody waits for. */
  concerns(object: ObjectModel, event: ChangeEvent): boolean;
  /** Whether what is told may write within the transaction, so that the records may be others again when it ends. */
  writes(object: ObjectModel, event: ChangeEvent): boolean;
  /** After rows, history and roll-ups are written; roll-ups that have changed a parent come as an update of it. */
  afterSave(session: Session, changes: Changes): Promise<void>;
}

/** Tells of changes, one object after the other; of those that concern nobody nothing is told. */
export async function tell<Session extends { readonly moments: Moments<Session> | undefined }>(
  session: Session,
  told: readonly Changes[],
): Promise<void> {
  const { moments } = session;
  if (moments === undefined) return;
  for (const changes of told) {
    if (changes.records.length > 0 && moments.concerns(changes.object, changes.event)) await moments.afterSave(session, changes);
  }
}
