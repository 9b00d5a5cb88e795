// The three-way merge of an upgrade: old pack, new pack, tenant; property by property.
import { describe, expect, it } from '@jest/globals';
import { buildModel, upgradeLayers } from '@tessera/metadata';
import { changes, crm, effective, fieldIn, layerOf, object, objects, platform, tenant, text, upgraded, type Json } from './upgrade-kit.ts';

const account = (fields: Json, more: Json = {}): Json => objects(object('account', fields, more));

describe('an upgrade', () => {
  const before = crm('1.0.0', account({ phone: text({ maxLength: 20, help: { en: 'Digits' } }), fax: text() }));
  const after = crm('1.1.0', account({ phone: text({ maxLength: 40, help: { en: 'Digits' }, unique: true }), fax: text(), web: text() }));

  it('takes what only the pack changed and keeps what only the tenant changed', () => {
    const merged = upgraded(before, after, changes('account', { fields: { fax: { label: { en: 'Telefax' } }, tier__c: text() } }));
    expect(merged.conflicts).toEqual([]);
    expect(fieldIn(merged, 'account', 'phone')).toMatchObject({ maxLength: 40, unique: true });
    expect(fieldIn(merged, 'account', 'fax')).toMatchObject({ label: { en: 'Telefax' } });
    expect(Object.keys(effective(merged, 'account')['fields'] as Json).sort()).toEqual(['fax', 'phone', 'tier__c', 'web']);
  });

  it('lists what both changed with the three values, once and by its place, and keeps the tenant’s until somebody decides', () => {
    const files = changes('account', { fields: { phone: { maxLength: 30, unique: true, help: { en: 'Any' } }, fax: null } });
    const merged = upgraded(before, after, files);
    const id = 'objects/account#/fields/phone/maxLength';
    expect(merged.conflicts).toEqual([
      {
        id,
        reason: 'changed',
        file: 'extensions/account.json',
        pointer: '/fields/phone/maxLength',
        before: 20,
        pack: 40,
        tenant: 30,
      },
    ]);
    expect(fieldIn(merged, 'account', 'phone')).toMatchObject({ maxLength: 30, help: { en: 'Any' } });
    expect(Object.keys(effective(merged, 'account')['fields'] as Json)).not.toContain('fax');
    const maxLength = (choices: Parameters<typeof upgraded>[3]): unknown =>
      fieldIn(upgraded(before, after, files, choices), 'account', 'phone')['maxLength'];
    expect(maxLength({ choices: { [id]: 'tenant' } })).toBe(30);
    expect(maxLength({ choices: { [id]: 'pack' } })).toBe(40);
    expect(maxLength({ choices: { [id]: { value: 35 } } })).toBe(35);
    expect(maxLength({ prefer: 'pack' })).toBe(40);
    expect(maxLength({ prefer: 'pack', choices: { [id]: 'tenant' } })).toBe(30);
    // What was decided for the pack is gone from the tenant's file, and nothing else of it.
    const decided = upgraded(before, after, files, { prefer: 'pack' });
    expect(layerOf(decided, 'tenant').files['extensions/account.json']).toEqual({
      extends: 'account',
      fields: { phone: { unique: true, help: { en: 'Any' } }, fax: null },
    });
    expect(upgraded(before, after, files, { choices: { [id]: 'pack', 'objects/account#/plural': 'pack' } }).strayChoices).toEqual([
      'objects/account#/plural',
    ]);
  });

  it('asks again only when the pack changes the property again', () => {
    const files = changes('account', { fields: { phone: { maxLength: 30 } } });
    const decided = upgraded(before, after, files, { prefer: 'tenant' });
    const next = (maxLength: number): readonly unknown[] =>
      upgradeLayers({
        from: decided.layers,
        to: [platform, crm('1.2.0', account({ phone: text({ maxLength }), fax: text(), web: text() }))],
      }).conflicts.map(({ before: was, pack, tenant: own }) => [was, pack, own]);
    expect(next(40)).toEqual([]);
    expect(next(50)).toEqual([[40, 50, 30]]);
  });

  it('compares and decides under the names of now, and moves the tenant’s references there', () => {
    const renamed = crm(
      '2.0.0',
      objects(object('company', { telephone: text({ maxLength: 40, renamedFrom: ['phone'] }), fax: text() }, { renamedFrom: ['account'] })),
    );
    const rule = { refuseWhen: { isBlank: [{ var: 'phone' }] }, message: { en: 'Phone!' } };
    const files = {
      ...changes('account', { fields: { phone: { maxLength: 30, label: { en: 'Call' } } }, validationRules: { call__c: rule } }),
      ...objects(object('visit__c', { of__c: { type: 'lookup', to: 'account', label: { en: 'Of' } } })),
    };
    const merged = upgraded(before, renamed, files);
    expect(merged.conflicts).toMatchObject([{ id: 'objects/company#/fields/telephone/maxLength', before: 20, pack: 40, tenant: 30 }]);
    expect(fieldIn(merged, 'company', 'telephone')).toMatchObject({ label: { en: 'Call' } });
    expect(layerOf(merged, 'tenant').files['extensions/account.json']).toMatchObject({
      extends: 'company',
      validationRules: { call__c: { refuseWhen: { isBlank: [{ var: 'telephone' }] } } },
    });
    expect(fieldIn(merged, 'visit__c', 'of__c')).toMatchObject({ to: 'company' });
  });

  it('moves the tenant’s scenarios and fixtures there too', () => {
    const renamed = crm(
      '2.0.0',
      objects(object('company', { telephone: text({ renamedFrom: ['phone'] }), fax: text() }, { renamedFrom: ['account'] })),
    );
    const steps = {
      made: { order: 10, type: 'create', object: 'account', values: { phone: '1' } },
      long: { order: 20, type: 'update', record: 'acme', values: { phone: '12' }, refused: { code: 'VALUE_TOO_LONG', at: 'phone' } },
      found: { order: 30, type: 'find', object: 'account', where: { '==': [{ var: 'phone' }, '1'] } },
      seen: {
        order: 40,
        type: 'expect',
        records: { acme: { values: { phone: '1' }, holds: { isBlank: [{ var: 'phone' }] }, history: { one: { field: 'phone' } } } },
        counts: { all: { object: 'account', where: { isBlank: [{ var: 'phone' }] }, is: 1 } },
      },
      figures: {
        order: 50,
        type: 'aggregate',
        object: 'account',
        groupBy: { by: { path: 'phone' } },
        rows: {},
        measures: { n: { function: 'count' } },
      },
    };
    const acme = { acme: { object: 'account', values: { phone: '1' } } };
    const files = {
      'tests/calls__c.json': { name: 'calls__c', given: { records: acme }, steps },
      'fixtures/phone__c.json': { name: 'phone__c', object: 'account', values: { phone: '1' } },
    };
    const moved = layerOf(upgraded(before, renamed, files), 'tenant').files;
    expect(buildModel([platform, before, tenant(files)]).problems).toEqual([]);
    expect(JSON.stringify(moved).match(/"(phone|account)"/g)).toBeNull();
    const said = JSON.stringify(files).replaceAll('"phone"', '"telephone"').replaceAll('"account"', '"company"');
    expect(moved).toEqual(JSON.parse(said));
  });

  it('asks about a text that the tenant’s translation gives otherwise, and decides it in that file', () => {
    const said = (zh: string): Json => ({ 'translations/zh-CN.json': { language: 'zh-CN', objects: { account: { label: zh } } } });
    const [one, two] = [
      crm('1.0.0', { ...account({ fax: text() }), ...said('客户') }),
      crm('1.1.0', { ...account({ fax: text() }), ...said('企业') }),
    ];
    const own = {
      'translations/zh-CN.json': { language: 'zh-CN', objects: { account: { label: '公司', fields: { fax: { label: '传真' } } } } },
    };
    const merged = upgraded(one, two, own);
    expect(merged.conflicts).toMatchObject([
      { id: 'objects/account#/label/zh-CN', pointer: '/objects/account/label', before: '客户', pack: '企业', tenant: '公司' },
    ]);
    expect(effective(merged, 'account')).toMatchObject({ label: { 'zh-CN': '公司' } });
    const theirs = upgraded(one, two, own, { prefer: 'pack' });
    expect(effective(theirs, 'account')).toMatchObject({ label: { 'zh-CN': '企业' }, fields: { fax: { label: { 'zh-CN': '传真' } } } });
    const only = { 'translations/zh-CN.json': { language: 'zh-CN', objects: { account: { label: '公司' } } } };
    expect(layerOf(upgraded(one, two, only, { prefer: 'pack' }), 'tenant').files).toEqual({});
  });

  it('does not take a reference that only follows a rename for a change of the pack', () => {
    const formula = (field: string): Json => ({
      type: 'formula',
      returns: 'text',
      formula: { concat: [{ var: field }, '!'] },
      label: { en: 'F' },
    });
    const own = { fields: { loud: { formula: { concat: ['!', { var: 'phone' }] } } } };
    const merged = upgraded(
      crm('1.0.0', account({ phone: text(), loud: formula('phone') })),
      crm('1.1.0', account({ telephone: text({ renamedFrom: ['phone'] }), loud: formula('telephone') })),
      changes('account', own),
    );
    expect(merged.conflicts).toEqual([]);
    expect(fieldIn(merged, 'account', 'loud')).toMatchObject({ formula: { concat: ['!', { var: 'telephone' }] } });
  });
});

