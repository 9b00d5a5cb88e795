// Timers: whatever is to happen later, one row each, found by its key and taken when it is due.
import { ident, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import { timeText, type WorkflowDoor } from './door.ts';

export interface NewTimer {
  readonly id: string;
  /** A timer that is set under a key that there is takes the place of the former. */
  readonly key: string;
  /** Whose it is to do when it is due. */
  readonly kind: string;
  /** RFC 3339. */
  readonly dueAt: string;
  readonly runId: string | null;
  readonly object: string | null;
  readonly recordId: string | null;
  /** JSON text. */
  readonly content: string;
}

export interface Timer extends NewTimer {
  readonly attempts: number;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
}

const columns = sql`
  t.id::text as id, t.key, t.kind, ${timeText('t.due_at')} as due_at, t.run_id::text as run_id, t.object, t.record_id::text as record_id,
  t.content::text as content, t.attempts, ${timeText('t.created_at')} as created_at`;

function timerOf(row: Readonly<Record<string, unknown>>): Timer {
  return {
    id: String(row['id']),
    key: String(row['key']),
    kind: String(row['kind']),
    dueAt: String(row['due_at']),
    runId: textOrNull(row['run_id']),
    object: textOrNull(row['object']),
    recordId: textOrNull(row['record_id']),
    content: String(row['content']),
    attempts: Number(row['attempts']),
    createdAt: String(row['created_at']),
  };
}

const tableOf = ({ schema }: Pick<WorkflowDoor, 'schema'>): Sql => ident(schema, '_timer');

/** Sets timers, or moves those whose keys there are. @param at RFC 3339 */
export async function setTimers(door: WorkflowDoor, timers: readonly NewTimer[], at: string): Promise<void> {
  if (timers.length === 0) return;
  await door.query(
    toStatement(
      sql`
        insert into ${tableOf(door)} as t (id, key, kind, due_at, run_id, object, record_id, content, created_at)
        select n.id, n.key, n.kind, n."dueAt", n."runId", n.object, n."recordId", n.content::json, ${at}::timestamptz
        from json_to_recordset(${JSON.stringify(timers)}::json) as n(id uuid, key text, kind text, "dueAt" timestamptz, "runId" uuid,
          object text, "recordId" uuid, content text)
        order by n.key
        on conflict (key) do update set kind = excluded.kind, due_at = excluded.due_at, run_id = excluded.run_id, object = excluded.object,
          record_id = excluded.record_id, content = excluded.content, attempts = 0, error = null, failed_at = null`,
      'set-timers',
    ),
  );
}

function cancelStatement(of: Pick<WorkflowDoor, 'schema'>, which: Sql, name: string): Statement {
  const table = tableOf(of);
  return toStatement(sql`delete from ${table} where id in (select t.id from ${table} t where ${which} order by t.key for update)`, name);
}

const cancel = async (door: WorkflowDoor, which: Sql, name: string): Promise<number> =>
  (await door.query(cancelStatement(door, which, name))).rowCount;

/** For whoever need not know how many there were. */
export const cancelTimersStatement = (schema: string, keys: readonly string[]): Statement =>
  cancelStatement({ schema }, sql`t.key = any(${keys}::text[])`, 'cancel-timers');

/** Each gives how many there were. */
export const cancelTimers = (door: WorkflowDoor, keys: readonly string[]): Promise<number> =>
  door.query(cancelTimersStatement(door.schema, keys)).then(({ rowCount }) => rowCount);

export const cancelTimersOfRuns = (door: WorkflowDoor, runIds: readonly string[]): Promise<number> =>
  cancel(door, sql`t.run_id = any(${runIds}::uuid[])`, 'cancel-run-timers');

export const cancelTimersOfRecords = (door: WorkflowDoor, recordIds: readonly string[]): Promise<number> =>
  cancel(door, sql`t.record_id = any(${recordIds}::uuid[])`, 'cancel-record-timers');

/** Has all timers of a kind looked at now: whoever does them sets those again that are not due. @param now RFC 3339 */
export async function hastenTimers(door: WorkflowDoor, kind: string, now: string): Promise<void> {
  await door.query(
    toStatement(sql`
      update ${tableOf(door)} set due_at = ${now}::timestamptz
       where kind = ${kind} and failed_at is null and due_at > ${now}::timestamptz`),
  );
}

/** Of all whose keys begin so. Gives how many there were. */
export const cancelTimersUnder = (door: WorkflowDoor, prefix: string): Promise<number> =>
  cancel(door, sql`starts_with(t.key, ${prefix})`, 'cancel-timers-under');

/** Timers of an automation that has another name by now: keys that begin so, or with a slash at the end all that begin with it. */
export interface TimerMove {
  readonly from: string;
  readonly to: string;
  readonly automation: string;
}

/** Moves timers to the present names of their automations. */
export async function moveTimers(door: WorkflowDoor, moves: readonly TimerMove[]): Promise<void> {
  if (moves.length === 0) return;
  await door.query(
    toStatement(sql`
      update ${tableOf(door)} t
         set key = m."to" || substr(t.key, length(m."from") + 1),
             content = jsonb_set(t.content::jsonb, '{automation}', to_jsonb(m.automation))::json
        from json_to_recordset(${JSON.stringify(moves)}::json) as m("from" text, "to" text, automation text)
       where t.key = m."from" or (right(m."from", 1) = '/' and starts_with(t.key, m."from"))`),
  );
}

/** A page of the timers whose keys begin so, by their keys. @param after the key that the page begins behind */
export async function timersUnder(door: WorkflowDoor, prefix: string, after: string | null, first: number): Promise<readonly Timer[]> {
  const { rows } = await door.query(
    toStatement(
      sql`
        select ${columns} from ${tableOf(door)} t where t.key > ${after ?? prefix} and starts_with(t.key, ${prefix}) order by t.key limit ${first}`,
      'timers-under',
    ),
  );
  return rows.map(timerOf);
}

async function take(door: WorkflowDoor, which: Sql, name: string): Promise<readonly Timer[]> {
  const table = tableOf(door);
  const { rows } = await door.query(
    toStatement(
      sql`
        with taken as (delete from ${table} where id = any(array(select t.id from ${table} t where ${which} for update skip locked)) returning *)
        select ${columns} from taken t order by t.due_at, t.id`,
      name,
    ),
  );
  return rows.map(timerOf);
}

/** Takes timers away that are due, of these kinds, the earliest first; they are back if the transaction is taken back. */
export const takeDueTimers = (door: WorkflowDoor, kinds: readonly string[], now: string, limit: number): Promise<readonly Timer[]> =>
  take(
    door,
    sql`t.failed_at is null and t.due_at <= ${now}::timestamptz and t.kind = any(${kinds}::text[]) order by t.due_at, t.id limit ${limit}`,
    'take-timers',
  );

/** Of these the ones that are still due and in nobody's hands. */
export const takeTimers = (door: WorkflowDoor, ids: readonly string[], now: string): Promise<readonly Timer[]> =>
  take(
    door,
    sql`t.id = any(${ids}::uuid[]) and t.failed_at is null and t.due_at <= ${now}::timestamptz order by t.due_at, t.id`,
    'take-these-timers',
  );

export interface FailedTimer {
  readonly timer: Timer;
  /** JSON text. */
  readonly error: string;
  /** When it is tried again; null: no more. */
  readonly again: string | null;
}

/** Puts back one that was taken and came to nothing; one that was set under its key meanwhile stays. @param now RFC 3339 */
export async function failTimer(door: WorkflowDoor, { timer, error, again }: FailedTimer, now: string): Promise<void> {
  const { id, key, kind, dueAt, runId, object, recordId, content, attempts, createdAt } = timer;
  await door.query(
    toStatement(sql`
      insert into ${tableOf(door)} (id, key, kind, due_at, run_id, object, record_id, content, attempts, error, failed_at, created_at)
      values (${id}::uuid, ${key}, ${kind}, ${again ?? dueAt}::timestamptz, ${runId}::uuid, ${object}, ${recordId}::uuid, ${content}::json,
        ${attempts + 1}, ${error}::json, ${again === null ? now : null}::timestamptz, ${createdAt}::timestamptz)
      on conflict do nothing`),
  );
}

/** A timer that came to nothing when it was last tried. */
export interface Stumbled {
  readonly kind: string;
  readonly key: string;
  /** JSON text. */
  readonly error: string;
}

/** Those that have come to nothing, whether they are tried again or not; at most ten. */
export async function stumbledTimers(door: Pick<WorkflowDoor, 'schema' | 'query'>): Promise<readonly Stumbled[]> {
  const { rows } = await door.query(
    toStatement(
      sql`select t.kind, t.key, t.error::text as error from ${tableOf(door)} t where t.error is not null order by t.key limit 10`,
    ),
  );
  return rows.map((row) => ({ kind: String(row['kind']), key: String(row['key']), error: String(row['error']) }));
}
