// The engine as transports see it: sessions, Runtimes, and one function that runs any operation by name.
import type { Context } from '@tessera/kernel';
import type { FieldLevel, JsonSchema, Model, ObjectVerbs } from '@tessera/metadata';
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
import type { AccessLayer, ExplainedField, ExplainedGrants, ExplainPlan } from '@tessera/security';
import type { AuditEntry } from '@tessera/storage';
import type { LogIn, OpenIdentity } from './identity/open-identity.ts';
import type { IdentityOperations } from './identity/operation-types.ts';
import type { ReadRequest, SelectionRequest } from './read/request.ts';
import type { RequestInfo } from './request-info.ts';

export type { ImportStatus, SignedFileLink } from '@tessera/records';
export type { RequestInfo } from './request-info.ts';

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
  /** Shown by its last four characters only. */
  readonly masked?: true;
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
  /** What the caller may do with records of the object; left out: everything. */
  readonly allows?: ObjectVerbs;
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

/** How many records a person gains or loses; null where the count needs tables that the change only brings. */
export interface CountedAccess {
  readonly user: string;
  readonly email: string;
  readonly object: string;
  readonly verb: 'read' | 'edit';
  readonly gained: number | null;
  readonly lost: number | null;
}

/** What a change does to people's access. */
export interface AccessPlan {
  /** Active people who were compared, and those beyond the limit who were not. */
  readonly people: number;
  readonly notCompared: number;
  /** How many of them are administrators afterwards. */
  readonly administrators: number;
  /** Objects, verbs and fields, for people to whom the same happens; `sample` has emails. */
  readonly rights: readonly {
    readonly object: string;
    readonly people: number;
    readonly sample: readonly string[];
    readonly gains: readonly string[];
    readonly loses: readonly string[];
    readonly fields: readonly { readonly field: string; readonly before: FieldLevel; readonly after: FieldLevel }[];
  }[];
  readonly records: readonly CountedAccess[];
  readonly notCounted: number;
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
  /** Who gains and who loses access to what; left out where nothing of it changes, and in the answer of apply. */
  readonly access?: AccessPlan;
}

export interface MetadataVersion {
  readonly number: number;
  readonly modelHash: string;
  readonly author: string | null;
  readonly reason: string | null;
  readonly createdAt: string;
}

/** Whom a share speaks of: a person, whoever has a role, the members of a group, the people of a department (`below`: and of those below it). */
export type ShareSubject =
  | { readonly user: string }
  | { readonly role: string }
  | { readonly group: string }
  | { readonly department: string; readonly below?: boolean };

export interface RecordShare {
  readonly id: string;
  readonly to: ShareSubject;
  readonly access: 'read' | 'edit';
  readonly origin: 'team' | 'manual';
  readonly teamRole: string | null;
  /** RFC 3339. */
  readonly expiresAt: string | null;
  readonly createdBy: string | null;
  readonly createdAt: string;
}

/** One way in which access is given. */
export interface ExplainedLayer {
  readonly kind: AccessLayer['kind'];
  /** The sharing rule's name. */
  readonly name?: string;
  readonly gives: boolean;
}

export interface AccessExplanation {
  readonly object: string;
  readonly id: string;
  /** About whom it is. */
  readonly user: string;
  readonly active: boolean;
  /** Then nothing else is asked. */
  readonly administrator: boolean;
  /** Whether the person sees the record, and may edit it as far as records go (the verb is still asked). */
  readonly read: boolean;
  readonly edit: boolean;
  readonly verbs: ExplainPlan['verbs'];
  /** The roles and permission sets that give each flag on the object. */
  readonly flags: ExplainedGrants['flags'];
  readonly layers: { readonly read: readonly ExplainedLayer[]; readonly edit: readonly ExplainedLayer[] };
  /** The level of each field, and the sets that give it. */
  readonly fields: Readonly<Record<string, Pick<ExplainedField, 'level' | 'from'>>>;
}

export interface AuditTrail {
  readonly entries: readonly AuditEntry[];
  readonly hasMore: boolean;
}

/** Every operation: its name, what it takes, what it gives. */
export interface Operations extends IdentityOperations {
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

export interface Engine {
  /**
   * @throws AUTHENTICATION_FAILED, PASSWORD_CHANGE_REQUIRED, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_ENROLMENT_REQUIRED,
   *   SECOND_FACTOR_INVALID
   */
  login(input: LogIn, request: RequestInfo): Promise<TokenPair>;
  /** What else can be asked without being signed in. */
  readonly identity: OpenIdentity;
  /** A new pair for a refresh token, which is spent by it: shown again it ends the session. */
  refresh(refreshToken: string, request: RequestInfo): Promise<TokenPair>;
  logout(context: Context): Promise<void>;
  /** The caller behind an access token; counts the request against the caller's and the tenant's budget. Throws TOKEN_INVALID, RATE_LIMITED. */
  authenticate(accessToken: string, request: RequestInfo): Promise<Context>;
  /** Counts a request of nobody who is signed in against its address's budget. Throws RATE_LIMITED. */
  admitAddress(address: string | undefined): Promise<void>;
  /** The file behind a link of `files.link`, whoever asks. Throws FILE_LINK_INVALID, FILE_NOT_FOUND, FILE_MISSING. */
  openFileLink(input: { readonly id: string; readonly token: string }): Promise<FileDownload>;
  /** The tenant's Model as it exists for a caller; `fresh`: as it is now. Throws TOKEN_INVALID. */
  view(context: Context, options?: { readonly fresh?: boolean }): Promise<Model>;
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
