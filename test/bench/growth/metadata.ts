// Objects of a tenant and fields of an object, 10 to 500: a request pays for what it touches.
import { connected } from '../../support/postgres.ts';
import { syntheticPack, type PackSize } from '../synthetic-pack.ts';
import type { PeerProcess } from '../peers/process.ts';
import { measureCurve, type Curve, type Point, type Setting } from './curve.ts';
import type { Place } from './place.ts';
import { create, gets, graphqlPages, page, point } from './requests.ts';
import { fillRows } from './rows.ts';
import { timeOf } from './server.ts';

const rows = 10_000;

interface Made {
  readonly name: string;
  readonly size: PackSize;
  readonly tenant: string;
  readonly owner: string;
  /** Nothing is rolled up from or to the last object. */
  readonly object: number;
}

export interface MetadataCurves {
  readonly curves: readonly Curve[];
  /** Sizes with seconds of creation and milliseconds of first answers. */
  readonly firsts: readonly (readonly string[])[];
}

async function make(place: Place, name: string, size: PackSize): Promise<{ readonly made: Made; readonly seconds: number }> {
  const tenant = `of${name.replaceAll(/\W/g, '')}`;
  const since = performance.now();
  const owner = await place.hands.make(tenant, syntheticPack(size));
  const seconds = (performance.now() - since) / 1000;
  const object = size.objects - 1;
  await connected(place.cluster.url, (client) => fillRows(client, { tenant, object, owners: [owner], rows }));
  return { made: { name, size, tenant, owner, object }, seconds };
}

/** The first answer of a tenant compiles its Model, the first one of GraphQL its schema. */
async function firstAnswers(place: Place, server: PeerProcess, made: Made): Promise<readonly string[]> {
  const token = await place.hands.token(made.tenant, made.owner);
  const [one] = gets(made.object, rows);
  const [other] = graphqlPages(made.object);
  if (one === undefined || other === undefined) return [];
  return [await timeOf(server, token, one), await timeOf(server, token, other), await timeOf(server, token, one)].map((ms) =>
    ms.toFixed(0),
  );
}

/** All tenants on one server. */
async function measureAll(
  place: Place,
  sizes: Readonly<Record<string, PackSize>>,
  curvesOf: (points: (requests: (made: Made) => Parameters<typeof point>[3]) => Promise<readonly Point[]>) => Promise<readonly Curve[]>,
): Promise<MetadataCurves> {
  const all: Made[] = [];
  const firsts: (readonly string[])[] = [];
  const created: number[] = [];
  for (const [name, size] of Object.entries(sizes)) {
    const { made, seconds } = await make(place, name, size);
    all.push(made);
    created.push(seconds);
  }
  const server = await place.start();
  try {
    // Somebody else's first answer warms up what all tenants share.
    const [warmUp] = all;
    if (warmUp !== undefined) await firstAnswers(place, server, warmUp);
    for (const [i, made] of all.entries())
      firsts.push([made.name, (created[i] ?? Number.NaN).toFixed(1), ...(await firstAnswers(place, server, made))]);
    const points: Parameters<typeof curvesOf>[0] = async (requests) => {
      const found: Point[] = [];
      for (const made of all) found.push(point(made.name, server, await place.hands.token(made.tenant, made.owner), requests(made)));
      return found;
    };
    return { curves: await curvesOf(points), firsts };
  } finally {
    await server.stop();
  }
}

export function objectCurves(place: Place, setting: Setting): Promise<MetadataCurves> {
  const sizes = Object.fromEntries([10, 30, 100, 500].map((objects) => [`${String(objects)} objects`, { objects, fields: 15 }]));
  return measureAll(place, sizes, async (points) => [
    await measureCurve('Objects of a tenant: get one by id', await points(({ object }) => gets(object, rows)), setting, 1.25),
    await measureCurve(
      'Objects of a tenant: page of fifty over GraphQL',
      await points(({ object }) => graphqlPages(object)),
      setting,
      1.25,
    ),
  ]);
}

export function fieldCurves(place: Place, setting: Setting): Promise<MetadataCurves> {
  const sizes = Object.fromEntries([10, 50, 200, 500].map((fields) => [`${String(fields)} fields`, { objects: 3, fields }]));
  return measureAll(place, sizes, async (points) => [
    await measureCurve('Fields of an object: get one by id, nine fields', await points(({ object }) => gets(object, rows)), setting, 1.25),
    await measureCurve(
      'Fields of an object: page of fifty, nine fields',
      await points(({ object }) => [page(object, '-endDate,-id')]),
      setting,
      1.25,
    ),
    await measureCurve(
      'Fields of an object: create a record with three values',
      await points(({ object }) => [create(object, { name: 'New', state: 'open', amount: 12 })]),
      setting,
    ),
  ]);
}
