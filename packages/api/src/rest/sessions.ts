// Sessions, second factor and API keys: the caller's own, and by `user` those of others for administrators.
import { sendJson } from './answer.ts';
import { sendSecret } from './auth.ts';
import { Members } from './body.ts';
import { routes, type Call } from './route.ts';

function userOf(call: Call): { readonly user?: string } {
  const user = call.query.text('user');
  return user === undefined ? {} : { user };
}

async function listSessions(call: Call): Promise<void> {
  sendJson(call, { sessions: await call.engine.run('sessions.list', call.context, userOf(call)) });
}

async function revokeSession(call: Call): Promise<void> {
  await call.engine.run('sessions.revoke', call.context, { id: call.path('id') });
  call.response.status(204).end();
}

async function revokeOtherSessions(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('sessions.revokeOthers', call.context, userOf(call)));
}

async function factorStatus(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('secondFactor.status', call.context, {}));
}

async function enrolFactor(call: Call): Promise<void> {
  sendSecret(call, await call.engine.run('secondFactor.enrol', call.context, {}));
}

async function confirmFactor(call: Call): Promise<void> {
  const code = new Members(call.body, '', ['code']).requiredText('code');
  sendSecret(call, await call.engine.run('secondFactor.confirm', call.context, { code }));
}

async function removeFactor(call: Call): Promise<void> {
  const code = new Members(call.body, '', ['code']).requiredText('code');
  await call.engine.run('secondFactor.remove', call.context, { code });
  call.response.status(204).end();
}

async function listApiKeys(call: Call): Promise<void> {
  sendJson(call, { apiKeys: await call.engine.run('apiKeys.list', call.context, userOf(call)) });
}

async function createApiKey(call: Call): Promise<void> {
  const members = new Members(call.body, '', ['name', 'permissionSets', 'expiresAt', 'user']);
  const user = members.text('user');
  const input = {
    name: members.requiredText('name'),
    permissionSets: members.requiredTexts('permissionSets'),
    expiresAt: members.requiredText('expiresAt'),
    ...(user === undefined ? {} : { user }),
  };
  sendSecret(call, await call.engine.run('apiKeys.create', call.context, input), 201);
}

async function revokeApiKey(call: Call): Promise<void> {
  await call.engine.run('apiKeys.revoke', call.context, { id: call.path('id') });
  call.response.status(204).end();
}

export const sessionRoutes = routes([
  { id: 'listSessions', method: 'get', path: '/auth/sessions', query: ['user'], handle: listSessions },
  { id: 'revokeOtherSessions', method: 'delete', path: '/auth/sessions', query: ['user'], handle: revokeOtherSessions },
  { id: 'revokeSession', method: 'delete', path: '/auth/sessions/{id}', handle: revokeSession },
  { id: 'getSecondFactor', method: 'get', path: '/auth/second-factor', handle: factorStatus },
  { id: 'enrolSecondFactor', method: 'post', path: '/auth/second-factor', handle: enrolFactor },
  { id: 'confirmSecondFactor', method: 'post', path: '/auth/second-factor/confirm', body: 'json', handle: confirmFactor },
  { id: 'removeSecondFactor', method: 'post', path: '/auth/second-factor/remove', body: 'json', handle: removeFactor },
  { id: 'listApiKeys', method: 'get', path: '/api-keys', query: ['user'], handle: listApiKeys },
  { id: 'createApiKey', method: 'post', path: '/api-keys', body: 'json', handle: createApiKey },
  { id: 'revokeApiKey', method: 'delete', path: '/api-keys/{id}', handle: revokeApiKey },
]);
