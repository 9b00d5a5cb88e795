// Inputs and outputs of the operations: what a transport hands in and gets back.
import type { Problem } from '@tessera/kernel';
import type { Entered } from '@tessera/records';
import type { AuditEntry } from '@tessera/storage';
import type { ReadRequest, SelectionRequest } from '../read/request.ts';

/** JSON text that PostgreSQL made; it goes out as it is. */
export type JsonText = string;

/** Values of a record by field name, as JSON. Nested creates of children: `{ relation: [values, …] }`. */
export type RecordInput = Readonly<Record<string, unknown>>;

export interface WriteOptions {
  /** Default true: one wrong record refuses all. False: the others are written, with an error for each that is not. */
  readonly allOrNone?: boolean;
  /** What to answer of each written record, read in the same transaction. */
  readonly returning?: readonly SelectionRequest[];
  readonly modelHash?: string;
  /** Default false. True: the caller means it, where duplicate rules would warn. */
  readonly allowDuplicates?: boolean;
}

export interface CreateInput extends WriteOptions {
  readonly object: string;
  readonly records: readonly RecordInput[];
}

export interface UpdateInput extends WriteOptions {
  readonly object: string;
  readonly records: readonly {
    readonly id: string;
    /** Refused with RECORD_CHANGED where the record has another by now. */
    readonly version?: number;
    readonly values: RecordInput;
  }[];
}

export interface UpsertInput extends WriteOptions {
  readonly object: string;
  /** A unique field, or a key's name. Each record holds the values of its fields. */
  readonly by: string;
  readonly records: readonly RecordInput[];
}

export interface DeleteInput extends WriteOptions {
  readonly object: string;
  readonly records: readonly { readonly id: string; readonly version?: number }[];
}

/** Records that become void, or count again. */
export type MarkInput = DeleteInput;

export interface RestoreInput extends WriteOptions {
  readonly object: string;
  readonly ids: readonly string[];
}

export type RecordResult =
  | {
      readonly ok: true;
      readonly id: string;
      readonly version: number;
      readonly created: boolean;
      /** JSON text of `returning`, if asked for. */
      readonly record?: string;
      /** What the write waits for: a new record is not in force yet, of a change nothing is written, what is deleted stays. */
      readonly approval?: Entered;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** One result per record, in the order of the input. */
export interface WriteResult {
  readonly results: readonly RecordResult[];
}

export interface SearchInput {
  readonly q: string;
  readonly objects?: readonly string[];
  readonly first?: number;
}

export interface HistoryInput {
  readonly object: string;
  readonly id: string;
  readonly first?: number;
  readonly before?: string;
}

/** `fields`: paths. */
export interface ExportRequest {
  readonly object: string;
  readonly filter?: unknown;
  readonly orderBy?: readonly { readonly path: string; readonly descending?: boolean }[];
  readonly fields?: readonly string[];
  readonly format: 'csv' | 'ndjson';
}

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds until the access token ends. */
  readonly expiresIn: number;
  /** Shown once, where this log-in has confirmed a second factor. */
  readonly recoveryCodes?: readonly string[];
}

/** A change of a record as subscribers hear it. */
export interface RecordEvent {
  readonly object: string;
  readonly id: string;
  readonly change: 'created' | 'updated' | 'deleted' | 'restored';
  readonly version: number;
}

export interface FileDescription {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

export interface FileDownload extends FileDescription {
  readonly content: AsyncIterable<Uint8Array>;
}

export interface AuditTrail {
  readonly entries: readonly AuditEntry[];
  readonly hasMore: boolean;
}

export type { ImportStatus, SignedFileLink } from '@tessera/records';
export type { ReadRequest };
