// Copies what the platform keeps beside records: histories, files, shares, merges, numbers, and times that records wait for.
import { ident, join, sql, toStatement, type Sql } from '@tessera/kernel';
import type { FieldModel } from '@tessera/metadata';
import { isTaken, type Copying } from './copying.ts';
import { copyMigrations } from './kept.ts';
import { jsonMaskOf } from './mask.ts';
import { columnsIn } from './records.ts';

/** Kinds of timers that hang on a record and on nothing that is under way. */
const recordTimers = ['atTime', 'clock', 'pool'];

interface Part {
  readonly table: string;
  /** Over `t`. */
  readonly where: Sql;
  /** Columns that come another way. */
  readonly instead?: Readonly<Record<string, Sql>>;
}

async function copyPart(copying: Copying, { table, where, instead = {} }: Part): Promise<number> {
  const columns = await columnsIn(copying, copying.to, table);
  const { rowCount } = await copying.queryable.query(
    toStatement(sql`
      insert into ${ident(copying.to, table)} (${join(columns.map((name) => ident(name)))}) overriding system value
      select ${join(columns.map((name) => instead[name] ?? ident('t', name)))} from ${ident(copying.from, table)} t where ${where}`),
  );
  return rowCount;
}

const ofTaken = (copying: Copying): Sql => isTaken(copying, sql`t.object`, sql`t.record_id`);

/** Rows with the fields that they are about, as pairs. */
const among = (fields: readonly FieldModel[]): Sql => {
  const pairs = fields.map(({ object, name }) => ({ object, name }));
  return sql`(t.object, t.field) in (select f.object, f.name from json_to_recordset(${JSON.stringify(pairs)}::json) as f(object text, name text))`;
};

/** A table of values before and after, by field. */
async function copyValues(copying: Copying, table: string, where: Sql): Promise<number> {
  const { masking, model } = copying;
  if (masking === undefined) return copyPart(copying, { table, where });
  const fields = Object.values(model.objects).flatMap((object) => Object.values({ ...object.dormantFields, ...object.fields }));
  const personal = fields.filter((field) => field.personal !== undefined);
  const others = fields.filter((field) => field.personal === undefined && field.type !== 'secret');
  // What is told of fields that are no more may be anything.
  let rows = await copyPart(copying, { table, where: sql`${where} and (t.field is null or ${among(others)})` });
  for (const some of Map.groupBy(personal, ({ type, personal: kind }) => `${type} ${kind ?? ''}`).values()) {
    const [first] = some;
    if (first === undefined) continue;
    const mask = jsonMaskOf(first, masking.key);
    // Merges keep no null of SQL.
    const masked = (value: Sql): Sql => (table === '_merge_part' ? sql`coalesce(${mask(value)}, 'null'::jsonb)` : mask(value));
    const instead = { old: masked(sql`t.old`), new: masked(sql`t.new`) };
    rows += await copyPart(copying, { table, where: sql`${where} and ${among(some)}`, instead });
  }
  return rows;
}

async function advance({ queryable, to }: Copying, table: string): Promise<void> {
  const name = toStatement(ident(to, table)).text;
  await queryable.query(
    toStatement(sql`
      select setval(pg_get_serial_sequence(${name}, 'id'), m.last) from (select max(id) as last from ${ident(to, table)}) m where m.last is not null`),
  );
}

/** Whole records of merges: in a sample much of them is missing. */
async function copyMerges(copying: Copying): Promise<void> {
  if (copying.records !== undefined) return;
  await copyPart(copying, { table: '_merge', where: sql`true` });
  await copyValues(copying, '_merge_part', sql`true`);
}

/** Where packs' data went; what was written, only where nothing of it tells of people. */
async function copySeeds(copying: Copying): Promise<void> {
  const { masking, model } = copying;
  const personal = Object.values(model.objects).filter(({ fields }) => Object.values(fields).some((field) => field.personal !== undefined));
  const masked = (column: string): Sql =>
    sql`case when t.object = any(${personal.map(({ name }) => name)}::text[]) then null else ${ident('t', column)} end`;
  const instead = masking === undefined ? {} : { source: masked('source'), given: masked('given') };
  await copyPart(copying, { table: '_seed', where: ofTaken(copying), instead });
}

/** What stands for every file where nobody may see what is in them. */
export interface FileStandIn {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface CopiedFiles {
  /** The tenant that they become those of. */
  readonly tenant: string;
  /** An id that tells these keys in the store from all others of the same files. */
  readonly copy: string;
  readonly standIn: FileStandIn | undefined;
}

async function copyFiles(copying: Copying, { tenant, copy, standIn }: CopiedFiles): Promise<number> {
  const other =
    standIn === undefined
      ? {}
      : {
          name: sql`${standIn.name}::text`,
          type: sql`${standIn.type}::text`,
          size: sql`${standIn.size}::bigint`,
          sha256: sql`${standIn.sha256}::text`,
        };
  const instead = { storage_key: sql`${`${tenant}/`}::text || right(t.id::text, 2) || ${`/${copy}.`}::text || t.id::text`, ...other };
  const where = sql`t.deleted_at is null and t.record_id is not null and ${ofTaken(copying)}`;
  return copyPart(copying, { table: '_file', where, instead });
}

export interface BesideCounts {
  readonly history: number;
  readonly files: number;
}

export async function copyBeside(copying: Copying, files: CopiedFiles): Promise<BesideCounts> {
  const history = await copyValues(copying, '_history', ofTaken(copying));
  await advance(copying, '_history');
  await copyMerges(copying);
  await copySeeds(copying);
  await copyMigrations(copying);
  await advance(copying, '_migration');
  await copyPart(copying, { table: '_counter', where: sql`true` });
  await copyPart(copying, { table: '_share', where: sql`t.origin <> 'approval' and ${ofTaken(copying)}` });
  await copyPart(copying, {
    table: '_timer',
    where: sql`t.kind = any(${recordTimers}::text[]) and t.run_id is null and t.failed_at is null and t.record_id is not null and ${ofTaken(copying)}`,
  });
  return { history, files: await copyFiles(copying, files) };
}
