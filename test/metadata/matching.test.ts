// Matching rules and duplicate rules: what they refuse, and what they are in the Model.
import { describe, expect, it } from '@jest/globals';
import { diff, rewriteRenames } from '@tessera/metadata';
import { model, pack, platform, problems, tenant, type Json } from './layer-kit.ts';
import { label, noSecond, sameCompany, toldOfRule, world, wrongGuard, wrongRule } from './matching-kit.ts';

const unfit = (pointer: string): string => `METADATA_REFERENCE_UNFIT ${pointer}`;
const missing = (pointer: string): string => `METADATA_REFERENCE_MISSING ${pointer}`;
const criterion = (fields: Json, more: Json = {}): Json => ({ sources: {}, criteria: { one: { fields, ...more } } });

describe('a matching rule', () => {
  it('has its criteria in their order, and every source with all fields', () => {
    const found = model(world()).matchingRules['sameCompany'];
    expect(found?.criteria.map(({ name, label: shown }) => [name, shown])).toEqual([
      ['code', { en: 'code' }],
      ['phone', { en: 'Phone' }],
      ['likeName', { en: 'likeName' }],
    ]);
    expect(found?.criteria[2]?.fields).toEqual([
      { field: 'name', by: 'company', similarity: 0.7 },
      { field: 'city', by: 'exact', similarity: undefined },
    ]);
    expect(found?.sources).toEqual({
      account: { code: 'code', phone: 'phone', name: 'name', city: 'city' },
      lead: { code: 'code', phone: 'mobile', name: 'company', city: 'city' },
    });
    expect([Object.isFrozen(found?.criteria), found?.where?.node]).toEqual([true, 'call']);
  });

  it('compares what is there and stored', () => {
    expect(wrongRule({ object: 'nothing' })).toEqual([missing('/object')]);
    expect(wrongRule(criterion({ cod: {} }))).toEqual([missing('/criteria/one/fields/cod')]);
    expect(wrongRule(criterion({ age: {} }))).toEqual([unfit('/criteria/one/fields/age')]);
    expect(wrongRule(criterion({ version: {} }))).toEqual([unfit('/criteria/one/fields/version')]);
    expect(wrongRule(criterion({ notes: {} }))).toEqual([unfit('/criteria/one/fields/notes/by')]);
    expect(wrongRule({ where: { '==': [{ var: 'stat' }, 1] } })).toEqual(['RULE_NAME_UNKNOWN /where/==/0/var']);
    expect(wrongRule({ criteria: { one: { fields: { code: {} }, active: false } } })).toEqual(expect.arrayContaining([unfit('/criteria')]));
  });

  it('normalises what its normaliser takes', () => {
    expect(wrongRule(criterion({ since: { by: 'text' } }))).toEqual([unfit('/criteria/one/fields/since/by')]);
    expect(wrongRule(criterion({ city: { by: 'email' } }))).toEqual([]);
    expect(wrongRule(criterion({ phone: { by: 'domain' } }))).toEqual([unfit('/criteria/one/fields/phone/by')]);
    expect(wrongRule(criterion({ phone: { by: 'sound' } }))).toEqual(['METADATA_VALUE_UNKNOWN /criteria/one/fields/phone/by']);
    expect(wrongRule(criterion({ city: { similarity: 0.8 } }))).toEqual([expect.stringContaining('/criteria/one/fields/city')]);
    const twice = { name: { by: 'text', similarity: 0.8 }, city: { by: 'text', similarity: 0.8 } };
    expect(wrongRule(criterion(twice))).toEqual([unfit('/criteria/one/fields/city/similarity')]);
  });

  it('has comparable fields on both sides', () => {
    const from = (fields: Json): Json => ({ criteria: { one: { fields: { code: {} } } }, sources: { lead: { fields } } });
    expect(wrongRule(from({}))).toEqual([]);
    expect(wrongRule(from({ code: 'nr' }))).toEqual([missing('/sources/lead/fields/code')]);
    expect(wrongRule(from({ code: 'count' }))).toEqual([unfit('/sources/lead/fields/code')]);
    expect(toldOfRule(from({ code: 'account' }))[0]).toContain('they are never equal.');
    expect(wrongRule(from({ phone: 'mobile' }))).toEqual([unfit('/sources/lead/fields/phone')]);
    expect(wrongRule({ sources: { deal: {} } })).toEqual([missing('/sources/deal'), missing('/sources/deal'), missing('/sources/deal')]);
    expect(wrongRule({ sources: { account: {} } })).toEqual([unfit('/sources/account')]);
    expect(wrongRule({ sources: { ghost: {} } })).toEqual([missing('/sources/ghost')]);
  });
});

describe('a duplicate rule', () => {
  it('has all moments and warns, unless it says otherwise', () => {
    const { duplicateRules } = model(
      world({ 'duplicateRules/noSecond.json': { name: 'noSecond', object: 'lead', matching: 'sameCompany' } }),
    );
    expect(duplicateRules['noSecond']).toEqual({
      name: 'noSecond',
      label: { en: 'noSecond' },
      object: 'lead',
      matching: 'sameCompany',
      on: ['create', 'update', 'restore'],
      when: undefined,
      action: 'warn',
      tellHidden: false,
      message: undefined,
    });
  });

  it('names a matching rule that takes its records', () => {
    expect(wrongGuard({ matching: 'sameThing' })).toEqual([missing('/matching')]);
    expect(wrongGuard({ object: 'deal' })).toEqual([unfit('/matching')]);
    expect(wrongGuard({ when: { var: 'city' } })).toEqual([expect.stringContaining('/when')]);
    expect(wrongGuard({ on: [] })).toEqual([expect.stringContaining('/on')]);
    expect(problems(world({ 'matchingRules/sameCompany.json': { ...sameCompany, active: false } }))).toEqual([
      'METADATA_REFERENCE_MISSING crm/duplicateRules/noSecond.json#/matching',
    ]);
  });
});

