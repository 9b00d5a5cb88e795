// `orderBy`: one key per entry, through lookups where wanted: `[{ amount: DESC }, { account: { name: ASC } }]`.
import { fieldTypes, type ObjectModel } from '@tessera/metadata';
import { GraphQLEnumType, GraphQLInputObjectType, type GraphQLInputFieldConfig } from 'graphql';
import type { SchemaBuilder } from './builder.ts';
import { means } from './meaning.ts';
import { plainTarget, queryFieldsOf } from './values.ts';

/** What the values of OrderDirection are inside. */
export interface Direction {
  readonly descending: boolean;
  readonly nulls?: 'first' | 'last';
}

const directions: Readonly<Record<string, { readonly value: Direction; readonly description: string }>> = {
  ASC: { value: { descending: false }, description: 'Smallest first; what has no value comes last.' },
  DESC: { value: { descending: true }, description: 'Greatest first; what has no value comes first.' },
  ASC_NULLS_FIRST: { value: { descending: false, nulls: 'first' }, description: 'Smallest first, after what has no value.' },
  ASC_NULLS_LAST: { value: { descending: false, nulls: 'last' }, description: 'Smallest first, then what has no value.' },
  DESC_NULLS_FIRST: { value: { descending: true, nulls: 'first' }, description: 'Greatest first, after what has no value.' },
  DESC_NULLS_LAST: { value: { descending: true, nulls: 'last' }, description: 'Greatest first, then what has no value.' },
};

export function orderDirection(b: SchemaBuilder): GraphQLEnumType {
  return b.type('orderDirection', 'OrderDirection', (name) => new GraphQLEnumType({ name, values: directions }));
}

/** `OpportunityOrder`: exactly one of its keys. */
export function orderOf(b: SchemaBuilder, object: ObjectModel): GraphQLInputObjectType {
  return b.objectType(object, 'Order', (name) => {
    return new GraphQLInputObjectType({
      name,
      isOneOf: true,
      description: 'Exactly one key; further keys are further entries of the list.',
      fields: b.lazily(() => Object.fromEntries(orderKeys(b, object))),
    });
  });
}

function orderKeys(b: SchemaBuilder, object: ObjectModel): readonly [string, GraphQLInputFieldConfig][] {
  return queryFieldsOf(object).flatMap((field): [string, GraphQLInputFieldConfig][] => {
    const description = b.describe(field);
    const target = plainTarget(field);
    if (target !== undefined) {
      const type = orderOf(b, b.object(target));
      return [[field.name, { type, description, ...means({ kind: 'follow', segment: field.name }) }]];
    }
    const ordered = !['json', 'textList', 'secret', 'reference', 'anyReference'].includes(field.wire) || field.type === 'id';
    if (!fieldTypes[field.type].sortable || !ordered) return [];
    return [[field.name, { type: orderDirection(b), description, ...means({ kind: 'key', field: field.name }) }]];
  });
}
