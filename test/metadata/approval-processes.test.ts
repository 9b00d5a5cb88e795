// Approval processes in the Model: entry, steps in their order, people, what leads back where, and every mistake at its place.
import { describe, expect, it } from '@jest/globals';
import { asks, built, process, stepOf, told, wrong } from './approval-kit.ts';
import { label, wrongIn } from './automation-kit.ts';
import { model, object, objects, pack, problems, type Json } from './layer-kit.ts';

const missing = (pointer: string): string => `METADATA_REFERENCE_MISSING ${pointer}`;
const unfit = (pointer: string): string => `METADATA_REFERENCE_UNFIT ${pointer}`;
const step = (change: Json, rest: Json = {}): string[] => wrong({ s: asks(change) }, rest);

describe('an approval process', () => {
  it('is as METADATA.md has it', () => {
    const deal = object('opportunity', {
      discount: { type: 'percent' },
      amount: { type: 'currency' },
      discountApproved: { type: 'boolean' },
    });
    const files: Json = {
      ...objects(deal),
      'parameters/freeDiscount.json': { name: 'freeDiscount', type: 'number', value: 0.1 },
      'parameters/bigDeal.json': { name: 'bigDeal', type: 'number', value: 1000000 },
      'calendars/office.json': { name: 'office', hours: { monday: ['09:00-18:00'] } },
      'roles/salesDirector.json': { name: 'salesDirector', label },
      'roles/finance.json': { name: 'finance', label },
      'approvalProcesses/opportunityDiscount.json': {
        $schema: 'https://tessera.dev/schemas/1/approval-process.json',
        name: 'opportunityDiscount',
        object: 'opportunity',
        on: ['create', 'update'],
        priority: 10,
        label: { en: 'Discount', 'zh-CN': '折扣审批' },
        entry: { '>': [{ var: 'discount' }, { param: 'freeDiscount' }] },
        steps: {
          manager: {
            order: 10,
            type: 'approval',
            approvers: { boss: { managerOf: 'submitter' } },
            onReject: { to: 'submitter' },
            timeout: { after: 'P1D', calendar: 'office', do: 'remind' },
          },
          bySize: {
            order: 20,
            type: 'branch',
            cases: {
              big: {
                order: 10,
                when: { '>': [{ var: 'amount' }, { param: 'bigDeal' }] },
                steps: {
                  board: {
                    order: 10,
                    type: 'approval',
                    need: 'all',
                    approvers: { sales: { role: 'salesDirector', need: 'any' }, money: { role: 'finance', need: { of: 2 } } },
                  },
                },
              },
            },
          },
        },
        onApproved: { set: { discountApproved: true } },
      },
    };
    const found = model(pack('crm', files)).approvalProcesses['opportunityDiscount'];
    expect(found).toMatchObject({
      on: ['create', 'update'],
      priority: 10,
      entry: { operator: '>' },
      imports: 'enter',
      recall: 'any',
      takeBack: true,
      standIns: true,
      onSubmit: undefined,
      onApproved: { set: { discountApproved: { node: 'literal', value: true } }, call: undefined },
      steps: [
        {
          type: 'approval',
          path: 'manager',
          approvers: [{ name: 'boss', need: 'any', person: { kind: 'managerOf', who: 'submitter', levels: 1 } }],
          need: 'all',
          reject: 'one',
          onReject: { to: { kind: 'submitter' }, then: 'rerun' },
          nobody: { do: 'administrator' },
          sameAsSubmitter: 'skip',
          repeated: 'skip',
          left: 'administrator',
          timeouts: [{ after: { duration: 'P1D', calendar: 'office' }, do: 'remind', to: [] }],
          allow: ['return', 'transfer', 'addSigner'],
        },
        {
          type: 'branch',
          path: 'bySize',
          cases: [
            {
              path: 'bySize/big',
              steps: [
                {
                  path: 'bySize/big/board',
                  onReject: { to: { kind: 'end' } },
                  approvers: [
                    { name: 'money', need: { of: 2 }, person: { kind: 'role', role: 'finance' } },
                    { name: 'sales', need: 'any' },
                  ],
                },
              ],
            },
          ],
          otherwise: [],
        },
      ],
    });
    expect(Object.isFrozen(found?.steps[0])).toBe(true);
  });

  it('is about an object that is there, and goes with it when that is switched off', () => {
    expect(wrong({ s: asks() }, { object: 'nothing' })).toEqual([missing('/object')]);
    const off = { 'extensions/x__c.json': { extends: 'contract', active: false } };
    const layers = [pack('crm', { ...objects(object('contract', {})), 'approvalProcesses/p.json': process({ s: asks() }) })] as const;
    expect(problems(...layers, { ...pack('t', off), kind: 'tenant', name: 'tenant' })).toEqual([]);
  });

  it('starts by a condition over the record as it would be, and as it was where it is changed', () => {
    const entry = { '>': [{ var: 'amount' }, { var: '$old.amount' }] };
    expect(wrong({ s: asks() }, { entry, on: ['update'] })).toEqual([]);
    expect(wrong({ s: asks() }, { entry })).toEqual(['RULE_NAME_UNKNOWN /entry/>/1/var']);
    expect(wrong({ s: asks() }, { entry: { var: 'amount' } })).toHaveLength(1);
  });

  it('has a button where somebody hands records in', () => {
    const button = { label, visibleWhen: { '==': [{ var: 'status' }, 'draft'] } };
    expect(wrong({ s: asks() }, { button })).toEqual([unfit('/button')]);
    expect(wrong({ s: asks() }, { button: { label, visibleWhen: { var: 'nothing' } }, on: ['submit'] })).toHaveLength(1);
    expect(built({ s: asks() }, { button, on: ['submit'] }).button).toMatchObject({ label, visibleWhen: { operator: '==' } });
  });

  it('says special cases once for all steps, unless one says them itself', () => {
    const special = { nobody: { to: { a: { role: 'rep' } } }, sameAsSubmitter: 'manager', repeated: 'keep', left: 'drop' };
    const { steps } = built({ a: asks({ order: 1 }), b: asks({ order: 2, nobody: 'pass', repeated: 'skip' }) }, special);
    const asked = { nobody: { do: 'ask', to: [{ kind: 'role', role: 'rep' }] }, sameAsSubmitter: 'manager', left: 'drop' };
    expect(steps).toMatchObject([
      { ...asked, repeated: 'keep' },
      { nobody: { do: 'pass' }, sameAsSubmitter: 'manager', repeated: 'skip' },
    ]);
    expect(wrong({ s: asks() }, { nobody: { to: { a: { role: 'nothing' } } } })).toEqual([missing('/nobody/to/a/role')]);
    expect(step({ nobody: { to: { a: { role: 'nothing' } } } })).toEqual([missing('/steps/s/nobody/to/a/role')]);
  });

  it('has a hash of its own source', () => {
    const hash = (priority: number): string => built({ s: asks() }, { priority }).hash;
    expect([hash(1) === hash(1), hash(1) === hash(2)]).toEqual([true, false]);
  });
});

