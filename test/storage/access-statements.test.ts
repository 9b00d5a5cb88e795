// What a person may do with given records, asked of PostgreSQL; and statements that take an unreadable record for an absent one.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toStatement, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import {
  accessStatement,
  layersStatement,
  mustAccessStatement,
  mustReadStatement,
  readableStatement,
} from '../../packages/storage/src/access/index.ts';
import { historyStatement } from '../../packages/storage/src/query/index.ts';
import { tenantMigrations } from '../../packages/storage/src/system/tenant-tables.ts';
import {
  findByKeyStatement,
  findMatchesStatement,
  isUnmet,
  KeptStatements,
  recordTextsStatement,
} from '../../packages/storage/src/write/index.ts';
import {
  editsAccount,
  idOf,
  master,
  model,
  not,
  openAccessScene,
  owner,
  schema,
  seesAccount,
  shared,
  slots,
  target,
  type AccessScene,
} from './access-scene.ts';

const writing = { ...target, kept: new KeptStatements() };

let scene: AccessScene;
beforeAll(async () => {
  scene = await openAccessScene();
  const [first] = tenantMigrations;
  for (const statement of first?.statements(schema) ?? []) {
    const { text, values } = toStatement(statement);
    if (text.includes('_history')) await scene.client.query(text, [...values]);
  }
});
afterAll(() => scene.close());

function object(name: string): ObjectModel {
  const found = model.objects[name];
  if (found === undefined) throw new Error(`No object ${name}`);
  return found;
}

const ids = (...names: readonly string[]): readonly string[] => names.map(idOf);
const byId = <Row extends Readonly<Record<string, unknown>>>(rows: readonly Row[]): readonly Row[] =>
  [...rows].sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));

describe('accessStatement', () => {
  const access = (read: Parameters<typeof accessStatement>[3]['read'], edit: typeof read) =>
    accessStatement(writing, object('account'), ids('a1', 'a2', 'a3', 'a5', 'a7', 'none'), { read, edit, about: {} }, slots);

  it('says of each record that there is, in the bin or not, whether it is seen and may be edited', async () => {
    expect(byId(await scene.run(access(seesAccount, editsAccount)))).toEqual([
      { id: idOf('a1'), readable: true, editable: true },
      { id: idOf('a2'), readable: false, editable: false },
      { id: idOf('a3'), readable: true, editable: false },
      { id: idOf('a5'), readable: true, editable: true },
      { id: idOf('a7'), readable: true, editable: true },
    ]);
  });

  it('takes all and none for an answer', async () => {
    const rows = await scene.run(access('all', 'none'));
    expect(rows).toHaveLength(5);
    expect(rows.every((row) => row['readable'] === true && row['editable'] === false)).toBe(true);
  });

  it('is false, never null, for a record without an owner', async () => {
    const rights = { read: owner('account'), edit: not(owner('account')), about: {} };
    const statement = accessStatement(writing, object('account'), ids('a6'), rights, slots);
    expect(await scene.run(statement)).toEqual([{ id: idOf('a6'), readable: false, editable: true }]);
  });
});

describe('readableStatement', () => {
  it('finds the live and readable records of many objects in one statement', async () => {
    const line = master('line', 'order', 'order', owner('order'));
    const wanted = [
      { object: object('account'), ids: ids('a1', 'a2', 'a7', 'none'), where: seesAccount },
      { object: object('contact'), ids: ids('c1'), where: 'none' as const },
      { object: object('line'), ids: ids('l1', 'l2', 'l3'), where: line },
      { object: object('contact'), ids: ids('c1', 'none'), where: 'all' as const },
    ];
    const rows = await scene.run(readableStatement(writing, wanted, {}, slots));
    expect([...rows].sort((a, b) => Number(a['n']) - Number(b['n']) || String(a['id']).localeCompare(String(b['id'])))).toEqual([
      { n: 0, id: idOf('a1') },
      { n: 2, id: idOf('l1') },
      { n: 2, id: idOf('l3') },
      { n: 3, id: idOf('c1') },
    ]);
  });

  it('finds nothing where nothing is wanted or allowed', async () => {
    const found = (...wanted: Parameters<typeof readableStatement>[1]) => scene.run(readableStatement(writing, wanted, {}, slots));
    expect(await found()).toEqual([]);
    expect(await found({ object: object('contact'), ids: ids('c1'), where: 'none' })).toEqual([]);
    expect(await found({ object: object('contact'), ids: [], where: 'all' })).toEqual([]);
  });
});

