// Jobs whose retries are used up, and figures of the queues: statements on the tables of pg-boss.
import { sql, toStatement } from '@tessera/kernel';
import { jobsSchema } from '../cell/names.ts';
import type { Queryable } from '../database.ts';
import { textOrNull } from '../row-text.ts';
import { deadQueue } from './boss.ts';
import type { WakeKind } from './wake.ts';

export interface DeadJob {
  readonly id: string;
  readonly kind: WakeKind;
  /** RFC 3339, UTC. */
  readonly failedAt: string;
  readonly retries: number;
  /** What the last try threw. */
  readonly error: string | null;
}

export interface QueueFigures {
  readonly kind: string;
  /** Jobs that could be done now and are not. */
  readonly waiting: number;
  readonly running: number;
  /** Seconds since the oldest of those that wait could have been done; 0 where none waits. */
  readonly lagSeconds: number;
}

export interface JobFigures {
  readonly queues: readonly QueueFigures[];
  readonly dead: number;
  /** Payloads that no reader has taken yet, and the age of the oldest. */
  readonly outbox: { readonly waiting: number; readonly lagSeconds: number };
}

/** What waits to be done now and what is under way, of one tenant. */
export async function tenantQueues(
  control: Queryable,
  tenant: string,
): Promise<readonly Pick<QueueFigures, 'kind' | 'waiting' | 'running'>[]> {
  const { rows } = await control.query(
    toStatement(sql`
      select name as kind, count(*) filter (where state < 'active' and start_after <= now())::int as waiting,
        count(*) filter (where state = 'active')::int as running
      from pgboss.job where state <= 'active' and group_id = ${tenant} and name <> ${deadQueue} group by name order by name`),
  );
  return rows.map((row) => ({ kind: String(row['kind']), waiting: Number(row['waiting']), running: Number(row['running']) }));
}

/** The latest first, at most so many. */
export async function listDead(control: Queryable, tenant: string, first: number): Promise<readonly DeadJob[]> {
  const { rows } = await control.query(
    toStatement(sql`
      select id::text as id, source_name, to_char(created_on at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as failed_at,
        source_retry_count, source_output ->> 'message' as error
      from pgboss.job where name = ${deadQueue} and group_id = ${tenant} and state = 'created' order by created_on desc, id limit ${first}`),
  );
  return rows.map((row) => ({
    id: String(row['id']),
    kind: String(row['source_name']) as WakeKind,
    failedAt: String(row['failed_at']),
    retries: Number(row['source_retry_count'] ?? 0),
    error: textOrNull(row['error']),
  }));
}

/** Whether there was such a job of the tenant. */
export async function deleteDead(control: Queryable, tenant: string, id: string): Promise<WakeKind | undefined> {
  const { rows } = await control.query(
    toStatement(sql`
      delete from pgboss.job where name = ${deadQueue} and group_id = ${tenant} and id = ${id}::uuid and state = 'created' returning source_name`),
  );
  return rows[0] === undefined ? undefined : (String(rows[0]['source_name']) as WakeKind);
}

/** Whether anything has been asked of the jobs yet. */
async function hasTables(control: Queryable): Promise<boolean> {
  const { rows } = await control.query(toStatement(sql`select to_regclass(${`${jobsSchema}.job`}) is not null as there`));
  return rows[0]?.['there'] === true;
}

/** Removes all jobs of a tenant that is dropped: another may have its name one day. */
export async function forgetTenant(control: Queryable, tenant: string): Promise<void> {
  if (await hasTables(control)) await control.query(toStatement(sql`delete from pgboss.job where group_id = ${tenant}`));
}

const outbox = sql`
  select count(*)::int as waiting, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as lag from tessera.outbox`;

const queues = sql`
  select name as kind,
    count(*) filter (where state < 'active' and start_after <= now())::int as waiting,
    count(*) filter (where state = 'active')::int as running,
    coalesce(extract(epoch from now() - min(start_after) filter (where state < 'active' and start_after <= now())), 0)::float8 as lag
  from pgboss.job where state <= 'active' group by name`;

export async function readFigures(control: Queryable): Promise<JobFigures> {
  const [box] = (await control.query(toStatement(outbox))).rows;
  const rows = (await hasTables(control)) ? (await control.query(toStatement(queues))).rows : [];
  return {
    queues: rows
      .filter((row) => row['kind'] !== deadQueue)
      .map((row) => ({
        kind: String(row['kind']),
        waiting: Number(row['waiting']),
        running: Number(row['running']),
        lagSeconds: Number(row['lag']),
      })),
    dead: Number(rows.find((row) => row['kind'] === deadQueue)?.['waiting'] ?? 0),
    outbox: { waiting: Number(box?.['waiting'] ?? 0), lagSeconds: Number(box?.['lag'] ?? 0) },
  };
}
