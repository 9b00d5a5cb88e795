// Approvals and automations: steps that call them, what is done at the ends, automations that submit, start or wait by an approval.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startRuns } from '@tessera/workflow';
import { approvalScene, by, codeOf, process, requests, type ApprovalScene } from './approvals-driving-scene.ts';
import type { Json } from '../support/engine.ts';

const v = (name: string): Json => ({ var: name });
const automation = (name: string, trigger: Json, steps: Json, more: Json = {}): Json => ({
  [`automations/${name}.json`]: { name, object: 'request', runAs: 'system', trigger, steps, ...more },
});
/** Leaves a line of its own behind. */
const log = (text: string, more: Json = {}): Json => ({
  log: { type: 'create', object: 'line', values: { name: text, of: v('$record.id') }, order: 90, ...more },
});
const called: Json = { type: 'called', inputs: { word: { type: 'text' } } };
const check = { check: { type: 'approval', order: 10, approvers: by('ann') } };
const on = (...events: readonly string[]): Json => ({ type: 'approval', on: events });

const files: Json = {
  ...process('waits', ['create'], { run: { type: 'automation', order: 5, automation: 'work', values: { word: 'hello' } }, ...check }),
  ...process('goes', ['create'], { run: { type: 'automation', order: 5, automation: 'work', wait: false }, ...check }),
  ...process('sets', ['create', 'update'], check, {
    onSubmit: { set: { note: 'submitted' }, automation: 'work', values: { word: 'in' } },
    onApproved: { set: { note: { cat: ['approved ', { text: v('amount') }] } } },
    onRejected: { set: { note: 'rejected' } },
    onRecalled: { set: { note: 'recalled' }, automation: 'work', values: { word: 'out' } },
  }),
  ...process('told', ['create', 'submit'], check),
  // Shown to nobody: what an automation hands in asks for no button.
  ...process('by', ['submit'], check, { button: { label: { en: 'By' }, visibleWhen: { '==': [v('note'), 'never'] } } }),
  ...process('once', ['submit'], { check: { type: 'approval', approvers: { none: { group: 'none' } }, nobody: 'pass' } }),
  ...process('round', ['submit'], { check: { type: 'approval', approvers: { none: { group: 'none' } }, nobody: 'pass' } }),
  // It looks as if it came to an end.
  ...automation(
    'again',
    { ...on('approved'), process: 'round' },
    { set: { type: 'set', order: 1, values: { note: 'again' } }, submit: { type: 'submit', order: 2, process: 'round' } },
    { when: { '!=': [v('note'), 'enough'] } },
  ),
  // It goes no further as long as the record says so.
  ...automation('work', called, {
    stop: { type: 'fail', order: 1, when: { '==': [v('note'), 'stop'] }, message: { en: 'Not yet.' } },
    ...log('work'),
    word: {
      type: 'create',
      order: 95,
      when: { '!': { isBlank: v('$inputs.word') } },
      object: 'line',
      values: { name: v('$inputs.word'), of: v('$record.id') },
    },
  }),
  ...automation('entered', on('entered'), log('entered'), { when: { '==': [v('kind'), 'told'] } }),
  ...automation('left', { ...on('approved', 'rejected', 'recalled'), process: 'told' }, log('left')),
  ...automation('other', { ...on('approved'), process: 'sets' }, log('other')),
  ...automation('waiting', { type: 'called', inputs: {} }, { until: { type: 'wait', order: 1, event: 'approved' }, ...log('waited') }),
  ...automation(
    'handsIn',
    { type: 'button', label: { en: 'In' }, inputs: {} },
    {
      submit: { type: 'submit', order: 1, process: 'by' },
      ...log('x', { values: { name: v('$steps.submit.status'), of: v('$record.id') } }),
    },
    { runAs: 'user' },
  ),
  ...automation(
    'handsInFor',
    { type: 'atTime', of: 'due', at: '09:00' },
    { submit: { type: 'submit', process: 'by', submitter: v('dan') } },
  ),
  // Told of the end before it waits for it.
  ...automation(
    'waitsLate',
    { type: 'called', inputs: {} },
    {
      submit: { type: 'submit', order: 1, process: 'once' },
      until: { type: 'wait', order: 2, event: 'approved' },
      ...log('late'),
      other: { type: 'wait', order: 95, event: 'approved' },
    },
  ),
  ...automation('handsInOnce', { type: 'called', inputs: {} }, { submit: { type: 'submit', process: 'once' }, ...log('done') }),
};

