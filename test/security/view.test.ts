// The Model as it exists for a person.
import { describe, expect, it } from '@jest/globals';
import { ruleScope, type FieldModel, type ListViewModel, type Model, type ObjectModel } from '@tessera/metadata';
import { checkCondition } from '@tessera/rules';
import { administratorPolicy, viewOf, type Policy } from '@tessera/security';
import { call, literal, pathOf } from '../support/model-fixture.ts';
import { grant, grantSet, policyOf, reading, sceneModel } from './access-scene.ts';

const scene = sceneModel();
const text = { kind: 'text' } as const;
const is = (object: string, path: string): ReturnType<typeof call> => call('==', pathOf(scene, object, path), literal(text, 'x'));

function listView(name: string, rest: Partial<ListViewModel>): ListViewModel {
  return {
    name,
    object: 'account',
    label: {},
    kind: 'table',
    columns: ['name'],
    filterSource: null,
    filter: undefined,
    sort: [],
    groupBy: undefined,
    dateField: undefined,
    endField: undefined,
    order: 0,
    default: false,
    ...rest,
  };
}

const entry = { order: 0, required: false, readOnly: false, visibleWhen: undefined, wide: false } as const;
const section = (name: string, ...fields: readonly string[]): Model['layouts'][string]['sections'][number] => ({
  name,
  label: {},
  order: 0,
  columns: 2,
  visibleWhen: is('account', 'industry'),
  fields: fields.map((field) => ({ ...entry, field })),
});
const item = (name: string, object?: string, view?: string): Model['apps'][string]['items'][number] => ({
  name,
  order: 0,
  label: undefined,
  object,
  listView: view,
});
const sortBy = (path: string): ListViewModel['sort'][number] => ({ path, key: { by: pathOf(scene, 'account', path), descending: false } });

const account = scene.objects['account'] as ObjectModel;
const byPhone = { default: false, label: {}, order: 0 } as const;
const model: Model = {
  ...scene,
  hash: 'whole',
  objects: {
    ...scene.objects,
    account: {
      ...account,
      fields: {
        ...account.fields,
        industry: { ...account.fields['industry'], searchable: true, history: true, unique: true } as FieldModel,
        phone: { ...account.fields['phone'], searchable: true, history: true, unique: true, indexed: true, options: {} } as FieldModel,
      },
      recordTypes: { big: { ...byPhone, name: 'big', options: { industry: ['saas'], phone: ['1'] } } },
      validationRules: {
        v: {
          name: 'v',
          check: 'save',
          on: ['save'],
          refuseWhen: is('account', 'phone'),
          at: undefined,
          message: {},
          recordTypes: undefined,
        },
      },
      team: {
        roles: { helper: { name: 'helper', label: {}, access: 'edit' } },
        rules: { r: { name: 'r', when: is('account', 'phone'), member: pathOf(scene, 'account', 'owner'), role: 'helper' } },
      },
    },
  },
  layouts: {
    main: {
      name: 'main',
      object: 'account',
      label: {},
      recordTypes: [],
      sections: [section('a', 'name', 'industry', 'phone'), section('b', 'industry'), section('c')],
      relatedLists: [
        {
          name: 'deals',
          relation: 'deals',
          label: undefined,
          order: 0,
          columns: ['name', 'amount', 'account.phone', 'account.industry', 'about:product.name'],
          sort: [{ path: 'amount', key: { by: pathOf(scene, 'deal', 'amount'), descending: false } }],
          first: 5,
        },
        { name: 'subs', relation: 'subsidiaries', label: undefined, order: 0, columns: ['name'], sort: [], first: 5 },
      ],
    },
    product: { name: 'product', object: 'product', label: {}, recordTypes: [], sections: [], relatedLists: [] },
  },
  listViews: {
    plain: listView('plain', {
      columns: ['name', 'industry', 'phone', 'parent.name'],
      sort: [sortBy('name'), sortBy('industry'), sortBy('phone')],
    }),
    filtered: listView('filtered', { filter: is('account', 'industry') }),
    maskedFilter: listView('maskedFilter', { filter: is('account', 'phone') }),
    board: listView('board', { kind: 'kanban', groupBy: 'industry' }),
    product: listView('product', { object: 'product' }),
  },
  apps: {
    sales: {
      name: 'sales',
      label: {},
      icon: undefined,
      order: 0,
      items: [item('a', 'account', 'filtered'), item('b', undefined, 'filtered'), item('c', 'product'), item('d', undefined, 'plain')],
    },
    shop: { name: 'shop', label: {}, icon: undefined, order: 0, items: [item('a', 'product')] },
  },
  rules: {
    known: { name: 'known', label: {}, object: 'account', source: { '==': [{ var: 'name' }, 'x'] } },
    telling: { name: 'telling', label: {}, object: 'account', source: { '==': [{ var: 'industry' }, 'saas'] } },
    nested: { name: 'nested', label: {}, object: 'account', source: { rule: 'telling' } },
    elsewhere: { name: 'elsewhere', label: {}, object: 'product', source: { '==': [{ var: 'name' }, 'x'] } },
    nowhere: { name: 'nowhere', label: {}, object: undefined, source: { '==': [1, 1] } },
  },
  parameters: { limit: { name: 'limit', label: {}, type: text, value: 'x' } },
  roles: grantSet('seller', {}),
  permissionSets: grantSet('more', {}),
  source: { object: { account: {} }, role: { seller: {} } },
};

