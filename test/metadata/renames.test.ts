// Names that a pack changes (`renamedFrom`), and what higher layers wrote with the former ones.
import { describe, expect, it } from '@jest/globals';
import { rewriteRenames, type Layer } from '@tessera/metadata';
import { fieldOf, model, object, objectOf, objects, pack, platform, problems, tenant, type Json } from './layer-kit.ts';

const label = { en: 'x' };

/** The pack before and after it called things by better names. */
function crm(renamed: boolean): Layer {
  const name = (now: string, before: string): string => (renamed ? now : before);
  const from = (before: string): Json => (renamed ? { renamedFrom: [before] } : {});
  const account = name('account', 'customer');
  const deal = object(
    'deal',
    {
      [account]: { type: 'lookup', to: account, inverse: 'deals', ...from('customer') },
      [name('closeDate', 'expectedDate')]: { type: 'date', label: { en: 'Close' }, ...from('expectedDate') },
      [name('amount', 'value')]: { type: 'currency', currencyField: name('currency', 'money'), ...from('value') },
      [name('currency', 'money')]: { type: 'text', ...from('money') },
      [name('stage', 'phase')]: {
        type: 'picklist',
        options: { open: {}, [name('won', 'gained')]: { ...from('gained') } },
        ...from('phase'),
      },
      about: { type: 'lookup', to: [account, 'user'] },
    },
    {
      recordTypes: { [name('large', 'big')]: { ...from('big') } },
      keys: { [name('byDate', 'byTime')]: { fields: [name('closeDate', 'expectedDate')], ...from('byTime') } },
      validationRules: {
        [name('dated', 'timed')]: { refuseWhen: { isBlank: { var: name('closeDate', 'expectedDate') } }, message: label, ...from('timed') },
      },
    },
  );
  const customer = { ...object(account, { [name('sector', 'branch')]: { type: 'text', ...from('branch') } }), ...from('customer') };
  return pack('crm', {
    ...objects(deal, customer),
    'layouts/deal.json': {
      name: 'deal',
      object: 'deal',
      sections: { main: { fields: { [name('closeDate', 'expectedDate')]: { order: 10 }, [name('amount', 'value')]: { order: 20 } } } },
    },
    [`layouts/${account}.json`]: {
      name: account,
      object: account,
      ...from('customer'),
      sections: {},
      relatedLists: { deals: { relation: 'deals' } },
    },
    [`rules/${name('isLarge', 'isBig')}.json`]: {
      name: name('isLarge', 'isBig'),
      object: 'deal',
      rule: { '>': [{ var: name('amount', 'value') }, { param: name('large', 'big') }] },
      ...from('isBig'),
    },
    [`parameters/${name('large', 'big')}.json`]: { name: name('large', 'big'), type: 'number', value: 5, ...from('big') },
  });
}

