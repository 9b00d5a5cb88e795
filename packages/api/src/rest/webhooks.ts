// Webhooks that come in: signed as Standard Webhooks has it, by whoever has the secret; nobody is signed in.
import { sendJson } from './answer.ts';
import { readJsonText } from './body.ts';
import { routes, type OpenCall } from './route.ts';

/** More than any message needs; what is larger belongs into a file. */
const mostBytes = 256_000;

const headerOf = ({ request }: OpenCall, name: string): string | undefined => {
  const found = request.headers[name];
  return typeof found === 'string' ? found : undefined;
};

async function receive(call: OpenCall): Promise<void> {
  // The signature is over the bytes as they were sent.
  const body = await readJsonText(call.request, Math.min(mostBytes, call.limits.body));
  const started = await call.engine.receiveWebhook({
    tenant: call.path('tenant'),
    automation: call.path('name'),
    id: headerOf(call, 'webhook-id'),
    timestamp: headerOf(call, 'webhook-timestamp'),
    signature: headerOf(call, 'webhook-signature'),
    body,
  });
  sendJson(call, started, 202);
}

export const webhookRoutes = routes([
  { id: 'receiveWebhook', method: 'post', path: '/webhooks/{tenant}/{name}', open: true, body: 'stream', handle: receive },
]);
