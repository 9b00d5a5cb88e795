// Steps of a plan that change records: what migrations do, what undoing them does, and what of it would not be fit for its fields.
import { ident, sql, type Sql } from '@tessera/kernel';
import { isMatchField, matchColumn } from '../matching/column.ts';
import { searchColumn } from '../search/column.ts';
import type { Changes, ColumnChange, TableChange } from './change.ts';
import { FutureTables } from './future.ts';
import { countParts, keepStatement, keptParts, noteStatement, putStatement, type KeptPart } from './keeping.ts';
import { migratedChecks } from './migrated-checks.ts';
import { compileMigrations, type MigratedPart } from './migrating.ts';
import type { KeptMigration, RecordChanges } from './record-changes.ts';
import { columnOf } from './row-steps.ts';
import type { DdlStep } from './step.ts';
import { undoneExtras, undoneParts, undoneRows, undoStatement, type UndonePart } from './undoing.ts';

export interface MigrationSteps {
  readonly future: FutureTables;
  /** Over the tables as they are: new values are worked out and kept with the old ones. */
  readonly before: readonly DdlStep[];
  /** When columns are changed: old values come back. */
  readonly undone: readonly DdlStep[];
  /** When options are moved too: new values take their places. */
  readonly after: readonly DdlStep[];
  /** Fields whose values change, by present names. */
  readonly fields: readonly { readonly object: string; readonly field: string }[];
  /** Ids. */
  readonly undoes: readonly string[];
}

const about = (migration: { readonly pack: string; readonly version: string; readonly name: string }): string =>
  `migration ${migration.name} of ${migration.pack} ${migration.version}`;

class Planning {
  readonly #changes: Changes;
  readonly #future: FutureTables;
  readonly #order: readonly MigratedPart[];
  readonly #parts: ReadonlyMap<TableChange, readonly KeptPart[]>;

  constructor(changes: Changes, future: FutureTables, parts: readonly MigratedPart[]) {
    this.#changes = changes;
    this.#future = future;
    this.#order = parts;
    this.#parts = new Map([...Map.groupBy(parts, ({ change }) => change)].map(([change, own]) => [change, keptParts(change, own)]));
  }

