// Permissions beside the rest of metadata: renames and translations reach them, diff tells them apart, settings have their defaults.
import { describe, expect, it } from '@jest/globals';
import { diff, rewriteRenames, type Layer } from '@tessera/metadata';
import { model, object, objectOf, objects, pack, platform, problems, tenant, type Json } from './layer-kit.ts';

const label = { en: 'x' };

/** The pack before and after it called things by better names. */
function crm(renamed: boolean): Layer {
  const name = (now: string, before: string): string => (renamed ? now : before);
  const from = (before: string): Json => (renamed ? { renamedFrom: [before] } : {});
  const fields = {
    [name('amount', 'value')]: { type: 'number', ...from('value') },
    [name('helper', 'aide')]: { type: 'user', ...from('aide') },
    roles: { type: 'multiPicklist', optionsOf: 'role' },
  };
  const deal = object(name('deal', 'chance'), fields, { recordTypes: { [name('large', 'big')]: from('big') }, ...from('chance') });
  return pack('crm', {
    ...objects(deal),
    [`roles/${name('rep', 'agent')}.json`]: { name: name('rep', 'agent'), label, ...from('agent') },
  });
}

/** What a tenant wrote while the pack still had its former names. */
const written = (renamed: boolean): Layer => {
  const name = (now: string, before: string): string => (renamed ? now : before);
  const [deal, amount, helper] = [name('deal', 'chance'), name('amount', 'value'), name('helper', 'aide')];
  return tenant({
    'roles/own__c.json': {
      name: 'own__c',
      label,
      objects: { [deal]: { read: true, recordTypes: [name('large', 'big')], fields: { [amount]: 'read', '*': 'none' } } },
    },
    'permissionSets/own__c.json': { name: 'own__c', label, objects: { '*': { read: true }, [deal]: { export: true } } },
    'extensions/rep.json': { extends: name('rep', 'agent'), kind: 'role', objects: { [deal]: { read: true } } },
    'sharingRules/own__c.json': {
      name: 'own__c',
      object: deal,
      label,
      records: { when: { '>': [{ var: amount }, 5] } },
      to: { all: { role: name('rep', 'agent') } },
    },
    'sharingRules/owned__c.json': {
      name: 'owned__c',
      object: deal,
      label,
      records: { ownedBy: { role: name('rep', 'agent') } },
      to: { all: { group: 'all' } },
    },
    'extensions/deal.json': {
      extends: deal,
      team: {
        roles: { aide__c: { label, access: 'read' } },
        rules: { aide__c: { role: 'aide__c', member: { var: helper }, when: { in: [name('rep', 'agent'), { var: 'roles' }] } } },
      },
    },
    'translations/fr.json': {
      language: 'fr',
      roles: { [name('rep', 'agent')]: { label: 'Vendeur' } },
      objects: { [deal]: { team: { roles: { aide__c: 'Aide' } } } },
    },
  });
};

describe('a rename', () => {
  it('reaches grants, sharing rules, teams and picklists of roles of the layers above', () => {
    expect(problems(crm(true), written(false))).toEqual([]);
    const [moved, fresh] = [model(crm(true), written(false)), model(crm(true), written(true))];
    expect(moved.hash).toBe(fresh.hash);
    expect(moved.roles['own__c']?.objects).toMatchObject({ deal: { recordTypes: ['large'], fields: { amount: 'read', '*': 'none' } } });
  });

  it('is written into a layer by a plan', () => {
    const files = rewriteRenames([platform, crm(true), written(false)]).at(-1)?.files;
    expect(files).toEqual(written(true).files);
  });

  it('leaves mistakes to be told where they were written', () => {
    const wrong = tenant({ 'roles/own__c.json': { name: 'own__c', label, objects: { chance: { fields: { value: 'masked' } } } } });
    expect(problems(crm(true), wrong)).toEqual(['METADATA_REFERENCE_UNFIT tenant/roles/own__c.json#/objects/chance/fields/value']);
  });
});

describe('a translation', () => {
  it('has texts of roles, permission sets, sharing rules and team roles', () => {
    const texts = { permissionSets: { own__c: { label: 'Extra' } }, sharingRules: { own__c: { label: 'Grand' } } };
    const files = { ...written(true).files, 'translations/de.json': { language: 'de', ...texts } };
    const built = model(crm(true), { ...written(true), files });
    expect(built.roles['rep']?.label).toEqual({ en: 'x', fr: 'Vendeur' });
    expect(built.permissionSets['own__c']?.label).toEqual({ en: 'x', de: 'Extra' });
    expect(built.sharingRules['own__c']?.label).toEqual({ en: 'x', de: 'Grand' });
    expect(objectOf(built, 'deal').team?.roles['aide__c']?.label).toEqual({ en: 'x', fr: 'Aide' });
  });

  it('is of what is there', () => {
    const texts = { roles: { rip: { label: 'x' } }, objects: { deal: { team: { roles: { lead: 'x' } } } } };
    expect(problems(crm(true), tenant({ 'translations/fr.json': { language: 'fr', ...texts } }))).toEqual([
      'METADATA_REFERENCE_MISSING tenant/translations/fr.json#/objects/deal/team/roles/lead',
      'METADATA_REFERENCE_MISSING tenant/translations/fr.json#/roles/rip',
    ]);
  });
});

