// Runs as administrators see them: pages of them, one with all that is known of it, and how long those that have ended are kept.
import { ident, join, sql, toStatement, type Sql } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import { timeText, type WorkflowDoor } from './door.ts';
import type { RunState } from './runs.ts';

export interface ListedRun {
  readonly id: string;
  readonly automation: string;
  readonly object: string | null;
  readonly recordId: string | null;
  readonly actor: string | null;
  readonly callerId: string | null;
  readonly chain: readonly string[];
  /** The step that it stands at. */
  readonly position: string;
  readonly state: RunState;
  readonly attempts: number;
  /** JSON text. */
  readonly error: string | null;
  /** RFC 3339, UTC. */
  readonly dueAt: string;
  readonly createdAt: string;
  readonly endedAt: string | null;
}

export interface RunFilter {
  readonly automation?: string | undefined;
  readonly object?: string | undefined;
  readonly recordId?: string | undefined;
  readonly state?: RunState | undefined;
  /** The id of the run that the page begins behind. */
  readonly before?: string | undefined;
  readonly first: number;
}

const columns = sql`
  r.id::text as id, r.automation, r.object, r.record_id::text as record_id, r.actor::text as actor, r.caller_id::text as caller_id, r.chain,
  r.position, r.state, r.attempts, r.error::text as error, ${timeText('r.due_at')} as due_at, ${timeText('r.created_at')} as created_at,
  ${timeText('r.ended_at')} as ended_at`;

const listedOf = (row: Readonly<Record<string, unknown>>): ListedRun => ({
  id: String(row['id']),
  automation: String(row['automation']),
  object: textOrNull(row['object']),
  recordId: textOrNull(row['record_id']),
  actor: textOrNull(row['actor']),
  callerId: textOrNull(row['caller_id']),
  chain: row['chain'] as readonly string[],
  position: String(row['position']),
  state: String(row['state']) as RunState,
  attempts: Number(row['attempts']),
  error: textOrNull(row['error']),
  dueAt: String(row['due_at']),
  createdAt: String(row['created_at']),
  endedAt: textOrNull(row['ended_at']),
});

const tableOf = ({ schema }: WorkflowDoor): Sql => ident(schema, '_run');

/** Newest first: ids count up with time. */
export async function listRuns(door: WorkflowDoor, filter: RunFilter): Promise<readonly ListedRun[]> {
  const { automation, object, recordId, state, before, first } = filter;
  const definitions = ident(door.schema, '_definition');
  const conditions = [
    // By the index over definitions.
    ...(automation === undefined
      ? []
      : [sql`r.definition in (select d.hash from ${definitions} d where d.kind = 'automation' and d.name = ${automation})`]),
    ...(automation === undefined ? [] : [sql`r.automation = ${automation}`]),
    ...(object === undefined ? [] : [sql`r.object = ${object}`]),
    ...(recordId === undefined ? [] : [sql`r.record_id = ${recordId}::uuid`]),
    ...(state === undefined ? [] : [sql`r.state = ${state}`]),
    ...(before === undefined ? [] : [sql`r.id < ${before}::uuid`]),
  ];
  const where = conditions.length === 0 ? sql`true` : join(conditions, ' and ');
  const { rows } = await door.query(
    toStatement(sql`select ${columns} from ${tableOf(door)} r where ${where} order by r.id desc limit ${first}`),
  );
  return rows.map(listedOf);
}

export async function readRun(door: WorkflowDoor, id: string): Promise<ListedRun | undefined> {
  const { rows } = await door.query(toStatement(sql`select ${columns} from ${tableOf(door)} r where r.id = ${id}::uuid`));
  const [row] = rows;
  return row === undefined ? undefined : listedOf(row);
}

/** The last hundred runs of a record's automation in a span of time, the oldest first. @param from, to RFC 3339, both included */
export async function runsStarted(
  door: WorkflowDoor,
  {
    automation,
    recordId,
    from,
    to,
  }: { readonly automation: string; readonly recordId: string; readonly from: string; readonly to: string },
): Promise<readonly ListedRun[]> {
  const { rows } = await door.query(
    toStatement(sql`
      select ${columns} from ${tableOf(door)} r
      where r.record_id = ${recordId}::uuid and r.automation = ${automation}
        and r.created_at between ${from}::timestamptz and ${to}::timestamptz
      order by r.id desc limit 100`),
  );
  return rows.map(listedOf).reverse();
}

/** Of these records the ones that an automation has run for by this definition, or since a time (RFC 3339). */
export async function recordsRunFor(
  door: WorkflowDoor,
  { automation, definition, since }: { readonly automation: string; readonly definition: string; readonly since: string },
  recordIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await door.query(
    toStatement(
      sql`
        select distinct r.record_id::text as id from ${tableOf(door)} r
        where r.record_id = any(${recordIds}::uuid[]) and r.automation = ${automation}
          and (r.definition = ${definition} or r.created_at >= ${since}::timestamptz)`,
      'records-run-for',
    ),
  );
  return new Set(rows.map((row) => String(row['id'])));
}

/**
 * Removes runs that have ended, and effects that were sent, before a time, with what is kept of them: at most so many of each at once. Those that have
 * failed stay: somebody is still to do something about them. Gives how many went.
 */
export async function dropEnded(door: WorkflowDoor, before: string, most: number): Promise<number> {
  const ended = (name: string, states: readonly string[]): Sql => {
    const table = ident(door.schema, name);
    return sql`
      delete from ${table} where id in (
        select t.id from ${table} t where t.state = any(${states}::text[]) and t.ended_at < ${before}::timestamptz limit ${most} for update skip locked)`;
  };
  const runs = await door.query(toStatement(ended('_run', ['done', 'cancelled'])));
  const effects = await door.query(toStatement(ended('_effect', ['sent', 'cancelled'])));
  return runs.rowCount + effects.rowCount;
}
