// Approvals on the database: what becomes of the record by each event and outcome, what fails and is tried again, what approvers edit.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { noteOn, whatIf } from '@tessera/workflow';
import {
  approvalScene,
  by,
  codeOf,
  events,
  handIn,
  process,
  requests,
  together,
  type ApprovalScene,
  type Name,
} from './approvals-driving-scene.ts';
import type { Json } from '../support/engine.ts';

const simple = { check: { type: 'approval', approvers: by('ann') } };

const files: Json = {
  ...together(events.map((event) => process(`on${event}`, [event], simple))),
  ...process('edited', ['create', 'update'], {
    first: { type: 'approval', order: 1, approvers: by('ann'), editable: ['note', 'amount'] },
    second: { type: 'approval', order: 2, approvers: by('bob'), onReject: { to: 'submitter' } },
  }),
  ...process('nobody', ['create', 'update'], { check: { type: 'approval', approvers: { none: { group: 'none' } }, nobody: 'refuse' } }),
  ...process('passes', ['create', 'update', 'delete'], {
    check: { type: 'approval', approvers: { none: { group: 'none' } }, nobody: 'pass' },
  }),
  ...process('sized', ['create', 'submit'], {
    size: {
      type: 'branch',
      order: 1,
      cases: {
        big: { when: { '>': [{ var: 'amount' }, 100] }, steps: { board: { type: 'approval', approvers: by('bob', 'cat') } } },
      },
      otherwise: { chief: { type: 'approval', approvers: { chief: { managerOf: 'submitter' } } } },
    },
    last: { type: 'approval', order: 9, approvers: by('dan') },
  }),
};

let scene: ApprovalScene;
beforeAll(async () => {
  scene = await approvalScene(requests(files));
  const { acme, people } = scene;
  await acme.update('user', people.sam, { manager: people.ann });
}, 400_000);
afterAll(() => scene.close());

const free = { pending: 0, locked: false, tasks: [] };
const held = { pending: 1, locked: true };

const handedIn = (event: (typeof events)[number], kind = `on${event}`): Promise<string> => handIn(scene, event, kind);

describe('an approval that is over', () => {
  const outcomes = ['approved', 'rejected', 'recalled', 'cancelled'] as const;

  it.each(events)('leaves the record as it is to be, after %s', async (event) => {
    const { acme, people } = scene;
    for (const outcome of outcomes) {
      const id = await handedIn(event);
      expect(await scene.consistent(id)).toMatchObject(held);
      expect(await scene.record(id)).toMatchObject({
        amount: '1.00',
        deleted_at: null,
        locked_by_id: people.sam,
        life_status: event === 'create' || event === 'submit' ? 'inApproval' : 'normal',
      });
      // Whoever writes meanwhile does so in vain.
      expect(await codeOf(scene.change(id, { note: 'x' }))).toBe('RECORD_LOCKED');
      if (outcome === 'approved') await scene.act(id, people.ann, { type: 'approve' });
      if (outcome === 'rejected') await scene.act(id, people.ann, { type: 'reject' });
      if (outcome === 'recalled') await scene.act(id, people.sam, { type: 'recall' });
      if (outcome === 'cancelled') await scene.act(id, acme.administrator, { type: 'cancel' });
      const record = await scene.record(id);
      expect(await scene.consistent(id)).toEqual(free);
      expect(await scene.approvals(id)).toMatchObject([{ status: outcome, event }]);
      const isCarriedOut = outcome === 'approved';
      expect(record['life_status']).toBe(event === 'create' && !isCarriedOut ? 'draft' : 'normal');
      expect(record['amount']).toBe(event === 'update' && isCarriedOut ? '2.00' : '1.00');
      expect(record['deleted_at'] === null).toBe(!(event === 'delete' && isCarriedOut));
      if (event === 'update' && isCarriedOut) expect(record['updated_by_id']).toBe(people.sam);
    }
  });

  it('lets a new record that was not approved be changed and submitted again', async () => {
    const { people } = scene;
    const id = await handedIn('create');
    await scene.act(id, people.ann, { type: 'reject' });
    expect(await scene.change(id, { amount: 5 })).toMatchObject({ ok: true });
    await scene.submit(id, 'oncreate');
    expect(await codeOf(scene.submit(id))).toBe('APPROVAL_PENDING');
    await scene.act(id, people.ann, { type: 'reject' });
    expect(await scene.record(id)).toMatchObject({ life_status: 'draft', amount: '5.00' });
    await scene.submit(id);
    await scene.act(id, people.ann, { type: 'approve' });
    expect(await scene.record(id)).toMatchObject({ life_status: 'normal', locked_by_id: null });
    expect(await codeOf(scene.submit(id))).toBe('APPROVAL_NONE');
    expect(await codeOf(scene.submit(id, 'onsubmit'))).toBe('APPROVAL_NONE');
    expect(await codeOf(scene.submit(id, 'oncreate'))).toBe('COMPONENT_UNKNOWN');
  });

  it('is so at once where nobody need be asked, and does not begin where nobody can be', async () => {
    const passed = await handedIn('create', 'passes');
    expect(await scene.record(passed)).toMatchObject({ life_status: 'normal', locked_by_id: null });
    await scene.change(passed, { amount: 3 });
    expect(await scene.record(passed)).toMatchObject({ amount: '3.00', locked_by_id: null });
    expect(await scene.consistent(passed)).toEqual(free);
    expect(await scene.remove(passed)).toMatchObject({ ok: true });
    expect((await scene.record(passed))['deleted_at']).not.toBeNull();
    expect((await scene.approvals(passed)).map(({ status }) => status)).toEqual(['approved', 'approved', 'approved']);
    expect(await codeOf(handedIn('create', 'nobody'))).toBe('APPROVAL_NOBODY');
    const id = await handedIn('create', 'none');
    expect(await codeOf(scene.change(id, { kind: 'nobody' }))).toBe('APPROVAL_NOBODY');
    expect(await scene.record(id)).toMatchObject({ kind: 'none', locked_by_id: null });
    expect(await scene.approvals(id)).toEqual([]);
  });
});

