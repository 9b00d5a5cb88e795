// Opens a database as a cell: checks it, makes what is missing (roles, control schema, extensions), and says how to log in.
import { emptySql, fail, ident, sql, toStatement, type Logger, type Sql } from '@tessera/kernel';
import { migrateCell } from '../system/cell-migrations.ts';
import { Connection } from './connection.ts';
import type { Login } from './login.ts';
import { cellRoles, controlSchema, jobsSchema, lockKey, type CellRoles } from './names.ts';
import { sqlState } from './pg-errors.ts';
import {
  ensureCellRoles,
  freePrefix,
  grantOutbox,
  mayCreateRoles,
  newPassword,
  roleExists,
  runOn,
  type RoleSetting,
  type Run,
} from './roles.ts';

/** What the database can do beyond what every PostgreSQL can. */
export interface CellFeatures {
  /** The schema that holds pg_trgm; undefined where it could not be installed. */
  readonly trigram: string | undefined;
}

export interface OpenedCell {
  readonly database: string;
  /** As `server_version_num`: 150018 is 15.18. */
  readonly serverVersion: number;
  /** Undefined where there is no wall. */
  readonly roles: CellRoles;
  readonly wall: boolean;
  readonly features: CellFeatures;
  /** For administration: as the user of the address. */
  readonly admin: Login;
  /** For tenants' statements. */
  readonly server: Login;
}

const oldestVersion = 150_000;

/**
 * @param admin the log-in that the address gives
 * @param server the time-outs of tenants' statements; log-in and role are put in here
 * @throws DATABASE_UNREACHABLE, DATABASE_TOO_OLD, DATABASE_TOO_NEW, DATABASE_ENCODING, DATABASE_ROLES_MISSING
 */
export async function openDatabase(admin: Login, server: Login, log: Logger): Promise<OpenedCell> {
  const connection = await Connection.open(admin).catch((error: unknown) => {
    throw fail('DATABASE_UNREACHABLE', { reason: error instanceof Error ? error.message : String(error) }, {}, error);
  });
  try {
    const run = runOn(connection);
    const { database, serverVersion } = await checkServer(run);
    // Held by the session until it is closed: nodes that start at once take turns, and find everything done.
    await run(sql`select pg_advisory_lock(${lockKey(controlSchema)}::bigint)`);
    const roles = await prepareRoles(run, serverVersion, log);
    if (roles === undefined) return await withoutWall({ run, admin, server, database, serverVersion, log });
    await makeJobsSchema(run, sql` authorization ${ident(roles.names.owner)}`);
    await migrateCell({ ...admin, role: roles.names.owner });
    await connection.command(`set role ${quoted(roles.names.owner)}`);
    await writeSetting(run, { prefix: roles.names.prefix, password: roles.password });
    await grantOutbox(run, roles.names);
    await connection.command('reset role');
    const login = await serverLogin(run, admin, server, roles, log);
    const features = { trigram: await trigramSchema(run, log) };
    return { database, serverVersion, roles: roles.names, wall: true, features, admin, server: login };
  } finally {
    await connection.close();
  }
}

interface PreparedRoles {
  readonly names: CellRoles;
  readonly password: string;
}

function quoted(name: string): string {
  return toStatement(ident(name)).text;
}

/** Exported for the test: a server that is too old is not at hand. */
export async function checkServer(run: Run): Promise<{ readonly database: string; readonly serverVersion: number }> {
  const { rows } = await run(sql`
    select current_database()::text as database, current_setting('server_version_num')::int as version,
           current_setting('server_version') as name, current_setting('server_encoding') as encoding`);
  const [row = {}] = rows;
  const serverVersion = Number(row['version']);
  if (serverVersion < oldestVersion) throw fail('DATABASE_TOO_OLD', { version: row['name'], oldest: '15' });
  if (row['encoding'] !== 'UTF8') throw fail('DATABASE_ENCODING', { encoding: row['encoding'] });
  return { database: String(row['database']), serverVersion };
}

