// The lead pool of crm-base: who gets a lead that comes in, who claims what nobody got, and what goes back when nothing happens with it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exampleFolder, readPack } from '../support/packs.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

const day = 86_400_000;
let scene: AccessScene;
const people: Record<string, Person> = {};
const who = (name: string): Person => {
  const person = people[name];
  if (person === undefined) throw new Error(`There is no ${name}.`);
  return person;
};

beforeAll(async () => {
  scene = await accessScene({}, {}, [readPack(exampleFolder('crm-base'))]);
  const { acme } = scene;
  for (const [name, role] of [
    ['sid', 'sdr'],
    ['sue', 'sdr'],
    ['ron', 'salesRep'],
    ['rae', 'salesRep'],
    ['max', 'salesManager'],
    ['desk', 'sdr'],
  ] as const)
    people[name] = await scene.person(name, { roles: [role] });
  const desk = await acme.create('userGroup', { name: 'Lead desk', code: 'leadDesk' });
  await acme.create('userGroupMember', { group: desk, user: who('desk').id });
  const routes = [
    { name: 'software in Asia', priority: 10, region: 'asiaPacific', industry: 'software', keeper: who('sue').id, team: 'development' },
    { name: 'large', priority: 20, employeesFrom: 1000, team: 'managers' },
    { name: 'America', priority: 30, region: 'northAmerica', team: 'sellers' },
  ];
  for (const route of routes) await acme.create('leadRoute', route);
});
afterAll(() => scene.close());

let count = 0;
/** As a form on the website makes it: the platform itself. */
async function lead(values: Readonly<Record<string, unknown>> = {}): Promise<string> {
  count += 1;
  const record = { name: 'Ada', company: 'Looms Ltd', email: `ada${String(count)}@looms.example`, source: 'website', ...values };
  const { results } = await scene.engine.run('records.create', scene.acme.systemContext(), { object: 'lead', records: [record] });
  const [made] = results;
  if (made?.ok !== true) throw new Error(JSON.stringify(made?.problems));
  return made.id;
}
const ownerOf = async (id: string): Promise<string> => {
  const found = await scene.acme.read('lead', id, 'owner');
  const owner = (found?.['owner'] ?? null) as string | null;
  return Object.entries(people).find(([, person]) => person.id === owner)?.[0] ?? String(owner);
};
const act = (name: string, id: string, action: 'claim' | 'return', reason?: string) =>
  who(name).run('pools.change', { action, object: 'lead', id, ...(reason === undefined ? {} : { reason }) });
const ways = async (id: string) =>
  (await scene.sql(`select way, reason from ${scene.acme.schema}.lead_owner_change where record_id = $1 order by id`, [id])).map(
    ({ way, reason }) => [way, reason],
  );

describe('a lead that comes in', () => {
  it('goes by industry, size and region, to who has least of a team', async () => {
    expect(await ownerOf(await lead({ region: 'asiaPacific', industry: 'software', employees: 5000 }))).toBe('sue');
    expect(await ownerOf(await lead({ region: 'emea', employees: 1000 }))).toBe('max');
    const sellers = [
      await ownerOf(await lead({ region: 'northAmerica', employees: 999 })),
      await ownerOf(await lead({ region: 'northAmerica' })),
    ];
    expect(sellers.toSorted()).toEqual(['rae', 'ron']);
  });

  it('goes past whoever is away: to the team of the route', async () => {
    const today = new Date(scene.clock.now()).toISOString().slice(0, 10);
    const absence = await scene.acme.create('absence', { person: who('sue').id, from: today, to: today });
    const got = await ownerOf(await lead({ region: 'asiaPacific', industry: 'software' }));
    expect(['sid', 'desk']).toContain(got);
    await scene.acme.remove('absence', absence);
  });

  it('lies in the pool where no route fits, and is nobody’s business where somebody brought it', async () => {
    const lying = await lead({ region: 'latinAmerica' });
    expect(await ownerOf(lying)).toBe('null');
    for (const name of ['sid', 'ron', 'max']) expect(await who(name).sees('lead')).toContain(lying);
    const own = await who('ron').create('lead', { name: 'Bo', company: 'Bo Ltd', source: 'referral' });
    expect([await ownerOf(own), (await scene.acme.read('lead', own, 'pool'))?.['pool']]).toEqual(['ron', null]);
    expect(await who('rae').sees('lead')).not.toContain(own);
  });
});

describe('a lead in the pool', () => {
  it('is claimed by one, given back with a reason, and not claimed by the same again', async () => {
    const id = await lead();
    await act('ron', id, 'claim');
    await expect(act('rae', id, 'claim')).rejects.toMatchObject({ code: 'POOL_RECORD_TAKEN' });
    await who('ron').update('lead', id, { status: 'working' });
    await expect(act('ron', id, 'return')).rejects.toMatchObject({ code: 'POOL_REASON_MISSING' });
    await act('ron', id, 'return', 'noAnswer');
    expect(await scene.acme.read('lead', id, 'owner', 'status', 'leadResponseState')).toEqual({
      owner: null,
      status: 'new',
      leadResponseState: 'running',
    });
    await expect(act('ron', id, 'claim')).rejects.toMatchObject({ code: 'POOL_COOL_DOWN' });
    await act('rae', id, 'claim');
    expect(await ways(id)).toEqual([
      ['entered', null],
      ['claimed', null],
      ['returned', 'noAnswer'],
      ['claimed', null],
    ]);
  });

  it('comes back after two weeks in which nothing was noted, after a warning', async () => {
    const settleIn = async (days: number): Promise<void> => {
      scene.clock.ahead = days * day;
      await scene.engine.drain('acme', scene.clock.now());
    };
    const told = async (name: string) =>
      (await scene.sql(`select name from ${scene.acme.schema}.notification where receiver_id = $1`, [who(name).id])).map(
        (row) => row['name'],
      );
    const [idle, called, done] = [await lead({ name: 'Idle' }), await lead({ name: 'Called' }), await lead({ name: 'Done' })];
    for (const id of [idle, called, done]) await act('sid', id, 'claim');
    await who('sid').update('lead', done, { status: 'qualified' });
    await settleIn(10);
    await who('sid').create('activity', { name: 'called', recordType: 'call', about: { object: 'lead', id: called } });
    await settleIn(12.1);
    expect(await told('sid')).toContain('Idle (Looms Ltd) goes back to the pool in two days');
    expect(await told('sid')).not.toContain('Called (Looms Ltd) goes back to the pool in two days');
    await settleIn(14.2);
    expect([await ownerOf(idle), await ownerOf(called), await ownerOf(done)]).toEqual(['null', 'sid', 'sid']);
    expect((await ways(idle)).at(-1)).toEqual(['recycled', 'untouched']);
    await settleIn(22.1);
    await settleIn(24.2);
    expect([await ownerOf(called), await ownerOf(done)]).toEqual(['null', 'sid']);
    scene.clock.ahead = 0;
  });
});
