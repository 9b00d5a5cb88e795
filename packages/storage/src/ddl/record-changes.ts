// What happens to records beside a change of their tables.
import type { MigrationModel } from '@tessera/metadata';

/** Where the values of a field are kept, and what types they had in their columns before and after the migration. */
export interface KeptField {
  readonly key: string;
  readonly old: string;
  readonly new: string;
}

/** What a migration has done to an object, as the tenant's tables keep it. */
export interface KeptMigration {
  readonly id: string;
  readonly pack: string;
  readonly version: string;
  readonly name: string;
  /** Present names, those of things set aside included. */
  readonly object: string;
  readonly fields: Readonly<Record<string, KeptField>>;
}

export interface RecordChanges {
  /** In the order in which they run. */
  readonly run: readonly MigrationModel[];
  /** The last first. */
  readonly undo: readonly KeptMigration[];
}

export const noRecordChanges: RecordChanges = { run: [], undo: [] };
