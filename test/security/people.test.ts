// The facts about people: who stands below whom, who belongs where, whom a subject stands for.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Model, SubjectModel } from '@tessera/metadata';
import { loadPerson, subjectKey, type Person } from '@tessera/storage';
import { compilePolicy, personWanted } from '@tessera/security';
import { grantSet, idOf, openScene, ownedBy, reading, sceneModel, type Scene } from './access-scene.ts';

const [anna, ben, cleo, dan, eva, finn] = [1, 2, 3, 4, 5, 6].map(idOf) as [string, string, string, string, string, string];
const [board, sales, north, gone, farNorth] = [11, 12, 13, 14, 15].map(idOf) as [string, string, string, string, string];
const [keyPeople, oldGroup] = [21, 22].map(idOf) as [string, string];
const deletedAt = '2026-01-01T00:00:00Z';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
  const user = (id: string, email: string, rest: object = {}): object => ({ id, name: email, email, active: true, ...rest });
  await scene.insert(
    'user',
    { ...user(anna, 'Anna@acme.example', { department_id: sales, roles: ['seller'], permission_sets: ['more'] }) },
    { ...user(ben, 'ben@acme.example', { department_id: north, manager_id: anna, active: false }) },
    { ...user(cleo, 'cleo@acme.example', { department_id: farNorth, manager_id: ben, roles: ['seller', 'boss'] }) },
    // In the bin: neither counted, nor a step on the way down.
    { ...user(dan, 'dan@acme.example', { department_id: sales, manager_id: anna, deleted_at: deletedAt }) },
    { ...user(eva, 'eva@acme.example', { department_id: gone, manager_id: dan }) },
    { ...user(finn, 'finn@acme.example', { manager_id: cleo }) },
  );
  await scene.insert(
    'department',
    { id: board, code: 'board', head_id: finn },
    { id: sales, code: 'sales', parent_id: board, head_id: cleo },
    { id: north, code: 'north', parent_id: sales, head_id: anna },
    { id: gone, code: 'gone', parent_id: north, deleted_at: deletedAt, head_id: anna },
    { id: farNorth, code: 'farNorth', parent_id: north },
  );
  await scene.insert('user_group', { id: keyPeople, code: 'keyPeople' }, { id: oldGroup, code: 'old', deleted_at: deletedAt });
  await scene.insert(
    'user_group_member',
    { id: idOf(31), group_id: keyPeople, user_id: anna },
    { id: idOf(32), group_id: oldGroup, user_id: anna },
    { id: idOf(33), group_id: keyPeople, user_id: ben, deleted_at: deletedAt },
    { id: idOf(34), group_id: keyPeople, user_id: cleo },
    { id: idOf(35), group_id: keyPeople, user_id: dan },
  );
});
afterAll(() => scene.close());

async function load(userId: string, model: Model = sceneModel(), subjects: readonly SubjectModel[] = []): Promise<Person> {
  const found = await loadPerson(scene.door, { model, userId, subjects: () => subjects });
  if (found === undefined) throw new TypeError('There is no such person.');
  return found;
}

describe('loadPerson', () => {
  it('gives what the person is', async () => {
    expect(await load(anna)).toEqual({
      userId: anna,
      active: true,
      email: 'Anna@acme.example',
      roles: ['seller'],
      permissionSets: ['more'],
      department: sales,
      departments: [
        { id: board, code: 'board' },
        { id: sales, code: 'sales' },
      ],
      groups: [{ id: keyPeople, code: 'keyPeople' }],
      managed: [ben, cleo, finn],
      headed: [ben, cleo],
      owners: {},
    });
  });

  it('knows nobody who is in the bin, and no department that is', async () => {
    const find = (userId: string): Promise<Person | undefined> =>
      loadPerson(scene.door, { model: sceneModel(), userId, subjects: () => [] });
    expect(await find(dan)).toBeUndefined();
    expect(await find(idOf(99))).toBeUndefined();
    expect(await load(eva)).toMatchObject({ department: null, departments: [], managed: [] });
    expect(await load(ben)).toMatchObject({ active: false, managed: [cleo, finn] });
  });

  it.each<[Model['settings']['departmentHeads'], readonly string[]]>([
    ['withBelow', [ben, cleo]],
    ['own', [ben]],
    ['none', []],
  ])('finds whom a head leads with departmentHeads %s', async (departmentHeads, expected) => {
    expect((await load(anna, sceneModel({ departmentHeads }))).headed).toEqual(expected);
  });

  it('ends where a circle of managers or departments closes', async () => {
    await scene.client.query('begin');
    await scene.client.query(`update t_scene.user set manager_id = '${finn}' where id = '${anna}'`);
    await scene.client.query(`update t_scene.department set parent_id = '${farNorth}' where id = '${board}'`);
    const found = await load(anna);
    await scene.client.query('rollback');
    expect(found.managed).toEqual([anna, ben, cleo, finn]);
    expect(found.departments.map(({ code }) => code)).toEqual(['board', 'sales', 'north', 'farNorth']);
    expect(found.headed).toEqual([anna, ben, cleo]);
  });

  it('finds the people whom subjects stand for', async () => {
    const subjects: readonly SubjectModel[] = [
      { kind: 'user', email: 'BEN@acme.example' },
      { kind: 'user', email: 'nobody@acme.example' },
      { kind: 'role', role: 'seller' },
      { kind: 'group', code: 'keyPeople' },
      { kind: 'group', code: 'old' },
      { kind: 'department', code: 'north', below: false },
      { kind: 'department', code: 'north', below: true },
      { kind: 'department', code: 'gone', below: true },
    ];
    const { owners } = await load(anna, sceneModel(), subjects);
    const sorted = subjects.map((subject) => [...(owners[subjectKey(subject)] ?? ['?'])].sort());
    expect(sorted).toEqual([[ben], [], [anna, cleo], [anna, cleo], [], [ben], [ben, cleo], []]);
  });

  it('asks for the owners of the sharing rules that speak of the person, and of no others', async () => {
    const own: SubjectModel = { kind: 'department', code: 'board', below: true };
    const rules = {
      mine: { ...ownedBy('account', { kind: 'role', role: 'boss' }, [{ kind: 'user', email: 'anna@acme.example' }]), name: 'mine' },
      alsoMine: { ...ownedBy('account', { kind: 'user', email: 'finn@acme.example' }, [own], 'edit'), name: 'alsoMine' },
      notMine: { ...ownedBy('account', { kind: 'group', code: 'keyPeople' }, [{ ...own, below: false }]), name: 'notMine' },
    };
    const model = sceneModel({ sharingRules: rules, roles: grantSet('seller', { account: reading() }) });
    const found = await loadPerson(scene.door, { model, userId: anna, subjects: personWanted(model) });
    expect(found?.owners).toEqual({ 'role:boss': [cleo], 'user:finn@acme.example': [finn] });
    if (found === undefined) return;
    const { slots } = compilePolicy(model, found);
    expect([...(slots['owners:account:edit'] ?? [])].sort()).toEqual([anna, ben, cleo, finn]);
    expect(slots['subjects']).toEqual([
      `user:${anna}`,
      'role:seller',
      `group:${keyPeople}`,
      `department:${sales}`,
      `below:${board}`,
      `below:${sales}`,
    ]);
  });
});
