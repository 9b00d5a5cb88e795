// Approval processes in layers: what an extension changes and adds, names that have moved, translations, differences.
import { describe, expect, it } from '@jest/globals';
import { diff, rewriteRenames, type Layer } from '@tessera/metadata';
import { asks, built, process, withProcess } from './approval-kit.ts';
import { label } from './automation-kit.ts';
import { model, object, objects, pack, platform, problems, tenant, type Json } from './layer-kit.ts';

const steps: Json = {
  boss: asks({ order: 10, timeout: { after: 'P1D', do: 'remind' } }),
  both: {
    order: 20,
    type: 'parallel',
    branches: { law: { order: 10, steps: { read: asks() } }, money: { order: 20, steps: { count: asks({ need: { of: 2 } }) } } },
  },
};
const rest: Json = { onApproved: { set: { note: 'ok' } } };
const change = (content: Json): Layer => tenant({ 'extensions/p__c.json': { extends: 'p', kind: 'approvalProcess', ...content } });
const extended = (content: Json): string[] => problems(withProcess(steps, rest), change(content));

describe('an extension of an approval process', () => {
  it('changes steps by their keys, and adds some of its own', () => {
    const found = built(
      steps,
      rest,
      change({
        entry: { '==': [{ var: 'status' }, 'draft'] },
        onApproved: { set: { status: 'active' } },
        locks: { renewals: { editable: ['note'] } },
        steps: {
          boss: { timeout: { do: 'escalate' }, approvers: { boss: { headOf: 'submitter', need: 'all' }, second__c: { role: 'rep' } } },
          both: { branches: { money: { steps: { count: { need: 'any' } } }, law: null, risk__c: { steps: { weigh: asks() } } } },
          last__c: { order: 30, type: 'approval', approvers: { a: { role: 'rep' } } },
        },
      }),
    );
    expect(found).toMatchObject({
      entry: { operator: '==' },
      onApproved: { set: { note: { value: 'ok' }, status: { value: 'active' } } },
      locks: { renewals: { editable: ['note'] } },
      steps: [
        {
          approvers: [
            { name: 'boss', need: 'all', person: { kind: 'headOf' } },
            { name: 'second__c', person: { kind: 'role' } },
          ],
          timeouts: [{ after: { duration: 'P1D' }, do: 'escalate' }],
        },
        { branches: [{ name: 'money', steps: [{ need: 'any' }] }, { name: 'risk__c' }] },
        { path: 'last__c' },
      ],
    });
  });

  it('marks what it adds as its own, and takes nobody else’s name', () => {
    expect(extended({ steps: { last: asks() } })).toEqual(['METADATA_NAMESPACE tenant/extensions/p__c.json#/steps/last']);
    expect(extended({ steps: { boss: { approvers: { second: { role: 'rep' } } } } })).toEqual([
      'METADATA_NAMESPACE tenant/extensions/p__c.json#/steps/boss/approvers/second',
    ]);
    expect(extended({ steps: { both: { branches: { risk: { steps: { weigh: asks() } } } } } })).toEqual([
      'METADATA_NAMESPACE tenant/extensions/p__c.json#/steps/both/branches/risk',
    ]);
    expect(extended({ steps: { boss: asks() } })).toEqual(['METADATA_COLLISION tenant/extensions/p__c.json#/steps/boss']);
  });

  it('is told a mistake where it was written', () => {
    expect(extended({ steps: { boss: { onReject: { to: 'both' } } } })).toEqual([
      'METADATA_REFERENCE_MISSING tenant/extensions/p__c.json#/steps/boss/onReject/to',
    ]);
    expect(extended({ steps: { boss: { type: 'notify' } } })).not.toEqual([]);
    expect(extended({ object: 'account' })).toEqual(['METADATA_UNKNOWN_PROPERTY tenant/extensions/p__c.json#/object']);
    expect(extended({ steps: { boss: { approvers: { boss: null } } } })).toEqual([
      'METADATA_MISSING_PROPERTY tenant/extensions/p__c.json#/steps/boss/approvers',
    ]);
  });

  it('switches a process off', () => {
    expect(model(withProcess(steps), change({ active: false })).approvalProcesses).toEqual({});
  });
});

/** The pack before and after it called things by better names. */
function crm(renamed: boolean): Layer {
  const name = (now: string, before: string): string => (renamed ? now : before);
  const from = (before: string): Json => (renamed ? { renamedFrom: [before] } : {});
  const deal = object('deal', {
    [name('stage', 'phase')]: { type: 'picklist', options: { open: {}, [name('won', 'gained')]: { ...from('gained') } }, ...from('phase') },
    [name('amount', 'value')]: { type: 'number', ...from('value') },
    [name('boss', 'chief')]: { type: 'user', ...from('chief') },
  });
  return pack('crm', {
    ...objects(deal),
    [`roles/${name('seller', 'rep')}.json`]: { name: name('seller', 'rep'), label, ...from('rep') },
    [`calendars/${name('office', 'work')}.json`]: { name: name('office', 'work'), hours: { monday: ['09:00-18:00'] }, ...from('work') },
    [`templates/${name('late', 'slow')}.json`]: {
      name: name('late', 'slow'),
      object: 'deal',
      inApp: { subject: { en: 'x' } },
      ...from('slow'),
    },
    [`automations/${name('helper', 'aid')}.json`]: {
      name: name('helper', 'aid'),
      object: 'deal',
      trigger: { type: 'called', inputs: { n: { type: 'number' } } },
      steps: { l: { type: 'let', values: { x: 1 } } },
      ...from('aid'),
    },
    [`approvalProcesses/${name('discount', 'rebate')}.json`]: {
      ...process({ s: asks() }, { object: 'deal', ...from('rebate') }),
      name: name('discount', 'rebate'),
    },
  });
}

