// The way back over renames: records, and all that is kept beside them under names, are what they were, and the way forward stays open.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildModel } from '@tessera/metadata';
import { openFileStore } from '@tessera/records';
import { drift, loadLayers } from '@tessera/storage';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';
import { streamOf } from './files-scene.ts';

let root: string;
let scene: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-rollbacks-'));
  scene = await testEngine({ files: openFileStore({ kind: 'disk', root }) });
  acme = await scene.tenant('acme', [pack('base', { anchor: { fields: {} } })]);
});
afterAll(async () => {
  await scene.close();
  await rm(root, { recursive: true, force: true });
});

const was = (...names: readonly string[]): Json => (names.length === 0 ? {} : { renamedFrom: names.map((name) => `${name}__c`) });
const field = (type: string, from: readonly string[] = [], more: Json = {}): Json => ({
  type,
  label: { en: 'Field' },
  ...was(...from),
  ...more,
});
const text = (...from: readonly string[]): Json => field('text', from, { history: true });
const amount = (...from: readonly string[]): Json => field('number', from, { precision: 12, scale: 0 });
const serial = (...from: readonly string[]): Json => field('autoNumber', from, { format: 'N-{0000}' });

/** The file of an object, with names that need no suffix. */
function object(name: string, fields: Json, more: Json = {}): Json {
  const own = Object.fromEntries(Object.entries(fields).map(([key, value]) => [`${key}__c`, value]));
  return { [`objects/${name}__c.json`]: { name: `${name}__c`, plural: `${name}s__c`, label: { en: name }, fields: own, ...more } };
}
const without = (name: string): Json => ({ [`objects/${name}__c.json`]: null });

/** Gives the number of the version that the change led to. */
const applied = async (files: Json): Promise<number> => (await acme.run('metadata.apply', { files })).version;
async function back(version: number): Promise<Plan> {
  const plan = await acme.run('metadata.rollback', { version });
  expect(await drifted()).toEqual([]);
  return plan;
}

/** Where the tables, their indexes and constraints are not what the Model says. */
function drifted(): Promise<readonly unknown[]> {
  return scene.cell.control(async (control) => {
    const { model } = buildModel(await loadLayers(control, acme.name));
    return model === undefined ? ['no model'] : await drift(control, model, acme.schema);
  });
}

