// Migrations of packs: records are brought along with an upgrade, once, counted before, and taken back with it.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Administration, type NewSandbox } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import type { Layer, Model } from '@tessera/metadata';
import { applyLayers, finishChanges, modelOf, readPlatform, withPacks } from '@tessera/packs';
import { tenantLockKey, tenantSchema } from '@tessera/storage';
import { password, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { breakingCell, driftOf, fingerprint, storedLayers } from './life-cycle-scene.ts';
import { crm, fill, one, oneOne, rowsOf, text, two, type Filled } from './migrations-scene.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await testEngine();
});
afterAll(() => engine.close());

const shown = ['first', 'last', 'address', 'grade', 'topics', 'size', 'area', 'companyCode'] as const;
const kept = (tenant: TestTenant): Promise<readonly unknown[]> =>
  engine.sql(`select h.version, h.name, h.object, count(v.record_id)::integer as rows from ${tenant.schema}._migration h
    left join ${tenant.schema}._migration_value v on v.migration = h.id group by h.id order by h.id`);

const storedModel = async (tenant: TestTenant): Promise<Model> => modelOf(await storedLayers(engine.cell, tenant.name));
const snapshot = (tenant: TestTenant): Promise<unknown> => rowsOf(engine, tenant.schema);

/** As every tenant has it after version 2.0.0. */
async function expectMigrated(tenant: TestTenant, { ada, bo, cy, gone, north }: Filled): Promise<void> {
  const address = 'High Street, York';
  const read = (id: string): Promise<unknown> => tenant.read('contact', id, ...shown);
  expect(await read(ada)).toEqual({
    ...{ first: 'Ada', last: 'Lovelace', address, grade: 'a', topics: ['new', 'other'], size: 12.5, area: 'north', companyCode: 'C-n1' },
  });
  expect(await read(bo)).toEqual({
    ...{ first: 'Bo', last: null, address, grade: 'b', topics: ['new'], size: 7, area: 'south', companyCode: 'C-n2' },
  });
  expect(await read(cy)).toMatchObject({ first: 'Cy', last: 'Young', grade: null, topics: null, size: null, companyCode: 'zzz' });
  expect(await tenant.read('company', north, 'code', 'region', 'hot')).toEqual({ code: 'C-n1', region: 'north', hot: 1 });
  const [deleted] = await engine.sql(`select first, area, size::text from ${tenant.schema}.contact where id = $1`, [gone]);
  expect(deleted).toEqual({ first: 'Dee', area: 'south', size: null });
  expect(await driftOf(engine.cell, tenant.name, tenant.schema)).toEqual([]);
}

describe('an upgrade over two versions', () => {
  let acme: TestTenant;
  let filled: Filled;
  let before: unknown;

  it('is planned with every migration and its rows, and with findings and refusals as they will be after them', async () => {
    acme = await engine.tenant('acme', [one]);
    filled = await fill(acme);
    before = await snapshot(acme);
    const plan = await acme.run('packs.plan', { files: two.files });
    expect(plan.migrations?.map(({ version, name, object, fields, rows }) => [version, name, object, fields.join(), rows])).toEqual([
      ['1.1.0', 'regions', 'company', 'region', 1],
      ['2.0.0', 'names', 'contact', 'first,last', 4],
      ['2.0.0', 'addresses', 'contact', 'address', 4],
      ['2.0.0', 'grades', 'contact', 'grade,topics', 3],
      ['2.0.0', 'sizes', 'contact', 'size', 1],
      ['2.0.0', 'areas', 'contact', 'area', 4],
      ['2.0.0', 'codes', 'company', 'code', 2],
      ['2.0.0', 'codes', 'contact', 'companyCode', 3],
    ]);
    // "about 7" is no number, no first name is there yet, three grades are no options any more: all of them are mended.
    expect([plan.findings, plan.refused?.map(({ object, rule, count, sample }) => [object, rule, count, sample])]).toEqual([
      [],
      [['contact', 'lastName', 1, [filled.bo]]],
    ]);
    expect((await acme.run('packs.plan', { files: two.files })).hash).toBe(plan.hash);
    expect(await snapshot(acme)).toEqual(before);
  });

  it('breaks off at any of its statements and leaves the tenant and its records as they were', async () => {
    const mark = await fingerprint(engine, acme.name, acme.schema);
    const from = await storedLayers(engine.cell, acme.name);
    const { layers } = withPacks(from, await readPlatform(), [two]);
    let at = 0;
    const breaking = breakingCell(engine.cell, () => at);
    const input = { tenant: acme.name, before: modelOf(from), layers, now: '2026-03-02T00:00:00.000Z', author: null, reason: null };
    for (at = 1; at < 400; at += 1) {
      const failure: unknown = await applyLayers(breaking.cell, input).catch((error: unknown) => error);
      if (!(failure instanceof Error)) break;
      expect([at, failure.message, await fingerprint(engine, acme.name, acme.schema)]).toEqual([
        at,
        'Connection terminated unexpectedly',
        mark,
      ]);
      expect(await snapshot(acme)).toEqual(before);
    }
    expect(at).toBeGreaterThan(40);
    await expectMigrated(acme, filled);
  }, 400_000);
});