describe('what a newer pack no longer brings', () => {
  const before = crm('1.0.0', {
    ...account({
      fax: text(),
      old: text(),
      stage: { type: 'picklist', label: { en: 'Stage' }, options: { open: {}, lost: {} } },
      loud: { type: 'formula', returns: 'text', formula: { concat: [{ var: 'old' }, '!'] }, label: { en: 'Loud' } },
    }),
    ...objects(object('visit', { of: { type: 'lookup', to: 'account', label: { en: 'Of' } } })),
  });
  const after = crm('2.0.0', account({ stage: { type: 'picklist', label: { en: 'Stage' }, options: { open: {} } } }));

  it('goes where the tenant does not use it', () => {
    const merged = upgraded(before, after, changes('account', { fields: { tier__c: text() } }));
    expect(layerOf(merged, 'pack')).toEqual(after);
  });

  it('stays where the tenant changes or names it, with what it needs itself, and with its users by name', () => {
    const loud = { refuseWhen: { isBlank: [{ var: 'loud' }] }, message: { en: 'Loud!' } };
    const files = {
      ...changes('account', { fields: { fax: { label: { en: 'Telefax' } }, stage: { options: { lost: { label: { en: 'Gone' } } } } } }),
      'extensions/rules.json': {
        extends: 'account',
        validationRules: { loud__c: loud, fax__c: { ...loud, refuseWhen: { isBlank: [{ var: 'fax' }] } } },
      },
      ...objects(object('trip__c', { visit__c: { type: 'lookup', to: 'visit', label: { en: 'Visit' } } })),
    };
    const merged = upgraded(before, after, files);
    expect(merged.conflicts).toEqual([]);
    expect(buildModel(merged.layers).problems).toEqual([]);
    const { kept = [] } = layerOf(merged, 'pack');
    expect(kept.map(({ kind, name, pointer, removedIn }) => [kind, name, pointer, removedIn]).sort()).toEqual([
      ['object', 'account', '/fields/fax', '2.0.0'],
      ['object', 'account', '/fields/loud', '2.0.0'],
      ['object', 'account', '/fields/old', '2.0.0'],
      ['object', 'account', '/fields/stage/options/lost', '2.0.0'],
      ['object', 'visit', '', '2.0.0'],
    ]);
    const usersOf = (pointer: string): unknown => kept.find((part) => part.pointer === pointer)?.users;
    expect(usersOf('/fields/fax')).toEqual([
      'extensions/account.json#/fields/fax',
      expect.stringMatching(/^extensions\/rules\.json#\/validationRules\/fax__c/),
    ]);
    expect(usersOf('/fields/loud')).toEqual([expect.stringMatching(/^extensions\/rules\.json#\/validationRules\/loud__c/)]);
    expect(usersOf('')).toEqual([expect.stringMatching(/^objects\/trip__c\.json#\/fields\/visit__c/)]);
    expect(fieldIn(merged, 'account', 'fax')).toMatchObject({ type: 'text', label: { en: 'Telefax' } });
  });

  it('goes with the upgrade after its last use has gone, and keeps the version that it went in until then', () => {
    const first = upgraded(before, after, changes('account', { fields: { fax: { help: { en: 'Old' } } } }));
    const next = crm('2.1.0', after.files);
    const again = upgradeLayers({ from: first.layers, to: [platform, next] });
    expect(layerOf(again, 'pack').kept).toMatchObject([{ pointer: '/fields/fax', removedIn: '2.0.0' }]);
    const unused = [...again.layers.filter(({ kind }) => kind !== 'tenant'), tenant({})];
    expect(layerOf(upgradeLayers({ from: unused, to: [platform, next] }), 'pack')).toEqual(next);
  });

  it('is a mistake where only another pack uses it', () => {
    const other = {
      ...crm('1.0.0', { 'extensions/a.json': { extends: 'account', fields: { fax: { help: { en: 'Old' } } } } }),
      name: 'other',
    };
    const merged = upgradeLayers({ from: [platform, before, other, tenant({})], to: [platform, after, other] });
    expect(merged.layers[1]).toEqual(after);
    expect(buildModel(merged.layers).problems.map(({ file }) => file)).toEqual(['other/extensions/a.json']);
  });
});

describe('a locked component', () => {
  const open = crm('1.0.0', account({ phone: text() }));
  const locked = crm('1.1.0', account({ phone: text() }), { locked: { objects: ['account'] } });
  const files = changes('account', { fields: { phone: { help: { en: 'Any' } } } });

  it('is refused to tenants (METADATA_LOCKED), and only its own pack may lock it', () => {
    expect(buildModel([platform, locked, tenant(files)]).problems.map(({ code, file }) => [code, file])).toEqual([
      ['METADATA_LOCKED', 'tenant/extensions/account.json'],
    ]);
    const stranger = { ...crm('1.0.0', {}, { locked: { objects: ['account'] } }), name: 'stranger' };
    expect(buildModel([platform, open, stranger]).problems.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['METADATA_REFERENCE_MISSING', '/locked/objects/0'],
    ]);
  });

  it('is a conflict with what the tenant has changed before, which only the pack can win', () => {
    expect(upgraded(open, locked, files, { prefer: 'tenant' }).conflicts).toMatchObject([{ reason: 'locked', tenant: 'Any' }]);
    expect(upgraded(open, locked, files, { prefer: 'tenant' }).conflicts[0]).not.toHaveProperty('choice');
    const merged = upgraded(open, locked, files, { prefer: 'pack' });
    expect(layerOf(merged, 'tenant').files).toEqual({});
    expect(buildModel(merged.layers).problems).toEqual([]);
  });
});