/** With a date, and lines that automations leave behind. */
function layer(): ReturnType<typeof requests> {
  const made = requests(files);
  const request = made.files['objects/request.json'] as { readonly fields: Json };
  const line = {
    name: 'line',
    plural: 'lines',
    label: { en: 'Line' },
    fields: { name: { type: 'text' }, of: { type: 'lookup', to: 'request', inverse: 'lines' } },
  };
  const fields = { ...request.fields, due: { type: 'date' } };
  return { ...made, files: { ...made.files, 'objects/request.json': { ...request, fields }, 'objects/line.json': line } };
}

let scene: ApprovalScene;
let now = 0;
beforeAll(async () => {
  scene = await approvalScene(layer());
}, 400_000);
afterAll(() => scene.close());
beforeEach(() => {
  now = Date.now();
});

const drained = async (): Promise<void> => {
  now += 1_000;
  await scene.engine.engine.drain('acme', now);
};
const lines = async (id: string): Promise<readonly unknown[]> => {
  const rows = await scene.engine.sql(`select name from ${scene.acme.schema}.line where of_id = $1 order by id`, [id]);
  return rows.map(({ name }) => name);
};
const runOf = async (id: string, automationName: string): Promise<Json> => {
  const [run = {}] = await scene.engine.sql(
    `select id, state, error::text as error, actor from ${scene.acme.schema}._run where record_id = $1 and automation = $2 order by id desc`,
    [id, automationName],
  );
  return run;
};
const asked = async (id: string): Promise<unknown> => {
  const [approval] = await scene.approvals(id);
  return approval?.state.tree?.step.path;
};
const free = (id: string, note: string): Promise<unknown> =>
  scene.engine.sql(`update ${scene.acme.schema}.request set note = $2 where id = $1`, [id, note]);

describe('a step that calls an automation', () => {
  it('waits for its end, and goes on at once where it need not wait', async () => {
    const [waits, goes] = [await scene.create({ kind: 'waits', amount: 1 }), await scene.create({ kind: 'goes', amount: 1 })];
    expect([await asked(waits), await asked(goes)]).toEqual(['run', 'check']);
    expect(await runOf(waits, 'work')).toMatchObject({ state: 'ready', actor: scene.people.sam });
    await drained();
    expect([await asked(waits), await asked(goes)]).toEqual(['check', 'check']);
    expect([await lines(waits), await lines(goes)]).toEqual([['work', 'hello'], ['work']]);
    await scene.act(waits, scene.people.ann, { type: 'approve' });
    expect((await scene.approvals(waits))[0]).toMatchObject({ status: 'approved' });
  });

  it('stands still where it fails, until somebody retries the step, or the run itself', async () => {
    const { acme, engine } = scene;
    const [byStep, byRun, cancelled] = [
      await scene.create({ kind: 'waits', amount: 1, note: 'stop' }),
      await scene.create({ kind: 'waits', amount: 1, note: 'stop' }),
      await scene.create({ kind: 'waits', amount: 1 }),
    ];
    await acme.run('runs.cancel', { id: String((await runOf(cancelled, 'work'))['id']) });
    await drained();
    for (const id of [byStep, byRun, cancelled])
      expect((await scene.approvals(id))[0]?.state.tree?.step).toMatchObject({ kind: 'automation', failed: true });
    const told = await engine.sql(`select name from ${acme.schema}.notification where receiver_id = $1`, [acme.administrator]);
    expect(told.filter(({ name }) => String(name).startsWith('Approval stands still: '))).toHaveLength(3);
    for (const id of [byStep, byRun]) await free(id, 'go');
    const { id: run } = await runOf(byStep, 'work');
    await scene.act(byStep, acme.administrator, { type: 'retry', path: 'run' });
    await scene.act(cancelled, acme.administrator, { type: 'retry', path: 'run' });
    await acme.run('runs.retry', { id: String((await runOf(byRun, 'work'))['id']) });
    await drained();
    for (const id of [byStep, byRun, cancelled]) expect(await asked(id)).toBe('check');
    // What has failed goes on, what was given up is called anew.
    expect((await runOf(byStep, 'work'))['id']).toBe(run);
    expect(await engine.sql(`select count(*)::int as n from ${acme.schema}._run where record_id = $1`, [cancelled])).toEqual([{ n: 2 }]);
  });
});

