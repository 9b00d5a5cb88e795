// What PostgreSQL makes of a statement: its plan, and where the statement is run, what that really took.
import { sql, toStatement, type Statement } from '@tessera/kernel';
import type { TenantDatabase } from '../database.ts';

/** One statement's entry of EXPLAIN (FORMAT JSON), as PostgreSQL says it: `Plan`, and with `analyze` the times. */
export type ExplainedPlan = Readonly<Record<string, unknown>>;

export interface ExplainOptions {
  /** Runs it too. */
  readonly analyze: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A run takes at most so long, and never longer than the tenant's statements may. */
const longestMs = 30_000;

/** For the transaction: nothing is written, and the time is limited. The setting is in milliseconds, 0 is no limit. */
const careful = toStatement(sql`
  select set_config('transaction_read_only', 'on', true),
         set_config('statement_timeout', least(nullif(s.setting::integer, 0), ${longestMs}::integer)::text, true)
  from pg_catalog.pg_settings s where s.name = 'statement_timeout'`);

/**
 * Explains a statement of a read for the values that it is bound to, in a transaction that cannot write.
 * @throws QUERY_TIMEOUT where a run takes too long
 */
export async function explainStatement(
  database: Pick<TenantDatabase, 'transaction'>,
  { text, values }: Statement,
  { analyze, signal }: ExplainOptions,
): Promise<ExplainedPlan> {
  const how = analyze ? 'explain (format json, analyze, buffers)' : 'explain (format json)';
  const { rows } = await database.transaction(
    (transaction) => {
      transaction.ahead(careful);
      return transaction.query({ text: `${how} ${text}`, values });
    },
    signal === undefined ? {} : { signal },
  );
  const [explained] = JSON.parse(String(rows[0]?.['QUERY PLAN'])) as readonly ExplainedPlan[];
  if (explained === undefined) throw new TypeError('PostgreSQL explains nothing.');
  return explained;
}