/** What a tenant wrote while the pack still had its former names. */
const files: Json = {
  'extensions/deal.json': {
    extends: 'deal',
    fields: {
      expectedDate: { label: { en: 'Date' }, required: { '==': [{ var: 'phase' }, 'gained'] } },
      phase: { options: { gained: { label: { en: 'Yes!' } } } },
      late__c: {
        type: 'formula',
        returns: 'boolean',
        formula: {
          and: [{ '<': [{ var: 'expectedDate' }, { var: '$record.expectedDate' }] }, { in: [{ var: 'phase' }, ['gained', 'open']] }],
        },
      },
      sector__c: { type: 'quote', through: 'customer', field: 'branch' },
      ask__c: { type: 'formula', returns: 'boolean', formula: { rule: 'isBig' } },
      double__c: { type: 'currency', currencyField: 'money' },
      next__c: { type: 'picklist', options: { a: {} }, dependsOn: { field: 'phase', values: { gained: ['a'] } } },
      other__c: {
        type: 'lookup',
        to: 'customer',
        inverse: 'others__c',
        filter: { '==': [{ var: 'branch' }, 'it'] },
      },
      branchOfAny__c: { type: 'formula', returns: 'text', formula: { var: 'about:customer.branch' } },
      limit__c: { type: 'formula', returns: 'number', formula: { '+': [{ param: 'big' }, 1] } },
    },
    recordTypes: { big: { options: { phase: ['gained'] } } },
    keys: { byTime: { unique: false }, more__c: { fields: ['expectedDate', 'phase'], where: { '==': [{ var: 'phase' }, 'gained'] } } },
    validationRules: {
      timed: { active: false },
      other__c: { refuseWhen: { isBlank: { var: 'customer.branch' } }, message: label, at: 'expectedDate', recordTypes: ['big'] },
      kind__c: { refuseWhen: { '==': [{ var: 'recordType' }, 'big'] }, message: label },
      moved__c: { refuseWhen: { changed: ['expectedDate', { var: 'phase' }] }, message: label },
    },
  },
  'extensions/customer.json': {
    extends: 'customer',
    fields: {
      sum__c: {
        type: 'rollup',
        upkeep: 'live',
        aggregate: {
          of: 'deals',
          function: 'first',
          value: { var: 'expectedDate' },
          where: { '==': [{ var: 'phase' }, 'gained'] },
          sort: { expectedDate: {} },
          first: 1,
        },
      },
      any__c: { type: 'formula', returns: 'boolean', formula: { some: [{ var: 'deals' }, { '==': [{ var: 'phase' }, 'gained'] }] } },
      most__c: {
        type: 'formula',
        returns: 'date',
        formula: {
          aggregate: {
            of: { object: 'deal' },
            function: 'max',
            value: { var: 'expectedDate' },
            where: { '==': [{ var: '$item.customer' }, { var: '$record.id' }] },
          },
        },
      },
    },
  },
  'extensions/dealLayout.json': {
    extends: 'deal',
    kind: 'layout',
    sections: { main: { fields: { expectedDate: { required: true }, value: null } } },
  },
  'extensions/customerLayout.json': {
    extends: 'customer',
    kind: 'layout',
    relatedLists: { deals: { columns: { expectedDate: {}, 'customer.branch': {} }, sort: { expectedDate: { direction: 'descending' } } } },
  },
  'layouts/mine__c.json': {
    name: 'mine__c',
    object: 'deal',
    recordTypes: ['big'],
    sections: { main: { visibleWhen: { '==': [{ var: 'phase' }, 'gained'] }, fields: { phase: { readOnly: { rule: 'isBig' } } } } },
  },
  'listViews/mine__c.json': {
    name: 'mine__c',
    object: 'deal',
    label,
    kind: 'kanban',
    groupBy: 'phase',
    columns: { 'customer.branch': {}, expectedDate: {} },
    sort: { expectedDate: {} },
    filter: { '!=': [{ var: 'expectedDate' }, null] },
  },
  'listViews/days__c.json': { name: 'days__c', object: 'deal', label, kind: 'calendar', dateField: 'expectedDate' },
  'apps/mine__c.json': { name: 'mine__c', label, items: { customers: { object: 'customer' } } },
  'rules/mine__c.json': { name: 'mine__c', object: 'customer', rule: { '==': [{ var: 'branch' }, 'it'] } },
  'objects/visit__c.json': object('visit__c', {
    customer: { type: 'lookup', to: 'customer' },
    day: { type: 'formula', returns: 'text', formula: { var: 'customer.branch' } },
  }),
  'translations/fr.json': {
    language: 'fr',
    objects: {
      deal: { fields: { phase: { label: 'Étape', options: { gained: 'Gagnée' } } }, validationRules: { timed: 'Date !' } },
      customer: { label: 'Compte' },
    },
  },
};

