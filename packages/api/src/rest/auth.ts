// Signing in and out, new passwords, and a fresh pair of tokens for a refresh token.
import type { LogIn } from '@tessera/engine';
import { sendJson } from './answer.ts';
import { Members } from './body.ts';
import { routes, type Call, type OpenCall } from './route.ts';

const logInMembers = ['tenant', 'email', 'password', 'code'];

function logInOf(members: Members): LogIn {
  const code = members.text('code');
  return {
    tenant: members.requiredText('tenant'),
    email: members.requiredText('email'),
    password: members.requiredText('password'),
    ...(code === undefined ? {} : { code }),
  };
}

async function logIn(call: OpenCall): Promise<void> {
  sendTokens(call, await call.engine.login(logInOf(new Members(call.body, '', logInMembers)), call.info));
}

async function refresh(call: OpenCall): Promise<void> {
  const refreshToken = new Members(call.body, '', ['refreshToken']).requiredText('refreshToken');
  sendTokens(call, await call.engine.refresh(refreshToken, call.info));
}

/** Answers with what nobody may keep but the caller. */
export function sendSecret(call: OpenCall, value: unknown, status = 200): void {
  call.response.setHeader('Cache-Control', 'no-store');
  sendJson(call, value, status);
}

export function sendTokens(call: OpenCall, tokens: Awaited<ReturnType<OpenCall['engine']['login']>>): void {
  const { accessToken, refreshToken, expiresIn, recoveryCodes } = tokens;
  sendSecret(call, { accessToken, refreshToken, expiresIn, ...(recoveryCodes === undefined ? {} : { recoveryCodes }) });
}

async function logOut(call: Call): Promise<void> {
  await call.engine.logout(call.context);
  call.response.status(204).end();
}

async function changePassword(call: OpenCall): Promise<void> {
  const members = new Members(call.body, '', [...logInMembers, 'newPassword']);
  const input = { ...logInOf(members), newPassword: members.requiredText('newPassword') };
  sendTokens(call, await call.engine.identity.changePassword(input, call.info));
}

async function askReset(call: OpenCall): Promise<void> {
  const members = new Members(call.body, '', ['tenant', 'email']);
  await call.engine.identity.askReset({ tenant: members.requiredText('tenant'), email: members.requiredText('email') }, call.info);
  call.response.status(202).end();
}

async function resetPassword(call: OpenCall): Promise<void> {
  const members = new Members(call.body, '', ['token', 'password']);
  const input = { token: members.requiredText('token'), password: members.requiredText('password') };
  await call.engine.identity.resetPassword(input, call.info);
  call.response.status(204).end();
}

async function enrolAtLogIn(call: OpenCall): Promise<void> {
  const members = new Members(call.body, '', ['tenant', 'email', 'password']);
  sendSecret(call, await call.engine.identity.enrol(logInOf(members), call.info));
}

async function impersonate(call: Call): Promise<void> {
  const user = new Members(call.body, '', ['user']).requiredText('user');
  sendSecret(call, await call.engine.run('users.impersonate', call.context, { user }));
}

export const authRoutes = routes([
  { id: 'logIn', method: 'post', path: '/auth/login', body: 'json', open: true, handle: logIn },
  { id: 'refreshTokens', method: 'post', path: '/auth/refresh', body: 'json', open: true, handle: refresh },
  { id: 'logOut', method: 'post', path: '/auth/logout', handle: logOut },
  { id: 'changePassword', method: 'post', path: '/auth/password', body: 'json', open: true, handle: changePassword },
  { id: 'askPasswordReset', method: 'post', path: '/auth/reset', body: 'json', open: true, handle: askReset },
  { id: 'resetPassword', method: 'post', path: '/auth/reset/confirm', body: 'json', open: true, handle: resetPassword },
  { id: 'enrolAtLogIn', method: 'post', path: '/auth/second-factor/enrol', body: 'json', open: true, handle: enrolAtLogIn },
  { id: 'impersonate', method: 'post', path: '/auth/impersonate', body: 'json', handle: impersonate },
]);
