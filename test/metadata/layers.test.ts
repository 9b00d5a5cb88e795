// Layers laid over one another by stable key: what an effective Model is made of, and its hashes.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildModel, canonicalJson, contentHash, type Layer, type Model } from '@tessera/metadata';
import { fieldOf, messages, model, object, objectOf, objects, pack, platform, problems, tenant, type Json } from './layer-kit.ts';

const label = { en: 'x' };
const stage = { type: 'picklist', options: { open: { order: 10, label: { en: 'Open' } }, won: { order: 90 }, lost: { order: 100 } } };
const base = pack('crm', {
  ...objects(
    object(
      'deal',
      { stage, amount: { type: 'currency', min: 0, label: { en: 'Amount', 'zh-CN': '金额' } }, note: { type: 'textarea' } },
      { validationRules: { positive: { refuseWhen: { '<': [{ var: 'amount' }, 0] }, message: label } }, keys: { k: { fields: ['name'] } } },
    ),
  ),
  'layouts/deal.json': {
    name: 'deal',
    object: 'deal',
    sections: { main: { order: 10, fields: { stage: { order: 10 }, amount: { order: 20 }, note: { order: 30 } } }, more: { order: 20 } },
  },
  'listViews/deals.json': {
    name: 'deals',
    object: 'deal',
    label,
    columns: { name: { order: 10 }, note: { order: 20 } },
    sort: { amount: {} },
  },
  'apps/sales.json': { name: 'sales', label, items: { deals: { order: 10, listView: 'deals' }, all: { order: 20, object: 'deal' } } },
});
const extended = (delta: Json, kind?: string): Layer =>
  tenant({ 'extensions/deal.json': { extends: 'deal', ...(kind === undefined ? {} : { kind }), ...delta } });
const deals = (delta: Json): Model => model(base, extended(delta));

describe('an extension', () => {
  it('changes single properties and leaves the rest', () => {
    const amount = fieldOf(deals({ fields: { amount: { min: 10, label: { 'zh-CN': '总额' } } } }), 'deal', 'amount');
    expect(amount.decimal?.min).toBe('10');
    expect(amount.label).toEqual({ en: 'Amount', 'zh-CN': '总额' });
    expect(amount.origin).toBe('crm');
  });

  it('adds fields, which it is the origin of', () => {
    expect(fieldOf(deals({ fields: { rank__c: { type: 'number' } } }), 'deal', 'rank__c')).toMatchObject({
      origin: 'tenant',
      type: 'number',
    });
  });

  it('puts options between others by their order', () => {
    const built = deals({ fields: { stage: { options: { talk__c: { order: 50 }, late__c: {} } } } });
    expect(Object.keys(fieldOf(built, 'deal', 'stage').options ?? {})).toEqual(['open', 'talk__c', 'won', 'lost', 'late__c']);
  });

  it('removes with null: a field, an option, a property, a rule, a key, a section', () => {
    const built = model(
      base,
      tenant({
        'extensions/deal.json': {
          extends: 'deal',
          fields: { note: null, stage: { options: { lost: null } }, amount: { min: null } },
          validationRules: { positive: null },
          keys: { k: null },
        },
        'extensions/dealLayout.json': { extends: 'deal', kind: 'layout', sections: { more: null, main: { fields: { amount: null } } } },
      }),
    );
    const deal = objectOf(built, 'deal');
    expect(deal.fields['note']).toBeUndefined();
    expect(Object.keys(deal.fields['stage']?.options ?? {})).toEqual(['open', 'won']);
    expect(deal.fields['amount']?.decimal?.min).toBeUndefined();
    expect(deal.validationRules).toEqual({});
    expect(deal.keys).toEqual({});
    expect(built.layouts['deal']?.sections.map((section) => section.name)).toEqual(['main']);
    expect(built.layouts['deal']?.sections[0]?.fields.map((shown) => shown.field)).toEqual(['stage']);
    expect(built.listViews['deals']?.columns).toEqual(['name']);
  });

  it('may remove what an upgrade of the pack has removed meanwhile', () => {
    expect(problems(base, extended({ fields: { gone: null } }))).toEqual([]);
  });

  it('replaces a rule as a whole: half of one over half of another would be nobody’s', () => {
    const built = deals({ validationRules: { positive: { refuseWhen: { '==': [{ var: 'amount' }, 1] } } } });
    expect(objectOf(built, 'deal').validationRules['positive']?.refuseWhen).toMatchObject({ operator: '==' });
    expect(objectOf(built, 'deal').validationRules['positive']?.message).toEqual(label);
  });

  it('changes a part of an aggregate and of a dependency', () => {
    const parent = object('parent', { sum: { type: 'rollup', aggregate: { of: 'lines', function: 'sum', value: { var: 'size' } } } });
    const region = { type: 'picklist', options: { east: {}, west: {} } };
    const city = { type: 'picklist', options: { a: {}, b: {} }, dependsOn: { field: 'region', values: { east: ['a'], west: ['b'] } } };
    const line = object('line', {
      parent: { type: 'masterDetail', to: 'parent', inverse: 'lines' },
      size: { type: 'number' },
      region,
      city,
    });
    const built = model(
      pack('crm', objects(parent, line)),
      tenant({
        'extensions/parent.json': { extends: 'parent', fields: { sum: { aggregate: { function: 'max' } } } },
        'extensions/line.json': { extends: 'line', fields: { city: { dependsOn: { values: { east: ['a', 'b'], west: null } } } } },
      }),
    );
    expect(fieldOf(built, 'parent', 'sum').rollup?.aggregate).toMatchObject({ function: 'max', value: { node: 'path' } });
    expect(fieldOf(built, 'line', 'city').dependsOn).toEqual({ field: 'region', values: { east: ['a', 'b'] } });
  });

  it('comes after the files of its own layer and before those of higher ones', () => {
    const first = pack('one', { 'extensions/deal.json': { extends: 'deal', fields: { amount: { min: 1, max: 9 } } } });
    const second = pack('two', { 'extensions/deal.json': { extends: 'deal', fields: { amount: { min: 2 } } } });
    expect(fieldOf(model(base, first, second, extended({ fields: { amount: { max: 8 } } })), 'deal', 'amount').decimal).toMatchObject({
      min: '2',
      max: '8',
    });
  });
});

