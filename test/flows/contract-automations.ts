// Requests to the operations of automations and their runs, with the automations that they need applied beforehand.
import { createHmac } from 'node:crypto';
import type { Caller, Sent } from './contract-calls.ts';
import type { Operation } from './contract-document.ts';

type Json = Readonly<Record<string, unknown>>;

const label = { en: 'Contract' };
const steps = { pause: { type: 'wait', for: 'P1D' } };
const file = (name: string, content: Json): Json => ({ [`automations/${name}.json`]: { name, label, runAs: 'system', steps, ...content } });

/** On people, whom everybody sees. */
const automations: Json = {
  ...file('contractPress__c', { object: 'user', trigger: { type: 'button', label, inputs: { why: { type: 'text' } } } }),
  ...file('contractStart__c', { trigger: { type: 'button', label } }),
  ...file('contractHook__c', { trigger: { type: 'webhook', inputs: { n: { type: 'number' } } } }),
  ...file('contractTold__c', {
    object: 'user',
    trigger: { type: 'record', on: ['update'] },
    when: { and: [{ '!=': [{ var: 'name' }, 'nobody'] }, { '==': [{ var: 'active' }, true] }] },
  }),
};

async function apply({ admin }: Caller): Promise<void> {
  const answer = await admin.call('POST', '/api/v1/metadata/apply', { files: automations });
  if (answer.status !== 200) throw new Error(answer.text);
}

/** Somebody whom the caller sees. */
async function person({ client }: Caller): Promise<string> {
  const { json } = await client.call('GET', '/api/v1/records/user?fields=id&first=1');
  return (json as { readonly records: readonly { readonly id: string }[] }).records[0]?.id ?? '';
}

async function runs({ admin }: Caller, query: string): Promise<readonly string[]> {
  const { json } = await admin.call('GET', `/api/v1/runs?${query}`);
  return (json as { readonly runs: readonly { readonly id: string }[] }).runs.map(({ id }) => id);
}

/** A run that waits, of a button that was pressed for it. */
async function begun({ admin }: Caller): Promise<string> {
  const { json } = await admin.call('POST', '/api/v1/automations/contractStart__c/start', {});
  return (json as { readonly run: string }).run;
}

async function signed({ admin }: Caller): Promise<Pick<Sent, 'body' | 'headers'>> {
  const { json } = await admin.call('GET', '/api/v1/automations/contractHook__c/webhook-secret');
  const secret = Buffer.from((json as { readonly secret: string }).secret.replace('whsec_', ''), 'base64');
  const [id, timestamp, body] = [crypto.randomUUID(), String(Math.floor(Date.now() / 1000)), '{"n":5}'];
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  return { body, headers: { ...headers, 'Content-Type': 'application/json' } };
}

type Target = (inPath?: Readonly<Record<string, string>>) => Sent;

/** By route. */
const calls: Readonly<Record<string, (caller: Caller, target: Target) => Promise<readonly Sent[]>>> = {
  pressButton: async (caller, target) => [
    { ...target({ object: 'user', id: await person(caller), name: 'contractPress__c' }), body: { inputs: { why: 'x' } } },
  ],
  startAutomation: (_, target) => Promise.resolve([{ ...target({ name: 'contractStart__c' }), body: {} }]),
  explainAutomation: async (caller, target) => {
    const record = await person(caller);
    const of = (name: string, more: Json = {}): Sent => ({ ...target({ name }), body: { record, ...more } });
    return [of('contractTold__c'), of('contractTold__c', { version: 1 }), of('contractPress__c')];
  },
  getWebhookSecret: (_, target) => Promise.resolve([target({ name: 'contractHook__c' })]),
  rotateWebhookSecret: (_, target) => Promise.resolve([target({ name: 'contractHook__c' })]),
  receiveWebhook: async (caller, target) => [
    { ...target({ tenant: caller.client.tenant, name: 'contractHook__c' }), ...(await signed(caller)) },
  ],
  listRuns: async (caller, target) => {
    const run = await begun(caller);
    const { path } = target();
    return ['', '?automation=contractStart__c&state=ready', '?first=1', `?before=${run}`].map((query) => ({ path: path + query }));
  },
  getRun: async (caller, target) => [target({ id: await begun(caller) })],
  retryRun: async (caller, target) => [target({ id: (await runs(caller, 'state=failed'))[0] ?? '' })],
  cancelRun: async (caller, target) => [target({ id: await begun(caller) })],
};

/** Undefined where it is none of these. */
export async function automationCalls(caller: Caller, operation: Operation): Promise<readonly Sent[] | undefined> {
  const make = Object.hasOwn(calls, operation.route) ? calls[operation.route] : undefined;
  if (make === undefined) return undefined;
  await apply(caller);
  return make(caller, (inPath = {}) => ({ path: caller.target(operation, inPath, false) }));
}
