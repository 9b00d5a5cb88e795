// A pack's life in a tenant: installed, upgraded over the tenant's own changes, gone back, taken away, made into another.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PackChange } from '@tessera/engine';
import type { Layer } from '@tessera/metadata';
import { applyLayers, modelOf, readPlatform, withPacks } from '@tessera/packs';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';
import { breakingCell, driftOf, fingerprint, listed, storedLayers } from './life-cycle-scene.ts';

const text = (more: Json = {}): Json => ({ type: 'text', label: { en: 'Text' }, ...more });
const stage = (...options: readonly string[]): Json => ({
  type: 'picklist',
  label: { en: 'Stage' },
  options: Object.fromEntries(options.map((option) => [option, { label: { en: option } }])),
});

const base = pack('base', { anchor: { fields: { note: text() } } });

/** The pack `crm` in a version. */
const crm = (version: string, fields: Json, more: Json = {}): Layer => {
  const made = pack('crm', { account: { fields, ...more }, visit: { fields: { place: text() } } });
  const manifest = { ...(made.files['pack.json'] as Json), version, dependencies: { base: '^1.0.0' } };
  return { ...made, version, files: { ...made.files, 'pack.json': manifest } };
};

const one = crm('1.0.0', { phone: text({ maxLength: 20 }), fax: text(), stage: stage('open', 'won', 'lost') });
const two = crm(
  '2.0.0',
  {
    phone: text({ maxLength: 40 }),
    stage: stage('open', 'won', 'lost'),
    rating: { type: 'number', precision: 3, scale: 0, label: { en: 'Rating' } },
  },
  { validationRules: { longPhone: { refuseWhen: { '>': [{ length: [{ var: 'phone' }] }, 3] }, message: { en: 'Long!' } } } },
);

let engine: TestEngine;
let acme: TestTenant;
beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [base, one]);
});
afterAll(() => engine.close());

const drifted = (tenant: TestTenant): Promise<readonly unknown[]> => driftOf(engine.cell, tenant.name, tenant.schema);
const plan = (change: PackChange): Promise<unknown> => acme.run('packs.plan', change);
const versionNow = async (tenant: TestTenant): Promise<number> => (await tenant.run('metadata.versions', {}))[0]?.number ?? 0;

