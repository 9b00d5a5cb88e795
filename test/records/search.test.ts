// Search on a real PostgreSQL: what is found, in which order, and that it follows every write.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { bind, toStatement } from '@tessera/kernel';
import { buildModel, type Model } from '@tessera/metadata';
import { reindexSearch, searchWords } from '@tessera/records';
import { compileSearch, drift, loadLayers, searchFields, searchSlots, type SearchSource } from '@tessera/storage';
import type { TestTenant } from '../support/engine.ts';
import { searchScene, type Found, type SearchScene } from './search-scene.ts';

let found: SearchScene;
let tenant: TestTenant;
let search: SearchScene['search'];
let names: SearchScene['names'];

beforeAll(async () => {
  found = await searchScene();
  ({ tenant, search, names } = found);
});
afterAll(() => found.engine.close());
beforeEach(() => found.empty());

async function modelNow(): Promise<Model> {
  const { model } = buildModel(await found.engine.cell.control((transaction) => loadLayers(transaction, 'acme')));
  if (model === undefined) throw new Error('The layers make no Model.');
  return model;
}

describe('search', () => {
  it.each(['阿里', '里巴', '阿里巴巴', 'albb', 'alibaba', 'baba', '阿里 集团'])('finds 阿里巴巴集团 by %s', async (q) => {
    await tenant.create('company', { name: '阿里巴巴集团' });
    await tenant.create('company', { name: '巴里岛旅行社' });
    expect(await names(q)).toEqual(['阿里巴巴集团']);
  });

  it('finds Latin words by their beginnings, without accents, in any order', async () => {
    await tenant.create('company', { name: 'Müller & Söhne' });
    await tenant.create('company', { name: 'Acme Corp' });
    expect(await names('muller')).toEqual(['Müller & Söhne']);
    expect(await names('SOHNE mül')).toEqual(['Müller & Söhne']);
    expect(await names('cor ac')).toEqual(['Acme Corp']);
    expect(await names('cor ad')).toEqual([]);
  });

  it('looks into every kind of searchable field, and into no other', async () => {
    await tenant.create('company', {
      name: 'One',
      phone: '+86 (138) 0013-8000',
      email: 'jane.doe@mail.example',
      notes: '对账 every friday',
      story: '<p>Founded by <b>Ada&amp;Bob</b></p>',
      address: { city: 'Göteborg', street: 'Kungsgatan 7' },
      branch: 'retail',
      hint: 'invisible',
    });
    for (const q of [
      '13800138000',
      '0013 8000',
      '38000',
      'doe',
      'jane.doe@mail',
      '对账',
      'friday every',
      'ada',
      'bob',
      'goteborg',
      'kungsg 7',
      '零售',
      'trade',
      'C-0',
    ])
      expect([q, await names(q)]).toEqual([q, ['One']]);
    for (const q of ['invisible', 'strong', 'amp', 'duizhang']) expect([q, await names(q)]).toEqual([q, []]);
  });

  it('gives groups with labels in the reader’s language, and says where there is more', async () => {
    for (const n of [1, 2, 3]) await tenant.create('company', { name: `Zenith ${String(n)}` });
    const id = await tenant.create('deal', { name: 'Zenith' });
    const answer = await tenant.run('search', { q: 'zenith', first: 2 }, { languages: ['zh-CN'] });
    expect(JSON.parse(answer)).toEqual({
      groups: [
        { object: 'deal', label: 'deal', records: [{ id, name: 'Zenith', object: 'deal' }], more: false },
        {
          object: 'company',
          label: '公司',
          records: [expect.objectContaining({ name: 'Zenith 3' }), expect.objectContaining({ name: 'Zenith 2' })],
          more: true,
        },
      ],
    });
    expect((await search('zenith', { objects: ['company'] })).map((group) => group.object)).toEqual(['company']);
    await expect(search('zenith', { objects: ['ghost'] })).rejects.toMatchObject({ code: 'OBJECT_UNKNOWN' });
    await expect(search('zenith', { first: 0 })).rejects.toMatchObject({ code: 'REQUEST_PARAMETER_INVALID' });
  });

  it('puts the very name first, then names that begin so, then names with the words, then other fields; the newest first', async () => {
    const wanted = ['Nova', 'Nova Labs', 'Nova Beta', 'Super Nova', 'Elsewhere'];
    for (const name of ['Nova', 'Super Nova', 'Nova Beta', 'Nova Labs']) await tenant.create('company', { name });
    await tenant.create('company', { name: 'Elsewhere', notes: 'like nova' });
    expect(await names('nova')).toEqual(wanted);
  });

  it('never misses the very name among any number of others', async () => {
    await tenant.create('company', { name: 'Call' });
    const others = Array.from({ length: 400 }, (_, i) => ({ name: `Call again ${String(i)}` }));
    await tenant.run('records.create', { object: 'company', records: others });
    expect((await names('call', { first: 3 }))[0]).toBe('Call');
  });

  it('is one statement', async () => {
    const texts = await found.engine.statements(() => search('acme'));
    expect(texts.filter((text) => text.includes('_search'))).toHaveLength(1);
  });
});

