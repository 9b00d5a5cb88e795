// What administrators see of runs, timers and effects, and what they do about those that have failed.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import { timeText, type WorkflowDoor } from './door.ts';

export type WorkKind = 'run' | 'timer' | 'effect';

export interface WorkCount {
  readonly kind: WorkKind;
  /** `ready`: could be done now. `later`: at its time. `waiting`: for something to happen. `failed`: for somebody to do something about it. */
  readonly state: 'ready' | 'later' | 'waiting' | 'failed';
  readonly count: number;
}

export interface WorkFigures {
  readonly counts: readonly WorkCount[];
  /** How long the oldest of those that could be done now has waited; null where there is none. */
  readonly oldestSeconds: number | null;
}

export interface FailedWork {
  readonly id: string;
  readonly kind: WorkKind;
  /** The automation of a run, the kind of a timer or effect. */
  readonly name: string;
  readonly object: string | null;
  readonly recordId: string | null;
  /** Where a run stands, the key of a timer, the address of an effect. */
  readonly at: string;
  readonly attempts: number;
  /** JSON text. */
  readonly error: string | null;
  /** RFC 3339, UTC. */
  readonly failedAt: string;
}

/** @param now RFC 3339 */
export async function workFigures(door: WorkflowDoor, now: string): Promise<WorkFigures> {
  const [runs, timers, effects] = tablesOf(door);
  const soon = (due: string): Sql => sql`case when ${ident(due)} <= ${now}::timestamptz then 'ready' else 'later' end`;
  const { rows } = await door.query(
    toStatement(sql`
      with open as (
        select 'run' as kind, ${soon('due_at')} as state, due_at from ${runs} where state = 'ready'
        union all select 'run', state, null from ${runs} where state in ('waiting', 'failed')
        union all select 'timer', ${soon('due_at')}, due_at from ${timers} where failed_at is null
        union all select 'timer', 'failed', null from ${timers} where failed_at is not null
        union all select 'effect', ${soon('due_at')}, due_at from ${effects} where state = 'ready'
        union all select 'effect', 'failed', null from ${effects} where state = 'failed'
      )
      select kind, state, count(*)::int as count, extract(epoch from ${now}::timestamptz - min(due_at) filter (where state = 'ready'))::float8 as age
      from open group by kind, state order by kind, state`),
  );
  const ages = rows.flatMap((row) => (typeof row['age'] === 'number' ? [row['age']] : []));
  return {
    counts: rows.map((row) => ({
      kind: String(row['kind']) as WorkKind,
      state: String(row['state']) as WorkCount['state'],
      count: Number(row['count']),
    })),
    oldestSeconds: ages.length === 0 ? null : Math.max(...ages),
  };
}

const tablesOf = ({ schema }: WorkflowDoor): readonly [Sql, Sql, Sql] => [
  ident(schema, '_run'),
  ident(schema, '_timer'),
  ident(schema, '_effect'),
];

/** Where a page goes on: behind this one. */
export type FailedPlace = Pick<FailedWork, 'failedAt' | 'id'>;

/** A page of what has failed, the latest first. */
export async function listFailed(
  door: WorkflowDoor,
  { kind, after, first }: { readonly kind?: WorkKind | undefined; readonly after?: FailedPlace | undefined; readonly first: number },
): Promise<readonly FailedWork[]> {
  const [runs, timers, effects] = tablesOf(door);
  const sources: Readonly<Record<WorkKind, Sql>> = {
    run: sql`
      select 'run' as kind, id, automation as name, object, record_id, position as at, attempts, error, ended_at as failed_at
      from ${runs} where state = 'failed'`,
    timer: sql`
      select 'timer' as kind, id, kind as name, object, record_id, key as at, attempts, error, failed_at
      from ${timers} where failed_at is not null`,
    effect: sql`
      select 'effect' as kind, id, kind as name, object, record_id, address as at, attempts, error, ended_at as failed_at
      from ${effects} where state = 'failed'`,
  };
  const place = after === undefined ? sql`true` : sql`(f.failed_at, f.id) < (${after.failedAt}::timestamptz, ${after.id}::uuid)`;
  const wanted = kind === undefined ? sql`${sources.run} union all ${sources.timer} union all ${sources.effect}` : sources[kind];
  const { rows } = await door.query(
    toStatement(sql`
      select f.kind, f.id::text as id, f.name, f.object, f.record_id::text as record_id, f.at, f.attempts, f.error::text as error,
        ${timeText('f.failed_at')} as failed_at
      from (${wanted}) f where ${place} order by f.failed_at desc, f.id desc limit ${first}`),
  );
  return rows.map((row) => ({
    id: String(row['id']),
    kind: String(row['kind']) as WorkKind,
    name: String(row['name']),
    object: textOrNull(row['object']),
    recordId: textOrNull(row['record_id']),
    at: String(row['at']),
    attempts: Number(row['attempts']),
    error: textOrNull(row['error']),
    failedAt: String(row['failed_at']),
  }));
}

async function changed(door: WorkflowDoor, statements: Readonly<Record<WorkKind, Sql>>): Promise<WorkKind | undefined> {
  for (const kind of ['run', 'timer', 'effect'] as const) {
    const { rowCount } = await door.query(toStatement(statements[kind]));
    if (rowCount > 0) return kind;
  }
  return undefined;
}

/** Has something that has failed done again, from where it failed. Gives what it was; undefined where nothing of this id has failed. */
export function retryFailed(door: WorkflowDoor, id: string, now: string): Promise<WorkKind | undefined> {
  const [runs, timers, effects] = tablesOf(door);
  const due = sql`attempts = 0, due_at = ${now}::timestamptz`;
  return changed(door, {
    run: sql`update ${runs} set state = 'ready', ended_at = null, ${due} where id = ${id}::uuid and state = 'failed'`,
    timer: sql`update ${timers} set failed_at = null, ${due} where id = ${id}::uuid and failed_at is not null`,
    effect: sql`update ${effects} set state = 'ready', ended_at = null, ${due} where id = ${id}::uuid and state = 'failed'`,
  });
}

/** Gives something up that has not ended well: a run or effect is cancelled, a timer removed. Undefined where there is no such thing. */
export async function giveUp(door: WorkflowDoor, id: string, now: string): Promise<WorkKind | undefined> {
  const [runs, timers, effects] = tablesOf(door);
  const end = sql`state = 'cancelled', ended_at = ${now}::timestamptz`;
  const kind = await changed(door, {
    run: sql`update ${runs} set ${end} where id = ${id}::uuid and state in ('ready', 'waiting', 'failed')`,
    timer: sql`delete from ${timers} where id = ${id}::uuid`,
    effect: sql`update ${effects} set ${end} where id = ${id}::uuid and state in ('ready', 'failed')`,
  });
  if (kind === 'run') await door.query(toStatement(sql`delete from ${timers} where run_id = ${id}::uuid`));
  // A run that waits for its end, or for its answer, hears that there will be none.
  const waiter =
    kind === 'run'
      ? sql`select r.caller_id from ${runs} r where r.id = ${id}::uuid`
      : sql`select e.run_id from ${effects} e where e.id = ${id}::uuid`;
  const waiting = sql`id = (${waiter}) and state = 'waiting'`;
  if (kind === 'run' || kind === 'effect')
    await door.query(toStatement(sql`update ${runs} set state = 'ready', due_at = ${now}::timestamptz where ${waiting}`));
  return kind;
}
