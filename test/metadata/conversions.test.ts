// Conversions: what they refuse, what they are in the Model, and how they follow what is renamed.
import { describe, expect, it } from '@jest/globals';
import { rewriteRenames } from '@tessera/metadata';
import { model, pack, platform, tenant, type Json } from './layer-kit.ts';
import { label, missing, toCustomer, unfit, world, wrongConversion } from './pool-kit.ts';

const account: Json = { object: 'account', values: { name: { var: 'name' } } };
const one = (change: Json, more: Json = {}): string[] => wrongConversion({ targets: { account: { ...account, ...change } }, ...more });

describe('a conversion', () => {
  it('has its targets in their order, each with what it reads', () => {
    const found = model(world()).conversions['toCustomer'];
    expect(found?.targets.map(({ name, object, onMatch, link, find }) => [name, object, onMatch, link, find?.frame])).toEqual([
      ['account', 'account', 'fill', 'account', 1],
      ['deal', 'deal', 'update', undefined, undefined],
    ]);
    expect(found?.targets[1]?.children.map(({ name, object, query }) => [name, object, query.object, query.frame])).toEqual([
      ['lines', 'line', 'wish', 1],
      ['notes', undefined, 'remark', 1],
    ]);
    expect([found?.attached, Object.keys(found?.set ?? {})]).toEqual(['account', ['source']]);
  });

  it('maps to what is there and fits', () => {
    expect(one({})).toEqual([]);
    expect(wrongConversion({ object: 'led' })).toEqual([missing('/object')]);
    expect(one({ object: 'acount' }, { attached: undefined })).toEqual([missing('/targets/account/object')]);
    expect(one({ values: { name: { var: 'size' } } })).toEqual(['RULE_TYPE /targets/account/values/name']);
    expect(one({ values: { name: 'x', cod: 1 } })).toEqual([missing('/targets/account/values/cod')]);
    expect(one({ values: {} })).toEqual([unfit('/targets/account/values')]);
    expect(one({ object: 'leadOwnerChange', values: {} }, { attached: undefined })).toEqual(
      expect.arrayContaining([unfit('/targets/account/object')]),
    );
    expect(wrongConversion({ when: { var: 'sorce' } })).toEqual(['RULE_NAME_UNKNOWN /when/var']);
    expect(wrongConversion({ set: { source: 'wood' } })).toEqual([expect.stringContaining('/set/source')]);
    expect(wrongConversion({ set: { account: { var: '$steps.account.id' } } })).toEqual([unfit('/set/account')]);
    expect(wrongConversion({ attached: 'acount' })).toEqual([missing('/attached')]);
  });

  it('looks only back', () => {
    const late = {
      targets: {
        account: { ...account, order: 2 },
        deal: { order: 1, object: 'deal', values: { name: 'x', account: { var: '$steps.account.id' } } },
      },
    };
    expect(wrongConversion(late)).toEqual(['RULE_NAME_UNKNOWN /targets/deal/values/account/var']);
  });

  it('takes a record instead of a new one by a unique key, or by a condition', () => {
    expect(one({ by: 'code', values: { name: 'x', code: { var: 'code' } } })).toEqual([]);
    expect(one({ by: 'code' })).toEqual([unfit('/targets/account/values')]);
    expect(one({ by: 'name' })).toEqual([missing('/targets/account/by')]);
    expect(one({ find: { '==': [{ var: 'cod' }, 1] } })).toEqual(['RULE_NAME_UNKNOWN /targets/account/find/==/0/var']);
    expect(one({ onMatch: 'keep' })).toEqual([unfit('/targets/account/onMatch')]);
    expect(one({ by: 'code', find: { '==': [1, 1] }, values: { name: 'x', code: 'y' } })).toEqual([
      expect.stringContaining('/targets/account'),
    ]);
  });

  it('links by a lookup to what was made, and moves children that there are', () => {
    expect(one({ link: 'size' })).toEqual([unfit('/targets/account/link')]);
    expect(one({ link: 'acount' })).toEqual([missing('/targets/account/link')]);
    const child = (change: Json): string[] => one({ children: { notes: { relation: 'remarks', values: { lead: null }, ...change } } });
    expect(child({})).toEqual([]);
    expect(child({ relation: 'remark' })).toEqual([missing('/targets/account/children/notes/relation')]);
    expect(child({ when: { var: 'nam' } })).toEqual(['RULE_NAME_UNKNOWN /targets/account/children/notes/when/var']);
    expect(child({ values: { leed: null } })).toEqual([missing('/targets/account/children/notes/values/leed')]);
    expect(child({ object: 'line', values: { note: { var: 'name' } } })).toEqual([unfit('/targets/account/children/notes/values')]);
  });

  it('is changed, translated and renamed like all others', () => {
    const extended = tenant({
      'extensions/toCustomer.json': {
        kind: 'conversion',
        extends: 'toCustomer',
        targets: { deal: null, account: { values: { code: null } } },
      },
    });
    expect(model(world(), extended).conversions['toCustomer']?.targets.map(({ name, values }) => [name, Object.keys(values)])).toEqual([
      ['account', ['name']],
    ]);
    const german = pack('german', {
      'translations/de.json': { language: 'de', conversions: { toCustomer: { message: 'Noch nicht.', targets: { deal: 'Geschäft' } } } },
    });
    const found = model(world(), german).conversions['toCustomer'];
    expect([found?.message, found?.targets[1]?.label]).toEqual([{ en: 'Not yet.', de: 'Noch nicht.' }, { de: 'Geschäft' }]);
    const above = pack('more', { 'conversions/second.json': { ...toCustomer, name: 'second', label } });
    const renamed = world({}, (name) => (name === 'code' ? 'nr' : name === 'account' ? 'customer' : name));
    const files = rewriteRenames([platform, renamed, above]).at(-1)?.files;
    expect(files?.['conversions/second.json']).toMatchObject({
      targets: { account: { values: { nr: { var: 'code' } }, find: { '==': [{ var: 'nr' }, { var: '$record.code' }] }, link: 'customer' } },
    });
  });
});
