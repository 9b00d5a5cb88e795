// Decides for every table and column of the new Model where it comes from: added, kept, converted or brought back.
import { fail, failAll, ident, problem, sql, type Problem, type Sql, type TesseraError } from '@tessera/kernel';
import type { Model, ObjectModel } from '@tessera/metadata';
import { asideName, asideNumber, attachedName, isNewName, newestAside, newName } from './names.ts';
import { castBetween, type Cast } from './casts.ts';
import { matchColumns, matchModels, movedOptionWords, type ColumnMatch, type ModelMatch } from './identity.ts';
import type { MovedWords } from './option-words.ts';
import { fromPhysical } from './physical-spec.ts';
import type { PhysicalState, PhysicalTable } from './physical.ts';
import type { RecordChanges } from './record-changes.ts';
import { tableSpec, type ColumnSpec, type TableSpec } from './tables.ts';

/** Where a plan is to be carried out, and what is known of the place. */
export interface DdlTarget {
  readonly schema: string;
  /**
   * The schema as it is (`readPhysical`). Without it nothing set aside is found again, and every table counts as small:
   * pass it wherever there are rows.
   */
  readonly existing?: PhysicalState;
  /** The time to note on what is set aside, RFC 3339. */
  readonly now?: string;
  /** For the summaries; default 30. */
  readonly retentionDays?: number;
  /** From how many rows on an index is built after the commit; default 20,000. */
  readonly largeTable?: number;
  /** Columns ever made at which a table is written anew; default 1,200. */
  readonly mostAttributes?: number;
  /** The Model led to was in force before the present one: what was renamed since then gets its former name back. */
  readonly back?: boolean;
  /** What happens to records beside. */
  readonly records?: RecordChanges;
}

export type ColumnChange =
  | { readonly how: 'add'; readonly column: ColumnSpec }
  /** Goes on, perhaps with another name, numeric precision or duty to be filled. */
  | {
      readonly how: 'keep';
      readonly column: ColumnSpec;
      readonly old: ColumnSpec;
      readonly match: ColumnMatch | undefined;
      readonly words: MovedWords;
    }
  | {
      readonly how: 'convert';
      readonly column: ColumnSpec;
      readonly old: ColumnSpec;
      readonly cast: ConvertCast;
      readonly aside: string;
      readonly words: MovedWords;
    }
  | { readonly how: 'restore'; readonly column: ColumnSpec; readonly aside: string };

export type ConvertCast = Extract<Cast, { readonly how: 'convert' }>;

export interface GoneColumn {
  readonly old: ColumnSpec;
  readonly aside: string;
}

export interface TableChange {
  readonly kind: 'create' | 'keep' | 'restore';
  readonly object: ObjectModel;
  readonly after: TableSpec;
  /** The table as it is; a new one has none. Its name is the one before all renames. */
  readonly before: TableSpec | undefined;
  readonly physical: PhysicalTable | undefined;
  readonly columns: readonly ColumnChange[];
  readonly gone: readonly GoneColumn[];
  /** Columns (old names) whose duty to be filled is still a constraint that waits for its validation. */
  readonly pendingRequired: ReadonlySet<string>;
  readonly large: boolean;
  readonly rewrite: boolean;
}

export interface GoneTable {
  readonly spec: TableSpec;
  readonly aside: string;
  readonly physical: PhysicalTable | undefined;
}

export interface Changes {
  readonly to: Model;
  readonly match: ModelMatch;
  readonly target: DdlTarget;
  readonly tables: readonly TableChange[];
  readonly goneTables: readonly GoneTable[];
}

