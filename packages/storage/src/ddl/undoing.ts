// Migrations that are undone on the way back: records get the values that were kept, where they still have those that the migration gave.
import { ident, join, keyword, sql, textLiteral, type Sql } from '@tessera/kernel';
import type { ColumnType } from '@tessera/metadata';
import { castBetween } from './casts.ts';
import type { Changes, ColumnChange, TableChange } from './change.ts';
import { typeOf, typeText } from './column-types.ts';
import { levels } from './future.ts';
import type { KeptField, KeptMigration } from './record-changes.ts';
import { movedValue } from './option-words.ts';
import { forLater, fromJson, rawColumn, stepColumn, stepRow, trailColumn, undoneColumn, type RowStep } from './row-steps.ts';

/** A kept column. */
interface UndoneColumn {
  /** The column that gets the old value; it may be one that is set aside. */
  readonly to: string;
  readonly type: ColumnType;
  /** The column that has the value of now, before the plan and once columns are changed. */
  readonly present: string;
  readonly now: string;
  readonly presentType: ColumnType;
  /** Kinds of the values that it may have here: that of now, and those of values that later migrations are undone to. */
  readonly kinds: readonly ColumnType[];
  /** No other migration of it is undone. */
  readonly alone: boolean;
  readonly kept: KeptField;
  /** Left out where the column is set aside: no row after the plan shows it. */
  readonly change?: ColumnChange;
}

export interface UndonePart {
  readonly kept: KeptMigration;
  readonly change: TableChange;
  readonly columns: readonly UndoneColumn[];
  readonly step: RowStep;
  /** How many are undone of the table before it. */
  readonly level: number;
}

type Place = Omit<UndoneColumn, 'kinds' | 'alone' | 'kept'>;

/** Where a field lies before and after; values of other types are cast. */
function placeOf({ columns, gone }: TableChange, field: string): Place | undefined {
  for (const change of columns) {
    const { name, type } = change.column;
    if (change.how === 'restore' && (change.column.field === field || change.aside === field))
      return { to: name, type, present: change.aside, now: name, presentType: type, change };
    if (!('old' in change) || change.old.field !== field) continue;
    const { old } = change;
    return { to: name, type, present: old.name, now: change.how === 'convert' ? change.aside : name, presentType: old.type, change };
  }
  const found = gone.find(({ old }) => old.field === field);
  if (found === undefined) return undefined;
  const { old, aside } = found;
  return { to: aside, type: old.type, present: old.name, now: aside, presentType: old.type };
}

/** The change of what was called so before. */
function changeOf({ match, tables }: Changes, object: string): TableChange | undefined {
  return tables.find(({ kind, object: { name }, before }) => {
    if (kind === 'restore') return name === object || before?.name === object;
    return match.objects.get(name)?.before.name === object;
  });
}

/** A value in another type, and whether there is any; undefined where the one never becomes the other. */
function inType(value: Sql, from: ColumnType, to: ColumnType, zone: string): { readonly value: Sql; readonly lost: Sql } | undefined {
  const cast = castBetween(from, to, zone);
  if (cast?.how !== 'convert') return cast && { value, lost: keyword('false') };
  const nothing = to.kind === 'boolean' ? keyword('false') : sql`null::${keyword(typeText(to))}`;
  const refused = cast.refused === undefined ? keyword('false') : sql`coalesce(${cast.refused(value)}, false)`;
  // Only a case keeps PostgreSQL from casting values that it could not.
  return { value: sql`case when ${value} is null or ${refused} then ${nothing} else ${cast.value(value)} end`, lost: refused };
}

/** Whether a lookup's value points to nothing any more: its target was deleted for good. Such a record keeps what it has. */
function isAstray(changes: Changes, change: TableChange, to: string, value: Sql, stage: Stage): Sql {
  const target = change.after.foreignKeys.find(({ column }) => column === to)?.target;
  if (target === undefined) return keyword('false');
  const table = stage === 'within' ? target : changes.tables.find(({ after }) => after.name === target)?.before?.name;
  if (table === undefined) return sql`${value} is not null`;
  return sql`(${value} is not null and not exists (select from ${ident(changes.target.schema, table)} a where a.id = ${value}))`;
}

/** Before the plan, where rows are seen as they will be, or once columns are changed and options are not yet. */
type Stage = 'before' | 'within';

const keptAlias = 'k';
const [trailKind, trailValue] = ['t', 'v'];
const record = ident(keptAlias, 'record_id');

const trailOf = (type: ColumnType, value: Sql): Sql =>
  sql`json_build_object(${textLiteral(trailKind)}, ${textLiteral(type.kind)}, ${textLiteral(trailValue)}, ${value})`;

