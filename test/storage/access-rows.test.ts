// What comes out of PostgreSQL where security has placed conditions: every construct over a small scene.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ident, sql } from '@tessera/kernel';
import { allOf, anyOf, conditionSql, reframed, type Expression, type PathExpression } from '@tessera/rules';
import { startCompilation } from '../../packages/storage/src/query/compilation.ts';
import { rowEnvironment } from '../../packages/storage/src/query/environment.ts';
import type { AggregateQuery, Selection } from '../../packages/storage/src/query/index.ts';
import { call, literal } from '../support/model-fixture.ts';
import {
  access,
  editsAccount,
  idOf,
  is,
  isNull,
  master,
  not,
  number,
  openAccessScene,
  owner,
  path,
  restricted,
  schema,
  seesAccount,
  shared,
  siblings,
  target,
  text,
  type AccessScene,
} from './access-scene.ts';

let scene: AccessScene;
beforeAll(async () => {
  scene = await openAccessScene();
});
afterAll(() => scene.close());

const shown = (expression: Expression): Selection => ({ kind: 'expression', as: 'it', expression });
const accountName = restricted(path('deal', 'account.name'));
const allDeals = ['d1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7', 'd8', 'd9'];
const seenDeals = ['d1', 'd3', 'd5', 'd9'];
const unseenDeals = allDeals.filter((deal) => !seenDeals.includes(deal));

describe('records that Anna sees', () => {
  it('are those that she owns or that are shared with her now', async () => {
    expect(await scene.names('account', owner('account'))).toEqual(['a1']);
    expect(await scene.names('account', shared('account'))).toEqual(['a3', 'a5']);
    expect(await scene.names('account', seesAccount)).toEqual(['a1', 'a3', 'a5']);
  });

  it('are told from those that she may edit, and team shares from manual ones', async () => {
    expect(await scene.names('account', editsAccount)).toEqual(['a1', 'a5']);
    expect(await scene.names('account', shared('account', 'read', 'team'))).toEqual(['a5']);
    expect(await scene.names('account', shared('account', 'read', 'manual'))).toEqual(['a3']);
    expect(await scene.names('account', shared('account', 'edit', 'manual'))).toEqual([]);
  });

  it('leave all others for the negation, those without an owner too', async () => {
    expect(await scene.names('account', not(seesAccount))).toEqual(['a2', 'a4', 'a6', 'a8', 'a9']);
    expect(await scene.names('account', not(owner('account')))).toEqual(['a2', 'a3', 'a4', 'a5', 'a6', 'a8', 'a9']);
    expect(await scene.names('account', not(not(owner('account'))))).toEqual(['a1']);
  });

  it('are none for one who has neither ids nor subjects', async () => {
    const list = { object: 'account', where: seesAccount, orderBy: [], page: { direction: 'forward', size: 9 } } as const;
    const root = { kind: 'list', as: 'it', list, parts: [{ kind: 'totalCount', as: 'n' }] } as const;
    expect(await scene.read([root], { mine: [], subjects: [] })).toEqual({ it: { n: 0 } });
    expect(await scene.read([root], { mine: [idOf('bob'), idOf('anna')], subjects: [] })).toEqual({ it: { n: 6 } });
  });

  it('are the same however many owners there are, and wherever shares are looked for', async () => {
    const others = Array.from({ length: 30 }, (_, n) => idOf(`o${n}`));
    const count = async (where: Expression, mine: readonly string[], subjects: readonly string[]): Promise<unknown> => {
      const list = { object: 'account', where, orderBy: [], page: { direction: 'forward', size: 9 } } as const;
      return scene.read([{ kind: 'list', as: 'it', list, parts: [{ kind: 'totalCount', as: 'n' }] }], { mine, subjects });
    };
    const beside = access('account', { kind: 'share', access: 'read', beside: 'mine' });
    const [user, role] = [`user:${idOf('anna')}`, 'role:sales'];
    for (const mine of [[], [idOf('anna')], [idOf('anna'), ...others], others]) {
      for (const subjects of [[], [user], [user, role]]) {
        const n = (mine.includes(idOf('anna')) ? 1 : 0) + subjects.length;
        expect(await count(seesAccount, mine, subjects)).toEqual({ it: { n } });
        expect(await count(anyOf([owner('account'), beside]), mine, subjects)).toEqual({ it: { n } });
        expect(await count(not(anyOf([owner('account'), beside])), mine, subjects)).toEqual({ it: { n: 8 - n } });
      }
    }
  });

  it('are found by indexes of owners and of shares, where there are many', async () => {
    await scene.client.query('create index account_owner on t_access.account (owner_id)');
    await scene.client.query('set enable_seqscan to off');
    const indexes = async (where: Expression): Promise<readonly string[]> => {
      const c = startCompilation(target);
      const condition = conditionSql(where, rowEnvironment(c, 't'));
      const plan = await scene.run(sql`explain select t.id from ${ident(schema, 'account')} t where ${condition}`);
      return plan.flatMap((row) => /(?:using|Bitmap Index Scan on) (\w+)/.exec(String(row['QUERY PLAN']))?.[1] ?? []);
    };
    expect(await indexes(owner('account'))).toContain('account_owner');
    expect(await indexes(allOf([owner('account'), shared('account')]))).toContain('account_owner');
    const beside = access('account', { kind: 'share', access: 'read', beside: 'mine' });
    expect(await indexes(anyOf([owner('account'), beside]))).toEqual(expect.arrayContaining(['account_owner', 'account_pkey']));
    expect((await indexes(seesAccount)).filter((name) => name.startsWith('_share'))).not.toEqual([]);
    await scene.client.query('reset enable_seqscan');
  });

  it('are seen by their masters, whatever is in the bin', async () => {
    const line = master('line', 'order', 'order', owner('order'));
    const part = master('part', 'line', 'line', line);
    expect(await scene.names('line', line)).toEqual(['l1', 'l3']);
    expect(await scene.names('part', part)).toEqual(['p1', 'p3']);
    expect(await scene.names('part', not(part))).toEqual(['p0', 'p2']);
  });

  it('are the only ones that an aggregate runs over, in a frame of their own', async () => {
    const deals = (where: Expression): Expression => ({
      node: 'aggregate',
      type: number,
      source: { kind: 'object', object: 'account' },
      frame: 1,
      function: 'count',
      where: reframed(where, 1),
    });
    expect(await scene.values('contact', shown(deals(seesAccount)))).toEqual({ c1: '3' });
    expect(await scene.values('contact', shown(deals(not(seesAccount))))).toEqual({ c1: '5' });
  });
});