describe('diff', () => {
  const base = { 'roles/rep.json': { name: 'rep', label, objects: { deal: { read: true, fields: { amount: 'read', name: 'read' } } } } };
  const deal = (team: Json): Json => objects(object('deal', { amount: { type: 'number' }, helper: { type: 'user' } }, { team }));
  const team = { roles: { lead: { label, access: 'read' } } };
  const rule = (to: Json): Json => ({
    'sharingRules/r.json': { name: 'r', object: 'deal', label, records: { ownedBy: { role: 'rep' } }, to },
  });
  const before = model(
    pack('crm', { ...base, ...deal(team), ...rule({ a: { group: 'g' } }), 'settings.json': { passwords: { minLength: 8 } } }),
  );

  it('tells grants, subjects, team roles and password rules apart', () => {
    const grants = { deal: { read: true, export: true, fields: { amount: 'edit', '*': 'none' } }, user: { read: true } };
    const rules = { r: { member: { var: 'helper' }, role: 'lead' } };
    const after = model(
      pack('crm', {
        'roles/rep.json': { name: 'rep', label, objects: grants },
        ...deal({ roles: { lead: { label, access: 'edit' }, aide: { label, access: 'read' } }, rules }),
        ...rule({ a: { group: 'h' }, b: { role: 'rep' } }),
        'settings.json': { passwords: { minLength: 10 } },
      }),
    );
    expect(
      diff(before, after)
        .map(({ kind, name, path, change }) => [change, kind, name, ...path].join(' '))
        .sort(),
    ).toEqual([
      'added object deal team roles aide',
      'added object deal team rules r',
      'added role rep objects deal export',
      'added role rep objects deal fields *',
      'added role rep objects user',
      'added sharingRule r to b',
      'changed object deal team roles lead access',
      'changed role rep objects deal fields amount',
      'changed settings settings passwords minLength',
      'changed sharingRule r to a group',
      'removed role rep objects deal fields name',
    ]);
  });

  it('tells a team that comes or goes as one', () => {
    const without = model(pack('crm', { ...base, ...objects(object('deal', { amount: { type: 'number' }, helper: { type: 'user' } })) }));
    expect(diff(without, before).find(({ kind, path }) => kind === 'object' && path[0] === 'team')).toMatchObject({
      change: 'added',
      path: ['team'],
    });
  });
});

describe('settings', () => {
  it('have their defaults', () => {
    expect(model().settings).toMatchObject({
      departmentHeads: 'withBelow',
      passwords: { minLength: 12, minKinds: 1, remember: 5, maxAgeDays: undefined },
      secondFactor: 'optional',
      impersonation: false,
      auditDays: 730,
    });
  });

  it('of a higher layer replace single rules for passwords', () => {
    const below = pack('crm', { 'settings.json': { passwords: { minLength: 10, minKinds: 3 }, secondFactor: 'required', auditDays: 90 } });
    const above = tenant({
      'settings.json': { passwords: { minKinds: 2, maxAgeDays: 180 }, departmentHeads: 'none', impersonation: true },
    });
    expect(model(below, above).settings).toMatchObject({
      departmentHeads: 'none',
      passwords: { minLength: 10, minKinds: 2, remember: 5, maxAgeDays: 180 },
      secondFactor: 'required',
      impersonation: true,
      auditDays: 90,
    });
  });

  it('keep within bounds', () => {
    const passwords = { minLength: 7, minKinds: 5, remember: 25, maxAgeDays: 0 };
    expect(
      problems(tenant({ 'settings.json': { passwords, secondFactor: 'never', departmentHeads: 'all', auditDays: 0 } })).sort(),
    ).toEqual([
      'METADATA_SCHEMA tenant/settings.json#/auditDays',
      'METADATA_SCHEMA tenant/settings.json#/passwords/maxAgeDays',
      'METADATA_SCHEMA tenant/settings.json#/passwords/minKinds',
      'METADATA_SCHEMA tenant/settings.json#/passwords/minLength',
      'METADATA_SCHEMA tenant/settings.json#/passwords/remember',
      'METADATA_VALUE_UNKNOWN tenant/settings.json#/departmentHeads',
      'METADATA_VALUE_UNKNOWN tenant/settings.json#/secondFactor',
    ]);
  });
});
