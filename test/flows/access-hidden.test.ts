// What does not exist for a person occurs in no answer: not its name, not its value, on any way out.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openFileStore } from '@tessera/records';
import { failureOf } from '../support/failures.ts';
import type { Json } from '../support/http-client.ts';
import { pdf, streamOf } from '../records/files-scene.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

const label = { en: 'Words' };
const more: Json = {
  'layouts/page.json': {
    name: 'page',
    object: 'account',
    label,
    sections: {
      facts: { order: 10, label, fields: { name: { order: 10 }, score: { order: 20 }, phone: { order: 30 }, taxNumber: { order: 40 } } },
      gone: { order: 20, label: { en: 'Nothing but taxNumber' }, fields: { taxNumber: { order: 10 }, twice: { order: 20 } } },
    },
    relatedLists: {
      projects: { order: 10, relation: 'projects', columns: { name: { order: 10 } } },
      deals: { order: 20, relation: 'deals', columns: { name: { order: 10 }, 'account.score': { order: 20 } } },
    },
  },
  'listViews/rich.json': {
    name: 'rich',
    object: 'account',
    label,
    filter: { '>': [{ var: 'score' }, 5] },
    columns: { name: { order: 10 } },
  },
  'listViews/plain.json': {
    name: 'plain',
    object: 'account',
    label,
    sort: { score: { order: 10, direction: 'descending' }, name: { order: 20, direction: 'ascending' } },
    columns: { name: { order: 10 }, score: { order: 20 }, phone: { order: 30 } },
  },
  'roles/blind.json': {
    name: 'blind',
    label,
    objects: { account: { read: true, viewAll: true, fields: { '*': 'read', contract: 'none' } } },
  },
};

/** Names and values that Bob must not come across. */
const hidden = /score|twice|taxNumber|regionAndTax|TAX-|4711|9422|project|13800138000/i;

let scene: AccessScene;
let bob: Person;
let blind: Person;
let folder: string;
let id: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-hidden-'));
  scene = await accessScene(more, { files: openFileStore({ kind: 'disk', root: folder }) });
  bob = await scene.person('bob', { permissionSets: ['imports'] });
  blind = await scene.person('blind', { roles: ['blind'] });
  const { acme } = scene;
  id = await acme.create('account', {
    name: 'Visible',
    owner: bob.id,
    score: 4711,
    taxNumber: 'TAX-1',
    phone: '+8613800138000',
    key: 'sk-abcdefghijkl-7531',
  });
  await acme.create('project', { name: 'Secret project', account: id });
  await acme.update('account', id, { score: 4712, phone: '+8613800138001', status: 'seen' });
});
afterAll(async () => {
  await scene.close();
  await rm(folder, { recursive: true });
});

const nothingOfIt = (text: string): void => {
  expect(text.length).toBeGreaterThan(20);
  expect(hidden.exec(text)?.[0]).toBeUndefined();
};
async function textOf(content: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of content) text += part;
  return text;
}

