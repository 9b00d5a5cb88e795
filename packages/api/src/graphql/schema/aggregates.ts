// Aggregates: groups with date buckets, measures with a filter each, and what they are chosen and ordered by.
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import {
  type GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLOutputType,
} from 'graphql';
import { aggregateOrderOf, groupByOf, havingOf } from './aggregate-inputs.ts';
import type { SchemaBuilder } from './builder.ts';
import { filterOf } from './filters.ts';
import { means, type MeasureFunction } from './meaning.ts';
import { dateBucket, groupFields, measureFamilies, measureFields, measureFunctions } from './measures.ts';
import { DateScalar, DecimalScalar } from './scalars.ts';
import { Names } from './type-names.ts';
import { isLookup, plainTarget, valueType } from './values.ts';

type Fields = Record<string, GraphQLFieldConfig<unknown, unknown>>;

/** `OpportunityGroup`: the values that the records of a group share. */
function groupOf(b: SchemaBuilder, object: ObjectModel): GraphQLObjectType {
  return b.objectType(object, 'Group', (name) => {
    return new GraphQLObjectType({
      name,
      description: 'What the records of the group share. Only what is in `groupBy` may be selected.',
      fields: b.lazily(() => {
        const names = new Names();
        for (const field of Object.keys(object.fields)) names.claim(field);
        return Object.fromEntries(groupFields(object).flatMap((field) => groupField(b, field, names)));
      }),
    });
  });
}

function groupField(b: SchemaBuilder, field: FieldModel, names: Names): [string, GraphQLFieldConfig<unknown, unknown>][] {
  const description = b.describe(field);
  const target = plainTarget(field);
  const value = means({ kind: 'groupValue', field: field.name });
  if (target !== undefined) {
    return [
      [field.name, { type: groupOf(b, b.object(target)), description, ...means({ kind: 'groupFollow', field: field.name }) }],
      [names.claim(`${field.name}Id`), { type: valueType(b, field), description, ...value }],
    ];
  }
  if (isLookup(field)) return [[names.claim(`${field.name}Id`), { type: valueType(b, field), description, ...value }]];
  if (field.wire === 'date' || field.wire === 'datetime') {
    const bucket = { type: dateBucket(b), description: 'Which grouping, where there are several of the field.' };
    return [[field.name, { type: DateScalar, args: { bucket }, description: `${description} (first day of the span)`, ...value }]];
  }
  return [[field.name, { type: valueType(b, field), description, ...value }]];
}

function measureType(b: SchemaBuilder, field: FieldModel, of: MeasureFunction): GraphQLOutputType {
  if (of === 'countDistinct') return new GraphQLNonNull(GraphQLInt);
  return of === 'sum' || of === 'avg' ? DecimalScalar : valueType(b, field);
}

function measuresOf(b: SchemaBuilder, object: ObjectModel, of: MeasureFunction): GraphQLObjectType {
  return b.objectType(object, measureFamilies[of], (name) => {
    const fields: Fields = {};
    for (const field of measureFields(object, of)) {
      const description = b.describe(field);
      fields[field.name] = { type: measureType(b, field, of), description, ...means({ kind: 'measure', field: field.name }) };
    }
    return new GraphQLObjectType({ name, fields: b.lazily(() => fields) });
  });
}

/** `OpportunityAggregate`: one group. */
export function aggregateOf(b: SchemaBuilder, object: ObjectModel): GraphQLObjectType {
  return b.objectType(object, 'Aggregate', (name) => {
    return new GraphQLObjectType({
      name,
      description: 'One group of records and what they come to. Each measure may take only some of the records (`where`).',
      fields: b.lazily(() => {
        const args = { where: { type: filterOf(b, object), description: 'Only these records of the group.' } };
        const fields: Fields = {
          group: { type: new GraphQLNonNull(groupOf(b, object)), ...means({ kind: 'group' }) },
          count: { type: new GraphQLNonNull(GraphQLInt), args, ...means({ kind: 'count' }) },
        };
        for (const of of measureFunctions(object)) {
          fields[of] = { type: new GraphQLNonNull(measuresOf(b, object, of)), args, ...means({ kind: 'measures', function: of }) };
        }
        return fields;
      }),
    });
  });
}

const listOf = (type: GraphQLInputObjectType): GraphQLList<GraphQLNonNull<GraphQLInputObjectType>> =>
  new GraphQLList(new GraphQLNonNull(type));

export function aggregateArguments(b: SchemaBuilder, object: ObjectModel): GraphQLFieldConfigArgumentMap {
  return {
    where: { type: filterOf(b, object) },
    groupBy: { type: listOf(groupByOf(b, object)), description: 'Left out, all records are one group.' },
    having: { type: havingOf(b, object), description: 'Only groups for which this holds.' },
    orderBy: { type: listOf(aggregateOrderOf(b, object)), description: 'Left out: by the groups, in their order.' },
    first: { type: GraphQLInt, description: 'At most so many groups.' },
  };
}
