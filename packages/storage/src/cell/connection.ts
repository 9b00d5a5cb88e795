// One connection to PostgreSQL: knows its role, its named statements, and whether its state is still known.
import type { EventEmitter } from 'node:events';
import pg from 'pg';
import { fail, TesseraError, type Statement } from '@tessera/kernel';
import type { QueryResult } from '../database.ts';
import { cancelRequest } from './cancel.ts';
import { clientConfig, type Login } from './login.ts';
import { ConnectionFailure, databaseErrorKind, isError } from './pg-errors.ts';

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Our own limit for this statement, beside the server's. */
  readonly timeoutMs?: number;
}

/** How long a given-up statement may take to end before the socket is cut. */
const cancelPatience = 2_000;

/** What pg takes beyond its types: `extended` lets one message carry one statement only. */
type ExtendedQuery = pg.QueryConfig<unknown[]> & { readonly queryMode: 'extended' };

export class Connection {
  /** The role of the session; undefined before the first. */
  role: string | undefined;
  /** Set once its state is unknown or it has come of age: it is closed when it comes back. */
  retired = false;
  /** Roles that it has had; a backend never forgets the tables that it has seen. */
  readonly roles = new Set<string>();
  /** Called once, when it is closed, by whomever. */
  onClosed: (() => void) | undefined;

  readonly #client: pg.Client;
  /** Statement text → the name under which the server keeps its plan. */
  readonly #names = new Map<string, string>();
  /** False from the sending of a statement to the server's ReadyForQuery. */
  #ready = true;
  #closed = false;
  #closing: Promise<void> | undefined;

  private constructor(client: pg.Client) {
    this.#client = client;
    const gone = (): void => {
      this.#closed = true;
      this.retired = true;
      this.onClosed?.();
      this.onClosed = undefined;
    };
    // Both come also while nobody asks anything: a server that shuts down, a backend that is terminated.
    client.on('error', () => {
      this.retired = true;
      this.#closing ??= client.end();
    });
    client.on('end', gone);
    client.on('drain', () => {
      this.#ready = true;
    });
  }

  /** @throws ConnectionFailure, or what the server says to the log-in */
  static async open(login: Login): Promise<Connection> {
    const client = new pg.Client(clientConfig(login));
    const connection = new Connection(client);
    try {
      await client.connect();
    } catch (error) {
      await client.end();
      throw asFailure(error);
    }
    return connection;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How many plans the server keeps for it. */
  get statementNames(): number {
    return this.#names.size;
  }

  /** Whether the server is outside of any transaction and waits for us. */
  get isIdle(): boolean {
    return !this.#closed && this.#ready && (this.#client.getTransactionStatus() ?? 'I') === 'I';
  }

  /** Whether the transaction has failed, so that its commit would silently be a rollback. */
  get hasFailed(): boolean {
    return this.#client.getTransactionStatus() === 'E';
  }

  /** Runs one statement. On an error it first waits until the server is ready again, so that the state is known. */
  async run(statement: Statement, options: RunOptions = {}): Promise<QueryResult> {
    if (this.#closed) throw new ConnectionFailure('The connection is closed.');
    if (options.signal?.aborted) throw fail('REQUEST_CANCELLED', {}, {}, options.signal.reason);
    this.#ready = false;
    const query: ExtendedQuery = {
      text: statement.text,
      values: statement.values as unknown[],
      queryMode: 'extended',
      ...(statement.name === undefined ? {} : { name: this.#nameOf(statement.text) }),
    };
    const limited = options.signal !== undefined || options.timeoutMs !== undefined;
    const answer = this.#client.query(query);
    try {
      const { rows, rowCount } = await (limited ? this.#limit(answer, options) : answer);
      return { rows: rows as QueryResult['rows'], rowCount: rowCount ?? 0 };
    } catch (error) {
      if (!this.retired) await this.#settled();
      const failure = asFailure(error);
      const kind = databaseErrorKind(failure);
      // A role that was dropped and made again is another role: the session still has the dead one.
      if (kind === 'connection' || kind === 'permission' || kind === 'stalePlan') this.retired = true;
      throw failure;
    }
  }

  /** Runs a fixed text without parameters: transaction control and session settings. */
  async command(text: string): Promise<void> {
    await this.run({ text, values: [] });
  }

  /** Ends the session; a statement that still runs is stopped on the server. */
  close(): Promise<void> {
    this.retired = true;
    this.#closing ??= this.#ready || this.#closed ? this.#client.end() : this.#abandon();
    return this.#closing;
  }

  listen(onMessage: (message: pg.Notification) => void): void {
    this.#client.on('notification', onMessage);
  }

  /**
   * The server keeps plans by name for ever, and refuses one name for two texts. So a caller's name only says that the plan is
   * worth keeping; the name on the wire is ours.
   */
  #nameOf(text: string): string {
    let name = this.#names.get(text);
    if (name === undefined) {
      name = `s${this.#names.size}`;
      this.#names.set(text, name);
    }
    return name;
  }

  async #limit<T>(answer: Promise<T>, { signal, timeoutMs }: RunOptions): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const stop = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const giveUp = (error: Error): void => {
        stop();
        this.retired = true;
        // `close` then waits for it, so that the place in the pool is given away only when the server's process is free.
        void this.close();
        reject(error);
      };
      const abort = (): void => {
        giveUp(fail('REQUEST_CANCELLED', {}, {}, signal?.reason));
      };
      signal?.addEventListener('abort', abort, { once: true });
      if (timeoutMs !== undefined)
        timer = setTimeout(() => {
          giveUp(fail('QUERY_TIMEOUT', { limit: timeoutMs }));
        }, timeoutMs);
      answer.then(resolve, reject).finally(stop);
    });
  }

  /** Stops the running statement and ends the session, which is in an unknown state from here on. */
  async #abandon(): Promise<void> {
    await cancelRequest(this.#client);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, cancelPatience)));
    await Promise.race([this.#settled(), patience]);
    clearTimeout(timer);
    await this.#client.end();
  }

  /** pg reports an error before the server is ready for the next statement; this waits for that, or for the end. */
  async #settled(): Promise<void> {
    if (this.#ready || this.#closed) return;
    const client: EventEmitter = this.#client;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        client.off('drain', done);
        client.off('end', done);
        resolve();
      };
      client.on('drain', done);
      client.on('end', done);
    });
  }
}

/** Errors without a SQLSTATE come from the socket or from pg's own state: the connection has failed. */
function asFailure(error: unknown): unknown {
  if (!isError(error) || error.name === 'TypeError') return error;
  const known = error instanceof pg.DatabaseError || error instanceof TesseraError || error instanceof ConnectionFailure;
  return known ? error : new ConnectionFailure(error.message, error);
}
