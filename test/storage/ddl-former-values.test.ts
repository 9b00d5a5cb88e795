// Columns that change their type and change it back: what nobody has touched meanwhile is what it was, to the letter.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Model } from '@tessera/metadata';
import { ddlModel, numeric, text, type DdlField } from '../support/ddl-model.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { id, Scene, schema } from './ddl-scene.ts';

let database: TestDatabase;
let scene: Scene;
beforeAll(async () => {
  database = await testDatabase();
  scene = await Scene.open(database.url);
  await scene.run(`set timezone = 'UTC'`);
});
afterAll(async () => {
  await scene.close();
  await database.drop();
});
beforeEach(() => scene.reset());

const account = (fields: Readonly<Record<string, DdlField>>): Model => ddlModel({ account: { fields } });
const asText = account({ code: { column: text }, open: { column: text } });
const asOthers = account({ code: { column: numeric() }, open: { column: { kind: 'boolean' } } });
const codes = async (): Promise<readonly unknown[]> => (await scene.rows('account', 'code')).map(({ code }) => code);

describe.each([
  ['small', 1_000],
  ['large', 0],
])('a %s table', (_, largeTable) => {
  const go = async (from: Model, to: Model): Promise<void> => {
    await scene.prepared(from, to, { largeTable });
    await scene.go(from, to, { largeTable });
    expect(await scene.drift(to)).toEqual([]);
  };

  it('has its values again as they were, and those of records that were changed or made meanwhile as they are', async () => {
    await scene.go(undefined, asText);
    for (const [n, code] of ['007', ' 12.50 ', '7', '', null].entries()) await scene.insert('account', { id: id(n), code, open: 'Yes' });
    await go(asText, asOthers);
    await scene.run(`update ${schema}.account set code = 8 where id = '${id(2)}'`);
    await scene.insert('account', { id: id(5), code: '3.10' });
    await go(asOthers, asText);
    expect(await codes()).toEqual(['007', ' 12.50 ', '8', null, null, '3.1']);
    expect((await scene.rows('account', 'open')).map(({ open }) => open)).toEqual(['Yes', 'Yes', 'Yes', 'Yes', 'Yes', 'false']);

    // Forth and back once more: the last time counts.
    await scene.run(`update ${schema}.account set code = '0012.5' where id = '${id(1)}'`);
    await go(asText, asOthers);
    expect(await codes()).toEqual(['7.00', '12.50', '8.00', null, null, '3.10']);
    await go(asOthers, asText);
    expect(await codes()).toEqual(['007', '0012.5', '8', null, null, '3.1']);
  });
});

it('what became too much for the former type is still refused, with its place', async () => {
  const [short, long] = [account({ code: { column: numeric(6, 2) } }), account({ code: { column: text } })];
  await scene.go(undefined, short);
  await scene.insert('account', { id: id(1), code: '1.50' });
  await scene.insert('account', { id: id(2), code: '2' });
  await scene.go(short, long);
  await scene.run(`update ${schema}.account set code = 'many' where id = '${id(2)}'`);
  const findings = await scene.apply(await scene.plan(long, short));
  expect(findings.map(({ sample }) => sample)).toEqual([[{ id: id(2), value: 'many' }]]);
});
