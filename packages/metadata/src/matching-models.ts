// What the Model has of matching rules and of duplicate rules.
import type { Expression } from '@tessera/rules';
import type { Label } from './label.ts';

/** How a value is made comparable. */
export type Normaliser = 'exact' | 'text' | 'phone' | 'company' | 'pinyin' | 'email' | 'domain';

export interface MatchFieldModel {
  /** Of the rule's object. */
  readonly field: string;
  readonly by: Normaliser;
  /** From which share of common pairs on values are alike; undefined: they must be equal. */
  readonly similarity: number | undefined;
}

/** Fields that must all agree. */
export interface CriterionModel {
  readonly name: string;
  readonly label: Label;
  /** At most one of them has a similarity. */
  readonly fields: readonly MatchFieldModel[];
}

export interface MatchingRuleModel {
  readonly name: string;
  readonly label: Label;
  /** The object whose records are found (frame 0). */
  readonly object: string;
  /** For whose records one may look, by object: its field for each field that is compared. The rule's own object is among them. */
  readonly sources: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly where: Expression | undefined;
  /** The nearest first. */
  readonly criteria: readonly CriterionModel[];
}

export type DuplicateMoment = 'create' | 'update' | 'restore';

export interface DuplicateRuleModel {
  readonly name: string;
  readonly label: Label;
  /** The object whose records are checked (frame 0). */
  readonly object: string;
  /** A matching rule that takes records of the object. */
  readonly matching: string;
  readonly on: readonly DuplicateMoment[];
  readonly when: Expression | undefined;
  readonly action: 'warn' | 'block';
  readonly tellHidden: boolean;
  readonly message: Label | undefined;
}
