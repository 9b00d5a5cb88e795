// Requests to the operations of signing in, with the people, keys and sessions that they need made beforehand.
import { Secret, TOTP } from 'otpauth';
import { password } from '../support/engine.ts';
import type { Caller, Sent } from './contract-calls.ts';
import type { Operation } from './contract-document.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * What needs an identity provider, or a tenant that lets nobody in without a second factor (`test/identity/` answers these), a record
 * that a conversion is for (`conversion-http.test.ts`), or one that lies in a pool (`pools-claims.test.ts`).
 */
export const answeredElsewhere: ReadonlySet<string> = new Set([
  'enrolAtLogIn',
  'beginProviderLogIn',
  'endProviderLogIn',
  'exchangeProviderCode',
  'convertRecord',
  'claimRecord',
  'returnRecord',
  'assignRecord',
  'transferRecord',
]);

/** The app that a caller has enrolled. */
const apps = new WeakMap<Caller, TOTP>();

const stepMs = 30_000;

async function send({ client }: Pick<Caller, 'client'>, method: string, path: string, body?: unknown, token?: string): Promise<Json> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const answer = await client.call(method, `/api/v1${path}`, body, headers);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.text}`);
  return (answer.json ?? {}) as Json;
}

export interface Somebody {
  readonly id: string;
  readonly credentials: { readonly tenant: string; readonly email: string; readonly password: string };
}

/** A new person who may sign in. */
export async function somebody({ admin }: Pick<Caller, 'admin'>, values: Json = {}): Promise<Somebody> {
  const { tenant } = admin;
  const email = `${crypto.randomUUID()}@${tenant}.example`;
  const as = { client: admin };
  const id = String((await send(as, 'POST', '/records/user?fields=id', { name: 'Somebody', email, active: true, ...values }))['id']);
  await send(as, 'PUT', `/users/${id}/password`, { password, mustChange: false });
  return { id, credentials: { tenant, email, password } };
}

const signIn = async (caller: Caller, { credentials }: Somebody): Promise<string> =>
  String((await send(caller, 'POST', '/auth/login', credentials))['accessToken']);

const newKey = (): Json => ({
  name: 'contract',
  permissionSets: ['basics'],
  expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
});

const provider = { issuer: 'https://id.example', clientId: 'crm' };

/** By route; what is not here needs nothing beforehand. */
const calls: Readonly<
  Record<string, (caller: Caller, target: (inPath?: Readonly<Record<string, string>>) => Sent) => Promise<readonly Sent[]>>
> = {
  changePassword: async (caller, target) => {
    const { credentials } = await somebody(caller);
    return [{ ...target(), body: { ...credentials, newPassword: 'Zitrone-im-Garten-1' } }];
  },
  askPasswordReset: (caller, target) =>
    Promise.resolve([{ ...target(), body: { tenant: caller.client.tenant, email: 'nobody@x.example' } }]),
  resetPassword: async (caller, target) => {
    const { token } = await send({ client: caller.admin }, 'POST', `/users/${(await somebody(caller)).id}/reset-token`);
    return [{ ...target(), body: { token, password: 'Zitrone-im-Garten-1' } }];
  },
  impersonate: async (caller, target) => {
    await send(caller, 'POST', '/metadata/apply', { files: { 'settings.json': { impersonation: true } } });
    return [{ ...target(), body: { user: (await somebody(caller)).id } }];
  },
  revokeSession: async (caller, target) => {
    await send(caller, 'POST', '/auth/login', { tenant: caller.client.tenant, email: caller.email, password });
    const { sessions } = (await send(caller, 'GET', '/auth/sessions')) as {
      readonly sessions: readonly { readonly id: string; readonly current: boolean }[];
    };
    return [target({ id: sessions.find(({ current }) => !current)?.id ?? '' })];
  },
  confirmSecondFactor: async (caller, target) => {
    const { secret } = await send(caller, 'POST', '/auth/second-factor');
    const app = new TOTP({ secret: Secret.fromBase32(String(secret)) });
    apps.set(caller, app);
    return [{ ...target(), body: { code: app.generate() } }];
  },
  // The code of the present step was taken by confirming; the next one is taken already.
  removeSecondFactor: (caller, target) =>
    Promise.resolve([{ ...target(), body: { code: apps.get(caller)?.generate({ timestamp: Date.now() + stepMs }) ?? '' } }]),
  listApiKeys: async (caller, target) => {
    await send(caller, 'POST', '/api-keys', newKey());
    return [target()];
  },
  createApiKey: (_caller, target) => Promise.resolve([{ ...target(), body: newKey() }]),
  revokeApiKey: async (caller, target) => [target({ id: String((await send(caller, 'POST', '/api-keys', newKey()))['id']) })],
  giveResetToken: async (caller, target) => [target({ id: (await somebody(caller)).id })],
  setUserPassword: async (caller, target) => [
    { ...target({ id: (await somebody(caller)).id }), body: { password: 'Zitrone-im-Garten-1' } },
  ],
  removeUserSecondFactor: async (caller, target) => {
    const person = await somebody(caller);
    await send(caller, 'POST', '/auth/second-factor', undefined, await signIn(caller, person));
    return [target({ id: person.id })];
  },
  deactivateUser: async (caller, target) => [{ ...target({ id: (await somebody(caller)).id }), body: {} }],
  putIdentityProvider: (_caller, target) => Promise.resolve([{ ...target({ name: 'idp' }), body: provider }]),
  removeIdentityProvider: async (caller, target) => {
    await send(caller, 'PUT', '/auth/providers/gone', provider);
    return [target({ name: 'gone' })];
  },
};

/** Requests to an operation of signing in; undefined where it needs none of its own. */
export async function identityCalls(caller: Caller, operation: Operation): Promise<readonly Sent[] | undefined> {
  if (answeredElsewhere.has(operation.route)) return [];
  const make = Object.hasOwn(calls, operation.route) ? calls[operation.route] : undefined;
  return make?.(caller, (inPath = {}) => ({ path: caller.target(operation, inPath) }));
}