describe('a path through records that Anna does not see', () => {
  it('is empty, as through one that is deleted', async () => {
    const value = await scene.values('deal', shown(accountName));
    expect(value).toEqual({ d1: 'a1', d2: null, d3: 'a3', d4: null, d5: 'a5', d6: null, d7: null, d8: null, d9: 'a1' });
    expect(await scene.values('deal', shown(path('deal', 'account.name')))).toMatchObject({ d2: 'a2', d4: 'a4', d8: null });
  });

  it('chooses records by what is seen, and by its absence', async () => {
    expect(await scene.names('deal', is(accountName, 'a1'))).toEqual(['d1', 'd9']);
    expect(await scene.names('deal', is(accountName, 'a2'))).toEqual([]);
    expect(await scene.names('deal', isNull(accountName))).toEqual(unseenDeals);
    expect(await scene.names('deal', not(is(accountName, 'a2')))).toEqual(allDeals);
    expect(await scene.names('deal', not(isNull(accountName)))).toEqual(seenDeals);
  });

  it('ends at the first record that is not seen', async () => {
    const parent = await scene.values('deal', shown(restricted(path('deal', 'account.parent.name'))));
    // a1 is seen and its parent is not; a3 and its parent a1 are.
    expect(parent).toMatchObject({ d1: null, d3: 'a1', d9: null });
    expect(await scene.values('deal', shown(path('deal', 'account.parent.name')))).toMatchObject({ d1: 'a2', d3: 'a1' });
  });

  it('sorts, pages and counts as empty', async () => {
    const orderBy = [
      { by: accountName, descending: true, nulls: 'last' },
      { by: path('deal', 'name'), descending: false },
    ] as const;
    expect(await scene.names('deal', undefined, { orderBy })).toEqual(['d5', 'd3', 'd1', 'd9', ...unseenDeals]);
    const after = { keys: ['a1', 'd1'], id: idOf('d1') };
    expect(await scene.names('deal', undefined, { orderBy, page: { direction: 'forward', size: 3, after } })).toEqual(['d9', 'd2', 'd4']);
  });

  it('groups, measures and filters groups as empty', async () => {
    const query: AggregateQuery = {
      object: 'deal',
      groupBy: [{ name: 'account', by: accountName }],
      measures: [
        { name: 'n', function: 'count' },
        { name: 'sum', function: 'sum', value: path('deal', 'amount') },
        { name: 'seen', function: 'sum', value: restricted(path('deal', 'account.size')) },
        { name: 'known', function: 'count', where: not(isNull(accountName)) },
      ],
      orderBy: [],
      first: 10,
      output: [
        { kind: 'group', as: 'account', name: 'account' },
        ...['n', 'sum', 'seen', 'known'].map((name) => ({ kind: 'measure', as: name, name }) as const),
      ],
    };
    const groups = [
      { account: 'a1', n: 2, sum: '100', seen: '200', known: 2 },
      { account: 'a3', n: 1, sum: '30', seen: '300', known: 1 },
      { account: 'a5', n: 1, sum: '50', seen: '500', known: 1 },
      { account: null, n: 5, sum: '270', seen: '0', known: 0 },
    ];
    expect(await scene.groups(query)).toEqual(groups);
    const having = { kind: 'compare', measure: 'seen', operator: '>', value: '200' } as const;
    expect(await scene.groups({ ...query, having })).toEqual(groups.slice(1, 3));
    expect(await scene.groups({ ...query, having: { kind: 'not', condition: having } })).toEqual([groups[0], groups[3]]);
  });

  it('leads aggregates and quantifiers to nothing', async () => {
    const count = siblings({ function: 'count' });
    expect(await scene.values('deal', shown(count))).toEqual({
      d1: '2',
      d2: '0',
      d3: '1',
      d4: '0',
      d5: '1',
      d6: '0',
      d7: '0',
      d8: '0',
      d9: '2',
    });
    const large = call('>', path('deal', 'amount', 1), literal(number, '50'));
    const some = siblings({ function: 'some', value: large }, { kind: 'boolean' });
    const all = siblings({ function: 'all', value: large }, { kind: 'boolean' });
    const none = siblings({ function: 'none', value: large }, { kind: 'boolean' });
    expect(await scene.names('deal', some)).toEqual(['d1', 'd9']);
    expect(await scene.names('deal', all)).toEqual(unseenDeals);
    expect(await scene.names('deal', none)).toEqual(allDeals.filter((name) => name !== 'd1' && name !== 'd9'));
    expect(await scene.names('deal', not(some))).toEqual(allDeals.filter((name) => name !== 'd1' && name !== 'd9'));
  });

  it('is empty within an aggregate too', async () => {
    const inner = restricted(path('deal', 'account.name', 1));
    const names: Expression = {
      node: 'aggregate',
      type: number,
      source: { kind: 'object', object: 'deal' },
      frame: 1,
      function: 'countDistinct',
      value: inner,
      where: not(isNull(inner)),
    };
    expect(await scene.values('contact', shown(names))).toEqual({ c1: '3' });
  });

  it('starts nothing for the records above in a tree', async () => {
    const above = (steps: PathExpression['steps']): Expression => ({
      node: 'aggregate',
      type: number,
      source: { kind: 'ancestors', root: 0, steps, object: 'account', by: 'parent' },
      frame: 1,
      function: 'count',
    });
    const steps = restricted(path('deal', 'account.id')).steps.slice(0, -1);
    expect(await scene.values('deal', shown(above(steps)))).toMatchObject({ d1: '1', d2: '0', d3: '2', d8: '0' });
    expect(await scene.values('deal', shown(above([{ object: 'deal', field: 'account', where: not(seesAccount) }])))).toMatchObject({
      d1: '0',
      d3: '0',
    });
  });

  it('is empty from the person who asks, too', async () => {
    const boss = path('user', 'manager.name', '$user');
    const where = call('!=', path('user', 'name'), literal(text, 'boss'));
    const [step, ...rest] = boss.steps;
    if (step === undefined) throw new Error('A path has steps.');
    expect(await scene.names('contact', is(boss, 'boss'))).toEqual(['c1']);
    expect(await scene.names('contact', is({ ...boss, steps: [{ ...step, where }, ...rest] }, 'boss'))).toEqual([]);
  });
});

describe('the access condition of a nested record', () => {
  it('hides it behind a lookup and in a list of children', async () => {
    const selections = [{ kind: 'field', as: 'name', field: 'name' }] as const;
    const lookup: Selection = {
      kind: 'lookup',
      as: 'it',
      field: 'account',
      cases: [{ object: 'account', where: seesAccount, selections }],
    };
    expect(await scene.values('deal', lookup)).toMatchObject({ d1: { name: 'a1' }, d2: null, d3: { name: 'a3' }, d8: null });
    const children: Selection = {
      kind: 'children',
      as: 'it',
      relation: 'deals',
      list: {
        object: 'deal',
        where: allOf([call('<', path('deal', 'amount'), literal(number, '90')), not(isNull(accountName))]),
        orderBy: [],
        page: { direction: 'forward', size: 9 },
      },
      parts: [
        { kind: 'nodes', as: 'nodes', selections },
        { kind: 'totalCount', as: 'n' },
      ],
    };
    expect(await scene.values('account', children)).toMatchObject({
      a1: { nodes: [{ name: 'd1' }], n: 1 },
      a2: { nodes: [], n: 0 },
      a3: { nodes: [{ name: 'd3' }], n: 1 },
    });
  });
});
