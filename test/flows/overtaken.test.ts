// Whoever makes people changes what is in force for everybody: requests that are overtaken by it are done all the same.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

let scene: AccessScene;
let rep: Person;
beforeAll(async () => {
  scene = await accessScene();
  rep = await scene.person('rep', { roles: ['rep'] });
});
afterAll(() => scene.close());

const all = <T>(count: number, work: (i: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));

it('all who are made at once are made, and all that is written and read meanwhile is', async () => {
  const people = all(64, (i) => scene.acme.create('user', { name: `P${String(i)}`, email: `p${String(i)}@acme.example` }));
  const tags = all(64, (i) => rep.create('tag', { name: `T${String(i)}` }));
  const reads = all(64, () => rep.sees('account'));
  const groups = [await people, await tags];
  await reads;
  expect(groups.map((ids) => new Set(ids).size)).toEqual([64, 64]);
  expect(await rep.sees('tag')).toHaveLength(64);
});

it('mistakes in the middle of it are answered as mistakes', async () => {
  const made = all(16, (i) => scene.acme.create('user', { name: `Q${String(i)}`, email: `q${String(i)}@acme.example` }));
  const same = Promise.allSettled(
    Array.from({ length: 16 }, () => scene.acme.create('user', { name: 'Twin', email: 'twin@acme.example' })),
  );
  await made;
  const codes = (await same).map((each) => (each.status === 'fulfilled' ? 'made' : (each.reason as { readonly code: string }).code));
  expect(codes.toSorted()).toEqual([...Array.from({ length: 15 }, () => 'RECORD_NOT_UNIQUE'), 'made'].toSorted());
});

it('a request that is wrong is told so by what is wrong with it, however often people change meanwhile', async () => {
  const over = new AbortController();
  const changing = (async () => {
    for (let i = 0; !over.signal.aborted; i += 1)
      await scene.acme.update('user', rep.id, { title: 'x', active: true, roles: i % 2 === 0 ? ['rep', 'reader'] : ['rep'] });
  })();
  const codes = await all(40, async (i) => {
    const wrong = i % 2 === 0 ? rep.create('account', { region: 'north' }) : rep.update('account', crypto.randomUUID(), { region: 'x' });
    return wrong.then(
      () => 'done',
      (error: unknown) => (error as { readonly code: string }).code,
    );
  }).finally(() => {
    over.abort();
  });
  await changing;
  expect(new Set(codes)).toEqual(new Set(['VALUE_REQUIRED', 'RECORD_NOT_FOUND']));
});
