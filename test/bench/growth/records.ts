// Records of an object, 10,000 to a million, and how deep a page lies: neither may cost more.
import { connected } from '../../support/postgres.ts';
import { syntheticPack } from '../synthetic-pack.ts';
import type { PeerProcess } from '../peers/process.ts';
import { measureCurve, type Curve, type Setting } from './curve.ts';
import type { Place } from './place.ts';
import { gets, graphqlPages, page, point } from './requests.ts';
import { fillRows } from './rows.ts';
import { answerOf } from './server.ts';

const tenant = 'records';

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string;
}

const depths = [2, 10, 100, 1000];

/** Cursors of pages by their number, as far as there are rows. */
async function cursors(server: PeerProcess, token: string, object: number, sort: string): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  let after: string | undefined;
  for (let next = 2; next <= Math.max(...depths); next += 1) {
    const { page: info } = (await answerOf(server, token, page(object, sort, after))) as { readonly page: PageInfo };
    if (!info.hasNextPage) break;
    after = info.endCursor;
    if (depths.includes(next)) found.set(next, after);
  }
  return found;
}

async function depth(server: PeerProcess, token: string, object: number, setting: Setting): Promise<readonly Curve[]> {
  const curves: Curve[] = [];
  for (const sort of ['-id', '-endDate,-id']) {
    const found = await cursors(server, token, object, sort);
    const points = [undefined, ...found.values()].map((after, i) => {
      const name = `page ${String([1, ...found.keys()][i] ?? 1)}`;
      return point(name, server, token, [page(object, sort, after)]);
    });
    curves.push(await measureCurve(`Page depth: fifty of the largest object by ${sort}`, points, setting, 1.25));
  }
  return curves;
}

export async function recordCurves(place: Place, setting: Setting, tell: (line: string) => void): Promise<readonly Curve[]> {
  const { scale } = setting.options;
  const sizes = [10_000, 100_000, 1_000_000].map((full) => Math.max(1_000, Math.round(full * scale)));
  // The first object has no lookups, so the others stand for the sizes; nothing of them is rolled up.
  const owner = await place.hands.make(tenant, syntheticPack({ objects: sizes.length + 1, fields: 12 }));
  await connected(place.cluster.url, async (client) => {
    for (const [i, rows] of sizes.entries()) await fillRows(client, { tenant, object: i + 1, owners: [owner], rows });
    await client.query('checkpoint');
  });
  tell(`records: ${sizes.join(', ')} rows are there`);
  const server = await place.start();
  try {
    const token = await place.hands.token(tenant, owner);
    const named = sizes.map((rows, i) => ({ name: `${rows.toLocaleString('en')} records`, rows, object: i + 1 }));
    const one = named.map(({ name, rows, object }) => point(name, server, token, gets(object, rows)));
    const pages = named.map(({ name, object }) => point(name, server, token, [page(object, '-endDate,-id')]));
    const filtered = named.map(({ name, object }) => point(name, server, token, graphqlPages(object)));
    return [
      await measureCurve('Records: get one by id', one, setting, 1.25),
      await measureCurve('Records: first page of fifty, sorted by an indexed field', pages, setting, 1.25),
      await measureCurve('Records: the same over GraphQL, below some day', filtered, setting, 1.25),
      ...(await depth(server, token, sizes.length, setting)),
    ];
  } finally {
    await server.stop();
  }
}
