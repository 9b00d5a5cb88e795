// The form of a change of the control schema.

/** Additive only: nodes of the version before go on working while and after it runs. */
export interface CellMigration {
  readonly name: string;
  /** One DDL statement each: Citus takes no more at a time. */
  readonly statements: readonly string[];
}
