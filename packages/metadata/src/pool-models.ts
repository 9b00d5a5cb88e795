// What the Model has of pools, of who gets what out of them, and of records that become others.
import type { Expression } from '@tessera/rules';
import type { SubjectModel } from './access-models.ts';
import type { Label } from './label.ts';
import type { PersonModel } from './people-models.ts';
import type { DurationModel, QueryModel, ValueModels } from './step-models.ts';

export interface PoolReasonModel {
  readonly name: string;
  readonly label: Label;
}

export interface RecyclingModel {
  readonly name: string;
  readonly label: Label;
  readonly after: DurationModel;
  /** Stored date and datetime fields: the latest counts, and when the owner got it. */
  readonly since: readonly string[];
  readonly when: Expression | undefined;
  /** So long before it the owner is told. */
  readonly warn: { readonly before: DurationModel; readonly template: string } | undefined;
}

export interface PoolModel {
  readonly name: string;
  readonly label: Label;
  readonly object: string;
  readonly order: number;
  readonly enter: Expression | undefined;
  readonly members: readonly SubjectModel[];
  readonly administrators: readonly SubjectModel[];
  readonly assign: string | undefined;
  readonly limits: { readonly perDay: number | undefined; readonly held: number | undefined; readonly counts: Expression | undefined };
  /** An ISO 8601 duration. */
  readonly coolDown: string | undefined;
  /** In their order; none: nothing need be said. */
  readonly reasons: readonly PoolReasonModel[];
  /** In their order. */
  readonly recycle: readonly RecyclingModel[];
  /** The object in which changes of owners are kept. */
  readonly history: string;
}

export type AssignmentMethod = 'first' | 'roundRobin' | 'leastLoad';

export interface AssignmentCaseModel {
  readonly name: string;
  readonly label: Label;
  readonly when: Expression | undefined;
  readonly to: readonly PersonModel[];
  readonly method: AssignmentMethod;
  readonly absent: 'pass' | 'standIn';
}

export interface AssignmentRuleModel {
  readonly name: string;
  readonly label: Label;
  /** Frame 0 of its rules. */
  readonly object: string;
  /** Rules of `rules` read its outcome as `$steps.decision`. */
  readonly decide: { readonly table: string; readonly values: ValueModels } | undefined;
  /** In their order. */
  readonly rules: readonly AssignmentCaseModel[];
  readonly load: Expression | undefined;
  /** The object in which changes of owners are kept. */
  readonly history: string;
}

/** Without an object the children themselves are changed. Rules of `values` see the child in `query.frame`. */
export interface ConversionChildrenModel {
  readonly name: string;
  /** The children of the record. */
  readonly query: QueryModel;
  readonly object: string | undefined;
  readonly values: ValueModels;
}

export type ConversionMatch = 'update' | 'fill' | 'keep' | 'refuse';

export interface ConversionTargetModel {
  readonly name: string;
  readonly label: Label;
  readonly object: string;
  readonly when: Expression | undefined;
  readonly values: ValueModels;
  /** What is taken instead of a new record: by a unique key, the first that a query finds, or the one that a matching rule finds. */
  readonly by: { readonly name: string; readonly fields: readonly string[] } | undefined;
  readonly find: QueryModel | undefined;
  readonly matching: string | undefined;
  readonly onMatch: ConversionMatch;
  /** The lookup field of the converted record that then points to it. */
  readonly link: string | undefined;
  /** In their order. */
  readonly children: readonly ConversionChildrenModel[];
}

export interface ConversionModel {
  readonly name: string;
  readonly label: Label;
  /** Frame 0 of its rules. */
  readonly object: string;
  readonly when: Expression | undefined;
  readonly message: Label | undefined;
  /** In their order. Rules of later ones read earlier ones as `$steps.<name>`. */
  readonly targets: readonly ConversionTargetModel[];
  /** The target that gets what hangs on the record. */
  readonly attached: string | undefined;
  readonly set: ValueModels;
}
