// Assignment rules at work: new records of a pool and steps of automations find somebody, in turn and by load, and say why.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';
import { fairPool, leadPool, poolScene, type PoolScene } from './pools-scene.ts';

let scene: PoolScene;
let sellers: readonly Person[];
let boss: Person;
let east: Person;

const inTurn: Json = { order: 30, to: { sellers: { role: 'seller' } }, method: 'roundRobin', absent: 'standIn' };
const region: Json = {
  name: 'territory',
  plural: 'territories',
  label: { en: 'Territory' },
  fields: { region: { type: 'text' }, keeper: { type: 'user' } },
};

beforeAll(async () => {
  scene = await poolScene({
    'objects/territory.json': region,
    'decisionTables/territories.json': {
      name: 'territories',
      object: 'territory',
      inputs: { region: { field: 'region' } },
      outputs: ['keeper'],
      hit: 'unique',
      default: 'error',
    },
    'pools/web.json': { ...leadPool, assign: 'routing' },
    'pools/fair.json': { ...fairPool, administrators: { bosses: { role: 'boss' } }, assign: 'byLoad', limits: { held: 3 } },
    'assignmentRules/routing.json': {
      name: 'routing',
      object: 'lead',
      decide: { table: 'territories', values: { region: { var: 'region' } } },
      rules: {
        starred: { order: 10, when: { var: 'starred' }, to: { boss: { role: 'boss' } } },
        territory: { order: 20, to: { keeper: { user: { var: '$steps.decision.keeper' } } } },
        inTurn,
      },
    },
    'assignmentRules/byLoad.json': {
      name: 'byLoad',
      object: 'lead',
      rules: { least: { to: { others: { role: 'other' } }, method: 'leastLoad' } },
      load: { '!=': [{ var: 'starred' }, true] },
    },
    'automations/mail.json': {
      name: 'mail',
      object: 'lead',
      trigger: { type: 'record', on: ['create'] },
      when: { '==': [{ var: 'source' }, 'mail'] },
      steps: {
        give: { order: 10, type: 'assign', assignmentRule: 'routing' },
        say: { order: 20, type: 'update', record: { var: '$record' }, values: { name: { concat: ['by ', { var: '$steps.give.rule' }] } } },
      },
    },
    'automations/drop.json': {
      name: 'drop',
      object: 'lead',
      trigger: { type: 'record', on: ['update'], changed: ['touchedAt'], moment: 'afterSave' },
      steps: { drop: { type: 'pool', pool: 'web' } },
    },
  });
  const people: Person[] = [];
  for (const name of ['ann', 'ben', 'cid']) people.push(await scene.person(name, { roles: ['seller'] }));
  sellers = people;
  boss = await scene.person('boss', { roles: ['boss'] });
  east = await scene.person('east', { roles: ['seller'], active: true });
  await scene.acme.create('territory', { name: 'east', region: 'east', keeper: boss.id });
});
afterAll(() => scene.close());

const ownerOf = async (id: string): Promise<unknown> => (await scene.stands(id))['owner'];
const decisionOf = async (id: string): Promise<Json> => {
  const [row] = await scene.sql(
    `select decision from ${scene.acme.schema}.lead_owner_change where record_id = $1 order by id desc limit 1`,
    [id],
  );
  return (row?.['decision'] ?? {}) as Json;
};
const all = (): readonly string[] => [...sellers, east].map(({ id }) => id).sort();

