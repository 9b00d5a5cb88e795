// How clients reach the embedded server: a Unix socket in a short private folder, or a loopback port with a random password.
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fail } from '@tessera/kernel';
import { mayTraverse, type Account } from './account.ts';

/** The name of the cluster's superuser. */
export const superuser = 'tessera';

export interface Endpoint {
  /** A connection string for the superuser. */
  url(database: string): string;
  /** What `postgresql.conf` says about it. */
  readonly settings: Readonly<Record<string, string>>;
  /** The line of `pg_hba.conf`. */
  readonly access: string;
  /** Where set, the superuser needs it; it is made anew at every start and written nowhere. */
  readonly password?: string;
  readonly socketFolder?: string;
  close(): Promise<void>;
}

export type Transport = 'socket' | 'tcp';

/** sun_path holds 107 bytes on Linux and 103 on macOS; PostgreSQL adds `/.s.PGSQL.5432.lock`. */
const longestFolder = 80;
const prefix = 'tessera-pg-';

/** Opens a way to the server, for an account that is to run it (undefined: our own). */
export async function openEndpoint(transport: Transport, account: Account | undefined): Promise<Endpoint> {
  return transport === 'socket' ? await socketEndpoint(account) : await loopbackEndpoint();
}

/** Removes the folder of a socket whose server has ended, and nothing but sockets with it. */
export async function removeSocketFolder(folder: string): Promise<void> {
  if (!basename(folder).startsWith(prefix)) return;
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith('.s.PGSQL.')) await rm(join(folder, name), { force: true });
  }
  await rmdir(folder).catch(() => undefined);
}

async function socketEndpoint(account: Account | undefined): Promise<Endpoint> {
  const socketFolder = await makeSocketFolder(account);
  return {
    // `localhost` only makes it a valid URL (WHATWG): the parameter rules, with node-postgres and with libpq.
    url: (database) => `postgresql://${superuser}@localhost/${encodeURIComponent(database)}?host=${encodeURIComponent(socketFolder)}`,
    settings: { listen_addresses: '', unix_socket_directories: `"${socketFolder}"`, unix_socket_permissions: '0700' },
    // Whoever can open the socket is the account itself or root: the folder is private to it.
    access: 'local all all trust',
    socketFolder,
    close: () => removeSocketFolder(socketFolder),
  };
}

async function makeSocketFolder(account: Account | undefined): Promise<string> {
  const failures: string[] = [];
  for (const parent of new Set([tmpdir(), '/tmp', '/var/tmp'])) {
    if (Buffer.byteLength(parent) + prefix.length + 7 > longestFolder) failures.push(`${parent} is too long for a socket`);
    else if (account !== undefined && !(await mayTraverse(parent, account))) failures.push(`user ${account.uid} may not enter ${parent}`);
    else {
      try {
        const folder = await mkdtemp(join(parent, prefix));
        if (account !== undefined) await chown(folder, account.uid, account.gid);
        return folder;
      } catch (error) {
        failures.push(String(error));
      }
    }
  }
  throw fail('EMBEDDED_FAILED', { action: 'start', reason: `there is no place for its socket: ${failures.join('; ')}.`, log: '' });
}

async function loopbackEndpoint(): Promise<Endpoint> {
  const port = await freePort();
  const password = randomBytes(24).toString('base64url');
  return {
    url: (database) => `postgresql://${superuser}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    settings: { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '' },
    access: 'host all all 127.0.0.1/32 scram-sha-256',
    password,
    close: () => Promise.resolve(),
  };
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('The system gave no port.'));
      });
    });
  });
}
