// defaults: what a new record has where the caller said nothing; and who it belongs to.
import { fieldTypes, type FieldModel, type ObjectModel } from '@tessera/metadata';
import type { Expression, Value } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';
import { recordEnvironment } from '../rules/environment.ts';
import { fetchKeptFacts, noFacts, type Facts } from '../rules/facts.ts';
import type { ObjectPlan } from '../object-plan.ts';
import { planOf, type WriteSession } from '../session.ts';
import { stored } from './coerce.ts';
import { optionsAllowed } from './options.ts';
import { mapSound, replaceItems, soundItems, withProblem, type Step, type WriteItem, type WriteSet } from '../write-set.ts';

/** System values of a new record, and the defaults that are constants. */
function constants(session: WriteSession, { constants: given, recordType }: ObjectPlan, item: WriteItem): WriteItem {
  const { at, slots } = session;
  const values: Record<string, Value> = { ...given };
  values['recordType'] = recordType;
  values['owner'] = values['createdBy'] = values['updatedBy'] = slots.user;
  values['createdAt'] = values['updatedAt'] = at;
  values['version'] = '1';
  values['lifeStatus'] = 'normal';
  for (const [name, value] of Object.entries(item.values)) values[name] = value;
  values['id'] = item.id;
  return { ...item, values };
}

/** Defaults that are rules: a later one may read an earlier one. */
function ruleDefaults({ session, object }: WriteSet, ruled: readonly FieldModel[], plain: WriteItem, facts: Facts): WriteItem {
  let item = plain;
  for (const field of ruled) {
    if (field.default === undefined || Object.hasOwn(item.input, field.name)) continue;
    const value = session.rules.evaluate(field.default, recordEnvironment(session, { object, record: item.values, facts }));
    item = withDefault(session, item, field, value);
  }
  return item;
}

/** What a rule gives is held to the field's type like what a caller gives: length, range, scale. */
function withDefault(session: WriteSession, item: WriteItem, field: FieldModel, value: Value): WriteItem {
  if (value === null || value === '') {
    return { ...item, values: { ...item.values, [field.name]: field.type === 'boolean' ? false : null } };
  }
  const reference = field.wire === 'anyReference';
  const coerced = reference ? { ok: true as const, value } : fieldTypes[field.type].coerce(value, field);
  if (!coerced.ok) return withProblem(item, coerced.code, { field: field.name, ...coerced.params }, field.name);
  return { ...item, values: { ...item.values, [field.name]: stored(session, field, coerced.value) } };
}

/** A default that cannot be chosen with this record type, or with what it depends on, is none. */
function fittingOptions(object: ObjectModel, chosen: readonly FieldModel[], item: WriteItem): WriteItem {
  let values: Record<string, Value> | undefined;
  for (const field of chosen) {
    const now: RecordValues = values ?? item.values;
    const value = now[field.name];
    if (Object.hasOwn(item.input, field.name) || typeof value !== 'string' || optionsAllowed(object, field, now).includes(value)) continue;
    values ??= { ...item.values };
    values[field.name] = null;
  }
  return values === undefined ? item : { ...item, values };
}

/** The department of a record's owner, where it need not be asked for; undefined where it must. */
function knownDepartment({ access }: WriteSession, owner: Value): Value | undefined {
  if (owner === null) return null;
  return owner === access.person?.userId ? access.person.department : undefined;
}

/** The owner's department goes with the owner; it is fetched together with what the rules of defaults need. */
async function fill(
  set: WriteSet,
  rules: readonly Expression[],
  change: (item: WriteItem, facts: Facts) => WriteItem,
  key: string = set.kind,
): Promise<WriteSet> {
  const { session, object } = set;
  const items = soundItems(set);
  const path = planOf(session, object).department;
  const moved = (item: WriteItem): boolean => item.values['owner'] !== (item.old?.['owner'] ?? null);
  const known = items.map((item) => knownDepartment(session, item.values['owner'] ?? null));
  const asked = path !== undefined && items.some((item, i) => moved(item) && known[i] === undefined);
  const facts = await fetchKeptFacts(
    session,
    object,
    asked ? [...rules, path] : rules,
    items.map((item) => ({ record: item.values })),
    asked ? `${key} department` : key,
  );
  const filled = items.map((plain, i): WriteItem => {
    const found = facts[i] ?? noFacts;
    const item = change(plain, found);
    if (path === undefined || !moved(item)) return item;
    const ownerDepartment = known[i] ?? found.get(path) ?? null;
    if (ownerDepartment === (item.values['ownerDepartment'] ?? null)) return item;
    return { ...item, values: { ...item.values, ownerDepartment } };
  });
  return replaceItems(set, filled);
}

export const defaults: Step = async (set) => {
  const { session, object } = set;
  if (set.kind === 'update') return fill(set, [], (item) => item);
  const plan = planOf(session, object);
  const fresh = mapSound(set, (item) => constants(session, plan, item));
  return fill(fresh, plan.ruledFacts, (item, facts) => fittingOptions(object, plan.chosen, ruleDefaults(set, plan.ruled, item, facts)));
};

/** Again, where the owner may have been set after that. */
export const followOwner = (set: WriteSet): Promise<WriteSet> => fill(set, [], (item) => item, 'owner');