const isGained = { '==': [{ var: 'phase' }, 'gained'] };
const own: Json = {
  name: 'own__c',
  object: 'deal',
  on: ['submit'],
  entry: { '>': [{ var: 'value' }, 5] },
  button: { label, visibleWhen: isGained },
  nobody: { to: { a: { field: 'chief' } } },
  steps: {
    first: {
      order: 10,
      type: 'approval',
      when: isGained,
      approvers: { a: { field: 'chief' }, b: { role: 'rep' }, c: { managerOf: 'chief', need: 'any' } },
      editable: ['value', 'phase'],
      nobody: { to: { a: { role: 'rep' } } },
      timeout: {
        after: 'P1D',
        calendar: 'work',
        do: 'remind',
        then: { after: 'P1D', calendar: 'work', do: 'transfer', to: { a: { role: 'rep' } } },
      },
    },
    ways: {
      order: 20,
      type: 'branch',
      cases: { c: { when: isGained, steps: { tell: { type: 'notify', template: 'slow', to: { a: { field: 'chief' } } } } } },
      otherwise: { call: { type: 'automation', automation: 'aid', values: { n: { var: 'value' } } } },
    },
    both: {
      order: 30,
      type: 'parallel',
      branches: { a: { when: isGained, steps: { s: asks() } }, b: { steps: { s: asks({ approvers: { a: { field: 'chief' } } }) } } },
    },
  },
  onApproved: { set: { phase: 'gained', value: { '+': [{ var: 'value' }, 1] } }, automation: 'aid', values: { n: { var: 'value' } } },
};
const files: Json = {
  'approvalProcesses/own__c.json': own,
  'extensions/rebate__c.json': { extends: 'rebate', kind: 'approvalProcess', entry: isGained, steps: { s: { editable: ['value'] } } },
};

describe('a tenant that used the former names', () => {
  it('was right before, and is after', () => {
    expect(problems(crm(false), tenant(files))).toEqual([]);
    expect(problems(crm(true), tenant(files))).toEqual([]);
    const { approvalProcesses } = model(crm(true), tenant(files));
    expect(approvalProcesses['discount']).toMatchObject({ entry: { operator: '==' }, steps: [{ editable: ['amount'] }] });
    expect(approvalProcesses['own__c']?.steps[0]).toMatchObject({
      editable: ['amount', 'stage'],
      timeouts: [{ after: { calendar: 'office' } }, {}],
    });
  });

  it('has its processes rewritten by a plan', () => {
    const [, , rewritten] = rewriteRenames([platform, crm(true), tenant(files)]);
    const text = JSON.stringify(Object.values(rewritten?.files ?? {}));
    for (const former of ['phase', 'gained', '"value"', 'chief', '"rep"', '"work"', '"slow"', '"aid"', 'rebate'])
      expect([former, text.includes(former)]).toEqual([former, false]);
  });
});

describe('a translation', () => {
  it('has texts of processes, their buttons, steps, cases and branches', () => {
    const texts: Json = {
      language: 'zh-CN',
      approvalProcesses: {
        p: { label: '审批', button: { label: '提交' }, steps: { boss: { label: '上级' }, both: { branches: { law: { label: '法务' } } } } },
      },
    };
    const found = built(steps, { on: ['submit'], button: { label } }, tenant({ 'translations/zh-CN.json': texts }));
    expect(found).toMatchObject({
      label: { 'zh-CN': '审批' },
      button: { label: { en: 'x', 'zh-CN': '提交' } },
      steps: [{ label: { 'zh-CN': '上级' } }, { branches: [{ label: { 'zh-CN': '法务' } }, {}] }],
    });
  });
});

describe('diff', () => {
  it('tells steps, approvers, branches and actions apart', () => {
    const after = change({
      priority: 5,
      onApproved: { set: { note: 'fine' } },
      steps: {
        boss: { timeout: { after: 'P2D' }, approvers: { boss: { role: 'rep' } } },
        both: { branches: { money: { steps: { count: { need: 'any' } } } } },
      },
    });
    const found = diff(model(withProcess(steps, rest)), model(withProcess(steps, rest), after)).map((each) =>
      [each.change, each.kind, each.name, ...each.path].join(' '),
    );
    expect(found.sort()).toEqual([
      'added approvalProcess p priority',
      'added approvalProcess p steps boss approvers boss role',
      'changed approvalProcess p onApproved set note',
      'changed approvalProcess p steps boss timeout after',
      'changed approvalProcess p steps both branches money steps count need',
      'removed approvalProcess p steps boss approvers boss managerOf',
    ]);
  });

  it('changes the hash of the Model with a process', () => {
    expect(model(withProcess(steps)).hash).not.toBe(model(withProcess(steps, { priority: 1 })).hash);
  });
});
