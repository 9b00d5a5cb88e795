// keepWithMaster: a detail of what waits for an approval is neither made nor changed, but by its approvers in the fields that they may edit.
import { changedOf } from '../changed.ts';
import { hopeDetailsFree, lockedDetails, type Detail } from '../locks/master-locks.ts';
import { referenceTo } from '../references.ts';
import { planOf } from '../session.ts';
import { isHopeful, replaceItems, soundItems, withProblems, type Step, type WriteItem, type WriteSet } from '../write-set.ts';

const detailOf = ({ id, old, values }: WriteItem): Detail => ({ id, versions: old === undefined ? [values] : [old, values] });

/** Whether anything is written of a record. */
const isWritten = ({ session, object }: WriteSet, { old, values }: WriteItem): boolean =>
  old === undefined || changedOf(planOf(session, object).stored, { old, values }).length > 0;

/** Refuses those of the items that a master's approval locks. */
async function keep(set: WriteSet, items: readonly WriteItem[]): Promise<WriteSet> {
  const { session, object } = set;
  if (items.length === 0) return set;
  if (isHopeful(set)) {
    hopeDetailsFree(session, object, items.map(detailOf));
    return set;
  }
  const locked = await lockedDetails(session, object, items.map(detailOf));
  const { stored } = planOf(session, object);
  const refused = items.flatMap((item): readonly WriteItem[] => {
    const found = locked.get(item.id);
    if (found === undefined) return [];
    const isOpen = item.old !== undefined && changedOf(stored, item).every(({ name }) => found.open.includes(name));
    return isOpen ? [] : [withProblems(item, [found.problem])];
  });
  return replaceItems(set, refused);
}

const mayBeLocked = ({ session, object }: WriteSet): boolean => (session.moments?.masters(session, object).length ?? 0) > 0;

export const keepWithMaster: Step = (set) =>
  mayBeLocked(set)
    ? keep(
        set,
        soundItems(set).filter((item) => isWritten(set, item)),
      )
    : set;

/** The same after a step that sets values past what was asked: it may have chosen another master, or changed what nobody else did. */
export const withMastersOf =
  (setting: Step): Step =>
  async (set) => {
    const result = await setting(set);
    if (result === set || !mayBeLocked(set)) return result;
    const { session, object } = set;
    const ways = (session.moments?.masters(session, object) ?? []).flatMap(({ up }) => up.slice(0, 1));
    const before = new Map(set.items.map((item) => [item.index, item]));
    const isOther = (item: WriteItem): boolean => {
      const asked = before.get(item.index) ?? item;
      const moved = ways.some(({ field, to }) => referenceTo(field, to.name, item.values) !== referenceTo(field, to.name, asked.values));
      return moved || (isWritten(set, item) && !isWritten(set, asked));
    };
    return keep(result, soundItems(result).filter(isOther));
  };
