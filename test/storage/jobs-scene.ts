// Cells with jobs for tests: what waits in pg-boss, and nodes that do jobs.
import { sql } from '@tessera/kernel';
import {
  readOutbox,
  wakesOf,
  wakeStatement,
  type Cell,
  type Jobs,
  type JobHandler,
  type OutboxReader,
  type WakeKind,
} from '@tessera/storage';
import { silentLogger } from '@tessera/kernel';
import { run, until } from './cell-support.ts';

export interface WaitingJob {
  readonly kind: string;
  readonly tenant: string;
  readonly state: string;
  /** Whole seconds from now; 0 where it is due. */
  readonly inSeconds: number;
}

/** All jobs that are not done, the oldest first. */
export async function jobsOf(cell: Cell): Promise<readonly WaitingJob[]> {
  const { rows } = await cell.control((transaction) =>
    run(
      transaction,
      sql`select name as kind, group_id as tenant, state::text as state, greatest(0, round(extract(epoch from start_after - now())))::int as "inSeconds"
            from pgboss.job where state <= 'active' order by created_on, start_after, name`,
    ),
  );
  return rows as unknown as readonly WaitingJob[];
}

/** A reader that makes jobs of wake-ups. */
export const readWakes = (cell: Cell, jobs: Jobs): OutboxReader =>
  readOutbox(cell, (events, transaction) => jobs.enqueue(transaction, wakesOf(events)), { log: silentLogger, intervalMs: 10 });

/** Writes wake-ups as a tenant does. */
export async function wakeAs(cell: Cell, tenant: string, kinds: readonly WakeKind[] = ['work'], at?: Date): Promise<void> {
  await cell.tenant(tenant).query(wakeStatement(kinds, at?.toISOString()));
}

export async function outboxEmpty(cell: Cell): Promise<void> {
  await until('the outbox to be empty', async () => {
    const { rows } = await cell.control((transaction) => run(transaction, sql`select from tessera.outbox limit 1`));
    return rows.length === 0;
  });
}

/** Begins to do jobs of one kind. */
export async function workOn(
  jobs: Jobs,
  handle: JobHandler,
  options: { readonly atOnce?: number; readonly perTenant?: number } = {},
): Promise<void> {
  await jobs.work([{ kind: 'work', atOnce: options.atOnce ?? 4, atOncePerTenant: options.perTenant ?? 2, handle }]);
}
