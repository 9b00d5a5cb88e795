// A cell: one database that holds many tenants, and the doors to it.
import { fail, ident, sql, textLiteral, toStatement, type Logger } from '@tessera/kernel';
import type { AdministeringTransaction, Queryable, TenantDatabase, Transaction } from '../database.ts';
import { Administering } from './administering.ts';
import { Jobs, type JobsOptions } from '../jobs/jobs.ts';
import { listSandboxes } from '../system/sandbox.ts';
import { runAlone } from './alone.ts';
import { Listener, type ListenOptions } from './listener.ts';
import type { Login } from './login.ts';
import { checkTenantName, controlSchema, isTenantName, lockKey, tenantRole, tenantSchema } from './names.ts';
import { openDatabase, type CellFeatures, type OpenedCell } from './open.ts';
import { databaseErrorKind, doorError, mayRunAgain } from './pg-errors.ts';
import { Pool, type PoolStats } from './pool.ts';
import { SlowStatements } from './slow-statements.ts';
import { TenantDoor } from './tenant-database.ts';
import { createTenant, dropTenant, listTenants, type TenantInfo } from './tenants.ts';
import { refuseSessionChange } from './open-transaction.ts';
import { runTransaction } from './transaction.ts';

export interface CellOptions {
  /** `postgres://…`; its user is the administrator of the cell. */
  readonly url: string;
  readonly log: Logger;
  /** Connections for tenants' statements; default 16. Administration has up to 4 more, `listen` one. */
  readonly poolSize?: number;
  /** Longest statement of a tenant; default 30 s. */
  readonly statementTimeoutMs?: number;
  /** A tenant's statement that takes so long is logged; default 0: none is. */
  readonly slowStatementMs?: number;
  /** Longest wait for a connection; default 10 s. */
  readonly waitMs?: number;
  readonly applicationName?: string;
}

export interface TenantOptions {
  readonly label?: string;
  /** A tenant for trying things out (`sandboxPrefix`): it is in no list, and no node works for it of itself. */
  readonly sandbox?: boolean;
  /** A copy of another tenant (`copyName`). */
  readonly copy?: boolean;
}

export interface CellStats {
  readonly tenants: PoolStats;
  readonly administration: PoolStats;
  readonly listener: { readonly connected: boolean; readonly reconnects: number };
  /** Transactions run again after a deadlock or a serialisation failure. */
  readonly retries: number;
  /** Tenants' statements that were logged as slow, by operation. */
  readonly slowStatements: ReadonlyMap<string, number>;
}

export interface Cell {
  readonly database: string;
  /** As `server_version_num`: 150018 is 15.18. */
  readonly serverVersion: number;
  /** False where roles could not be created: then only our statements keep the tenants apart. */
  readonly wall: boolean;
  readonly features: CellFeatures;
  /** A tenant's door; costs nothing and asks nothing. Its statements answer TENANT_NOT_FOUND where there is no such tenant. */
  tenant(name: string): TenantDatabase;
  /** @throws TENANT_EXISTS, TENANT_NAME_INVALID */
  createTenant(name: string, info?: TenantOptions): Promise<void>;
  /** Drops its schema, its role and its rows in the control schema. @throws TENANT_NOT_FOUND, TENANT_BUSY */
  dropTenant(name: string): Promise<void>;
  /** Without sandboxes. */
  tenants(): Promise<readonly TenantInfo[]>;
  /** Names of the sandboxes that there are, of processes that have died too. */
  sandboxes(): Promise<readonly string[]>;
  /**
   * One transaction as the owner of the tenant's tables, with the tenant's lock held exclusively: no write of the tenant runs at the
   * same time. A lock that is not had within 500 ms makes everything start anew, so that the work never holds up the readers for
   * longer; `work` must be repeatable.
   * @throws TENANT_NOT_FOUND; TENANT_BUSY after about 10 s
   */
  administer<T>(tenant: string, work: (transaction: AdministeringTransaction) => Promise<T>): Promise<T>;
  /**
   * Statements as the owner of the tenant's tables, each on its own, without the tenant's lock and without time-outs: what must not run
   * in a transaction (CREATE INDEX CONCURRENTLY) or may take long and holds up nobody (VALIDATE CONSTRAINT).
   */
  maintenance(tenant: string): Queryable;
  /**
   * Runs work while no node, this one included, runs other work of the same name. Waits at most `waitMs` for that (default: as long
   * as it takes); undefined where it was not long enough. Should this node die, the next may begin.
   */
  alone<T>(name: string, work: () => Promise<T>, waitMs?: number): Promise<{ readonly result: T } | undefined>;
  /** One transaction on the control schema `tessera`, as its owner. `work` must be repeatable. */
  control<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Hears a channel of NOTIFY until closed; comes back by itself after a failure, and then calls `onReconnect`. */
  listen(channel: string, onMessage: (payload: string) => void, options?: ListenOptions): Promise<{ close(): Promise<void> }>;
  /** Work that is done later, by whichever node. Whoever asks for it closes it, before the cell. */
  jobs(options?: JobsOptions): Jobs;
  stats(): CellStats;
  /** Takes nothing more, waits for what runs (at most `graceMs`, default 10 s), and cuts off the rest. */
  close(graceMs?: number): Promise<void>;
}

