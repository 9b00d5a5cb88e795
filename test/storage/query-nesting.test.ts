// The query compiler: lookups, children and rules inside a record.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ListQuery, type RootQuery, type Selection } from '../../packages/storage/src/query/index.ts';
import { call, childrenAggregate, literal, pathOf } from '../support/model-fixture.ts';
import { idOf, insertSql, model, openScene, schema, type Opportunity, type Scene } from './query-scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene(3, 80);
});
afterAll(() => scene.close());

const field = (name: string): Selection => ({ kind: 'field', as: name, field: name });
const record = (object: string, id: string, selections: readonly Selection[]): RootQuery => ({
  kind: 'record',
  as: 'it',
  object,
  by: { id },
  selections,
});
const live = (): readonly Opportunity[] => scene.rows.opportunities.filter((row) => row.deleted_at === null);
const children = (relation: string, object: string, rest: Partial<ListQuery> = {}): Selection => ({
  kind: 'children',
  as: relation,
  relation,
  list: { object, orderBy: [], page: { direction: 'forward', size: 100 }, ...rest },
  parts: [{ kind: 'nodes', as: 'nodes', selections: [field('id')] }],
});

const ancestors = { kind: 'ancestors', root: 0, steps: [], object: 'account', by: 'parent' } as const;
const above: Selection = {
  kind: 'expression',
  as: 'n',
  expression: { node: 'aggregate', type: { kind: 'number' }, source: ancestors, frame: 1, function: 'count' },
};

