// Nodes with limits over one database, in this process: each has connections, an engine and an HTTP server of its own.
import { createServer } from 'node:http';
import { createListener, type AppOptions } from '@tessera/api';
import { createEngine, type EngineOptions } from '@tessera/engine';
import { silentLogger, uuidv7Source } from '@tessera/kernel';
import { openCell, type Cell } from '@tessera/storage';
import { listen, send, type Answer } from '../api/rest-scene.ts';
import { pack, password, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';

export interface NodeOptions {
  readonly rates?: EngineOptions['rates'];
  readonly logins?: EngineOptions['logins'];
  readonly trustedProxies?: AppOptions['trustedProxies'];
  readonly more?: Partial<EngineOptions>;
}

type Headers = Readonly<Record<string, string>>;

export interface LimitedNode {
  readonly url: string;
  /** Transactions on the control schema so far; leases and attempts to sign in are such. */
  readonly controls: number;
  get(path: string, headers?: Headers): Promise<Answer>;
  post(path: string, body: unknown, headers?: Headers): Promise<Answer>;
  logIn(tenant: string, email: string, given?: string, headers?: Headers): Promise<Answer>;
}

export interface LimitScene extends TestEngine {
  readonly tenants: Readonly<Record<'acme' | 'beta', TestTenant>>;
  /** Makes a person of a tenant; gives an access token, which all nodes take. */
  token(tenant: 'acme' | 'beta', name: string): Promise<string>;
  node(options?: NodeOptions): Promise<LimitedNode>;
  /** Full buckets, and nobody has failed. */
  reset(): Promise<void>;
}

export const bearer = (token: string): Headers => ({ Authorization: `Bearer ${token}` });
export const emailOf = (name: string, tenant = 'acme'): string => `${name}@${tenant}.example`;
const secret = 'a secret of these tests, long enough';

function countingControls(cell: Cell, count: () => void): Cell {
  return new Proxy(cell, {
    get(target, name) {
      if (name === 'control') count();
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function openNode(url: string, options: NodeOptions, closers: (() => Promise<void>)[]): Promise<LimitedNode> {
  const { rates, logins, trustedProxies, more = {} } = options;
  const cell = await openCell({ url, log: silentLogger });
  let controls = 0;
  const engine = await createEngine({
    cell: countingControls(cell, () => (controls += 1)),
    log: silentLogger,
    secret,
    clock: { now: () => Date.now() },
    logins: logins ?? { account: 0, address: 0, windowSeconds: 900 },
    // A machine that is slow for a while opens no budget.
    ...(rates === undefined ? {} : { rates: { patienceMs: 30_000, ...rates } }),
    ...more,
  });
  const proxies = trustedProxies === undefined ? {} : { trustedProxies };
  const server = createServer(createListener({ engine, log: silentLogger, newId: uuidv7Source(() => Date.now()), ...proxies }));
  const address = await listen(server);
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await engine.close();
    await cell.close();
  });
  const post: LimitedNode['post'] = (path, body, headers = {}) =>
    send(address + path, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) });
  return {
    url: address,
    get controls() {
      return controls;
    },
    get: (path, headers = {}) => send(address + path, { headers }),
    post,
    logIn: (tenant, email, given = password, headers = {}) => post('/api/v1/auth/login', { tenant, email, password: given }, headers),
  };
}

/** Tenants `acme` and `beta` with a role `rep` for the people that are made. */
export async function openLimits(): Promise<LimitScene> {
  const lab = await testEngine();
  const rep = { name: 'rep', label: { en: 'Rep' }, objects: { '*': { read: true, create: true, update: true, fields: { '*': 'edit' } } } };
  const base = pack('base', { thing: { fields: { note: { type: 'text', label: { en: 'Note' } } } } }, { 'roles/rep.json': rep });
  const tenants = { acme: await lab.tenant('acme', [base]), beta: await lab.tenant('beta', [base]) };
  const closers: (() => Promise<void>)[] = [];
  return {
    ...lab,
    tenants,
    token: async (tenant, name) => {
      const email = emailOf(name, tenant);
      const user = await tenants[tenant].create('user', { name, email, active: true, roles: ['rep'] });
      await tenants[tenant].run('users.setPassword', { user, password, mustChange: false });
      const request = { requestId: 'test', languages: [] };
      return (await lab.engine.login({ tenant, email, password }, request)).accessToken;
    },
    node: (options = {}) => openNode(lab.database.url, options, closers),
    reset: async () => {
      await lab.sql('delete from tessera.rate');
      await lab.sql('delete from tessera.login_limit');
    },
    close: async () => {
      for (const close of closers) await close();
      await lab.close();
    },
  };
}

/** How many answers had which status. */
export function statuses(answers: readonly Answer[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
