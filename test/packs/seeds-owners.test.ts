// Packs' data by their owners: what an upgrade does to them, beside what the tenant has done; over HTTP's own road, without any folder.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Layer } from '@tessera/metadata';
import { seedCalled } from '@tessera/packs';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';
import { severing } from './seeds-severing.ts';

const text: Json = { type: 'text' };
const objects: Readonly<Record<string, Json>> = {
  country: { fields: { name: { ...text, required: true }, code: { ...text, unique: true }, prefix: text, currency: text } },
  office: { fields: { name: { ...text, required: true }, country: { type: 'lookup', to: 'country', inverse: 'offices' } } },
};

type Rows = Readonly<Record<string, Json>>;
const countries: Rows = {
  cn: { name: 'China', code: 'CN', prefix: '86' },
  de: { name: 'Germany', code: 'DE', prefix: '49' },
  fr: { name: 'France', code: 'FR', prefix: '33' },
  gb: { name: 'Britain', code: 'GB', prefix: '44' },
  yu: { name: 'Yugoslavia', code: 'YU' },
  su: { name: 'Soviet Union', code: 'SU' },
  dd: { name: 'East Germany', code: 'DD' },
  at: { name: 'Austria', code: 'AT', prefix: '43' },
};

const geo = (version: string, rows: Rows, more: Json = {}): Layer => {
  const made = pack('geo', objects, {
    'data/countries.json': { name: 'countries', object: 'country', owner: 'pack', order: 10, by: 'code', records: rows },
    'data/offices.json': {
      name: 'offices',
      object: 'office',
      owner: 'once',
      order: 20,
      records: { main: { name: 'Main', country: { ref: 'cn' } }, ...more },
    },
  });
  const manifest = { ...(made.files['pack.json'] as Json), version };
  return { ...made, version, files: { ...made.files, 'pack.json': manifest } };
};

const one = geo('1.0.0', countries);
const { cn, de, fr, gb } = countries;
const two = geo(
  '2.0.0',
  {
    cn: { ...cn, currency: 'CNY' },
    de: { ...de, prefix: '049' },
    fr: { ...fr, prefix: '033', currency: 'EUR' },
    gb: { ...gb, name: 'United Kingdom' },
    us: { name: 'United States', code: 'US', prefix: '1' },
    at: { name: 'Österreich', code: 'AT', prefix: '43' },
  },
  { second: { name: 'Second', country: { ref: 'us' } } },
);

describe('names of data', () => {
  const at = (pack: string, id: string): Json & { pack: string; key: string; object: string; id: string } => ({
    pack,
    key: 'a',
    object: 'x',
    id,
  });

  it('mean the pack’s own record first, then the only one of another pack, or the one of the pack that is said', () => {
    const known = [at('low', '1'), at('mid', '2'), at('own', '3'), at('own', '4')];
    const meant = (pack: string, ref: string): string | undefined => seedCalled(known, pack, ref)?.id;
    expect([meant('own', 'a'), meant('own', 'low/a'), meant('own', 'top/a'), meant('own', 'b')]).toEqual(['4', '1', undefined, undefined]);
    expect(seedCalled(known.slice(0, 1), 'own', 'a')?.id).toBe('1');
    expect(() => seedCalled(known.slice(0, 2), 'own', 'a')).toThrow(expect.objectContaining({ code: 'SEED_REFERENCE_AMBIGUOUS' }));
  });
});

