// An engine with files behind HTTP, two tenants, and people who are no administrators.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, type AppOptions } from '@tessera/api';
import { openFileStore, type EngineOptions } from '@tessera/engine';
import { silentLogger, uuidv7Source } from '@tessera/kernel';
import { listen, send, type Answer } from '../api/rest-scene.ts';
import { pack, password, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';

type Headers = Readonly<Record<string, string>>;

export interface HttpScene extends TestEngine {
  readonly url: string;
  readonly tenants: Readonly<Record<'acme' | 'beta', TestTenant>>;
  /** An access token of a person, who is made where there is none. */
  token(tenant: 'acme' | 'beta', name: string): Promise<string>;
  send(method: string, path: string, headers?: Headers, body?: string | Uint8Array): Promise<Answer>;
}

const fields = {
  paper: { type: 'file', label: { en: 'Paper' } },
  picture: { type: 'image', label: { en: 'Picture' } },
  site: { type: 'url', label: { en: 'Site' } },
};
const rep = { name: 'rep', label: { en: 'Rep' }, objects: { card: { read: true, create: true, update: true, fields: { '*': 'edit' } } } };

export async function openHttp(app: Partial<AppOptions> = {}, engine: Partial<EngineOptions> = {}): Promise<HttpScene> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-outward-'));
  const lab = await testEngine({ files: openFileStore({ kind: 'disk', root: folder }), engine });
  const base = pack('base', { card: { sharing: 'private', fields } }, { 'roles/rep.json': rep });
  const tenants = { acme: await lab.tenant('acme', [base]), beta: await lab.tenant('beta', [base]) };
  const server = createServer(createApp({ engine: lab.engine, log: silentLogger, newId: uuidv7Source(() => Date.now()), ...app }));
  const url = await listen(server);
  return {
    ...lab,
    url,
    tenants,
    token: async (tenant, name) => {
      const email = `${name}@${tenant}.example`;
      const user = await tenants[tenant].create('user', { name, email, active: true, roles: ['rep'] });
      await tenants[tenant].run('users.setPassword', { user, password, mustChange: false });
      return (await lab.engine.login({ tenant, email, password }, { requestId: 'test', languages: [] })).accessToken;
    },
    send: (method, path, headers = {}, body) => send(url + path, { method, headers, ...(body === undefined ? {} : { body }) }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await lab.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const bearer = (token: string): Headers => ({ Authorization: `Bearer ${token}` });
