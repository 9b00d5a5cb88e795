// The moments of a write at which something else may have its say: what happens by itself is told of them, and the pipeline knows no more of it.
import type { Problem } from '@tessera/kernel';
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
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

/** A change that nothing is written of until it is agreed to. */
export interface HeldChange {
  /** As the caller gave it; secrets as they are stored. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Of each field that it changes, for display; secrets without their values. */
  readonly changes: Readonly<Record<string, { readonly old: Value; readonly new: Value }>>;
}

/** A record that is locked by now, and what it waits for. */
export interface HeldRecord extends RecordChanged {
  /** The process, by name. */
  readonly process: string;
  /** Of an update; else undefined. */
  readonly change: HeldChange | undefined;
}

export interface HeldRecords {
  readonly object: ObjectModel;
  readonly event: HeldEvent;
  readonly records: readonly HeldRecord[];
}

/** What may be held until somebody agrees to it. To make a record void is a change to all else. */
export type HeldEvent = Exclude<ChangeEvent, 'restore'> | 'void';

/** What somebody may have to agree to. */
export interface Questions {
  readonly object: ObjectModel;
  readonly event: HeldEvent;
  readonly records: readonly Proposed[];
}

/** What a held write waits for. */
export interface Entered {
  /** Id of the approval. */
  readonly id: string;
  /** `running`, or what it has come to at once, where nobody need be asked. */
  readonly status: string;
}

/** Whether a write is done, or was as soon as it was handed in. */
export const isAgreed = (entered: Entered | undefined): boolean => entered === undefined || entered.status === 'approved';

/** What makes writes wait until somebody agrees to them. */
export interface Holder<Session> {
  /** By id: the process that each is to wait for, or why it can be written in no way; nothing of those that go on. All of a set together. */
  choose(session: Session, questions: Questions): Promise<ReadonlyMap<string, string | Problem>>;
  /** Begins what the records wait for, once they are locked. By id; a problem refuses the write of its record. */
  begin(session: Session, held: HeldRecords): Promise<ReadonlyMap<string, Entered | Problem>>;
}

/** A way up from records of an object to those whose approval locks them too. */
export interface MasterRoute {
  readonly master: ObjectModel;
  /** The relations that lead down again, `items.parts`; a relation without a name is `?`. */
  readonly path: string;
  /** Whether it leads through master-detail fields only. */
  readonly byMasterDetail: boolean;
  /** From the record up: lookups, and the objects that they lead to; the last is the master's. */
  readonly up: readonly { readonly field: FieldModel; readonly to: ObjectModel }[];
}

/** What a tenant's Model has happen by itself with writes; a session without it writes and no more. */
export interface Moments<Session> {
  /** Those who have their say before records of an object are saved, deleted or brought back, in their order. */
  before(object: ObjectModel, event: ChangeEvent): readonly Voice<Session>[];
  /** Who may hold such writes; undefined: nobody does. */
  holder(object: ObjectModel, event: HeldEvent): Holder<Session> | undefined;
  /** By id, of locked records: the fields that whoever writes may change all the same. */
  openFields(session: Session, object: ObjectModel, ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** The ways up from records of an object to those that may lock them; of equal ones always the same list. */
  masters(session: Session, object: ObjectModel): readonly MasterRoute[];
  /** By id, of locked masters that lock what is at the end of a way down: its fields that whoever writes may change all the same. */
  lockedBelow(session: Session, route: MasterRoute, ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
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
