// defaults: what a new record has where the caller said nothing; and who it belongs to.
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import type { Expression, PathExpression, Value } from '@tessera/rules';
import { recordEnvironment } from '../environment.ts';
import { fetchFacts } from '../facts.ts';
import type { WriteSession } from '../session.ts';
import { mapSound, replaceItems, soundItems, type Step, type WriteItem, type WriteSet } from '../write-set.ts';

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

/** Defaults that are rules, in the order of the fields: a later one may read an earlier one. */
async function ruleDefaults(set: WriteSet): Promise<WriteSet> {
  const { session, object } = set;
  const fields = Object.values(object.fields).filter((field) => field.default !== undefined && field.default.node !== 'literal');
  if (fields.length === 0) return set;
  const items = soundItems(set);
  const expressions = fields.map((field) => field.default).filter((rule): rule is Expression => rule !== undefined);
  const facts = await fetchFacts(
    session,
    object,
    expressions,
    items.map((item) => ({ record: item.values })),
  );
  const changed = items.map((item, i): WriteItem => {
    const values: Record<string, Value> = { ...item.values };
    for (const field of fields) {
      if (field.default === undefined || Object.hasOwn(item.input, field.name)) continue;
      values[field.name] = session.rules.evaluate(
        field.default,
        recordEnvironment(session, { object, record: values, facts: facts[i] ?? new Map<Expression, Value>() }),
      );
    }
    return { ...item, values };
  });
  return replaceItems(set, changed);
}

/** The owner's department goes with the owner. */
async function ownerDepartments(set: WriteSet): Promise<WriteSet> {
  const { session, object } = set;
  const user = session.model.objects['user'];
  const department = user?.fields['department'];
  if (user === undefined || department === undefined) return set;
  const items = soundItems(set).filter((item) => item.values['owner'] !== (item.old?.['owner'] ?? null));
  if (items.length === 0) return set;
  const path: PathExpression = {
    node: 'path',
    type: department.ruleType,
    root: 0,
    steps: [
      { object: object.name, field: 'owner' },
      { object: user.name, field: department.name },
    ],
  };
  const facts = await fetchFacts(
    session,
    object,
    [path],
    items.map((item) => ({ record: item.values })),
  );
  return replaceItems(
    set,
    items.map((item, i) => ({ ...item, values: { ...item.values, ownerDepartment: facts[i]?.get(path) ?? null } })),
  );
}

export const defaults: Step = async (set) => {
  const { session, object } = set;
  if (set.kind === 'create') {
    return ownerDepartments(await ruleDefaults(mapSound(set, (item) => constants(session, object, item))));
  }
  return ownerDepartments(set);
};