describe('a tenant that used the former names', () => {
  const before = model(crm(false), tenant(files));
  const after = model(crm(true), tenant(files));

  it('was right before', () => {
    expect(fieldOf(before, 'deal', 'expectedDate').label).toEqual({ en: 'Date' });
  });

  it('keeps its changes of fields and options', () => {
    expect(fieldOf(after, 'deal', 'closeDate')).toMatchObject({ label: { en: 'Date' }, required: { node: 'call' }, origin: 'crm' });
    expect(fieldOf(after, 'deal', 'stage').options?.['won']?.label).toEqual({ en: 'Yes!', fr: 'Gagnée' });
    expect(fieldOf(after, 'deal', 'stage').label['fr']).toBe('Étape');
    expect(objectOf(after, 'deal').fields['expectedDate']).toBeUndefined();
  });

  it('keeps its rules: paths, options, named rules, parameters', () => {
    const text = JSON.stringify(objectOf(after, 'deal').fields['late__c']?.formula);
    expect(text).toContain('"field":"closeDate"');
    expect(text).toContain('["won","open"]');
    expect(JSON.stringify(objectOf(after, 'account'))).not.toMatch(/expectedDate|gained|phase/);
    expect(objectOf(after, 'deal').validationRules['kind__c']?.refuseWhen).toMatchObject({
      arguments: [{ node: 'path' }, { value: 'large' }],
    });
    expect(JSON.stringify(objectOf(after, 'deal').validationRules['moved__c'])).toContain('"field":"stage"');
    expect(fieldOf(after, 'deal', 'limit__c').formula).toBeDefined();
  });

  it('keeps its quotes, lookups, filters and dependencies', () => {
    expect(fieldOf(after, 'deal', 'sector__c').quote?.path.steps).toEqual([
      { object: 'deal', field: 'account' },
      { object: 'account', field: 'sector' },
    ]);
    expect(fieldOf(after, 'deal', 'other__c').lookup).toMatchObject({ to: ['account'], filter: { node: 'call' } });
    expect(fieldOf(after, 'deal', 'next__c').dependsOn).toEqual({ field: 'stage', values: { won: ['a'] } });
    expect(fieldOf(after, 'deal', 'double__c').decimal?.currencyField).toBe('currency');
    expect(fieldOf(after, 'visit__c', 'customer').lookup?.to).toEqual(['account']);
  });

  it('keeps its keys, record types and validation rules', () => {
    const deal = objectOf(after, 'deal');
    expect(deal.keys['byDate']?.unique).toBe(false);
    expect(deal.keys['more__c']?.fields).toEqual(['closeDate', 'stage']);
    expect(deal.validationRules['dated']).toBeUndefined();
    expect(deal.validationRules['other__c']).toMatchObject({ at: 'closeDate', recordTypes: ['large'] });
    expect(deal.recordTypes['large']?.options).toEqual({ stage: ['won'] });
  });

  it('keeps its layouts, list views and menus', () => {
    const [main] = after.layouts['deal']?.sections ?? [];
    expect(main?.fields).toEqual([expect.objectContaining({ field: 'closeDate', order: 10, required: true })]);
    expect(after.layouts['account']?.relatedLists[0]?.columns).toEqual(['account.sector', 'closeDate']);
    expect(after.layouts['mine__c']?.recordTypes).toEqual(['large']);
    expect(after.listViews['mine__c']).toMatchObject({
      groupBy: 'stage',
      columns: ['account.sector', 'closeDate'],
      sort: [{ path: 'closeDate' }],
    });
    expect(after.listViews['days__c']?.dateField).toBe('closeDate');
    expect(after.apps['mine__c']?.items[0]?.object).toBe('account');
    expect(after.rules['mine__c']?.object).toBe('account');
  });

  it('has the same Model as one that wrote the present names', () => {
    const [, , rewritten] = rewriteRenames([platform, crm(true), tenant(files)]);
    expect(rewritten?.files['listViews/days__c.json']).toMatchObject({ dateField: 'closeDate' });
    expect(Object.keys((rewritten?.files['extensions/deal.json'] as { fields: Json }).fields)).toContain('closeDate');
    expect(JSON.stringify(rewritten)).not.toMatch(/expectedDate|gained|phase|branch"|"customer"(?!:\{"type)/);
    expect(model(crm(true), rewritten ?? tenant({})).hash).toBe(after.hash);
  });
});

