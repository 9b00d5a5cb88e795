// writeInSight: the write, taken back for records that it would move out of the person's own sight.
import { mustAccessStatement, withSavepoint } from '@tessera/storage';
import { isHopeful, isRestricted, replaceItems, withProblem, type Step, type WriteItem, type WriteSet } from '../write-set.ts';
import { isByMasters, rightsOf, sightOf, toBeSeen } from './see.ts';
import { write } from './write.ts';

/** Thrown to leave the savepoint; the items are those that were refused. */
class OutOfSight extends Error {
  readonly items: readonly WriteItem[];

  constructor(items: readonly WriteItem[]) {
    super('Records would go out of sight.');
    this.items = items;
  }
}

/** Whoever makes a record owns it, and sees what is his own: where that is said for every record, it need not be asked. */
const isOwn = ({ session, object }: WriteSet, item: WriteItem): boolean =>
  item.old === undefined &&
  item.values['owner'] === session.access.policy.userId &&
  session.access.policy.objects[object.name]?.read.layers.some(({ kind }) => kind === 'owner') === true;

async function outOfSight(set: WriteSet): Promise<readonly WriteItem[]> {
  const { session, object } = set;
  const byMasters = isByMasters(set);
  const written = toBeSeen(set);
  const sight = await sightOf(
    session,
    object.name,
    written.map((item) => item.id),
  );
  return written.flatMap((item) => {
    const { readable, editable } = sight(item.id);
    const unwritten: WriteItem = { ...item, written: undefined };
    if (!readable) return [withProblem(unwritten, 'RECORD_OUT_OF_SIGHT', { object: object.name })];
    // A detail is made or moved where its masters may be edited.
    return byMasters && !editable ? [withProblem(unwritten, 'RECORD_READ_ONLY', { object: object.name, id: item.id })] : [];
  });
}

/** In the hope that nothing goes out of sight: a statement after the write fails where something does. */
async function writeHopefully(set: WriteSet): Promise<WriteSet> {
  const { session, object } = set;
  const written = await write(set);
  const byMasters = isByMasters(set);
  const ids = toBeSeen(written).flatMap((item) => (!byMasters && isOwn(set, item) ? [] : [item.id]));
  const asked = { rights: rightsOf(session.access.policy, object.name), edit: byMasters };
  if (ids.length > 0) session.transaction.ahead(mustAccessStatement(session.target, object, ids, asked, session.slots));
  return written;
}

export const writeInSight: Step = async (set) => {
  if (!isRestricted(set)) return write(set);
  if (isHopeful(set)) return writeHopefully(set);
  const { touched } = set.session;
  let open = set;
  for (;;) {
    const before = new Map([...touched].map(([object, records]) => [object, new Map(records)]));
    try {
      return await withSavepoint(set.session.transaction, async () => {
        const written = await write(open);
        const refused = await outOfSight(written);
        if (refused.length > 0) throw new OutOfSight(refused);
        return written;
      });
    } catch (error) {
      if (!(error instanceof OutOfSight)) throw error;
      // What was taken back was not touched.
      touched.clear();
      for (const [object, records] of before) touched.set(object, records);
      open = replaceItems(open, error.items);
      // Where one refuses all, there is nothing left to write.
      if (set.allOrNone) return open;
    }
  }
};
