// Roll-ups on a schedule: windows and decay, worked out anew at each turn, with history and automations for what has changed.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TesseraError } from '@tessera/kernel';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const day = 86_400_000;
const v = (name: string) => ({ var: name });
const scheduled = (of: string, name: string, more: Json, field: Json = {}): Json => ({
  type: 'rollup',
  upkeep: 'schedule',
  aggregate: { of, function: name, ...more },
  ...field,
});
const daysAgo = (days: number) => new Date(engine.clock.now() - days * day).toISOString().slice(0, 10);

/** 10 points lose one with every three days. */
const decaying = { max: [0, { '-': [10, { '/': [{ dateDiff: [v('on'), { today: [] }, 'days'] }, 3] }] }] };

const health = pack(
  'health',
  {
    region: {
      fields: {
        name: { type: 'text' },
        calls: { type: 'rollup', aggregate: { of: 'accounts', function: 'sum', value: v('recent') } },
        best: scheduled('accounts', 'max', { value: v('score') }),
      },
    },
    account: {
      fields: {
        name: { type: 'text' },
        region: { type: 'lookup', to: 'region', inverse: 'accounts' },
        recent: scheduled('calls', 'count', { where: { '>=': [v('on'), { dateAdd: [{ today: [] }, -7] }] } }, { history: true }),
        score: scheduled('calls', 'sum', { value: decaying }, { scale: 2 }),
      },
    },
    call: { fields: { name: { type: 'text' }, account: { type: 'lookup', to: 'account', inverse: 'calls' }, on: { type: 'date' } } },
    note: {
      fields: { name: { type: 'text' }, account: { type: 'lookup', to: 'account' }, old: { type: 'number' }, now: { type: 'number' } },
    },
  },
  {
    'automations/drop.json': {
      name: 'drop',
      object: 'account',
      runAs: 'system',
      trigger: { type: 'record', on: ['update'], changed: ['recent'] },
      when: { '<': [v('recent'), v('$old.recent')] },
      steps: {
        note: { type: 'create', object: 'note', values: { name: 'N', account: v('$record'), old: v('$old.recent'), now: v('recent') } },
      },
    },
  },
);

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [health]);
  // Noon, so that no date changes while the test runs.
  engine.clock.ahead = 1.5 * day - (Date.now() % day);
});
afterAll(() => engine.close());

const later = async (days: number): Promise<void> => {
  engine.clock.ahead += days * day;
  await engine.engine.drain('acme');
};

const rows = (columns: string, from: string) => engine.sql(`select ${columns} from ${acme.schema}.${from}`);

describe('a roll-up on a schedule', () => {
  let region: string;
  let account: string;

  it('stands still between its turns, and follows the time at each', async () => {
    await engine.engine.drain('acme');
    region = await acme.create('region', { name: 'R' });
    account = await acme.create('account', { name: 'A', region });
    for (const days of [0, 3, 6]) await acme.create('call', { name: 'C', account, on: daysAgo(days) });
    await engine.engine.drain('acme');
    expect(await acme.read('account', account, 'recent', 'score')).toEqual({ recent: 0, score: 0 });
    await later(1);
    expect(await acme.read('account', account, 'recent', 'score')).toEqual({ recent: 3, score: 26 });
    expect(await acme.read('region', region, 'calls', 'best')).toEqual({ calls: 3, best: 26 });
  });

  it('brings up roll-ups of roll-ups, history and automations with what was before', async () => {
    await later(3);
    await engine.engine.drain('acme');
    expect(await acme.read('account', account, 'recent', 'score')).toEqual({ recent: 2, score: 23 });
    expect(await acme.read('region', region, 'calls', 'best')).toEqual({ calls: 2, best: 23 });
    const history = await rows(`old::text, new::text`, `_history where object = 'account' and field = 'recent' order by id`);
    expect(history.map((line) => [line['old'], line['new']].map((text) => String(text).replaceAll('"', '')))).toEqual([
      ['0', '3'],
      ['3', '2'],
    ]);
    expect(await rows('old::int, now::int', 'note')).toEqual([{ old: 3, now: 2 }]);
  });

  it('leaves untouched what does not change', async () => {
    const other = await acme.create('account', { name: 'Quiet', region });
    await later(1);
    const traces = () =>
      rows(
        `(select count(*) from ${acme.schema}._history)::int as lines, jsonb_agg(jsonb_build_array(version, xmin::text) order by id) as rows`,
        `account where id = '${other}'`,
      );
    const before = await traces();
    await later(1);
    expect(await rows('score::float', `account where id = '${account}'`)).toEqual([{ score: 21 }]);
    expect((await traces()).map((row) => row['rows'])).toEqual(before.map((row) => row['rows']));
  });

  it('is worked out at once where it is new or becomes another', async () => {
    await acme.apply({
      'extensions/account.json': {
        extends: 'account',
        fields: { week__c: scheduled('calls', 'count', { where: { '<': [v('on'), { today: [] }] } }, { label: { en: 'W' } }) },
      },
    });
    await engine.engine.drain('acme');
    expect(await acme.read('account', account, 'week__c')).toEqual({ week__c: 3 });
  });

  it('goes through many records in pages, as of one time', async () => {
    const accounts = await acme.run('records.create', {
      object: 'account',
      records: Array.from({ length: 2_300 }, (_, i) => ({ name: `M${String(i)}`, region })),
    });
    const today = new Date(engine.clock.now()).toISOString().slice(0, 10);
    const calls = accounts.results.flatMap((result) => (result.ok ? [{ name: 'C', account: result.id, on: today }] : []));
    for (let from = 0; from < calls.length; from += 1_000)
      await acme.run('records.create', { object: 'call', records: calls.slice(from, from + 1_000) });
    const texts = await engine.statements(() => later(1));
    expect(await rows(`count(*)::int as n`, `account where recent = 1 and name like 'M%'`)).toEqual([{ n: 2_300 }]);
    expect(texts.filter((text) => /update "\w+"\."account"/.test(text)).length).toBeLessThan(8);
    expect(await acme.read('region', region, 'calls')).toEqual({
      calls: 2_300 + Number((await rows('recent::int', `account where id = '${account}'`))[0]?.['recent']),
    });
  });
});

describe('what a schedule may keep', () => {
  const wrong = async (field: Json): Promise<string> =>
    acme.apply({ 'extensions/account.json': { extends: 'account', fields: { x__c: { label: { en: 'X' }, ...field } } } }).then(
      () => '',
      (error: unknown) => (error instanceof TesseraError ? error.problems.map(({ message }) => message).join(' ') : String(error)),
    );

  it('is the same for everybody, and has turns', async () => {
    const count = (more: Json, field: Json = {}) => scheduled('calls', 'count', more, field);
    expect(await wrong(count({ where: { '==': [v('owner'), v('$user')] } }))).toContain('cannot depend on who asks');
    expect(await wrong(count({}, { cron: '0 25 * * *' }))).toContain('is no schedule');
    expect(await wrong(count({}, { upkeep: 'live', cron: '0 1 * * *' }))).toContain('remove `cron`');
    expect(await wrong(scheduled('calls', 'list', { value: v('name') }))).toContain('not list');
  });
});
