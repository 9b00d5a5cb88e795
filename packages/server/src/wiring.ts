// The one place where the parts are put together: database, engine, demo. Everything else is handed what it needs.
import { resolve } from 'node:path';
import {
  Administration,
  createEngine,
  openFileStore,
  outwardFetch,
  outwardPolicy,
  type Engine,
  type EngineOptions,
  type FileStore,
  type Upkeep,
} from '@tessera/engine';
import type { Clock, Logger } from '@tessera/kernel';
import { migrateTenants, openCell, startEmbedded, type Cell } from '@tessera/storage';
import type { Config } from './config.ts';
import { prepareDemo } from './demo.ts';
import { smtpMailer } from './mail.ts';
import { keptSecret } from './secret.ts';

/** Everything that runs behind the HTTP server. */
export interface Platform {
  readonly engine: Engine;
  readonly cell: Cell;
  /** What an operator can do, beside the server that runs. */
  readonly administration: Administration;
  /** What to tell who has started the server: the demo's log-ins. */
  readonly notes: readonly string[];
  /** Rejects while requests cannot be served. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

type Undo = (() => Promise<void>)[];

export const systemClock: Clock = { now: () => Date.now() };

async function takeBack(undo: Undo): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
}

async function openDatabase(config: Config, log: Logger, undo: Undo): Promise<Cell> {
  let url = config.DATABASE_URL;
  if (url === undefined) {
    const embedded = await startEmbedded({ dataDir: config.DATA_DIR, log });
    undo.push(() => embedded.stop());
    url = embedded.url;
  }
  const { POOL_SIZE: poolSize, STATEMENT_TIMEOUT: statementTimeoutMs, SLOW_QUERY_MS: slowStatementMs } = config;
  const cell = await openCell({ url, log, poolSize, statementTimeoutMs, slowStatementMs });
  undo.push(() => cell.close());
  return cell;
}

async function secretOf(config: Config, log: Logger): Promise<string> {
  if (config.TESSERA_SECRET !== undefined) return config.TESSERA_SECRET;
  if (config.DATABASE_URL !== undefined) {
    log.warn({}, 'TESSERA_SECRET is not set: this node uses its own, and tokens of other nodes are not valid here');
  }
  return await keptSecret(config.DATA_DIR);
}

function filesOf({ FILES_S3_ENDPOINT: endpoint, DATA_DIR, ...config }: Config): FileStore {
  if (endpoint === undefined) return openFileStore({ kind: 'disk', root: resolve(DATA_DIR, 'files') });
  // That the others are set as well was checked when they were read.
  const { FILES_S3_BUCKET: bucket = '', FILES_S3_REGION: region = '', FILES_S3_ACCESS_KEY: accessKey = '' } = config;
  return openFileStore({ kind: 's3', endpoint, bucket, region, accessKey, secretKey: config.FILES_S3_SECRET_KEY ?? '' });
}

/** Where links lead: what was configured, never what a request says. A port that is not known yet makes no links. */
function publicUrlOf({ PUBLIC_URL, HOST, PORT }: Config): string | undefined {
  return PUBLIC_URL ?? (PORT === 0 ? undefined : `http://${HOST}:${String(PORT)}`);
}

function outwardOf({ OUTWARD_ALLOW: allow, OUTWARD_PORTS: ports, OUTWARD_HTTP: allowHttp }: Config): NonNullable<EngineOptions['outward']> {
  return { fetch: outwardFetch(outwardPolicy({ allow, ports: ports.map(Number) })), allowHttp };
}

function limitsOf(config: Config): Required<Pick<EngineOptions, 'rates' | 'logins'>> {
  const { RATE_LIMIT_TENANT: tenant, RATE_LIMIT_ACTOR: actor, RATE_LIMIT_ADDRESS: address, RATE_LIMIT_BURST: burstSeconds } = config;
  const { LOGIN_LIMIT_ACCOUNT, LOGIN_LIMIT_ADDRESS, LOGIN_LIMIT_WINDOW: windowSeconds } = config;
  return {
    rates: { tenant, actor, address, burstSeconds },
    logins: { account: LOGIN_LIMIT_ACCOUNT, address: LOGIN_LIMIT_ADDRESS, windowSeconds },
  };
}

async function engineOptions(config: Config, log: Logger, cell: Cell): Promise<EngineOptions> {
  const { TESSERA_OLD_SECRETS: oldSecrets, SMTP_URL, MAIL_FROM } = config;
  const publicUrl = publicUrlOf(config);
  return {
    cell,
    log,
    secret: await secretOf(config, log),
    oldSecrets,
    clock: systemClock,
    files: filesOf(config),
    limits: { fileSize: config.UPLOAD_LIMIT },
    modelMemory: config.MODEL_MEMORY,
    workers: config.WORKERS,
    stopMs: config.SHUTDOWN_TIMEOUT,
    ...limitsOf(config),
    outward: outwardOf(config),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(SMTP_URL === undefined ? {} : { mailer: smtpMailer(SMTP_URL, MAIL_FROM ?? '') }),
  };
}

/** What commands work with: the database, and what an operator can do. */
export interface OperatorDesk {
  readonly cell: Cell;
  readonly administration: Administration;
  close(): Promise<void>;
}

/** Opens the database for one command. */
export async function openDesk(config: Config, log: Logger): Promise<OperatorDesk> {
  const undo: Undo = [];
  try {
    // Whoever waits for a command sees by himself how long it takes.
    const cell = await openDatabase({ ...config, SLOW_QUERY_MS: 0 }, log, undo);
    return { cell, administration: new Administration(await engineOptions(config, log, cell)), close: () => takeBack(undo) };
  } catch (error) {
    await takeBack(undo);
    throw error;
  }
}

/**
 * Starts everything behind the HTTP server; what fails half-way is taken back.
 * @param demoPack the folder of the pack that an empty database gets as the tenant `demo`
 */
export async function openPlatform(config: Config, log: Logger, demoPack?: string): Promise<Platform> {
  const undo: Undo = [];
  try {
    const cell = await openDatabase(config, log, undo);
    await migrateTenants(cell);
    const options = await engineOptions(config, log, cell);
    const engine = await createEngine(options);
    undo.push(() => engine.close());
    const administration = new Administration(options);
    const { upkeep } = administration;
    undo.push(startSweeping(upkeep, log), startFinishing(upkeep, log), startUpdating(upkeep, log));
    const demo = config.DEMO && demoPack !== undefined;
    const notes = demo ? await prepareDemo({ ...options, pack: demoPack, password: config.DEMO_PASSWORD }) : [];
    return { engine, cell, administration, notes, ready: () => ping(cell), close: () => takeBack(undo) };
  } catch (error) {
    await takeBack(undo);
    throw error;
  }
}

const sweepEveryMs = 3_600_000;

/** Finishes what a killed node left half-way, while everybody goes on. */
const finishChanges = (upkeep: Upkeep, log: Logger): Promise<void> =>
  upkeep.finishChanges().then(
    (tenants) => {
      if (tenants > 0) log.warn({ tenants }, 'changes of tables that had been broken off were finished');
    },
    (error: unknown) => {
      log.error({ error }, 'changes of tables that were broken off could not be looked for');
    },
  );

/**
 * Sweeps files, audit trails, runs, notifications and answers now and then, and finishes what other nodes broke off since the start; the
 * platform's end stops it.
 */
function startSweeping(upkeep: Upkeep, log: Logger): () => Promise<void> {
  const stopped = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  const sweep = (): void => {
    const files = upkeep.sweepFiles(stopped.signal).catch((error: unknown) => {
      if (!stopped.signal.aborted) log.error({ error }, 'files that nothing holds could not be swept; the next sweep tries again');
    });
    const audit = upkeep.trimAudit(stopped.signal).catch((error: unknown) => {
      if (!stopped.signal.aborted) log.error({ error }, 'the audit trails could not be trimmed; the next sweep tries again');
    });
    const runs = upkeep.trimRuns(stopped.signal).catch((error: unknown) => {
      if (!stopped.signal.aborted) log.error({ error }, 'runs that ended long ago could not be removed; the next sweep tries again');
    });
    const notifications = upkeep.trimNotifications(stopped.signal).catch((error: unknown) => {
      if (!stopped.signal.aborted)
        log.error({ error }, 'notifications that were read long ago could not be removed; the next sweep tries again');
    });
    const answers = upkeep.trimAnswers(stopped.signal).catch((error: unknown) => {
      if (!stopped.signal.aborted) log.error({ error }, 'old answers of Idempotency-Keys could not be removed; the next sweep tries again');
    });
    running = Promise.all([files, audit, runs, notifications, answers, finishChanges(upkeep, log)]);
  };
  const timer = setInterval(sweep, sweepEveryMs);
  return async () => {
    clearInterval(timer);
    stopped.abort();
    await running;
  };
}

/** At the start; an end in the middle waits for it. */
function startFinishing(upkeep: Upkeep, log: Logger): () => Promise<void> {
  const running = finishChanges(upkeep, log);
  return () => running;
}

/** Brings tenants up to the platform that comes with this engine, while everybody goes on; the platform's end stops it behind a tenant. */
function startUpdating(upkeep: Upkeep, log: Logger): () => Promise<void> {
  const stopped = new AbortController();
  const running = upkeep.updatePlatforms(stopped.signal).then(
    ({ updated, left }) => {
      if (updated.length > 0) log.warn({ tenants: updated.length }, 'tenants were brought up to the platform of this version');
      for (const { tenant, reason } of left)
        log.warn({ tenant, reason }, 'a tenant stays on an older platform: apply a pack to it, and look at the plan');
    },
    (error: unknown) => {
      log.error({ error }, 'tenants on an older platform could not be looked for; the next start tries again');
    },
  );
  return async () => {
    stopped.abort();
    await running;
  };
}

/** An empty transaction: a connection could be had, and PostgreSQL answers on it. */
async function ping(cell: Cell): Promise<void> {
  await cell.control(() => Promise.resolve());
}
