// What was changed in a sandbox, brought to its tenant: a three-way merge, an ordinary version, and the way back.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Administration, type MetadataPlan } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { withPacks, withSandbox } from '@tessera/packs';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';
import { driftOf, storedLayers } from './life-cycle-scene.ts';
import { login } from './sandboxes-scene.ts';

const text = (more: Json = {}): Json => ({ type: 'text', label: { en: 'Text' }, ...more });

const crm = (version: string, fields: Json): Layer => {
  const made = pack('crm', { account: { fields } });
  return { ...made, version, files: { ...made.files, 'pack.json': { ...(made.files['pack.json'] as Json), version } } };
};
const one = crm('1.0.0', { phone: text({ maxLength: 20 }), fax: text(), site: text() });
const two = crm('2.0.0', { phone: text({ maxLength: 40 }), fax: text(), site: text(), rating: text() });

/** What the tenant has made itself. */
const own: Json = {
  'objects/visit__c.json': {
    name: 'visit__c',
    plural: 'visits__c',
    label: { en: 'Visit' },
    fields: { place__c: text({ maxLength: 50 }), reason__c: text(), old__c: text() },
  },
  'extensions/account.json': { extends: 'account', fields: { fax: { label: { en: 'Telefax' } }, tier__c: text() } },
};

let engine: TestEngine;
let acme: TestTenant;
let administration: Administration;
beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [one]);
  await acme.apply(own);
  await acme.create('visit__c', { name: 'V', place__c: 'Berlin', reason__c: 'because', old__c: 'gone soon' });
  const { cell, clock } = engine;
  administration = new Administration({ cell, log: silentLogger, secret: 'a secret of these tests, long enough', clock });
});
afterAll(() => engine.close());

const sandboxes = () => administration.sandboxes;

/** A change of the sandbox's own layer, as its administrator makes it. */
async function change(name: string, files: Json): Promise<void> {
  const info = { requestId: 'test', languages: ['en'] };
  const { accessToken } = await engine.engine.login({ tenant: `acme__${name}`, ...login }, info);
  const context = await engine.engine.authenticate(accessToken, info);
  await engine.engine.run('metadata.apply', context, { files });
}

const visit = (layers: readonly Layer[]): Json => layers.find(({ kind }) => kind === 'tenant')?.files['objects/visit__c.json'] as Json;
const fieldsOf = (object: Json): Json => object['fields'] as Json;
const idsOf = ({ conflicts = [] }: MetadataPlan): readonly string[] => conflicts.map(({ id }) => id);

