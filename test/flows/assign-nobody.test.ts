// The step assign where nobody is found: what is written, and what the run says of it.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';
import { automation, automationScene, on, system, task, type AutomationScene } from './automations-scene.ts';

const v = (name: string): Json => ({ var: name });
const status = (name: string): Json => ({ when: { '==': [v('status'), name] } });

/** Tells, gives, and tells again. */
const gives = (give: Json): Json => ({
  before: { order: 10, type: 'create', object: 'task', values: { name: { cat: ['before ', v('name')] } } },
  give: { order: 20, type: 'assign', ...give },
  after: {
    order: 30,
    type: 'create',
    object: 'task',
    values: { name: { cat: ['after ', v('name'), if3(v('$steps.give.to'), ' given', ' nobody')] } },
  },
});
const if3 = (condition: unknown, yes: string, no: string): Json => ({ if: [{ '!=': [condition, null] }, yes, no] });

const files: Json = {
  ...automation('named', gives({ to: { patron: { user: v('patron') } } }), { ...system, ...status('named') }),
  ...automation('role', gives({ to: { bins: { role: 'reader' } } }), { ...system, ...status('role') }),
  ...automation('above', gives({ to: { boss: { managerOf: 'owner' } } }), { ...system, ...status('above') }),
  ...automation('beside', gives({ to: { patron: { user: v('patron') }, rest: { role: 'rep' } } }), { ...system, ...status('beside') }),
  ...automation('rule', gives({ assignmentRule: 'patrons' }), { ...system, ...status('rule') }),
  ...automation('other', gives({ record: v('$record.parent'), to: { patron: { user: v('patron') } } }), {
    object: 'account',
    ...system,
    ...status('other'),
  }),
  ...automation('within', gives({ to: { patron: { user: v('patron') } } }), {
    ...on(['create'], { moment: 'afterSave' }),
    ...system,
    ...status('within'),
  }),
  ...automation('watch', task('owner changed'), { ...on(['update'], { changed: ['owner'] }), ...system }),
  'assignmentRules/patrons.json': { name: 'patrons', object: 'account', rules: { patron: { to: { patron: { user: v('patron') } } } } },
  'extensions/account.json': { extends: 'account', fields: { parent: { type: 'lookup', to: 'account' } } },
};

let scene: AutomationScene;
let rita: Person;
let left: Person;

beforeAll(async () => {
  scene = await automationScene(files);
  rita = await scene.person('rita', { roles: ['rep'] });
  left = await scene.person('left');
  await scene.acme.update('user', left.id, { active: false });
});
afterAll(() => scene.close());
afterEach(async () => {
  await scene.clear();
  await scene.sql(`truncate ${scene.acme.schema}.account cascade`);
});

const account = (values: Json) => scene.admin.create('account', { name: 'x', ...values });
const ownerOf = async (id: string) =>
  (await scene.sql(`select owner_id, version from ${scene.acme.schema}.account where id = $1`, [id]))[0];
const runOf = async (name: string) => {
  const { runs } = await scene.admin.run('runs.list', { automation: name });
  return scene.admin.run('runs.get', { id: runs[0]?.id ?? '' });
};

const nobody = (id: string): string => `nobody whom \`to\` names is there for the record ${id}`;

