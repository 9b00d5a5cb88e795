// Decision tables over one object of rates, one for each way of reading it.
import type { Json } from '../support/engine.ts';
import { pack } from '../support/engine.ts';

const label = { en: 'x' };

const inputs = {
  region: { field: 'region' },
  channel: { match: 'in', field: 'channels' },
  quantity: { match: 'range', from: 'quantityFrom', to: 'quantityTo' },
};
const values = { region: { var: '$inputs.region' }, channel: { var: '$inputs.channel' }, quantity: { var: '$inputs.quantity' } };

const table = (name: string, more: Json): Json => ({
  name,
  object: 'rate',
  inputs,
  outputs: ['price', 'code'],
  validFrom: 'since',
  validTo: 'until',
  ...more,
});

const asking = (name: string): Json => ({
  name,
  runAs: 'system',
  trigger: {
    type: 'called',
    inputs: { region: { type: 'text' }, channel: { type: 'text' }, quantity: { type: 'number' }, day: { type: 'date' } },
  },
  steps: { ask: { type: 'decide', table: name, values, asOf: { var: '$inputs.day' } } },
});

const tables: readonly Json[] = [
  table('cheapest', { hit: 'first', sort: { price: {} } }),
  table('oldest', { hit: 'first', default: 'values', values: { code: 'none' } }),
  table('only', { hit: 'unique', default: 'error' }),
  table('total', { hit: 'sum', outputs: ['price'] }),
  table('all', { hit: 'collect' }),
];

export const rates = pack(
  'rates',
  {
    rate: {
      fields: {
        name: { type: 'text' },
        region: { type: 'text' },
        channels: { type: 'multiPicklist', options: { web: { label }, shop: { label }, phone: { label } } },
        quantityFrom: { type: 'number', precision: 18, scale: 4 },
        quantityTo: { type: 'number', precision: 18, scale: 4 },
        since: { type: 'date' },
        until: { type: 'date' },
        price: { type: 'number', precision: 30, scale: 10 },
        code: { type: 'text' },
      },
    },
  },
  Object.fromEntries(
    tables.flatMap((each) => [
      [`decisionTables/${String(each['name'])}.json`, each],
      [`automations/${String(each['name'])}.json`, asking(String(each['name']))],
    ]),
  ),
);
