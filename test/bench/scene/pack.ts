// Metadata of the scene under load: accounts with contacts, private opportunities with two sharing rules, activities.
import type { Layer } from '@tessera/metadata';
import { pack, type Json } from '../../support/engine.ts';

export const stages = ['prospecting', 'qualified', 'proposal', 'negotiation', 'won', 'lost'] as const;
export const industries = ['software', 'retail', 'energy', 'health', 'banking', 'transport', 'public', 'media'] as const;
export const regions = ['north', 'south', 'east', 'west'] as const;
export const sources = ['web', 'referral', 'fair', 'partner', 'call'] as const;
export const kinds = ['call', 'meeting', 'mail', 'task'] as const;
export const priorities = ['low', 'normal', 'high'] as const;

/** From this amount on, managers see opportunities whoever owns them. */
export const largeAmount = 990_000;

const picklist = (values: readonly string[], more: Json = {}): Json => ({
  type: 'picklist',
  options: Object.fromEntries(values.map((name, i) => [name, { order: i, label: { en: name } }])),
  ...more,
});

const account: Json = {
  sharing: 'publicRead',
  fields: {
    name: { type: 'text', required: true, searchable: true },
    industry: picklist(industries, { indexed: true }),
    region: picklist(regions),
    city: { type: 'text', maxLength: 80 },
    website: { type: 'url' },
    phone: { type: 'phone' },
    employees: { type: 'number', scale: 0 },
    revenue: { type: 'currency' },
    active: { type: 'boolean', default: true },
    foundedOn: { type: 'date' },
    notes: { type: 'textarea' },
  },
};

const contact: Json = {
  sharing: 'controlledByParent',
  fields: {
    name: { type: 'text', required: true, searchable: true },
    account: { type: 'masterDetail', to: 'account', inverse: 'contacts' },
    title: { type: 'text', maxLength: 80 },
    email: { type: 'email', searchable: true },
    phone: { type: 'phone' },
    mobile: { type: 'phone' },
    department: { type: 'text', maxLength: 80 },
    birthday: { type: 'date' },
    optOut: { type: 'boolean', default: false },
    notes: { type: 'textarea' },
  },
};

const opportunity: Json = {
  sharing: 'private',
  fields: {
    name: { type: 'text', required: true, searchable: true },
    account: { type: 'lookup', to: 'account', inverse: 'opportunities', onDelete: 'restrict' },
    amount: { type: 'currency', min: 0, history: true, indexed: true },
    stage: picklist(stages, { required: true, default: 'prospecting', history: true }),
    probability: { type: 'percent', min: 0, max: 1, history: true },
    closeDate: { type: 'date', history: true, indexed: true },
    source: picklist(sources),
    externalNumber: { type: 'text', maxLength: 40 },
    nextStep: { type: 'text', maxLength: 200 },
    description: { type: 'textarea' },
  },
  keys: { byStageAndCloseDate: { fields: ['stage', 'closeDate'], unique: false } },
  validationRules: {
    amountWhenWon: {
      refuseWhen: { and: [{ '==': [{ var: 'stage' }, 'won'] }, { isBlank: { var: 'amount' } }] },
      at: 'amount',
      message: { en: 'A won opportunity needs an amount.' },
    },
  },
};

const activity: Json = {
  plural: 'activities',
  sharing: 'private',
  fields: {
    name: { type: 'text', required: true, searchable: true },
    account: { type: 'lookup', to: 'account', inverse: 'activities' },
    opportunity: { type: 'lookup', to: 'opportunity', inverse: 'activities' },
    kind: picklist(kinds, { required: true }),
    priority: picklist(priorities, { default: 'normal' }),
    dueAt: { type: 'datetime', indexed: true },
    minutes: { type: 'number', scale: 0 },
    done: { type: 'boolean', default: false },
    outcome: { type: 'text', maxLength: 200 },
    notes: { type: 'textarea' },
  },
};

const full: Json = { create: true, read: true, update: true, delete: true, fields: { '*': 'edit' } };

const role = (name: string): Json => ({
  [`roles/${name}.json`]: {
    name,
    label: { en: name },
    objects: { account: full, contact: full, opportunity: full, activity: full },
  },
});

const sharingRules: Json = {
  'sharingRules/largeForManagers.json': {
    name: 'largeForManagers',
    object: 'opportunity',
    label: { en: 'Large opportunities for managers' },
    records: { when: { '>=': [{ var: 'amount' }, largeAmount] } },
    to: { managers: { role: 'manager' } },
  },
  'sharingRules/salesDeskForManagers.json': {
    name: 'salesDeskForManagers',
    object: 'opportunity',
    label: { en: 'What the sales desk owns for managers' },
    records: { ownedBy: { department: 'd16' } },
    to: { managers: { role: 'manager' } },
  },
};

export const benchPack: Layer = pack(
  'bench',
  { account, contact, opportunity: { plural: 'opportunities', ...opportunity }, activity },
  { ...role('rep'), ...role('manager'), ...sharingRules },
);
