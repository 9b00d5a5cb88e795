// Plans applied to real tables: data move along, rows that would break are told, and a failing step leaves everything as it was.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '@tessera/kernel';
import { planPurge, prepareDdl, readPhysical, undoPreparations, type DdlPlan } from '../../packages/storage/src/ddl/index.ts';
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
const empty = account({});

const rich = ddlModel({
  account: {
    fields: { code: { column: text, unique: true }, active: { column: { kind: 'boolean' } } },
    keys: { codeAndName: { fields: ['code', 'name'] } },
  },
  opportunity: {
    fields: {
      account: { column: 'lookup', to: ['account'], required: true },
      about: { column: 'lookup', to: ['account', 'user'] },
      amount: { column: numeric(), indexed: true },
      parent: { column: 'lookup', to: ['opportunity'] },
    },
    keys: { byAccount: { fields: ['account', 'about'], unique: true } },
  },
});

describe('applying a plan', () => {
  it('makes tables from nothing as the Model says, and has then nothing more to do', async () => {
    await scene.go(undefined, rich);
    expect(await scene.drift(rich)).toEqual([]);
    expect(await scene.plan(rich, rich)).toMatchObject({ steps: [], validations: [], concurrently: [] });
  });

  it('keeps the data of a field that is renamed, and of two that swap names', async () => {
    const before = account({ a: { column: text, unique: true }, b: { column: text, indexed: true }, old: { column: numeric() } });
    const after = account({
      a: { column: text, unique: true, renamedFrom: ['b'] },
      b: { column: text, indexed: true, renamedFrom: ['a'] },
      fresh: { column: numeric(), renamedFrom: ['old'] },
    });
    await scene.go(undefined, before);
    await scene.insert('account', { id: id(1), a: 'A', b: 'B', old: '1.5' });
    await scene.go(before, after);
    expect(await scene.rows('account', 'a', 'b', 'fresh')).toEqual([{ a: 'B', b: 'A', fresh: '1.50' }]);
    expect(await scene.drift(after)).toEqual([]);
    expect((await scene.plan(after, after)).steps).toEqual([]);
  });

  it('lets two objects swap names, with those that point to them', async () => {
    const pointing = (to: string): DdlObject => ({ fields: { target: { column: 'lookup', to: [to] } } });
    const before = ddlModel({ a: { fields: { x: { column: text } } }, b: { fields: { y: { column: text } } }, c: pointing('a') });
    const after = ddlModel({
      a: { fields: { y: { column: text } }, renamedFrom: ['b'] },
      b: { fields: { x: { column: text } }, renamedFrom: ['a'] },
      c: pointing('b'),
    });
    await scene.go(undefined, before);
    await scene.insert('a', { id: id(1), x: 'was a' });
    await scene.insert('b', { id: id(2), y: 'was b' });
    await scene.insert('c', { id: id(3), target_id: id(1) });
    const plan = await scene.go(before, after);
    expect(await scene.rows('a', 'y')).toEqual([{ y: 'was b' }]);
    expect(await scene.rows('b', 'x')).toEqual([{ x: 'was a' }]);
    expect(await scene.drift(after)).toEqual([]);
    expect(plan.steps.map((step) => step.risk)).not.toContain('losesData');
  });

  it('leaves tables as they were when any statement fails', async () => {
    const after = ddlModel({
      account: { fields: { code: { column: numeric(), required: true }, label: { column: text, default: 'none', required: true } } },
      deal: {
        renamedFrom: ['opportunity'],
        fields: { account: { column: 'lookup', to: ['account'] }, about: { column: 'lookup', to: ['account', 'deal'] } },
      },
      visit: { fields: { deal: { column: 'lookup', to: ['deal'] } } },
    });
    await scene.go(undefined, rich);
    await scene.insert('account', { id: id(1), code: '17' });
    await scene.insert('opportunity', { id: id(2), account_id: id(1), amount: '5' });
    const plan = await scene.plan(rich, after);
    const count = plan.steps.reduce((sum, step) => sum + step.statements.length, 0);
    expect(count).toBeGreaterThan(30);
    for (let k = 0; k <= count; k += 1) {
      await expect(scene.apply(failingAfter(plan, k))).rejects.toThrow('division by zero');
    }
    expect(await scene.drift(rich)).toEqual([]);
    expect(await scene.rows('opportunity', 'account_id', 'amount')).toEqual([{ account_id: id(1), amount: '5.00' }]);
    expect(await scene.apply(plan)).toEqual([]);
    expect(await scene.drift(after)).toEqual([]);
  });
});

