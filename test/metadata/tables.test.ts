// Calendars, message templates and decision tables: what they refuse, and what they are in the Model.
import { describe, expect, it } from '@jest/globals';
import { nextTurn } from '@tessera/metadata';
import { built, world, wrongIn } from './automation-kit.ts';
import { model, type Json } from './layer-kit.ts';

const unfit = (pointer: string): string => `METADATA_REFERENCE_UNFIT ${pointer}`;
const missing = (pointer: string): string => `METADATA_REFERENCE_MISSING ${pointer}`;
const inFile = (path: string, base: Json, change: Json): string[] =>
  wrongIn(path, { ...base, ...change }).map(({ code, pointer }) => `${code} ${pointer}`);

describe('a calendar', () => {
  const shop: Json = {
    name: 'shop',
    hours: { monday: ['13:00-18:00', '09:00-12:00'] },
    days: { '2026-10-01': 'holiday', '2026-10-10': ['10:00-12:00'] },
  };
  const wrong = (change: Json): string[] => inFile('calendars/shop.json', shop, change);

  it('is one that rules reckon with', () => {
    const { calendar, label } = model(world({ 'calendars/shop.json': shop })).calendars['shop'] ?? {};
    expect(label).toEqual({ en: 'shop' });
    expect(calendar).toMatchObject({
      timeZone: 'UTC',
      exceptions: { '2026-10-01': [], '2026-10-10': [{ from: '10:00', to: '12:00' }] },
    });
    expect(calendar?.week[0]).toEqual([
      { from: '09:00', to: '12:00' },
      { from: '13:00', to: '18:00' },
    ]);
    expect(calendar?.week.slice(1)).toEqual([[], [], [], [], [], []]);
    expect([Object.isFrozen(calendar), Object.isFrozen(calendar?.week[0])]).toEqual([true, true]);
  });

  it('has hours in their order, days that exist and a zone that there is', () => {
    expect(wrong({ hours: { monday: ['12:00-09:00'] } })).toEqual([unfit('/hours/monday/0')]);
    expect(wrong({ hours: { monday: ['09:00-12:00', '11:00-13:00'] } })).toEqual([unfit('/hours/monday')]);
    expect(wrong({ hours: {} })).toEqual([unfit('/hours')]);
    expect(wrong({ days: { '2026-02-30': 'holiday' } })).toEqual([unfit('/days/2026-02-30')]);
    expect(wrong({ days: { '2026-10-01': ['18:00-09:00'] } })).toEqual([unfit('/days/2026-10-01/0')]);
    expect(wrong({ days: { '2026-10-01': 'closed' } })).toEqual(['METADATA_VALUE_UNKNOWN /days/2026-10-01']);
    expect(wrong({ timeZone: 'Asia/Nowhere' })).toEqual([unfit('/timeZone')]);
  });

  it('is known to the formulas of objects', () => {
    const due = { type: 'formula', returns: 'date', formula: { dateAdd: [{ var: 'day' }, 3, 'office'] } };
    const files = (name: string): Json => ({
      'objects/visit.json': { name: 'visit', plural: 'visits', label: { en: 'x' }, fields: { day: { type: 'date' }, due } },
      'calendars/office.json': { name: 'office', hours: { [name]: ['09:00-18:00'] } },
    });
    const hash = (name: string): string | undefined => model(world(files(name))).objects['visit']?.hash;
    expect(hash('monday')).not.toBe(hash('friday'));
    expect(hash('monday')).toBe(hash('monday'));
  });
});

describe('a template', () => {
  const letter: Json = { name: 'letter', object: 'contract' };
  const text = (body: string, more: Json = {}): Json => ({ email: { subject: { en: 'x' }, body: { en: body } }, ...more });
  const wrong = (change: Json): string[] => inFile('templates/letter.json', letter, change);

  it('says what each of its placeholders stands for', () => {
    const written = {
      ...letter,
      inApp: { subject: { en: '{{ name }}', 'zh-CN': '{{ account.name }}' } },
      ...text('Dear {{ $user.name }}: {{ about:account.name }} {{ $link }}'),
    };
    const found = model(world({ 'templates/letter.json': written })).templates['letter'];
    expect(Object.keys(found?.placeholders ?? {})).toEqual(['name', 'account.name', '$user.name', 'about:account.name']);
    expect(found).toMatchObject({
      channels: { inApp: { body: undefined }, email: { subject: { en: 'x' } } },
      placeholders: { name: { root: 0 } },
    });
  });

  it('tells what cannot be put in, and where', () => {
    const [found] = wrongIn('templates/letter.json', { ...letter, ...text('Hello,\n you owe {{ amuont }}') });
    expect(found).toMatchObject({ code: 'TEMPLATE_PATH_UNKNOWN', pointer: '/email/body/en' });
    expect(found?.message).toContain('Line 2, column 10: there is no amuont to put in.');
    expect(found?.message).toContain('Did you mean "amount"?');
    const unknown = ['TEMPLATE_PATH_UNKNOWN /email/body/en'];
    for (const path of ['account', 'key', '$old.name', '$steps.a.b', '$record']) expect(wrong(text(`{{ ${path} }}`))).toEqual(unknown);
    expect(wrong(text('{{ name', {}))).toEqual(['TEMPLATE_SYNTAX /email/body/en']);
    expect(wrong({ inApp: { subject: { en: 'a\nb' } } })).toEqual(['TEMPLATE_SYNTAX /inApp/subject/en']);
  });

  it('without an object speaks of its reader alone', () => {
    expect(wrong({ object: undefined, ...text('{{ $user.name }}, {{ $tenant.currency }}') })).toEqual([]);
    expect(wrong({ object: undefined, ...text('{{ name }} {{ $link }}') })).toEqual([
      'TEMPLATE_PATH_UNKNOWN /email/body/en',
      'TEMPLATE_PATH_UNKNOWN /email/body/en',
    ]);
    expect(wrong({ object: 'nothing', ...text('{{ name }}') })).toEqual([missing('/object')]);
  });

  it('has at least one channel', () => {
    expect(wrong({})).toEqual(['METADATA_MISSING_PROPERTY ']);
  });
});

