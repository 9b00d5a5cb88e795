// Conversions over HTTP: a lead becomes an account, a contact and a deal, with everything that hangs on it, or nothing does.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

const label = (text: string): Json => ({ en: text });
const full = { create: true, read: true, update: true, delete: true, fields: { '*': 'edit' } };
const own = (name: string, fields: Json, more: Json = {}): Json => ({
  [`objects/${name}.json`]: { name, plural: `${name}s`, label: label(name), sharing: 'private', fields, ...more },
});
const lookup = (to: string | readonly string[], inverse: string, more: Json = {}): Json => ({ type: 'lookup', to, inverse, ...more });

const leadToCustomer: Json = {
  name: 'leadToCustomer',
  object: 'lead',
  when: { '!=': [{ var: 'status' }, 'lost'] },
  message: { en: 'Lost leads stay what they are.', 'zh-CN': '已流失的线索不能转换。' },
  targets: {
    company: {
      order: 10,
      object: 'company',
      values: { name: { var: 'company' }, taxCode: { var: 'taxCode' }, city: { var: 'city' } },
      by: 'taxCode',
      onMatch: 'fill',
      link: 'company',
    },
    contact: {
      order: 20,
      object: 'contact',
      values: { name: { var: 'name' }, mail: { var: 'mail' }, company: { var: '$steps.company.id' } },
      find: { '==': [{ var: 'mail' }, { var: '$record.mail' }] },
      onMatch: 'update',
      link: 'contact',
    },
    chance: {
      order: 30,
      object: 'chance',
      when: { '>': [{ var: 'budget' }, 0] },
      values: {
        name: { concat: [{ var: '$steps.company.name' }, ' deal'] },
        company: { var: '$steps.company.id' },
        amount: { var: 'budget' },
      },
      link: 'chance',
      children: {
        lines: {
          relation: 'wishes',
          when: { '!=': [{ var: 'dropped' }, true] },
          object: 'line',
          values: { name: { var: 'name' }, chance: { var: '$steps.chance.id' }, count: { var: 'count' } },
        },
        calls: { relation: 'calls', values: { chance: { var: '$steps.chance.id' } } },
      },
    },
  },
  attached: 'company',
  set: { status: 'converted' },
};

const files: Json = {
  ...own('company', { taxCode: { type: 'text', unique: true }, city: { type: 'text' } }),
  ...own('contact', { mail: { type: 'email' }, company: lookup('company', 'contacts') }),
  ...own('chance', { company: lookup('company', 'chances'), amount: { type: 'number' } }),
  ...own(
    'line',
    { chance: { type: 'masterDetail', to: 'chance', inverse: 'lines' }, count: { type: 'number' } },
    { sharing: 'controlledByParent' },
  ),
  ...own('lead', {
    company: lookup('company', 'leads', { readOnly: true }),
    contact: lookup('contact', 'leads', { readOnly: true }),
    chance: lookup('chance', 'leads', { readOnly: true }),
    companyName: { type: 'text' },
    taxCode: { type: 'text' },
    city: { type: 'text' },
    mail: { type: 'email' },
    budget: { type: 'number' },
    status: { type: 'picklist', options: { open: {}, converted: {}, lost: {} }, default: 'open' },
  }),
  ...own(
    'wish',
    { lead: { type: 'masterDetail', to: 'lead', inverse: 'wishes' }, count: { type: 'number' }, dropped: { type: 'boolean' } },
    {
      sharing: 'controlledByParent',
    },
  ),
  ...own('call', { lead: lookup('lead', 'calls'), chance: lookup('chance', 'calls') }),
  ...own('dossier', { about: lookup(['lead', 'company'], 'dossiers') }),
  ...own('activity', { about: lookup(['lead', 'company'], 'activities'), only: lookup('lead', 'notes') }),
  'conversions/leadToCustomer.json': {
    ...leadToCustomer,
    targets: {
      ...(leadToCustomer['targets'] as Json),
      company: {
        ...((leadToCustomer['targets'] as Json)['company'] as Json),
        values: { name: { var: 'companyName' }, taxCode: { var: 'taxCode' }, city: { var: 'city' } },
      },
    },
  },
  'roles/seller.json': {
    name: 'seller',
    label: label('Seller'),
    objects: Object.fromEntries(['lead', 'company', 'contact', 'chance', 'line', 'wish', 'call', 'activity'].map((name) => [name, full])),
  },
  'roles/clerk.json': {
    name: 'clerk',
    label: label('Clerk'),
    objects: { lead: full, company: full, contact: full, chance: { read: true, fields: { '*': 'read' } } },
  },
};

let scene: AccessScene;
let seller: Person;
let clerk: Person;

beforeAll(async () => {
  scene = await accessScene(files);
  seller = await scene.person('seller', { roles: ['seller'] });
  clerk = await scene.person('clerk', { roles: ['clerk'] });
});
afterAll(() => scene.close());

const lead = (values: Json = {}, who = seller): Promise<string> =>
  who.create('lead', { name: 'Ada', companyName: 'Ada Ltd', city: 'Bern', mail: 'ada@ada.example', budget: 100, ...values });
