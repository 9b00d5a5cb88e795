// What is checked before a plan of the tables: rows that would break are told by record and value, with a query that lists them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Expression } from '@tessera/rules';
import { ddlModel, numeric, text, type DdlField, type DdlObject } from '../support/ddl-model.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { id, Scene, schema } from './ddl-scene.ts';

let database: TestDatabase;
let scene: Scene;
beforeAll(async () => {
  database = await testDatabase();
  scene = await Scene.open(database.url);
});
afterAll(async () => {
  await scene.close();
  await database.drop();
});
beforeEach(() => scene.reset());

const account = (fields: Readonly<Record<string, DdlField>>, more: Partial<DdlObject> = {}) => ddlModel({ account: { fields, ...more } });

describe('checks before a plan', () => {
  it('name the values that cannot change their type, and let the change pass once they are mended', async () => {
    const before = account({ size: { column: text } });
    const after = account({ size: { column: numeric(6, 1) } });
    await scene.go(undefined, before);
    for (const [n, size] of ['12', ' 3.5 ', '', 'many', '1.25', '1234567'].entries()) await scene.insert('account', { id: id(n), size });
    const plan = await scene.plan(before, after);
    expect(await scene.apply(plan)).toEqual([
      {
        kind: 'changeType',
        object: 'account',
        field: 'size',
        query: { object: 'account', filter: { in: [{ var: 'id' }, [id(3), id(4), id(5)]] } },
        count: 3,
        sample: [
          { id: id(3), value: 'many' },
          { id: id(4), value: '1.25' },
          { id: id(5), value: '1234567' },
        ],
        message: '3 values of account.size cannot become numeric(6,1) without loss.',
      },
    ]);
    expect(await scene.drift(before)).toEqual([]);
    await scene.run(`update ${schema}.account set size = null where id >= '${id(3)}'`);
    expect(await scene.apply(plan)).toEqual([]);
    expect(await scene.rows('account', 'size', '_gone_1_size')).toEqual([
      { size: '12.0', _gone_1_size: '12' },
      { size: '3.5', _gone_1_size: ' 3.5 ' },
      { size: null, _gone_1_size: '' },
      ...[3, 4, 5].map(() => ({ size: null, _gone_1_size: null })),
    ]);
    expect(await scene.drift(after)).toEqual([]);
  });

  it('name the records without a value where one becomes required', async () => {
    const before = account({ code: { column: text } });
    await scene.go(undefined, before);
    await scene.insert('account', { id: id(1), code: 'x' });
    await scene.insert('account', { id: id(2) });
    const after = account({ code: { column: text, required: true }, region: { column: text, required: true } });
    const findings = await scene.apply(await scene.plan(before, after));
    expect(findings.map(({ field, count, sample }) => [field, count, sample.map((row) => row.id)])).toEqual([
      ['code', 1, [id(2)]],
      ['region', 2, [id(1), id(2)]],
    ]);
    await scene.run(`update ${schema}.account set code = 'y' where code is null`);
    const withDefault = account({ code: { column: text, required: true }, region: { column: text, required: true, default: "o'clock" } });
    await scene.go(before, withDefault);
    expect(await scene.rows('account', 'code', 'region')).toEqual([
      { code: 'x', region: "o'clock" },
      { code: 'y', region: "o'clock" },
    ]);
    expect(await scene.drift(withDefault)).toEqual([]);
  });

  it('name the records that would stand twice under a key, also a partial one', async () => {
    const open: Expression = {
      node: 'call',
      type: { kind: 'boolean' },
      operator: '==',
      arguments: [
        { node: 'path', type: { kind: 'text' }, root: 0, steps: [{ object: 'account', field: 'state' }] },
        { node: 'literal', type: { kind: 'text' }, value: "o'pen" },
      ],
    };
    const fields: Readonly<Record<string, DdlField>> = { code: { column: text }, state: { column: text } };
    const before = account(fields);
    await scene.go(undefined, before);
    await scene.insert('account', { id: id(1), code: 'x', state: "o'pen" });
    await scene.insert('account', { id: id(2), code: 'x', state: 'closed' });
    await scene.insert('account', { id: id(3), code: 'x', state: "o'pen", deleted_at: '2026-01-01' });
    const partial = account(fields, { keys: { openCode: { fields: ['code'], where: open } } });
    await scene.go(before, partial);
    expect(await scene.drift(partial)).toEqual([]);
    const unique = account({ ...fields, code: { column: text, unique: true } });
    const [finding] = await scene.apply(await scene.plan(partial, unique));
    expect(finding).toMatchObject({ object: 'account', field: 'code', count: 2, sample: [{ id: id(1), value: 'x' }, { id: id(2) }] });
    await expect(scene.insert('account', { id: id(4), code: 'x', state: "o'pen" })).rejects.toMatchObject({ code: '23505' });
  });

  it('name the records whose lookup points to something else than its new target', async () => {
    const model = (to: readonly string[]) => ddlModel({ a: {}, b: {}, c: { fields: { target: { column: 'lookup', to } } } });
    await scene.go(undefined, model(['a']));
    await scene.insert('a', { id: id(1) });
    await scene.insert('c', { id: id(2), target_id: id(1) });
    const [finding] = await scene.apply(await scene.plan(model(['a']), model(['b'])));
    expect(finding).toMatchObject({ object: 'c', field: 'target', count: 1, sample: [{ id: id(2), value: id(1) }] });
    await scene.go(model(['a']), model(['a', 'b']));
    expect(await scene.rows('c', 'target_a_id', 'target_b_id')).toEqual([{ target_a_id: id(1), target_b_id: null }]);
    expect(await scene.drift(model(['a', 'b']))).toEqual([]);
    await expect(scene.run(`update ${schema}.c set target_b_id = '${id(1)}'`)).rejects.toMatchObject({ code: '23514' });
  });

  it('name the texts that are no options of the picklist they become', async () => {
    const before = account({ stage: { column: text } });
    await scene.go(undefined, before);
    for (const [n, stage] of ['won', 'Won', 'lost'].entries()) await scene.insert('account', { id: id(n), stage });
    const after = account({ stage: { column: text, type: 'picklist', options: ['won', 'lost'] } });
    const [finding] = await scene.apply(await scene.plan(before, after));
    expect(finding).toMatchObject({ count: 1, sample: [{ id: id(1), value: 'Won' }] });
  });
});
