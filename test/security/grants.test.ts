// What roles and permission sets give together, and what of it is left of computed fields.
import { describe, expect, it } from '@jest/globals';
import type { FieldLevel } from '@tessera/metadata';
import { compilePolicy, explainGrants, type Policy } from '@tessera/security';
import { grant, grantSet, person, policyOf, reading, sceneModel } from './access-scene.ts';

const levelOf = (policy: Policy, object: string, field: string): FieldLevel => policy.objects[object]?.fields[field] ?? 'none';

describe('the union of grants', () => {
  const roles = grantSet('seller', {
    account: grant({ read: true, create: true, recordTypes: ['small'], fields: { '*': 'read', phone: 'masked' } }),
    '*': grant({ read: true, export: true, fields: { '*': 'read' } }),
    tag: grant({ update: true, fields: { '*': 'edit' } }),
  });
  const permissionSets = {
    ...grantSet('more', { account: grant({ update: true, recordTypes: ['big'], fields: { industry: 'edit', name: 'masked' } }) }),
    ...grantSet('lead', { account: grant({ modifyAll: true }) }),
    ...grantSet('all', { deal: grant({ delete: true, fields: { '*': 'masked', name: 'edit', amount: 'masked' } }) }, { everyone: true }),
  };
  const model = sceneModel({ roles, permissionSets });
  const of = (...sets: readonly string[]): Policy => compilePolicy(model, person({ permissionSets: sets }));

  it.each<[string, Policy, unknown]>([
    ['the role alone', of(), { create: true, update: false, export: false, recordTypes: ['small'] }],
    ['the role and a set', of('more'), { create: true, update: true, export: false, recordTypes: ['big', 'small'] }],
    ['a set of no such name', of('gone'), { create: true, update: false, export: false, recordTypes: ['small'] }],
  ])('takes flags and record types of %s', (_, policy, expected) => {
    const { create, update, export: give, recordTypes } = policy.objects['account'] ?? {};
    expect({ create, update, export: give, recordTypes }).toEqual(expected);
  });

  it('lets the named entry replace * as a whole', () => {
    expect(of().objects['account']?.export).toBe(false);
    expect(of().objects['product']?.export).toBe(true);
    expect(of().objects['tag']).toBeUndefined();
  });

  it('lets all record types be given as soon as one set that grants create or update names none', () => {
    const free = { ...permissionSets, ...grantSet('free', { account: grant({ update: true }) }) };
    expect(
      compilePolicy(sceneModel({ roles, permissionSets: free }), person({ permissionSets: ['free'] })).objects['account']?.recordTypes,
    ).toBeUndefined();
  });

  it('takes the highest level of each field, masks what can be masked, and from * nothing else', () => {
    const policy = of('more');
    expect(['name', 'industry', 'phone', 'token', 'version'].map((field) => levelOf(policy, 'account', field))).toEqual([
      'read',
      'edit',
      'masked',
      'masked',
      'read',
    ]);
    // From the role's *: read, from everyone's set: name edit.
    expect(['name', 'amount'].map((field) => levelOf(policy, 'deal', field))).toEqual(['edit', 'read']);
    const alone = compilePolicy(
      sceneModel({
        permissionSets: grantSet('all', { deal: grant({ read: true, fields: { '*': 'masked', amount: 'masked' } }) }, { everyone: true }),
      }),
      person(),
    );
    expect(['name', 'amount', 'stage', 'id', 'lifeStatus'].map((field) => levelOf(alone, 'deal', field))).toEqual([
      'masked',
      'none',
      'none',
      'read',
      'read',
    ]);
  });

  it('implies viewAll by modifyAll, and no verb', () => {
    const account = of('lead').objects['account'];
    expect([account?.read.records, account?.edit.records, account?.update]).toEqual(['all', 'all', false]);
  });

  it('gives nobody but administrators roles to give', () => {
    const policy = policyOf({ user: grant({ read: true, update: true, fields: { '*': 'edit' } }) });
    expect(['roles', 'permissionSets', 'email'].map((field) => levelOf(policy, 'user', field))).toEqual(['read', 'read', 'edit']);
  });

  it('makes an administrator by a role, not by a permission set, and nobody who is inactive', () => {
    const admin = sceneModel({
      roles: { ...roles, ...grantSet('boss', {}, { administrator: true }) },
      permissionSets: grantSet('sly', {}, { administrator: true }),
    });
    expect(compilePolicy(admin, person({ roles: ['boss'] })).administrator).toBe(true);
    expect(compilePolicy(admin, person({ permissionSets: ['sly'] })).administrator).toBe(false);
    const gone = compilePolicy(admin, person({ roles: ['boss'], active: false }));
    expect([gone.administrator, Object.keys(gone.objects)]).toEqual([false, []]);
  });

  it('holds an API key to its own permission sets', () => {
    const policy = compilePolicy(model, person(), { only: ['more', 'lead'] });
    expect(Object.keys(policy.objects)).toEqual([]);
    const readable = sceneModel({ roles, permissionSets: grantSet('narrow', { product: reading() }) });
    expect(Object.keys(compilePolicy(readable, person(), { only: ['narrow'] }).objects)).toEqual(['product']);
  });

  it('lets an API key do what both its sets and the person may, and nothing else', () => {
    const sets = {
      ...grantSet('wide', { account: { ...reading(), delete: true, export: true, fields: { '*': 'edit' } } }),
      ...grantSet('own', { account: { ...reading(), export: true, fields: { '*': 'read', phone: 'masked' } } }),
    };
    const both = sceneModel({ roles: grantSet('boss', {}, { administrator: true }), permissionSets: sets });
    const narrow = compilePolicy(both, person({ roles: [], permissionSets: ['own'] }), { only: ['wide'] }).objects['account'];
    expect([narrow?.delete, narrow?.export, narrow?.fields['phone'], narrow?.fields['name']]).toEqual([false, true, 'masked', 'read']);
    const boss = compilePolicy(both, person({ roles: ['boss'] }), { only: ['own'] });
    expect([boss.administrator, boss.objects['account']?.export, boss.objects['account']?.delete]).toEqual([false, true, false]);
    expect(compilePolicy(both, person({ roles: ['boss'], active: false }), { only: ['own'] }).objects).toEqual({});
  });

  it('explains by which set a flag and a level came', () => {
    const why = explainGrants(model, person({ permissionSets: ['more', 'lead'] }), 'account');
    const [role, more, lead] = [
      { kind: 'role', name: 'seller' },
      { kind: 'permissionSet', name: 'more' },
      { kind: 'permissionSet', name: 'lead' },
    ];
    expect(why.flags).toMatchObject({ read: [role], update: [more], viewAll: [lead], modifyAll: [lead], delete: [] });
    expect(why.fields).toMatchObject({
      industry: { level: 'edit', granted: 'edit', from: [more] },
      phone: { level: 'masked', granted: 'masked', from: [role] },
    });
  });
});

