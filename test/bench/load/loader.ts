// The closed loop: so many connections, each of which sends its next request when the answer to the last is there.
import { connect, type Socket } from 'node:net';
import { AnswerReader, type Answer } from './http-wire.ts';

export interface LoadOptions {
  readonly url: string;
  readonly requests: readonly Buffer[];
  readonly connections: number;
  readonly ms: number;
  /** Where in the list of requests to begin. */
  readonly from: number;
}

export interface LoadResult {
  readonly answered: number;
  readonly seconds: number;
  /** Milliseconds from a request's last byte to its answer's last, in ascending order. */
  readonly latencies: Float64Array;
}

/** GraphQL answers 200 to what it refuses. */
function refusal({ status, body }: Answer): string | undefined {
  const fine = status >= 200 && status < 300 && !body.includes('"errors":[{') && !body.includes('"ok":false');
  return fine ? undefined : `${String(status)} ${body.toString('utf8', 0, 500)}`;
}

export function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.once('error', reject).once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** Sends one request and gives its answer. */
export async function ask(url: string, request: Buffer): Promise<Answer> {
  const socket = await openSocket(url);
  const reader = new AnswerReader();
  try {
    return await new Promise((resolve, reject) => {
      socket.on('data', (chunk) => {
        const answer = reader.push(chunk);
        if (answer !== undefined) resolve(answer);
      });
      socket.once('error', reject).once('close', () => {
        reject(new Error(`${url} hung up.`));
      });
      socket.write(request);
    });
  } finally {
    socket.destroy();
  }
}

/** What all connections of a load share. */
interface Shared {
  readonly requests: readonly Buffer[];
  readonly latencies: number[];
  readonly until: number;
  next: number;
}

/** Runs one connection to the end of the time. */
function runConnection(socket: Socket, shared: Shared): Promise<void> {
  const reader = new AnswerReader();
  let sent = 0;
  return new Promise((resolve, reject) => {
    const send = (): void => {
      const request = shared.requests[shared.next % shared.requests.length];
      if (request === undefined) throw new TypeError('There is nothing to send.');
      shared.next += 1;
      sent = performance.now();
      socket.write(request);
    };
    socket.on('data', (chunk) => {
      const answer = reader.push(chunk);
      if (answer === undefined) return;
      const wrong = refusal(answer);
      if (wrong !== undefined) reject(new Error(`The server refused: ${wrong}`));
      const now = performance.now();
      shared.latencies.push(now - sent);
      if (now < shared.until && wrong === undefined) send();
      else resolve();
    });
    socket.once('error', reject).once('close', () => {
      reject(new Error('The server hung up.'));
    });
    send();
  });
}

/** Loads a server for a time. Throws where an answer is no success. */
export async function load({ url, requests, connections, ms, from }: LoadOptions): Promise<LoadResult & { readonly next: number }> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => openSocket(url)));
  const since = performance.now();
  const shared: Shared = { requests, latencies: [], until: since + ms, next: from };
  try {
    await Promise.all(sockets.map((socket) => runConnection(socket, shared)));
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  const latencies = Float64Array.from(shared.latencies).sort();
  return { answered: latencies.length, seconds: (performance.now() - since) / 1000, latencies, next: shared.next };
}
