// The schemas: what each kind of file may say, and how a mistake in one reads.
import { describe, expect, it } from '@jest/globals';
import { checkFile, metadataKinds, type MetadataKind } from '../../packages/metadata/src/schema-check.ts';

const label = { en: 'A' };
const object = { name: 'a', plural: 'as', label };
const file = 'objects/a.json';

/** Each problem as `code pointer`. */
const found = (kind: MetadataKind, content: unknown): string[] =>
  checkFile(kind, content, file).map(({ code, pointer }) => `${code} ${pointer ?? ''}`);
const message = (kind: MetadataKind, content: unknown): string =>
  checkFile(kind, content, file)
    .map((problem) => problem.message)
    .join('\n');
const field = (content: unknown): string[] => found('field', content);

describe('checkFile', () => {
  it('takes what METADATA.md shows', () => {
    const opportunity = {
      $schema: 'https://tessera.dev/schemas/1/object.json',
      ...object,
      sharing: 'private',
      fields: {
        account: { type: 'lookup', to: 'account', required: true, inverse: 'opportunities', onDelete: 'restrict', label },
        stage: {
          type: 'picklist',
          required: true,
          default: 'qualify',
          options: { qualify: { order: 10, label }, won: { order: 90, label, color: 'green' } },
        },
        weighted: { type: 'formula', returns: 'currency', formula: { round: [{ '*': [{ var: 'amount' }, { var: 'probability' }] }, 2] } },
        lineTotal: {
          type: 'rollup',
          aggregate: { of: 'lines', function: 'sum', value: { var: 'total' }, where: { '==': [{ var: 'cancelled' }, false] } },
        },
      },
      keys: { externalNumber: { fields: ['source', 'sourceNumber'], unique: true } },
      validationRules: { sharesAddUp: { check: 'commit', refuseWhen: { '!=': [{ var: 'shareTotal' }, 1] }, at: 'amount', message: label } },
    };
    expect(found('object', opportunity)).toEqual([]);
    const late = { r: { ...opportunity.validationRules.sharesAddUp, on: ['delete'] } };
    expect(found('object', { ...opportunity, validationRules: late })).toEqual(['METADATA_MISPLACED_PROPERTY /validationRules/r/on']);
  });

  it('names the file in each problem', () => {
    expect(checkFile('object', {}, file).map((problem) => problem.file)).toEqual([file, file, file]);
  });

  it('says which property an object must have', () => {
    expect(message('object', { name: 'a', label })).toBe('An object must say plural: it has no default.');
  });

  it('reports every mistake, each once', () => {
    const content = { ...object, fields: { x: { type: 'text', min: 3, maxLength: '7' }, y: { type: 'number', min: 3, minLength: 1 } } };
    expect(found('object', content)).toEqual([
      'METADATA_TYPE /fields/x/maxLength',
      'METADATA_UNKNOWN_PROPERTY /fields/x/min',
      'METADATA_UNKNOWN_PROPERTY /fields/y/minLength',
    ]);
  });

  it('refuses an unknown property and names the one that was meant', () => {
    expect(message('field', { type: 'text', requierd: true })).toContain('A text field has no property requierd. Did you mean required?');
  });

  it('knows the properties of each field type', () => {
    expect(message('field', { type: 'text', min: 3 })).toContain('A text field has no property min. Did you mean minLength?');
    expect(field({ type: 'number', min: 3 })).toEqual([]);
  });

  it('does not call a known property unknown because its value is wrong', () => {
    expect(field({ type: 'text', required: 5, label: {} })).toEqual(['METADATA_SCHEMA /label', 'METADATA_TYPE /required']);
  });

  it('says how a type was probably spelt', () => {
    expect(message('field', { type: 'picklst' })).toContain('type cannot be "picklst". Did you mean picklist?');
  });

  it('asks for a type where there is none', () => {
    expect(message('field', { label })).toBe('A field must say type: it decides what else may be said.');
  });

  it('lists the values that a property takes', () => {
    expect(message('object', { ...object, sharing: 'public' })).toBe(
      'sharing cannot be "public". Did you mean publicRead or publicReadWrite? Known: private, publicRead, publicReadWrite, controlledByParent.',
    );
  });

  it('says what type a value must have', () => {
    expect(message('object', { ...object, appendOnly: 'yes' })).toBe('appendOnly must be true or false; this is "yes".');
  });

  it('refuses a name that is none', () => {
    expect(found('object', { ...object, fields: { Amount: { type: 'number' } } })).toEqual(['METADATA_NAME_INVALID /fields/Amount']);
  });

  it('takes names with a namespace and with the mark of a tenant', () => {
    expect(found('object', { ...object, fields: { fmcg__grade: { type: 'text' }, grade__c: { type: 'text' } } })).toEqual([]);
  });

  it('takes no name that JavaScript knows already', () => {
    const content: unknown = JSON.parse('{"name":"a","plural":"as","label":{"en":"A"},"fields":{"__proto__":{"type":"text"}}}');
    expect(found('object', content)).toEqual(['METADATA_NAME_INVALID /fields/__proto__']);
  });

  it('refuses a label without any language, and a language that is none', () => {
    expect(found('object', { ...object, label: {} })).toEqual(['METADATA_SCHEMA /label']);
    expect(found('object', { ...object, label: { english: 'A' } })).toEqual(['METADATA_NAME_INVALID /label/english']);
  });

  it('refuses endless nesting instead of running out of stack', () => {
    let content: unknown = {};
    for (let i = 0; i < 20_000; i += 1) content = { and: content };
    expect(found('object', content)).toEqual(['METADATA_SCHEMA ']);
  });

  it('takes $comment and description everywhere', () => {
    const content = {
      ...object,
      $comment: 'c',
      description: 'd',
      fields: { $comment: 'c', x: { type: 'text', $comment: 'c', description: 'd' } },
    };
    expect(found('object', content)).toEqual([]);
  });

  it('refuses, for every kind, what is no object', () => {
    for (const kind of metadataKinds) expect(message(kind, [])).toBe('The file must be an object; this is a list.');
  });
});

