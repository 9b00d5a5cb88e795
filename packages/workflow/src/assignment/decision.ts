// What comes of asking an assignment rule: who gets the record, and why; as it is kept and shown.
import type { ErrorCode } from '@tessera/kernel';
import type { AssignmentMethod } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import type { Why } from '../people/index.ts';

/** Why somebody who is meant does not get it. `full`: holds as much of the pool as one may. */
export interface PassedOver {
  readonly user: string;
  readonly why: 'absent' | 'full';
}

/** A rule that does not decide. */
export interface NotDeciding {
  readonly rule: string;
  readonly why: 'condition' | 'nobody';
  readonly passed: readonly PassedOver[];
}

export interface Decision {
  readonly assignmentRule: string;
  /** Undefined: none of its rules finds anybody. */
  readonly rule: string | undefined;
  readonly user: string | undefined;
  /** The absent person for whom the user stands in. */
  readonly for?: string | undefined;
  readonly method: AssignmentMethod | undefined;
  readonly why: Why | undefined;
  /** Among how many. */
  readonly among: number;
  readonly passed: readonly PassedOver[];
  /** The load that the user had. */
  readonly load?: number | undefined;
  /** The rules before, in their order. */
  readonly before: readonly NotDeciding[];
  /** Why the decision table that was asked says nothing: DECISION_NONE, DECISION_AMBIGUOUS. Its rows are not named. */
  readonly undecided?: ErrorCode | undefined;
}

/** As JSON, for the history and for those who ask. */
export const decisionValue = (decision: Decision): Value => JSON.parse(JSON.stringify(decision)) as Value;
