// Shares of single records: who is in a record's team, and whom somebody has given a record by hand.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { Queryable, TenantDatabase } from '../database.ts';
import { textOrNull } from '../row-text.ts';

type Door = Pick<TenantDatabase, 'schema'> & Queryable;

export type ShareAccess = 'read' | 'edit';
/** `approval`: given to those who are asked to approve, and taken away again, by the approval itself. */
export type ShareOrigin = 'team' | 'manual' | 'approval';

export interface SharedRecord {
  readonly object: string;
  readonly recordId: string;
}

export interface Share extends SharedRecord {
  readonly id: string;
  /** `user:<id>`, `role:<name>`, `group:<id>`, `department:<id>` (its own people) or `below:<id>` (with the departments below). */
  readonly subject: string;
  readonly access: ShareAccess;
  readonly origin: ShareOrigin;
  readonly teamRole: string | null;
  /** RFC 3339, UTC. */
  readonly expiresAt: string | null;
  readonly createdBy: string | null;
  readonly createdAt: string;
}

/** A share to be; `createdAt` is the database's time where it is left out. */
export type NewShare = Pick<Share, 'id' | 'object' | 'recordId' | 'subject' | 'access' | 'origin'> &
  Partial<Pick<Share, 'teamRole' | 'expiresAt' | 'createdBy' | 'createdAt'>>;

const instant = (column: string) =>
  sql`to_char(${ident('s', column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${ident(column)}`;

const columns = sql`s.id, s.object, s.record_id, s.subject, s.access, s.origin, s.team_role, ${instant('expires_at')}, s.created_by, ${instant('created_at')}`;

function shareOf(row: Readonly<Record<string, unknown>>): Share {
  return {
    id: String(row['id']),
    object: String(row['object']),
    recordId: String(row['record_id']),
    subject: String(row['subject']),
    access: row['access'] === 'edit' ? 'edit' : 'read',
    origin: String(row['origin']) as ShareOrigin,
    teamRole: textOrNull(row['team_role']),
    expiresAt: textOrNull(row['expires_at']),
    createdBy: textOrNull(row['created_by']),
    createdAt: String(row['created_at']),
  };
}

/** The shares of a record, oldest first; those that have expired too. */
export async function listShares(door: Door, { object, recordId }: SharedRecord): Promise<readonly Share[]> {
  const { rows } = await door.query(
    toStatement(sql`
      select ${columns} from ${ident(door.schema, '_share')} s
      where s.object = ${object} and s.record_id = ${recordId}::uuid order by s.created_at, s.id`),
  );
  return rows.map(shareOf);
}

const keyOf = ({ object, recordId, subject, origin }: NewShare): string => JSON.stringify([object, recordId, subject, origin]);

/**
 * Gives shares. One that the same subject has of the record already, from the same origin, takes the new access, role and end, and
 * keeps its id. Of two for one subject in the set the later counts. Gives the shares as they are now.
 */
export async function putShares(door: Door, shares: readonly NewShare[]): Promise<readonly Share[]> {
  if (shares.length === 0) return [];
  const each = [...new Map(shares.map((share) => [keyOf(share), share])).values()];
  const { rows } = await door.query(
    toStatement(sql`
      insert into ${ident(door.schema, '_share')} as s
        (id, object, record_id, subject, access, origin, team_role, expires_at, created_by, created_at)
      select i.id, i.object, i."recordId", i.subject, i.access, i.origin, i."teamRole", i."expiresAt", i."createdBy", coalesce(i."createdAt", now())
      from json_to_recordset(${JSON.stringify(each)}::json) as i(id uuid, object text, "recordId" uuid, subject text, access text,
        origin text, "teamRole" text, "expiresAt" timestamptz, "createdBy" uuid, "createdAt" timestamptz)
      order by i.object, i."recordId", i.subject, i.origin
      on conflict (object, record_id, subject, origin)
        do update set access = excluded.access, team_role = excluded.team_role, expires_at = excluded.expires_at
      returning ${columns}`),
  );
  return rows.map(shareOf);
}

/** Takes shares of one record away; ids of other records' shares are passed over, and those of approvals. Gives those that went. */
export async function removeShares(door: Door, { object, recordId }: SharedRecord, ids: readonly string[]): Promise<readonly Share[]> {
  const { rows } = await door.query(
    toStatement(sql`
      delete from ${ident(door.schema, '_share')} s
      where s.object = ${object} and s.record_id = ${recordId}::uuid and s.id = any(${ids}::uuid[]) and s.origin <> 'approval'
      returning ${columns}`),
  );
  return rows.map(shareOf);
}

/** Takes all shares of records away, which are deleted for good. */
export async function removeSharesOf(door: Door, object: string, recordIds: readonly string[]): Promise<void> {
  await door.query(
    toStatement(sql`
      delete from ${ident(door.schema, '_share')} s where s.object = ${object} and s.record_id = any(${recordIds}::uuid[])`),
  );
}
