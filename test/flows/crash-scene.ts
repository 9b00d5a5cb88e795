// Orders that each start an automation, at nodes that are killed.
import type { Json } from '../support/http-client.ts';
import type { Random } from '../support/random.ts';
import { openCrashNodes, patient, type CrashNodes } from './crash-nodes.ts';

export const waitSeconds = 2;

const label = (en: string): Json => ({ en });
const text = (more: Json = {}): Json => ({ type: 'text', label: label('Text'), ...more });

/** Whoever does a step twice makes a second parcel, or counts to two. */
const files: Json = {
  'objects/order__c.json': {
    name: 'order__c',
    plural: 'orders__c',
    label: label('Order'),
    fields: {
      name: text({ unique: true }),
      address: text({ maxLength: 1000 }),
      parcel: { type: 'lookup', to: 'parcel__c', label: label('Parcel') },
      turns: { type: 'number', scale: 0, default: 0, label: label('Turns') },
    },
  },
  'objects/parcel__c.json': {
    name: 'parcel__c',
    plural: 'parcels__c',
    label: label('Parcel'),
    fields: { name: text(), order: { type: 'lookup', to: 'order__c', label: label('Order') } },
  },
  'templates/shipped__c.json': {
    name: 'shipped__c',
    label: label('Shipped'),
    object: 'order__c',
    email: { subject: label('Shipped: {{ name }}'), body: label('{{ name }} is on its way.') },
  },
  'automations/ship__c.json': {
    name: 'ship__c',
    object: 'order__c',
    runAs: 'system',
    trigger: { type: 'record', on: ['create'] },
    steps: {
      pack: { type: 'create', order: 10, object: 'parcel__c', values: { name: { var: '$record.name' }, order: { var: '$record' } } },
      rest: { type: 'wait', order: 20, for: `PT${String(waitSeconds)}S` },
      post: { type: 'webhook', order: 30, address: { var: 'address' }, values: { order: { var: 'name' } } },
      mail: { type: 'notify', order: 40, to: { owner: { field: 'owner' } }, template: 'shipped__c', channels: ['email'] },
      mark: { type: 'set', order: 50, values: { parcel: { var: '$steps.pack.id' }, turns: { '+': [{ var: 'turns' }, 1] } } },
    },
  },
};

export interface CrashScene extends CrashNodes {
  /** Creates an order at one node or the other, again and again under one key until it is answered. */
  order(name: string, address: string): Promise<void>;
}

export async function openCrashScene(chance: Random): Promise<CrashScene> {
  const nodes = await openCrashNodes(chance, files);
  const { token } = nodes;
  return {
    ...nodes,
    order: (name, address) =>
      patient(async () => {
        const answer = await nodes.send({ token, method: 'POST', path: '/api/v1/records/order__c', body: { name, address }, key: name });
        if (answer.status !== 201) throw new Error(`${name} was not created: ${answer.text}`);
      }),
  };
}
