// One server process, and two on the same database with half of the connections each.
import { connected } from '../../support/postgres.ts';
import { syntheticPack } from '../synthetic-pack.ts';
import type { PeerProcess } from '../peers/process.ts';
import { measureCurve, type Curve, type Point, type Setting } from './curve.ts';
import type { Place } from './place.ts';
import { create, gets, page } from './requests.ts';
import { fillRows } from './rows.ts';
import { signedBytes } from './server.ts';
import type { HttpRequest } from '../workloads/workload.ts';

const tenant = 'nodes';
const rows = 10_000;
const object = 3;

export async function nodeCurves(place: Place, setting: Setting): Promise<readonly Curve[]> {
  const owner = await place.hands.make(tenant, syntheticPack({ objects: 4, fields: 12 }));
  await connected(place.cluster.url, (client) => fillRows(client, { tenant, object, owners: [owner], rows }));
  const servers: PeerProcess[] = [];
  try {
    for (let i = 0; i < 2; i += 1) servers.push(await place.start());
    const token = await place.hands.token(tenant, owner);
    const points = (requests: readonly HttpRequest[]): readonly Point[] =>
      [1, 2].map((count) => {
        const taking = servers.slice(0, count);
        const [first] = taking;
        if (first === undefined) throw new TypeError('No server runs.');
        // Host headers are of the first; nobody looks at them.
        return {
          name: `${String(count)} of 2 processes`,
          servers: taking,
          requests: requests.map((request) => signedBytes(first, token, request)),
        };
      });
    return [
      await measureCurve('Nodes: get one by id', points(gets(object, rows)), setting),
      await measureCurve('Nodes: page of fifty', points([page(object, '-endDate,-id')]), setting),
      await measureCurve('Nodes: create', points([create(object, { name: 'New', state: 'open', amount: 12 })]), setting),
    ];
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
