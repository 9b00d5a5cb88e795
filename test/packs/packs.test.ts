// Packs by themselves: their lock, what goes together, what is worth a look, and a pack made of a tenant's own layer.
import { describe, expect, it } from '@jest/globals';
import { buildModel, type Layer } from '@tessera/metadata';
import { exportPack, installedPacks, lintPack, orderPacks, packDifferences, packLayer, readPack } from '@tessera/packs';
import { TesseraError } from '@tessera/kernel';
import { exampleFolder } from '../support/packs.ts';
import { changes, crm, object, objects, platform, tenant, text, type Json } from './upgrade-kit.ts';

const codesOf = (work: () => unknown): readonly string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof TesseraError) return error.problems.map(({ code }) => code);
    throw error;
  }
  return [];
};

const made = (name: string, manifest: Json = {}): Layer =>
  packLayer({ 'pack.json': { name, namespace: '', version: '1.0.0', label: { en: name }, ...manifest } }, name);

describe('the lock of what is installed', () => {
  it('has a hash that does not hang on the order of keys, and that any change of content changes', async () => {
    const base = await readPack(exampleFolder('crm-base'));
    const manifest = base.files['pack.json'] as Json;
    const turned = Object.fromEntries(Object.entries(manifest).reverse());
    expect(base.integrity).toMatch(/^sha256-[A-Za-z0-9+/]{43}=$/);
    const hashes = [
      base.files,
      { ...base.files, 'pack.json': turned },
      { ...base.files, 'pack.json': { ...manifest, label: { en: 'X' } } },
    ].map((files) => packLayer(files, '').integrity);
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
    // Its data are part of the folder's hash, and of no JSON's.
    expect(base.integrity).not.toBe(hashes[0]);
    expect(installedPacks([platform, base])).toMatchObject([{ name: 'crm-base', version: '1.0.0', integrity: base.integrity }]);
  });

  it('tells what was installed, upgraded, altered, put back and taken away', () => {
    const [one, two, more] = [made('a'), made('a', { version: '2.0.0' }), made('a', { description: 'Other.' })];
    const change = (before: readonly Layer[], after: readonly Layer[]): readonly unknown[] =>
      packDifferences(before, after).map((each) => each.change);
    expect([
      change([], [one]),
      change([one], [two]),
      change([two], [one]),
      change([one], [more]),
      change([one], []),
      change([one], [one]),
    ]).toEqual([['installed'], ['upgraded'], ['downgraded'], ['altered'], ['removed'], []]);
  });
});

describe('packs together', () => {
  it('have names that no other layer has (PACK_NAME_RESERVED), and say them (PACK_UNREADABLE)', () => {
    expect(codesOf(() => orderPacks([made('platform'), made('tenant')]))).toEqual(['PACK_NAME_RESERVED', 'PACK_NAME_RESERVED']);
    expect(() => packLayer({}, 'pack')).toThrow('no pack.json');
  });

  it('are ordered by what they need, and refused where a range does not fit (PACK_DEPENDENCY)', () => {
    const needs = (range: string): Layer => made('b', { dependencies: { a: range } });
    expect(orderPacks([needs('^1.0.0'), made('a')]).map(({ name }) => name)).toEqual(['a', 'b']);
    for (const range of ['^2.0.0', '<1.0.0', '>=1.0.1', 'new'])
      expect(codesOf(() => orderPacks([needs(range), made('a')]))).toEqual(['PACK_DEPENDENCY']);
    expect(codesOf(() => orderPacks([made('a', { engine: '>=99.0.0' })]))).toEqual(['PACK_DEPENDENCY']);
  });

  it('of two publishers may not have one namespace (PACK_NAMESPACE_TAKEN, with both sides named)', () => {
    const of = (name: string, publisher: string): Layer => made(name, { namespace: 'fmcg', publisher });
    expect(orderPacks([of('a', 'One'), of('b', 'One')])).toHaveLength(2);
    expect(codesOf(() => orderPacks([of('a', 'One'), of('b', 'Two')]))).toEqual(['PACK_NAMESPACE_TAKEN']);
    expect(() => orderPacks([of('a', 'One'), of('b', 'Two')])).toThrow(/b of Two and a of One/);
  });
});