/** What a field of each type must say at least. */
const least: Readonly<Record<string, object>> = {
  ...Object.fromEntries(
    ['text', 'textarea', 'richText', 'email', 'phone', 'url', 'number', 'currency', 'percent', 'boolean', 'date', 'datetime', 'time'].map(
      (type) => [type, {}],
    ),
  ),
  ...Object.fromEntries(
    ['autoNumber', 'user', 'department', 'file', 'image', 'address', 'location', 'secret', 'json'].map((type) => [type, {}]),
  ),
  picklist: { options: {} },
  multiPicklist: { options: {} },
  lookup: { to: 'account' },
  masterDetail: { to: 'account', inverse: 'lines' },
  formula: { returns: 'number', formula: { '+': [1, 2] } },
  rollup: { aggregate: { of: 'lines', function: 'count' } },
  quote: { through: 'account', field: 'phone' },
};

describe('the schema of a field', () => {
  it.each(Object.entries(least))('takes a %s that says no more than it must', (type, content) => {
    expect(field({ type, ...content })).toEqual([]);
    expect(field({ type, ...content, label, help: label, active: false, renamedFrom: ['old'], description: 'd', $comment: 'c' })).toEqual(
      [],
    );
  });

  it('knows the types that are listed here, and no other', () => {
    const known = /Known: (.*)\.$/.exec(message('field', { type: 'x' }))?.[1]?.split(', ');
    expect(known?.sort()).toEqual(Object.keys(least).sort());
  });

  it('takes one currency or a field that names it, not both', () => {
    expect(field({ type: 'currency' })).toEqual([]);
    expect(field({ type: 'currency', currency: 'CNY' })).toEqual([]);
    expect(field({ type: 'currency', currencyField: 'currencyCode' })).toEqual([]);
    expect(field({ type: 'currency', currency: 'CNY', currencyField: 'x' })).toEqual(['METADATA_MISPLACED_PROPERTY /currencyField']);
  });

  it('takes one target or several', () => {
    expect(field({ type: 'lookup', to: 'account' })).toEqual([]);
    expect(field({ type: 'lookup', to: ['account', 'lead'] })).toEqual([]);
    expect(field({ type: 'lookup', to: ['Account'] })).toEqual(['METADATA_VALUE_UNKNOWN /to/0']);
    expect(field({ type: 'lookup', to: ['account', 'account'] })).toEqual(['METADATA_SCHEMA /to']);
  });

  it('refuses properties that a computed field could not act on', () => {
    const formula = { type: 'formula', returns: 'number', formula: { '+': [1, 2] } };
    expect(field({ ...formula, required: true, default: 1 })).toEqual([
      'METADATA_UNKNOWN_PROPERTY /required',
      'METADATA_UNKNOWN_PROPERTY /default',
    ]);
  });

  it('asks a master-detail for the name of the list of details', () => {
    expect(field({ type: 'masterDetail', to: 'opportunity' })).toEqual(['METADATA_MISSING_PROPERTY ']);
  });

  it('takes an auto-number only with one place for the number', () => {
    expect(field({ type: 'autoNumber', format: 'OPP-{YYYY}{MM}-{0000}' })).toEqual([]);
    expect(field({ type: 'autoNumber', format: 'OPP' })).toEqual(['METADATA_VALUE_UNKNOWN /format']);
    expect(field({ type: 'autoNumber', format: '{000}-{000}' })).toEqual(['METADATA_VALUE_UNKNOWN /format']);
  });
});

