// What a record's history says of its versions, and the record itself, in the bin or not: to tell what a write was.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { textOrNull } from '../row-text.ts';
import { columnList, columnsOf, recordFields, recordOf, type RecordValues } from '../write/record-rows.ts';
import { timeText, type WorkflowDoor } from './door.ts';

export interface PastLine {
  /** Null: the record as a whole. */
  readonly field: string | null;
  readonly old: unknown;
  readonly new: unknown;
  readonly change: 'created' | 'updated' | 'deleted' | 'restored';
  readonly actor: string | null;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly version: number;
}

const valueOf = (text: unknown): unknown => (typeof text === 'string' ? (JSON.parse(text) as unknown) : null);

/** Lines of a record from a version on, the latest first; at most so many. */
export async function pastLines(
  door: WorkflowDoor,
  { object, recordId, from, most }: { readonly object: string; readonly recordId: string; readonly from: number; readonly most: number },
): Promise<readonly PastLine[]> {
  const { rows } = await door.query(
    toStatement(sql`
      select h.field, h.old::text as old, h.new::text as new, h.change, h.actor::text as actor, ${timeText('h.at')} as at, h.version
      from ${ident(door.schema, '_history')} h
      where h.object = ${object} and h.record_id = ${recordId}::uuid and h.version >= ${from} order by h.id desc limit ${most}`),
  );
  return rows.map((row) => ({
    field: textOrNull(row['field']),
    old: valueOf(row['old']),
    new: valueOf(row['new']),
    change: String(row['change']) as PastLine['change'],
    actor: textOrNull(row['actor']),
    at: String(row['at']),
    version: Number(row['version']),
  }));
}

/** When a field of records was last changed, as far as history knows, RFC 3339; by the records' ids. */
export async function lastChanges(
  door: WorkflowDoor,
  { object, field, ids }: { readonly object: string; readonly field: string; readonly ids: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await door.query(
    toStatement(
      sql`
        select distinct on (h.record_id) h.record_id::text as id, ${timeText('h.at')} as at from ${ident(door.schema, '_history')} h
        where h.object = ${object} and h.field = ${field} and h.record_id = any(${ids}::uuid[]) order by h.record_id, h.id desc`,
      'last-changes',
    ),
  );
  return new Map(rows.map((row) => [String(row['id']), String(row['at'])]));
}

/** A record with its stored values, also one that lies in the bin. */
export async function anyRecord(
  door: WorkflowDoor,
  object: ObjectModel,
  id: string,
): Promise<{ readonly values: RecordValues; readonly deleted: boolean } | undefined> {
  const columns = columnList(columnsOf(recordFields(object)), 't');
  const { rows } = await door.query(
    toStatement(
      sql`select ${columns}, t.deleted_at is not null as is_deleted from ${ident(door.schema, object.table)} t where t.id = ${id}::uuid`,
    ),
  );
  const [row] = rows;
  return row === undefined ? undefined : { values: recordOf(object, row), deleted: row['is_deleted'] === true };
}

export interface TimerSeen {
  /** RFC 3339, as all times here. */
  readonly dueAt: string;
  /** How often it came to nothing. */
  readonly attempts: number;
  /** Since when it is tried no more. */
  readonly failedAt: string | null;
  readonly createdAt: string;
}

/** The timer under a key; sooner one under the prefix that is tried no more, the latest of these. */
export async function timerAt(
  door: WorkflowDoor,
  { key, failedUnder }: { readonly key: string; readonly failedUnder?: string | undefined },
): Promise<TimerSeen | undefined> {
  const failed = failedUnder === undefined ? sql`` : sql`or (starts_with(t.key, ${failedUnder}) and t.failed_at is not null)`;
  const { rows } = await door.query(
    toStatement(sql`
      select ${timeText('t.due_at')} as due_at, t.attempts,
        ${timeText('t.failed_at')} as failed_at, ${timeText('t.created_at')} as created_at
      from ${ident(door.schema, '_timer')} t where t.key = ${key} ${failed} order by t.failed_at desc nulls last limit 1`),
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { due_at: dueAt, attempts, failed_at: failedAt, created_at: createdAt } = row;
  return { dueAt: String(dueAt), attempts: Number(attempts), failedAt: textOrNull(failedAt), createdAt: String(createdAt) };
}
