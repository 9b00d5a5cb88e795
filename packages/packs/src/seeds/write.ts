// One record of a pack's data written: found again by its name or by its key, else made.
import { fail, failAll } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { createRecords, matchingRecord, updateRecords, type WriteSession } from '@tessera/records';
import { doorOf, type noteSeeds } from '@tessera/storage';
import type { GivenScope, Naming, Values } from '../given-values.ts';
import type { DataSet } from './sets.ts';

export const seedDoor = ({ transaction, target }: WriteSession): Parameters<typeof noteSeeds>[0] => doorOf(transaction, target.schema);

/** What values of a set mean. */
export const seedScope = ({ model, at }: Pick<WriteSession, 'model' | 'at'>, set: DataSet, naming: Naming): GivenScope => ({
  model,
  now: Date.parse(at),
  naming,
  unfit: (reason) => fail('SEED_RULE_INVALID', { set: set.name, reason }),
});

/** Its id, where a record is there that has the values of the set's key. */
export const seedThere = (session: WriteSession, object: ObjectModel, set: DataSet, input: Values): Promise<string | undefined> =>
  matchingRecord(session, object, set.by, input);

/** Gives its id. @param id of the record that is to be changed; left out: a new one is made */
export async function writeSeed(session: WriteSession, object: ObjectModel, key: string, input: Values, id?: string): Promise<string> {
  const options = { allOrNone: true, internal: true };
  const pointer = `/records/${key}`;
  const [outcome] =
    id === undefined
      ? await createRecords(session, object.name, [{ pointer, input }], options)
      : await updateRecords(session, object.name, [{ pointer, id, input }], options);
  if (outcome?.ok !== true) throw failAll('RECORDS_INVALID', outcome?.problems ?? []);
  return outcome.id;
}