/** Undefined where the administrator may not create roles and there are none from before. */
async function prepareRoles(run: Run, serverVersion: number, log: Logger): Promise<PreparedRoles | undefined> {
  const setting = await readSetting(run);
  const known = setting === undefined ? undefined : cellRoles(setting.prefix);
  if (setting !== undefined && known !== undefined) {
    const complete =
      (await roleExists(run, known.owner)) && (await roleExists(run, known.server)) && (await roleExists(run, known.tenants));
    if (complete) return { names: known, password: setting.password };
  }
  if (!(await mayCreateRoles(run))) {
    // Never fall back quietly from a wall that there was.
    if (setting !== undefined) throw fail('DATABASE_ROLES_MISSING', { prefix: setting.prefix });
    log.warn({}, 'the user of DATABASE_URL may not create roles: tenants are kept apart by our statements only, not by PostgreSQL');
    return undefined;
  }
  const { rows } = await run(sql`select current_database()::text as name`);
  const names = known ?? cellRoles(await freePrefix(run, String(rows[0]?.['name'])));
  const password = setting?.password ?? newPassword();
  await ensureCellRoles(run, names, password, serverVersion);
  await run(sql`create schema if not exists ${ident(controlSchema)} authorization ${ident(names.owner)}`);
  return { names, password };
}

/** Once: to ask again whether it is there takes the right to make schemas. */
async function makeJobsSchema(run: Run, authorization: Sql): Promise<void> {
  const { rows } = await run(sql`select to_regnamespace(${jobsSchema}) is not null as there`);
  if (rows[0]?.['there'] !== true) await run(sql`create schema ${ident(jobsSchema)}${authorization}`);
}

async function readSetting(run: Run): Promise<RoleSetting | undefined> {
  const { rows } = await run(sql`select to_regclass('tessera.setting') is not null as there`);
  if (rows[0]?.['there'] !== true) return undefined;
  const found = await run(sql`select value from tessera.setting where name = 'roles'`);
  const value = found.rows[0]?.['value'];
  return typeof value === 'string' ? (JSON.parse(value) as RoleSetting) : undefined;
}

async function writeSetting(run: Run, setting: RoleSetting): Promise<void> {
  await run(sql`insert into tessera.setting (name, value) values ('roles', ${JSON.stringify(setting)}) on conflict do nothing`);
}

/** Logs in as the weak user; where the server lets only the administrator in, as that, with the weak role from the start. */
async function serverLogin(run: Run, admin: Login, server: Login, roles: PreparedRoles, log: Logger): Promise<Login> {
  const weak: Login = { ...server, user: roles.names.server, password: roles.password };
  if (await canLogIn(weak)) return weak;
  if (await mayCreateRoles(run)) {
    // Somebody may have changed the password, or a dump without passwords may have been restored.
    const { rows } = await run(sql`select current_setting('server_version_num')::int as version`);
    await ensureCellRoles(run, roles.names, roles.password, Number(rows[0]?.['version']));
    if (await canLogIn(weak)) return weak;
  }
  log.warn(
    { role: roles.names.server },
    'the server role cannot log in (see pg_hba.conf): connections are opened as the user of DATABASE_URL',
  );
  return { ...server, url: admin.url, role: roles.names.server };
}

async function canLogIn(login: Login): Promise<boolean> {
  try {
    const connection = await Connection.open(login);
    await connection.close();
    return true;
  } catch (error) {
    // Class 28: the server does not believe us; 42501: we may not connect to this database. The rest is no matter of the log-in.
    if (sqlState(error)?.startsWith('28') === true || sqlState(error) === '42501') return false;
    throw error;
  }
}

async function trigramSchema(run: Run, log: Logger): Promise<string | undefined> {
  const installed = sql`
    select n.nspname::text as schema
      from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'pg_trgm'`;
  const before = (await run(installed)).rows[0]?.['schema'];
  if (typeof before === 'string') return before;
  try {
    await run(sql`create extension if not exists pg_trgm with schema public`);
  } catch (error) {
    log.warn({ error }, 'pg_trgm cannot be installed: search reads whole tables');
    return undefined;
  }
  return 'public';
}

interface Bare {
  readonly run: Run;
  readonly admin: Login;
  readonly server: Login;
  readonly database: string;
  readonly serverVersion: number;
  readonly log: Logger;
}

/** Everything as the one user that there is. What would be the role's name is then told to the session as a setting. */
async function withoutWall({ run, admin, server, database, serverVersion, log }: Bare): Promise<OpenedCell> {
  await run(sql`create schema if not exists ${ident(controlSchema)}`);
  await makeJobsSchema(run, emptySql);
  await migrateCell(admin);
  await run(sql`
    alter table tessera.outbox
      alter column tenant set default coalesce(nullif(current_setting('tessera.tenant', true), ''), current_user)`);
  const features = { trigram: await trigramSchema(run, log) };
  return { database, serverVersion, roles: cellRoles('cell'), wall: false, features, admin, server };
}
