// REST against the real engine and PostgreSQL: one way through everything, and the document's own promises kept.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createListener } from '@tessera/api';
import { openFileStore } from '@tessera/engine';
import { silentLogger, uuidv7Source, type Logger } from '@tessera/kernel';
import { exampleFolder, readPack } from '../support/packs.ts';
import { password, testEngine, type TestEngine } from '../support/engine.ts';
import { ContractClient, type Contract } from './openapi-contract.ts';
import { listen, send, type Answer } from './rest-scene.ts';

interface Page {
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly page: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount?: number;
}

let test: TestEngine;
let server: Server;
let url: string;
let folder: string;
let token: string;

/** What the server blames itself for, so that a failing test says why. */
const blamed: string[] = [];
const log: Logger = {
  ...silentLogger,
  error: ({ err }) => void blamed.push(err instanceof Error ? (err.stack ?? '') : JSON.stringify(err)),
  child: () => log,
};

const records = '/api/v1/records';

function call(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const type = typeof body === 'object' ? { 'Content-Type': 'application/json' } : {};
  return send(url + path, { method, headers: { Authorization: `Bearer ${token}`, ...type, ...headers }, ...content });
}

async function create(object: string, values: Readonly<Record<string, unknown>>): Promise<string> {
  const answer = await call('POST', `${records}/${object}?fields=id`, values);
  expect(`${answer.status} ${answer.text}`).toMatch(/^201 /);
  return (answer.json as { readonly id: string }).id;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-files-'));
  test = await testEngine({ files: openFileStore({ kind: 'disk', root: folder }) });
  await test.tenant('acme', [readPack(exampleFolder('crm-base'))]);
  const app = createListener({ engine: test.engine, log, newId: uuidv7Source(Date.now) });
  server = createServer(app);
  url = await listen(server);
  const login = await send(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ tenant: 'acme', email: 'admin@acme.example', password }),
  });
  expect(login.status).toBe(200);
  token = (login.json as { readonly accessToken: string }).accessToken;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