describe('what a process does', () => {
  it('sets fields and calls automations when a record enters it, and when it ends', async () => {
    const { people } = scene;
    const ends = [
      ['approve', 'approved 5', ['in', 'other', 'work']],
      ['reject', 'rejected', ['in', 'work']],
      ['recall', 'recalled', ['in', 'out', 'work', 'work']],
    ] as const;
    for (const [type, note, left] of ends) {
      const id = await scene.create({ kind: 'sets', amount: 5 });
      expect(await scene.record(id)).toMatchObject({ note: 'submitted' });
      await scene.act(id, type === 'recall' ? people.sam : people.ann, { type });
      expect(await scene.record(id)).toMatchObject({ note });
      await drained();
      expect([...(await lines(id))].sort()).toEqual(left);
    }
  });

  it('sees the record as it would be, and sets it past the lock', async () => {
    const { people } = scene;
    const id = await scene.create({ kind: 'sets', amount: 5 });
    await scene.act(id, people.ann, { type: 'approve' });
    await scene.change(id, { amount: 7 });
    expect(await scene.record(id)).toMatchObject({ note: 'submitted', amount: '5.00', locked_by_id: people.sam });
    await scene.act(id, people.ann, { type: 'approve' });
    expect(await scene.record(id)).toMatchObject({ note: 'approved 7', amount: '7.00', locked_by_id: null });
  });
});

describe('an automation', () => {
  it('starts when a record enters an approval, or leaves it, in the name of its submitter', async () => {
    const { people, acme } = scene;
    const id = await scene.create({ kind: 'told', amount: 1 });
    await drained();
    expect(await lines(id)).toEqual(['entered']);
    await scene.act(id, people.ann, { type: 'reject' });
    await drained();
    expect(await lines(id)).toEqual(['entered', 'left']);
    expect(await runOf(id, 'left')).toMatchObject({ state: 'done', actor: people.sam });
    const told = await acme.run('automations.explain', { automation: 'left', record: id });
    expect(told).toMatchObject({ starts: true, trigger: 'approval' });
    const untold = await acme.run('automations.explain', { automation: 'other', record: id });
    expect(untold).toMatchObject({ starts: false, checks: [{ part: 'event', ok: false }] });
  });

  it('submits as whoever presses its button, and as whom it names', async () => {
    const { people, engine, acme } = scene;
    const [pressed, dated, lonely] = [
      await scene.create({ kind: 'by', amount: 1 }),
      await scene.create({ kind: 'by', amount: 1, due: '2030-01-01' }),
      await scene.create({ kind: 'by', amount: 1, due: '2030-01-01', dan: null }),
    ];
    await acme.run('automations.start', { automation: 'handsIn', object: 'request', id: pressed });
    await drained();
    expect(await lines(pressed)).toEqual(['running']);
    expect((await scene.approvals(pressed))[0]).toMatchObject({ submitter: acme.administrator, event: 'submit' });
    await engine.engine.drain('acme', Date.parse('2030-01-02T00:00:00Z'));
    expect((await scene.approvals(dated))[0]).toMatchObject({ submitter: people.dan, event: 'submit', status: 'running' });
    expect(await scene.approvals(lonely)).toEqual([]);
    expect(String((await runOf(lonely, 'handsInFor'))['error'])).toContain('APPROVAL_SUBMITTER');
    expect(await codeOf(scene.change(dated, { amount: 2 }))).toBe('RECORD_LOCKED');
  });

  it('waits for the end of an approval', async () => {
    const { people, acme } = scene;
    const [id, late] = [await scene.create({ kind: 'told', amount: 1 }), await scene.create({ kind: 'once', amount: 1 })];
    const records: Readonly<Record<string, string>> = { waiting: id, waitsLate: late };
    await scene.as(acme.administrator, async (session) => {
      for (const name of ['waiting', 'handsInOnce', 'waitsLate']) {
        const found = session.model.automations[name];
        if (found === undefined) throw new TypeError('It is there.');
        const record = { object: 'request', id: records[name] ?? (await scene.create({ kind: 'once', amount: 1 })) };
        await startRuns(session, [{ automation: found, record }]);
      }
    });
    await drained();
    expect(await runOf(id, 'waiting')).toMatchObject({ state: 'waiting' });
    await scene.act(id, people.ann, { type: 'approve' });
    await drained();
    expect(await lines(id)).toEqual(expect.arrayContaining(['waited']));
    // One end is one event: it waits for the next.
    expect([await lines(late), await runOf(late, 'waitsLate')]).toMatchObject([['late'], { state: 'waiting' }]);
    // Where nobody need be asked it is over at once.
    const [once] = await scene.engine.sql(`select status from ${acme.schema}._approval where process = 'once'`);
    expect(once).toMatchObject({ status: 'approved' });
  });

  it('goes round no longer than any chain', async () => {
    const { acme, engine } = scene;
    const id = await scene.create({ kind: 'round', amount: 1 });
    await scene.submit(id, 'round');
    await drained();
    const runs = await engine.sql(`select state, error::text as error from ${acme.schema}._run where record_id = $1 order by id`, [id]);
    expect(runs.at(-1)).toMatchObject({ state: 'failed', error: expect.stringContaining('AUTOMATION_LIMIT') });
    // Each automation and each process is one level.
    expect(runs).toHaveLength(25);
  });
});
