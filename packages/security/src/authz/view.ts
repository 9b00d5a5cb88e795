// The view: the Model as it exists for a person. What may not be read is not in it.
import {
  type ConversionTargetModel,
  ruleScope,
  type FieldModel,
  type KeyModel,
  type Model,
  type NamedRuleModel,
  type ObjectModel,
  type ObjectVerbs,
  type RelationModel,
} from '@tessera/metadata';
import { checkRule } from '@tessera/rules';
import { canRead, readsOnlyReadable } from './closure.ts';
import { named } from './named.ts';
import { objectPolicy, type ObjectPolicy, type Policy } from './policy.ts';
import { levelsOf } from './restrict-expression.ts';
import { viewField, type Viewing } from './view-fields.ts';
import { viewPages } from './view-pages.ts';

function relationLeft({ object, by }: RelationModel, { levels, model }: Viewing): boolean {
  return levels.readable(object) && canRead(levels, model, { object, field: by });
}

function keyLeft(object: string, { fields, where }: KeyModel, viewing: Viewing): boolean {
  const { levels, model } = viewing;
  return fields.every((field) => canRead(levels, model, { object, field })) && (where === undefined || viewing.reads(where));
}

const kept = <T>(map: Readonly<Record<string, T>>, keep: (item: T) => boolean): Readonly<Record<string, T>> =>
  named(Object.entries(map).filter(([, item]) => keep(item)));

function viewObject(object: ObjectModel, allowed: ObjectPolicy, shape: string, viewing: Viewing): ObjectModel {
  const fields = named(
    Object.values(object.fields).flatMap((field) => {
      const seen = viewField(field, allowed, viewing);
      return seen === undefined ? [] : [[field.name, seen] as const];
    }),
  );
  const recordTypes = named(
    Object.entries(object.recordTypes).map(
      ([name, type]) => [name, Object.freeze({ ...type, options: optionsLeft(type.options, fields) })] as const,
    ),
  );
  return Object.freeze({
    ...object,
    // For people who work on the metadata; it may speak of what others do not have.
    description: undefined,
    fields,
    recordTypes,
    dormantFields: named<FieldModel>([]),
    relations: kept(object.relations, (relation) => relationLeft(relation, viewing)),
    keys: kept(object.keys, (key) => keyLeft(object.name, key, viewing)),
    // They belong to writing, which knows the whole Model.
    validationRules: named<never>([]),
    team: object.team && { roles: object.team.roles, rules: {} },
    allows: verbsOf(allowed),
    renamedFrom: [],
    hash: `${object.hash}.${shape}`,
  });
}

function verbsOf({ create, update, delete: remove, import: take, export: give, changeOwner, seeDeleted }: ObjectPolicy): ObjectVerbs {
  return { create, update, delete: remove, import: take, export: give, changeOwner, seeDeleted };
}

function optionsLeft(
  options: Readonly<Record<string, readonly string[]>>,
  fields: Readonly<Record<string, FieldModel>>,
): Readonly<Record<string, readonly string[]>> {
  return named(Object.entries(options).filter(([field]) => fields[field] !== undefined && fields[field].masked !== true));
}

/** By which conversions records may be asked to be converted: their names and labels, nothing of what they map. */
function conversionsOf({ conversions }: Model, objects: Model['objects']): Model['conversions'] {
  // What may be found instead of made needs no right to make it; what may be left out, none at all.
  const isInReach = ({ object, when, by, find }: ConversionTargetModel): boolean =>
    when !== undefined || by !== undefined || find !== undefined || objects[object]?.allows?.create === true;
  const updatable = Object.values(conversions).filter(
    ({ object, targets }) => objects[object]?.allows?.update === true && targets.every(isInReach),
  );
  const nothing = { when: undefined, message: undefined, targets: [], attached: undefined, set: named<never>([]) };
  return named(updatable.map(({ name, label, object }) => [name, { name, label, object, ...nothing }] as const));
}

/** A rule that reads what is gone would tell of it by its own text. */
function rulesLeft(viewing: Viewing): Readonly<Record<string, NamedRuleModel>> {
  const { model, levels } = viewing;
  return kept(model.rules, ({ source, object }) => {
    if (object !== undefined && !levels.readable(object)) return false;
    const { expression } = checkRule(source, ruleScope(model, object ?? ''));
    return expression !== undefined && viewing.reads(expression);
  });
}

/**
 * The Model as it exists for whoever has this policy; frozen, and to be kept by its hash (the Model's and the policy's shape). An
 * administrator's is the Model itself.
 *
 * Compile and write with the whole Model: conditions of layouts and fields may read what is not in the view, and are worked out there.
 */
export function viewOf(model: Model, policy: Policy): Model {
  if (policy.administrator) return model;
  const levels = levelsOf(policy);
  const viewing: Viewing = { model, levels, reads: (expression) => readsOnlyReadable(levels, model, expression) };
  const objects = named(
    Object.values(model.objects).flatMap((object) => {
      const allowed = objectPolicy(policy, object.name);
      return allowed === undefined ? [] : [[object.name, viewObject(object, allowed, policy.shape, viewing)] as const];
    }),
  );
  return Object.freeze({
    ...model,
    hash: `${model.hash}.${policy.shape}`,
    objects,
    ...viewPages(viewing, objects),
    rules: rulesLeft(viewing),
    roles: named<never>([]),
    permissionSets: named<never>([]),
    sharingRules: named<never>([]),
    automations: named<never>([]),
    approvalProcesses: named<never>([]),
    templates: named<never>([]),
    decisionTables: named<never>([]),
    stageFlows: named<never>([]),
    clocks: named<never>([]),
    matchingRules: named<never>([]),
    duplicateRules: named<never>([]),
    pools: named<never>([]),
    assignmentRules: named<never>([]),
    conversions: conversionsOf(model, objects),
    source: named(Object.keys(model.source).map((kind) => [kind, named<unknown>([])] as const)),
  });
}