/** The plan with a statement that fails after the first k. */
function failingAfter(plan: DdlPlan, k: number): DdlPlan {
  let left = k;
  const steps = plan.steps.map((step) => {
    const here = step.statements.slice(0, Math.max(0, left));
    left -= step.statements.length;
    return { ...step, statements: here };
  });
  const broken = { kind: 'addColumn', object: 'none', risk: 'safe', summary: 'fails', statements: [sql`select 1 / 0`] } as const;
  return { ...plan, steps: [...steps, broken] };
}

describe('what is set aside', () => {
  it('comes back with its data: a field, and an object with those that point to it', async () => {
    const full = ddlModel({
      account: { fields: { code: { column: text, unique: true, required: true }, active: { column: { kind: 'boolean' } } } },
      visit: { fields: { account: { column: 'lookup', to: ['account'] } } },
    });
    const bare = ddlModel({ visit: {} });
    await scene.go(undefined, full);
    await scene.insert('account', { id: id(1), code: 'x', active: true });
    await scene.insert('visit', { id: id(2), account_id: id(1) });
    const away = await scene.go(full, bare, { now: '2026-03-02T09:00:00Z', retentionDays: 90 });
    expect(away.steps.filter((step) => step.risk === 'losesData').map((step) => step.summary)).toEqual([
      'account is gone: its table is set aside with its data and can be brought back for 90 days.',
      'visit.account is gone: its column is set aside with its data and can be brought back for 90 days.',
    ]);
    expect(await scene.drift(bare)).toEqual([]);
    await scene.insert('visit', { id: id(3) });
    const back = await scene.go(bare, full);
    expect(back.steps.filter((step) => step.kind === 'restore').map((step) => step.summary)).toEqual([
      'account comes back with the data that was set aside.',
      'visit.account comes back with the data that was set aside.',
    ]);
    expect(await scene.rows('account', 'code', 'active')).toEqual([{ code: 'x', active: true }]);
    expect(await scene.rows('visit', 'account_id')).toEqual([{ account_id: id(1) }, { account_id: null }]);
    expect(await scene.drift(full)).toEqual([]);
  });

  it('stays aside when the field comes back with another type', async () => {
    const texts = account({ size: { column: text } });
    const dates = account({ size: { column: { kind: 'date' } } });
    await scene.go(undefined, texts);
    await scene.insert('account', { id: id(1), size: 'big' });
    await scene.go(texts, empty);
    await scene.go(empty, dates);
    expect(await scene.rows('account', 'size', '_gone_1_size')).toEqual([{ size: null, _gone_1_size: 'big' }]);
    expect(await scene.drift(dates)).toEqual([]);
  });

  it('goes for good when its time is over', async () => {
    const full = ddlModel({ account: { fields: { size: { column: text } } }, visit: {} });
    const less = ddlModel({ account: {} });
    await scene.go(undefined, full);
    await scene.go(full, less, { now: '2026-03-02T09:00:00Z' });
    const due = async (before: string) => planPurge(await readPhysical(scene, schema), schema, before);
    expect(await due('2026-03-02T09:00:00Z')).toEqual([]);
    for (const { statement } of await due('2026-03-02T09:00:01Z')) await scene.run(statement);
    const { tables } = await readPhysical(scene, schema);
    expect(
      [...Object.keys(tables), ...(tables['account']?.columns ?? []).map((column) => column.name)].filter((name) => name.startsWith('_')),
    ).toEqual([]);
  });

  it('lets a lookup go whose record has been purged meanwhile', async () => {
    const full = ddlModel({ account: {}, visit: { fields: { account: { column: 'lookup', to: ['account'] } } } });
    const less = ddlModel({ account: {}, visit: {} });
    await scene.go(undefined, full);
    await scene.insert('account', { id: id(1) });
    await scene.insert('visit', { id: id(2), account_id: id(1) });
    await scene.go(full, less);
    await scene.run(`delete from ${schema}.account`);
    await scene.go(less, full);
    expect(await scene.rows('visit', 'account_id')).toEqual([{ account_id: null }]);
  });
});