/** Connections for administration: plans, the outbox reader, migrations. */
const administrators = 4;
/** Runs of 500 ms and the waits between them come to about 10 s. */
const administerRetries = 12;
/** Waiting this long for a row or a lock, a tenant's statement gives up. */
const tenantLockTimeoutMs = 10_000;

class OpenCell implements Cell {
  readonly database: string;
  readonly serverVersion: number;
  readonly wall: boolean;
  readonly features: CellFeatures;
  readonly #opened: OpenedCell;
  readonly #tenants: Pool;
  readonly #administration: Pool;
  readonly #listener: Listener;
  /** The role of administration that owns the tables; `''` is the administrator itself. */
  readonly #owner: string;
  readonly #slow: SlowStatements;
  readonly #log: Logger;
  #retries = 0;

  constructor(opened: OpenedCell, { log, poolSize = 16, waitMs = 10_000, slowStatementMs = 0 }: CellOptions) {
    this.database = opened.database;
    this.serverVersion = opened.serverVersion;
    this.wall = opened.wall;
    this.features = opened.features;
    this.#opened = opened;
    this.#log = log;
    this.#owner = opened.wall ? opened.roles.owner : '';
    const unknownRole = (role: string, cause: unknown): Error =>
      fail('TENANT_NOT_FOUND', { name: role.slice(this.#roleOf('').length) }, {}, cause);
    const enterTenant = (role: string): string =>
      toStatement(opened.wall ? sql`set role ${ident(role)}` : sql`set tessera.tenant = ${textLiteral(role)}`).text;
    const enterAdministration = (role: string): string | undefined => {
      if (!opened.wall) return undefined;
      return role === '' ? 'reset role' : toStatement(sql`set role ${ident(role)}`).text;
    };
    this.#tenants = new Pool({ login: opened.server, size: poolSize, log, waitMs, enter: enterTenant, unknownRole });
    this.#administration = new Pool({
      login: opened.admin,
      size: administrators,
      log,
      waitMs: 60_000,
      enter: enterAdministration,
      unknownRole,
    });
    this.#listener = new Listener(opened.server, log);
    this.#slow = new SlowStatements(log, slowStatementMs);
  }

  tenant(name: string): TenantDatabase {
    if (!isTenantName(name)) throw fail('TENANT_NOT_FOUND', { name });
    return new TenantDoor({ pool: this.#tenants, tenant: name, role: this.#roleOf(name), onRetry: this.#countRetry, slow: this.#slow });
  }

  async createTenant(name: string, info: TenantOptions = {}): Promise<void> {
    checkTenantName(name, info);
    await this.#administrate(name, '', (transaction) => createTenant(transaction, this.#opened, name, info.label));
  }

  async dropTenant(name: string): Promise<void> {
    if (!isTenantName(name)) throw fail('TENANT_NOT_FOUND', { name });
    await this.#administrate(name, '', (transaction) => dropTenant(transaction, this.#opened, name));
    this.#tenants.forget(this.#roleOf(name));
  }

  async tenants(): Promise<readonly TenantInfo[]> {
    return await this.control(listTenants);
  }

  async sandboxes(): Promise<readonly string[]> {
    return await this.control(listSandboxes);
  }

  async administer<T>(tenant: string, work: (transaction: AdministeringTransaction) => Promise<T>): Promise<T> {
    return await this.#administrate(tenant, this.#owner, async (transaction) => {
      const { rowCount } = await transaction.query(toStatement(sql`select 1 from tessera.tenant where name = ${tenant}`));
      if (rowCount === 0) throw fail('TENANT_NOT_FOUND', { name: tenant });
      return await work(transaction);
    });
  }

  maintenance(tenant: string): Queryable {
    if (!isTenantName(tenant)) throw fail('TENANT_NOT_FOUND', { name: tenant });
    return {
      query: async (statement) => {
        refuseSessionChange(statement);
        try {
          return await this.#administration.run(this.#owner, statement);
        } catch (error) {
          throw doorError(error, tenant);
        }
      },
    };
  }

  alone<T>(name: string, work: () => Promise<T>, waitMs?: number): Promise<{ readonly result: T } | undefined> {
    return runAlone(this.#opened.admin, name, work, waitMs);
  }

  async control<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const options = { pool: this.#administration, role: this.#owner, tenant: controlSchema, retries: 5, onRetry: this.#countRetry };
    try {
      return await runTransaction(options, work);
    } catch (error) {
      throw doorError(error, controlSchema);
    }
  }

  listen(channel: string, onMessage: (payload: string) => void, options?: ListenOptions): Promise<{ close(): Promise<void> }> {
    return this.#listener.listen(channel, onMessage, options);
  }

  jobs(options?: JobsOptions): Jobs {
    const { admin } = this.#opened;
    const login: Login = { ...admin, applicationName: `${admin.applicationName} of jobs`, statementTimeoutMs: 60_000 };
    const host = { log: this.#log, control: this.control.bind(this), listen: this.listen.bind(this) };
    return new Jobs({ ...host, login: this.#owner === '' ? login : { ...login, role: this.#owner } }, options);
  }

  stats(): CellStats {
    return {
      tenants: this.#tenants.stats,
      administration: this.#administration.stats,
      listener: this.#listener.stats,
      retries: this.#retries,
      slowStatements: this.#slow.counts,
    };
  }

  async close(graceMs = 10_000): Promise<void> {
    await Promise.all([this.#tenants.close(graceMs), this.#administration.close(graceMs), this.#listener.close()]);
  }

  #roleOf(tenant: string): string {
    return tenantRole(this.#opened.roles.prefix, tenant);
  }

  readonly #countRetry = (): void => {
    this.#retries += 1;
  };

  async #administrate<T>(tenant: string, role: string, work: (transaction: AdministeringTransaction) => Promise<T>): Promise<T> {
    const options = {
      pool: this.#administration,
      role,
      tenant,
      trusted: role === '',
      retries: administerRetries,
      onRetry: this.#countRetry,
      prelude: [
        { text: 'set local lock_timeout = 500', values: [] },
        toStatement(sql`select pg_advisory_xact_lock(${lockKey(tenantSchema(tenant))}::bigint)`),
      ],
      again: (error: unknown) => databaseErrorKind(error) === 'lockTimeout' || mayRunAgain(error),
    };
    try {
      const roles = { owner: role, tenant: this.#roleOf(tenant) };
      return await runTransaction(options, (transaction) => work(new Administering(transaction, roles)));
    } catch (error) {
      throw doorError(error, tenant);
    }
  }
}

/**
 * Connects to a database and makes it a cell where it is none yet. Several nodes may do so at once.
 * @throws DATABASE_UNREACHABLE, DATABASE_TOO_OLD, DATABASE_TOO_NEW, DATABASE_ENCODING, DATABASE_ROLES_MISSING
 */
export async function openCell(options: CellOptions): Promise<Cell> {
  const { url, log, statementTimeoutMs = 30_000, applicationName = 'tessera' } = options;
  // Administration has no limit per statement: building an index on a large table takes its time.
  const admin: Login = {
    url,
    applicationName: `${applicationName} administration`,
    statementTimeoutMs: 0,
    lockTimeoutMs: 0,
    idleInTransactionMs: 300_000,
  };
  const server: Login = { url, applicationName, statementTimeoutMs, lockTimeoutMs: tenantLockTimeoutMs, idleInTransactionMs: 30_000 };
  return new OpenCell(await openDatabase(admin, server, log), options);
}
