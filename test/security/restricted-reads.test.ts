// What a restricted read answers, from PostgreSQL: nothing of what is not seen, whatever road leads to it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Expression, PathExpression } from '@tessera/rules';
import { compilePolicy, type Policy } from '@tessera/security';
import type { RootQuery, Selection } from '@tessera/storage';
import { call, childrenAggregate, literal, pathOf } from '../support/model-fixture.ts';
import { grant, grantSet, idOf, openScene, person, reading, sceneModel, type Scene } from './access-scene.ts';

const [anna, ben] = [1, 2].map(idOf) as [string, string];
const [top, mine, his, voided] = [101, 102, 103, 104].map(idOf) as [string, string, string, string];
const [onMine, onHis, binned, his2] = [201, 202, 203, 204].map(idOf) as [string, string, string, string];
const model = sceneModel({
  roles: grantSet('seller', { '*': reading(), account: grant({ read: true, seeDeleted: true, fields: { '*': 'read', phone: 'masked' } }) }),
});
const policy: Policy = compilePolicy(model, person());
const path = (object: string, name: string, root: PathExpression['root'] = 0): PathExpression => pathOf(model, object, name, root);
const text = { kind: 'text' } as const;

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
  await scene.insert('user', { id: anna, email: 'anna@acme.example', manager_id: ben }, { id: ben, email: 'ben@acme.example' });
  await scene.insert(
    'account',
    { id: top, name: 'top', owner_id: ben, phone: '0049301234567' },
    { id: mine, name: 'mine', owner_id: anna, parent_id: top, phone: '1234567', industry: 'saas' },
    { id: his, name: 'his', owner_id: ben, parent_id: mine, phone: '12345678' },
    { id: voided, name: 'binned', owner_id: anna, deleted_at: '2026-01-01T00:00:00Z' },
  );
  await scene.insert(
    'deal',
    { id: onMine, name: 'a', owner_id: anna, account_id: mine, amount: 10, about_account_id: his },
    { id: onHis, name: 'b', owner_id: anna, account_id: his, amount: 20, about_account_id: mine },
    { id: binned, name: 'c', owner_id: anna, account_id: mine, amount: 40, deleted_at: '2026-01-01T00:00:00Z' },
    { id: his2, name: 'd', owner_id: ben, account_id: mine, amount: 80 },
  );
  await scene.insert(
    'line',
    { id: idOf(301), name: 'l', deal_id: onMine, price: 1 },
    { id: idOf(302), name: 'm', deal_id: his2, price: 2 },
    { id: idOf(303), name: 'n', deal_id: binned, price: 3 },
  );
});
afterAll(() => scene.close());

const field = (name: string): Selection => ({ kind: 'field', as: name, field: name });
const rule = (as: string, expression: Expression): Selection => ({ kind: 'expression', as, expression });

async function list(object: string, selections: readonly Selection[], rest: object = {}): Promise<unknown> {
  const root: RootQuery = {
    kind: 'list',
    as: 'rows',
    list: { object, orderBy: [{ by: path(object, 'name'), descending: false }], page: { direction: 'forward', size: 50 }, ...rest },
    parts: [{ kind: 'nodes', as: 'nodes', selections }],
  };
  const { rows } = await scene.read(model, policy, [root]);
  return (rows as { readonly nodes: unknown }).nodes;
}

async function one(object: string, id: string, selections: readonly Selection[]): Promise<unknown> {
  return (await scene.read(model, policy, [{ kind: 'record', as: 'it', object, by: { id }, selections }]))['it'];
}

