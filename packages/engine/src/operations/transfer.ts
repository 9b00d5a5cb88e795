// Import and export of records, for a caller.
import { fail, TesseraError } from '@tessera/kernel';
import { exportRecords, importRecords, importRejects, importStatus, selectionsOf, type ImportDeps } from '@tessera/records';
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
  const { context, database, runtime } = session;
  return { context, database, model: runtime.model, run: followingWrites(session) };
}

export function importOperation(session: Session, input: OperationInput<'records.import'>): Promise<ImportStatus> {
  objectOf(session.runtime.model, input.object);
  return importRecords(importDeps(session), input);
}

export function importStatusOperation(session: Session, { id }: { readonly id: string }): Promise<ImportStatus> {
  return importStatus(session.database, id);
}

export function importRejectsOperation(session: Session, { id }: { readonly id: string }): AsyncIterable<string> {
  return importRejects(session.database, id);
}

export function exportOperation(session: Session, input: OperationInput<'records.export'>): AsyncIterable<string> {
  const { context, database, runtime, state, policy } = session;
  const object = objectOf(runtime.model, input.object);
  const paths = input.fields ?? readableFields(object);
  if (paths.length === 0) throw fail('REQUEST_INVALID', { reason: 'an export needs at least one field.' }, { pointer: '/fields' });
  const list = resolveList(resolving(session), object.name, {
    ...(input.filter === undefined ? {} : { filter: input.filter }),
    orderBy: input.orderBy ?? [],
  });
  return exportRecords(
    { context, database, model: runtime.model, access: state.access, roles: policy.roles },
    {
      object: object.name,
      paths,
      selections: selectionsOf(runtime.model, object.name, paths),
      format: input.format,
      orderBy: list.orderBy,
      ...(list.where === undefined ? {} : { where: list.where }),
    },
  );
}
