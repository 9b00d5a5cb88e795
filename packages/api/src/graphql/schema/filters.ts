// `where`: a filter per object, with the comparisons of each field, the records behind lookups, and some/none/every over children.
import { fieldTypes, type FieldModel, type FilterOperator, type ObjectModel } from '@tessera/metadata';
import {
  GraphQLBoolean,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  type GraphQLInputFieldConfig,
  type GraphQLInputFieldConfigMap,
} from 'graphql';
import type { SchemaBuilder } from './builder.ts';
import { means } from './meaning.ts';
import { Names } from './type-names.ts';
import { isLookup, plainTarget, queryFieldsOf, valueType } from './values.ts';

const ordering: ReadonlySet<FilterOperator> = new Set(['lt', 'lte', 'gt', 'gte']);

/** The comparisons of a field; those that have no meaning for its values (an order of options or ids) are left out. */
function operatorsOf(field: FieldModel): readonly FilterOperator[] {
  const all = fieldTypes[field.type].filters;
  if (field.wire === 'json' || field.wire === 'secret') return ['isNull'];
  if (field.wire === 'textList') return all.filter((operator) => operator === 'includes' || operator === 'isNull');
  if (field.wire === 'boolean') return all.filter((operator) => operator === 'eq' || operator === 'ne' || operator === 'isNull');
  const unordered = field.wire === 'reference' || field.wire === 'anyReference' || field.options !== undefined;
  return unordered ? all.filter((operator) => !ordering.has(operator)) : all;
}

const meanings: Readonly<Record<FilterOperator, string>> = {
  eq: 'The same; null: has no value.',
  ne: 'Not the same; what has no value is not the same.',
  in: 'One of these.',
  notIn: 'None of these; what has no value is none of them.',
  lt: 'Less, earlier.',
  lte: 'Less, earlier or the same.',
  gt: 'Greater, later.',
  gte: 'Greater, later or the same.',
  contains: 'Holds this text (case-sensitive).',
  startsWith: 'Begins so (case-sensitive).',
  endsWith: 'Ends so (case-sensitive).',
  isNull: 'Whether it has no value.',
  includes: 'Holds this option.',
  within: 'Lies within a range around now: today, thisWeek, lastMonth, nextQuarter, thisYear, last30Days, next7Days and the like.',
};

function operatorType(b: SchemaBuilder, field: FieldModel, operator: FilterOperator): GraphQLInputFieldConfig['type'] {
  if (operator === 'isNull') return GraphQLBoolean;
  if (operator === 'within') return GraphQLString;
  const type = valueType(b, field);
  return operator === 'in' || operator === 'notIn' ? new GraphQLList(new GraphQLNonNull(type)) : type;
}

/** What the type of a field's values is called. Options that are no names in GraphQL are texts with fewer comparisons. */
function valueName(b: SchemaBuilder, field: FieldModel): string {
  const { name } = valueType(b, field);
  if (name === 'ID') return 'Id';
  if (name !== 'String' || field.options === undefined) return name;
  return field.wire === 'textList' ? 'OptionList' : 'Option';
}

/** The comparisons of one field; fields of the same kind share the type. */
function comparisons(b: SchemaBuilder, field: FieldModel): GraphQLInputObjectType {
  const operators = operatorsOf(field);
  const value = valueName(b, field);
  const onlyNull = operators.every((operator) => operator === 'isNull');
  const full = operators.length === fieldTypes[field.type].filters.length;
  const computed = field.type === 'formula' || field.type === 'quote' || field.type === 'rollup';
  // A computed text, day or Boolean has other comparisons than a stored one.
  const prefix = computed && (!full || ['text', 'date', 'datetime'].includes(field.wire)) && field.options === undefined ? 'Computed' : '';
  const key = onlyNull ? 'compare:null' : `compare:${value}:${operators.join()}`;
  return b.type(key, onlyNull ? 'NullFilter' : `${prefix}${value}Filter`, (name) => {
    const fields = operators.map((operator): [string, GraphQLInputFieldConfig] => [
      operator,
      { type: operatorType(b, field, operator), description: meanings[operator] },
    ]);
    return new GraphQLInputObjectType({ name, description: 'All that is said must hold.', fields: Object.fromEntries(fields) });
  });
}