describe('an upgrade', () => {
  let account: string;
  const id = 'objects/account#/fields/phone/maxLength';

  it('is planned with what it does to packs, to the tenant’s changes, to records and their rules', async () => {
    account = await acme.create('account', { name: 'Acme', phone: '12345', fax: '77', stage: 'lost' });
    await acme.apply({
      'extensions/account.json': {
        extends: 'account',
        fields: { phone: { maxLength: 30 }, fax: { label: { en: 'Telefax' } }, tier__c: text() },
      },
    });
    const planned = await acme.run('packs.plan', { files: two.files });
    expect(planned.packs).toMatchObject([{ name: 'crm', change: 'upgraded', before: { version: '1.0.0' }, after: { version: '2.0.0' } }]);
    expect(planned.conflicts).toMatchObject([{ id, before: 20, pack: 40, tenant: 30 }]);
    expect(planned.kept).toMatchObject([
      { pack: 'crm', name: 'account', pointer: '/fields/fax', users: ['extensions/account.json#/fields/fax'] },
    ]);
    const query = { object: 'account', filter: { '>': [{ length: [{ var: 'phone' }] }, 3] } };
    expect(planned.refused).toEqual([{ object: 'account', rule: 'longPhone', count: 1, sample: [account], query }]);
  });

  it('is refused while a conflict is undecided (PLAN_CONFLICTS, PLAN_CONFLICT), and nothing has changed', async () => {
    const before = await fingerprint(engine, acme.name, acme.schema);
    const failure = await failureOf(acme.run('packs.apply', { files: two.files }));
    expect([failure.code, failure.problems.map(({ code, file, pointer }) => [code, file, pointer])]).toEqual([
      'PLAN_CONFLICTS',
      [['PLAN_CONFLICT', 'extensions/account.json', '/fields/phone/maxLength']],
    ]);
    expect(failure.problems[0]?.message).toContain('20 has become 40 in the pack and 30 in the tenant');
    expect(
      await failureOf(acme.run('packs.apply', { files: two.files, prefer: 'pack', choices: { 'objects/account#/plural': 'pack' } })),
    ).toMatchObject({
      code: 'PLAN_CHOICE_UNKNOWN',
    });
    expect(await fingerprint(engine, acme.name, acme.schema)).toBe(before);
  });

  it('takes only the plan that was looked at, and only while the tenant is where it was', async () => {
    const change = { files: two.files, choices: { [id]: { value: 35 } } };
    const planned = await acme.run('packs.plan', change);
    await acme.apply({ 'parameters/moved__c.json': { name: 'moved__c', label: { en: 'Moved' }, type: 'number', value: 1 } });
    expect(await failureOf(acme.run('packs.apply', { ...change, planHash: planned.hash }))).toMatchObject({ code: 'PLAN_OUTDATED' });
    const { hash } = await acme.run('packs.plan', change);
    // The same Model by another decision would be another plan.
    expect(await failureOf(acme.run('packs.apply', { files: two.files, prefer: 'tenant', planHash: hash }))).toMatchObject({
      code: 'PLAN_OUTDATED',
    });
    const done = await acme.run('packs.apply', { ...change, planHash: hash });
    expect(done.version).toBe(await versionNow(acme));
    expect(await drifted(acme)).toEqual([]);
    expect(await acme.run('packs.list', {})).toMatchObject([
      { name: 'base', version: '1.0.0' },
      { name: 'crm', version: '2.0.0', integrity: expect.stringMatching(/^sha256-/) as unknown, kept: [{ pointer: '/fields/fax' }] },
    ]);
    expect(await acme.read('account', account, 'fax', 'phone')).toEqual({ fax: '77', phone: '12345' });
    const [stored] = await engine.sql('select plan from tessera.version where tenant = $1 order by number desc limit 1', ['acme']);
    expect(stored?.['plan']).toMatchObject({
      hash,
      conflicts: [{ id, choice: { value: 35 } }],
      inverse: { changes: expect.any(Array) as unknown },
    });
  });

  it('is a version to go back from and forward to, by a plan, and no record loses anything', async () => {
    const upgraded = await versionNow(acme);
    await acme.run('records.update', { object: 'account', records: [{ id: account, values: { rating: 7, phone: '123' } }] });
    const modelOf = async (): Promise<unknown> => (await engine.sql(`select model from ${acme.schema}._state`))[0]?.['model'];
    const there = await modelOf();
    const planned = await acme.run('metadata.planRollback', { version: 1 });
    expect(planned.packs).toMatchObject([{ name: 'crm', change: 'downgraded' }]);
    expect(planned.steps.filter(({ risk }) => risk === 'losesData').map(({ field }) => field)).toContain('rating');
    expect(await failureOf(acme.run('metadata.rollback', { version: 1, planHash: 'another' }))).toMatchObject({ code: 'PLAN_OUTDATED' });
    await acme.run('metadata.rollback', { version: 1, planHash: planned.hash });
    expect(await acme.read('account', account, 'phone', 'fax')).toEqual({ phone: '123', fax: '77' });
    expect(await drifted(acme)).toEqual([]);
    await acme.run('metadata.rollback', { version: upgraded });
    expect(await modelOf()).toBe(there);
    expect(await acme.read('account', account, 'rating', 'phone', 'fax')).toEqual({ rating: 7, phone: '123', fax: '77' });
    expect(await drifted(acme)).toEqual([]);
  });

  it('that records stand against is stopped, with a query that lists them (PLAN_BLOCKED)', async () => {
    const rating = { type: 'number', precision: 3, scale: 0, required: true, label: { en: 'Rating' } };
    const narrower = crm('3.0.0', { phone: text({ maxLength: 40 }), stage: stage('open', 'won'), rating });
    const second = await acme.create('account', { name: 'Unrated' });
    const { findings, refused } = await acme.run('packs.plan', { files: narrower.files, prefer: 'tenant' });
    expect(findings).toMatchObject([{ object: 'account', field: 'rating', kind: 'setRequired', count: 1, sample: [second] }]);
    const gone = { object: 'account', filter: { in: [{ var: 'stage' }, ['lost']] } };
    expect(refused).toEqual([{ object: 'account', field: 'stage', count: 1, sample: [account], query: gone }]);
    expect(await listed(acme, findings[0]?.query)).toEqual({ found: { nodes: [{ id: second }] } });
    expect(await failureOf(acme.run('packs.apply', { files: narrower.files, prefer: 'tenant' }))).toMatchObject({
      problems: [{ code: 'PLAN_CHECK' }],
    });
  });
});

