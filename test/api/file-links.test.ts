// Signed links to files over HTTP: who may have one, what it opens and for how long, and where it leads.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '@tessera/api';
import { openFileStore } from '@tessera/engine';
import { silentLogger, uuidv7Source } from '@tessera/kernel';
import { streamOf } from '../records/files-scene.ts';
import { pack, password, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { listen, send, type Answer } from './rest-scene.ts';

const publicUrl = 'https://crm.example/sub';

let scene: TestEngine;
let acme: TestTenant;
let folder: string;
let token: string;
/** With PUBLIC_URL, and without. */
let [server, url]: [Server | undefined, string] = [undefined, ''];
let [plainServer, plainUrl]: [Server | undefined, string] = [undefined, ''];

const card = { fields: { paper: { type: 'file', label: { en: 'Paper' } } } };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-links-'));
  scene = await testEngine({ files: openFileStore({ kind: 'disk', root: folder }) });
  acme = await scene.tenant('acme', [pack('base', { card })]);
  const options = { engine: scene.engine, log: silentLogger, newId: uuidv7Source(Date.now) };
  server = createServer(createApp({ ...options, publicUrl }));
  plainServer = createServer(createApp(options));
  [url, plainUrl] = [await listen(server), await listen(plainServer)];
  const body = JSON.stringify({ tenant: 'acme', email: 'admin@acme.example', password });
  const login = await send(`${url}/api/v1/auth/login`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  token = (login.json as { readonly accessToken: string }).accessToken;
});
afterAll(async () => {
  for (const each of [server, plainServer]) {
    each?.closeAllConnections();
    each?.close();
  }
  await scene.close();
  await rm(folder, { recursive: true, force: true });
});

const upload = async (content = 'hällo'): Promise<string> =>
  (await acme.run('files.upload', { name: 'page.html', content: streamOf(`<!doctype html>${content}`) })).id;

function link(id: string, at = url, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return send(`${at}/api/v1/files/${id}/link`, { method: 'POST', headers: { Authorization: `Bearer ${token}`, ...headers } });
}

/** The path that a link leads to, for a request that carries nothing else. */
async function pathOf(id: string): Promise<string> {
  const { json } = await link(id);
  return (json as { readonly url: string }).url.slice(publicUrl.length);
}

const follow = (path: string): Promise<Answer> => send(url + path, {});

describe('POST /files/{id}/link', () => {
  it('gives an address below PUBLIC_URL whatever the request says of the host, and its end', async () => {
    const id = await upload();
    const answer = await link(id, url, { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' });
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    const { url: address, expiresAt } = answer.json as { readonly url: string; readonly expiresAt: string };
    expect(address).toMatch(new RegExp(`^https://crm\\.example/sub/api/v1/files/${id}/content\\?token=[\\w.-]+$`));
    expect(Math.abs(Date.parse(expiresAt) - Date.now() - 300_000)).toBeLessThan(60_000);
  });

  it('gives a path where no public address is known', async () => {
    const id = await upload();
    const { url: address } = (await link(id, plainUrl, { Host: 'evil.example' })).json as { readonly url: string };
    expect(address.startsWith(`/api/v1/files/${id}/content?token=`)).toBe(true);
    expect((await send(plainUrl + address, {})).status).toBe(200);
  });

  it('is for those who may read the file', async () => {
    const id = await upload();
    expect(await send(`${url}/api/v1/files/${id}/link`, { method: 'POST' })).toMatchObject({ status: 401 });
    const unknown = await link('01920000-0000-7000-8000-000000000001');
    expect(unknown).toMatchObject({ status: 404, json: { code: 'FILE_NOT_FOUND' } });
    const other = await acme.create('user', { name: 'Bob', email: 'bob@acme.example', active: true });
    const session = '01920000-0000-7000-8000-00000000b0b0';
    await scene.sql(
      `insert into ${acme.schema}._session (id, user_id, refresh_hash, expires_at) values ($1, $2, 'x', now() + interval '1 day')`,
      [session, other],
    );
    const context = { ...acme.context(), actor: { kind: 'user', userId: other, sessionId: session } } as const;
    await expect(scene.engine.run('files.link', context, { id })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

describe('GET /files/{id}/content?token=…', () => {
  it('gives the file to whoever has the link, as an attachment that no browser runs', async () => {
    const answer = await follow(await pathOf(await upload()));
    expect(answer).toMatchObject({
      status: 200,
      text: '<!doctype html>hällo',
      headers: {
        'content-disposition': `attachment; filename="page.html"; filename*=UTF-8''page.html`,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'private, no-cache',
      },
    });
  });

  it('opens that file alone, unchanged, for five minutes', async () => {
    const [id, other] = [await upload(), await upload()];
    const path = await pathOf(id);
    const refused = { status: 403, json: { code: 'FILE_LINK_INVALID' } };
    expect(await follow(path.replace(id, other))).toMatchObject(refused);
    expect(await follow(path.replaceAll(id, other))).toMatchObject(refused);
    expect(await follow(path.replace('token=acme', 'token=evil'))).toMatchObject(refused);
    expect(await follow(`${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`)).toMatchObject(refused);
    expect(await follow(path.replace(/token=.*/, 'token='))).toMatchObject(refused);
    expect(await follow(path.replace(/\?.*/, ''))).toMatchObject({ status: 401 });
    expect(await follow(`${path}&token=x`)).toMatchObject({ status: 400 });
    scene.clock.ahead += 299_000;
    expect((await follow(path)).status).toBe(200);
    scene.clock.ahead += 2_000;
    expect(await follow(path)).toMatchObject(refused);
  });

  it('counts for itself: a wrong token is not made good by somebody who is signed in', async () => {
    const id = await upload();
    const headers = { Authorization: `Bearer ${token}` };
    expect((await send(`${url}/api/v1/files/${id}/content?token=x`, { headers })).status).toBe(403);
    expect((await send(`${url}/api/v1/files/${id}/content`, { headers })).status).toBe(200);
  });

  it('opens nothing once the file is released, or its tenant gone', async () => {
    const file = await upload();
    const path = await pathOf(file);
    const record = await acme.create('card', { name: 'C', paper: file });
    expect((await follow(path)).status).toBe(200);
    await acme.update('card', record, { paper: null });
    expect(await follow(path)).toMatchObject({ status: 404, json: { code: 'FILE_NOT_FOUND' } });

    const gone = await scene.tenant('gone', [pack('base', { card })]);
    const { id } = await gone.run('files.upload', { name: 'a.txt', content: streamOf('x') });
    const { token: left } = await gone.run('files.link', { id });
    await scene.cell.dropTenant('gone');
    expect(await follow(`/api/v1/files/${id}/content?token=${left}`)).toMatchObject({ status: 403, json: { code: 'FILE_LINK_INVALID' } });
  });
});
