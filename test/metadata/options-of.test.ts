// Picklists whose options are roles or permission sets, as layers bring them and take them away.
import { describe, expect, it } from '@jest/globals';
import { fieldTypes, type FieldModel } from '@tessera/metadata';
import { fieldOf, model, object, objectOf, objects, pack, problems, tenant, type Json } from './layer-kit.ts';

const label = { en: 'x' };
const person = (more: Json = {}): Json =>
  object('person', {
    roles: { type: 'multiPicklist', optionsOf: 'role', ...more },
    main: { type: 'picklist', optionsOf: 'role' },
    sets: { type: 'multiPicklist', optionsOf: 'permissionSet' },
  });
const role = (name: string, words: Json = label, more: Json = {}): Json => ({ [`roles/${name}.json`]: { name, label: words, ...more } });
const files = { ...objects(person()), ...role('rep', { en: 'Sales rep', 'zh-CN': '销售' }), ...role('boss', { en: 'Boss' }) };
const crm = pack('crm', files);
const own = tenant(role('helper__c', { en: 'Helper' }));
const options = (name: string, ...layers: readonly ReturnType<typeof pack>[]): FieldModel['options'] =>
  fieldOf(model(crm, ...layers), 'person', name).options;

describe('a picklist of roles', () => {
  it('has the roles as options, by their labels', () => {
    expect(Object.values(options('roles') ?? {})).toEqual([
      { name: 'boss', label: { en: 'Boss' }, order: 0, active: true },
      { name: 'rep', label: { en: 'Sales rep', 'zh-CN': '销售' }, order: 1, active: true },
    ]);
    expect(Object.keys(options('main') ?? {})).toEqual(['boss', 'rep']);
  });

  it('follows a role that a tenant adds, also in what rules and writes take', () => {
    const field = fieldOf(model(crm, own), 'person', 'roles');
    expect(Object.keys(field.options ?? {})).toEqual(['boss', 'helper__c', 'rep']);
    expect(field.ruleType).toEqual({ kind: 'list', of: { kind: 'text', options: ['boss', 'helper__c', 'rep'] } });
    expect(fieldTypes.multiPicklist.coerce(['rep', 'helper__c'], field)).toEqual({ ok: true, value: ['helper__c', 'rep'] });
    expect(fieldTypes.multiPicklist.coerce(['nobody'], field)).toMatchObject({ ok: false, code: 'VALUE_OPTION_UNKNOWN' });
  });

  it('keeps a role that is switched off for records that have it', () => {
    const off = tenant({ 'extensions/rep.json': { extends: 'rep', kind: 'role', active: false } });
    const built = model(crm, off);
    expect(Object.keys(built.roles)).toEqual(['boss']);
    expect(fieldOf(built, 'person', 'roles').options?.['rep']?.active).toBe(false);
  });

  it('has the labels of a translation', () => {
    const french = pack('french', { 'translations/fr.json': { language: 'fr', roles: { rep: { label: 'Vendeur' } } } });
    expect(options('roles', french)?.['rep']?.label).toMatchObject({ en: 'Sales rep', fr: 'Vendeur' });
  });

  it('changes the hash of its object when a role comes, and only then', () => {
    const hash = (...layers: readonly ReturnType<typeof pack>[]): string => objectOf(model(crm, ...layers), 'person').hash;
    expect(hash(own)).not.toBe(hash());
    const granting = tenant({ 'extensions/rep.json': { extends: 'rep', kind: 'role', objects: { person: { read: true } } } });
    expect(hash(granting)).toBe(hash());
  });

  it('is compared with roles that there are', () => {
    const rule = (name: string): ReturnType<typeof pack> =>
      pack('more', { 'rules/r.json': { name: 'r', object: 'person', rule: { in: [name, { var: 'roles' }] } } });
    expect(problems(crm, rule('rep'))).toEqual([]);
    expect(problems(crm, rule('rip'))).toEqual(['RULE_TYPE more/rules/r.json#/rule/in/0']);
  });

  it('has a default that is a role', () => {
    const main = (initial: string): string[] =>
      problems(crm, pack('more', { 'extensions/person.json': { extends: 'person', fields: { main: { default: initial } } } }));
    expect(main('rep')).toEqual([]);
    expect(main('rip')).toEqual(['VALUE_OPTION_UNKNOWN more/extensions/person.json#/fields/main/default']);
  });
});

describe('a picklist of permission sets', () => {
  it('has none as long as there are none', () => {
    expect(options('sets')).toEqual({});
    const set = tenant({ 'permissionSets/extra__c.json': { name: 'extra__c', label } });
    expect(Object.keys(options('sets', set) ?? {})).toEqual(['extra__c']);
  });
});

describe('the schema of a picklist', () => {
  const wrong = (more: Json): string[] =>
    problems(pack('crm', objects(person(more)))).map((found) => found.replace('crm/objects/person.json#/fields/roles', ''));

  it('takes options or optionsOf', () => {
    expect(wrong({ options: { a: {} } })).toEqual(['METADATA_MISPLACED_PROPERTY /options']);
    expect(wrong({ optionsOf: 'object' })).toEqual(['METADATA_VALUE_UNKNOWN /optionsOf']);
    expect(problems(pack('crm', objects(object('a', { b: { type: 'picklist' } }))))).toEqual([
      'METADATA_MISSING_PROPERTY crm/objects/a.json#/fields/b',
    ]);
  });

  it('takes no options from an extension where it has optionsOf', () => {
    const more = pack('more', { 'extensions/person.json': { extends: 'person', fields: { roles: { options: { a: {} } } } } });
    expect(problems(crm, more)).toEqual(['METADATA_MISPLACED_PROPERTY more/extensions/person.json#/fields/roles/options']);
  });
});