describe('what is switched off', () => {
  it('is an option that records may keep', () => {
    const options = fieldOf(deals({ fields: { stage: { options: { won: { active: false } } } } }), 'deal', 'stage').options;
    expect(options?.['won']?.active).toBe(false);
    expect(options?.['open']?.active).toBe(true);
  });

  it('is a field that goes from every view but keeps its column', () => {
    const built = deals({
      fields: { note: { active: false }, amount: { active: false } },
      validationRules: { positive: { active: false } },
    });
    const deal = objectOf(built, 'deal');
    expect(deal.fields['note']).toBeUndefined();
    expect(deal.dormantFields['note']?.columns).toEqual([{ name: 'note', type: { kind: 'text' } }]);
    expect(built.layouts['deal']?.sections[0]?.fields.map((shown) => shown.field)).toEqual(['stage']);
    expect(built.listViews['deals']).toMatchObject({ columns: ['name'], sort: [] });
  });

  it('is a field that a rule still needs: told there', () => {
    expect(problems(base, extended({ fields: { amount: { active: false } } }))).toEqual([
      'RULE_NAME_UNKNOWN crm/objects/deal.json#/validationRules/positive/refuseWhen/</0/var',
    ]);
  });

  it('is a validation rule, a key, a record type', () => {
    expect(objectOf(deals({ validationRules: { positive: { active: false } } }), 'deal').validationRules).toEqual({});
    expect(objectOf(deals({ keys: { k: { active: false } } }), 'deal').keys).toEqual({});
    const typed = pack('crm', objects(object('deal', {}, { recordTypes: { a: {}, b: {} } })));
    const built = model(typed, extended({ recordTypes: { a: { active: false } } }));
    expect(Object.keys(objectOf(built, 'deal').recordTypes)).toEqual(['b']);
    expect(Object.keys(fieldOf(built, 'deal', 'recordType').options ?? {})).toEqual(['b']);
  });

  it('is a section, a related list, a menu item', () => {
    const app = { 'extensions/sales.json': { extends: 'sales', kind: 'app', items: { all: { active: false } } } };
    const layout = { 'extensions/dealLayout.json': { extends: 'deal', kind: 'layout', sections: { more: { active: false } } } };
    const built = model(base, tenant({ ...app, ...layout }));
    expect(built.apps['sales']?.items.map((item) => item.name)).toEqual(['deals']);
    expect(built.layouts['deal']?.sections.map((section) => section.name)).toEqual(['main']);
  });

  it('is an object with its layouts, list views, named rules and menu items', () => {
    const ruled = {
      ...base,
      files: { ...base.files, 'rules/big.json': { name: 'big', object: 'deal', rule: { '>': [{ var: 'amount' }, 5] } } },
    };
    const built = model(ruled, extended({ active: false }));
    expect(built.objects['deal']).toBeUndefined();
    expect([built.layouts, built.listViews, built.rules, built.apps['sales']?.items]).toEqual([{}, {}, {}, []]);
  });

  it('is an object that another still points to: told there, with the reason', () => {
    const task = pack('tasks', objects(object('task', { deal: { type: 'lookup', to: 'deal' } })));
    expect(problems(base, task, extended({ active: false }))).toEqual([
      'METADATA_REFERENCE_MISSING tasks/objects/task.json#/fields/deal/to',
    ]);
    expect(messages(base, task, extended({ active: false }))).toEqual([
      'There is no object deal. It is switched off: switch off what refers to it too, or leave it on.',
    ]);
  });
});

