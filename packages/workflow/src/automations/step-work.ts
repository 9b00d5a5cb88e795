// What a step is given and gives: one step of an automation, for all frames that stand at it, at once.
import type { Problem } from '@tessera/kernel';
import type { AutomationModel, QueryModel, StepModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { Expression, Value } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';

/** A record that a frame's rules may name: `$record`, or `$item` of a block. */
export interface FrameRecord {
  readonly object: string;
  readonly id: string;
  readonly values: RecordValues;
}

/** What the rules of a step see of one run: the same automation for many records has one each. */
export interface Frame {
  /** Never changes, and is no other's: the run, and the items of the blocks around the step. Keys of effects begin with it. */
  readonly key: string;
  /** Undefined where it is done within a write, without a run. */
  readonly runId: string | undefined;
  /** By frame, `$record` first; undefined where it runs on none. */
  readonly records: readonly (FrameRecord | undefined)[];
  readonly old: RecordValues | undefined;
  readonly inputs: Readonly<Record<string, Value>>;
  /** Outcomes of steps before, by the step's path. */
  readonly outcomes: Readonly<Record<string, unknown>>;
  /** Who caused it; null where nobody did. */
  readonly actor: string | null;
  /** What led to it, the first at the beginning. */
  readonly chain: readonly string[];
}

/** A record as the outcome of a step; rules read it as it is when they run. */
export interface RecordOutcome {
  readonly object: string;
  readonly id: string;
}

/** What became of a step for one frame. */
export type StepResult =
  /** JSON (values in the form of rules; a record as `RecordOutcome`); empty: undefined. `input` is for the journal, else what was evaluated. */
  | { readonly kind: 'done'; readonly outcome?: unknown; readonly input?: unknown }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly kept?: unknown }
  /**
   * There is more of the same: where steps commit by themselves what it did so far is committed, else it goes on in the same transaction;
   * either way the step is done again at once with `kept` in `waited`. Limits of a transaction count anew after a commit.
   */
  | { readonly kind: 'more'; readonly kept: unknown }
  /** Runs only: it stays here until it is woken (`wakeRuns`) or until a time (RFC 3339), and is then done again with `kept` in `waited`. */
  | { readonly kind: 'waiting'; readonly until?: string | undefined; readonly kept?: unknown; readonly watches?: Watches | undefined };

/** What wakes a run that waits, beside time: writes of its record, or an event told for it. */
export interface Watches {
  readonly record: boolean;
  readonly event: string | undefined;
}

/** What a frame has waited for. */
export interface Waited {
  /** RFC 3339. */
  readonly since: string;
  /** What the step has kept: JSON. */
  readonly kept: unknown;
  /** Events that were told for the record meanwhile. */
  readonly events: readonly string[];
}

/** A frame after the steps of a block; with what has stopped it. */
export interface BlockEnd {
  readonly frame: Frame;
  readonly problem: Problem | undefined;
}

export interface StepWork<S extends StepModel> {
  /** With the rights that the step has: those of whoever caused it, or the platform's. Of all frames the same. */
  readonly session: WriteSession;
  /** The same transaction with the platform's rights, for what the engine itself notes. */
  readonly platform: WriteSession;
  readonly automation: AutomationModel;
  readonly step: S;
  readonly frames: readonly Frame[];
  /** For each frame, where the step was left waiting or failed and kept something; a step that starts anew has none. */
  readonly waited: readonly (Waited | undefined)[];
  /** What a rule gives for each frame, in their order; one statement at most, whatever their number. */
  evaluate(expression: Expression): Promise<readonly Value[]>;
  /** The same of several rules by name. */
  evaluateAll(values: Readonly<Record<string, Expression>>): Promise<readonly Readonly<Record<string, Value>>[]>;
  /** Records of a query for each frame, in the order of the frames, then of the query: one statement, whatever their number. */
  find(query: QueryModel): Promise<readonly (readonly FrameRecord[])[]>;
  /** The same work for other frames: those of a query's records (`records` one longer), or with a `$series` among the outcomes. */
  over(frames: readonly Frame[]): StepWork<S>;
  /** The frames with their records as they are stored by now: for steps that write in rounds. */
  reread(frames: readonly Frame[]): Promise<readonly Frame[]>;
  /** Steps within this step, where it has any: done at once, for these frames, in their order. */
  block(steps: readonly StepModel[], frames: readonly Frame[]): Promise<readonly BlockEnd[]>;
}

/**
 * Does a step for all frames as a set; gives a result for each, in their order. What stands against one frame alone and is known before
 * anything is written may be told as `failed`; what it throws takes the transaction back, and the frames are then done by halves.
 */
export type StepDoer<S extends StepModel> = (work: StepWork<S>) => Promise<readonly StepResult[]>;
