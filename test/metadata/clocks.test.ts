// Clocks as metadata: what they become, what they bring beside their object, and every mistake at its place.
import { describe, expect, it } from '@jest/globals';
import { fieldOf, messages, model, object, objectOf, objects, pack, problems, tenant, type Json } from './layer-kit.ts';

const v = (name: string): Json => ({ var: name });
const label = { en: 'x' };
const options = (...names: readonly string[]): Json => Object.fromEntries(names.map((name, i) => [name, { order: i }]));
const ticket = object('ticket', {
  status: { type: 'picklist', options: options('open', 'waiting', 'done') },
  minutes: { type: 'number' },
  account: { type: 'lookup', to: 'account', inverse: 'tickets' },
  twice: { type: 'formula', returns: 'number', formula: { '*': [v('minutes'), 2] } },
});
const account = object('account', { open: { type: 'rollup', aggregate: { of: 'tickets', function: 'count' } } });
const clock: Json = {
  name: 'fix',
  object: 'ticket',
  label: { en: 'Fix', 'zh-CN': '解决' },
  calendar: 'office',
  start: { '==': [v('status'), 'open'] },
  stop: { '==': [v('status'), 'done'] },
  target: 'PT8H',
  thresholds: { half: { at: 0.5 }, soon: { before: { param: 'notice' } }, late: { after: 'P1D', repeat: { every: 'PT1H', times: 3 } } },
};
const world = (change: Json = {}, more: Json = {}) =>
  pack('crm', {
    ...objects(ticket, account),
    'parameters/notice.json': { name: 'notice', type: 'duration', value: 'PT2H' },
    'parameters/many.json': { name: 'many', type: 'number', value: 2 },
    'calendars/office.json': { name: 'office', hours: { monday: ['09:00-17:00'] } },
    'clocks/fix.json': { ...clock, ...change },
    ...more,
  });
const at = 'crm/clocks/fix.json#';

describe('a clock', () => {
  it('has its conditions, its target and its thresholds in the calendar’s time', () => {
    const { clocks } = model(world());
    expect(clocks['fix']).toMatchObject({
      target: { kind: 'duration', duration: { duration: 'PT8H', calendar: 'office' } },
      pause: undefined,
      reopen: 'ignore',
      missed: 'latest',
      thresholds: {
        half: { time: { kind: 'share', share: 0.5 }, repeat: undefined },
        soon: { time: { kind: 'before', duration: { duration: 'PT2H', calendar: 'office' } } },
        late: { time: { kind: 'after' }, repeat: { every: { duration: 'PT1H' }, times: 3 } },
      },
      history: 'ticketClockCycle',
    });
    expect(model(world({ target: { '*': [v('minutes'), 2] } })).clocks['fix']?.target.kind).toBe('minutes');
  });

  it('brings its state to the record, and a history of its cycles, with the rights of what it reads', () => {
    const role = { name: 'rep', label, objects: { ticket: { read: true, fields: { '*': 'read', status: 'none' } } } };
    const built = model(world({}, { 'roles/rep.json': role }));
    const names = Object.keys(objectOf(built, 'ticket').fields).filter((name) => name.startsWith('fix'));
    expect(names).toEqual(['fixState', 'fixDue', 'fixElapsed', 'fixSince', 'fixUsed', 'fixTarget', 'fixCycle']);
    expect(fieldOf(built, 'ticket', 'fixDue')).toMatchObject({
      readOnly: true,
      indexed: true,
      label: { en: 'Fix due', 'zh-CN': '解决截止时间' },
    });
    expect(fieldOf(built, 'ticket', 'fixElapsed').formula?.live).toBe(true);
    expect(objectOf(built, 'ticketClockCycle')).toMatchObject({ keptOf: 'ticket', sharing: 'controlledByParent' });
    expect(built.roles['rep']?.objects).toMatchObject({
      ticket: { fields: { fixState: 'none', fixDue: 'none' } },
      ticketClockCycle: { read: true, fields: { dueAt: 'none', '*': 'read' } },
    });
  });

  it('is changed by layers part by part, and follows renames', () => {
    const extension = { extends: 'fix', kind: 'clock', thresholds: { late: { repeat: { times: 5 } }, half: null }, reopen: 'resume' };
    const texts = { language: 'zh-CN', clocks: { fix: { thresholds: { soon: { label: '将到期' } } } } };
    const built = model(world(), tenant({ 'extensions/fix.json': extension, 'translations/zh-CN.json': texts })).clocks['fix'];
    expect(Object.keys(built?.thresholds ?? {})).toEqual(['late', 'soon']);
    expect(built?.thresholds['late']?.repeat).toMatchObject({ times: 5 });
    expect(built?.thresholds['soon']?.label).toEqual({ 'zh-CN': '将到期' });
    const renamed = objects(
      object(
        'case',
        { state: { type: 'picklist', renamedFrom: ['status'], options: { open: {}, over: { renamedFrom: ['done'] } } } },
        { renamedFrom: ['ticket'] },
      ),
    );
    const mine = { ...clock, name: 'mine__c', calendar: undefined, thresholds: {} };
    const { calendar, thresholds, ...rest } = mine;
    expect([calendar, thresholds]).toEqual([undefined, {}]);
    const followed = model(pack('crm', renamed), tenant({ 'clocks/mine__c.json': rest })).clocks['mine__c'];
    expect(followed?.object).toBe('case');
    expect(JSON.stringify(followed?.stop)).toContain('"over"');
  });
});

