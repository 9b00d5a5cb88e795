// What was taken from a person at one node is gone with the next request at every node, over every transport, and in the middle of a stream.
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../api/rest-scene.ts';
import { password } from '../support/engine.ts';
import { codeOf, guessingScene, refusalOf, type GuessingScene, type Node, type Person } from './guessing-scene.ts';
import { clientOf, type Client } from './server-scene.ts';

let scene: GuessingScene;
let paper: string;
beforeAll(async () => {
  scene = await guessingScene();
});
afterAll(() => scene.close());

const R = '/api/v1/records/account';
const query = '{ accounts(first: 1) { nodes { id } } }';

/** Each transport, asked so often that documents, schemas and policies are those that the node has kept. */
const transports: Readonly<Record<string, (client: Client) => Promise<Answer>>> = {
  REST: (client) => client.call('GET', `${R}?fields=name`),
  GraphQL: (client) => client.ask(query),
  'a mutation': (client) => client.ask('mutation { createAccount(input: { name: "x" }) { id } }'),
  'an export': (client) => client.call('GET', `${R}/export?fields=name`),
  'an import': (client) =>
    client.call(
      'POST',
      `${R}/import?dryRun=true&mapping=%7B%22columns%22%3A%7B%22name%22%3A%7B%22field%22%3A%22name%22%7D%7D%7D`,
      'name\nx\n',
      { 'Content-Type': 'text/csv' },
    ),
  'a file': (client) => client.call('GET', `/api/v1/files/${paper}/content`),
  'a link to a file': (client) => client.call('POST', `/api/v1/files/${paper}/link`),
  'a search': (client) => client.call('GET', '/api/v1/search?q=a'),
  'a description': (client) => client.call('GET', '/api/v1/objects/account'),
  OpenAPI: (client) => client.call('GET', '/openapi.json'),
};

const nodes = (): readonly Node[] => [scene.first, scene.second];
/** Status and code by transport, at one node after the other. */
async function everywhere(person: Pick<Person, 'at'>): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const node of nodes()) {
    for (const [name, ask] of Object.entries(transports)) {
      const answer = await ask(person.at(node));
      found.add(answer.status < 400 && codeOf(answer) === undefined ? 'taken' : `${name}: ${refusalOf(answer).join(' ')}`);
    }
  }
  return [...found];
}

const refused = Object.keys(transports).map((name) => `${name}: 401 TOKEN_INVALID`);

async function newRep(name: string): Promise<Person> {
  const rep = await scene.acme.person(name, { roles: ['rep'] });
  const upload = await rep.client.call('POST', '/api/v1/files?name=a.txt', 'a', { 'Content-Type': 'text/plain' });
  paper = (upload.json as { readonly id: string }).id;
  await rep.client.create('account', { name: `Of ${name}` });
  expect(await everywhere(rep)).toEqual(['taken']);
  return rep;
}

const admin = (): Client => scene.acme.admin.client;

