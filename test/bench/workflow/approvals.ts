// Approvals a second of one node, begun and decided one by one and many at once, beside bare inserts of the rows that are left of them.
import { tenantSchema } from '@tessera/storage';
import type pg from 'pg';
import { connected } from '../../support/postgres.ts';
import type { Place } from '../growth/place.ts';
import { answerOf } from '../growth/server.ts';
import type { PeerProcess } from '../peers/process.ts';
import { approvingPack, objectName, voter } from './packs.ts';
import type { Speed } from './throughput.ts';

/** Requests under way, or connections of bare inserts. */
const atOnce = 4;
/** Of an approval: it is begun, and two people decide. */
const commits = 3;

const bare = 'bare_approvals';
/** What an approval leaves behind, by the column that names the record. */
const tables = [
  [objectName, 'id'],
  ['_approval', 'record_id'],
  [`${objectName}_approval`, 'record_id'],
  [`${objectName}_approval_decision`, 'record_id'],
  ['approval_task', 'about_id'],
  ['notification', 'about_id'],
  ['_share', 'record_id'],
  ['_history', 'record_id'],
] as const;

/** A tenant whose new records wait for its voters. */
interface Office {
  readonly server: PeerProcess;
  readonly client: pg.Client;
  readonly schema: string;
  readonly submitter: string;
  readonly voters: readonly string[];
}

type Post = readonly [path: string, body: Readonly<Record<string, unknown>>];

const post = ({ server }: Office, token: string, [path, body]: Post): Promise<unknown> =>
  answerOf(server, token, { method: 'POST', path: `/api/v1/${path}`, body });

/** Does all of them, so many at once; gives the seconds that it took. */
async function secondsOf<T>(all: readonly T[], lanes: number, work: (one: T, lane: number) => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (const one of all.filter((_one, i) => i % lanes === lane)) await work(one, lane);
    }),
  );
  return (performance.now() - since) / 1_000;
}

async function openOffice(place: Place, client: pg.Client): Promise<Office> {
  const pack = approvingPack();
  const tenant = pack.name;
  const submitter = await place.hands.token(tenant, await place.hands.make(tenant, pack));
  // Nothing is done by the way.
  const server = await place.start({ settings: { WORKERS: 'off' } });
  const office = { server, client, schema: tenantSchema(tenant), submitter };
  const voters: string[] = [];
  for (const name of ['first', 'second']) {
    const person = { name, email: `${name}@bench.example`, active: true, roles: [voter] };
    const { id } = (await post({ ...office, voters }, submitter, ['records/user?fields=id', person])) as { readonly id: string };
    voters.push(await place.hands.token(tenant, id));
  }
  return { ...office, voters };
}

const things = (count: number): readonly Readonly<Record<string, unknown>>[] =>
  Array.from({ length: count }, (_, n) => ({ name: 'Thing', amount: n }));

/** Approvals that have been begun and are not over. */
async function running({ client, schema }: Office): Promise<readonly string[]> {
  const { rows } = await client.query<{ readonly id: string }>(`select id from ${schema}._approval where status = 'running' order by id`);
  return rows.map(({ id }) => id);
}

/** Throws where what was measured has not been done. */
async function checkDone({ client, schema }: Office, wanted: number): Promise<void> {
  const { rows } = await client.query(
    `select 1 from ${schema}._approval a join ${schema}.${objectName} t on t.id = a.record_id
     where a.status = 'approved' and t.life_status = 'normal' and t.locked_by_id is null`,
  );
  if (rows.length !== wanted) throw new Error(`${String(rows.length)} approvals are over instead of ${String(wanted)}.`);
}

async function oneByOne(office: Office, approvals: number): Promise<number> {
  const begun = await secondsOf(things(approvals), atOnce, (thing) =>
    post(office, office.submitter, [`records/${objectName}?fields=id`, thing]),
  );
  const decided = await secondsOf(await running(office), atOnce, async (id) => {
    for (const person of office.voters) await post(office, person, [`approvals/${id}/approve`, {}]);
  });
  return begun + decided;
}

const chunks = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

