// Approvals follow people: those who leave or come back, are away or delegate processes, from when on they do.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createRecords, deleteRecords, updateRecords } from '@tessera/records';
import { approvalScene, by, codeOf, names, process, requests, type ApprovalScene, type Name } from './approvals-driving-scene.ts';
import type { Json } from '../support/engine.ts';

const dayMs = 86_400_000;
const today = Date.parse('2030-03-04T08:00:00Z');
const day = (n: number): string => new Date(today + n * dayMs).toISOString().slice(0, 10);

const step = (more: Json = {}): Json => ({ type: 'approval', approvers: by('ann'), ...more });
const files: Json = {
  'settings.json': { timeZone: 'UTC' },
  ...process('plain', ['create'], { check: step() }),
  ...process('special', ['create'], { check: step() }),
  ...process('manager', ['create'], { check: step({ left: 'manager' }) }),
  ...process('dropped', ['create'], { check: step({ approvers: by('ann', 'bob'), need: 'any', left: 'drop' }) }),
  ...process('back', ['create'], {
    both: {
      type: 'parallel',
      branches: {
        one: { steps: { anns: step() } },
        two: { steps: { bobs: step({ approvers: by('bob'), onReject: { to: 'submitter', then: 'return' } }) } },
      },
    },
  }),
};

let scene: ApprovalScene;
/** As the administrator, whose token knows nothing of years to come. */
const update = (object: string, id: string, input: Json): Promise<unknown> =>
  scene.as(scene.acme.administrator, (session) => updateRecords(session, object, [{ pointer: '', id, input }], { allOrNone: true }));
const remove = (object: string, id: string): Promise<unknown> =>
  scene.as(scene.acme.administrator, (session) => deleteRecords(session, object, [{ pointer: '', id }]));
async function create(object: string, input: Json): Promise<string> {
  const [made] = await scene.as(scene.acme.administrator, (session) =>
    createRecords(session, object, [{ pointer: '', input }], { allOrNone: true }),
  );
  return made?.ok === true ? made.id : '';
}

beforeAll(async () => {
  scene = await approvalScene(requests(files));
  scene.engine.clock.ahead = today - Date.now();
  const { people } = scene;
  await update('user', people.ann, { manager: people.cat });
}, 400_000);
afterAll(() => scene.close());

const drained = async (days = 0): Promise<void> => {
  expect(await scene.engine.engine.drain('acme', today + days * dayMs + 3_600_000)).toMatchObject({ settled: true });
};
const away: string[] = [];
const absence = async (who: Name, standIn: Name, more: Json = {}): Promise<string> => {
  const { people } = scene;
  const id = await create('absence', { person: people[who], standIn: people[standIn], from: day(0), to: day(9), ...more });
  away.push(id);
  return id;
};
afterEach(async () => {
  const { people } = scene;
  for (const id of away.splice(0)) await remove('absence', id);
  for (const name of names) await update('user', people[name], { active: true });
  await drained();
});

/** Who has it to do, and for whom: "bob for ann". */
async function asked(id: string): Promise<string> {
  const { acme, engine, people } = scene;
  const nameOf = (user: unknown): string =>
    user === acme.administrator ? 'admin' : (Object.entries(people).find(([, one]) => one === user)?.[0] ?? 'somebody');
  const rows = await engine.sql(
    `select assignee_id as who, in_name_of_id as "for" from ${acme.schema}.approval_task where about_id = $1 and kind = 'approve' and state = 'open'`,
    [id],
  );
  return rows
    .map((row) => nameOf(row['who']) + (row['for'] === null ? '' : ` for ${nameOf(row['for'])}`))
    .sort()
    .join();
}

