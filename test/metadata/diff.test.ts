// The differences of two Models, as typed changes.
import { describe, expect, it } from '@jest/globals';
import { diff, type Change } from '@tessera/metadata';
import { model, object, objects, pack, tenant, type Json } from './layer-kit.ts';

const label = { en: 'x' };
const stage = (options: Json): Json => ({ type: 'picklist', options });
const crm = (fields: Json, rest: Json = {}, more: Json = {}): ReturnType<typeof pack> =>
  pack('crm', { ...objects(object('deal', fields, rest)), ...more });
const changes = (before: ReturnType<typeof pack>, after: ReturnType<typeof pack>): readonly Change[] => diff(model(before), model(after));
const brief = (all: readonly Change[]): string[] => all.map(({ kind, name, path, change }) => [change, kind, name, ...path].join(' '));

describe('diff', () => {
  it('is empty for equal Models', () => {
    expect(changes(crm({ a: { type: 'text' } }), crm({ a: { type: 'text' } }))).toEqual([]);
  });

  it('of nothing and a Model is all that there is', () => {
    expect(brief(diff(undefined, model(crm({}), tenant({ 'settings.json': { currency: 'EUR' } }))))).toEqual([
      'added object user',
      'added object department',
      'added object deal',
      'added settings settings',
    ]);
  });

  it('tells components apart', () => {
    const view = { 'listViews/v.json': { name: 'v', object: 'deal', label } };
    expect(brief(changes(crm({}), crm({}, {}, view)))).toEqual(['added listView v']);
    expect(brief(changes(crm({}, {}, view), crm({})))).toEqual(['removed listView v']);
    expect(
      brief(changes(pack('crm', objects(object('deal'))), pack('crm', objects({ ...object('offer'), renamedFrom: ['deal'] })))),
    ).toEqual(['renamed object offer', 'changed object offer name', 'changed object offer plural', 'changed object offer label']);
  });

  it('tells fields, options, keys and rules apart, by name', () => {
    const before = crm({ a: { type: 'text' }, stage: stage({ open: {}, won: {} }) }, { keys: { k: { fields: ['a'] } } });
    const after = crm(
      {
        b: { type: 'text', maxLength: 9, renamedFrom: ['a'] },
        stage: stage({ won: { color: 'green' }, lost: {}, begun: { renamedFrom: ['open'] } }),
        c: { type: 'date' },
      },
      { keys: { k: { fields: ['b'], unique: false } }, validationRules: { r: { refuseWhen: { isBlank: { var: 'b' } }, message: label } } },
    );
    expect(brief(changes(before, after)).sort()).toEqual([
      'added object deal fields b maxLength',
      'added object deal fields c',
      'added object deal fields stage options lost',
      'added object deal fields stage options won color',
      'added object deal keys k unique',
      'added object deal validationRules r',
      'changed object deal keys k fields',
      'renamed object deal fields b',
      'renamed object deal fields stage options begun',
    ]);
  });

  it('gives what was before and what is after', () => {
    expect(changes(crm({ a: { type: 'text', maxLength: 5 } }), crm({ a: { type: 'text', maxLength: 9 } }))).toEqual([
      { kind: 'object', name: 'deal', path: ['fields', 'a', 'maxLength'], change: 'changed', before: 5, after: 9 },
    ]);
    expect(changes(crm({ a: { type: 'text' } }), crm({ b: { type: 'text', renamedFrom: ['a'] } }))).toEqual([
      { kind: 'object', name: 'deal', path: ['fields', 'b'], change: 'renamed', before: 'a', after: 'b' },
    ]);
    expect(changes(crm({ a: { type: 'text' } }), crm({}))).toMatchObject([
      { change: 'removed', path: ['fields', 'a'], before: { type: 'text' } },
    ]);
  });

  it('takes a rule as one value', () => {
    const ruled = (limit: number): ReturnType<typeof pack> =>
      crm({ big: { type: 'formula', returns: 'boolean', formula: { '>': [limit, 2] } } });
    expect(changes(ruled(1), ruled(3))).toEqual([
      {
        kind: 'object',
        name: 'deal',
        path: ['fields', 'big', 'formula'],
        change: 'changed',
        before: { '>': [1, 2] },
        after: { '>': [3, 2] },
      },
    ]);
  });

  it('does not take a name that is still there for renamed', () => {
    expect(brief(changes(crm({ a: { type: 'text' } }), crm({ a: { type: 'text' }, b: { type: 'text', renamedFrom: ['a'] } })))).toEqual([
      'added object deal fields b',
    ]);
  });

  it('goes into layouts, list views and apps', () => {
    const layout = (fields: Json): Json => ({ 'layouts/l.json': { name: 'l', object: 'deal', sections: { main: { fields } } } });
    expect(brief(changes(crm({}, {}, layout({ name: { order: 1 } })), crm({}, {}, layout({ name: { order: 2 }, owner: {} }))))).toEqual([
      'changed layout l sections main fields name order',
      'added layout l sections main fields owner',
    ]);
  });
});