describe('a namespace', () => {
  const one = (layer: Layer): string[] => problems(base, layer);

  it('stands before what a pack defines', () => {
    expect(one(pack('fmcg', objects(object('visit')), 'fmcg'))).toEqual(['METADATA_NAMESPACE fmcg/objects/visit.json#/name']);
    expect(messages(pack('fmcg', objects(object('visit')), 'fmcg'))).toEqual([
      'visit must be called fmcg__visit: the pack fmcg has the namespace fmcg.',
    ]);
    expect(one(pack('fmcg', objects(object('fmcg__visit', { shelfCount: { type: 'number' } })), 'fmcg'))).toEqual([]);
  });

  it('of another pack is not to be taken', () => {
    expect(messages(pack('fmcg', objects(object('saas__visit')), 'fmcg'))).toEqual([
      'saas__visit must be called fmcg__visit: the pack fmcg has the namespace fmcg.',
    ]);
    expect(messages(pack('ours', objects(object('saas__visit'))))).toEqual([
      'saas__visit must be called visit: the pack ours has no namespace.',
    ]);
  });

  it('stands before what a pack adds to another’s component', () => {
    const rule = { refuseWhen: { isBlank: { var: 'name' } }, message: label };
    const delta = {
      fields: { grade: { type: 'text' }, fmcg__grade: { type: 'text' }, stage: { options: { visited: {}, fmcg__visited: {} } } },
      recordTypes: { store: {} },
      keys: { byGrade: { fields: ['fmcg__grade'] } },
      validationRules: { graded: rule, positive: { active: false } },
    };
    const layout = {
      extends: 'deal',
      kind: 'layout',
      sections: { shelf: { fields: { fmcg__grade: {} } }, main: { fields: { fmcg__grade: {} } } },
    };
    const app = { extends: 'sales', kind: 'app', items: { visits: { object: 'deal' } } };
    expect(
      one(
        pack(
          'fmcg',
          { 'extensions/deal.json': { extends: 'deal', ...delta }, 'extensions/layout.json': layout, 'extensions/app.json': app },
          'fmcg',
        ),
      ),
    ).toEqual([
      'METADATA_NAMESPACE fmcg/extensions/deal.json#/fields/grade',
      'METADATA_NAMESPACE fmcg/extensions/deal.json#/recordTypes/store',
      'METADATA_NAMESPACE fmcg/extensions/deal.json#/keys/byGrade',
      'METADATA_NAMESPACE fmcg/extensions/deal.json#/validationRules/graded',
      'METADATA_NAMESPACE fmcg/extensions/deal.json#/fields/stage/options/visited',
      'METADATA_NAMESPACE fmcg/extensions/layout.json#/sections/shelf',
      'METADATA_NAMESPACE fmcg/extensions/app.json#/items/visits',
    ]);
  });

  it('has a tenant’s mark behind', () => {
    expect(one(tenant(objects(object('visit'))))).toEqual(['METADATA_NAMESPACE tenant/objects/visit.json#/name']);
    expect(one(tenant(objects(object('visit__c', { grade: { type: 'text' } }))))).toEqual([]);
    expect(one(extended({ fields: { grade: { type: 'text' }, stage: { options: { maybe: {} } } } }))).toEqual([
      'METADATA_NAMESPACE tenant/extensions/deal.json#/fields/grade',
      'METADATA_NAMESPACE tenant/extensions/deal.json#/fields/stage/options/maybe',
    ]);
    expect(one(pack('other', objects(object('visit__c'))))).toEqual(['METADATA_NAMESPACE other/objects/visit__c.json#/name']);
  });

  it('is not asked for within what a layer brought itself', () => {
    const own = { ...objects(object('visit__c', { kind: { type: 'picklist', options: { a: {} } } })) };
    const more = { 'extensions/visit.json': { extends: 'visit__c', fields: { grade: { type: 'text' }, kind: { options: { b: {} } } } } };
    expect(one(tenant({ ...own, ...more }))).toEqual([]);
    const grade = { grade__c: { type: 'picklist', options: { a: {} } } };
    expect(
      one(
        tenant({
          'extensions/a.json': { extends: 'deal', fields: grade },
          'extensions/b.json': { extends: 'deal', fields: { grade__c: { options: { b: {} } } } },
        }),
      ),
    ).toEqual([]);
  });
});

