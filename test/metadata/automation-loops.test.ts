// Automations that would start themselves, or one another, for ever.
import { describe, expect, it } from '@jest/globals';
import { buildModel } from '@tessera/metadata';
import { onUpdate, world, wrong } from './automation-kit.ts';
import { platform, type Json } from './layer-kit.ts';

const loop = ['AUTOMATION_LOOP /trigger'];
const set = (field: string, value: unknown, more: Json = {}): Json => ({ s: { type: 'set', values: { [field]: value }, ...more } });
const blank = (field: string): Json => ({ isBlank: { var: field } });

interface Part {
  readonly trigger: Json;
  readonly steps: Json;
  readonly object?: string;
  readonly when?: Json;
}

/** The circles among these automations. */
function circles(parts: Readonly<Record<string, Part>>): string[] {
  const files = Object.entries(parts).map(([name, part]) => [`automations/${name}.json`, { name, object: 'contract', ...part }]);
  const { problems } = buildModel([platform, world(Object.fromEntries(files) as Json)]);
  return problems.map(({ code, message, file }) => `${code} ${file ?? ''} ${/ever: (.*?)\./.exec(message)?.[1] ?? message}`);
}

describe('an automation that writes what starts it', () => {
  it('is refused', () => {
    expect(wrong(set('note', 'x'), { trigger: onUpdate })).toEqual(loop);
    expect(wrong(set('note', 'x'), { trigger: { ...onUpdate, changed: ['note', 'status'] } })).toEqual(loop);
    expect(wrong({ s: { type: 'update', record: { var: '$record' }, values: { note: 'x' } } }, { trigger: onUpdate })).toEqual(loop);
    expect(wrong({ all: { type: 'atomic', steps: set('note', 'x') } }, { trigger: onUpdate })).toEqual(loop);
    expect(wrong(set('note', 'x'), { trigger: { ...onUpdate, moment: 'afterSave' } })).toEqual(loop);
  });

  it('is not where other fields start it', () => {
    expect(wrong(set('note', 'x'), { trigger: { ...onUpdate, changed: ['status'] } })).toEqual([]);
    expect(wrong(set('note', 'x'))).toEqual([]);
  });

  it('is not before the save: that is the write itself', () => {
    expect(wrong(set('note', 'x'), { trigger: { ...onUpdate, moment: 'beforeSave' } })).toEqual([]);
  });

  it('is not where a condition reads what it writes', () => {
    expect(wrong(set('note', 'x'), { trigger: onUpdate, when: blank('note') })).toEqual([]);
    expect(wrong(set('note', 'x', { when: blank('note') }), { trigger: onUpdate })).toEqual([]);
    const branch = { b: { type: 'branch', cases: { c: { when: blank('note'), steps: set('note', 'x') } } } };
    expect(wrong(branch, { trigger: onUpdate })).toEqual([]);
    const each = (where: Json): Json => ({
      e: { type: 'forEach', object: 'contract', where, steps: { u: { type: 'update', record: { var: '$item' }, values: { note: 'x' } } } },
    });
    expect(wrong(each(blank('note')), { trigger: onUpdate })).toEqual([]);
    expect(wrong(each(blank('status')), { trigger: onUpdate })).toEqual(loop);
    expect(wrong(set('note', 'x'), { trigger: onUpdate, when: blank('status') })).toEqual(loop);
  });

  it('is not where it only deletes', () => {
    const children = { d: { type: 'delete', record: { var: 'account' } } };
    expect(circles({ a: { object: 'contract', trigger: { type: 'record', on: ['delete'] }, steps: children } })).toEqual([]);
  });
});

