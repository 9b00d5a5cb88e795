// The document of people from whom parts of an object are hidden: lookups to nothing, secrets, masks, children that they may not make.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { accessScene, full, type AccessScene, type Person } from './access-scene.ts';
import { ContractDocument, type Operation, type Schema } from './contract-document.ts';
import { clientOf, type Client } from './server-scene.ts';

let scene: AccessScene;

const named = (name: string, objects: Schema): Schema => ({ name, label: { en: name }, objects });

beforeAll(async () => {
  scene = await accessScene({
    'roles/loner.json': named('loner', { deal: full }),
    'roles/clerk.json': named('clerk', {
      account: { read: true, viewAll: true, create: true, fields: { '*': 'edit', phone: 'masked', key: 'masked', code: 'masked' } },
      deal: { read: true, viewAll: true, fields: { '*': 'read' } },
      task: full,
      site: { read: true, create: true, fields: { '*': 'edit', account: 'read' } },
    }),
    'roles/importer.json': named('importer', { deal: { read: true, import: true, fields: { '*': 'edit' } } }),
  });
});

afterAll(() => scene.close());

interface Reader {
  readonly client: Client;
  readonly document: ContractDocument;
  readonly json: Schema;
  readonly operation: (id: string) => Operation | undefined;
}

async function readerOf({ http }: Person): Promise<Reader> {
  const client = clientOf(scene.url, 'acme', http.token);
  const json = (await client.call('GET', '/openapi.json')).json as Schema;
  const document = new ContractDocument(json);
  return { client, json, document, operation: (id) => document.operations.find((each) => each.id === id) };
}

const propertiesOf = (operation: Operation | undefined): Schema =>
  ((operation?.bodies['application/json'] ?? {})['properties'] ?? {}) as Schema;

const parametersOf = (operation: Operation | undefined): readonly string[] => (operation?.parameters ?? []).map(({ name }) => name);

async function isValid({ json }: Reader): Promise<void> {
  expect(await new Validator().validate(structuredClone(json))).toMatchObject({ valid: true });
}

describe('the document of somebody', () => {
  it('whose lookup leads to hidden objects only has it without naming them, and answers fit it', async () => {
    const loner = await scene.person('loner', { roles: ['loner'] });
    const account = await scene.admin.create('account', { name: 'Hidden' });
    const deal = await scene.admin.create('deal', { name: 'D', owner: loner.id, account, about: { object: 'account', id: account } });
    const reader = await readerOf(loner);
    await isValid(reader);
    // Its own field `account` the person has; what it leads to is not told.
    expect(JSON.stringify(reader.json)).not.toMatch(/records\/account|schemas\/Account|\["account","task"\]|"task"/);
    const get = reader.operation('deal.getRecord');
    const answer = await reader.client.call('GET', `/api/v1/records/deal/${deal}`);
    expect(answer.status).toBe(200);
    expect(get && reader.document.broken(get, answer)).toBeUndefined();
    // Nothing that it could be set to is there.
    expect(Object.keys(propertiesOf(reader.operation('deal.createRecord')))).not.toContain('about');
    expect(Object.keys(propertiesOf(reader.operation('deal.createRecord')))).toEqual(expect.arrayContaining(['name', 'amount']));
  });

  it('with masked fields has them as texts that nobody sets, and answers fit it', async () => {
    const clerk = await scene.person('clerk', { roles: ['clerk'] });
    const id = await scene.admin.create('account', {
      name: 'Seen',
      phone: '+4915112348001',
      key: 'sk-live-0123456789',
      code: 'A-123456789',
    });
    const reader = await readerOf(clerk);
    await isValid(reader);
    const get = reader.operation('account.getRecord');
    for (const query of ['', '?fields=id,phone,code', '?fields=id,key']) {
      const answer = await reader.client.call('GET', `/api/v1/records/account/${id}${query}`);
      expect([query, answer.status, get && reader.document.broken(get, answer)]).toEqual([query, 200, undefined]);
    }
    expect(Object.keys(propertiesOf(reader.operation('account.createRecord')))).not.toContain('phone');
    const by = reader.operation('account.getRecordBy')?.parameters.find(({ name }) => name === 'field');
    expect(by?.schema?.['enum'] ?? []).not.toContain('code');
  });

  it('has children in creates only where the person may create them so', async () => {
    const clerk = await scene.person('nester', { roles: ['clerk'] });
    const reader = await readerOf(clerk);
    const properties = propertiesOf(reader.operation('account.createRecord'));
    expect(Object.keys(properties)).toContain('tasks');
    // Of deals the person may create none; of sites none with an account.
    expect(Object.keys(properties).filter((name) => ['deals', 'sites'].includes(name))).toEqual([]);
    const create = (child: string): Promise<{ readonly status: number }> =>
      reader.client.call('POST', '/api/v1/records/account', { name: child, recordType: 'retail', [child]: [{ name: 'x' }] });
    expect((await create('tasks')).status).toBe(201);
    for (const child of ['deals', 'sites']) expect((await create(child)).status).toBeGreaterThanOrEqual(400);
  });

  it('has actions, bins and imports by what the person is allowed', async () => {
    const [loner, importer] = [await scene.person('verbs', { roles: ['loner'] }), await scene.person('imports', { roles: ['importer'] })];
    const [a, b, all] = [await readerOf(loner), await readerOf(importer), await readerOf(scene.admin)];
    const actions = (reader: Reader): unknown => (propertiesOf(reader.operation('deal.bulk'))['action'] as Schema | undefined)?.['enum'];
    expect(actions(a)).toEqual(['create', 'update', 'delete', 'void', 'unvoid']);
    expect(actions(b)).toBeUndefined();
    expect(actions(all)).toEqual(['create', 'update', 'delete', 'restore', 'void', 'unvoid']);
    // An import writes: without create and update there is nothing that it could do.
    expect(b.operation('deal.importRecords')).toBeUndefined();
    expect([a, b].map((reader) => reader.operation('getImport'))).toEqual([undefined, undefined]);
    expect(parametersOf(a.operation('deal.listRecords'))).not.toContain('deleted');
    expect(parametersOf(all.operation('deal.listRecords'))).toContain('deleted');
    expect(parametersOf(a.operation('deal.deleteRecord'))).not.toContain('purge');
    expect(parametersOf(a.operation('deal.explainAccess'))).not.toContain('user');
    expect(parametersOf(a.operation('listSessions'))).not.toContain('user');
    expect(parametersOf(all.operation('listSessions'))).toContain('user');
  });
});

describe('the document of everybody', () => {
  it('has no way to delete people, nor to share what is not shared record by record', async () => {
    const { client, operation } = await readerOf(scene.admin);
    const people = ['deleteRecord', 'restoreRecord', 'purgeRecords', 'voidRecord'].map((route) => operation(`user.${route}`));
    expect(people).toEqual(Array(4).fill(undefined));
    const remove = await client.call('DELETE', `/api/v1/records/user/${scene.admin.id}`);
    expect(remove).toMatchObject({ status: 409, json: { code: 'USER_NOT_DELETABLE' } });
    for (const object of ['tag', 'site']) {
      expect(['listShares', 'shareRecord', 'unshareRecord'].map((route) => operation(`${object}.${route}`))).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      const shares = [{ to: { role: 'rep' } }];
      const share = await client.call('POST', `/api/v1/records/${object}/${scene.admin.id}/shares`, { shares });
      expect(share).toMatchObject({ status: 409, json: { code: 'OBJECT_NOT_SHARED' } });
    }
  });
});