describe('a mistake in a clock', () => {
  it.each([
    [{ object: 'nothing' }, ['METADATA_REFERENCE_MISSING /object']],
    [{ calendar: 'nothing' }, ['METADATA_REFERENCE_MISSING /calendar']],
    [{ start: { '==': [v('account.name'), 'x'] } }, ['METADATA_REFERENCE_UNFIT /start']],
    [{ pause: { '>': [v('twice'), 1] } }, ['METADATA_REFERENCE_UNFIT /pause']],
    [{ stop: { '<': [v('createdAt'), v('$now')] } }, ['METADATA_REFERENCE_UNFIT /stop']],
    [{ stop: { '>': [{ aggregate: { of: { object: 'account' }, function: 'count' } }, 1] } }, ['METADATA_REFERENCE_UNFIT /stop']],
    [{ target: { param: 'many' } }, ['RULE_TYPE /target']],
    [{ target: v('status') }, ['METADATA_REFERENCE_UNFIT /target']],
    [{ target: 'P1M' }, ['METADATA_REFERENCE_UNFIT /target']],
    [{ thresholds: { one: { before: 'P1M' } } }, ['METADATA_REFERENCE_UNFIT /thresholds/one/before']],
    [{ thresholds: { one: { at: 1, repeat: { every: 'PT1H' } } } }, ['METADATA_REFERENCE_UNFIT /thresholds/one/repeat']],
    [{ thresholds: { one: { at: 1, before: 'PT1H' } } }, ['METADATA_MISPLACED_PROPERTY /thresholds/one/before']],
    [{ thresholds: { one: {} } }, ['METADATA_MISSING_PROPERTY /thresholds/one']],
  ])('is told where it stands: %j', (change, expected) => {
    expect(problems(world(change)).map((found) => found.replace(at, ''))).toEqual(expected);
  });

  it('is told of automations that wait for a threshold', () => {
    const waiting = (trigger: Json, object = 'ticket'): string[] =>
      messages(
        world(
          {},
          {
            'automations/late.json': {
              name: 'late',
              object,
              runAs: 'system',
              trigger: { type: 'clock', clock: 'fix', threshold: 'late', ...trigger },
              when: { '>': [v('$inputs.level'), 1] },
              steps: { one: { type: 'let', values: { boss: v('$inputs.person') } } },
            },
          },
        ),
      );
    expect(waiting({})).toEqual([]);
    expect(waiting({ clock: 'nothing' })).toHaveLength(1);
    expect(waiting({ threshold: 'nothing' })).toEqual(['There is no threshold nothing of the clock fix. Known: half, soon, late.']);
    expect(waiting({}, 'account')).toEqual(['fix runs on ticket, not on account.']);
  });
});
