// Deals on their way: stages with moves, conditions, required fields and tasks; one flow for each kind of deals.
import { pack, type Json } from '../support/engine.ts';

const v = (name: string): Json => ({ var: name });
export const en = (text: string, zh?: string): Json => ({ en: text, ...(zh === undefined ? {} : { 'zh-CN': zh }) });
const options = (...names: readonly string[]): Json =>
  Object.fromEntries(names.map((name, i) => [name, { order: (i + 1) * 10, label: en(name.charAt(0).toUpperCase() + name.slice(1)) }]));

export const deal: Json = {
  sharing: 'private',
  recordTypes: { usual: { order: 10, default: true }, partner: { order: 20 }, free: { order: 30 } },
  fields: {
    account: { type: 'lookup', to: 'account', inverse: 'deals' },
    stage: {
      type: 'picklist',
      label: en('Stage', '阶段'),
      history: true,
      options: options('qualify', 'propose', 'negotiate', 'won', 'lost'),
    },
    amount: { type: 'number', scale: 2 },
    closeDate: { type: 'date' },
    reason: { type: 'text' },
    code: { type: 'text', unique: true },
    discount: { type: 'percent' },
    changes: { type: 'rollup', aggregate: { of: 'stageChanges', function: 'count' } },
    proposals: {
      type: 'rollup',
      aggregate: { of: 'stageChanges', function: 'count', where: { '==': [v('to'), 'propose'] } },
    },
  },
};

export const flow: Json = {
  name: 'sales',
  object: 'deal',
  field: 'stage',
  label: en('Sales'),
  recordTypes: ['usual'],
  back: { when: { '<': [v('discount'), 0.5] }, message: en('Such a discount is not taken back.', '这样的折扣不能退回。') },
  stages: {
    qualify: {
      probability: 0.1,
      forecast: 'pipeline',
      allowedDays: { param: 'patience' },
      leave: {
        known: { refuseWhen: { isBlank: [v('account')] }, at: 'account', message: en('Whose deal is it?', '这是谁的商机?') },
      },
      tasks: {
        call: { type: 'check', order: 10, label: en('Call them') },
        budget: { type: 'fields', order: 20, label: en('Ask for the budget'), fields: ['amount'] },
        demo: { type: 'check', order: 30, label: en('Show a demo'), optional: true },
      },
    },
    propose: {
      probability: 0.5,
      forecast: 'bestCase',
      allowedDays: 30,
      required: ['amount', 'closeDate'],
      enter: {
        big: {
          refuseWhen: { and: [{ '<': [v('amount'), 10] }, { '!=': [v('$old.stage'), 'negotiate'] }] },
          at: 'amount',
          message: en('Too small.', '金额太小。'),
        },
        ofGood: { refuseWhen: { '==': [v('account.rating'), 'bad'] }, message: en('Not with them.') },
      },
      tasks: { visit: { type: 'create', label: en('Visit them'), relation: 'visits', where: { '==': [v('kept'), true] } } },
    },
    negotiate: { probability: 0.8, forecast: 'commit' },
    won: { kind: 'won', probability: 1, forecast: 'closed' },
    lost: { kind: 'lost', probability: 0, forecast: 'omitted', required: ['reason'] },
  },
};

export const partnerFlow: Json = {
  name: 'registered',
  object: 'deal',
  field: 'stage',
  recordTypes: ['partner'],
  creation: 'first',
  skip: {},
  reopen: { when: { '!': [{ isBlank: [v('reason')] }] } },
  stages: { propose: { probability: 0.3 }, negotiate: { moves: { won: {} } }, won: { kind: 'won' }, lost: { kind: 'lost' } },
};

export const stagesPack = (more: Json = {}) =>
  pack(
    'crm',
    {
      account: { sharing: 'private', fields: { rating: { type: 'picklist', options: options('good', 'bad') } } },
      deal,
      visit: { sharing: 'private', fields: { deal: { type: 'lookup', to: 'deal', inverse: 'visits' }, kept: { type: 'boolean' } } },
    },
    {
      'parameters/patience.json': { name: 'patience', type: 'number', value: 14, label: en('Patience') },
      'stageFlows/sales.json': flow,
      'stageFlows/registered.json': partnerFlow,
      ...more,
    },
  );