describe('the closure over computed fields', () => {
  const all = { '*': reading() };
  const levels = (objects: Parameters<typeof policyOf>[0], object: string, ...fields: readonly string[]): readonly FieldLevel[] => {
    const policy = policyOf(objects);
    return fields.map((field) => levelOf(policy, object, field));
  };

  it('leaves everything to whoever may read everything', () => {
    expect(levels(all, 'deal', 'doubled', 'fourfold', 'accountName', 'ownerMail', 'bossMail')).toEqual(Array(5).fill('read'));
    expect(levels(all, 'account', 'dealTotal', 'seenTotal')).toEqual(['read', 'read']);
  });

  it('takes a formula away with a field that it reads, and the formulas that read it', () => {
    const hidden = { ...all, deal: reading({ '*': 'read', amount: 'none' }) };
    expect(levels(hidden, 'deal', 'doubled', 'fourfold', 'accountName')).toEqual(['none', 'none', 'read']);
    expect(levels(hidden, 'account', 'dealTotal', 'seenTotal')).toEqual(['none', 'none']);
  });

  it('takes roll-ups and aggregates away with the child, or the lookup that ties it', () => {
    expect(levels({ ...all, deal: grant({}) }, 'account', 'dealTotal', 'seenTotal')).toEqual(['none', 'none']);
    expect(levels({ ...all, deal: reading({ '*': 'read', account: 'none' }) }, 'account', 'dealTotal', 'seenTotal')).toEqual([
      'none',
      'none',
    ]);
  });

  it('takes a quote away with the lookup that it looks through, its field, and its object', () => {
    expect(levels({ ...all, deal: reading({ '*': 'read', account: 'none' }) }, 'deal', 'accountName')).toEqual(['none']);
    expect(levels({ ...all, account: reading({ '*': 'read', name: 'masked' }) }, 'deal', 'accountName', 'accountParent')).toEqual([
      'none',
      'read',
    ]);
    expect(levels({ ...all, account: grant({}) }, 'deal', 'accountName', 'accountParent')).toEqual(['none', 'none']);
  });

  it('counts paths of $user as fields of the user', () => {
    expect(levels({ ...all, user: reading({ '*': 'read', manager: 'none' }) }, 'deal', 'bossMail', 'ownerMail')).toEqual(['none', 'read']);
    expect(levels({ ...all, user: grant({}) }, 'deal', 'bossMail', 'ownerMail')).toEqual(['none', 'none']);
  });

  it('tells in an explanation that more was granted', () => {
    const model = sceneModel({ roles: grantSet('seller', { ...all, deal: reading({ '*': 'read', amount: 'none' }) }) });
    expect(explainGrants(model, person(), 'deal').fields['doubled']).toMatchObject({ level: 'none', granted: 'read' });
  });
});
