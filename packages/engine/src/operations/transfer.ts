// Import and export of records, for a caller.
import { fail, TesseraError } from '@tessera/kernel';
import { exportRecords, importRecords, importRejects, importStatus, selectionsOf, type ImportDeps } from '@tessera/records';
import { recordAccess, restrict } from '@tessera/security';
import { appendAudit, type ListQuery, type Selection } from '@tessera/storage';
import { auditEntry } from '../audit.ts';
import type { ImportStatus, OperationInput } from '../engine-types.ts';
import type { Session } from '../engine-parts.ts';
import { objectOf, readableFields, resolveList } from '../read/resolve.ts';
import { resolving } from './read.ts';
import { runWrite } from './write.ts';

/** A chunk finds the tenant moved on at most so often before it gives up. */
const mostRenewals = 20;

/** Each chunk is written on the Model and permissions of its time: an import outlives changes of both. */
function followingWrites(session: Session): ImportDeps['run'] {
  let current = session;
  return async (work) => {
    for (let renewals = 0; ; renewals += 1) {
      try {
        return await runWrite(current, work);
      } catch (error) {
        if (renewals >= mostRenewals || !(error instanceof TesseraError) || error.code !== 'MODEL_CHANGED') throw error;
        current = await current.renew();
      }
    }
  };
}

export function importDeps(session: Session): ImportDeps {
  const { context, database, view, policy } = session;
  return {
    context,
    database,
    model: view,
    run: followingWrites(session),
    readable: (object) => {
      const { read } = recordAccess(policy, object);
      if (read === 'all') return undefined;
      return read === 'none' ? { node: 'literal', type: { kind: 'boolean' }, value: false } : read;
    },
  };
}

function permitTransfer({ policy }: Session, object: string, action: 'import' | 'export'): void {
  if (policy.administrator || policy.objects[object]?.[action] === true) return;
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
  return importRecords(importDeps(session), input);
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

export async function exportOperation(session: Session, input: OperationInput<'records.export'>): Promise<AsyncIterable<string>> {
  const { context, database, runtime, state, policy, view } = session;
  const object = objectOf(view, input.object);
  permitTransfer(session, object.name, 'export');
  const paths = input.fields ?? readableFields(object);
  if (paths.length === 0) throw fail('REQUEST_INVALID', { reason: 'an export needs at least one field.' }, { pointer: '/fields' });
  const list = resolveList(resolving(session), object.name, {
    ...(input.filter === undefined ? {} : { filter: input.filter }),
    orderBy: input.orderBy ?? [],
  });
  const selections = selectionsOf(view, object.name, paths);
  const allowed = restrictList({ model: runtime.model, policy }, list, selections);
  const detail = { fields: paths, filter: input.filter ?? null, format: input.format };
  await appendAudit(database, [auditEntry(context, 'records.exported', { object: object.name, detail })]);
  return exportRecords(
    { context, database, model: runtime.model, access: state.access, policy },
    {
      object: object.name,
      paths,
      selections: allowed.selections,
      format: input.format,
      orderBy: allowed.list.orderBy,
      ...(allowed.list.where === undefined ? {} : { where: allowed.list.where }),
    },
  );
}
