// Duplicate rules in the pipeline: on create, change, import and restore, alone and many at once.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordInput } from '@tessera/engine';
import { TesseraError, type Problem } from '@tessera/kernel';
import { matchingScene, sameCompany, type MatchingScene } from './matching-scene.ts';
import { failureOf, refusals } from '../support/failures.ts';
import { streamOf } from './files-scene.ts';

const rules = {
  'matchingRules/sameCode.json': { name: 'sameCode', object: 'account', criteria: { code: { fields: { code: { by: 'text' } } } } },
  'matchingRules/sameLead.json': { name: 'sameLead', object: 'lead', criteria: { mail: { fields: { mail: { by: 'email' } } } } },
  'duplicateRules/code.json': {
    name: 'code',
    object: 'account',
    matching: 'sameCode',
    action: 'block',
    when: { '!=': [{ var: 'note' }, 'let me'] },
    message: { en: 'The code is taken.', 'zh-CN': '代码已被占用。' },
  },
  'duplicateRules/likely.json': { name: 'likely', object: 'account', matching: 'sameCompany' },
  'duplicateRules/leadOfAccount.json': { name: 'leadOfAccount', object: 'lead', matching: 'sameCompany' },
  'duplicateRules/lead.json': { name: 'lead', object: 'lead', matching: 'sameLead', action: 'block', on: ['create'] },
  'matchingRules/sameCompany.json': sameCompany,
};

let scene: MatchingScene;
beforeAll(async () => {
  scene = await matchingScene(rules);
});
afterEach(() => scene.empty());
afterAll(() => scene.engine.close());

const account = (values: RecordInput) => scene.tenant.create('account', { name: 'A', ...values });
const create = (object: string, records: readonly RecordInput[], more: { allOrNone?: boolean; allowDuplicates?: boolean } = {}) =>
  scene.tenant.run('records.create', { object, records, ...more });
const problemsOf = async (work: Promise<unknown>): Promise<readonly Problem[]> => (await failureOf(work)).problems;

describe('a rule that blocks', () => {
  it('refuses at the field, in words of its own, with what is there', async () => {
    const id = await account({ code: 'X-1' });
    const [found] = await problemsOf(create('account', [{ name: 'B', code: 'x1' }], { allowDuplicates: true }));
    expect(found).toMatchObject({
      code: 'DUPLICATE_FOUND',
      pointer: '/code',
      message: 'The code is taken.',
      details: { rule: 'code', matches: [{ object: 'account', id, name: 'A', criterion: 'code' }] },
    });
  });

  it('is not asked where its condition does not hold, nor of what it does not compare', async () => {
    await account({ code: '1' });
    await create('account', [{ name: 'Zeta', code: '1', note: 'let me' }], { allowDuplicates: true });
    const id = await account({ name: 'Omega', code: '2' });
    await scene.tenant.update('account', id, { note: 'x' });
    expect(await refusals(scene.tenant.update('account', id, { code: '1' }))).toEqual([
      { code: 'DUPLICATE_FOUND', pointer: '/code' },
      { code: 'DUPLICATE_POSSIBLE', pointer: '/code' },
    ]);
    await scene.tenant.update('account', id, { code: '2' });
  });

  it('refuses the second of two in one request, and only that', async () => {
    const records = ['1', '2', '1'].map((code, i) => ({ name: `N${'xyz'[i] ?? ''}${'qrs'[i] ?? ''}`, code }));
    const { results } = await create('account', records, { allOrNone: false, allowDuplicates: true });
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(await refusals(create('account', records, { allowDuplicates: true }))).toHaveLength(3);
  });

  it('lets two records exchange their keys, and no record become like one that stays', async () => {
    const [a, b] = [await account({ name: 'One', code: '1' }), await account({ name: 'Zwei', code: '2' })];
    const change = (first: string, second: string) =>
      scene.tenant.run('records.update', {
        object: 'account',
        records: [
          { id: a, values: { code: first } },
          { id: b, values: { code: second } },
        ],
        allowDuplicates: true,
      });
    await change('2', '1');
    expect(await refusals(change('1', '1'))).toEqual([{ code: 'DUPLICATE_FOUND', pointer: '/records/0/code' }]);
  });

  it('is asked only at its moments', async () => {
    const id = await scene.tenant.create('lead', { name: 'L', mail: 'a@acme.example' });
    const other = await scene.tenant.create('lead', { name: 'M', mail: 'b@acme.example' });
    expect((await refusals(scene.tenant.create('lead', { name: 'N', mail: 'A@ACME.example' })))[0]?.code).toBe('DUPLICATE_FOUND');
    await scene.tenant.update('lead', other, { mail: 'a@acme.example' });
    await scene.tenant.remove('lead', id);
    await scene.tenant.run('records.restore', { object: 'lead', ids: [id] });
  });

  it('keeps a record in the bin whose like has come meanwhile', async () => {
    const id = await account({ name: 'One', code: '1' });
    await scene.tenant.remove('account', id);
    const second = await account({ name: 'Zwei', code: '1' });
    const restore = () => scene.tenant.run('records.restore', { object: 'account', ids: [id] });
    expect((await refusals(restore()))[0]?.code).toBe('DUPLICATE_FOUND');
    await scene.tenant.remove('account', second);
    await restore();
  });
});