describe('the next request at every node, over every transport, is 401 TOKEN_INVALID when', () => {
  const ends: Readonly<Record<string, (rep: Person) => Promise<Answer>>> = {
    'the person was deactivated': (rep) => admin().call('POST', `/api/v1/users/${rep.id}/deactivate`, {}),
    'the person was made inactive like any record': (rep) => admin().call('PATCH', `/api/v1/records/user/${rep.id}`, { active: false }),
    'an administrator ended the session': async (rep) => {
      const { sessions } = (await admin().call('GET', `/api/v1/auth/sessions?user=${rep.id}`)).json as {
        readonly sessions: readonly { readonly id: string }[];
      };
      return admin().call('DELETE', `/api/v1/auth/sessions/${sessions[0]?.id ?? ''}`);
    },
    'an administrator ended all sessions': (rep) => admin().call('DELETE', `/api/v1/auth/sessions?user=${rep.id}`),
    'the person signed out elsewhere': (rep) => rep.client.call('POST', '/api/v1/auth/logout'),
    'an administrator gave a new password': (rep) =>
      admin().call('PUT', `/api/v1/users/${rep.id}/password`, { password: 'Another-Horse-8-Battery' }),
    'the person took a new password': (rep) =>
      rep.client.call('POST', '/api/v1/auth/password', {
        tenant: 'acme',
        email: rep.email,
        password,
        newPassword: 'Another-Horse-8-Battery',
      }),
    'a refresh token came a second time': async (rep) => {
      await rep.client.call('POST', '/api/v1/auth/refresh', { refreshToken: rep.client.refreshToken });
      return rep.client.call('POST', '/api/v1/auth/refresh', { refreshToken: rep.client.refreshToken });
    },
  };

  it.each(Object.keys(ends).map((what, i) => [what, i] as const))('%s', async (what, i) => {
    const rep = await newRep(`end${i}`);
    const answer = await ends[what]?.(rep);
    if (what !== 'a refresh token came a second time') expect(answer?.status).toBeLessThan(300);
    expect(await everywhere(rep)).toEqual(refused);
    const { refreshToken } = rep.client;
    const again = await rep.client.call('POST', '/api/v1/auth/refresh', { refreshToken });
    expect(codeOf(again)).toBe('TOKEN_INVALID');
  });

  it('the API key was revoked, or its person deactivated', async () => {
    const rep = await scene.acme.person('keys', { roles: ['rep'], permissionSets: ['hiddenReader'] });
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const keys = await Promise.all(
      ['a', 'b'].map(
        async (name) =>
          (await rep.client.call('POST', '/api/v1/api-keys', { name, permissionSets: ['hiddenReader'], expiresAt })).json as {
            readonly id: string;
            readonly key: string;
          },
      ),
    );
    const list = async (): Promise<readonly number[]> => {
      const asked = keys.flatMap(({ key }) => nodes().map(({ url }) => clientOf(url, 'acme', key).call('GET', `${R}?fields=name`)));
      return (await Promise.all(asked)).map(({ status }) => status);
    };
    expect(await list()).toEqual([200, 200, 200, 200]);
    await rep.client.call('DELETE', `/api/v1/api-keys/${keys[0]?.id ?? ''}`);
    expect(await list()).toEqual([401, 401, 200, 200]);
    await admin().call('POST', `/api/v1/users/${rep.id}/deactivate`, {});
    expect(await list()).toEqual([401, 401, 401, 401]);
  });

  it('whoever acts as the person is no administrator any more', async () => {
    const boss = await scene.acme.person('boss', { roles: ['administrator'] });
    const { accessToken } = (await boss.client.call('POST', '/api/v1/auth/impersonate', { user: scene.acme.rep.id })).json as {
      readonly accessToken: string;
    };
    const acting = nodes().map(({ url }) => clientOf(url, 'acme', accessToken));
    for (const client of acting) expect((await client.call('GET', `${R}?fields=name`)).status).toBe(200);
    await admin().call('PATCH', `/api/v1/records/user/${boss.id}`, { roles: ['rep'] });
    for (const client of acting) expect(codeOf(await client.call('GET', `${R}?fields=name`))).toBe('TOKEN_INVALID');
  });
});

describe('the next request at every node is restricted when', () => {
  it('the role was taken: OBJECT_UNKNOWN in REST, GRAPHQL_INVALID in GraphQL, in documents that the node had kept', async () => {
    const rep = await newRep('norole');
    await admin().call('PATCH', `/api/v1/records/user/${rep.id}`, { roles: [] });
    for (const node of nodes()) {
      const client = rep.at(node);
      expect(refusalOf((await transports['REST']?.(client)) as Answer)).toEqual([404, 'OBJECT_UNKNOWN']);
      expect(codeOf(await client.ask(query))).toBe('GRAPHQL_INVALID');
      expect(codeOf(await client.ask('mutation { createAccount(input: { name: "x" }) { id } }'))).toBe('GRAPHQL_INVALID');
      expect(codeOf(await client.call('GET', `${R}/export`))).toBe('OBJECT_UNKNOWN');
      expect((await client.call('GET', '/openapi.json')).text).not.toContain('"account"');
    }
  });

  it('the role was exchanged for a lesser one: PERMISSION_DENIED to write, and to see what others own RECORD_NOT_FOUND', async () => {
    const rep = await newRep('lesser');
    const id = await rep.client.create('account', { name: 'Mine' });
    await admin().call('PATCH', `/api/v1/records/user/${rep.id}`, { roles: ['clerk'] });
    for (const node of nodes()) {
      const client = rep.at(node);
      expect(codeOf(await client.call('PATCH', `${R}/${id}`, { name: 'Still' }))).toBe('PERMISSION_DENIED');
      expect(codeOf(await client.ask(`mutation { updateAccount(id: "${id}", input: { name: "Still" }) { id } }`))).toBe('GRAPHQL_INVALID');
      expect(codeOf(await client.call('GET', `${R}/export`))).toBe('PERMISSION_DENIED');
      expect((await client.call('GET', `${R}/${id}?fields=name`)).json).toEqual({ name: 'Mine' });
    }
    await admin().call('PATCH', `${R}/${id}`, { owner: scene.acme.admin.id });
    for (const node of nodes()) expect(codeOf(await rep.at(node).call('GET', `${R}/${id}`))).toBe('RECORD_NOT_FOUND');
  });

  it('the permission set was taken: FIELD_UNKNOWN for the field that it showed, GRAPHQL_INVALID in GraphQL', async () => {
    const rep = await scene.acme.person('sets', { roles: ['rep'], permissionSets: ['hiddenReader'] });
    const asked = '{ accounts(where: { hidden: { eq: "x" } }) { totalCount } }';
    for (const node of nodes()) {
      expect((await rep.at(node).call('GET', `${R}?fields=hidden`)).status).toBe(200);
      expect(codeOf(await rep.at(node).ask(asked))).toBeUndefined();
    }
    await admin().call('PATCH', `/api/v1/records/user/${rep.id}`, { permissionSets: [] });
    for (const node of nodes()) {
      expect(codeOf(await rep.at(node).call('GET', `${R}?fields=hidden`))).toBe('FIELD_UNKNOWN');
      expect(codeOf(await rep.at(node).ask(asked))).toBe('GRAPHQL_INVALID');
    }
  });

  it('the role itself lost an object: OBJECT_UNKNOWN', async () => {
    const rep = await newRep('relic');
    const files = { 'extensions/rep.json': { extends: 'rep', kind: 'role', objects: { account: null } } };
    expect((await admin().call('POST', '/api/v1/metadata/apply', { files })).status).toBe(200);
    for (const node of nodes()) expect(codeOf(await rep.at(node).call('GET', R))).toBe('OBJECT_UNKNOWN');
    expect((await admin().call('POST', '/api/v1/metadata/apply', { files: { 'extensions/rep.json': null } })).status).toBe(200);
    for (const node of nodes()) expect((await rep.at(node).call('GET', R)).status).toBe(200);
  });

  it('a share was taken: RECORD_NOT_FOUND', async () => {
    const rep = await newRep('shared');
    const id = await admin().create('account', { name: 'Lent' });
    const given = await admin().call('POST', `${R}/${id}/shares`, { shares: [{ to: { user: rep.id }, access: 'edit' }] });
    for (const node of nodes()) expect((await rep.at(node).call('PATCH', `${R}/${id}`, { name: 'Lent' })).status).toBe(200);
    const [share] = (given.json as { readonly shares: readonly { readonly id: string }[] }).shares;
    expect((await admin().call('DELETE', `${R}/${id}/shares/${share?.id ?? ''}`)).status).toBe(204);
    for (const node of nodes()) expect(codeOf(await rep.at(node).call('PATCH', `${R}/${id}`, { name: 'Mine' }))).toBe('RECORD_NOT_FOUND');
  });
});