describe('a translation', () => {
  const french = (texts: Json): Json => ({ 'translations/fr.json': { language: 'fr', ...texts } });

  it('puts texts where labels are', () => {
    const texts = {
      objects: {
        deal: {
          label: 'Affaire',
          fields: { amount: { label: 'Montant' }, stage: { options: { won: 'Gagnée' } } },
          validationRules: { positive: 'Négatif !' },
        },
      },
      apps: { sales: { label: 'Ventes' } },
    };
    const built = model(base, pack('french', french(texts)));
    expect(fieldOf(built, 'deal', 'amount').label).toEqual({ en: 'Amount', 'zh-CN': '金额', fr: 'Montant' });
    expect(fieldOf(built, 'deal', 'stage').options?.['won']?.label['fr']).toBe('Gagnée');
    expect(objectOf(built, 'deal').validationRules['positive']?.message['fr']).toBe('Négatif !');
    expect(built.apps['sales']?.label['fr']).toBe('Ventes');
  });

  it('gives way to what a higher layer says', () => {
    const texts = { objects: { deal: { fields: { amount: { label: 'Montant' }, note: { label: 'Remarque' } } } } };
    const own = extended({ fields: { amount: { label: { fr: 'Somme' } }, note: null } });
    expect(fieldOf(model(base, pack('french', french(texts)), own), 'deal', 'amount').label['fr']).toBe('Somme');
  });

  it('names things that are there', () => {
    const texts = { objects: { deal: { fields: { amout: { label: 'Montant' } } }, dael: { label: 'x' } } };
    expect(problems(base, pack('french', french(texts)))).toEqual([
      'METADATA_REFERENCE_MISSING french/translations/fr.json#/objects/deal/fields/amout',
      'METADATA_REFERENCE_MISSING french/translations/fr.json#/objects/dael',
    ]);
    // What a file with mistakes would have brought is not told again.
    const broken = pack('own', { 'objects/bad.json': { ...object('bad', {}), sharing: 'x' } });
    expect(problems(base, broken, pack('french', french({ objects: { bad: { label: 'x' } } })))).toEqual([
      'METADATA_VALUE_UNKNOWN own/objects/bad.json#/sharing',
    ]);
  });
});

