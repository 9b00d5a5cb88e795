// The steps of automations: a union by `type`, with every rule typed.
//
// Frames: 0 is `$record`; each forEach around a step opens the next one, and so does each query, for its own rules. Paths under `$steps` begin
// with the `path` of the step whose outcome they read.
import type { Expression, SortKey } from '@tessera/rules';
import type { Label } from './label.ts';
import type { PersonModel } from './people-models.ts';

/** Values by field or name. Scalars are literals in the form that records hold them. */
export type ValueModels = Readonly<Record<string, Expression>>;

/** An ISO 8601 duration; with a calendar in its working time, else all time counts. */
export interface DurationModel {
  readonly duration: string;
  readonly calendar: string | undefined;
}

/** A condition over a record of its own, which is in this frame. */
export interface FramedModel {
  readonly frame: number;
  readonly condition: Expression;
}

/** Records of an object: `where` and `sort` stand in `frame`. Without a sort they come by id. */
export interface QueryModel {
  readonly object: string;
  readonly frame: number;
  readonly where: Expression | undefined;
  readonly sort: readonly SortKey[];
  /** At most so many. */
  readonly first: number | undefined;
}

interface Step {
  readonly name: string;
  /** Stable and unique within the automation: the names of the steps and cases around it, then its own (`bySize/big/board`). */
  readonly path: string;
  readonly order: number;
  readonly label: Label | undefined;
  /** Else it is skipped, and its outcome is empty. */
  readonly when: Expression | undefined;
}

export interface SetStepModel extends Step {
  readonly type: 'set';
  readonly values: ValueModels;
}

export interface CreateStepModel extends Step {
  readonly type: 'create';
  readonly object: string;
  readonly values: ValueModels;
}

/** `record` gives the id of a record of `object`, or null. */
export interface UpdateStepModel extends Step {
  readonly type: 'update';
  readonly object: string;
  readonly record: Expression;
  readonly values: ValueModels;
}

export interface DeleteStepModel extends Step {
  readonly type: 'delete';
  readonly object: string;
  readonly record: Expression;
}

/** Dates reckoned from the first: `every` has whole days or months, never both zero. */
export interface SeriesModel {
  readonly start: Expression;
  readonly end: Expression;
  readonly every: string;
}

/** With a query its records stand in `query.frame`; with a series each date is `$series`. At least one is there. */
export interface SourceModel {
  readonly query: QueryModel | undefined;
  readonly series: SeriesModel | undefined;
}

/** The outcome is the record, or with `from` its counts: `created`, `updated`, `unchanged`, `stale`. */
export interface UpsertStepModel extends Step {
  readonly type: 'upsert';
  readonly object: string;
  /** A unique key of the object or a unique field, with its fields. */
  readonly by: { readonly name: string; readonly fields: readonly string[] };
  readonly from: SourceModel | undefined;
  readonly values: ValueModels;
  readonly onMatch: 'update' | 'ignore';
  readonly stale: 'keep' | 'void' | 'delete';
  /** There unless stale records are kept. */
  readonly scope: FramedModel | undefined;
}

export interface FindStepModel extends Step {
  readonly type: 'find';
  readonly query: QueryModel;
}

/** The outcome has `count`. */
export interface ForEachStepModel extends Step {
  readonly type: 'forEach';
  readonly query: QueryModel;
  /** In `query.frame`. */
  readonly steps: readonly StepModel[];
}

export interface CaseModel {
  readonly name: string;
  readonly order: number;
  readonly label: Label | undefined;
  readonly when: Expression;
  readonly steps: readonly StepModel[];
}

export interface BranchStepModel extends Step {
  readonly type: 'branch';
  readonly cases: readonly CaseModel[];
  readonly otherwise: readonly StepModel[];
}

export interface LetStepModel extends Step {
  readonly type: 'let';
  readonly values: ValueModels;
}

export type WaitReason = 'for' | 'until' | 'condition' | 'event';