describe('rewriteRenames', () => {
  it('gives back layers in which there is nothing to move', () => {
    const layers = [
      platform,
      crm(true),
      tenant({ 'listViews/days__c.json': { ...(files['listViews/days__c.json'] as Json), dateField: 'closeDate' } }),
    ];
    expect(rewriteRenames(layers).every((layer, i) => layer === layers[i])).toBe(true);
  });

  it('keeps remarks', () => {
    const view = {
      $schema: 'https://tessera.dev/schemas/1/list-view.json',
      $comment: 'mine',
      ...(files['listViews/days__c.json'] as Json),
    };
    const [, , rewritten] = rewriteRenames([platform, crm(true), tenant({ 'listViews/days__c.json': view })]);
    expect(rewritten?.files['listViews/days__c.json']).toEqual({ ...view, dateField: 'closeDate' });
  });

  it('moves nothing to a name that was renamed once, where a new thing has the former name', () => {
    const now = pack('crm', objects(object('deal', { b: { type: 'text', renamedFrom: ['a'] }, a: { type: 'number' } })));
    const mine = tenant({ 'extensions/deal.json': { extends: 'deal', fields: { a: { label: { en: 'New' } } } } });
    expect(fieldOf(model(now, mine), 'deal', 'a').label).toEqual({ en: 'New' });
    expect(fieldOf(model(now, mine), 'deal', 'b').label).toEqual({ en: 'b' });
  });

  it('leaves literal values and words that are no options as they are', () => {
    const rule = { and: [{ '==': [{ var: 'name' }, 'gained'] }, { '==': [{ var: 'phase' }, 'gained'] }] };
    const mine = tenant({ 'rules/r__c.json': { name: 'r__c', object: 'deal', rule } });
    const [, , rewritten] = rewriteRenames([platform, crm(true), mine]);
    expect(rewritten?.files['rules/r__c.json']).toMatchObject({
      rule: { and: [{ '==': [{ var: 'name' }, 'gained'] }, { '==': [{ var: 'stage' }, 'won'] }] },
    });
  });

  it('keeps two layers apart that rename and use one after the other', () => {
    const fmcg = pack(
      'fmcg',
      {
        ...objects(
          object('fmcg__visit', { deal: { type: 'lookup', to: 'deal' }, close: { type: 'quote', through: 'deal', field: 'expectedDate' } }),
        ),
      },
      'fmcg',
    );
    expect(fieldOf(model(crm(true), fmcg), 'fmcg__visit', 'close').quote?.path.steps[1]).toEqual({ object: 'deal', field: 'closeDate' });
  });
});

describe('a mistake beside a renamed thing', () => {
  it('is told where its author wrote it', () => {
    const mine = tenant({
      'extensions/deal.json': { extends: 'deal', fields: { expectedDate: { required: { '==': [{ var: 'nothing' }, 1] } } } },
    });
    expect(problems(crm(true), mine)).toEqual(['RULE_NAME_UNKNOWN tenant/extensions/deal.json#/fields/expectedDate/required/==/0/var']);
    const view = { name: 'v__c', object: 'deal', label, sort: { 'customer.nothing': {} } };
    expect(problems(crm(true), tenant({ 'listViews/v__c.json': view }))).toEqual([
      'RULE_NAME_UNKNOWN tenant/listViews/v__c.json#/sort/customer.nothing',
    ]);
  });

  it('is told of names that nothing ever had', () => {
    const view = { name: 'v__c', object: 'deal', label, columns: { due: {} } };
    expect(problems(crm(true), tenant({ 'listViews/v__c.json': view }))).toEqual([
      'RULE_NAME_UNKNOWN tenant/listViews/v__c.json#/columns/due',
    ]);
  });
});