describe('a held change that cannot be written', () => {
  it('is told, stays locked, and is tried again or given up by administrators', async () => {
    const { acme, people } = scene;
    const id = await handedIn('create', 'onupdate');
    await scene.change(id, { code: 'taken' });
    const other = await scene.create({ kind: 'other', code: 'taken' });
    expect((await scene.act(id, people.ann, { type: 'approve' })).approval.status).toBe('failed');
    expect(await scene.approvals(id)).toMatchObject([{ status: 'failed', ended_at: null, problems: [{ code: 'RECORD_NOT_UNIQUE' }] }]);
    expect(await scene.consistent(id)).toEqual({ ...held, tasks: [] });
    expect(await codeOf(scene.act(id, people.ann, { type: 'approve' }))).toBe('APPROVAL_FAILED');
    expect(await codeOf(scene.act(id, people.sam, { type: 'recall' }))).toBe('APPROVAL_FAILED');
    expect(await codeOf(scene.act(id, people.sam, { type: 'retry', path: '' }))).toBe('APPROVAL_NOT_ADMINISTRATOR');
    expect((await scene.act(id, acme.administrator, { type: 'retry', path: '' })).approval.status).toBe('failed');
    await scene.change(other, { code: 'free' });
    expect((await scene.act(id, acme.administrator, { type: 'retry', path: '' })).approval.status).toBe('approved');
    expect(await scene.record(id)).toMatchObject({ code: 'taken', locked_by_id: null });
    expect(await scene.consistent(id)).toEqual(free);
  });

  it('is written with the rights that its submitter has by then, and not where that person has gone', async () => {
    const { acme, people } = scene;
    const id = await handedIn('update');
    await acme.update('user', people.sam, { active: false });
    try {
      await scene.act(id, people.ann, { type: 'approve' });
    } finally {
      await acme.update('user', people.sam, { active: true });
    }
    expect(await scene.approvals(id)).toMatchObject([{ status: 'failed', problems: [{ code: 'APPROVAL_SUBMITTER_INACTIVE' }] }]);
    await acme.update('user', people.sam, { roles: [] });
    try {
      expect((await scene.act(id, acme.administrator, { type: 'retry', path: '' })).approval.status).toBe('failed');
    } finally {
      await acme.update('user', people.sam, { roles: ['clerk'] });
    }
    expect((await scene.act(id, acme.administrator, { type: 'cancel' })).approval.status).toBe('cancelled');
    expect(await scene.record(id)).toMatchObject({ amount: '1.00', locked_by_id: null });
  });
});

