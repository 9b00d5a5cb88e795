// The engine as transports see it: sessions, Runtimes, and one function that runs any operation by name.
import type { Context } from '@tessera/kernel';
import type { JsonSchema, Model } from '@tessera/metadata';
import type { ImportStatus, SignedFileLink } from '@tessera/records';
import type {
  CreateInput,
  DeleteInput,
  RecordEvent,
  RestoreInput,
  TokenPair,
  UpdateInput,
  UpsertInput,
  WriteResult,
} from './operation-types.ts';
import type { ReadRequest, SelectionRequest } from './read/request.ts';

export type { ImportStatus, SignedFileLink } from '@tessera/records';

/** A tenant's compiled metadata; tenants whose Model hashes are equal share it. */
export interface Runtime {
  readonly model: Model;
}

/** JSON text that PostgreSQL made; it goes out as it is. */
export type JsonText = string;

export interface ObjectSummary {
  readonly name: string;
  readonly plural: string;
  readonly label: string;
  readonly pluralLabel: string;
  readonly icon?: string;
  readonly color?: string;
  readonly description?: string;
}

export interface FieldDescription {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly help?: string;
  readonly required: boolean;
  /** Decided by a rule, record by record. */
  readonly requiredByRule?: true;
  readonly readOnly: boolean;
  readonly unique: boolean;
  readonly system: boolean;
  readonly filters: readonly string[];
  readonly sortable: boolean;
  readonly options?: readonly { readonly name: string; readonly label: string; readonly color?: string; readonly active: boolean }[];
  readonly to?: readonly string[];
  readonly inverse?: string;
  /** What the field's value looks like in JSON. */
  readonly schema: JsonSchema;
}

export interface ObjectDescription extends ObjectSummary {
  readonly fields: readonly FieldDescription[];
  readonly relations: readonly { readonly name: string; readonly object: string; readonly by: string }[];
  readonly recordTypes: readonly { readonly name: string; readonly label: string; readonly default: boolean }[];
  readonly keys: readonly { readonly name: string; readonly fields: readonly string[]; readonly unique: boolean }[];
  readonly appendOnly: boolean;
}

export interface ResolvedLayoutField {
  readonly field: string;
  readonly label: string;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly visible: boolean;
  readonly wide: boolean;
}

/** A list view in the reader's language; `filter` is JSON-Logic as `records.read` takes it. */
export interface ShownListView {
  readonly name: string;
  readonly label: string;
  readonly kind: 'table' | 'kanban' | 'calendar';
  readonly columns: readonly string[];
  readonly filter: unknown;
  readonly sort: readonly { readonly path: string; readonly descending: boolean }[];
  readonly groupBy?: string;
  readonly dateField?: string;
  readonly endField?: string;
  readonly default: boolean;
}

/** A layout for one record type and record: its rules are worked out; with it the list views of the object. */
export interface ResolvedLayout {
  readonly name: string;
  readonly object: string;
  readonly label: string;
  readonly sections: readonly {
    readonly name: string;
    readonly label: string;
    readonly columns: number;
    readonly visible: boolean;
    readonly fields: readonly ResolvedLayoutField[];
  }[];
  readonly relatedLists: readonly {
    readonly name: string;
    readonly relation: string;
    readonly object: string;
    readonly label: string;
    readonly columns: readonly string[];
    readonly sort: readonly { readonly path: string; readonly descending: boolean }[];
    readonly first: number;
  }[];
  readonly listViews: readonly ShownListView[];
}

/** The tenant's own layer changed file by file: a path's JSON, or null to take the file away. */
export interface MetadataChange {
  readonly files: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  /** The plan that was looked at: apply is refused with PLAN_OUTDATED where it would now be another. */
  readonly planHash?: string;
}

export interface PlanStep {
  readonly kind: string;
  readonly object: string;
  readonly field?: string;
  readonly risk: 'safe' | 'locks' | 'rewrites' | 'losesData';
  readonly summary: string;
}

export interface PlanFinding {
  readonly message: string;
  readonly count: number;
  readonly sample: readonly string[];
}

export interface MetadataPlan {
  readonly hash: string;
  readonly modelBefore: string;
  readonly modelAfter: string;
  readonly changes: readonly {
    readonly kind: string;
    readonly name: string;
    readonly path: readonly string[];
    readonly change: string;
    readonly before?: unknown;
    readonly after?: unknown;
  }[];
  readonly steps: readonly PlanStep[];
  /** Rows that would break; a plan with findings cannot be applied. */
  readonly findings: readonly PlanFinding[];
}

