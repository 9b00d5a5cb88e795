// The second level of validation: what files say of one another. Each mistake with its code, its file and its pointer.
import { describe, expect, it } from '@jest/globals';
import { buildModel } from '@tessera/metadata';
import { messages, object, objects, pack, platform, problems, tenant, type Json } from './layer-kit.ts';

const text = { type: 'text' };
const number = { type: 'number' };
const label = { en: 'x' };

/** Problems of one object `deal` with these fields, beside `account` and `line`. */
const account = object('account', { industry: text });
const line = object('line', {
  deal: { type: 'masterDetail', to: 'deal', inverse: 'lines' },
  total: { type: 'currency' },
  item: text,
});
const deal = (fields: Json, rest: Json = {}): string[] =>
  problems(
    pack('crm', objects(account, line, object('deal', { account: { type: 'lookup', to: 'account', inverse: 'deals' }, ...fields }, rest))),
  );
const dealSays = (fields: Json, rest: Json = {}): string =>
  messages(
    pack('crm', objects(account, line, object('deal', { account: { type: 'lookup', to: 'account', inverse: 'deals' }, ...fields }, rest))),
  ).join('\n');
const at = (code: string, pointer: string): string[] => [`${code} crm/objects/deal.json#${pointer}`];

describe('the names of fields and objects', () => {
  it.each(['id', 'owner', 'createdAt', 'version', 'lifeStatus', 'recordType', 'and', 'some', 'constructor', 'toString'])(
    'may not be the reserved %s for a field',
    (name) => {
      expect(deal({ [name]: text })).toEqual(at('METADATA_NAME_RESERVED', `/fields/${name}`));
    },
  );

  it.each(['query', 'node', 'search', 'file', 'constructor', 'valueOf'])('may not be the reserved %s for an object', (name) => {
    expect(problems(pack('crm', objects({ ...object(name), plural: 'somethings' })))).toEqual([
      `METADATA_NAME_RESERVED crm/objects/${name}.json#/name`,
    ]);
  });

  it('may not be a reserved plural', () => {
    expect(problems(pack('crm', objects({ ...object('paper'), plural: 'records' })))).toEqual([
      'METADATA_NAME_RESERVED crm/objects/paper.json#/plural',
    ]);
  });

  it('may not meet in one column', () => {
    expect(deal({ accountId: text })).toEqual(at('METADATA_NAME_CLASH', '/fields/accountId'));
    expect(dealSays({ accountId: text })).toBe('accountId and account both become account_id. Rename one.');
  });

  it('may not meet in a column of a polymorphic lookup', () => {
    expect(deal({ about: { type: 'lookup', to: ['account', 'user'] }, aboutUserId: text })).toEqual(
      at('METADATA_NAME_CLASH', '/fields/aboutUserId'),
    );
  });

  it('may not meet in the column of a system field', () => {
    expect(deal({ ownerId: text })).toEqual(at('METADATA_NAME_CLASH', '/fields/ownerId'));
  });

  it('may not meet in a column of a field that is switched off: its data are still there', () => {
    expect(deal({ parent: { type: 'lookup', to: 'account', active: false }, parentId: text })).toEqual(
      at('METADATA_NAME_CLASH', '/fields/parent'),
    );
  });

  it('may not meet where one plural is another name', () => {
    expect(problems(pack('crm', objects(object('news'), { ...object('item'), plural: 'news' })))).toEqual([
      'METADATA_NAME_CLASH crm/objects/item.json#/plural',
    ]);
    expect(problems(pack('crm', objects({ ...object('news'), plural: 'news' })))).toEqual([
      'METADATA_NAME_CLASH crm/objects/news.json#/plural',
    ]);
  });

  it('may not give one child relation two meanings', () => {
    expect(deal({ second: { type: 'lookup', to: 'account', inverse: 'deals' } })).toEqual(
      at('METADATA_NAME_CLASH', '/fields/second/inverse'),
    );
    expect(deal({ second: { type: 'lookup', to: 'account', inverse: 'industry' } })).toEqual(
      at('METADATA_NAME_CLASH', '/fields/second/inverse'),
    );
    expect(deal({ second: { type: 'lookup', to: 'account', inverse: 'some' } })).toEqual(
      at('METADATA_NAME_CLASH', '/fields/second/inverse'),
    );
  });

  it('of a record must be text or numbered', () => {
    expect(deal({ name: number })).toEqual(at('METADATA_REFERENCE_UNFIT', '/fields/name/type'));
    expect(deal({ name: { type: 'autoNumber' } })).toEqual([]);
  });
});

