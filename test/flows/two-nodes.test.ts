// Two nodes over one database: whatever is done at one holds at the other with the very next request.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../storage/cell-support.ts';
import { HttpClient, type Answer, type Json } from '../support/http-client.ts';
import { exampleFolder } from '../support/packs.ts';
import { testDatabase } from '../support/postgres.ts';
import { nodeSecret, type ServerProcess } from '../support/server-process.ts';
import { events } from './events-scene.ts';
import { extension, openNodes, textField, type Nodes } from './nodes-scene.ts';
import { clientOf } from './server-scene.ts';

let nodes: Nodes;
let first: ServerProcess;
let second: ServerProcess;
let a: HttpClient;
let b: HttpClient;

beforeAll(async () => {
  nodes = await openNodes();
  [first, second] = await Promise.all([nodes.start(), nodes.start()]);
  a = await nodes.signIn(first);
  b = a.at(second.url);
});
afterAll(() => nodes.close());

/** Applies at the first node, when the second has just shown that it is at home in the Model before. */
async function apply(files: Json): Promise<void> {
  await b.graphql('{ accounts(first: 1) { nodes { id } } }');
  expect((await b.get('/api/v1/records/account?fields=name')).status).toBe(200);
  const answer = await a.apply(files);
  expect(answer).toMatchObject({ status: 200 });
}

const account = '/api/v1/records/account';
const problemAt = (answer: Answer): unknown =>
  (answer.json['errors'] as readonly Json[] | undefined)?.[0]?.['pointer'] ?? answer.json['pointer'];

describe('a change of metadata at one node', () => {
  it('gives the other a field: in REST, to write and to read', async () => {
    await apply(extension('account', { fields: { tier__c: textField('Tier') } }));
    const created = await b.post(`${account}?fields=name,tier__c`, { name: 'Gold Inc', tier__c: 'gold' });
    expect(created).toMatchObject({ status: 201, json: { name: 'Gold Inc', tier__c: 'gold' } });
  });

  it('gives the other a field in GraphQL', async () => {
    await apply(extension('account', { fields: { tier__c: textField('Tier'), rank__c: { type: 'number', label: { en: 'Rank' } } } }));
    expect(await b.graphql('{ accounts(where: { rank__c: { eq: null } }) { nodes { name tier__c rank__c } } }')).toEqual({
      accounts: { nodes: [{ name: 'Gold Inc', tier__c: 'gold', rank__c: null }] },
    });
  });

  it('gives the other a field in GraphQL introspection', async () => {
    await apply(extension('account', { fields: { tier__c: textField('Tier'), size__c: textField('Size') } }));
    expect(JSON.stringify(await b.graphql('{ __type(name: "Account") { fields { name } } }'))).toContain('size__c');
  });

  it('gives the other a field in OpenAPI', async () => {
    await apply(extension('account', { fields: { tier__c: textField('Tier'), shape__c: textField('Shape') } }));
    const { text } = await b.get('/openapi.json');
    expect(text).toContain('shape__c');
    expect(text).not.toContain('size__c');
  });

  it('gives the other a field in the description of the object', async () => {
    await apply(extension('account', { fields: { tier__c: textField('Tier'), hue__c: textField('Hue') } }));
    expect((await b.get('/api/v1/objects/account')).text).toContain('hue__c');
  });

  it('takes a field from the other', async () => {
    await apply(extension('account', { fields: { tier__c: textField('Tier') } }));
    expect(await b.get(`${account}?fields=hue__c`)).toMatchObject({ status: 422 });
    await expect(b.graphql('{ accounts { nodes { hue__c } } }')).rejects.toThrow('GRAPHQL_INVALID');
    expect(await b.post(account, { name: 'Red Inc', hue__c: 'red' })).toMatchObject({ status: 422 });
    expect((await b.get('/openapi.json')).text).not.toContain('hue__c');
  });

  it('gives the other an object, and takes it away', async () => {
    const parcel = { name: 'parcel__c', plural: 'parcels__c', label: { en: 'Parcel' }, fields: { name: textField('Name') } };
    await apply({ 'objects/parcel__c.json': parcel });
    expect(await b.post('/api/v1/records/parcel__c?fields=name', { name: 'One' })).toMatchObject({ status: 201, json: { name: 'One' } });
    await apply({ 'objects/parcel__c.json': null });
    expect(await b.get('/api/v1/records/parcel__c')).toMatchObject({ status: 404 });
    expect((await b.get('/openapi.json')).text).not.toContain('parcel__c');
  });

  it('gives the other a validation rule, and takes it away', async () => {
    const refuseWhen = { isBlank: { var: 'tier__c' } };
    const rule = { refuseWhen, at: 'tier__c', message: { en: 'Every account has a tier.' } };
    await apply(extension('account', { fields: { tier__c: textField('Tier') }, validationRules: { tierGiven__c: rule } }));
    const refused = await b.post(account, { name: 'Plain Inc' });
    expect(refused).toMatchObject({ status: 422 });
    expect(refused.text).toContain('Every account has a tier.');
    expect(problemAt(refused)).toBe('/tier__c');
    await apply(extension('account', { fields: { tier__c: textField('Tier') } }));
    expect(await b.post(account, { name: 'Plain Inc' })).toMatchObject({ status: 201 });
  });
});

