// Two nodes over a PostgreSQL of their own, which may all be killed, with mail and webhook receivers; and what must be settled in the end.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administration } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { openCell, startEmbedded } from '@tessera/storage';
import pg from 'pg';
import type { Answer } from '../api/rest-scene.ts';
import { password } from '../support/engine.ts';
import { HttpClient, type Json } from '../support/http-client.ts';
import { connected } from '../support/postgres.ts';
import type { Random } from '../support/random.ts';
import { nodeSecret, openServers, type ServerProcess } from '../support/server-process.ts';
import { mailReceiver, webhookReceiver, type MailReceiver, type WebhookReceiver } from '../workflow/receivers.ts';
import { clientOf } from './server-scene.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Of the tenant's tables. */
const schema = 't_acme';

/** What is sent again under the same key is done once. */
export interface Keyed {
  readonly token: string;
  readonly method: string;
  readonly path: string;
  readonly body?: Json;
  readonly key?: string;
}

export interface CrashNodes {
  readonly hooks: readonly WebhookReceiver[];
  readonly smtp: MailReceiver;
  /** When nodes and the database were killed, milliseconds since 1970. */
  readonly kills: number[];
  /** The administrator's. */
  readonly token: string;
  signIn(email: string): Promise<string>;
  /** Sends a request once, to one node or the other. */
  send(request: Keyed): Promise<Answer>;
  /** Kills a node as `kill -9` does, and starts another in its place. */
  replace(at: number): Promise<void>;
  /** Kills a backend, upon which PostgreSQL ends all of them and recovers from its log, as after any crash; waits until others are cut off. */
  crashDatabase(): Promise<void>;
  /** As the administrator of the database, as soon as it takes connections. `$schema` is that of the tenant. */
  sql(statement: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

async function makeTenant(url: string): Promise<void> {
  const cell = await openCell({ url, log: silentLogger });
  try {
    const administration = new Administration({ cell, log: silentLogger, secret: nodeSecret, clock: { now: () => Date.now() } });
    const administrator = { email: 'admin@acme.example', name: 'Admin', password };
    await administration.createTenant({ name: 'acme', packs: [], administrator, demo: false });
  } finally {
    await cell.close();
  }
}

/** What a node or database refuses while it is dying or starting is asked for again. */
export async function patient<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= 600) throw error;
      await sleep(100);
    }
  }
}

const signIn = async (node: ServerProcess, email: string): Promise<HttpClient> =>
  HttpClient.signIn(node.url, { tenant: 'acme', email, password });

/** Makes the tenant's objects at a node; gives a token. */
async function prepare(node: ServerProcess, files: Json): Promise<string> {
  const admin = await signIn(node, 'admin@acme.example');
  const answer = await admin.apply(files);
  if (answer.status !== 200) throw new Error(`The metadata was refused: ${answer.text}`);
  return admin.token;
}

/** @param files the tenant's own metadata */
export async function openCrashNodes(chance: Random, files: Json): Promise<CrashNodes> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tessera-crash-'));
  const postgres = await startEmbedded({ dataDir, log: silentLogger, settings: { fsync: 'off', full_page_writes: 'off' } });
  const { url } = postgres;
  const servers = openServers();
  const [smtp, hooks] = await Promise.all([mailReceiver(), Promise.all([webhookReceiver(), webhookReceiver()])]);
  await makeTenant(url);
  const settings = {
    ...{ DATABASE_URL: url, TESSERA_SECRET: nodeSecret, DATA_DIR: await servers.folder(), DEMO: 'off', POOL_SIZE: '8', LOG_LEVEL: 'error' },
    ...{ SMTP_URL: smtp.url, MAIL_FROM: 'Tessera <no-reply@crm.example>' },
    ...{ OUTWARD_ALLOW: '127.0.0.1', OUTWARD_PORTS: hooks.map(({ port }) => port).join(',') },
  };
  const nodes = await Promise.all([servers.start({ settings }), servers.start({ settings })]);
  const kills: number[] = [];
  const sql: CrashNodes['sql'] = (statement, values = []) =>
    patient(() => connected(url, async (client) => (await client.query<Row>(statement.replaceAll('$schema', schema), [...values])).rows));

  return {
    hooks,
    smtp,
    kills,
    sql,
    token: await prepare(chance.pick(nodes), files),
    signIn: async (email) => (await signIn(chance.pick(nodes), email)).token,
    send: ({ token, method, path, body, key }) =>
      clientOf(chance.pick(nodes).url, 'acme', token).call(method, path, body, key === undefined ? {} : { 'Idempotency-Key': key }),
    replace: async (at) => {
      kills.push(Date.now());
      await nodes[at]?.kill();
      nodes[at] = await servers.start({ settings });
    },
    crashDatabase: async () => {
      const [backend] = await sql(
        "select pid from pg_stat_activity where datname = current_database() and application_name like 'tessera%'",
      );
      const witness = new pg.Client({ connectionString: url, application_name: 'test support' });
      witness.on('error', () => undefined);
      await witness.connect();
      const cutOff = new Promise((resolve) => witness.once('end', resolve));
      kills.push(Date.now());
      process.kill(Number(backend?.['pid']), 'SIGKILL');
      await cutOff;
    },
    close: async () => {
      await servers.close();
      await Promise.all([smtp, ...hooks].map((each) => each.close()));
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 40, retryDelay: 100 });
    },
  };
}

/** Receivers take their time, and refuse some at first. */
export function beDifficult({ hooks }: CrashNodes, unkind: Random): void {
  for (const hook of hooks) {
    const seen = new Set<string>();
    hook.answer = async ({ id }) => {
      const first = !seen.has(id);
      seen.add(id);
      await sleep(unkind.below(60));
      return { status: first && unkind.below(10) === 0 ? 503 : 204 };
    };
  }
}

/** Whether no run and no effect is left to be done. */
export async function workDone(nodes: CrashNodes): Promise<boolean> {
  const [left] = await nodes.sql(
    `select (select count(*) from $schema._run where state in ('ready', 'waiting')) + (select count(*) from $schema._effect where state = 'ready') as n`,
  );
  return Number(left?.['n']) === 0;
}

/**
 * Seconds from a kill to the end of what was due just then, at most: steps whose predecessors were done, effects that were written and not sent.
 * @param waitSeconds that steps of the type `wait` last
 */
export async function longestTakeovers(
  nodes: CrashNodes,
  waitSeconds: number,
): Promise<{ readonly steps: number; readonly effects: number }> {
  const [found] = await nodes.sql(
    `with work as (
      select 'step' as kind, s.ended_at as done, case when s.type = 'wait' then make_interval(secs => $2) else interval '0' end
          + coalesce(lag(s.ended_at) over (partition by s.run_id order by s.ended_at, s.id), r.created_at) as due
        from $schema._run_step s join $schema._run r on r.id = s.run_id where s.state = 'done'
      union all select 'effect', ended_at, created_at from $schema._effect
    ), taken as (
      select w.kind, extract(epoch from w.done - k.at)::float8 as seconds
        from work w join (select to_timestamp(unnest($1::float8[]) / 1000)) k(at) on k.at between w.due and w.done
    ) select max(seconds) filter (where kind = 'step') as steps, max(seconds) filter (where kind = 'effect') as effects from taken`,
    [nodes.kills, waitSeconds],
  );
  return { steps: Number(found?.['steps'] ?? 0), effects: Number(found?.['effects'] ?? 0) };
}

export const messageIdIn = (content: string): string => /^Message-ID: (\S+)/im.exec(content)?.[1] ?? '';
