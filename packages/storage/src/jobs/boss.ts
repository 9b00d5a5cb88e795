// pg-boss over connections of its own, as the owner of its schema: its queues, and what they promise.
import { asError } from '../cell/pg-errors.ts';
import { clientConfig, type Login } from '../cell/login.ts';
import { jobsSchema } from '../cell/names.ts';
import type { Logger } from '@tessera/kernel';
import pg from 'pg';
import { PgBoss, type QueueOptions } from 'pg-boss';
import { wakeKinds } from './wake.ts';

/** Jobs whose retries are used up. */
export const deadQueue = 'dead';

/** Statements of pg-boss are short, and few at once. */
const connections = 3;
const tenYears = 315_360_000;

/** A worker that gives no sign of life for so long is dead: the shortest that pg-boss takes. */
export const heartbeatSeconds = 10;
/** How often it looks for the dead. */
const watchSeconds = 2;

const queue: QueueOptions = {
  // Whatever throws here is no fault of a run, which takes the blame itself: the database was away, or the node died.
  retryLimit: 8,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  heartbeatSeconds,
  expireInSeconds: 3_600,
  retentionSeconds: tenYears,
  // What is done tells nobody anything; the rows of the tenant do.
  deleteAfterSeconds: 60,
};

export interface OpenedBoss {
  readonly boss: PgBoss;
  close(): Promise<void>;
}

/** The queues with the settings of this version, whichever version made them. */
async function makeQueues(boss: PgBoss): Promise<void> {
  const kept: QueueOptions = { retentionSeconds: tenYears };
  await boss.createQueue(deadQueue, kept);
  for (const name of wakeKinds) {
    // `short`: of jobs with the same key only one may wait.
    await boss.createQueue(name, { ...queue, policy: 'short', deadLetter: deadQueue });
    await boss.updateQueue(name, { ...queue, deadLetter: deadQueue });
  }
}

/**
 * Brings the schema of pg-boss to its version and makes the queues. Several nodes may do so at once.
 * @param login whose role owns the schema
 * @param supervise whether this node looks for the jobs of dead nodes, and removes what is done
 */
export async function openBoss(login: Login, log: Logger, supervise: boolean): Promise<OpenedBoss> {
  // pg-boss wants the values as pg itself reads them, and sends several statements as one text: the pools of the cell do neither.
  const pool = new pg.Pool({ ...clientConfig(login), types: pg.types, max: connections });
  pool.on('error', (error) => {
    log.warn({ error }, 'an idle connection of the jobs was lost');
  });
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schema: jobsSchema,
    createSchema: false,
    schedule: false,
    supervise,
    superviseIntervalSeconds: watchSeconds,
    monitorIntervalSeconds: watchSeconds,
    maintenanceIntervalSeconds: 60,
    monitorVacuum: false,
  });
  boss.on('error', (error) => {
    log.warn({ error: asError(error) }, 'the upkeep of the jobs has failed; it is tried again');
  });
  boss.on('warning', ({ message, data }) => {
    log.warn({ data }, message);
  });
  const close = async (): Promise<void> => {
    await boss.stop({ graceful: false });
    await pool.end();
  };
  try {
    await boss.start();
    await makeQueues(boss);
    return { boss, close };
  } catch (error) {
    await close();
    throw error;
  }
}