describe('a lookup', () => {
  it('must point to an object that is there', () => {
    expect(deal({ other: { type: 'lookup', to: 'acount' } })).toEqual(at('METADATA_REFERENCE_MISSING', '/fields/other/to'));
    expect(dealSays({ other: { type: 'lookup', to: 'acount' } })).toBe(
      'There is no object acount. Did you mean account? Known: user, department, account, line, deal.',
    );
  });

  it('is told which of several targets is missing', () => {
    expect(deal({ other: { type: 'lookup', to: ['account', 'acount'] } })).toEqual(at('METADATA_REFERENCE_MISSING', '/fields/other/to/1'));
  });

  it('must have a filter over its target', () => {
    expect(deal({ other: { type: 'lookup', to: 'account', filter: { '==': [{ var: 'sector' }, 'it'] } } })).toEqual(
      at('RULE_NAME_UNKNOWN', '/fields/other/filter/==/0/var'),
    );
  });

  it('to several objects has no filter', () => {
    const filter = { '==': [{ var: 'name' }, 'x'] };
    expect(deal({ other: { type: 'lookup', to: ['account', 'user'], filter } })).toEqual(
      at('METADATA_REFERENCE_UNFIT', '/fields/other/filter'),
    );
  });

  it('that must have a value cannot be emptied', () => {
    expect(deal({ other: { type: 'lookup', to: 'account', required: true, onDelete: 'setNull' } })).toEqual(
      at('METADATA_REFERENCE_UNFIT', '/fields/other/onDelete'),
    );
  });
});

describe('a master', () => {
  it('is needed by an object that its parent controls', () => {
    expect(deal({}, { sharing: 'controlledByParent' })).toEqual(at('METADATA_REFERENCE_UNFIT', '/sharing'));
  });

  it('may not be its own detail, at any distance', () => {
    const a = object('a', { b: { type: 'masterDetail', to: 'b', inverse: 'as' } });
    const b = object('b', { a: { type: 'masterDetail', to: 'a', inverse: 'bs' } });
    const self = object('self', { up: { type: 'masterDetail', to: 'self', inverse: 'downs' } });
    expect(problems(pack('crm', objects(a, b)))).toEqual(['METADATA_CYCLE crm/objects/a.json#/fields/b/to']);
    expect(messages(pack('crm', objects(self)))).toEqual([
      'These depend on one another in a circle: self → self. Break it at one of them.',
    ]);
  });
});

describe('what a field says of its values', () => {
  it.each([
    ['a scale beyond the precision', { type: 'number', precision: 3, scale: 4, default: 1 }, '/scale'],
    ['a min above the max', { type: 'number', min: 10, max: 5 }, '/min'],
    ['a first day after the last', { type: 'date', min: '2026-02-01', max: '2026-01-01' }, '/min'],
    ['a day that does not exist', { type: 'date', max: '2026-02-30' }, '/max'],
    ['a least length above the greatest', { type: 'text', minLength: 10, maxLength: 5 }, '/minLength'],
    ['a pattern that is none', { type: 'text', pattern: '(', default: 'x' }, '/pattern'],
    ['a pattern that is whole only between brackets', { type: 'text', pattern: 'a)|(b' }, '/pattern'],
    ['a currency of a field that is not there', { type: 'currency', currencyField: 'money' }, '/currencyField'],
    ['a currency of a field of another kind', { type: 'currency', currencyField: 'account' }, '/currencyField'],
    [
      'an index on what is worked out when read',
      { type: 'formula', returns: 'number', formula: { '+': [1, 2] }, indexed: true },
      '/indexed',
    ],
    [
      'a search in what is worked out when read',
      { type: 'formula', returns: 'text', formula: { cat: ['a', 'b'] }, searchable: true },
      '/searchable',
    ],
  ])('is refused with %s', (_, source, pointer) => {
    expect(deal({ value: source })).toEqual(at('METADATA_REFERENCE_UNFIT', `/fields/value${pointer}`));
  });

  it.each([
    ['a number that is too large', { type: 'number', max: 5, default: 6 }, 'VALUE_OUT_OF_RANGE'],
    ['a word where a number is needed', { type: 'number', default: 'many' }, 'VALUE_TYPE'],
    ['an unknown option', { type: 'picklist', options: { a: {} }, default: 'b' }, 'VALUE_OPTION_UNKNOWN'],
    [
      'an option that is switched off',
      { type: 'picklist', options: { a: {}, b: { active: false } }, default: 'b' },
      'METADATA_REFERENCE_UNFIT',
    ],
    ['a rule of another type', { type: 'date', default: { '+': [1, 2] } }, 'RULE_TYPE'],
  ])('is refused with a default that is %s', (_, source, code) => {
    expect(deal({ value: source })).toEqual(at(code, '/fields/value/default'));
  });

  it('is refused with a condition that is none', () => {
    expect(deal({ value: { type: 'text', required: { '+': [1, 2] } } })).toEqual(at('RULE_TYPE', '/fields/value/required'));
    expect(deal({ value: { type: 'text', readOnly: { '==': [{ var: 'nothing' }, 1] } } })).toEqual(
      at('RULE_NAME_UNKNOWN', '/fields/value/readOnly/==/0/var'),
    );
  });
});

