// What follows approvals: tasks as records of their own, histories, who sees what for how long, and who is told in which language.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { offerScene, type OfferScene } from './approvals-following-scene.ts';

let world: OfferScene;
beforeAll(async () => {
  world = await offerScene();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.told();
  await world.mails();
});

const day = 86_400_000;
const id = (name: keyof OfferScene['people']): string => world.people[name].id;
const decisions = async (approval: string): Promise<readonly unknown[]> => {
  const rows = await world.rows('offer_approval_decision', `approval_id = '${approval}'`);
  return rows.map(({ action, step, comment }) =>
    [action, step, comment].flatMap((each) => (typeof each === 'string' ? [each] : [])).join(' | '),
  );
};

describe('an approval that begins', () => {
  it('is a task of those who are asked, in their language, who now see the record', async () => {
    const offer = await world.offer();
    expect(await world.people.ann.read('offer', offer, 'name')).toBeUndefined();
    const approval = await world.submit(offer, { comment: 'Please.' });
    expect(await world.tasks(approval)).toEqual({ ann: 'approve open', sam: 'submission open' });
    const [task] = await world.rows('approval_task', `approval = '${approval}' and kind = 'approve'`);
    expect(task).toMatchObject({ name: 'Big', step: 'boss', about_object: 'offer', about_id: offer, process: 'discount', owner_id: null });
    // After a day there is a reminder, three days after it was asked somebody else.
    expect(Number(task?.['due_at']) - Number(task?.['asked_at'])).toBe(3 * day);
    expect(await world.sharers(offer)).toEqual(['ann read']);
    expect(await world.people.ann.read('offer', offer, 'name')).toEqual({ name: 'Big' });
    expect(await world.people.bob.read('offer', offer, 'name')).toBeUndefined();
    expect(await world.told()).toEqual(['ann: 待审批：Big']);
    const [mail, ...others] = await world.mails();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ to: 'ann', subject: '待审批：Big' });
    expect(mail?.text).toMatch(/sam提交了报价“Big”，请审批（discount，主管）。\n\nPlease\.\n\n.*\/records\/offer\//s);
    const [history] = await world.rows('offer_approval', `id = '${approval}'`);
    expect(history).toMatchObject({
      process: 'discount',
      event: 'submit',
      submitter_id: id('sam'),
      state: 'running',
      comment: 'Please.',
      ended_at: null,
    });
    expect(await decisions(approval)).toEqual(['submitted | Please.']);
  });

  it('opens the record by shares that only let read, and that nobody else takes away', async () => {
    const { ann, sam } = world.people;
    const offer = await world.offer();
    await world.submit(offer);
    const { layers, edit } = await world.scene.admin.run('records.access', { object: 'offer', id: offer, user: ann.id });
    expect([layers.read.filter(({ gives }) => gives).map(({ kind }) => kind), edit]).toEqual([['approvalShare'], false]);
    const [share] = await sam.run('records.shares', { object: 'offer', id: offer });
    expect(share).toMatchObject({ to: { user: ann.id }, origin: 'approval', access: 'read' });
    await world.scene.admin.run('records.unshare', { object: 'offer', id: offer, shares: [share?.id ?? ''] });
    expect(await world.sharers(offer)).toEqual(['ann read']);
  });

  it('is called for each what that person may read, else by the object’s label', async () => {
    const approval = await world.submit(await world.offer({ boss: id('dan') }));
    const [task] = await world.rows('approval_task', `approval = '${approval}' and kind = 'approve'`);
    expect(task?.['name']).toBe('Offer');
    expect(await world.told()).toEqual(['dan: To approve: Offer']);
    expect((await world.mails())[0]?.text).not.toMatch(/Big/);
  });
});

