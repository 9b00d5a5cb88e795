// What of the API is there for a caller: operations that the caller may not use, or that cannot succeed, are not in the document.
import type { ObjectDescription } from '@tessera/engine';
import type { Model, ObjectVerbs } from '@tessera/metadata';
import { bulkActions, type BulkAction } from '../bulk-actions.ts';
import type { RouteId } from '../rest/table.ts';

const everything: ObjectVerbs = {
  create: true,
  update: true,
  delete: true,
  import: true,
  export: true,
  changeOwner: true,
  seeDeleted: true,
};

/** An object with all that decides which of its operations its caller has. */
export interface OfferedObject extends ObjectDescription {
  readonly allows: ObjectVerbs;
  readonly administrator: boolean;
  /** Fields and keys by whose values exactly one record is found. */
  readonly uniqueNames: readonly string[];
  /** Those of them that a write may set too. */
  readonly upsertNames: readonly string[];
  /** Actions of `bulk` that can succeed. */
  readonly bulk: readonly BulkAction[];
  /** Whether records are shared one by one. */
  readonly shared: boolean;
  /** Names of what its records may be converted by. */
  readonly conversions: readonly string[];
  /** Whether there are processes that its records can be approved by. */
  readonly approved: boolean;
  /** Whether a record ever gets into the bin by itself. */
  readonly deletable: boolean;
}

/** Restricted people are told of every object what it allows them; administrators need not be told, but of what the platform keeps. */
export const isAdministrator = (objects: readonly ObjectDescription[], model: Model): boolean =>
  objects.length > 0 && objects.every(({ name, allows }) => allows === undefined || model.objects[name]?.kept === true);

function uniqueNames({ fields, keys }: ObjectDescription): readonly string[] {
  const named = fields.filter(({ unique, name }) => unique && name !== 'id').map(({ name }) => name);
  const ofKeys = keys.filter(({ unique, fields: of }) => unique && of.length === 1).flatMap(({ fields: of }) => of);
  return [...new Set([...named, ...ofKeys])];
}

/** The object as its caller may use it. */
export function offered(object: ObjectDescription, model: Model, administrator: boolean): OfferedObject {
  const allows = object.allows ?? everything;
  const names = uniqueNames(object);
  const readOnly = new Set(object.fields.flatMap((field) => (field.readOnly ? [field.name] : [])));
  // History, audit and ownership name people for ever.
  const deletable = !object.appendOnly && object.name !== 'user';
  const updates = allows.update && !object.appendOnly;
  const can: Readonly<Record<BulkAction, boolean>> = {
    create: allows.create,
    update: updates,
    upsert: (allows.create || updates) && (names.length > 0 || object.keys.some(({ unique }) => unique)),
    delete: allows.delete && deletable,
    void: allows.delete && deletable,
    unvoid: allows.delete && deletable,
    restore: allows.delete && allows.seeDeleted && deletable,
  };
  const sharing = Object.hasOwn(model.objects, object.name) ? model.objects[object.name]?.sharing : undefined;
  return {
    ...object,
    allows,
    administrator,
    uniqueNames: names,
    upsertNames: can.upsert ? names.filter((name) => !readOnly.has(name)) : [],
    bulk: bulkActions.filter((action) => can[action]),
    conversions: Object.values(model.conversions).flatMap((conversion) => (conversion.object === object.name ? [conversion.name] : [])),
    approved: object.relations.some(({ name, object: child }) => name === 'approvals' && model.objects[child]?.keptOf === object.name),
    shared: sharing === 'private' || sharing === 'publicRead',
    deletable,
  };
}

const can =
  (action: BulkAction) =>
  ({ bulk }: OfferedObject): boolean =>
    bulk.includes(action);
const isPooled = ({ bulk, fields }: OfferedObject): boolean => bulk.includes('update') && fields.some(({ name }) => name === 'pooledAt');
const isShared = ({ shared }: OfferedObject): boolean => shared;

