// The plan as a value: ordered steps with a risk each, checks that tell which rows would break, and what follows after the commit.
import type { Sql } from '@tessera/kernel';
import type { MappedOptions, ModelMatch, MovedOptions } from './identity.ts';
import type { FutureTables } from './future.ts';
import type { NameMoves } from './moves.ts';

export type DdlStepKind =
  | 'dropForeignKey'
  | 'dropCheck'
  | 'dropIndex'
  | 'rewriteTable'
  | 'backfill'
  | 'dropPrepared'
  | 'setAside'
  | 'renameTable'
  | 'renameColumn'
  | 'renameIndex'
  | 'renameConstraint'
  | 'restore'
  | 'createTable'
  | 'addColumn'
  | 'changeType'
  | 'migrate'
  | 'undoMigration'
  | 'putMigrated'
  | 'checkMigrated'
  | 'renameOptions'
  | 'removeStages'
  | 'dropRequired'
  | 'setDefault'
  | 'setRequired'
  | 'addCheck'
  | 'createIndex'
  | 'addUnique'
  | 'addForeignKey';

/**
 * `safe`: a moment. `locks`: writers of the table wait while rows are read. `rewrites`: rows are written anew, which takes time and room.
 * `losesData`: what is there is set aside, and gone for good when the retention time is over.
 */
export type DdlRisk = 'safe' | 'locks' | 'rewrites' | 'losesData';

/** Rows that would break. Both statements read the tables as they are before the plan. */
export interface DdlCheck {
  /** Gives one row with `count`. */
  readonly count: Sql;
  /** Gives at most ten rows with `id` and `value` (text). */
  readonly sample: Sql;
  /** Gives the ids of the rows, at most 200. */
  readonly list: Sql;
  /** The rows as a rule on records of the object as it is called before the plan; left out where only `list` can tell them. */
  readonly where?: unknown;
  /** The object's name before the plan. */
  readonly of: string;
  /** A sentence in which `{count}` stands for the number. */
  readonly message: string;
}

/** How many rows a step touches, in the tables as they are before the plan. */
export interface RowCount {
  /** Gives one row. Steps may share it: it is asked once. */
  readonly of: Sql;
  /** Its columns: `{count}` in the summary, and `{other}`. */
  readonly count: string;
  readonly other?: string;
}

export interface DdlStep {
  readonly kind: DdlStepKind;
  /** The object's API name. */
  readonly object: string;
  readonly field?: string;
  readonly risk: DdlRisk;
  /** A sentence for the one who decides. */
  readonly summary: string;
  /** One DDL statement each, in order; none where the step is only a check, or its index is built after the commit. */
  readonly statements: readonly Sql[];
  readonly check?: DdlCheck;
  readonly rows?: RowCount;
  /** The migration that it carries out or undoes. */
  readonly migration?: StepMigration;
}

export interface StepMigration {
  readonly pack: string;
  readonly version: string;
  readonly name: string;
  readonly change: 'runs' | 'undone';
  readonly fields: readonly string[];
  /** Records that are changed, and those that have been changed since and stay as they are; once they are counted. */
  readonly rows?: number;
  readonly others?: number;
}

/** An index of a table with many rows: built after the commit while readers and writers go on. */
export interface ConcurrentIndex {
  readonly object: string;
  readonly name: string;
  readonly create: Sql;
  readonly drop: Sql;
}

/** A column of a large table that is filled in small parts before the change, while readers and writers go on. */
export interface Preparation {
  readonly object: string;
  readonly field: string;
  /** Makes the column, and removes it, if it is there. */
  readonly add: Sql;
  readonly drop: Sql;
  /** Fills the next rows after an id; gives one row with `last`, the id to go on from, null at the end. */
  readonly fill: (after: string) => Sql;
}

export interface DdlPlan {
  /** The schema the plan is for. */
  readonly schema: string;
  /** Which object and field is which of the Model before. */
  readonly match: ModelMatch;
  /** For what is kept under their names beside the tables. */
  readonly moves: NameMoves;
  /** Words that are renamed in fields. */
  readonly words: readonly MovedOptions[];
  /** What migrations make of the options of all records, in their order. */
  readonly mapped: readonly MappedOptions[];
  /** Fields whose values migrations change, by present names. */
  readonly migrated: readonly { readonly object: string; readonly field: string }[];
  /** Kept migrations (ids) that it undoes. */
  readonly undoes: readonly string[];
  /** The rows as they will be. */
  readonly future: FutureTables;
  /**
   * What large tables should have before the transaction: carry it out (`prepareDdl`) and plan again, and the change of a type holds up
   * nobody. Without it the steps are right too, but readers of such a table wait while its column is filled.
   */
  readonly preparations: readonly Preparation[];
  readonly steps: readonly DdlStep[];
  /** To be run one by one after the commit, in this order; each may be repeated. They take locks that readers and writers do not feel. */
  readonly validations: readonly Sql[];
  /** To be built one by one after the commit, outside a transaction. */
  readonly concurrently: readonly ConcurrentIndex[];
}

/** The step with what tells which rows would break; without a check the step itself. */
export function withCheck(step: DdlStep, check: DdlCheck | undefined): DdlStep {
  return check === undefined ? step : { ...step, check };
}