const policy: Policy = policyOf({
  account: grant({ read: true, fields: { '*': 'read', name: 'edit', industry: 'none', phone: 'masked', token: 'edit' } }),
  deal: reading({ '*': 'read', amount: 'none' }),
});
const view = viewOf(model, policy);
const field = (object: string, name: string): FieldModel | undefined => view.objects[object]?.fields[name];

describe('viewOf', () => {
  it('leaves the objects and fields that exist for the person, in their order', () => {
    expect(Object.keys(view.objects)).toEqual(['account', 'deal']);
    const names = Object.keys(model.objects['account']?.fields ?? {});
    expect(Object.keys(view.objects['account']?.fields ?? {})).toEqual(
      names.filter((name) => !['industry', 'dealTotal', 'seenTotal'].includes(name)),
    );
    expect(view.objects['constructor']).toBeUndefined();
    expect(field('account', 'constructor')).toBeUndefined();
  });

  it('says what may be edited, and what is masked', () => {
    expect([field('account', 'name')?.readOnly, field('account', 'parent')?.readOnly]).toEqual([false, true]);
    expect(field('account', 'phone')).toMatchObject({
      masked: true,
      readOnly: true,
      unique: false,
      searchable: false,
      indexed: false,
      history: false,
    });
    expect(field('account', 'phone')).not.toHaveProperty('options');
    expect(field('account', 'token')).toMatchObject({ masked: true, readOnly: false });
    expect(field('account', 'name')).not.toHaveProperty('masked');
  });

  it('lets lookups lead to what exists only', () => {
    expect(field('deal', 'about')).toMatchObject({ lookup: { to: ['account'] }, ruleType: { to: ['account'] } });
    expect(field('account', 'owner')).not.toHaveProperty('lookup');
    const alone = viewOf(model, policyOf({ deal: reading() }));
    expect(alone.objects['deal']?.fields['account']).toMatchObject({ ruleType: { kind: 'reference', to: [] } });
    const problems = (rule: unknown): number => checkCondition(rule, ruleScope(alone, 'deal')).problems.length;
    expect(problems({ '==': [{ var: 'owner' }, { var: '$user.id' }] })).toBe(0);
    expect([problems({ '==': [{ var: 'account.name' }, 'x'] }), problems({ '==': [{ var: 'owner.name' }, 'x'] })]).toEqual([1, 1]);
  });

  it('leaves relations, keys and record types as far as they stand on what is there', () => {
    expect(Object.keys(view.objects['account']?.relations ?? {})).toEqual(['deals', 'subsidiaries']);
    expect(Object.keys(view.objects['deal']?.relations ?? {})).toEqual([]);
    expect(Object.keys(view.objects['account']?.keys ?? {})).toEqual([]);
    expect(viewOf(model, policyOf({ account: reading() })).objects['account']?.keys).toEqual(model.objects['account']?.keys);
    expect(view.objects['account']?.recordTypes).toEqual({ big: { ...byPhone, name: 'big', options: {} } });
  });

  it('keeps what belongs to writing and administration out', () => {
    expect(view.objects['account']).toMatchObject({ validationRules: {}, dormantFields: {}, team: { rules: {}, roles: { helper: {} } } });
    expect(view.objects['account']?.validationRules).toEqual({});
    expect([view.roles, view.permissionSets, view.sharingRules, view.source]).toEqual([{}, {}, {}, { object: {}, role: {} }]);
  });

  it('leaves the fields of layouts that are there, and their conditions', () => {
    const { sections = [], relatedLists = [] } = view.layouts['main'] ?? {};
    expect(sections.map(({ name, fields }) => [name, fields.map((each) => each.field)])).toEqual([
      ['a', ['name', 'phone']],
      ['c', []],
    ]);
    expect(sections[0]?.visibleWhen).toBe(model.layouts['main']?.sections[0]?.visibleWhen);
    expect(relatedLists.map(({ columns, sort }) => [columns, sort.length])).toEqual([
      [['name', 'account.phone'], 0],
      [['name'], 0],
    ]);
    expect(Object.keys(view.layouts)).toEqual(['main']);
  });

  it('leaves list views without what is gone, and none whose filter is', () => {
    expect(Object.keys(view.listViews)).toEqual(['plain', 'board']);
    expect(view.listViews['plain']).toMatchObject({ columns: ['name', 'phone', 'parent.name'], sort: [{ path: 'name' }] });
    expect(view.listViews['board']).toMatchObject({ kind: 'table', groupBy: undefined });
  });

  it('leaves apps with the items that lead somewhere', () => {
    expect(Object.keys(view.apps)).toEqual(['sales']);
    expect(view.apps['sales']?.items).toEqual([item('a', 'account'), item('d', undefined, 'plain')]);
  });

  it('leaves named rules that read nothing hidden, and parameters', () => {
    expect(Object.keys(view.rules)).toEqual(['known', 'nowhere']);
    expect(view.parameters).toBe(model.parameters);
  });

  it('is known by the hashes of the Model and of the permissions, and frozen', () => {
    expect(view.hash).toBe(`whole.${policy.shape}`);
    expect(view.objects['account']?.hash).toBe(`account.${policy.shape}`);
    expect(
      [view, view.objects, view.objects['account'], view.objects['account']?.fields, field('account', 'name')].every(Object.isFrozen),
    ).toBe(true);
    expect(viewOf(model, administratorPolicy(null))).toBe(model);
  });

  it('hides which field says the currency', () => {
    const amount = {
      ...scene.objects['deal']?.fields['amount'],
      decimal: { precision: 18, scale: 2, min: undefined, max: undefined, currency: undefined, currencyField: 'stage' },
      ruleType: { kind: 'number', currency: 'varies', currencyField: 'stage' },
    } as FieldModel;
    const dependent = { ...scene.objects['deal']?.fields['name'], dependsOn: { field: 'stage', values: {} } } as FieldModel;
    const deal = { ...scene.objects['deal'], fields: { ...scene.objects['deal']?.fields, amount, name: dependent } } as ObjectModel;
    const whole = { ...scene, objects: { ...scene.objects, deal } };
    const blind = viewOf(whole, policyOf({ deal: reading({ '*': 'read', stage: 'none' }) })).objects['deal']?.fields;
    expect(blind?.['amount']).toMatchObject({ decimal: { currencyField: undefined }, ruleType: { kind: 'number', currency: 'varies' } });
    expect(JSON.stringify(blind)).not.toContain('"stage"');
    const seeing = viewOf(whole, policyOf({ deal: reading() })).objects['deal']?.fields;
    expect([seeing?.['amount']?.decimal?.currencyField, seeing?.['name']?.dependsOn?.field]).toEqual(['stage', 'stage']);
  });
});