describe('promoting', () => {
  const moved: Json = {
    ...(own['objects/visit__c.json'] as Json),
    label: { en: 'Call' },
    fields: {
      where__c: text({ maxLength: 80, renamedFrom: ['place__c'] }),
      reason__c: text({ label: { en: 'Why' } }),
      grade__c: text(),
    },
  };

  beforeAll(async () => {
    await sandboxes().create('acme', { name: 'dev', data: 'none', logins: [login] });
    // A field is renamed and longer, one is new, one is gone, a label is another; the extension changes a pack's field.
    await change('dev', {
      'objects/visit__c.json': moved,
      'extensions/account.json': { extends: 'account', fields: { fax: { label: { en: 'Fax line' } }, tier__c: text() } },
      'parameters/limit__c.json': { name: 'limit__c', label: { en: 'Limit' }, type: 'number', value: 5 },
    });
    // In the meantime the tenant has moved on: the same label, another property of a renamed field, a field of its own.
    await acme.apply({
      'objects/visit__c.json': {
        ...(own['objects/visit__c.json'] as Json),
        fields: { place__c: text({ maxLength: 50, help: { en: 'Where?' } }), reason__c: text(), old__c: text(), later__c: text() },
      },
      'extensions/account.json': { extends: 'account', fields: { fax: { label: { en: 'Facsimile' } }, tier__c: text(), own__c: text() } },
    });
  });

  it('names what both have changed with three values, and stops there', async () => {
    const plan = await acme.run('sandboxes.plan', { name: 'dev' });
    expect(idsOf(plan)).toEqual(['objects/account#/fields/fax/label/en']);
    expect(plan.conflicts).toMatchObject([{ before: 'Telefax', pack: 'Fax line', tenant: 'Facsimile' }]);
    expect(await failureOf(acme.run('sandboxes.promote', { name: 'dev' }))).toMatchObject({ code: 'PLAN_CONFLICTS' });
    const stray = { 'objects/account#/label/en': 'pack' as const };
    expect(await failureOf(acme.run('sandboxes.plan', { name: 'dev', choices: stray }))).toMatchObject({ code: 'PLAN_CHOICE_UNKNOWN' });
  });

  it('is an ordinary version of the tenant that has the changes of both', async () => {
    const choices = { 'objects/account#/fields/fax/label/en': { value: 'Fax' } };
    const plan = await acme.run('sandboxes.plan', { name: 'dev', choices });
    expect(plan.changes).toContainEqual(expect.objectContaining({ change: 'renamed', before: 'place__c', after: 'where__c' }));
    expect(await failureOf(acme.run('sandboxes.promote', { name: 'dev', choices, planHash: 'x' }))).toMatchObject({
      code: 'PLAN_OUTDATED',
    });
    const done = await acme.run('sandboxes.promote', { name: 'dev', choices, planHash: plan.hash });
    const object = visit(await storedLayers(engine.cell, 'acme'));
    expect(object['label']).toEqual({ en: 'Call' });
    expect(Object.keys(fieldsOf(object)).toSorted()).toEqual(['grade__c', 'later__c', 'reason__c', 'where__c']);
    expect(fieldsOf(object)['where__c']).toMatchObject({ maxLength: 80, help: { en: 'Where?' }, renamedFrom: ['place__c'] });
    const account = (await storedLayers(engine.cell, 'acme')).at(-1)?.files['extensions/account.json'];
    expect(account).toMatchObject({ fields: { fax: { label: { en: 'Fax' } }, own__c: { type: 'text' } } });
    // Records went along with the name.
    const [row] = await engine.sql('select where__c, reason__c from t_acme.visit__c');
    expect(row).toEqual({ where__c: 'Berlin', reason__c: 'because' });
    expect(await driftOf(engine.cell, 'acme', acme.schema)).toEqual([]);
    expect((await acme.run('metadata.versions', {}))[0]).toMatchObject({ number: done.version, reason: 'promoted from the sandbox dev' });
  });

  it('has nothing more to do then, and a way back after which it has it all again', async () => {
    const choices = { 'objects/account#/fields/fax/label/en': 'tenant' as const };
    const again = await acme.run('sandboxes.plan', { name: 'dev', choices });
    expect(again.changes).toEqual([]);
    const [{ number } = { number: 0 }] = await acme.run('metadata.versions', {});
    await acme.run('metadata.rollback', { version: number - 1 });
    expect(Object.keys(fieldsOf(visit(await storedLayers(engine.cell, 'acme'))))).toContain('place__c');
    expect(
      await acme.read(
        'visit__c',
        String((await engine.sql('select id::text as id from t_acme.visit__c'))[0]?.['id']),
        'place__c',
        'old__c',
      ),
    ).toEqual({
      place__c: 'Berlin',
      old__c: 'gone soon',
    });
    const plan = await sandboxes().plan('acme', { name: 'dev', prefer: 'pack' });
    expect(plan.changes.length).toBeGreaterThan(3);
    await sandboxes().promote('acme', { name: 'dev', prefer: 'pack', reason: 'once more' });
    expect(Object.keys(fieldsOf(visit(await storedLayers(engine.cell, 'acme'))))).toContain('where__c');
  });

  it('brings a pack that was upgraded in the sandbox, and asks about what the tenant has changed since', async () => {
    await sandboxes().create('acme', { name: 'up', data: 'none', logins: [login] });
    const info = { requestId: 'test', languages: ['en'] };
    const { accessToken } = await engine.engine.login({ tenant: 'acme__up', ...login }, info);
    await engine.engine.run('packs.apply', await engine.engine.authenticate(accessToken, info), { files: two.files });
    await acme.apply({ 'extensions/phone.json': { extends: 'account', fields: { phone: { maxLength: 30 } } } });
    const plan = await acme.run('sandboxes.plan', { name: 'up' });
    expect(plan.packs).toMatchObject([{ name: 'crm', change: 'upgraded' }]);
    expect(idsOf(plan)).toEqual(['objects/account#/fields/phone/maxLength']);
    await acme.run('sandboxes.promote', { name: 'up', prefer: 'tenant' });
    const { objects } = (await engine.engine.runtime('acme', { fresh: true })).model;
    expect(objects['account']?.fields['phone']?.text?.maxLength).toBe(30);
    expect(objects['account']?.fields['rating']).toBeDefined();
    expect(await driftOf(engine.cell, 'acme', acme.schema)).toEqual([]);
  });
});

