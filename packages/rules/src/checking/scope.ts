// What a rule may name: the record that it stands on, the user, the tenant, and the metadata around.
import type { Catalog, RuleType } from '../expression.ts';

/** Something that was worked out before: a record, values by name, or nothing that a rule could use. All of it may be null. */
export interface Outcome {
  /** What paths call it: one of its own, where several bear the same name. */
  readonly key: string;
  /** The object of the record that it is. */
  readonly record?: string;
  readonly values?: Readonly<Record<string, RuleType>>;
}

export interface RuleScope {
  readonly catalog: Catalog;
  /** The object of frame 0 (`$record`); left out: there is no record, as in a parameter's default. */
  readonly object?: string;
  /** Whether `$old` may be used. */
  readonly old?: boolean;
  /** The object that `$user` is a record of; left out: `$user` is unknown. */
  readonly userObject?: string;
  /** Names under `$tenant` with their types; `timeZone` is always there. */
  readonly tenant?: Readonly<Record<string, RuleType>>;
  /** What `$steps` knows, by name; left out: there are no steps. */
  readonly steps?: Readonly<Record<string, Outcome>>;
  /** Why a step is not among them, by its name. */
  readonly stepHints?: Readonly<Record<string, string>>;
  /** What `$inputs` and `$series` have, by name. */
  readonly values?: Readonly<Partial<Record<'$inputs' | '$series', Readonly<Record<string, RuleType>>>>>;
  /** The objects of further frames that are open already, as when an aggregate's `where` is checked on its own. */
  readonly frames?: readonly string[];
  /**
   * How an aggregate that stands on its own is kept. `transaction`: stored and exact at commit, so nothing in it may depend on the time
   * or on who asks, and it reads stored columns of the child alone. `live` (where left out): computed when asked.
   */
  readonly upkeep?: 'transaction' | 'live';
}