  /** One for each object that a migration changes, in their order; the last of an object keeps the values of all. */
  keepSteps(): readonly DdlStep[] {
    const { schema } = this.#changes.target;
    const steps = [...this.#parts].flatMap(([change, parts]) => {
      if (parts.length === 0) return [];
      const of = countParts(this.#future, change, parts);
      const keep = keepStatement(schema, this.#future, change, parts);
      return parts.map((kept, i) => ({ kept, change, rows: { of, count: `c${String(i)}` }, keep: i === parts.length - 1 ? [keep] : [] }));
    });
    const inOrder = this.#order.flatMap((part) => steps.filter(({ kept }) => kept.part === part));
    return inOrder.map(({ kept, change, rows, keep }) => {
      const { pack, version, name } = kept.part.migration;
      const object = change.object.name;
      const fields = kept.columns.map(({ key }) => key);
      return {
        kind: 'migrate',
        object,
        risk: 'rewrites',
        summary: `${object}: ${about(kept.part.migration)} changes ${fields.join(', ')} of {count} records (those in the recycle bin count too). What they had is kept.`,
        statements: [noteStatement(this.#changes, object, kept), ...keep],
        rows,
        migration: { pack, version, name, change: 'runs', fields },
      };
    });
  }

  putStep(change: TableChange): readonly DdlStep[] {
    const parts = this.#parts.get(change) ?? [];
    if (parts.length === 0) return [];
    const statement = putStatement(this.#changes.target.schema, change, parts, (columns) => this.#marks(change, columns));
    const summary = `${change.object.name}: the new values of migrations take their places.`;
    return [{ kind: 'putMigrated', object: change.object.name, risk: 'rewrites', summary, statements: [statement] }];
  }

  /** What search and matching rules find by is worked out anew after the change. */
  #marks({ object }: TableChange, columns: readonly { readonly column: ColumnChange }[]): readonly string[] {
    const fields = columns.flatMap(({ column }) => column.column.field ?? []);
    return [
      ...(fields.some((field) => object.fields[field]?.searchable === true) ? [searchColumn] : []),
      ...(fields.some((field) => isMatchField(this.#changes.to, object.name, field)) ? [matchColumn] : []),
    ];
  }

  /** The old values of all that is undone of an object. */
  #putBackStep(change: TableChange, parts: readonly UndonePart[]): readonly DdlStep[] {
    const columns = parts.flatMap((part) => part.columns).flatMap(({ change: column }) => (column === undefined ? [] : [{ column }]));
    const statement = undoStatement(this.#changes, parts, this.#marks(change, columns));
    const object = change.object.name;
    const summary = `${object}: the values of before migrations take their places.`;
    return statement === undefined ? [] : [{ kind: 'putMigrated', object, risk: 'rewrites', summary, statements: [statement] }];
  }

  /** @param rows counts of all that is undone of the object */
  #undoStep({ kept, change, level }: UndonePart, rows: Sql): DdlStep {
    const { schema } = this.#changes.target;
    const { id, pack, version, name, fields } = kept;
    return {
      kind: 'undoMigration',
      object: change.object.name,
      risk: 'safe',
      summary: `${change.object.name}: ${about(kept)} is undone: {count} records get back what they had; {other} have been changed since and stay as they are.`,
      statements: [forget(schema, id)],
      rows: { of: rows, count: `c${String(level)}`, other: `o${String(level)}` },
      migration: { pack, version, name, change: 'undone', fields: Object.keys(fields) },
    };
  }

  /** Old values take their places, then what was kept goes. @param undone the last first */
  undoSteps(undone: readonly UndonePart[]): readonly DdlStep[] {
    const tables = [...Map.groupBy(undone, ({ change }) => change)];
    const counts = new Map(
      tables.map(([change, parts]) => [change, undoneRows(this.#future.rows(change, 'levelled', parts.length), parts)]),
    );
    return [
      ...tables.flatMap(([change, parts]) => this.#putBackStep(change, parts)),
      ...undone.map((part) => this.#undoStep(part, counts.get(part.change) ?? sql``)),
    ];
  }
}

const forget = (schema: string, id: string): Sql => sql`delete from ${ident(schema, '_migration')} where id = ${id}::bigint`;

/** Of objects that go, and of those that come back under another name, nothing is left to be undone. */
function forgottenStep(schema: string, { id, pack, version, name, object, fields }: KeptMigration): DdlStep {
  return {
    kind: 'undoMigration',
    object,
    risk: 'safe',
    summary: `${object}: ${about({ pack, version, name })} is undone; its records go.`,
    statements: [forget(schema, id)],
    migration: { pack, version, name, change: 'undone', fields: Object.keys(fields) },
  };
}

/** Whether the rows are to be looked at is decided by the steps before: see `planDdl`. */
export function migrationSteps(changes: Changes, { run, undo }: RecordChanges): MigrationSteps {
  const { schema } = changes.target;
  const undone = undoneParts(changes, undo);
  const back = undone.map(({ step }) => step);
  const { parts, steps, extras } = compileMigrations(changes, run, back, undoneExtras(undone));
  const future = new FutureTables(schema, changes.tables, steps, extras);
  const planning = new Planning(changes, future, parts);
  const forgotten = undo.filter((kept) => !undone.some((part) => part.kept === kept));
  return {
    future,
    before: planning.keepSteps(),
    undone: [...planning.undoSteps(undone), ...forgotten.map((kept) => forgottenStep(schema, kept))],
    after: changes.tables.flatMap((change) => [...planning.putStep(change), ...migratedChecks(changes, future, change)]),
    undoes: undo.map(({ id }) => id),
    fields: changes.tables.flatMap((change) =>
      [...future.touched(change)].map((name) => ({ object: change.object.name, field: columnOf(change, name)?.column.field ?? name })),
    ),
  };
}
