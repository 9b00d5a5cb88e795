// A way to PostgreSQL that breaks: the connection that is about to ask a given question is lost, and the question with it.
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';

export interface Severing {
  /** The same database by this way. */
  by(url: string): Promise<string>;
  /** How often something is asked while the work runs. */
  asked(work: () => Promise<unknown>): Promise<number>;
  /** Loses connections from one of the questions that follow on, the first being 1; undefined: none any more. */
  breakAt(question: number | undefined): void;
  close(): Promise<void>;
}

export function severing(): Severing {
  const sockets = new Set<Socket>();
  let asked = 0;
  let breakAt = Number.POSITIVE_INFINITY;
  let far: () => Socket = () => {
    throw new Error('The way leads nowhere yet.');
  };
  const server = createServer((near) => {
    const there = far();
    for (const socket of [near, there]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        there.destroy();
      });
    }
    near.on('data', (chunk) => {
      asked += 1;
      if (asked < breakAt) return void there.write(chunk);
      near.destroy();
      there.destroy();
    });
    there.pipe(near);
  });
  return {
    by: async (url) => {
      const { host, port, user, password, database } = new pg.Client({ connectionString: url });
      far = () => (host.startsWith('/') ? connect(join(host, `.s.PGSQL.${String(port)}`)) : connect(port, host));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      if (typeof address !== 'object' || address === null) throw new Error('The way to the database has no port.');
      const who = [user ?? '', password ?? '']
        .filter((part) => part !== '')
        .map(encodeURIComponent)
        .join(':');
      return `postgres://${who}@127.0.0.1:${String(address.port)}/${encodeURIComponent(database ?? '')}`;
    },
    asked: async (work) => {
      const before = asked;
      await work();
      return asked - before;
    },
    breakAt: (question) => {
      asked = 0;
      breakAt = question ?? Number.POSITIVE_INFINITY;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
