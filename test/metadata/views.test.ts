// Layouts, list views, apps, parameters and named rules: each wrong reference at its pointer.
import { describe, expect, it } from '@jest/globals';
import { messages, model, object, objects, pack, problems, tenant, type Json } from './layer-kit.ts';

const label = { en: 'x' };
const deal = object(
  'deal',
  {
    account: { type: 'lookup', to: 'account', inverse: 'deals' },
    stage: { type: 'picklist', options: { open: {}, won: {} } },
    tags: { type: 'multiPicklist', options: { a: {} } },
    data: { type: 'json' },
    closed: { type: 'date' },
    due: { type: 'datetime' },
    size: { type: 'number' },
  },
  { recordTypes: { big: {} } },
);
const files = objects(object('account', { industry: { type: 'text' } }), deal);
const wrong = (path: string, content: Json): string[] => problems(pack('crm', { ...files, [path]: content }));

describe('a layout', () => {
  const layout = (more: Json, about = 'deal'): string[] =>
    wrong('layouts/l.json', { name: 'l', object: about, sections: {}, ...more }).map((found) => found.replace('crm/layouts/l.json', ''));

  it('is of an object that is there', () => {
    expect(layout({}, 'dael')).toEqual(['METADATA_REFERENCE_MISSING #/object']);
  });

  it('shows fields that are there, under conditions that hold water', () => {
    const fields = {
      size: { required: { '+': [1, 2] }, readOnly: { '==': [{ var: 'nothing' }, 1] }, visibleWhen: { var: 'stage' } },
      nothing: {},
      account: {},
    };
    expect(layout({ sections: { main: { visibleWhen: { isBlank: { var: 'none' } }, fields } } }).sort()).toEqual([
      'METADATA_REFERENCE_MISSING #/sections/main/fields/nothing',
      'RULE_NAME_UNKNOWN #/sections/main/fields/size/readOnly/==/0/var',
      'RULE_NAME_UNKNOWN #/sections/main/visibleWhen/isBlank/var',
      'RULE_TYPE #/sections/main/fields/size/required',
      'RULE_TYPE #/sections/main/fields/size/visibleWhen',
    ]);
  });

  it('is for record types that are there', () => {
    expect(layout({ recordTypes: ['big', 'small'] })).toEqual(['METADATA_REFERENCE_MISSING #/recordTypes/1']);
  });

  it('lists children by relations, columns and sort keys that are there', () => {
    const relatedLists = {
      deals: { relation: 'deals', columns: { 'account.nothing': {}, size: {} }, sort: { industry: {}, data: {} } },
      none: { relation: 'tasks' },
    };
    expect(layout({ relatedLists }, 'account')).toEqual([
      'RULE_NAME_UNKNOWN #/relatedLists/deals/columns/account.nothing',
      'METADATA_REFERENCE_UNFIT #/relatedLists/deals/sort/data',
      'RULE_NAME_UNKNOWN #/relatedLists/deals/sort/industry',
      'METADATA_REFERENCE_MISSING #/relatedLists/none/relation',
    ]);
  });

  it('has its sections and fields in order, what has none last', () => {
    const sections = { z: { order: 10, fields: { size: {}, closed: { order: 20 }, stage: { order: 10 } } }, a: {} };
    const built = model(pack('crm', { ...files, 'layouts/l.json': { name: 'l', object: 'deal', sections } })).layouts['l'];
    expect(built?.sections.map((section) => section.name)).toEqual(['z', 'a']);
    expect(built?.sections[0]?.fields.map((field) => field.field)).toEqual(['stage', 'closed', 'size']);
  });
});

describe('a list view', () => {
  const view = (more: Json): string[] =>
    wrong('listViews/v.json', { name: 'v', object: 'deal', label, ...more }).map((found) => found.replace('crm/listViews/v.json', ''));

  it('is of an object that is there', () => {
    expect(view({ object: 'dael' })).toEqual(['METADATA_REFERENCE_MISSING #/object']);
  });

  it('has columns, sort keys and a filter over fields that are there', () => {
    expect(view({ columns: { 'account.industry': {}, 'account.nothing': {}, 'size.name': {} } })).toEqual([
      'RULE_NAME_UNKNOWN #/columns/account.nothing',
      'RULE_NAME_UNKNOWN #/columns/size.name',
    ]);
    expect(view({ sort: { 'account.industry': {}, nothing: {}, tags: {} } })).toEqual([
      'RULE_NAME_UNKNOWN #/sort/nothing',
      'METADATA_REFERENCE_UNFIT #/sort/tags',
    ]);
    expect(view({ filter: { and: [{ '==': [{ var: 'stage' }, 'lost'] }, { var: 'size' }] } })).toEqual([
      'RULE_TYPE #/filter/and/0/==/1',
      'RULE_TYPE #/filter/and/1',
    ]);
    expect(view({ filter: { '==': [{ var: 'owner' }, { var: '$user' }] } })).toEqual([]);
  });

  it('as a kanban has lanes by a picklist or a lookup', () => {
    const kanban = (groupBy: string): string[] => view({ kind: 'kanban', groupBy });
    expect([kanban('stage'), kanban('account'), kanban('recordType')]).toEqual([[], [], []]);
    expect(kanban('nothing')).toEqual(['METADATA_REFERENCE_MISSING #/groupBy']);
    expect([kanban('size'), kanban('tags')].flat()).toEqual(['METADATA_REFERENCE_UNFIT #/groupBy', 'METADATA_REFERENCE_UNFIT #/groupBy']);
  });

  it('as a calendar has days', () => {
    const calendar = (dateField: string, endField: string): string[] => view({ kind: 'calendar', dateField, endField });
    expect(calendar('closed', 'due')).toEqual([]);
    expect(calendar('size', 'stage')).toEqual(['METADATA_REFERENCE_UNFIT #/dateField', 'METADATA_REFERENCE_UNFIT #/endField']);
    expect(calendar('nothing', 'none')).toEqual(['METADATA_REFERENCE_MISSING #/dateField', 'METADATA_REFERENCE_MISSING #/endField']);
  });
});

