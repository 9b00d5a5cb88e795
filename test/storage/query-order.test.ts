// Lists: collations, the recycle bin, empty pages, filters over children.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compileRead, type ListPart, type ListQuery } from '../../packages/storage/src/query/index.ts';
import { call, childrenAggregate, literal, pathOf } from '../support/model-fixture.ts';
import { idOf, insertSql, model, openScene, type Opportunity, type Scene } from './query-scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene(11, 150);
});
afterAll(() => scene.close());

describe('lists', () => {
  it('sorts Chinese by pinyin where Chinese is the first language', async () => {
    const chinese = { ...model, settings: { ...model.settings, languages: ['zh-CN', 'en'] } };
    const names = ['张三', '客户', '安徽'].map((name, n) => ({ id: idOf(8, n), name, life_status: 'normal' }));
    for (const row of names) await scene.run(insertSql('contact', row));
    const where = call(
      'in',
      pathOf(model, 'contact', 'name'),
      literal({ kind: 'list', of: { kind: 'text' } }, names.map(({ name }) => name) as never),
    );
    const list: ListQuery = {
      object: 'contact',
      where,
      orderBy: [{ by: pathOf(model, 'contact', 'name'), descending: false }],
      page: { direction: 'forward', size: 9 },
    };
    const statement = compileRead({ model: chinese, schema: 't_scene' }, [
      { kind: 'list', as: 'a', list, parts: [{ kind: 'nodes', as: 'n', selections: [{ kind: 'field', as: 'name', field: 'name' }] }] },
    ]);
    const [row] = await scene.run(statement);
    expect(JSON.parse(row?.['answer'] as string)).toEqual({ a: { n: [{ name: '安徽' }, { name: '客户' }, { name: '张三' }] } });
  });

  it('shows the bin, with it or without it', async () => {
    const count = async (deleted?: 'with' | 'only'): Promise<unknown> => {
      const list: ListQuery = {
        object: 'opportunity',
        orderBy: [],
        page: { direction: 'forward', size: 1 },
        ...(deleted === undefined ? {} : { deleted }),
      };
      return (await scene.read([{ kind: 'list', as: 'a', list, parts: [{ kind: 'totalCount', as: 'n' }] }]))?.['a'];
    };
    const gone = scene.rows.opportunities.filter((row) => row.deleted_at !== null).length;
    expect(await count('only')).toEqual({ n: gone });
    expect(await count('with')).toEqual({ n: 150 });
    expect(await count()).toEqual({ n: 150 - gone });
  });

  it('gives an empty page of size 0 that knows whether there is more', async () => {
    const list: ListQuery = { object: 'opportunity', orderBy: [], page: { direction: 'forward', size: 0 } };
    const info = (['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'] as const).map((kind) => ({ kind, as: kind }));
    const parts: readonly ListPart[] = [
      { kind: 'nodes', as: 'nodes', selections: [] },
      { kind: 'pageInfo', as: 'pageInfo', parts: info },
    ];
    const pageInfo = { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null };
    expect(await scene.read([{ kind: 'list', as: 'a', list, parts }])).toEqual({ a: { nodes: [], pageInfo } });
  });

  it('takes some, none and all of a relation as a filter', async () => {
    const isOpen = call('==', pathOf(model, 'opportunity', 'stage', 1), literal({ kind: 'text' }, 'open'));
    for (const name of ['some', 'none', 'all'] as const) {
      const where = childrenAggregate(model, 'account', 'opportunities', { type: { kind: 'boolean' }, function: name, value: isOpen });
      const list: ListQuery = { object: 'account', where, orderBy: [], page: { direction: 'forward', size: 50 } };
      const parts: readonly ListPart[] = [{ kind: 'nodes', as: 'n', selections: [{ kind: 'field', as: 'id', field: 'id' }] }];
      const holds = (own: readonly Opportunity[]): boolean => {
        if (name === 'all') return own.every(({ stage }) => stage === 'open');
        return own.some(({ stage }) => stage === 'open') === (name === 'some');
      };
      const own = (account: string): readonly Opportunity[] =>
        scene.rows.opportunities.filter((row) => row.deleted_at === null && row.account_id === account);
      const expected = scene.rows.accounts.filter(({ id, deleted_at }) => deleted_at === null && holds(own(id)));
      const n = expected.map(({ id }) => ({ id })).sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(await scene.read([{ kind: 'list', as: 'a', list, parts }])).toEqual({ a: { n } });
    }
  });
});