describe('the schema of an extension', () => {
  const extension = (content: object): string[] => found('extension', { extends: 'account', ...content });

  it('takes changes without type, and null to remove', () => {
    expect(extension({ fields: { industry: { label, options: { retail: null, toys: { order: 5 } }, help: null }, fax: null } })).toEqual(
      [],
    );
    expect(extension({ validationRules: { phoneRequired: { active: false } }, keys: { byPhone: null } })).toEqual([]);
  });

  it('holds a new field to its type', () => {
    expect(extension({ fields: { fmcg__grade: { type: 'text', min: 1 } } })).toEqual(['METADATA_UNKNOWN_PROPERTY /fields/fmcg__grade/min']);
  });

  it('refuses what no type of field has', () => {
    expect(extension({ fields: { industry: { maxLenght: 5 } } })).toEqual(['METADATA_UNKNOWN_PROPERTY /fields/industry/maxLenght']);
  });

  it('changes other kinds that are named', () => {
    const change = { kind: 'layout', sections: { facts: { fields: { fax: null, fmcg__grade: { order: 15 } } }, old: null } };
    expect(extension(change)).toEqual([]);
    expect(extension({ ...change, fields: {} })).toEqual(['METADATA_UNKNOWN_PROPERTY /fields']);
  });

  it('does not take null in the file of a whole component', () => {
    expect(found('object', { ...object, fields: { x: null } })).toEqual(['METADATA_TYPE /fields/x']);
  });
});

describe('the schema of a list view', () => {
  const view = { name: 'v', object: 'a', label };

  it('asks a kanban for its lanes and a calendar for its date', () => {
    expect(message('listView', { ...view, kind: 'kanban' })).toContain('groupBy');
    expect(message('listView', { ...view, kind: 'calendar' })).toContain('dateField');
  });

  it('refuses lanes of a table', () => {
    expect(found('listView', { ...view, groupBy: 'stage' })).toEqual(['METADATA_MISPLACED_PROPERTY /groupBy']);
  });

  it('takes paths as columns, one target of a polymorphic lookup too', () => {
    expect(found('listView', { ...view, columns: { 'account.parent.name': { order: 10 }, 'about:account.name': {} } })).toEqual([]);
    expect(found('listView', { ...view, columns: { 'account..name': {} } })).toEqual(['METADATA_NAME_INVALID /columns/account..name']);
  });
});

describe('the schema of a parameter', () => {
  it.each([
    ['number', 5, '5'],
    ['text', 'x', 5],
    ['boolean', true, 'true'],
    ['date', '2026-02-01', '1.2.2026'],
    ['textList', ['a'], 'a'],
    ['duration', 'P3D', '3D'],
  ])('holds a %s to its value', (type, right, wrong) => {
    expect(found('parameter', { name: 'p', type, value: right })).toEqual([]);
    expect(found('parameter', { name: 'p', type, value: wrong })).toHaveLength(1);
  });

  it('bounds numbers only', () => {
    expect(found('parameter', { name: 'p', type: 'number', value: 1, min: 0, max: 2 })).toEqual([]);
    expect(found('parameter', { name: 'p', type: 'text', value: 'x', min: 0 })).toEqual(['METADATA_MISPLACED_PROPERTY /min']);
  });
});

describe('the schema of an app', () => {
  it('has each item open one thing', () => {
    const app = (item: object): string[] => found('app', { name: 'a', label, items: { x: item } });
    expect(app({ object: 'account' })).toEqual([]);
    expect(app({ listView: 'allAccounts' })).toEqual([]);
    expect(app({})).toEqual(['METADATA_MISSING_PROPERTY /items/x']);
    expect(app({ object: 'account', listView: 'x' })).toEqual(['METADATA_MISPLACED_PROPERTY /items/x/object']);
  });
});
