// checkLookups: a lookup may be set only to a record that the person sees; one that is not there is the same.
import type { FieldModel } from '@tessera/metadata';
import { recordAccess } from '@tessera/security';
import { mustReadStatement, readableStatement, type WantedRecords } from '@tessera/storage';
import { sameValue } from '../changed.ts';
import { referenceTo } from '../references.ts';
import { planOf } from '../session.ts';
import { isHopeful, isRestricted, replaceItems, soundItems, withProblem, type Step, type WriteItem, type WriteSet } from '../write-set.ts';

interface Pointing {
  readonly item: WriteItem;
  readonly field: FieldModel;
  readonly target: string;
  readonly id: string;
}

/** What the caller set; what defaults give is the platform's doing. */
function pointings(item: WriteItem, fields: readonly FieldModel[]): readonly Pointing[] {
  return fields
    .filter((field) => Object.hasOwn(item.input, field.name) && !sameValue(item.values[field.name], item.old?.[field.name] ?? null))
    .flatMap((field) =>
      (field.lookup?.to ?? []).flatMap((target) => {
        const id = referenceTo(field, target, item.values);
        return id === undefined ? [] : [{ item, field, target, id }];
      }),
    );
}

/** The records pointed to, by object, each once; objects that do not exist have none. */
function wantedOf({ session }: WriteSet, all: readonly Pointing[]): readonly WantedRecords[] {
  return [...new Set(all.map(({ target }) => target))].flatMap((target) => {
    const model = session.model.objects[target];
    const ids = [...new Set(all.filter((each) => each.target === target).map(({ id }) => id))];
    return model === undefined ? [] : [{ object: model, ids, where: recordAccess(session.access.policy, target).read }];
  });
}

export const checkLookups: Step = async (set) => {
  if (!isRestricted(set)) return set;
  const { session, object } = set;
  const { target: place, access, slots, transaction } = session;
  const { lookups } = planOf(session, object);
  const all = soundItems(set).flatMap((item) => pointings(item, lookups));
  if (all.length === 0) return set;
  const wanted = wantedOf(set, all);
  if (isHopeful(set) && all.every(({ target }) => wanted.some((each) => each.object.name === target))) {
    transaction.ahead(mustReadStatement(place, wanted, access.policy.objects, slots));
    return set;
  }
  const { rows } = await transaction.query(readableStatement(place, wanted, access.policy.objects, slots));
  const seen = new Set(rows.map((row) => `${wanted[Number(row['n'])]?.object.name ?? ''} ${String(row['id'])}`));
  const refused = new Map<number, WriteItem>();
  for (const { item, field, target, id } of all) {
    if (seen.has(`${target} ${id}`)) continue;
    // An object that does not exist for the person is not named.
    const told = Object.hasOwn(access.view.objects, target) ? target : 'another object';
    refused.set(
      item.index,
      withProblem(refused.get(item.index) ?? item, 'LOOKUP_NOT_FOUND', { field: field.name, object: told }, field.name),
    );
  }
  return replaceItems(set, [...refused.values()]);
};
