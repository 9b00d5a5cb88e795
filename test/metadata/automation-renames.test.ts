// Names that a pack changes, and the automations, templates and tables that a tenant wrote with the former ones.
import { describe, expect, it } from '@jest/globals';
import { rewriteRenames, type Layer } from '@tessera/metadata';
import { label } from './automation-kit.ts';
import { model, object, objects, pack, platform, problems, tenant, type Json } from './layer-kit.ts';

/** The pack before and after it called things by better names. */
function crm(renamed: boolean): Layer {
  const name = (now: string, before: string): string => (renamed ? now : before);
  const from = (before: string): Json => (renamed ? { renamedFrom: [before] } : {});
  const deal = object(
    'deal',
    {
      [name('account', 'customer')]: { type: 'lookup', to: name('account', 'customer'), inverse: 'deals', ...from('customer') },
      [name('stage', 'phase')]: {
        type: 'picklist',
        options: { open: {}, [name('won', 'gained')]: { ...from('gained') } },
        ...from('phase'),
      },
      [name('closeDate', 'expected')]: { type: 'date', ...from('expected') },
      [name('amount', 'value')]: { type: 'number', ...from('value') },
    },
    { keys: { [name('byDate', 'byTime')]: { fields: ['name', name('closeDate', 'expected')], ...from('byTime') } } },
  );
  const part = object(
    'part',
    {
      [name('closeDate', 'expected')]: { type: 'date', ...from('expected') },
      [name('amount', 'value')]: { type: 'number', ...from('value') },
    },
    { keys: { [name('byDate', 'byTime')]: { fields: ['name', name('closeDate', 'expected')], ...from('byTime') } } },
  );
  const account = {
    ...object(name('account', 'customer'), { [name('sector', 'branch')]: { type: 'text', ...from('branch') }, boss: { type: 'user' } }),
    ...from('customer'),
  };
  const step = { order: 10, type: 'find', object: name('account', 'customer'), where: { '==': [{ var: name('sector', 'branch') }, 'x'] } };
  return pack('crm', {
    ...objects(deal, part, account),
    [`roles/${name('seller', 'rep')}.json`]: { name: name('seller', 'rep'), label, ...from('rep') },
    [`calendars/${name('office', 'work')}.json`]: { name: name('office', 'work'), hours: { monday: ['09:00-18:00'] }, ...from('work') },
    [`parameters/${name('notice', 'grace')}.json`]: { name: name('notice', 'grace'), type: 'duration', value: 'P9D', ...from('grace') },
    [`templates/${name('late', 'slow')}.json`]: {
      name: name('late', 'slow'),
      object: 'deal',
      inApp: { subject: { en: '{{ name }}' } },
      ...from('slow'),
    },
    [`decisionTables/${name('limits', 'bounds')}.json`]: {
      name: name('limits', 'bounds'),
      object: 'deal',
      inputs: { [`stage`]: { field: name('stage', 'phase') } },
      outputs: [name('amount', 'value')],
      ...from('bounds'),
    },
    [`automations/${name('helper', 'aid')}.json`]: {
      name: name('helper', 'aid'),
      object: 'deal',
      trigger: { type: 'called' },
      steps: { step },
      ...from('aid'),
    },
  });
}

const own: Json = {
  name: 'own__c',
  object: 'deal',
  trigger: {
    type: 'button',
    label,
    inputs: { who: { type: 'lookup', to: 'customer' } },
    visibleWhen: { '==': [{ var: 'phase' }, 'gained'] },
  },
  when: { isBlank: { var: 'expected' } },
  steps: {
    look: {
      order: 10,
      type: 'find',
      object: 'customer',
      where: { '==': [{ var: 'id' }, { var: '$record.customer' }] },
      sort: { branch: {} },
    },
    set: {
      order: 20,
      type: 'set',
      values: { phase: 'gained', name: { cat: [{ var: '$steps.look.branch' }, { var: '$inputs.who.branch' }] } },
    },
    make: {
      order: 30,
      type: 'upsert',
      object: 'deal',
      by: 'byTime',
      values: {
        name: 'x',
        expected: { dateAdd: [{ var: 'expected' }, 1, 'work'] },
        phase: { if: [{ '==': [{ var: 'phase' }, 'open'] }, 'open', 'open'] },
      },
    },
    each: {
      order: 40,
      type: 'forEach',
      object: 'deal',
      where: { '==': [{ var: 'customer' }, { var: '$record.customer' }] },
      steps: { up: { type: 'update', record: { var: '$item.customer' }, values: { branch: { var: '$item.name' } } } },
    },
    split: {
      order: 50,
      type: 'branch',
      cases: { a: { when: { '==': [{ var: 'phase' }, 'gained'] }, steps: { wait: { type: 'wait', for: { param: 'grace' } } } } },
      otherwise: { wait: { type: 'wait', for: 'PT4H', calendar: 'work' } },
    },
    tell: {
      order: 60,
      type: 'notify',
      template: 'slow',
      to: { a: { role: 'rep' }, b: { field: 'customer.boss' }, c: { managerOf: 'customer.boss' } },
    },
    call: { order: 70, type: 'call', automation: 'aid' },
    decide: { order: 80, type: 'decide', table: 'bounds', values: { stage: 'gained' } },
    all: {
      order: 90,
      type: 'atomic',
      lock: { object: 'customer', where: { isBlank: { var: 'branch' } } },
      steps: { gone: { type: 'delete', record: { var: 'customer' } } },
    },
    many: {
      order: 100,
      type: 'upsert',
      object: 'deal',
      by: 'byTime',
      from: {
        object: 'customer',
        where: { '==': [{ var: 'branch' }, 'x'] },
        series: { start: { var: '$record.expected' }, end: { today: [] }, every: 'P1M' },
      },
      values: { name: { var: 'branch' }, expected: { var: '$series.date' } },
      stale: 'void',
      scope: { '==': [{ var: 'phase' }, 'gained'] },
    },
    spread: {
      order: 110,
      type: 'allocate',
      amount: { var: 'value' },
      over: { object: 'deal', where: { '==': [{ var: 'phase' }, 'gained'] }, sort: { expected: {} } },
      capacity: { var: 'value' },
      into: { object: 'part', by: 'byTime', amount: 'value', values: { name: 'x', expected: { var: 'expected' } } },
    },
  },
};

