// Migrations that are undone: by their own names or those of later versions, with others of the same field, and where targets are gone.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Layer } from '@tessera/metadata';
import { testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { crm, number, ofCompany, picklist, rowsOf, small, smallWith, text } from './migrations-scene.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await testEngine();
});
afterAll(() => engine.close());

let tenants = 0;
const tenant = (...packs: readonly Layer[]): Promise<TestTenant> => {
  tenants += 1;
  return engine.tenant(`t${String(tenants)}`, packs);
};

describe('a migration', () => {
  it('is undone under the names that fields and options have got since, with the versions between', async () => {
    const acme = await tenant(small);
    const id = await acme.create('company', { name: 'One', code: 'c', region: 'r', rank: 'a' });
    const before = await rowsOf(engine, acme.schema);
    const migrations = { rank: ofCompany({ options: { rank: { a: 'b' } }, set: { region: { upper: { var: 'region' } } } }) };
    await acme.run('packs.apply', { files: smallWith('2.0.0', migrations).files });
    const rank = {
      ...picklist('a', 'c'),
      options: { a: { label: { en: 'a' } }, top: { label: { en: 'top' }, renamedFrom: ['b'] }, c: { label: { en: 'c' } } },
    };
    const renamed = crm('3.0.0', {
      firm: {
        renamedFrom: ['company'],
        fields: { code: text({ unique: true, searchable: true }), area: text({ renamedFrom: ['region'] }), rank },
      },
      contact: {
        fields: {
          company: { type: 'lookup', to: 'firm', inverse: 'contacts', label: { en: 'Company' } },
          note: text(),
          parent: { type: 'lookup', to: 'contact', inverse: 'children', label: { en: 'Parent' } },
        },
      },
    });
    await acme.run('packs.apply', { files: renamed.files });
    expect(await acme.read('firm', id, 'area', 'rank')).toEqual({ area: 'R', rank: 'top' });
    await acme.run('metadata.rollback', { version: 1 });
    expect(await rowsOf(engine, acme.schema)).toEqual(before);
  });

  it('is undone where its own version has renamed an option of the field', async () => {
    const acme = await tenant(small);
    await acme.create('company', { name: 'One', code: 'c', rank: 'a' });
    const before = await rowsOf(engine, acme.schema);
    const rank = {
      ...picklist('b', 'c'),
      options: { top: { label: { en: 'top' }, renamedFrom: ['a'] }, b: { label: { en: 'b' } }, c: { label: { en: 'c' } } },
    };
    await acme.run('packs.apply', { files: smallWith('2.0.0', { down: ofCompany({ options: { rank: { top: 'b' } } }) }, { rank }).files });
    expect(await rowsOf(engine, acme.schema)).not.toEqual(before);
    await acme.run('metadata.rollback', { version: 1 });
    expect(await rowsOf(engine, acme.schema)).toEqual(before);
  });

  it('is undone with others of the same field, over types and names that it has had, and counted as each will find it', async () => {
    const acme = await tenant(smallWith('1.0.0', {}, { size: text() }));
    const sizes = ['about 7', '12.50', '3', null, 'about 9'];
    const ids = await Promise.all(
      sizes.map((size, i) => acme.create('company', { name: `N${String(i)}`, code: `c${String(i)}`, ...(size === null ? {} : { size }) })),
    );
    const sizeText = { sizeText: { type: 'text', names: ['size'] } };
    const inTwo = (former: Json): Readonly<Record<string, Json>> => ({
      exact: ofCompany({
        ...{ order: 10, former: { ...sizeText, ...former }, where: { contains: [{ var: 'sizeText' }, 'about'] } },
        set: { size: { number: { part: [{ var: 'sizeText' }, ' ', -1] } } },
      }),
      finer: ofCompany({ order: 20, former, where: { '>': [{ var: 'size' }, 5] }, set: { size: { '*': [{ var: 'size' }, 10] } } }),
      none: ofCompany({ order: 30, former, where: { '==': [{ var: 'size' }, 3] }, set: { size: null } }),
    });
    const two = smallWith('2.0.0', inTwo({}), { size: number() });
    const former = { size: { type: 'number' } };
    const unit: Json = {
      ...{ version: '3.0.0', object: 'company', former, where: { '!': [{ isBlank: { var: 'size' } }] } },
      set: { extent: { concat: [{ text: { var: 'size' } }, ' m'] } },
    };
    const three = smallWith('3.0.0', { ...inTwo(former), unit }, { extent: text({ renamedFrom: ['size'] }) });
    await acme.run('packs.apply', { files: two.files });
    await acme.run('packs.apply', { files: three.files });
    const read = (...fields: readonly string[]) =>
      Promise.all(ids.map(async (id) => Object.values((await acme.read('company', id, ...fields)) ?? {})[0]));
    expect(await read('extent')).toEqual(['70 m', '125 m', null, null, '90 m']);
    await acme.update('company', ids[4] ?? '', { extent: 'mine' });
    const plan = await acme.run('metadata.planRollback', { version: 1 });
    expect(plan.migrations?.map(({ name, rows, others }) => [name, rows, others])).toEqual([
      ['unit', 2, 1],
      ['none', 1, 0],
      ['finer', 2, 1],
      ['exact', 1, 1],
    ]);
    await acme.update('company', ids[4] ?? '', { extent: '90 m' });
    await acme.run('metadata.rollback', { version: 1 });
    expect(await read('size')).toEqual(sizes);
    // There and back once more, version by version.
    for (const { files } of [two, three]) await acme.run('packs.apply', { files });
    await acme.run('metadata.rollback', { version: 2 });
    expect(await read('size')).toEqual([70, 125, null, null, 90]);
    await acme.run('metadata.rollback', { version: 1 });
    expect(await read('size')).toEqual(sizes);
  });

  it('gives no lookup back whose target was deleted for good', async () => {
    const acme = await tenant(small);
    const [gone, there] = [await acme.create('contact', { name: 'Gone' }), await acme.create('contact', { name: 'There' })];
    const [lost, found] = [
      await acme.create('contact', { name: 'A', parent: gone }),
      await acme.create('contact', { name: 'B', parent: there }),
    ];
    await acme.run('packs.apply', {
      files: smallWith('2.0.0', { flat: { version: '2.0.0', object: 'contact', set: { parent: null } } }).files,
    });
    await acme.remove('contact', gone);
    await acme.run('records.purge', { object: 'contact', ids: [gone] });
    const plan = await acme.run('metadata.planRollback', { version: 1 });
    expect([plan.findings, plan.migrations?.map(({ rows, others }) => [rows, others])]).toEqual([[], [[1, 1]]]);
    await acme.run('metadata.rollback', { version: 1 });
    const parents = await engine.sql(`select id, parent_id from ${acme.schema}.contact where id = any($1) order by id`, [[lost, found]]);
    expect(parents).toEqual([
      { id: lost, parent_id: null },
      { id: found, parent_id: there },
    ]);
  });

  it('keeps nothing of a record that is deleted for good, and all of the others', async () => {
    const acme = await tenant(small);
    const ids = [await acme.create('company', { name: 'Gone', region: 'a' }), await acme.create('company', { name: 'Stays', region: 'b' })];
    await acme.run('packs.apply', {
      files: smallWith('2.0.0', { up: ofCompany({ set: { region: { upper: { var: 'region' } } } }) }).files,
    });
    const kept = async (): Promise<unknown> =>
      (await engine.sql(`select record_id from ${acme.schema}._migration_value order by record_id`)).map((row) => row['record_id']);
    expect(await kept()).toEqual(ids);
    const [gone = '', stays = ''] = ids;
    await acme.remove('company', gone);
    expect(await kept()).toEqual(ids);
    await acme.run('records.purge', { object: 'company', ids: [gone] });
    expect(await kept()).toEqual([stays]);
    await acme.run('metadata.rollback', { version: 1 });
    expect(await acme.read('company', stays, 'region')).toEqual({ region: 'b' });
  });
});
