// Roles and permission sets: what they grant, laid over one another by layers, and each wrong reference at its pointer.
import { describe, expect, it } from '@jest/globals';
import type { GrantSetModel, Model } from '@tessera/metadata';
import { messages, model, object, objects, pack, problems, tenant, type Json } from './layer-kit.ts';

const label = { en: 'x' };
const deal = object(
  'deal',
  {
    amount: { type: 'currency' },
    note: { type: 'textarea' },
    phone: { type: 'phone' },
    token: { type: 'secret' },
    number: { type: 'autoNumber', format: 'D-{000}' },
    twice: { type: 'formula', returns: 'number', formula: { '*': [2, 2] } },
    old: { type: 'text', active: false },
  },
  { recordTypes: { big: {}, small: {}, former: { active: false } } },
);
const rep = {
  name: 'rep',
  label,
  objects: { deal: { read: true, create: true, recordTypes: ['big'], fields: { '*': 'read', amount: 'edit' } } },
};
const files = { ...objects(object('account', { phone: { type: 'text' } }), deal), 'roles/rep.json': rep };
const crm = pack('crm', files);

/** The role `rep` of the pack with these grants, or what is wrong with it. */
const granted = (grants: Json): string[] =>
  problems(pack('crm', { ...files, 'roles/rep.json': { ...rep, objects: grants } })).map((found) =>
    found.replace('crm/roles/rep.json', ''),
  );
const onDeal = (grant: Json): string[] => granted({ deal: grant });
const fields = (levels: Json): string[] => onDeal({ fields: levels });

function roleOf(built: Model, name = 'rep'): GrantSetModel {
  const found = built.roles[name];
  if (found === undefined) throw new TypeError(`There is no role ${name}.`);
  return found;
}
const extended = (delta: Json): GrantSetModel =>
  roleOf(model(crm, tenant({ 'extensions/rep.json': { extends: 'rep', kind: 'role', ...delta } })));

describe('a role', () => {
  it('grants nothing that it does not say', () => {
    expect(model(crm).roles).toEqual({
      rep: {
        name: 'rep',
        label,
        administrator: false,
        everyone: false,
        objects: {
          deal: {
            create: true,
            read: true,
            update: false,
            delete: false,
            viewAll: false,
            modifyAll: false,
            import: false,
            export: false,
            changeOwner: false,
            seeDeleted: false,
            recordTypes: ['big'],
            fields: { '*': 'read', amount: 'edit' },
          },
        },
      },
    });
  });

  it('gives all record types where it names none, and none where the list is empty', () => {
    const types = (grant: Json): unknown =>
      roleOf(model(pack('crm', { ...files, 'roles/rep.json': { ...rep, objects: { deal: grant } } }))).objects['deal']?.recordTypes;
    expect([types({}), types({ recordTypes: [] })]).toEqual([undefined, []]);
  });

  it('of an administrator needs no grants', () => {
    const built = model(pack('crm', { 'roles/boss.json': { name: 'boss', label, administrator: true } }));
    expect(roleOf(built, 'boss')).toMatchObject({ administrator: true, objects: {} });
  });

  it('may grant without read: another set may have that', () => {
    expect(onDeal({ update: true, fields: { amount: 'edit' } })).toEqual([]);
  });

  it('stands in the effective metadata and in the hash of the Model', () => {
    const built = model(crm);
    expect(built.source['role']).toMatchObject({ rep: { objects: { deal: { read: true } } } });
    const other = model(pack('crm', { ...files, 'roles/rep.json': { ...rep, objects: { deal: { read: true } } } }));
    expect(other.hash).not.toBe(built.hash);
    expect(other.objects['deal']?.hash).toBe(built.objects['deal']?.hash);
  });

  it('is known by no name that an object has by nature', () => {
    const built = model(crm);
    for (const name of ['constructor', 'toString', 'valueOf']) {
      const grants = roleOf(built).objects;
      expect([name, built.roles[name], grants[name], grants['deal']?.fields[name]]).toEqual([name, undefined, undefined, undefined]);
    }
  });
});

