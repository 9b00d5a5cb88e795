// `kill -9` of the server that owns the embedded PostgreSQL, and of that PostgreSQL too: the folder serves again, with all that was answered.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cp, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administration } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { openCell, startEmbedded } from '@tessera/storage';
import { HttpClient, type Answer, type Json } from '../support/http-client.ts';
import { exampleFolder } from '../support/packs.ts';
import { random } from '../support/random.ts';
import { nodeSecret, openServers, type ServerOptions, type ServerProcess } from '../support/server-process.ts';

const chance = random();
const servers = openServers();
const password = 'Five-Minutes-1';
const size = 400;

let options: ServerOptions;
let dataDir: string;
let server: ServerProcess;
let caller: HttpClient;

beforeAll(async () => {
  // The pack without its data, which would take its time.
  const demo = join(await servers.folder(), 'crm-base');
  await cp(exampleFolder('crm-base'), demo, { recursive: true, filter: (path) => basename(path) !== 'data' });
  dataDir = await servers.folder();
  options = { demo, settings: { DATA_DIR: dataDir, TESSERA_SECRET: nodeSecret, DEMO_PASSWORD: password } };
  server = await servers.start(options);
  caller = await HttpClient.signIn(server.url, { tenant: 'demo', email: 'admin@demo.example', password });
}, 400_000);
afterAll(() => servers.close());

/** The first line of its file says which process PostgreSQL is. */
async function postmaster(): Promise<number> {
  const [pid] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  return Number(pid);
}

/** How long each kind of request takes, as measured the first time. */
const takes = new Map<string, number>();
const starts: number[] = [];

/** Sends a request, kills the server or the server and PostgreSQL in the middle, and starts again; undefined: nobody was answered. */
async function killDuring(kind: string, database: boolean, send: () => Promise<Answer>): Promise<Answer | undefined> {
  const began = performance.now();
  const sent = send().catch(() => undefined);
  const usual = takes.get(kind);
  if (usual === undefined) {
    await sent;
    takes.set(kind, performance.now() - began);
  } else await sleep((usual * chance.below(1000)) / 1000);
  if (database) process.kill(await postmaster(), 'SIGKILL');
  await server.kill();
  const answer = await sent;
  server = await servers.start(options);
  starts.push(server.readyMs);
  caller = caller.at(server.url);
  // Without its database the server may have said so before it went, too.
  return database && answer?.status === 503 ? undefined : answer;
}

async function count(object: string, where: string): Promise<number> {
  const { found } = (await caller.graphql(`{ found: ${object}Aggregate(where: ${where}) { count } }`)) as {
    readonly found: readonly { readonly count: number }[];
  };
  return found[0]?.count ?? 0;
}

/** Roll-ups against aggregates, account by account, as callers see them. */
async function expectRollups(): Promise<void> {
  const { accounts, won } = (await caller.graphql(`{
    accounts(first: 10, where: { wonCount: { gt: 0 } }) { nodes { id wonCount wonAmount } }
    won: opportunitiesAggregate(where: { stage: { eq: won } }, groupBy: [{ accountId: VALUE }]) { group { accountId } count sum { amount } }
  }`)) as Readonly<Record<string, { readonly nodes?: readonly Json[] } & readonly Json[]>>;
  const byId = (list: readonly Json[]): readonly Json[] => [...list].sort((x, y) => (String(x['id']) < String(y['id']) ? -1 : 1));
  const aggregated = (won ?? []).map(({ group, count: wonCount, sum }) => {
    const { accountId: id } = group as Json;
    return { id, wonCount, wonAmount: Number((sum as Json)['amount']) };
  });
  expect(byId((accounts?.nodes ?? []).map((node) => ({ ...node, wonAmount: Number(node['wonAmount']) })))).toEqual(byId(aggregated));
}

async function bulk(round: number, database: boolean): Promise<void> {
  const { json } = await caller.post('/api/v1/records/account?fields=id', { name: `Firm ${round}` });
  const records = Array.from({ length: size }, (_, i) => ({
    name: `Deal ${round}-${i}`,
    nextStep: `round ${round}`,
    account: json['id'],
    stage: i % 2 === 0 ? 'won' : 'lost',
    amount: i,
    closeDate: '2026-05-01',
  }));
  const answer = await killDuring('bulk', database, () => caller.post('/api/v1/records/opportunity/bulk', { action: 'create', records }));
  const found = await count('opportunities', `{ nextStep: { eq: "round ${round}" } }`);
  expect([answer === undefined ? 0 : size, size]).toContain(found);
  await expectRollups();
}

async function importing(round: number, database: boolean): Promise<void> {
  const rows = Array.from({ length: 3 * size }, (_, i) => `Import ${round}-${i}\n`).join('');
  const mapping = JSON.stringify({ columns: { name: { field: 'name' } } });
  const answer = await killDuring('import', database, () => caller.import('campaign', `name\n${rows}`, { mapping }));
  const found = await count('campaigns', `{ name: { startsWith: "Import ${round}-" } }`);
  // Whole chunks of 500.
  expect(found === 3 * size || found % 500 === 0).toBe(true);
  if (answer !== undefined) expect([answer.status, found]).toEqual([200, 3 * size]);
}

async function applying(round: number, database: boolean): Promise<void> {
  const label = { en: `Round ${round}` };
  const fields = {
    [`round${round}__c`]: { type: 'text', indexed: true, label },
    both__c: { type: 'rollup', label, aggregate: { of: 'opportunities', function: 'count' } },
  };
  const versions = async (): Promise<number> =>
    ((await caller.get('/api/v1/metadata/versions')).json['versions'] as readonly Json[]).length;
  const before = await versions();
  const files = { 'extensions/account.json': { extends: 'account', fields } };
  const answer = await killDuring('apply', database, () => caller.apply(files));
  const applied = (await versions()) - before;
  expect([answer === undefined ? 0 : 1, 1]).toContain(applied);
  const read = await caller.get(`/api/v1/records/account?fields=round${round}__c,both__c`);
  if (applied === 1) expect(read).toMatchObject({ status: 200 });
  expect((await caller.get('/openapi.json')).text.includes(`round${round}__c`)).toBe(applied === 1);
}

describe(`kill -9 of a server with its embedded PostgreSQL (seed ${chance.seed})`, () => {
  it('loses nothing that was answered, and leaves nothing half-way', async () => {
    const kinds = [bulk, importing, applying];
    for (let round = 0; round < 9; round += 1) {
      // The first of each kind is let through; then the server alone is killed, then both.
      await kinds[round % 3]?.(round, round >= 6);
    }
    expect(await server.stop()).toBe(0);
    const database = await startEmbedded({ dataDir, log: silentLogger });
    const cell = await openCell({ url: database.url, log: silentLogger });
    const administration = new Administration({ cell, log: silentLogger, secret: nodeSecret, clock: { now: () => Date.now() } });
    expect(await administration.upkeep.check()).toEqual([{ tenant: 'demo', drift: [], problems: [] }]);
    await cell.close();
    await database.stop();
    expect(Math.max(...starts)).toBeLessThan(60_000);
  }, 300_000);
});
