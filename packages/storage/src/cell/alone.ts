// One node at a time: work that must not run twice at once, whichever nodes begin it.
import { sql, toStatement } from '@tessera/kernel';
import { Connection } from './connection.ts';
import type { Login } from './login.ts';
import { controlSchema, lockKey } from './names.ts';
import { databaseErrorKind, doorError } from './pg-errors.ts';

/** Takes the name by a lock of a session of its own: no transaction stays open meanwhile, and a node that dies lets go of it. */
async function take(login: Login, name: string, waitMs: number): Promise<Connection | undefined> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.open({ ...login, lockTimeoutMs: waitMs });
    await connection.run(toStatement(sql`select pg_advisory_lock(${lockKey(`alone ${name}`)}::bigint)`));
    return connection;
  } catch (error) {
    await connection?.close();
    if (databaseErrorKind(error) === 'lockTimeout') return undefined;
    throw doorError(error, controlSchema);
  }
}

/** See `Cell.alone`. */
export async function runAlone<T>(
  login: Login,
  name: string,
  work: () => Promise<T>,
  waitMs = 0,
): Promise<{ readonly result: T } | undefined> {
  const connection = await take(login, name, waitMs);
  if (connection === undefined) return undefined;
  try {
    return { result: await work() };
  } finally {
    await connection.close();
  }
}
