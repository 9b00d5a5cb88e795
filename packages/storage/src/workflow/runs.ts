// Runs: one automation at work on one record, or on none. They are written, taken and moved on as sets.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import { timeText, type WorkflowDoor } from './door.ts';

export type RunState = 'ready' | 'waiting' | 'done' | 'failed' | 'cancelled';

/** The approval that waits for the end of a run, at one visit of a step. */
export interface WaitingApproval {
  readonly id: string;
  readonly visit: number;
}

export interface NewRun {
  readonly id: string;
  readonly automation: string;
  /** Hash of a kept definition. */
  readonly definition: string;
  readonly object: string | null;
  readonly recordId: string | null;
  /** Who caused it; null where nobody did. */
  readonly actor: string | null;
  /** The run that waits for its end. */
  readonly callerId: string | null;
  /** Left out: none waits. */
  readonly approval?: WaitingApproval | undefined;
  /** What led to it, the first at the beginning. */
  readonly chain: readonly string[];
  /** The step that it stands at. */
  readonly position: string;
  /** JSON text: what its rules see of what came before. */
  readonly variables: string;
  readonly state: 'ready' | 'waiting';
  /** RFC 3339: not before. */
  readonly dueAt: string;
}

export interface Run extends Omit<NewRun, 'state'> {
  readonly state: RunState;
  readonly attempts: number;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
}

/** What a step makes of a run. */
export interface RunChange {
  readonly id: string;
  readonly state: RunState;
  readonly position: string;
  /** JSON text. */
  readonly variables: string;
  readonly attempts: number;
  /** JSON text. */
  readonly error: string | null;
  readonly dueAt: string;
  readonly endedAt: string | null;
}

const columns = sql`
  r.id::text as id, r.automation, r.definition, r.object, r.record_id::text as record_id, r.actor::text as actor, r.caller_id::text as caller_id,
  r.approval_id::text as approval_id, r.approval_visit, r.chain, r.position, r.variables::text as variables, r.state, r.attempts, ${timeText('r.due_at')} as due_at, ${timeText('r.created_at')} as created_at`;

function approvalOf(row: Readonly<Record<string, unknown>>): WaitingApproval | undefined {
  const id = textOrNull(row['approval_id']);
  return id === null ? undefined : { id, visit: Number(row['approval_visit']) };
}

function runOf(row: Readonly<Record<string, unknown>>): Run {
  return {
    id: String(row['id']),
    automation: String(row['automation']),
    definition: String(row['definition']),
    object: textOrNull(row['object']),
    recordId: textOrNull(row['record_id']),
    actor: textOrNull(row['actor']),
    callerId: textOrNull(row['caller_id']),
    approval: approvalOf(row),
    chain: row['chain'] as readonly string[],
    position: String(row['position']),
    variables: String(row['variables']),
    state: String(row['state']) as RunState,
    attempts: Number(row['attempts']),
    dueAt: String(row['due_at']),
    createdAt: String(row['created_at']),
  };
}

const tableOf = ({ schema }: WorkflowDoor): Sql => ident(schema, '_run');

/** @param at RFC 3339 */
export async function insertRuns(door: WorkflowDoor, runs: readonly NewRun[], at: string): Promise<void> {
  if (runs.length === 0) return;
  await door.query(
    toStatement(
      sql`
        insert into ${tableOf(door)} (id, automation, definition, object, record_id, actor, caller_id, approval_id, approval_visit,
          chain, position, variables, state, due_at, created_at)
        select r.id, r.automation, r.definition, r.object, r."recordId", r.actor, r."callerId", (r.approval ->> 'id')::uuid,
          (r.approval ->> 'visit')::integer, array(select json_array_elements_text(r.chain)), r.position, r.variables::json, r.state, r."dueAt", ${at}::timestamptz
        from json_to_recordset(${JSON.stringify(runs)}::json) as r(id uuid, automation text, definition text, object text, "recordId" uuid,
          actor uuid, "callerId" uuid, approval json, chain json, position text, variables text, state text, "dueAt" timestamptz)`,
      'insert-runs',
    ),
  );
}

/**
 * Locks ready runs that stand at the same step of the same definition: those of the one that has been ready for longest and is in
 * nobody's hands. In the order of time.
 * @param now RFC 3339
 */
export async function takeReadyRuns(door: WorkflowDoor, now: string, limit: number): Promise<readonly Run[]> {
  const table = tableOf(door);
  const due = sql`state = 'ready' and due_at <= ${now}::timestamptz`;
  const { rows } = await door.query(
    toStatement(
      sql`
        with first as (
          select definition, position from ${table} where ${due} order by due_at, id limit 1 for update skip locked
        ), taken as (
          select id from ${table}
          where ${due} and definition = (select definition from first) and position = (select position from first)
          order by due_at, id limit ${limit} for update skip locked
        )
        select ${columns} from ${table} r where r.id in (select id from taken) order by r.due_at, r.id`,
      'take-runs',
    ),
  );
  return rows.map(runOf);
}

/** Of these the ones that are ready still and in nobody's hands, locked. In the order of their ids. */
export async function takeRuns(door: WorkflowDoor, ids: readonly string[]): Promise<readonly Run[]> {
  const { rows } = await door.query(
    toStatement(
      sql`
        select ${columns} from ${tableOf(door)} r where r.id = any(${ids}::uuid[]) and r.state = 'ready'
        order by r.id for update of r skip locked`,
      'take-these-runs',
    ),
  );
  return rows.map(runOf);
}

