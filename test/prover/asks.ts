// What one may ask, in a form that both surfaces can say.
export type Path = readonly string[];

/** Dots between the steps; a step through a lookup to several objects is `about:harbor`. */
export const pathText = (path: Path): string => path.join('.');

export type Literal = string | number | boolean | null;
export type CompareOperator = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' | 'in' | 'contains' | 'isNull';

export type Filter =
  | { readonly kind: 'compare'; readonly path: Path; readonly operator: CompareOperator; readonly value: Literal | readonly Literal[] }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  /** Over the children behind a path of lookups. */
  | { readonly kind: 'relation'; readonly path: Path; readonly quantifier: 'some' | 'every' | 'none'; readonly part: Filter };

export interface Sort {
  readonly path: Path;
  readonly descending: boolean;
}

/** Children of each record, over GraphQL. */
export interface ChildrenAsk {
  readonly relation: string;
  readonly fields: readonly Path[];
  readonly filter: Filter | undefined;
  readonly sort: readonly Sort[];
  readonly first: number;
  /** Asks for their number as an aggregate too. */
  readonly counted: boolean;
}

export interface Measure {
  readonly function: 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max';
  readonly field: string | undefined;
  readonly filter: Filter | undefined;
}

export type Surface = 'rest' | 'graphql';

export interface GetAsk {
  readonly kind: 'get';
  readonly surface: Surface;
  readonly object: string;
  readonly id: string;
  readonly fields: readonly Path[];
  readonly children: ChildrenAsk | undefined;
}

export interface ListAsk {
  readonly kind: 'list';
  readonly surface: Surface;
  readonly object: string;
  /** Undefined: every field that one may read (over REST). */
  readonly fields: readonly Path[] | undefined;
  readonly filter: Filter | undefined;
  readonly sort: readonly Sort[];
  /** Size of a page; all pages are asked for. */
  readonly first: number;
  readonly deleted: 'with' | 'only' | undefined;
  readonly children: ChildrenAsk | undefined;
}

export interface AggregateAsk {
  readonly kind: 'aggregate';
  readonly surface: Surface;
  readonly object: string;
  readonly filter: Filter | undefined;
  readonly groups: readonly { readonly path: Path; readonly bucket: 'month' | 'year' | undefined }[];
  readonly measures: readonly Measure[];
  /** Of the unfiltered measure with this index. */
  readonly having: { readonly measure: number; readonly operator: 'gt' | 'lte'; readonly value: number } | undefined;
  readonly byCount: boolean;
}

export interface SearchAsk {
  readonly kind: 'search';
  readonly q: string;
}

export interface HistoryAsk {
  readonly kind: 'history';
  readonly object: string;
  readonly id: string;
}

export interface ExportAsk {
  readonly kind: 'export';
  readonly object: string;
  readonly fields: readonly Path[];
  readonly filter: Filter | undefined;
  readonly sort: readonly Sort[];
  readonly format: 'csv' | 'ndjson';
}

export type DescribeAsk = { readonly kind: 'describe' | 'introspect'; readonly object: string } | { readonly kind: 'objects' };

export interface AccessAsk {
  readonly kind: 'access';
  readonly object: string;
  readonly id: string;
}

export type ReadAsk = GetAsk | ListAsk | AggregateAsk | SearchAsk | HistoryAsk | ExportAsk | DescribeAsk | AccessAsk;

export type WriteAsk =
  | { readonly kind: 'create'; readonly surface: Surface; readonly object: string; readonly values: Readonly<Record<string, Literal>> }
  | {
      readonly kind: 'update';
      readonly surface: Surface;
      readonly object: string;
      readonly id: string;
      readonly values: Readonly<Record<string, Literal>>;
    }
  | { readonly kind: 'upsert'; readonly object: string; readonly by: string; readonly values: Readonly<Record<string, Literal>> }
  | { readonly kind: 'delete'; readonly surface: Surface; readonly object: string; readonly id: string }
  | { readonly kind: 'restore'; readonly surface: Surface; readonly object: string; readonly id: string };

/** The same request twice, with a name that is hidden from the caller and with one that nothing has. */
export interface Probe {
  readonly kind: 'probe';
  readonly ask: ReadAsk | WriteAsk;
  readonly hidden: string;
  readonly invented: string;
}

export type Ask = ReadAsk | WriteAsk | Probe;

export const isWrite = (ask: Ask): ask is WriteAsk => ['create', 'update', 'upsert', 'delete', 'restore'].includes(ask.kind);