describe('matching in layers', () => {
  const change = { extends: 'sameCompany', kind: 'matchingRule' };

  it('is extended criterion by criterion', () => {
    const files = {
      'extensions/sameCompany.json': {
        ...change,
        criteria: { likeName: { fields: { name: { similarity: 0.9 } } }, code: null, mail__c: { order: 5, fields: { city: {} } } },
      },
      'extensions/noSecond.json': { extends: 'noSecond', kind: 'duplicateRule', action: 'warn' },
    };
    const built = model(world(), tenant(files));
    expect(built.matchingRules['sameCompany']?.criteria.map(({ name }) => name)).toEqual(['mail__c', 'phone', 'likeName']);
    expect(built.matchingRules['sameCompany']?.criteria[2]?.fields[0]?.similarity).toBe(0.9);
    expect(built.duplicateRules['noSecond']?.action).toBe('warn');
    const bare = { 'extensions/sameCompany.json': { ...change, criteria: { mail: { fields: { city: {} } } } } };
    expect(problems(world(), tenant(bare))).toEqual(['METADATA_NAMESPACE tenant/extensions/sameCompany.json#/criteria/mail']);
  });

  it('is translated', () => {
    const texts = {
      language: 'zh-CN',
      matchingRules: { sameCompany: { label: '同一公司', criteria: { phone: '电话' } } },
      duplicateRules: { noSecond: { message: '已有。' } },
    };
    const built = model(world(), tenant({ 'translations/zh-CN.json': texts }));
    expect(built.matchingRules['sameCompany']).toMatchObject({
      label: { 'zh-CN': '同一公司' },
      criteria: [{}, { label: { en: 'Phone', 'zh-CN': '电话' } }, {}],
    });
    expect(built.duplicateRules['noSecond']?.message).toEqual({ en: 'There is one.', 'zh-CN': '已有。' });
    const none = { language: 'zh-CN', matchingRules: { sameCompany: { criteria: { fax: '传真' } } } };
    expect(problems(world(), tenant({ 'translations/zh-CN.json': none }))).toEqual([
      'METADATA_REFERENCE_MISSING tenant/translations/zh-CN.json#/matchingRules/sameCompany/criteria/fax',
    ]);
  });

  it('follows renames', () => {
    const present = {
      ...sameCompany,
      name: 'sameFirm',
      renamedFrom: ['sameCompany'],
      criteria: { likeName: { fields: { name: { by: 'company' } } } },
      sources: { lead: { fields: { name: 'company' } } },
    };
    const crm = world(
      {
        'matchingRules/sameCompany.json': null,
        'matchingRules/sameFirm.json': present,
        'duplicateRules/noSecond.json': { ...noSecond, matching: 'sameFirm' },
      },
      (name) => (name === 'code' ? 'creditCode' : name),
    );
    const files = Object.fromEntries(Object.entries(crm.files).filter(([, content]) => content !== null));
    const above = tenant({
      'extensions/sameCompany.json': {
        ...change,
        sources: { lead: { fields: { code: 'code' } } },
        criteria: { own__c: { order: 1, fields: { code: {} } } },
      },
      'duplicateRules/mine__c.json': {
        name: 'mine__c',
        object: 'account',
        matching: 'sameCompany',
        when: { '==': [{ var: 'code' }, 'x'] },
      },
    });
    const layers = [platform, pack('crm', files), above];
    const built = model(...layers.slice(1));
    expect(built.matchingRules['sameFirm']?.criteria[0]?.fields[0]?.field).toBe('creditCode');
    expect(built.matchingRules['sameFirm']?.sources['lead']?.['creditCode']).toBe('code');
    expect(built.duplicateRules['mine__c']?.matching).toBe('sameFirm');
    const text = JSON.stringify(rewriteRenames(layers)[2]?.files);
    expect(text).toContain('"matching":"sameFirm"');
    expect(text).toContain('"creditCode":"code"');
    expect(text).toContain('{"var":"creditCode"}');
  });

  it('counts for the hash only where there is some, and is told apart by a comparison', () => {
    const change = (more: Json): string[] =>
      diff(model(world()), model(world(more))).map(({ kind, name, path, change: how }) => `${kind} ${name} ${path.join('.')} ${how}`);
    const like = { ...sameCompany, criteria: { ...(sameCompany['criteria'] as Json), code: { order: 15, fields: { code: {} } } } };
    expect(change({ 'matchingRules/sameCompany.json': like })).toEqual(['matchingRule sameCompany criteria.code.order changed']);
    expect(change({ 'duplicateRules/noSecond.json': { ...noSecond, label } })).toEqual(['duplicateRule noSecond label added']);
    expect(change({})).toEqual([]);
  });
});
