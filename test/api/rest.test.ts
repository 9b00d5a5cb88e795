// What HTTP makes of requests and answers, against a stand-in for the engine.
import { afterEach, describe, expect, it } from '@jest/globals';
import { fail } from '@tessera/kernel';
import { modelOf } from '../support/packs.ts';
import { openScene, type Scene } from './rest-scene.ts';

const model = modelOf('crm-base');
const id = '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01';
const open: Scene[] = [];

async function scene(...[answers, options]: [Parameters<typeof openScene>[1]?, Parameters<typeof openScene>[2]?]): Promise<Scene> {
  const opened = await openScene(model, answers, options);
  open.push(opened);
  return opened;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

const recordText = '{"answer":{"version":7,"record":{"name":"Ünï","amount":1.10}}}';

describe('GET /records/{object}', () => {
  it('sends PostgreSQL’s text as it is, without the root around it', async () => {
    const inner = '{"records":[{"amount":1.10}],"page":{"hasNextPage":false,"endCursor":null}}';
    const { send } = await scene({ 'records.read': () => `{"answer":${inner}}` });
    const answer = await send('/api/v1/records/opportunity?fields=amount');
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(inner);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('translates every list parameter', async () => {
    const opened = await scene({ 'records.read': () => '{"answer":{"records":[]}}' });
    const filter = encodeURIComponent('{">":[{"var":"amount"},5]}');
    await opened.send(
      `/api/v1/records/opportunity?fields=name,account,account.name,account.industry&filter=${filter}&sort=-amount,account.name&first=5&after=abc&count=true&deleted=only`,
    );
    expect(opened.asked).toMatchObject([
      {
        name: 'records.read',
        input: {
          modelHash: model.hash,
          roots: [
            {
              kind: 'list',
              object: 'opportunity',
              list: {
                filter: { '>': [{ var: 'amount' }, 5] },
                orderBy: [{ path: 'amount', descending: true }, { path: 'account.name' }],
                page: { first: 5, after: 'abc' },
                deleted: 'only',
              },
              parts: [
                {
                  kind: 'nodes',
                  as: 'records',
                  selections: [
                    { kind: 'field', as: 'name', field: 'name' },
                    {
                      kind: 'lookup',
                      as: 'account',
                      cases: [{ object: 'account', selections: [{ field: 'id' }, { field: 'name' }, { field: 'industry' }] }],
                    },
                  ],
                },
                { kind: 'pageInfo', as: 'page' },
                { kind: 'totalCount', as: 'totalCount' },
              ],
            },
          ],
        },
      },
    ]);
  });

  it('asks each target of a polymorphic lookup for what it has, and says which it is', async () => {
    const opened = await scene({ 'records.read': () => '{"answer":{}}' });
    await opened.send('/api/v1/records/activity?fields=about.name,about.amount');
    const [asked] = opened.asked;
    const cases = JSON.stringify(asked?.input);
    expect(cases).toContain(
      '{"object":"opportunity","selections":[{"kind":"constant","as":"object","value":"opportunity"},{"kind":"field","as":"name","field":"name"},{"kind":"field","as":"amount","field":"amount"}]}',
    );
    expect(cases).toContain(
      '{"object":"account","selections":[{"kind":"constant","as":"object","value":"account"},{"kind":"field","as":"name","field":"name"}]}',
    );
  });

  it('takes all fields that the caller may read where none is named', async () => {
    const opened = await scene({ 'records.read': () => '{"answer":{}}' });
    await opened.send('/api/v1/records/product');
    expect(opened.asked.map(({ name }) => name)).toEqual(['records.read']);
    expect(opened.asked[0]?.input).toMatchObject({ roots: [{ parts: [{ selections: [{ kind: 'allFields' }] }, {}] }] });
  });

  it('writes the request again where the tenant has just got another Model', async () => {
    let reads = 0;
    const { send } = await scene({
      'records.read': () => {
        reads += 1;
        if (reads === 1) throw fail('MODEL_CHANGED');
        return '{"answer":{"records":[]}}';
      },
    });
    expect((await send('/api/v1/records/product?fields=name')).status).toBe(200);
    expect(reads).toBe(2);
  });

  it.each([
    ['first=0', 'REQUEST_PARAMETER_INVALID'],
    ['first=1001', 'REQUEST_PARAMETER_INVALID'],
    ['first=ten', 'REQUEST_PARAMETER_INVALID'],
    ['first=1&first=2', 'REQUEST_PARAMETER_INVALID'],
    ['filter={', 'REQUEST_PARAMETER_INVALID'],
    ['filter={"a":12345678901234567}', 'VALUE_TOO_MANY_DIGITS'],
    ['fields=a,,b', 'REQUEST_PARAMETER_INVALID'],
    ['fields=amount.name', 'REQUEST_PARAMETER_INVALID'],
    ['sort=,', 'REQUEST_PARAMETER_INVALID'],
    ['count=yes', 'REQUEST_PARAMETER_INVALID'],
    ['deleted=all', 'REQUEST_PARAMETER_INVALID'],
    ['limit=5', 'REQUEST_PARAMETER_UNKNOWN'],
    ['__proto__=5', 'REQUEST_PARAMETER_UNKNOWN'],
  ])('refuses ?%s with %s', async (query, code) => {
    const { send } = await scene();
    const answer = await send(`/api/v1/records/opportunity?${encodeURI(query)}`);
    expect(answer.json).toMatchObject({ code });
    expect(answer.status).toBeLessThan(500);
  });
});

describe('GET /records/{object}/{id}', () => {
  it('answers the record with its version as ETag', async () => {
    const { send } = await scene({ 'records.read': () => recordText });
    const answer = await send(`/api/v1/records/opportunity/${id.toUpperCase()}`);
    expect(answer.text).toBe('{"name":"Ünï","amount":1.10}');
    expect(answer.headers.etag).toBe('"7"');
  });

  it.each(['"7"', 'W/"7"', '"1", "7"', '*'])('answers 304 to If-None-Match: %s', async (tag) => {
    const { send } = await scene({ 'records.read': () => recordText });
    const answer = await send(`/api/v1/records/opportunity/${id}?fields=name,amount`, { headers: { 'If-None-Match': tag } });
    expect([answer.status, answer.text]).toEqual([304, '']);
  });

  it('sends a record anew where its version does not tell of all that is in it', async () => {
    const { send } = await scene({ 'records.read': () => recordText });
    const answer = await send(`/api/v1/records/opportunity/${id}?fields=name,account.name`, { headers: { 'If-None-Match': '"7"' } });
    expect(answer.status).toBe(200);
  });

  it.each(['nonsense', id])('answers 404 for %s where there is none', async (wanted) => {
    const { send } = await scene({ 'records.read': () => '{"answer":null}', 'records.moved': () => undefined });
    const answer = await send(`/api/v1/records/opportunity/${wanted}`);
    expect([answer.status, answer.json]).toMatchObject([404, { code: 'RECORD_NOT_FOUND' }]);
  });

  it('reads by a unique field', async () => {
    const opened = await scene({ 'records.read': () => recordText });
    const answer = await opened.send('/api/v1/records/opportunity/by/externalNumber/A%2F1%20%C3%BC?fields=name');
    expect(answer.headers.etag).toBe('"7"');
    expect(opened.asked[0]?.input).toMatchObject({ roots: [{ kind: 'record', by: { key: { externalNumber: 'A/1 ü' } } }] });
  });
});

describe('POST /records/{object}/aggregate', () => {
  it('translates groups, measures and having', async () => {
    const opened = await scene({ 'records.read': () => '{"groups":[{"month":"2026-01-01","sumAmount":"1.10"}]}' });
    const answer = await opened.send('/api/v1/records/opportunity/aggregate', {
      json: {
        groupBy: [{ path: 'closeDate', bucket: 'month', name: 'month' }, { path: 'account.industry' }],
        measures: [{ function: 'count' }, { function: 'sum', path: 'amount', filter: { '==': [{ var: 'stage' }, 'won'] } }],
        having: { and: [{ '>': [{ var: 'count' }, 3] }, { '!': [{ '==': [{ var: 'sumAmount' }, null] }] }] },
        orderBy: [{ name: 'sumAmount', descending: true }],
        first: 10,
      },
    });
    expect(answer.text).toBe('{"groups":[{"month":"2026-01-01","sumAmount":"1.10"}]}');
    expect(opened.asked).toMatchObject([
      {
        input: {
          roots: [
            {
              kind: 'aggregate',
              as: 'groups',
              aggregate: {
                groupBy: [
                  { name: 'month', path: 'closeDate', bucket: 'month' },
                  { name: 'account.industry', path: 'account.industry' },
                ],
                measures: [{ name: 'count' }, { name: 'sumAmount', path: 'amount', filter: { '==': [{ var: 'stage' }, 'won'] } }],
                having: {
                  kind: 'and',
                  conditions: [
                    { kind: 'compare', measure: 'count', operator: '>', value: '3' },
                    { kind: 'not', condition: { kind: 'compare', measure: 'sumAmount', operator: '==', value: null } },
                  ],
                },
              },
            },
          ],
        },
      },
    ]);
  });

  it.each([
    [{}, '/measures'],
    [{ measures: [] }, '/measures'],
    [{ measures: [{ function: 'median', path: 'amount' }] }, '/measures/0/function'],
    [{ measures: [{ function: 'sum' }] }, '/measures/0/path'],
    [{ measures: [{ function: 'count' }, { function: 'count' }] }, '/measures'],
    [{ measures: [{ function: 'count' }], groupBy: [{ path: 'a', bucket: 'decade' }] }, '/groupBy/0/bucket'],
    [{ measures: [{ function: 'count' }], having: { '>': [{ var: 'count' }] } }, '/having/>'],
    [{ measures: [{ function: 'count' }], having: {} }, '/having'],
    [{ measures: [{ function: 'count' }], having: { '>': [{ var: 'sum' }, 1] } }, '/having/>/0/var'],
    [{ measures: [{ function: 'count' }], having: { '>': [{ var: 'count' }, 'many'] } }, '/having/>/1'],
    [{ measures: [{ function: 'count' }], orderBy: [{ name: 'x' }] }, '/orderBy/0/name'],
    [{ measures: [{ function: 'count' }], first: 1001 }, '/first'],
  ])('refuses %j at %s', async (body, pointer) => {
    const { send } = await scene();
    expect(await send('/api/v1/records/opportunity/aggregate', { json: body })).toMatchObject({ status: 400, json: { pointer } });
  });
});

describe('the other routes', () => {
  it('signs in, refreshes and signs out', async () => {
    const { send } = await scene();
    const signedIn = await send('/api/v1/auth/login', {
      json: { tenant: 'acme', email: 'a@b.example', password: 'right' },
      anonymous: true,
    });
    expect(signedIn).toMatchObject({ status: 200, json: { accessToken: 'access', refreshToken: 'refresh', expiresIn: 900 } });
    expect(signedIn.headers['cache-control']).toBe('no-store');
    const wrong = await send('/api/v1/auth/login', { json: { tenant: 'acme', email: 'a@b.example', password: 'x' }, anonymous: true });
    expect(wrong).toMatchObject({ status: 401, json: { code: 'AUTHENTICATION_FAILED' } });
    expect((await send('/api/v1/auth/refresh', { json: { refreshToken: 'r' }, anonymous: true })).status).toBe(200);
    expect((await send('/api/v1/auth/logout', { method: 'POST' })).status).toBe(204);
  });

  it('hands inputs to operations one to one', async () => {
    const opened = await scene({
      'layouts.resolve': () => ({ name: 'l', object: 'account', label: '', sections: [], relatedLists: [], listViews: [] }),
      'records.history': () => '{"entries":[]}',
      search: () => '{"groups":[]}',
      'metadata.get': () => ({ name: 'account' }),
      'metadata.versions': () => [],
    });
    await opened.send(`/api/v1/layouts/account?recordType=partner&record=${id}`);
    await opened.send(`/api/v1/records/account/${id}/history?first=5&before=x`);
    await opened.send('/api/v1/search?q=%E9%98%BF%E9%87%8C&objects=account,lead');
    await opened.send('/api/v1/metadata/object/account');
    await opened.send('/api/v1/metadata/versions');
    expect(opened.asked).toEqual([
      { name: 'layouts.resolve', input: { object: 'account', recordType: 'partner', record: id } },
      { name: 'records.history', input: { object: 'account', id, first: 5, before: 'x' } },
      { name: 'search', input: { q: '阿里', objects: ['account', 'lead'] } },
      { name: 'metadata.get', input: { kind: 'object', name: 'account' } },
      { name: 'metadata.versions', input: {} },
    ]);
  });

  it('plans, applies and rolls back metadata', async () => {
    const plan = { hash: 'h', modelBefore: 'a', modelAfter: 'b', changes: [], steps: [], findings: [] };
    const opened = await scene({
      'metadata.plan': () => plan,
      'metadata.apply': () => ({ ...plan, version: 2 }),
      'metadata.rollback': () => ({ ...plan, version: 3 }),
    });
    const change = { files: { 'objects/x__c.json': { name: 'x__c' } }, reason: 'why' };
    expect((await opened.send('/api/v1/metadata/plan', { json: change })).json).toEqual(plan);
    expect((await opened.send('/api/v1/metadata/apply', { json: { ...change, planHash: 'h' } })).json).toEqual({ ...plan, version: 2 });
    expect((await opened.send('/api/v1/metadata/rollback', { json: { version: 1 } })).json).toEqual({ ...plan, version: 3 });
    expect(await opened.send('/api/v1/metadata/rollback', { json: {} })).toMatchObject({ status: 400, json: { pointer: '/version' } });
    expect(opened.asked.map(({ input }) => input)).toEqual([change, { ...change, planHash: 'h' }, { version: 1 }]);
  });
});
