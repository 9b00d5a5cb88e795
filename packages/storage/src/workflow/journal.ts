// The journal: the steps that runs have done, with what went in and what came out.
import { ident, sql, toStatement } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import { timeText, type WorkflowDoor } from './door.ts';

export interface JournalEntry {
  readonly runId: string;
  /** Of a source that counts up with time: a run's entries are in the order of their ids. */
  readonly id: string;
  /** Where the step stands in its automation. */
  readonly path: string;
  readonly type: string;
  readonly state: 'done' | 'skipped' | 'waiting' | 'failed';
  /** JSON texts. */
  readonly input: string | null;
  readonly output: string | null;
  readonly error: string | null;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly endedAt: string | null;
}

export async function appendJournal(door: WorkflowDoor, entries: readonly JournalEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await door.query(
    toStatement(
      sql`
        insert into ${ident(door.schema, '_run_step')} (run_id, id, path, type, state, input, output, error, started_at, ended_at)
        select s."runId", s.id, s.path, s.type, s.state, s.input::json, s.output::json, s.error::json, s."startedAt", s."endedAt"
        from json_to_recordset(${JSON.stringify(entries)}::json) as s("runId" uuid, id uuid, path text, type text, state text,
          input text, output text, error text, "startedAt" timestamptz, "endedAt" timestamptz)`,
      'journal',
    ),
  );
}

/** What a run has done so far, in its order. */
export async function readJournal(door: WorkflowDoor, runId: string): Promise<readonly JournalEntry[]> {
  const { rows } = await door.query(
    toStatement(
      sql`
        select s.id::text as id, s.path, s.type, s.state, s.input::text as input, s.output::text as output, s.error::text as error,
          ${timeText('s.started_at')} as started_at, ${timeText('s.ended_at')} as ended_at
        from ${ident(door.schema, '_run_step')} s where s.run_id = ${runId}::uuid order by s.id`,
    ),
  );
  return rows.map((row) => ({
    runId,
    id: String(row['id']),
    path: String(row['path']),
    type: String(row['type']),
    state: String(row['state']) as JournalEntry['state'],
    input: textOrNull(row['input']),
    output: textOrNull(row['output']),
    error: textOrNull(row['error']),
    startedAt: String(row['started_at']),
    endedAt: textOrNull(row['ended_at']),
  }));
}

/** A run that has failed, and not been tried again since. */
export interface FailedRun {
  readonly automation: string;
  /** Of the step that failed. */
  readonly path: string;
  readonly object: string | null;
  readonly recordId: string | null;
  /** JSON text. */
  readonly error: string;
}

/** The first ones; at most ten. */
export async function failedRuns(door: WorkflowDoor): Promise<readonly FailedRun[]> {
  const { rows } = await door.query(
    toStatement(
      sql`
        select r.automation, r.position, r.object, r.record_id::text as record_id, r.error::text as error
        from ${ident(door.schema, '_run')} r where r.state = 'failed' order by r.ended_at, r.id limit 10`,
    ),
  );
  return rows.map((row) => ({
    automation: String(row['automation']),
    path: String(row['position']),
    object: textOrNull(row['object']),
    recordId: textOrNull(row['record_id']),
    error: String(row['error']),
  }));
}

/** A step that runs of an automation have come to; null of an automation whose runs have come to none. */
export interface StepReached {
  readonly automation: string;
  readonly path: string | null;
  /** The case that a branch has taken. */
  readonly taken: string | null;
}

/** What runs have come to, each once; steps that were skipped do not count. */
export async function stepsReached(door: WorkflowDoor): Promise<readonly StepReached[]> {
  const { rows } = await door.query(
    toStatement(
      sql`
        select distinct r.automation, s.path, s.output->>'case' as taken from ${ident(door.schema, '_run')} r
          left join ${ident(door.schema, '_run_step')} s on s.run_id = r.id and s.state <> 'skipped'`,
    ),
  );
  return rows.map((row) => ({ automation: String(row['automation']), path: textOrNull(row['path']), taken: textOrNull(row['taken']) }));
}