describe('search follows', () => {
  it('updates of searchable fields, of one record and of many', async () => {
    const [a, b] = [await tenant.create('company', { name: 'Alpha', notes: 'kept' }), await tenant.create('company', { name: 'Beta' })];
    await tenant.update('company', a, { name: 'Gamma' });
    expect([await names('alpha'), await names('gamma'), await names('kept')]).toEqual([[], ['Gamma'], ['Gamma']]);
    const records = [
      { id: a, values: { rating: 3 } },
      { id: b, values: { name: 'Delta' } },
    ];
    await tenant.run('records.update', { object: 'company', records });
    expect([await names('gamma'), await names('kept'), await names('beta'), await names('delta')]).toEqual([
      ['Gamma'],
      ['Gamma'],
      [],
      ['Delta'],
    ]);
    await tenant.update('company', a, { rating: 4 });
    expect(await names('gamma')).toEqual(['Gamma']);
  });

  it('deletes and restores', async () => {
    const id = await tenant.create('company', { name: 'Omega' });
    await tenant.remove('company', id);
    expect(await names('omega')).toEqual([]);
    await tenant.run('records.restore', { object: 'company', ids: [id] });
    expect(await names('omega')).toEqual(['Omega']);
  });

  it('changes of what is searchable, once the records are indexed anew, deleted ones too', async () => {
    const many = Array.from({ length: 600 }, (_, i) => ({ name: `Mass ${String(i)}`, hint: 'whispered' }));
    await tenant.run('records.create', { object: 'company', records: many });
    const gone = await tenant.create('company', { name: 'Gone', hint: 'whispered' });
    await tenant.remove('company', gone);
    const [before] = await found.engine.sql(
      `select max(version) as version, max(updated_at)::text as at from ${tenant.schema}.company where name like 'Mass%'`,
    );
    const extension = { extends: 'company', fields: { hint: { searchable: true }, notes: { searchable: false } } };
    await tenant.apply({ 'extensions/company.json': extension });
    const model = await modelNow();
    await reindexSearch(found.engine.cell.tenant('acme'), model);
    expect(await names('whispered', { first: 1000 })).toHaveLength(600);
    await tenant.run('records.restore', { object: 'company', ids: [gone] });
    expect(await names('gone whisp')).toEqual(['Gone']);
    await tenant.remove('company', gone);
    const [after] = await found.engine.sql(
      `select max(version) as version, max(updated_at)::text as at from ${tenant.schema}.company where name like 'Mass%'`,
    );
    expect(after).toEqual(before);
    expect(await reindexSearch(found.engine.cell.tenant('acme'), model)).toBe(0);
    expect(await found.engine.cell.control((transaction) => drift(transaction, model, tenant.schema))).toEqual([]);
    await tenant.apply({ 'extensions/company.json': null });
  });

  it('an object that was not searchable for a while, by what it has then', async () => {
    const id = await tenant.create('deal', { name: 'Before' });
    const off = { extends: 'deal', fields: { name: { searchable: false } } };
    await tenant.apply({ 'extensions/deal.json': off });
    await tenant.update('deal', id, { name: 'Meanwhile' });
    expect(await names('meanwhile')).toEqual([]);
    await tenant.apply({ 'extensions/deal.json': null });
    const model = await modelNow();
    await reindexSearch(found.engine.cell.tenant('acme'), model);
    expect([await names('before'), await names('meanwhile')]).toEqual([[], ['Meanwhile']]);
    expect(await found.engine.cell.control((transaction) => drift(transaction, model, tenant.schema))).toEqual([]);
  });

  it('nothing of a Model that is not in force', async () => {
    const model = await modelNow();
    await expect(reindexSearch(found.engine.cell.tenant('acme'), { ...model, hash: 'other' })).rejects.toMatchObject({
      code: 'MODEL_CHANGED',
    });
  });
});

describe('compileSearch', () => {
  it('finds nothing by what the reader may not read: neither the record nor the field', async () => {
    const [one, two] = [
      await tenant.create('company', { name: 'One', notes: 'acme secret', rating: 5 }),
      await tenant.create('company', { name: 'Acme Two', notes: 'open', rating: 1 }),
    ];
    const model = await modelNow();
    const [company] = Object.values(model.objects).filter((object) => object.name === 'company');
    if (company === undefined) throw new Error('There is no company.');
    const all = searchFields(company).map((field) => field.name);
    const foundBy = async (q: string, source: Partial<SearchSource>): Promise<readonly unknown[]> => {
      const words = searchWords(q);
      if (words === undefined) return [];
      const full: SearchSource = { object: 'company', fields: all, selections: [{ kind: 'field', as: 'id', field: 'id' }], ...source };
      const database = found.engine.cell.tenant('acme');
      const [state] = await found.engine.sql(`select access from ${tenant.schema}._state`);
      const statement = toStatement(compileSearch({ model, schema: database.schema }, [full], words));
      const slots = {
        modelHash: model.hash,
        access: state?.['access'],
        now: new Date().toISOString(),
        zone: 'UTC',
        user: null,
        roles: [],
        ...searchSlots(words, 10),
      };
      const { rows } = await database.query(bind(statement, slots));
      const { groups } = JSON.parse(String(rows[0]?.['answer'])) as { readonly groups: readonly Found[] };
      return groups.flatMap((group) => group.records.map((record) => record.id));
    };
    expect(await foundBy('acme', {})).toEqual([two, one]);
    expect(await foundBy('acme', { fields: ['name', 'phone'] })).toEqual([two]);
    expect(await foundBy('acme', { fields: ['notes'] })).toEqual([one]);
    expect(await foundBy('acme secret', { fields: ['name'] })).toEqual([]);
    expect(await foundBy('acme open', { fields: ['name', 'notes'] })).toEqual([two]);
    const rating = company.fields['rating'];
    if (rating === undefined) throw new Error('There is no rating.');
    const path = { node: 'path', type: rating.ruleType, root: 0, steps: [{ object: 'company', field: 'rating' }] } as const;
    const five = { node: 'literal', type: { kind: 'number' }, value: '5' } as const;
    const where = { node: 'call', type: { kind: 'boolean' }, operator: '==', arguments: [path, five] } as const;
    expect(await foundBy('acme', { where })).toEqual([one]);
  });
});
