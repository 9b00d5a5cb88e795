// Stored roll-ups: right after every kind of write, on every level.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { keepOutbox } from '../support/outbox.ts';
import { house, wrongRollups } from './rollup-scene.ts';

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [house]);
});
afterAll(() => engine.close());

const check = async (): Promise<void> => {
  expect(await wrongRollups(engine, acme)).toEqual([]);
};

const floor = (id: string) => acme.read('floor', id, 'roomCount', 'area', 'largest', 'smallest', 'average', 'heated', 'thirds');

async function house3(): Promise<{ readonly building: string; readonly floor: string; readonly rooms: readonly string[] }> {
  const building = await acme.create('building', { name: 'B' });
  const id = await acme.create('floor', { name: 'F', building });
  const rooms = [];
  for (const area of [10, '20.5', null]) rooms.push(await acme.create('room', { name: 'R', floor: id, area, heating: 'gas' }));
  return { building, floor: id, rooms };
}

describe('stored roll-ups', () => {
  it('are zero or empty over nothing', async () => {
    const id = await acme.create('floor', { name: 'F', building: await acme.create('building', { name: 'B' }) });
    expect(await floor(id)).toEqual({ roomCount: 0, area: 0, largest: null, smallest: null, average: null, heated: 0, thirds: 0 });
  });

  it('follow inserts, updates, deletes, restores and moves, up to the building and the street', async () => {
    const { building, floor: id, rooms } = await house3();
    expect(await floor(id)).toMatchObject({ roomCount: 3, area: 30.5, largest: 20.5, smallest: 10, average: 15.25, heated: 30.5 });
    expect(await acme.read('building', building, 'area', 'floorCount', 'largestFloor')).toMatchObject({
      area: 30.5,
      floorCount: 1,
      largestFloor: 30.5,
    });
    const [first = '', second = ''] = rooms;
    await acme.update('room', second, { area: 5 });
    expect(await floor(id)).toMatchObject({ area: 15, largest: 10, smallest: 5 });
    await acme.update('room', second, { heating: null });
    expect(await floor(id)).toMatchObject({ area: 15, heated: 10 });
    await acme.remove('room', first);
    expect(await floor(id)).toMatchObject({ roomCount: 2, area: 5, largest: 5, heated: 0 });
    await acme.run('records.restore', { object: 'room', ids: [first] });
    expect(await floor(id)).toMatchObject({ roomCount: 3, area: 15, largest: 10, heated: 10 });
    const other = await acme.create('floor', { name: 'G', building });
    await acme.update('room', first, { floor: other });
    expect(await floor(id)).toMatchObject({ roomCount: 2, area: 5 });
    expect(await floor(other)).toMatchObject({ roomCount: 1, area: 10 });
    await acme.update('room', first, { spare: other });
    await acme.update('room', first, { spare: null, floor: id });
    expect(await floor(other)).toMatchObject({ roomCount: 0, area: 0, largest: null });
    await check();
  });

  it('round the sum, not what is summed', async () => {
    const { floor: id } = await house3();
    for (const part of [1, 1, 1]) await acme.create('room', { name: 'T', floor: id, part });
    expect(await floor(id)).toMatchObject({ thirds: 1 });
    await check();
  });

  it('take a whole branch off once, and put it back once', async () => {
    const { building, floor: id } = await house3();
    const street = await acme.create('street', { name: 'S' });
    await acme.update('building', building, { street });
    expect(await acme.read('street', street, 'area')).toMatchObject({ area: 30.5 });
    await acme.remove('floor', id);
    expect(await acme.read('building', building, 'area', 'floorCount')).toEqual({ area: 0, floorCount: 0 });
    expect(await acme.read('street', street, 'area')).toEqual({ area: 0 });
    await acme.run('records.restore', { object: 'floor', ids: [id] });
    expect(await acme.read('building', building, 'area', 'floorCount')).toEqual({ area: 30.5, floorCount: 1 });
    expect(await acme.read('street', street, 'area')).toEqual({ area: 30.5 });
    await acme.remove('building', building);
    expect(await acme.read('street', street, 'area')).toEqual({ area: 0 });
    await acme.run('records.restore', { object: 'building', ids: [building] });
    expect(await acme.read('street', street, 'area')).toEqual({ area: 30.5 });
    await check();
  });

  it('are right for what comes back when its children have gone their own way', async () => {
    const { building, floor: id, rooms } = await house3();
    const desk = await acme.create('desk', { name: 'D', floor: id, price: 7 });
    expect(await acme.read('floor', id, 'furniture')).toEqual({ furniture: 7 });
    await acme.remove('floor', id);
    expect(await acme.read('desk', desk, 'floor')).toEqual({ floor: null });
    await acme.run('records.purge', { object: 'room', ids: [rooms[0] ?? ''] });
    await acme.run('records.restore', { object: 'floor', ids: [id] });
    expect(await acme.read('floor', id, 'furniture', 'area', 'roomCount')).toEqual({ furniture: 0, area: 20.5, roomCount: 2 });
    expect(await acme.read('building', building, 'area')).toEqual({ area: 20.5 });
    await check();
  });

  it('follow a bulk of moves, and a child of two parents', async () => {
    const [a, b] = [await house3(), await house3()];
    const records = [...a.rooms, ...b.rooms].map((id, i) => ({
      id,
      values: { floor: i % 2 === 0 ? a.floor : b.floor, area: String(i), spare: b.floor },
    }));
    await acme.run('records.update', { object: 'room', records });
    expect(await floor(a.floor)).toMatchObject({ roomCount: 3, area: 6 });
    expect(await acme.read('floor', b.floor, 'spareArea')).toEqual({ spareArea: 15 });
    await check();
  });

  it('leave out what is void', async () => {
    const { floor: id, rooms } = await house3();
    await engine.sql(`update ${acme.schema}.room set life_status = 'void' where id = $1`, [rooms[0]]);
    await acme.update('room', rooms[0] ?? '', { area: 99 });
    await acme.update('room', rooms[1] ?? '', { area: 1 });
    expect(await acme.read('floor', id, 'largest')).toEqual({ largest: 1 });
  });

  it('keep the parent’s version, and tell of its change', async () => {
    const { floor: id, rooms } = await house3();
    const before = await acme.read('floor', id, 'version');
    const told = await keepOutbox(engine);
    await acme.update('room', rooms[0] ?? '', { area: 11 });
    expect(await acme.read('floor', id, 'version')).toEqual(before);
    expect((await told()).map(({ object }) => object)).toEqual(['room', 'floor', 'building']);
    const history = await engine.sql(
      `select old, new from ${acme.schema}._history where record_id = $1 and field = 'area' order by id desc limit 1`,
      [id],
    );
    expect(history).toEqual([{ old: '30.5', new: '31.5' }]);
  });
});
