// A small world for automations: contracts of accounts, with renewals, tasks and a table of limits.
import type { AutomationModel, Layer, StepModel } from '@tessera/metadata';
import { buildModel } from '@tessera/metadata';
import { model, object, objects, pack, platform, type Json } from './layer-kit.ts';

export const label = { en: 'x' };

const lookup = (to: string | readonly string[], more: Json = {}): Json => ({ type: 'lookup', to, ...more });
const options = (...names: readonly string[]): Json => Object.fromEntries(names.map((name) => [name, {}]));

const contract = object(
  'contract',
  {
    account: lookup('account', { inverse: 'contracts' }),
    status: { type: 'picklist', options: { draft: {}, active: {}, ended: {}, lost: { active: false } } },
    tags: { type: 'multiPicklist', options: options('vip', 'new') },
    start: { type: 'date' },
    endDate: { type: 'date' },
    signedAt: { type: 'datetime' },
    amount: { type: 'currency' },
    dollars: { type: 'currency', currency: 'CHF' },
    count: { type: 'number' },
    csm: { type: 'user' },
    about: lookup(['account', 'task']),
    note: { type: 'text', maxLength: 10 },
    checked: { type: 'boolean', readOnly: true },
    key: { type: 'secret' },
    twice: { type: 'formula', returns: 'number', formula: { '*': [{ var: 'count' }, 2] } },
    nextDate: { type: 'formula', returns: 'date', formula: { dateAdd: [{ var: 'endDate' }, 1] } },
    renewalSum: { type: 'rollup', aggregate: { of: 'renewals', function: 'sum', value: { var: 'amount' } } },
  },
  { team: { roles: { helper: { label, access: 'edit' } } } },
);

const files: Json = {
  ...objects(
    contract,
    object('account', { industry: { type: 'picklist', options: options('saas', 'retail') }, owner2: { type: 'user' } }),
    object(
      'renewal',
      {
        name: { type: 'autoNumber', format: 'R-{0000}' },
        contract: { type: 'masterDetail', to: 'contract', inverse: 'renewals' },
        period: { type: 'date', required: true },
        amount: { type: 'currency', scale: 2 },
        note: { type: 'text' },
      },
      { keys: { contractPeriod: { fields: ['contract', 'period'] }, byNote: { fields: ['note'], unique: false } } },
    ),
    object('task', { about: lookup(['contract', 'renewal']), due: { type: 'date' }, done: { type: 'boolean' } }),
    object('limit', {
      region: { type: 'picklist', options: options('north', 'south') },
      industries: { type: 'multiPicklist', options: options('saas', 'retail') },
      low: { type: 'number' },
      high: { type: 'number' },
      percent: { type: 'percent' },
      boss: { type: 'user' },
      since: { type: 'date' },
      until: { type: 'date' },
    }),
  ),
  'parameters/notice.json': { name: 'notice', type: 'duration', value: 'P90D' },
  'parameters/word.json': { name: 'word', type: 'text', value: 'soon' },
  'roles/rep.json': { name: 'rep', label },
  'calendars/office.json': { name: 'office', hours: { monday: ['09:00-12:00', '13:00-18:00'] } },
  'templates/dueSoon.json': { name: 'dueSoon', object: 'contract', inApp: { subject: { en: '{{ name }} ends {{ endDate }}' } } },
  'templates/hello.json': { name: 'hello', email: { subject: { en: 'Hello {{ $user.name }}' }, body: { en: 'Good morning.' } } },
  'decisionTables/limits.json': {
    name: 'limits',
    object: 'limit',
    inputs: { region: { field: 'region' }, size: { match: 'range', from: 'low', to: 'high' } },
    outputs: ['percent', 'boss'],
    validFrom: 'since',
  },
  'automations/helper.json': {
    name: 'helper',
    object: 'contract',
    trigger: { type: 'called', inputs: { reason: { type: 'text', required: true }, who: { type: 'user' } } },
    steps: { note: { type: 'let', values: { x: { var: '$inputs.who.name' } } } },
  },
};

export const world = (more: Json = {}): Layer => pack('crm', { ...files, ...more });

export const onUpdate: Json = { type: 'record', on: ['update'] };

/** An automation `a` on contracts; without a trigger of its own it starts with a contract's creation. */
export const automation = (steps: Json, rest: Json = {}): Json => ({
  name: 'a',
  object: 'contract',
  trigger: { type: 'record', on: ['create'] },
  steps,
  ...rest,
});

const file = 'automations/a.json';

/** The automation as the Model has it. */
export function built(steps: Json, rest: Json = {}, ...above: readonly Layer[]): AutomationModel {
  const found = model(world({ [file]: automation(steps, rest) }), ...above).automations['a'];
  if (found === undefined) throw new TypeError('There is no automation a.');
  return found;
}

/** The only step of its type. */
export function stepOf<T extends StepModel['type']>(steps: readonly StepModel[], type: T): Extract<StepModel, { readonly type: T }> {
  const found = steps.find((step): step is Extract<StepModel, { readonly type: T }> => step.type === type);
  if (found === undefined) throw new TypeError(`There is no step ${type}.`);
  return found;
}

/** What is wrong with an automation, each as `CODE pointer`. */
export function wrong(steps: Json, rest: Json = {}): string[] {
  return wrongIn(file, automation(steps, rest)).map(({ code, pointer }) => `${code} ${pointer}`);
}

/** The sentences of it. */
export const told = (steps: Json, rest: Json = {}): string[] => wrongIn(file, automation(steps, rest)).map(({ message }) => message);

/** What is wrong with the world when one of its files says this. */
export function wrongIn(path: string, content: Json): { readonly code: string; readonly pointer: string; readonly message: string }[] {
  return buildModel([platform, world({ [path]: content })]).problems.map(({ code, file: at, pointer, message }) => ({
    code,
    pointer: at === `crm/${path}` ? (pointer ?? '') : `${at ?? ''}#${pointer ?? ''}`,
    message,
  }));
}
