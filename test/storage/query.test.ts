// The query compiler: fields, records and hostile input, as JSON text of one statement.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Slot, toStatement } from '@tessera/kernel';
import { compileRead, type ListQuery, type RootQuery, type Selection } from '../../packages/storage/src/query/index.ts';
import { call, literal, pathOf } from '../support/model-fixture.ts';
import { idOf, model, openScene, schema, slots, type Opportunity, type Scene } from './query-scene.ts';

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
describe('compileRead, fields', () => {
  const all = [
    'id',
    'name',
    'amount',
    'precise',
    'closeDate',
    'closedAt',
    'startsAt',
    'stage',
    'tags',
    'active',
    'extra',
    'token',
    'version',
    'account',
    'about',
  ];

  it('gives every wire kind as the API has it', async () => {
    for (const row of live()) {
      const answer = await scene.read([record('opportunity', row.id, all.map(field))]);
      const about = row.about_account_id ?? row.about_contact_id;
      expect(answer?.['it']).toEqual({
        id: row.id,
        name: row.name,
        amount: row.amount === null ? null : Number(row.amount),
        precise: row.precise === null ? null : row.precise.replace(/(\.\d*?)0+$/, '$1'),
        closeDate: row.close_date,
        closedAt: row.closed_at,
        startsAt: row.starts_at,
        stage: row.stage,
        tags: row.tags,
        active: row.active,
        extra: row.extra === null ? null : (JSON.parse(row.extra) as unknown),
        token: '••••',
        version: 1,
        account: row.account_id,
        about: about === null ? null : { object: row.about_account_id === null ? 'contact' : 'account', id: about },
      });
    }
  });

  it('never reads a secret', () => {
    const { text } = toStatement(compileRead({ model, schema }, [record('opportunity', idOf(3, 1), [field('token')])]));
    expect(text.match(/"token"/g)).toHaveLength(3);
    expect(text).toMatch(/case when \S+"token" is not null then to_json\('••••' \|\| split_part\(\S+"token", '\.', 4\)\)/);
  });

  it('works formulas, roll-ups and quotes out in place, without void and deleted records', async () => {
    for (const account of scene.rows.accounts) {
      const answer = await scene.read([record('account', account.id, [field('openCount'), field('total')])]);
      const own = live().filter((row) => row.account_id === account.id && row.life_status !== 'void');
      const cents = own.reduce((sum, row) => sum + Math.round(Number(row.amount ?? 0) * 100), 0);
      expect(answer?.['it']).toEqual(
        account.deleted_at === null ? { openCount: own.filter((row) => row.stage === 'open').length, total: String(cents / 100) } : null,
      );
    }
    for (const row of live()) {
      const answer = await scene.read([record('opportunity', row.id, ['doubled', 'accountName', 'parentName'].map(field))]);
      const account = scene.rows.accounts.find(({ id, deleted_at }) => id === row.account_id && deleted_at === null);
      const parent = scene.rows.accounts.find(({ id, deleted_at }) => id === account?.parent_id && deleted_at === null);
      expect(answer?.['it']).toEqual({
        doubled: row.amount === null ? null : String(Number(row.amount) * 2),
        accountName: account?.name ?? null,
        parentName: parent?.name ?? null,
      });
    }
  });
});

