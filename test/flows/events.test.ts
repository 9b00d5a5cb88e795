// Who subscribes hears from then on, before the first event is asked for.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';
import { events } from './events-scene.ts';
import { clientOf } from './server-scene.ts';

let scene: AccessScene;
let ann: Person;
beforeAll(async () => {
  scene = await accessScene();
  ann = await scene.person('ann', { roles: ['rep'] });
});
afterAll(() => scene.close());

it('what is written between the call and the first look is heard, in its order', async () => {
  const over = new AbortController();
  const stream = scene.engine.events(scene.admin.context(), { object: 'account', selections: [] }, over.signal);
  const written: string[] = [];
  for (const name of ['One', 'Two', 'Three']) written.push(await scene.acme.create('account', { name }));
  const heard: string[] = [];
  for await (const { id } of stream) if (heard.push(id) === written.length) break;
  over.abort();
  expect(heard).toEqual(written);
});

it('a stream lasts for callers whose keys end in months', async () => {
  const over = new AbortController();
  const context = { ...scene.admin.context(), expiresAt: Date.now() + 90 * 86_400_000 };
  const stream = scene.engine.events(context, { object: 'account', selections: [] }, over.signal)[Symbol.asyncIterator]();
  for (const name of ['Early', 'Late']) {
    const id = await scene.acme.create('account', { name });
    expect((await stream.next()).value).toMatchObject({ id });
  }
  over.abort();
});

it('a stream of events has begun when its answer has: nothing that is written then is missed', async () => {
  for (let round = 0; round < 20; round += 1) {
    const heard = await events(clientOf(scene.url, 'acme', ann.http.token), 'subscription { tagChanged { record { name } } }');
    await ann.create('tag', { name: `T${String(round)}` });
    expect(await heard.next()).toEqual({ tagChanged: { record: { name: `T${String(round)}` } } });
    heard.close();
  }
});
