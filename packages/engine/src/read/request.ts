// What a caller asks to read: names and rules as written. Engine checks it against the Model and makes the query AST of it.
import type { Given, GivenValue } from '@tessera/kernel';
import type { DateBucket, HavingCondition } from '@tessera/storage';

export type { DateBucket, HavingCondition } from '@tessera/storage';

export interface OrderRequest {
  /** A field, or a path through lookups: `account.name`. */
  readonly path: string;
  readonly descending?: boolean;
  readonly nulls?: 'first' | 'last';
}

/** Relay paging: `first`/`after` or `last`/`before`. Cursors are the opaque texts of an earlier answer, given ones in a planned read. */
export interface PageRequest {
  readonly first?: number;
  readonly after?: string | Given;
  readonly last?: number;
  readonly before?: string | Given;
}

export interface ListRequest {
  /** JSON-Logic, a condition over one record. */
  readonly filter?: unknown;
  readonly orderBy?: readonly OrderRequest[];
  readonly page?: PageRequest;
  readonly deleted?: 'with' | 'only';
  /** Put before the pointers of problems: they then read `<at>/filter/…`, `<at>/orderBy/0`, `<at>/after`. */
  readonly at?: string;
}

export type ConstantRequest = { readonly kind: 'constant'; readonly as: string; readonly value: string | number | boolean | null };

/** One entry of a record's JSON. The same response name twice is for the caller to merge beforehand. */
export type SelectionRequest =
  | ConstantRequest
  | { readonly kind: 'field'; readonly as: string; readonly field: string }
  /** Every field that the caller may read, under its own name; lookups as ids. */
  | { readonly kind: 'allFields' }
  /** `<object>:<id>`, GraphQL's global id: an id that knows its object. */
  | { readonly kind: 'nodeId'; readonly as: string }
  | { readonly kind: 'object'; readonly as: string; readonly selections: readonly SelectionRequest[] }
  | {
      readonly kind: 'lookup';
      readonly as: string;
      readonly field: string;
      /** One per target object that is wanted; a plain lookup has one. */
      readonly cases: readonly { readonly object: string; readonly selections: readonly SelectionRequest[] }[];
    }
  | {
      readonly kind: 'children';
      readonly as: string;
      readonly relation: string;
      readonly list: ListRequest;
      readonly parts: readonly ListPartRequest[];
    }
  | { readonly kind: 'childAggregate'; readonly as: string; readonly relation: string; readonly aggregate: AggregateRequest };

export type ListPartRequest =
  | ConstantRequest
  | { readonly kind: 'nodes'; readonly as: string; readonly selections: readonly SelectionRequest[] }
  | {
      readonly kind: 'edges';
      readonly as: string;
      readonly parts: readonly (
        | { readonly kind: 'cursor'; readonly as: string }
        | { readonly kind: 'node'; readonly as: string; readonly selections: readonly SelectionRequest[] }
        | { readonly kind: 'constant'; readonly as: string; readonly value: string }
      )[];
    }
  | {
      readonly kind: 'pageInfo';
      readonly as: string;
      readonly parts: readonly (
        | { readonly kind: 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor'; readonly as: string }
        | { readonly kind: 'constant'; readonly as: string; readonly value: string }
      )[];
    }
  | { readonly kind: 'totalCount'; readonly as: string };

export interface MeasureRequest {
  readonly name: string;
  readonly function: 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max';
  /** A field or path; count needs none. */
  readonly path?: string;
  /** JSON-Logic: only records for which it holds are taken. */
  readonly filter?: unknown;
}

export type AggregateOutput =
  | ConstantRequest
  | { readonly kind: 'group' | 'measure'; readonly as: string; readonly name: string }
  | { readonly kind: 'object'; readonly as: string; readonly selections: readonly AggregateOutput[] };

export interface AggregateRequest {
  readonly filter?: unknown;
  readonly groupBy?: readonly { readonly name: string; readonly path: string; readonly bucket?: DateBucket }[];
  readonly measures: readonly MeasureRequest[];
  readonly having?: HavingCondition;
  readonly orderBy?: readonly { readonly name: string; readonly descending?: boolean }[];
  /** Most groups that come out; default and maximum 1,000. */
  readonly first?: number;
  readonly output: readonly AggregateOutput[];
  readonly at?: string;
}

/** One root of a read. All roots of a request are answered by one statement. */
export type RootRequest =
  | ConstantRequest
  /** null where there is no such record that the caller may read. `key`: values by field of a unique field or key, given ones are texts. */
  | {
      readonly kind: 'record';
      readonly as: string;
      readonly object: string;
      readonly by: { readonly id: string | Given } | { readonly key: Readonly<Record<string, unknown>> };
      readonly deleted?: 'with' | 'only';
      readonly selections: readonly SelectionRequest[];
      readonly at?: string;
    }
  | {
      readonly kind: 'list';
      readonly as: string;
      readonly object: string;
      readonly list: ListRequest;
      readonly parts: readonly ListPartRequest[];
    }
  /** Comes out as an array of groups; without `groupBy` it has exactly one. */
  | { readonly kind: 'aggregate'; readonly as: string; readonly object: string; readonly aggregate: AggregateRequest };

export interface ReadRequest {
  readonly roots: readonly RootRequest[];
  /** The Model that the request was written against; where the tenant has moved on: MODEL_CHANGED, translate again. */
  readonly modelHash?: string;
}

/**
 * A read that may come again with other values. What is compiled of it is kept under its key, and serves all requests of the key by whoever
 * has the same permissions on the same Model; `roots` is asked only where nothing is kept.
 */
export interface PlannedRead {
  /** The Model that the request was written against; where the tenant has moved on: MODEL_CHANGED, write it again. */
  readonly modelHash: string;
  /** Tells all that `roots` are made of, except for the given values. */
  readonly key: string;
  readonly givens: ReadonlyMap<string, GivenValue>;
  /** The roots, with a `Given` in the place of each given value: operands of filters, ids and keys of records, cursors. */
  readonly roots: () => readonly RootRequest[] | Promise<readonly RootRequest[]>;
}
