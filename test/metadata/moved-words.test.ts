// Words that are called otherwise than before, as the Model, its differences and higher layers have them.
import { describe, expect, it } from '@jest/globals';
import { diff, movedWords, type Change } from '@tessera/metadata';
import { fieldOf, model, object, objectOf, objects, pack, problems, tenant, type Json } from './layer-kit.ts';

const label = { en: 'x' };

/** `['b<a', 'c']`: b that was a, and c. */
const words = (...all: readonly string[]): Readonly<Record<string, { readonly renamedFrom?: readonly string[] }>> =>
  Object.fromEntries(
    all.map((each) => each.split('<')).map(([name = '', ...from]) => [name, from.length === 0 ? {} : { renamedFrom: from }]),
  );
const moved = (before: readonly string[], after: readonly string[], back = false): string[] =>
  [...movedWords(words(...before), words(...after), back)].map(([from, to]) => `${from}>${to}`).sort();

describe('movedWords', () => {
  it('has what is said for the first time, and only that', () => {
    expect(moved(['a'], ['b<a'])).toEqual(['a>b']);
    expect(moved(['b<a'], ['b<a'])).toEqual([]);
    expect(moved(['a', 'b<a'], ['b<a'])).toEqual([]);
    expect(moved(['x'], ['b<a'])).toEqual([]);
  });

  it('exchanges, shifts and unites', () => {
    expect(moved(['a', 'b'], ['a<b', 'b<a'])).toEqual(['a>b', 'b>a']);
    expect(moved(['a', 'b'], ['b<a', 'c<b'])).toEqual(['a>b', 'b>c']);
    expect(moved(['a', 'b'], ['b<a'])).toEqual(['a>b']);
    expect(moved(['a', 'b'], ['c<a<b'])).toEqual(['a>c', 'b>c']);
    expect(moved(['b<a'], ['c<a<b'])).toEqual(['b>c']);
  });

  it('takes nothing from a word that goes on', () => {
    expect(moved(['a', 'b'], ['a', 'b<a'])).toEqual([]);
    expect(moved(['a'], ['a', 'b<a'])).toEqual([]);
    expect(moved(['a', 'b'], ['a', 'b<a', 'c<b'])).toEqual([]);
  });

  it('moves back what once moved', () => {
    expect(moved(['b<a'], ['a'])).toEqual([]);
    expect(moved(['b<a'], ['a'], true)).toEqual(['b>a']);
    expect(moved(['a<b', 'b<a'], ['a', 'b'], true)).toEqual(['a>b', 'b>a']);
    expect(moved(['b<a', 'c<b'], ['a', 'b'], true)).toEqual(['b>a', 'c>b']);
    // What came together stays together where it was before, too.
    expect(moved(['b<a'], ['a', 'b'], true)).toEqual([]);
    // Back to what was there after a rename: forward once more.
    expect(moved(['a'], ['b<a'], true)).toEqual(['a>b']);
  });
});

describe('an option', () => {
  it('knows its former words, also where it is a role or a record type', () => {
    const person = object(
      'person',
      { roles: { type: 'multiPicklist', optionsOf: 'role' } },
      { recordTypes: { big: { renamedFrom: ['large'] } } },
    );
    const role = { 'roles/rep.json': { name: 'rep', label, renamedFrom: ['seller'] } };
    const built = model(pack('crm', { ...objects(person), ...role }));
    expect(fieldOf(built, 'person', 'roles').options?.['rep']?.renamedFrom).toEqual(['seller']);
    expect(fieldOf(built, 'person', 'recordType').options?.['big']?.renamedFrom).toEqual(['large']);
  });
});

const stage = (options: Json): ReturnType<typeof pack> => pack('crm', objects(object('deal', { stage: { type: 'picklist', options } })));
const brief = (changes: readonly Change[]): string[] =>
  changes.map(({ change, path, before }) => `${change} ${path.at(-1) ?? ''} ${String(before)}`);

describe('diff', () => {
  it('tells two options that are exchanged', () => {
    const after = model(stage({ a: { renamedFrom: ['b'] }, b: { renamedFrom: ['a'] } }));
    expect(brief(diff(model(stage({ a: {}, b: {} })), after))).toEqual(['renamed a b', 'renamed b a']);
  });

  it('tells an option that joins another', () => {
    const after = model(stage({ b: { renamedFrom: ['a'] } }));
    expect(brief(diff(model(stage({ a: {}, b: {} })), after))).toEqual(['renamed b a']);
  });
});

/** A pack before and after it called an option and a role by other names. */
function crm(renamed: boolean): ReturnType<typeof pack> {
  const from = (name: string): Json => (renamed ? { renamedFrom: [name] } : {});
  const [won, seller] = renamed ? ['won', 'seller'] : ['gained', 'rep'];
  return pack('crm', {
    ...objects(
      object('deal', {
        stage: { type: 'picklist', options: { open: {}, [won]: from('gained') } },
        tags: { type: 'multiPicklist', options: { open: {}, [won]: from('gained') } },
      }),
      object('person', { roles: { type: 'multiPicklist', optionsOf: 'role' } }),
    ),
    [`roles/${seller}.json`]: { name: seller, label, ...from('rep') },
  });
}

describe('a higher layer that has a former word', () => {
  const extended = (fields: Json, more: Json = {}): ReturnType<typeof tenant> =>
    tenant({ 'extensions/deal.json': { extends: 'deal', fields, ...more } });

  it('keeps its defaults', () => {
    const mine = extended({ stage: { default: 'gained' }, tags: { default: { literal: ['open', 'gained'] } } });
    expect(fieldOf(model(crm(true), mine), 'deal', 'stage').default).toMatchObject({ value: 'won' });
    expect(fieldOf(model(crm(true), mine), 'deal', 'tags').default).toMatchObject({ value: ['open', 'won'] });
  });

  it('keeps its rules about roles', () => {
    const rules = {
      mine__c: { refuseWhen: { hasRole: 'rep' }, message: label },
      list__c: { refuseWhen: { hasRole: ['rep'] }, message: label },
    };
    const built = objectOf(model(crm(true), extended({}, { validationRules: rules })), 'deal').validationRules;
    expect(Object.values(built).map((rule) => rule.refuseWhen)).toEqual([
      expect.objectContaining({ operator: 'hasRole', arguments: [expect.objectContaining({ value: 'seller' })] }),
      expect.objectContaining({ operator: 'hasRole', arguments: [expect.objectContaining({ value: 'seller' })] }),
    ]);
  });

  it('is told where the word is what a rule gives', () => {
    const rule = { if: [{ '==': [{ var: 'name' }, 'x'] }, 'gained', 'open'] };
    expect(problems(crm(false), extended({ stage: { default: rule } }))).toEqual([]);
    expect(problems(crm(true), extended({ stage: { default: rule } }))).toEqual([
      'RULE_TYPE tenant/extensions/deal.json#/fields/stage/default/if/1',
    ]);
  });
});