const files: Json = {
  'automations/own__c.json': own,
  'automations/watch__c.json': {
    name: 'watch__c',
    object: 'deal',
    trigger: { type: 'record', on: ['update'], changed: ['phase'] },
    steps: { l: { type: 'let', values: { x: 1 } } },
  },
  'automations/late__c.json': {
    name: 'late__c',
    object: 'deal',
    runAs: 'system',
    trigger: { type: 'atTime', of: 'expected', after: { param: 'grace' }, calendar: 'work' },
    steps: { l: { type: 'let', values: { x: { aggregate: { of: 'customer.deals', function: 'sum', value: { var: 'value' } } } } } },
  },
  'extensions/aid.json': {
    extends: 'aid',
    kind: 'automation',
    steps: { step: { sort: { branch: {} } }, next__c: { order: 20, type: 'let', values: { x: { var: '$steps.step.branch' } } } },
  },
  'extensions/slow.json': {
    extends: 'slow',
    kind: 'template',
    email: { subject: { en: '{{customer.branch}} of {{ $record.customer.name }}' } },
  },
  'extensions/bounds.json': { extends: 'bounds', kind: 'decisionTable', sort: { expected: {} }, default: 'values', values: { value: 1 } },
  'decisionTables/rates__c.json': {
    name: 'rates__c',
    object: 'deal',
    inputs: { at: { match: 'range', from: 'expected', to: 'expected' } },
    outputs: ['value'],
    validFrom: 'expected',
  },
  'templates/mine__c.json': { name: 'mine__c', object: 'deal', inApp: { subject: { en: 'Of {{ customer.name }}: {{ phase }}' } } },
};

describe('a tenant that used the former names', () => {
  it('was right before, and is after', () => {
    expect(problems(crm(false), tenant(files))).toEqual([]);
    expect(problems(crm(true), tenant(files))).toEqual([]);
  });

  it('keeps its automations, in all their parts', () => {
    const { automations, templates, decisionTables } = model(crm(true), tenant(files));
    expect(automations['own__c']?.steps.map(({ name }) => name)).toHaveLength(11);
    expect(automations['watch__c']?.trigger).toMatchObject({ changed: ['stage'] });
    expect(automations['late__c']?.trigger).toMatchObject({ of: 'closeDate', after: { duration: 'P9D', calendar: 'office' } });
    expect(automations['helper']?.steps.map(({ name }) => name)).toEqual(['step', 'next__c']);
    expect(decisionTables['limits']).toMatchObject({
      sort: [{ by: { steps: [{ field: 'closeDate' }] } }],
      default: { values: { amount: { value: '1' } } },
    });
    expect(decisionTables['rates__c']).toMatchObject({
      inputs: { at: { from: 'closeDate' } },
      outputs: { amount: {} },
      validFrom: 'closeDate',
    });
    expect(Object.keys(templates['late']?.placeholders ?? {})).toEqual(['name', 'account.sector', '$record.account.name']);
    expect(templates['mine__c']?.channels.inApp?.subject.en).toBe('Of {{ account.name }}: {{ stage }}');
  });

  it('has them rewritten by a plan', () => {
    const [, , rewritten] = rewriteRenames([platform, crm(true), tenant(files)]);
    // Paths of files, and the word for a step, are no names of the pack.
    const text = JSON.stringify(Object.values(rewritten?.files ?? {})).replaceAll('"type":"branch"', '');
    for (const former of [
      'customer',
      'phase',
      'gained',
      'expected',
      'branch',
      'byTime',
      'rep"',
      '"work"',
      'grace',
      '"slow"',
      'bounds"',
      '"aid"',
    ])
      expect([former, text.includes(former)]).toEqual([former, false]);
    expect(rewritten?.files['automations/own__c.json']).toMatchObject({
      steps: {
        set: { values: { stage: 'won', name: { cat: [{ var: '$steps.look.sector' }, { var: '$inputs.who.sector' }] } } },
        each: { steps: { up: { values: { sector: { var: '$item.name' } } } } },
        tell: { template: 'late', to: { a: { role: 'seller' }, b: { field: 'account.boss' }, c: { managerOf: 'account.boss' } } },
        decide: { table: 'limits', values: { stage: 'won' } },
        many: { by: 'byDate', from: { object: 'account' }, values: { name: { var: 'sector' }, closeDate: { var: '$series.date' } } },
        spread: { into: { amount: 'amount', values: { closeDate: { var: 'closeDate' } } } },
        split: { type: 'branch' },
      },
    });
  });

  it('is told a mistake where it was written', () => {
    const set = { type: 'set', values: { phase: 'nothing' } };
    const file = { name: 'a__c', object: 'deal', trigger: { type: 'record', on: ['create'] }, steps: { set } };
    expect(problems(crm(true), tenant({ 'automations/a__c.json': file }))).toEqual([
      'VALUE_OPTION_UNKNOWN tenant/automations/a__c.json#/steps/set/values/phase',
    ]);
  });
});
