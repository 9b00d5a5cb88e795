// The HTTP server: time limits against slow clients, health and metrics, a log line per request, an end that loses none.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { observed } from '@tessera/api';
import { fail, type Logger } from '@tessera/kernel';
import { codeOf } from './error-code.ts';
import type { Metrics } from './metrics.ts';

export interface HttpOptions {
  readonly app: RequestListener;
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Rejects while the server cannot serve. */
  readonly ready: () => Promise<void>;
  /** How long requests may go on after `close`, in milliseconds. */
  readonly graceMs: number;
}

export interface HttpServer {
  readonly url: string;
  /** Takes no new connections, lets requests finish, cuts off what takes longer than the grace. */
  close(): Promise<void>;
}

/** A request's headers must be there by then, and all of it by the other: slow senders hold no connection for ever. */
const headersTimeoutMs = 15_000;
const requestTimeoutMs = 15 * 60_000;
/** Longer than the idle time of common load balancers, which must be the first to hang up. */
const keepAliveTimeoutMs = 65_000;

function sendText(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  response.end(text);
}

async function sendReady(response: ServerResponse, closing: boolean, ready: () => Promise<void>, log: Logger): Promise<void> {
  try {
    if (closing) throw new Error('the server is stopping');
    await ready();
    sendText(response, 200, 'ready\n');
  } catch (error) {
    if (!closing) log.warn({ err: error }, 'not ready');
    sendText(response, 503, 'not ready\n');
  }
}

/** Answers what is no HTTP as far as that is possible. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status: Readonly<Record<string, string>> = {
    HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
    ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  };
  socket.end(`HTTP/1.1 ${status[error.code ?? ''] ?? '400 Bad Request'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Logs and counts an answered request. The path is left out: filters and values stand in it. */
function note(request: IncomingMessage, response: ServerResponse, startMs: number, { log, metrics }: HttpOptions): void {
  const ms = performance.now() - startMs;
  const { requestId, route, tenant } = observed(request, response);
  const method = request.method ?? '';
  // 499, as others log it: the caller did not wait for the answer.
  const status = response.writableFinished ? response.statusCode : 499;
  metrics.answered({ method, route, status, seconds: ms / 1000 });
  log.info({ requestId, tenant, method, route, status, ms: Math.round(ms * 10) / 10 }, 'answered');
}

/** What the server answers by itself. */
function answerOwn(response: ServerResponse, path: string, closing: boolean, { ready, log, metrics }: HttpOptions): boolean {
  switch (path) {
    case '/healthz':
      sendText(response, 200, 'ok\n');
      return true;
    case '/readyz':
      void sendReady(response, closing, ready, log);
      return true;
    case '/metrics':
      void metrics.text().then((text) => {
        sendText(response, 200, text, metrics.contentType);
      });
      return true;
    default:
      return false;
  }
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const { port: actual } = server.address() as AddressInfo;
      const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
      resolve(`http://${shown}:${actual}`);
    });
  });
}

function closeServer(server: Server, graceMs: number, log: Logger): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      log.warn({ graceMs }, 'requests took longer than the grace and are cut off');
      server.closeAllConnections();
    }, graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Listens. @throws LISTEN_FAILED */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { app, host, port, log, graceMs } = options;
  let closing: Promise<void> | undefined;
  const server = createServer(
    { headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs, keepAliveTimeout: keepAliveTimeoutMs },
    (request, response) => {
      const startMs = performance.now();
      // A connection that goes on answering would keep the server from its end.
      if (closing !== undefined) response.setHeader('Connection', 'close');
      const { method, url = '' } = request;
      const isOwn = method === 'GET' && answerOwn(response, url.split('?', 1)[0] ?? '', closing !== undefined, options);
      // Emitted for every answer, once it is out or its connection has gone.
      response.on('close', () => {
        if (!isOwn) note(request, response, startMs, options);
        if (closing !== undefined)
          setImmediate(() => {
            server.closeIdleConnections();
          });
      });
      if (!isOwn) app(request, response);
    },
  );
  server.on('clientError', refuseGarbage);
  server.on('dropRequest', (_request, socket) => socket.destroy());
  const url = await listen(server, host, port).catch((error: unknown) => {
    throw listenError(error, host, port);
  });
  return { url, close: () => (closing ??= closeServer(server, graceMs, log)) };
}

function listenError(error: unknown, host: string, port: number): unknown {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'the port is in use. Stop the other program, or set PORT.',
    EACCES: 'this user may not listen there. Set PORT to 1024 or higher.',
    EADDRNOTAVAIL: 'this machine does not have the address. Set HOST.',
    ENOTFOUND: 'there is no such address. Set HOST.',
  };
  const reason = reasons[codeOf(error) ?? ''];
  return reason === undefined ? error : fail('LISTEN_FAILED', { host, port, reason }, {}, error);
}
