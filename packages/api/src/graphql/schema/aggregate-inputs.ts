// What aggregates are grouped by, what their groups must have, and their order.
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInt,
  type GraphQLInputFieldConfig,
  type GraphQLInputFieldConfigMap,
  type GraphQLInputType,
} from 'graphql';
import type { SchemaBuilder } from './builder.ts';
import { junctions } from './filters.ts';
import { means, type MeasureFunction } from './meaning.ts';
import { dateBucket, groupFields, measureFamilies, measureFields, measureFunctions } from './measures.ts';
import { DecimalScalar } from './scalars.ts';
import { Names } from './type-names.ts';
import { isLookup, plainTarget, valueType, type ValueType } from './values.ts';

type Entry = [string, GraphQLInputFieldConfig];

/** A tree of the fields that groups are made of: each leaf of the type that `leaf` says. */
function groupTree(
  b: SchemaBuilder,
  object: ObjectModel,
  tree: { readonly kind: 'GroupBy' | 'GroupOrder'; readonly leaf: (field: FieldModel) => GraphQLInputType },
): GraphQLInputObjectType {
  return b.objectType(object, tree.kind, (name) => {
    return new GraphQLInputObjectType({
      name,
      isOneOf: true,
      description: 'Exactly one key; further keys are further entries of the list.',
      fields: b.lazily(() => {
        const names = new Names();
        for (const field of Object.keys(object.fields)) names.claim(field);
        const entries = groupFields(object).flatMap((field): Entry[] => {
          const description = b.describe(field);
          const leaf = { type: tree.leaf(field), description, ...means({ kind: 'key', field: field.name }) };
          const target = plainTarget(field);
          if (target === undefined) return [[isLookup(field) ? names.claim(`${field.name}Id`) : field.name, leaf]];
          const type = groupTree(b, b.object(target), tree);
          return [
            [field.name, { type, description, ...means({ kind: 'follow', segment: field.name }) }],
            [names.claim(`${field.name}Id`), leaf],
          ];
        });
        return Object.fromEntries(entries);
      }),
    });
  });
}

/** `OpportunityGroupBy`: `{ stage: VALUE }`, `{ closeDate: MONTH }`, `{ account: { industry: VALUE } }`. */
export function groupByOf(b: SchemaBuilder, object: ObjectModel): GraphQLInputObjectType {
  const grouping = b.type('grouping', 'Grouping', (name) => {
    return new GraphQLEnumType({ name, values: { VALUE: { value: 'value', description: 'One group for each value.' } } });
  });
  const leaf = (field: FieldModel): GraphQLInputType => (field.wire === 'date' || field.wire === 'datetime' ? dateBucket(b) : grouping);
  return groupTree(b, object, { kind: 'GroupBy', leaf });
}

/** Inside, whether it descends. */
function sortDirection(b: SchemaBuilder): GraphQLEnumType {
  return b.type('sortDirection', 'SortDirection', (name) => {
    return new GraphQLEnumType({ name, values: { ASC: { value: false }, DESC: { value: true } } });
  });
}

function measureOrder(b: SchemaBuilder, object: ObjectModel, of: MeasureFunction): GraphQLInputObjectType {
  return b.objectType(object, `${measureFamilies[of]}Order`, (name) => {
    const entries = measureFields(object, of).map((field): Entry => {
      return [field.name, { type: sortDirection(b), ...means({ kind: 'key', field: field.name }) }];
    });
    return new GraphQLInputObjectType({ name, isOneOf: true, fields: b.lazily(() => Object.fromEntries(entries)) });
  });
}

/** `OpportunityAggregateOrder`: `{ sum: { amount: DESC } }`, `{ group: { stage: ASC } }`, `{ count: DESC }`. */
export function aggregateOrderOf(b: SchemaBuilder, object: ObjectModel): GraphQLInputObjectType {
  return b.objectType(object, 'AggregateOrder', (name) => {
    return new GraphQLInputObjectType({
      name,
      isOneOf: true,
      description: 'Exactly one key; further keys are further entries of the list. Measures are those without a filter.',
      fields: b.lazily(() => {
        const group = groupTree(b, object, { kind: 'GroupOrder', leaf: () => sortDirection(b) });
        const entries = measureFunctions(object).map((of): Entry => {
          return [of, { type: measureOrder(b, object, of), ...means({ kind: 'measures', function: of }) }];
        });
        return {
          group: { type: group, ...means({ kind: 'group' }) },
          count: { type: sortDirection(b), ...means({ kind: 'count' }) },
          ...Object.fromEntries(entries),
        };
      }),
    });
  });
}

/** Comparisons of a measure with a constant. */
function comparison(b: SchemaBuilder, type: ValueType): GraphQLInputObjectType {
  return b.type(`comparison:${type.name}`, `${type.name}Comparison`, (name) => {
    const operators = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte'];
    return new GraphQLInputObjectType({ name, fields: Object.fromEntries(operators.map((operator) => [operator, { type }])) });
  });
}

function measuredType(b: SchemaBuilder, field: FieldModel, of: MeasureFunction): ValueType {
  if (of === 'countDistinct') return GraphQLInt;
  return of === 'sum' || of === 'avg' ? DecimalScalar : valueType(b, field);
}

function measureHaving(b: SchemaBuilder, object: ObjectModel, of: MeasureFunction): GraphQLInputObjectType {
  return b.objectType(object, `${measureFamilies[of]}Having`, (name) => {
    const entries = measureFields(object, of).map((field): Entry => {
      return [field.name, { type: comparison(b, measuredType(b, field, of)), ...means({ kind: 'compare', field: field.name }) }];
    });
    return new GraphQLInputObjectType({ name, fields: Object.fromEntries(entries) });
  });
}

/** `OpportunityHaving`: `{ sum: { amount: { gt: "1000" } }, count: { gte: 5 } }`. */
export function havingOf(b: SchemaBuilder, object: ObjectModel): GraphQLInputObjectType {
  return b.objectType(object, 'Having', (name): GraphQLInputObjectType => {
    const type: GraphQLInputObjectType = new GraphQLInputObjectType({
      name,
      description: 'All that is said must hold. Measures are those without a filter.',
      fields: b.lazily(() => {
        const fields: GraphQLInputFieldConfigMap = {
          ...junctions(type),
          count: { type: comparison(b, GraphQLInt), ...means({ kind: 'count' }) },
        };
        for (const of of measureFunctions(object)) {
          fields[of] = { type: measureHaving(b, object, of), ...means({ kind: 'measures', function: of }) };
        }
        return fields;
      }),
    });
    return type;
  });
}
