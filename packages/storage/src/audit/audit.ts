// The audit trail of a tenant: who did what to what. The tenant's role may add to it and read it, and nothing else.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import type { Cell } from '../cell/cell.ts';
import { tenantSchema } from '../cell/names.ts';
import type { Queryable, TenantDatabase } from '../database.ts';
import { textOrNull } from '../row-text.ts';

type Door = Pick<TenantDatabase, 'schema'> & Queryable;

/** Something that is to be remembered. */
export interface NewAuditEntry {
  /** RFC 3339. */
  readonly at: string;
  /** What was done: `session.started`, `share.given` … */
  readonly action: string;
  readonly actor: string | null;
  readonly actorKind: string;
  readonly object?: string;
  readonly recordId?: string;
  /** Any JSON. */
  readonly detail?: unknown;
  readonly address?: string;
  readonly requestId?: string;
}

export interface AuditEntry {
  /** Rises from entry to entry: a page goes on before that of its last. */
  readonly number: string;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly action: string;
  readonly actor: string | null;
  readonly actorKind: string;
  readonly object: string | null;
  readonly recordId: string | null;
  readonly detail: unknown;
  readonly address: string | null;
  readonly requestId: string | null;
}

/** What a caller sent may be no text for PostgreSQL; that must not keep it out of the audit. */
const storable = (text: string): string => text.replaceAll('\0', '\u2400').toWellFormed();

function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [storable(key), storableJson(part)]));
}

/** Writes entries down, in their order. */
export async function appendAudit(door: Door, entries: readonly NewAuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = JSON.stringify(entries.map((entry, n) => ({ ...(storableJson(entry) as object), n })));
  await door.query(
    toStatement(sql`
      insert into ${ident(door.schema, '_audit')} (at, action, actor, actor_kind, object, record_id, detail, address, request_id)
      select e.at, e.action, e.actor, e."actorKind", e.object, e."recordId", e.detail, e.address, e."requestId"
      from json_to_recordset(${rows}::json) as e(n integer, at timestamptz, action text, actor uuid, "actorKind" text, object text,
        "recordId" uuid, detail jsonb, address text, "requestId" text)
      order by e.n`),
  );
}

export interface AuditQuery {
  /** RFC 3339: at this time or later. */
  readonly from?: string;
  /** RFC 3339: before this time. */
  readonly to?: string;
  readonly actor?: string;
  /** This action, or with a trailing `.` every action that begins so. */
  readonly action?: string;
  readonly object?: string;
  readonly recordId?: string;
  /** Entries older than the one with this number. */
  readonly before?: string;
  readonly first: number;
}

function conditionsOf(query: AuditQuery): readonly Sql[] {
  const { from, to, actor, action, object, recordId, before } = query;
  return [
    ...(from === undefined ? [] : [sql`a.at >= ${from}::timestamptz`]),
    ...(to === undefined ? [] : [sql`a.at < ${to}::timestamptz`]),
    ...(actor === undefined ? [] : [sql`a.actor = ${actor}::uuid`]),
    ...(action === undefined ? [] : [action.endsWith('.') ? sql`a.action ^@ ${action}` : sql`a.action = ${action}`]),
    ...(object === undefined ? [] : [sql`a.object = ${object}`]),
    ...(recordId === undefined ? [] : [sql`a.record_id = ${recordId}::uuid`]),
    ...(before === undefined ? [] : [sql`a.id < ${before}::bigint`]),
  ];
}

function entryOf(row: Readonly<Record<string, unknown>>): AuditEntry {
  const detail = textOrNull(row['detail']);
  return {
    number: String(row['id']),
    at: String(row['at']),
    action: String(row['action']),
    actor: textOrNull(row['actor']),
    actorKind: String(row['actor_kind']),
    object: textOrNull(row['object']),
    recordId: textOrNull(row['record_id']),
    detail: detail === null ? null : (JSON.parse(detail) as unknown),
    address: textOrNull(row['address']),
    requestId: textOrNull(row['request_id']),
  };
}

/** A page of the audit trail, newest first. For administrators: it asks for nobody's permissions. */
export async function auditPage(
  door: Door,
  query: AuditQuery,
): Promise<{ readonly entries: readonly AuditEntry[]; readonly hasMore: boolean }> {
  const where = conditionsOf(query).reduce((all, condition) => sql`${all} and ${condition}`, sql`true`);
  const { rows } = await door.query(
    toStatement(sql`
      select a.id::text as id, to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, a.action, a.actor::text as actor,
        a.actor_kind, a.object, a.record_id::text as record_id, a.detail::text as detail, a.address, a.request_id
      from ${ident(door.schema, '_audit')} a where ${where} order by a.id desc limit ${query.first + 1}`),
  );
  return { entries: rows.slice(0, query.first).map(entryOf), hasMore: rows.length > query.first };
}

/** One statement takes at most so many, so that none runs for long. */
const purgedAtOnce = 10_000;

/** Removes the entries that are older than `before` (RFC 3339), as the owner of the tables; gives how many went. */
export async function purgeAudit(cell: Pick<Cell, 'maintenance'>, tenant: string, before: string): Promise<number> {
  const table = ident(tenantSchema(tenant), '_audit');
  const door = cell.maintenance(tenant);
  for (let gone = 0; ;) {
    const { rowCount } = await door.query(
      toStatement(sql`
        delete from ${table} where id in (select a.id from ${table} a where a.at < ${before}::timestamptz order by a.at limit ${purgedAtOnce})`),
    );
    gone += rowCount;
    if (rowCount < purgedAtOnce) return gone;
  }
}
