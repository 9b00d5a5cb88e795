// permit: may the person do this with the object at all; and with each record that is to change, once it is locked.
import { bind, type ErrorCode } from '@tessera/kernel';
import { recordAccess } from '@tessera/security';
import { accessStatement } from '@tessera/storage';
import type { WriteSession } from '../session.ts';
import { withProblem, type Step, type WriteItem, type WriteSet } from '../write-set.ts';

/** Whether the set is held to its person's rights: not what the platform does of itself, nor what an administrator does. */
export const isRestricted = ({ session, internal }: Pick<WriteSet, 'session' | 'internal'>): boolean =>
  !internal && !session.access.policy.administrator;

export const permit: Step = (set) => {
  if (!isRestricted(set)) return set;
  const { object, kind } = set;
  if (set.session.access.policy.objects[object.name]?.[kind] === true) return set;
  const action = `${kind} records of ${object.name}`;
  return { ...set, items: set.items.map((item) => withProblem(item, 'PERMISSION_DENIED', { action })) };
};

export interface Sight {
  readonly readable: boolean;
  readonly editable: boolean;
}

const nothing: Sight = { readable: false, editable: false };

/** What the person may do with records of an object, as they stand in this transaction. */
export async function sightOf(session: WriteSession, object: string, ids: readonly string[]): Promise<(id: string) => Sight> {
  const { access, model, target, transaction, slots } = session;
  const { read, edit } = recordAccess(access.policy, object);
  const found = new Map<string, Sight>();
  const model_ = model.objects[object];
  if (ids.length > 0 && model_ !== undefined) {
    const statement = accessStatement(target, model_, ids, { read, edit });
    const { rows } = await transaction.query(bind(statement, { ...slots, ...access.policy.slots }));
    for (const row of rows) found.set(String(row['id']), { readable: row['readable'] === true, editable: row['editable'] === true });
  }
  return (id) => found.get(id) ?? nothing;
}

/** The item with this problem instead of all others, which might tell of a record that the person does not see. */
function only(item: WriteItem, code: ErrorCode, params: Readonly<Record<string, unknown>>): WriteItem {
  return withProblem({ ...item, problems: [], old: undefined }, code, params);
}

/** Records that the person does not see are not there; those that the person sees may still be read-only. */
export const see: Step = async (set) => {
  if (set.kind === 'create' || !isRestricted(set)) return set;
  const { object, session } = set;
  // One that is not there, or in the bin, is not told of by what could have been done with it.
  const told: readonly string[] = ['PERMISSION_DENIED', 'RECORD_NOT_FOUND'];
  const looked = new Set(set.items.filter((item) => !item.problems.some(({ code }) => told.includes(code))));
  const sight = await sightOf(session, object.name, [...new Set([...looked].map((item) => item.id))]);
  const items = set.items.map((item) => {
    if (!looked.has(item)) return item;
    const { readable, editable } = sight(item.id);
    if (!readable) return only(item, 'RECORD_NOT_FOUND', { object: object.name, id: item.id });
    return editable ? item : only(item, 'RECORD_READ_ONLY', { object: object.name, id: item.id });
  });
  return { ...set, items };
};
