// OpenID providers of a tenant: which there are, and signing in at one of them.
import { randomBytes } from 'node:crypto';
import { fail } from '@tessera/kernel';
import { runInSession } from '@tessera/records';
import {
  finishProviderLogin,
  linkTo,
  newTenantToken,
  startProviderLogin,
  tenantOfToken,
  tokenHash,
  type OpenIdClient,
  type OutwardFetch,
  type ProviderPerson,
} from '@tessera/security';
import {
  callerOrigin,
  findUser,
  keepOnceToken,
  listProviders,
  putProvider,
  removeProvider,
  requestOrigin,
  useOnceToken,
  type IdentityProvider,
  type IdentityUser,
} from '@tessera/storage';
import type { EngineParts, Session } from '../engine-parts.ts';
import type { TokenPair } from '../types/operation.ts';
import type { RequestInfo } from '../request-info.ts';
import type { TenantRuntime } from '../tenant-runtimes.ts';
import { iso, note } from './audit.ts';
import { personally, userObject } from './guards.ts';
import { createPerson } from './new-person.ts';
import type { InputOf } from './operation-types.ts';
import { platformContext, systemSession } from './platform-session.ts';
import { beginSession } from './sessions.ts';
import type { ShownProvider } from './shapes.ts';

/** How long somebody may take at the provider, and how long the code that follows is good. */
const loginMs = 10 * 60_000;
const codeMs = 60_000;

const shown = ({ clientSecret, ...provider }: IdentityProvider): ShownProvider => ({ ...provider, hasSecret: clientSecret !== null });

const invalid = (reason: string, pointer: string): Error => fail('REQUEST_INVALID', { reason }, { pointer });

function checkProvider({ parts, runtime }: Session, input: InputOf<'identity.providers.put'>): void {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(input.name))
    throw invalid('/name must be 1 to 40 of a-z, 0-9 and -, and begin with a letter.', '/name');
  const protocol = URL.parse(input.issuer)?.protocol;
  const allowed = parts.outward?.allowHttp === true ? ['https:', 'http:'] : ['https:'];
  if (protocol === undefined || !allowed.includes(protocol))
    throw invalid('/issuer must be an address that begins with https://.', '/issuer');
  if (input.clientId === '') throw invalid('/clientId must not be empty.', '/clientId');
  const domain = (input.domains ?? []).findIndex((each) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(each));
  if (domain >= 0) throw invalid('a domain is like example.com.', `/domains/${String(domain)}`);
  if (input.createUsers === true && (input.domains ?? []).length === 0)
    throw invalid('/domains must name those whose people may become users.', '/domains');
  for (const role of input.roles ?? []) {
    const found = Object.hasOwn(runtime.model.roles, role) ? runtime.model.roles[role] : undefined;
    if (found === undefined)
      throw fail('COMPONENT_UNKNOWN', { kind: 'role', name: role, known: `Known: ${Object.keys(runtime.model.roles).join(', ')}.` });
    if (found.administrator) throw invalid('nobody becomes an administrator by signing in.', '/roles');
  }
}

/** Puts a provider in, or in the place of the one of that name. Without `clientSecret` that one's secret stays. */
export async function setProvider(session: Session, input: InputOf<'identity.providers.put'>): Promise<ShownProvider> {
  personally(session);
  checkProvider(session, input);
  const { parts, context, database } = session;
  const { name, issuer, clientId, clientSecret, domains = [], createUsers = false, roles = [] } = input;
  const before = (await listProviders(database)).find((provider) => provider.name === name);
  // A secret is for the provider that it was given by: with another address it would be sent to somebody else.
  const kept = before?.issuer === issuer && before.clientId === clientId ? before.clientSecret : null;
  const provider = {
    name,
    issuer,
    clientId,
    clientSecret: typeof clientSecret === 'string' ? parts.sealer.seal(clientSecret) : clientSecret === null ? null : kept,
    domains: domains.map((domain) => domain.toLowerCase()),
    createUsers,
    roles,
  };
  const origin = callerOrigin(context);
  await putProvider(database, provider, origin.at);
  await note(database, origin, { action: 'identityProvider.put', detail: shown(provider) });
  return shown(provider);
}

