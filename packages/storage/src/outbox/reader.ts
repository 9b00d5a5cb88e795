// Empties the outbox: takes events in batches, hands each batch on in the transaction that deletes it, and notifies once.
import { setTimeout as sleep } from 'node:timers/promises';
import { sql, toStatement, type Logger } from '@tessera/kernel';
import type { Cell } from '../cell/cell.ts';
import type { Transaction } from '../database.ts';
import { changesChannel, packChanges, type RecordChange } from './changes.ts';

export interface OutboxEvent {
  /** Grows, but not in the order of commits. */
  readonly id: string;
  readonly tenant: string;
  /** What the writer put in. With `object`, `change` and `records` (`[[id, version], …]`) it is told to the nodes as changed records. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** As PostgreSQL writes it, UTC. */
  readonly createdAt: string;
}

/**
 * What is done with a batch. Within `transaction` it happens exactly once; anything else must bear being repeated. Events come in
 * the order of their ids within a batch; of two readers' batches either may come first.
 */
export type OutboxHandler = (events: readonly OutboxEvent[], transaction: Transaction) => Promise<void>;

export interface OutboxOptions {
  readonly log: Logger;
  /** Events per transaction; default 500. */
  readonly batch?: number;
  /** Longest pause while there is nothing to do; default 250 ms. */
  readonly intervalMs?: number;
}

export interface OutboxReader {
  readonly stats: { readonly events: number; readonly batches: number; readonly failures: number };
  /** Lets the batch that is under way end. */
  stop(): Promise<void>;
}

const shortestPauseMs = 20;
const longestFailurePauseMs = 5_000;

function takeBatch(size: number): ReturnType<typeof toStatement> {
  // Deleting, not remembering the last id: a transaction that took its id early may commit late.
  return toStatement(
    sql`
      with taken as (
        delete from tessera.outbox
         where id = any (array(select id from tessera.outbox order by id limit ${size} for update skip locked))
        returning id, tenant, payload, created_at
      )
      select taken.id, tenant.name as tenant, taken.payload, taken.created_at
        from taken
        left join tessera.tenant on tenant.role = taken.tenant
       order by taken.id`,
    'outbox',
  );
}

/** Starts to read. Any number of nodes may do so; each event goes to one of them. */
export function readOutbox(cell: Cell, handle: OutboxHandler, options: OutboxOptions): OutboxReader {
  const { log, batch = 500, intervalMs = 250 } = options;
  const stopped = new AbortController();
  const stats = { events: 0, batches: 0, failures: 0 };
  const statement = takeBatch(batch);

  const readBatch = (): Promise<number> =>
    cell.control(async (transaction) => {
      const { rows } = await transaction.query(statement);
      // Events of a tenant that has been dropped concern nobody.
      const events = rows.filter((row) => row['tenant'] !== null).map(toEvent);
      if (events.length > 0) await handle(events, transaction);
      await notify(transaction, events.flatMap(toChange));
      return rows.length;
    });

  const loop = async (): Promise<void> => {
    let pause = intervalMs;
    while (!stopped.signal.aborted) {
      try {
        const taken = await readBatch();
        if (taken > 0) {
          stats.events += taken;
          stats.batches += 1;
        }
        // At once while batches are full, soon while something comes, seldom while nothing does.
        pause = taken >= batch ? 0 : taken > 0 ? shortestPauseMs : Math.min(intervalMs, Math.max(pause, shortestPauseMs) * 2);
      } catch (error) {
        stats.failures += 1;
        pause = Math.min(longestFailurePauseMs, Math.max(pause, intervalMs) * 2);
        log.error({ error, pause }, 'a batch of the outbox could not be handed on; it stays and is tried again');
      }
      if (pause > 0) await sleep(pause, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };

  const running = loop();
  return {
    get stats() {
      return { ...stats };
    },
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}

function toEvent(row: Readonly<Record<string, unknown>>): OutboxEvent {
  return {
    id: String(row['id']),
    tenant: String(row['tenant']),
    payload: JSON.parse(String(row['payload'])) as Readonly<Record<string, unknown>>,
    createdAt: String(row['created_at']),
  };
}

/** A payload tells of a set of records of one object: `records` holds `[id, version]` of each. */
function toChange({ tenant, payload }: OutboxEvent): readonly RecordChange[] {
  const { object, change, records } = payload;
  if (typeof object !== 'string' || typeof change !== 'string' || !Array.isArray(records)) return [];
  return records.flatMap((record: unknown): RecordChange[] => {
    if (!Array.isArray(record)) return [];
    const [id, version] = record as unknown[];
    return typeof id === 'string' && typeof version === 'number' ? [{ tenant, object, id, change, version }] : [];
  });
}

async function notify(transaction: Transaction, changes: readonly RecordChange[]): Promise<void> {
  if (changes.length === 0) return;
  await transaction.query(
    toStatement(sql`select pg_notify(${changesChannel}, message) from unnest(${packChanges(changes)}::text[]) message`),
  );
}