function targetsFilter(b: SchemaBuilder, field: FieldModel): GraphQLInputObjectType {
  return b.fieldType(field, 'Filter', (name) => {
    return new GraphQLInputObjectType({
      name,
      description: 'Says what the record is, by its object.',
      fields: b.lazily(() =>
        Object.fromEntries(
          (field.lookup?.to ?? []).map((target) => [
            target,
            { type: filterOf(b, b.object(target)), ...means({ kind: 'follow', segment: `${field.name}:${target}` }) },
          ]),
        ),
      ),
    });
  });
}

function relationFilter(b: SchemaBuilder, object: ObjectModel): GraphQLInputObjectType {
  return b.objectType(object, 'RelationFilter', (name) => {
    const type = filterOf(b, object);
    return new GraphQLInputObjectType({
      name,
      fields: {
        some: { type, description: 'There is at least one such record.' },
        none: { type, description: 'There is no such record.' },
        every: { type, description: 'All records are such; true where there is none.' },
      },
    });
  });
}

function lookupFilters(b: SchemaBuilder, field: FieldModel, names: Names): [string, GraphQLInputFieldConfig][] {
  const targets = field.lookup?.to ?? [];
  const description = b.describe(field);
  const compare = { type: comparisons(b, field), description, ...means({ kind: 'compare', field: field.name }) };
  const plain = plainTarget(field);
  if (plain !== undefined) {
    const type = filterOf(b, b.object(plain));
    return [
      [field.name, { type, description, ...means({ kind: 'follow', segment: field.name }) }],
      [names.claim(`${field.name}Id`), compare],
    ];
  }
  const byId: [string, GraphQLInputFieldConfig] = [names.claim(`${field.name}Id`), { ...compare, type: idComparisons(b) }];
  if (targets.length === 0) return [byId];
  return [[field.name, { type: targetsFilter(b, field), description, ...means({ kind: 'targets' }) }], byId];
}

/** A polymorphic lookup is compared by id alone: ids are unique over all objects. */
function idComparisons(b: SchemaBuilder): GraphQLInputObjectType {
  const id = b.objects[0]?.fields['id'];
  if (id === undefined) throw new TypeError('The model has no objects.');
  return comparisons(b, id);
}

/** `OpportunityFilter` */
export function filterOf(b: SchemaBuilder, object: ObjectModel): GraphQLInputObjectType {
  return b.objectType(object, 'Filter', (name): GraphQLInputObjectType => {
    const type: GraphQLInputObjectType = new GraphQLInputObjectType({
      name,
      description: 'All that is said must hold.',
      fields: b.lazily(() => ({ ...junctions(type), ...conditions(b, object) })),
    });
    return type;
  });
}

export function junctions(type: GraphQLInputObjectType): GraphQLInputFieldConfigMap {
  const list = new GraphQLList(new GraphQLNonNull(type));
  return {
    and: { type: list, description: 'All of these hold.', ...means({ kind: 'and' }) },
    or: { type: list, description: 'At least one of these holds.', ...means({ kind: 'or' }) },
    not: { type, description: 'This does not hold.', ...means({ kind: 'not' }) },
  };
}

function conditions(b: SchemaBuilder, object: ObjectModel): GraphQLInputFieldConfigMap {
  const names = new Names();
  for (const name of [...Object.keys(object.fields), ...Object.keys(object.relations)]) names.claim(name);
  const fields = queryFieldsOf(object).flatMap((field): [string, GraphQLInputFieldConfig][] => {
    if (isLookup(field)) return lookupFilters(b, field, names);
    if (operatorsOf(field).length === 0) return [];
    const config = { type: comparisons(b, field), description: b.describe(field), ...means({ kind: 'compare', field: field.name }) };
    return [[field.name, config]];
  });
  const relations = Object.values(object.relations).map((relation): [string, GraphQLInputFieldConfig] => {
    const child = b.object(relation.object);
    return [
      relation.name,
      {
        type: relationFilter(b, child),
        description: b.text(child.pluralLabel),
        ...means({ kind: 'quantify', relation: relation.name }),
      },
    ];
  });
  return Object.fromEntries([...fields, ...relations]);
}
