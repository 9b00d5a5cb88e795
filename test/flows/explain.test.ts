// The plan of any read, for administrators: as they see it, as somebody else does, planned or run, and by the very statement of the read itself.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Documents, readWriter } from '@tessera/api';
import { Administration, type ReadExplanation } from '@tessera/engine';
import { planKeyOf } from '@tessera/storage';
import { runCli } from '../../packages/server/src/cli/commands.ts';
import type { CliActions } from '../../packages/server/src/cli/actions.ts';
import type { Answer, Json } from '../support/http-client.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

let scene: AccessScene;
let bob: Person;
let account: string;

beforeAll(async () => {
  scene = await accessScene();
  bob = await scene.person('bob');
  account = await bob.create('account', { name: 'Bob’s', status: 'closed' });
  await scene.acme.create('account', { name: 'Nobody’s', status: 'closed' });
});
afterAll(() => scene.close());

const ask = (body: Json, asker: Person = scene.admin): Promise<Answer> => asker.http.post('/api/v1/explain', body);

async function explained(body: Json): Promise<ReadExplanation> {
  const { status, text, json } = await ask(body);
  if (status !== 200) throw new Error(text);
  return json as unknown as ReadExplanation;
}

const filtered = (status: string): string => `filter=${encodeURIComponent(JSON.stringify({ '==': [{ var: 'status' }, status] }))}`;
const list = `/api/v1/records/account?fields=name,owner.name&sort=name&count=true&${filtered('closed')}`;
const figures = { measures: [{ function: 'count' }], filter: { '==': [{ var: 'status' }, 'closed'] } };
const query = 'query ($s: String) { accounts(where: { status: { eq: $s } }, first: 5) { nodes { name deals { totalCount } } } }';
const rootNode = ({ plan }: ReadExplanation): Json => plan['Plan'] as Json;

describe('every read has a plan', () => {
  it.each([
    ['a list', { rest: list }, 'records.read'],
    ['a record', { rest: `/api/v1/records/account/0190f0f0-0000-7000-8000-000000000000?fields=name` }, 'records.read'],
    ['a record by a key', { rest: '/api/v1/records/account/by/code/x' }, 'records.read'],
    ['figures', { rest: '/api/v1/records/account/aggregate', body: figures }, 'records.read'],
    ['a search', { rest: '/api/v1/search?q=bob' }, 'search'],
    ['an export', { rest: '/api/v1/records/account/export?format=ndjson&sort=name' }, 'records.export'],
    ['a document', { graphql: { query, variables: { s: 'closed' } } }, 'records.read'],
    [
      'a document with a part of the schema',
      { graphql: { query: '{ __schema { queryType { name } } accounts { totalCount } }' } },
      'records.read',
    ],
  ] as const)('%s', async (_, body, operation) => {
    const told = await explained(body);
    expect(told).toMatchObject({ operation, cached: false, prepared: false, planKey: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown });
    expect(told.sql).toContain('"t_acme"."account"');
    expect(rootNode(told)).toMatchObject({ 'Node Type': expect.any(String) as unknown, 'Total Cost': expect.any(Number) as unknown });
    expect(rootNode(told)).not.toHaveProperty('Actual Rows');
    expect(told.text).toMatch(/^-> .*\(cost=[\d.]+\.\.[\d.]+ rows=\d+ width=\d+\)\n/);
    expect(told.cost === null).toBe(operation !== 'records.read');
  });

  it('the history of a record, where there is one', async () => {
    const told = await explained({ rest: `/api/v1/records/account/${account}/history` });
    expect(told).toMatchObject({ operation: 'records.history', cost: null });
    expect(told.sql).toContain('"t_acme"."_history"');
  });

  it('of which nothing is told that it was asked with', async () => {
    const told = await explained({ rest: list });
    expect(told.parameters).toContainEqual({ number: expect.any(Number) as unknown, name: 'filter/==/1', type: 'text' });
    expect(told.parameters).toContainEqual({ number: expect.any(Number) as unknown, name: 'cursorInner', type: 'bytes' });
    expect(told.parameters.map(({ number }) => number)).toEqual(told.parameters.map((_, i) => i + 1));
    expect(JSON.stringify(told.parameters)).not.toContain('closed');
    expect(JSON.stringify([told.plan, told.text])).not.toMatch(/\\\\x[0-9a-f]{20}/);
  });
});