describe('a step that finds nobody for the record', () => {
  const cases: readonly (readonly [string, string, () => Json])[] = [
    ['the rule gives null', 'named', () => ({})],
    ['the person is inactive', 'named', () => ({ patron: left.id })],
    ['nobody has the role', 'role', () => ({})],
    ['nobody is above the owner', 'above', () => ({})],
  ];

  it.each(cases)('fails the run, and leaves the record with its owner, where %s', async (_, name, values) => {
    const id = await account({ status: name, ...values() });
    await scene.settle();
    expect(await ownerOf(id)).toEqual({ owner_id: scene.admin.id, version: 1 });
    expect(await scene.tasks()).toEqual(['before x']);
    const run = await runOf(name);
    expect(run).toMatchObject({ state: 'failed', position: 'give', error: { code: 'AUTOMATION_FAILED' } });
    expect(run.journal).toMatchObject([
      { path: 'before', state: 'done' },
      { path: 'give', state: 'failed', error: { message: expect.stringContaining(nobody(id)) as unknown } },
    ]);
    expect((await scene.admin.run('jobs.list', {})).failed).toMatchObject([{ kind: 'run', error: { code: 'AUTOMATION_FAILED' } }]);
  });

  it('names who is left out, and goes on when somebody is there', async () => {
    const id = await account({ status: 'named', patron: left.id });
    await scene.settle();
    const { id: run, error } = await runOf('named');
    expect((error as Json)['message']).toContain(`${left.id} is inactive`);
    await scene.acme.update('user', left.id, { active: true });
    await scene.admin.run('runs.retry', { id: run });
    await scene.settle();
    expect([await scene.tasks(), (await ownerOf(id))?.['owner_id']]).toEqual([['before x', 'after x given', 'owner changed'], left.id]);
    await scene.acme.update('user', left.id, { active: false });
  });

  it('takes whoever is named beside', async () => {
    const id = await account({ status: 'beside', patron: left.id });
    await scene.settle();
    expect([await scene.tasks(), (await ownerOf(id))?.['owner_id']]).toEqual([['before x', 'after x given', 'owner changed'], rita.id]);
  });

  it('fails by the name of the assignment rule where that finds nobody', async () => {
    const id = await account({ status: 'rule' });
    await scene.settle();
    expect(await ownerOf(id)).toEqual({ owner_id: scene.admin.id, version: 1 });
    expect(await runOf('rule')).toMatchObject({ state: 'failed', error: { code: 'ASSIGNMENT_NONE' } });
  });

  it('fails for itself alone: the others of the set are given', async () => {
    const { results } = await scene.admin.run('records.create', {
      object: 'account',
      records: [rita.id, null, left.id, rita.id].map((patron, i) => ({ name: String(i), status: 'named', patron })),
    });
    await scene.settle();
    const owners: unknown[] = [];
    for (const each of results) owners.push(each.ok ? (await ownerOf(each.id))?.['owner_id'] : undefined);
    expect(owners).toEqual([rita.id, scene.admin.id, scene.admin.id, rita.id]);
    const states = (await scene.runs()).filter(({ automation: name }) => name === 'named').map(({ state }) => state);
    expect(states).toEqual(['done', 'failed', 'failed', 'done']);
  });

  it('refuses the write that it runs within, of which nothing stays', async () => {
    await expect(account({ status: 'within', patron: left.id })).rejects.toMatchObject({ problems: [{ code: 'AUTOMATION_FAILED' }] });
    expect([await scene.tasks(), await scene.sql(`select 1 from ${scene.acme.schema}.account`)]).toEqual([[], []]);
    const id = await account({ status: 'within', patron: rita.id });
    expect((await ownerOf(id))?.['owner_id']).toBe(rita.id);
  });
});

describe('a step whose record is none', () => {
  it('gives nothing to anybody, and goes on', async () => {
    await account({ status: 'other', patron: rita.id });
    await account({ name: 'y', status: 'other' });
    await scene.settle();
    expect(await scene.tasks()).toEqual(['before x', 'before y', 'after x nobody', 'after y nobody']);
    expect((await runOf('other')).journal).toMatchObject([
      { path: 'before' },
      { path: 'give', output: { to: null, rule: null } },
      { path: 'after' },
    ]);
  });

  it('or lies in the bin, gives nothing to anybody', async () => {
    const parent = await scene.admin.create('account', { name: 'parent' });
    await account({ status: 'other', patron: rita.id, parent });
    await scene.sql(`update ${scene.acme.schema}.account set deleted_at = now() where id = $1`, [parent]);
    await scene.settle();
    expect((await ownerOf(parent))?.['owner_id']).toBe(scene.admin.id);
    expect(await scene.tasks()).toEqual(['before x', 'after x nobody']);
  });

  it('that is there goes to nobody where nobody is named', async () => {
    const parent = await scene.admin.create('account', { name: 'parent' });
    await account({ status: 'other', parent });
    await scene.settle();
    expect(await ownerOf(parent)).toEqual({ owner_id: scene.admin.id, version: 1 });
    expect((await runOf('other')).error).toMatchObject({ message: expect.stringContaining(nobody(parent)) as unknown });
  });
});
