// A tenant with people, reached over HTTP: an engine on a database of its own, with Express in front of it.
import { createServer } from 'node:http';
import { createListener } from '@tessera/api';
import type { EngineOptions } from '@tessera/engine';
import { uuidv7Source, type Logger } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { listen, send, type Answer } from '../api/rest-scene.ts';
import { pack, password, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

export { password } from '../support/engine.ts';

const note = {
  sharing: 'private',
  fields: { name: { type: 'text', label: { en: 'Name' } }, key: { type: 'secret', label: { en: 'Key' } } },
};
const rep = { name: 'rep', label: { en: 'Rep' }, objects: { '*': { read: true, create: true, update: true, fields: { '*': 'edit' } } } };
const noteReader = { name: 'noteReader', label: { en: 'Reads notes' }, objects: { note: { read: true, fields: { '*': 'read' } } } };

/** A pack with an object `note`, a role `rep` that may do much, and a permission set `noteReader` that may do little. */
export function notesPack(settings: Json = {}): Layer {
  return pack(
    'notes',
    { note },
    {
      'roles/rep.json': rep,
      'permissionSets/noteReader.json': noteReader,
      'settings.json': { languages: ['en'], timeZone: 'UTC', currency: 'EUR', ...settings },
    },
  );
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly recoveryCodes?: readonly string[];
}

export interface Caller {
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  remove(path: string): Promise<Answer>;
}

export interface AuditRow {
  readonly action: string;
  readonly actor: string | null;
  readonly actor_kind: string;
  readonly record_id: string | null;
  readonly detail: Json | null;
  readonly address: string | null;
}

export interface IdentityScene extends TestEngine {
  readonly url: string;
  /** A tenant whose administrator is `admin@<name>.example`. */
  open(name: string, settings?: Json): Promise<TestTenant>;
  /** Requests with a token, or as a stranger. */
  as(token?: string): Caller;
  logIn(tenant: string, email: string, more?: Json): Promise<Answer>;
  tokens(tenant: string, email: string, more?: Json): Promise<Tokens>;
  /** The administrator of a tenant, signed in. */
  administrator(tenant: string): Promise<Caller>;
  /** Makes a person with the password of all tests; gives the id. */
  person(tenant: TestTenant, name: string, values?: Json): Promise<string>;
  audit(tenant: TestTenant, ...actions: readonly string[]): Promise<readonly AuditRow[]>;
}

export const codeOf = ({ json }: Answer): unknown => (json as Json)['code'];
export const emailOf = (tenant: string, name: string): string => `${name}@${tenant}.example`;

export async function identityScene(engine: Partial<EngineOptions> = {}, log?: Logger): Promise<IdentityScene> {
  const lab = await testEngine({ engine, ...(log === undefined ? {} : { log }) });
  const outward = engine.publicUrl === undefined ? {} : { publicUrl: engine.publicUrl };
  const silent: Logger = log ?? {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    child: () => silent,
  };
  const app = createListener({ engine: lab.engine, log: silent, newId: uuidv7Source(() => Date.now()), ...outward });
  const server = createServer(app);
  const url = await listen(server);

  const as: IdentityScene['as'] = (token) => {
    const call = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
      send(`${url}/api/v1${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    return {
      get: (path) => call('GET', path),
      post: (path, body, headers) => call('POST', path, body, headers),
      put: (path, body) => call('PUT', path, body),
      patch: (path, body) => call('PATCH', path, body),
      remove: (path) => call('DELETE', path),
    };
  };
  const logIn: IdentityScene['logIn'] = (tenant, email, more = {}) => as().post('/auth/login', { tenant, email, password, ...more });
  const tokens: IdentityScene['tokens'] = async (tenant, email, more) => {
    const answer = await logIn(tenant, email, more);
    if (answer.status !== 200) throw new Error(`${email} cannot sign in: ${answer.text}`);
    return answer.json as Tokens;
  };
  const administrator: IdentityScene['administrator'] = async (tenant) => as((await tokens(tenant, emailOf(tenant, 'admin'))).accessToken);

  return {
    ...lab,
    url,
    as,
    logIn,
    tokens,
    administrator,
    open: (name, settings) => lab.tenant(name, [notesPack(settings)]),
    person: async (tenant, name, values = {}) => {
      const id = await tenant.create('user', { name, email: emailOf(tenant.name, name), active: true, roles: ['rep'], ...values });
      const answer = await (await administrator(tenant.name)).put(`/users/${id}/password`, { password, mustChange: false });
      if (answer.status !== 204) throw new Error(answer.text);
      return id;
    },
    audit: async ({ schema }, ...actions) =>
      (await lab.sql(
        `select action, actor, actor_kind, record_id, detail, address from "${schema}"."_audit" where action = any($1) order by id`,
        [actions],
      )) as unknown as readonly AuditRow[],
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
      await lab.close();
    },
  };
}
