// What a field of the generated schema stands for in the Model; the translation of documents reads it from the schema itself.
import type { GraphQLField, GraphQLInputField } from 'graphql';

export type MeasureFunction = 'countDistinct' | 'sum' | 'avg' | 'min' | 'max';

export type WriteKind = 'create' | 'update' | 'upsert' | 'delete' | 'restore' | 'void' | 'unvoid';

/** Fields of fixed types (connections, results, events) have none: their name says it. */
export type FieldMeaning =
  // of a record
  | { readonly kind: 'value'; readonly field: string }
  | { readonly kind: 'nodeId' }
  | { readonly kind: 'lookup'; readonly field: string; readonly targets: readonly string[] }
  | { readonly kind: 'children'; readonly relation: string; readonly object: string }
  | { readonly kind: 'childAggregate'; readonly relation: string; readonly object: string }
  // of a row of an aggregate
  | { readonly kind: 'group' }
  | { readonly kind: 'groupFollow'; readonly field: string }
  | { readonly kind: 'groupValue'; readonly field: string }
  | { readonly kind: 'count' }
  | { readonly kind: 'measures'; readonly function: MeasureFunction }
  | { readonly kind: 'measure'; readonly field: string }
  // roots
  | { readonly kind: 'node' }
  | { readonly kind: 'record'; readonly object: string }
  | { readonly kind: 'list'; readonly object: string }
  | { readonly kind: 'aggregate'; readonly object: string }
  | { readonly kind: 'write'; readonly write: WriteKind; readonly object: string; readonly bulk: boolean }
  | { readonly kind: 'changed'; readonly object: string | undefined }
  | { readonly kind: 'action'; readonly name: string }
  // of an outcome: a property under another name; the record whose id it is, of this object or of the one that the outcome names
  | { readonly kind: 'part'; readonly from: string }
  | { readonly kind: 'shown'; readonly object: string | undefined; readonly from: string };

export type InputMeaning =
  // of a filter or a having
  | { readonly kind: 'and' | 'or' | 'not' }
  | { readonly kind: 'compare'; readonly field: string }
  | { readonly kind: 'quantify'; readonly relation: string }
  | { readonly kind: 'targets' }
  // of a filter, an order or a grouping: `account`, or `about:account` where the lookup has several targets
  | { readonly kind: 'follow'; readonly segment: string }
  // of an order or a grouping
  | { readonly kind: 'key'; readonly field: string }
  // of what an aggregate is ordered by or must have
  | { readonly kind: 'group' }
  | { readonly kind: 'count' }
  | { readonly kind: 'measures'; readonly function: MeasureFunction };

/** For the configuration of a field: `{ type, ...means({ kind: 'nodeId' }) }`. */
export function means(meaning: FieldMeaning | InputMeaning): { readonly extensions: { readonly meaning: FieldMeaning | InputMeaning } } {
  return { extensions: { meaning } };
}

export function fieldMeaning(field: GraphQLField<unknown, unknown>): FieldMeaning | undefined {
  return field.extensions['meaning'] as FieldMeaning | undefined;
}

export function inputMeaning(field: GraphQLInputField): InputMeaning | undefined {
  return field.extensions['meaning'] as InputMeaning | undefined;
}
