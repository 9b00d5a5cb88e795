// Import and export of records, for a caller.
import { fail } from '@tessera/kernel';
import { canonicalJson } from '@tessera/metadata';
import {
  exportRecords,
  exportStatement,
  importRecords,
  importRejects,
  importStatus,
  selectionsOf,
  type ImportDeps,
} from '@tessera/records';
import { allows, restrict } from '@tessera/security';
import { appendAudit, auditEntry, type ListQuery, type Selection } from '@tessera/storage';
import type { OperationInput } from '../operation-list.ts';
import type { ExportRequest, ImportStatus } from '../types/operation.ts';
import type { Session } from '../engine-parts.ts';
import type { PreparedRead } from '../read/prepared-read.ts';
import { objectOf, readableFields, resolveList } from '../read/resolve.ts';
import { inParts } from './in-parts.ts';
import { resolving } from './read.ts';
import { runWrite } from './write.ts';

/** Each chunk is written on the Model and permissions of its time. */
function importDeps(session: Session, allowDuplicates: boolean | undefined): ImportDeps {
  const { context, database, view } = session;
  const run = inParts(session);
  return { context, database, model: view, run: (work) => run((now) => runWrite(now, work, { allowDuplicates })) };
}

/** All that decides what of the records a session sees; the hash of a view has Model and permissions in it. */
function sightOf({ view, policy }: Session): string {
  const slots = Object.entries(policy.slots).map(([name, ids]) => [name, [...ids].sort()] as const);
  return canonicalJson([view.hash, policy.userId, [...policy.roles].sort(), Object.fromEntries(slots)]);
}

function permitTransfer({ policy }: Session, object: string, action: 'import' | 'export'): void {
  if (allows(policy, object, action)) return;
  throw fail('PERMISSION_DENIED', { action: `${action} records of ${object}` });
}

/** A list and what is selected of it, as far as the policy lets them go. */
function restrictList(
  access: Parameters<typeof restrict>[0],
  list: ListQuery,
  selections: readonly Selection[],
): { readonly list: ListQuery; readonly selections: readonly Selection[] } {
  const [root] = restrict(access, [{ kind: 'list', as: 'rows', list, parts: [{ kind: 'nodes', as: 'nodes', selections }] }]);
  const [nodes] = root?.kind === 'list' ? root.parts : [];
  if (root?.kind !== 'list' || nodes?.kind !== 'nodes') throw new TypeError('A restricted list is a list.');
  return { list: root.list, selections: nodes.selections };
}

export async function importOperation(session: Session, input: OperationInput<'records.import'>): Promise<ImportStatus> {
  objectOf(session.view, input.object);
  permitTransfer(session, input.object, 'import');
  if (input.resume !== undefined) await ownImport(session, input.resume);
  if (input.dryRun !== true)
    await appendAudit(session.database, [auditEntry(session.context, 'records.imported', { object: input.object })]);
  return importRecords(importDeps(session, input.allowDuplicates), input);
}

/** An import is its author's business, and an administrator's. */
async function ownImport({ database, policy }: Session, id: string): Promise<ImportStatus> {
  const { createdBy, ...status } = await importStatus(database, id);
  if (!policy.administrator && createdBy !== policy.userId) throw fail('IMPORT_NOT_FOUND', { id });
  return status;
}

export function importStatusOperation(session: Session, { id }: { readonly id: string }): Promise<ImportStatus> {
  return ownImport(session, id);
}

export async function* importRejectsOperation(session: Session, { id }: { readonly id: string }): AsyncGenerator<string, void, undefined> {
  await ownImport(session, id);
  yield* importRejects(session.database, id);
}

function exportedPaths({ view }: Session, { object, fields }: ExportRequest): readonly string[] {
  const paths = fields ?? readableFields(objectOf(view, object));
  if (paths.length === 0) throw fail('REQUEST_INVALID', { reason: 'an export needs at least one field.' }, { pointer: '/fields' });
  return paths;
}

type Pages = Parameters<typeof exportRecords>[1];

/** What an export reads, as far as the policy lets it go. */
function exportPages(session: Session, input: ExportRequest): Pages {
  const { runtime, policy, view } = session;
  const { object, format, filter, orderBy = [] } = input;
  const paths = exportedPaths(session, input);
  const list = resolveList(resolving(session), object, { ...(filter === undefined ? {} : { filter }), orderBy });
  const allowed = restrictList({ model: runtime.model, policy }, list, selectionsOf(view, object, paths));
  const { selections } = allowed;
  const { where, orderBy: keys, idDescending } = allowed.list;
  const order = { orderBy: keys, ...(idDescending === undefined ? {} : { idDescending }) };
  return { object, paths, selections, format, ...order, ...(where === undefined ? {} : { where }) };
}

/** The lines of an export. It outlives changes of permissions that leave its caller the sight of the same records. */
export function exportLines(session: Session, input: ExportRequest): AsyncIterable<string> {
  const { context, database, runtime, policy } = session;
  const pages = exportPages(session, input);
  const seen = sightOf(session);
  const run = inParts(session, (now) => {
    if (sightOf(now) !== seen) throw fail('MODEL_CHANGED');
  });
  return exportRecords({ context, database, model: runtime.model, policy, run: (fetch) => run(({ state }) => fetch(state.access)) }, pages);
}

/** The first page of an export. */
export function preparedExport(session: Session, input: ExportRequest): PreparedRead {
  const { context, database, runtime, policy, state } = session;
  permitTransfer(session, objectOf(session.view, input.object).name, 'export');
  return exportStatement({ context, database, model: runtime.model, policy }, exportPages(session, input), state.access);
}

export async function exportOperation(session: Session, input: ExportRequest): Promise<AsyncIterable<string>> {
  const { name } = objectOf(session.view, input.object);
  permitTransfer(session, name, 'export');
  const lines = exportLines(session, input);
  const detail = { fields: exportedPaths(session, input), filter: input.filter ?? null, format: input.format };
  await appendAudit(session.database, [auditEntry(session.context, 'records.exported', { object: name, detail })]);
  return lines;
}
