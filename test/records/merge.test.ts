// Merging records: values by choice, children and lookups moved, roll-ups right, and all of it undone.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failureOf, refusals } from '../support/failures.ts';
import { mergeScene, type MergeScene } from './merge-scene.ts';

let scene: MergeScene;
beforeAll(async () => {
  scene = await mergeScene();
});
afterAll(() => scene.engine.close());

const read = (id: string, ...fields: readonly string[]) => scene.tenant.read('company', id, ...fields);
const create = (object: string, values: Readonly<Record<string, unknown>>) => scene.tenant.create(object, { name: 'x', ...values });

describe('merging', () => {
  it('takes values by choice, unique ones too', async () => {
    const a = await scene.company('A', { code: 'A1', phone: '13800138000', city: 'Beijing', amount: 1, tags: ['a'] });
    const b = await scene.company('B', { code: 'B1', phone: '13900139000', city: 'Shanghai', amount: 2, tags: ['b'] });
    const c = await scene.company('C', { city: 'Xi’an' });
    const { id, version } = await scene.merge(a, [b, c], { code: b, phone: b, amount: b, tags: b, city: c, name: a });
    expect(id).toBe(a);
    expect(await read(a, 'name', 'code', 'phone', 'amount', 'tags', 'city', 'version')).toEqual({
      name: 'A',
      code: 'B1',
      phone: '13900139000',
      amount: 2,
      tags: ['b'],
      city: 'Xi’an',
      version,
    });
    expect([await read(b, 'name'), await read(c, 'name')]).toEqual([undefined, undefined]);
  });

  it('moves children and every lookup, several and self ones too, and adds up anew', async () => {
    const { tenant } = scene;
    const [a, b] = [await scene.company('A'), await scene.company('B')];
    const sub = await scene.company('Sub', { parent: b });
    await create('deal', { name: 'D1', company: a, amount: 10 });
    const deal = await create('deal', { name: 'D2', company: b, amount: 32 });
    await create('site', { name: 'S1', company: b, floor: 3 });
    await create('site', { name: 'S2', company: a, floor: 1 });
    await create('note', { name: 'N1', about: { object: 'company', id: b }, loose: b });
    await create('note', { name: 'N2', about: { object: 'deal', id: deal } });
    const binned = await create('deal', { name: 'D3', company: b, amount: 5 });
    await tenant.remove('deal', binned);
    await scene.merge(a, [b]);
    expect(await read(a, 'dealSum', 'siteCount', 'lastSite')).toEqual({ dealSum: 42, siteCount: 2, lastSite: 3 });
    expect(await scene.pointing('deal', 'company_id', a)).toEqual(['D1', 'D2']);
    expect(await scene.pointing('site', 'company_id', a)).toEqual(['S1', 'S2']);
    expect(await scene.pointing('note', 'about_company_id', a)).toEqual(['N1']);
    expect(await scene.pointing('note', 'loose_id', a)).toEqual(['N1']);
    expect(await read(sub, 'parent')).toEqual({ parent: a });
    await tenant.run('records.restore', { object: 'deal', ids: [binned] });
    expect(await read(a, 'dealSum')).toEqual({ dealSum: 47 });
  });

  it('leaves nobody pointing to himself', async () => {
    const b = await scene.company('B');
    const a = await scene.company('A', { parent: b });
    const c = await scene.company('C', { parent: a });
    await scene.merge(a, [b, c]);
    expect(await read(a, 'parent')).toEqual({ parent: null });
  });

  it('leaves with the loser what the winner has already', async () => {
    const [a, b] = [await scene.company('A'), await scene.company('B')];
    await create('member', { name: 'M1', company: a, campaign: 'spring' });
    const twin = await create('member', { name: 'M2', company: b, campaign: 'spring' });
    await create('member', { name: 'M3', company: b, campaign: 'autumn' });
    const { left } = await scene.merge(a, [b]);
    expect(left).toEqual([{ object: 'member', id: twin }]);
    expect(await scene.pointing('member', 'company_id', a)).toEqual(['M1', 'M3']);
    expect(await scene.tenant.read('member', twin, 'name')).toBeUndefined();
  });

  it('shows the history of all', async () => {
    const [a, b] = [await scene.company('A', { city: 'x' }), await scene.company('B')];
    await scene.tenant.update('company', b, { city: 'Lhasa' });
    const { merge } = await scene.merge(a, [b]);
    const cities = async (id: string) => {
      const text = await scene.tenant.run('records.history', { object: 'company', id });
      const { entries } = JSON.parse(text) as { entries: readonly { field: string | null; new: unknown }[] };
      return entries.filter(({ field }) => field === 'city').map((entry) => entry.new);
    };
    expect(await cities(a)).toEqual(['Lhasa']);
    await scene.undo(a, merge);
    expect(await cities(a)).toEqual([]);
  });

  it('says where a record has gone, at the end of the way', async () => {
    const [a, b, c] = [await scene.company('A'), await scene.company('B'), await scene.company('C')];
    await scene.merge(b, [c]);
    const moved = (id: string) => scene.tenant.run('records.moved', { object: 'company', id });
    expect(await moved(c)).toBe(b);
    const { merge } = await scene.merge(a, [b]);
    expect([await moved(c), await moved(b), await moved(a)]).toEqual([a, a, undefined]);
    await scene.undo(a, merge);
    expect([await moved(c), await moved(b)]).toEqual([b, undefined]);
  });
});

