// Metadata of the access scene: private accounts and deals, and ten sharing rules on deals.
import type { Layer } from '@tessera/metadata';
import { pack, type Json } from '../support/engine.ts';

const full: Json = { create: true, read: true, update: true, delete: true, fields: { '*': 'edit' } };

const role = (name: string): Json => ({ [`roles/${name}.json`]: { name, label: { en: name }, objects: { account: full, deal: full } } });

const options = (...names: readonly string[]): Json =>
  Object.fromEntries(names.map((name, i) => [name, { order: i, label: { en: name } }]));

const rule = (name: string, records: Json, ...to: readonly Json[]): Json => ({
  [`sharingRules/${name}.json`]: {
    name,
    object: 'deal',
    label: { en: name },
    records,
    to: Object.fromEntries(to.map((subject, i) => [`to${i}`, subject])),
  },
});

const managers: Json = { role: 'manager' };

/** By owner, one of each kind of subject, and by condition. Managers are recipients of four of them; one follows a lookup. */
const sharingRules: Json = {
  ...rule('ofSupport', { ownedBy: { role: 'support' } }, { department: 'd2', below: true }),
  ...rule('ofKeyAccounts', { ownedBy: { group: 'g1' } }, managers),
  ...rule('ofPilot', { ownedBy: { department: 'd30' } }, { group: 'g2' }),
  ...rule('ofSubsidiary', { ownedBy: { department: 'd7', below: true } }, { role: 'finance' }),
  ...rule('ofColleague', { ownedBy: { user: 'p500@bench.example' } }, managers),
  ...rule('large', { when: { '>': [{ var: 'amount' }, 1_000_000] } }, managers),
  ...rule('wonInNorth', { when: { and: [{ '==': [{ var: 'stage' }, 'won'] }, { '==': [{ var: 'region' }, 'north'] }] } }, managers),
  ...rule('renewals', { when: { contains: [{ var: 'note' }, 'renewal'] } }, { group: 'g3' }),
  ...rule('overdue', { when: { '<': [{ var: 'closeDate' }, '2020-01-15'] } }, { role: 'finance' }),
  ...rule('ofPublicAccounts', { when: { '==': [{ var: 'account.industry' }, 'public'] } }, { role: 'finance' }, { group: 'g4' }),
};

export const accessPack: Layer = pack(
  'base',
  {
    account: {
      sharing: 'private',
      fields: { industry: { type: 'picklist', options: options('retail', 'public', 'saas', 'energy') }, city: { type: 'text' } },
    },
    deal: {
      sharing: 'private',
      fields: {
        account: { type: 'lookup', to: 'account', inverse: 'deals' },
        amount: { type: 'number', scale: 2, indexed: true },
        stage: { type: 'picklist', options: options('open', 'proposal', 'won', 'lost') },
        region: { type: 'picklist', options: options('north', 'south', 'east', 'west') },
        closeDate: { type: 'date' },
        note: { type: 'textarea' },
      },
    },
  },
  { ...role('rep'), ...role('manager'), ...role('finance'), ...role('support'), ...sharingRules },
);