/** What the trail of a column begins with; where only one migration of it is undone, that is simply its value. */
const startOf = ({ presentType, alone }: UndoneColumn, value: Sql): Sql => (alone ? value : trailOf(presentType, value));

/** Whether a value of this type is the one that the migration gave. */
function isGiven({ kept }: UndoneColumn, value: Sql, type: ColumnType, zone: string): Sql {
  const given = fromJson(ident(keptAlias, 'new'), kept.key, kept.new);
  // Numbers are told apart by all their digits.
  const isNumber = type.kind === 'numeric' && typeOf(kept.new).kind === 'numeric';
  const cast = isNumber ? { value: given, lost: keyword('false') } : inType(given, typeOf(kept.new), type, zone);
  return cast === undefined ? sql`false` : sql`(not ${cast.lost} and ${value} is not distinct from ${cast.value})`;
}

/** Whether the record's value is the one that the migration gave. What somebody has changed since has no trail any more. */
function isSame(column: UndoneColumn, zone: string): Sql {
  const { to, kinds, presentType, alone } = column;
  const trail = stepColumn(trailColumn(to));
  if (alone) return sql`(${record} is not null and ${isGiven(column, trail, presentType, zone)})`;
  const cases = kinds.map((kind) => {
    const value = fromJson(trail, trailValue, kind.kind === 'numeric' ? 'numeric' : typeText(kind));
    return sql`when ${textLiteral(kind.kind)} then ${isGiven(column, value, kind, zone)}`;
  });
  return sql`(${record} is not null and coalesce(case ${trail} ->> ${textLiteral(trailKind)} ${join(cases, ' ')} end, false))`;
}

interface Undoing {
  readonly values: ReadonlyMap<string, Sql>;
  /** Whether the record gets something back. */
  readonly counts: Sql;
  readonly mends: Sql;
}

/** What becomes of a column. It follows the trail: from the value of now to the one that was kept, and on from there. */
function undo(changes: Changes, table: TableChange, column: UndoneColumn, stage: Stage): Undoing {
  const { to, type, kept, change, presentType, alone } = column;
  const zone = changes.to.settings.timeZone;
  const keptType = typeOf(kept.old);
  const same = isSame(column, zone);
  const old = fromJson(ident(keptAlias, 'old'), kept.key, kept.old);
  const values = new Map<string, Sql>();
  const put = (name: string, value: Sql, where: Sql): unknown =>
    values.set(name, sql`case when ${where} then ${value} else ${stepColumn(name)} end`);
  if (!alone) {
    const next = trailOf(keptType, sql`${ident(keptAlias, 'old')} -> ${textLiteral(kept.key)}`);
    values.set(trailColumn(to), sql`case when ${record} is null then ${stepColumn(trailColumn(to))} when ${same} then ${next} end`);
  }
  const raw = change !== undefined && 'old' in change ? inType(old, keptType, presentType, zone) : undefined;
  if (raw !== undefined) put(rawColumn(to), raw.value, sql`${same} and not ${raw.lost}`);
  const shown = inType(old, keptType, type, zone);
  if (shown === undefined) return { values, counts: sql`false`, mends: sql`false` };
  const counts = sql`(${same} and not ${isAstray(changes, table, to, old, stage)})`;
  const mends = sql`(${counts} and not ${shown.lost})`;
  // Words that are renamed on the way back are renamed after it.
  const words = stage === 'before' && change !== undefined && 'words' in change ? change.words : new Map<string, string>();
  put(to, movedValue(shown.value, type, words), mends);
  return { values, counts, mends };
}

/** As a step over rows. */
function stepOf(changes: Changes, { kept, change, columns, level }: Omit<UndonePart, 'step'>, stage: Stage): RowStep {
  const undone = columns.map((column) => ({ to: column.to, ...undo(changes, change, column, stage) }));
  const any =
    undone.length === 0
      ? sql`false`
      : join(
          undone.map(({ counts }) => counts),
          ' or ',
        );
  const isCounted = sql`${record} is not null and ${ident(keptAlias, 'new')} ->> ${textLiteral(forLater)} is null`;
  const values = new Map([
    ...undone.flatMap((column) => [...column.values]),
    [undoneColumn(level), sql`case when ${isCounted} then ${any} end`] as const,
  ]);
  const found = sql`${ident(keptAlias, 'migration')} = ${kept.id}::bigint and ${record} = ${stepColumn('id')}`;
  const joins = [sql`left join ${ident(changes.target.schema, '_migration_value')} as ${ident(keptAlias)} on ${found}`];
  return { object: change.object.name, values, mends: new Map(undone.map(({ to, mends }) => [to, mends])), joins };
}

