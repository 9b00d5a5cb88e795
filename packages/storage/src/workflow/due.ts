// What a tenant has to do next, for whoever sees to it that somebody comes and does it.
import { ident, sql, toStatement } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import { timeText, type WorkflowDoor } from './door.ts';

/** RFC 3339; null where there is nothing. */
export interface NextDue {
  /** Of runs and timers. */
  readonly work: string | null;
  /** Of effects. */
  readonly send: string | null;
}

/** When something is next to be done, also where it is in somebody's hands. */
export async function nextDue(door: WorkflowDoor): Promise<NextDue> {
  const [runs, timers, effects] = ['_run', '_timer', '_effect'].map((table) => ident(door.schema, table));
  const { rows } = await door.query(
    toStatement(
      sql`
        select ${timeText('n.work')} as work, ${timeText('n.send')} as send from (
          select least(
              (select min(r.due_at) from ${runs} r where r.state = 'ready'),
              (select min(t.due_at) from ${timers} t where t.failed_at is null)) as work,
            (select min(e.due_at) from ${effects} e where e.state = 'ready') as send) n`,
      'next-due',
    ),
  );
  return { work: textOrNull(rows[0]?.['work']), send: textOrNull(rows[0]?.['send']) };
}