describe('what approvers edit', () => {
  it('is written to a new record', async () => {
    const { people } = scene;
    const id = await scene.create({ kind: 'edited', amount: 10 });
    const approve = (edits: Json, who = people.ann): Promise<unknown> => scene.act(id, who, { type: 'approve' }, { edits });
    expect(await codeOf(approve({ code: 'x' }))).toBe('APPROVAL_NOT_EDITABLE');
    expect(await codeOf(approve({ amount: 5000 }))).toBe('VALIDATION_FAILED');
    expect(await codeOf(approve({ note: 'x' }, people.bob))).toBe('APPROVAL_NOT_ASKED');
    expect(await scene.record(id)).toMatchObject({ amount: '10.00', note: null });
    await approve({ note: 'seen', amount: 20 });
    expect(await scene.record(id)).toMatchObject({ amount: '20.00', note: 'seen', updated_by_id: people.ann, locked_by_id: people.sam });
    // The step after has nothing to edit.
    expect(await codeOf(approve({ note: 'again' }, people.bob))).toBe('APPROVAL_NOT_EDITABLE');
    expect(await scene.consistent(id)).toMatchObject({ ...held, tasks: [expect.any(String)] });
    // What has come back is its submitter's to correct, and nobody else's.
    await scene.act(id, people.bob, { type: 'reject' });
    expect(await codeOf(scene.acme.update('request', id, { note: 'x' }))).toBe('RECORD_LOCKED');
    await scene.change(id, { note: 'corrected' });
    await scene.act(id, people.sam, { type: 'resubmit' }, { edits: { amount: 30 } });
    expect(await scene.record(id)).toMatchObject({ amount: '30.00', note: 'corrected', life_status: 'inApproval' });
  });

  it('changes what is held of a change; so does its submitter, when it has come back', async () => {
    const { people } = scene;
    const id = await scene.create({ kind: 'x', amount: 10 });
    await scene.change(id, { kind: 'edited', amount: 11, pin: 'secret' });
    const [before] = await scene.approvals(id);
    const pin = (before?.['held'] as { readonly input: Json }).input['pin'];
    expect(String(pin)).not.toContain('secret');
    expect(await codeOf(scene.act(id, people.ann, { type: 'approve' }, { edits: { amount: 5000 } }))).toBe('VALIDATION_FAILED');
    await scene.act(id, people.ann, { type: 'approve' }, { edits: { amount: 12, note: 'beside' } });
    expect(await scene.record(id)).toMatchObject({ amount: '10.00', note: 'beside', kind: 'x' });
    expect(await scene.approvals(id)).toMatchObject([{ held: { changes: { amount: { old: '10', new: '12' }, pin: { new: null } } } }]);
    await scene.act(id, people.bob, { type: 'reject' });
    expect(await scene.approvals(id)).toMatchObject([{ status: 'returned' }]);
    expect(await codeOf(scene.act(id, people.ann, { type: 'resubmit' }, { edits: { amount: 13 } }))).toBe('APPROVAL_NOT_SUBMITTER');
    await scene.act(id, people.sam, { type: 'resubmit' }, { edits: { amount: 13, code: 'new' } });
    await scene.act(id, people.ann, { type: 'approve' });
    await scene.act(id, people.bob, { type: 'approve' });
    expect(await scene.record(id)).toMatchObject({ amount: '13.00', kind: 'edited', code: 'new', pin, locked_by_id: null });
  });
});