describe('an app', () => {
  it('opens objects and list views that are there', () => {
    const items = { a: { object: 'deal' }, b: { object: 'dael' }, c: { listView: 'deals' } };
    expect(wrong('apps/a.json', { name: 'a', label, items })).toEqual([
      'METADATA_REFERENCE_MISSING crm/apps/a.json#/items/b/object',
      'METADATA_REFERENCE_MISSING crm/apps/a.json#/items/c/listView',
    ]);
  });
});

describe('a parameter', () => {
  const parameter = (more: Json): string[] =>
    wrong('parameters/p.json', { name: 'p', ...more }).map((found) => found.replace('crm/parameters/p.json', ''));

  it('has a value of its type', () => {
    for (const [type, value, kind] of [
      ['number', 0.1, 'number'],
      ['text', 'a', 'text'],
      ['boolean', true, 'boolean'],
      ['date', '2026-02-28', 'date'],
      ['textList', ['a'], 'list'],
      ['duration', 'P3D', 'text'],
    ] as const) {
      const built = model(pack('crm', { 'parameters/p.json': { name: 'p', type, value } })).parameters['p'];
      expect([type, built?.type.kind, built?.value]).toEqual([type, kind, type === 'number' ? '0.1' : value]);
    }
    expect(parameter({ type: 'date', value: '2026-02-29' })).toEqual(['METADATA_REFERENCE_UNFIT #/value']);
  });

  it('writes a number without an exponent', () => {
    expect(model(pack('crm', { 'parameters/p.json': { name: 'p', type: 'number', value: 1e-7 } })).parameters['p']?.value).toBe(
      '0.0000001',
    );
  });

  it('keeps within its range, also where a tenant tunes it', () => {
    expect(parameter({ type: 'number', value: 5, min: 6, max: 3 })).toEqual(['METADATA_REFERENCE_UNFIT #/min']);
    const limited = pack('crm', { 'parameters/p.json': { name: 'p', type: 'number', value: 5, min: 0, max: 10 } });
    const tuned = (value: number): ReturnType<typeof tenant> => tenant({ 'extensions/p.json': { extends: 'p', kind: 'parameter', value } });
    expect(model(limited, tuned(10)).parameters['p']?.value).toBe('10');
    expect(problems(limited, tuned(11))).toEqual(['METADATA_REFERENCE_UNFIT tenant/extensions/p.json#/value']);
    expect(messages(limited, tuned(11))).toEqual(['This parameter takes at least 0 and at most 10; 11 is not.']);
  });
});

describe('a named rule', () => {
  const rule = (rule: unknown, about?: string): string[] =>
    wrong('rules/r.json', { name: 'r', rule, ...(about === undefined ? {} : { object: about }) }).map((found) =>
      found.replace('crm/rules/r.json', ''),
    );

  it('is about an object that is there', () => {
    expect(rule({ isBlank: { var: 'name' } }, 'dael')).toEqual(['METADATA_REFERENCE_MISSING #/object']);
  });

  it('reads fields that are there', () => {
    expect(rule({ '==': [{ var: 'account.sector' }, 'it'] }, 'deal')).toEqual(['RULE_NAME_UNKNOWN #/rule/==/0/var']);
    expect(rule({ '==': [{ var: 'name' }, 'it'] })).toEqual(['RULE_NAME_UNKNOWN #/rule/==/0/var']);
  });

  it('names rules and parameters that are there, and not itself', () => {
    expect(rule({ and: [{ rule: 'none' }, { '>': [1, { param: 'none' }] }] })).toEqual([
      'RULE_NAME_UNKNOWN #/rule/and/0/rule',
      'RULE_NAME_UNKNOWN #/rule/and/1/>/1/param',
    ]);
    expect(rule({ '!': { rule: 'r' } })).toEqual(['RULE_TYPE #/rule/!/rule']);
  });

  it('may be changed by a tenant, for all that use it', () => {
    const big = { 'rules/big.json': { name: 'big', object: 'deal', rule: { '>': [{ var: 'size' }, 5] } } };
    const using = { ...files, ...big, 'listViews/v.json': { name: 'v', object: 'deal', label, filter: { rule: 'big' } } };
    const changed = tenant({ 'extensions/big.json': { extends: 'big', kind: 'rule', rule: { '>': [{ var: 'size' }, 9] } } });
    expect(model(pack('crm', using), changed).listViews['v']?.filter).toMatchObject({ arguments: [{}, { value: '9' }] });
    const broken = tenant({ 'extensions/big.json': { extends: 'big', kind: 'rule', rule: { '>': [{ var: 'sise' }, 9] } } });
    expect(problems(pack('crm', using), broken)).toContain('RULE_NAME_UNKNOWN tenant/extensions/big.json#/rule/>/0/var');
  });
});