describe('data of packs by their owners', () => {
  let engine: TestEngine;
  let acme: TestTenant;
  const way = severing();
  beforeAll(async () => {
    engine = await testEngine({ by: (url) => way.by(url) });
    acme = await engine.tenant('acme', [one]);
  });
  afterAll(async () => {
    await engine.close();
    await way.close();
  });

  const rows = async (): Promise<Readonly<Record<string, string>>> => {
    const found = await engine.sql(
      `select code, concat_ws(' ', name, coalesce(prefix, '-'), coalesce(currency, '-')) as row
       from ${acme.schema}.country where deleted_at is null order by code`,
    );
    return Object.fromEntries(found.map(({ code, row }) => [String(code), String(row)]));
  };
  const offices = async (): Promise<readonly string[]> =>
    (await engine.sql(`select name from ${acme.schema}.office where deleted_at is null order by name`)).map(({ name }) => String(name));
  const idOf = async (code: string): Promise<string> =>
    String((await engine.sql(`select id::text from ${acme.schema}.country where code = $1`, [code]))[0]?.['id']);
  const id = 'geo/data/countries#/records/fr/prefix';
  const versionNow = async (): Promise<number> => (await acme.run('metadata.versions', {}))[0]?.number ?? 0;
  let first = 0;

  it('are there with the pack, without any folder, and refer to each other', async () => {
    first = await versionNow();
    expect(await rows()).toMatchObject({ CN: 'China 86 -', FR: 'France 33 -', SU: 'Soviet Union - -' });
    expect(await offices()).toEqual(['Main']);
  });

  it('are planned against what the tenant has done: counted, and in conflict where both have changed a value', async () => {
    const change = async (code: string, values: Json): Promise<void> => {
      await acme.run('records.update', { object: 'country', records: [{ id: await idOf(code), values }] });
    };
    await change('DE', { currency: 'EUR' });
    await change('FR', { prefix: '0033' });
    await change('GB', { name: 'United Kingdom' });
    await change('SU', { prefix: '7' });
    await acme.create('office', { name: 'Berlin', country: await idOf('DD') });
    await acme.remove('country', await idOf('AT'));
    const planned = await acme.run('packs.plan', { files: two.files });
    expect(planned.seeds).toEqual([
      {
        pack: 'geo',
        set: 'countries',
        object: 'country',
        added: 1,
        changed: 3,
        removed: 1,
        kept: [
          { key: 'dd', reason: 'used' },
          { key: 'su', reason: 'changed' },
        ],
      },
    ]);
    expect(planned.conflicts).toEqual([
      {
        id,
        reason: 'changed',
        file: 'geo/data/countries.json',
        pointer: '/records/fr/prefix',
        before: '33',
        pack: '033',
        tenant: '0033',
      },
    ]);
    expect(await failureOf(acme.run('packs.apply', { files: two.files, planHash: planned.hash }))).toMatchObject({
      code: 'PLAN_CONFLICTS',
    });
    const stray = acme.run('packs.plan', { files: two.files, choices: { [id.replace('/fr/', '/de/')]: 'pack' } });
    expect(await failureOf(stray)).toMatchObject({ problems: [{ code: 'PLAN_CHOICE_UNKNOWN' }] });
  });

  it('follow the pack where the tenant has left them alone, and stay the tenant’s where it has not', async () => {
    const choices = { [id]: 'tenant' } as const;
    const { hash } = await acme.run('packs.plan', { files: two.files, choices });
    await acme.run('records.update', { object: 'country', records: [{ id: await idOf('YU'), values: { prefix: '38' } }] });
    const late = acme.run('packs.apply', { files: two.files, choices, planHash: hash });
    expect(await failureOf(late)).toMatchObject({ code: 'PLAN_OUTDATED' });
    await acme.run('records.update', { object: 'country', records: [{ id: await idOf('YU'), values: { prefix: null } }] });
    await acme.run('packs.apply', { files: two.files, choices });
    expect(await rows()).toEqual({
      CN: 'China 86 CNY',
      DD: 'East Germany - -',
      DE: 'Germany 049 EUR',
      FR: 'France 0033 EUR',
      GB: 'United Kingdom 44 -',
      SU: 'Soviet Union 7 -',
      US: 'United States 1 -',
    });
    // What comes once came with the pack.
    expect(await offices()).toEqual(['Berlin', 'Main']);
  });

  it('keep a decision until the pack changes the value again, and take over what is there by its key', async () => {
    await acme.create('country', { name: 'Italia', code: 'IT' });
    const again = geo('2.1.0', {
      ...(two.files['data/countries.json'] as { records: Rows }).records,
      it: { name: 'Italy', code: 'IT', prefix: '39' },
    });
    const planned = await acme.run('packs.plan', { files: again.files });
    expect(planned.conflicts).toBeUndefined();
    await acme.run('packs.apply', { files: again.files });
    expect(await rows()).toMatchObject({ FR: 'France 0033 EUR', IT: 'Italia 39 -' });
  });

  it('go back with the version where nobody has touched them since', async () => {
    await acme.run('records.update', { object: 'country', records: [{ id: await idOf('CN'), values: { currency: 'RMB' } }] });
    await acme.run('metadata.rollback', { version: first });
    expect(await rows()).toMatchObject({ CN: 'China 86 RMB', DE: 'Germany 49 EUR', YU: 'Yugoslavia - -', IT: 'Italia 39 -' });
    expect(Object.keys(await rows())).not.toContain('US');
  });

  it('are all or nothing with the metadata: a record that is refused refuses the upgrade', async () => {
    const before = await rows();
    const bad = geo('3.0.0', { ...countries, xx: { name: 'Nowhere', code: 'FR', prefix: { ref: 'nothing' } } });
    expect(await failureOf(acme.run('packs.apply', { files: bad.files, prefer: 'tenant' }))).toMatchObject({
      code: 'SEED_REFERENCE_MISSING',
    });
    const unfit = geo('3.0.0', { ...countries, xx: { name: { concat: [{ var: 'nothing' }] }, code: 'XX' } });
    const told = { code: 'SEED_RULE_INVALID', params: { set: 'countries' } };
    expect(await failureOf(acme.run('packs.apply', { files: unfit.files, prefer: 'tenant' }))).toMatchObject(told);
    expect(await rows()).toEqual(before);
    expect((await acme.run('packs.list', {}))[0]).toMatchObject({ version: '1.0.0' });
  });

  it('are all or nothing with the metadata, wherever the upgrade breaks off', async () => {
    const upgrade = (tenant: TestTenant): Promise<unknown> => tenant.run('packs.apply', { files: two.files });
    /** What a tenant has, ids aside. */
    const state = async ({ schema, name }: TestTenant): Promise<string> => {
      const found = await engine.sql(
        `select (select json_agg(concat_ws(' ', code, name, prefix, currency, version, deleted_at is null) order by code) from ${schema}.country c) as countries,
                (select json_agg(name order by name) from ${schema}.office) as offices,
                (select json_agg(concat_ws(' ', key, set_name, source, record_id is null) order by set_name, key) from ${schema}._seed) as seeds,
                (select count(*)::int from ${schema}._history) as history,
                (select model from ${schema}._state) as model,
                (select count(*)::int from tessera.version where tenant = '${name}') as versions`,
      );
      return JSON.stringify(found[0]);
    };
    const [whole, torn] = [await engine.tenant('whole', [one]), await engine.tenant('torn', [one])];
    const before = await state(torn);
    const questions = await way.asked(() => upgrade(whole));
    const after = await state(whole);
    const tried = new Set<string>();
    // Each question would take long; those of a step of this size are of every kind.
    for (let at = 1; at <= questions && !tried.has(after); at += 8) {
      way.breakAt(at);
      const told = await failureOf(upgrade(torn));
      way.breakAt(undefined);
      expect(told).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      tried.add(await state(torn));
    }
    // Until the commit, all of it is as before; and what fails later is put in force.
    expect([...tried]).toEqual([before, after]);
  }, 400_000);

  it('leave out what a tenant has taken away, and nothing that was never there', async () => {
    const beta = await engine.tenant('beta', [one]);
    const gone = { 'extensions/country.json': { extends: 'country', fields: { prefix: null } } };
    await beta.run('metadata.apply', { files: { ...gone, 'extensions/office.json': { extends: 'office', active: false } } });
    const { seeds } = await beta.run('packs.plan', { files: two.files });
    expect(seeds).toEqual([expect.objectContaining({ set: 'countries', added: 1, changed: 4, removed: 3 })]);
    await beta.run('packs.apply', { files: two.files });
    const found = await engine.sql(`select code, name, currency from ${beta.schema}.country where deleted_at is null order by code`);
    expect(found).toContainEqual({ code: 'US', name: 'United States', currency: null });
    expect(found).toContainEqual({ code: 'FR', name: 'France', currency: 'EUR' });
    const odd = geo('3.0.0', { ...countries, xx: { name: 'Nowhere', code: 'XX', nothing: 'x' } });
    expect(await failureOf(beta.run('packs.apply', { files: odd.files, prefer: 'tenant' }))).toMatchObject({ code: 'FIELD_UNKNOWN' });
  });
});