describe('records over REST', () => {
  it('are created, read, changed, deleted, restored and purged', async () => {
    const created = await call('POST', `${records}/account?fields=name,version`, { name: 'Acme' });
    expect(created).toMatchObject({ status: 201, json: { name: 'Acme', version: 1 }, headers: { etag: '"1"' } });
    const path = created.headers.location ?? '';
    expect(await call('GET', path)).toMatchObject({ status: 200, headers: { etag: '"1"' }, json: { name: 'Acme' } });
    expect(await call('GET', `${path}?fields=name`, undefined, { 'If-None-Match': '"1"' })).toMatchObject({ status: 304, text: '' });
    const changed = await call('PATCH', `${path}?fields=name`, { name: 'Acme 2' }, { 'If-Match': '"1"' });
    expect(changed).toMatchObject({ status: 200, text: '{"name":"Acme 2"}', headers: { etag: '"2"' } });
    const stale = await call('PATCH', path, { name: 'Acme 3' }, { 'If-Match': '"1"' });
    expect(stale).toMatchObject({ status: 412, json: { code: 'RECORD_CHANGED' } });
    expect(await call('GET', `${path}/history`)).toMatchObject({ status: 200 });
    expect((await call('DELETE', path)).status).toBe(204);
    expect(await call('GET', path)).toMatchObject({ status: 404, json: { code: 'RECORD_NOT_FOUND' } });
    expect(await call('GET', `${path}?deleted=only&fields=name`)).toMatchObject({ status: 200 });
    expect(await call('POST', `${path}/restore?fields=name`)).toMatchObject({ status: 200, json: { name: 'Acme 2' } });
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('DELETE', `${path}?purge=true`)).status).toBe(204);
    expect(await call('DELETE', `${path}?purge=true`)).toMatchObject({ status: 404 });
  });

  it('come in pages, nested, filtered, sorted and counted', async () => {
    const account = await create('account', { name: 'Paged' });
    for (const amount of [1, 2, 3]) await create('opportunity', { name: `Deal ${amount}`, account, amount });
    const filter = encodeURIComponent(JSON.stringify({ '==': [{ var: 'account' }, account] }));
    const query = `${records}/opportunity?fields=name,amount,account.name&filter=${filter}&sort=-amount&first=2`;
    const first = (await call('GET', `${query}&count=true`)).json as Page;
    expect(first).toMatchObject({
      records: [
        { name: 'Deal 3', amount: 3, account: { name: 'Paged' } },
        { name: 'Deal 2', amount: 2, account: { name: 'Paged' } },
      ],
      page: { hasNextPage: true },
      totalCount: 3,
    });
    const second = (await call('GET', `${query}&after=${first.page.endCursor ?? ''}`)).json as Page;
    expect(second).toMatchObject({ records: [{ name: 'Deal 1' }], page: { hasNextPage: false } });
    expect(await call('GET', `${query}&after=forged`)).toMatchObject({ status: 400, json: { code: 'CURSOR_INVALID' } });
    const groups = await call('POST', `${records}/opportunity/aggregate`, {
      filter: { '==': [{ var: 'account' }, account] },
      groupBy: [{ path: 'account.name', name: 'account' }],
      measures: [{ function: 'count' }, { function: 'sum', path: 'amount' }],
      having: { '>': [{ var: 'count' }, 1] },
    });
    expect(groups).toMatchObject({ status: 200, json: { groups: [{ account: 'Paged', count: 3 }] } });
  });

  it('follow a lookup to several objects', async () => {
    const about = await create('account', { name: 'Target' });
    const id = await create('activity', {
      name: 'Call',
      recordType: 'task',
      dueDate: '2026-03-31',
      about: { object: 'account', id: about },
    });
    expect((await call('GET', `${records}/activity/${id}?fields=name,about.name`)).json).toEqual({
      name: 'Call',
      about: { object: 'account', name: 'Target' },
    });
  });

  it('are written in bulk, one by one or all or none', async () => {
    const body = { action: 'create', records: [{ name: 'B1' }, { name: null }] };
    const none = await call('POST', `${records}/account/bulk`, body);
    expect(none).toMatchObject({ status: 422, json: { problems: [{ pointer: '/records/1/name' }] } });
    const some = await call('POST', `${records}/account/bulk?fields=name`, { ...body, allOrNone: false });
    expect(some).toMatchObject({
      status: 200,
      json: {
        results: [
          { ok: true, record: { name: 'B1' } },
          { ok: false, problems: [{ pointer: '/records/1/name' }] },
        ],
      },
    });
    const [done] = (some.json as { readonly results: readonly { readonly id: string }[] }).results;
    const changes = { action: 'update', records: [{ id: done?.id, name: '' }] };
    expect(await call('POST', `${records}/account/bulk`, changes)).toMatchObject({
      status: 422,
      json: { problems: [{ pointer: '/records/0/name' }] },
    });
  });

  it('point to what is wrong in them', async () => {
    const answer = await call('POST', `${records}/opportunity`, { stage: 'nonsense', amount: 'many', nonsense: 1 });
    expect(answer.status).toBe(422);
    const { problems } = answer.json as { readonly problems: readonly { readonly pointer: string; readonly code: string }[] };
    expect(problems.map(({ pointer, code }) => `${pointer} ${code}`).sort()).toEqual([
      '/amount VALUE_TYPE',
      '/nonsense FIELD_UNKNOWN',
      '/stage VALUE_OPTION_UNKNOWN',
    ]);
  });

  it('happen once however often they are sent', async () => {
    const key = { 'Idempotency-Key': 'once-1' };
    const first = await call('POST', `${records}/account?fields=id`, { name: 'Once' }, key);
    const again = await call('POST', `${records}/account?fields=id`, { name: 'Once' }, key);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(await call('POST', `${records}/account?fields=id`, { name: 'Other' }, key)).toMatchObject({
      status: 422,
      json: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  it('answer one and the same for a field that is not there, wherever it is named', async () => {
    for (const query of [
      'fields=nothing',
      'fields=nothing.name',
      'fields=account.nothing',
      'sort=nothing',
      `filter=${encodeURIComponent('{"==":[{"var":"nothing"},1]}')}`,
    ]) {
      const answer = await call('GET', `${records}/opportunity?${query}`);
      expect([query, answer.status]).toEqual([query, 422]);
    }
  });
});

describe('files and transfers over REST', () => {
  it('take a file in and give the same bytes out', async () => {
    const uploaded = await call('POST', '/api/v1/files?name=notes.txt', 'hällo', { 'Content-Type': 'text/plain' });
    expect(uploaded).toMatchObject({ status: 201, json: { name: 'notes.txt', size: 6 } });
    const path = uploaded.headers.location ?? '';
    expect((await call('GET', path)).json).toEqual(uploaded.json);
    const content = await call('GET', `${path}/content`);
    expect(content).toMatchObject({ status: 200, text: 'hällo', headers: { 'x-content-type-options': 'nosniff' } });
    expect(await call('GET', '/api/v1/files/nothing')).toMatchObject({ status: 404, json: { code: 'FILE_NOT_FOUND' } });
  });

  it('import what was exported', async () => {
    await create('account', { name: '=1+1 "quoted", Ünï' });
    const exported = await call('GET', `${records}/account/export?fields=name&sort=name`);
    expect(exported.status).toBe(200);
    const mapping = encodeURIComponent(JSON.stringify({ columns: { name: { field: 'name' } } }));
    const dry = await call('POST', `${records}/account/import?mapping=${mapping}&dryRun=true`, exported.text, {
      'Content-Type': 'text/csv',
    });
    expect(dry).toMatchObject({ status: 200, json: { status: 'dryRun', refused: 0 } });
    const broken = await call('POST', `${records}/account/import?mapping=${mapping}`, 'name,more\nx,y\n', { 'Content-Type': 'text/csv' });
    expect(broken.status).toBe(422);
    const done = await call('POST', `${records}/account/import?mapping=${mapping}`, 'name\nImported\n', { 'Content-Type': 'text/csv' });
    expect(done).toMatchObject({ status: 200, json: { status: 'done', created: 1 } });
    expect((await call('GET', done.headers.location ?? '')).json).toMatchObject({ status: 'done', created: 1 });
    expect((await call('GET', `${done.headers.location ?? ''}/rejects.csv`)).status).toBe(200);
  });

  it('plan, apply and take back metadata', async () => {
    const field = { extends: 'account', fields: { rank__c: { type: 'number', label: { en: 'Rank' } } } };
    const files = { 'extensions/account.json': field };
    const plan = await call('POST', '/api/v1/metadata/plan', { files });
    expect(`${plan.status} ${plan.text}`).toMatch(/^200 /);
    const { hash } = plan.json as { readonly hash: string };
    const applied = await call('POST', '/api/v1/metadata/apply', { files, planHash: hash, reason: 'test' });
    expect(applied.status).toBe(200);
    const id = await create('account', { name: 'Ranked', rank__c: 7 });
    expect((await call('GET', `${records}/account/${id}?fields=rank__c`)).json).toEqual({ rank__c: 7 });
    const { versions } = (await call('GET', '/api/v1/metadata/versions')).json as {
      readonly versions: readonly { readonly number: number }[];
    };
    const last = Math.max(...versions.map(({ number }) => number));
    const shown = (await call('GET', `/api/v1/metadata/versions/${String(last)}`)).json;
    const rank = { kind: 'object', name: 'account', path: ['fields', 'rank__c'] };
    expect(shown).toMatchObject({
      reason: 'test',
      plan: { hash, changes: [{ ...rank, change: 'added' }] },
      inverse: { changes: [{ ...rank, change: 'removed' }] },
    });
    for (const number of ['99999', '3000000000', 'x', '1.5'])
      expect((await call('GET', `/api/v1/metadata/versions/${number}`)).json).toMatchObject({ status: 404, code: 'VERSION_UNKNOWN' });
    const before = last - 1;
    expect((await call('POST', '/api/v1/metadata/rollback', { version: before })).status).toBe(200);
    expect(await call('GET', `${records}/account/${id}?fields=rank__c`)).toMatchObject({ status: 422, json: { code: 'FIELD_UNKNOWN' } });
  });
});

describe('the document’s promises', () => {
  let contract: Contract;

  beforeAll(async () => {
    const answer = await call('GET', '/openapi.json');
    expect(answer.status).toBe(200);
    contract = new ContractClient(answer.json, (method, path, body, headers) => call(method, path, body, headers));
  });

  it('are kept by every GET', async () => {
    expect(await contract.readAll()).toEqual([]);
  });

  it('are kept by creating from the examples', async () => {
    expect(await contract.createFromExamples()).toEqual([]);
  });

  it('hold against what fits no schema: a problem, never 5xx', async () => {
    expect(await contract.sendNonsense()).toEqual([]);
    expect(blamed).toEqual([]);
  });
});
