// Inserts a set of records.
import { bind, ident, join, sql, type Sql, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { Log } from './changes.ts';
import { carriedColumns } from './engine-columns.ts';
import type { WriteTarget } from './kept.ts';
import { recordFields, type RecordValues } from './record-rows.ts';
import type { ReturnedTexts } from './returning.ts';
import { RowSource, writtenColumns, type WrittenColumn } from './row-source.ts';
import { liveTargets, mustTargetStatements } from './targets.ts';

interface Insertion {
  readonly columns: readonly WrittenColumn[];
  readonly source: RowSource;
  /** Tells the texts apart. */
  readonly key: string;
}

function insertion(target: WriteTarget, object: ObjectModel, records: readonly RecordValues[]): Insertion {
  const carried = carriedColumns(records);
  const columns = target.kept.keep(target, object, `columns ${carried.join(' ')}`, () => writtenColumns(recordFields(object), carried));
  const source = new RowSource(columns, records);
  return { columns, source, key: `${carried.join(' ')} ${source.key}` };
}

function bound(statement: Statement, { source }: Insertion, records: readonly RecordValues[], more: Log['slots'] = {}): Statement {
  const slots: Record<string, unknown> = { ...more };
  source.fill(slots, records);
  return bind(statement, slots);
}

/** `insert into … select …`, without a condition; the new row is `q1`. */
function insertSql({ schema }: WriteTarget, { table }: ObjectModel, { columns, source }: Insertion): Sql {
  const values = join(columns.map((column) => source.value(column)));
  return sql`insert into ${ident(schema, table)} as q1 (${join(columns.map(({ name }) => ident(name)))}) select ${values}${source.from}`;
}

/** A `with` list before a statement, where there is one. */
export const withParts = (parts: readonly Sql[]): Sql => (parts.length === 0 ? sql`` : sql`with ${join(parts)} `);

/**
 * Inserts the records; gives `id` and `version` of those that were written. Left out are those that point to a record that is
 * not there, and those that collide with a unique key: `diagnose` tells which.
 */
export function insertStatement(target: WriteTarget, object: ObjectModel, records: readonly RecordValues[]): Statement {
  const made = insertion(target, object, records);
  const statement = target.kept.get(target, object, `insert ${made.key}`, () => {
    const { parts, condition } = liveTargets(target, made.columns, made.source);
    return sql`${withParts([...made.source.parts, ...parts])}${insertSql(target, object, made)} where ${condition}
      on conflict do nothing returning q1.id, q1.version`;
  });
  return bound(statement, made, records);
}

/** Statements that write all of the records or fail. */
export interface AllStatements {
  /** Sent before: what the records point to (see `isUnmet`). */
  readonly before: readonly Statement[];
  /** Gives `id` and `record` of each record, where texts were asked for. */
  readonly write: Statement;
}

/** `returning id, record`, where texts are asked for. */
export const returningSql = (texts: ReturnedTexts | undefined): Sql =>
  texts === undefined ? sql`` : sql` returning q1.id, ${texts.json} as record`;

/** Inserts all of the records with their history and outbox entry, or fails; what collides is PostgreSQL's to refuse. */
export function insertAllStatements(
  target: WriteTarget,
  object: ObjectModel,
  records: readonly RecordValues[],
  log: Log,
  texts?: ReturnedTexts,
): AllStatements {
  const made = insertion(target, object, records);
  const statement = target.kept.get(target, texts?.json ?? object, `insert all ${log.key} ${made.key}`, () => {
    const parts = withParts([...made.source.parts, ...log.parts()]);
    return sql`${parts}${insertSql(target, object, made)}${returningSql(texts)}`;
  });
  return {
    before: mustTargetStatements(target, object, made.columns, records),
    write: bound(statement, made, records, { ...texts?.slots, ...log.slots }),
  };
}
