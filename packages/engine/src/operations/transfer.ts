// Import and export of records, for a caller.
import { fail } from '@tessera/kernel';
import { exportRecords, importRecords, importRejects, importStatus, selectionsOf, type ImportDeps } from '@tessera/records';
import type { ImportStatus, OperationInput } from '../engine-types.ts';
import type { Session } from '../engine-parts.ts';
import { objectOf, readableFields, resolveList } from '../read/resolve.ts';
import { resolving } from './read.ts';
import { runWrite } from './write.ts';

export function importDeps(session: Session): ImportDeps {
  const { context, database, runtime } = session;
  return { context, database, model: runtime.model, run: (work) => runWrite(session, work) };
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
