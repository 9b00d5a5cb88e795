// Real servers on 127.0.0.1 for calls that leave the platform: HTTP, HTTPS, and a name server that may change its mind.
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { Resolve } from '@tessera/security';

/** Made for these tests: the name hooks.example, believed by nobody else, good until 2120. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBbDCCAROgAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1ob29rcy5l
eGFtcGxlMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAYMRYwFAYD
VQQDDA1ob29rcy5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEwWfQ
rSoGsoRzcVsJN4a7E9+EpV/CZdTWbvP/sotduPW2zz0EO0DGXJHRF8cibEMbF2yJ
nlYWLNX7SOCzb8kWbqNMMEowGAYDVR0RBBEwD4INaG9va3MuZXhhbXBsZTAPBgNV
HRMBAf8EBTADAQH/MB0GA1UdDgQWBBTsyHzVIlfSCn8DFOvcx6L/iWF33TAKBggq
hkjOPQQDAgNHADBEAiBv64gXeMCLfCLHWMFP7XzqJ24XDXpWm03TT0DjOhQV4QIg
Yls97+A+3mTvK7LtQ8VPUfkbMo89sgbGm5XHzybh7Zo=
-----END CERTIFICATE-----`;
const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNZE6Bt7Fg7FMxD2c
7dAPw2DP291Pl9b9U0QItpEaL9ehRANCAATBZ9CtKgayhHNxWwk3hrsT34SlX8Jl
1NZu8/+yi1249bbPPQQ7QMZckdEXxyJsQxsXbImeVhYs1ftI4LNvyRZu
-----END PRIVATE KEY-----`;

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface HookServer {
  readonly port: number;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

type Answer = (request: Received, response: ServerResponse) => void;

/** A server that keeps what it was sent. */
export async function hookServer(answer: Answer, { tls = false }: { readonly tls?: boolean } = {}): Promise<HookServer> {
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(one);
      answer(one, response);
    });
  };
  const server = tls ? createTlsServer({ key: certificateKey, cert: certificate }, listener) : createServer(listener);
  await new Promise<void>((resolve) => (server as Server).listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

export interface NameServer {
  readonly resolve: Resolve;
  /** Names that were asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

function nameIn(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('ascii', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), end: at + 5 };
}

/** One A record per address, behind the question (RFC 1035 §4). */
function answerTo(query: Buffer, end: number, addresses: readonly string[]): Buffer {
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt32BE(0, 8);
  const records = addresses.map((address) => Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]));
  return Buffer.concat([header, query.subarray(12, end), ...records]);
}

/** A name server for A records. `answer` gives the addresses for the n-th question, from 0. */
export async function nameServer(answer: (name: string, n: number) => readonly string[]): Promise<NameServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => {
    const { name, end } = nameIn(query);
    const addresses = answer(name, asked.length);
    asked.push(name);
    socket.send(answerTo(query, end, addresses), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    asked,
    resolve: async (host) => (await resolver.resolve4(host)).map((address) => ({ address })),
    close: () =>
      new Promise((resolve) => {
        resolver.cancel();
        socket.close(() => {
          resolve();
        });
      }),
  };
}
