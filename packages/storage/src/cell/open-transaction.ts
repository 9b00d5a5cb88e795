// A transaction while its work runs: gathers what is asked at once, and sends it in one round trip.
import { fail, type Statement } from '@tessera/kernel';
import type { Opening, QueryResult, TenantTransaction } from '../database.ts';
import type { Connection } from './connection.ts';
import type { Answers } from './kept-statement.ts';
import { asError, ConnectionFailure, databaseErrorKind } from './pg-errors.ts';
import type { Pool } from './pool.ts';
import type { Watch } from './slow-statements.ts';

export interface RunTransaction {
  readonly pool: Pool;
  readonly role: string;
  readonly tenant: string;
  /** How often the work is run again. */
  readonly retries: number;
  readonly signal?: AbortSignal | undefined;
  /** Sent before the work, in the same transaction. */
  readonly prelude?: readonly Statement[];
  readonly opening?: Opening | undefined;
  /** Told each time the work is to be run again. */
  readonly onRetry?: (error: unknown) => void;
  /** Which errors lead to another run; default: deadlock, serialisation failure, stale plan. */
  readonly again?: (error: unknown) => boolean;
  /** Administration may switch roles within the transaction (`set local role`). */
  readonly trusted?: boolean;
  /** Longest wait between runs; default 500 ms. */
  readonly longestWaitMs?: number;
  readonly watch?: Watch | undefined;
}

/**
 * What work may end or change: only what is inside of its transaction. This catches a mistake, such as a compiled text in the
 * wrong place, and no malice: against that stand parameters.
 */
const notInside =
  /^\s*(?:set(?!\s+(?:local\s+(?!role\b|session\b)|constraints\b))|reset|discard|begin|start|commit|end|abort|rollback(?!\s+(?:work\s+|transaction\s+)?to\b)|prepare|deallocate|load|listen|unlisten)\b/i;

/** @throws TypeError where a statement would change the session or the transaction that it runs in: a mistake of ours */
export function refuseSessionChange(statement: Statement): void {
  if (notInside.test(statement.text)) throw new TypeError(`This statement is not for this door: ${statement.text.slice(0, 60)}`);
}

const begin: Statement = { text: 'begin', values: [], name: 'begin' };
const commit: Statement = { text: 'commit', values: [], name: 'commit' };

/** Idle connections may all have died with the server; after so many we say so. */
const mostConnections = 3;
/** After such a rest a connection is asked for a sign of life before anything is committed on it. */
const longRestMs = 1_000;

interface Ahead {
  readonly statement: Statement;
  readonly heard: ((result: QueryResult) => void) | undefined;
}

interface Asked {
  readonly statement: Statement;
  readonly resolve: (result: QueryResult) => void;
  readonly reject: (error: unknown) => void;
}

export class OpenTransaction implements TenantTransaction {
  readonly tenant: string;
  /** The one that it is on; another one where the first had died before anything was done. */
  connection: Connection;
  readonly #options: RunTransaction;
  #begun = false;
  #ended = false;
  #committed = false;
  /** What made the transaction fail, if anything did. */
  #failure: Error | undefined;
  #ahead: Ahead[] = [];
  #asked: Asked[] = [];
  #sending: Promise<void> | undefined;

  constructor(connection: Connection, options: RunTransaction) {
    this.connection = connection;
    this.tenant = options.tenant;
    this.#options = options;
  }

