// What a policy has against a write.
import { describe, expect, it } from '@jest/globals';
import type { ObjectModel } from '@tessera/metadata';
import { administratorPolicy, checkVerb, checkWrite, type WriteCheck } from '@tessera/security';
import { grant, idOf, policyOf, reading, sceneModel } from './access-scene.ts';

const object = sceneModel().objects['account'] as ObjectModel;
const [me, other] = [idOf(1), idOf(2)];
const fields = { '*': 'read', name: 'edit', owner: 'edit', recordType: 'edit', phone: 'masked', industry: 'none', token: 'edit' } as const;
const policy = policyOf({ account: grant({ read: true, create: true, update: true, recordTypes: ['small'], fields }) });
const told = (check: WriteCheck, who = policy): readonly string[] =>
  checkWrite(who, object, check).map(({ code, pointer }) => `${code} ${pointer ?? ''}`);

describe('checkWrite', () => {
  it.each<[string, WriteCheck, readonly string[]]>([
    [
      'lets through what may be set',
      { kind: 'create', after: { owner: me, recordType: 'small' }, input: ['name', 'token', 'owner', 'recordType'] },
      [],
    ],
    [
      'tells fields that may only be read from those that are not there',
      { kind: 'create', after: { owner: me }, input: ['parent', 'phone', 'industry', 'nothing', 'constructor'] },
      [
        'FIELD_READ_ONLY /parent',
        'FIELD_READ_ONLY /phone',
        'FIELD_UNKNOWN /industry',
        'FIELD_UNKNOWN /nothing',
        'FIELD_UNKNOWN /constructor',
      ],
    ],
    [
      'refuses a record type, also as a default',
      { kind: 'create', after: { recordType: 'big' }, input: [] },
      ['RECORD_TYPE_NOT_ALLOWED /recordType'],
    ],
    ['lets a record keep its type', { kind: 'update', before: { recordType: 'big' }, after: { recordType: 'big' }, input: ['name'] }, []],
    [
      'lets a record lose its type',
      { kind: 'update', before: { recordType: 'big' }, after: { recordType: null }, input: ['recordType'] },
      [],
    ],
    [
      'refuses another type',
      { kind: 'update', before: { recordType: 'small' }, after: { recordType: 'big' }, input: ['recordType'] },
      ['RECORD_TYPE_NOT_ALLOWED /recordType'],
    ],
    ['refuses another owner of a new record', { kind: 'create', after: { owner: other }, input: ['owner'] }, ['PERMISSION_DENIED /owner']],
    ['takes another owner that a default gives', { kind: 'create', after: { owner: other }, input: [] }, []],
    [
      'refuses another owner',
      { kind: 'update', before: { owner: other }, after: { owner: me }, input: ['owner'] },
      ['PERMISSION_DENIED /owner'],
    ],
    ['takes the owner that it has', { kind: 'update', before: { owner: other }, after: { owner: other }, input: ['owner'] }, []],
  ])('%s', (_, check, expected) => {
    expect(told(check)).toEqual(expected);
  });

  it('gives a record away with changeOwner', () => {
    const giving = policyOf({ account: grant({ read: true, update: true, changeOwner: true, fields }) });
    expect(told({ kind: 'update', before: { owner: me }, after: { owner: other }, input: ['owner'] }, giving)).toEqual([]);
  });

  it('refuses a verb, and says no more', () => {
    const making = policyOf({ account: grant({ read: true, create: true, fields }) });
    expect(told({ kind: 'update', before: {}, after: {}, input: ['phone'] }, making)).toEqual(['PERMISSION_DENIED ']);
  });

  it('has nothing against administrators, and knows no object that is not there', () => {
    expect(told({ kind: 'create', after: { owner: other }, input: ['anything'] }, administratorPolicy(me))).toEqual([]);
    expect(told({ kind: 'create', after: {}, input: ['name'] }, policyOf({}))).toEqual(['OBJECT_UNKNOWN ']);
  });

  it('names no hidden neighbours', () => {
    const [unknown] = checkWrite(policy, object, { kind: 'create', after: {}, input: ['industry'] });
    expect(unknown?.message).toBe('account has no field industry.');
  });
});

describe('checkVerb', () => {
  it('refuses in the words for what is not there, or for what is not given', () => {
    const some = policyOf({ account: reading(), deal: grant({ read: true, delete: true }) });
    expect(checkVerb(some, 'product', 'create')?.code).toBe('OBJECT_UNKNOWN');
    expect(checkVerb(some, 'account', 'create')?.message).toBe('You may not create records of account.');
    expect(checkVerb(some, 'deal', 'delete')).toBeUndefined();
    expect(checkVerb(administratorPolicy(me), 'product', 'restore')).toBeUndefined();
  });

  it('restores with delete and seeDeleted, neither of them alone', () => {
    const restores = (rest: object): unknown => checkVerb(policyOf({ deal: grant({ read: true, ...rest }) }), 'deal', 'restore')?.code;
    expect(restores({ delete: true, seeDeleted: true })).toBeUndefined();
    expect([restores({ delete: true }), restores({ seeDeleted: true })]).toEqual(['PERMISSION_DENIED', 'PERMISSION_DENIED']);
  });
});
