// Sharing rules and teams: whom they speak of and what they open, and each wrong reference at its pointer.
import { describe, expect, it } from '@jest/globals';
import type { SharingRuleModel } from '@tessera/metadata';
import { messages, model, object, objectOf, objects, pack, problems, tenant, type Json } from './layer-kit.ts';

const label = { en: 'x' };
const deal = object('deal', { amount: { type: 'number' }, account: { type: 'lookup', to: 'account' }, stage: { type: 'text' } });
const role = (name: string): Json => ({ [`roles/${name}.json`]: { name, label } });
const files = { ...objects(object('account', { manager: { type: 'user' } }), deal), ...role('rep'), ...role('finance') };
const rule = {
  name: 'big',
  object: 'deal',
  label,
  records: { when: { '>': [{ var: 'amount' }, 5] } },
  to: { finance: { role: 'finance' } },
};
const withRule = (more: Json, others: Json = {}): ReturnType<typeof pack> =>
  pack('crm', { ...files, ...others, 'sharingRules/big.json': { ...rule, ...more } });
const wrong = (more: Json, others: Json = {}): string[] =>
  problems(withRule(more, others)).map((found) => found.replace('crm/sharingRules/big.json', ''));
const built = (more: Json, ...layers: readonly ReturnType<typeof pack>[]): SharingRuleModel | undefined =>
  model(withRule(more), ...layers).sharingRules['big'];
const extended = (delta: Json): ReturnType<typeof tenant> =>
  tenant({ 'extensions/big.json': { extends: 'big', kind: 'sharingRule', ...delta } });

describe('a sharing rule', () => {
  it('opens records that a condition holds for, to read unless it says edit', () => {
    expect(built({})).toMatchObject({
      name: 'big',
      object: 'deal',
      records: { kind: 'when', condition: { node: 'call', operator: '>' } },
      to: [{ kind: 'role', role: 'finance' }],
      access: 'read',
    });
    expect(built({ access: 'edit' })?.access).toBe('edit');
  });

  it('opens records by their owners', () => {
    expect(built({ records: { ownedBy: { department: 'EAST' } } })?.records).toEqual({
      kind: 'ownedBy',
      owners: { kind: 'department', code: 'EAST', below: false },
    });
  });

  it('speaks of people, roles, groups, and departments with those below', () => {
    const to = { a: { user: 'lin@Acme.example' }, b: { role: 'rep' }, c: { group: 'deal_desk' }, d: { department: 'east', below: true } };
    expect(built({ to })?.to).toEqual([
      { kind: 'user', email: 'lin@acme.example' },
      { kind: 'role', role: 'rep' },
      { kind: 'group', code: 'deal_desk' },
      { kind: 'department', code: 'east', below: true },
    ]);
  });

  it('is of an object that is there', () => {
    expect(wrong({ object: 'dael' })).toEqual(['METADATA_REFERENCE_MISSING #/object']);
  });

  it('names roles that are there', () => {
    expect(wrong({ to: { a: { role: 'rap' } }, records: { ownedBy: { role: 'rip' } } })).toEqual([
      'METADATA_REFERENCE_MISSING #/records/ownedBy/role',
      'METADATA_REFERENCE_MISSING #/to/a/role',
    ]);
    expect(messages(withRule({ to: { a: { role: 'rap' } } }))).toEqual(['There is no role rap. Did you mean rep? Known: rep, finance.']);
  });

  it('names no role that is switched off', () => {
    const off = tenant({ 'extensions/finance.json': { extends: 'finance', kind: 'role', active: false } });
    expect(problems(withRule({}), off)).toEqual(['METADATA_REFERENCE_MISSING crm/sharingRules/big.json#/to/finance/role']);
    expect(messages(withRule({}), off)[0]).toContain('It is switched off');
  });

  it('has a condition that holds water', () => {
    expect(wrong({ records: { when: { '>': [{ var: 'size' }, 5] } } })).toEqual(['RULE_NAME_UNKNOWN #/records/when/>/0/var']);
    expect(wrong({ records: { when: { '+': [{ var: 'amount' }, 5] } } })).toEqual(['RULE_TYPE #/records/when']);
  });

  it('opens nothing that is open anyway, or by the master only', () => {
    const sharing = (how: string): Json => objects({ ...deal, sharing: how });
    expect(wrong({}, sharing('publicReadWrite'))).toEqual(['METADATA_REFERENCE_UNFIT #/object']);
    expect(wrong({}, sharing('publicRead'))).toEqual(['METADATA_REFERENCE_UNFIT #/object']);
    expect(wrong({ access: 'read' }, sharing('publicRead'))).toEqual(['METADATA_REFERENCE_UNFIT #/access']);
    expect(wrong({ access: 'edit' }, sharing('publicRead'))).toEqual([]);
    const detail = object('deal', { amount: { type: 'number' }, of: { type: 'masterDetail', to: 'account', inverse: 'deals' } });
    expect(wrong({}, objects({ ...detail, sharing: 'controlledByParent' }))).toEqual(['METADATA_REFERENCE_UNFIT #/object']);
  });

  it('goes with its object when that is switched off', () => {
    const off = tenant({ 'extensions/deal.json': { extends: 'deal', active: false } });
    expect(model(withRule({}), off).sharingRules).toEqual({});
  });

  it('changes the hash of the Model but not that of the object', () => {
    const [one, other] = [model(withRule({})), model(withRule({ access: 'edit' }))];
    expect(one.hash).not.toBe(other.hash);
    expect(objectOf(one, 'deal').hash).toBe(objectOf(other, 'deal').hash);
  });
});