describe('the merge of a sandbox', () => {
  const platform: Layer = { kind: 'platform', name: 'platform', version: '1.0.0', namespace: '', files: {} };
  const tenant = (files: Json): Layer => ({ kind: 'tenant', name: 'tenant', version: '0', namespace: '', files });
  const layers = (files: Json, base: Layer = one): readonly Layer[] => [platform, base, tenant(files)];
  const extension = (fields: Json): Json => ({ 'extensions/account.json': { extends: 'account', fields } });
  const merged = (base: Json, sandbox: Json, from: Json, decisions = {}) =>
    withSandbox({ base: layers(base), sandbox: layers(sandbox), from: layers(from) }, decisions);
  const filesOf = (composed: { readonly layers: readonly Layer[] }): Json => composed.layers.at(-1)?.files ?? {};

  it('is the sandbox where the tenant stood still, and the tenant where the sandbox did', () => {
    const [a, b] = [own, { ...own, ...extension({ fax: { label: { en: 'X' } } }) }];
    expect(filesOf(merged(a, b, a))).toEqual(b);
    expect(filesOf(merged(a, a, b))).toEqual(b);
    expect(filesOf(merged(a, b, b))).toEqual(b);
    expect(filesOf(merged(a, {}, a))).toEqual({});
  });

  it('keeps what either took away, and asks where the other has changed it', () => {
    const base = extension({ a__c: text(), b__c: text(), c__c: text() });
    const sandbox = extension({ b__c: text(), c__c: text() });
    const from = extension({ a__c: text(), b__c: text() });
    expect(filesOf(merged(base, sandbox, from))).toEqual(extension({ b__c: text() }));
    const changed = extension({ a__c: text({ maxLength: 9 }), b__c: text(), c__c: text() });
    const asked = merged(base, sandbox, changed);
    expect(asked.conflicts).toMatchObject([{ id: 'objects/account#/fields/a__c', tenant: { maxLength: 9 } }]);
    expect(asked.conflicts[0]).not.toHaveProperty('pack');
    expect(filesOf(merged(base, sandbox, changed, { prefer: 'pack' }))).toEqual(sandbox);
    expect(filesOf(merged(base, sandbox, changed, { prefer: 'tenant' }))).toEqual(changed);
    const byFile = { 'objects/visit__c.json': own['objects/visit__c.json'] };
    const gone = merged(byFile, {}, { 'objects/visit__c.json': { ...(byFile['objects/visit__c.json'] as Json), label: { en: 'Z' } } });
    expect(gone.conflicts.map(({ id }) => id)).toEqual(['objects/visit__c#']);
  });

  it('asks where one has made something else of what the other has changed, or taken away what the other has come to use', () => {
    const number = { type: 'number', precision: 3, scale: 0, label: { en: 'Text' } };
    const base = extension({ a__c: text(), b__c: text() });
    const [turned, longer] = [extension({ a__c: number, b__c: text() }), extension({ a__c: text({ maxLength: 9 }), b__c: text() })];
    expect(merged(base, turned, longer).conflicts).toMatchObject([{ id: 'objects/account#/fields/a__c', pack: number }]);
    expect(filesOf(merged(base, turned, longer, { prefer: 'pack' }))).toEqual(turned);
    const labelled = extension({ a__c: text({ label: { en: 'A' } }), b__c: text() });
    expect(filesOf(merged(base, turned, labelled))).toEqual(extension({ a__c: { ...number, label: { en: 'A' } }, b__c: text() }));
    const view = { 'listViews/mine__c.json': { name: 'mine__c', object: 'account', label: { en: 'M' }, columns: { b__c: { order: 1 } } } };
    const [without, used] = [extension({ a__c: text() }), { ...base, ...view }];
    for (const [sandbox, from, values] of [
      [without, used, { tenant: text() }],
      [used, without, { pack: text(), tenant: null }],
    ] as const) {
      expect(merged(base, sandbox, from).conflicts).toMatchObject([{ id: 'objects/account#/fields/b__c', before: text(), ...values }]);
    }
    expect(filesOf(merged(base, without, used, { prefer: 'tenant' }))).toEqual(used);
  });

  it('takes extensions of one component for one, whatever their files are called', () => {
    const other = { 'extensions/mine.json': { extends: 'account', fields: { fax: { label: { en: 'B' } } } } };
    expect(merged({}, extension({ fax: { label: { en: 'A' } } }), other).conflicts.map(({ id }) => id)).toEqual([
      'objects/account#/fields/fax/label/en',
    ]);
  });

  it('takes over what was decided in the sandbox about a pack, and asks where both have exchanged it', () => {
    const before = extension({ phone: { maxLength: 30 } });
    const upgraded = withPacks(layers(before), platform, [two], { prefer: 'pack' });
    const taken = withSandbox({ base: layers(before), sandbox: upgraded.layers, from: layers(before) });
    expect(taken.conflicts).toEqual([]);
    expect(filesOf(taken)).toEqual({});
    const three = crm('3.0.0', { phone: text(), fax: text(), site: text() });
    const both = { base: layers({}), sandbox: layers({}, two), from: layers({}, three) };
    expect(withSandbox(both).conflicts).toMatchObject([{ id: 'packs/crm', before: '1.0.0', pack: '2.0.0', tenant: '3.0.0' }]);
    const versionOf = (prefer: 'pack' | 'tenant') => withSandbox(both, { prefer }).layers.find(({ name }) => name === 'crm')?.version;
    expect([versionOf('pack'), versionOf('tenant')]).toEqual(['2.0.0', '3.0.0']);
  });
});
