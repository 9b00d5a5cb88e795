// The main job, as whoever has just cloned the repository sees it: started, looked at, stopped, started again, broken off.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../storage/cell-support.ts';
import { HttpClient, type Answer, type Json } from '../support/http-client.ts';
import { connected, testDatabase } from '../support/postgres.ts';
import { random } from '../support/random.ts';
import { nodeSecret, openServers, StartFailed, type ServerProcess } from '../support/server-process.ts';

const servers = openServers();
const password = 'Five-Minutes-1';
const administrator = { tenant: 'demo', email: 'admin@demo.example', password };
const chance = random();

let settings: Readonly<Record<string, string>>;
let server: ServerProcess;
let client: HttpClient;

beforeAll(async () => {
  settings = { DATA_DIR: await servers.folder(), DEMO_PASSWORD: password };
  server = await servers.start({ settings });
  client = await HttpClient.signIn(server.url, administrator);
}, 400_000);
afterAll(() => servers.close());

/** The figures of the data set, by GraphQL. */
async function figures(as: HttpClient): Promise<Json> {
  return as.graphql(`{
    accounts: accountsAggregate { count }
    opportunities: opportunitiesAggregate { count }
    stages: opportunitiesAggregate(groupBy: [{ stage: VALUE }], orderBy: [{ count: ASC }]) { group { stage } count }
    won: opportunitiesAggregate(where: { stage: { eq: won } }) { sum { amount } }
    best: opportunitiesAggregate(where: { stage: { eq: won } }, groupBy: [{ owner: { name: VALUE } }],
      orderBy: [{ sum: { amount: DESC } }], first: 1) { group { owner { name } } sum { amount } }
  }`);
}

const expected = {
  accounts: [{ count: 85 }],
  opportunities: [{ count: 8800 }],
  stages: [
    { group: { stage: 'prospecting' }, count: 500 },
    { group: { stage: 'engaging' }, count: 1589 },
    { group: { stage: 'lost' }, count: 2473 },
    { group: { stage: 'won' }, count: 4238 },
  ],
  won: [{ sum: { amount: '10005534' } }],
  best: [{ group: { owner: { name: 'Darcel Schlecht' } }, sum: { amount: '1153214' } }],
};

describe('a first start', () => {
  it('is over within a minute', () => {
    expect(server.readyMs).toBeLessThan(60_000);
    expect(server.output).toContain('sign in as admin@demo.example');
    expect(server.output).not.toContain(password);
  });

  it('brings the whole data set, whose figures are known', async () => {
    expect(await figures(client)).toEqual(expected);
  });

  it('brings roll-ups that agree with aggregates, account by account', async () => {
    const { accounts, won, lost } = (await client.graphql(`{
      accounts(first: 100) { nodes { id wonAmount wonCount lostCount customerSince } }
      won: opportunitiesAggregate(where: { stage: { eq: won } }, groupBy: [{ accountId: VALUE }], first: 1000) {
        group { accountId } count sum { amount } min { closeDate } }
      lost: opportunitiesAggregate(where: { stage: { eq: lost } }, groupBy: [{ accountId: VALUE }], first: 1000) { group { accountId } count }
    }`)) as { readonly accounts: { readonly nodes: readonly Account[] }; readonly won: readonly Group[]; readonly lost: readonly Group[] };
    const of = (groups: readonly Group[], id: string): Group | undefined => groups.find(({ group }) => group.accountId === id);
    const aggregated = accounts.nodes.map(({ id }) => ({
      id,
      wonAmount: Number(of(won, id)?.sum?.amount ?? 0),
      wonCount: of(won, id)?.count ?? 0,
      lostCount: of(lost, id)?.count ?? 0,
      customerSince: of(won, id)?.min?.closeDate ?? null,
    }));
    expect(accounts.nodes).toHaveLength(85);
    expect(accounts.nodes.map((account) => ({ ...account, wonAmount: Number(account.wonAmount) }))).toEqual(aggregated);
  });

  it('lets the demo people sign in', async () => {
    const { users } = (await client.graphql('{ users(first: 1, where: { name: { eq: "Darcel Schlecht" } }) { nodes { email } } }')) as {
      readonly users: { readonly nodes: readonly { readonly email: string }[] };
    };
    const email = users.nodes[0]?.email ?? '';
    const darcel = await HttpClient.signIn(server.url, { ...administrator, email });
    expect((await darcel.get('/api/v1/records/account?first=1')).status).toBe(200);
    await expect(HttpClient.signIn(server.url, { ...administrator, email, password: 'Another-One-1' })).rejects.toThrow(
      'AUTHENTICATION_FAILED',
    );
  });

  it('keeps a second server off its data folder, and says why', async () => {
    const refused = await servers.start({ settings }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartFailed);
    const { exitCode, log } = refused as StartFailed;
    expect(exitCode).toBe(1);
    expect(log).toMatch(new RegExp(`is in use by process ${server.pid} .*Stop that one first, or set DATA_DIR`));
    expect((await client.get('/readyz')).status).toBe(200);
  });
});

