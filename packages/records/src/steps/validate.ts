// validate: required fields, options, masters, lookup filters, validation rules.
import { problem } from '@tessera/kernel';
import type { FieldModel, Label, ObjectModel, ValidationRuleModel } from '@tessera/metadata';
import { dependencies, type Expression, type JsEnvironment, type Value } from '@tessera/rules';
import { lookupsFit, type RecordValues } from '@tessera/storage';
import { recordEnvironment } from '../rules/environment.ts';
import { fetchKeptFacts } from '../rules/facts.ts';
import { optionsAllowed } from './options.ts';
import { changedOf, sameValue } from '../changed.ts';
import { isAutomatic, planOf, type WriteSession } from '../session.ts';
import { replaceItems, soundItems, withProblem, type Step, type WriteItem, type WriteSet } from '../write-set.ts';
import { textOf } from '../text-of.ts';

/** The text in the first of the reader's languages that there is, else in any. */
export function inLanguage(label: Label, languages: readonly string[]): string {
  for (const language of languages) {
    const text =
      label[language] ??
      label[language.split('-')[0] ?? ''] ??
      Object.entries(label).find(([key]) => key.split('-')[0] === language.split('-')[0])?.[1];
    if (text !== undefined) return text;
  }
  return label['en'] ?? Object.values(label)[0] ?? '';
}

const isRule = (flag: boolean | Expression): flag is Expression => typeof flag !== 'boolean';

/** A value that stays may be one that could not be chosen any more. */
function checkOptions(object: ObjectModel, field: FieldModel, item: WriteItem): WriteItem {
  const value = item.values[field.name];
  if (field.options === undefined || value === null || value === undefined || field.columns.length === 0) return item;
  const movesWith = ['recordType', ...(field.dependsOn === undefined ? [] : [field.dependsOn.field])];
  const controlled = movesWith.some((name) => !sameValue(item.values[name], item.old?.[name]));
  if (item.old !== undefined && sameValue(value, item.old[field.name]) && !controlled) return item;
  const allowed = optionsAllowed(object, field, item.values);
  const chosen: readonly Value[] = Array.isArray(value) ? (value as readonly Value[]) : [value];
  const unfit = chosen.find((option) => typeof option === 'string' && !allowed.includes(option));
  return unfit === undefined
    ? item
    : withProblem(item, 'VALUE_OPTION_UNKNOWN', { field: field.name, option: unfit, options: allowed.join(', ') }, field.name);
}

function checkField(set: WriteSet, field: FieldModel, item: WriteItem, environment: JsEnvironment): WriteItem {
  const { session, object } = set;
  const value = item.values[field.name] ?? null;
  const changed = !sameValue(value, item.old?.[field.name] ?? null);
  const required = isRule(field.required) ? session.rules.evaluate(field.required, environment) === true : field.required;
  const empty = value === null || (Array.isArray(value) && value.length === 0);
  if (required && empty && field.columns.length > 0 && field.autoNumber === undefined)
    return withProblem(item, 'VALUE_REQUIRED', { field: field.name }, field.name);
  // What a default gives is no caller's doing.
  const given = Object.hasOwn(item.input, field.name) && !set.internal && !isAutomatic(session);
  if (changed && given && isRule(field.readOnly) && session.rules.evaluate(field.readOnly, environment) === true) {
    return withProblem(item, 'FIELD_READ_ONLY', { field: field.name, reason: 'a rule makes it read-only here.' }, field.name);
  }
  if (changed && item.old !== undefined && field.lookup?.reparent === false) {
    return withProblem(item, 'FIELD_READ_ONLY', { field: field.name, reason: 'a record stays with its master.' }, field.name);
  }
  return checkOptions(object, field, item);
}

/** Whether a rule refuses the record. */
export function isBroken(
  { rules }: Pick<WriteSession, 'rules'>,
  { recordTypes, refuseWhen }: ValidationRuleModel,
  values: RecordValues,
  environment: JsEnvironment,
): boolean {
  if (recordTypes !== undefined && !recordTypes.includes(textOf(values['recordType'] ?? ''))) return false;
  return rules.evaluate(refuseWhen, environment) === true;
}

