// The platform's own pack: people, departments, groups, and what everybody may see of them.
import { describe, expect, it } from '@jest/globals';
import { ruleScope, type Model } from '@tessera/metadata';
import { checkRule } from '@tessera/rules';
import { modelOf } from '../support/packs.ts';
import { fieldOf, objectOf } from './layer-kit.ts';

const built = modelOf();

describe('the platform', () => {
  it('has people with roles and permission sets', () => {
    expect(fieldOf(built, 'user', 'roles')).toMatchObject({ type: 'multiPicklist', history: true, default: undefined, required: false });
    expect(Object.keys(fieldOf(built, 'user', 'roles').options ?? {})).toEqual(['administrator']);
    expect(Object.keys(fieldOf(built, 'user', 'permissionSets').options ?? {})).toEqual(['basics']);
  });

  it('has a role that may do everything', () => {
    expect(built.roles).toMatchObject({ administrator: { administrator: true } });
  });

  it('shows everybody who works here, but not what they may do', () => {
    const basics = built.permissionSets['basics'];
    expect(basics?.everyone).toBe(true);
    const { user } = basics?.objects ?? {};
    expect(user).toMatchObject({ read: true, create: false, update: false, viewAll: false });
    expect(Object.keys(user?.fields ?? {})).not.toContain('roles');
    expect(Object.values(user?.fields ?? {}).every((level) => level === 'read')).toBe(true);
    for (const object of ['department', 'userGroup', 'userGroupMember'])
      expect(basics?.objects[object]).toMatchObject({ read: true, create: false, update: false, fields: { '*': 'read' } });
  });

  it('has groups whose members follow them, each once', () => {
    const member = objectOf(built, 'userGroupMember');
    expect(member.sharing).toBe('controlledByParent');
    expect(member.keys['onceInAGroup']).toMatchObject({ fields: ['group', 'user'], unique: true });
    expect(objectOf(built, 'userGroup').relations['members']).toEqual({ name: 'members', object: 'userGroupMember', by: 'group' });
    expect(objectOf(built, 'user').relations['groupMemberships']?.object).toBe('userGroupMember');
  });

  it('has departments and groups that metadata can name', () => {
    for (const object of ['department', 'userGroup'])
      expect(fieldOf(built, object, 'code')).toMatchObject({ unique: true, required: false, text: { maxLength: 64 } });
  });

  it('refuses a department that is its own parent', () => {
    expect(objectOf(built, 'department').validationRules['notOwnParent']).toMatchObject({ at: 'parent', check: 'save' });
  });
});

describe('a masked field', () => {
  it('is not there for rules that come at run time', () => {
    const user = objectOf(built, 'user');
    const masked = { ...user, fields: { ...user.fields, phone: { ...fieldOf(built, 'user', 'phone'), masked: true as const } } };
    const view: Model = { ...built, objects: { ...built.objects, user: masked } };
    const codes = (model: Model): string[] =>
      checkRule({ '==': [{ var: 'phone' }, 'x'] }, ruleScope(model, 'user')).problems.map(({ code }) => code);
    expect(codes(built)).toEqual([]);
    expect(codes(view)).toEqual(['RULE_NAME_UNKNOWN']);
    const [problem] = checkRule({ var: 'manager.phone' }, ruleScope(view, 'department')).problems;
    expect(problem?.code).toBe('RULE_NAME_UNKNOWN');
    expect(ruleScope(view, 'user').catalog.fieldNames('user')).not.toContain('phone');
    expect(ruleScope(view, 'user').catalog.fieldNames('user')).toContain('email');
  });
});
