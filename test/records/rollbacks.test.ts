// The way back over renames: records, and all that is kept beside them under names, are what they were, and the way forward stays open.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failureOf } from '../support/failures.ts';
import { amount, field, kindsOf, object, renamesOf, RollbackScene, serial, text, was, without } from './rollback-scene.ts';

let scene: RollbackScene;
beforeAll(async () => {
  scene = await RollbackScene.open();
});
afterAll(() => scene.close());

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
    expect(await scene.read('sheet', sheet, 'title', 'no', 'paper')).toEqual({ title, no: 'N-0001', paper });
    expect(await scene.read('book', book, 'total')).toEqual({ total });
    expect(await failureOf(scene.create('sheet', { title }))).toMatchObject({ problems: [{ code: 'RECORD_NOT_UNIQUE' }] });
    expect(await failureOf(scene.create('line', { code: 'c' }))).toMatchObject({ problems: [{ code: 'RECORD_NOT_UNIQUE' }] });
    expect(await scene.read('line', line, 'book', 'price')).toEqual({ book, price: 3 });
    expect(await scene.contentOf(paper)).toBe('on paper');
  }

  it('has their values, history, files, numbers, roll-ups, keys and lookups back, with what was written since', async () => {
    first = await scene.applied(versionOne);
    paper = await scene.upload('on paper');
    sheet = await scene.create('sheet', { title: 'first', paper });
    book = await scene.create('book', {});
    line = await scene.create('line', { book, price: 3, code: 'c' });
    await scene.update('sheet', sheet, { title: 'second' });
    second = await scene.applied(versionTwo);
    await scene.update('page', sheet, { heading: 'third' });
    await scene.create('page', { heading: 'later' });
    await scene.create('line', { volume: book, cost: 4 });

    const plan = await scene.back(first);
    expect(plan.steps.filter(({ risk }) => risk === 'losesData')).toEqual([]);
    expect(kindsOf(plan)).toEqual(expect.arrayContaining(['renameTable', 'renameColumn', 'renameIndex']));
    expect(kindsOf(plan)).not.toContain('addColumn');
    await expectFirst('third', 7);
    expect(await scene.historyOf('sheet', sheet, 'title')).toEqual(['third', 'second']);
    expect(await scene.read('sheet', await scene.create('sheet', { title: 'next' }), 'no')).toEqual({ no: 'N-0003' });
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
    const plan = await scene.back(second);
    expect(plan.steps.filter(({ risk }) => risk === 'losesData')).toEqual([]);
    expect(renamesOf(plan)).toContainEqual(['title__c', 'heading__c']);
    expect(await scene.read('page', sheet, 'heading', 'serial', 'scan')).toEqual({ heading: 'third', serial: 'N-0001', scan: paper });
    expect(await scene.read('volume', book, 'sum')).toEqual({ sum: 7 });
    await scene.back(first);
    await expectFirst('third', 7);
    await scene.applied(versionTwo);
    expect(await scene.read('page', sheet, 'heading')).toEqual({ heading: 'third' });
    expect(await scene.historyOf('page', sheet, 'heading')).toEqual(['third', 'second']);
    expect(await scene.read('page', await scene.create('page', { heading: 'last' }), 'serial')).toEqual({ serial: 'N-0004' });
    await scene.back(first);
    await scene.update('sheet', sheet, { title: 'fourth', paper: null });
    await expect(scene.tenant.run('files.describe', { id: paper })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

describe('a rollback of names that were exchanged or passed on', () => {
  it('exchanges fields and objects again, with their numbers and roll-ups', async () => {
    const sum = { aggregate: { of: 'parts__c', function: 'sum', value: { var: 'left__c' } } };
    const part = { whole: field('lookup', [], { to: 'whole__c', inverse: 'parts__c' }) };
    const first = await scene.applied({
      ...object('red', { left: serial(), right: serial(), up: text(), down: text() }),
      ...object('blue', { up: text() }),
      ...object('whole', { sum: field('rollup', [], sum) }),
      ...object('part', { ...part, left: amount(), right: amount() }),
    });
    const red = await scene.create('red', { up: 'up', down: 'down' });
    const blue = await scene.create('blue', { up: 'sky' });
    const whole = await scene.create('whole', {});
    await scene.create('part', { whole, left: 1, right: 20 });
    await scene.count('red', 'left', 40);
    const second = await scene.applied({
      ...object('blue', { left: serial('right'), right: serial('left'), up: text('down'), down: text('up') }, was('red')),
      ...object('red', { up: text() }, was('blue')),
      ...object('part', { ...part, left: amount('right'), right: amount('left') }),
    });
    expect(await scene.read('blue', red, 'up', 'down')).toEqual({ up: 'down', down: 'up' });
    // The same formula over other values.
    expect(await scene.read('whole', whole, 'sum')).toEqual({ sum: 20 });

    const plan = await scene.back(first);
    expect(kindsOf(plan)).not.toContain('setAside');
    expect(await scene.read('red', red, 'up', 'down')).toEqual({ up: 'up', down: 'down' });
    expect(await scene.read('blue', blue, 'up')).toEqual({ up: 'sky' });
    expect(await scene.read('whole', whole, 'sum')).toEqual({ sum: 1 });
    expect(await scene.read('red', await scene.create('red', {}), 'left', 'right')).toEqual({ left: 'N-0041', right: 'N-0002' });

    await scene.back(second);
    expect(await scene.read('blue', red, 'up', 'down')).toEqual({ up: 'down', down: 'up' });
    expect(await scene.read('blue', await scene.create('blue', {}), 'left', 'right')).toEqual({ left: 'N-0003', right: 'N-0042' });
    expect(await scene.read('whole', whole, 'sum')).toEqual({ sum: 20 });
  });

  it('passes them back along a chain', async () => {
    const first = await scene.applied(object('chain', { a: text(), b: text() }));
    const id = await scene.create('chain', { a: 'one', b: 'two' });
    await scene.applied(object('chain', { b: text('a'), c: text('b') }));
    expect(await scene.read('chain', id, 'b', 'c')).toEqual({ b: 'one', c: 'two' });
    await scene.back(first);
    expect(await scene.read('chain', id, 'a', 'b')).toEqual({ a: 'one', b: 'two' });
  });

  it('goes over several versions where former names were kept, and sets aside where not', async () => {
    const first = await scene.applied({ ...object('far', { a: text(), x: text() }), ...object('near', {}) });
    const id = await scene.create('far', { a: 'kept', x: 'lost to sight' });
    await scene.update('far', id, { a: 'still' });
    await scene.applied({ ...object('far', { b: text('a'), y: text('x') }), ...without('near'), ...object('nearer', {}, was('near')) });
    const near = await scene.create('nearer', {});
    const third = await scene.applied({
      ...object('far', { c: text('b', 'a'), z: text('y') }),
      ...without('nearer'),
      ...object('nearest', {}, was('nearer', 'near')),
    });
    const plan = await scene.back(first);
    expect(renamesOf(plan)).toEqual(
      expect.arrayContaining([
        ['c__c', 'a__c'],
        ['nearest__c', 'near__c'],
      ]),
    );
    expect(await scene.read('far', id, 'a', 'x')).toEqual({ a: 'still', x: null });
    expect(await scene.historyOf('far', id, 'a')).toEqual(['still']);
    expect(await scene.tenant.read('near__c', near, 'name')).toEqual({ name: 'Any' });
    await scene.back(third);
    expect(await scene.read('far', id, 'c', 'z')).toEqual({ c: 'still', z: 'lost to sight' });
  });
});
