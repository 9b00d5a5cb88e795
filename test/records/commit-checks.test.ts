// Checks at the end of the transaction, and records that are created with their children.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TesseraError } from '@tessera/kernel';
import { pack, selected, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf, refusals } from '../support/failures.ts';

const v = (name: string) => ({ var: name });

const sharing = pack('sharing', {
  pie: {
    fields: {
      shareTotal: { type: 'rollup', aggregate: { of: 'slices', function: 'sum', value: v('share') } },
      open: { type: 'boolean' },
      budget: { type: 'currency' },
      spent: { type: 'rollup', aggregate: { of: 'costs', function: 'sum', value: v('amount') } },
    },
    validationRules: {
      addsUp: {
        check: 'commit',
        refuseWhen: { and: [{ '!': v('open') }, { '!=': [v('shareTotal'), 1] }] },
        at: 'shareTotal',
        message: { en: 'The shares must add up to 100 %.', 'zh-CN': '比例合计必须为 100%。' },
      },
      inBudget: {
        check: 'commit',
        refuseWhen: { '>': [v('spent'), v('budget')] },
        message: { en: 'Over budget.' },
      },
    },
  },
  slice: {
    fields: {
      pie: { type: 'masterDetail', to: 'pie', inverse: 'slices' },
      share: { type: 'percent', required: true },
      crumbCount: { type: 'rollup', aggregate: { of: 'crumbs', function: 'count' } },
    },
  },
  crumb: { fields: { slice: { type: 'masterDetail', to: 'slice', inverse: 'crumbs' }, size: { type: 'number', max: 9 } } },
  cost: { fields: { pie: { type: 'lookup', to: 'pie', inverse: 'costs' }, amount: { type: 'currency' } } },
});

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine({ limits: { records: 20 } });
  acme = await engine.tenant('acme', [sharing]);
});
afterAll(() => engine.close());

const slices = (...shares: readonly (number | string)[]) => shares.map((share) => ({ name: 'S', share }));

describe('a record with its children', () => {
  it('is written in one go, to any depth, and checked when all is there', async () => {
    const input = { name: 'P', slices: [{ name: 'S', share: 0.4, crumbs: [{ name: 'C' }, { name: 'D' }] }, ...slices(0.6)] };
    const { results } = await acme.run('records.create', { object: 'pie', records: [input], returning: [selected('shareTotal')] });
    expect(results).toMatchObject([{ ok: true, record: expect.stringMatching(/^{"shareTotal":1(\.0+)?}$/) }]);
    expect(await engine.sql(`select crumb_count::int as crumbs from ${acme.schema}.slice order by share`)).toEqual([
      { crumbs: 2 },
      { crumbs: 0 },
    ]);
  });

  it('is refused as a whole where the sum is wrong, at the record of the request', async () => {
    const records = [
      { name: 'right', slices: slices('0.5', 0.5) },
      { name: 'wrong', slices: slices(0.5, 0.4) },
    ];
    const before = await engine.sql(`select count(*) from ${acme.schema}.pie`);
    expect(await refusals(acme.run('records.create', { object: 'pie', records }))).toEqual([
      { code: 'VALIDATION_FAILED', pointer: '/records/1/shareTotal' },
    ]);
    expect(await engine.sql(`select count(*) from ${acme.schema}.pie`)).toEqual(before);
  });

  it('tells what is wrong with a child at the child', async () => {
    const input = { name: 'P', slices: [{ name: 'S', share: 1, crumbs: [{ name: 'C', size: 10 }] }, { name: 'T' }] };
    expect(await refusals(acme.create('pie', input))).toEqual([{ code: 'VALUE_REQUIRED', pointer: '/slices/1/share' }]);
    const deep = { name: 'P', slices: [{ name: 'S', share: 1, crumbs: [{ name: 'C', size: 10 }] }] };
    expect(await refusals(acme.create('pie', deep))).toEqual([{ code: 'VALUE_OUT_OF_RANGE', pointer: '/slices/0/crumbs/0/size' }]);
    expect(await refusals(acme.create('pie', { name: 'P', slices: ['x'] }))).not.toEqual([]);
  });

  it('counts its children among the records that one request may bring', async () => {
    const failure = await failureOf(acme.create('pie', { name: 'P', slices: slices(...Array.from({ length: 20 }, () => '0.05')) }));
    expect(failure).toMatchObject({ code: 'RECORDS_TOO_MANY', params: { limit: 20, count: 21 } });
  });
});

describe('a check at commit', () => {
  it('stops a change, a delete and a move of a child that breaks the sum of its parent', async () => {
    const { results } = await acme.run('records.create', { object: 'pie', records: [{ name: 'P', slices: slices(0.25, 0.75) }] });
    const pie = results[0]?.ok === true ? results[0].id : '';
    const children = await engine.sql(`select id from ${acme.schema}.slice where pie_id = $1 order by share`, [pie]);
    const [small, big] = children.map((row) => String(row['id']));
    const chinese = acme.run(
      'records.update',
      { object: 'slice', records: [{ id: small ?? '', values: { share: 0.5 } }] },
      { languages: ['zh-CN'] },
    );
    expect((await failureOf(chinese)).message).toBe('比例合计必须为 100%。');
    expect((await failureOf(acme.remove('slice', big ?? ''))).code).toBe('VALIDATION_FAILED');
    const records = [
      { id: small ?? '', values: { share: '0.5' } },
      { id: big ?? '', values: { share: '0.5' } },
    ];
    await acme.run('records.update', { object: 'slice', records });
    expect(await acme.read('pie', pie, 'shareTotal')).toEqual({ shareTotal: 1 });
    await acme.remove('pie', pie);
    await acme.run('records.restore', { object: 'pie', ids: [pie] });
  });

  it('holds among many writers: together they never spend more than there is', async () => {
    const pie = await acme.create('pie', { name: 'P', open: true, budget: 10 });
    const spend = async (): Promise<number> => {
      try {
        await acme.create('cost', { name: 'C', pie, amount: 1.5 });
        return 1;
      } catch (error) {
        if (error instanceof TesseraError && error.code === 'VALIDATION_FAILED') return 0;
        throw error;
      }
    };
    const spent = await Promise.all(Array.from({ length: 16 }, spend));
    expect(spent.reduce((a, b) => a + b)).toBe(6);
    expect(await acme.read('pie', pie, 'spent')).toEqual({ spent: 9 });
  });
});
