// What a peer's process is told by its environment, and how it says that it is ready.
import type { Server } from 'node:http';

/** Connections to the database, as many as the loader has to the server. */
export const poolSize = 16;

/** Where the scene puts what only PostGraphile needs. */
export const postgraphileSchema = 'bench_postgraphile';

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: peers are started by the benchmark.`);
  return value;
}

export const databaseUrl = (): string => given('BENCH_DATABASE_URL');
export const schemaName = (): string => given('BENCH_SCHEMA');

/** Tells the benchmark where the server listens, as soon as it does; ends the process on SIGTERM. */
export function announce(server: Server): void {
  const tell = (): void => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) process.stdout.write(`ready at http://127.0.0.1:${String(address.port)}\n`);
  };
  if (server.listening) tell();
  else server.once('listening', tell);
  process.once('SIGTERM', () => process.exit(0));
}
