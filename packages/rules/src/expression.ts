// The typed form of a rule: what the checker makes, and what JavaScript and SQL are made from.
import type { WorkCalendar } from './work-calendar.ts';

/** The static type of an expression. */
export type RuleType =
  /** `options`: the closed set of values of a picklist, so that comparing with another word is refused. */
  | { readonly kind: 'text'; readonly options?: readonly string[] }
  /** An exact decimal. `currency`: an ISO 4217 code, or `varies` where each record says its own. */
  | {
      readonly kind: 'number';
      readonly currency?: string;
      /** With `varies`: the field of the same record that says which; `currency` where left out. */
      readonly currencyField?: string;
    }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'date' }
  | { readonly kind: 'datetime' }
  | { readonly kind: 'time' }
  /** The id of a record of one of these objects. */
  | { readonly kind: 'reference'; readonly to: readonly string[] }
  | { readonly kind: 'list'; readonly of: RuleType }
  | { readonly kind: 'json' }
  /** The type of the literal null; it fits everywhere. */
  | { readonly kind: 'null' };

/**
 * A value while rules are worked out, in the same form that records hold it: decimals as canonical text (`"12.5"`, no exponent),
 * dates as `YYYY-MM-DD`, datetimes as `YYYY-MM-DDTHH:MM:SS.sssZ`, times as `HH:MM:SS`, references as ids.
 */
export type Value = string | boolean | null | readonly Value[] | { readonly [key: string]: unknown };

/**
 * Where a path starts. A number is a record frame: 0 is `$record`, each aggregate around the expression opens the next one
 * (its innermost is `$item`, the one around it `$outer`). `$steps` is what was worked out before: its first step is the key of an outcome
 * (`Outcome` in the scope), or `$inputs` or `$series`; then a value's name, unless the outcome is a record; then lookups as anywhere.
 */
export type PathRoot = number | '$old' | '$user' | '$tenant' | '$steps';

/** One name of a path, with the object that has it. All but the last are lookups. */
export interface PathStep {
  /** The object whose field this is; empty for names that are no fields (of `$tenant`, of outcomes under `$steps`). */
  readonly object: string;
  readonly field: string;
  /** For a polymorphic lookup that is followed: the one target taken (`"about:account"` in a path). */
  readonly target?: string;
  /** Placed by security: the record that this lookup leads to counts only where this holds (frame 0 is that record). */
  readonly where?: Expression;
  /** Placed by security: how a computed lookup that is followed is worked out for this reader (frame 0 is the record that has it). */
  readonly computed?: Expression;
}

export interface LiteralExpression {
  readonly node: 'literal';
  readonly type: RuleType;
  readonly value: Value;
}

/**
 * A literal whose value a statement gets when it runs (`Given`): nothing but its type is known here, so what is compiled of it serves every
 * value that reads as this one did. Never null, no truth.
 */
export interface GivenExpression {
  readonly node: 'given';
  readonly type: RuleType;
  readonly slot: ReadingSlot;
}

/** The parameter of a given value, a slot by its name. */
export interface ReadingSlot {
  readonly slot: string;
  /** The same value, bound as another text. */
  as(form: TextForm): ReadingSlot;
}

/** What becomes of a text before it is bound; the name tells apart what differs. */
export interface TextForm {
  readonly name: string;
  readonly of: (text: string) => string;
}

export interface PathExpression {
  readonly node: 'path';
  readonly type: RuleType;
  readonly root: PathRoot;
  readonly steps: readonly PathStep[];
  /** Placed by security: how the last step's computed field is worked out for this reader (frame 0 is the record that has it). */
  readonly computed?: Expression;
}

/** An operator of the operator table with checked arguments. */
export interface CallExpression {
  readonly node: 'call';
  readonly type: RuleType;
  readonly operator: string;
  readonly arguments: readonly Expression[];
  /** The calendar that the call names, where it counts working time. */
  readonly calendar?: WorkCalendar;
}

export type AggregateFunction = 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max' | 'first' | 'list' | 'some' | 'all' | 'none';

