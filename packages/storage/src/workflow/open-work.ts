// What has begun and not ended, counted by what it goes by: what a change of that will be felt by.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { WorkflowDoor } from './door.ts';

export interface OpenWork {
  /** `automation`: runs. `approvalProcess`: approvals. `timer`: records, or one, that something will happen to at a time. */
  readonly kind: 'automation' | 'approvalProcess' | 'timer';
  /** The first word of a timer's key. */
  readonly word: string;
  readonly name: string;
  readonly count: number;
}

export async function openWork(door: WorkflowDoor): Promise<readonly OpenWork[]> {
  const [runs, approvals, timers] = [ident(door.schema, '_run'), ident(door.schema, '_approval'), ident(door.schema, '_timer')];
  const { rows } = await door.query(
    toStatement(sql`
      select 'automation' as kind, '' as word, automation as name, count(*)::integer as count
      from ${runs} where state in ('ready', 'waiting', 'failed') group by automation
      union all
      select 'approvalProcess', '', process, count(*)::integer from ${approvals} where ended_at is null group by process
      union all
      select 'timer', split_part(key, '/', 1), split_part(key, '/', 2), count(distinct coalesce(record_id, id))::integer
      from ${timers} where failed_at is null group by 2, 3
      order by 1, 2, 3`),
  );
  return rows.map((row) => ({
    kind: String(row['kind']) as OpenWork['kind'],
    word: String(row['word']),
    name: String(row['name']),
    count: Number(row['count']),
  }));
}
