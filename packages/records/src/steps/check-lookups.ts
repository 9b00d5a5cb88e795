// checkLookups: a lookup may be set only to a record that the person sees; one that is not there is the same.
import { bind } from '@tessera/kernel';
import type { FieldModel } from '@tessera/metadata';
import { recordAccess } from '@tessera/security';
import { readableStatement } from '@tessera/storage';
import { sameValue } from '../changed.ts';
import { referenceTo } from '../references.ts';
import { replaceItems, soundItems, withProblem, type Step, type WriteItem } from '../write-set.ts';
import { isRestricted } from './permit.ts';

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

export const checkLookups: Step = async (set) => {
  if (!isRestricted(set)) return set;
  const { session, object } = set;
  const lookups = Object.values(object.fields).filter((field) => field.lookup !== undefined && field.columns.length > 0);
  const all = soundItems(set).flatMap((item) => pointings(item, lookups));
  if (all.length === 0) return set;
  const targets = [...new Set(all.map(({ target }) => target))];
  const wanted = targets.flatMap((target) => {
    const model = session.model.objects[target];
    const ids = [...new Set(all.filter((each) => each.target === target).map(({ id }) => id))];
    return model === undefined ? [] : [{ object: model, ids, where: recordAccess(session.access.policy, target).read }];
  });
  const statement = readableStatement(session.target, wanted);
  const { rows } = await session.transaction.query(bind(statement, { ...session.slots, ...session.access.policy.slots }));
  const seen = new Set(rows.map((row) => `${wanted[Number(row['n'])]?.object.name ?? ''} ${String(row['id'])}`));
  const refused = new Map<number, WriteItem>();
  for (const { item, field, target, id } of all) {
    if (seen.has(`${target} ${id}`)) continue;
    // An object that does not exist for the person is not named.
    const told = Object.hasOwn(session.access.view.objects, target) ? target : 'another object';
    refused.set(
      item.index,
      withProblem(refused.get(item.index) ?? item, 'LOOKUP_NOT_FOUND', { field: field.name, object: told }, field.name),
    );
  }
  return replaceItems(set, [...refused.values()]);
};
