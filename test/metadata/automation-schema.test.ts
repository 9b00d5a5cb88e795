// The schemas of automations, calendars, templates and decision tables: what a file may say, and how a mistake reads.
import { describe, expect, it } from '@jest/globals';
import { componentKinds, fileOf } from '@tessera/metadata';
import { kindSchema } from '../../packages/metadata/src/kinds.ts';
import { checkFile, metadataKinds, type MetadataKind } from '../../packages/metadata/src/schema-check.ts';
import type { Json } from './layer-kit.ts';

const label = { en: 'A' };
const found = (kind: MetadataKind, content: unknown): string[] =>
  checkFile(kind, content, 'x.json').map(({ code, pointer }) => `${code} ${pointer ?? ''}`);
const message = (kind: MetadataKind, content: unknown): string =>
  checkFile(kind, content, 'x.json')
    .map((each) => each.message)
    .join('\n');

const automation = (change: Json): Json => ({
  name: 'a',
  object: 'contract',
  trigger: { type: 'record', on: ['create'] },
  steps: { s: { type: 'let', values: { x: 1 } } },
  ...change,
});
const step = (source: Json): string[] => found('step', source);
const trigger = (source: Json): string[] => found('trigger', source);

describe('a kind of components', () => {
  it('has a schema and, but for settings, a folder', () => {
    for (const kind of componentKinds) expect([kind, metadataKinds.includes(kind)]).toEqual([kind, true]);
    expect(kindSchema('decisionTable')).toBe('decision-table');
    expect(fileOf('decisionTables/limits.json')).toEqual({ kind: 'decisionTable', name: 'limits' });
    expect(fileOf('nothings/x.json')).toBeUndefined();
  });
});

describe('the schema of an automation', () => {
  it('asks for a trigger and steps', () => {
    expect(found('automation', automation({}))).toEqual([]);
    expect(found('automation', { name: 'a' })).toEqual(['METADATA_MISSING_PROPERTY ', 'METADATA_MISSING_PROPERTY ']);
    expect(found('automation', automation({ steps: {} }))).toEqual(['METADATA_SCHEMA /steps']);
  });

  it('knows the words of who acts and of what is there already', () => {
    expect(found('automation', automation({ runAs: 'owner', existing: 'all' })).sort()).toEqual([
      'METADATA_VALUE_UNKNOWN /existing',
      'METADATA_VALUE_UNKNOWN /runAs',
    ]);
    expect(message('automation', automation({ run: 'system' }))).toContain('Did you mean runAs?');
  });

  it('calls steps by names', () => {
    expect(found('automation', automation({ steps: { 'a b': { type: 'let', values: {} } } }))).toEqual([
      'METADATA_NAME_INVALID /steps/a b',
    ]);
  });
});

describe('the schema of a trigger', () => {
  it('decides by its type what else may be said', () => {
    expect(message('trigger', { type: 'timer' })).toContain('type cannot be "timer".');
    expect(trigger({ type: 'record' })).toEqual(['METADATA_MISSING_PROPERTY ']);
    expect(trigger({ type: 'record', on: [] })).toEqual(['METADATA_SCHEMA /on']);
    expect(trigger({ type: 'record', on: ['save'] })).toEqual(['METADATA_VALUE_UNKNOWN /on/0']);
    expect(trigger({ type: 'record', on: ['create'], cron: '0 8 * * *' })).toEqual(['METADATA_UNKNOWN_PROPERTY /cron']);
    expect(trigger({ type: 'approval', on: ['approved'], process: 'discount' })).toEqual([]);
    expect(trigger({ type: 'clock', clock: 'response' })).toEqual(['METADATA_MISSING_PROPERTY ']);
    expect(trigger({ type: 'button' })).toEqual(['METADATA_MISSING_PROPERTY ']);
  });

  it('is before or after a time, by a duration', () => {
    expect(trigger({ type: 'atTime', of: 'endDate', before: 'P1D', after: 'P1D' })).toEqual(['METADATA_MISPLACED_PROPERTY /after']);
    expect(trigger({ type: 'atTime', of: 'endDate', calendar: 'office' })).toEqual(['METADATA_MISPLACED_PROPERTY /calendar']);
    expect(trigger({ type: 'atTime', of: 'endDate', before: '3 days' })).toEqual(['METADATA_VALUE_UNKNOWN /before']);
    expect(trigger({ type: 'atTime', of: 'endDate', at: '9:00' })).toEqual(['METADATA_VALUE_UNKNOWN /at']);
  });

  it('has schedules of five fields', () => {
    expect(trigger({ type: 'schedule', cron: '0 8 * * 1-5' })).toEqual([]);
    for (const cron of ['0 8 * *', '0 0 8 * * *', '@daily', '? 8 * * *'])
      expect(trigger({ type: 'schedule', cron })).toEqual(['METADATA_VALUE_UNKNOWN /cron']);
  });

  it('has inputs with choices or a target as their types need', () => {
    const input = (source: Json): string[] => trigger({ type: 'called', inputs: { x: source } });
    expect(input({ type: 'lookup', to: 'account' })).toEqual([]);
    expect(input({ type: 'picklist' })).toEqual(['METADATA_MISSING_PROPERTY /inputs/x']);
    expect(input({ type: 'text', options: { a: {} } })).toEqual(['METADATA_MISPLACED_PROPERTY /inputs/x/options']);
    expect(input({ type: 'lookup' })).toEqual(['METADATA_MISSING_PROPERTY /inputs/x']);
    expect(input({ type: 'formula' })).toEqual(['METADATA_VALUE_UNKNOWN /inputs/x/type']);
    expect(input({ type: 'text', unique: true })).toEqual(['METADATA_UNKNOWN_PROPERTY /inputs/x/unique']);
  });
});

