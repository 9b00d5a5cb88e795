// Fields that the platform keeps on records, written when nobody writes the records: no version counts it, and no commit check refuses it.
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import type { RecordValues } from '@tessera/storage';
import { sameValue } from './changed.ts';
import { tell, type Changes, type RecordChanged } from './moments.ts';
import { applyRollups, writeRollups } from './rollups/rollups.ts';
import type { WriteSession } from './session.ts';
import { textOf } from './text-of.ts';

/** A locked record as it is and as it is to be. */
export interface KeptChange {
  readonly old: RecordValues;
  readonly now: RecordValues;
}

/**
 * Writes the fields of records whose values are others now, with history, and the roll-ups above them.
 * @param starts whether what waits for changes of the object is told of them; of parents whose roll-ups change it always is
 * @returns those that have changed
 */
export async function keepFields(
  session: WriteSession,
  object: ObjectModel,
  fields: readonly FieldModel[],
  records: readonly KeptChange[],
  { starts }: { readonly starts: boolean },
): Promise<readonly RecordChanged[]> {
  const apart: WriteSession = { ...session, touched: new Map() };
  const [olds, news] = [records.map(({ old }) => old), records.map(({ now }) => now)];
  const changes = writeRollups(apart, object, fields, olds, news).filter(({ old, now }) =>
    fields.some(({ name }) => !sameValue(old?.[name], now?.[name])),
  );
  const raised = await applyRollups(apart, new Map([[object, changes]]));
  const changed = changes.flatMap(({ old, now }) => (now === undefined ? [] : [{ id: textOf(now['id']), old, values: now }]));
  const told: readonly Changes[] = starts ? [{ object, event: 'update', records: changed }] : [];
  await tell(session, [...told, ...raised]);
  return changed;
}