describe('a rule that warns', () => {
  it('passes when the caller says so', async () => {
    await account({ name: '用友网络科技股份有限公司' });
    const again = { name: '用友网络科技公司' };
    const [found] = await problemsOf(create('account', [again]));
    expect(found).toMatchObject({ code: 'DUPLICATE_POSSIBLE', pointer: '/name', details: { rule: 'likely', matches: [{ likeness: 1 }] } });
    await create('account', [again], { allowDuplicates: true });
  });

  it('goes across objects', async () => {
    const id = await account({ name: 'Acme', phone: '13800138000' });
    const [found] = await problemsOf(scene.tenant.create('lead', { name: 'L', mobile: '+86 138 0013 8000' }));
    expect(found).toMatchObject({ pointer: '/mobile', details: { matches: [{ object: 'account', id }] } });
  });

  it('holds for imports', async () => {
    await account({ name: 'Acme', phone: '13800138000' });
    const rows = 'name,mobile\nL,13800138000\nM,13900139000\n';
    const run = (allowDuplicates: boolean) =>
      scene.tenant.run('records.import', {
        object: 'lead',
        mapping: { format: 'csv', columns: { name: { field: 'name' }, mobile: { field: 'mobile' } } },
        content: streamOf(rows),
        allowDuplicates,
      });
    const status = await run(false);
    expect(status).toMatchObject({ created: 1, refused: 1, rejects: [{ row: 2, code: 'DUPLICATE_POSSIBLE', field: 'mobile' }] });
    expect(await run(true)).toMatchObject({ created: 2, refused: 0 });
  });

  it('is asked beforehand', async () => {
    const id = await account({ name: 'Acme', code: '1', phone: '13800138000' });
    const [found, none] = await scene.tenant.run('records.duplicates', {
      object: 'account',
      records: [{ values: { name: 'B', code: '1', phone: '138 0013 8000' } }, { id }],
    });
    expect(found?.map(({ rule, action }) => `${rule} ${action}`)).toEqual(['code block', 'likely warn']);
    expect(found?.[1]?.matches).toMatchObject([{ id, criteria: ['code', 'phone'] }]);
    expect(none).toEqual([]);
  });
});

describe('twenty writers at once', () => {
  const outcomes = async (work: readonly Promise<unknown>[]): Promise<readonly string[]> =>
    (await Promise.allSettled(work)).map((each) =>
      each.status === 'fulfilled' ? 'written' : each.reason instanceof TesseraError ? each.reason.code : String(each.reason),
    );
  const twenty = Array.from({ length: 20 }, (_, i) => i);

  it('make one record of one key', async () => {
    const found = await outcomes(
      twenty.map((i) => create('account', [{ name: `Nr ${String(i * 7919)}`, code: 'same' }], { allowDuplicates: true })),
    );
    expect(found.filter((each) => each === 'written')).toHaveLength(1);
    expect(found.filter((each) => each === 'DUPLICATE_FOUND')).toHaveLength(19);
  });

  it('make one of what is alike', async () => {
    const found = await outcomes(
      twenty.map((i) => account({ name: i % 2 === 0 ? '用友网络科技股份有限公司' : '用友网络科技（中国）公司' })),
    );
    expect(found.filter((each) => each === 'written')).toHaveLength(1);
  });

  it('do not stand in the way of one another where they are about different things', async () => {
    const found = await outcomes(twenty.map((i) => scene.tenant.create('lead', { name: 'L', mail: `p${String(i)}@acme.example` })));
    expect(new Set(found)).toEqual(new Set(['written']));
  });

  it('make one record of one key out of sets in opposite orders', async () => {
    const codes = ['k1', 'k2', 'k3', 'k4', 'k5'];
    const sets = twenty.map((i) =>
      (i % 2 === 0 ? codes : codes.toReversed()).map((code, n) => ({ name: `S${String(i * 104729 + n * 31)}`, code })),
    );
    const found = await outcomes(sets.map((records) => create('account', records, { allowDuplicates: true })));
    expect(found.filter((each) => each === 'written')).toHaveLength(1);
  });
});
