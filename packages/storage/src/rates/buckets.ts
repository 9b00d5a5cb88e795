// The nodes' common buckets: one statement leases tokens of any number of keys.
import { sql, toStatement } from '@tessera/kernel';
import type { Cell } from '../cell/cell.ts';

/** So many per second for long, and so many at once after a pause. */
export interface RateRule {
  readonly rate: number;
  readonly burst: number;
}

export interface LeaseAsk extends RateRule {
  readonly key: string;
  /** Tokens wanted; together with `debt` at most `burst`. */
  readonly want: number;
  /** Tokens spent already, which are charged in any case. */
  readonly debt: number;
}

export interface Lease {
  /** What may be spent: `want` or less, whole. */
  readonly granted: number;
  /** Until the bucket holds a token again; 0 where it does. */
  readonly waitMs: number;
}

/**
 * Leases tokens, by the database's time, so that all nodes agree whatever their clocks say. Rows are locked in the order of their keys:
 * two nodes never wait for one another in a circle.
 */
export async function leaseTokens(cell: Cell, asks: readonly LeaseAsk[]): Promise<ReadonlyMap<string, Lease>> {
  const statement = toStatement(
    sql`
      insert into tessera.rate as r (key, rate, burst, tokens, granted, debt, at)
      select a.key, a.rate, a.burst, a.burst - a.debt - a.want, a.want, a.debt, clock_timestamp()
        from json_to_recordset(${JSON.stringify(asks)}::json)
          as a(key text, rate double precision, burst double precision, want double precision, debt double precision)
       order by a.key
      on conflict (key) do update
         set (rate, burst, tokens, granted, debt, at) = (
               select excluded.rate, excluded.burst, held.tokens - given.tokens, given.tokens, excluded.debt, held.at
                 from (select least(excluded.burst,
                                    r.tokens + excluded.rate * greatest(0, extract(epoch from excluded.at - r.at))) - excluded.debt as tokens,
                              greatest(r.at, excluded.at) as at) held,
                      lateral (select least(excluded.granted, greatest(0, floor(held.tokens))) as tokens) given)
      returning key, granted, greatest(0, (1 - tokens) / rate * 1000) as wait_ms`,
    'lease-tokens',
  );
  const { rows } = await cell.control((transaction) => transaction.query(statement));
  return new Map(rows.map((row) => [String(row['key']), { granted: Number(row['granted']), waitMs: Number(row['wait_ms']) }]));
}

const purgedAtOnce = 10_000;

/** Drops buckets that nobody has asked for a minute; by then they are full, as one that is missing. */
export async function purgeBuckets(cell: Cell): Promise<void> {
  const statement = toStatement(sql`
    delete from tessera.rate
     where key = any (array(
             select key from tessera.rate where at < clock_timestamp() - interval '1 minute' limit ${purgedAtOnce} for update skip locked))`);
  await cell.control((transaction) => transaction.query(statement));
}

/** Seconds that a bucket may take to fill, at most: it is purged after a minute. */
export const longestBurstSeconds = 60;
