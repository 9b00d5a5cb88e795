// Options that are renamed, on real tables: values move along, in one statement and past every constraint.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { toStatement } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import { countRows, type DdlPlan, type DdlStep } from '../../packages/storage/src/ddl/index.ts';
import { model, object, objects, pack, type Json } from '../metadata/layer-kit.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { id, Scene } from './ddl-scene.ts';

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

/** `['b<a', 'c']`: b that was a, and c. */
const options = (...words: readonly string[]): Json =>
  Object.fromEntries(
    words.map((each) => each.split('<')).map(([name = '', ...from]) => [name, from.length === 0 ? {} : { renamedFrom: from }]),
  );
const picklist = (words: readonly string[], more: Json = {}): Json => ({ type: 'picklist', options: options(...words), ...more });
const multi = (words: readonly string[], more: Json = {}): Json => ({ ...picklist(words, more), type: 'multiPicklist' });
const deals = (fields: Json, more: Json = {}): Model => model(pack('crm', objects(object('deal', fields, more))));

const at = '2026-01-01T00:00:00Z';
let rows = 0;
beforeEach(() => {
  rows = 0;
});
async function insert(values: Json): Promise<void> {
  rows += 1;
  await scene.insert('deal', { id: id(rows), name: `D${String(rows)}`, created_at: at, updated_at: at, ...values });
}
const stages = async (column = 'stage'): Promise<readonly unknown[]> => (await scene.rows('deal', column)).map((row) => row[column]);

/** Steps that move values. */
const moving = (plan: DdlPlan): readonly DdlStep[] => plan.steps.filter((step) => step.kind === 'renameOptions');

describe('an option that is renamed', () => {
  it('takes its values along, those in the bin too, and leaves versions and times', async () => {
    const [before, after] = [deals({ stage: picklist(['a', 'b']) }), deals({ stage: picklist(['won<a', 'b']) })];
    await scene.go(undefined, before);
    for (const stage of ['a', 'b', null]) await insert({ stage, version: 7 });
    await insert({ stage: 'a', version: 7, deleted_at: at });
    const plan = await countRows(scene, await scene.go(before, after));
    expect(await stages()).toEqual(['won', 'b', null, 'won']);
    expect(await scene.run('select distinct version, updated_at from t_test.deal')).toEqual([
      { version: 7, updated_at: expect.anything() },
    ]);
    expect(plan.steps.map(({ kind, risk }) => [kind, risk])).toEqual([['renameOptions', 'rewrites']]);
    expect((await scene.plan(after, after)).steps).toEqual([]);
  });

  it('shows how many records hold it', async () => {
    const [before, after] = [deals({ stage: picklist(['a', 'b']) }), deals({ stage: picklist(['won<a', 'b']) })];
    await scene.go(undefined, before);
    for (const stage of ['a', 'b', 'a']) await insert({ stage });
    const plan = await countRows(scene, await scene.plan(before, after));
    expect(plan.steps.map((step) => step.summary)).toEqual([
      'deal.stage: a becomes won; 2 records hold such a value (those in the recycle bin count too).',
    ]);
  });

  it('changes names with another in one statement, however many records there are', async () => {
    const [before, after] = [deals({ stage: picklist(['a', 'b', 'c']) }), deals({ stage: picklist(['a<b', 'b<a', 'c']) })];
    await scene.go(undefined, before);
    await scene.run(`insert into t_test.deal (id, name, created_at, updated_at, stage)
      select gen_random_uuid(), 'D', now(), now(), (array['a', 'b', 'c', 'b'])[1 + n % 4] from generate_series(1, 10000) n`);
    const plan = await scene.go(before, after);
    expect(moving(plan).flatMap((step) => step.statements)).toHaveLength(1);
    expect(await scene.run('select stage, count(*)::integer as n from t_test.deal group by 1 order by 1')).toEqual([
      { stage: 'a', n: 5000 },
      { stage: 'b', n: 2500 },
      { stage: 'c', n: 2500 },
    ]);
  });

  it('keeps its place in lists, which have no word twice', async () => {
    const [before, after] = [deals({ tags: multi(['a', 'b', 'c']) }), deals({ tags: multi(['b<a', 'c']) })];
    await scene.go(undefined, before);
    for (const tags of [['c', 'a'], ['a', 'b'], ['b', 'c', 'a'], ['c'], [], null]) await insert({ tags });
    await scene.go(before, after);
    expect(await stages('tags')).toEqual([['c', 'b'], ['b'], ['b', 'c'], ['c'], [], null]);
  });

  it('exchanges words in lists', async () => {
    const [before, after] = [deals({ tags: multi(['a', 'b']) }), deals({ tags: multi(['a<b', 'b<a']) })];
    await scene.go(undefined, before);
    for (const tags of [['a', 'b'], ['a']]) await insert({ tags });
    await scene.go(before, after);
    expect(await stages('tags')).toEqual([['b', 'a'], ['b']]);
  });

  it('takes its values along where its field and its object are renamed, and where the field sleeps', async () => {
    const before = deals({ stage: picklist(['a']), old: picklist(['a'], { active: false }) });
    const offer = object(
      'offer',
      { phase: picklist(['b<a'], { renamedFrom: ['stage'] }), old: picklist(['b<a'], { active: false }) },
      { renamedFrom: ['deal'] },
    );
    await scene.go(undefined, before);
    await insert({ stage: 'a', old: 'a' });
    await scene.go(before, model(pack('crm', objects(offer))));
    expect(await scene.rows('offer', 'phase', 'old')).toEqual([{ phase: 'b', old: 'b' }]);
  });

  it('takes its values along where one may become several, or several one', async () => {
    const [one, several] = [deals({ stage: picklist(['a', 'x']) }), deals({ stage: multi(['b<a', 'x']) })];
    await scene.go(undefined, one);
    for (const stage of ['a', 'x']) await insert({ stage });
    // Filled ahead, as a large table is: the words of then are moved all the same.
    await scene.go(one, several, { largeTable: 0 });
    expect(await stages()).toEqual([['b'], ['x']]);
    await scene.go(several, deals({ stage: picklist(['c<b', 'x']) }));
    expect(await stages()).toEqual(['c', 'x']);
  });

  it('leaves what is set aside', async () => {
    const before = deals({ stage: picklist(['a']) });
    await scene.go(undefined, before);
    await insert({ stage: 'a' });
    await scene.go(before, deals({}));
    expect(await scene.rows('deal', '_gone_1_stage')).toEqual([{ _gone_1_stage: 'a' }]);
  });
});