describe('a permission set', () => {
  it('may be for everyone', () => {
    const built = model(
      pack('crm', { 'permissionSets/all.json': { name: 'all', label, everyone: true, objects: { user: { read: true } } } }),
    );
    expect(built.permissionSets['all']).toMatchObject({ everyone: true, administrator: false, objects: { user: { read: true } } });
    expect(built.roles).toEqual({});
  });

  it('is checked like a role', () => {
    expect(problems(pack('crm', { 'permissionSets/all.json': { name: 'all', label, objects: { deal: {} } } }))).toEqual([
      'METADATA_REFERENCE_MISSING crm/permissionSets/all.json#/objects/deal',
    ]);
  });
});

describe('an extension of a role', () => {
  it('changes single flags and levels and leaves the rest', () => {
    const { deal: changed } = extended({ objects: { deal: { delete: true, fields: { note: 'none' } } } }).objects;
    expect(changed).toMatchObject({ create: true, delete: true, recordTypes: ['big'] });
    expect(changed?.fields).toEqual({ '*': 'read', amount: 'edit', note: 'none' });
  });

  it('removes with null: a level, a flag, a list of record types, the grant of an object', () => {
    const { deal: changed } = extended({ objects: { deal: { create: null, recordTypes: null, fields: { amount: null } } } }).objects;
    expect(changed).toMatchObject({ create: false, recordTypes: undefined, fields: { '*': 'read' } });
    expect(extended({ objects: { deal: null } }).objects).toEqual({});
  });

  it('replaces a list of record types as a whole', () => {
    expect(extended({ objects: { deal: { recordTypes: ['small'] } } }).objects['deal']?.recordTypes).toEqual(['small']);
  });

  it('grants on the objects of its own pack, under their own names', () => {
    const visits = objects(object('fmcg__visit', { fmcg__shelf: { type: 'text' } }));
    const grants = { fmcg__visit: { read: true, fields: { fmcg__shelf: 'masked' } } };
    const fmcg = pack('fmcg', { ...visits, 'extensions/rep.json': { extends: 'rep', kind: 'role', objects: grants } }, 'fmcg');
    expect(Object.keys(roleOf(model(crm, fmcg)).objects)).toEqual(['deal', 'fmcg__visit']);
  });

  it('tells a mistake where it was written', () => {
    const wrong = tenant({ 'extensions/rep.json': { extends: 'rep', kind: 'role', objects: { deal: { fields: { nothing: 'read' } } } } });
    expect(problems(crm, wrong)).toEqual(['METADATA_REFERENCE_MISSING tenant/extensions/rep.json#/objects/deal/fields/nothing']);
  });
});

describe('the name of a role or permission set', () => {
  it('carries the mark of its layer', () => {
    const role = (name: string): Json => ({ [`roles/${name}.json`]: { name, label } });
    expect(problems(tenant(role('helper')))).toEqual(['METADATA_NAMESPACE tenant/roles/helper.json#/name']);
    expect(problems(pack('fmcg', role('fmcg__rep'), 'fmcg'), tenant(role('helper__c')))).toEqual([]);
    expect(problems(pack('fmcg', { 'permissionSets/x.json': { name: 'x', label } }, 'fmcg'))).toEqual([
      'METADATA_NAMESPACE fmcg/permissionSets/x.json#/name',
    ]);
  });

  it('is taken once', () => {
    expect(problems(crm, pack('more', { 'roles/rep.json': rep }))).toEqual(['METADATA_COLLISION more/roles/rep.json#/name']);
  });
});