describe('a statement that must find what it asks for', () => {
  const failure = async (statement: Statement): Promise<unknown> =>
    scene.run(statement).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('fails unless all records are readable, and editable where that is asked', async () => {
    const must = (edit: boolean, ...names: readonly string[]) =>
      mustAccessStatement(writing, object('account'), ids(...names), { rights, edit }, slots);
    const rights = { read: seesAccount, edit: editsAccount, about: {} };
    expect(await failure(must(false, 'a1', 'a3'))).toBeUndefined();
    expect(await failure(must(true, 'a1'))).toBeUndefined();
    for (const refused of [must(true, 'a1', 'a3'), must(true, 'a3'), must(false, 'a2'), must(false, 'a1', 'a2'), must(false, 'none')])
      expect(isUnmet(await failure(refused))).toBe(true);
  });

  it('fails unless all that is pointed to is live and readable', async () => {
    const must = (...wanted: Parameters<typeof mustReadStatement>[1]) => failure(mustReadStatement(writing, wanted, {}, slots));
    const accounts = (...names: readonly string[]) => ({ object: object('account'), ids: ids(...names), where: seesAccount });
    expect(await must(accounts('a1'), { object: object('contact'), ids: ids('c1'), where: 'all' })).toBeUndefined();
    expect(isUnmet(await must(accounts('a1', 'a2')))).toBe(true);
    expect(isUnmet(await must(accounts('a7')))).toBe(true);
    expect(isUnmet(await must(accounts('a1'), { object: object('contact'), ids: ids('c1'), where: 'none' }))).toBe(true);
  });
});

describe('layersStatement', () => {
  const layers = (name: string) =>
    scene.run(
      layersStatement(target, object('account'), idOf(name), [owner('account'), undefined, shared('account'), shared('account', 'edit')]),
    );

  it('answers each condition, in order', async () => {
    expect(await layers('a1')).toEqual([{ c0: true, c1: true, c2: false, c3: false }]);
    expect(await layers('a5')).toEqual([{ c0: false, c1: true, c2: true, c3: true }]);
    expect(await layers('a7')).toEqual([{ c0: true, c1: true, c2: false, c3: false }]);
  });

  it('has no row for a record that there is not', async () => {
    expect(await layers('none')).toEqual([]);
    expect(await scene.run(layersStatement(target, object('account'), idOf('a1'), []))).toEqual([{}]);
  });
});

describe('a record that is not seen', () => {
  it('is found by no key', async () => {
    const name = object('account').fields['name'];
    if (name === undefined) throw new Error('No name.');
    const key = { name: 'name', fields: [name], where: undefined, key: undefined };
    const records = [{ name: 'a1' }, { name: 'a2' }];
    const found = (where?: typeof seesAccount) => scene.run(findByKeyStatement(writing, object('account'), key, records, { where, slots }));
    expect(await found()).toEqual([
      { i: 0, id: idOf('a1') },
      { i: 1, id: idOf('a2') },
    ]);
    expect(await found(seesAccount)).toEqual([{ i: 0, id: idOf('a1') }]);
    expect(await scene.run(findMatchesStatement(target, object('account'), key, records, seesAccount))).toEqual([
      { i: 0, n: 1, id: idOf('a1') },
    ]);
  });

  it('is in no answer to a write', async () => {
    const selected = { selections: [{ kind: 'field', as: 'name', field: 'name' }] as const, where: seesAccount };
    const kept = { about: {}, key: 'name', selected: () => selected };
    const statement = recordTextsStatement(writing, object('account'), ids('a1', 'a2'), kept, slots);
    expect(await scene.run(statement)).toEqual([{ id: idOf('a1'), record: '{"name":"a1"}' }]);
  });

  it('has no history', async () => {
    for (const name of ['a1', 'a2', 'a7']) {
      await scene.client.query(`insert into t_access._history (object, record_id, change) values ('account', $1, 'created')`, [idOf(name)]);
    }
    const entries = async (name: string, where?: typeof seesAccount): Promise<number> => {
      const query = {
        object: 'account',
        id: idOf(name),
        first: 9,
        before: undefined,
        fields: [],
        ...(where === undefined ? {} : { where }),
      };
      const [row] = await scene.run(historyStatement(target, query));
      return (JSON.parse(String(row?.['answer'])) as { readonly entries: readonly unknown[] }).entries.length;
    };
    expect([await entries('a1'), await entries('a2'), await entries('a7')]).toEqual([1, 1, 1]);
    expect([await entries('a1', seesAccount), await entries('a2', seesAccount), await entries('a7', seesAccount)]).toEqual([1, 0, 1]);
  });
});
