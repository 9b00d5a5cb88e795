// Field types as GraphQL types: what a field's value is, going out and coming in.
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  type GraphQLScalarType,
} from 'graphql';
import type { SchemaBuilder } from './builder.ts';
import { DateScalar, DateTimeScalar, DecimalScalar, JsonScalar, RecordReferenceScalar, TimeScalar } from './scalars.ts';

export type ValueType = GraphQLScalarType | GraphQLEnumType;

const enumName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const notEnumNames: ReadonlySet<string> = new Set(['true', 'false', 'null']);

export const isEnumName = (name: string): boolean => enumName.test(name) && !notEnumNames.has(name) && !name.startsWith('__');

/** An Int holds 32 bits: nine digits always fit. */
function isInt(field: FieldModel): boolean {
  return field.decimal !== undefined && field.decimal.scale === 0 && field.decimal.precision <= 9;
}

/** The enum of a picklist; undefined where an option's name is no name in GraphQL, the field is a String then. */
function optionsType(b: SchemaBuilder, field: FieldModel): GraphQLEnumType | undefined {
  const options = Object.values(field.options ?? {});
  if (options.length === 0 || !options.every((option) => isEnumName(option.name))) return undefined;
  // All objects have the same life statuses.
  const shared = field.name === 'lifeStatus' && field.system;
  const make = (name: string): GraphQLEnumType =>
    new GraphQLEnumType({
      name,
      description: b.describe(field),
      values: Object.fromEntries(
        options.map((option) => [
          option.name,
          {
            value: option.name,
            description: b.text(option.label),
            ...(option.active ? {} : { deprecationReason: 'It stays on records that have it, but is not chosen any more.' }),
          },
        ]),
      ),
    });
  return shared ? b.type('lifeStatus', 'LifeStatus', make) : b.fieldType(field, '', make);
}

/** The type of one value: of the field, or of an entry where the field holds a list. */
export function valueType(b: SchemaBuilder, field: FieldModel): ValueType {
  switch (field.wire) {
    case 'text':
    case 'textList':
      return optionsType(b, field) ?? GraphQLString;
    case 'number':
      return isInt(field) ? GraphQLInt : GraphQLFloat;
    case 'decimal':
      return DecimalScalar;
    case 'integer':
      return GraphQLInt;
    case 'boolean':
      return GraphQLBoolean;
    case 'date':
      return DateScalar;
    case 'datetime':
      return DateTimeScalar;
    case 'time':
      return TimeScalar;
    case 'reference':
      return GraphQLID;
    case 'anyReference':
      return RecordReferenceScalar;
    case 'json':
      return JsonScalar;
    case 'secret':
      return GraphQLString;
  }
}

/** The nullable type of a field, out or in. */
export function fieldValueType(b: SchemaBuilder, field: FieldModel): ValueType | GraphQLList<GraphQLNonNull<ValueType>> {
  const type = valueType(b, field);
  return field.wire === 'textList' ? new GraphQLList(new GraphQLNonNull(type)) : type;
}

/** Fields that a picklist without options would make unusable, such as `recordType` of an object without record types. */
export function isUsable(field: FieldModel): boolean {
  return field.options === undefined || Object.keys(field.options).length > 0;
}

/** A plain lookup's target, where the field is one. */
export function plainTarget(field: FieldModel): string | undefined {
  // One to several objects keeps its form for whoever may see only one of them.
  const targets = field.wire === 'anyReference' ? [] : (field.lookup?.to ?? []);
  return targets.length === 1 ? targets[0] : undefined;
}

export function fieldsOf(object: ObjectModel): readonly FieldModel[] {
  return Object.values(object.fields).filter(isUsable);
}

/** Fields that filters, orders, groups and measures may use: a masked one is only shown. */
export function queryFieldsOf(object: ObjectModel): readonly FieldModel[] {
  return fieldsOf(object).filter((field) => field.masked !== true);
}

/** Whether a field points to records, also where none of them may be read. */
export function isLookup({ lookup, type }: FieldModel): boolean {
  return lookup !== undefined || type === 'lookup' || type === 'masterDetail' || type === 'user' || type === 'department';
}