/** What an aggregate runs over: a child relation of a record, or every record of an object (correlated by `where`). */
export type AggregateSource =
  | {
      readonly kind: 'children';
      /** The frame (or root) whose children they are, and the lookups that lead to it. */
      readonly root: PathRoot;
      readonly steps: readonly PathStep[];
      /** The relation's name on the parent object, and what it stands for: `object.by` points to the parent. */
      readonly relation: string;
      readonly parent: string;
      readonly object: string;
      readonly by: string;
    }
  | { readonly kind: 'object'; readonly object: string }
  /** The records above one in its own tree, nearest first: `by` is the lookup to the same object. */
  | {
      readonly kind: 'ancestors';
      readonly root: PathRoot;
      readonly steps: readonly PathStep[];
      readonly object: string;
      readonly by: string;
    };

/**
 * Opens record frame `frame`; `value`, `where` and `sort` stand in it. `where` chooses records, `sort` and `first` keep the first of them, then
 * the function works on `value`: `count` counts records (with a value: those where it is not null); `some`, `all` and `none` take their
 * condition as `value` (`some` and `none` without one: whether there is any record). Over nothing count and sum are 0, see `aggregateValues`.
 */
export interface AggregateExpression {
  readonly node: 'aggregate';
  readonly type: RuleType;
  readonly source: AggregateSource;
  readonly frame: number;
  readonly function: AggregateFunction;
  readonly value?: Expression;
  readonly where?: Expression;
  readonly sort?: readonly SortKey[];
  /** At most so many records, after `where` and `sort`. */
  readonly first?: number;
}

export interface SortKey {
  readonly by: Expression;
  readonly descending: boolean;
}

/**
 * Whether the acting person has to do with the record of a frame. Placed by security, never written in metadata, worked out in SQL only.
 */
export interface AccessExpression {
  readonly node: 'access';
  readonly type: RuleType;
  /** The frame whose record is asked about, and its object. */
  readonly root: number;
  readonly object: string;
  readonly test: AccessTest;
}

export type AccessTest =
  /** The record's owner is one of the ids (an array of uuids) in the slot. */
  | { readonly kind: 'owner'; readonly slot: string }
  /**
   * A live share of the record speaks of the person (slots `subjects`, texts; `now`). `origin`: only shares of this origin. `beside`: the
   * slot of the owners' test where these two are all that opens the object to the person; it changes how records are found, not which.
   */
  | { readonly kind: 'share'; readonly access: 'read' | 'edit'; readonly origin?: 'team' | 'manual' | 'approval'; readonly beside?: string }
  /** The master behind the field, in the bin or not, is one for which `where` holds (frame 0 is the master). */
  | { readonly kind: 'parent'; readonly by: string; readonly parent: string; readonly where: Expression };

export type Expression = LiteralExpression | GivenExpression | PathExpression | CallExpression | AggregateExpression | AccessExpression;

/** What the checker must know of the metadata around a rule. The metadata package implements it. */
export interface Catalog {
  hasObject(object: string): boolean;
  field(object: string, field: string): CatalogField | undefined;
  /** Names of an object's fields, for messages. */
  fieldNames(object: string): readonly string[];
  /** A child relation by its name on the parent. */
  relation(object: string, name: string): CatalogRelation | undefined;
  relationNames(object: string): readonly string[];
  /** A named rule's source and the object it stands on (undefined: none needed). */
  rule(name: string): { readonly source: unknown; readonly object: string | undefined } | undefined;
  parameter(name: string): { readonly type: RuleType; readonly value: Value } | undefined;
  /** Left out: there are no calendars. Give the same one each time, so that its tables are made once. */
  calendar?(name: string): WorkCalendar | undefined;
}

export interface CatalogField {
  readonly type: RuleType;
  /** The targets where the field is a lookup. */
  readonly to?: readonly string[];
  /** False where it is worked out when read, so that no stored roll-up can be kept by it. True where left out. */
  readonly stored?: boolean;
}

export interface CatalogRelation {
  readonly object: string;
  readonly by: string;
}
