// Asks the server to stop what a connection is doing, over a second connection as the protocol wants it.
import type { EventEmitter } from 'node:events';
import pg from 'pg';

/** The parts of pg that its types leave out. */
interface Backend {
  readonly processID: number | null;
  readonly secretKey: number | null;
}
interface Wire extends EventEmitter {
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
}

/** Milliseconds after which we no longer wait for the request to arrive. */
const patience = 2_000;

/**
 * Sends a cancel request (PostgreSQL manual, 55.2.9) and ends when it has been taken, or after 2 s. It may come too late, and
 * would then stop the connection's next statement: never use the connection again.
 */
export function cancelRequest(client: pg.Client): Promise<void> {
  const { processID, secretKey } = client as unknown as Backend;
  if (processID === null || secretKey === null) return Promise.resolve();
  const wire = new pg.Connection({ ssl: client.ssl }) as unknown as Wire & pg.Connection;
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      wire.stream.destroy();
      resolve();
    };
    const timer = setTimeout(done, patience);
    const send = (): void => {
      wire.cancel(processID, secretKey);
    };
    wire.on('connect', () => {
      if (client.ssl) wire.requestSsl();
      else send();
    });
    wire.on('sslconnect', send);
    wire.on('error', done);
    wire.on('end', done);
    if (client.host.startsWith('/')) wire.connect(`${client.host}/.s.PGSQL.${client.port}`);
    else wire.connect(client.port, client.host);
  });
}