export async function providersOf({ database }: Session): Promise<readonly ShownProvider[]> {
  return (await listProviders(database)).map(shown);
}

/** @throws PROVIDER_UNKNOWN */
export async function dropProvider(
  session: Session,
  { name }: InputOf<'identity.providers.remove'>,
): Promise<Readonly<Record<string, never>>> {
  personally(session);
  const { context, database } = session;
  if (!(await removeProvider(database, name))) throw fail('PROVIDER_UNKNOWN', { name });
  await note(database, callerOrigin(context), { action: 'identityProvider.removed', detail: { name } });
  return {};
}

/** Names of a tenant's providers, for the page that people sign in on; none where there is no such tenant. */
export async function providerNames(parts: EngineParts, tenant: string): Promise<readonly string[]> {
  const found = await parts.runtimes.get(tenant).catch(() => undefined);
  return found === undefined ? [] : (await listProviders(found.database)).map(({ name }) => name);
}

/** What is kept, sealed, while somebody is at the provider. */
interface Underway {
  readonly provider: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The hash of what the browser keeps: nobody signs somebody else's browser in. */
  readonly binding: string;
}

const random = (): string => randomBytes(32).toString('base64url');

function outwardOf({ outward, publicUrl }: EngineParts): { readonly outward: OutwardFetch; readonly redirectUri: string } {
  if (outward === undefined || publicUrl === undefined)
    throw fail('UNAVAILABLE', { reason: 'signing in at providers needs PUBLIC_URL to be set.' });
  return { outward, redirectUri: linkTo(publicUrl, ['api', 'v1', 'auth', 'oidc', 'callback']) };
}

async function clientOf(
  parts: EngineParts,
  { database }: TenantRuntime,
  name: string,
): Promise<{ readonly client: OpenIdClient; readonly provider: IdentityProvider; readonly outward: OutwardFetch }> {
  const provider = (await listProviders(database)).find((each) => each.name === name);
  if (provider === undefined) throw fail('PROVIDER_UNKNOWN', { name });
  const { outward, redirectUri } = outwardOf(parts);
  const { issuer, clientId, clientSecret } = provider;
  const secret = clientSecret === null ? undefined : parts.sealer.open(clientSecret);
  return { client: { issuer, clientId, clientSecret: secret, redirectUri }, provider, outward };
}

/** Sends somebody to a provider. @throws PROVIDER_UNKNOWN, PROVIDER_FAILED */
export async function beginProviderLogin(
  parts: EngineParts,
  input: { readonly tenant: string; readonly provider: string },
): Promise<{ readonly url: string; readonly binding: string }> {
  const tenant = await parts.runtimes.get(input.tenant).catch((error: unknown) => {
    throw fail('PROVIDER_UNKNOWN', { name: input.provider }, {}, error);
  });
  const { client, outward } = await clientOf(parts, tenant, input.provider);
  const [state, nonce, verifier, binding] = [newTenantToken(input.tenant), random(), random(), random()];
  const url = await startProviderLogin(client, { state, nonce, verifier }, outward);
  const underway: Underway = { provider: input.provider, nonce, verifier, binding: tokenHash(binding) };
  const now = parts.clock.now();
  await keepOnceToken(tenant.database, {
    hash: tokenHash(state),
    purpose: 'providerLogin',
    userId: null,
    content: parts.sealer.seal(JSON.stringify(underway)),
    at: iso(now),
    expiresAt: iso(now + loginMs),
  });
  return { url, binding };
}

const outOfTime = (cause?: unknown): Error =>
  fail('PROVIDER_LOGIN_REFUSED', { reason: 'this log-in was not begun in this browser, or took too long. Begin again.' }, {}, cause);

