// The parts of the Model that say how records go from stage to stage (packages/workflow/WORKFLOW.md).
import type { AggregateExpression, Expression } from '@tessera/rules';
import type { Label } from './label.ts';

/** A move that is allowed. */
export interface StageMoveModel {
  readonly to: string;
  /** Frame 0 is the record as it would be. Undefined: always. */
  readonly when: Expression | undefined;
  readonly message: Label | undefined;
}

export interface StageConditionModel {
  readonly name: string;
  /** Frame 0 is the record as it would be. */
  readonly refuseWhen: Expression;
  /** The field at which the message is shown. */
  readonly at: string;
  readonly message: Label;
}

interface TaskBase {
  readonly name: string;
  readonly label: Label;
  /** Whether records go on without it, too. */
  readonly optional: boolean;
}

export type StageTaskModel =
  /** Done when all have values. */
  | (TaskBase & { readonly type: 'fields'; readonly fields: readonly string[] })
  /** Done when there is at least one; `count` says how many there are. */
  | (TaskBase & { readonly type: 'create'; readonly relation: string; readonly object: string; readonly count: AggregateExpression })
  /** Done when the option is in the flow's field `done`. */
  | (TaskBase & { readonly type: 'check'; readonly option: string });

export type StageKind = 'normal' | 'won' | 'lost';

export interface StageModel {
  /** The option. */
  readonly name: string;
  readonly order: number;
  readonly kind: StageKind;
  /** By the stage that they lead to: all that are allowed at all. */
  readonly moves: Readonly<Record<string, StageMoveModel>>;
  readonly enter: readonly StageConditionModel[];
  readonly leave: readonly StageConditionModel[];
  readonly required: readonly string[];
  /** In their order. */
  readonly tasks: readonly StageTaskModel[];
  /** The approval process that must agree before a record comes into it. */
  readonly approval: string | undefined;
}

export interface StageFlowModel {
  readonly name: string;
  readonly label: Label;
  readonly object: string;
  /** A picklist. */
  readonly field: string;
  /** Undefined: all that no other flow of the field names, and records without one. */
  readonly recordTypes: readonly string[] | undefined;
  readonly creation: 'first' | 'any';
  /** In their order. */
  readonly stages: Readonly<Record<string, StageModel>>;
  /** The stage in which records begin. */
  readonly first: string;
  /** Fields that the platform keeps beside the field. `done`: undefined where nothing is ticked off. */
  readonly since: string;
  readonly done: string | undefined;
  /** The object in which changes are kept. */
  readonly history: string;
}