describe('a node that is killed right after the commit', () => {
  it('leaves to the next one what makes changed records found again', async () => {
    const tenant = await engine.tenant('killed', [one]);
    const filled = await fill(tenant);
    const from = await storedLayers(engine.cell, tenant.name);
    const samePlace: Json = { name: 'samePlace', object: 'contact', criteria: { place: { fields: { address: { by: 'text' } } } } };
    const withRule = { ...two, files: { ...two.files, 'matchingRules/samePlace.json': samePlace } };
    const { layers } = withPacks(from, await readPlatform(), [withRule]);
    const input = { tenant: tenant.name, before: modelOf(from), layers, now: '2026-03-02T00:00:00.000Z', author: null, reason: null };
    const mute = (name: string) => {
      const database = engine.cell.tenant(name);
      return new Proxy(database, {
        get: (of, property) =>
          property === 'transaction' ? () => Promise.reject(new Error('killed')) : (Reflect.get(of, property, of) as unknown),
      });
    };
    const dying = new Proxy(engine.cell, {
      get: (cell, property) => {
        const value = Reflect.get(cell, property, cell) as unknown;
        return property === 'tenant' ? mute : typeof value === 'function' ? (value.bind(cell) as unknown) : value;
      },
    });
    await expect(applyLayers(dying, input)).rejects.toThrow('killed');
    const lost = `select count(*)::integer as lost from ${tenant.schema}.contact where _search is null or _match is null`;
    const found = async () => (await tenant.run('search', { q: 'York', objects: ['contact'] })).includes(filled.ada);
    expect([await engine.sql(lost), await found()]).toEqual([[{ lost: 4 }], false]);
    await expectMigrated(tenant, filled);
    expect(
      await finishChanges(engine.cell, input.now, (of, error) => {
        throw new Error(of, { cause: error });
      }),
    ).toBe(1);
    expect([await engine.sql(lost), await found()]).toEqual([[{ lost: 0 }], true]);
    expect(await finishChanges(engine.cell, input.now, () => undefined)).toBe(0);
    await expectMigrated(tenant, filled);
  });
});

describe('a copy of a tenant', () => {
  const label = { en: 'X' };
  const person = (version: string, fields: Json, migrations: Json = {}): Layer => {
    const own = { code: text({ personal: 'code' }), born: text({ personal: 'text' }), memo: text(), ...fields };
    return crm(version, { person: { fields: own } }, migrations as Readonly<Record<string, Json>>);
  };
  const first = person('1.0.0', {});
  const second = person(
    '2.0.0',
    { born: { type: 'date', label, personal: 'date' } },
    {
      all: {
        ...{ version: '2.0.0', object: 'person' },
        set: {
          code: { concat: [{ var: 'code' }, '-', { left: [{ var: 'memo' }, 2] }] },
          memo: { concat: [{ var: 'memo' }, '!'] },
          born: { dateAdd: [{ var: 'born' }, 'P1D'] },
        },
      },
    },
  );

  it('undoes them too, of the records that it has, and nothing that was kept tells of whom it hides', async () => {
    const tenant = await engine.tenant('copied', [first]);
    const people = ['WEI-881', 'ZHANG-774', 'OUYANG-335'].map((code) => ({
      code,
      born: '1977-07-17',
      memo: `memo of ${String(code.length)}`,
    }));
    for (const values of people) await tenant.create('person', { name: 'P', ...values });
    await tenant.run('packs.apply', { files: second.files });
    const administration = new Administration({
      cell: engine.cell,
      log: silentLogger,
      secret: 'a secret of these tests, long enough',
      clock: engine.clock,
    });
    const logins = [{ email: 'admin@copied.example', password: `${password}-of-the-copy` }];
    const wayBack = async (options: Pick<NewSandbox, 'name' | 'data' | 'sample' | 'mask'>) => {
      const { tenant: copy } = await administration.sandboxes.create('copied', { ...options, logins });
      const schema = tenantSchema(copy);
      const values = await engine.sql(`select old::text || new::text as text from ${schema}._migration_value`);
      const before = await storedLayers(engine.cell, copy);
      const { layers } = withPacks(before, await readPlatform(), [first]);
      const input = { tenant: copy, before: modelOf(before), layers, now: '2026-03-02T00:00:00.000Z', author: null, reason: null };
      const { migrations } = (await applyLayers(engine.cell, input)).plan;
      const counts = migrations.map(({ rows, others }) => [rows, others]);
      return { counts, values, rows: await engine.sql(`select code, born, memo from ${schema}.person order by id`) };
    };
    // A change of the origin's metadata is waited for, with the copy's tables as they are.
    const key = [tenantLockKey(tenant.schema)];
    await engine.sql('select pg_advisory_lock($1::bigint)', key);
    const copying = wayBack({ name: 'all', data: 'all' });
    const table = async (): Promise<unknown> => (await engine.sql(`select to_regclass('t_copied__all.person')::oid as oid`))[0]?.['oid'];
    while ((await table()) === null) await sleep(20);
    const made = await table();
    await sleep(700);
    await engine.sql('select pg_advisory_unlock($1::bigint)', key);
    const whole = await copying;
    expect([whole.counts, whole.rows, await table()]).toEqual([[[3, 0]], people, made]);
    const part = await wayBack({ name: 'some', data: 'sample', sample: 2, mask: true });
    expect([part.counts, part.values.length]).toEqual([[[2, 0]], 2]);
    expect(JSON.stringify(part)).not.toMatch(/WEI|ZHANG|OUYANG/);
    expect(JSON.stringify(part.values)).not.toMatch(/born|1977/);
    // What it was before is another of the same form.
    const forms = part.rows.map(({ code, memo }) => [String(code).replaceAll(/[A-Z]/g, 'X').replaceAll(/\d/g, '0'), memo]);
    expect(forms).toEqual([
      ['XXXXX-000', 'memo of 9'],
      ['XXXXXX-000', 'memo of 10'],
    ]);
  });
});

