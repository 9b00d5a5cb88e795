// defaults: what a new record has where the caller said nothing; and who it belongs to.
import { fieldTypes, type FieldModel, type ObjectModel } from '@tessera/metadata';
import type { Expression, PathExpression, Value } from '@tessera/rules';
import { recordEnvironment } from '../environment.ts';
import { fetchFacts, noFacts, type Facts } from '../facts.ts';
import type { WriteSession } from '../session.ts';
import { stored } from './coerce.ts';
import { optionsAllowed } from './options.ts';
import { mapSound, replaceItems, soundItems, withProblem, type Step, type WriteItem, type WriteSet } from '../write-set.ts';

const literalDefault = (field: FieldModel): Value | undefined => (field.default?.node === 'literal' ? field.default.value : undefined);

/** System values of a new record, and the defaults that are constants. */
function constants(session: WriteSession, object: ObjectModel, item: WriteItem): WriteItem {
  const { at, slots } = session;
  const values: Record<string, Value> = {};
  for (const field of Object.values(object.fields)) {
    const value = literalDefault(field);
    if (value !== undefined) values[field.name] = value;
    // Counts and sums of no children are zero, not unknown.
    const { rollup } = field;
    if (rollup?.upkeep === 'transaction' && (rollup.aggregate.function === 'count' || rollup.aggregate.function === 'sum'))
      values[field.name] = '0';
  }
  const types = Object.values(object.recordTypes);
  const recordType = types.find((type) => type.default)?.name ?? types[0]?.name ?? null;
  const system = {
    recordType,
    owner: slots.user,
    createdAt: at,
    createdBy: slots.user,
    updatedAt: at,
    updatedBy: slots.user,
    version: '1',
    lifeStatus: 'normal',
  };
  return { ...item, values: { ...values, ...system, ...item.values, id: item.id } };
}

const ruledFields = (object: ObjectModel): readonly FieldModel[] =>
  Object.values(object.fields).filter((field) => field.default !== undefined && field.default.node !== 'literal');

/** Defaults that are rules, in the order of the fields: a later one may read an earlier one. */
function ruleDefaults({ session, object }: WriteSet, plain: WriteItem, facts: Facts): WriteItem {
  let item = plain;
  for (const field of ruledFields(object)) {
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
function fittingOptions(object: ObjectModel, item: WriteItem): WriteItem {
  const values: Record<string, Value> = { ...item.values };
  for (const field of Object.values(object.fields)) {
    const value = values[field.name];
    if (field.options === undefined || field.system || Object.hasOwn(item.input, field.name) || typeof value !== 'string') continue;
    if (!optionsAllowed(object, field, values).includes(value)) values[field.name] = null;
  }
  return { ...item, values };
}

/** The way to the owner's department. */
function departmentPath(session: WriteSession, object: ObjectModel): PathExpression | undefined {
  const user = session.model.objects['user'];
  const department = user?.fields['department'];
  if (user === undefined || department === undefined) return undefined;
  const steps = [
    { object: object.name, field: 'owner' },
    { object: user.name, field: department.name },
  ];
  return { node: 'path', type: department.ruleType, root: 0, steps };
}

/** The owner's department goes with the owner; it is fetched together with what the rules of defaults need. */
async function fill(set: WriteSet, rules: readonly Expression[], change: (item: WriteItem, facts: Facts) => WriteItem): Promise<WriteSet> {
  const { session, object } = set;
  const items = soundItems(set);
  const path = departmentPath(session, object);
  const moved = (item: WriteItem): boolean => item.values['owner'] !== (item.old?.['owner'] ?? null);
  const expressions = path !== undefined && items.some(moved) ? [...rules, path] : rules;
  const facts = await fetchFacts(
    session,
    object,
    expressions,
    items.map((item) => ({ record: item.values })),
  );
  const filled = items.map((plain, i): WriteItem => {
    const known = facts[i] ?? noFacts;
    const item = change(plain, known);
    if (path === undefined || !moved(item)) return item;
    return { ...item, values: { ...item.values, ownerDepartment: known.get(path) ?? null } };
  });
  return replaceItems(set, filled);
}

export const defaults: Step = async (set) => {
  const { session, object } = set;
  if (set.kind === 'update') return fill(set, [], (item) => item);
  const rules = ruledFields(object).flatMap((field) => field.default ?? []);
  const fresh = mapSound(set, (item) => constants(session, object, item));
  return fill(fresh, rules, (item, facts) => fittingOptions(object, ruleDefaults(set, item, facts)));
};
