// The list of everything that a caller can do: its name, what it needs, what it runs.
import type { OperationInput, OperationName, OperationOutput } from './operation-list.ts';
import type { Session } from './engine-parts.ts';
import { identityOperations } from './identity/operations.ts';
import { explain, rotateWebhookSecret, startAutomation, webhookSecret } from './operations/automations.ts';
import { describeObject, listObjects } from './operations/describe.ts';
import { resolveLayout } from './operations/layouts.ts';
import { applyMetadata, getMetadata, planMetadata, planRollback, rollbackMetadata, shownVersion, versions } from './operations/metadata.ts';
import { applyPack, exportTenant, listPacks, planPack } from './operations/packs.ts';
import { readPlanned } from './operations/planned-read.ts';
import { readRecords } from './operations/read.ts';
import { create, makeVoid, purge, remove, restore, unvoid, update, upsert } from './operations/write.ts';
import { history } from './operations/history.ts';
import * as sandboxes from './operations/sandboxes.ts';
import { exportOperation, importOperation, importRejectsOperation, importStatusOperation } from './operations/transfer.ts';
import { describeFile, downloadFile, linkFile, uploadFile } from './operations/files.ts';
import { searchRecords } from './operations/search.ts';
import { explainAccess } from './operations/access.ts';
import { explainRead } from './operations/explain.ts';
import { readAudit } from './operations/audit.ts';
import { deleteJob, listJobs, retryJob } from './operations/jobs.ts';
import { readNotifications } from './operations/notifications.ts';
import { endpointSecrets } from './operations/webhook-endpoints.ts';
import { act, batch, submit } from './operations/approvals.ts';
import { getApproval, pendingApproval, planOf } from './operations/approvals-shown.ts';
import { duplicates, match } from './operations/matching.ts';
import { merge, moved, undo } from './operations/merging.ts';
import { changeOwner, convert } from './operations/pools.ts';
import { cancelRun, listAllRuns, retryRun, showRun } from './operations/runs.ts';
import { readStages } from './operations/stages.ts';
import { listRecordShares, shareRecord, unshareRecord } from './operations/sharing.ts';

/** What a caller needs: `use` is anybody who is signed in (records and fields are then restricted), `administer` an administrator. */
export type Permission = 'use' | 'administer';

export interface Operation<N extends OperationName> {
  readonly permission: Permission;
  /**
   * Looks first whether what the node has cached still holds, and is then run once: operations whose answer comes from the cache
   * (no statement guards it), and those that take a stream.
   */
  readonly fresh: boolean;
  run(session: Session, input: OperationInput<N>): OperationOutput<N> | Promise<OperationOutput<N>>;
}

