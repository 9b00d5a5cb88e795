// A pool that gives a tenant's statements to connections that are already in the tenant's role.
//
// pg.Pool and tarn (knex's pool) hand out any idle connection. Here that would cost a round trip for SET ROLE in nearly every
// request, and each backend would in time hold the relation cache of every tenant. Affinity is a hint for speed only: whatever
// connection comes, it is in the right role before a statement is sent.
import { fail, type Logger, type Statement } from '@tessera/kernel';
import type { QueryResult } from '../database.ts';
import { Connection, type RunOptions } from './connection.ts';
import { IdleConnections } from './idle-connections.ts';
import type { Login } from './login.ts';
import { databaseErrorKind, sqlState } from './pg-errors.ts';
import { WaitingLine, type Waiter } from './waiting-line.ts';

export interface PoolOptions {
  readonly login: Login;
  readonly size: number;
  readonly log: Logger;
  /** The statement that puts a session into a role; undefined where nothing needs to be said. */
  readonly enter: (role: string) => string | undefined;
  /** What to throw where there is no such role. */
  readonly unknownRole: (role: string, cause: unknown) => Error;
  /** How long a request may wait for a connection. */
  readonly waitMs: number;
}

/** Counted since the start. */
export interface PoolStats {
  readonly connections: number;
  readonly idle: number;
  readonly waiting: number;
  readonly opened: number;
  readonly retired: number;
  readonly roleSwitches: number;
  readonly acquired: number;
}

/**
 * After these a connection is replaced: pg never forgets a named statement, a backend never forgets a table. What a tenant's usual requests
 * touch takes a backend some 0.2 MB, and a new backend has to read the tables of every tenant again: bounds below the number of tenants that
 * are busy at once cost several times what they save.
 */
const mostNames = 2_000;
const mostRoles = 512;
const oldestMs = 3_600_000;
/** A role that keeps a connection busy lets others have it after so many turns. */
const longestStreak = 16;
/** Idle connections may all have died with the server; after so many we say so. */
const mostAttempts = 3;

