// Automations, calendars, templates and tables in layers: changed by extensions, translated, switched off, compared.
import { describe, expect, it } from '@jest/globals';
import { contentHash, diff, type AutomationModel, type Layer } from '@tessera/metadata';
import { automation, label, world } from './automation-kit.ts';
import { messages, model, problems, tenant, type Json } from './layer-kit.ts';

const steps: Json = {
  find: { order: 10, type: 'find', object: 'account' },
  by: {
    order: 20,
    type: 'branch',
    cases: {
      big: {
        order: 10,
        when: { '>': [{ var: 'count' }, { param: 'big' }] },
        steps: { note: { type: 'set', values: { note: 'big', count: 1 } } },
      },
    },
    otherwise: { note: { type: 'set', values: { note: { var: 'name' } } } },
  },
  wait: { order: 30, type: 'wait', for: 'P3D' },
  tell: { order: 40, type: 'notify', to: { boss: { managerOf: 'owner' }, rep: { role: 'rep' } }, template: 'dueSoon' },
};

const base = (rest: Json = {}): Layer =>
  world({
    'automations/a.json': automation(steps, {
      trigger: { type: 'atTime', of: 'endDate', before: 'P90D', at: '08:00' },
      runAs: 'system',
      label,
      ...rest,
    }),
    'parameters/big.json': { name: 'big', type: 'number', value: 100 },
  });

const extension = (change: Json, more: Json = {}): Layer =>
  tenant({ 'extensions/a.json': { extends: 'a', kind: 'automation', ...change }, ...more });
const extended = (change: Json, more: Json = {}): AutomationModel => {
  const found = model(base(), extension(change, more)).automations['a'];
  if (found === undefined) throw new TypeError('There is no automation a.');
  return found;
};
const wrong = (change: Json): string[] =>
  problems(base(), extension(change)).map((found) => found.replace('tenant/extensions/a.json#', ''));

describe('an extension of an automation', () => {
  it('puts a step between, which later ones and others may look back to', () => {
    const found = extended({
      steps: {
        mail__c: { order: 15, type: 'let', values: { who: { var: '$steps.find.name' } } },
        by: { cases: { big: { steps: { note: { values: { note: { var: '$steps.mail__c.who' } } } } } } },
      },
    });
    expect(found.steps.map(({ name }) => name)).toEqual(['find', 'mail__c', 'by', 'wait', 'tell']);
    expect(found.steps[2]).toMatchObject({
      cases: [{ steps: [{ values: { note: { steps: [{ field: 'mail__c' }, { field: 'who' }] }, count: { value: '1' } } }] }],
      otherwise: [{ path: 'by/otherwise/note' }],
    });
  });

  it('changes a parameter, a condition, a trigger, one value; takes a step or a person away', () => {
    const found = extended(
      {
        trigger: { before: 'P60D' },
        when: { '==': [{ var: 'status' }, 'active'] },
        steps: { wait: null, tell: { to: { rep: null, boss: { managerOf: 'account.owner' } } }, find: { active: false } },
      },
      { 'extensions/big.json': { extends: 'big', kind: 'parameter', value: 7 } },
    );
    expect(found).toMatchObject({ trigger: { type: 'atTime', before: { duration: 'P60D' }, at: '08:00' }, when: { operator: '==' } });
    expect(found.steps.map(({ name }) => name)).toEqual(['by', 'tell']);
    expect(found.steps[0]).toMatchObject({ cases: [{ when: { arguments: [{}, { value: '7' }] } }] });
    expect(found.steps[1]).toMatchObject({ to: [{ name: 'boss', kind: 'managerOf', who: { path: {} } }] });
  });

  it('replaces a rule that gives a value as a whole', () => {
    const found = extended({ steps: { by: { otherwise: { note: { values: { note: { cat: ['x', { var: 'name' }] } } } } } } });
    expect(found.steps[1]).toMatchObject({ otherwise: [{ values: { note: { operator: 'concat' } } }] });
  });

  it('calls what it adds by names of its own, at any depth, but not within what is its own', () => {
    const note = { type: 'set', values: { note: 'x' } };
    expect(wrong({ steps: { mail: note } })).toEqual(['METADATA_NAMESPACE /steps/mail']);
    expect(
      wrong({
        steps: { by: { cases: { big: { steps: { mail: note } }, small: { when: { var: 'checked' } } }, otherwise: { mail: note } } },
      }),
    ).toEqual([
      'METADATA_NAMESPACE /steps/by/cases/small',
      'METADATA_NAMESPACE /steps/by/otherwise/mail',
      'METADATA_NAMESPACE /steps/by/cases/big/steps/mail',
    ]);
    expect(wrong({ steps: { tell: { to: { chef: { role: 'rep' } } } } })).toEqual(['METADATA_NAMESPACE /steps/tell/to/chef']);
    expect(wrong({ steps: { all__c: { type: 'atomic', steps: { note } } } })).toEqual([]);
  });

  it('adds no step where there is one of that name', () => {
    expect(wrong({ steps: { find: { type: 'let', values: { x: 1 } } } })).toEqual(['METADATA_COLLISION /steps/find']);
    const inner = { by: { otherwise: { note: { type: 'let', values: { x: 1 } } } } };
    expect(wrong({ steps: inner })).toEqual(['METADATA_COLLISION /steps/by/otherwise/note']);
  });

  it('is told its mistakes where it made them', () => {
    expect(wrong({ steps: { by: { cases: { big: { when: { var: 'note' } } } } } })).toEqual(['RULE_TYPE /steps/by/cases/big/when']);
    expect(wrong({ trigger: { of: 'nothing' } })).toEqual(['METADATA_REFERENCE_MISSING /trigger/of']);
    expect(wrong({ trigger: { type: 'webhook' } })).toEqual(['METADATA_UNKNOWN_PROPERTY /trigger/type']);
    expect(wrong({ steps: { find: { object: 'task' } } })).toEqual(['METADATA_UNKNOWN_PROPERTY /steps/find/object']);
    expect(wrong({ steps: { wait: { for: null } } })).toEqual(['METADATA_MISSING_PROPERTY /steps/wait/for']);
    expect(wrong({ steps: { find: { values: { x: 1 } } } })).toEqual(['METADATA_UNKNOWN_PROPERTY /steps/find/values']);
  });
});