function checkRules(set: WriteSet, rules: readonly ValidationRuleModel[], item: WriteItem, environment: JsEnvironment): WriteItem {
  const { session, object } = set;
  const broken = rules.filter((rule) => isBroken(session, rule, item.values, environment));
  const problems = broken.map((rule) => {
    const message = inLanguage(rule.message, session.context.languages);
    const pointer = rule.at === undefined ? item.pointer : `${item.pointer}/${rule.at}`;
    return problem('VALIDATION_FAILED', { message, rule: rule.name, object: object.name }, { pointer });
  });
  return problems.length === 0 ? item : { ...item, problems: [...item.problems, ...problems] };
}

/** Does the write touch the lookup, or a field of the record that its filter reads. */
function touchesFilter(stored: readonly FieldModel[], item: WriteItem, field: FieldModel, filter: Expression): boolean {
  const changed = changedOf(stored, item);
  const read = dependencies(filter).paths.filter((path) => path.root === 0);
  return changed.some((each) => each === field || read.some((path) => path.steps[0]?.field === each.name));
}

/** Lookups with a filter may only be set to records that meet it. @param asks whether an item has to do with the filter of a field */
async function checkFilters(set: WriteSet, asks: (item: WriteItem, field: FieldModel, filter: Expression) => boolean): Promise<WriteSet> {
  const { session, object } = set;
  let result = set;
  const { filtered } = planOf(session, object);
  for (const field of filtered) {
    const filter = field.lookup?.filter;
    const pointedTo = session.model.objects[field.lookup?.to[0] ?? ''];
    if (filter === undefined || pointedTo === undefined) continue;
    const items = soundItems(result).filter((item) => (item.values[field.name] ?? null) !== null && asks(item, field, filter));
    if (items.length === 0) continue;
    const records = items.map((item) => item.values);
    const lookup = { holder: object, field, pointedTo, filter, records, slots: session.slots };
    const fits = await lookupsFit(session.transaction, session.target, lookup);
    const refused = items.filter((_, i) => fits[i] !== true);
    result = replaceItems(
      result,
      refused.map((item) => withProblem(item, 'LOOKUP_NOT_ALLOWED', { field: field.name }, field.name)),
    );
  }
  return result;
}

/** Checks items, each with what rules that are asked of it read beyond the record. */
async function checkItems(
  set: WriteSet,
  items: readonly WriteItem[],
  check: (item: WriteItem, environment: JsEnvironment) => WriteItem,
): Promise<WriteSet> {
  const { session, object } = set;
  const { checkFacts } = planOf(session, object);
  const facts = await fetchKeptFacts(
    session,
    object,
    checkFacts,
    items.map((item) => ({ record: item.values, old: item.old })),
    'checks',
  );
  const checked = items.map((plain, i): WriteItem => {
    const item: WriteItem = { ...plain, facts: facts[i] ?? plain.facts };
    return check(item, recordEnvironment(session, { object, record: item.values, old: item.old, facts: item.facts }));
  });
  return replaceItems(set, checked);
}

export const validate: Step = async (set) => {
  const { checked: fields, saveRules, stored } = planOf(set.session, set.object);
  const result = await checkItems(set, soundItems(set), (given, environment) => {
    let item = given;
    for (const field of fields) item = checkField(set, field, item, environment);
    return checkRules(set, saveRules, item, environment);
  });
  return checkFilters(result, (item, field, filter) => touchesFilter(stored, item, field, filter));
};

/** Of records that become void, or count again, only what was set on the way is checked, and no rule of saves is asked. */
export const validateMarked: Step = async (set) => {
  const { checked: fields, stored } = planOf(set.session, set.object);
  const others = (item: WriteItem): readonly FieldModel[] => changedOf(stored, item).filter(({ name }) => name !== 'lifeStatus');
  const items = soundItems(set).filter((item) => others(item).length > 0);
  if (items.length === 0) return set;
  const result = await checkItems(set, items, (given, environment) => {
    let item = given;
    const changed = others(given);
    for (const field of fields) if (changed.includes(field)) item = checkField(set, field, item, environment);
    return item;
  });
  return checkFilters(result, (item, field) => others(item).includes(field));
};