describe('settings', () => {
  it('of a higher layer replace those below one by one', () => {
    const below = pack('crm', { 'settings.json': { currency: 'EUR', timeZone: 'Europe/Berlin', currencies: ['EUR', 'CHF'] } });
    expect(model(below, tenant({ 'settings.json': { currency: 'CNY', languages: ['zh-CN', 'en'] } })).settings).toMatchObject({
      currency: 'CNY',
      currencies: ['CNY', 'EUR', 'CHF'],
      timeZone: 'Europe/Berlin',
      languages: ['zh-CN', 'en'],
    });
    expect(model().settings).toMatchObject({ currency: 'USD', currencies: ['USD'], timeZone: 'UTC', languages: ['en'] });
  });

  it('name a time zone that there is', () => {
    expect(problems(tenant({ 'settings.json': { timeZone: 'Europe/Atlantis' } }))).toEqual([
      'METADATA_REFERENCE_UNFIT tenant/settings.json#/timeZone',
    ]);
  });
});

/** The same JSON with the keys of every object in another order. */
function shuffled(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, seed));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, shuffled(item, seed)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => ((a.length * seed) % 7) - ((b.length * seed) % 7) || (a < b ? 1 : -1)));
}

describe('a hash', () => {
  it('does not depend on the order of keys or files', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (seed) => {
        const other = model({ ...base, files: shuffled(base.files, seed) as Json });
        expect([other.hash, objectOf(other, 'deal').hash]).toEqual([model(base).hash, objectOf(model(base), 'deal').hash]);
      }),
    );
  });

  it('does not depend on which file or layer says a thing', () => {
    const whole = pack(
      'crm',
      objects(object('deal', { amount: { type: 'number', min: 1, label: { en: 'A', fr: 'B' } }, note: { type: 'text' } })),
    );
    const split = [
      pack(
        'crm',
        objects(
          object(
            'deal',
            { amount: { type: 'number', min: 5, label: { en: 'A' } }, gone: { type: 'text' } },
            { keys: { k: { fields: ['name'] } } },
          ),
        ),
      ),
      pack('more', {
        'extensions/deal.json': { extends: 'deal', fields: { amount: { min: 1 }, note: { type: 'text' }, gone: null }, keys: { k: null } },
      }),
      pack('french', { 'translations/fr.json': { language: 'fr', objects: { deal: { fields: { amount: { label: 'B' } } } } } }),
    ];
    expect(model(...split).hash).toBe(model(whole).hash);
    expect(objectOf(model(...split), 'deal').hash).toBe(objectOf(model(whole), 'deal').hash);
  });

  it('does not depend on remarks and addresses of schemas', () => {
    const remarked = {
      ...object('deal', { note: { type: 'text', $comment: 'y' } }),
      $schema: 'https://tessera.dev/schemas/1/object.json',
      $comment: 'x',
    };
    expect(model(pack('crm', objects(remarked))).hash).toBe(model(pack('crm', objects(object('deal', { note: { type: 'text' } })))).hash);
  });

  it.each([
    ['a label', { label: { en: 'Other' } }],
    ['a description', { description: 'Other' }],
    ['an option', { fields: { stage: { options: { won: { order: 80 } } } } }],
    ['a rule', { validationRules: { positive: { refuseWhen: { '<': [{ var: 'amount' }, 1] } } } }],
    ['what is switched off', { fields: { note: { active: false } } }],
    ['a field', { fields: { x__c: { type: 'text' } } }],
  ])('changes with %s, and so does the object’s', (_, delta) => {
    expect(deals(delta).hash).not.toBe(model(base).hash);
    expect(objectOf(deals(delta), 'deal').hash).not.toBe(objectOf(model(base), 'deal').hash);
  });

  it('changes with a list view, a parameter, a setting, which no object knows of', () => {
    const view = { 'listViews/others__c.json': { name: 'others__c', object: 'deal', label, columns: { stage: {} } } };
    const parameter = { 'parameters/p__c.json': { name: 'p__c', type: 'number', value: 1 } };
    for (const files of [view, parameter, { 'settings.json': { languages: ['fr'] } }]) {
      const built = model(base, tenant(files));
      expect(built.hash).not.toBe(model(base).hash);
      expect(objectOf(built, 'deal').hash).toBe(objectOf(model(base), 'deal').hash);
    }
  });

  it('of an object is the same when another object changes, unless that changes what the object is', () => {
    const other = (fields: Json): Model => model(base, pack('more', objects(object('task', fields))));
    const alone = objectOf(other({}), 'deal').hash;
    expect(objectOf(other({ note: { type: 'text' } }), 'deal').hash).toBe(alone);
    expect(objectOf(other({ deal: { type: 'lookup', to: 'deal', inverse: 'tasks' } }), 'deal').hash).not.toBe(alone);
  });

  it('of an object changes with a parameter that its rules read', () => {
    const limited = (value: number): Model =>
      model(
        pack('crm', {
          ...objects(
            object('deal', {
              size: { type: 'number' },
              big: { type: 'formula', returns: 'boolean', formula: { '>': [{ var: 'size' }, { param: 'limit' }] } },
            }),
          ),
          'parameters/limit.json': { name: 'limit', type: 'number', value },
        }),
      );
    expect(objectOf(limited(1), 'deal').hash).not.toBe(objectOf(limited(2), 'deal').hash);
  });

  it('is SHA-256 of the canonical JSON', () => {
    expect(canonicalJson({ b: [1, undefined, 'é'], a: undefined, 'a b': -0 })).toBe('{"a b":0,"b":[1,null,"é"]}');
    expect(contentHash({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });
});

describe('remarks', () => {
  it('are left in literal values', () => {
    const value = { $comment: 'kept', $schema: 'kept' };
    const built = model(
      pack(
        'crm',
        objects(object('deal', { data: { type: 'json', default: { literal: value } }, literal: { type: 'text', $comment: 'x' } })),
      ),
    );
    expect(fieldOf(built, 'deal', 'data').default).toMatchObject({ node: 'literal', value });
    expect(built.source['object']?.['deal']).toMatchObject({ fields: { literal: { type: 'text' } } });
    expect(JSON.stringify(built.source['object'])).not.toContain('"$comment":"x"');
  });
});

function unfrozen(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([key, item]) => unfrozen(item, `${path}/${key}`));
  return Object.isFrozen(value) ? below : [path, ...below];
}