describe('extensions of the other kinds', () => {
  const files: Json = {
    'extensions/office.json': {
      extends: 'office',
      kind: 'calendar',
      hours: { monday: null, tuesday: ['09:00-18:00'] },
      days: { '2026-10-01': 'holiday' },
    },
    'extensions/dueSoon.json': {
      extends: 'dueSoon',
      kind: 'template',
      inApp: { subject: { 'zh-CN': '{{ name }} 即将到期' } },
      email: { subject: { en: 'Soon' } },
    },
    'extensions/limits.json': {
      extends: 'limits',
      kind: 'decisionTable',
      hit: 'unique',
      validFrom: null,
      inputs: { boss__c: { field: 'boss' } },
    },
  };

  it('change hours, days, texts and inputs one by one', () => {
    const { calendars, templates, decisionTables } = model(world(), tenant(files));
    expect(calendars['office']?.calendar).toMatchObject({
      week: [[], [{ from: '09:00' }], [], [], [], [], []],
      exceptions: { '2026-10-01': [] },
    });
    expect(templates['dueSoon']?.channels.inApp?.subject).toEqual({ en: '{{ name }} ends {{ endDate }}', 'zh-CN': '{{ name }} 即将到期' });
    expect(Object.keys(templates['dueSoon']?.channels ?? {})).toEqual(['inApp', 'email']);
    expect(Object.keys(decisionTables['limits']?.inputs ?? {})).toEqual(['region', 'size', 'boss__c']);
    expect(decisionTables['limits']).toMatchObject({ hit: 'unique', validFrom: undefined });
  });

  it('bear the mark of their layer', () => {
    const inputs = { 'extensions/limits.json': { extends: 'limits', kind: 'decisionTable', inputs: { boss: { field: 'boss' } } } };
    expect(problems(world(), tenant(inputs))).toEqual(['METADATA_NAMESPACE tenant/extensions/limits.json#/inputs/boss']);
    expect(problems(world(), tenant({ 'calendars/shop.json': { name: 'shop', hours: { monday: ['09:00-18:00'] } } }))).toEqual([
      'METADATA_NAMESPACE tenant/calendars/shop.json#/name',
    ]);
  });
});