const convert = (id: string, body: Json = {}, who = seller) => who.http.post(`/api/v1/records/lead/${id}/convert/leadToCustomer`, body);
interface Target {
  readonly target: string;
  readonly object: string;
  readonly id: string;
  readonly outcome: string;
}
const targetsOf = (json: Json): Readonly<Record<string, Target>> =>
  Object.fromEntries((json['targets'] as readonly Target[]).map((each) => [each.target, each]));
const count = async (object: string): Promise<number> =>
  Number((await scene.sql(`select count(*) as n from ${scene.acme.schema}.${object} where deleted_at is null`))[0]?.['n']);

describe('a conversion', () => {
  it('makes the records, maps and moves children, takes along what hangs on the record, and links back', async () => {
    const id = await lead({ taxCode: 'T1', mail: 't1@x.example' });
    const kept = await seller.create('wish', { name: 'a phone', lead: id, count: 2 });
    await seller.create('wish', { name: 'a fax', lead: id, count: 1, dropped: true });
    const call = await seller.create('call', { name: 'Monday', lead: id });
    const activity = await seller.create('activity', { name: 'met', about: { object: 'lead', id }, only: id });
    // Of these the seller knows nothing.
    const dossier = await scene.acme.create('dossier', { name: 'D', about: { object: 'lead', id } });
    await seller.http.post(`/api/v1/records/lead/${id}/shares`, { shares: [{ to: { user: clerk.id }, access: 'read' }] });
    const { status, json } = await convert(id);
    expect(status).toBe(200);
    const { company, contact, chance } = targetsOf(json);
    expect([company, contact, chance].map((each) => each?.outcome)).toEqual(['created', 'created', 'created']);
    expect(json['children']).toMatchObject([
      { target: 'chance', children: 'calls', object: 'call', outcome: 'moved', ids: [call] },
      { target: 'chance', children: 'lines', object: 'line', outcome: 'created', ids: [expect.any(String)] },
    ]);
    expect(json['attached']).toEqual([{ object: 'activity', field: 'about', count: 1 }]);
    expect(await seller.read('lead', id, 'status', 'company', 'contact', 'chance')).toEqual({
      status: 'converted',
      company: company?.id,
      contact: contact?.id,
      chance: chance?.id,
    });
    expect(await seller.read('company', company?.id ?? '', 'name', 'taxCode', 'city')).toEqual({
      name: 'Ada Ltd',
      taxCode: 'T1',
      city: 'Bern',
    });
    expect(await seller.read('chance', chance?.id ?? '', 'name', 'amount', 'company')).toEqual({
      name: 'Ada Ltd deal',
      amount: 100,
      company: company?.id,
    });
    expect(await seller.read('activity', activity, 'about', 'only')).toEqual({ about: { object: 'company', id: company?.id }, only: id });
    expect(await scene.acme.read('dossier', dossier, 'about')).toEqual({ about: { object: 'company', id: company?.id } });
    expect(await seller.read('call', call, 'chance', 'lead')).toEqual({ chance: chance?.id, lead: id });
    expect(await seller.read('wish', kept, 'lead')).toEqual({ lead: id });
    expect(await clerk.sees('company')).toContain(company?.id);
  });

  it('is done once, and not where its condition does not hold', async () => {
    const id = await lead({ taxCode: 'T2', mail: 't2@x.example' });
    const [first, second] = await Promise.all([convert(id), convert(id)]);
    const codes = [first, second].map(({ status, json }) => (status === 200 ? 200 : json['code']));
    expect(codes.toSorted()).toEqual([200, 'CONVERSION_DONE']);
    const lost = await lead({ status: 'lost' });
    expect((await convert(lost)).json).toMatchObject({ code: 'CONVERSION_REFUSED', detail: 'Lost leads stay what they are.' });
    expect((await seller.http.post(`/api/v1/records/lead/${lost}/convert/other`, {})).status).toBe(404);
    expect((await convert(crypto.randomUUID())).json['code']).toBe('RECORD_NOT_FOUND');
  });

  it('takes what there is already: by a key, filling what is empty, or by a condition', async () => {
    const company = await seller.create('company', { name: 'Old name', taxCode: 'T3' });
    const contact = await seller.create('contact', { name: 'Old', mail: 't3@x.example' });
    const { json } = await convert(await lead({ taxCode: 'T3', mail: 't3@x.example' }));
    const found = targetsOf(json);
    expect([found['company'], found['contact']]).toMatchObject([
      { id: company, outcome: 'updated' },
      { id: contact, outcome: 'updated' },
    ]);
    expect(await seller.read('company', company, 'name', 'city')).toEqual({ name: 'Old name', city: 'Bern' });
    expect(await seller.read('contact', contact, 'name', 'company')).toEqual({ name: 'Ada', company });
    const again = targetsOf((await convert(await lead({ taxCode: 'T3', mail: 't3@x.example', budget: 0 }))).json);
    expect([again['company']?.outcome, again['chance']]).toEqual(['kept', undefined]);
  });

  it('is refused where the conversion wants nothing to be there', async () => {
    const taken = { taxCode: 'T11', mail: 't11@x.example', budget: 0 };
    const company = await seller.create('company', { name: 'There', taxCode: 'T11' });
    const strict = { kind: 'conversion', extends: 'leadToCustomer', targets: { company: { onMatch: 'refuse' } } };
    await scene.acme.apply({ 'extensions/strict.json': strict });
    expect((await convert(await lead(taken))).json).toMatchObject({ code: 'CONVERSION_MATCH', detail: expect.stringContaining(company) });
    await scene.acme.apply({ 'extensions/strict.json': null });
  });

  it('takes the one that a matching rule finds, and none of several', async () => {
    const byName = {
      kind: 'conversion',
      extends: 'leadToCustomer',
      targets: { company: { by: null, matching: 'sameCompany__c', onMatch: 'keep' } },
    };
    await scene.acme.apply({
      'matchingRules/sameCompany__c.json': {
        ...{ name: 'sameCompany__c', object: 'company', sources: { lead: { fields: { name: 'companyName' } } } },
        criteria: { name: { fields: { name: { by: 'company' } } } },
      },
      'extensions/byName.json': byName,
    });
    const lately = (name: string, mail: string) => lead({ companyName: name, mail: `${mail}@x.example`, budget: 0 });
    const made = await Promise.all(['a', 'b', 'c'].map(async (mail) => convert(await lately('Looms and Sons Ltd', mail))));
    const companies = made.map(({ json }) => targetsOf(json)['company']);
    expect(companies.map((each) => each?.outcome).toSorted()).toEqual(['created', 'kept', 'kept']);
    expect(new Set(companies.map((each) => each?.id)).size).toBe(1);
    const twin = await seller.create('company', { name: 'LOOMS AND SONS, Limited' });
    const several = await lately('Looms and Sons', 'd');
    const { status, json } = await convert(several);
    expect([status, json['code']]).toEqual([409, 'CONVERSION_MATCH']);
    const ids = [companies[0]?.id, twin].toSorted();
    const problems = json['problems'] as readonly { readonly details: { readonly target: string; readonly candidates: readonly Json[] } }[];
    expect(problems[0]?.details.target).toBe('company');
    expect(problems[0]?.details.candidates.map(({ id }) => id).toSorted()).toEqual(ids);
    await scene.acme.apply({ 'extensions/byName.json': null, 'matchingRules/sameCompany__c.json': null });
  });

  it('makes one company and one contact of many leads that are converted at once', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => lead({ taxCode: 'T4', mail: 't4@x.example', budget: 0 })));
    const answers = await Promise.all(ids.map((id) => convert(id)));
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
    const made = answers.map(({ json }) => targetsOf(json));
    expect(new Set(made.map(({ contact }) => contact?.id)).size).toBe(1);
    expect(made.filter(({ company }) => company?.outcome === 'created')).toHaveLength(1);
  });

  it('takes all of it back where it is only tried, or where anything stands against it', async () => {
    const before = [await count('company'), await count('contact'), await count('chance')];
    const id = await lead({ taxCode: 'T5', mail: 't5@x.example' });
    const { status, json } = await convert(id, { dryRun: true });
    expect([status, Object.values(targetsOf(json)).map(({ outcome }) => outcome)]).toEqual([200, ['created', 'created', 'created']]);
    const noName = await lead({ taxCode: 'T6', companyName: '', mail: 't6@x.example' });
    expect((await convert(noName)).status).toBe(422);
    expect([await count('company'), await count('contact'), await count('chance')]).toEqual(before);
    expect(await seller.read('lead', id, 'status', 'company')).toEqual({ status: 'open', company: null });
    expect((await convert(id)).status).toBe(200);
  });

  it('goes by the rights of whoever asks', async () => {
    const rich = await lead({ taxCode: 'T7', mail: 't7@x.example' }, clerk);
    expect((await convert(rich, {}, clerk)).status).toBe(403);
    const poor = await lead({ taxCode: 'T8', mail: 't8@x.example', budget: 0 }, clerk);
    expect((await convert(poor, {}, clerk)).status).toBe(200);
    const hidden = await lead({ taxCode: 'T9', mail: 't9@x.example' });
    expect((await convert(hidden, {}, clerk)).json['code']).toBe('RECORD_NOT_FOUND');
    await seller.http.post(`/api/v1/records/lead/${hidden}/shares`, { shares: [{ to: { user: clerk.id }, access: 'read' }] });
    expect((await convert(hidden, {}, clerk)).json['code']).toBe('RECORD_READ_ONLY');
    await seller.create('company', { name: 'Secret', taxCode: 'T10' });
    const collides = await lead({ taxCode: 'T10', mail: 't10@x.example', budget: 0 }, clerk);
    expect((await convert(collides, {}, clerk)).json['code']).toBe('RECORD_NOT_UNIQUE');
  });
});