describe('a restricted read', () => {
  it('has only records that are seen, in lists, by id, by ids and in counts', async () => {
    expect(await list('account', [field('name')])).toEqual([{ name: 'mine' }]);
    expect(await list('account', [field('name')], { deleted: 'with' })).toEqual([{ name: 'binned' }, { name: 'mine' }]);
    expect([await one('account', his, [field('id')]), await one('account', mine, [field('id')])]).toEqual([null, { id: mine }]);
    const several: RootQuery = { kind: 'records', as: 'several', object: 'deal', ids: [his2, onMine], selections: [field('name')] };
    const output = [{ kind: 'measure', as: 's', name: 's' }] as const;
    const sum: RootQuery = {
      kind: 'aggregate',
      as: 'sum',
      aggregate: {
        object: 'deal',
        groupBy: [],
        measures: [{ name: 's', function: 'sum', value: path('deal', 'amount') }],
        orderBy: [],
        first: 1,
        output,
      },
    };
    expect(await scene.read(model, policy, [several, sum])).toEqual({ several: [null, { name: 'a' }], sum: [{ s: '30' }] });
  });

  it('shows details as their masters, in the bin or not', async () => {
    expect(await list('line', [field('name')])).toEqual([{ name: 'l' }, { name: 'n' }]);
  });

  it('shows a lookup’s id, and nothing of a record that is not seen', async () => {
    const account: Selection = {
      kind: 'lookup',
      as: 'there',
      field: 'account',
      cases: [{ object: 'account', selections: [field('name')] }],
    };
    expect(await list('deal', [field('account'), account])).toEqual([
      { account: mine, there: { name: 'mine' } },
      { account: his, there: null },
    ]);
  });

  it('has only children that are seen', async () => {
    const deals: Selection = {
      kind: 'children',
      as: 'deals',
      relation: 'deals',
      list: { object: 'deal', orderBy: [], page: { direction: 'forward', size: 9 } },
      parts: [
        { kind: 'nodes', as: 'nodes', selections: [field('name')] },
        { kind: 'totalCount', as: 'n' },
      ],
    };
    expect(await one('account', mine, [deals])).toEqual({ deals: { nodes: [{ name: 'a' }], n: 1 } });
  });

  it('works formulas and quotes out over what is seen, and roll-ups over all', async () => {
    expect(await one('account', mine, [field('seenTotal'), field('dealTotal')])).toEqual({ seenTotal: '10', dealTotal: '90' });
    expect(await list('deal', [field('accountName'), field('accountParent'), field('ownerMail'), field('bossMail')])).toEqual([
      { accountName: 'mine', accountParent: top, ownerMail: 'anna@acme.example', bossMail: 'ben@acme.example' },
      { accountName: null, accountParent: null, ownerMail: 'anna@acme.example', bossMail: 'ben@acme.example' },
    ]);
  });

  it('counts a record that is not seen as empty in paths of filters, sorts and rules', async () => {
    const named = (name: string, of: string): Promise<unknown> =>
      list('deal', [field('name')], { where: call('==', path('deal', of), literal(text, name)) });
    expect([await named('mine', 'account.name'), await named('his', 'account.name')]).toEqual([[{ name: 'a' }], []]);
    expect([await named('mine', 'accountName'), await named('his', 'accountName')]).toEqual([[{ name: 'a' }], []]);
    expect([await named('top', 'account.parent.name'), await named('top', 'accountParent.name')]).toEqual([[], []]);
    expect([await named('his', 'about:account.name'), await named('mine', 'about:account.name')]).toEqual([[], [{ name: 'b' }]]);
    const sorted = await list('deal', [field('name')], { orderBy: [{ by: path('deal', 'account.name'), descending: false }] });
    expect(sorted).toEqual([{ name: 'a' }, { name: 'b' }]);
    const unseen = call('==', path('deal', 'account.name'), literal(text, null));
    expect(await list('deal', [field('name'), rule('x', unseen)], { where: unseen })).toEqual([{ name: 'b', x: true }]);
  });

  it('runs aggregates of rules over what is seen', async () => {
    const some = childrenAggregate(model, 'account', 'deals', {
      type: { kind: 'boolean' },
      function: 'some',
      value: call('==', path('deal', 'name', 1), literal(text, 'd')),
    });
    const above = {
      node: 'aggregate',
      type: { kind: 'list', of: text },
      source: { kind: 'ancestors', root: 0, steps: [{ object: 'deal', field: 'account' }], object: 'account', by: 'parent' },
      frame: 1,
      function: 'list',
      value: path('account', 'name', 1),
    } as const;
    const anywhere = {
      node: 'aggregate',
      type: { kind: 'number' },
      source: { kind: 'object', object: 'account' },
      frame: 1,
      function: 'count',
    } as const;
    expect(await one('account', mine, [rule('some', some), rule('n', anywhere)])).toEqual({ some: false, n: '1' });
    // Of the record behind a lookup that is not seen there is nothing above either.
    expect(await list('deal', [rule('above', above)])).toEqual([{ above: [] }, { above: [] }]);
  });

  it('leaves records that are not seen out of a tree, not those above them', async () => {
    const chain = [401, 402, 403].map(idOf) as [string, string, string];
    await scene.insert(
      'account',
      { id: chain[0], name: 'root', owner_id: anna },
      { id: chain[1], name: 'between', owner_id: ben, parent_id: chain[0] },
      { id: chain[2], name: 'leaf', owner_id: anna, parent_id: chain[1] },
    );
    const above = {
      node: 'aggregate',
      type: { kind: 'list', of: text },
      source: { kind: 'ancestors', root: 0, steps: [], object: 'account', by: 'parent' },
      frame: 1,
      function: 'list',
      value: path('account', 'name', 1),
    } as const;
    expect(await one('account', chain[2], [rule('above', above)])).toEqual({ above: ['root'] });
    await scene.client.query(`delete from t_scene.account where id = any($1)`, [chain]);
  });

  it('masks', async () => {
    expect(await list('account', [field('phone')])).toEqual([{ phone: '••••' }]);
    const everybody = compilePolicy(model, person({ managed: [ben] }));
    const root: RootQuery = { kind: 'records', as: 'r', object: 'account', ids: [top, mine, his], selections: [field('phone')] };
    expect((await scene.read(model, everybody, [root]))['r']).toEqual([{ phone: '••••4567' }, { phone: '••••' }, { phone: '••••5678' }]);
  });
});
