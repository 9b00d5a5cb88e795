// Signing in and out, and a fresh pair of tokens for a refresh token.
import { sendJson } from './answer.ts';
import { Members } from './body.ts';
import { routes, type Call, type OpenCall } from './route.ts';

async function logIn(call: OpenCall): Promise<void> {
  const members = new Members(call.body, '', ['tenant', 'email', 'password']);
  const input = {
    tenant: members.requiredText('tenant'),
    email: members.requiredText('email'),
    password: members.requiredText('password'),
  };
  sendTokens(call, await call.engine.login(input, call.info));
}

async function refresh(call: OpenCall): Promise<void> {
  const refreshToken = new Members(call.body, '', ['refreshToken']).requiredText('refreshToken');
  sendTokens(call, await call.engine.refresh(refreshToken, call.info));
}

function sendTokens(call: OpenCall, tokens: Awaited<ReturnType<OpenCall['engine']['login']>>): void {
  call.response.setHeader('Cache-Control', 'no-store');
  const { accessToken, refreshToken, expiresIn } = tokens;
  sendJson(call, { accessToken, refreshToken, expiresIn });
}

async function logOut(call: Call): Promise<void> {
  await call.engine.logout(call.context);
  call.response.status(204).end();
}

export const authRoutes = routes([
  { id: 'logIn', method: 'post', path: '/auth/login', body: 'json', open: true, handle: logIn },
  { id: 'refreshTokens', method: 'post', path: '/auth/refresh', body: 'json', open: true, handle: refresh },
  { id: 'logOut', method: 'post', path: '/auth/logout', handle: logOut },
]);
