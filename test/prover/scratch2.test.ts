import { it } from '@jest/globals';
import { random } from '../support/random.ts';
import { Chance } from './chance.ts';
import { randomConstitution } from './constitutions.ts';
import { randomModel } from './models.ts';
import { randomPopulation } from './populations.ts';
const chanceOf = (...parts: readonly number[]): Chance =>
  new Chance(random(String(parts.reduce((all, part) => (Math.imul(all, 0x9e3779b1) + part + 1) >>> 0, 7))));
it('shows', () => {
  const [seed, m, c, w, person] = (process.env['AT'] ?? '').split(',').map(Number) as [number, number, number, number, number];
  const sketch = randomModel(chanceOf(seed, m));
  const own = Object.keys(sketch.objects);
  const k = randomConstitution(chanceOf(seed, m, c), sketch.shapes, own);
  const p = randomPopulation(chanceOf(seed, m, c, w), sketch.shapes, own, k);
  const u = p.updates[0]!.entries.find((e) => e.key === `user${person}`)!;
  console.log(JSON.stringify(u));
  const names = [...(u.values['roles'] as string[]), ...(u.values['permissionSets'] as string[])];
  for (const s of k.sets) if (s.everyone || names.includes(s.name)) console.log(JSON.stringify(s, null, 0));
  const f = process.env['OBJ'];
  if (f) console.log(JSON.stringify(sketch.objects[f], null, 0));
  if (f) console.log(JSON.stringify([k.rules.filter((r) => r.object === f), k.departmentHeads]));
});
it('people', () => {
  const [seed, m, c, w] = (process.env['AT'] ?? '').split(',').map(Number) as [number, number, number, number, number];
  const sketch = randomModel(chanceOf(seed, m));
  const own = Object.keys(sketch.objects);
  const k = randomConstitution(chanceOf(seed, m, c), sketch.shapes, own);
  const p = randomPopulation(chanceOf(seed, m, c, w), sketch.shapes, own, k);
  const f = process.env['REC'];
  console.log('REC', JSON.stringify(p.updates[0]!.entries));
  console.log('REC', JSON.stringify(p.creates.filter((x) => x.object === 'department').map((x) => x.entries)));
  console.log('REC', JSON.stringify(p.creates.flatMap((x) => x.entries).filter((x) => x.key === f)));
  console.log('REC', JSON.stringify(p.updates.flatMap((x) => x.entries).filter((x) => x.key === f)));
  console.log('REC', JSON.stringify(p.shares.filter((x) => x.record === f)));
  console.log('REC', JSON.stringify(p.creates.filter((x) => x.object === 'userGroupMember').map((x) => x.entries.map((e) => e.key))));
});