describe('the way back', () => {
  it('gives the same Model and the same records, to the last value, and the way there again the same as before', async () => {
    const tenant = await engine.tenant('thereandback', [one]);
    const filled = await fill(tenant);
    const [before, model] = [await snapshot(tenant), (await storedModel(tenant)).hash];
    await tenant.run('packs.apply', { files: oneOne.files });
    await tenant.run('packs.apply', { files: two.files });
    await expectMigrated(tenant, filled);
    const after = await snapshot(tenant);
    const plan = await tenant.run('metadata.planRollback', { version: 1 });
    expect([plan.findings, plan.migrations?.map(({ name, object, change, rows, others }) => [name, object, change, rows, others])]).toEqual(
      [
        [],
        [
          ['codes', 'contact', 'undone', 3, 0],
          ['codes', 'company', 'undone', 2, 0],
          ['areas', 'contact', 'undone', 4, 0],
          ['sizes', 'contact', 'undone', 1, 0],
          ['grades', 'contact', 'undone', 3, 0],
          ['addresses', 'contact', 'undone', 4, 0],
          ['names', 'contact', 'undone', 4, 0],
          ['regions', 'company', 'undone', 1, 0],
        ],
      ],
    );
    await tenant.run('metadata.rollback', { version: 1, planHash: plan.hash });
    expect([await snapshot(tenant), (await storedModel(tenant)).hash, await kept(tenant)]).toEqual([before, model, []]);
    expect(await driftOf(engine.cell, tenant.name, tenant.schema)).toEqual([]);
    await tenant.run('packs.apply', { files: two.files });
    await expectMigrated(tenant, filled);
    expect(await snapshot(tenant)).toEqual(after);
    // Halfway back undoes what belongs to the later version alone.
    await tenant.run('metadata.rollback', { version: 2 });
    expect(await kept(tenant)).toEqual([{ version: '1.1.0', name: 'regions', object: 'company', rows: 1 }]);
  }, 400_000);

  it('leaves records that were changed since as they are, field by field, and counts them', async () => {
    const tenant = await engine.tenant('changed', [one]);
    const { ada, bo, north } = await fill(tenant);
    await tenant.run('packs.apply', { files: two.files });
    await tenant.update('contact', ada, { grade: 'b' });
    await tenant.update('company', north, { code: 'mine' });
    const plan = await tenant.run('metadata.planRollback', { version: 1 });
    const undone = Object.fromEntries(
      (plan.migrations ?? []).map(({ name, object, rows, others }) => [`${name} ${object}`, [rows, others]]),
    );
    // Of the two fields that were migrated together the other one goes back.
    expect([undone['grades contact'], undone['codes company']]).toEqual([
      [3, 0],
      [1, 1],
    ]);
    expect(plan.refused?.map(({ object, field, sample }) => [object, field, sample])).toEqual([['contact', 'grade', [ada]]]);
    await tenant.run('metadata.rollback', { version: 1 });
    expect([await tenant.read('contact', ada, 'grade', 'topics'), await tenant.read('contact', bo, 'grade')]).toEqual([
      { grade: 'b', topics: ['new', 'old', 'older'] },
      { grade: 'warm' },
    ]);
    expect(await tenant.read('company', north, 'code')).toEqual({ code: 'mine' });
  }, 400_000);
});
