// What administrators do about people who sign in: passwords, second factors, the end of it all.
import { sendJson } from './answer.ts';
import { sendSecret } from './auth.ts';
import { Members } from './body.ts';
import { routes, type Call } from './route.ts';

async function resetToken(call: Call): Promise<void> {
  sendSecret(call, await call.engine.run('users.resetToken', call.context, { user: call.path('id') }));
}

async function setPassword(call: Call): Promise<void> {
  const members = new Members(call.body, '', ['password', 'mustChange']);
  const mustChange = members.flag('mustChange');
  await call.engine.run('users.setPassword', call.context, {
    user: call.path('id'),
    password: members.requiredText('password'),
    ...(mustChange === undefined ? {} : { mustChange }),
  });
  call.response.status(204).end();
}

async function removeFactor(call: Call): Promise<void> {
  await call.engine.run('secondFactor.remove', call.context, { user: call.path('id') });
  call.response.status(204).end();
}

async function deactivate(call: Call): Promise<void> {
  const handOverTo = new Members(call.body, '', ['handOverTo']).text('handOverTo');
  const input = { user: call.path('id'), ...(handOverTo === undefined ? {} : { handOverTo }) };
  sendJson(call, await call.engine.run('users.deactivate', call.context, input));
}

export const userRoutes = routes([
  { id: 'giveResetToken', method: 'post', path: '/users/{id}/reset-token', handle: resetToken },
  { id: 'setUserPassword', method: 'put', path: '/users/{id}/password', body: 'json', handle: setPassword },
  { id: 'removeUserSecondFactor', method: 'delete', path: '/users/{id}/second-factor', handle: removeFactor },
  { id: 'deactivateUser', method: 'post', path: '/users/{id}/deactivate', body: 'json', handle: deactivate },
]);
