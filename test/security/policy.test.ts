// Policies: their shape, their slots, and whether they give all records of an object, some, or none.
import { describe, expect, it } from '@jest/globals';
import type { SharingRuleModel } from '@tessera/metadata';
import { always } from '@tessera/rules';
import { compilePolicy, explainPlan, readCondition, recordAccess } from '@tessera/security';
import { call, literal, pathOf } from '../support/model-fixture.ts';
import { grant, grantSet, idOf, ownedBy, person, policyOf, reading, sceneModel } from './access-scene.ts';

const all = { '*': reading() };

describe('a policy’s shape', () => {
  it('is the same for people of equal permissions with other teams', () => {
    const rules = { [`accountread`]: ownedBy('account', { kind: 'role', role: 'boss' }, [{ kind: 'group', code: 'a' }]) };
    const one = policyOf(
      all,
      { sharingRules: rules },
      { managed: [idOf(2)], groups: [{ id: idOf(9), code: 'a' }], owners: { 'role:boss': [idOf(3)] } },
    );
    const other = policyOf(all, { sharingRules: rules }, { userId: idOf(7), department: idOf(8) });
    expect(one.shape).toBe(other.shape);
    expect(JSON.stringify(one.objects)).toBe(JSON.stringify(other.objects));
    expect(one.slots['owners:account:read']).toEqual([idOf(1), idOf(2), idOf(3)]);
    expect(other.slots['owners:account:read']).toEqual([idOf(7)]);
    expect(Object.keys(one.slots)).toEqual(Object.keys(other.slots));
  });

  it('has no ids in anything but the slots', () => {
    const { objects } = policyOf(all, {}, { managed: [idOf(2)], headed: [idOf(3)], groups: [{ id: idOf(9), code: 'a' }] });
    expect(JSON.stringify(objects)).not.toContain('00000000-');
  });

  it('differs by a flag, a level, a record type, and a rule over records that speaks of one', () => {
    const name = pathOf(sceneModel(), 'account', 'name');
    const when: SharingRuleModel = {
      name: 'byName',
      object: 'account',
      label: {},
      records: { kind: 'when', condition: call('==', name, literal({ kind: 'text' }, 'x')) },
      to: [{ kind: 'group', code: 'a' }],
      access: 'read',
    };
    const inGroup = { groups: [{ id: idOf(9), code: 'a' }] };
    const shapes = [
      policyOf(all),
      policyOf({ '*': grant({ read: true, viewAll: true, fields: { '*': 'read' } }) }),
      policyOf({ '*': reading({ '*': 'read', name: 'edit' }) }),
      policyOf({ '*': grant({ read: true, create: true, recordTypes: [], fields: { '*': 'read' } }) }),
      policyOf(all, { sharingRules: { byName: when } }, inGroup),
    ].map(({ shape }) => shape);
    expect(new Set(shapes).size).toBe(shapes.length);
    expect(policyOf(all, { sharingRules: { byName: when } }).shape).toBe(shapes[0]);
  });

  it('lets colleagues share what has no ids', () => {
    const model = sceneModel({ roles: grantSet('seller', all) });
    const first = compilePolicy(model, person());
    const asked: string[] = [];
    const second = compilePolicy(model, person({ userId: idOf(5) }), { kept: (shape) => (asked.push(shape), first.objects) });
    expect(second.objects).toBe(first.objects);
    expect(asked).toEqual([first.shape]);
    expect(second.slots['owners:deal:edit']).toEqual([idOf(5)]);
  });
});

describe('a policy’s records', () => {
  it('are none where a master does not exist for the person, however deep', () => {
    const policy = policyOf({ note: reading(), line: reading() });
    expect(recordAccess(policy, 'note')).toEqual({ read: 'none', edit: 'none' });
    expect(explainPlan(policy, 'note').read).toEqual([{ kind: 'parent', condition: always(false) }]);
  });

  it('are all where the masters are all seen', () => {
    const policy = policyOf({ '*': reading(), deal: grant({ read: true, viewAll: true, fields: { '*': 'read' } }) });
    expect(recordAccess(policy, 'note').read).toBe('all');
    expect(recordAccess(policy, 'note').edit).toMatchObject({
      test: { kind: 'parent', by: 'line', where: { test: { kind: 'parent', by: 'deal' } } },
    });
  });

  it('are nothing of an object that is not there, and all for an administrator', () => {
    expect(recordAccess(policyOf({}), 'account')).toEqual({ read: 'none', edit: 'none' });
    const boss = compilePolicy(sceneModel({ roles: grantSet('seller', {}, { administrator: true }) }), person());
    expect(recordAccess(boss, 'account')).toEqual({ read: 'all', edit: 'all' });
  });

  it('are one condition for queries', () => {
    const policy = policyOf({ account: reading(), tag: reading() });
    expect(readCondition(policy, 'tag')).toBeUndefined();
    expect(readCondition(policy, 'deal')).toEqual(always(false));
    expect(readCondition(policy, 'account')).toBe(recordAccess(policy, 'account').read);
  });
});