describe('what is worth a look in a pack', () => {
  const lint = (files: Json, languages: readonly string[] = ['en']): readonly unknown[] => {
    const pack = crm('1.0.0', files, { languages });
    const { model, problems } = buildModel([platform, pack]);
    if (model === undefined) throw new Error(JSON.stringify(problems));
    return lintPack(pack, model).map(({ code, file, pointer }) => [code, `${file ?? ''}#${pointer ?? ''}`]);
  };

  it('is a field that nothing names, a text that a language lacks, a process that no scenario is about', () => {
    const layout = { name: 'account', object: 'account', sections: { main: { fields: { phone: {} } } } };
    const files = {
      ...objects(object('account', { phone: text(), fax: text() })),
      'layouts/account.json': layout,
      'automations/remind.json': {
        name: 'remind',
        label: { en: 'Remind' },
        object: 'account',
        runAs: 'system',
        trigger: { type: 'record', moment: 'beforeSave', on: ['create'] },
        steps: { set: { type: 'set', values: { phone: '1' } } },
      },
    };
    expect(lint(files)).toEqual([
      ['LINT_FIELD_UNUSED', 'crm/objects/account.json#/fields/fax'],
      ['LINT_UNTESTED', 'crm/automations/remind.json#'],
    ]);
    const translated = {
      'translations/zh-CN.json': { language: 'zh-CN', objects: { account: { label: '客户', fields: { phone: { label: '电话' } } } } },
    };
    expect(
      lint({ ...objects(object('account', { phone: text() })), 'layouts/account.json': layout, ...translated }, ['en', 'zh-CN']),
    ).toEqual([]);
    const extension = (name: string, field: string): Json => ({
      [`extensions/${name}.json`]: { extends: name, fields: { [field]: { help: { en: 'Which?' } } } },
    });
    const half = { ...extension('account', 'phone'), ...extension('user', 'rank') };
    const mail = { subject: { en: 'Hello' }, body: { en: 'Hello', 'zh-CN': '你好' } };
    const template = { 'templates/hello.json': { name: 'hello', label: { en: 'A', 'zh-CN': 'A' }, object: 'account', email: mail } };
    const own = { ...objects(object('account', { phone: text() })), 'layouts/account.json': layout };
    expect(lint({ ...own, ...half, ...template }, ['en', 'zh-CN'])).toEqual([
      ['LINT_TRANSLATION_MISSING', 'crm/objects/account.json#/label'],
      ['LINT_TRANSLATION_MISSING', 'crm/objects/account.json#/fields/phone/label'],
      ['LINT_TRANSLATION_MISSING', 'crm/objects/account.json#/fields/phone/help'],
      ['LINT_TRANSLATION_MISSING', 'crm/extensions/user.json#/fields/rank/help'],
      ['LINT_TRANSLATION_MISSING', 'crm/templates/hello.json#/email/subject'],
    ]);
  });

  it('is a field by which somebody is reached and that does not say whether it is personal', () => {
    const columns = { mail: {}, call: {}, fax: {} };
    const fields = {
      mail: { type: 'email', label: { en: 'Mail' } },
      call: { type: 'phone', label: { en: 'Call' }, personal: 'phone' },
      fax: { type: 'phone', label: { en: 'Fax' }, personal: false },
    };
    const layout = { name: 'account', object: 'account', sections: { main: { fields: columns } } };
    expect(lint({ ...objects(object('account', fields)), 'layouts/account.json': layout })).toEqual([
      ['LINT_PERSONAL_UNSAID', 'crm/objects/account.json#/fields/mail'],
    ]);
  });
});