describe('compileRead, nesting', () => {
  it('follows lookups to any depth and sees no deleted record', async () => {
    const selections: Selection[] = [
      {
        kind: 'lookup',
        as: 'account',
        field: 'account',
        cases: [
          {
            object: 'account',
            selections: [
              field('name'),
              { kind: 'lookup', as: 'parent', field: 'parent', cases: [{ object: 'account', selections: [field('id')] }] },
            ],
          },
        ],
      },
    ];
    const accounts = scene.rows.accounts.filter(({ deleted_at }) => deleted_at === null);
    for (const row of live()) {
      const answer = await scene.read([record('opportunity', row.id, selections)]);
      const account = accounts.find(({ id }) => id === row.account_id);
      const parent = accounts.find(({ id }) => id === account?.parent_id);
      expect(answer?.['it']).toEqual({
        account: account === undefined ? null : { name: account.name, parent: parent === undefined ? null : { id: parent.id } },
      });
    }
  });

  it('tells the targets of a polymorphic lookup apart, and restricts each', async () => {
    const selections: Selection[] = [
      {
        kind: 'lookup',
        as: 'about',
        field: 'about',
        cases: [
          { object: 'account', selections: [{ kind: 'constant', as: 'type', value: 'Account' }, field('name')] },
          {
            object: 'contact',
            where: call('!=', pathOf(model, 'contact', 'email'), literal({ kind: 'null' }, null)),
            selections: [{ kind: 'constant', as: 'type', value: 'Contact' }, field('email')],
          },
        ],
      },
      { kind: 'lookup', as: 'onlyContacts', field: 'about', cases: [{ object: 'contact', selections: [field('id')] }] },
    ];
    for (const row of live()) {
      const answer = await scene.read([record('opportunity', row.id, selections)]);
      const account = scene.rows.accounts.find(({ id, deleted_at }) => id === row.about_account_id && deleted_at === null);
      const contact = scene.rows.contacts.find(({ id }) => id === row.about_contact_id);
      const named = account === undefined ? null : { type: 'Account', name: account.name };
      const mailed = contact?.email == null ? null : { type: 'Contact', email: contact.email };
      expect(answer?.['it']).toEqual({ about: named ?? mailed, onlyContacts: contact === undefined ? null : { id: contact.id } });
    }
  });

  it('nests children in children, each list with its own order and page', async () => {
    const byAmount = { by: pathOf(model, 'opportunity', 'amount'), descending: true, nulls: 'last' } as const;
    const root: RootQuery = {
      kind: 'list',
      as: 'accounts',
      list: { object: 'account', orderBy: [], page: { direction: 'forward', size: 50 } },
      parts: [
        {
          kind: 'nodes',
          as: 'nodes',
          selections: [
            field('id'),
            {
              ...children('opportunities', 'opportunity', { orderBy: [byAmount], page: { direction: 'forward', size: 3 } }),
              kind: 'children',
            } as Selection,
            {
              kind: 'lookup',
              as: 'parent',
              field: 'parent',
              cases: [{ object: 'account', selections: [children('contacts', 'contact')] }],
            },
          ],
        },
      ],
    };
    const answer = await scene.read([root]);
    const accounts = scene.rows.accounts.filter(({ deleted_at }) => deleted_at === null).sort((a, b) => (a.id < b.id ? -1 : 1));
    const size = (row: Opportunity): number => (row.amount === null ? -Infinity : Number(row.amount));
    expect(answer?.['accounts']).toEqual({
      nodes: accounts.map((account) => {
        const own = live().filter((row) => row.account_id === account.id);
        own.sort((a, b) => (size(b) === size(a) ? (a.id < b.id ? 1 : -1) : size(b) > size(a) ? 1 : -1));
        const parent = accounts.find(({ id }) => id === account.parent_id);
        const contacts = scene.rows.contacts.filter((each) => each.account_id === parent?.id).map(({ id }) => ({ id }));
        contacts.sort((a, b) => (a.id < b.id ? -1 : 1));
        return {
          id: account.id,
          opportunities: { nodes: own.slice(0, 3).map(({ id }) => ({ id })) },
          parent: parent === undefined ? null : { contacts: { nodes: contacts } },
        };
      }),
    });
  });

  it('gives rules as selections, over the record, its children, the tree above it and the user', async () => {
    const number = { kind: 'number' } as const;
    const ancestors = {
      node: 'aggregate',
      type: { kind: 'list', of: { kind: 'reference', to: ['account'] } },
      source: { kind: 'ancestors', root: 0, steps: [], object: 'account', by: 'parent' },
      frame: 1,
      function: 'list',
      value: pathOf(model, 'account', 'id', 1),
    } as const;
    const biggest = childrenAggregate(model, 'account', 'opportunities', {
      function: 'first',
      value: pathOf(model, 'opportunity', 'amount', 1),
      sort: [{ by: pathOf(model, 'opportunity', 'amount', 1), descending: true }],
    });
    const some = childrenAggregate(model, 'account', 'contacts', { type: { kind: 'boolean' }, function: 'some' });
    const selections: Selection[] = [
      { kind: 'expression', as: 'above', expression: ancestors },
      { kind: 'expression', as: 'biggest', expression: { ...biggest, type: number } },
      { kind: 'expression', as: 'some', expression: some },
      { kind: 'expression', as: 'me', expression: pathOf(model, 'user', 'email', '$user') },
    ];
    const accounts = scene.rows.accounts.filter(({ deleted_at }) => deleted_at === null);
    for (const account of accounts) {
      const answer = await scene.read([record('account', account.id, selections)]);
      const above: string[] = [];
      for (let at = accounts.find(({ id }) => id === account.parent_id); at !== undefined;) {
        above.push(at.id);
        const next = at.parent_id;
        at = accounts.find(({ id }) => id === next);
      }
      const amounts = live()
        .filter((row) => row.account_id === account.id && row.life_status !== 'void' && row.amount !== null)
        .map((row) => Number(row.amount));
      const all = live().filter((row) => row.account_id === account.id && row.life_status !== 'void');
      expect(answer?.['it']).toEqual({
        above,
        biggest: amounts.length === 0 || all.length === 0 ? null : String(Math.max(...amounts)),
        some: scene.rows.contacts.some(({ account_id }) => account_id === account.id),
        me: 'anna@acme.example',
      });
    }
  });

  it('gives lists of instants and decimals as the wire has them', async () => {
    const of = (name: string, kind: 'datetime' | 'number'): Selection => {
      const list = { function: 'list', type: { kind: 'list', of: { kind } }, value: pathOf(model, 'opportunity', name, 1) } as const;
      return { kind: 'expression', as: name, expression: childrenAggregate(model, 'account', 'opportunities', list) };
    };
    const account = scene.rows.accounts.find(({ deleted_at }) => deleted_at === null)?.id ?? '';
    const answer = await scene.read([record('account', account, [of('closedAt', 'datetime'), of('precise', 'number')])]);
    const own = live()
      .filter((row) => row.account_id === account && row.life_status !== 'void')
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(own.length).toBeGreaterThan(1);
    expect(answer?.['it']).toEqual({
      closedAt: own.flatMap((row) => row.closed_at ?? []),
      precise: own.flatMap((row) => row.precise?.replace(/(\.\d*?)0+$/, '$1') ?? []),
    });
  });

  it('aggregates a value that only the record around it has', async () => {
    const since = pathOf(model, 'account', 'since');
    const of = (as: string, rest: Parameters<typeof childrenAggregate>[3]): Selection => ({
      kind: 'expression',
      as,
      expression: childrenAggregate(model, 'account', 'opportunities', rest),
    });
    const own = (id: string): number => live().filter((row) => row.account_id === id && row.life_status !== 'void').length;
    const accounts = scene.rows.accounts.filter((account) => account.deleted_at === null);
    const selections = [of('n', { function: 'count', value: since }), of('max', { function: 'max', value: since, type: { kind: 'date' } })];
    const list: ListQuery = { object: 'account', orderBy: [], page: { direction: 'forward', size: 50 } };
    const answer = await scene.read([{ kind: 'list', as: 'a', list, parts: [{ kind: 'nodes', as: 'n', selections }] }]);
    const n = accounts
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, since: day }) => ({ n: String(day === null ? 0 : own(id)), max: own(id) === 0 ? null : day }));
    expect(answer).toEqual({ a: { n } });
  });

  it('finds children through a polymorphic lookup', async () => {
    for (const account of scene.rows.accounts.filter(({ deleted_at }) => deleted_at === null)) {
      const answer = await scene.read([record('account', account.id, [children('mentions', 'opportunity')])]);
      const own = live().filter((row) => row.about_account_id === account.id);
      const nodes = own.map(({ id }) => ({ id })).sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(answer?.['it']).toEqual({ mentions: { nodes } });
    }
  });

  it('climbs a tree no further than 50 records', async () => {
    const chain = Array.from({ length: 60 }, (_, n) => ({ id: idOf(7, n), parent_id: n === 0 ? null : idOf(7, n - 1) }));
    for (const row of chain) await scene.run(insertSql('account', row));
    const answer = await scene.read([record('account', idOf(7, 59), [above]), { ...record('account', idOf(7, 20), [above]), as: 'low' }]);
    await scene.client.query(`delete from ${schema}.account where id = any($1)`, [chain.map(({ id }) => id)]);
    expect(answer).toEqual({ it: { n: '50' }, low: { n: '20' } });
  });

  it('ends in a tree that is a cycle', async () => {
    const [a, b] = [idOf(1, 100), idOf(1, 101)];
    await scene.client.query(`insert into ${schema}.account (id, parent_id) values ($1, $2), ($2, $1)`, [a, b]);
    const answer = await scene.read([record('account', a, [above])]);
    await scene.client.query(`delete from ${schema}.account where id in ($1, $2)`, [a, b]);
    expect(answer).toEqual({ it: { n: '1' } });
  });
});