describe('going back', () => {
  it('moves values back, also of two that were exchanged', async () => {
    const [before, after] = [deals({ stage: picklist(['a', 'b', 'c']) }), deals({ stage: picklist(['a<b', 'b<a', 'd<c']) })];
    await scene.go(undefined, before);
    for (const stage of ['a', 'b', 'c']) await insert({ stage });
    await scene.go(before, after);
    expect(await stages()).toEqual(['b', 'a', 'd']);
    await scene.go(after, before, { back: true });
    expect(await stages()).toEqual(['a', 'b', 'c']);
    await scene.go(before, after, { back: true });
    expect(await stages()).toEqual(['b', 'a', 'd']);
  });

  it('is not meant where only the word about the former name goes', async () => {
    const [before, after] = [deals({ stage: picklist(['b<a']) }), deals({ stage: picklist(['b']) })];
    await scene.go(undefined, before);
    expect((await scene.plan(before, after)).steps).toEqual([]);
  });
});

describe('a unique key', () => {
  const keyed = (words: readonly string[], key: Json): Model =>
    deals({ stage: picklist(words), code: { type: 'text' } }, { keys: { one: { unique: true, ...key } } });

  it('stands while its words are exchanged', async () => {
    const key = { fields: ['code', 'stage'] };
    const [before, after] = [keyed(['a', 'b'], key), keyed(['a<b', 'b<a'], key)];
    await scene.go(undefined, before);
    for (const stage of ['a', 'b']) await insert({ stage, code: 'x' });
    await scene.go(before, after);
    expect(await stages()).toEqual(['b', 'a']);
    expect(await scene.drift(after)).toEqual([]);
    await expect(insert({ stage: 'a', code: 'x' })).rejects.toThrow('deal$one$key');
  });

  it('stands while the words of its condition are exchanged', async () => {
    const key = { fields: ['code'], where: { '!=': [{ var: 'stage' }, 'a'] } };
    const [before, after] = [keyed(['a', 'b'], key), keyed(['a<b', 'b<a'], key)];
    await scene.go(undefined, before);
    for (const stage of ['a', 'b']) await insert({ stage, code: 'x' });
    await scene.go(before, after);
    expect(await stages()).toEqual(['b', 'a']);
    expect(await scene.drift(after)).toEqual([]);
  });

  it('refuses two words to become one where records would collide', async () => {
    const key = { fields: ['code', 'stage'] };
    const [before, after] = [keyed(['a', 'b'], key), keyed(['b<a'], key)];
    await scene.go(undefined, before);
    for (const stage of ['a', 'b']) await insert({ stage, code: 'x' });
    const findings = await scene.apply(await scene.plan(before, after));
    expect(findings).toMatchObject([{ object: 'deal', count: 2, message: expect.stringContaining('key one') }]);
    expect(await stages()).toEqual(['a', 'b']);
  });

  it('is left alone where a word only gets a new name', async () => {
    const key = { fields: ['code', 'stage'] };
    const [before, after] = [keyed(['a', 'b'], key), keyed(['c<a', 'b'], key)];
    await scene.go(undefined, before);
    const plan = await scene.plan(before, after);
    expect(plan.steps.map((step) => step.kind)).toEqual(['renameOptions']);
    expect(plan.steps.flatMap((step) => step.statements.map((statement) => toStatement(statement).text))).toEqual([
      `update "t_test"."deal" set "stage" = case "stage" when 'a' then 'c' else "stage" end where "stage" = any(array['a']::text[])`,
    ]);
  });
});
