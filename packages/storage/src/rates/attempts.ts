// Attempts to sign in, counted for all nodes at once. An attempt is noted before its password is looked at: of a hundred at the same
// time each finds those before it.
import { fail, sql, toStatement } from '@tessera/kernel';
import type { Cell } from '../cell/cell.ts';
import type { Transaction } from '../database.ts';

export interface AttemptRule {
  /** A keyed hash of whom or what is limited. */
  readonly key: string;
  /** Most failures in a window. */
  readonly limit: number;
  /** A window begins with the first attempt after the last has ended. */
  readonly windowSeconds: number;
}

/** `failed` counts; `undone` does not; `forgiven` does not, nor do those before it. */
export type AttemptOutcome = 'failed' | 'undone' | 'forgiven';

/** Others are under way that may yet turn out right: it is soon worth trying again. */
const soonSeconds = 1;

async function note(transaction: Transaction, rules: readonly AttemptRule[]): Promise<void> {
  const asked = JSON.stringify(rules.map(({ key, windowSeconds }) => ({ key, seconds: windowSeconds })));
  const { rows } = await transaction.query(
    toStatement(
      sql`
        insert into tessera.login_limit as l (key, failures, pending, ends_at)
        select a.key, 0, 1, clock_timestamp() + interval '1 second' * a.seconds
          from json_to_recordset(${asked}::json) as a(key text, seconds integer)
         order by a.key
        on conflict (key) do update
           set failures = case when l.ends_at <= clock_timestamp() then 0 else l.failures end,
               pending = case when l.ends_at <= clock_timestamp() then 1 else l.pending + 1 end,
               ends_at = case when l.ends_at <= clock_timestamp() then excluded.ends_at else l.ends_at end
        returning key, failures, pending, extract(epoch from ends_at - clock_timestamp()) as seconds_left`,
      'note-attempt',
    ),
  );
  const over = rows.flatMap((row) => {
    const limit = rules.find(({ key }) => key === row['key'])?.limit ?? 0;
    if (Number(row['failures']) + Number(row['pending']) <= limit) return [];
    const final = Number(row['failures']) >= limit;
    return [{ final, retryAfter: final ? Math.max(1, Math.ceil(Number(row['seconds_left']))) : soonSeconds }];
  });
  const [first, ...others] = over;
  if (first === undefined) return;
  const worst = others.reduce((a, b) => (b.retryAfter > a.retryAfter ? b : a), first);
  // Thrown out of the transaction: then the attempt was noted for none of its keys.
  throw fail('LOGIN_LIMITED', { retryAfter: worst.retryAfter, final: over.some(({ final }) => final) });
}

/**
 * Notes an attempt under all of its keys or none. End it with `endAttempt`; one whose end is never told, since its node died, counts
 * as failed.
 * @throws LOGIN_LIMITED; its parameter `final` is false where only attempts under way stand against it
 */
export async function beginAttempt(cell: Cell, rules: readonly AttemptRule[]): Promise<void> {
  await cell.control((transaction) => note(transaction, rules));
}

export async function endAttempt(
  cell: Cell,
  outcomes: readonly { readonly key: string; readonly outcome: AttemptOutcome }[],
): Promise<void> {
  const statement = toStatement(
    sql`
      with told as (select * from json_to_recordset(${JSON.stringify(outcomes)}::json) as t(key text, outcome text)),
           held as (select l.key from tessera.login_limit l join told using (key) order by l.key for update of l)
      update tessera.login_limit l
         set pending = greatest(0, l.pending - 1),
             failures = case told.outcome when 'failed' then l.failures + 1 when 'forgiven' then 0 else l.failures end
        from told join held using (key)
       where l.key = told.key`,
    'end-attempt',
  );
  await cell.control((transaction) => transaction.query(statement));
}

const purgedAtOnce = 10_000;

/** Drops windows that have ended; they count for nothing any more. */
export async function purgeAttempts(cell: Cell): Promise<void> {
  const statement = toStatement(sql`
    delete from tessera.login_limit
     where key = any (array(
             select key from tessera.login_limit
              where ends_at < clock_timestamp() - interval '1 hour' limit ${purgedAtOnce} for update skip locked))`);
  await cell.control((transaction) => transaction.query(statement));
}