describe('a conversion that lint tells of', () => {
  const lead = object('lead', {
    phone: text(),
    done: { type: 'boolean', label: { en: 'Done' } },
    account: { type: 'lookup', to: 'account', label: { en: 'Account' }, inverse: 'leads' },
    hasAccount: { type: 'formula', returns: 'boolean', formula: { '!=': [{ var: 'account' }, null] }, label: { en: 'Has' } },
  });
  const open = { '!=': [{ var: 'done' }, true] };
  const name = { var: 'name' };
  const told = (target: Json, more: Json = {}): readonly string[] => {
    const convert = { name: 'convert', label: { en: 'Convert' }, object: 'lead', ...more };
    const account = { object: 'account', label: { en: 'Account' }, values: { name }, ...target };
    const files = {
      ...objects(object('account', { phone: text({ unique: true }) }), lead),
      'conversions/convert.json': { ...convert, targets: { account } },
    };
    const pack = crm('1.0.0', files);
    const { model, problems } = buildModel([platform, pack]);
    if (model === undefined) throw new Error(JSON.stringify(problems));
    const found = lintPack(pack, model).filter(({ code }) => code === 'LINT_CONVERSION_REPEATS');
    return found.map(({ message, file, pointer }) => `${file ?? ''}#${pointer ?? ''} ${message}`);
  };
  const repeats = [expect.stringMatching(/^crm\/conversions\/convert\.json#\/targets convert can .* makes account anew each time/)];

  it('makes the same records again and again, since nothing says that it has been done', () => {
    expect(told({})).toEqual(repeats);
    // What need not be linked each time, or is set and never asked, stops nobody.
    expect(told({ link: 'account', when: open })).toEqual(repeats);
    expect(told({}, { set: { done: true } })).toEqual(repeats);
    expect(told({}, { when: open })).toEqual(repeats);
    expect(told({}, { when: open, set: { phone: '1' } })).toEqual(repeats);
  });

  it('is none that links, finds what it has made, or asks for what it changes', () => {
    expect(told({ link: 'account' })).toEqual([]);
    expect(told({ by: 'phone', values: { name, phone: { var: 'phone' } } })).toEqual([]);
    expect(told({ find: { '==': [{ var: 'phone' }, { var: '$record.phone' }] } })).toEqual([]);
    expect(told({}, { when: open, set: { done: true } })).toEqual([]);
    expect(told({}, { when: { '!': [{ var: 'hasAccount' }] }, set: { account: { var: '$steps.account.id' } } })).toEqual([]);
  });
});

describe('a pack of a tenant’s own layer', () => {
  const below = crm('1.2.0', objects(object('account', { phone: text() })));
  const own = tenant({
    ...changes('account', {
      fields: { tier__c: text({ help: { en: 'As in tier__c' } }) },
      validationRules: { tiered__c: { refuseWhen: { isBlank: [{ var: 'tier__c' }] }, at: 'tier__c', message: { en: 'Tier!' } } },
    }),
    ...objects({
      ...object('visit__c', { of__c: { type: 'lookup', to: 'account', inverse: 'visits__c', label: { en: 'Of' } } }),
      plural: 'visits__c',
    }),
    'listViews/visits__c.json': {
      name: 'visits__c',
      object: 'visit__c',
      label: { en: 'Visits' },
      columns: { name: {}, 'of__c.tier__c': {} },
    },
  });

  it('is whole, has the names of the pack everywhere, and needs what is below', () => {
    const files = exportPack([platform, below, own], { name: 'visits', namespace: 'fmcg', publisher: 'Partner' });
    const pack = packLayer(files, '');
    expect(pack).toMatchObject({ name: 'visits', namespace: 'fmcg', version: '1.0.0' });
    expect(files['pack.json']).toMatchObject({ dependencies: { crm: '^1.2.0' } });
    const { model, problems } = buildModel([platform, below, pack]);
    expect(problems).toEqual([]);
    expect(Object.keys(model?.objects['account']?.fields ?? {})).toContain('fmcg__tier');
    expect(model?.listViews['fmcg__visits']).toMatchObject({ object: 'fmcg__visit' });
    // Only texts for people still have the old ones.
    expect(JSON.stringify(files).match(/\w+__c\b/g)).toEqual(['tier__c', 'visit__c']);
  });
});