describe('a decision table', () => {
  const rates: Json = {
    name: 'rates',
    object: 'limit',
    inputs: {
      region: { field: 'region' },
      industry: { match: 'in', field: 'industries' },
      size: { match: 'range', from: 'low', to: 'high' },
    },
    outputs: ['percent', 'boss'],
  };
  const wrong = (change: Json): string[] => inFile('decisionTables/rates.json', rates, change);

  it('has the types of what goes in and comes out', () => {
    const written = { ...rates, sort: { low: {} }, default: 'values', values: { percent: 0.1 }, validTo: 'until' };
    expect(model(world({ 'decisionTables/rates.json': written })).decisionTables['rates']).toMatchObject({
      inputs: {
        region: { match: 'equals', type: { kind: 'text', options: ['north', 'south'] } },
        industry: { match: 'in', field: 'industries', type: { kind: 'text', options: ['retail', 'saas'] } },
        size: { match: 'range', from: 'low', to: 'high', type: { kind: 'number' } },
      },
      outputs: { percent: { kind: 'number' }, boss: { kind: 'reference', to: ['user'] } },
      hit: 'first',
      sort: [{ descending: false, by: { root: 0 } }],
      validFrom: undefined,
      validTo: 'until',
      default: { kind: 'values', values: { percent: { value: '0.1' } } },
    });
  });

  it('collects lists, and sums numbers only', () => {
    const outputs = (change: Json): unknown =>
      model(world({ 'decisionTables/rates.json': { ...rates, ...change } })).decisionTables['rates']?.outputs;
    expect(outputs({ hit: 'collect' })).toMatchObject({ boss: { kind: 'list', of: { kind: 'reference' } } });
    expect(outputs({ hit: 'sum', outputs: ['percent'] })).toMatchObject({ percent: { kind: 'number' } });
    expect(wrong({ hit: 'sum' })).toEqual([unfit('/outputs/1')]);
    expect(wrong({ hit: 'collect', outputs: ['industries'] })).toEqual([unfit('/outputs/0')]);
    expect(wrong({ hit: 'unique', sort: { low: {} } })).toEqual(['METADATA_MISPLACED_PROPERTY /sort']);
  });

  it('names fields that are there and fit', () => {
    const input = (source: Json): string[] => wrong({ inputs: { x: source } }).map((found) => found.replace('/inputs/x', ''));
    expect(input({ field: 'nothing' })).toEqual([missing('/field')]);
    expect(input({ field: 'industries' })).toEqual([unfit('/field')]);
    expect(input({ match: 'in', field: 'region' })).toEqual([unfit('/field')]);
    expect(input({ match: 'range', from: 'low', to: 'until' })).toEqual([unfit('/to')]);
    expect(input({ match: 'range', from: 'region', to: 'high' })).toEqual([unfit('/from')]);
    expect(input({ match: 'range', field: 'low' })).toEqual([
      'METADATA_MISSING_PROPERTY ',
      'METADATA_MISSING_PROPERTY ',
      'METADATA_MISPLACED_PROPERTY /field',
    ]);
    expect(wrong({ outputs: ['nothing'] })).toEqual([missing('/outputs/0')]);
    expect(wrong({ validFrom: 'low', validTo: 'nothing' })).toEqual([unfit('/validFrom'), missing('/validTo')]);
    expect(wrong({ sort: { nothing: {} } })).toEqual(['RULE_NAME_UNKNOWN /sort/nothing']);
    expect(wrong({ object: 'nothing' })).toEqual([missing('/object')]);
  });

  it('has a default of its outputs', () => {
    expect(wrong({ default: 'values', values: { boss: 'me', region: 'north' } })).toEqual([
      missing('/values/region'),
      'VALUE_TYPE /values/boss',
    ]);
    expect(wrong({ default: 'values' })).toEqual(['METADATA_MISSING_PROPERTY ']);
    expect(wrong({ values: { percent: 1 } })).toEqual(['METADATA_MISPLACED_PROPERTY /values']);
  });
});

describe('nextTurn', () => {
  const turn = (cron: string, timeZone: string, after: string): string | undefined => {
    const next = nextTurn({ cron, timeZone }, Date.parse(after));
    return next === undefined ? undefined : new Date(next).toISOString();
  };

  it('is by the clocks of the zone, after the instant given', () => {
    expect(turn('0 8 * * *', 'Asia/Shanghai', '2026-03-02T00:00:00Z')).toBe('2026-03-03T00:00:00.000Z');
    expect(turn('0 8 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z')).toBe('2026-03-29T06:00:00.000Z');
    expect(turn('0 0 29 2 *', 'UTC', '2026-03-02T00:00:00Z')).toBe('2028-02-29T00:00:00.000Z');
  });

  it('is what a schedule of the Model takes', () => {
    const { trigger } = built(
      { l: { type: 'let', values: { x: 1 } } },
      { runAs: 'system', trigger: { type: 'schedule', cron: '0 0 1 1 *' } },
    );
    expect(trigger.type === 'schedule' && nextTurn(trigger, Date.UTC(2026, 0, 1))).toBe(Date.UTC(2027, 0, 1));
  });
});
