// The list of everything that a caller can do: its name, what it needs, what it runs.
import type { OperationInput, OperationName, OperationOutput } from './operation-list.ts';
import type { Session } from './engine-parts.ts';
import { identityOperations } from './identity/operations.ts';
import { describeObject, listObjects } from './operations/describe.ts';
import { resolveLayout } from './operations/layouts.ts';
import { applyMetadata, getMetadata, planMetadata, rollbackMetadata, versions } from './operations/metadata.ts';
import { readPlanned } from './operations/planned-read.ts';
import { readRecords } from './operations/read.ts';
import { create, purge, remove, restore, update, upsert } from './operations/write.ts';
import { history } from './operations/history.ts';
import { exportOperation, importOperation, importRejectsOperation, importStatusOperation } from './operations/transfer.ts';
import { describeFile, downloadFile, linkFile, uploadFile } from './operations/files.ts';
import { searchRecords } from './operations/search.ts';
import { explainAccess } from './operations/access.ts';
import { explainRead } from './operations/explain.ts';
import { readAudit } from './operations/audit.ts';
import { deleteJob, listJobs, retryJob } from './operations/jobs.ts';
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
  'records.restore': { permission: 'use', fresh: false, run: restore },
  'records.purge': { permission: 'administer', fresh: false, run: purge },
  'records.history': { permission: 'use', fresh: false, run: history },
  'records.access': { permission: 'use', fresh: false, run: explainAccess },
  'records.shares': { permission: 'use', fresh: false, run: listRecordShares },
  'records.share': { permission: 'use', fresh: false, run: shareRecord },
  'records.unshare': { permission: 'use', fresh: false, run: unshareRecord },
  'audit.list': { permission: 'administer', fresh: false, run: readAudit },
  'jobs.list': { permission: 'administer', fresh: false, run: listJobs },
  'jobs.retry': { permission: 'administer', fresh: false, run: retryJob },
  'jobs.delete': { permission: 'administer', fresh: false, run: deleteJob },
  'records.export': { permission: 'use', fresh: true, run: exportOperation },
  'records.import': { permission: 'use', fresh: true, run: importOperation },
  'imports.status': { permission: 'use', fresh: false, run: importStatusOperation },
  'imports.rejects': { permission: 'use', fresh: false, run: importRejectsOperation },
  'metadata.get': { permission: 'administer', fresh: true, run: getMetadata },
  'metadata.plan': { permission: 'administer', fresh: true, run: planMetadata },
  'metadata.apply': { permission: 'administer', fresh: true, run: applyMetadata },
  'metadata.versions': { permission: 'administer', fresh: false, run: versions },
  'metadata.rollback': { permission: 'administer', fresh: true, run: rollbackMetadata },
  search: { permission: 'use', fresh: false, run: searchRecords },
  'files.upload': { permission: 'use', fresh: true, run: uploadFile },
  'files.describe': { permission: 'use', fresh: false, run: describeFile },
  'files.download': { permission: 'use', fresh: false, run: downloadFile },
  'files.link': { permission: 'use', fresh: false, run: linkFile },
  ...identityOperations,
};
