// Somebody who may do everything is always left; and nobody becomes such a one by themselves.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failureOf, refusals } from '../support/failures.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

let scene: AccessScene;
/** May change people, roles aside. */
let clerk: Person;
beforeAll(async () => {
  scene = await accessScene();
  clerk = await scene.person('clerk', { permissionSets: ['people'] });
});
afterAll(() => scene.close());

const change = (by: Person, id: string, values: object): Promise<unknown> =>
  by.run('records.update', { object: 'user', records: [{ id, values: { ...values } }] });
const role = { administrator: ['administrator'], none: [] as string[] };

describe('the last administrator', () => {
  it.each([
    ['gives the role away', { roles: role.none }],
    ['gives the role up for another', { roles: ['rep'] }],
    ['leaves', { active: false }],
  ])('is kept where somebody %s', async (_, values) => {
    const { admin } = scene;
    expect(await failureOf(change(admin, admin.id, values))).toMatchObject({ code: 'LAST_ADMINISTRATOR', status: 409 });
    expect((await admin.http.patch(`/api/v1/records/user/${admin.id}`, values)).json).toMatchObject({ code: 'LAST_ADMINISTRATOR' });
    expect(await admin.read('user', admin.id, 'active', 'roles')).toEqual({ active: true, roles: role.administrator });
  });

  it('is kept in bulk, by import, and by whoever may change people', async () => {
    const { admin } = scene;
    const records = [
      { id: clerk.id, values: { title: 'Clerk' } },
      { id: admin.id, values: { active: false } },
    ];
    expect(await failureOf(admin.run('records.update', { object: 'user', allOrNone: false, records }))).toMatchObject({
      code: 'LAST_ADMINISTRATOR',
    });
    expect(await admin.read('user', clerk.id, 'title')).toEqual({ title: null });
    await scene.acme.update('user', admin.id, { owner: clerk.id });
    expect(await failureOf(change(clerk, admin.id, { active: false }))).toMatchObject({ code: 'LAST_ADMINISTRATOR' });
    const content = (async function* () {
      yield await Promise.resolve(Buffer.from('email,active\nadmin@acme.example,false\n'));
    })();
    const mapping = { columns: { email: { field: 'email' }, active: { field: 'active' } } };
    await admin.run('records.import', { object: 'user', mapping, by: 'email', content }).catch(() => undefined);
    expect(await admin.read('user', admin.id, 'active')).toEqual({ active: true });
    expect(await failureOf(admin.run('users.deactivate', { user: admin.id }))).toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('is nobody who is inactive, or whose role is none any more', async () => {
    const asleep = await scene.person('asleep', { roles: role.administrator, active: true });
    await change(scene.admin, asleep.id, { active: false });
    expect(await failureOf(change(scene.admin, scene.admin.id, { roles: role.none }))).toMatchObject({ code: 'LAST_ADMINISTRATOR' });
  });

  it('is not taken by two at once who take each other’s role', async () => {
    const two = await scene.person('two', { roles: role.administrator });
    for (let round = 0; round < 5; round += 1) {
      const outcomes = await Promise.allSettled([
        change(scene.admin, two.id, { roles: role.none }),
        change(two, scene.admin.id, { roles: role.none }),
      ]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const people = await scene.sql(`select id from ${scene.acme.schema}."user" where 'administrator' = any(roles) and active`);
      expect(people).toHaveLength(1);
      const [left, lost] = people[0]?.['id'] === two.id ? [two, scene.admin] : [scene.admin, two];
      await change(left, lost.id, { roles: role.administrator });
    }
  });

  it('may go once there is another', async () => {
    const next = await scene.person('next', { roles: role.administrator });
    await change(next, scene.admin.id, { active: false });
    expect(await next.read('user', scene.admin.id, 'active')).toEqual({ active: false });
    expect(await failureOf(scene.admin.sees('account'))).toMatchObject({ code: 'TOKEN_INVALID' });
    await change(next, scene.admin.id, { active: true });
  });
});

describe('roles and permission sets', () => {
  it('are given by administrators only, however much else one may change', async () => {
    await scene.acme.update('user', clerk.id, { owner: clerk.id });
    await change(clerk, clerk.id, { title: 'Chief clerk' });
    for (const field of ['roles', 'permissionSets']) {
      expect(await refusals(change(clerk, clerk.id, { [field]: role.administrator }))).toContainEqual({
        code: 'FIELD_READ_ONLY',
        pointer: `/${field}`,
      });
      const create = clerk.create('user', { name: 'n', email: 'n@acme.example', [field]: role.administrator });
      expect(await refusals(create)).toContainEqual({ code: 'FIELD_READ_ONLY', pointer: `/${field}` });
    }
    expect(await refusals(clerk.remove('user', scene.admin.id))).toEqual([{ code: 'USER_NOT_DELETABLE', pointer: '' }]);
  });

  it.each(['metadata.plan', 'metadata.versions', 'audit.list', 'records.purge', 'users.deactivate'] as const)(
    'do not open %s',
    async (name) => {
      const input = { files: {}, object: 'user', ids: [], user: scene.admin.id };
      expect(await failureOf(clerk.run(name, input as never))).toMatchObject({ code: 'PERMISSION_DENIED' });
    },
  );
});
