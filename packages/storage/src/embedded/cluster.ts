// The cluster's folder: made whole by initdb or not at all, checked for its version and owner, configured at every start.
import { chown, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@tessera/kernel';
import { giveTo } from './account.ts';
import { program, type Binaries } from './binaries.ts';
import { superuser, type Endpoint } from './endpoint.ts';
import { clusterPath, runProgram, type Stage } from './run.ts';

/** PostgreSQL's `name = value`. */
export type Settings = Readonly<Record<string, string>>;

const draftPrefix = 'postgres.new-';

const defaults: Settings = {
  cluster_name: 'tessera',
  shared_buffers: '128MB',
  max_connections: '200',
  // A dump, or a migration over many tenants' tables, holds a lock for each of them.
  max_locks_per_transaction: '256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  // Statements' errors go to their callers, and would carry people's data into this log.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  // A schema per tenant is hundreds of thousands of files: opening each after a crash takes a minute, this takes one call.
  ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
};

/** Whether there is a cluster, or anything else, in the folder; one that we may not look into is somebody's. */
export async function isOccupied(cluster: string): Promise<boolean> {
  const found = await stat(cluster).catch(() => undefined);
  if (found === undefined) return false;
  return (await readdir(cluster).catch(() => ['?'])).length > 0;
}

/**
 * Makes a new cluster: UTF-8, code point order, the same on every platform.
 * @throws EMBEDDED_FAILED with what initdb said
 */
export async function createCluster(dataDir: string, stage: Stage, binaries: Binaries, durable: boolean): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith(draftPrefix)) await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  const draft: Stage = { ...stage, cluster: await mkdtemp(join(dataDir, draftPrefix)) };
  try {
    if (stage.account !== undefined) await giveTo(stage.account, draft.cluster);
    let said = '';
    for (const locale of characterLocales()) {
      const outcome = await runProgram(draft, program(binaries, 'initdb'), initdbArguments(draft, locale, durable));
      said = outcome.output.trim();
      if (outcome.code === 0) {
        await rename(draft.cluster, stage.cluster);
        return;
      }
      if (!said.includes('invalid locale')) break;
    }
    throw fail('EMBEDDED_FAILED', { action: 'make its cluster', reason: `initdb failed in ${dataDir}.${remedyFor(said)}`, log: said });
  } finally {
    await rm(draft.cluster, { recursive: true, force: true });
  }
}

function remedyFor(said: string): string {
  const nameless = said.includes('could not look up effective user ID');
  return nameless ? ' PostgreSQL runs only as a user that has a name: give it a line in /etc/passwd, or set DATABASE_URL.' : '';
}

/** Names of an operating system for "letters are Unicode's": pg_trgm asks it what a letter is, and under C it knows only ASCII. */
function characterLocales(): readonly string[] {
  return process.platform === 'win32' ? ['C'] : ['C.UTF-8', 'en_US.UTF-8', 'C'];
}

function initdbArguments(stage: Stage, locale: string, durable: boolean): readonly string[] {
  return [
    ...['-D', clusterPath(stage), '--username', superuser, '--auth', 'trust', '--encoding', 'UTF8', '--no-instructions'],
    ...['--locale', 'C', '--lc-ctype', locale, '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ...(durable ? [] : ['--no-sync']),
  ];
}

/**
 * Refuses a cluster that our programs cannot open; as root, gives one that root owns to the account that is to run it.
 * @throws DATA_DIR_UNUSABLE
 */
export async function checkCluster(dataDir: string, stage: Stage, binaries: Binaries): Promise<void> {
  const { uid } = await stat(stage.cluster);
  const own = process.geteuid?.() ?? uid;
  if (stage.account === undefined && uid !== own) {
    const remedy = `Start as user ${uid} or as root, change the owner (chown -R ${own}), or set DATA_DIR to another folder.`;
    throw fail('DATA_DIR_UNUSABLE', { dataDir, reason: `postgres/ belongs to user ${uid}, and this process is user ${own}.`, remedy });
  }
  if (stage.account !== undefined && uid === 0) await giveTo(stage.account, stage.cluster);
  const version = (await readFile(join(stage.cluster, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (version === '') {
    const remedy = 'Move that folder away, or set DATA_DIR to another folder.';
    throw fail('DATA_DIR_UNUSABLE', { dataDir, reason: 'postgres/ is not a cluster: it has no PG_VERSION.', remedy });
  }
  if (version !== binaries.major) {
    const remedy = `Dump it with PostgreSQL ${version} and load it into a new folder, or install the version of this server that has ${version}.`;
    throw fail('DATA_DIR_UNUSABLE', { dataDir, reason: `it was made by PostgreSQL ${version}, and this is ${binaries.major}.`, remedy });
  }
}

/** Writes the cluster's configuration for this start. What `ALTER SYSTEM` has set wins over it. */
export async function configureCluster(stage: Stage, endpoint: Endpoint, extra: Settings): Promise<void> {
  const lines = Object.entries({ ...defaults, ...extra, ...endpoint.settings }).map(([name, value]) => {
    if (!/^[a-z_][\w.]*$/i.test(name) || /[\n\r\0]/.test(value))
      throw new TypeError(`Not a setting of PostgreSQL: ${JSON.stringify({ [name]: value })}`);
    return `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  });
  await writeOwned(stage, 'postgresql.conf', `# Written at every start. Use ALTER SYSTEM for settings of your own.\n${lines.join('\n')}\n`);
  await writeOwned(stage, 'pg_hba.conf', `# Written at every start.\n${endpoint.access}\n`);
}

async function writeOwned(stage: Stage, name: string, text: string): Promise<void> {
  const path = join(stage.cluster, name);
  await writeFile(path, text, { mode: 0o600 });
  if (stage.account !== undefined) await chown(path, stage.account.uid, stage.account.gid);
}

/**
 * Gives the superuser a password, in a single-user session before the server runs.
 * @throws EMBEDDED_FAILED with what PostgreSQL said
 */
export async function setPassword(stage: Stage, binaries: Binaries, password: string): Promise<void> {
  const args = ['--single', '-D', clusterPath(stage), '-c', 'exit_on_error=on', 'template1'];
  const outcome = await runProgram(stage, program(binaries, 'postgres'), args, `alter role ${superuser} password '${password}';\n`);
  if (outcome.code === 0) return;
  throw fail('EMBEDDED_FAILED', {
    action: 'take its password',
    reason: 'the single-user session failed.',
    log: outcome.output.replaceAll(password, '…'),
  });
}
