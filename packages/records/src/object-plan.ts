// What a write needs to know of an object, gathered once for as long as its Model is kept.
import type { FieldModel, Model, ObjectModel, ValidationRuleModel } from '@tessera/metadata';
import type { Expression, PathExpression, Value } from '@tessera/rules';
import { blankRecord, recordFields, recordReader, type RecordValues, type Row } from '@tessera/storage';
import { fileFields } from './files/claim.ts';
import { parentsOver } from './rollups/parents.ts';
import { factsOfAll } from './rules/rule-facts.ts';
import { duplicatePlan, type DuplicatePlan } from './matching/duplicate-plan.ts';
import { storedKeys, type StoredKeys } from './matching/keys.ts';
import { searchWords, type SearchWords } from './search/vector.ts';
import { stagedFields, type StagedField } from './stages/plan.ts';

export interface ObjectPlan {
  /** A record from a row with all stored columns. */
  readonly read: (row: Row) => RecordValues;
  /** Those with columns. */
  readonly stored: readonly FieldModel[];
  readonly lookups: readonly FieldModel[];
  readonly filtered: readonly FieldModel[];
  readonly files: readonly FieldModel[];
  readonly numbered: readonly FieldModel[];
  /** Fields of a caller's choice among options. */
  readonly chosen: readonly FieldModel[];
  /** What a new record has before anybody says anything: constants, and zeros of roll-ups. */
  readonly constants: RecordValues;
  readonly recordType: string | null;
  /** Fields whose default is a rule, in their order: a later one may read an earlier one. */
  readonly ruled: readonly FieldModel[];
  /** Fields of which there is something to check. */
  readonly checked: readonly FieldModel[];
  readonly saveRules: readonly ValidationRuleModel[];
  /** What the rules of these defaults need beyond the record. */
  readonly ruledFacts: readonly Expression[];
  /** What all rules need by which a record is checked. */
  readonly checkFacts: readonly Expression[];
  /** The way to the owner's department. */
  readonly department: PathExpression | undefined;
  /** The objects with stored roll-ups over this one, in Model order. */
  readonly parents: readonly ObjectModel[];
  /** The objects whose records belong to its own by master-detail. */
  readonly details: readonly ObjectModel[];
  /** Fields whose options are stages of a flow. */
  readonly staged: readonly StagedField[];
  /** How its records are found; undefined where there is nothing to search. */
  readonly words: SearchWords | undefined;
  /** By which keys matching rules find them; undefined where none does. */
  readonly keys: StoredKeys | undefined;
  /** What its writes are checked for; undefined where there is no duplicate rule. */
  readonly duplicates: DuplicatePlan | undefined;
}

const isRule = (flag: boolean | Expression): flag is Expression => typeof flag !== 'boolean';

function constantsOf(object: ObjectModel, fields: readonly FieldModel[]): RecordValues {
  const values: Record<string, Value> = { ...blankRecord(object) };
  for (const { name, default: given, rollup } of fields) {
    if (given?.node === 'literal') values[name] = given.value;
    // Counts and sums of no children are zero, not unknown.
    const isCounted = rollup?.aggregate.function === 'count' || rollup?.aggregate.function === 'sum';
    if (rollup !== undefined && rollup.upkeep !== 'live' && isCounted) values[name] = '0';
  }
  return values;
}

const isChecked = (field: FieldModel): boolean =>
  field.required !== false || isRule(field.readOnly) || field.lookup?.reparent === false || field.options !== undefined;

const detailsOf = ({ objects }: Model, { name }: ObjectModel): readonly ObjectModel[] =>
  Object.values(objects).filter(({ fields }) =>
    Object.values(fields).some(({ type, lookup }) => type === 'masterDetail' && lookup?.to.includes(name) === true),
  );

function departmentPath(model: Model, object: ObjectModel): PathExpression | undefined {
  const user = model.objects['user'];
  const department = user?.fields['department'];
  if (user === undefined || department === undefined) return undefined;
  const steps = [
    { object: object.name, field: 'owner' },
    { object: user.name, field: department.name },
  ];
  return { node: 'path', type: department.ruleType, root: 0, steps };
}

export function planObject(model: Model, object: ObjectModel): ObjectPlan {
  const fields = Object.values(object.fields);
  const stored = recordFields(object);
  const types = Object.values(object.recordTypes);
  const ruled = fields.filter((field) => field.default !== undefined && field.default.node !== 'literal');
  const saveRules = Object.values(object.validationRules).filter((rule) => rule.check === 'save' && rule.on.includes('save'));
  return {
    read: recordReader(object),
    stored,
    lookups: stored.filter((field) => field.lookup !== undefined),
    filtered: fields.filter((field) => field.lookup?.filter !== undefined),
    files: fileFields(object),
    numbered: fields.filter((field) => field.autoNumber !== undefined),
    chosen: fields.filter((field) => field.options !== undefined && !field.system),
    constants: constantsOf(object, fields),
    recordType: types.find((type) => type.default)?.name ?? types[0]?.name ?? null,
    ruled,
    checked: fields.filter(isChecked),
    saveRules,
    ruledFacts: factsOfAll(
      object,
      ruled.flatMap((field) => field.default ?? []),
    ),
    checkFacts: factsOfAll(object, [
      ...fields.flatMap((field) => [field.required, field.readOnly].filter(isRule)),
      ...saveRules.map((rule) => rule.refuseWhen),
    ]),
    department: departmentPath(model, object),
    parents: parentsOver({ model }, object),
    details: detailsOf(model, object),
    staged: stagedFields(model, object),
    words: searchWords(object),
    keys: storedKeys(model, object),
    duplicates: duplicatePlan(model, object),
  };
}
