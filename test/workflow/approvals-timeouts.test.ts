// Time-outs of approvals: each comes once, in order, in the working time of a calendar, and goes with what it was for.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { approvalScene, by, process, requests, type ApprovalScene } from './approvals-driving-scene.ts';
import type { Json } from '../support/engine.ts';

const hour = 3_600_000;
/** A Friday, an hour before the office closes. */
const friday = Date.parse('2030-01-11T16:00:00Z');

/** A step of ann's with time-outs one after another, each an hour after the one before. */
const timed = (...timeouts: readonly Json[]): Json => {
  const chain = timeouts.reduceRight<Json | undefined>(
    (then, one) => ({ after: 'PT1H', ...one, ...(then === undefined ? {} : { then }) }),
    undefined,
  );
  return { check: { type: 'approval', approvers: by('ann'), timeout: chain, onReject: { to: 'end' } } };
};

const files: Json = {
  'calendars/office.json': {
    name: 'office',
    timeZone: 'UTC',
    hours: Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((day) => [day, ['09:00-17:00']])),
  },
  ...process(
    'all',
    ['create'],
    timed({ do: 'remind' }, { do: 'remind' }, { do: 'escalate' }, { do: 'transfer', to: by('bob') }, { do: 'approve' }),
  ),
  ...process('rejects', ['create'], timed({ after: 'PT2H', calendar: 'office', do: 'reject' })),
  ...process('returns', ['create'], {
    check: {
      type: 'approval',
      approvers: by('ann'),
      onReject: { to: 'submitter', then: 'return' },
      timeout: { after: 'PT1H', do: 'approve' },
    },
  }),
};

let scene: ApprovalScene;
beforeAll(async () => {
  scene = await approvalScene(requests(files));
  const { acme, people } = scene;
  await acme.update('user', people.ann, { manager: people.cat });
}, 400_000);
afterAll(() => scene.close());
beforeEach(() => {
  scene.engine.clock.ahead = friday - Date.now();
});

/** Does what is due so many hours after the beginning. */
const drained = async (hours: number): Promise<void> => {
  const { worked, settled } = await scene.engine.engine.drain('acme', friday + hours * hour);
  expect([worked >= 0, settled]).toEqual([true, true]);
};

const timers = async (id: string): Promise<readonly (readonly [string, number])[]> => {
  const { schema } = scene.acme;
  const rows = await scene.engine.sql(
    `select key, extract(epoch from due_at) * 1000 as due from ${schema}._timer where kind = 'approval' and record_id = $1 order by key`,
    [id],
  );
  return rows.map(({ key, due }) => [String(key).split('/').slice(2).join('/'), Math.floor((Number(due) - friday) / hour)]);
};

/** Who is asked, and what has been done by the lapse of time. */
async function stands(id: string): Promise<readonly unknown[]> {
  const { acme, engine, people } = scene;
  const [approval] = await scene.approvals(id);
  const tasks = await engine.sql(
    `select assignee_id as user from ${acme.schema}.approval_task where about_id = $1 and kind = 'approve' and state = 'open' order by id`,
    [id],
  );
  const decisions = await engine.sql(
    `select d.action from ${acme.schema}.request_approval_decision d where d.record_id = $1 and d.because = 'timeout'`,
    [id],
  );
  const nameOf = (user: unknown): string => Object.entries(people).find(([, one]) => one === user)?.[0] ?? 'somebody';
  return [approval?.['status'], tasks.map(({ user }) => nameOf(user)).join(), decisions.length];
}

describe('a time-out', () => {
  it('reminds, escalates, hands on and decides, each once', async () => {
    const id = await scene.create({ kind: 'all', amount: 1 });
    expect(await timers(id)).toEqual([['1/0', 1]]);
    await drained(0.9);
    expect(await stands(id)).toEqual(['running', 'ann', 0]);
    await drained(1.1);
    await drained(1.2);
    expect(await stands(id)).toEqual(['running', 'ann', 1]);
    // The next one counts from when this one was due.
    expect(await timers(id)).toEqual([['1/1', 2]]);
    await drained(2.1);
    expect(await stands(id)).toEqual(['running', 'ann', 2]);
    await drained(3.1);
    expect(await stands(id)).toEqual(['running', 'cat', 3]);
    // Whoever is asked late has as long.
    expect(await timers(id)).toEqual([['2/3', 4]]);
    await drained(4);
    expect(await stands(id)).toEqual(['running', 'cat', 3]);
    await drained(4.2);
    expect(await stands(id)).toEqual(['running', 'bob', 4]);
    await drained(5.3);
    expect(await stands(id)).toEqual(['approved', '', 5]);
    expect(await scene.record(id)).toMatchObject({ life_status: 'normal', locked_by_id: null });
    expect(await timers(id)).toEqual([]);
  });

  it('comes in order after an outage', async () => {
    const id = await scene.create({ kind: 'all', amount: 1 });
    await drained(24);
    expect(await stands(id)).toEqual(['running', 'cat', 3]);
    expect(await timers(id)).toEqual([['2/3', 25]]);
  });

  it('counts the working time of its calendar', async () => {
    const id = await scene.create({ kind: 'rejects', amount: 1 });
    // An hour of Friday, an hour of Monday.
    expect(await timers(id)).toEqual([['1/0', 66]]);
    await drained(65.9);
    expect(await stands(id)).toEqual(['running', 'ann', 0]);
    await drained(66.1);
    expect(await stands(id)).toEqual(['rejected', '', 1]);
    expect(await scene.record(id)).toMatchObject({ life_status: 'draft', locked_by_id: null });
  });

  it('is nothing any more once it is decided, and begins anew where it comes back', async () => {
    const { people, engine, acme } = scene;
    const decided = await scene.create({ kind: 'all', amount: 1 });
    await scene.act(decided, people.ann, { type: 'approve' });
    expect(await timers(decided)).toEqual([]);
    const id = await scene.create({ kind: 'returns', amount: 1 });
    await scene.act(id, people.ann, { type: 'reject' });
    expect(await timers(id)).toEqual([]);
    engine.clock.ahead += 5 * hour;
    await scene.act(id, people.sam, { type: 'resubmit' });
    expect(await timers(id)).toEqual([['2/0', 6]]);
    await drained(5.5);
    expect((await scene.approvals(id))[0]).toMatchObject({ status: 'running' });
    // One that stayed behind finds nothing to do.
    const [row] = await scene.approvals(decided);
    await engine.sql(
      `insert into ${acme.schema}._timer (id, key, kind, due_at, object, record_id, content, created_at)
       values (gen_random_uuid(), 'approval/late', 'approval', now(), 'request', $1, json_build_object('approval', $2::text, 'turn', '1', 'fired', 0, 'from', 0), now())`,
      [decided, row?.['id']],
    );
    await drained(6.1);
    expect((await scene.approvals(id))[0]).toMatchObject({ status: 'approved' });
    expect((await scene.approvals(decided))[0]).toMatchObject({ status: 'approved' });
  });

  it('waits for nobody who has the record in hand, and comes as soon as it is free', async () => {
    const { engine, acme } = scene;
    const id = await scene.create({ kind: 'rejects', amount: 1 });
    await engine.sql('begin');
    await engine.sql(`select from ${acme.schema}.request where id = $1 for update`, [id]);
    await engine.engine.drain('acme', friday + 70 * hour);
    await engine.sql('rollback');
    expect((await scene.approvals(id))[0]).toMatchObject({ status: 'running' });
    await drained(70.1);
    expect(await stands(id)).toEqual(['rejected', '', 1]);
  });
});