/** Seconds that beginning takes, and deciding. */
async function manyAtOnce(office: Office, approvals: number, batch: number): Promise<readonly [begun: number, decided: number]> {
  const bulks = chunks(things(approvals), batch);
  const begun = await secondsOf(bulks, 1, (records) =>
    post(office, office.submitter, [`records/${objectName}/bulk`, { action: 'create', records }]),
  );
  const all = (await running(office)).map((approval) => ({ approval }));
  let decided = 0;
  for (const person of office.voters) {
    decided += await secondsOf(chunks(all, batch), 1, async (items) => {
      const answer = await post(office, person, ['approvals/batch', { action: 'approve', items }]);
      const { results } = answer as { readonly results: readonly { readonly ok: boolean }[] };
      if (!results.every(({ ok }) => ok)) throw new Error(`Not all were decided: ${JSON.stringify(results.find(({ ok }) => !ok))}`);
    });
  }
  return [begun, decided];
}

type BareRow = readonly [table: string, row: unknown];

/** Makes empty tables like those of the tenant; gives for each record the rows that are to be written, one commit after the other. */
async function bareRows({ client, schema }: Office): Promise<readonly (readonly (readonly BareRow[])[])[]> {
  const byRecord = new Map<string, BareRow[]>();
  await client.query(`create schema ${bare}`);
  for (const [table, column] of tables) {
    await client.query(`create table ${bare}.${table} (like ${schema}.${table} including all excluding generated excluding identity)`);
    const { rows } = await client.query<{ readonly record: string; readonly row: unknown }>(
      `select t.${column}::text as record, to_json(t) as row from ${schema}.${table} t where exists (
         select from ${schema}.${objectName} o where o.id::text = t.${column}::text)`,
    );
    for (const { record, row } of rows) byRecord.set(record, [...(byRecord.get(record) ?? []), [table, row]]);
  }
  return [...byRecord.values()].map((rows) => chunks(rows, Math.ceil(rows.length / commits)));
}

async function commit(client: pg.Client, rows: readonly BareRow[]): Promise<void> {
  await client.query('begin');
  for (const [table, some] of Map.groupBy(rows, ([name]) => name)) {
    await client.query({
      name: table,
      text: `insert into ${bare}.${table} select * from json_populate_recordset(null::${bare}.${table}, $1)`,
      values: [JSON.stringify(some.map(([, row]) => row))],
    });
  }
  await client.query('commit');
}

async function bareInserts(office: Office, url: string): Promise<number> {
  const all = await bareRows(office);
  const lane = (at: number): Promise<unknown> =>
    connected(url, async (client) => {
      for (const approval of all.filter((_, i) => i % atOnce === at)) for (const rows of approval) await commit(client, rows);
    });
  return secondsOf(
    Array.from({ length: atOnce }, (_, at) => at),
    atOnce,
    lane,
  );
}

/** @param wanted how many, a multiple of how many are begun or decided by one request */
export function approvalSpeeds(
  place: Place,
  { approvals, batch }: { readonly approvals: number; readonly batch: number },
  tell: (line: string) => void,
): Promise<readonly Speed[]> {
  const { url } = place.cluster;
  return connected(url, async (client) => {
    const office = await openOffice(place, client);
    try {
      const alone = await oneByOne(office, approvals);
      await checkDone(office, approvals);
      const floor = await bareInserts(office, url);
      const [begun, decided] = await manyAtOnce(office, approvals, batch);
      await checkDone(office, 2 * approvals);
      const seconds: readonly (readonly [string, number])[] = [
        ['bare inserts of their rows', floor],
        ['begun and decided by two, one by one', alone],
        [`begun in bulks of ${String(batch)}, decided by two in batches of ${String(batch)}`, begun + decided],
        [`of which begun in bulks of ${String(batch)}`, begun],
        [`of which decided by two in batches of ${String(batch)}`, decided],
      ];
      const found = seconds.map(([name, took]): Speed => ({ name, perSecond: approvals / took }));
      for (const { name, perSecond } of found) tell(`approvals, ${name}: ${perSecond.toFixed(0)} a second`);
      return found;
    } finally {
      await office.server.stop();
    }
  });
}