describe('an approval that goes on', () => {
  it('ends tasks as they were decided, keeps the record with who decided, and takes it from who need not any more', async () => {
    const offer = await world.offer();
    const approval = await world.submit(offer);
    await world.told();
    await world.act('ann', approval, 'approve', { comment: 'Fine.', edits: { rate: 0.4 } });
    expect(await world.tasks(approval)).toEqual({
      ann: 'approve approved',
      bob: 'approve open',
      cat: 'approve open',
      eve: 'copy open',
      sam: 'submission open',
    });
    const done = (await world.rows('approval_task', `approval = '${approval}' and state = 'approved'`))[0];
    expect(done).toMatchObject({ decided_by_id: id('ann'), comment: 'Fine.' });
    // Eve is told what she may see, which is nothing of the offer.
    expect(await world.told()).toEqual(['bob: To approve: Big', 'cat: To approve: Big', 'eve:  goes on']);
    await world.act('bob', approval, 'approve');
    expect(await world.tasks(approval)).toMatchObject({ bob: 'approve approved', cat: 'approve released', sam: 'submission approved' });
    expect(await world.sharers(offer)).toEqual(['ann read', 'bob read']);
    expect(await world.people.cat.read('offer', offer, 'name')).toBeUndefined();
    expect(await world.told()).toEqual(['sam: Approved: Big']);
    expect((await world.rows('offer_approval', `id = '${approval}'`))[0]).toMatchObject({ state: 'approved', ended_at: expect.any(Date) });
    expect(await decisions(approval)).toEqual(['submitted', 'approved | boss | Fine.', 'approved | board']);
    const [, changed] = await world.rows('offer_approval_decision', `approval_id = '${approval}'`);
    expect(changed).toMatchObject({ person_id: id('ann'), changed: ['rate'] });
  });

  it('is a stand-in’s for somebody, and both see it', async () => {
    const from = new Date(world.scene.clock.now() - day).toISOString().slice(0, 10);
    const to = new Date(world.scene.clock.now() + day).toISOString().slice(0, 10);
    const absence = await world.scene.acme.create('absence', { person: id('ann'), standIn: id('bob'), from, to });
    const offer = await world.offer();
    const approval = await world.submit(offer);
    await world.scene.acme.remove('absence', absence);
    const [task] = await world.rows('approval_task', `approval = '${approval}' and kind = 'approve'`);
    expect(task).toMatchObject({ assignee_id: id('bob'), in_name_of_id: id('ann') });
    expect(await world.told()).toEqual(['bob: To approve: Big (for ann)']);
    expect((await world.mails())[0]?.text).toMatch(/^sam asks for approval \(for ann\): Offer Big \(discount, Manager\)\./);
    expect(await world.sharers(offer)).toEqual(['ann read', 'bob read']);
    await world.act('bob', approval, 'transfer', { to: [id('cat')], comment: 'Yours.' });
    expect(await world.sharers(offer)).toEqual(['bob read', 'cat read']);
    const [, handed] = await world.rows('offer_approval_decision', `approval_id = '${approval}'`);
    expect(handed).toMatchObject({
      action: 'transferred',
      person_id: id('bob'),
      in_name_of_id: id('ann'),
      to_id: id('cat'),
      comment: 'Yours.',
    });
    const [open] = await world.rows('approval_task', `approval = '${approval}' and kind = 'approve' and state = 'open'`);
    expect(open).toMatchObject({ assignee_id: id('cat'), from_id: id('bob') });
  });

  it('comes back to whoever takes an approval back, on the task that there was', async () => {
    const offer = await world.offer();
    const approval = await world.submit(offer);
    await world.act('ann', approval, 'approve', { comment: 'Fine.' });
    await world.act('ann', approval, 'takeBack');
    expect(await world.tasks(approval)).toMatchObject({ ann: 'approve open', bob: 'approve released', cat: 'approve released' });
    expect((await world.rows('approval_task', `approval = '${approval}' and kind = 'approve'`)).length).toBe(3);
    expect(await world.sharers(offer)).toEqual(['ann read']);
    await world.act('sam', approval, 'recall');
    expect(await world.tasks(approval)).toMatchObject({ ann: 'approve released', sam: 'submission recalled' });
    expect(await world.sharers(offer)).toEqual([]);
  });

  it('reminds those who do not decide, and hands their tasks on, each time-out as it says', async () => {
    const { clock, engine } = world.scene;
    const offer = await world.offer({ name: 'Late' });
    const approval = await world.submit(offer);
    await world.told();
    const begun = clock.now();
    await engine.drain('acme', begun + day + 60_000);
    expect((await world.told()).filter((line) => line.includes('Late'))).toEqual(['ann: 催办：Late等待审批']);
    expect(await world.tasks(approval)).toMatchObject({ ann: 'approve open' });
    await engine.drain('acme', begun + 3 * day + 60_000);
    expect((await world.told()).filter((line) => line.includes('Late'))).toEqual(['cat: To approve: Late']);
    expect(await world.tasks(approval)).toMatchObject({ ann: 'approve transferred', cat: 'approve open' });
    expect(await world.sharers(offer)).toEqual(['cat read']);
    const rows = await world.rows('offer_approval_decision', `approval_id = '${approval}' and because is not null`);
    expect(rows.map((row) => [row['action'], row['because'], row['person_id'], row['in_name_of_id'], row['to_id']])).toEqual([
      ['reminded', 'timeout', null, id('ann'), null],
      ['transferred', 'timeout', null, id('ann'), id('cat')],
    ]);
  });

  it('lets people be asked who answer, and are told so', async () => {
    const offer = await world.offer();
    const approval = await world.submit(offer);
    await world.told();
    await world.act('ann', approval, 'ask', { to: [id('eve')], comment: 'Is it so?' });
    expect(await world.tasks(approval)).toMatchObject({ eve: 'reply open' });
    expect(await world.told()).toEqual(['eve: Question about Big']);
    await world.act('eve', approval, 'answer', { comment: 'It is.' });
    expect(await world.tasks(approval)).toMatchObject({ eve: 'reply answered', ann: 'approve open' });
    expect(await world.told()).toEqual(['ann: 答复：Big']);
    expect(await world.sharers(offer)).toEqual(['ann read', 'eve read']);
    expect(await decisions(approval)).toEqual(['submitted', 'asked | Is it so?', 'answered | It is.']);
  });

  it('tells the submitter of a rejection, with what was said', async () => {
    const approval = await world.submit(await world.offer());
    await world.told();
    await world.act('ann', approval, 'reject', { comment: 'Too much.' });
    expect(await world.told()).toEqual(['sam: Rejected: Big']);
    const mail = (await world.mails()).find(({ to }) => to === 'sam');
    expect(mail?.text).toMatch(/^Offer Big has been rejected \(discount\) by ann\.\n\nToo much\./);
  });
});

