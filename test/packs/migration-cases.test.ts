// Migrations one by one: what they stumble over is found before, what they swap meets nowhere, what is renamed later is found again.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Layer } from '@tessera/metadata';
import { checkMigrations } from '@tessera/packs';
import { testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';
import { company, crm, fill, ofCompany, one, picklist, rowsOf, several, small, smallWith, text, two } from './migrations-scene.ts';

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

async function findingsOf(at: TestTenant, to: Layer): Promise<unknown> {
  const { findings } = await at.run('packs.plan', { files: to.files });
  return findings.map(({ kind, field, count }) => [kind, field, count]);
}

describe('findings', () => {
  it('tell what no migration mends, and nothing is applied (PLAN_BLOCKED)', async () => {
    const acme = await tenant(one);
    const { cy } = await fill(acme);
    await acme.update('contact', cy, { company: null, size: 'huge', fullName: null });
    const { findings } = await acme.run('packs.plan', { files: two.files });
    expect(findings.map(({ kind, field, count, sample, query }) => [kind, field, count, sample, query])).toEqual([
      ['changeType', 'size', 1, [cy], { object: 'contact', filter: { in: [{ var: 'id' }, [cy]] } }],
      ['setRequired', 'first', 1, [cy], { object: 'contact', filter: { in: [{ var: 'id' }, [cy]] } }],
      ['setRequired', 'area', 1, [cy], { object: 'contact', filter: { in: [{ var: 'id' }, [cy]] } }],
    ]);
    const before = await rowsOf(engine, acme.schema);
    expect((await failureOf(acme.run('packs.apply', { files: two.files }))).code).toBe('PLAN_BLOCKED');
    expect(await rowsOf(engine, acme.schema)).toEqual(before);
  });

  it('tell keys that meet, and values that a field does not take', async () => {
    const acme = await tenant(small);
    for (const code of ['x1', 'x2']) await acme.create('company', { name: code, code, region: 'a very long region' });
    const sameKeys = smallWith('2.0.0', { same: ofCompany({ reKey: { code: { value: { left: [{ var: 'code' }, 1] } } } }) });
    expect(await findingsOf(acme, sameKeys)).toEqual([['addUnique', 'code', 2]]);
    const unfit = { region: { concat: ['x', { var: 'code' }] }, rank: { var: 'region' } };
    expect(await findingsOf(acme, smallWith('2.0.0', { unfit: ofCompany({ set: unfit }) }))).toEqual([['checkMigrated', 'rank', 2]]);
    const short = smallWith('2.0.0', { short: ofCompany({ set: { tag: { var: 'region' } } }) }, { tag: text({ maxLength: 5 }) });
    expect(await findingsOf(acme, short)).toEqual([['checkMigrated', 'tag', 2]]);
  });
});

describe('keys', () => {
  it('may be exchanged: records that follow by them follow', async () => {
    const acme = await tenant(small);
    const ids = await Promise.all(
      ['k1', 'k2'].map((code) => acme.create('company', { name: `Firm of ${code.toUpperCase().slice(0, 1)}`, code })),
    );
    await acme.create('contact', { name: 'Follower', note: 'k1' });
    const other = { if: [{ '==': [{ var: 'code' }, 'k1'] }, 'k2', 'k1'] };
    const swap = smallWith('2.0.0', { swap: ofCompany({ reKey: { code: { value: other, follow: { contact: ['note'] } } } }) });
    await acme.run('packs.apply', { files: swap.files });
    expect(await Promise.all(ids.map((id) => acme.read('company', id, 'code')))).toEqual([{ code: 'k2' }, { code: 'k1' }]);
    expect(await engine.sql(`select note from ${acme.schema}.contact`)).toEqual([{ note: 'k2' }]);
    // The index is there again, and search finds by the new values alone.
    expect((await failureOf(acme.create('company', { name: 'third', code: 'k2' }))).problems.map(({ code }) => code)).toEqual([
      'RECORD_NOT_UNIQUE',
    ]);
    const found = await acme.run('search', { q: 'k1', objects: ['company'] });
    expect(ids.map((id) => found.includes(id))).toEqual([false, true]);
    // Both objects have a part of it, and exchange their names.
    const swapped = crm('3.0.0', {
      contact: { ...company({ region: text(), rank: picklist('a', 'b', 'c') }), renamedFrom: ['company'] },
      company: {
        renamedFrom: ['contact'],
        fields: {
          company: { type: 'lookup', to: 'contact', inverse: 'contacts', label: { en: 'Company' } },
          note: text(),
          parent: { type: 'lookup', to: 'company', inverse: 'children', label: { en: 'Parent' } },
        },
      },
    });
    await acme.run('packs.apply', { files: swapped.files });
    const undone = await acme.run('metadata.planRollback', { version: 1 });
    expect(undone.migrations?.map(({ object, fields, rows, others }) => [object, fields, rows, others])).toEqual([
      ['contact', ['note'], 1, 0],
      ['company', ['code'], 2, 0],
    ]);
    await acme.run('metadata.rollback', { version: 1 });
    expect(await Promise.all(ids.map((id) => acme.read('company', id, 'code')))).toEqual([{ code: 'k1' }, { code: 'k2' }]);
  });
});

describe('a migration', () => {
  it('runs once, and never on a fresh install', async () => {
    const to = smallWith('2.0.0', { mark: ofCompany({ set: { region: { concat: [{ var: 'region' }, '!'] } } }) });
    const [acme, fresh] = [await tenant(small), await tenant(to)];
    for (const at of [acme, fresh]) await at.create('company', { name: 'One', code: 'c', region: 'r' });
    await acme.run('packs.apply', { files: to.files });
    const next = smallWith('2.1.0', { mark: ofCompany({ set: { region: { concat: [{ var: 'region' }, '!'] } } }) }, { more: text() });
    for (const at of [acme, fresh]) {
      const plan = await at.run('packs.plan', { files: next.files });
      expect(plan.migrations).toBeUndefined();
      await at.run('packs.apply', { files: next.files });
    }
    const regions = [acme, fresh].map(async ({ schema }) => (await engine.sql(`select region from ${schema}.company`))[0]?.['region']);
    expect(await Promise.all(regions)).toEqual(['r!', 'r']);
    // Of the same name, but of another version: it is another.
    const again = smallWith('2.2.0', { mark: { version: '2.2.0', object: 'company', set: { region: 'again' } } }, { more: text() });
    await acme.run('packs.apply', { files: again.files });
    expect(await engine.sql(`select region from ${acme.schema}.company`)).toEqual([{ region: 'again' }]);
    await acme.run('metadata.rollback', { version: 1 });
    expect(await engine.sql(`select region from ${acme.schema}.company`)).toEqual([{ region: 'r' }]);
  });

  it('leaves out fields and options that the tenant has taken away', async () => {
    const json = { extra: { type: 'json', label: { en: 'Extra' } } };
    const acme = await tenant(smallWith('1.0.0', {}, json));
    await acme.apply({ 'extensions/company.json': { extends: 'company', fields: { region: null, rank: { options: { b: null } } } } });
    const id = await acme.create('company', { name: 'One', code: 'c', rank: 'a' });
    const set = { region: 'x', extra: { literal: { known: true } } };
    const to = smallWith('2.0.0', { both: ofCompany({ set, options: { rank: { a: 'b', c: 'a' } } }) }, json);
    const { migrations } = await acme.run('packs.plan', { files: to.files });
    expect(migrations?.map(({ fields, rows }) => [fields, rows])).toEqual([[['extra', 'rank'], 1]]);
    await acme.run('packs.apply', { files: to.files });
    expect(await acme.read('company', id, 'rank', 'extra')).toEqual({ rank: 'a', extra: { known: true } });
  });

  it('reads other records as those before it leave them, and fills former fields for those after it', async () => {
    const acme = await tenant(small);
    const top = await acme.create('contact', { name: 'Top', note: 'top' });
    const child = await acme.create('contact', { name: 'Child', note: 'child', parent: top });
    const ofContact = (order: number, more: Json): Json => ({
      version: '2.0.0',
      order,
      object: 'contact',
      former: { path: { type: 'text' } },
      ...more,
    });
    const to = smallWith('2.0.0', {
      upper: ofContact(10, { set: { note: { upper: { var: 'note' } } } }),
      path: ofContact(20, { set: { path: { concat: [{ var: 'parent.note' }, '/', { var: 'note' }] } } }),
      all: ofContact(30, {
        where: { '!': [{ isBlank: { var: 'parent' } }] },
        set: { note: { concat: [{ var: 'path' }, '#', { text: { aggregate: { of: 'parent.children', function: 'count' } } }] } },
      }),
    });
    await acme.run('packs.apply', { files: to.files });
    expect([await acme.read('contact', top, 'note'), await acme.read('contact', child, 'note')]).toEqual([
      { note: 'TOP' },
      { note: 'TOP/CHILD#1' },
    ]);
  });

  it('maps options of changes that wait for an approval too', async () => {
    const ranks = { ...several('a', 'b', 'c'), label: { en: 'Ranks' } };
    const asked = (layer: Layer): Layer => ({
      ...layer,
      files: {
        ...layer.files,
        'roles/boss.json': { name: 'boss', label: { en: 'Boss' } },
        'approvalProcesses/ranks.json': {
          ...{ name: 'ranks', object: 'company', label: { en: 'Ranks' }, on: ['update'] },
          steps: { boss: { type: 'approval', approvers: { boss: { role: 'boss' } } } },
        },
      },
    });
    const acme = await tenant(asked(smallWith('1.0.0', {}, { ranks })));
    await acme.create('user', { name: 'Boss', email: 'boss@acme.example', roles: ['boss'] });
    const id = await acme.create('company', { name: 'One', code: 'c', rank: 'c', ranks: ['c'] });
    await acme.update('company', id, { rank: 'a', ranks: ['a', 'b', 'c'] });
    const options = { rank: { a: 'b' }, ranks: { a: 'c', b: null } };
    await acme.run('packs.apply', { files: asked(smallWith('2.0.0', { map: ofCompany({ options }) }, { ranks })).files });
    expect(await engine.sql(`select held from ${acme.schema}._approval`)).toEqual([
      {
        held: {
          input: { rank: 'b', ranks: ['c'] },
          changes: { rank: { old: 'c', new: 'b' }, ranks: { old: ['c'], new: ['c'] } },
        },
      },
    ]);
  });

  it('moves the times that hang on what it changes', async () => {
    const remind: Json = {
      ...{ name: 'remind', object: 'company', label: { en: 'Remind' }, runAs: 'system', trigger: { type: 'atTime', of: 'due' } },
      steps: { mark: { type: 'update', order: 10, record: { var: '$record' }, values: { region: 'due' } } },
    };
    const withTimes = (layer: Layer): Layer => ({ ...layer, files: { ...layer.files, 'automations/remind.json': remind } });
    const due = { due: { type: 'date', label: { en: 'Due' } } };
    const acme = await tenant(withTimes(smallWith('1.0.0', {}, due)));
    await acme.create('company', { name: 'One', code: 'c', due: '2040-01-01' });
    const to = withTimes(smallWith('2.0.0', { later: ofCompany({ set: { due: { dateAdd: [{ var: 'due' }, 'P1Y'] } } }) }, due));
    await acme.run('packs.apply', { files: to.files });
    const timers = await engine.sql(`select key from ${acme.schema}._timer where key like 'retime%'`);
    expect([await acme.run('metadata.versions', {}).then((all) => all.length), timers]).toEqual([2, [{ key: 'retime/remind' }]]);
  });

  it('is for a version that its pack has come to (MIGRATION_TOO_EARLY)', () => {
    const early = smallWith('2.0.0', {
      now: ofCompany({ set: { region: 'x' } }),
      later: { version: '2.0.1', object: 'company', set: { region: 'y' } },
    });
    expect(checkMigrations(early).map(({ code, file, pointer }) => [code, file, pointer])).toEqual([
      ['MIGRATION_TOO_EARLY', 'crm/migrations/later.json', '/version'],
    ]);
  });

  it('refuses a former field that is of another kind in this tenant (MIGRATION_FIELD_UNFIT)', async () => {
    const acme = await tenant(smallWith('1.0.0', {}, { spot: { type: 'location', label: { en: 'Spot' } } }));
    const to = smallWith('2.0.0', {
      spot: ofCompany({ former: { place: { type: 'number', names: ['spot'] } }, set: { region: { text: { var: 'place' } } } }),
    });
    expect((await failureOf(acme.run('packs.plan', { files: to.files }))).code).toBe('MIGRATION_FIELD_UNFIT');
  });
});
