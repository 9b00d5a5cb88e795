// The oracle against the page: each sentence of "People", "Objects" and "Fields" on a world made by hand.
import { describe, expect, it } from '@jest/globals';
import { granting, handWorld, record, type Hand } from './hand.ts';
import { masked, Rights } from './oracle-fields.ts';
import { isAbove, isMeant, people } from './oracle-people.ts';
import type { Flag, GrantSet, Level } from './world.ts';

const rightsOf = (name: 'ann' | 'bob', hand: Hand): Rights => new Rights(handWorld(hand), name);

describe('people', () => {
  it('are active users that are not deleted', () => {
    const world = handWorld({ away: ['bob'], rows: [record('user', 'eve', { active: true }, true)] });
    expect(people(world).map(({ id }) => id)).toEqual(['ann', 'cid', 'dee']);
  });

  it('are below their manager and the manager’s manager; a circle ends where it closes', () => {
    const world = handWorld({ managers: { ann: 'bob', bob: 'cid', cid: 'ann' } });
    expect([
      isAbove(world, 'bob', 'ann'),
      isAbove(world, 'cid', 'ann'),
      isAbove(world, 'dee', 'ann'),
      isAbove(world, 'ann', 'ann'),
    ]).toEqual([true, true, false, false]);
  });

  it('are named by email, departments and groups by code; a name that no record bears matches nobody', () => {
    const world = handWorld({ groups: { g: ['ann'] }, departments: { top: {}, low: { parent: 'top', people: ['ann'] } } });
    expect(isMeant(world, 'ann', { kind: 'user', email: 'ann@x.example' })).toBe(true);
    expect(isMeant(world, 'ann', { kind: 'group', code: 'g' })).toBe(true);
    expect(isMeant(world, 'ann', { kind: 'group', code: 'h' })).toBe(false);
    expect(isMeant(world, 'ann', { kind: 'department', code: 'low', below: false })).toBe(true);
    expect(isMeant(world, 'ann', { kind: 'department', code: 'top', below: false })).toBe(false);
    expect(isMeant(world, 'ann', { kind: 'department', code: 'top', below: true })).toBe(true);
  });
});

describe('objects', () => {
  const reader = granting('reader', 'account', ['read']);
  const star: GrantSet = { ...reader, name: 'star', objects: { '*': { flags: ['read', 'delete', 'export'], fields: {} } } };

  it('are granted by roles, permission sets, and the sets of everyone, united', () => {
    const role = granting('seller', 'account', ['read', 'update'], {}, { kind: 'role' });
    const all = granting('all', 'account', ['delete'], {}, { everyone: true });
    const rights = rightsOf('ann', { sets: [role, all, granting('other', 'account', ['export'])], has: { ann: ['seller'] } });
    expect((['read', 'update', 'delete', 'export'] as const).map((flag) => rights.may('account', flag))).toEqual([true, true, true, false]);
  });

  it('take the named entry in place of * as a whole, set by set', () => {
    const both: GrantSet = { ...star, name: 'both', objects: { ...star.objects, ...reader.objects } };
    expect(rightsOf('ann', { sets: [both], has: { ann: ['both'] } }).may('account', 'delete')).toBe(false);
    expect(rightsOf('ann', { sets: [reader, star], has: { ann: ['reader', 'star'] } }).may('account', 'delete')).toBe(true);
  });

  it('are not there without read, whatever else is granted', () => {
    const rights = rightsOf('ann', { sets: [granting('w', 'account', ['create', 'viewAll', 'modifyAll'])], has: { ann: ['w'] } });
    expect([rights.readable('account'), rights.may('account', 'create'), rights.level('account', 'id')]).toEqual([false, false, 'none']);
  });

  it('are viewed whole by who may modify all; the verbs are still asked', () => {
    const rights = rightsOf('ann', { sets: [granting('m', 'account', ['read', 'modifyAll'])], has: { ann: ['m'] } });
    expect([rights.may('account', 'viewAll'), rights.may('account', 'update')]).toEqual([true, false]);
  });

  it('give the record types that are listed, united over the sets that grant create or update; left out: all', () => {
    const typed = (name: string, flags: readonly Flag[], recordTypes?: readonly string[]): GrantSet =>
      granting(name, 'account', flags, {}, recordTypes === undefined ? {} : { recordTypes });
    const may = (...sets: readonly GrantSet[]): readonly boolean[] => {
      const rights = rightsOf('ann', { sets, has: { ann: sets.map(({ name }) => name) } });
      return ['big', 'small', null].map((type) => rights.mayGive('account', type));
    };
    expect(may(typed('a', ['read', 'create'], ['big']))).toEqual([true, false, true]);
    expect(may(typed('a', ['read', 'create'], ['big']), typed('b', ['update'], ['small']))).toEqual([true, true, true]);
    expect(may(typed('a', ['read', 'create'], ['big']), typed('b', ['read', 'delete']))).toEqual([true, false, true]);
    expect(may(typed('a', ['read', 'create'], ['big']), typed('b', ['update']))).toEqual([true, true, true]);
  });
});