describe('a hidden field, object or value', () => {
  it.each(['/objects', '/objects/account', '/objects/deal', '/layouts/account'])('is not in %s', async (path) => {
    const { status, text } = await bob.http.get(`/api/v1${path}`);
    expect({ path, status }).toEqual({ path, status: 200 });
    nothingOfIt(text);
  });

  it('is not in the OpenAPI document', async () => {
    const { status, text } = await bob.http.get('/openapi.json');
    expect(status).toBe(200);
    expect(text).toContain('dealCount');
    nothingOfIt(text);
  });

  it('is not in the GraphQL schema', async () => {
    const query = '{ __schema { types { name description fields { name args { name } } inputFields { name } enumValues { name } } } }';
    nothingOfIt((await bob.http.post('/graphql', { query })).text);
  });

  it('is not in layouts and list views, and those that are about nothing else are gone', async () => {
    const layout = await bob.run('layouts.resolve', { object: 'account', record: id });
    nothingOfIt(JSON.stringify(layout));
    expect(layout.sections.map(({ name }) => name)).toEqual(['facts']);
    expect(layout.relatedLists.map(({ name, columns }) => [name, columns])).toEqual([['deals', ['name']]]);
    expect(layout.listViews).toMatchObject([{ name: 'plain', columns: ['name', 'phone'], sort: [{ path: 'name' }] }]);
    expect(JSON.stringify(await scene.admin.run('layouts.resolve', { object: 'account', record: id }))).toMatch(/taxNumber.*projects/);
  });

  it('is not in records, nested, listed or single', async () => {
    const answers = [
      await bob.http.get(`/api/v1/records/account/${id}`),
      await bob.http.get('/api/v1/records/account'),
      await bob.http.post('/graphql', { query: '{ accounts { nodes { id name phone key deals { nodes { name } } } } }' }),
    ];
    for (const { status, text } of answers) {
      expect(status).toBe(200);
      nothingOfIt(text);
      expect(text).toContain('Visible');
    }
    expect(answers[0]?.json).toMatchObject({ phone: '••••8001' });
    expect(answers[2]?.text).toMatch(/"phone" ?: ?"••••8001", ?"key" ?: ?"••••7531"/);
  });

  it('is not in the history', async () => {
    const text = await bob.run('records.history', { object: 'account', id });
    nothingOfIt(text);
    expect((JSON.parse(text) as { readonly entries: readonly Json[] }).entries.map(({ field }) => field)).toEqual(['status', null]);
  });

  it('is not found by search, nor by its beginning', async () => {
    for (const q of ['TAX-1', 'TAX', '13800138001', '8613800138001']) expect(await bob.run('search', { q })).toBe('{"groups":[]}');
    expect(await bob.run('search', { q: 'Visible' })).toContain(id);
    expect(await scene.admin.run('search', { q: 'TAX-1' })).toContain(id);
    expect(await bob.run('search', { q: 'Secret' })).toBe('{"groups":[]}');
  });

  it('is not exported, and cannot be asked for', async () => {
    for (const format of ['csv', 'ndjson'] as const)
      nothingOfIt(await textOf(await bob.run('records.export', { object: 'account', format })));
    for (const input of [{ fields: ['score'] }, { filter: { '>': [{ var: 'score' }, 1] } }, { orderBy: [{ path: 'score' }] }]) {
      const invented = JSON.parse(JSON.stringify(input).replaceAll('score', 'zzzzz')) as Json;
      const ask = (more: Json): Promise<string> =>
        failureOf(bob.run('records.export', { object: 'account', format: 'csv', ...more })).then(({ problems, message }) =>
          JSON.stringify([message, problems]).replaceAll(/score|zzzzz/g, 'X'),
        );
      expect(await ask(input)).toBe(await ask(invented));
    }
  });

  it('cannot be imported, and a refusal does not name it', async () => {
    const map = (field: string): Promise<string> => {
      const mapping = { columns: { name: { field: 'name' }, x: { field } } };
      return failureOf(bob.run('records.import', { object: 'account', mapping, content: streamOf('name,x\nn,1\n') })).then(
        ({ problems, message }) => JSON.stringify([message, problems]).replaceAll(field, 'X'),
      );
    };
    expect(await map('score')).toBe(await map('zzzzz'));
    const mapping = { columns: { name: { field: 'name' }, region: { field: 'region' }, status: { field: 'status' } } };
    const status = await bob.run('records.import', { object: 'account', mapping, content: streamOf('name,region,status\nn,r,boom\n') });
    expect(status.rejects).toMatchObject([{ code: 'RECORD_REFUSED' }]);
    nothingOfIt(JSON.stringify(status));
    nothingOfIt(await textOf(await bob.run('imports.rejects', { id: status.id })));
  });

  it('is not in events, nor is there one of a record that is not seen', async () => {
    const over = new AbortController();
    const heard: string[] = [];
    const listening = (async () => {
      const input = { object: 'account', selections: [{ kind: 'allFields' as const }] };
      for await (const event of scene.engine.events(bob.context(), input, over.signal)) {
        heard.push(JSON.stringify(event));
        if (event.change === 'deleted') return;
      }
    })();
    const { acme } = scene;
    const unseen = await acme.create('account', { name: 'Unseen', taxNumber: 'TAX-9' });
    const own = await acme.create('account', { name: 'Own', owner: bob.id, taxNumber: 'TAX-8' });
    await acme.update('account', own, { score: 4711 });
    await acme.remove('account', unseen);
    await acme.remove('account', own);
    await listening;
    over.abort();
    expect(heard.map((text) => (JSON.parse(text) as Json)['change'])).toEqual(['created', 'updated', 'deleted']);
    nothingOfIt(heard.join('\n'));
    expect(heard.join('\n')).not.toContain(unseen);
    const asked = { object: 'account', selections: [], filter: { '>': [{ var: 'score' }, 1] } };
    const stream = scene.engine.events(bob.context(), asked, AbortSignal.timeout(30_000));
    const next = failureOf(stream[Symbol.asyncIterator]().next());
    await bob.update('account', id, { region: 'new' });
    expect(await next).toMatchObject({ status: 422 });
  });

  it('has no files for whoever does not know the field, or does not see the record', async () => {
    const file = await bob.run('files.upload', { name: 'contract.pdf', content: streamOf(pdf) });
    expect(await failureOf(scene.admin.run('files.describe', { id: file.id }))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    await bob.update('account', id, { contract: file.id });
    expect(await bob.run('files.describe', { id: file.id })).toMatchObject({ name: 'contract.pdf' });
    const eve = await scene.person('eve');
    const absent = '01900000-0000-7000-8000-000000000000';
    for (const person of [blind, eve]) {
      for (const operation of ['files.describe', 'files.download', 'files.link'] as const) {
        const [refused, nothing] = [
          await failureOf(person.run(operation, { id: file.id })),
          await failureOf(person.run(operation, { id: absent })),
        ];
        expect(refused.message.replace(file.id, 'ID')).toBe(nothing.message.replace(absent, 'ID'));
        expect(refused.code).toBe('FILE_NOT_FOUND');
      }
    }
    expect(await failureOf(eve.create('account', { name: 'Thief', contract: file.id }))).toMatchObject({
      code: expect.stringMatching(/^FILE_/),
    });
  });
});