interface Account {
  readonly id: string;
  readonly wonAmount: number | string;
}
interface Group {
  readonly group: { readonly accountId: string | null };
  readonly count: number;
  readonly sum?: { readonly amount: string };
  readonly min?: { readonly closeDate: string };
}

/** An upload of which the first half has gone out; the answer comes once the second half has. */
function slowImport(): { readonly finish: () => void; readonly answer: Promise<Answer> } {
  const gate = Promise.withResolvers<undefined>();
  const lines = Array.from({ length: 1200 }, (_, i) => `Late ${i}\n`);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      controller.enqueue(encoder.encode(`name\n${lines.slice(0, 600).join('')}`));
      await gate.promise;
      controller.enqueue(encoder.encode(lines.slice(600).join('')));
      controller.close();
    },
  });
  const mapping = JSON.stringify({ columns: { name: { field: 'name' } } });
  return { finish: gate.resolve.bind(undefined, undefined), answer: client.import('campaign', body, { mapping }) };
}

describe('SIGTERM', () => {
  it('lets a request that is under way finish, takes no more, and ends with 0', async () => {
    const upload = slowImport();
    const isUnderWay = async (): Promise<boolean> => {
      const { campaignsAggregate } = await client.graphql('{ campaignsAggregate { count } }');
      return Number((campaignsAggregate as readonly Json[])[0]?.['count']) >= 500;
    };
    await until('the first chunk to be in', isUnderWay, 40_000);
    const ending = server.stop();
    await expect(async () => {
      for (;;) {
        await fetch(`${server.url}/healthz`, { headers: { Connection: 'close' } });
        await sleep(20);
      }
    }).rejects.toThrow('fetch failed');
    upload.finish();
    expect(await upload.answer).toMatchObject({ status: 200, json: { status: 'done', read: 1200, created: 1200, refused: 0 } });
    expect(await ending).toBe(0);
  });
});

describe('a second start', () => {
  it('keeps the data, imports nothing again, and knows its callers still', async () => {
    const first = server.readyMs;
    server = await servers.start({ settings });
    expect(server.readyMs).toBeLessThan(first);
    expect(server.output).not.toContain('sign in as');
    const same = client.at(server.url);
    expect(await figures(same)).toEqual(expected);
    expect(await same.graphql('{ campaignsAggregate { count } }')).toEqual({ campaignsAggregate: [{ count: 1200 }] });
    expect(await server.stop()).toBe(0);
  });
});

describe('a demo whose making was broken off by kill -9', () => {
  it(`is made at the next start, wherever that was (seed ${chance.seed})`, async () => {
    const broken = { DATA_DIR: await servers.folder(), DEMO_PASSWORD: password, LOG_LEVEL: 'info' };
    const pause = chance.below(700);
    await servers.startAndKill({ settings: broken }, (_log, ms) => ms > 400 + pause);
    let begun = Number.POSITIVE_INFINITY;
    const log = await servers.startAndKill({ settings: broken }, (text, ms) => {
      if (begun > ms && text.includes('making the demo tenant')) begun = ms;
      return ms > begun + 2 * pause;
    });
    expect(log).toContain('making the demo tenant');
    const again = await servers.start({ settings: broken });
    expect(await figures(await HttpClient.signIn(again.url, administrator))).toEqual(expected);
    expect(await again.stop()).toBe(0);
  });

  it('is made anew where records are in already, and kept where everybody can sign in', async () => {
    const database = await testDatabase();
    const external = { DATABASE_URL: database.url, TESSERA_SECRET: nodeSecret, DATA_DIR: await servers.folder(), DEMO_PASSWORD: password };
    await connected(database.url, async (watcher) => {
      const rows = async (table: string): Promise<number> => {
        const { rows: found } = await watcher.query<{ count: string }>(`select count(*) from t_demo.${table}`).catch(() => ({ rows: [] }));
        return Number(found[0]?.count ?? 0);
      };
      await servers.startAndKill({ settings: external }, async () => (await rows('opportunity')) > 0);
      expect(await rows('_credential')).toBe(0);
      const log = await servers.startAndKill({ settings: external }, async () => (await rows('_credential')) > 0);
      expect(log).toContain('it is made anew');
      // All at once: with one by one, a kill in between would leave people who can never sign in.
      expect(await rows('_credential')).toBe(await rows('"user"'));
    });
    const again = await servers.start({ settings: external });
    expect(again.log).not.toContain('made anew');
    expect(await figures(await HttpClient.signIn(again.url, administrator))).toEqual(expected);
    expect(await again.stop()).toBe(0);
    await database.drop();
  });
});