  query(statement: Statement): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      this.#admit(statement);
      this.#asked.push({ statement, resolve, reject });
      this.#sending ??= this.#sendAll();
    });
  }

  ahead(statement: Statement, heard?: (result: QueryResult) => void): void {
    this.#admit(statement);
    this.#ahead.push({ statement, heard });
  }

  async finish(statement: Statement): Promise<QueryResult> {
    this.#admit(statement);
    const [result] = await this.#close([statement]);
    if (result === undefined) throw new TypeError('A statement that ends well has an answer.');
    return result;
  }

  /** Runs what belongs to the beginning, whatever it is. */
  async prepare(statement: Statement): Promise<void> {
    const { failure } = await this.#fly([statement]);
    if (failure !== undefined) throw failure;
  }

  /** Sends what is left, and commits. */
  async commit(): Promise<void> {
    if (!this.#committed) await this.#close([]);
  }

  /** Lets nothing more in. Gives what to say of the work's failure: what it has left unsent was to be asked before. */
  async failed(error: unknown): Promise<unknown> {
    this.#ended = true;
    await this.#sending;
    const asked = this.#begun ? this.#ahead.length > 0 : this.#options.opening !== undefined || this.#ahead.length > 0;
    if (!asked || this.#failure !== undefined || this.#committed || this.connection.retired || this.#isAborted) return error;
    const { failure } = await this.#fly([]);
    return failure ?? error;
  }

  get #isAborted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  #admit(statement: Statement): void {
    if (this.#ended) throw new TypeError('The transaction has ended; its work must wait for all of its statements.');
    if (this.#options.trusted !== true) refuseSessionChange(statement);
  }

  async #close(last: readonly Statement[]): Promise<readonly QueryResult[]> {
    this.#ended = true;
    await this.#sending;
    const { signal, opening } = this.#options;
    if (signal?.aborted) throw fail('REQUEST_CANCELLED', {}, {}, signal.reason);
    // Work that swallowed an error: PostgreSQL would answer its COMMIT with a silent ROLLBACK.
    if (this.connection.hasFailed) throw this.#failure ?? new ConnectionFailure('The transaction failed.');
    if (this.#begun && this.connection.isIdle) throw new ConnectionFailure('The transaction ended before its work.');
    if (!this.#begun && opening === undefined && this.#ahead.length + last.length === 0) return [];
    // Of a commit that is not answered nobody knows whether it was one, so it is nothing to try with.
    if (!this.#begun && this.connection.restedMs > longRestMs) {
      const { failure } = await this.#fly([], []);
      if (failure !== undefined) throw failure;
    }
    const { results, failure } = await this.#fly([...last, commit]);
    if (failure !== undefined) throw failure;
    this.#committed = true;
    return results;
  }

  async #sendAll(): Promise<void> {
    // Whatever is asked at once goes together.
    await Promise.resolve();
    while (this.#asked.length > 0) {
      const asked = this.#asked.splice(0);
      const { results, failure } = await this.#fly(asked.map(({ statement }) => statement));
      asked.forEach(({ resolve, reject }, i) => {
        const result = results[i];
        if (result === undefined) reject(failure ?? new ConnectionFailure('The server has not answered.'));
        else resolve(result);
      });
    }
    this.#sending = undefined;
  }

  /** Sends the statements, and before them what was to be sent with the next. */
  async #fly(statements: readonly Statement[], ahead = this.#ahead.splice(0)): Promise<Answers> {
    const { opening } = this.#options;
    const first = this.#begun ? [] : [begin, ...(opening?.statements ?? [])];
    const { results, failure } = await this.#run([...first, ...ahead.map(({ statement }) => statement), ...statements]);
    this.#begun = true;
    results.slice(first.length, first.length + ahead.length).forEach((result, i) => ahead[i]?.heard?.(result));
    const own = results.slice(first.length + ahead.length);
    if (failure === undefined) return { results: own, failure };
    const told = opening !== undefined && results.length > 0 && results.length < first.length ? opening.refused(failure) : failure;
    this.#failure ??= told;
    return { results: own, failure: told };
  }

  async #run(statements: readonly Statement[]): Promise<Answers> {
    const { pool, role, signal, watch } = this.#options;
    const ends = statements.at(-1) === commit;
    for (let tries = 1; ; tries += 1) {
      const options = signal === undefined ? { watch } : { watch, signal, tillEnd: ends };
      const answers = await this.connection.together(statements, options);
      if (ends && signal?.aborted === true && databaseErrorKind(answers.failure) === 'statementTimeout')
        return { ...answers, failure: fail('REQUEST_CANCELLED', {}, {}, signal.reason) };
      const lost = databaseErrorKind(answers.failure) === 'connection';
      if (!lost || this.#begun || ends || tries >= mostConnections) return answers;
      // It had died idle: nothing has been done yet, so another may try.
      this.connection.retired = true;
      const dead = this.connection;
      try {
        this.connection = await pool.acquire(role, signal);
      } catch (error) {
        return { results: [], failure: asError(error) };
      } finally {
        if (this.connection !== dead) pool.release(dead);
      }
    }
  }
}