describe('the plan is that of the read itself', () => {
  it('with the same statement and the same key, whatever the values are', async () => {
    const statements = await scene.statements(() => scene.admin.http.get(list));
    const [one, other] = [await explained({ rest: list }), await explained({ rest: list.replace('closed', 'open') })];
    expect(statements).toContain(one.sql);
    expect([other.sql, other.planKey]).toEqual([one.sql, one.planKey]);
    expect((await explained({ rest: `${list}&first=2` })).planKey).not.toBe(one.planKey);
    expect((await explained({ rest: '/api/v1/search?q=bob' })).planKey).toBe(
      planKeyOf((await explained({ rest: '/api/v1/search?q=bob' })).sql),
    );
  });

  it('of which it is told whether it is kept and prepared; explaining keeps none', async () => {
    const rest = '/api/v1/records/deal?fields=name&sort=name';
    await explained({ rest });
    expect(await explained({ rest })).toMatchObject({ cached: false, prepared: false });
    await scene.admin.http.get(rest);
    expect(await explained({ rest })).toMatchObject({ cached: true, prepared: false });
    expect(await explained({ rest, user: bob.id })).toMatchObject({ cached: false });
    for (let n = 0; n < 20; n += 1) await scene.admin.http.get(rest);
    expect(await explained({ rest })).toMatchObject({ cached: true, prepared: true });
  });

  it('run, where that is asked for, in a transaction that cannot write', async () => {
    const body = { graphql: { query, variables: { s: 'closed' } }, analyze: true };
    const [told] = [await explained(body)];
    expect(rootNode(told)).toMatchObject({ 'Actual Rows': 1, 'Actual Loops': 1, 'Shared Hit Blocks': expect.any(Number) as unknown });
    expect(told.text).toMatch(/actual time=.* rows=2.* loops=1/);
    expect(told.text).toMatch(/\nExecution Time: [\d.]+ ms$/);
    const sent = await scene.statements(() => explained(body));
    const [careful = '', analyzed = ''] = sent.slice(-2);
    expect(careful).toContain(`set_config('transaction_read_only', 'on', true)`);
    expect(careful).toContain(`set_config('statement_timeout'`);
    expect(analyzed).toBe(`explain (format json, analyze, buffers) ${told.sql}`);
  });
});

describe('somebody else', () => {
  it('has another statement, into which the policy is compiled, and other records', async () => {
    const body = { rest: list, analyze: true };
    const [mine, bobs] = [await explained(body), await explained({ ...body, user: bob.id.toUpperCase() })];
    expect(bobs.sql).not.toBe(mine.sql);
    expect(bobs.sql).toContain('"owner"');
    const rows = ({ text }: ReadExplanation): readonly string[] =>
      [...text.matchAll(/on account .*rows=(\d+)\S* loops/g)].map(([, n = '']) => n);
    expect([rows(mine).includes('2'), rows(bobs).includes('2'), rows(bobs).includes('1')]).toEqual([true, false, true]);
    const statements = await scene.statements(() => bob.http.get(list));
    expect(statements).toContain(bobs.sql);
  });

  it('is refused what the person would be refused', async () => {
    const hidden = '/api/v1/records/account?fields=score';
    expect(await ask({ rest: hidden })).toMatchObject({ status: 200 });
    expect(await ask({ rest: hidden, user: bob.id })).toMatchObject({ status: 422, json: { code: 'FIELD_UNKNOWN' } });
    expect(await ask({ rest: '/api/v1/records/account?fields=name.x', user: bob.id })).toMatchObject({
      status: 400,
      json: { code: 'REQUEST_PARAMETER_INVALID' },
    });
    expect(await ask({ graphql: { query: '{ accounts { nodes { score } } }' }, user: bob.id })).toMatchObject({
      status: 400,
      json: { code: 'GRAPHQL_INVALID' },
    });
    expect(await ask({ rest: '/api/v1/records/project', user: bob.id })).toMatchObject({ status: 404, json: { code: 'OBJECT_UNKNOWN' } });
    expect(await ask({ rest: '/api/v1/records/deal/export', user: bob.id })).toMatchObject({
      status: 403,
      json: { code: 'PERMISSION_DENIED' },
    });
    for (const user of ['nobody', account])
      expect(await ask({ rest: list, user })).toMatchObject({ status: 404, json: { code: 'RECORD_NOT_FOUND' } });
  });

  it('may not ask, and nothing of it is done', async () => {
    expect(await ask({ rest: list }, bob)).toMatchObject({ status: 403, json: { code: 'PERMISSION_DENIED' } });
    expect(await ask({ rest: list, user: bob.id }, bob)).toMatchObject({ status: 403, json: { code: 'PERMISSION_DENIED' } });
  });

  it('is named in the audit trail', async () => {
    const { planKey } = await explained({ rest: list, user: bob.id, analyze: true });
    const { entries } = await scene.admin.run('audit.list', { action: 'query.explained', first: 1 });
    expect(entries).toMatchObject([
      { actor: scene.admin.id, object: 'user', recordId: bob.id, detail: { operation: 'records.read', planKey, analyze: true } },
    ]);
    await explained({ rest: list });
    const own = await scene.admin.run('audit.list', { action: 'query.explained', first: 1 });
    expect(own.entries).toMatchObject([{ object: null, recordId: null, detail: { analyze: false } }]);
  });
});