/** @throws CHANGE_TYPE_IMPOSSIBLE, or DDL_REFUSED with all of them */
export function findChanges(from: Model | undefined, to: Model, target: DdlTarget): Changes {
  const match = matchModels(from, to, target);
  const objectNames = new Map([...match.objects].map(([name, { before }]) => [before.name, name]));
  const problems: Problem[] = [];
  const tables = Object.values(to.objects).map((object) => {
    const after = tableSpec(to, object);
    const same = match.objects.get(object.name);
    if (from !== undefined && same !== undefined) {
      const before = tableSpec(from, same.before);
      const matches = matchColumns(same, objectNames);
      return changeOf(
        { kind: 'keep', object, after, before, matches, to, target, physical: target.existing?.tables[before.name] },
        problems,
      );
    }
    const physical = newestAside(Object.values(target.existing?.tables ?? {}), object.table);
    if (physical === undefined) return created(object, after);
    return changeOf({ kind: 'restore', object, after, before: fromPhysical(physical, after), matches: [], to, target, physical }, problems);
  });
  refuse(problems);
  const names = new NumberedNames(Object.keys(target.existing?.tables ?? {}));
  const goneTables = Object.values(from?.objects ?? {})
    .filter((object) => !objectNames.has(object.name))
    .map((object) => ({
      spec: tableSpec(from ?? to, object),
      aside: names.next(object.table),
      physical: target.existing?.tables[object.table],
    }));
  return { to, match, target, tables, goneTables };
}

function refuse(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  throw problems.length === 1 ? asError(first) : failAll('DDL_REFUSED', problems);
}

function asError(first: Problem): TesseraError {
  return fail(first.code, first.params);
}

function created(object: ObjectModel, after: TableSpec): TableChange {
  const columns = after.columns.map((column) => ({ how: 'add' as const, column }));
  return {
    kind: 'create',
    object,
    after,
    before: undefined,
    physical: undefined,
    columns,
    gone: [],
    pendingRequired: new Set(),
    large: false,
    rewrite: false,
  };
}

interface Pair {
  readonly kind: 'keep' | 'restore';
  readonly object: ObjectModel;
  readonly after: TableSpec;
  readonly before: TableSpec;
  readonly matches: readonly ColumnMatch[];
  readonly to: Model;
  readonly target: DdlTarget;
  readonly physical: PhysicalTable | undefined;
}

function changeOf(pair: Pair, problems: Problem[]): TableChange {
  const { kind, object, after, before, target, physical } = pair;
  const names = new NumberedNames((physical?.columns ?? []).map((column) => column.name));
  const columns = after.columns.map((column) => columnChange(pair, column, names, problems));
  const going = new Set(columns.flatMap((change) => ('old' in change ? [change.old.name] : [])));
  const gone = before.columns.filter((column) => !going.has(column.name)).map((old) => ({ old, aside: names.next(old.name) }));
  const rows = physical?.rows ?? 0;
  const prepared = new Set((physical?.columns ?? []).map((column) => column.name).filter(isNewName));
  const made = columns.filter(({ how, column }) => how === 'add' || (how === 'convert' && !prepared.has(newName(column.name)))).length;
  const rewrite = made > 0 && (physical?.attributes ?? 0) + made > (target.mostAttributes ?? 1200);
  return {
    kind,
    object,
    after,
    before: rewrite ? bare(before, physical) : asIs(before, physical),
    physical,
    columns,
    gone,
    pendingRequired: rewrite ? new Set() : pendingRequired(before, physical),
    large: rows >= (target.largeTable ?? 20_000),
    rewrite,
  };
}

/** A table that is written anew has lost everything but its columns, as they are, and its primary key. */
function bare(before: TableSpec, physical: PhysicalTable | undefined): TableSpec {
  const filled = new Set((physical?.columns ?? []).filter((column) => column.notNull).map((column) => column.name));
  const columns = before.columns.map((column) => ({ ...column, notNull: filled.has(column.name) }));
  return { ...before, columns, indexes: before.indexes.filter((index) => index.primary), foreignKeys: [], checks: [] };
}

/** The old Model's table without indexes that are still to be built. */
function asIs(before: TableSpec, physical: PhysicalTable | undefined): TableSpec {
  if (physical === undefined) return before;
  const built = new Set(physical.indexes.filter((index) => index.valid).map((index) => index.name));
  return { ...before, indexes: before.indexes.filter((index) => built.has(index.name)) };
}

