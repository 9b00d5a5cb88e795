// What stands where a newer pack leaves no place for a change of the tenant: taken away by a pack above, or become something else.
import { describe, expect, it } from '@jest/globals';
import { buildModel, upgradeLayers, type Layer } from '@tessera/metadata';
import { changes, crm, fieldIn, layerOf, object, objects, platform, tenant, text, upgraded, type Json } from './upgrade-kit.ts';

const account = (fields: Json, more: Json = {}): Json => objects(object('account', fields, more));

describe('what a newly installed or newer pack takes away from a lower one', () => {
  it('stays while the tenant uses it, and goes after its last use', () => {
    const low = crm('1.0.0', {
      ...account({ fax: text(), stage: { type: 'picklist', label: { en: 'Stage' }, options: { open: {}, lost: {} } } }),
    });
    const upper = (version: string, delta: Json): Layer => ({
      ...crm(version, { 'extensions/a.json': { extends: 'account', ...delta } }, { name: 'up' }),
      name: 'up',
    });
    const [first, second] = [
      upper('1.0.0', { label: { en: 'A' } }),
      upper('2.0.0', { label: { en: 'A' }, fields: { fax: null, stage: { options: { lost: null } } } }),
    ];
    const files = changes('account', { fields: { fax: { maxLength: 30 }, stage: { options: { lost: { label: { en: 'Gone' } } } } } });
    for (const from of [
      [platform, low, first, tenant(files)],
      [platform, low, tenant(files)],
    ]) {
      const merged = upgradeLayers({ from, to: [platform, low, second] });
      expect([merged.conflicts, buildModel(merged.layers).problems]).toEqual([[], []]);
      expect(merged.layers.find(({ name }) => name === 'up')?.kept).toMatchObject([
        { pointer: '/fields/fax', removedIn: '2.0.0', users: ['extensions/account.json#/fields/fax'] },
        { pointer: '/fields/stage/options/lost', removedIn: '2.0.0' },
      ]);
      expect(fieldIn(merged, 'account', 'fax')).toMatchObject({ maxLength: 30 });
      const unused = [...merged.layers.filter(({ kind }) => kind !== 'tenant'), tenant({})];
      expect(fieldIn(upgradeLayers({ from: unused, to: [platform, low, second] }), 'account', 'fax')).toEqual({});
    }
  });
});

describe('a change of the tenant that cannot stand on the new pack', () => {
  const number = { type: 'number', precision: 3, scale: 0, label: { en: 'Text' } };
  const [before, after] = [crm('1.0.0', account({ phone: text() })), crm('2.0.0', account({ phone: number }))];
  const rule = { refuseWhen: { '==': [{ var: 'phone' }, 'x'] }, message: { en: 'Phone!' } };
  const files = changes('account', { fields: { phone: { maxLength: 30, help: { en: 'Any' } } }, validationRules: { x__c: rule } });
  const ids = ['objects/account#/fields/phone/maxLength', 'objects/account#/validationRules/x__c'] as const;

  it('is a conflict that tells why, and that no preference decides', () => {
    for (const prefer of [{}, { prefer: 'tenant' }, { prefer: 'pack' }] as const) {
      const merged = upgraded(before, after, files, prefer);
      expect(merged.conflicts.map(({ id, reason, choice }) => [id, reason, choice])).toEqual(ids.map((id) => [id, 'unfit', undefined]));
      expect(merged.conflicts.map(({ why }) => why)).toEqual([expect.stringContaining('maxLength'), expect.stringContaining('number')]);
      expect(fieldIn(merged, 'account', 'phone')).toMatchObject({ type: 'number', help: { en: 'Any' } });
    }
  });

  it('goes, or becomes another, by a choice for it alone', () => {
    const other = { ...rule, refuseWhen: { '==': [{ var: 'phone' }, 1] } };
    const merged = upgraded(before, after, files, { choices: { [ids[0]]: 'pack', [ids[1]]: { value: other } } });
    expect(merged.conflicts.map(({ choice }) => choice)).toEqual(['pack', { value: other }]);
    expect(layerOf(merged, 'tenant').files).toEqual(
      changes('account', { fields: { phone: { help: { en: 'Any' } } }, validationRules: { x__c: other } }),
    );
    expect(buildModel(merged.layers).problems).toEqual([]);
  });
});
