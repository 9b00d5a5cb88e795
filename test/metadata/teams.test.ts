// Teams of objects: their roles, who joins when a record is made, and each wrong reference at its pointer.
import { describe, expect, it } from '@jest/globals';
import type { TeamModel } from '@tessera/metadata';
import { messages, model, object, objectOf, objects, pack, problems, tenant, type Json } from './layer-kit.ts';

const label = { en: 'x' };
const fields = {
  helper: { type: 'user' },
  account: { type: 'lookup', to: 'account' },
  about: { type: 'lookup', to: ['user', 'account'] },
  hot: { type: 'boolean' },
};
const roles = { lead: { label: { en: 'Lead' }, access: 'edit', order: 20 }, guest: { label, access: 'read', order: 10 } };
const account = object('account', { keeper: { type: 'user' } });
const crm = (team?: Json): ReturnType<typeof pack> =>
  pack('crm', objects(account, object('deal', fields, team === undefined ? {} : { team })));
const ruled = (rule: Json): ReturnType<typeof pack> => crm({ roles, rules: { r: { member: { var: 'helper' }, role: 'lead', ...rule } } });
const wrong = (rule: Json): string[] => problems(ruled(rule)).map((found) => found.replace('crm/objects/deal.json#/team/rules/r', ''));
const extended = (team: unknown): ReturnType<typeof tenant> => tenant({ 'extensions/deal.json': { extends: 'deal', team } });
const teamOf = (...layers: readonly ReturnType<typeof pack>[]): TeamModel | undefined => objectOf(model(...layers), 'deal').team;

describe('the team of an object', () => {
  it('is not there where nothing is said', () => {
    expect(teamOf(crm())).toBeUndefined();
  });

  it('has its roles in order', () => {
    const team = teamOf(crm({ roles }));
    expect(Object.values(team?.roles ?? {})).toEqual([
      { name: 'guest', label, access: 'read' },
      { name: 'lead', label: { en: 'Lead' }, access: 'edit' },
    ]);
    expect(team?.rules).toEqual({});
  });

  it('is joined by a user of the record, under a condition', () => {
    const rule = teamOf(ruled({ member: { var: 'account.keeper' }, when: { var: 'hot' } }))?.rules['r'];
    expect(rule).toMatchObject({ name: 'r', role: 'lead', member: { node: 'path' }, when: { node: 'path' } });
    expect(teamOf(ruled({ member: { if: [{ var: 'hot' }, { var: 'owner' }, { var: 'helper' }] } }))?.rules['r']?.when).toBeUndefined();
  });

  it('is joined by users only', () => {
    expect(wrong({ member: { var: 'account' } })).toEqual(['RULE_TYPE /member']);
    expect(wrong({ member: { var: 'about' } })).toEqual(['RULE_TYPE /member']);
    expect(wrong({ member: { var: 'name' } })).toEqual(['RULE_TYPE /member']);
    expect(wrong({ member: { var: 'about:user' } })).toEqual([]);
  });

  it('has rules that read what is there', () => {
    expect(wrong({ member: { var: 'account.nobody' } })).toEqual(['RULE_NAME_UNKNOWN /member/var']);
    expect(wrong({ when: { var: 'cold' } })).toEqual(['RULE_NAME_UNKNOWN /when/var']);
    expect(wrong({ when: { var: 'name' } })).toEqual(['RULE_TYPE /when']);
  });

  it('has rules that name its roles', () => {
    expect(wrong({ role: 'boss' })).toEqual(['METADATA_REFERENCE_MISSING /role']);
    expect(messages(ruled({ role: 'boss' }))).toEqual(['There is no team role boss on deal. Known: guest, lead.']);
    expect(messages(ruled({}), extended({ roles: { lead: { active: false } } }))[0]).toContain('It is switched off');
  });

  it('must have roles, each with its access', () => {
    expect(problems(crm({}))).toEqual(['METADATA_MISSING_PROPERTY crm/objects/deal.json#/team']);
    expect(problems(crm({ roles: { lead: { label } } }))).toEqual(['METADATA_MISSING_PROPERTY crm/objects/deal.json#/team/roles/lead']);
  });

  it('is part of the hash of its object, with what its rules read', () => {
    const hash = (...layers: readonly ReturnType<typeof pack>[]): string => objectOf(model(...layers), 'deal').hash;
    expect(new Set([hash(crm()), hash(crm({ roles })), hash(ruled({}))]).size).toBe(3);
    const big = (limit: number): Json => ({
      'rules/big.json': { name: 'big', object: 'deal', rule: { '>': [{ var: 'version' }, limit] } },
    });
    const named = (limit: number): string => {
      const base = ruled({ when: { rule: 'big' } });
      return hash({ ...base, files: { ...base.files, ...big(limit) } });
    };
    expect(named(1)).not.toBe(named(2));
  });
});

describe('an extension of a team', () => {
  it('changes and removes roles and rules one by one', () => {
    const changed = teamOf(
      ruled({ when: { var: 'hot' } }),
      extended({ roles: { guest: null, lead: { access: 'read' } }, rules: { r: { when: null } } }),
    );
    expect(changed?.roles).toEqual({ lead: { name: 'lead', label: { en: 'Lead' }, access: 'read' } });
    expect(changed?.rules['r']).toMatchObject({ when: undefined, role: 'lead' });
    expect(teamOf(ruled({}), extended({ rules: { r: { active: false } } }))?.rules).toEqual({});
    expect(teamOf(ruled({}), extended(null))).toBeUndefined();
  });

  it('adds roles and rules under names with its mark', () => {
    const extra = { roles: { aide__c: { label, access: 'read' } }, rules: { aide__c: { member: { var: 'helper' }, role: 'aide__c' } } };
    expect(Object.keys(teamOf(ruled({}), extended(extra))?.rules ?? {})).toEqual(['r', 'aide__c']);
    expect(teamOf(crm(), extended(extra))?.roles).toHaveProperty('aide__c');
    const unmarked = { roles: { aide: { label, access: 'read' } }, rules: { aide: { member: { var: 'helper' }, role: 'lead' } } };
    expect(problems(ruled({}), extended(unmarked))).toEqual([
      'METADATA_NAMESPACE tenant/extensions/deal.json#/team/roles/aide',
      'METADATA_NAMESPACE tenant/extensions/deal.json#/team/rules/aide',
    ]);
  });
});
