import { it } from '@jest/globals';
import { random } from '../support/random.ts';
import { Chance } from './chance.ts';
import { randomConstitution } from './constitutions.ts';
import { openLab } from './lab.ts';
import { randomModel } from './models.ts';
import { randomPopulation } from './populations.ts';
import { Onlooker } from './oracle-records.ts';
import { listed } from './oracle-reads.ts';
const chanceOf = (...parts: readonly number[]): Chance =>
  new Chance(random(String(parts.reduce((all, part) => (Math.imul(all, 0x9e3779b1) + part + 1) >>> 0, 7))));
it('shows', async () => {
  const [seed, m, c, w, person] = (process.env['AT'] ?? '').split(',').map(Number) as [number, number, number, number, number];
  const sketch = randomModel(chanceOf(seed, m));
  const own = Object.keys(sketch.objects);
  const k = randomConstitution(chanceOf(seed, m, c), sketch.shapes, own);
  const p = randomPopulation(chanceOf(seed, m, c, w), sketch.shapes, own, k);
  const lab = await openLab();
  const site = await lab.site('xx', sketch);
  await site.constitute(k);
  const shares = await site.populate(p);
  const rows = await site.rows();
  const id = [...site.keys()].find(([, key]) => key === `user${person}`)![0];
  const who = new Onlooker({ ...k, shapes: sketch.shapes, rows, shares }, id);
  const client = await site.client(id);
  console.log((await client.send({ method: 'GET', path: process.env['GETPATH']! })).text.slice(0, 3000));
  for (const row of listed(who, { object: process.env['OBJ']!, filter: undefined, sort: [] })) {
    const o = rows.get(String(row.values['owner']));
    const man = rows.get(String(o?.values['manager']));
    console.log(row.id, site.keys().get(row.id), site.keys().get(o?.id ?? ''), site.keys().get(man?.id ?? ''), man?.values['active']);
  }
  await lab.close();
}, 60000);