/** Writes down what became of runs that the transaction holds. */
export async function saveRuns(door: WorkflowDoor, changes: readonly RunChange[]): Promise<void> {
  if (changes.length === 0) return;
  await door.query(
    toStatement(
      sql`
        update ${tableOf(door)} r
           set state = c.state, position = c.position, variables = c.variables::json, attempts = c.attempts, error = c.error::json,
               due_at = c."dueAt", ended_at = c."endedAt"
          from json_to_recordset(${JSON.stringify(changes)}::json) as c(id uuid, state text, position text, variables text,
            attempts integer, error text, "dueAt" timestamptz, "endedAt" timestamptz)
         where r.id = c.id`,
      'save-runs',
    ),
  );
}

/** Locks the runs of these records that wait for something, in the order of their ids. */
export async function waitingRunsOf(door: WorkflowDoor, recordIds: readonly string[]): Promise<readonly Run[]> {
  const { rows } = await door.query(
    toStatement(
      sql`
        select ${columns} from ${tableOf(door)} r where r.record_id = any(${recordIds}::uuid[]) and r.state = 'waiting'
        order by r.id for update of r`,
      'waiting-runs',
    ),
  );
  return rows.map(runOf);
}

/** Makes runs that wait ready; the others stay as they are. Gives the ids of those that it has made ready. */
export async function readyRuns(door: WorkflowDoor, ids: readonly string[], now: string): Promise<readonly string[]> {
  const table = tableOf(door);
  const { rows } = await door.query(
    toStatement(
      sql`
        update ${table} r set state = 'ready', due_at = ${now}::timestamptz
         where r.id in (select w.id from ${table} w where w.id = any(${ids}::uuid[]) and w.state = 'waiting' order by w.id for update)
        returning r.id::text as id`,
      'ready-runs',
    ),
  );
  return rows.map((row) => String(row['id']));
}

/** Has all runs that wait look again that began with none of these definitions: nobody may be left who tells them anything. */
export async function readyRunsBeside(door: WorkflowDoor, definitions: readonly string[], now: string): Promise<number> {
  const table = tableOf(door);
  const others = sql`w.state = 'waiting' and w.definition <> all(${definitions}::text[])`;
  const { rowCount } = await door.query(
    toStatement(
      sql`
        update ${table} r set state = 'ready', due_at = ${now}::timestamptz
         where r.id in (select w.id from ${table} w where ${others} order by w.id for update)`,
      'ready-runs-beside',
    ),
  );
  return rowCount;
}

/**
 * Of these runs the ones in whose time an approval of their record has ended so, without a wait of theirs having ended by that: an end comes
 * to runs that wait by then, and this tells the others.
 */
export async function runsToldOfEnd(door: WorkflowDoor, ids: readonly string[], status: string): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const [approvals, steps] = [ident(door.schema, '_approval'), ident(door.schema, '_run_step')];
  const { rows } = await door.query(
    toStatement(
      sql`
        select r.id::text as id from ${tableOf(door)} r
        where r.id = any(${ids}::uuid[]) and exists (
          select from ${approvals} a
          where a.object = r.object and a.record_id = r.record_id and a.status = ${status}
            and (a.ended_at > r.created_at or a.ended_at = r.created_at and a.started_at = r.created_at)
            and not exists (
              select from ${steps} s
              where s.run_id = r.id and s.type = 'wait' and s.ended_at >= a.ended_at and strpos(s.output::text, '"reason":"event"') > 0))`,
      'runs-told-of-end',
    ),
  );
  return new Set(rows.map((row) => String(row['id'])));
}

/** The states of runs by id, which stay as they are until the transaction ends: whoever ends one then finds who waits for it. */
export async function runStates(door: WorkflowDoor, ids: readonly string[]): Promise<ReadonlyMap<string, RunState>> {
  if (ids.length === 0) return new Map();
  const { rows } = await door.query(
    toStatement(
      sql`select r.id::text as id, r.state from ${tableOf(door)} r where r.id = any(${ids}::uuid[]) order by r.id for share`,
      'run-states',
    ),
  );
  return new Map(rows.map((row) => [String(row['id']), String(row['state']) as RunState]));
}

/** Has runs that have failed done again from where they failed. @param now RFC 3339 */
export async function restartRuns(door: WorkflowDoor, ids: readonly string[], now: string): Promise<void> {
  if (ids.length === 0) return;
  await door.query(
    toStatement(sql`
      update ${tableOf(door)} set state = 'ready', attempts = 0, due_at = ${now}::timestamptz, ended_at = null
       where id = any(${ids}::uuid[]) and state = 'failed'`),
  );
}

/** The run that an approval has waited for, where it has failed, goes on from there for another visit; gives whether there was one. */
export async function restartForApproval(
  door: WorkflowDoor,
  { id, visit }: WaitingApproval,
  next: { readonly visit: number; readonly now: string },
): Promise<boolean> {
  const { rowCount } = await door.query(
    toStatement(sql`
      update ${tableOf(door)} set state = 'ready', attempts = 0, due_at = ${next.now}::timestamptz, ended_at = null, approval_visit = ${next.visit}
       where approval_id = ${id}::uuid and approval_visit = ${visit} and state = 'failed'`),
  );
  return rowCount > 0;
}

/** Of these runs those that approvals wait for, with how they stand; they stay so until the transaction ends. */
export async function runsOfApprovals(
  door: WorkflowDoor,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly state: RunState; readonly approval: WaitingApproval }[]> {
  if (ids.length === 0) return [];
  const { rows } = await door.query(
    toStatement(
      sql`
        select r.id::text as id, r.state, r.approval_id::text as approval, r.approval_visit as visit from ${tableOf(door)} r
        where r.id = any(${ids}::uuid[]) and r.approval_id is not null order by r.id for share`,
      'runs-of-approvals',
    ),
  );
  return rows.map((row) => ({
    id: String(row['id']),
    state: String(row['state']) as RunState,
    approval: { id: String(row['approval']), visit: Number(row['visit']) },
  }));
}