interface Entry {
  readonly field: string | null;
  readonly new: unknown;
}
async function historyOf(name: string, id: string, of: string): Promise<readonly unknown[]> {
  const answer = JSON.parse(await acme.run('records.history', { object: `${name}__c`, id })) as { readonly entries: readonly Entry[] };
  return answer.entries.filter((entry) => entry.field === `${of}__c`).map((entry) => entry.new);
}
const create = (name: string, values: Json): Promise<string> => acme.create(`${name}__c`, { name: 'Any', ...suffixed(values) });
const update = (name: string, id: string, values: Json): Promise<number> => acme.update(`${name}__c`, id, suffixed(values));
const suffixed = (values: Json): Readonly<Record<string, never>> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${key}__c`, value as never]));

/** Values without the suffix. */
async function read(name: string, id: string, ...fields: readonly string[]): Promise<Json> {
  const found = await acme.read(`${name}__c`, id, ...fields.map((each) => `${each}__c`));
  return Object.fromEntries(Object.entries(found ?? {}).map(([key, value]) => [key.replace('__c', ''), value]));
}

interface Plan {
  readonly changes: readonly {
    readonly change: string;
    readonly name: string;
    readonly path: readonly string[];
    readonly before?: unknown;
  }[];
  readonly steps: readonly { readonly kind: string; readonly risk: string }[];
}
const renamesOf = ({ changes }: Plan): readonly unknown[] =>
  changes.filter(({ change }) => change === 'renamed').map(({ name, path, before }) => [before, path.at(-1) ?? name]);
const kindsOf = ({ steps }: Plan): readonly string[] => steps.map(({ kind }) => kind);

describe('a rollback over renamed fields and objects', () => {
  const versionOne = {
    ...object('sheet', { title: text(), no: serial(), paper: field('file') }, { keys: { byTitle: { fields: ['title__c'] } } }),
    ...object('book', { total: field('rollup', [], { aggregate: { of: 'lines__c', function: 'sum', value: { var: 'price__c' } } }) }),
    ...object('line', {
      book: field('lookup', [], { to: 'book__c', inverse: 'lines__c' }),
      price: amount(),
      code: field('text', [], { unique: true }),
    }),
  };
  const versionTwo = {
    ...without('sheet'),
    ...object(
      'page',
      { heading: text('title'), serial: serial('no'), scan: field('file', ['paper']) },
      { renamedFrom: ['sheet__c'], keys: { byTitle: { fields: ['heading__c'] } } },
    ),
    ...without('book'),
    ...object(
      'volume',
      { sum: field('rollup', ['total'], { aggregate: { of: 'lines__c', function: 'sum', value: { var: 'cost__c' } } }) },
      { renamedFrom: ['book__c'] },
    ),
    ...object('line', {
      volume: field('lookup', ['book'], { to: 'volume__c', inverse: 'lines__c' }),
      cost: amount('price'),
      mark: field('text', ['code'], { unique: true }),
    }),
  };
  let first: number;
  let second: number;
  let sheet: string;
  let paper: string;
  let book: string;
  let line: string;

  async function expectFirst(title: string, total: number): Promise<void> {
    expect(await read('sheet', sheet, 'title', 'no', 'paper')).toEqual({ title, no: 'N-0001', paper });
    expect(await read('book', book, 'total')).toEqual({ total });
    expect(await failureOf(create('sheet', { title }))).toMatchObject({ problems: [{ code: 'RECORD_NOT_UNIQUE' }] });
    expect(await failureOf(create('line', { code: 'c' }))).toMatchObject({ problems: [{ code: 'RECORD_NOT_UNIQUE' }] });
    expect(await read('line', line, 'book', 'price')).toEqual({ book, price: 3 });
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await acme.run('files.download', { id: paper })).content) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('on paper');
  }

  it('has their values, history, files, numbers, roll-ups, keys and lookups back, with what was written since', async () => {
    first = await applied(versionOne);
    paper = (await acme.run('files.upload', { name: 'paper.txt', content: streamOf('on paper') })).id;
    sheet = await create('sheet', { title: 'first', paper });
    book = await create('book', {});
    line = await create('line', { book, price: 3, code: 'c' });
    await update('sheet', sheet, { title: 'second' });
    second = await applied(versionTwo);
    await update('page', sheet, { heading: 'third' });
    await create('page', { heading: 'later' });
    await create('line', { volume: book, cost: 4 });

    const plan = await back(first);
    expect(plan.steps.filter(({ risk }) => risk === 'losesData')).toEqual([]);
    expect(kindsOf(plan)).toEqual(expect.arrayContaining(['renameTable', 'renameColumn', 'renameIndex']));
    expect(kindsOf(plan)).not.toContain('addColumn');
    await expectFirst('third', 7);
    expect(await historyOf('sheet', sheet, 'title')).toEqual(['third', 'second']);
    expect(await read('sheet', await create('sheet', { title: 'next' }), 'no')).toEqual({ no: 'N-0003' });
    expect(renamesOf(plan)).toEqual(
      expect.arrayContaining([
        ['page__c', 'sheet__c'],
        ['heading__c', 'title__c'],
        ['serial__c', 'no__c'],
        ['scan__c', 'paper__c'],
        ['volume__c', 'book__c'],
        ['sum__c', 'total__c'],
        ['volume__c', 'book__c'],
        ['cost__c', 'price__c'],
        ['mark__c', 'code__c'],
      ]),
    );
    expect(plan.changes.filter(({ change }) => change === 'added' || change === 'removed')).toEqual([]);
  });

  it('is taken back by a rollback, or by applying the same again', async () => {
    const plan = await back(second);
    expect(plan.steps.filter(({ risk }) => risk === 'losesData')).toEqual([]);
    expect(renamesOf(plan)).toContainEqual(['title__c', 'heading__c']);
    expect(await read('page', sheet, 'heading', 'serial', 'scan')).toEqual({ heading: 'third', serial: 'N-0001', scan: paper });
    expect(await read('volume', book, 'sum')).toEqual({ sum: 7 });
    await back(first);
    await expectFirst('third', 7);
    await applied(versionTwo);
    expect(await read('page', sheet, 'heading')).toEqual({ heading: 'third' });
    expect(await historyOf('page', sheet, 'heading')).toEqual(['third', 'second']);
    expect(await read('page', await create('page', { heading: 'last' }), 'serial')).toEqual({ serial: 'N-0004' });
    await back(first);
    await update('sheet', sheet, { title: 'fourth', paper: null });
    await expect(acme.run('files.describe', { id: paper })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

describe('a rollback of names that were exchanged or passed on', () => {
  it('exchanges fields and objects again, with their numbers and roll-ups', async () => {
    const sum = { aggregate: { of: 'parts__c', function: 'sum', value: { var: 'left__c' } } };
    const part = { whole: field('lookup', [], { to: 'whole__c', inverse: 'parts__c' }) };
    const first = await applied({
      ...object('red', { left: serial(), right: serial(), up: text(), down: text() }),
      ...object('blue', { up: text() }),
      ...object('whole', { sum: field('rollup', [], sum) }),
      ...object('part', { ...part, left: amount(), right: amount() }),
    });
    const red = await create('red', { up: 'up', down: 'down' });
    const blue = await create('blue', { up: 'sky' });
    const whole = await create('whole', {});
    await create('part', { whole, left: 1, right: 20 });
    await scene.sql(`update ${acme.schema}._counter set value = 40 where object = 'red__c' and field = 'left__c'`);
    const second = await applied({
      ...object('blue', { left: serial('right'), right: serial('left'), up: text('down'), down: text('up') }, was('red')),
      ...object('red', { up: text() }, was('blue')),
      ...object('part', { ...part, left: amount('right'), right: amount('left') }),
    });
    expect(await read('blue', red, 'up', 'down')).toEqual({ up: 'down', down: 'up' });
    // The same formula over other values.
    expect(await read('whole', whole, 'sum')).toEqual({ sum: 20 });

    const plan = await back(first);
    expect(kindsOf(plan)).not.toContain('setAside');
    expect(await read('red', red, 'up', 'down')).toEqual({ up: 'up', down: 'down' });
    expect(await read('blue', blue, 'up')).toEqual({ up: 'sky' });
    expect(await read('whole', whole, 'sum')).toEqual({ sum: 1 });
    expect(await read('red', await create('red', {}), 'left', 'right')).toEqual({ left: 'N-0041', right: 'N-0002' });

    await back(second);
    expect(await read('blue', red, 'up', 'down')).toEqual({ up: 'down', down: 'up' });
    expect(await read('blue', await create('blue', {}), 'left', 'right')).toEqual({ left: 'N-0003', right: 'N-0042' });
    expect(await read('whole', whole, 'sum')).toEqual({ sum: 20 });
  });

  it('passes them back along a chain', async () => {
    const first = await applied(object('chain', { a: text(), b: text() }));
    const id = await create('chain', { a: 'one', b: 'two' });
    await applied(object('chain', { b: text('a'), c: text('b') }));
    expect(await read('chain', id, 'b', 'c')).toEqual({ b: 'one', c: 'two' });
    await back(first);
    expect(await read('chain', id, 'a', 'b')).toEqual({ a: 'one', b: 'two' });
  });

  it('goes over several versions where former names were kept, and sets aside where not', async () => {
    const first = await applied({ ...object('far', { a: text(), x: text() }), ...object('near', {}) });
    const id = await create('far', { a: 'kept', x: 'lost to sight' });
    await update('far', id, { a: 'still' });
    await applied({ ...object('far', { b: text('a'), y: text('x') }), ...without('near'), ...object('nearer', {}, was('near')) });
    const near = await create('nearer', {});
    const third = await applied({
      ...object('far', { c: text('b', 'a'), z: text('y') }),
      ...without('nearer'),
      ...object('nearest', {}, was('nearer', 'near')),
    });
    const plan = await back(first);
    expect(renamesOf(plan)).toEqual(
      expect.arrayContaining([
        ['c__c', 'a__c'],
        ['nearest__c', 'near__c'],
      ]),
    );
    expect(await read('far', id, 'a', 'x')).toEqual({ a: 'still', x: null });
    expect(await historyOf('far', id, 'a')).toEqual(['still']);
    expect(await acme.read('near__c', near, 'name')).toEqual({ name: 'Any' });
    await back(third);
    expect(await read('far', id, 'c', 'z')).toEqual({ c: 'still', z: 'lost to sight' });
  });
});

describe('a rollback over a name that something else has taken', () => {
  it('tells the two apart: each has its own values, history and numbers, in both directions', async () => {
    const first = await applied(object('form', { a: text(), no: serial() }));
    const id = await create('form', { a: 'old' });
    await update('form', id, { a: 'older' });
    const second = await applied(object('form', { b: text('a'), serial: serial('no'), a: text(), no: serial() }));
    await update('form', id, { a: 'new' });
    for (const name of ['x', 'y']) await create('form', { a: name });

    await back(first);
    expect(await read('form', id, 'a')).toEqual({ a: 'older' });
    expect(await historyOf('form', id, 'a')).toEqual(['older']);
    const third = await create('form', {});
    expect(await read('form', third, 'no')).toEqual({ no: 'N-0004' });

    await back(second);
    expect(await read('form', id, 'a', 'b')).toEqual({ a: 'new', b: 'older' });
    expect([await historyOf('form', id, 'a'), await historyOf('form', id, 'b')]).toEqual([['new'], ['older']]);
    expect(await read('form', await create('form', {}), 'serial', 'no')).toEqual({ serial: 'N-0005', no: 'N-0003' });
  });

  it('gives a field back that gave way to a renamed one', async () => {
    const first = await applied(object('pair', { a: serial(), b: serial(), c: text(), d: text(), e: field('file') }));
    const file = (await acme.run('files.upload', { name: 'e.txt', content: streamOf('e') })).id;
    const id = await create('pair', { c: 'c', d: 'd', e: file });
    await update('pair', id, { c: 'cc', d: 'dd' });
    await scene.sql(`update ${acme.schema}._counter set value = 70 where object = 'pair__c' and field = 'b__c'`);
    await applied(object('pair', { b: serial('a'), d: text('c'), e: text() }));
    await update('pair', id, { d: 'ccc' });
    await back(first);
    expect(await read('pair', id, 'a', 'b', 'c', 'd', 'e')).toEqual({ a: 'N-0001', b: 'N-0001', c: 'ccc', d: 'dd', e: file });
    expect([await historyOf('pair', id, 'c'), await historyOf('pair', id, 'd')]).toEqual([['ccc', 'cc'], ['dd']]);
    expect(await read('pair', await create('pair', {}), 'a', 'b')).toEqual({ a: 'N-0002', b: 'N-0071' });
  });

  it('finds the history of what was set aside in an earlier change than the one that took its name', async () => {
    const first = await applied(object('late', { a: text(), b: text() }));
    const id = await create('late', { a: 'a', b: 'b' });
    await update('late', id, { a: 'aa', b: 'bb' });
    await applied(object('late', { b: text() }));
    await applied(object('late', { a: text('b') }));
    await back(first);
    expect(await historyOf('late', id, 'b')).toEqual(['bb']);
    expect(await historyOf('late', id, 'a')).toEqual(['aa']);
    expect(await read('late', id, 'a', 'b')).toEqual({ a: 'aa', b: 'bb' });
  });

  it('tells records of two objects apart', async () => {
    const fields = { note: text(), no: serial() };
    const first = await applied(object('memo', fields));
    const id = await create('memo', { note: 'one' });
    await update('memo', id, { note: 'two' });
    const second = await applied({ ...object('minute', fields, was('memo')), ...object('memo', fields) });
    const other = await create('memo', { note: 'new' });
    await update('memo', other, { note: 'newer' });
    await back(first);
    expect(await historyOf('memo', id, 'note')).toEqual(['two']);
    await back(second);
    expect([await historyOf('minute', id, 'note'), await historyOf('memo', other, 'note')]).toEqual([['two'], ['newer']]);
    expect(await read('memo', await create('memo', {}), 'no')).toEqual({ no: 'N-0002' });
    expect(await read('minute', await create('minute', {}), 'no')).toEqual({ no: 'N-0002' });
  });

  it('fetches what it once renamed, not what has come under the former name since', async () => {
    await applied(object('turn', { x: text() }));
    const id = await create('turn', { x: 'mine' });
    const second = await applied(object('turn', { a: text('x') }));
    const third = await applied(object('turn', { x: text(), y: text() }));
    await update('turn', id, { x: 'another' });
    await back(second);
    expect(await read('turn', id, 'a')).toEqual({ a: 'mine' });
    await back(third);
    expect(await read('turn', id, 'x')).toEqual({ x: 'another' });
  });
});
