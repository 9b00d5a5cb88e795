// The HTTP server by itself: health, metrics, log lines, and an end that loses no request.
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TesseraError, type Logger } from '@tessera/kernel';
import type { CellStats, JobFigures } from '@tessera/storage';
import { startHttp, type HttpOptions, type HttpServer } from '../../packages/server/src/http.ts';
import { createMetrics } from '../../packages/server/src/metrics.ts';
import { send } from '../api/rest-scene.ts';
import { until } from '../storage/cell-support.ts';

const open: HttpServer[] = [];
const agents: Agent[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  for (const agent of agents.splice(0)) agent.destroy();
});

interface Line {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

async function start(options: Partial<HttpOptions> = {}): Promise<{ readonly server: HttpServer; readonly lines: Line[] }> {
  const lines: Line[] = [];
  const write = (fields: Line['fields'], message: string): void => {
    lines.push({ fields, message });
  };
  const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };
  const server = await startHttp({
    app: (_request, response) => response.end('hello'),
    host: '127.0.0.1',
    port: 0,
    log,
    metrics: createMetrics(),
    ready: () => Promise.resolve(),
    graceMs: 2000,
    ...options,
  });
  open.push(server);
  return { server, lines };
}

/** A request over a connection that is kept open after it. */
function kept(url: string): Promise<{ readonly status: number; readonly connection: string | undefined }> {
  const agent = new Agent({ keepAlive: true });
  agents.push(agent);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, connection: response.headers.connection });
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

describe('health', () => {
  it('tells that the process lives, and whether it can serve', async () => {
    const { server } = await start();
    expect(await send(`${server.url}/healthz`, {})).toMatchObject({ status: 200, text: 'ok\n' });
    expect(await send(`${server.url}/readyz`, {})).toMatchObject({ status: 200, text: 'ready\n' });
    const broken = await start({ ready: () => Promise.reject(new Error('password of the database is hunter2')) });
    expect(await send(`${broken.server.url}/readyz`, {})).toMatchObject({ status: 503, text: 'not ready\n' });
  });

  it('has figures for Prometheus', async () => {
    const pool = { connections: 3, idle: 2, waiting: 1, opened: 4, retired: 0, roleSwitches: 7, acquired: 9 };
    const slowStatements = new Map([['records.read', 3]]);
    const listener = { connected: true, reconnects: 0 };
    const stats = (): CellStats => ({ tenants: pool, administration: pool, listener, retries: 5, slowStatements });
    const queues = [{ kind: 'work', waiting: 2, running: 1, lagSeconds: 4.5 }];
    const jobs: JobFigures = { queues, dead: 3, outbox: { waiting: 6, lagSeconds: 0.25 } };
    let asked = 0;
    const figures = (): Promise<JobFigures> => {
      asked += 1;
      return asked === 2 ? Promise.reject(new Error('the database is away')) : Promise.resolve(jobs);
    };
    const { server } = await start({ metrics: createMetrics(stats, figures) });
    await send(`${server.url}/some/path`, { method: 'BREW' }).catch(() => undefined);
    await send(`${server.url}/some/path?secret=1`, {});
    const { text, headers } = await send(`${server.url}/metrics`, {});
    expect(headers['content-type']).toMatch('text/plain');
    expect(text).toContain('tessera_http_request_duration_seconds_count{method="GET",route="none",status="200"} 1');
    expect(text).toContain('tessera_pool_waiting{pool="tenants"} 1');
    expect(text).toContain('tessera_transaction_retries 5');
    expect(asked).toBe(1);
    for (const line of ['jobs_lag_seconds{queue="work"} 4.5', 'jobs_running{queue="work"} 1', 'jobs_dead 3', 'outbox_lag_seconds 0.25'])
      expect(text).toContain(`tessera_${line}\n`);
    const later = (await send(`${server.url}/metrics`, {})).text;
    expect(later).not.toContain('tessera_jobs_lag_seconds{');
    expect(later).toContain('tessera_slow_statements_total{operation="records.read"} 3');
    expect(text).not.toMatch(/some\/path|BREW/);
  });
});

describe('requests', () => {
  it('leave a line in the log, without their path', async () => {
    const { server, lines } = await start();
    await send(`${server.url}/records?filter=secret`, {});
    await until('the line', () => lines.length > 0);
    expect(lines).toMatchObject([{ message: 'answered', fields: { method: 'GET', status: 200 } }]);
    expect(JSON.stringify(lines)).not.toMatch(/secret|records/);
  });

  it('that are no HTTP are refused', async () => {
    const { server } = await start();
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write('hello, is anybody there?\r\n\r\n'));
      socket.on('data', (data) => {
        resolve(data.toString());
      });
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nConnection: close/);
  });

  it('cannot be listened for on a port that is taken', async () => {
    const { server } = await start();
    const again = start({ port: Number(new URL(server.url).port) });
    await expect(again).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
    await expect(again).rejects.toBeInstanceOf(TesseraError);
  });
});

describe('close', () => {
  it('lets requests finish, and hangs up on idle connections', async () => {
    const begun = Promise.withResolvers<undefined>();
    const { server } = await start({
      graceMs: 60_000,
      app: (_request, response) => {
        begun.resolve(undefined);
        setTimeout(() => response.end('late'), 300);
      },
    });
    const slow = kept(server.url);
    await begun.promise;
    const closed = server.close();
    const since = performance.now();
    expect(await slow).toMatchObject({ status: 200 });
    await closed;
    // Not the 65 s for which an idle connection would be kept.
    expect(performance.now() - since).toBeLessThan(30_000);
    await expect(send(`${server.url}/healthz`, {})).rejects.toThrow(/ECONNREFUSED/);
  });

  it('hangs up on a connection that has been idle', async () => {
    const { server } = await start({ graceMs: 60_000 });
    await kept(server.url);
    const since = performance.now();
    await server.close();
    expect(performance.now() - since).toBeLessThan(30_000);
  });

  it('cuts off what takes longer than the grace', async () => {
    const begun = Promise.withResolvers<undefined>();
    const app = (): void => {
      begun.resolve(undefined);
    };
    const { server, lines } = await start({ app, graceMs: 100 });
    const stuck = kept(server.url);
    stuck.catch(() => undefined);
    await begun.promise;
    await server.close();
    await expect(stuck).rejects.toThrow(/hang up|ECONNRESET/);
    expect(lines.map(({ message }) => message)).toContain('requests took longer than the grace and are cut off');
  });
});