describe('automations that start one another', () => {
  const ofAccount = (steps: Json, more: Json = {}): Part => ({ object: 'account', trigger: onUpdate, steps, ...more });
  const toAccount = { s: { type: 'update', record: { var: 'account' }, values: { industry: 'saas' } } };
  const toContracts = {
    each: {
      type: 'forEach',
      object: 'contract',
      where: { '==': [{ var: 'account' }, { var: '$record' }] },
      steps: { s: { type: 'update', record: { var: '$item' }, values: { note: 'x' } } },
    },
  };

  it('are refused, the way round named once', () => {
    expect(circles({ up: { trigger: onUpdate, steps: toAccount }, down: ofAccount(toContracts) })).toEqual([
      'AUTOMATION_LOOP crm/automations/up.json up → down → up',
    ]);
  });

  it('are not where one of them asks for what is written', () => {
    expect(circles({ up: { trigger: onUpdate, steps: toAccount }, down: ofAccount(toContracts, { when: blank('industry') }) })).toEqual([]);
    expect(circles({ up: { trigger: { ...onUpdate, changed: ['status'] }, steps: toAccount }, down: ofAccount(toContracts) })).toEqual([]);
  });

  it('are found through what they create and call', () => {
    const create = { c: { type: 'create', object: 'task', values: { name: 'x' } } };
    const again = { object: 'task', trigger: { type: 'record', on: ['create'] }, steps: create };
    expect(circles({ again })).toEqual(['AUTOMATION_LOOP crm/automations/again.json again → again']);
    const called = { trigger: { type: 'called' }, steps: { c: { type: 'call', automation: 'called' } } };
    expect(circles({ called })).toEqual(['AUTOMATION_LOOP crm/automations/called.json called → called']);
    expect(circles({ called: { ...called, when: blank('account') } })).toEqual([]);
  });

  it('are told without work that grows with all ways round', () => {
    const many = Array.from({ length: 40 }, (_, i) => [`a${String(i)}`, { trigger: onUpdate, steps: set('note', 'x') }] as const);
    expect(circles(Object.fromEntries(many))).toHaveLength(40);
  });
});

describe('an approval process on the way round', () => {
  const asks = { boss: { type: 'approval', approvers: { boss: { managerOf: 'submitter' } } } };
  const told = (automations: Readonly<Record<string, Part & { readonly runAs?: string }>>, process: Json): string[] => {
    const files = Object.entries(automations).map(([name, part]) => [`automations/${name}.json`, { name, object: 'contract', ...part }]);
    const own = { 'approvalProcesses/p.json': { name: 'p', object: 'contract', on: ['submit'], steps: asks, ...process } };
    const { problems } = buildModel([platform, world({ ...(Object.fromEntries(files) as Json), ...own })]);
    return problems.map(({ code, message }) => `${code} ${/ever: (.*?)\./.exec(message)?.[1] ?? message}`);
  };
  const submit = { s: { type: 'submit' } };
  const on = (event: string): Json => ({ type: 'approval', on: [event] });

  it('is found where an approval hands the record in again', () => {
    expect(told({ a: { trigger: on('approved'), steps: submit } }, {})).toEqual(['AUTOMATION_LOOP a → p → a']);
    expect(told({ a: { trigger: on('approved'), steps: submit, when: blank('note') } }, {})).toEqual(['AUTOMATION_LOOP a → p → a']);
    const noted = { n: { type: 'set', order: 1, values: { note: 'x' } }, ...submit };
    expect(told({ a: { trigger: on('approved'), steps: noted, when: blank('note') } }, {})).toEqual([]);
    // Somebody who decides against it comes between.
    expect(told({ a: { trigger: on('rejected'), steps: submit } }, {})).toEqual([]);
  });

  it('is found where what it sets, calls or lets write starts it again', () => {
    const writes = { onApproved: { set: { note: 'x' } } };
    expect(told({ a: { trigger: onUpdate, steps: submit } }, writes)).toEqual(['AUTOMATION_LOOP a → p → a']);
    const changes = { a: { trigger: on('approved'), steps: set('note', 'x'), runAs: 'user' } };
    expect(told(changes, { on: ['update'] })).toEqual(['AUTOMATION_LOOP a → p → a']);
    expect(told({ a: { ...changes.a, runAs: 'system' } }, { on: ['update'] })).toEqual([]);
    expect(told(changes, { on: ['update'], entry: blank('note') })).toEqual([]);
    const called = { a: { trigger: { type: 'called', inputs: {} }, steps: submit } };
    expect(told(called, { steps: { ...asks, go: { type: 'automation', automation: 'a' } } })).toEqual(['AUTOMATION_LOOP a → p → a']);
  });
});
