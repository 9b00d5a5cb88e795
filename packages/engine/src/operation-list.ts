// Every operation: its name, what it takes, what it gives.
import type {
  Described,
  FoundDuplicates,
  ImportStatus,
  MatchAnswer,
  MatchInput,
  Merge,
  MergeInput,
  SignedFileLink,
  StagePlace,
  Undone,
} from '@tessera/records';
import type { ConversionOutcome, OwnerOutcome } from '@tessera/workflow';
import type {
  EndpointSecrets,
  ExplainInput,
  RunList,
  RunsInput,
  RunWithJournal,
  ShownExplanation,
  StartInput,
  Started,
  WebhookSecret,
} from './types/automation.ts';
import type { AccessExplanation, RecordShare, ShareSubject } from './types/access.ts';
import type {
  ActInput,
  ApprovalDone,
  ApprovedRecord,
  BatchInput,
  BatchResult,
  PlanInput,
  RecordApproval,
  ShownApproval,
  ShownPlan,
  SubmitInput,
} from './types/approval.ts';
import type { ObjectDescription, ObjectSummary, ResolvedLayout } from './types/describing.ts';
import type { ReadExplanation, RequestWriter } from './types/explain.ts';
import type { JobDone, JobList, JobsInput } from './types/job.ts';
import type { IdentityOperations } from './identity/operation-types.ts';
import type {
  AppliedPlan,
  InstalledPack,
  MetadataChange,
  MetadataPlan,
  MetadataVersion,
  MetadataVersionShown,
  PackChange,
  PackExport,
  RollbackInput,
} from './types/metadata.ts';
import type {
  AuditTrail,
  CreateInput,
  DeleteInput,
  ExportRequest,
  FileDescription,
  FileDownload,
  HistoryInput,
  JsonText,
  MarkInput,
  RestoreInput,
  SearchInput,
  UpdateInput,
  UpsertInput,
  WriteResult,
} from './types/operation.ts';
import type { ConvertInput, PoolInput } from './types/pool.ts';
import type { PlannedRead, ReadRequest } from './read/request.ts';
import type { NewSandbox, PromotionChange, RefreshedSandbox, Sandbox } from './types/sandbox.ts';

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
  'records.void': { readonly input: MarkInput; readonly output: WriteResult };
  /** Void records count again, as what they were before. */
  'records.unvoid': { readonly input: MarkInput; readonly output: WriteResult };
  'records.restore': { readonly input: RestoreInput; readonly output: WriteResult };
  /** Deleted records for good. */
  'records.purge': {
    readonly input: { readonly object: string; readonly ids: readonly string[] };
    readonly output: { readonly purged: number };
  };
  /** Newest first. */
  'records.history': { readonly input: HistoryInput; readonly output: JsonText };
  /** Where a record stands in its stages, and which moves are open to the caller. */
  'records.stages': { readonly input: { readonly object: string; readonly id: string }; readonly output: readonly StagePlace[] };
  /** One stays, with the chosen values and all that belonged to the others, which go into the bin. */
  /** Claims, gives back, gives to others. */
  'pools.change': { readonly input: PoolInput; readonly output: OwnerOutcome };
  /** Makes records of other objects out of one. */
  'conversions.run': { readonly input: ConvertInput; readonly output: ConversionOutcome };
  /** Hands a record in for approval. */
  'approvals.submit': { readonly input: SubmitInput; readonly output: ApprovalDone };
  /** The one that is not over, if there is one, and what may be handed in. */
  'approvals.pending': { readonly input: ApprovedRecord; readonly output: RecordApproval };
  'approvals.get': { readonly input: { readonly approval: string }; readonly output: ShownApproval };
  /** What if: who would be asked. Nothing is begun by it. */
  'approvals.plan': { readonly input: PlanInput; readonly output: ShownPlan };
  /** Decides, hands on, gives back, talks about it; what administrators do instead of others. */
  'approvals.act': { readonly input: ActInput; readonly output: ApprovalDone };
  /** Each in a transaction of its own; one result for each, in their order. */
  'approvals.batch': { readonly input: BatchInput; readonly output: readonly BatchResult[] };
  'records.merge': { readonly input: MergeInput; readonly output: Merge };
  'records.undoMerge': {
    readonly input: { readonly object: string; readonly id: string; readonly merge: string };
    readonly output: Undone;
  };
  /** The live record into which one was merged, where the caller sees that. */
  'records.moved': { readonly input: { readonly object: string; readonly id: string }; readonly output: string | undefined };
  /** For each record what a matching rule finds for it. */
  'matching.match': { readonly input: MatchInput; readonly output: readonly MatchAnswer[] };
  /** For each record what duplicate rules would say if it were written now. */
  'records.duplicates': {
    readonly input: { readonly object: string; readonly records: readonly Described[] };
    readonly output: readonly (readonly FoundDuplicates[])[];
  };
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
      /** Rows of which duplicate rules would warn are written. */
      readonly allowDuplicates?: boolean;
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
  /** A button's automation, on a record or on none. */
  'automations.start': { readonly input: StartInput; readonly output: Started };
  /** Why an automation starts for a record, or does not. */
  'automations.explain': { readonly input: ExplainInput; readonly output: ShownExplanation };
  'automations.webhookSecret': { readonly input: { readonly automation: string }; readonly output: WebhookSecret };
  'automations.rotateWebhookSecret': { readonly input: { readonly automation: string }; readonly output: WebhookSecret };
  /** What calls to an address are signed with. */
  'webhooks.endpointSecrets': { readonly input: { readonly address: string }; readonly output: EndpointSecrets };
  /** Marks all that the caller has not read. */
  'notifications.readAll': { readonly input: Readonly<Record<string, never>>; readonly output: { readonly marked: number } };
  /** Newest first. */
  'runs.list': { readonly input: RunsInput; readonly output: RunList };
  'runs.get': { readonly input: { readonly id: string }; readonly output: RunWithJournal };
  /** From the step that failed. */
  'runs.retry': { readonly input: { readonly id: string }; readonly output: undefined };
  'runs.cancel': { readonly input: { readonly id: string }; readonly output: undefined };
  'metadata.get': { readonly input: { readonly kind: string; readonly name?: string }; readonly output: unknown };
  'metadata.plan': { readonly input: MetadataChange; readonly output: MetadataPlan };
  'metadata.apply': { readonly input: MetadataChange; readonly output: AppliedPlan };
  'metadata.version': { readonly input: { readonly number: number }; readonly output: MetadataVersionShown };
  'metadata.versions': { readonly input: Readonly<Record<string, never>>; readonly output: readonly MetadataVersion[] };
  'metadata.planRollback': { readonly input: RollbackInput; readonly output: MetadataPlan };
  'metadata.rollback': { readonly input: RollbackInput; readonly output: AppliedPlan };
  'packs.list': { readonly input: Readonly<Record<string, never>>; readonly output: readonly InstalledPack[] };
  /** Of installing, exchanging or taking away a pack. */
  'packs.plan': { readonly input: PackChange; readonly output: MetadataPlan };
  'packs.apply': { readonly input: PackChange; readonly output: AppliedPlan };
  /** The tenant's own layer as the files of a pack. */
  'packs.export': { readonly input: PackExport; readonly output: { readonly files: Readonly<Record<string, unknown>> } };
  'sandboxes.list': { readonly input: Readonly<Record<string, never>>; readonly output: readonly Sandbox[] };
  'sandboxes.get': { readonly input: { readonly name: string }; readonly output: Sandbox };
  /** Answers at once: `state` says when the copy is there. */
  'sandboxes.create': { readonly input: NewSandbox; readonly output: Sandbox };
  /** Copies the tenant anew; what was changed in the sandbox is lost. */
  'sandboxes.refresh': { readonly input: RefreshedSandbox; readonly output: Sandbox };
  'sandboxes.delete': { readonly input: { readonly name: string }; readonly output: undefined };
  /** Of bringing what was changed in the sandbox to the tenant. */
  'sandboxes.plan': { readonly input: PromotionChange; readonly output: MetadataPlan };
  'sandboxes.promote': { readonly input: PromotionChange; readonly output: AppliedPlan };
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