describe('packs of which each needs the other’s new version', () => {
  const newer = ({ files }: Layer, more: Json = {}): Json => ({
    ...files,
    'pack.json': { ...(files['pack.json'] as Json), version: '2.0.0', ...more },
  });
  const low = newer(base);

  it('come in one step, and neither alone (PACK_DEPENDENCY)', async () => {
    const high = newer(crm('2.0.0', { phone: text() }), { dependencies: { base: '^2.0.0' } });
    const wayne = await engine.tenant('wayne', [base, one]);
    for (const files of [low, high])
      expect(await failureOf(wayne.run('packs.plan', { files }))).toMatchObject({ problems: [{ code: 'PACK_DEPENDENCY' }] });
    await wayne.run('packs.apply', { files: high, with: [low] });
    expect((await wayne.run('packs.list', {})).map(({ name, version }) => `${name} ${version}`)).toEqual(['base 2.0.0', 'crm 2.0.0']);
    expect(await failureOf(wayne.run('packs.plan', { files: low, with: [low] }))).toMatchObject({ code: 'PACK_REPEATED' });
  });

  it('are of the same publisher as before (PACK_PUBLISHER_OTHER)', async () => {
    const files = newer(base, { publisher: 'Mallory' });
    expect(await failureOf(acme.run('packs.plan', { files }))).toMatchObject({ code: 'PACK_PUBLISHER_OTHER' });
  });
});

describe('a pack that locks what the tenant has changed, or makes something else of it', () => {
  it('is refused until the tenant gives its change up (PLAN_CONFLICT_LOCKED, PLAN_CONFLICT_UNFIT)', async () => {
    const manifest = { ...(two.files['pack.json'] as Json), version: '2.1.0', locked: { objects: ['account'] } };
    const phone = { type: 'number', precision: 9, scale: 0, label: { en: 'Phone' } };
    const codes = async (files: Json): Promise<readonly string[]> => {
      const { problems } = await failureOf(acme.run('packs.apply', { files, prefer: 'tenant' }));
      return [...new Set(problems.map(({ code }) => code))];
    };
    expect(await codes({ ...two.files, 'pack.json': manifest })).toEqual(['PLAN_CONFLICT_LOCKED']);
    expect(await codes(crm('2.1.0', { phone, stage: stage('open', 'won', 'lost') }).files)).toEqual(['PLAN_CONFLICT_UNFIT']);
  });
});

describe('a pack that is taken away', () => {
  it('stays while another pack needs it or the tenant uses it, both by name (PACK_IN_USE)', async () => {
    const failed = await failureOf(plan({ uninstall: 'base' }));
    expect([failed.code, failed.problems.map(({ file, pointer }) => `${file ?? ''}#${pointer ?? ''}`)]).toEqual([
      'PACK_IN_USE',
      ['crm/pack.json#/dependencies/base'],
    ]);
    const used = await failureOf(plan({ uninstall: 'crm' }));
    expect([used.code, used.problems.map(({ file }) => file)]).toEqual(['PACK_IN_USE', ['tenant/extensions/account.json']]);
    expect(await failureOf(plan({ uninstall: 'none' }))).toMatchObject({ code: 'PACK_NOT_INSTALLED' });
  });

  it('leaves its records set aside, so that they come back with it', async () => {
    const globex = await engine.tenant('globex', [base, one]);
    const visit = await globex.create('visit', { name: 'First', place: 'Berlin' });
    const lost = (await globex.run('packs.plan', { uninstall: 'crm' })).steps.filter(({ risk }) => risk === 'losesData');
    expect(lost.map(({ object, records }) => `${object} ${String(records)}`).sort()).toEqual(['account 0', 'visit 1']);
    await globex.run('packs.apply', { uninstall: 'crm' });
    expect(await globex.run('packs.list', {})).toMatchObject([{ name: 'base' }]);
    expect(await drifted(globex)).toEqual([]);
    await globex.run('packs.apply', { files: one.files });
    expect(await globex.read('visit', visit, 'name', 'place')).toEqual({ name: 'First', place: 'Berlin' });
    expect(await drifted(globex)).toEqual([]);
  });
});

