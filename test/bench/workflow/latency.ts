// What automations on an object cost those who write its records: an update with none, a few and many of them.
import { connected } from '../../support/postgres.ts';
import { tenantSchema } from '@tessera/storage';
import type { Layer } from '@tessera/metadata';
import { measureCurve, type Curve, type Point, type Setting } from '../growth/curve.ts';
import type { Place } from '../growth/place.ts';
import { point } from '../growth/requests.ts';
import { recordId } from '../growth/rows.ts';
import type { PeerProcess } from '../peers/process.ts';
import type { HttpRequest } from '../workloads/workload.ts';
import { objectName, settingPack, startingPack } from './packs.ts';

const counts = [0, 5, 20];
const [rows, requests] = [100, 2_000];

/** What a record gets is never what it has: an update that changes nothing starts nothing. */
const update = (n: number): HttpRequest => ({
  method: 'PATCH',
  path: `/api/v1/records/${objectName}/${recordId(1 + (n % rows))}?fields=id`,
  body: { amount: n },
});

async function pointOf(place: Place, server: PeerProcess, name: string, pack: Layer): Promise<Point> {
  const tenant = pack.name;
  const owner = await place.hands.make(tenant, pack);
  await connected(place.cluster.url, (client) =>
    client.query(
      `insert into ${tenantSchema(tenant)}.${objectName} (id, name, created_at, updated_at, version, life_status, owner_id, amount)
       select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Thing ' || n, now(), now(), 1, 'normal', $1, 0
         from generate_series(1::bigint, $2::bigint) n`,
      [owner, rows],
    ),
  );
  return point(
    name,
    server,
    await place.hands.token(tenant, owner),
    Array.from({ length: requests }, (_, n) => update(n)),
  );
}

/** Throws where the updates have not done what was measured. */
async function checkDone(place: Place): Promise<void> {
  const most = Math.max(...counts);
  const started = tenantSchema(startingPack(most).name);
  const set = `${tenantSchema(settingPack(most).name)}.${objectName}`;
  const statement = `select (select count(*) from ${started}._run) as runs,
    (select sum(version - 1) from ${started}.${objectName}) * ${String(most)} as wanted,
    (select count(*) from ${set} where value${String(most - 1)} is distinct from amount + ${String(most - 1)}) as unset`;
  const { rows: found } = await connected(place.cluster.url, (client) => client.query<Readonly<Record<string, unknown>>>(statement));
  const { runs, wanted, unset } = found[0] ?? {};
  if (Number(runs) === 0 || Number(runs) !== Number(wanted) || Number(unset) !== 0)
    throw new Error(
      `There are ${String(runs)} runs instead of ${String(wanted)}, and ${String(unset)} records without what was to be set.`,
    );
}

/** The server does no jobs meanwhile, and one request is under way at a time. */
export async function latencyCurves(place: Place, setting: Setting): Promise<readonly Curve[]> {
  const server = await place.start({ settings: { WORKERS: 'off' } });
  const alone: Setting = { ...setting, options: { ...setting.options, connections: 1 } };
  const curveOf = async (title: string, packOf: (automations: number) => Layer): Promise<Curve> => {
    const points: Point[] = [];
    for (const count of counts) points.push(await pointOf(place, server, `${String(count)} automations`, packOf(count)));
    return measureCurve(title, points, alone);
  };
  try {
    const curves = [
      await curveOf('An update that starts runs', startingPack),
      await curveOf('An update that has fields set before it is saved', settingPack),
    ];
    await checkDone(place);
    return curves;
  } finally {
    await server.stop();
  }
}