describe('a Model', () => {
  it('is frozen through and through', () => {
    expect(unfrozen(model(base), '')).toEqual([]);
  });

  it('has maps that know no name but their own', () => {
    const built = model(base);
    const deal = objectOf(built, 'deal');
    const maps = [
      built.objects,
      built.layouts,
      built.listViews,
      built.apps,
      built.parameters,
      built.rules,
      built.source,
      deal.fields,
      deal.relations,
    ];
    for (const map of [
      ...maps,
      deal.keys,
      deal.recordTypes,
      deal.validationRules,
      deal.dormantFields,
      deal.fields['stage']?.options ?? {},
    ]) {
      expect(Object.getPrototypeOf(map)).toBeNull();
      expect(map['constructor']).toBeUndefined();
    }
  });

  it('shares nothing with the files it was made from', () => {
    const data = { type: 'json', default: { literal: { list: [{ deep: true }] } } };
    const files = { ...structuredClone(base.files), ...objects(object('thing', { data })) };
    const before = structuredClone(files);
    model({ ...base, files });
    const frozen = (value: unknown): boolean =>
      typeof value === 'object' && value !== null && (Object.isFrozen(value) || Object.values(value).some(frozen));
    expect(frozen(files)).toBe(false);
    expect(files).toEqual(before);
  });

  it('takes names that JavaScript knows where they do no harm', () => {
    const built = model(pack('crm', { ...base.files, 'listViews/constructor.json': { name: 'constructor', object: 'deal', label } }));
    expect(built.listViews['constructor']?.object).toBe('deal');
    expect(
      buildModel([platform, pack('crm', { 'objects/__proto__.json': object('__proto__') })]).problems.map(({ code }) => code),
    ).toContain('METADATA_VALUE_UNKNOWN');
  });

  it('names its layers', () => {
    expect(model(base, tenant({})).layers).toEqual([
      { kind: 'platform', name: 'platform', version: '1.0.0' },
      { kind: 'pack', name: 'crm', version: '1.0.0' },
      { kind: 'tenant', name: 'tenant', version: '0' },
    ]);
  });

  it('has the first record type as default where none says so', () => {
    const typed = model(pack('crm', objects(object('deal', {}, { recordTypes: { late: {}, b: { order: 20 }, a: { order: 10 } } }))));
    expect(Object.values(objectOf(typed, 'deal').recordTypes).map((type) => [type.name, type.default])).toEqual([
      ['a', true],
      ['b', false],
      ['late', false],
    ]);
  });
});
