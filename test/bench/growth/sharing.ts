// Sharing rules on an object, none to fifty, for somebody whom they open records to, and who owns every other record.
import { connected } from '../../support/postgres.ts';
import { sharedWith, syntheticPack } from '../synthetic-pack.ts';
import { measureCurve, type Curve, type Point, type Setting } from './curve.ts';
import type { Place } from './place.ts';
import { gets, page, point } from './requests.ts';
import { addPerson, fillRows } from './rows.ts';

const rows = 10_000;
/** Rules stand on the first object, which is private. */
const object = 0;

export async function sharingCurves(place: Place, setting: Setting): Promise<readonly Curve[]> {
  const people: { name: string; tenant: string; person: string }[] = [];
  for (const rules of [0, 10, 50]) {
    const tenant = `rules${String(rules)}`;
    const owner = await place.hands.make(tenant, syntheticPack({ objects: 2, fields: 12, sharingRules: rules }));
    await connected(place.cluster.url, async (client) => {
      const person = await addPerson(client, tenant, sharedWith);
      await fillRows(client, { tenant, object, owners: [person, owner], rows });
      people.push({ name: `${String(rules)} rules`, tenant, person });
    });
  }
  const server = await place.start();
  try {
    const [one, pages]: [Point[], Point[]] = [[], []];
    for (const { name, tenant, person } of people) {
      const token = await place.hands.token(tenant, person);
      pages.push(point(name, server, token, [page(object, '-endDate,-id')]));
      one.push(point(name, server, token, gets(object, rows, 2)));
    }
    return [
      await measureCurve('Sharing rules: page of fifty for somebody whom they concern', pages, setting),
      await measureCurve('Sharing rules: get one by id', one, setting),
    ];
  } finally {
    await server.stop();
  }
}
