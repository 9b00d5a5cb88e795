// Which processes, in which versions, have approvals that are not over: what a change of metadata must be fair to.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { WorkflowDoor } from './door.ts';

/** Approvals of one process and object that began with the same definition. */
export interface PendingVersion {
  readonly process: string;
  readonly object: string;
  /** Hash of the definition. */
  readonly definition: string;
  readonly count: number;
  /** Ids of at most ten of them. */
  readonly sample: readonly string[];
}

export async function pendingVersions(door: WorkflowDoor): Promise<readonly PendingVersion[]> {
  const { rows } = await door.query(
    toStatement(sql`
      select a.process, a.object, a.definition, count(*)::int as count, (array_agg(a.id::text order by a.id))[1:10] as sample
      from ${ident(door.schema, '_approval')} a where a.ended_at is null
      group by a.process, a.object, a.definition order by a.process, a.object, a.definition`),
  );
  return rows.map((row) => ({
    process: String(row['process']),
    object: String(row['object']),
    definition: String(row['definition']),
    count: Number(row['count']),
    sample: row['sample'] as readonly string[],
  }));
}

/** How many approvals the table of a history tells of, and ids of at most ten of them. */
export async function keptApprovals(door: WorkflowDoor, table: string): Promise<Pick<PendingVersion, 'count' | 'sample'>> {
  const { rows } = await door.query(
    toStatement(sql`
      select count(*)::int as count, coalesce((array_agg(h.id::text order by h.id))[1:10], '{}') as sample from ${ident(door.schema, table)} h`),
  );
  return { count: Number(rows[0]?.['count']), sample: rows[0]?.['sample'] as readonly string[] };
}

/** Gives the approvals and tasks of renamed processes their present names, all at once: a and b may change names with each other. */
export async function renameProcesses(door: WorkflowDoor, moves: readonly { readonly from: string; readonly to: string }[]): Promise<void> {
  if (moves.length === 0) return;
  await door.query(
    toStatement(sql`
      with m as (select * from json_to_recordset(${JSON.stringify(moves)}::json) as m("from" text, "to" text)),
        tasks as (update ${ident(door.schema, 'approval_task')} t set process = m."to" from m where t.process = m."from")
      update ${ident(door.schema, '_approval')} a set process = m."to" from m where a.process = m."from"`),
  );
}