describe('a change that was approved and cannot be written', () => {
  it('is told as failed, and as approved when it is written after all', async () => {
    const { sam } = world.people;
    const offer = await world.offer({ kind: 'coded' });
    await sam.update('offer', offer, { code: 'X1' });
    const rival = await world.offer({ kind: 'none', code: 'X1' });
    const [row] = await world.rows('offer_approval', `record_id = '${offer}'`);
    const approval = String(row?.['id']);
    const states = async (): Promise<unknown> => [
      (await world.rows('offer_approval', `id = '${approval}'`)).map(({ state, ended_at: ended }) => [state, ended !== null]),
      await world.tasks(approval),
    ];
    await world.told();
    await world.act('ann', approval, 'approve');
    expect(await states()).toEqual([[['failed', false]], { ann: 'approve approved', sam: 'submission failed' }]);
    // The submitter, and who has to see to it.
    expect(await world.told()).toEqual(['admin', 'sam'].map((name) => `${name}: Approved, but not written: Big`));
    await world.scene.acme.update('offer', rival, { code: 'X2' });
    await world.act('admin', approval, 'retry');
    expect(await states()).toEqual([[['approved', true]], { ann: 'approve approved', sam: 'submission approved' }]);
    expect(await world.told()).toEqual(['sam: Approved: Big']);
    expect(await decisions(approval)).toEqual(['submitted', 'approved | boss', 'retried']);
  });
});