export interface MetadataVersion {
  readonly number: number;
  readonly modelHash: string;
  readonly author: string | null;
  readonly reason: string | null;
  readonly createdAt: string;
}

/** Every operation: its name, what it takes, what it gives. */
export interface Operations {
  'objects.list': { readonly input: Readonly<Record<string, never>>; readonly output: readonly ObjectSummary[] };
  'objects.describe': { readonly input: { readonly object: string }; readonly output: ObjectDescription };
  'layouts.resolve': {
    readonly input: { readonly object: string; readonly recordType?: string; readonly record?: string; readonly layout?: string };
    readonly output: ResolvedLayout;
  };
  /** All roots of a request in one statement. The text is `{"<as>": …}`. */
  'records.read': { readonly input: ReadRequest; readonly output: JsonText };
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
  'records.history': {
    readonly input: { readonly object: string; readonly id: string; readonly first?: number; readonly before?: string };
    readonly output: JsonText;
  };
  /** Lines of CSV or NDJSON, in constant memory. `fields`: paths. */
  'records.export': {
    readonly input: {
      readonly object: string;
      readonly filter?: unknown;
      readonly orderBy?: readonly { readonly path: string; readonly descending?: boolean }[];
      readonly fields?: readonly string[];
      readonly format: 'csv' | 'ndjson';
    };
    readonly output: AsyncIterable<string>;
  };
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
  'metadata.get': { readonly input: { readonly kind: string; readonly name?: string }; readonly output: unknown };
  'metadata.plan': { readonly input: MetadataChange; readonly output: MetadataPlan };
  'metadata.apply': { readonly input: MetadataChange; readonly output: MetadataPlan & { readonly version: number } };
  'metadata.versions': { readonly input: Readonly<Record<string, never>>; readonly output: readonly MetadataVersion[] };
  'metadata.rollback': {
    readonly input: { readonly version: number; readonly reason?: string };
    readonly output: MetadataPlan & { readonly version: number };
  };
  search: {
    readonly input: { readonly q: string; readonly objects?: readonly string[]; readonly first?: number };
    readonly output: JsonText;
  };
  'files.upload': {
    readonly input: { readonly name: string; readonly content: AsyncIterable<Uint8Array> };
    readonly output: FileDescription;
  };
  'files.describe': { readonly input: { readonly id: string }; readonly output: FileDescription };
  'files.download': { readonly input: { readonly id: string }; readonly output: FileDownload };
  /** What opens the file to whoever has it, for five minutes (`openFileLink`). */
  'files.link': { readonly input: { readonly id: string }; readonly output: SignedFileLink };
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

export type OperationName = keyof Operations;
export type OperationInput<N extends OperationName> = Operations[N]['input'];
export type OperationOutput<N extends OperationName> = Operations[N]['output'];

/** What a transport knows of a request before anybody has signed in. */
export interface RequestInfo {
  readonly requestId: string;
  /** BCP 47, best first; from Accept-Language. */
  readonly languages: readonly string[];
  readonly signal?: AbortSignal;
  /** From the header Idempotency-Key. */
  readonly idempotencyKey?: string;
  readonly userAgent?: string;
}

export interface Engine {
  login(input: { readonly tenant: string; readonly email: string; readonly password: string }, request: RequestInfo): Promise<TokenPair>;
  /** A new pair for a refresh token, which is spent by it. */
  refresh(refreshToken: string, request: RequestInfo): Promise<TokenPair>;
  logout(context: Context): Promise<void>;
  /** The caller behind an access token. Throws TOKEN_INVALID. */
  authenticate(accessToken: string, request: RequestInfo): Promise<Context>;
  /** The file behind a link of `files.link`, whoever asks. Throws FILE_LINK_INVALID, FILE_NOT_FOUND, FILE_MISSING. */
  openFileLink(input: { readonly id: string; readonly token: string }): Promise<FileDownload>;
  /** As this node last saw it; `fresh`: as it is now. */
  runtime(tenant: string, options?: { readonly fresh?: boolean }): Promise<Runtime>;
  run<N extends OperationName>(name: N, context: Context, input: OperationInput<N>): Promise<OperationOutput<N>>;
  /** Changes of an object's records that the caller may read, until the signal aborts. */
  events(
    context: Context,
    input: { readonly object: string; readonly filter?: unknown; readonly selections: readonly SelectionRequest[] },
    signal: AbortSignal,
  ): AsyncIterable<RecordEvent & { readonly record: JsonText | null }>;
  close(): Promise<void>;
}
