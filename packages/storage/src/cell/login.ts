// How connections are opened: the address with a log-in put in, and the session settings that each connection begins with.
import type { ClientConfig } from 'pg';
import { typeParsers } from './pg-types.ts';

/** One way to log in to the cell's database. */
export interface Login {
  readonly url: string;
  readonly applicationName: string;
  /** Undefined: the user and the password that the address gives. */
  readonly user?: string;
  readonly password?: string;
  /** The role that a session has before anything sets one. */
  readonly role?: string;
  /** Milliseconds; 0 is no limit. */
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleInTransactionMs: number;
}

/** What every session is set to, whatever the server's or the database's defaults say. */
function sessionOptions(login: Login): string {
  const settings: Readonly<Record<string, string | number>> = {
    // No name is ever looked up along a path: a schema that is not written is an error and not a guess.
    search_path: '',
    statement_timeout: login.statementTimeoutMs,
    lock_timeout: login.lockTimeoutMs,
    idle_in_transaction_session_timeout: login.idleInTransactionMs,
    default_transaction_isolation: String.raw`read\ committed`,
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    IntervalStyle: 'iso_8601',
    standard_conforming_strings: 'on',
    // Our statements are short; compiling them costs more than running them.
    jit: 'off',
    ...(login.role === undefined ? {} : { role: login.role }),
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** What pg needs to open a connection. */
export function clientConfig(login: Login): ClientConfig {
  const [, given = ''] = login.url.split('?');
  const asked = new URLSearchParams(given).get('options');
  const added = new URLSearchParams({
    application_name: login.applicationName,
    options: [asked, sessionOptions(login)].filter((part) => part !== null).join(' '),
    ...(login.user === undefined ? {} : { user: login.user }),
    ...(login.password === undefined ? {} : { password: login.password }),
  });
  return {
    // Parameters that come later win over those before them, and over the user in front of the host.
    connectionString: `${login.url}${login.url.includes('?') ? '&' : '?'}${added.toString()}`,
    types: typeParsers,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  };
}