describe('a dependent picklist', () => {
  const region = { type: 'picklist', options: { east: {}, west: {} } };
  const city = (dependsOn: Json): Json => ({ type: 'picklist', options: { xian: {}, wuxi: {} }, dependsOn });

  it('needs a picklist to depend on', () => {
    expect(deal({ city: city({ field: 'account', values: {} }) })).toEqual(
      at('METADATA_REFERENCE_MISSING', '/fields/city/dependsOn/field'),
    );
    expect(deal({ city: city({ field: 'city', values: {} }) })).toEqual(at('METADATA_REFERENCE_MISSING', '/fields/city/dependsOn/field'));
  });

  it('names options of the other, and its own', () => {
    expect(deal({ region, city: city({ field: 'region', values: { north: [] } }) })).toEqual(
      at('METADATA_REFERENCE_MISSING', '/fields/city/dependsOn/values/north'),
    );
    expect(deal({ region, city: city({ field: 'region', values: { east: ['wuxi', 'paris'] } }) })).toEqual(
      at('METADATA_REFERENCE_MISSING', '/fields/city/dependsOn/values/east/1'),
    );
  });
});

describe('a key', () => {
  it('has fields that are there and stored in one column', () => {
    expect(deal({}, { keys: { k: { fields: ['account', 'nothing'] } } })).toEqual(at('METADATA_REFERENCE_MISSING', '/keys/k/fields/1'));
    expect(deal({ about: { type: 'lookup', to: ['account', 'user'] } }, { keys: { k: { fields: ['about'] } } })).toEqual(
      at('METADATA_REFERENCE_UNFIT', '/keys/k/fields/0'),
    );
    expect(deal({ sum: { type: 'formula', returns: 'number', formula: { '+': [1, 1] } } }, { keys: { k: { fields: ['sum'] } } })).toEqual(
      at('METADATA_REFERENCE_UNFIT', '/keys/k/fields/0'),
    );
  });

  it.each([
    ['another record', { '==': [{ var: 'account.industry' }, 'it'] }],
    ['the time', { '<': [{ var: 'createdAt' }, { var: '$now' }] }],
    ['the user', { '==': [{ var: 'owner' }, { var: '$user' }] }],
    ['a computed field', { '==': [{ var: 'sum' }, 2] }],
  ])('has no condition that reads %s', (_, where) => {
    const sum = { type: 'formula', returns: 'number', formula: { '+': [1, 1] } };
    expect(deal({ sum }, { keys: { k: { fields: ['name'], where } } })).toEqual(at('METADATA_REFERENCE_UNFIT', '/keys/k/where'));
  });

  it('may have a condition on its own columns', () => {
    expect(deal({}, { keys: { k: { fields: ['name'], where: { '!=': [{ var: 'account' }, null] } } } })).toEqual([]);
  });
});

