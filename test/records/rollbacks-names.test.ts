// The way back over renames where a name has meanwhile become that of something else.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { field, object, RollbackScene, serial, text, was } from './rollback-scene.ts';

let scene: RollbackScene;
beforeAll(async () => {
  scene = await RollbackScene.open();
});
afterAll(() => scene.close());

describe('a rollback over a name that something else has taken', () => {
  it('tells the two apart: each has its own values, history and numbers, in both directions', async () => {
    const first = await scene.applied(object('form', { a: text(), no: serial() }));
    const id = await scene.create('form', { a: 'old' });
    await scene.update('form', id, { a: 'older' });
    const second = await scene.applied(object('form', { b: text('a'), serial: serial('no'), a: text(), no: serial() }));
    await scene.update('form', id, { a: 'new' });
    for (const name of ['x', 'y']) await scene.create('form', { a: name });

    await scene.back(first);
    expect(await scene.read('form', id, 'a')).toEqual({ a: 'older' });
    expect(await scene.historyOf('form', id, 'a')).toEqual(['older']);
    const third = await scene.create('form', {});
    expect(await scene.read('form', third, 'no')).toEqual({ no: 'N-0004' });

    await scene.back(second);
    expect(await scene.read('form', id, 'a', 'b')).toEqual({ a: 'new', b: 'older' });
    expect([await scene.historyOf('form', id, 'a'), await scene.historyOf('form', id, 'b')]).toEqual([['new'], ['older']]);
    expect(await scene.read('form', await scene.create('form', {}), 'serial', 'no')).toEqual({ serial: 'N-0005', no: 'N-0003' });
  });

  it('gives a field back that gave way to a renamed one', async () => {
    const first = await scene.applied(object('pair', { a: serial(), b: serial(), c: text(), d: text(), e: field('file') }));
    const file = await scene.upload('e');
    const id = await scene.create('pair', { c: 'c', d: 'd', e: file });
    await scene.update('pair', id, { c: 'cc', d: 'dd' });
    await scene.count('pair', 'b', 70);
    await scene.applied(object('pair', { b: serial('a'), d: text('c'), e: text() }));
    await scene.update('pair', id, { d: 'ccc' });
    await scene.back(first);
    expect(await scene.read('pair', id, 'a', 'b', 'c', 'd', 'e')).toEqual({ a: 'N-0001', b: 'N-0001', c: 'ccc', d: 'dd', e: file });
    expect([await scene.historyOf('pair', id, 'c'), await scene.historyOf('pair', id, 'd')]).toEqual([['ccc', 'cc'], ['dd']]);
    expect(await scene.read('pair', await scene.create('pair', {}), 'a', 'b')).toEqual({ a: 'N-0002', b: 'N-0071' });
  });

  it('finds the history of what was set aside in an earlier change than the one that took its name', async () => {
    const first = await scene.applied(object('late', { a: text(), b: text() }));
    const id = await scene.create('late', { a: 'a', b: 'b' });
    await scene.update('late', id, { a: 'aa', b: 'bb' });
    await scene.applied(object('late', { b: text() }));
    await scene.applied(object('late', { a: text('b') }));
    await scene.back(first);
    expect(await scene.historyOf('late', id, 'b')).toEqual(['bb']);
    expect(await scene.historyOf('late', id, 'a')).toEqual(['aa']);
    expect(await scene.read('late', id, 'a', 'b')).toEqual({ a: 'aa', b: 'bb' });
  });

  it('tells records of two objects apart', async () => {
    const fields = { note: text(), no: serial() };
    const first = await scene.applied(object('memo', fields));
    const id = await scene.create('memo', { note: 'one' });
    await scene.update('memo', id, { note: 'two' });
    const second = await scene.applied({ ...object('minute', fields, was('memo')), ...object('memo', fields) });
    const other = await scene.create('memo', { note: 'new' });
    await scene.update('memo', other, { note: 'newer' });
    await scene.back(first);
    expect(await scene.historyOf('memo', id, 'note')).toEqual(['two']);
    await scene.back(second);
    expect([await scene.historyOf('minute', id, 'note'), await scene.historyOf('memo', other, 'note')]).toEqual([['two'], ['newer']]);
    expect(await scene.read('memo', await scene.create('memo', {}), 'no')).toEqual({ no: 'N-0002' });
    expect(await scene.read('minute', await scene.create('minute', {}), 'no')).toEqual({ no: 'N-0002' });
  });

  it('fetches what it once renamed, not what has come under the former name since', async () => {
    await scene.applied(object('turn', { x: text() }));
    const id = await scene.create('turn', { x: 'mine' });
    const second = await scene.applied(object('turn', { a: text('x') }));
    const third = await scene.applied(object('turn', { x: text(), y: text() }));
    await scene.update('turn', id, { x: 'another' });
    await scene.back(second);
    expect(await scene.read('turn', id, 'a')).toEqual({ a: 'mine' });
    await scene.back(third);
    expect(await scene.read('turn', id, 'x')).toEqual({ x: 'another' });
  });
});