describe('fields', () => {
  function levels(fields: Readonly<Record<string, Level>>, names: readonly string[], more: readonly GrantSet[] = []): readonly Level[] {
    const rights = rightsOf('ann', {
      sets: [granting('s', 'account', ['read'], fields), ...more],
      has: { ann: ['s', ...more.map(({ name }) => name)] },
    });
    return names.map((name) => rights.level('account', name));
  }

  it('have the named level, else that of *, else none; the highest of all sets', () => {
    expect(levels({ '*': 'read', city: 'none' }, ['city', 'size', 'phone'])).toEqual(['none', 'read', 'read']);
    expect(levels({ city: 'edit' }, ['city', 'size'])).toEqual(['edit', 'none']);
    expect(levels({ city: 'none' }, ['city'], [granting('t', 'account', ['read'], { '*': 'read' })])).toEqual(['read']);
  });

  it('of the system are at least read wherever the object is', () => {
    expect(
      levels({ '*': 'none', version: 'none' }, ['id', 'version', 'recordType', 'createdAt', 'deletedAt', 'lifeStatus', 'owner', 'name']),
    ).toEqual(['read', 'read', 'read', 'read', 'read', 'read', 'none', 'none']);
  });

  it('are masked by * where they are text, email, phone or secret, else none', () => {
    expect(levels({ '*': 'masked' }, ['city', 'phone', 'pin', 'size', 'parent', 'double'])).toEqual([
      'masked',
      'masked',
      'masked',
      'none',
      'none',
      'none',
    ]);
  });

  it('are masked to their last four characters, or to nothing of fewer than eight', () => {
    expect([masked('12345678'), masked('1234567'), masked('')]).toEqual(['••••5678', '••••', '••••']);
  });

  it('that are masked are for selections alone', () => {
    const rights = rightsOf('ann', { sets: [granting('s', 'account', ['read'], { city: 'masked' })], has: { ann: ['s'] } });
    expect([rights.shows('account', 'city'), rights.reads('account', 'city'), rights.sets('account', 'city')]).toEqual([
      'masked',
      false,
      false,
    ]);
  });

  it('that are secret are readable by nobody, and set by edit', () => {
    const rights = rightsOf('ann', { sets: [granting('s', 'account', ['read'], { pin: 'edit' })], has: { ann: ['s'] } });
    expect([rights.shows('account', 'pin'), rights.reads('account', 'pin'), rights.sets('account', 'pin')]).toEqual([
      'masked',
      false,
      true,
    ]);
  });

  it('that are computed are none unless all that they read is read, to any depth', () => {
    expect(levels({ '*': 'read' }, ['double', 'twice', 'total', 'parentCity', 'childSize'])).toEqual([
      'read',
      'read',
      'read',
      'read',
      'read',
    ]);
    expect(levels({ '*': 'read', size: 'none' }, ['double', 'twice', 'above', 'total', 'childSize', 'parentCity'])).toEqual([
      'none',
      'none',
      'none',
      'none',
      'none',
      'read',
    ]);
    expect(levels({ '*': 'read', phone: 'masked' }, ['reach'])).toEqual(['none']);
    expect(levels({ '*': 'read', parent: 'none' }, ['above', 'total', 'parentCity', 'double'])).toEqual(['none', 'none', 'none', 'read']);
  });

  it('of $user are fields of user', () => {
    const user = granting('u', 'user', ['read'], { title: 'read' });
    expect(levels({ '*': 'read' }, ['own'])).toEqual(['none']);
    expect(levels({ '*': 'read' }, ['own'], [user])).toEqual(['read']);
  });

  it('make a relation where the child object is readable and the lookup is read', () => {
    const deal = (fields: Readonly<Record<string, Level>>, flags: readonly Flag[] = ['read']): boolean =>
      rightsOf('ann', {
        sets: [granting('s', 'account', ['read']), granting('d', 'deal', flags, fields)],
        has: { ann: ['s', 'd'] },
      }).relates('account', 'deals');
    expect([deal({ '*': 'read' }), deal({ '*': 'read', account: 'none' }), deal({ '*': 'read' }, [])]).toEqual([true, false, false]);
  });
});