describe('compileRead, records', () => {
  it('gives null for an absent, deleted, restricted or impossible id', async () => {
    const deleted = scene.rows.opportunities.find((row) => row.deleted_at !== null)?.id ?? '';
    const there = live()[0]?.id ?? '';
    const never = literal({ kind: 'boolean' }, false);
    const root = (as: string, id: string): RootQuery => ({
      kind: 'record',
      as,
      object: 'opportunity',
      by: { id },
      selections: [field('id')],
    });
    const answer = await scene.read([
      root('absent', idOf(9, 9)),
      root('deleted', deleted),
      { ...root('restricted', there), where: never } as RootQuery,
      root('impossible', `x' or true --`),
      { ...root('inBin', deleted), deleted: 'only' } as RootQuery,
      root('there', there),
    ]);
    expect(answer).toEqual({
      absent: null,
      deleted: null,
      restricted: null,
      impossible: null,
      inBin: { id: deleted },
      there: { id: there },
    });
  });

  it('takes a slot for an id, so that one text serves every get', async () => {
    const roots = [{ kind: 'record', as: 'it', object: 'opportunity', by: { id: new Slot('id') }, selections: [field('id')] }] as const;
    for (const { id } of live().slice(0, 3)) expect(await scene.read(roots, { id })).toEqual({ it: { id } });
  });

  it('finds a record by the fields of a key, and none by null', async () => {
    const row = live().find(({ name }) => name === 'back\\slash') ?? live()[0];
    const by = (key: Record<string, unknown>): RootQuery => ({
      kind: 'record',
      as: 'it',
      object: 'opportunity',
      by: { key },
      selections: [field('name')],
    });
    expect(await scene.read([by({ name: row?.name })])).toEqual({ it: { name: row?.name } });
    expect(await scene.read([by({ name: null })])).toEqual({ it: null });
  });

  it('gives several records in the order of their ids, null for each that is not there', async () => {
    const [a = '', b = ''] = live().map(({ id }) => id);
    const ids = [b, 'nonsense', idOf(9, 1), a, b];
    const answer = await scene.read([{ kind: 'records', as: 'all', object: 'opportunity', ids, selections: [field('id')] }]);
    expect(answer).toEqual({ all: [{ id: b }, null, null, { id: a }, { id: b }] });
  });

  it('puts all roots into one statement, constants among them', async () => {
    const text = await scene.text([
      { kind: 'constant', as: '__typename', value: 'Query' },
      { kind: 'constant', as: 'n', value: 1.5 },
      { kind: 'constant', as: 'none', value: null },
    ]);
    expect(text).toBe('{"__typename":"Query","n":1.5,"none":null}');
  });

  it('answers null where the model or the access is another', async () => {
    const roots: RootQuery[] = [{ kind: 'constant', as: 'a', value: 1 }];
    expect(await scene.read(roots)).toEqual({ a: 1 });
    expect(await scene.read(roots, { modelHash: 'other' })).toBeNull();
    expect(await scene.read(roots, { access: '8' })).toBeNull();
  });
});

describe('compileRead, hostile input', () => {
  const evil = `"'\\;--\u0001$1{}`;

  it('takes any text as a name or a value', async () => {
    const row = live()[0];
    const is = call('==', pathOf(model, 'opportunity', 'name'), literal({ kind: 'text' }, evil));
    const answer = await scene.read([
      {
        kind: 'list',
        as: evil,
        list: { object: 'opportunity', where: is, orderBy: [], page: { direction: 'forward', size: 5 } },
        parts: [
          { kind: 'nodes', as: `${evil}n`, selections: [{ kind: 'constant', as: evil, value: evil }] },
          { kind: 'totalCount', as: 'n' },
        ],
      },
      {
        kind: 'record',
        as: 'it',
        object: 'opportunity',
        by: { id: row?.id ?? '' },
        selections: [{ kind: 'constant', as: evil, value: evil }],
      },
    ]);
    expect(answer).toEqual({ [evil]: { [`${evil}n`]: [], n: 0 }, it: { [evil]: evil } });
  });

  it('keeps values out of the text: equal shapes have equal texts', () => {
    const text = (value: string): string => {
      const where = call('==', pathOf(model, 'opportunity', 'name'), literal({ kind: 'text' }, value));
      const list: ListQuery = {
        object: 'opportunity',
        where,
        orderBy: [],
        page: { direction: 'forward', size: value.length, after: { keys: [], id: idOf(1, value.length) } },
      };
      return toStatement(
        compileRead({ model, schema }, [{ kind: 'list', as: 'a', list, parts: [{ kind: 'nodes', as: 'n', selections: [field('id')] }] }]),
      ).text;
    };
    expect(text(evil)).toBe(text('plain'));
    expect(text(evil)).not.toContain(evil);
  });

  it('refuses names that the model does not have', () => {
    expect(() => compileRead({ model, schema }, [record('toString', slots.user, [])])).toThrow('no object toString');
    expect(() => compileRead({ model, schema }, [record('account', slots.user, [field('constructor')])])).toThrow(
      'no field account.constructor',
    );
  });
});