function pendingRequired(before: TableSpec, physical: PhysicalTable | undefined): ReadonlySet<string> {
  const there = new Set((physical?.constraints ?? []).map((constraint) => constraint.name));
  const names = before.columns.map((column) => column.name);
  return new Set(names.filter((name) => there.has(attachedName(before.name, name, 'required'))));
}

function columnChange(pair: Pair, column: ColumnSpec, names: NumberedNames, problems: Problem[]): ColumnChange {
  const match = pair.matches.find((candidate) => candidate.new.name === column.name);
  // The engine's own columns, and those of a table that comes back, go by their names.
  const byName = pair.kind === 'restore' || column.field === undefined;
  const old = pair.before.columns.find((candidate) => candidate.name === (byName ? column.name : match?.old.name));
  if (old !== undefined && (!byName || old.typeText === column.typeText)) {
    const cast = castBetween(old.type, column.type, pair.to.settings.timeZone);
    if (cast !== undefined && !secretive(match)) {
      const words: MovedWords =
        match === undefined ? new Map() : movedOptionWords(match.oldField, match.newField, pair.target.back === true);
      if (cast.how !== 'convert') return { how: 'keep', column, old, match, words };
      return {
        how: 'convert',
        column,
        old,
        cast: words.size > 0 ? cast : remembering(pair, column, old, cast),
        aside: names.next(old.name),
        words,
      };
    }
    problems.push(impossible(pair.object, column, old));
  }
  // What the engine keeps itself it has not kept up while it was set aside.
  const aside = column.field === undefined ? undefined : newestAside(pair.physical?.columns ?? [], column.name);
  return aside !== undefined && aside.typeText === column.typeText ? { how: 'restore', column, aside: aside.name } : { how: 'add', column };
}

/**
 * The cast of a column that was of this type before and is again: where a value is still what became of the one that was set aside,
 * that one comes back as it was (`007`, where the number 7 would become `7`).
 */
function remembering({ physical, to }: Pair, column: ColumnSpec, old: ColumnSpec, cast: ConvertCast): ConvertCast {
  const former = newestAside(
    (physical?.columns ?? []).filter(({ typeText }) => typeText === column.typeText),
    column.name,
  );
  const forth = castBetween(column.type, old.type, to.settings.timeZone);
  if (former === undefined || forth?.how !== 'convert') return cast;
  const was = ident(former.name);
  const nothing = forth.refused === undefined ? sql`${was} is null` : sql`(${was} is null or ${forth.refused(was)})`;
  // Only a case keeps PostgreSQL from casting values that it could not.
  const isSame = (present: Sql): Sql => sql`case when ${nothing} then false else ${forth.value(was)} is not distinct from ${present} end`;
  const { value, refused } = cast;
  return {
    how: 'convert',
    value: (present) => sql`case when ${isSame(present)} then ${was} else ${value(present)} end`,
    refused: refused && ((present) => sql`case when ${isSame(present)} then false else ${refused(present)} end`),
  };
}

/** What was encrypted is not laid open, nor is what was open believed to be encrypted. */
function secretive(match: ColumnMatch | undefined): boolean {
  return match !== undefined && (match.oldField.type === 'secret') !== (match.newField.type === 'secret');
}

function impossible(object: ObjectModel, column: ColumnSpec, old: ColumnSpec): Problem {
  return problem('CHANGE_TYPE_IMPOSSIBLE', {
    object: object.name,
    field: column.field ?? column.name,
    from: old.typeText,
    to: column.typeText,
  });
}

/** Gives names for what is set aside, above all numbers that are taken. */
class NumberedNames {
  #last: number;
  constructor(taken: readonly string[]) {
    this.#last = Math.max(0, ...taken.map((name) => asideNumber(name) ?? 0));
  }
  next(name: string): string {
    this.#last += 1;
    return asideName(this.#last, name);
  }
}