describe('tables with many rows', () => {
  it('get indexes and required marks after the commit, and a broken-off index is made anew', async () => {
    const before = account({ code: { column: text } });
    const after = account({ code: { column: text, unique: true, required: true } });
    await scene.go(undefined, before);
    await scene.insert('account', { id: id(1), code: 'x' });
    const plan = await scene.plan(before, after, { largeTable: 0 });
    expect(await scene.apply(plan)).toEqual([]);
    expect((await scene.drift(after)).map((finding) => `${finding.kind} ${finding.name}`)).toEqual(['missing account$code$unique']);
    // Two rows that break it in the meantime: the building fails and leaves an invalid index.
    await scene.insert('account', { id: id(2), code: 'x' });
    await expect(scene.follow(plan)).rejects.toMatchObject({ code: '23505' });
    expect((await scene.drift(after)).map((finding) => finding.found)).toEqual(['unfinished unique (code) where (deleted_at IS NULL)']);
    await scene.run(`delete from ${schema}.account where id = '${id(2)}'`);
    const again = await scene.go(after, after, { largeTable: 0 });
    expect(again.steps.map((step) => step.kind)).toEqual(['dropIndex', 'addUnique']);
    expect(await scene.drift(after)).toEqual([]);
    await expect(scene.insert('account', { id: id(3), code: null })).rejects.toMatchObject({ code: '23514' });
    const renamed = account({ number: { column: text, renamedFrom: ['code'] } });
    await scene.go(after, renamed);
    expect(await scene.drift(renamed)).toEqual([]);
  });

  it('are converted ahead of the change, and lose what was made for a change that is given up', async () => {
    const before = account({ size: { column: text }, open: { column: text } });
    const after = account({ size: { column: numeric() }, open: { column: { kind: 'boolean' } } });
    await scene.go(undefined, before);
    for (const [n, size] of ['1', 'many', ''].entries()) await scene.insert('account', { id: id(n), size, open: 'yes' });
    const large = { largeTable: 0 };
    const refused = await scene.prepared(before, after, large);
    expect((await scene.apply(refused)).map((finding) => finding.sample)).toEqual([[{ id: id(1), value: 'many' }]]);
    expect((await scene.drift(before)).map((finding) => finding.name)).toEqual(['_new_size', '_new_open']);
    await scene.go(before, before);
    expect(await scene.drift(before)).toEqual([]);

    const first = await scene.plan(before, after, large);
    await prepareDdl(scene, first);
    await undoPreparations(scene, first);
    expect(await scene.drift(before)).toEqual([]);

    await scene.prepared(before, after, large);
    // Written after the preparation: the plan catches up.
    await scene.run(`update ${schema}.account set size = '2', open = 'no' where id = '${id(1)}'`);
    await scene.insert('account', { id: id(3), size: '3', open: 'y' });
    await scene.go(before, after, large);
    expect(await scene.rows('account', 'size', 'open')).toEqual([
      { size: '1.00', open: true },
      { size: '2.00', open: false },
      { size: null, open: true },
      { size: '3.00', open: true },
    ]);
    expect(await scene.drift(after)).toEqual([]);
  });

  it('are copied before they run out of columns, with what is set aside in them', async () => {
    const model = (n: number) =>
      ddlModel({
        account: { fields: { [`f${n}`]: { column: text } } },
        visit: { fields: { account: { column: 'lookup', to: ['account'] } } },
      });
    await scene.go(undefined, model(0));
    await scene.insert('account', { id: id(1), f0: 'first' });
    await scene.insert('visit', { id: id(2), account_id: id(1) });
    await scene.go(model(0), model(1));
    await scene.run(`alter table ${schema}.account add column junk text`);
    await scene.run(`alter table ${schema}.account drop column junk`);
    const plan = await scene.go(model(1), model(2), { mostAttributes: 11 });
    expect(plan.steps.filter((step) => step.risk === 'rewrites').map((step) => step.kind)).toEqual(['rewriteTable']);
    expect(await scene.rows('account', '_gone_1_f0', 'f2')).toEqual([{ _gone_1_f0: 'first', f2: null }]);
    expect(await scene.drift(model(2))).toEqual([]);
    await expect(scene.run(`delete from ${schema}.account`)).rejects.toMatchObject({ code: '23503' });
  });
});

describe('drift', () => {
  it('tells what somebody changed by hand', async () => {
    await scene.go(undefined, rich);
    await scene.run(`alter table ${schema}.account drop column code`);
    await scene.run(`alter table ${schema}.account add column extra integer`);
    await scene.run(`alter table ${schema}.opportunity alter column amount type numeric(18,3)`);
    await scene.run(`alter table ${schema}.opportunity drop constraint "opportunity$parent_id$fk"`);
    await scene.run(`create table ${schema}.stranger (id uuid)`);
    await scene.run(`create table ${schema}._system (id uuid)`);
    expect((await scene.drift(rich)).map(({ kind, what, table, name }) => `${kind} ${what} ${table}.${name}`)).toEqual([
      'missing column account.code',
      'extra column account.extra',
      'missing index account.account$code$unique',
      'missing index account.account$code_and_name$key',
      'different column opportunity.amount',
      'missing constraint opportunity.opportunity$parent_id$fk',
      'extra table stranger.stranger',
    ]);
  });
});
