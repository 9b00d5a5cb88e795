// see: may the person see each record that is to change, and edit it, once it is locked.
import type { ErrorCode } from '@tessera/kernel';
import { recordAccess, type Policy } from '@tessera/security';
import { accessStatement, type RecordRights } from '@tessera/storage';
import { sameValue } from '../changed.ts';
import type { WriteSession } from '../session.ts';
import { isRestricted, withProblem, type Sight, type SightOf, type Step, type WriteItem, type WriteSet } from '../write-set.ts';

const nothing: Sight = { readable: false, editable: false };

/** The policy's conditions for an object; those of equal policies are kept together. */
export const rightsOf = (policy: Policy, object: string): RecordRights => ({ ...recordAccess(policy, object), about: policy.objects });

/** What the person may do with records of an object, as they stand in this transaction. */
export async function sightOf(session: WriteSession, name: string, ids: readonly string[]): Promise<SightOf> {
  const { access, model, target, transaction, slots } = session;
  const found = new Map<string, Sight>();
  const object = model.objects[name];
  if (ids.length > 0 && object !== undefined) {
    const { rows } = await transaction.query(accessStatement(target, object, ids, rightsOf(access.policy, name), slots));
    for (const row of rows) found.set(String(row['id']), { readable: row['readable'] === true, editable: row['editable'] === true });
  }
  return (id) => found.get(id) ?? nothing;
}

/** The item with this problem instead of all others, which might tell of a record that the person does not see. */
function only(item: WriteItem, code: ErrorCode, params: Readonly<Record<string, unknown>>): WriteItem {
  return withProblem({ ...item, problems: [], old: undefined }, code, params);
}

/** One that is not there, or in the bin, is not told of by what could have been done with it. */
const told: readonly ErrorCode[] = ['OBJECT_UNKNOWN', 'PERMISSION_DENIED', 'RECORD_NOT_FOUND'];

/** The records that the person is to see, or they are as if they were not there. */
export const lookedAt = (set: WriteSet): ReadonlySet<WriteItem> =>
  new Set(set.items.filter((item) => !item.problems.some(({ code }) => told.includes(code))));

/** Records that the person does not see are not there; those that the person sees may still be read-only. */
export const see: Step = (set) => {
  const { object, sight } = set;
  if (set.kind === 'create' || !isRestricted(set) || sight === undefined) return set;
  const looked = lookedAt(set);
  const items = set.items.map((item) => {
    if (!looked.has(item)) return item;
    const { readable, editable } = sight(item.id);
    if (!readable) return only(item, 'RECORD_NOT_FOUND', { object: object.name, id: item.id });
    return editable ? item : only(item, 'RECORD_READ_ONLY', { object: object.name, id: item.id });
  });
  return { ...set, items };
};

/** Giving a record to somebody else is what `changeOwner` is for, and was checked for it. */
const isGivenAway = ({ session }: WriteSet, item: WriteItem): boolean =>
  !sameValue(item.values['owner'], item.old === undefined ? session.slots.user : item.old['owner']);

/** The owner of a detail decides nothing about it: its masters do, whoever gets it. */
export const isByMasters = ({ object }: WriteSet): boolean => object.sharing === 'controlledByParent';

/** Those that must be in sight when they are written. */
export const toBeSeen = (set: WriteSet): readonly WriteItem[] =>
  set.items.filter((item) => item.written !== undefined && item.problems.length === 0 && (isByMasters(set) || !isGivenAway(set, item)));