describe('a validation rule', () => {
  const rule = (more: Json): Json => ({ validationRules: { r: { refuseWhen: { isBlank: { var: 'name' } }, message: label, ...more } } });

  it('is a condition over fields that are there', () => {
    expect(deal({}, rule({ refuseWhen: { '>': [{ var: 'account.size' }, 1] } }))).toEqual(
      at('RULE_NAME_UNKNOWN', '/validationRules/r/refuseWhen/>/0/var'),
    );
    expect(deal({}, rule({ refuseWhen: { var: 'name' } }))).toEqual(at('RULE_TYPE', '/validationRules/r/refuseWhen'));
  });

  it('speaks at a field that is there, for record types that are there', () => {
    expect(deal({}, rule({ at: 'nothing' }))).toEqual(at('METADATA_REFERENCE_MISSING', '/validationRules/r/at'));
    expect(deal({}, rule({ recordTypes: ['big'] }))).toEqual(at('METADATA_REFERENCE_MISSING', '/validationRules/r/recordTypes/0'));
  });

  it('knows the old values where it looks at a save, not at the commit', () => {
    const refuseWhen = { '!=': [{ var: '$old.name' }, { var: 'name' }] };
    expect(deal({}, rule({ refuseWhen }))).toEqual([]);
    expect(deal({}, rule({ refuseWhen, check: 'commit' }))).toEqual(at('RULE_NAME_UNKNOWN', '/validationRules/r/refuseWhen/!=/0/var'));
  });
});

describe('a record type', () => {
  const stage = { type: 'picklist', options: { a: {}, b: {} } };

  it('narrows picklists that are there to options that are there', () => {
    expect(deal({ stage }, { recordTypes: { big: { options: { phase: ['a'] } } } })).toEqual(
      at('METADATA_REFERENCE_MISSING', '/recordTypes/big/options/phase'),
    );
    expect(deal({ stage }, { recordTypes: { big: { options: { stage: ['a', 'z'] } } } })).toEqual(
      at('METADATA_REFERENCE_MISSING', '/recordTypes/big/options/stage/1'),
    );
  });

  it('is the default alone', () => {
    expect(deal({}, { recordTypes: { big: { default: true }, small: { default: true } } })).toEqual(
      at('METADATA_REFERENCE_UNFIT', '/recordTypes/small/default'),
    );
  });
});

describe('a mistake in an extension', () => {
  const base = pack('crm', objects(account, object('deal', { account: { type: 'lookup', to: 'account' }, amount: number })));
  const extension = (delta: Json): string[] => problems(base, tenant({ 'extensions/deal.json': { extends: 'deal', ...delta } }));

  it('is told where it was written', () => {
    expect(extension({ fields: { late__c: { type: 'formula', returns: 'boolean', formula: { '<': [{ var: 'due' }, 1] } } } })).toEqual([
      'RULE_NAME_UNKNOWN tenant/extensions/deal.json#/fields/late__c/formula/</0/var',
    ]);
    expect(extension({ fields: { amount: { min: 10, max: 5 } } })).toEqual([
      'METADATA_REFERENCE_UNFIT tenant/extensions/deal.json#/fields/amount/min',
    ]);
    expect(extension({ validationRules: { r__c: { refuseWhen: { isBlank: { var: 'name' } }, message: label, at: 'nothing' } } })).toEqual([
      'METADATA_REFERENCE_MISSING tenant/extensions/deal.json#/validationRules/r__c/at',
    ]);
  });

  it('is told where the type of the field does not know a property', () => {
    expect(extension({ fields: { amount: { maxLength: 5 } } })).toEqual([
      'METADATA_UNKNOWN_PROPERTY tenant/extensions/deal.json#/fields/amount/maxLength',
    ]);
  });

  it('is told where something needed was taken away', () => {
    expect(extension({ label: null })).toEqual(['METADATA_MISSING_PROPERTY tenant/extensions/deal.json#/label']);
    expect(extension({ label: { en: null } })).toEqual(['METADATA_MISSING_PROPERTY tenant/extensions/deal.json#/label']);
  });

  it('is told at the pack’s rule that still needs what the tenant took away', () => {
    const ruled = pack('crm', objects(object('deal', { amount: number }, { keys: { k: { fields: ['amount'] } } })));
    expect(problems(ruled, tenant({ 'extensions/deal.json': { extends: 'deal', fields: { amount: null } } }))).toEqual([
      'METADATA_REFERENCE_MISSING crm/objects/deal.json#/keys/k/fields/0',
    ]);
  });

  it('is told where there is nothing to extend', () => {
    expect(problems(base, tenant({ 'extensions/dael.json': { extends: 'dael' } }))).toEqual([
      'METADATA_EXTENDS_MISSING tenant/extensions/dael.json#/extends',
    ]);
    expect(problems(tenant({ 'extensions/x.json': { extends: 'constructor' } }))).toEqual([
      'METADATA_EXTENDS_MISSING tenant/extensions/x.json#/extends',
    ]);
  });
});

