// Signing in at OpenID providers, and the list of them that administrators keep.
import { linkTo } from '@tessera/security';
import { sendJson } from './answer.ts';
import { sendTokens } from './auth.ts';
import { Members } from './body.ts';
import { routes, type Call, type OpenCall } from './route.ts';

const callbackPath = '/auth/oidc/callback';

/** What the browser keeps while it is at the provider: only the browser that began may end. */
const bindingCookie = 'tessera_sign_in';
const bindingSeconds = 600;

function setBinding({ response, publicUrl }: OpenCall, value: string, seconds: number): void {
  const secure = publicUrl?.startsWith('https:') === true ? '; Secure' : '';
  // Lax: it comes along when the provider sends the browser back.
  response.setHeader(
    'Set-Cookie',
    `${bindingCookie}=${value}; Path=/api/v1/auth/oidc; Max-Age=${String(seconds)}; HttpOnly; SameSite=Lax${secure}`,
  );
}

function bindingOf({ request }: OpenCall): string {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === bindingCookie)?.[1] ?? '';
}

function sendAway({ response }: OpenCall, url: string): void {
  response.setHeader('Cache-Control', 'no-store').setHeader('Referrer-Policy', 'no-referrer').setHeader('Location', url);
  response.status(302).end();
}

async function listNames(call: OpenCall): Promise<void> {
  const names = await call.engine.identity.providers(call.query.text('tenant') ?? '');
  sendJson(call, { providers: names.map((name) => ({ name })) });
}

async function begin(call: OpenCall): Promise<void> {
  const input = { tenant: call.path('tenant'), provider: call.path('provider') };
  const { url, binding } = await call.engine.identity.beginProviderLogin(input);
  setBinding(call, binding, bindingSeconds);
  sendAway(call, url);
}

async function callback(call: OpenCall): Promise<void> {
  const [, query = ''] = (call.request.url ?? '').split('?');
  setBinding(call, '', 0);
  const { code } = await call.engine.identity.endProviderLogin({ query, binding: bindingOf(call) }, call.info);
  // In the fragment, where no log sees it; the page exchanges it for tokens.
  sendAway(call, linkTo(call.publicUrl, ['signed-in'], {}, { code }));
}

async function exchange(call: OpenCall): Promise<void> {
  const code = new Members(call.body, '', ['code']).requiredText('code');
  sendTokens(call, await call.engine.identity.exchangeProviderCode(code, call.info));
}

async function listProviders(call: Call): Promise<void> {
  sendJson(call, { providers: await call.engine.run('identity.providers.list', call.context, {}) });
}

async function putProvider(call: Call): Promise<void> {
  const members = new Members(call.body, '', ['issuer', 'clientId', 'clientSecret', 'domains', 'createUsers', 'roles']);
  const createUsers = members.flag('createUsers');
  const isPublic = members.has('clientSecret') && members.value('clientSecret') === null;
  const clientSecret = isPublic ? null : members.text('clientSecret');
  const input = {
    name: call.path('name'),
    issuer: members.requiredText('issuer'),
    clientId: members.requiredText('clientId'),
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(members.has('domains') ? { domains: members.requiredTexts('domains') } : {}),
    ...(createUsers === undefined ? {} : { createUsers }),
    ...(members.has('roles') ? { roles: members.requiredTexts('roles') } : {}),
  };
  sendJson(call, await call.engine.run('identity.providers.put', call.context, input));
}

async function removeProvider(call: Call): Promise<void> {
  await call.engine.run('identity.providers.remove', call.context, { name: call.path('name') });
  call.response.status(204).end();
}

/** What providers are known to send back beside what the standards name. */
const sentBack = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'session_state', 'scope', 'authuser', 'prompt', 'hd'];

export const providerRoutes = routes([
  { id: 'listSignInProviders', method: 'get', path: '/auth/oidc', query: ['tenant'], open: true, handle: listNames },
  { id: 'beginProviderLogIn', method: 'get', path: '/auth/oidc/{tenant}/{provider}', open: true, handle: begin },
  { id: 'endProviderLogIn', method: 'get', path: callbackPath, query: sentBack, open: true, handle: callback },
  { id: 'exchangeProviderCode', method: 'post', path: '/auth/oidc/token', body: 'json', open: true, handle: exchange },
  { id: 'listIdentityProviders', method: 'get', path: '/auth/providers', handle: listProviders },
  { id: 'putIdentityProvider', method: 'put', path: '/auth/providers/{name}', body: 'json', handle: putProvider },
  { id: 'removeIdentityProvider', method: 'delete', path: '/auth/providers/{name}', handle: removeProvider },
]);