describe('what has no plan is refused', () => {
  it.each([
    [{}, 'REQUEST_INVALID'],
    [{ rest: list, graphql: { query } }, 'REQUEST_INVALID'],
    [{ graphql: { query }, body: {} }, 'REQUEST_INVALID'],
    [{ graphql: {} }, 'REQUEST_INVALID'],
    [{ graphql: { query, variables: [] } }, 'REQUEST_INVALID'],
    [{ graphql: { query, extensions: {} } }, 'REQUEST_INVALID'],
    [{ graphql: { query: 'mutation { createAccount(input: { name: "x" }) { id } }' } }, 'REQUEST_INVALID'],
    [{ graphql: { query: '{ __schema { queryType { name } } }' } }, 'REQUEST_INVALID'],
    [{ graphql: { query: '{' } }, 'GRAPHQL_SYNTAX'],
    [{ graphql: { query, variables: { s: 7 } } }, 'GRAPHQL_VARIABLES'],
    [{ graphql: { documentId: 'sha256:0' } }, 'GRAPHQL_DOCUMENT_UNKNOWN'],
    [{ rest: '/api/v1/objects' }, 'REQUEST_INVALID'],
    [{ rest: '/api/v1/records/account', body: { name: 'x' } }, 'REQUEST_INVALID'],
    [{ rest: '/api/v1/records/account/aggregate' }, 'REQUEST_INVALID'],
    [{ rest: '/api/v1/records/account/aggregate', body: {} }, 'REQUEST_INVALID'],
    [{ rest: '/elsewhere' }, 'REQUEST_INVALID'],
    [{ rest: '/api/v1/records/account?nothing=1' }, 'REQUEST_PARAMETER_UNKNOWN'],
    [{ rest: '/api/v1/records/account?after=x' }, 'CURSOR_INVALID'],
    [{ rest: '/api/v1/search?q=%20.' }, 'REQUEST_INVALID'],
    [{ rest: '/api/v1/records/nothing' }, 'OBJECT_UNKNOWN'],
  ] as const)('%j', async (body, code) => {
    const { json } = await ask(body);
    expect(json['code']).toBe(code);
    expect(await scene.admin.sees('account')).toHaveLength(2);
  });
});

describe('tessera explain', () => {
  const run = async (...words: readonly string[]) => {
    const { cell, clock, admin } = scene;
    const secretOfTests = 'a secret of these tests, long enough';
    const administration = new Administration({ cell, log: admin.context().log, secret: secretOfTests, clock });
    const actions: Pick<CliActions, 'explainRead'> = {
      explainRead: ({ tenant, read, ...input }) =>
        administration.explainRead(tenant, { request: readWriter(new Documents())(read, { languages: [] }), ...input }),
    };
    let [out, err] = ['', ''];
    const code = await runCli(['explain', '--tenant', 'acme', ...words], actions as CliActions, {
      out: (text) => (out += text),
      err: (text) => (err += text),
      interactive: false,
      ask: () => Promise.resolve(''),
    });
    return { code, out, err };
  };

  it('prints the plan as text, and as JSON', async () => {
    const asText = await run(list);
    expect(asText).toMatchObject({ code: 0, err: '' });
    expect(asText.out).toMatch(/^records\.read [0-9a-f]{12}\ncost: \d+\n\nselect case when /);
    expect(asText.out).toMatch(/\n\$\d+ +text +filter\/==\/1\n/);
    expect(asText.out).toMatch(/\n-> .*\(cost=/);
    const asBob = await run(query, '--variables', '{"s":"closed"}', '--as', 'BOB@acme.example', '--analyze', '--json');
    expect(JSON.parse(asBob.out)).toMatchObject({
      sql: (await explained({ graphql: { query, variables: { s: 'closed' } }, user: bob.id })).sql,
      plan: { 'Execution Time': expect.any(Number) as unknown },
    });
    const grouped = await run('/api/v1/records/account/aggregate', '--body', JSON.stringify(figures));
    expect(grouped).toMatchObject({ code: 0, out: expect.stringContaining('Aggregate') as unknown });
  });

  it('says what it does not understand', async () => {
    expect(await run('/api/v1/nowhere')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('reads no records') as unknown });
    expect(await run(query, '--variables', '{')).toMatchObject({ code: 1, err: expect.stringContaining('--variables') as unknown });
    expect(await run(list, '--as', 'nobody@acme.example')).toMatchObject({ code: 1, err: expect.stringContaining('nobody@') as unknown });
  });
});