const rule = { var: 'x' };
/** Each step with no more than it must say. */
const least: Readonly<Record<string, Json>> = {
  set: { values: { a: 1 } },
  create: { object: 'task', values: {} },
  update: { record: rule, values: { a: rule } },
  delete: { record: rule },
  upsert: { object: 'task', by: 'k', values: { a: null } },
  find: { object: 'task' },
  forEach: { object: 'task', steps: { s: { type: 'let', values: {} } } },
  branch: { cases: { a: { when: rule } } },
  let: { values: { a: { literal: [1] } } },
  wait: { for: 'P1D' },
  notify: { to: { a: { user: rule } }, template: 't' },
  webhook: { address: 'https://erp.example' },
  call: { automation: 'b' },
  fail: { message: label },
  atomic: { steps: { s: { type: 'let', values: {} } } },
  decide: { table: 't', values: {} },
  assign: { to: { a: { role: 'rep' } } },
  pool: { pool: 'p' },
  submit: {},
  allocate: { amount: rule, over: { object: 'invoice' }, into: { object: 'share', by: 'k', amount: 'amount', values: {} } },
};

describe('the schema of a step', () => {
  it.each(Object.entries(least))('of type %s takes no less than it must', (type, said) => {
    expect(step({ type, ...said })).toEqual([]);
    expect(step({ type, order: 1, when: rule, label, active: false, description: 'x', $comment: 'x', ...said })).toEqual([]);
    expect(step({ type, nonsense: 1, ...said })).toEqual(['METADATA_UNKNOWN_PROPERTY /nonsense']);
    const missing = Object.keys(said).map(() => 'METADATA_MISSING_PROPERTY ');
    expect(step({ type })).toEqual(missing);
  });

  it('knows no other type', () => {
    expect(message('step', { type: 'notfy' })).toContain('Did you mean notify?');
  });

  it('waits for at least one thing', () => {
    expect(message('step', { type: 'wait' })).toContain('at least one of `for`, `until`, `condition` and `event`.');
    for (const said of [{ until: rule }, { condition: rule }, { event: 'paid' }]) expect(step({ type: 'wait', ...said })).toEqual([]);
    expect(step({ type: 'wait', event: 'paid', calendar: 'office' })).toEqual(['METADATA_MISPLACED_PROPERTY /calendar']);
  });

  it('has stale records only where there is a set, within a scope', () => {
    const upsert = { type: 'upsert', ...least['upsert'] };
    expect(step({ ...upsert, stale: 'void' })).toContain('METADATA_MISPLACED_PROPERTY /stale');
    expect(step({ ...upsert, from: { object: 'a' }, stale: 'void' })).toEqual(['METADATA_MISSING_PROPERTY ']);
    expect(step({ ...upsert, from: { object: 'a' }, scope: rule })).toEqual(['METADATA_MISPLACED_PROPERTY /scope']);
    expect(step({ ...upsert, from: {} })).toEqual(['METADATA_MISSING_PROPERTY /from']);
    expect(step({ ...upsert, from: { where: rule, series: { start: rule, end: rule, every: 'P1M' } } })).toEqual([
      'METADATA_MISPLACED_PROPERTY /from/where',
    ]);
  });

  it('names people in one way each', () => {
    const to = (person: Json): string[] => step({ type: 'notify', template: 't', to: { p: person } });
    expect(to({})).toEqual(['METADATA_MISSING_PROPERTY /to/p']);
    expect(to({ role: 'rep', group: 'sales' })).toEqual(['METADATA_MISPLACED_PROPERTY /to/p/group']);
    expect(to({ group: 'sales', in: 'department' })).toEqual(['METADATA_MISPLACED_PROPERTY /to/p/in']);
    expect(to({ team: 'helper', levels: 2 })).toEqual(['METADATA_MISPLACED_PROPERTY /to/p/levels']);
    expect(to({ managerOf: 'owner', levels: { upTo: 'director' } })).toEqual([]);
    expect(step({ type: 'notify', template: 't', to: {} })).toEqual(['METADATA_SCHEMA /to']);
    expect(step({ type: 'assign', to: { p: { role: 'rep' } }, assignmentRule: 'r' })).toEqual([
      'METADATA_MISPLACED_PROPERTY /assignmentRule',
    ]);
  });
});

describe('the schemas of calendars, templates and decision tables', () => {
  it('hold each to its words', () => {
    expect(found('calendar', { name: 'c', hours: { monday: ['09:00-24:00'] }, days: { '2026-10-01': 'holiday' } })).toEqual([]);
    expect(found('calendar', { name: 'c', hours: { holiday: [], monday: ['9-12'] }, days: { 'last monday': 'holiday' } }).sort()).toEqual([
      'METADATA_NAME_INVALID /days/last monday',
      'METADATA_UNKNOWN_PROPERTY /hours/holiday',
      'METADATA_VALUE_UNKNOWN /hours/monday/0',
    ]);
    expect(found('template', { name: 't', email: { body: label } })).toEqual(['METADATA_MISSING_PROPERTY /email']);
    expect(message('template', { name: 't' })).toContain('at least one channel');
    expect(found('decisionTable', { name: 'd', object: 'o', inputs: {}, outputs: [] })).toEqual([
      'METADATA_SCHEMA /inputs',
      'METADATA_SCHEMA /outputs',
    ]);
  });
});