export class Pool {
  readonly #options: PoolOptions;
  readonly #idle = new IdleConnections();
  readonly #all = new Set<Connection>();
  readonly #line: WaitingLine;
  readonly #streaks = new WeakMap<Connection, number>();
  #opening = 0;
  #closed = false;
  #drained: (() => void) | undefined;
  readonly #counts = { opened: 0, retired: 0, roleSwitches: 0, acquired: 0 };

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#line = new WaitingLine(options.waitMs);
  }

  get stats(): PoolStats {
    return { connections: this.#all.size, idle: this.#idle.size, waiting: this.#line.length, ...this.#counts };
  }

  /**
   * A connection whose session is in the role. Give it back with `release`.
   * @throws POOL_EXHAUSTED, REQUEST_CANCELLED, ConnectionFailure, or the server's refusal of the role
   */
  async acquire(role: string, signal?: AbortSignal): Promise<Connection> {
    for (let attempt = 1; ; attempt += 1) {
      const connection = await this.#next(role, signal);
      try {
        await this.#enter(connection, role);
        this.#counts.acquired += 1;
        return connection;
      } catch (error) {
        connection.retired = true;
        this.release(connection);
        // 22023, invalid_parameter_value: the one objection that SET ROLE has to a name.
        if (sqlState(error) === '22023') throw this.#options.unknownRole(role, error);
        if (databaseErrorKind(error) !== 'connection' || attempt >= mostAttempts) throw error;
      }
    }
  }

  /** Runs one statement on its own. */
  async run(role: string, statement: Statement, options: RunOptions = {}): Promise<QueryResult> {
    const connection = this.#ready(role, options.signal) ?? (await this.acquire(role, options.signal));
    try {
      return await connection.run(statement, options);
    } finally {
      this.release(connection);
    }
  }

  /** Takes a connection back. One in an unknown state, in a transaction or of age is closed instead. */
  release(connection: Connection): void {
    if (!connection.isIdle || connection.statementNames >= mostNames || connection.roles.size >= mostRoles) connection.retired = true;
    if (connection.retired || this.#closed) this.#discard(connection);
    else this.#idle.add(connection);
    this.#serve();
  }

  /** Closes the idle connections of a role that is no more. */
  forget(role: string): void {
    for (const connection of this.#all) {
      if (!connection.roles.has(role)) continue;
      connection.retired = true;
      if (this.#idle.has(connection)) this.#discard(connection);
    }
  }

  /** Takes no more requests, waits for those that run, at most so long, and cuts off what is left. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    this.#line.rejectAll(fail('UNAVAILABLE', { reason: 'The server is stopping.' }));
    for (const connection of this.#idle) this.#discard(connection);
    if (this.#all.size + this.#opening > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
        timer = setTimeout(resolve, graceMs);
      });
      clearTimeout(timer);
    }
    await Promise.all([...this.#all].map((connection) => connection.close()));
  }

  async #enter(connection: Connection, role: string): Promise<void> {
    if (connection.role === role) return;
    const command = this.#options.enter(role);
    if (connection.role !== undefined) this.#counts.roleSwitches += 1;
    connection.role = undefined;
    if (command !== undefined) await connection.command(command);
    connection.role = role;
    connection.roles.add(role);
    this.#streaks.delete(connection);
  }

  /** One that is in the role and waits for nobody; none where somebody is before us. */
  #ready(role: string, signal: AbortSignal | undefined): Connection | undefined {
    if (this.#closed || this.#line.length > 0 || signal?.aborted === true) return undefined;
    const connection = this.#idle.latest(role);
    if (connection === undefined) return undefined;
    this.#idle.delete(connection);
    this.#counts.acquired += 1;
    return connection;
  }

  #next(role: string, signal: AbortSignal | undefined): Promise<Connection> {
    if (this.#closed) return Promise.reject(fail('UNAVAILABLE', { reason: 'The server is stopping.' }));
    if (signal?.aborted) return Promise.reject(fail('REQUEST_CANCELLED', {}, {}, signal.reason));
    const free = this.#line.length === 0 ? this.#pick(role) : undefined;
    if (free !== undefined) {
      this.#idle.delete(free);
      return Promise.resolve(free);
    }
    const answer = this.#line.join(role, signal);
    this.#serve();
    return answer;
  }

  /**
   * The idle connection for a role: one that is in it, else one that is in none, else, where no more may be opened, one that has to
   * switch: rather one that was in the role before and knows its tables, else the one not used for longest.
   */
  #pick(role: string): Connection | undefined {
    const same = this.#idle.latest(role);
    if (same !== undefined) return same;
    let known: Connection | undefined;
    let oldest: Connection | undefined;
    for (const connection of this.#idle) {
      if (connection.role === undefined) return connection;
      oldest ??= connection;
      if (connection.roles.has(role)) known ??= connection;
    }
    return this.#all.size + this.#opening < this.#options.size ? undefined : (known ?? oldest);
  }

  /** Gives idle connections to those who wait, and opens more where that is allowed and needed. */
  #serve(): void {
    while (this.#line.length > 0) {
      const found = this.#match();
      if (found === undefined) break;
      const [waiter, connection] = found;
      this.#idle.delete(connection);
      this.#line.leave(waiter);
      waiter.resolve(connection);
    }
    while (!this.#closed && this.#line.length > this.#opening && this.#all.size + this.#opening < this.#options.size) this.#open();
    if (this.#closed && this.#all.size + this.#opening === 0) this.#drained?.();
  }

  #match(): readonly [Waiter, Connection] | undefined {
    // First those that need no switch, as long as that does not keep the others waiting for too long.
    for (const connection of this.#idle) {
      const waiter = connection.role === undefined ? undefined : this.#line.firstOf(connection.role);
      const streak = (this.#streaks.get(connection) ?? 0) + 1;
      if (waiter === undefined || streak > longestStreak) continue;
      this.#streaks.set(connection, streak);
      return [waiter, connection];
    }
    const waiter = this.#line.first();
    const connection = waiter === undefined ? undefined : this.#pick(waiter.role);
    if (waiter === undefined || connection === undefined) return undefined;
    this.#streaks.delete(connection);
    return [waiter, connection];
  }

  #open(): void {
    this.#opening += 1;
    Connection.open(this.#options.login).then(
      (connection) => {
        this.#opening -= 1;
        this.#counts.opened += 1;
        this.#all.add(connection);
        const age = setTimeout(() => {
          connection.retired = true;
          if (this.#idle.has(connection)) this.#discard(connection);
        }, oldestMs);
        age.unref();
        connection.onClosed = () => {
          clearTimeout(age);
          this.#left(connection);
        };
        this.release(connection);
      },
      (error: unknown) => {
        this.#opening -= 1;
        // Too many connections: those that we have will come back. Anything else is told to one who waits.
        const full = sqlState(error) === '53300' && this.#all.size > 0;
        if (full) this.#options.log.warn({ connections: this.#all.size }, 'PostgreSQL takes no more connections');
        else this.#line.rejectFirst(error);
        // Otherwise the next who comes back serves: trying again at once would go round in circles.
        if (!full || this.#closed) this.#serve();
      },
    );
  }

  #discard(connection: Connection): void {
    this.#idle.delete(connection);
    void connection.close();
  }

  #left(connection: Connection): void {
    if (!this.#all.delete(connection)) return;
    this.#idle.delete(connection);
    this.#counts.retired += 1;
    this.#serve();
  }
}