/** The last first. What is undone of an object that goes is nothing but forgotten. */
export function undoneParts(changes: Changes, undo: readonly KeptMigration[]): readonly UndonePart[] {
  const found = undo.flatMap((kept) => {
    const change = changeOf(changes, kept.object);
    if (change === undefined) return [];
    const places = Object.entries(kept.fields).flatMap(([field, each]) => {
      const place = placeOf(change, field);
      return place === undefined ? [] : [{ ...place, kept: each }];
    });
    return [{ kept, change, places }];
  });
  return found.map(({ kept, change, places }, n) => {
    const ofTable = (some: typeof found) => some.filter((part) => part.change === change);
    const later = ofTable(found.slice(0, n));
    const columns = places.map((place): UndoneColumn => {
      const same = (some: typeof found) => some.flatMap((part) => part.places).filter(({ to }) => to === place.to);
      const types = [place.presentType, ...same(later).map((each) => typeOf(each.kept.old))];
      const kinds = [...new Map(types.map((type) => [type.kind, type])).values()];
      return { ...place, kinds, alone: same(ofTable(found)).length === 1 };
    });
    const part = { kept, change, columns, level: later.length };
    return { ...part, step: stepOf(changes, part, 'before') };
  });
}

/** What the steps follow beside the table's columns, by object: expressions over the row before them. */
export function undoneExtras(parts: readonly UndonePart[]): Map<string, Map<string, Sql>> {
  const extras = new Map<string, Map<string, Sql>>();
  for (const { change, columns, level } of parts) {
    const own = extras.get(change.object.name) ?? new Map<string, Sql>();
    extras.set(change.object.name, own);
    own.set(undoneColumn(level), sql`null::boolean`);
    for (const column of columns) {
      own.set(trailColumn(column.to), startOf(column, ident(column.present)));
      if (column.change === undefined) own.set(column.to, ident(column.present));
    }
  }
  return extras;
}

/**
 * Puts the old values back into a table whose columns are changed already, in one statement; undefined where there is none.
 * @param parts of the one table, in the order in which they are undone
 * @param marks columns that are emptied on records that get a value back
 */
export function undoStatement(changes: Changes, parts: readonly UndonePart[], marks: readonly string[]): Sql | undefined {
  const [first] = parts;
  const columns = new Map(parts.flatMap((part) => part.columns).map((column) => [column.to, column]));
  if (first === undefined || columns.size === 0) return undefined;
  const { schema } = changes.target;
  const table = ident(schema, first.change.after.name);
  const base = new Map<string, Sql>([['id', ident(stepRow, 'id')]]);
  for (const column of columns.values()) {
    base.set(column.to, ident(stepRow, column.to)).set(trailColumn(column.to), startOf(column, ident(stepRow, column.now)));
  }
  const ids = sql`${parts.map(({ kept }) => kept.id)}::bigint[]`;
  const some = sql`exists (select from ${ident(schema, '_migration_value')} v where v.migration = any(${ids}) and v.record_id = ${stepColumn('id')})`;
  const selected = [...base].map(([name, value]) => sql`${value} as ${ident(name)}`);
  const rows = levels(
    sql`(select ${join(selected)} from ${table} as ${ident(stepRow)} where ${some})`,
    [...base.keys()],
    parts.map((part) => stepOf(changes, part, 'within')),
    'levelled',
  );
  const set = [
    ...[...columns.keys()].map((to) => sql`${ident(to)} = ${ident('r', to)}`),
    ...[...new Set(marks)].map((mark) => sql`${ident(mark)} = null`),
  ];
  const differs = [...columns.keys()].map((to) => sql`${ident('r', to)} is distinct from ${ident('t', to)}`);
  return sql`update ${table} t set ${join(set)} from ${rows} r where t.id = r.id and (${join(differs, ' or ')})`;
}

/**
 * For each part how many records get former values back (`c0`, `c1` …), and how many were changed since in all that the migration had
 * changed of them (`o0` …).
 * @param rows of the table as all of them leave it, as `m`
 */
export function undoneRows(rows: Sql, parts: readonly UndonePart[]): Sql {
  const counts = parts.map(({ level }) => {
    const undone = stepColumn(undoneColumn(level));
    const [count, other] = [ident(`c${String(level)}`), ident(`o${String(level)}`)];
    return sql`count(*) filter (where ${undone})::integer as ${count}, count(*) filter (where not ${undone})::integer as ${other}`;
  });
  return sql`select ${join(counts)} from ${rows} as ${ident(stepRow)}`;
}
