// From one Model to the next: the ordered steps that bring a tenant's tables along. Pure: nothing here touches a database.
import type { Sql } from '@tessera/kernel';
import type { MigrationModel, Model } from '@tessera/metadata';
import { planTables } from './carried.ts';
import { findChanges, type DdlTarget } from './change.ts';
import { catchUpSteps, leftoverSteps, preparationsOf } from './conversion.ts';
import { columnSteps, dutySteps } from './steps-columns.ts';
import { noRecordChanges } from './record-changes.ts';
import { migrationSteps } from './steps-migrations.ts';
import { optionSteps } from './steps-options.ts';
import { stageSteps } from './steps-stages.ts';
import { movedOptions, type MappedOptions } from './identity.ts';
import { nameMoves } from './moves.ts';
import { checkSteps, createSteps, foreignKeySteps, indexSteps, unfinishedValidations } from './steps-after.ts';
import { freeingSteps, renameSteps, rewriteSteps, setAsideSteps } from './steps-before.ts';
import type { ConcurrentIndex, DdlPlan } from './step.ts';

/**
 * Plans the change of a tenant's tables. Equal Models give an empty plan; the same input gives the same plan.
 *
 * The order of the steps is this list: each half relies on what is above it.
 * 0. Migrations work out the new values of records, over the tables as they are, and keep the old ones. Columns that were
 *    filled ahead are brought up to date before anything is locked against readers; those of a change given up go.
 * 1. Constraints and indexes that end go (names: the old ones).
 * 2. Tables that have had too many columns are written anew.
 * 3. What is gone is set aside, which frees its names.
 * 4. Tables, then columns, constraints and indexes are renamed; tables that come back are renamed too.
 * 5. New tables are made (names from here on: the new ones).
 * 6. Columns come back, are added, are converted, lose the duty to be filled.
 * 7. Values follow: migrations that are undone, options that are renamed, migrations that run.
 * 8. Columns get the duty to be filled; stages that are gone must hold no record.
 * 9. Checks, indexes, and last of all foreign keys.
 *
 * @param from the Model in force; undefined for a tenant without tables
 * @throws MODEL_TOO_MANY_COLUMNS · CHANGE_TYPE_IMPOSSIBLE · DDL_REFUSED for several of these
 */
export function planDdl(from: Model | undefined, to: Model, target: DdlTarget): DdlPlan {
  const found = findChanges(from, to, target);
  const records = target.records ?? noRecordChanges;
  const migrating = migrationSteps(found, records);
  const changes = { ...found, future: migrating.future };
  const tables = planTables(changes);
  const validations: Sql[] = tables.flatMap((table) => unfinishedValidations(changes, table));
  const concurrently: ConcurrentIndex[] = [];
  const steps = [
    ...migrating.before,
    ...changes.tables.flatMap((change) => catchUpSteps(changes, change)),
    ...changes.tables.flatMap((change) => leftoverSteps(changes, change)),
    ...freeingSteps(changes, tables),
    ...rewriteSteps(changes),
    ...setAsideSteps(changes),
    ...renameSteps(changes, tables),
    ...createSteps(changes, tables),
    ...tables.flatMap((table) => columnSteps(changes, table.change)),
    ...migrating.undone,
    ...tables.flatMap((table) => optionSteps(changes, table.change)),
    ...migrating.after,
    ...tables.flatMap((table) => dutySteps(changes, table.change, validations)),
    ...tables.flatMap((table) => stageSteps(changes.future, table.change, from, to)),
    ...tables.flatMap((table) => checkSteps(changes, table, validations)),
    ...tables.flatMap((table) => indexSteps(changes, table, concurrently)),
    ...foreignKeySteps(changes, tables, validations),
  ];
  const preparations = changes.tables.flatMap((change) => preparationsOf(changes, change));
  const { match } = changes;
  const followed = {
    match,
    moves: nameMoves(changes),
    words: movedOptions(match),
    mapped: records.run.flatMap(mappedOptions),
    migrated: migrating.fields,
    undoes: migrating.undoes,
    future: migrating.future,
  };
  return { schema: target.schema, ...followed, preparations, steps, validations, concurrently };
}

/** Where a migration chooses records, nobody knows of a value that is no record's yet whether it is meant. */
const mappedOptions = ({ object, where, options }: MigrationModel): readonly MappedOptions[] =>
  where === undefined ? Object.entries(options).map(([field, words]) => ({ object, field, words: new Map(Object.entries(words)) })) : [];