describe('two packs', () => {
  it('cannot bring one object', () => {
    expect(problems(pack('one', objects(object('visit'))), pack('two', objects(object('visit'))))).toEqual([
      'METADATA_COLLISION two/objects/visit.json#/name',
    ]);
    expect(messages(pack('one', objects(object('visit'))), pack('two', objects(object('visit'))))).toEqual([
      'object visit is defined by one already. Change it with an extension, or give yours another name.',
    ]);
  });

  it('cannot add one field to a third’s object', () => {
    const grade = (type: string): Json => ({ 'extensions/user.json': { extends: 'user', fields: { grade: { type } } } });
    expect(problems(pack('one', grade('text')), pack('two', grade('number')))).toEqual([
      'METADATA_COLLISION two/extensions/user.json#/fields/grade',
    ]);
    expect(messages(pack('one', grade('text')), pack('two', grade('number')))[0]).toContain('field user.grade is defined by one already.');
  });

  it('may extend one object side by side', () => {
    const extension = (field: string): Json => ({ 'extensions/user.json': { extends: 'user', fields: { [field]: text } } });
    expect(problems(pack('one', extension('one__grade'), 'one'), pack('two', extension('two__grade'), 'two'))).toEqual([]);
  });
});

describe('a file', () => {
  it('must lie in a folder that is read', () => {
    expect(problems(pack('crm', { 'objcts/a.json': {}, 'objects/deep/a.json': {}, 'constructor/a.json': {} }))).toEqual([
      'METADATA_FILE_UNKNOWN crm/objcts/a.json#',
      'METADATA_FILE_UNKNOWN crm/objects/deep/a.json#',
      'METADATA_FILE_UNKNOWN crm/constructor/a.json#',
    ]);
  });

  it('is called like its component', () => {
    expect(problems(pack('crm', { 'objects/a.json': object('b') }))).toEqual(['METADATA_FILE_NAME crm/objects/a.json#/name']);
    expect(problems(pack('crm', { 'translations/fr.json': { language: 'de' } }))).toEqual([
      'METADATA_FILE_NAME crm/translations/fr.json#/language',
    ]);
  });
});

describe('buildModel', () => {
  it('tells the mistakes of all levels and all files at once', () => {
    const layers = [
      platform,
      pack('crm', {
        ...objects(
          object('deal', { amount: { type: 'number', minn: 1 } }),
          object('task', { query: text, id: text, to: { type: 'lookup', to: 'nowhere' } }),
        ),
        'listViews/tasks.json': { name: 'tasks', object: 'task', label, columns: { nothing: {} } },
        'rules/r.json': { name: 'r', rule: { '+': [1, 'x'] } },
      }),
    ];
    expect(buildModel(layers).problems.map(({ code, file, pointer }) => `${code} ${file ?? ''}#${pointer ?? ''}`)).toEqual([
      'METADATA_UNKNOWN_PROPERTY crm/objects/deal.json#/fields/amount/minn',
      'METADATA_NAME_RESERVED crm/objects/task.json#/fields/id',
      'METADATA_REFERENCE_MISSING crm/objects/task.json#/fields/to/to',
      'RULE_NAME_UNKNOWN crm/listViews/tasks.json#/columns/nothing',
      'RULE_TYPE crm/rules/r.json#/rule/+/1',
    ]);
  });

  it('does not tell again what is missing only because its own file is wrong', () => {
    const broken = { ...object('deal', { account: { type: 'lookup', to: 'account', inverse: 'deals' } }), sharng: 'private' };
    const files = {
      ...objects(account, broken, object('task', { deal: { type: 'lookup', to: 'deal' } })),
      'layouts/account.json': { name: 'account', object: 'account', sections: {}, relatedLists: { deals: { relation: 'deals' } } },
      'listViews/deals.json': { name: 'deals', object: 'deal', label },
    };
    expect(problems(pack('crm', files))).toEqual(['METADATA_UNKNOWN_PROPERTY crm/objects/deal.json#/sharng']);
  });

  it('says in each sentence what to do', () => {
    for (const sentence of messages(pack('crm', objects(object('a', { b: { type: 'lookup', to: 'c' }, id: text }))))) {
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
  });
});