describe('a new record of a pool', () => {
  it('goes to whom the first rule finds that holds, and says why', async () => {
    const [starred, east1] = [await scene.lead({ starred: true }), await scene.lead({ region: 'east' })];
    expect([await ownerOf(starred), await ownerOf(east1)]).toEqual([boss.id, boss.id]);
    expect(await decisionOf(starred)).toMatchObject({
      assignmentRule: 'routing',
      rule: 'starred',
      method: 'first',
      user: boss.id,
      why: { kind: 'role' },
      among: 1,
    });
    expect(await decisionOf(east1)).toMatchObject({ rule: 'territory', before: [{ rule: 'starred', why: 'condition' }] });
    // Where its table says nothing, it says so.
    expect(await decisionOf(starred)).toMatchObject({ undecided: 'DECISION_NONE' });
    const free = await scene.lead({ region: 'west' });
    expect(await decisionOf(free)).toMatchObject({
      rule: 'inTurn',
      method: 'roundRobin',
      among: 4,
      before: [{ why: 'condition' }, { rule: 'territory', why: 'nobody' }],
    });
    expect(await scene.stands(free)).toMatchObject({ pool: 'web', pooled: false, held: true });
    expect((await scene.changes(free)).map(({ way }) => way)).toEqual(['assigned']);
  });

  it('goes round, though many come at once, one by one or as a set', async () => {
    await scene.sql(`delete from ${scene.acme.schema}._counter where field like 'turn %'`);
    const ids = await Promise.all(Array.from({ length: 16 }, () => scene.lead()));
    const { results } = await scene.acme.run('records.create', {
      object: 'lead',
      records: Array.from({ length: 8 }, () => ({ name: 'S', source: 'web' })),
    });
    const owners: unknown[] = [];
    for (const id of [...ids, ...results.flatMap((each) => (each.ok ? [each.id] : []))]) owners.push(await ownerOf(id));
    expect(all().map((id) => owners.filter((owner) => owner === id).length)).toEqual([6, 6, 6, 6]);
  });

  it('passes over whoever is absent, and takes a stand-in where there is one', async () => {
    const [ann, ben] = sellers;
    const today = new Date(scene.clock.now()).toISOString().slice(0, 10);
    const absence = await scene.acme.create('absence', { person: ann?.id, from: today, to: today, standIn: boss.id });
    const owners: unknown[] = [];
    const decisions: Json[] = [];
    for (let i = 0; i < 4; i += 1) {
      const id = await scene.lead();
      owners.push(await ownerOf(id));
      decisions.push(await decisionOf(id));
    }
    expect(owners).toContain(boss.id);
    expect(owners).not.toContain(ann?.id);
    expect(decisions.find(({ user }) => user === boss.id)).toMatchObject({ for: ann?.id });
    await scene.acme.remove('absence', absence);
    await scene.acme.create('absence', { person: boss.id, from: today, to: today, standIn: ben?.id });
    const starred = await scene.lead({ starred: true, region: 'east' });
    expect(await decisionOf(starred)).toMatchObject({
      before: [{ rule: 'starred', why: 'nobody', passed: [{ user: boss.id, why: 'absent' }] }, { rule: 'territory' }],
    });
    await scene.sql(`delete from ${scene.acme.schema}.absence`);
  });

  it('goes to who has least, within what one may hold, and else lies in the pool', async () => {
    const [one, two] = [await scene.person('one', { roles: ['other'] }), await scene.person('two', { roles: ['other'] })];
    const give = () => scene.lead({ source: 'fair' });
    const own = async (id: string) => ((await ownerOf(id)) === one.id ? 'one' : (await ownerOf(id)) === two.id ? 'two' : 'nobody');
    await scene.lead({ source: 'fair', owner: one.id });
    await scene.lead({ source: 'fair', owner: one.id, starred: true });
    const got: string[] = [];
    for (let i = 0; i < 5; i += 1) got.push(await own(await give()));
    expect(got).toEqual(['two', expect.stringMatching(/one|two/), 'two', expect.stringMatching(/one|two/), 'nobody']);
    expect(got.filter((each) => each === 'one')).toHaveLength(1);
    const last = await give();
    expect(await decisionOf(last)).toMatchObject({
      assignmentRule: 'byLoad',
      before: [{ rule: 'least', why: 'nobody', passed: [{ why: 'full' }, { why: 'full' }] }],
    });
    const refused = await scene.act(boss, last, 'assign');
    expect(refused.json['code']).toBe('ASSIGNMENT_NONE');
    await scene.sql(`update ${scene.acme.schema}.lead set owner_id = $2 where owner_id = $1`, [one.id, boss.id]);
    expect((await scene.act(boss, last, 'assign')).json).toMatchObject({ owner: one.id, decision: { rule: 'least', load: 0 } });
  });
});

describe('steps of automations', () => {
  it('give records by a rule, and go on with what it decided', async () => {
    const id = await scene.lead({ source: 'mail', region: 'east' });
    await scene.settle();
    expect(await scene.acme.read('lead', id, 'name')).toEqual({ name: 'by territory' });
    expect(await ownerOf(id)).toBe(boss.id);
    expect(await decisionOf(id)).toMatchObject({ rule: 'territory' });
  });

  it('put records into a pool, within the write', async () => {
    const id = await scene.lead({ region: 'east' });
    expect(await ownerOf(id)).toBe(boss.id);
    await scene.acme.update('lead', id, { touchedAt: new Date(scene.clock.now()).toISOString() });
    expect(await scene.stands(id)).toEqual({ owner: null, pool: 'web', pooled: true, held: false });
  });
});
