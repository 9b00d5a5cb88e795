// decide, case by case: the ends of ranges and of validity, what no row and what two rows make of it, and rows that do not count.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DecideStepModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { decide } from '../../packages/workflow/src/automations/steps/decide.ts';
import { testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { rates } from './decide-scene.ts';
import { doStep } from './step-harness.ts';

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [rates]);
});
afterAll(() => engine.close());
beforeEach(() => engine.sql(`delete from ${acme.schema}.rate`));

const noon = '2026-03-10T12:00:00.000Z';

type Rules = Readonly<Record<string, Value>>;

function ask(automation: string, rules: readonly Rules[], now = noon, note?: (text: string) => void): ReturnType<typeof doStep> {
  return doStep<DecideStepModel>(
    engine,
    acme,
    { automation, type: 'decide', doer: decide },
    rules.map((each) => ({ rules: each })),
    note === undefined ? { now } : { now, note },
  );
}

const rate = (name: string, values: Json): Promise<string> => acme.create('rate', { name, ...values });

async function codes(automation: string, rules: readonly Rules[], now?: string): Promise<readonly unknown[]> {
  const results = await ask(automation, rules, now);
  return results.map((result) =>
    result.kind === 'done' ? (result.outcome as Json)['code'] : result.kind === 'failed' ? result.problem.code : '',
  );
}

describe('a range', () => {
  it('takes its lower end and leaves its upper one to the next', async () => {
    await rate('low', { quantityTo: 10, code: 'low' });
    await rate('mid', { quantityFrom: 10, quantityTo: 20.5, code: 'mid' });
    await rate('high', { quantityFrom: 20.5, code: 'high' });
    const asked = ['-1', '9.9999', '10', '20.4999', '20.5', '1000000'].map((quantity) => ({ quantity }));
    expect(await codes('only', asked)).toEqual(['low', 'low', 'mid', 'mid', 'high', 'high']);
  });
});

describe('validity', () => {
  it('has both of its days; without a day asked for it is the tenant’s today', async () => {
    await rate('spring', { since: '2026-03-01', until: '2026-03-10', code: 'spring' });
    await rate('later', { since: '2026-03-11', code: 'later' });
    const asked = ['2026-02-28', '2026-03-01', '2026-03-10', '2026-03-11'].map((day) => ({ $asOf: day }));
    expect(await codes('only', asked)).toEqual(['DECISION_NONE', 'spring', 'spring', 'later']);
    expect(await codes('only', [{}])).toEqual(['spring']);
    await acme.apply({ 'settings.json': { timeZone: 'Asia/Shanghai' } });
    expect(await codes('only', [{}], '2026-03-10T17:00:00.000Z')).toEqual(['later']);
    await acme.apply({ 'settings.json': { timeZone: 'UTC' } });
  });
});

describe('a table of one row at most', () => {
  it('names both rows where two match', async () => {
    await rate('Everybody', {});
    await rate('North', { region: 'north' });
    const [north, south] = await ask('only', [{ region: 'north' }, { region: 'south' }]);
    expect(south?.kind).toBe('done');
    expect(north).toMatchObject({
      kind: 'failed',
      problem: { code: 'DECISION_AMBIGUOUS', params: { table: 'only', first: 'Everybody', second: 'North' } },
    });
  });

  it('says what was asked for where none matches', async () => {
    const [none] = await ask('only', [{ region: 'north', quantity: '5' }]);
    expect(none).toMatchObject({
      kind: 'failed',
      problem: { code: 'DECISION_NONE', message: expect.stringContaining('"region":"north"') as unknown, params: { asOf: '2026-03-10' } },
    });
  });
});

describe('where no row matches', () => {
  it('comes out what the table says: nothing, values, an empty list', async () => {
    const outcomes = async (table: string): Promise<unknown> => {
      const [result] = await ask(table, [{ region: 'north', code: 'none' }]);
      return result?.kind === 'done' ? result.outcome : result;
    };
    expect(await outcomes('cheapest')).toEqual({ price: null, code: null });
    expect(await outcomes('oldest')).toEqual({ price: null, code: 'none' });
    expect(await outcomes('total')).toEqual({ price: null });
    expect(await outcomes('all')).toEqual({ price: [], code: [] });
  });
});

describe('rows', () => {
  it('in the bin or void are none', async () => {
    const [gone, annulled] = [await rate('gone', { code: 'gone' }), await rate('void', { code: 'void' })];
    await rate('last', { code: 'last' });
    await acme.remove('rate', gone);
    await engine.sql(`update ${acme.schema}.rate set life_status = 'void' where id = $1`, [annulled]);
    expect(await codes('only', [{}])).toEqual(['last']);
  });

  it('are asked for in one statement, whatever the number of questions', async () => {
    for (let i = 0; i < 5; i += 1) await rate(`r${String(i)}`, { quantityFrom: i, quantityTo: i + 1, code: String(i), price: '0.1' });
    const asked = Array.from({ length: 1_000 }, (_, i) => ({ quantity: String(i % 5) }));
    const texts: string[] = [];
    const results = await ask('only', asked, noon, (text) => void texts.push(text));
    expect(results.every(({ kind }) => kind === 'done')).toBe(true);
    expect(texts.filter((text) => text.includes('cross join lateral'))).toHaveLength(1);
  });

  it('are summed exactly', async () => {
    for (let i = 0; i < 3; i += 1) await rate(`r${String(i)}`, { price: '0.1' });
    await rate('big', { price: '12345678901234567890.0000000001' });
    const [result] = await ask('total', [{}]);
    expect(result).toEqual({ kind: 'done', outcome: { price: '12345678901234567890.3000000001' } });
  });
});