describe('the schema of a sharing rule', () => {
  const to = (subject: Json): string[] => wrong({ to: { a: subject } });

  it('has each subject be one thing', () => {
    expect(to({})).toEqual(['METADATA_MISSING_PROPERTY #/to/a']);
    expect(to({ user: 'a@b.example', role: 'rep' })).toEqual(['METADATA_MISPLACED_PROPERTY #/to/a/role']);
    expect(to({ group: 'a', department: 'b' })).toEqual(['METADATA_MISPLACED_PROPERTY #/to/a/department']);
    expect(to({ role: 'rep', below: true })).toEqual(['METADATA_MISPLACED_PROPERTY #/to/a/below']);
    expect(messages(withRule({ to: { a: { role: 'rep', group: 'b' } } }))[0]).toContain('people are named in one way');
  });

  it('takes emails and codes in their form', () => {
    expect(to({ user: 'lin' })).toEqual(['METADATA_VALUE_UNKNOWN #/to/a/user']);
    expect(to({ group: '1 of us' })).toEqual(['METADATA_VALUE_UNKNOWN #/to/a/group']);
  });

  it('has at least one subject, and records of one kind', () => {
    expect(wrong({ to: {} })).toEqual(['METADATA_SCHEMA #/to']);
    expect(wrong({ records: {} })).toEqual(['METADATA_MISSING_PROPERTY #/records']);
    expect(wrong({ records: { ownedBy: { role: 'rep' }, when: { isBlank: { var: 'name' } } } })).toEqual([
      'METADATA_MISPLACED_PROPERTY #/records/ownedBy',
    ]);
  });
});

describe('an extension of a sharing rule', () => {
  it('adds and removes subjects, under names with its mark', () => {
    expect(built({}, extended({ to: { finance: null, desk__c: { group: 'desk' } } }))?.to).toEqual([{ kind: 'group', code: 'desk' }]);
    expect(problems(withRule({}), extended({ to: { desk: { group: 'desk' } } }))).toEqual([
      'METADATA_NAMESPACE tenant/extensions/big.json#/to/desk',
    ]);
  });

  it('replaces a subject and the records as a whole', () => {
    const changed = built({}, extended({ to: { finance: { department: 'money', below: true } }, records: { ownedBy: { role: 'rep' } } }));
    expect(changed).toMatchObject({
      to: [{ kind: 'department', code: 'money', below: true }],
      records: { kind: 'ownedBy', owners: { kind: 'role', role: 'rep' } },
    });
    expect(built({ to: { finance: { department: 'a', below: true } } }, extended({ to: { finance: { department: 'b' } } }))?.to).toEqual([
      { kind: 'department', code: 'b', below: false },
    ]);
  });

  it('must leave somebody to open to', () => {
    expect(problems(withRule({}), extended({ to: { finance: null } }))).toEqual([
      'METADATA_MISSING_PROPERTY tenant/extensions/big.json#/to',
    ]);
  });

  it('changes access, or switches the rule off', () => {
    expect(built({}, extended({ access: 'edit' }))?.access).toBe('edit');
    expect(built({}, extended({ active: false }))).toBeUndefined();
  });
});