/** An answer that is read slowly: nothing more is taken from the socket until it is asked for. */
function slowly(url: string, token: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}` };
    request(url, { headers, agent: false }, (response) => {
      response.pause();
      resolve(response);
    })
      .on('error', reject)
      .end();
  });
}

describe('a stream that is under way at the other node', () => {
  it('of an export is cut off, and never ends as if it were whole, when the person is deactivated', async () => {
    const rep = await scene.acme.person('stream', { roles: ['rep'] });
    const total = 6_000;
    const records = Array.from({ length: 1_000 }, () => ({ name: 'Bulk', owner: rep.id, extra: 'x'.repeat(3_000) }));
    for (let made = 0; made < total; made += records.length) await scene.acme.tenant.run('records.create', { object: 'account', records });
    const url = `${scene.second.url}${R}/export?fields=name,extra`;
    const read = async (response: IncomingMessage): Promise<{ readonly rows: number; readonly whole: boolean }> => {
      let text = 0;
      response.resume().on('data', (chunk: Buffer) => (text += chunk.filter((byte) => byte === 10).length));
      const ended = await Promise.race([
        once(response, 'end').then(() => true),
        once(response, 'error').then(() => false),
        once(response, 'aborted').then(() => false),
      ]);
      return { rows: text - 1, whole: ended && response.complete };
    };
    expect(await read(await slowly(url, rep.client.token))).toEqual({ rows: total, whole: true });
    const response = await slowly(url, rep.client.token);
    await admin().call('POST', `/api/v1/users/${rep.id}/deactivate`, {});
    const { rows, whole } = await read(response);
    expect(whole).toBe(false);
    expect(rows).toBeLessThan(total);
  });

  it('of events hears nothing more, and is told TOKEN_INVALID, when the session is ended', async () => {
    const rep = await scene.acme.person('events', { roles: ['rep'] });
    const response = await rep.at(scene.second).stream('/graphql', { query: 'subscription { accountChanged { id record { name } } }' });
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await rep.client.create('account', { name: 'Heard' });
    while (!text.includes('Heard')) await once(response, 'data');
    await rep.client.call('POST', '/api/v1/auth/logout');
    const ended = once(response, 'end');
    const { client } = await scene.acme.person('events2', { roles: ['rep'] });
    await client.create('account', { name: 'Not heard' });
    await ended;
    expect(text).toContain('TOKEN_INVALID');
    expect(text).not.toContain('Not heard');
  });
});
