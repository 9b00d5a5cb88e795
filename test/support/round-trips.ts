// A way to PostgreSQL that counts round trips: how often a tenant's connections spoke after the server had answered.
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';

export interface RoundTrips {
  /** The same database by this way. */
  readonly url: string;
  /** The round trips of tenants' connections while the work runs. */
  count(work: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

/** The last message of an answer: the server is ready for the next question (PostgreSQL manual, 55.7). */
const ready = Buffer.from([0x5a, 0, 0, 0, 5]);

/** Whether what has come so far ends with that message, in however many pieces it came. */
class Answer {
  #tail = Buffer.alloc(0);

  take(chunk: Buffer): boolean {
    this.#tail = Buffer.concat([this.#tail, chunk.subarray(-6)]).subarray(-6);
    return this.#tail.subarray(0, -1).equals(ready);
  }
}

/** Whether what comes next goes on with a message that has begun: a large question comes in pieces, of which an early one may be answered already. */
class Messages {
  #head = Buffer.alloc(0);
  #left = 0;
  /** The first message has no type. */
  #headSize = 4;

  get within(): boolean {
    return this.#left > 0 || this.#head.length > 0;
  }

  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#left === 0) {
        const head = Buffer.concat([this.#head, chunk.subarray(at, at + this.#headSize - this.#head.length)]);
        at += head.length - this.#head.length;
        this.#head = head;
        if (head.length < this.#headSize) return;
        this.#left = head.readInt32BE(this.#headSize - 4) - 4;
        this.#head = Buffer.alloc(0);
        this.#headSize = 5;
      }
      const taken = Math.min(this.#left, chunk.length - at);
      this.#left -= taken;
      at += taken;
    }
  }
}

/** The first message tells the name that a connection goes by; administration goes by another. */
const isTenants = (startup: Buffer): boolean => startup.includes('application_name\0tessera\0');

export async function roundTrips(url: string): Promise<RoundTrips> {
  const { host, port, user, password, database } = new pg.Client({ connectionString: url });
  const sockets = new Set<Socket>();
  let trips = 0;
  const server = createServer((near) => {
    const far = host.startsWith('/') ? connect(join(host, `.s.PGSQL.${String(port)}`)) : connect(port, host);
    const state: { counted?: boolean; answered: boolean } = { answered: true };
    const asked = new Messages();
    const answer = new Answer();
    near.on('data', (chunk) => {
      state.counted ??= isTenants(chunk);
      if (state.counted && state.answered && !asked.within) trips += 1;
      state.answered = false;
      asked.take(chunk);
    });
    far.on('data', (chunk) => {
      if (answer.take(chunk)) state.answered = true;
    });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The way to the database has no port.');
  const who = [user ?? '', password ?? '']
    .filter((part) => part !== '')
    .map(encodeURIComponent)
    .join(':');
  return {
    url: `postgres://${who}@127.0.0.1:${String(address.port)}/${encodeURIComponent(database ?? '')}`,
    count: async (work) => {
      const before = trips;
      await work();
      return trips - before;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