describe('two appliers at once', () => {
  const change = (name: string): Json => extension(name, { fields: { [`by${name}__c`]: textField('By') } });

  it('who looked at their plans: one wins, the other is told that the plan is outdated', async () => {
    for (const [i, object] of ['contact', 'lead', 'campaign', 'campaignMember'].entries()) {
      const [one, other] = [change(object), extension('product', { fields: { [`round${i}__c`]: textField('Round') } })];
      const plans = await Promise.all([a.post('/api/v1/metadata/plan', { files: one }), b.post('/api/v1/metadata/plan', { files: other })]);
      const [planA, planB] = plans.map(({ json }) => json['hash']);
      const answers = await Promise.all([a.apply(one, { planHash: planA }), b.apply(other, { planHash: planB })]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect(answers.find(({ status }) => status === 409)?.json).toMatchObject({ code: 'PLAN_OUTDATED' });
      const { text } = await a.get('/openapi.json');
      expect([text.includes(`by${object}__c`), text.includes(`round${i}__c`)]).toEqual(answers.map(({ status }) => status === 200));
      expect((await b.get('/openapi.json')).text).toBe(text.replaceAll(first.url, second.url));
    }
    expect(await nodes.check()).toMatchObject({ drift: [], problems: [] });
  });

  it('who did not: each change is there as a whole or refused as a whole, and versions count on', async () => {
    const before = await a.get('/api/v1/metadata/versions');
    let applied = (before.json['versions'] as readonly Json[]).length;
    for (let round = 0; round < 4; round += 1) {
      const objects = ['campaign', 'contact', 'lead'];
      const name = `race${round}__c`;
      const answers = await Promise.all(
        objects.map((object, i) => (i % 2 === 0 ? a : b).apply(extension(object, { fields: { [name]: textField('Race') } }))),
      );
      const wins = objects.filter((_object, i) => answers[i]?.status === 200);
      expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
      expect(wins.length).toBeGreaterThan(0);
      applied += wins.length;
      for (const object of objects) {
        const read = await b.get(`/api/v1/records/${object}?fields=${name}`);
        expect([object, read.status]).toEqual([object, wins.includes(object) ? 200 : 422]);
      }
    }
    const versions = (await b.get('/api/v1/metadata/versions')).json['versions'] as readonly Json[];
    expect(versions.map(({ number }) => number)).toEqual(Array.from({ length: applied }, (_, i) => applied - i));
    expect(await nodes.check()).toMatchObject({ drift: [], problems: [] });
  });
});

describe('signing out at one node', () => {
  it('ends the session at the other with the next request, and no other session', async () => {
    const shortLived = await nodes.signIn(first);
    const there = shortLived.at(second.url);
    for (const path of [account, '/openapi.json', '/api/v1/objects']) expect((await there.get(path)).status).toBe(200);
    await there.graphql('{ accounts { nodes { id } } }');
    expect((await shortLived.post('/api/v1/auth/logout', {})).status).toBe(204);
    for (const path of [account, '/openapi.json', '/api/v1/objects']) expect((await there.get(path)).status).toBe(401);
    await expect(there.graphql('{ accounts { nodes { id } } }')).rejects.toThrow('TOKEN_INVALID');
    expect((await there.post(account, { name: 'Too late' })).status).toBe(401);
    expect((await b.get(account)).status).toBe(200);
  });
});

describe('a subscription at one node', () => {
  it('hears what is written at the other', async () => {
    const heard = await events(clientOf(second.url, 'acme', b.token), 'subscription { accountChanged { change record { name } } }');
    const created = await a.post(`${account}?fields=id`, { name: 'Heard Inc' });
    expect(await heard.next()).toEqual({ accountChanged: { change: 'created', record: { name: 'Heard Inc' } } });
    await a.patch(`${account}/${String(created.json['id'])}`, { name: 'Heard Ltd' });
    expect(await heard.next()).toEqual({ accountChanged: { change: 'updated', record: { name: 'Heard Ltd' } } });
    heard.close();
  });
});

describe('an import at one node', () => {
  it('goes on where the other changes the metadata and lets somebody sign out meanwhile', async () => {
    const gate = Promise.withResolvers<undefined>();
    const encoder = new TextEncoder();
    const lines = Array.from({ length: 2000 }, (_, i) => `Row ${i}\n`);
    const body = new ReadableStream<Uint8Array>({
      start: async (controller) => {
        controller.enqueue(encoder.encode(`name\n${lines.slice(0, 1000).join('')}`));
        await gate.promise;
        controller.enqueue(encoder.encode(lines.slice(1000).join('')));
        controller.close();
      },
    });
    const importing = b.import('campaign', body, { mapping: JSON.stringify({ columns: { name: { field: 'name' } } }) });
    const inside = async (): Promise<number> => Number((await nodes.sql('select count(*) from t_acme.campaign'))[0]?.['count']);
    await until('the first chunk', async () => (await inside()) >= 500, 40_000);
    const visitor = await nodes.signIn(first);
    await visitor.post('/api/v1/auth/logout', {});
    expect(await a.apply(extension('campaign', { fields: { motto__c: textField('Motto') } }))).toMatchObject({ status: 200 });
    gate.resolve(undefined);
    expect(await importing).toMatchObject({ status: 200, json: { status: 'done', read: 2000, created: 2000, refused: 0 } });
    expect(await inside()).toBe(2000);
  });
});

describe('two nodes that start at once on an empty database', () => {
  it('make the demo once', async () => {
    const { servers } = nodes;
    const database = await testDatabase();
    const password = 'Five-Minutes-1';
    const settings = { DATABASE_URL: database.url, TESSERA_SECRET: nodeSecret, DEMO_PASSWORD: password, DATA_DIR: await servers.folder() };
    const options = { settings, demo: exampleFolder('library') };
    const both = await Promise.all([servers.start(options), servers.start(options)]);
    for (const { url } of both) await HttpClient.signIn(url, { tenant: 'demo', email: 'admin@demo.example', password });
    expect(both.filter(({ output }) => output.includes('sign in as'))).toHaveLength(1);
    for (const server of both) expect(await server.stop()).toBe(0);
    await database.drop();
  });
});
