// Every operation: its name, what it takes, what it gives.
import type { SignedFileLink, ImportStatus } from '@tessera/records';
import type { AccessExplanation, RecordShare, ShareSubject } from './access-types.ts';
import type { ObjectDescription, ObjectSummary, ResolvedLayout } from './describing-types.ts';
import type { ReadExplanation, RequestWriter } from './explain-types.ts';
import type { JobDone, JobList, JobsInput } from './job-types.ts';
import type { IdentityOperations } from './identity/operation-types.ts';
import type { MetadataChange, MetadataPlan, MetadataVersion } from './metadata-types.ts';
import type {
  AuditTrail,
  CreateInput,
  DeleteInput,
  ExportRequest,
  FileDescription,
  FileDownload,
  HistoryInput,
  JsonText,
  RestoreInput,
  SearchInput,
  UpdateInput,
  UpsertInput,
  WriteResult,
} from './operation-types.ts';
import type { PlannedRead, ReadRequest } from './read/request.ts';

export interface Operations extends IdentityOperations {
  'objects.list': { readonly input: Readonly<Record<string, never>>; readonly output: readonly ObjectSummary[] };
  'objects.describe': { readonly input: { readonly object: string }; readonly output: ObjectDescription };
  'layouts.resolve': {
    readonly input: { readonly object: string; readonly recordType?: string; readonly record?: string; readonly layout?: string };
    readonly output: ResolvedLayout;
  };
  /** All roots of a request in one statement. The text is `{"<as>": …}`. */
  'records.read': { readonly input: ReadRequest | PlannedRead; readonly output: JsonText };
  /** What PostgreSQL makes of a read. `user`: an id, as whom it is made; `analyze`: run too, in a transaction that cannot write. */
  'records.explain': {
    readonly input: { readonly request: RequestWriter; readonly user?: string; readonly analyze?: boolean };
    readonly output: ReadExplanation;
  };
  'records.create': { readonly input: CreateInput; readonly output: WriteResult };
  'records.update': { readonly input: UpdateInput; readonly output: WriteResult };
  'records.upsert': { readonly input: UpsertInput; readonly output: WriteResult };
  'records.delete': { readonly input: DeleteInput; readonly output: WriteResult };
  'records.restore': { readonly input: RestoreInput; readonly output: WriteResult };
  /** Deleted records for good. */
  'records.purge': {
    readonly input: { readonly object: string; readonly ids: readonly string[] };
    readonly output: { readonly purged: number };
  };
  /** Newest first. */
  'records.history': { readonly input: HistoryInput; readonly output: JsonText };
  /** Lines of CSV or NDJSON, in constant memory. */
  'records.export': { readonly input: ExportRequest; readonly output: AsyncIterable<string> };
  'records.import': {
    readonly input: {
      readonly object: string;
      readonly mapping: unknown;
      readonly content: AsyncIterable<Uint8Array>;
      readonly dryRun?: boolean;
      /** A unique field or key: rows that match are updated. */
      readonly by?: string;
      /** Goes on with an import that was broken off. */
      readonly resume?: string;
    };
    readonly output: ImportStatus;
  };
  'imports.status': { readonly input: { readonly id: string }; readonly output: ImportStatus };
  /** CSV of the refused rows with the reason of each. */
  'imports.rejects': { readonly input: { readonly id: string }; readonly output: AsyncIterable<string> };
  /** Why somebody may see or change a record, or may not. `user`: for administrators, anybody. */
  'records.access': {
    readonly input: { readonly object: string; readonly id: string; readonly user?: string };
    readonly output: AccessExplanation;
  };
  /** The record's team and what was shared by hand, oldest first. */
  'records.shares': { readonly input: { readonly object: string; readonly id: string }; readonly output: readonly RecordShare[] };
  'records.share': {
    readonly input: {
      readonly object: string;
      readonly id: string;
      readonly shares: readonly {
        readonly to: ShareSubject;
        /** Default: that of the team role, else `read`. */
        readonly access?: 'read' | 'edit';
        /** Puts them into the record's team. */
        readonly teamRole?: string;
        /** RFC 3339, in the future. */
        readonly expiresAt?: string;
      }[];
    };
    readonly output: readonly RecordShare[];
  };
  /** `shares`: ids. */
  'records.unshare': {
    readonly input: { readonly object: string; readonly id: string; readonly shares: readonly string[] };
    readonly output: readonly RecordShare[];
  };
  /** Newest first. `action`: as it is, or all that begin so where it ends in a dot (`session.`). */
  'audit.list': {
    readonly input: {
      readonly from?: string;
      readonly to?: string;
      readonly actor?: string;
      readonly action?: string;
      readonly object?: string;
      readonly recordId?: string;
      readonly first?: number;
      readonly before?: string;
    };
    readonly output: AuditTrail;
  };
  /** What runs by itself: what waits, what has failed. */
  'jobs.list': { readonly input: JobsInput; readonly output: JobList };
  /** Of a run, timer or effect that has failed, or of a dead job. */
  'jobs.retry': { readonly input: { readonly id: string }; readonly output: JobDone };
  'jobs.delete': { readonly input: { readonly id: string }; readonly output: JobDone };
  'metadata.get': { readonly input: { readonly kind: string; readonly name?: string }; readonly output: unknown };
  'metadata.plan': { readonly input: MetadataChange; readonly output: MetadataPlan };
  'metadata.apply': { readonly input: MetadataChange; readonly output: MetadataPlan & { readonly version: number } };
  'metadata.versions': { readonly input: Readonly<Record<string, never>>; readonly output: readonly MetadataVersion[] };
  'metadata.rollback': {
    readonly input: { readonly version: number; readonly reason?: string };
    readonly output: MetadataPlan & { readonly version: number };
  };
  search: { readonly input: SearchInput; readonly output: JsonText };
  'files.upload': {
    readonly input: { readonly name: string; readonly content: AsyncIterable<Uint8Array> };
    readonly output: FileDescription;
  };
  'files.describe': { readonly input: { readonly id: string }; readonly output: FileDescription };
  'files.download': { readonly input: { readonly id: string }; readonly output: FileDownload };
  /** What opens the file to whoever has it, for five minutes (`openFileLink`). */
  'files.link': { readonly input: { readonly id: string }; readonly output: SignedFileLink };
}

export type OperationName = keyof Operations;
export type OperationInput<N extends OperationName> = Operations[N]['input'];
export type OperationOutput<N extends OperationName> = Operations[N]['output'];
