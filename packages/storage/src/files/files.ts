// The index of uploaded files: rows of `_file`, from the beginning of an upload to the sweep.
import { ident, sql, toStatement, type Statement } from '@tessera/kernel';

export interface NewFile {
  readonly id: string;
  readonly name: string;
  readonly storageKey: string;
  readonly createdBy: string | null;
  /** RFC 3339. */
  readonly at: string;
}

/** Notes an upload before its first byte: deleted from the start, so that the sweeper finds what a crash leaves behind. */
export function beginFileStatement(schema: string, { id, name, storageKey, createdBy, at }: NewFile): Statement {
  return toStatement(
    sql`insert into ${ident(schema, '_file')} (id, name, type, size, sha256, storage_key, created_by, created_at, deleted_at)
      values (${id}::uuid, ${name}, '', 0, '', ${storageKey}, ${createdBy}::uuid, ${at}::timestamptz, ${at}::timestamptz)`,
    'file-begin',
  );
}

export interface FileContent {
  readonly type: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The upload is complete: from now on the file is there. No row: the sweeper has taken it for dead. */
export function finishFileStatement(schema: string, id: string, { type, size, sha256 }: FileContent): Statement {
  return toStatement(
    sql`update ${ident(schema, '_file')} set type = ${type}, size = ${size}, sha256 = ${sha256}, deleted_at = null where id = ${id}::uuid`,
    'file-finish',
  );
}

/** Takes the row of an upload that was given up. */
export function dropFilesStatement(schema: string, ids: readonly string[]): Statement {
  return toStatement(sql`delete from ${ident(schema, '_file')} where id = any(${ids}::uuid[])`);
}

/** A file as the index has it. */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly storageKey: string;
  readonly createdBy: string | null;
  /** The record and field that hold it; null while it is unattached. */
  readonly holder: { readonly object: string; readonly recordId: string; readonly field: string } | null;
}

const columns = sql`f.id::text as id, f.name, f.type, f.size::text as size, f.storage_key, f.created_by::text as created_by, f.object,
  f.record_id::text as record_id, f.field`;

/** One row or none, for `storedFile`. */
export function findFileStatement(schema: string, id: string): Statement {
  return toStatement(
    sql`select ${columns} from ${ident(schema, '_file')} f where f.id = ${id}::uuid and f.deleted_at is null`,
    'file-find',
  );
}

/** Files that are there, locked in the order of their ids. */
export function lockFilesStatement(schema: string, ids: readonly string[]): Statement {
  return toStatement(sql`
    select ${columns} from ${ident(schema, '_file')} f where f.id = any(${ids}::uuid[]) and f.deleted_at is null order by f.id for update`);
}

export function storedFile(row: Readonly<Record<string, unknown>>): StoredFile {
  const text = (name: string): string | null => (typeof row[name] === 'string' ? row[name] : null);
  const [object, recordId, field] = [text('object'), text('record_id'), text('field')];
  return {
    id: String(row['id']),
    name: String(row['name']),
    type: String(row['type']),
    size: Number(row['size']),
    storageKey: String(row['storage_key']),
    createdBy: text('created_by'),
    holder: object === null || recordId === null || field === null ? null : { object, recordId, field },
  };
}

/** A file that becomes that of a record's field. */
export interface FileClaim {
  readonly id: string;
  readonly recordId: string;
  readonly field: string;
}

/** Gives locked files to records of one object. */
export function claimFilesStatement(schema: string, object: string, claims: readonly FileClaim[]): Statement {
  return toStatement(sql`
    update ${ident(schema, '_file')} f set object = ${object}, record_id = c."recordId", field = c.field
    from json_to_recordset(${JSON.stringify(claims)}::json) as c(id uuid, "recordId" uuid, field text)
    where f.id = c.id and f.deleted_at is null`);
}

/** Lets files go that their records hold no longer. */
export function releaseFilesStatement(schema: string, object: string, claims: readonly FileClaim[], at: string): Statement {
  return toStatement(sql`
    update ${ident(schema, '_file')} f set deleted_at = ${at}::timestamptz
    from json_to_recordset(${JSON.stringify(claims)}::json) as c(id uuid, "recordId" uuid, field text)
    where f.id = c.id and f.object = ${object} and f.record_id = c."recordId" and f.field = c.field and f.deleted_at is null`);
}

/** Lets all files of records go. */
export function releaseRecordFilesStatement(schema: string, object: string, recordIds: readonly string[], at: string): Statement {
  return toStatement(sql`
    update ${ident(schema, '_file')} f set deleted_at = ${at}::timestamptz
    where f.object = ${object} and f.record_id = any(${recordIds}::uuid[]) and f.deleted_at is null`);
}

/** Files that nobody will miss, locked: `id`, `storage_key`. What another sweeper, a claim or a change that waits for approval holds is left alone. */
export function deadFilesStatement(
  schema: string,
  { unattachedBefore, deletedBefore, limit }: { readonly unattachedBefore: string; readonly deletedBefore: string; readonly limit: number },
): Statement {
  return toStatement(sql`
    select f.id::text as id, f.storage_key from ${ident(schema, '_file')} f
    where f.deleted_at < ${deletedBefore}::timestamptz
      or (f.deleted_at is null and f.record_id is null and f.created_at < ${unattachedBefore}::timestamptz and not exists (
        select from ${ident(schema, '_approval')} a where a.ended_at is null and position(f.id::text in a.held::text) > 0))
    order by f.id limit ${limit} for update skip locked`);
}

/** A page of all files by id, for backups: `id`, `storage_key`, `released`. What was released before `releasedBefore` is left out. */
export function fileKeysStatement(
  schema: string,
  { after, releasedBefore, limit }: { readonly after: string; readonly releasedBefore: string; readonly limit: number },
): Statement {
  return toStatement(sql`
    select f.id::text as id, f.storage_key, f.deleted_at is not null as released from ${ident(schema, '_file')} f
    where f.id > ${after}::uuid and (f.deleted_at is null or f.deleted_at >= ${releasedBefore}::timestamptz) order by f.id limit ${limit}`);
}

/** One row where there is such a file. */
export function fileExistsStatement(schema: string, id: string): Statement {
  return toStatement(sql`select 1 from ${ident(schema, '_file')} f where f.id = ${id}::uuid`, 'file-exists');
}
