// What the statements of this folder run on, and how times come out of them.
import { keyword, sql, type Sql } from '@tessera/kernel';
import type { Queryable, TenantDatabase } from '../database.ts';

/** Statements in a tenant's schema, alone or within a transaction. */
export type WorkflowDoor = Pick<TenantDatabase, 'schema'> & Queryable;

/** RFC 3339 in UTC, to the millisecond. The column is a name of ours. */
export const timeText = (column: string): Sql => sql`to_char(${keyword(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
