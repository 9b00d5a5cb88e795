// The parts of the Model that say how long something may take (packages/workflow/WORKFLOW.md).
import type { Expression } from '@tessera/rules';
import type { Label } from './label.ts';
import type { DurationModel } from './step-models.ts';

/** When a threshold comes: at a share of the target, at its end, or so long before or after that. */
export type ThresholdTime =
  { readonly kind: 'share'; readonly share: number } | { readonly kind: 'before' | 'after'; readonly duration: DurationModel };

export interface ThresholdModel {
  readonly name: string;
  readonly label: Label;
  readonly time: ThresholdTime;
  /** `times` undefined: once for each manager above the owner. */
  readonly repeat: { readonly every: DurationModel; readonly times: number | undefined } | undefined;
}

/** Fields of the record that the platform keeps for a clock. */
export interface ClockFields {
  readonly state: string;
  readonly due: string;
  /** Minutes, worked out when it is read. */
  readonly elapsed: string;
  /** Since when it runs or stands still. */
  readonly since: string;
  /** Milliseconds that it had run by then. */
  readonly used: string;
  /** Milliseconds. */
  readonly target: string;
  readonly cycle: string;
}

export interface ClockModel {
  readonly name: string;
  readonly label: Label;
  readonly object: string;
  /** Undefined: it always runs. */
  readonly calendar: string | undefined;
  /** Conditions over stored fields of the record (frame 0). */
  readonly start: Expression;
  readonly pause: Expression | undefined;
  readonly stop: Expression;
  /** `minutes`: a number, over stored fields of the record. */
  readonly target:
    { readonly kind: 'duration'; readonly duration: DurationModel } | { readonly kind: 'minutes'; readonly rule: Expression };
  readonly thresholds: Readonly<Record<string, ThresholdModel>>;
  readonly reopen: 'resume' | 'restart' | 'ignore';
  readonly missed: 'each' | 'latest';
  readonly fields: ClockFields;
  /** The object in which its cycles are kept. */
  readonly history: string;
}
