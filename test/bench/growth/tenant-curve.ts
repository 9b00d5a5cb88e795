// Tenants of one database, from ten on: what making one more takes, how large the catalogue is, what a start and a get cost.
import { connected } from '../../support/postgres.ts';
import { childrenOf, familyCpuMs, ownMb } from '../load/proc.ts';
import type { PeerProcess } from '../peers/process.ts';
import { syntheticPack } from '../synthetic-pack.ts';
import { measureCurve, type Curve, type Point, type Setting } from './curve.ts';
import type { Place } from './place.ts';
import { gets } from './requests.ts';
import { fillRows } from './rows.ts';
import { signedBytes, timeOf } from './server.ts';

/** With the platform's four objects 30 tables each. */
export const packOf = { objects: 26, fields: 20 } as const;
export const object = packOf.objects - 1;
export const rows = 100;

export interface Tenant {
  readonly name: string;
  readonly owner: string;
}

export interface Stage {
  readonly tenants: number;
  /** Seconds that the last took, one after the other; milliseconds of CPU of each. */
  readonly madeSeconds: number;
  readonly madeServerMs: number;
  readonly madeDatabaseMs: number;
  readonly relations: number;
  readonly catalogueMb: number;
  readonly databaseMb: number;
  /** Seconds from the start of a process to its greeting, and milliseconds to the first answers of a tenant, of another with the same Model, and again. */
  readonly startSeconds: number;
  readonly first: readonly number[];
  /** Of the largest backend, after every tenant was asked. */
  readonly backendMb: number;
}

export const stagesUpTo = (most: number): readonly number[] => [...new Set([10, 30, 100, 300, 1000].filter((n) => n < most)), most];

const pack = syntheticPack(packOf);

async function makeOne(place: Place, tenants: Tenant[]): Promise<void> {
  const name = `tenant${String(tenants.length)}`;
  const tenant: Tenant = { name, owner: await place.hands.make(name, pack) };
  await connected(place.cluster.url, (client) => fillRows(client, { tenant: name, object, owners: [tenant.owner], rows }));
  tenants.push(tenant);
}

/** The last few are timed. */
const timedTenants = 5;

async function makeUpTo(
  place: Place,
  tenants: Tenant[],
  count: number,
  tell: (line: string) => void,
): Promise<readonly [number, number, number]> {
  while (tenants.length < count - timedTenants) {
    await makeOne(place, tenants);
    if (tenants.length % 50 === 0) tell(`${String(tenants.length)} tenants`);
  }
  const before = [performance.now(), process.cpuUsage(), await familyCpuMs(place.cluster.postmaster)] as const;
  const timed = count - tenants.length;
  while (tenants.length < count) await makeOne(place, tenants);
  const { user, system } = process.cpuUsage(before[1]);
  const database = (await familyCpuMs(place.cluster.postmaster)) - before[2];
  return [(performance.now() - before[0]) / 1000 / timed, (user + system) / 1000 / timed, database / timed];
}

async function catalogue(url: string): Promise<Pick<Stage, 'relations' | 'catalogueMb' | 'databaseMb'>> {
  const { rows: found } = await connected(url, (client) =>
    client.query<Record<'relations' | 'catalogue' | 'database', string>>(
      `select (select count(*) from pg_class) as relations,
         (select sum(pg_total_relation_size(c.oid)) from pg_class c where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'r') as catalogue,
         pg_database_size(current_database()) as database`,
    ),
  );
  const [row] = found;
  return { relations: Number(row?.relations), catalogueMb: Number(row?.catalogue) / 1e6, databaseMb: Number(row?.database) / 1e6 };
}

/** Requests of all of them, in turn. */
export async function spreadOver(place: Place, server: PeerProcess, tenants: readonly Tenant[]): Promise<readonly Buffer[]> {
  const requests = gets(object, rows);
  const all: Buffer[] = [];
  for (const [i, { name, owner }] of tenants.entries()) {
    const request = requests[i % requests.length];
    if (request !== undefined) all.push(signedBytes(server, await place.hands.token(name, owner), request));
  }
  return all;
}

async function firstAnswers(place: Place, server: PeerProcess, tenants: readonly Tenant[]): Promise<readonly number[]> {
  const [request] = gets(object, rows);
  const found: number[] = [];
  for (const tenant of [tenants[0], tenants[1], tenants[1]]) {
    if (tenant === undefined || request === undefined) continue;
    found.push(await timeOf(server, await place.hands.token(tenant.name, tenant.owner), request));
  }
  return found;
}

async function largestBackend(postmaster: number): Promise<number> {
  const sizes = await Promise.all((await childrenOf(postmaster)).map(ownMb));
  return Math.max(...sizes.filter((size) => Number.isFinite(size)));
}

/** One tenant and all of them, in turn. */
async function oneAndAll(place: Place, server: PeerProcess, tenants: readonly Tenant[], setting: Setting): Promise<Curve> {
  const points: Point[] = [
    { name: 'one tenant', servers: [server], requests: await spreadOver(place, server, tenants.slice(0, 1)) },
    { name: `${String(tenants.length)} tenants in turn`, servers: [server], requests: await spreadOver(place, server, tenants) },
  ];
  return measureCurve(`${String(tenants.length)} tenants: get one by id`, points, setting);
}

async function stageOf(
  place: Place,
  tenants: Tenant[],
  count: number,
  setting: Setting,
  tell: (line: string) => void,
): Promise<{ readonly stage: Stage; readonly curve: Curve }> {
  const [madeSeconds, madeServerMs, madeDatabaseMs] = await makeUpTo(place, tenants, count, tell);
  const sizes = await catalogue(place.cluster.url);
  // What is read for the first time is read from disk.
  await (await place.start()).stop();
  const server = await place.start();
  try {
    const first = await firstAnswers(place, server, tenants);
    const curve = await oneAndAll(place, server, tenants, setting);
    const backendMb = await largestBackend(place.cluster.postmaster);
    const startSeconds = server.readyMs / 1000;
    return { stage: { tenants: count, madeSeconds, madeServerMs, madeDatabaseMs, ...sizes, startSeconds, first, backendMb }, curve };
  } finally {
    await server.stop();
  }
}

/** Makes tenants up to the most that is wanted, and looks at the database on the way. */
export async function tenantStages(
  place: Place,
  setting: Setting,
  tell: (line: string) => void,
): Promise<{ readonly tenants: readonly Tenant[]; readonly stages: readonly Stage[]; readonly curves: readonly Curve[] }> {
  const tenants: Tenant[] = [];
  const [stages, curves]: [Stage[], Curve[]] = [[], []];
  for (const count of stagesUpTo(setting.options.tenants)) {
    const { stage, curve } = await stageOf(place, tenants, count, setting, tell);
    tell(`${String(count)} tenants: the last took ${stage.madeSeconds.toFixed(1)} s each`);
    stages.push(stage);
    curves.push(curve);
  }
  return { tenants, stages, curves };
}
