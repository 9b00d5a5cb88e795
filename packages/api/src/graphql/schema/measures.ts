// Which fields make groups, and which fields a function of aggregates works on.
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import { GraphQLEnumType } from 'graphql';
import type { SchemaBuilder } from './builder.ts';
import type { MeasureFunction } from './meaning.ts';
import { queryFieldsOf } from './values.ts';

const groupable: ReadonlySet<string> = new Set(['text', 'number', 'decimal', 'integer', 'boolean', 'date', 'datetime', 'reference']);

/** Fields whose values may make groups. Long texts and lists may not. */
export function groupFields(object: ObjectModel): readonly FieldModel[] {
  return queryFieldsOf(object).filter((field) => groupable.has(field.wire) && field.type !== 'textarea' && field.type !== 'richText');
}

/** Fields that a function of aggregates works on. */
export function measureFields(object: ObjectModel, of: MeasureFunction): readonly FieldModel[] {
  return queryFieldsOf(object).filter((field) => {
    if (of === 'countDistinct') return !['json', 'textList', 'secret', 'anyReference'].includes(field.wire);
    const number = ['number', 'decimal', 'integer'].includes(field.wire) && field.name !== 'version';
    if (of === 'sum' || of === 'avg') return number;
    return number || ['date', 'datetime', 'time'].includes(field.wire) || (field.wire === 'text' && field.options === undefined);
  });
}

/** The functions that an object has fields for. */
export function measureFunctions(object: ObjectModel): readonly MeasureFunction[] {
  const all: readonly MeasureFunction[] = ['countDistinct', 'sum', 'avg', 'min', 'max'];
  return all.filter((name) => measureFields(object, name).length > 0);
}

/** Functions of one family share their types: what they are called after the object's name. */
export const measureFamilies: Readonly<Record<MeasureFunction, 'Counts' | 'Totals' | 'Extremes'>> = {
  countDistinct: 'Counts',
  sum: 'Totals',
  avg: 'Totals',
  min: 'Extremes',
  max: 'Extremes',
};

export function dateBucket(b: SchemaBuilder): GraphQLEnumType {
  return b.type('dateBucket', 'DateBucket', (name) => {
    const values = ['day', 'week', 'month', 'quarter', 'year'].map((bucket) => [bucket.toUpperCase(), { value: bucket }] as const);
    return new GraphQLEnumType({
      name,
      description: "A span of the calendar, by the clocks of the tenant's zone; weeks begin on Monday.",
      values: Object.fromEntries(values),
    });
  });
}
