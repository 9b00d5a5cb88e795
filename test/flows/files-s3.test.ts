// The server as its settings make it: files lie in a bucket and are found again through links.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { send } from '../api/rest-scene.ts';
import { exampleFolder } from '../support/packs.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { nodeSecret, openServers, type Servers } from '../support/server-process.ts';
import { startS3, type S3Server } from '../support/s3-server.ts';
import { clientOf } from './server-scene.ts';

let database: TestDatabase;
let s3: S3Server;
let servers: Servers;

beforeAll(async () => {
  [database, s3] = await Promise.all([testDatabase(), startS3()]);
  servers = openServers();
});
afterAll(async () => {
  await servers.close();
  await s3.close();
  await database.drop();
});

describe('a server with FILES_S3_…', () => {
  it('keeps files in the bucket and none in DATA_DIR, and ends in peace', async () => {
    const folder = await servers.folder();
    const { endpoint, bucket, region, accessKey, secretKey } = s3.options;
    const node = await servers.start({
      settings: {
        DATABASE_URL: database.url,
        DATA_DIR: folder,
        TESSERA_SECRET: nodeSecret,
        DEMO_PASSWORD: 'Correct-Horse-7-Battery',
        FILES_S3_ENDPOINT: endpoint,
        FILES_S3_BUCKET: bucket,
        FILES_S3_REGION: region,
        FILES_S3_ACCESS_KEY: accessKey,
        FILES_S3_SECRET_KEY: secretKey,
      },
      demo: exampleFolder('library'),
    });
    const body = JSON.stringify({ tenant: 'demo', email: 'admin@demo.example', password: 'Correct-Horse-7-Battery' });
    const login = await send(`${node.url}/api/v1/auth/login`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    const client = clientOf(node.url, 'demo', (login.json as { readonly accessToken: string }).accessToken);
    const uploaded = await client.call('POST', '/api/v1/files?name=a.txt', 'in the bucket', { 'Content-Type': 'text/plain' });
    const { id } = uploaded.json as { readonly id: string };
    expect(await s3.keys()).toEqual([`demo/${id.slice(-2)}/${id}`]);
    const link = await client.call('POST', `/api/v1/files/${id}/link`);
    expect(await send(node.url + (link.json as { readonly url: string }).url, {})).toMatchObject({ status: 200, text: 'in the bucket' });
    expect(await readdir(join(folder, 'files')).catch(() => [])).toEqual([]);
    expect(await node.stop()).toBe(0);
  });
});