describe('what is done at the ends of a process', () => {
  it('sets fields that can be set, and calls an automation with its inputs', () => {
    const found = built({ s: asks() }, { onRejected: { set: { note: { var: 'name' } }, automation: 'helper', values: { reason: 'no' } } });
    expect(found.onRejected).toMatchObject({
      set: { note: { node: 'path' } },
      call: { automation: 'helper', values: { reason: { value: 'no' } } },
    });
    const at = (onApproved: Json): string[] => wrong({ s: asks() }, { onApproved });
    expect(at({ set: { twice: 1 } })).toEqual([unfit('/onApproved/set/twice')]);
    expect(at({ set: { nothing: 1 } })).toEqual([missing('/onApproved/set/nothing')]);
    expect(at({ set: { status: 'nothing' } })).toEqual(['VALUE_OPTION_UNKNOWN /onApproved/set/status']);
    expect(at({ automation: 'nothing' })).toEqual([missing('/onApproved/automation')]);
    expect(at({ automation: 'helper' })).toEqual([unfit('/onApproved/values')]);
    expect(at({ values: { reason: 'no' } })).toEqual([unfit('/onApproved/values')]);
  });
});

describe('a step of a process', () => {
  const two = (first: Json, second: Json): Json => ({ first: { order: 10, ...first }, second: { order: 20, ...second } });

  it('has people of the approval: the submitter, and whom somebody chose before', () => {
    const found = built(
      two(asks({ approvers: { a: { chosen: 'submitter' } } }), asks({ approvers: { a: { chosen: 'first' }, b: { headOf: 'submitter' } } })),
    );
    expect(found.steps).toMatchObject([
      { approvers: [{ person: { kind: 'chosen', step: 'submitter' } }] },
      { approvers: [{ person: { kind: 'chosen', step: 'first' } }, { person: { kind: 'headOf', who: 'submitter' } }] },
    ]);
    expect(wrong(two(asks({ approvers: { a: { chosen: 'second' } } }), asks()))).toEqual([missing('/steps/first/approvers/a/chosen')]);
    expect(told(two(asks({ approvers: { a: { chosen: 'second' } } }), asks()))[0]).toContain('Known: submitter.');
    expect(step({ approvers: { a: { field: 'status' } } })).toHaveLength(1);
    expect(step({ approvers: { a: { role: 'nothing' }, b: { team: 'helper' } } })).toEqual([missing('/steps/s/approvers/a/role')]);
  });

  it('leads back to the end, the submitter, or a step before it in its block or around it', () => {
    const back = (onReject: Json): Json => asks({ order: 30, onReject });
    const nested = (onReject: Json): Json => ({
      ...two(asks(), {
        type: 'branch',
        cases: { c: { when: { var: 'checked' }, steps: { inner: asks({ order: 1 }), deep: back(onReject) } } },
      }),
      last: asks({ order: 40 }),
    });
    const found = built(nested({ to: 'first', then: 'return' }));
    expect(stepOf(found.steps, 'branch').cases[0]?.steps[1]).toMatchObject({
      path: 'second/c/deep',
      onReject: { to: { kind: 'step', path: 'first' }, then: 'return' },
    });
    expect(wrong(nested({ to: 'inner' }))).toEqual([]);
    const at = '/steps/second/cases/c/steps/deep/onReject';
    for (const to of ['second', 'last', 'deep', 'nothing']) expect(wrong(nested({ to }))).toEqual([missing(`${at}/to`)]);
    expect(told(nested({ to: 'last' }))[0]).toContain('Known: end, submitter, first, inner.');
    expect(wrong(nested({ to: 'end', then: 'rerun' }))).toEqual([unfit(`${at}/then`)]);
    expect(wrong({ end: asks() })).toEqual(['METADATA_NAME_RESERVED /steps/end']);
  });

  it('does not lead over to another branch', () => {
    const branches: Json = { a: { order: 1, steps: { one: asks() } }, b: { order: 2, steps: { two: asks({ onReject: { to: 'one' } }) } } };
    expect(wrong({ s: { type: 'parallel', branches } })).toEqual([missing('/steps/s/branches/b/steps/two/onReject/to')]);
    const found = stepOf(built({ s: { type: 'parallel', branches: { ...branches, b: { steps: { two: asks() } } } } }).steps, 'parallel');
    expect(found).toMatchObject({ join: 'all', branches: [{ path: 's/a', steps: [{ path: 's/a/one' }] }, { path: 's/b' }] });
  });

  it('has fields to edit that can be set', () => {
    expect(step({ editable: ['amount', 'note'] })).toEqual([]);
    expect(step({ editable: ['amount', 'twice', 'nothing'] })).toEqual([unfit('/steps/s/editable/1'), missing('/steps/s/editable/2')]);
  });

  it('has time-outs in their order, by durations that calendars can count', () => {
    const timeout = {
      after: 'P1D',
      calendar: 'office',
      do: 'remind',
      then: { after: { param: 'notice' }, do: 'transfer', to: { a: { role: 'rep' } } },
    };
    expect(stepOf(built({ s: asks({ timeout }) }).steps, 'approval').timeouts).toMatchObject([
      { after: { duration: 'P1D', calendar: 'office' }, do: 'remind' },
      { after: { duration: 'P90D', calendar: undefined }, do: 'transfer', to: [{ role: 'rep' }] },
    ]);
    const at = '/steps/s/timeout';
    expect(step({ timeout: { after: 'P1M', calendar: 'office', do: 'remind' } })).toEqual([unfit(`${at}/after`)]);
    expect(step({ timeout: { ...timeout, calendar: 'nothing' } })).toEqual([missing(`${at}/calendar`)]);
    expect(step({ timeout: { after: 'P1D', do: 'remind', then: { after: { param: 'word' }, do: 'remind' } } })).toEqual([
      unfit(`${at}/then/after`),
    ]);
    expect(step({ timeout: { after: 'P1D', do: 'reject', then: { after: 'P1D', do: 'remind' } } })).toEqual([unfit(`${at}/then`)]);
  });

  it('tells people and calls automations as steps of automations do', () => {
    const found = built({
      cc: { order: 10, type: 'notify', template: 'dueSoon', to: { a: { user: { var: 'owner' } }, b: { managerOf: 'submitter' } } },
      call: { order: 20, type: 'automation', automation: 'helper', values: { reason: 'x' }, wait: false },
    });
    expect(found.steps).toMatchObject([
      { type: 'notify', path: 'cc', template: 'dueSoon', to: [{ kind: 'user' }, { kind: 'managerOf', who: 'submitter' }] },
      { type: 'automation', path: 'call', automation: 'helper', values: { reason: { value: 'x' } }, wait: false },
    ]);
    expect(wrong({ cc: { type: 'notify', template: 'nothing', to: { a: { role: 'rep' } } } })).toEqual([missing('/steps/cc/template')]);
    expect(wrong({ call: { type: 'automation', automation: 'helper' } })).toEqual([unfit('/steps/call/values')]);
  });

  it('locks details that are there, with fields that somebody sets', () => {
    const steps = { s: asks() };
    expect(built(steps).locks).toBeUndefined();
    expect(built(steps, { locks: { renewals: { editable: ['note'] } } }).locks).toEqual({ renewals: { editable: ['note'] } });
    expect(wrong(steps, { locks: { renewal: {}, 'renewals.parts': {}, renewals: { editable: ['none', 'createdAt'] } } })).toEqual([
      missing('/locks/renewal'),
      missing('/locks/renewals.parts'),
      missing('/locks/renewals/editable/0'),
      unfit('/locks/renewals/editable/1'),
    ]);
  });

  it('is typed in its rules, wherever it stands', () => {
    const cases = { c: { when: { '==': [{ var: 'status' }, 'nothing'] }, steps: { s: asks({ when: { var: 'nothing' } }) } } };
    expect(wrong({ b: { type: 'branch', cases, otherwise: { o: asks({ when: { var: 'amount' } }) } } })).toHaveLength(3);
    expect(wrong({ b: { type: 'branch', cases: { otherwise: { when: { var: 'checked' } } } } })).toEqual([
      'METADATA_NAME_RESERVED /steps/b/cases/otherwise',
    ]);
  });
});

describe('an automation', () => {
  it('names approval processes that are there', () => {
    const automation = { name: 'a', object: 'contract', trigger: { type: 'approval', on: ['approved'], process: 'nothing' } };
    const codes = wrongIn('automations/a.json', { ...automation, steps: { s: { type: 'submit', process: 'none' } } });
    expect(
      codes
        .filter(({ code }) => code === 'METADATA_REFERENCE_MISSING')
        .map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(['/steps/s/process', '/trigger/process']);
  });
});
