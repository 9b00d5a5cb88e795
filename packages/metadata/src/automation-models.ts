// The parts of the Model that say what happens by itself (packages/workflow/WORKFLOW.md): automations with their triggers.
import type { Expression } from '@tessera/rules';
import type { FieldModel } from './field-models.ts';
import type { Label } from './label.ts';
import type { DurationModel, StepModel } from './step-models.ts';

export type RecordEvent = 'create' | 'update' | 'delete' | 'restore';
export type Moment = 'beforeSave' | 'afterSave' | 'afterCommit';

/** Typed values that somebody or something gives, in their order, by name; they coerce like fields. Rules read them as `$inputs`. */
export type InputModels = Readonly<Record<string, FieldModel>>;

export interface RecordTriggerModel {
  readonly type: 'record';
  readonly on: readonly RecordEvent[];
  /** Fields, one of which must change where the event is `update`; undefined: any. */
  readonly changed: readonly string[] | undefined;
  readonly moment: Moment;
}

/** At `of` itself where neither `before` nor `after` is there. */
export interface AtTimeTriggerModel {
  readonly type: 'atTime';
  readonly before: DurationModel | undefined;
  readonly after: DurationModel | undefined;
  /** A date or datetime field of the object, stored. */
  readonly of: string;
  /** For a date: the time of that day in the tenant's zone, `HH:MM`. */
  readonly at: string;
}

export type TriggerModel =
  | RecordTriggerModel
  | AtTimeTriggerModel
  | {
      readonly type: 'approval';
      readonly on: readonly ('entered' | 'approved' | 'rejected' | 'recalled')[];
      readonly process: string | undefined;
    }
  /** Five fields; `timeZone` is the tenant's where the file names none. */
  | { readonly type: 'schedule'; readonly cron: string; readonly timeZone: string }
  | { readonly type: 'webhook'; readonly inputs: InputModels }
  | { readonly type: 'button'; readonly label: Label; readonly visibleWhen: Expression | undefined; readonly inputs: InputModels }
  | { readonly type: 'called'; readonly inputs: InputModels }
  | { readonly type: 'clock'; readonly clock: string; readonly threshold: string };

export interface AutomationModel {
  readonly name: string;
  readonly label: Label;
  /** Frame 0 of its rules; undefined: it runs on no record. */
  readonly object: string | undefined;
  readonly order: number;
  readonly runAs: 'user' | 'system';
  readonly trigger: TriggerModel;
  /** With a schedule over an object: which of its records. */
  readonly when: Expression | undefined;
  /** In their order. */
  readonly steps: readonly StepModel[];
  readonly existing: 'skip' | 'catchUp';
  /** Content hash of its source. */
  readonly hash: string;
}
