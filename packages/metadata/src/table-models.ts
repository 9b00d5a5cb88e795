// What the Model has of calendars, message templates and decision tables.
import type { Expression, RuleType, SortKey, WorkCalendar } from '@tessera/rules';
import type { Label } from './label.ts';
import type { Channel, ValueModels } from './step-models.ts';

export interface CalendarModel {
  readonly name: string;
  readonly label: Label;
  readonly calendar: WorkCalendar;
}

/** Texts with placeholders, by language. */
export interface MessageModel {
  readonly subject: Label;
  readonly body: Label | undefined;
}

export interface TemplateModel {
  readonly name: string;
  readonly label: Label;
  /** The object whose record fills it (frame 0); undefined: none. */
  readonly object: string | undefined;
  readonly channels: Readonly<Partial<Record<Channel, MessageModel>>>;
  /** What each placeholder stands for, by its path. `$user` is the reader. `$link` (the record's address) has no expression. */
  readonly placeholders: Readonly<Record<string, Expression>>;
}

/** How a value is compared with the cells of a row; an empty cell takes any. `range`: from one cell, included, to another, not included. */
export type TableInputModel = { readonly name: string; readonly type: RuleType } & (
  { readonly match: 'equals' | 'in'; readonly field: string } | { readonly match: 'range'; readonly from: string; readonly to: string }
);

export interface DecisionTableModel {
  readonly name: string;
  readonly label: Label;
  /** The object whose records are the rows (frame 0). */
  readonly object: string;
  readonly inputs: Readonly<Record<string, TableInputModel>>;
  /** Fields that come out, with their types as the hit policy makes them. */
  readonly outputs: Readonly<Record<string, RuleType>>;
  readonly hit: 'first' | 'unique' | 'sum' | 'collect';
  /** Without one: oldest first. */
  readonly sort: readonly SortKey[];
  /** Date fields; that day counts. */
  readonly validFrom: string | undefined;
  readonly validTo: string | undefined;
  /** Where no row matches. */
  readonly default: { readonly kind: 'none' | 'error' } | { readonly kind: 'values'; readonly values: ValueModels };
}
