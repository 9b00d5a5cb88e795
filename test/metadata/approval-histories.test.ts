// What approval processes have the platform keep: two histories beside their object, also while they are switched off.
import { describe, expect, it } from '@jest/globals';
import { fieldOf, messages, model, object, objectOf, objects, pack, problems, type Json } from './layer-kit.ts';

const label = { en: 'x' };
const asks = (more: Json = {}): Json => ({ type: 'approval', approvers: { boss: { managerOf: 'submitter' } }, ...more });
const process: Json = {
  name: 'discount',
  label: { en: 'Discount', 'zh-CN': '折扣审批' },
  object: 'offer',
  on: ['update'],
  steps: {
    manager: asks({ editable: ['rate'] }),
    big: { type: 'branch', cases: { yes: { when: { '>': [{ var: 'cost' }, 5] }, steps: { board: asks({ editable: ['terms'] }) } } } },
  },
};
const offer = object(
  'offer',
  { rate: { type: 'percent' }, terms: { type: 'text' }, cost: { type: 'number' } },
  { label: { en: 'Offer', 'zh-CN': '报价' } },
);
const world = (change: Json = {}, more: Json = {}) =>
  pack('crm', { ...objects(offer), 'approvalProcesses/discount.json': { ...process, ...change }, ...more });

describe('an approval process', () => {
  it('brings a history of approvals, and one of decisions that point to them', () => {
    const built = model(world());
    expect(objectOf(built, 'offerApproval')).toMatchObject({
      kept: true,
      keptOf: 'offer',
      appendOnly: true,
      sharing: 'controlledByParent',
      label: { en: 'Offer approval', 'zh-CN': '报价审批' },
      allows: { create: false, update: false, delete: false },
    });
    expect(fieldOf(built, 'offerApproval', 'process').options).toMatchObject({
      discount: { label: { en: 'Discount', 'zh-CN': '折扣审批' } },
    });
    expect(fieldOf(built, 'offerApprovalDecision', 'approval').lookup?.to).toEqual(['offerApproval']);
    expect(Object.keys(objectOf(built, 'offer').relations).sort()).toEqual(['approvalDecisions', 'approvals']);
    expect(objectOf(built, 'offerApproval').relations['decisions']?.object).toBe('offerApprovalDecision');
  });

  it('tells nobody more than the record does: which fields were changed, only who reads all that may be', () => {
    const role = (name: string, fields: Json): Json => ({
      [`roles/${name}.json`]: { name, label, objects: { offer: { read: true, fields } } },
    });
    const built = model(world({}, { ...role('rep', { '*': 'read', terms: 'none' }), ...role('clerk', { '*': 'read', cost: 'none' }) }));
    const level = (name: string): unknown => built.roles[name]?.objects['offerApprovalDecision'];
    expect(level('rep')).toMatchObject({ read: true, create: false, fields: { '*': 'read', changed: 'none' } });
    expect(level('clerk')).toMatchObject({ read: true, fields: { '*': 'read', changed: 'read' } });
  });

  it('keeps what it did when it is switched off, and under its new name', () => {
    const off = model(world({ active: false }));
    expect([Object.keys(off.approvalProcesses), objectOf(off, 'offerApproval').keptOf]).toEqual([[], 'offer']);
    const renamed = { ...process, name: 'terms', renamedFrom: ['discount'] };
    const now = model(pack('crm', { ...objects(offer), 'approvalProcesses/terms.json': renamed }));
    expect(fieldOf(now, 'offerApproval', 'process').options?.['terms']).toMatchObject({ renamedFrom: ['discount'] });
    expect(Object.keys(model(pack('crm', objects(offer))).objects).filter((name) => name.startsWith('offerA'))).toEqual([]);
  });

  it('is told where another has the name of a history already', () => {
    const other = pack('other', objects(object('offerApproval')));
    expect(messages(world(), other).join()).toMatch(/process discount keeps what happens in the object offerApproval/);
  });
});

describe('an object that the platform keeps', () => {
  const task = object('task', { state: { type: 'text' } }, { kept: true });
  const all = { create: true, read: true, update: true, delete: true, modifyAll: true, changeOwner: true, fields: { '*': 'edit' } };
  const files = { 'roles/boss.json': { name: 'boss', label, objects: { '*': all } } };

  it('may be written by nobody else, whatever sets give', () => {
    const layer = { kind: 'platform', name: 'platform', version: '1.0.0', namespace: '', files: objects(task) } as const;
    const built = model(layer, pack('crm', { ...objects(offer), ...files }));
    expect(objectOf(built, 'task')).toMatchObject({ kept: true, allows: { create: false, update: false, delete: false } });
    expect(built.roles['boss']?.objects['task']).toMatchObject({
      read: true,
      viewAll: true,
      create: false,
      update: false,
      delete: false,
      modifyAll: false,
      changeOwner: false,
      fields: { '*': 'read' },
    });
    expect(built.roles['boss']?.objects['*']).toMatchObject({ create: true, modifyAll: true });
  });

  it('is no other layer’s to make', () => {
    expect(problems(pack('crm', objects(task)))).toEqual(['METADATA_REFERENCE_UNFIT crm/objects/task.json#/kept']);
  });
});
