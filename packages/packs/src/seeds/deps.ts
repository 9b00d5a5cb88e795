// What data are loaded with: handed in by whoever has an engine, since packs know none.
import type { Model } from '@tessera/metadata';
import type { ImportDeps, WriteSession } from '@tessera/records';
import type { TenantDatabase, TenantTransaction } from '@tessera/storage';
import type { RecordRef } from '../given-values.ts';
import type { ApprovalAct, SubmitAction } from '../scenarios/sandbox.ts';

/** Somebody who acted in the past: each deed with its own checks, all in the transaction of whoever tells of it. */
export interface PastPerson {
  /** As the platform, at that time and in the person's name. */
  write<T>(work: (session: WriteSession) => Promise<T>): Promise<T>;
  submit(record: RecordRef, action: SubmitAction): Promise<void>;
  approve(record: RecordRef, act: ApprovalAct): Promise<void>;
}

export interface PastDeed {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Id of a user. */
  readonly person: string;
  /** Whether they follow what is done. */
  readonly automations: boolean;
}

export interface SeedDeps {
  readonly model: Model;
  readonly database: TenantDatabase;
  /** The platform at work. @param automations whether they follow what is written; else nobody is told of it either */
  readonly importing: (automations: boolean) => ImportDeps;
  readonly past: (transaction: TenantTransaction, deed: PastDeed) => PastPerson;
}
