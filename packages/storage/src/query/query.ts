// The query AST: the one form of every read, whoever asks (REST, GraphQL, list views, exports, look-ups of rules).
import type { Slot } from '@tessera/kernel';
import type { AggregateFunction, Expression } from '@tessera/rules';

/**
 * A list of records of one object. `where` and `orderBy` are typed rules whose frame 0 is a record of `object`
 * (a list nested in another has its own frame 0).
 */
export interface ListQuery {
  readonly object: string;
  readonly where?: Expression;
  /** The id is always added as the last key, so every order is total; it is none of these. */
  readonly orderBy: readonly OrderKey[];
  /** The direction of the id. Default: that of the key before it, else ascending. */
  readonly idDescending?: boolean;
  readonly page: Page;
  /** Deleted records too (`with`), only them (`only`), or none of them (the default). */
  readonly deleted?: 'with' | 'only';
}

export interface OrderKey {
  readonly by: Expression;
  readonly descending: boolean;
  /** Default: last when ascending, first when descending, as PostgreSQL does. */
  readonly nulls?: 'first' | 'last';
}

/** Forward (`first`, `after`) or backward (`last`, `before`). Cursors are opened and checked before they come here. */
export type Page =
  | { readonly direction: 'forward'; readonly size: number; readonly after?: CursorKeys }
  | { readonly direction: 'backward'; readonly size: number; readonly before?: CursorKeys };

/** The sort values of a row in the order of `orderBy`, as texts that SQL made, and its id; slots where they are bound later (`LateCursor`). */
export interface CursorKeys {
  readonly keys: readonly (string | Slot | null)[];
  readonly id: string | Slot;
}

/** One entry of a JSON object that is to come out, under the name `as`. */
export type Selection =
  | {
      readonly kind: 'field';
      readonly as: string;
      readonly field: string;
      /** Of a lookup to several objects: those that exist for the reader. Of a record of any other only the id is told. */
      readonly among?: readonly string[];
      /** `••••` and the last four characters; of fewer than eight `••••` alone. */
      readonly masked?: true;
      /** How a computed field is worked out for this reader, instead of as the Model says (frame 0 is the record). */
      readonly computed?: Expression;
    }
  /** `<object>:<id>`: an id that knows its object. */
  | { readonly kind: 'nodeId'; readonly as: string }
  /** A constant, such as GraphQL's `__typename`. */
  | { readonly kind: 'constant'; readonly as: string; readonly value: string | number | boolean | null }
  /** A nested object that regroups values of the same record or row. */
  | { readonly kind: 'object'; readonly as: string; readonly selections: readonly Selection[] }
  /** The record behind a lookup; null where it is unset, deleted or not allowed (`where`, frame 0 = the target). */
  | {
      readonly kind: 'lookup';
      readonly as: string;
      readonly field: string;
      /** One case per target object; exactly one for a plain lookup. */
      readonly cases: readonly { readonly object: string; readonly where?: Expression; readonly selections: readonly Selection[] }[];
    }
  /** A child relation of the record. */
  | {
      readonly kind: 'children';
      readonly as: string;
      readonly relation: string;
      readonly list: ListQuery;
      readonly parts: readonly ListPart[];
    }
  /** An aggregate over a child relation of the record. */
  | { readonly kind: 'childAggregate'; readonly as: string; readonly relation: string; readonly aggregate: AggregateQuery }
  /** A typed rule over the record, as JSON. */
  | { readonly kind: 'expression'; readonly as: string; readonly expression: Expression };

/** What of a list comes out; the shape of a Relay connection or of a REST page. */
export type ListPart =
  | { readonly kind: 'nodes'; readonly as: string; readonly selections: readonly Selection[] }
  | { readonly kind: 'edges'; readonly as: string; readonly parts: readonly EdgePart[] }
  | { readonly kind: 'pageInfo'; readonly as: string; readonly parts: readonly PageInfoPart[] }
  /** All records that match, whatever the page. */
  | { readonly kind: 'totalCount'; readonly as: string }
  | { readonly kind: 'constant'; readonly as: string; readonly value: string | number | boolean | null };

export type EdgePart =
  | { readonly kind: 'cursor'; readonly as: string }
  | { readonly kind: 'node'; readonly as: string; readonly selections: readonly Selection[] }
  | { readonly kind: 'constant'; readonly as: string; readonly value: string };

export type PageInfoPart =
  | { readonly kind: 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor'; readonly as: string }
  | { readonly kind: 'constant'; readonly as: string; readonly value: string };

export type DateBucket = 'day' | 'week' | 'month' | 'quarter' | 'year';

export interface GroupKey {
  readonly name: string;
  readonly by: Expression;
  /** Only for dates and datetimes; datetimes are cut in the tenant's zone. Comes out as the first day, `YYYY-MM-DD`. */
  readonly bucket?: DateBucket;
}

export interface Measure {
  readonly name: string;
  readonly function: Extract<AggregateFunction, 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max'>;
  readonly value?: Expression;
  /** Counts only the records for which this holds. */
  readonly where?: Expression;
}

/** A comparison of a measure, for `having`. */
export type HavingCondition =
  | {
      readonly kind: 'compare';
      readonly measure: string;
      readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=';
      readonly value: string | null;
    }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly HavingCondition[] }
  | { readonly kind: 'not'; readonly condition: HavingCondition };

export interface AggregateQuery {
  readonly object: string;
  readonly where?: Expression;
  readonly groupBy: readonly GroupKey[];
  readonly measures: readonly Measure[];
  readonly having?: HavingCondition;
  /** Names of groups or measures. Without it: by the groups, in their order. */
  readonly orderBy: readonly { readonly name: string; readonly descending: boolean }[];
  /** At most so many groups. */
  readonly first: number;
  readonly deleted?: 'with' | 'only';
  /** The JSON object of one group. */
  readonly output: readonly AggregateSelection[];
}

export type AggregateSelection =
  | { readonly kind: 'group' | 'measure'; readonly as: string; readonly name: string }
  | { readonly kind: 'constant'; readonly as: string; readonly value: string | number | boolean | null }
  | { readonly kind: 'object'; readonly as: string; readonly selections: readonly AggregateSelection[] };

/** One root of a read; all roots of a request are in one statement, hence one snapshot. */
export type RootQuery =
  /**
   * One record by id, or by the fields of a unique key; null where there is none. `where`: what restricts it. A slot stands for an id, or a
   * text of the key, that is bound when the statement runs, so that one compiled text serves every get; whoever binds an id has checked that
   * it is a uuid.
   */
  | {
      readonly kind: 'record';
      readonly as: string;
      readonly object: string;
      readonly by: { readonly id: string | Slot } | { readonly key: Readonly<Record<string, unknown>> };
      readonly where?: Expression;
      readonly deleted?: 'with' | 'only';
      readonly selections: readonly Selection[];
    }
  /** Several records by id, in the order of the ids; null for each that is not there. */
  | {
      readonly kind: 'records';
      readonly as: string;
      readonly object: string;
      readonly ids: readonly string[];
      readonly where?: Expression;
      readonly selections: readonly Selection[];
    }
  | { readonly kind: 'list'; readonly as: string; readonly list: ListQuery; readonly parts: readonly ListPart[] }
  /** Comes out as an array of groups. */
  | { readonly kind: 'aggregate'; readonly as: string; readonly aggregate: AggregateQuery }
  | { readonly kind: 'constant'; readonly as: string; readonly value: string | number | boolean | null };
