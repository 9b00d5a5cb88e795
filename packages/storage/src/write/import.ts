// The book of an import: how far it has come, which rows were refused, which are still to be linked.
import { ident, sql, toStatement, type Statement } from '@tessera/kernel';
import { sqlState } from '../cell/pg-errors.ts';

/** PostgreSQL refused a value (22), a constraint (23) or a size (54): another row may well go in. */
export function isRowError(error: unknown): boolean {
  return /^(?:22|23|54)/.test(sqlState(error) ?? '');
}

export interface ImportStart {
  readonly id: string;
  readonly object: string;
  /** JSON text. */
  readonly mapping: string;
  /** JSON text. */
  readonly counts: string;
  readonly createdBy: string | null;
  readonly at: string;
}

export function startImportStatement(schema: string, { id, object, mapping, counts, createdBy, at }: ImportStart): Statement {
  return toStatement(sql`
    insert into ${ident(schema, '_import')} (id, object, status, mapping, counts, created_by, created_at, updated_at)
    values (${id}::uuid, ${object}, 'running', ${mapping}::jsonb, ${counts}::jsonb, ${createdBy}::uuid, ${at}::timestamptz, ${at}::timestamptz)`);
}

/** One row or none: `object`, `status`, `mapping` and `counts` as JSON text, `position`, `created_by`. */
export function readImportStatement(schema: string, id: string): Statement {
  return toStatement(sql`
    select object, status, mapping::text as mapping, counts::text as counts, position::text as position, created_by::text as created_by
    from ${ident(schema, '_import')} where id = ${id}::uuid`);
}

export interface ImportStep {
  readonly id: string;
  /** The position that it must have now: another one means that somebody else goes on with it. */
  readonly from: number;
  readonly to: number;
  /** JSON text. */
  readonly counts: string;
  readonly at: string;
}

/** Changes one row, or none where the import is not where it should be. */
export function advanceImportStatement(schema: string, { id, from, to, counts, at }: ImportStep): Statement {
  return toStatement(sql`
    update ${ident(schema, '_import')} set position = ${to}, counts = ${counts}::jsonb, status = 'running', updated_at = ${at}::timestamptz
    where id = ${id}::uuid and position = ${from} and status <> 'done'`);
}

export function endImportStatement(schema: string, id: string, status: 'done' | 'failed', at: string): Statement {
  return toStatement(sql`
    update ${ident(schema, '_import')} set status = ${status}, updated_at = ${at}::timestamptz where id = ${id}::uuid and status <> 'done'`);
}

/** A row of the file that is kept: refused, or with lookups that wait for the end. */
export interface KeptRow {
  readonly row: number;
  readonly reason: unknown;
  readonly content: unknown;
}

/** @param rows JSON text of a list of KeptRow */
export function keepRowsStatement(schema: string, id: string, rows: string): Statement {
  return toStatement(sql`
    insert into ${ident(schema, '_import_reject')} (import_id, row, reason, content)
    select ${id}::uuid, r.row, r.reason, r.content from json_to_recordset(${rows}::json) as r(row bigint, reason jsonb, content jsonb)`);
}

/** Rows with lookups that wait, the first ones, locked: `row`, and `reason` and `content` as JSON text. */
export function waitingRowsStatement(schema: string, id: string, limit: number): Statement {
  return toStatement(sql`
    select row::text as row, reason::text as reason, content::text as content from ${ident(schema, '_import_reject')} r
    where import_id = ${id}::uuid and reason -> 'waiting' is not null order by r.row limit ${limit} for update`);
}

/** Takes rows out that wait no longer. */
export function dropKeptRowsStatement(schema: string, id: string, rows: readonly number[]): Statement {
  return toStatement(sql`
    delete from ${ident(schema, '_import_reject')} where import_id = ${id}::uuid and row = any(${rows.map(String)}::bigint[])`);
}

/** Refused rows after a row number, in order: `row`, and `reason` and `content` as JSON text. */
export function refusedRowsStatement(schema: string, id: string, after: number, limit: number): Statement {
  return toStatement(sql`
    select row::text as row, reason::text as reason, content::text as content from ${ident(schema, '_import_reject')} r
    where import_id = ${id}::uuid and r.row > ${after} and reason -> 'waiting' is null order by r.row limit ${limit}`);
}
