// Notifications as their receivers have them over HTTP: listed, subscribed to, marked as read, nobody else's, and gone in the end.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Administration } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';
import { events } from './events-scene.ts';
import { clientOf } from './server-scene.ts';

const day = 86_400_000;
const R = '/api/v1/records/notification';

const told = {
  'templates/told.json': { name: 'told', object: 'account', inApp: { subject: { en: 'Account {{ name }}' } } },
  'automations/tell.json': {
    name: 'tell',
    object: 'account',
    runAs: 'system',
    trigger: { type: 'record', on: ['create'] },
    steps: { tell: { type: 'notify', to: { patron: { field: 'patron' } }, template: 'told' } },
  },
};

let scene: AccessScene;
let ann: Person;
let bob: Person;
/** Ann's manager. */
let chief: Person;

beforeAll(async () => {
  scene = await accessScene(told);
  chief = await scene.person('chief');
  ann = await scene.person('ann', { manager: chief.id });
  bob = await scene.person('bob');
});
afterAll(() => scene.close());

beforeEach(async () => {
  scene.clock.ahead = 0;
  await scene.sql(`delete from ${scene.acme.schema}.notification`);
  await scene.sql(`delete from ${scene.acme.schema}._share`);
});

/** Tells somebody of an account. */
async function tell(person: Person, name = 'Globex'): Promise<void> {
  await scene.acme.create('account', { name, patron: person.id, owner: person.id });
  await scene.engine.drain('acme');
}

async function only(person: Person): Promise<string> {
  const [id = ''] = await person.sees('notification');
  return id;
}

const unread = async (person: Person): Promise<readonly unknown[]> => {
  const filter = encodeURIComponent(JSON.stringify({ '==': [{ var: 'readAt' }, null] }));
  const { json } = await person.http.get(`${R}?fields=name&filter=${filter}`);
  return (json['records'] as readonly { readonly name: unknown }[]).map(({ name }) => name);
};

describe('a notification', () => {
  it('is seen by its receiver, and by nobody beside or above', async () => {
    await tell(ann);
    expect(await unread(ann)).toEqual(['Account Globex']);
    expect(await unread(bob)).toEqual([]);
    expect(await unread(chief)).toEqual([]);
    const id = await only(ann);
    expect((await bob.http.get(`${R}/${id}`)).status).toBe(404);
    const { notifications } = await ann.http.graphql('{ notifications { nodes { name receiver { name } aboutObject link readAt } } }');
    expect(notifications).toEqual({
      nodes: [
        {
          name: 'Account Globex',
          receiver: { name: 'ann' },
          aboutObject: 'account',
          link: expect.stringMatching(/^\/records\/account\//) as unknown,
          readAt: null,
        },
      ],
    });
  });

  it('comes to its receiver’s subscription, and to no other', async () => {
    const hears = (person: Person) =>
      events(clientOf(scene.url, 'acme', person.http.token), 'subscription { notificationChanged { change record { name } } }');
    const [his, hers] = [await hears(bob), await hears(ann)];
    await tell(ann, 'Initech');
    await tell(bob, 'Hooli');
    const event = (name: string): unknown => ({ notificationChanged: { change: 'created', record: { name: `Account ${name}` } } });
    expect(await hers.next()).toEqual(event('Initech'));
    expect(await his.next()).toEqual(event('Hooli'));
    his.close();
    hers.close();
  });

  it('is marked as read by its receiver, over either surface, and by nobody else', async () => {
    await tell(ann);
    await tell(ann, 'Initech');
    const [first, second] = await ann.sees('notification');
    const readAt = '2026-05-20T10:00:00.000Z';
    expect((await bob.http.patch(`${R}/${String(first)}`, { readAt })).status).toBe(404);
    expect((await ann.http.patch(`${R}/${String(first)}`, { readAt })).status).toBe(200);
    const { updateNotification } = await ann.http.graphql(
      `mutation { updateNotification(id: "${String(second)}", input: { readAt: "${readAt}" }) { readAt } }`,
    );
    expect(updateNotification).toEqual({ readAt });
    expect(await unread(ann)).toEqual([]);
  });

  it('is not changed, not even by administrators; callers neither make nor remove any', async () => {
    await tell(ann);
    const id = await only(ann);
    expect((await ann.http.patch(`${R}/${id}`, { name: 'x' })).json['code']).toBe('FIELD_READ_ONLY');
    expect((await scene.admin.http.patch(`${R}/${id}`, { name: 'x' })).json['code']).toBe('VALIDATION_FAILED');
    expect((await ann.http.post(R, { name: 'x', receiver: bob.id })).json['code']).toBe('PERMISSION_DENIED');
    expect((await ann.http.call('DELETE', `${R}/${id}`)).json['code']).toBe('PERMISSION_DENIED');
    expect(await unread(ann)).toEqual(['Account Globex']);
  });
});

describe('all notifications', () => {
  it('of a person are marked as read at once; those of others stay as they are', async () => {
    for (let i = 0; i < 3; i += 1) await tell(ann, `A${String(i)}`);
    await tell(bob);
    // More than one transaction takes.
    await scene.sql(
      `
      with made as (
        insert into ${scene.acme.schema}.notification (id, name, receiver_id, created_at, updated_at, version, life_status)
        select gen_random_uuid(), 'n' || n, $1, now(), now(), 1, 'normal' from generate_series(1, 1000) n returning id)
      insert into ${scene.acme.schema}._share (id, object, record_id, subject, access, origin, team_role, created_at)
      select gen_random_uuid(), 'notification', id, 'user:' || $1::text, 'edit', 'team', 'receiver', now() from made`,
      [ann.id],
    );
    expect(await ann.http.post('/api/v1/notifications/read', {})).toMatchObject({ status: 200, json: { marked: 1003 } });
    expect(await unread(ann)).toEqual([]);
    expect(await unread(bob)).toEqual(['Account Globex']);
    expect((await ann.http.call('POST', '/api/v1/notifications/read')).json).toEqual({ marked: 0 });
  });

  it('that were read long ago go with the upkeep, shares and all', async () => {
    for (const name of ['old', 'never read', 'fresh']) await tell(ann, name);
    const read = `update ${scene.acme.schema}.notification set read_at = $1 where name = $2`;
    await scene.sql(read, [new Date(Date.now()).toISOString(), 'Account old']);
    await scene.sql(read, [new Date(Date.now() + 30 * day).toISOString(), 'Account fresh']);
    const secret = 'a secret of these tests, long enough';
    const administration = new Administration({ cell: scene.cell, log: silentLogger, secret, clock: scene.clock });
    expect(await administration.upkeep.trimNotifications()).toBe(0);
    scene.clock.ahead = 91 * day;
    expect(await administration.upkeep.trimNotifications()).toBe(1);
    const left = await scene.sql(`select name from ${scene.acme.schema}.notification order by name`);
    expect(left.map(({ name }) => name)).toEqual(['Account fresh', 'Account never read']);
    expect(await scene.sql(`select 1 from ${scene.acme.schema}._share where object = 'notification'`)).toHaveLength(2);
  });
});