describe('a plan', () => {
  it('counts records, and people’s access, under the names that a pack gives to what was called otherwise', async () => {
    const role = (object: string, phone: string): Json => ({
      'roles/rep.json': { name: 'rep', label: { en: 'Rep' }, objects: { [object]: { read: true, fields: { [phone]: 'edit' } } } },
    });
    const before = { phone: text(), stage: stage('open', 'lost') };
    const was = pack('shop', { shop: { sharing: 'private', fields: before } }, role('shop', 'phone'));
    const fields = { call: text({ maxLength: 2, renamedFrom: ['phone'] }), stage: stage('open') };
    const refuseWhen = { '==': [{ var: 'call' }, '1'] };
    const validationRules = { one: { refuseWhen, message: { en: 'One!' } } };
    const will = pack('shop', { store: { sharing: 'publicRead', renamedFrom: ['shop'], fields, validationRules } }, role('store', 'call'));
    const stark = await engine.tenant('stark', [was]);
    const rep = await stark.create('user', { name: 'Rep', email: 'rep@stark.example', roles: ['rep'] });
    const long = await stark.create('shop', { name: 'A', phone: '12345', stage: 'lost' });
    const short = await stark.create('shop', { name: 'B', phone: '1', owner: rep });
    const { refused = [], access } = await stark.run('packs.plan', { files: will.files });
    expect(refused.map(({ object, rule, field, count, sample, query }) => [object, rule ?? field, count, sample, query.object])).toEqual([
      ['store', 'one', 1, [short], 'shop'],
      ['store', 'call', 1, [long], 'shop'],
      ['store', 'stage', 1, [long], 'shop'],
    ]);
    for (const { query } of refused) expect(await listed(stark, query)).toMatchObject({ found: { nodes: [{}] } });
    const gained = { user: rep, email: 'rep@stark.example', object: 'store', verb: 'read', gained: 1, lost: 0 };
    expect([access?.rights, access?.records]).toEqual([[], [gained]]);
  });

  it('tells what is under way by what it changes', async () => {
    const remind = (days: string): Json => ({
      'automations/remind__c.json': {
        name: 'remind__c',
        object: 'anchor',
        runAs: 'system',
        trigger: { type: 'atTime', before: days, of: 'day__c' },
        steps: { note: { type: 'create', object: 'anchor', values: { name: 'Reminder' } } },
      },
    });
    const day = { type: 'date', label: { en: 'Day' } };
    await acme.apply({ 'extensions/anchor.json': { extends: 'anchor', fields: { day__c: day } }, ...remind('P2D') });
    await acme.create('anchor', { name: 'One', day__c: '2999-01-01' });
    const { work } = await acme.run('metadata.plan', { files: remind('P3D') });
    expect(work).toEqual([{ kind: 'automation', name: 'remind__c', change: 'changed', count: 1 }]);
    expect((await acme.run('metadata.plan', { files: { 'automations/remind__c.json': null } })).work).toMatchObject([
      { change: 'removed' },
    ]);
  });
});

describe('a pack made of a tenant’s own layer', () => {
  it('brings another tenant what the first has added', async () => {
    const hooli = await engine.tenant('hooli', [base, two]);
    await hooli.apply({ 'extensions/account.json': { extends: 'account', fields: { phone: { maxLength: 30 }, tier__c: text() } } });
    const { files } = await hooli.run('packs.export', { name: 'acme-extras', namespace: 'acme' });
    const initech = await engine.tenant('initech', [base, two]);
    await initech.run('packs.apply', { files, prefer: 'pack' });
    const id = await initech.create('account', { name: 'Other', acme__tier: 'gold' });
    expect(await initech.read('account', id, 'acme__tier')).toEqual({ acme__tier: 'gold' });
    expect(await drifted(initech)).toEqual([]);
  });
});

describe('an upgrade that breaks', () => {
  it('at any statement, each in its turn, leaves the tenant as it was', async () => {
    const umbrella = await engine.tenant('umbrella', [base, one]);
    await umbrella.create('account', { name: 'Umbrella', phone: '1', fax: '2' });
    const before = await fingerprint(engine, umbrella.name, umbrella.schema);
    const from = await storedLayers(engine.cell, umbrella.name);
    const come = withPacks(from, await readPlatform(), [two]);
    let at = 0;
    const { cell, seen } = breakingCell(engine.cell, () => at);
    const input = { tenant: umbrella.name, before: modelOf(from), ...come, now: '2026-05-01T00:00:00Z', author: null, reason: null };
    let broken = 0;
    for (at = 1; at < 200; at += 1) {
      const failed = await applyLayers(cell, input).then(
        () => false,
        () => true,
      );
      if (!failed) break;
      broken += 1;
      expect(await fingerprint(engine, umbrella.name, umbrella.schema)).toBe(before);
    }
    // Until there was no statement left to break at.
    expect(broken).toBeGreaterThan(10);
    expect(at).toBe(broken + 1);
    expect(seen()).toBeLessThan(at);
    expect(await drifted(umbrella)).toEqual([]);
    expect(await versionNow(umbrella)).toBe(2);
  });
});