describe('what is asked beside it', () => {
  it('changes nothing, and is answered by who was asked', async () => {
    const { people } = scene;
    const id = await handedIn('submit');
    const [row] = await scene.approvals(id);
    const approval = String(row?.['id']);
    const note = (who: string, more: Json): Promise<string> =>
      codeOf(scene.as(who, (session) => noteOn(session, { approval, by: who, kind: 'comment', comment: 'c', ...more })));
    expect(await note(people.bob, {})).toBe('done');
    expect(await note(people.bob, { kind: 'ask', to: [people.cat] })).toBe('APPROVAL_NOT_ASKED');
    expect(await note(people.ann, { kind: 'ask', to: [crypto.randomUUID()] })).toBe('APPROVAL_UNFIT');
    expect(await note(people.ann, { kind: 'ask', to: [people.cat] })).toBe('done');
    expect(await note(people.bob, { kind: 'answer' })).toBe('APPROVAL_NOT_ASKED');
    expect(await note(people.cat, { kind: 'answer' })).toBe('done');
    expect(await note(people.cat, { kind: 'answer' })).toBe('APPROVAL_NOT_ASKED');
    const [after] = await scene.approvals(id);
    expect(after?.state).toEqual(row?.state);
    await scene.act(id, people.ann, { type: 'approve' });
    expect(await note(people.ann, {})).toBe('APPROVAL_ENDED');
  });

  it('is told who would be asked, with values that nobody has written', async () => {
    const { people } = scene;
    const plan = (amount: number): Promise<unknown> =>
      scene.as(people.sam, async (session) => {
        const object = session.model.objects['request'];
        if (object === undefined) throw new TypeError('There are requests.');
        const values = { name: 'Tried', kind: 'sized', amount, bob: people.bob, cat: people.cat, dan: people.dan };
        const { process: named, outcome, lines } = await whatIf(session, { object, values, submitter: people.sam, event: 'create' });
        return [named, outcome, lines.flatMap((line) => (line.kind === 'asked' ? [line.task.assignee] : []))];
      });
    expect(await plan(500)).toEqual(['sized', 'approved', [people.bob, people.cat, people.dan]]);
    expect(await plan(5)).toEqual(['sized', 'approved', [people.ann, people.dan]]);
    expect(await scene.engine.sql(`select 1 from ${scene.acme.schema}.request where name = 'Tried'`)).toEqual([]);
  });
});

describe('an approval that began before the metadata changed', () => {
  const lookup = (name: string): Json => ({ type: 'lookup', to: 'user', inverse: `${name}Things__c` });
  const thing = (fields: Json): Json => ({
    'objects/thing__c.json': {
      name: 'thing__c',
      plural: 'things__c',
      label: { en: 'Thing' },
      sharing: 'private',
      fields: { ...fields, ann__c: lookup('ann'), bob__c: lookup('bob') },
    },
  });
  const approved = (who: Name): Json => ({
    'approvalProcesses/things__c.json': {
      name: 'things__c',
      object: 'thing__c',
      on: ['update'],
      steps: { check: { type: 'approval', approvers: { who: { field: `${who}__c` } } } },
    },
  });
  const text = { type: 'text' };
  /** A thing that is being changed. */
  const changing = async (values: Json): Promise<string> => {
    const { acme, people } = scene;
    const id = await acme.create('thing__c', { name: 'T', extra__c: 'x', ann__c: people.ann, bob__c: people.bob });
    await acme.run('records.update', { object: 'thing__c', records: [{ id, values }] });
    return id;
  };
  const stored = (id: string): Promise<readonly Json[]> =>
    scene.engine.sql(`select * from ${scene.acme.schema}.thing__c where id = $1`, [id]);

  it('goes on as it began, with its fields by their new names; what no longer fits is given up by an administrator', async () => {
    const { acme, people } = scene;
    await acme.apply({ ...thing({ extra__c: text, size__c: text }), ...approved('ann') });
    const first = await changing({ size__c: 'L' });
    await acme.apply({ ...thing({ extra__c: text, extent__c: { ...text, renamedFrom: ['size__c'] } }), ...approved('bob') });
    expect(await codeOf(scene.act(first, people.bob, { type: 'approve' }))).toBe('APPROVAL_NOT_ASKED');
    await scene.act(first, people.ann, { type: 'approve' });
    expect(await stored(first)).toMatchObject([{ extent__c: 'L', locked_by_id: null }]);
    const second = await changing({ extent__c: 'M' });
    // Plans see to it that it fits; what was brought about by other ways may not.
    const { schema } = acme;
    await scene.engine.sql(
      `insert into ${schema}._definition select 'former', kind, name, replace(content::text, 'bob__c', 'gone__c')::json, created_at
         from ${schema}._definition where hash = (select definition from ${schema}._approval where record_id = $1)`,
      [second],
    );
    await scene.engine.sql(`update ${schema}._approval set definition = 'former' where record_id = $1`, [second]);
    expect(await codeOf(scene.act(second, people.bob, { type: 'approve' }))).toBe('APPROVAL_OUTDATED');
    expect(await codeOf(scene.act(second, people.bob, { type: 'cancel' }))).toBe('APPROVAL_NOT_ADMINISTRATOR');
    expect((await scene.act(second, acme.administrator, { type: 'cancel' })).approval.status).toBe('cancelled');
    expect(await stored(second)).toMatchObject([{ extent__c: null, locked_by_id: null }]);
  });
});
