// The history of a record that the caller may read.
import { bind, fail, isUuid } from '@tessera/kernel';
import { historyStatement } from '@tessera/storage';
import type { HistoryInput, JsonText } from '../types/operation.ts';
import type { Session } from '../engine-parts.ts';
import type { PreparedRead } from '../read/prepared-read.ts';
import { objectOf } from '../read/resolve.ts';
import { guardedAnswer, readRoots, readSlots } from './read.ts';

const defaultEntries = 50;

/** Throws RECORD_NOT_FOUND of a record that the caller may not see. */
export async function preparedHistory(session: Session, input: HistoryInput): Promise<PreparedRead> {
  const object = objectOf(session.view, input.object);
  if (!isUuid(input.id)) throw fail('RECORD_NOT_FOUND', { object: input.object, id: input.id });
  if (input.before !== undefined && !/^\d{1,18}$/.test(input.before)) throw fail('CURSOR_INVALID', {}, { pointer: '/before' });
  const first = Math.min(input.first ?? defaultEntries, session.parts.limits.page);
  // Who may not read the record may not read its past; a record in the bin has one too, for whoever may look there.
  const { policy } = session;
  const bin = policy.administrator || policy.objects[object.name]?.seeDeleted === true;
  const seen = await readRoots(session, [
    {
      kind: 'record',
      as: 'r',
      object: object.name,
      by: { id: input.id },
      ...(bin ? { deleted: 'with' } : {}),
      selections: [{ kind: 'field', as: 'id', field: 'id' }],
    },
  ]);
  if (seen === '{"r":null}') throw fail('RECORD_NOT_FOUND', { object: input.object, id: input.id });
  const { database, runtime } = session;
  const shown = Object.values(object.fields).flatMap((field) => (field.masked === true ? [] : [field.name]));
  const query = { object: object.name, id: input.id, first, before: input.before, fields: shown };
  const compiled = historyStatement({ model: runtime.model, schema: database.schema }, query);
  return { compiled, statement: bind(compiled, readSlots(session)) };
}

export async function history(session: Session, input: HistoryInput): Promise<JsonText> {
  return guardedAnswer(session, (await preparedHistory(session, input)).statement);
}