describe('a merge that is wrong', () => {
  it('changes nothing', async () => {
    const [a, b] = [await scene.company('A'), await scene.company('B', { city: 'y' })];
    await scene.engine.sql(`update ${scene.tenant.schema}.company set city = 'nowhere' where id = $1`, [b]);
    await create('deal', { name: 'D9', company: b, amount: 1 });
    expect(await refusals(scene.merge(a, [b], { city: b }))).toEqual([{ code: 'VALIDATION_FAILED', pointer: '/fields/city' }]);
    expect(await read(b, 'name', 'dealSum')).toEqual({ name: 'B', dealSum: 1 });
    expect(await scene.pointing('deal', 'company_id', b)).toEqual(['D9']);
  });

  it('is told at its place', async () => {
    const [a, b] = [await scene.company('A'), await scene.company('B')];
    const none = '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01';
    expect((await failureOf(scene.merge(a, []))).code).toBe('REQUEST_INVALID');
    expect((await failureOf(scene.merge(a, [a]))).code).toBe('REQUEST_INVALID');
    expect(await refusals(scene.merge(a, [b, none]))).toEqual([{ code: 'RECORD_NOT_FOUND', pointer: '/others/1' }]);
    expect(await refusals(scene.merge(a, [b], { fax: b }))).toEqual([{ code: 'FIELD_UNKNOWN', pointer: '/fields/fax' }]);
    expect(await refusals(scene.merge(a, [b], { city: none }))).toEqual([{ code: 'REQUEST_INVALID', pointer: '/fields/city' }]);
    expect(await refusals(scene.merge(a, [b], { dealSum: b }))).toEqual([{ code: 'FIELD_READ_ONLY', pointer: '/fields/dealSum' }]);
  });

  it('is one of two at the same time', async () => {
    const [a, b] = [await scene.company('A'), await scene.company('B')];
    await create('deal', { name: 'DX', company: b, amount: 3 });
    await create('deal', { name: 'DY', company: a, amount: 4 });
    const results = await Promise.allSettled([scene.merge(a, [b]), scene.merge(b, [a])]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const live = [await read(a, 'dealSum'), await read(b, 'dealSum')].filter((each) => each !== undefined);
    expect(live).toEqual([{ dealSum: 7 }]);
  });
});

describe('undoing', () => {
  it('brings back everything', async () => {
    const { tenant } = scene;
    const a = await scene.company('A', { code: 'U1', city: 'x', amount: 1 });
    const b = await scene.company('B', { code: 'U2', city: 'y', amount: 2 });
    const deal = await create('deal', { name: 'E1', company: b, amount: 10 });
    const binned = await create('deal', { name: 'E2', company: b, amount: 20 });
    await create('note', { name: 'F1', about: { object: 'company', id: b }, loose: b });
    await create('member', { name: 'G1', company: a, campaign: 's' });
    await create('member', { name: 'G2', company: b, campaign: 's' });
    await tenant.remove('deal', binned);
    const fields = ['name', 'code', 'city', 'amount', 'dealSum', 'siteCount'] as const;
    const before = [await read(a, ...fields), await read(b, ...fields)];
    const { merge } = await scene.merge(a, [b], { code: b, city: b });
    expect(await scene.undo(a, merge)).toMatchObject({ id: a, restored: [b], gone: [], kept: [] });
    expect([await read(a, ...fields), await read(b, ...fields)]).toEqual(before);
    expect(await scene.pointing('deal', 'company_id', b)).toEqual(['E1']);
    expect(await scene.pointing('note', 'about_company_id', b)).toEqual(['F1']);
    expect(await scene.pointing('note', 'loose_id', b)).toEqual(['F1']);
    expect(await scene.pointing('member', 'company_id', b)).toEqual(['G2']);
    await tenant.run('records.restore', { object: 'deal', ids: [binned] });
    expect(await scene.pointing('deal', 'company_id', b)).toEqual(['E1', 'E2']);
    expect((await failureOf(scene.undo(a, merge))).code).toBe('MERGE_NOT_FOUND');
    expect(deal).toBeDefined();
  });

  it('leaves what was changed since, and says so', async () => {
    const [a, b, c] = [
      await scene.company('A', { city: 'x', phone: '111111' }),
      await scene.company('B', { city: 'y', phone: '222222' }),
      await scene.company('C'),
    ];
    const stays = await create('deal', { name: 'H1', company: b, amount: 1 });
    const goes = await create('deal', { name: 'H2', company: b, amount: 2 });
    const { merge } = await scene.merge(a, [b], { city: b, phone: b });
    await scene.tenant.update('company', a, { city: 'z' });
    await scene.tenant.update('deal', goes, { company: c });
    const { kept, restored } = await scene.undo(a, merge);
    expect(restored).toEqual([b]);
    expect(kept).toEqual([
      { object: 'company', id: a, field: 'city' },
      { object: 'deal', id: goes, field: 'company' },
    ]);
    expect([await read(a, 'city', 'phone'), await read(b, 'city', 'dealSum'), await read(c, 'dealSum')]).toEqual([
      { city: 'z', phone: '111111' },
      { city: 'y', dealSum: 1 },
      { dealSum: 2 },
    ]);
    expect(stays).toBeDefined();
  });

  it('gives lookups back that led to one who went, and those that were emptied', async () => {
    const above = await scene.company('Above');
    const [a, b, c] = [await scene.company('A'), await scene.company('B'), await scene.company('C')];
    await scene.tenant.update('company', a, { parent: b });
    await scene.tenant.update('company', b, { parent: a });
    const parent = async (id: string): Promise<unknown> => (await read(id, 'parent'))?.['parent'];
    // Of B's own choice A would be above itself.
    const round = await scene.merge(a, [b], { parent: b });
    expect(await parent(a)).toBeNull();
    expect(await scene.undo(a, round.merge)).toMatchObject({ restored: [b], kept: [] });
    expect([await parent(a), await parent(b)]).toEqual([b, a]);
    await scene.tenant.update('company', c, { parent: above });
    const elsewhere = await scene.merge(a, [b, c], { parent: c });
    expect(await parent(a)).toBe(above);
    expect(await scene.undo(a, elsewhere.merge)).toMatchObject({ restored: [b, c], kept: [] });
    expect([await parent(a), await parent(b)]).toEqual([b, a]);
    const emptied = await scene.merge(c, [above], { parent: above });
    expect(await scene.undo(c, emptied.merge)).toMatchObject({ kept: [] });
    expect(await parent(c)).toBe(above);
  });

  it('says which records are gone for good', async () => {
    const [a, b] = [await scene.company('A'), await scene.company('B')];
    const deal = await create('deal', { name: 'J1', company: b, amount: 1 });
    const { merge } = await scene.merge(a, [b]);
    await scene.tenant.run('records.purge', { object: 'company', ids: [b] });
    expect(await scene.undo(a, merge)).toMatchObject({ restored: [], gone: [b], kept: [{ object: 'deal', id: deal, field: 'company' }] });
    expect(await read(a, 'dealSum')).toEqual({ dealSum: 1 });
  });
});