/** The outcome has `reason`. */
export interface WaitStepModel extends Step {
  readonly type: 'wait';
  readonly for: DurationModel | undefined;
  /** A datetime, or a date: its start in the tenant's zone. */
  readonly until: Expression | undefined;
  readonly condition: Expression | undefined;
  readonly event: string | undefined;
}

export type Channel = 'inApp' | 'email';

export interface NotifyStepModel extends Step {
  readonly type: 'notify';
  readonly to: readonly PersonModel[];
  readonly template: string;
  /** The id of the record that fills the template; undefined where the template speaks of none. */
  readonly about: Expression | undefined;
  readonly channels: readonly Channel[];
}

/** The outcome has `status` and `body`. */
export interface WebhookStepModel extends Step {
  readonly type: 'webhook';
  readonly address: Expression;
  /** Undefined: the record's `object` and `id`. */
  readonly values: ValueModels | undefined;
}

export interface CallStepModel extends Step {
  readonly type: 'call';
  readonly automation: string;
  /** The id of the record that it runs on; undefined where it runs on none. */
  readonly record: Expression | undefined;
  readonly values: ValueModels;
  readonly wait: boolean;
}

export interface FailStepModel extends Step {
  readonly type: 'fail';
  readonly message: Label;
  /** A field; only before the save. */
  readonly at: string | undefined;
}

export interface AtomicStepModel extends Step {
  readonly type: 'atomic';
  readonly lock: QueryModel | undefined;
  readonly steps: readonly StepModel[];
}

/** The outcome has the table's outputs. */
export interface DecideStepModel extends Step {
  readonly type: 'decide';
  readonly table: string;
  readonly values: ValueModels;
  /** A date; undefined: today. */
  readonly asOf: Expression | undefined;
}

/** The outcome has `kind`, `record` and `candidates`. */
export interface MatchStepModel extends Step {
  readonly type: 'match';
  readonly matching: string;
  /** Of an object that the rule takes. */
  readonly object: string;
  readonly record: Expression;
}

/** Exactly one of `to` and `assignmentRule`. */
export interface AssignStepModel extends Step {
  readonly type: 'assign';
  readonly object: string;
  readonly record: Expression;
  readonly to: readonly PersonModel[] | undefined;
  readonly assignmentRule: string | undefined;
}

export interface PoolStepModel extends Step {
  readonly type: 'pool';
  readonly object: string;
  readonly record: Expression;
  readonly pool: string;
}

export interface SubmitStepModel extends Step {
  readonly type: 'submit';
  readonly object: string;
  readonly record: Expression;
  /** Undefined: the first whose entry holds. */
  readonly process: string | undefined;
  /** Who hands it in; undefined: who caused the run. */
  readonly submitter: Expression | undefined;
}

/** `capacity`, `tier`, `weight` and `into.values` stand in `over.frame`. The outcome has `allocated`, `rest` and `count`. */
export interface AllocateStepModel extends Step {
  readonly type: 'allocate';
  readonly amount: Expression;
  readonly over: QueryModel;
  /** Undefined: as much as there is. */
  readonly capacity: Expression | undefined;
  readonly tier: Expression | undefined;
  readonly spread: 'inOrder' | 'inProportion';
  /** With `inProportion`; undefined: by capacity. */
  readonly weight: Expression | undefined;
  readonly into: {
    readonly object: string;
    readonly by: UpsertStepModel['by'];
    /** The field that takes the amount; its scale is what amounts are rounded to. */
    readonly amount: string;
    readonly values: ValueModels;
  };
}

export type StepModel =
  | SetStepModel
  | CreateStepModel
  | UpdateStepModel
  | DeleteStepModel
  | UpsertStepModel
  | FindStepModel
  | ForEachStepModel
  | BranchStepModel
  | LetStepModel
  | WaitStepModel
  | NotifyStepModel
  | WebhookStepModel
  | CallStepModel
  | FailStepModel
  | AtomicStepModel
  | DecideStepModel
  | MatchStepModel
  | AssignStepModel
  | PoolStepModel
  | SubmitStepModel
  | AllocateStepModel;

export type StepType = StepModel['type'];