describe('somebody who leaves', () => {
  it('is followed as the step says, in every approval that asks', async () => {
    const { people } = scene;
    // More than are looked at in one transaction.
    const records = Array.from({ length: 55 }, () => ({ pointer: '', input: { name: 'R', kind: 'plain', ann: people.ann } }));
    const made = await scene.as(people.sam, (session) => createRecords(session, 'request', records, { allOrNone: true }));
    const ids = made.flatMap((one) => (one.ok ? [one.id] : []));
    const [managed, dropped] = [await scene.create({ kind: 'manager', amount: 1 }), await scene.create({ kind: 'dropped', amount: 1 })];
    await update('user', people.ann, { active: false });
    expect(await asked(ids[0] ?? '')).toBe('ann');
    await drained();
    const found = new Set<string>();
    for (const id of ids) found.add(await asked(id));
    expect([ids.length, ...found]).toEqual([55, 'admin']);
    expect([await asked(managed), await asked(dropped)]).toEqual(['cat', 'bob']);
    // Another write of the person changes nothing.
    const [before] = await scene.approvals(managed);
    await update('user', people.ann, { title: 'x' });
    await drained();
    expect((await scene.approvals(managed))[0]?.state.version).toBe(before?.state.version);
  }, 400_000);

  it('is looked for again when an approval comes back to steps that it had left', async () => {
    const { people } = scene;
    const id = await scene.create({ kind: 'back', amount: 1 });
    await scene.act(id, people.bob, { type: 'reject' });
    await update('user', people.ann, { active: false });
    await drained();
    expect((await scene.approvals(id))[0]).toMatchObject({ status: 'returned' });
    await scene.act(id, people.sam, { type: 'resubmit' });
    expect(await asked(id)).toBe('ann,bob');
    await drained();
    expect(await asked(id)).toBe('admin,bob');
  });
});

describe('somebody who is away', () => {
  it('is stood in for from the begin of the absence to its end, and one changed is followed', async () => {
    const { acme } = scene;
    const id = await scene.create({ kind: 'plain', amount: 1 });
    const row = await absence('ann', 'bob', { from: day(2), to: day(3) });
    await drained();
    expect(await asked(id)).toBe('ann');
    await drained(1);
    expect(await asked(id)).toBe('ann');
    await drained(2);
    expect(await asked(id)).toBe('bob for ann');
    await drained(3);
    expect(await asked(id)).toBe('bob for ann');
    await drained(4);
    expect(await asked(id)).toBe('ann');
    await update('absence', row, { from: day(0), to: day(6) });
    await drained();
    expect(await asked(id)).toBe('bob for ann');
    await update('absence', row, { standIn: scene.people.dan });
    await drained();
    expect(await asked(id)).toBe('dan for ann');
    await remove('absence', row);
    away.splice(0);
    await drained();
    expect(await asked(id)).toBe('ann');
    // Nothing of it is left for later.
    expect(await scene.engine.sql(`select key from ${acme.schema}._timer where kind = 'approvalPeople'`)).toEqual([]);
  });

  it('leads on to whoever stands in for the stand-in, and no further than a circle', async () => {
    const { people } = scene;
    const id = await scene.create({ kind: 'plain', amount: 1 });
    await absence('ann', 'bob');
    await drained();
    const bobs = await absence('bob', 'cat');
    await drained();
    expect(await asked(id)).toBe('cat for ann');
    await remove('absence', bobs);
    away.pop();
    await drained();
    expect(await asked(id)).toBe('bob for ann');
    await absence('bob', 'ann');
    await drained();
    expect(await asked(id)).toBe('ann');
    // Whoever stands in leaves: it goes back, since nobody is there to do it for the person.
    await update('user', people.bob, { active: false });
    await drained();
    expect(await asked(id)).toBe('ann');
  });

  it('delegates some processes only, and is there for everything else', async () => {
    const [plain, special] = [await scene.create({ kind: 'plain', amount: 1 }), await scene.create({ kind: 'special', amount: 1 })];
    await absence('ann', 'bob', { processes: ['special'] });
    await drained();
    expect([await asked(plain), await asked(special)]).toEqual(['ann', 'bob for ann']);
    expect(await asked(await scene.create({ kind: 'special', amount: 1 }))).toBe('bob for ann');
    const nobody = create('absence', { person: scene.people.cat, from: day(0), to: day(1), processes: ['plain'] });
    expect(await codeOf(nobody)).toBe('VALIDATION_FAILED');
  });
});