/** The user whom a provider speaks of, made where the provider's people become users. */
async function userOf(
  parts: EngineParts,
  tenant: TenantRuntime,
  provider: IdentityProvider,
  person: ProviderPerson,
): Promise<IdentityUser> {
  const refuse = (reason: string): Error => fail('PROVIDER_LOGIN_REFUSED', { reason });
  const { email } = person;
  if (email === undefined) throw refuse('the provider has not verified your email.');
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  if (provider.domains.length > 0 && !provider.domains.includes(domain)) throw refuse(`this provider does not speak for ${domain}.`);
  const object = userObject(tenant);
  const known = await findUser(tenant.database, object, { email });
  if (known === undefined && !provider.createUsers) throw refuse('nobody here has your email.');
  if (known === undefined) return createUser(parts, tenant, provider, { email, name: person.name ?? email });
  if (!known.active) throw refuse('nobody here has your email.');
  return known;
}

async function createUser(
  parts: EngineParts,
  { database }: TenantRuntime,
  { roles }: IdentityProvider,
  { email, name }: { readonly email: string; readonly name: string },
): Promise<IdentityUser> {
  const input = await systemSession(parts, platformContext(parts, database.tenant));
  const id = await runInSession(input, (write) => createPerson(write, { name, email, roles }));
  return { id, name, email, active: true, language: null, roles };
}

/**
 * Takes what a provider has sent back. Gives a code that is exchanged for tokens within a minute: tokens stand in no address.
 * @param input.query of the request, without its question mark
 * @param input.binding what the browser has kept since the beginning
 * @throws PROVIDER_LOGIN_REFUSED, PROVIDER_FAILED
 */
export async function endProviderLogin(
  parts: EngineParts,
  input: { readonly query: string; readonly binding: string },
  request: RequestInfo,
): Promise<{ readonly code: string }> {
  const state = new URLSearchParams(input.query).get('state') ?? '';
  const tenant = await parts.runtimes.get(tenantOfToken(state)).catch((error: unknown) => {
    throw outOfTime(error);
  });
  const { database } = tenant;
  const now = parts.clock.now();
  const kept = await useOnceToken(database, { hash: tokenHash(state), purpose: 'providerLogin', at: iso(now) });
  if (typeof kept?.content !== 'string') throw outOfTime();
  const underway = JSON.parse(parts.sealer.open(kept.content)) as Underway;
  if (tokenHash(input.binding) !== underway.binding) throw outOfTime();
  const { client, provider, outward } = await clientOf(parts, tenant, underway.provider);
  try {
    const person = await finishProviderLogin(client, { state, nonce: underway.nonce, verifier: underway.verifier }, input.query, outward);
    const user = await userOf(parts, tenant, provider, person);
    const code = newTenantToken(database.tenant);
    const token = { hash: tokenHash(code), purpose: 'providerCode', userId: user.id, content: provider.name } as const;
    await keepOnceToken(database, { ...token, at: iso(now), expiresAt: iso(now + codeMs) });
    return { code };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    await note(database, requestOrigin(request, parts.clock), { action: 'session.refused', detail: { provider: provider.name, reason } });
    throw error;
  }
}

/** Exchanges the code that a log-in at a provider ends with. @throws AUTHENTICATION_FAILED */
export async function exchangeProviderCode(parts: EngineParts, code: string, request: RequestInfo): Promise<TokenPair> {
  const failed = (cause?: unknown): Error => fail('AUTHENTICATION_FAILED', {}, {}, cause);
  const tenant = await parts.runtimes.get(tenantOfToken(code)).catch((error: unknown) => {
    throw failed(error);
  });
  const at = iso(parts.clock.now());
  const kept = await useOnceToken(tenant.database, { hash: tokenHash(code), purpose: 'providerCode', at });
  const user = typeof kept?.userId === 'string' ? await findUser(tenant.database, userObject(tenant), { id: kept.userId }) : undefined;
  if (user?.active !== true) throw failed();
  return beginSession(parts, tenant, user.id, request, { by: 'provider', provider: kept?.content });
}