describe('what is switched off', () => {
  const off = (path: string, content: Json): string[] =>
    messages(base(), tenant({ [`extensions/${path}.json`]: { extends: path, ...content } }));
  const remedy = 'It is switched off: switch off what refers to it too, or leave it on.';

  it('is missed by the automation that uses it', () => {
    expect(off('contract', { fields: { note: { active: false } } })).toEqual([
      `There is no field note on contract. ${remedy}`,
      `There is no field note on contract. ${remedy}`,
    ]);
    expect(off('contract', { fields: { endDate: { active: false } } })).toContainEqual(`There is no field endDate on contract. ${remedy}`);
    expect(off('account', { active: false })).toContainEqual(`There is no object account. ${remedy}`);
    expect(off('dueSoon', { kind: 'template', active: false })).toEqual([`There is no template dueSoon. ${remedy}`]);
    expect(off('rep', { kind: 'role', active: false })).toEqual([`There is no role rep. ${remedy}`]);
  });

  it('is no automation', () => {
    expect(model(base(), extension({ active: false })).automations).not.toHaveProperty('a');
    expect(off('helper', { kind: 'automation', active: false })).toEqual([]);
  });
});

describe('a translation', () => {
  it('has texts of automations and their steps, buttons, templates and tables', () => {
    const button = { type: 'button', label, inputs: { why: { type: 'picklist', options: { late: {} } } } };
    const fail = { type: 'fail', message: label };
    const files: Json = {
      'automations/press.json': automation(
        { b: { type: 'branch', cases: { c: { when: { var: 'checked' }, steps: { fail } } } } },
        { name: 'press', trigger: button },
      ),
    };
    const texts: Json = {
      language: 'zh-CN',
      automations: {
        press: {
          label: '按',
          trigger: { label: '按钮', inputs: { why: { label: '为何', options: { late: '迟' } } } },
          steps: { b: { cases: { c: { label: '例', steps: { fail: { message: '不行' } } } } } },
        },
      },
      templates: { dueSoon: { inApp: { subject: '{{ name }} 到期' } } },
      calendars: { office: { label: '办公' } },
      decisionTables: { limits: { label: '额度' } },
    };
    const { automations, templates, calendars, decisionTables } = model(world(files), tenant({ 'translations/zh-CN.json': texts }));
    expect(automations['press']).toMatchObject({
      label: { 'zh-CN': '按' },
      trigger: {
        label: { en: 'x', 'zh-CN': '按钮' },
        inputs: { why: { label: { 'zh-CN': '为何' }, options: { late: { label: { 'zh-CN': '迟' } } } } },
      },
      steps: [{ cases: [{ label: { 'zh-CN': '例' }, steps: [{ message: { 'zh-CN': '不行' } }] }] }],
    });
    expect(templates['dueSoon']?.channels.inApp?.subject['zh-CN']).toBe('{{ name }} 到期');
    expect([calendars['office']?.label, decisionTables['limits']?.label]).toEqual([{ 'zh-CN': '办公' }, { 'zh-CN': '额度' }]);
  });

  it('is of steps that are there', () => {
    const texts: Json = { language: 'zh-CN', automations: { a: { steps: { nothing: { label: '无' } } } } };
    expect(messages(base(), tenant({ 'translations/zh-CN.json': texts }))).toEqual([
      'There is no step nothing. Known: find, by, wait, tell.',
    ]);
  });
});

describe('the hash of a Model', () => {
  it('does not change with a kind of which there are none, so that stored hashes hold', () => {
    const { hash, source } = model();
    const kinds = ['object', 'layout', 'listView', 'app', 'rule', 'parameter', 'role', 'permissionSet', 'sharingRule', 'settings'];
    const hashes = kinds.map((kind) => [
      kind,
      Object.fromEntries(Object.entries(source[kind] ?? {}).map(([name, each]) => [name, contentHash(each)])),
    ]);
    expect(hash).toBe(contentHash(Object.fromEntries(hashes)));
  });

  it('changes with an automation', () => {
    expect(model(base()).hash).not.toBe(model(base({ order: 5 })).hash);
  });
});

describe('diff', () => {
  it('tells steps, cases, values and triggers apart', () => {
    const change: Json = {
      trigger: { before: 'P60D' },
      steps: {
        wait: null,
        mail__c: { type: 'let', values: { x: 1 } },
        by: { cases: { big: { steps: { note: { values: { note: 'huge' } } } } } },
      },
    };
    const found = diff(model(base()), model(base(), extension(change))).map((each) =>
      [each.change, each.kind, each.name, ...each.path].join(' '),
    );
    expect(found.sort()).toEqual([
      'added automation a steps mail__c',
      'changed automation a steps by cases big steps note values note',
      'changed automation a trigger before',
      'removed automation a steps wait',
    ]);
  });

  it('tells automations, calendars, templates and tables that come and go', () => {
    const kinds = diff(model(), model(world())).map(({ kind, name }) => `${kind} ${name}`);
    expect(kinds).toEqual(expect.arrayContaining(['automation helper', 'calendar office', 'template hello', 'decisionTable limits']));
  });
});
