// A world with a pool of leads, who gets them, and what they become, for the tests of these kinds as metadata.
import { buildModel, type Layer } from '@tessera/metadata';
import { object, objects, pack, platform, type Json } from './layer-kit.ts';

export const label = { en: 'x' };

export const leadPool: Json = {
  name: 'leadPool',
  label: { en: 'Lead pool' },
  object: 'lead',
  enter: { '==': [{ var: 'source' }, 'web'] },
  members: { reps: { role: 'rep' }, east: { department: 'east', below: true } },
  administrators: { boss: { role: 'boss' } },
  assign: 'routing',
  limits: { perDay: 5, held: 20, counts: { '!=': [{ var: 'source' }, 'fair'] } },
  coolDown: 'P7D',
  reasons: { noAnswer: { label: { en: 'No answer' } } },
  recycle: {
    idle: { after: 'P14D', since: ['touchedAt'], warn: 'P2D', template: 'goesBack', when: { '!=': [{ var: 'source' }, 'fair'] } },
  },
};

export const routing: Json = {
  name: 'routing',
  object: 'lead',
  decide: { table: 'regions', values: { city: { var: 'city' } } },
  rules: {
    big: { order: 10, when: { '>': [{ var: 'size' }, 100] }, to: { boss: { user: { var: '$steps.decision.boss' } } } },
    others: { order: 20, label: { en: 'In turn' }, to: { reps: { role: 'rep' } }, method: 'leastLoad', absent: 'standIn' },
  },
  load: { '==': [{ var: 'source' }, 'web'] },
};

export const toCustomer: Json = {
  name: 'toCustomer',
  object: 'lead',
  when: { '!=': [{ var: 'source' }, 'fair'] },
  message: { en: 'Not yet.' },
  targets: {
    account: {
      order: 10,
      object: 'account',
      values: { name: { var: 'name' }, code: { var: 'code' } },
      find: { '==': [{ var: 'code' }, { var: '$record.code' }] },
      onMatch: 'fill',
      link: 'account',
    },
    deal: {
      order: 20,
      object: 'deal',
      values: { name: { var: 'name' }, account: { var: '$steps.account.id' } },
      children: {
        lines: {
          relation: 'wishes',
          object: 'line',
          values: { name: { var: 'name' }, deal: { var: '$steps.deal.id' }, note: { var: 'text' } },
        },
        notes: { relation: 'remarks', values: { lead: null } },
      },
    },
  },
  attached: 'account',
  set: { source: 'fair' },
};

export const world = (more: Json = {}, rename: (name: string) => string = (name) => name): Layer =>
  pack('crm', {
    ...objects(
      object('lead', {
        source: { type: 'picklist', options: { web: {}, fair: {} } },
        [rename('city')]: { type: 'text', ...(rename('city') === 'city' ? {} : { renamedFrom: ['city'] }) },
        code: { type: 'text' },
        size: { type: 'number' },
        [rename('touchedAt')]: { type: 'datetime', ...(rename('touchedAt') === 'touchedAt' ? {} : { renamedFrom: ['touchedAt'] }) },
        seen: { type: 'formula', returns: 'date', formula: { date: { var: '$now' } } },
        [rename('account')]: { type: 'lookup', to: 'account', ...(rename('account') === 'account' ? {} : { renamedFrom: ['account'] }) },
      }),
      object('account', {
        [rename('code')]: { type: 'text', unique: true, ...(rename('code') === 'code' ? {} : { renamedFrom: ['code'] }) },
      }),
      object('deal', { account: { type: 'lookup', to: 'account', required: true } }),
      object(
        'line',
        { deal: { type: 'masterDetail', to: 'deal', inverse: 'lines' }, note: { type: 'text' } },
        { sharing: 'controlledByParent' },
      ),
      object('wish', { lead: { type: 'lookup', to: 'lead', inverse: 'wishes' }, text: { type: 'text' } }),
      object('remark', { lead: { type: 'lookup', to: 'lead', inverse: 'remarks' } }),
      object('region', { city: { type: 'text' }, boss: { type: 'user' } }),
    ),
    'roles/rep.json': { name: 'rep', label },
    'roles/boss.json': { name: 'boss', label },
    'templates/goesBack.json': { name: 'goesBack', object: 'lead', inApp: { subject: { en: '{{ name }} goes back' } } },
    'templates/ofAccount.json': { name: 'ofAccount', object: 'account', inApp: { subject: { en: '{{ name }}' } } },
    'decisionTables/regions.json': { name: 'regions', object: 'region', inputs: { city: { field: 'city' } }, outputs: ['boss'] },
    'pools/leadPool.json': leadPool,
    'assignmentRules/routing.json': routing,
    'conversions/toCustomer.json': toCustomer,
    ...more,
  });

const told = (path: string, content: Json): string[] =>
  buildModel([platform, world({ [path]: JSON.parse(JSON.stringify(content)) as Json })]).problems.map(
    ({ code, file, pointer }) => `${code} ${file === `crm/${path}` ? (pointer ?? '') : `${file ?? ''}#${pointer ?? ''}`}`,
  );

/** What is wrong with each where it says this; undefined: where it does not say it. */
export const wrongPool = (change: Json): string[] => told('pools/leadPool.json', { ...leadPool, ...change });
export const wrongRouting = (change: Json): string[] => told('assignmentRules/routing.json', { ...routing, ...change });
export const wrongConversion = (change: Json): string[] => told('conversions/toCustomer.json', { ...toCustomer, ...change });

export const unfit = (pointer: string): string => `METADATA_REFERENCE_UNFIT ${pointer}`;
export const missing = (pointer: string): string => `METADATA_REFERENCE_MISSING ${pointer}`;
