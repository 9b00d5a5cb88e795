// Duplicates over REST and GraphQL: what is refused, what may be repeated, and what is told to whom.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, Json } from '../support/http-client.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

const account = (name: string, matching: string, more: Json): Json => ({ name, object: 'account', matching, ...more });
const rules = {
  'matchingRules/sameCode.json': { name: 'sameCode', object: 'account', criteria: { region: { fields: { region: { by: 'text' } } } } },
  'matchingRules/sameTax.json': {
    name: 'sameTax',
    object: 'account',
    criteria: { tax: { fields: { status: { by: 'text' }, score: {} } } },
  },
  'matchingRules/sameName.json': { name: 'sameName', object: 'account', criteria: { name: { fields: { name: { by: 'company' } } } } },
  'duplicateRules/region.json': account('region', 'sameCode', { action: 'block' }),
  'duplicateRules/name.json': account('name', 'sameName', { action: 'warn' }),
  'duplicateRules/tax.json': account('tax', 'sameTax', { action: 'warn', tellHidden: true }),
};

let scene: AccessScene;
let bob: Person;
let eve: Person;

beforeAll(async () => {
  scene = await accessScene(rules);
  bob = await scene.person('bob');
  eve = await scene.person('eve');
});
afterAll(() => scene.close());

const post = (person: Person, body: Json, query = ''): Promise<Answer> => person.http.post(`/api/v1/records/account${query}`, body);
const entriesOf = ({ json }: Answer): readonly Json[] => json['problems'] as readonly Json[];

describe('a duplicate', () => {
  it('is shown to whoever may see it', async () => {
    const id = await bob.create('account', { name: 'One', region: 'R-1' });
    const answer = await post(bob, { name: 'Two', region: 'r1' });
    expect([answer.status, answer.json['code']]).toEqual([409, 'DUPLICATE_FOUND']);
    expect(entriesOf(answer)[0]).toMatchObject({
      pointer: '/region',
      details: { rule: 'region', matches: [{ object: 'account', id, name: 'One', criterion: 'region', likeness: 1 }] },
    });
  });

  it('blocks without details where it is hidden', async () => {
    const id = await bob.create('account', { name: 'Three', region: 'R-3' });
    const answer = await post(eve, { name: 'Four', region: 'r3' });
    expect(answer.status).toBe(409);
    expect(entriesOf(answer)[0]?.['details']).toEqual({ rule: 'region', matches: [] });
    expect(answer.text).not.toContain(id);
    expect(answer.text).not.toContain('Three');
  });

  it('is no matter of a warning where it is hidden, unless the rule says so', async () => {
    await bob.create('account', { name: 'Acme Ltd' });
    expect((await post(eve, { name: 'ACME' })).status).toBe(201);
    await scene.acme.create('account', { name: 'Hidden', status: 's1' });
    const answer = await post(eve, { name: 'Shown', status: 'S1' });
    expect(entriesOf(answer)[0]).toMatchObject({ code: 'DUPLICATE_POSSIBLE', pointer: '/status', details: { matches: [], hidden: true } });
    // Scores do not exist for her: neither the reason nor the field is named.
    expect(answer.text).not.toContain('score');
  });

  it('passes by allowDuplicates, over every road', async () => {
    await bob.create('account', { name: 'Zeta GmbH' });
    expect((await post(bob, { name: 'Zeta' })).json['code']).toBe('DUPLICATE_POSSIBLE');
    const first = await post(bob, { name: 'Zeta' }, '?allowDuplicates=true');
    expect(first.status).toBe(201);
    const bulk = (allowDuplicates: boolean) =>
      bob.http.post('/api/v1/records/account/bulk', { action: 'create', allOrNone: false, allowDuplicates, records: [{ name: 'ZETA' }] });
    const [refused] = (await bulk(false)).json['results'] as readonly { readonly problems: readonly Json[] }[];
    expect(refused?.problems[0]).toMatchObject({ code: 'DUPLICATE_POSSIBLE', details: { rule: 'name' } });
    expect(((await bulk(true)).json['results'] as readonly Json[])[0]).toMatchObject({ ok: true });
    const graphql = (allow: string) =>
      bob.http.post('/graphql', { query: `mutation { createAccount(input: { name: "zeta" }${allow}) { name } }` });
    expect(JSON.stringify((await graphql('')).json)).toContain('"rule":"name"');
    expect((await graphql(', allowDuplicates: true')).json).toEqual({ data: { createAccount: { name: 'zeta' } } });
    const csv = { body: 'name\nzeta\n', type: 'text/csv' };
    const mapping = encodeURIComponent(JSON.stringify({ columns: { name: { field: 'name' } } }));
    const importing = (query: string) => bob.http.call('POST', `/api/v1/records/account/import?mapping=${mapping}${query}`, csv);
    expect((await importing('')).json).toMatchObject({ created: 0, refused: 1 });
    expect((await importing('&allowDuplicates=true')).json).toMatchObject({ created: 1, refused: 0 });
  });

  it('is found beforehand, as far as one sees', async () => {
    const id = await bob.create('account', { name: 'Omega AG', region: 'R-9' });
    const ask = (person: Person, values: Json) => person.http.post('/api/v1/records/account/duplicates', { records: [{ values }] });
    expect((await ask(bob, { name: 'Omega', region: 'r9' })).json).toMatchObject({
      results: [
        {
          duplicates: [
            { rule: 'region', action: 'block', matches: [{ id }] },
            { rule: 'name', action: 'warn', matches: [{ id }] },
          ],
        },
      ],
    });
    expect((await ask(eve, { name: 'Omega', region: 'r9' })).json).toEqual({ results: [{ duplicates: [] }] });
    expect((await eve.http.post('/api/v1/records/account/duplicates', { records: [{ id }] })).status).toBe(404);
  });
});