/** By route: whether the object has it. What is not here every readable object has. */
const ofRecords: Partial<Readonly<Record<RouteId, (object: OfferedObject) => boolean>>> = {
  createRecord: can('create'),
  updateRecord: can('update'),
  deleteRecord: can('delete'),
  restoreRecord: can('restore'),
  voidRecord: can('void'),
  unvoidRecord: can('unvoid'),
  // A detail that is never deleted goes into the bin with its master.
  mergeRecords: ({ bulk, deletable }) => deletable && bulk.includes('update') && bulk.includes('delete'),
  claimRecord: isPooled,
  returnRecord: isPooled,
  assignRecord: isPooled,
  transferRecord: isPooled,
  submitForApproval: ({ approved, bulk }) => approved && bulk.includes('update'),
  getPendingApproval: ({ approved }) => approved,
  planApproval: ({ approved }) => approved,
  convertRecord: ({ bulk, conversions }) => bulk.includes('update') && conversions.length > 0,
  undoMerge: ({ bulk }) => bulk.includes('update') && bulk.includes('restore'),
  purgeRecords: ({ administrator, name }) => administrator && name !== 'user',
  bulk: ({ bulk }) => bulk.length > 0,
  getRecordBy: ({ uniqueNames: names }) => names.length > 0,
  upsertRecord: ({ upsertNames }) => upsertNames.length > 0,
  importRecords: ({ allows, bulk }) => allows.import && (bulk.includes('create') || bulk.includes('update')),
  exportRecords: ({ allows }) => allows.export,
  listShares: isShared,
  shareRecord: isShared,
  unshareRecord: isShared,
};

/** Whether an object has a route's operation. */
export const isOffered = (route: RouteId, object: OfferedObject): boolean => ofRecords[route]?.(object) !== false;

/** Who reads the document, as far as operations about no object go. */
export interface Reader {
  readonly administrator: boolean;
  /** As a person who has signed in: neither by an API key nor as somebody else. */
  readonly inPerson: boolean;
  /** Whether there is an object that the reader may import records of. */
  readonly imports: boolean;
  /** Whether the reader sees records that can be approved. */
  readonly approves: boolean;
}

const forAdministrators: ReadonlySet<RouteId> = new Set<RouteId>([
  'listAudit',
  'explainQuery',
  'getEndpointSecrets',
  'explainAutomation',
  'getWebhookSecret',
  'rotateWebhookSecret',
  'listRuns',
  'getRun',
  'retryRun',
  'cancelRun',
  'listJobs',
  'retryJob',
  'deleteJob',
  'listMetadata',
  'getMetadata',
  'planMetadata',
  'applyMetadata',
  'listMetadataVersions',
  'getMetadataVersion',
  'planRollback',
  'rollBackMetadata',
  'listPacks',
  'planPack',
  'applyPack',
  'exportPack',
  'listSandboxes',
  'createSandbox',
  'getSandbox',
  'refreshSandbox',
  'deleteSandbox',
  'planPromotion',
  'promoteSandbox',
  'impersonate',
  'giveResetToken',
  'setUserPassword',
  'removeUserSecondFactor',
  'deactivateUser',
  'listIdentityProviders',
  'putIdentityProvider',
  'removeIdentityProvider',
]);

const inPerson: ReadonlySet<RouteId> = new Set<RouteId>([
  'listSessions',
  'revokeOtherSessions',
  'revokeSession',
  'getSecondFactor',
  'enrolSecondFactor',
  'confirmSecondFactor',
  'removeSecondFactor',
  'listApiKeys',
  'createApiKey',
  'revokeApiKey',
  'impersonate',
  'giveResetToken',
  'setUserPassword',
  'removeUserSecondFactor',
  'deactivateUser',
  'putIdentityProvider',
  'removeIdentityProvider',
]);

const aboutApprovals: ReadonlySet<RouteId> = new Set<RouteId>(['getApproval', 'actOnApproval', 'decideApprovals']);

/** Whether the reader has an operation that is about no object. */
export function isOpenTo(route: RouteId, reader: Reader): boolean {
  if (forAdministrators.has(route) && !reader.administrator) return false;
  if (inPerson.has(route) && !reader.inPerson) return false;
  if (aboutApprovals.has(route) && !reader.approves) return false;
  return reader.imports || (route !== 'getImport' && route !== 'getImportRejects');
}
