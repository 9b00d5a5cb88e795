// One connection to PostgreSQL: knows its role, its named statements, and whether its state is still known.
import type { EventEmitter } from 'node:events';
import pg from 'pg';
import { fail, TesseraError, type Statement } from '@tessera/kernel';
import type { QueryResult } from '../database.ts';
import { cancelRequest } from './cancel.ts';
import { Flight, KeptStatement, type Answered, type Answers, type Run } from './kept-statement.ts';
import { clientConfig, type Login } from './login.ts';
import { asError, ConnectionFailure, databaseErrorKind } from './pg-errors.ts';
import type { Watch } from './slow-statements.ts';

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** The signal only asks the server to stop, and what came of it is waited for: without that nobody would know of a commit. */
  readonly tillEnd?: boolean;
  /** Our own limit for this statement, beside the server's. */
  readonly timeoutMs?: number;
  readonly watch?: Watch | undefined;
}

/** How long a given-up statement may take to end before the socket is cut. */
const cancelPatience = 2_000;
/** A server that had not begun with the statement when it was asked to stop it does not hear of that: it is asked again. */
const cancelEveryMs = 250;

/** What pg takes beyond its types: `extended` lets one message carry one statement only. */
type Row = Readonly<Record<string, unknown>>;
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
  /** By text, those that have run once and whose columns are therefore known. */
  readonly #kept = new Map<string, KeptStatement>();
  /** False from the sending of a statement to the server's ReadyForQuery. */
  #ready = true;
  #readyAt = performance.now();
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
      this.#readyAt = performance.now();
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
      throw asFailure(asError(error));
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

  /** How long ago the server said something. */
  get restedMs(): number {
    return performance.now() - this.#readyAt;
  }

  /** Whether the transaction has failed, so that its commit would silently be a rollback. */
  get hasFailed(): boolean {
    return this.#client.getTransactionStatus() === 'E';
  }

  /** Runs one statement. On an error it first waits until the server is ready again, so that the state is known. */
  async run(statement: Statement, options: RunOptions = {}): Promise<QueryResult> {
    const { results, failure } = await this.together([statement], options);
    const [result] = results;
    if (result === undefined) throw failure ?? new ConnectionFailure('The server has not answered.');
    return result;
  }

  /**
   * Runs statements in their order, those that the server keeps already in one write. The first that fails ends it: those after it are
   * not run. On an error it first waits until the server is ready again, so that the state is known.
   */
  async together(statements: readonly Statement[], options: RunOptions = {}): Promise<Answers> {
    const { watch } = options;
    const results: QueryResult[] = [];
    try {
      for (let [next] = statements; next !== undefined; next = statements[results.length]) {
        if (this.#closed) throw new ConnectionFailure('The connection is closed.');
        if (options.signal?.aborted) throw fail('REQUEST_CANCELLED', {}, {}, options.signal.reason);
        const from = results.length;
        const runs = this.#keptRuns(statements, from);
        const startMs = performance.now();
        try {
          const answers = await this.#answer((answered) => {
            if (runs.length === 0) this.#sendAnew(next, answered);
            else this.#client.query(new Flight(runs, answered));
          }, options);
          results.push(...answers.results);
          if (answers.failure !== undefined) throw answers.failure;
        } finally {
          const ms = performance.now() - startMs;
          if (watch !== undefined && ms >= watch.afterMs) watch.slow(statements.slice(from, from + Math.max(1, runs.length)), ms);
        }
      }
      return { results, failure: undefined };
    } catch (error) {
      if (!this.retired) await this.#settled();
      const failure = asFailure(asError(error));
      const kind = databaseErrorKind(failure);
      // A role that was dropped and made again is another role: the session still has the dead one.
      if (kind === 'connection' || kind === 'permission' || kind === 'stalePlan') this.retired = true;
      return { results, failure };
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

  /** Of the statements from a place on those that the server keeps already, up to the first that it does not. */
  #keptRuns(statements: readonly Statement[], from: number): readonly Run[] {
    const runs: Run[] = [];
    for (const { text, values, name } of statements.slice(from)) {
      const run = name === undefined ? undefined : this.#kept.get(text)?.run(values);
      if (run === undefined) break;
      runs.push(run);
    }
    return runs;
  }

  /** Settles when what is sent has been answered, or when it is given up. */
  #answer(send: (answered: Answered) => void, { signal, tillEnd, timeoutMs }: RunOptions): Promise<Answers> {
    return new Promise((resolve, reject) => {
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
        if (tillEnd === true) this.#ask();
        else giveUp(fail('REQUEST_CANCELLED', {}, {}, signal?.reason));
      };
      signal?.addEventListener('abort', abort, { once: true });
      if (timeoutMs !== undefined)
        timer = setTimeout(() => {
          giveUp(fail('QUERY_TIMEOUT', { limit: timeoutMs }));
        }, timeoutMs);
      send((answers) => {
        stop();
        resolve(answers);
      });
      this.#ready = false;
    });
  }

  #sendAnew({ text, values, name: wished }: Statement, answered: Answered): void {
    const name = wished === undefined ? undefined : this.#nameOf(text);
    const query: ExtendedQuery = { text, values: values as unknown[], queryMode: 'extended', ...(name === undefined ? {} : { name }) };
    this.#client.query(query, (error: Error | null, result?: pg.QueryResult<Row>) => {
      if (result === undefined) {
        answered({ results: [], failure: asError(error) });
        return;
      }
      if (name !== undefined) this.#kept.set(text, new KeptStatement(name, result.fields));
      answered({ results: [{ rows: result.rows, rowCount: result.rowCount ?? 0 }], failure: undefined });
    });
  }

  /** Asks the server to stop. That may come too late and stop what is next, so there must be no next. */
  #ask(): void {
    this.retired = true;
    void this.#cancel(Infinity);
  }

  /** Stops the running statement and ends the session, which is in an unknown state from here on. */
  async #abandon(): Promise<void> {
    await this.#cancel(cancelPatience);
    await this.#client.end();
  }

  /** Asks the server to stop until it is ready, or for so many milliseconds. */
  async #cancel(mostMs: number): Promise<void> {
    const settled = this.#settled();
    for (const end = performance.now() + mostMs; !this.#ready && !this.#closed && performance.now() < end;) {
      await cancelRequest(this.#client);
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([settled, new Promise((resolve) => (timer = setTimeout(resolve, cancelEveryMs)))]);
      clearTimeout(timer);
    }
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
function asFailure(error: Error): Error {
  if (error.name === 'TypeError') return error;
  const known = error instanceof pg.DatabaseError || error instanceof TesseraError || error instanceof ConnectionFailure;
  return known ? error : new ConnectionFailure(error.message, error);
}