describe('matching over HTTP', () => {
  const match = (person: Person, rule: string, body: Json): Promise<Answer> => person.http.post(`/api/v1/matching/${rule}`, body);

  it('finds what the caller sees', async () => {
    const id = await bob.create('account', { name: 'Sigma Oy' });
    expect((await match(bob, 'sameName', { records: [{ values: { name: 'sigma' } }, { values: {} }] })).json).toMatchObject({
      results: [
        { kind: 'one', record: { object: 'account', id }, candidates: [{ id, name: 'Sigma Oy', likeness: 1 }] },
        { kind: 'none', record: null },
      ],
    });
    expect((await match(eve, 'sameName', { records: [{ values: { name: 'sigma' } }] })).json).toMatchObject({
      results: [{ kind: 'none' }],
    });
  });

  it('asks nothing by fields that are hidden from the caller', async () => {
    await bob.create('account', { name: 'Tau', status: 'same' });
    const asked = { records: [{ values: { status: 'same' } }] };
    expect((await match(bob, 'sameTax', asked)).json).toMatchObject({ results: [{ kind: 'none' }] });
    expect((await match(scene.admin, 'sameTax', { records: [{ values: { status: 'same', score: 7 } }] })).json).toMatchObject({
      results: [{ kind: 'one' }],
    });
    expect((await match(bob, 'sameTax', { records: [{ values: { score: 7 } }] })).json['code']).toBe('FIELD_UNKNOWN');
  });

  it('knows its rules and their objects', async () => {
    expect((await match(bob, 'nothing', { records: [] })).json['code']).toBe('MATCHING_RULE_UNKNOWN');
    expect((await match(bob, 'constructor', { records: [] })).status).toBe(404);
    expect((await match(bob, 'sameName', { object: 'deal', records: [] })).json).toMatchObject({
      code: 'REQUEST_INVALID',
      pointer: '/object',
    });
    expect((await match(bob, 'sameName', { records: [{ name: 'x' }] })).json['code']).toBe('REQUEST_INVALID');
  });
});
