// Automations: triggers, moments, who acts, and the Model that comes of them.
import { describe, expect, it } from '@jest/globals';
import { automation, built, label, onUpdate, stepOf, told, world, wrong, wrongIn } from './automation-kit.ts';
import { model, pack, problems, type Json } from './layer-kit.ts';

const quiet: Json = { pause: { type: 'let', values: { x: 1 } } };
const system: Json = { runAs: 'system' };
const unfit = (pointer: string): string => `METADATA_REFERENCE_UNFIT ${pointer}`;
const trigger = (source: Json, rest: Json = {}): string[] => wrong(quiet, { trigger: source, ...rest });

describe('an automation', () => {
  it('is as METADATA.md has it', () => {
    const steps: Json = {
      due: {
        order: 10,
        type: 'upsert',
        object: 'renewal',
        by: 'contractPeriod',
        values: { contract: { var: '$record.id' }, period: { var: '$record.endDate' }, amount: { var: '$record.amount' } },
      },
      task: {
        order: 20,
        type: 'create',
        object: 'task',
        values: {
          name: 'Renew',
          about: { var: '$steps.due.id' },
          owner: { var: '$record.csm' },
          due: { date: [{ dateAdd: [{ var: '$now' }, 'P3D', 'office'] }] },
        },
      },
    };
    const found = built(steps, {
      ...system,
      trigger: { type: 'atTime', before: 'P90D', of: 'endDate' },
      when: { '==': [{ var: 'status' }, 'active'] },
    });
    expect(found).toMatchObject({
      label: { en: 'a' },
      object: 'contract',
      runAs: 'system',
      existing: 'skip',
      trigger: { type: 'atTime', before: { duration: 'P90D', calendar: undefined }, after: undefined, of: 'endDate', at: '00:00' },
      when: { operator: '==' },
      steps: [
        { type: 'upsert', path: 'due', by: { name: 'contractPeriod', fields: ['contract', 'period'] }, onMatch: 'update', stale: 'keep' },
        { type: 'create', path: 'task', values: { name: { node: 'literal', value: 'Renew' } } },
      ],
    });
    expect(stepOf(found.steps, 'create').values['about']).toMatchObject({
      type: { kind: 'reference', to: ['renewal'] },
      root: '$steps',
      steps: [
        { object: '', field: 'due' },
        { object: 'renewal', field: 'id' },
      ],
    });
    expect(Object.isFrozen(found.steps[0])).toBe(true);
    expect(found.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has a hash of its own source', () => {
    const hash = (value: number): string => built({ pause: { type: 'let', values: { x: value } } }).hash;
    expect([hash(1) === hash(1), hash(1) === hash(2)]).toEqual([true, false]);
  });

  it('is about an object that is there, unless its trigger is about none', () => {
    expect(wrong(quiet, { object: 'nothing' })).toEqual(['METADATA_REFERENCE_MISSING /object']);
    const named = { name: 'a', steps: quiet };
    const without = (source: Json): string[] =>
      wrongIn('automations/a.json', { ...named, ...source }).map(({ code, pointer }) => `${code} ${pointer}`);
    expect(without({ trigger: { type: 'record', on: ['create'] } })).toEqual([unfit('/trigger')]);
    expect(without({ trigger: { type: 'schedule', cron: '0 8 * * *' }, ...system })).toEqual([]);
    expect(without({ trigger: { type: 'webhook' }, ...system })).toEqual([]);
    expect(without({ trigger: { type: 'called' } })).toEqual([]);
    expect(trigger({ type: 'webhook' }, system)).toEqual([unfit('/object')]);
  });

  it('goes with its object when that is switched off', () => {
    const off = { 'extensions/x__c.json': { extends: 'contract', active: false } };
    const found = problems(world({ 'automations/a.json': automation(quiet) }), { ...pack('t', off), kind: 'tenant', name: 'tenant' });
    expect(found.filter((line) => line.includes('automations/'))).toEqual([]);
  });

  it('shows itself only whole', () => {
    expect(model(world()).automations).toHaveProperty('helper');
    expect(Object.getPrototypeOf(model(world()).automations)).toBeNull();
  });
});

describe('who acts', () => {
  it.each<Json>([
    { type: 'atTime', of: 'endDate' },
    { type: 'schedule', cron: '0 8 * * *' },
  ])('is nobody at %j, so it must run as the system', (source) => {
    expect(trigger(source)).toEqual([unfit('/trigger')]);
    expect(trigger(source, { runAs: 'user' })).toEqual([unfit('/runAs')]);
    expect(trigger(source, system)).toEqual([]);
  });

  it('is known to rules where somebody acts', () => {
    const mine = { when: { '==': [{ var: 'owner' }, { var: '$user' }] } };
    expect(trigger({ type: 'button', label }, mine)).toEqual([]);
    expect(trigger({ type: 'atTime', of: 'endDate' }, { ...mine, ...system })).toEqual(['RULE_NAME_UNKNOWN /when/==/1/var']);
  });

  it('is nobody on records that were there before', () => {
    expect(wrong(quiet, { existing: 'catchUp' })).toEqual([unfit('/existing')]);
    expect(wrong(quiet, { existing: 'catchUp', ...system })).toEqual([]);
    expect(trigger({ type: 'button', label }, { existing: 'catchUp', ...system })).toEqual([unfit('/existing')]);
    expect(trigger({ type: 'record', on: ['create'], moment: 'afterSave' }, { existing: 'catchUp', ...system })).toEqual([
      unfit('/existing'),
    ]);
    expect(trigger({ type: 'record', on: ['delete', 'restore'] }, { existing: 'catchUp', ...system })).toEqual([unfit('/existing')]);
  });
});

describe('a trigger', () => {
  it('on a change names fields that a write can change', () => {
    const changed = (...fields: readonly string[]): string[] => trigger({ ...onUpdate, changed: fields });
    expect(changed('status', 'renewalSum')).toEqual([]);
    expect(changed('status', 'nothing', 'twice')).toEqual(['METADATA_REFERENCE_MISSING /trigger/changed/1', unfit('/trigger/changed/2')]);
    expect(trigger({ type: 'record', on: ['create'], changed: ['status'] })).toEqual([unfit('/trigger/changed')]);
  });

  it('knows the old record only on an update', () => {
    const when = { '!=': [{ var: '$old.status' }, { var: 'status' }] };
    expect(trigger(onUpdate, { when })).toEqual([]);
    expect(trigger({ type: 'record', on: ['create', 'update'] }, { when })).toEqual([]);
    expect(trigger({ type: 'record', on: ['create'] }, { when })).toEqual(['RULE_NAME_UNKNOWN /when/!=/0/var']);
  });

  it('at a time follows a stored date of the record', () => {
    const at = (source: Json): string[] => trigger({ type: 'atTime', ...source }, system);
    expect(at({ of: 'signedAt', after: { param: 'notice' } })).toEqual([]);
    expect(at({ of: 'endDate', after: 'PT4H', calendar: 'office', at: '09:00' })).toEqual([]);
    expect(at({ of: 'nothing' })).toEqual(['METADATA_REFERENCE_MISSING /trigger/of']);
    expect(at({ of: 'status' })).toEqual([unfit('/trigger/of')]);
    expect(at({ of: 'nextDate' })).toEqual([unfit('/trigger/of')]);
    expect(at({ of: 'signedAt', at: '09:00' })).toEqual([unfit('/trigger/at')]);
    expect(at({ of: 'endDate', after: { param: 'word' } })).toEqual([unfit('/trigger/after')]);
    expect(at({ of: 'endDate', before: 'P0D' })).toEqual([unfit('/trigger/before')]);
    expect(at({ of: 'endDate', before: { param: 'nothing' } })).toEqual(['RULE_NAME_UNKNOWN /trigger/before/param']);
    expect(at({ of: 'endDate', before: 'P1M', calendar: 'office' })).toEqual([unfit('/trigger/before')]);
    expect(at({ of: 'endDate', before: 'P1D', calendar: 'shop' })).toEqual(['METADATA_REFERENCE_MISSING /trigger/calendar']);
  });

  it('by a schedule has fields that can be followed, in a zone that there is', () => {
    const schedule = (source: Json): string[] => trigger({ type: 'schedule', ...source }, system);
    expect(schedule({ cron: '*/15 9-17 * * MON-FRI', timeZone: 'Asia/Shanghai' })).toEqual([]);
    expect(schedule({ cron: '0 0 29 2 *' })).toEqual([]);
    expect(schedule({ cron: '0 0 31 2 *' })).toEqual([unfit('/trigger/cron')]);
    expect(schedule({ cron: '61 * * * *' })).toEqual([unfit('/trigger/cron')]);
    expect(schedule({ cron: '0 8 * * *', timeZone: 'Asia/Nowhere' })).toEqual([unfit('/trigger/timeZone')]);
    const zone = (source: Json): unknown =>
      built(quiet, { trigger: { type: 'schedule', cron: '0 8 * * *', ...source }, ...system }).trigger;
    expect(zone({})).toMatchObject({ timeZone: 'UTC' });
    expect(zone({ timeZone: 'Europe/Berlin' })).toMatchObject({ timeZone: 'Europe/Berlin' });
  });

  it('by a button asks for typed values, which its steps read', () => {
    const inputs = { why: { type: 'picklist', options: { late: {}, other: {} }, order: 20 }, boss: { type: 'user', order: 10 } };
    const source = { type: 'button', label, inputs, visibleWhen: { '==': [{ var: 'status' }, 'draft'] } };
    const found = built(
      { set: { type: 'set', values: { csm: { var: '$inputs.boss' }, note: { var: '$inputs.why' } } } },
      { trigger: source },
    );
    expect(found.trigger).toMatchObject({ inputs: { why: { type: 'picklist', options: { late: {} } }, boss: { wire: 'reference' } } });
    expect(Object.keys('inputs' in found.trigger ? found.trigger.inputs : {})).toEqual(['boss', 'why']);
    expect(trigger({ ...source, visibleWhen: { var: 'note' } })).toEqual(['RULE_TYPE /trigger/visibleWhen']);
    expect(trigger({ ...source, inputs: { x: { type: 'lookup', to: 'nothing' } } })).toEqual([
      'METADATA_REFERENCE_MISSING /trigger/inputs/x/to',
    ]);
    expect(wrong({ s: { type: 'set', values: { note: { var: '$inputs.nothing' } } } }, { trigger: source })).toEqual([
      'RULE_NAME_UNKNOWN /steps/s/values/note/var',
    ]);
  });

  it('of type approval is about records of the object, and about what comes', () => {
    expect(trigger({ type: 'approval', on: ['approved'] })).toEqual([]);
    expect(trigger({ type: 'approval', on: ['entered'], process: 'nothing' })).toEqual(['METADATA_REFERENCE_MISSING /trigger/process']);
    expect(trigger({ type: 'approval', on: ['approved'] }, { ...system, existing: 'catchUp' })).toEqual([unfit('/existing')]);
  });
});

describe('a moment', () => {
  const at = (moment: string, steps: Json, on: readonly string[] = ['create']): string[] =>
    wrong(steps, { trigger: { type: 'record', on, moment } });
  const task: Json = { type: 'create', object: 'task', values: { name: 'x' } };

  it('before the save may change the record, look around and refuse', () => {
    const fail = { type: 'fail', message: label, at: 'status' };
    const steps: Json = {
      set: { order: 10, type: 'set', values: { status: 'draft' } },
      find: { order: 20, type: 'find', object: 'task' },
      let: { order: 30, type: 'let', values: { x: 1 } },
      decide: { order: 40, type: 'decide', table: 'limits', values: { region: 'north', size: 1 } },
      branch: { order: 50, type: 'branch', cases: { late: { when: { isBlank: { var: '$steps.find' } }, steps: { fail } } } },
    };
    expect(at('beforeSave', steps)).toEqual([]);
    expect(at('beforeSave', { task })).toEqual([unfit('/steps/task/type')]);
    expect(at('beforeSave', { b: { type: 'branch', cases: { c: { when: true_, steps: { task } } }, otherwise: { task } } })).toEqual([
      unfit('/steps/b/cases/c/steps/task/type'),
      unfit('/steps/b/otherwise/task/type'),
    ]);
  });

  it('after the save may write, but neither wait nor call out', () => {
    expect(
      at('afterSave', { task, each: { type: 'forEach', object: 'task', steps: { gone: { type: 'delete', record: { var: '$item' } } } } }),
    ).toEqual([]);
    const wait = { type: 'wait', for: 'P1D' };
    const post = { type: 'webhook', address: 'https://erp.example' };
    const fail = { type: 'fail', message: label };
    expect(at('afterSave', { wait, post, fail, all: { type: 'atomic', steps: { task } } })).toEqual(
      ['all', 'fail', 'post', 'wait'].map((step) => unfit(`/steps/${step}/type`)),
    );
    expect(at('afterCommit', { wait, post, fail, all: { type: 'atomic', steps: { task } } })).toEqual([]);
  });

  it('says what may stand there, and where else it may', () => {
    expect(told({ task }, { trigger: { type: 'record', on: ['create'], moment: 'beforeSave' } })).toEqual([
      'Before the save there is no step create, only set, find, branch, let, decide, match, fail. Move it to an automation of the moment afterCommit.',
    ]);
  });

  it('within an atomic block has one transaction', () => {
    const atomic = (step: Json): string[] => at('afterCommit', { all: { type: 'atomic', steps: { step } } });
    expect(atomic({ type: 'fail', message: label })).toEqual([]);
    expect(atomic({ type: 'wait', for: 'P1D' })).toEqual([unfit('/steps/all/steps/step/type')]);
    expect(atomic({ type: 'call', automation: 'helper', values: { reason: 'x' } })).toEqual([unfit('/steps/all/steps/step/type')]);
    expect(atomic({ type: 'atomic', steps: { task } })).toEqual([unfit('/steps/all/steps/step/type')]);
  });

  it('has no fields to set of a record that is deleted', () => {
    expect(at('beforeSave', { set: { type: 'set', values: { note: 'x' } } }, ['update', 'delete'])).toEqual([unfit('/steps/set/type')]);
  });
});

const true_: Json = { '==': [1, 1] };
