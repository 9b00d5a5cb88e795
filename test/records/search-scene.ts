// What the tests of search share: a tenant with something to search, and what it finds.
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const label = (en: string): Json => ({ label: { en } });

const company: Json = {
  pluralLabel: { en: 'Companies', 'zh-CN': '公司' },
  fields: {
    name: { type: 'text', required: true, searchable: true, label: { en: 'Name' } },
    phone: { type: 'phone', searchable: true, ...label('Phone') },
    email: { type: 'email', searchable: true, ...label('Email') },
    code: { type: 'autoNumber', format: 'C-{0000}', searchable: true, ...label('Code') },
    notes: { type: 'textarea', searchable: true, ...label('Notes') },
    story: { type: 'richText', searchable: true, ...label('Story') },
    address: { type: 'address', searchable: true, ...label('Address') },
    branch: {
      type: 'picklist',
      searchable: true,
      options: {
        retail: { order: 1, label: { en: 'Retail trade', 'zh-CN': '零售' } },
        mining: { order: 2, label: { en: 'Mining', 'zh-CN': '采矿' } },
      },
      ...label('Branch'),
    },
    hint: { type: 'text', ...label('Hint') },
    rating: { type: 'number', precision: 4, ...label('Rating') },
  },
};

const deal: Json = {
  fields: {
    name: { type: 'text', required: true, searchable: true, label: { en: 'Name' } },
    company: { type: 'lookup', to: 'company', inverse: 'deals', onDelete: 'setNull', ...label('Company') },
  },
};

export interface Found {
  readonly object: string;
  readonly label: string;
  readonly records: readonly { readonly id: string; readonly name: string; readonly object: string }[];
  readonly more: boolean;
}

interface Narrowed {
  readonly objects?: readonly string[];
  readonly first?: number;
}

export interface SearchScene {
  readonly engine: TestEngine;
  readonly tenant: TestTenant;
  readonly search: (q: string, input?: Narrowed) => Promise<readonly Found[]>;
  /** Names of all that is found, group by group. */
  readonly names: (q: string, input?: Narrowed) => Promise<readonly string[]>;
  /** Takes all records away. */
  readonly empty: () => Promise<void>;
}

export async function searchScene(): Promise<SearchScene> {
  const engine = await testEngine();
  const tenant = await engine.tenant('acme', [pack('base', { company, deal })]);
  const search: SearchScene['search'] = async (q, input = {}) =>
    (JSON.parse(await tenant.run('search', { q, ...input })) as { readonly groups: readonly Found[] }).groups;
  return {
    engine,
    tenant,
    search,
    names: async (q, input) => (await search(q, input)).flatMap((group) => group.records.map((record) => record.name)),
    empty: async () => {
      await engine.sql(`delete from ${tenant.schema}.deal`);
      await engine.sql(`delete from ${tenant.schema}.company`);
    },
  };
}