export const operations: { readonly [N in OperationName]: Operation<N> } = {
  'objects.list': { permission: 'use', fresh: true, run: listObjects },
  'objects.describe': { permission: 'use', fresh: true, run: describeObject },
  'layouts.resolve': { permission: 'use', fresh: false, run: resolveLayout },
  'records.read': {
    permission: 'use',
    fresh: false,
    run: (session, input) => ('key' in input ? readPlanned(session, input) : readRecords(session, input)),
  },
  // It is written against the view, and compiled of it: nothing would say that they are old.
  'records.explain': { permission: 'administer', fresh: true, run: explainRead },
  'records.create': { permission: 'use', fresh: false, run: create },
  'records.update': { permission: 'use', fresh: false, run: update },
  'records.upsert': { permission: 'use', fresh: false, run: upsert },
  'records.delete': { permission: 'use', fresh: false, run: remove },
  'records.void': { permission: 'use', fresh: false, run: makeVoid },
  'records.unvoid': { permission: 'use', fresh: false, run: unvoid },
  'records.restore': { permission: 'use', fresh: false, run: restore },
  'records.purge': { permission: 'administer', fresh: false, run: purge },
  'records.history': { permission: 'use', fresh: false, run: history },
  'records.stages': { permission: 'use', fresh: false, run: readStages },
  'records.access': { permission: 'use', fresh: false, run: explainAccess },
  'records.shares': { permission: 'use', fresh: false, run: listRecordShares },
  'records.share': { permission: 'use', fresh: false, run: shareRecord },
  'records.unshare': { permission: 'use', fresh: false, run: unshareRecord },
  'audit.list': { permission: 'administer', fresh: false, run: readAudit },
  'jobs.list': { permission: 'administer', fresh: false, run: listJobs },
  'jobs.retry': { permission: 'administer', fresh: false, run: retryJob },
  'jobs.delete': { permission: 'administer', fresh: false, run: deleteJob },
  'automations.start': { permission: 'use', fresh: false, run: startAutomation },
  'automations.explain': { permission: 'administer', fresh: false, run: explain },
  'automations.webhookSecret': { permission: 'administer', fresh: false, run: webhookSecret },
  'automations.rotateWebhookSecret': { permission: 'administer', fresh: false, run: rotateWebhookSecret },
  'webhooks.endpointSecrets': { permission: 'administer', fresh: false, run: endpointSecrets },
  'notifications.readAll': { permission: 'use', fresh: false, run: readNotifications },
  'runs.list': { permission: 'administer', fresh: false, run: listAllRuns },
  'runs.get': { permission: 'administer', fresh: false, run: showRun },
  'runs.retry': { permission: 'administer', fresh: false, run: retryRun },
  'runs.cancel': { permission: 'administer', fresh: false, run: cancelRun },
  'pools.change': { permission: 'use', fresh: false, run: changeOwner },
  'conversions.run': { permission: 'use', fresh: false, run: convert },
  'approvals.submit': { permission: 'use', fresh: false, run: submit },
  'approvals.pending': { permission: 'use', fresh: false, run: pendingApproval },
  'approvals.get': { permission: 'use', fresh: false, run: getApproval },
  'approvals.plan': { permission: 'use', fresh: false, run: planOf },
  'approvals.act': { permission: 'use', fresh: false, run: act },
  'approvals.batch': { permission: 'use', fresh: true, run: batch },
  'records.merge': { permission: 'use', fresh: false, run: merge },
  'records.undoMerge': { permission: 'use', fresh: false, run: undo },
  'records.moved': { permission: 'use', fresh: false, run: moved },
  'matching.match': { permission: 'use', fresh: false, run: match },
  'records.duplicates': { permission: 'use', fresh: false, run: duplicates },
  'records.export': { permission: 'use', fresh: true, run: exportOperation },
  'records.import': { permission: 'use', fresh: true, run: importOperation },
  'imports.status': { permission: 'use', fresh: false, run: importStatusOperation },
  'imports.rejects': { permission: 'use', fresh: false, run: importRejectsOperation },
  'metadata.get': { permission: 'administer', fresh: true, run: getMetadata },
  'metadata.plan': { permission: 'administer', fresh: true, run: planMetadata },
  'metadata.apply': { permission: 'administer', fresh: true, run: applyMetadata },
  'metadata.versions': { permission: 'administer', fresh: false, run: versions },
  'metadata.version': { permission: 'administer', fresh: false, run: shownVersion },
  'metadata.planRollback': { permission: 'administer', fresh: true, run: planRollback },
  'metadata.rollback': { permission: 'administer', fresh: true, run: rollbackMetadata },
  'packs.list': { permission: 'administer', fresh: false, run: listPacks },
  'packs.plan': { permission: 'administer', fresh: true, run: planPack },
  'packs.apply': { permission: 'administer', fresh: true, run: applyPack },
  'packs.export': { permission: 'administer', fresh: false, run: exportTenant },
  'sandboxes.list': { permission: 'administer', fresh: false, run: sandboxes.list },
  'sandboxes.get': { permission: 'administer', fresh: false, run: sandboxes.get },
  'sandboxes.create': { permission: 'administer', fresh: true, run: sandboxes.create },
  'sandboxes.refresh': { permission: 'administer', fresh: true, run: sandboxes.refresh },
  'sandboxes.delete': { permission: 'administer', fresh: true, run: sandboxes.remove },
  'sandboxes.plan': { permission: 'administer', fresh: true, run: sandboxes.planPromotion },
  'sandboxes.promote': { permission: 'administer', fresh: true, run: sandboxes.promote },
  search: { permission: 'use', fresh: false, run: searchRecords },
  'files.upload': { permission: 'use', fresh: true, run: uploadFile },
  'files.describe': { permission: 'use', fresh: false, run: describeFile },
  'files.download': { permission: 'use', fresh: false, run: downloadFile },
  'files.link': { permission: 'use', fresh: false, run: linkFile },
  ...identityOperations,
};
