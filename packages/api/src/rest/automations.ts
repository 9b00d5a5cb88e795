// Automations: buttons that anybody may press who sees them; for administrators why one starts, and how its webhook is signed.
import type { StartInput } from '@tessera/engine';
import { sendJson } from './answer.ts';
import { Members, objectAt } from './body.ts';
import { routes, type Call } from './route.ts';

export const inputsOf = (members: Members): Pick<StartInput, 'inputs'> =>
  members.has('inputs') ? { inputs: objectAt(members.value('inputs'), '/inputs') } : {};

const given = ({ body }: Call): Pick<StartInput, 'inputs'> => inputsOf(new Members(body, '', ['inputs']));

async function press(call: Call): Promise<void> {
  const [automation, object, id] = [call.path('name'), call.path('object'), call.path('id')];
  sendJson(call, await call.engine.run('automations.start', call.context, { automation, object, id, ...given(call) }), 202);
}

async function start(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('automations.start', call.context, { automation: call.path('name'), ...given(call) }), 202);
}

async function explain(call: Call): Promise<void> {
  const members = new Members(call.body, '', ['record', 'version']);
  const version = members.whole('version', 1);
  const input = { automation: call.path('name'), record: members.requiredText('record'), ...(version === undefined ? {} : { version }) };
  sendJson(call, await call.engine.run('automations.explain', call.context, input));
}

async function secret(call: Call): Promise<void> {
  call.response.setHeader('Cache-Control', 'no-store');
  sendJson(call, await call.engine.run('automations.webhookSecret', call.context, { automation: call.path('name') }));
}

async function rotate(call: Call): Promise<void> {
  call.response.setHeader('Cache-Control', 'no-store');
  sendJson(call, await call.engine.run('automations.rotateWebhookSecret', call.context, { automation: call.path('name') }));
}

async function endpointSecrets(call: Call): Promise<void> {
  call.response.setHeader('Cache-Control', 'no-store');
  sendJson(call, await call.engine.run('webhooks.endpointSecrets', call.context, { address: call.query.text('address') ?? '' }));
}

export const automationRoutes = routes([
  { id: 'pressButton', method: 'post', path: '/records/{object}/{id}/automations/{name}', body: 'json', handle: press },
  { id: 'startAutomation', method: 'post', path: '/automations/{name}/start', body: 'json', handle: start },
  { id: 'explainAutomation', method: 'post', path: '/automations/{name}/explain', body: 'json', handle: explain },
  { id: 'getWebhookSecret', method: 'get', path: '/automations/{name}/webhook-secret', handle: secret },
  { id: 'rotateWebhookSecret', method: 'post', path: '/automations/{name}/webhook-secret', handle: rotate },
  { id: 'getEndpointSecrets', method: 'get', path: '/webhook-endpoints/secrets', query: ['address'], handle: endpointSecrets },
]);
