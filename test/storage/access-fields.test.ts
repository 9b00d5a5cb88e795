// Fields as they come out for one reader: computed anew, quoted, masked.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Expression, PathExpression } from '@tessera/rules';
import type { Selection } from '../../packages/storage/src/query/index.ts';
import { call, literal } from '../support/model-fixture.ts';
import { idOf, is, isNull, not, number, openAccessScene, path, restricted, seesAccount, text, type AccessScene } from './access-scene.ts';

let scene: AccessScene;
beforeAll(async () => {
  scene = await openAccessScene();
});
afterAll(() => scene.close());

const shown = (expression: Expression): Selection => ({ kind: 'expression', as: 'it', expression });
const accountName = restricted(path('deal', 'account.name'));

describe('a computed field, worked out for the reader', () => {
  const computed = call('*', restricted(path('deal', 'account.size')), literal(number, '2'));
  const twice: PathExpression = { ...path('deal', 'sizeTwice'), computed };
  const values = { d1: '200', d2: null, d3: '600', d4: null, d5: '1000', d6: null, d7: null, d8: null, d9: '200' };

  it('comes out in the form that it has, as a field and as an expression', async () => {
    expect(await scene.values('deal', { kind: 'field', as: 'it', field: 'sizeTwice', computed })).toEqual(values);
    expect(await scene.values('deal', shown(twice))).toEqual(values);
    expect(await scene.values('deal', { kind: 'field', as: 'it', field: 'sizeTwice' })).toMatchObject({ d2: '400', d4: '800' });
  });

  it('filters, sorts and groups so', async () => {
    const large = call('>', twice, literal(number, '300'));
    expect(await scene.names('deal', large)).toEqual(['d3', 'd5']);
    const orderBy = [{ by: twice, descending: true, nulls: 'last' } as const, { by: path('deal', 'name'), descending: false }];
    expect(await scene.names('deal', not(isNull(twice)), { orderBy })).toEqual(['d5', 'd3', 'd1', 'd9']);
    const output = [{ kind: 'group', as: 'k', name: 'k' } as const];
    expect(
      await scene.groups({ object: 'deal', groupBy: [{ name: 'k', by: twice }], measures: [], orderBy: [], first: 9, output }),
    ).toEqual([{ k: '200' }, { k: '600' }, { k: '1000' }, { k: null }]);
  });

  it('may be at the end of a path, where its own frame begins', async () => {
    const end = path('task', 'deal.sizeTwice');
    expect(await scene.values('task', shown({ ...end, computed }))).toEqual({ t1: '200', t2: null, t3: '600', t4: null });
  });

  it('may be the lookup that a path goes on through', async () => {
    const plain = path('deal', 'accountParent:account.name');
    const [step, ...rest] = plain.steps;
    if (step === undefined) throw new Error('A path has steps.');
    const placed: PathExpression = { ...plain, steps: [{ ...step, computed: restricted(path('deal', 'account.parent')) }, ...rest] };
    expect(await scene.values('deal', shown(plain))).toMatchObject({ d1: 'a2', d3: 'a1' });
    // The account is seen, so its parent's id may be known; whether the parent is seen is asked by `where`.
    expect(await scene.values('deal', shown(placed))).toMatchObject({ d1: 'a2', d2: null, d3: 'a1' });
    const strict: PathExpression = { ...placed, steps: placed.steps.map((at, i) => (i === 0 ? { ...at, where: seesAccount } : at)) };
    expect(await scene.values('deal', shown(strict))).toMatchObject({ d1: null, d2: null, d3: 'a1' });
  });
});

describe('a quote, worked out for the reader', () => {
  const small = call('<', path('deal', 'amount'), literal(number, '30'));
  const placed = (from: PathExpression, where: Expression): PathExpression => ({
    ...from,
    steps: from.steps.map((step, i) => (i === 0 ? { ...step, where } : step)),
  });

  it('keeps the form of what it quotes: a polymorphic lookup says its object', async () => {
    const quote = (computed?: Expression): Selection => ({
      kind: 'field',
      as: 'it',
      field: 'dealAbout',
      ...(computed === undefined ? {} : { computed }),
    });
    const all = {
      t1: { object: 'account', id: idOf('a1') },
      t2: { object: 'account', id: idOf('a2') },
      t3: { object: 'contact', id: idOf('c1') },
      t4: null,
    };
    expect(await scene.values('task', quote())).toEqual(all);
    expect(await scene.values('task', quote(placed(path('task', 'deal.about'), small)))).toEqual({ ...all, t3: null });
  });

  it('takes what it quotes as it is for the reader, if that is computed itself', async () => {
    const computed: PathExpression = { ...path('task', 'deal.accountName'), computed: accountName };
    const field = (selected: Expression): Selection => ({ kind: 'field', as: 'it', field: 'dealAccountName', computed: selected });
    expect(await scene.values('task', field(computed))).toEqual({ t1: 'a1', t2: null, t3: 'a3', t4: null });
    expect(await scene.values('task', field(placed(computed, small)))).toEqual({ t1: 'a1', t2: null, t3: null, t4: null });
    expect(await scene.values('task', { kind: 'field', as: 'it', field: 'dealAccountName' })).toMatchObject({ t2: 'a2', t4: 'a4' });
    expect(await scene.names('task', is({ ...path('task', 'dealAccountName'), computed }, 'a3'))).toEqual(['t3']);
  });

  it('may be nothing at all', async () => {
    const computed = literal(text, null);
    expect(await scene.values('deal', { kind: 'field', as: 'it', field: 'accountName', computed })).toMatchObject({ d1: null, d3: null });
  });
});

describe('a masked field', () => {
  it('shows the last four characters of eight or more, however they are written', async () => {
    expect(await scene.values('account', { kind: 'field', as: 'it', field: 'note', masked: true }, 'with')).toEqual({
      a1: '••••4567',
      a2: '••••',
      a3: '••••t888',
      a4: '••••八十八号',
      a5: '••••',
      a6: '••••🙂👍🎉🚀',
      a7: '••••i" \\',
      a8: '••••',
      a9: null,
    });
  });

  it('shows of a secret what was left in clear when it was sealed', async () => {
    const set = async (name: string, token: string | null): Promise<void> => {
      await scene.client.query('update t_access.account set token = $1 where name = $2', [token, name]);
    };
    await set('a1', 'v1.iv.body.wxyz');
    await set('a2', 'v1.iv.body');
    await set('a3', 'v1.iv.body.');
    await set('a4', 'v1.iv.body.密"\\码');
    const tokens = await scene.values('account', { kind: 'field', as: 'it', field: 'token', masked: true });
    expect(tokens).toMatchObject({ a1: '••••wxyz', a2: '••••', a3: '••••', a4: '••••密"\\码', a5: null });
    // Nobody reads a secret, so it is masked whoever selects it.
    expect(await scene.values('account', { kind: 'field', as: 'it', field: 'token' })).toEqual(tokens);
  });
});