describe('a grant', () => {
  it('is on an object that is there', () => {
    expect(granted({ dael: { read: true } })).toEqual(['METADATA_REFERENCE_MISSING #/objects/dael']);
  });

  it('names fields and record types that are there, system fields too', () => {
    expect(fields({ owner: 'read', lifeStatus: 'read', nothing: 'read' })).toEqual([
      'METADATA_REFERENCE_MISSING #/objects/deal/fields/nothing',
    ]);
    expect(onDeal({ recordTypes: ['big', 'huge'] })).toEqual(['METADATA_REFERENCE_MISSING #/objects/deal/recordTypes/1']);
  });

  it('masks only what is text, an email, a phone or a secret', () => {
    expect(fields({ phone: 'masked', token: 'masked', name: 'masked', '*': 'masked' })).toEqual([]);
    expect(fields({ amount: 'masked', note: 'masked', owner: 'masked' })).toEqual([
      'METADATA_REFERENCE_UNFIT #/objects/deal/fields/amount',
      'METADATA_REFERENCE_UNFIT #/objects/deal/fields/note',
      'METADATA_REFERENCE_UNFIT #/objects/deal/fields/owner',
    ]);
  });

  it('lets nobody edit by name what the system works out', () => {
    expect(fields({ '*': 'edit', twice: 'edit', number: 'edit', createdAt: 'edit', owner: 'edit' })).toEqual([
      'METADATA_REFERENCE_UNFIT #/objects/deal/fields/twice',
      'METADATA_REFERENCE_UNFIT #/objects/deal/fields/number',
      'METADATA_REFERENCE_UNFIT #/objects/deal/fields/createdAt',
    ]);
  });

  it('on * takes names that some object has, and levels that fit every object that has them', () => {
    expect(granted({ '*': { recordTypes: ['big'], fields: { amount: 'edit', phone: 'masked', '*': 'read' } } })).toEqual([]);
    expect(granted({ '*': { recordTypes: ['none'], fields: { nothing: 'read', amount: 'masked', twice: 'edit' } } })).toEqual([
      'METADATA_REFERENCE_MISSING #/objects/*/recordTypes/0',
      'METADATA_REFERENCE_MISSING #/objects/*/fields/nothing',
      'METADATA_REFERENCE_UNFIT #/objects/*/fields/amount',
      'METADATA_REFERENCE_UNFIT #/objects/*/fields/twice',
    ]);
  });

  it('has * as a whole key only', () => {
    expect(granted({ 'deal*': {} })).toEqual(['METADATA_NAME_INVALID #/objects/deal*']);
    expect(fields({ 'a*': 'read' })).toEqual(['METADATA_NAME_INVALID #/objects/deal/fields/a*']);
  });

  it('says what may be said', () => {
    expect(fields({ amount: 'write' })).toEqual(['METADATA_VALUE_UNKNOWN #/objects/deal/fields/amount']);
    expect(messages(pack('crm', { ...files, 'roles/rep.json': { ...rep, objects: { deal: { reads: true } } } }))[0]).toContain(
      'A grant has no property reads. Did you mean read?',
    );
    expect(messages(pack('crm', { ...files, 'roles/rep.json': { ...rep, everyone: true } }))[0]).toContain(
      'A role has no property everyone',
    );
  });
});

describe('what a layer switches off or takes away', () => {
  const off = (extension: Json): Model => model(crm, tenant({ 'extensions/deal.json': { extends: 'deal', ...extension } }));

  it('is left out of grants: an object, a field, a record type', () => {
    expect(roleOf(off({ active: false })).objects).toEqual({});
    expect(roleOf(off({ fields: { amount: { active: false } } })).objects['deal']?.fields).toEqual({ '*': 'read' });
    expect(roleOf(off({ fields: { amount: null } })).objects['deal']?.fields).toEqual({ '*': 'read' });
    expect(roleOf(off({ recordTypes: { big: { active: false } } })).objects['deal']?.recordTypes).toEqual([]);
    expect(roleOf(off({ recordTypes: { big: null } })).objects['deal']?.recordTypes).toEqual([]);
  });

  it('is a role that is gone from the Model', () => {
    expect(model(crm, tenant({ 'extensions/rep.json': { extends: 'rep', kind: 'role', active: false } })).roles).toEqual({});
  });
});