describe('a deletion that was approved', () => {
  const deleted = async (): Promise<{ readonly offer: string; readonly approval: string }> => {
    const offer = await world.offer({ kind: 'leaving' });
    await world.people.sam.remove('offer', offer);
    const [row] = await world.rows('offer_approval', `record_id = '${offer}'`);
    const approval = String(row?.['id']);
    await world.act('ann', approval, 'approve', { comment: 'Away.' });
    return { offer, approval };
  };

  it('takes its histories to the bin with the record, and back, or away for good', async () => {
    const { offer, approval } = await deleted();
    const states = async (): Promise<unknown> => [
      (await world.rows('offer_approval', `record_id = '${offer}'`)).map((row) => [row['state'], row['deleted_at'] !== null]),
      (await world.rows('offer_approval_decision', `record_id = '${offer}'`)).map((row) => [row['action'], row['deleted_at'] !== null]),
    ];
    expect(await states()).toEqual([
      [['approved', true]],
      [
        ['submitted', true],
        ['approved', true],
      ],
    ]);
    expect(await world.tasks(approval)).toEqual({ ann: 'approve approved', sam: 'submission approved' });
    await world.scene.acme.run('records.restore', { object: 'offer', ids: [offer] });
    expect(await states()).toEqual([
      [['approved', false]],
      [
        ['submitted', false],
        ['approved', false],
      ],
    ]);
    const other = await deleted();
    await world.scene.acme.run('records.purge', { object: 'offer', ids: [other.offer] });
    expect(await world.rows('offer_approval', `id = '${other.approval}'`)).toEqual([]);
  });
});

describe('many approvals at once', () => {
  const begin = async (count: number): Promise<number> => {
    const records = Array.from({ length: count }, (_, i) => ({ name: `Offer ${String(i)}`, kind: 'many', boss: id('bob') }));
    const texts = await world.scene.statements(() => world.people.sam.run('records.create', { object: 'offer', records }));
    return texts.length;
  };

  it('begin in as many statements as a few, and are told in one message', async () => {
    // What is read once for all is read before.
    await begin(1);
    await world.told();
    await world.mails();
    const few = await begin(7);
    expect(await world.told()).toEqual(['bob: 7 records to approve']);
    expect(await begin(200)).toBe(few);
    expect((await world.mails()).map(({ to, subject }) => `${to}: ${subject}`)).toEqual([
      'bob: 7 records to approve',
      'bob: 200 records to approve',
    ]);
    expect((await world.rows('approval_task', `process = 'many' and kind = 'approve' and state = 'open'`)).length).toBe(208);
  });
});

describe('tasks', () => {
  it('are records like any: counted, filtered, read by nobody but whose they are, and written by nobody', async () => {
    const { ann, eve, sam } = world.people;
    const approval = await world.submit(await world.offer({ boss: id('eve') }));
    const mine = `{ open: approvalTasks(where: { assigneeId: { eq: "${id('eve')}" }, state: { eq: open }, kind: { in: [approve, reply] } }) { nodes { name approval } }
      states: approvalTasksAggregate(where: { approval: { eq: "${approval}" } }, groupBy: [{ kind: VALUE }, { state: VALUE }]) { group { kind state } count } }`;
    expect(await eve.http.graphql(mine)).toEqual({
      open: { nodes: [{ name: 'Big', approval }] },
      states: [{ group: { kind: 'approve', state: 'open' }, count: 1 }],
    });
    expect(await ann.http.graphql(mine)).toEqual({ open: { nodes: [] }, states: [] });
    const [task] = await world.rows('approval_task', `approval = '${approval}' and kind = 'approve'`);
    const path = `/api/v1/records/approvalTask/${String(task?.['id'])}`;
    expect((await eve.http.patch(path, { state: 'approved' })).json['problems']).toMatchObject([
      { code: 'OBJECT_KEPT' },
      { code: 'PERMISSION_DENIED' },
    ]);
    expect((await world.scene.admin.http.patch(path, { state: 'approved' })).json['code']).toBe('OBJECT_KEPT');
    expect((await world.scene.admin.http.call('DELETE', path)).json['code']).toBe('OBJECT_KEPT');
    expect((await sam.http.get(path)).status).toBe(404);
    expect((await world.scene.admin.http.get(path)).status).toBe(200);
  });
});
