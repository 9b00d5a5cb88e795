// A record that waits for an approval, over HTTP: nobody writes it, by whatever road, but its approval and its approvers.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';
import { billScene, type BillScene } from './approvals-entering-scene.ts';

const day = 86_400_000;
let scene: BillScene;
let clerk: Person;
let chief: Person;

beforeAll(async () => {
  scene = await billScene();
  ({ clerk, chief } = scene);
});
afterAll(() => scene.close());
afterEach(() => {
  scene.clock.ahead = 0;
});

const change = (id: string, values: Json, who = clerk): Promise<Answer> => who.http.patch(scene.path(id), values);

/** A bill of which a change waits. */
async function held(values: Json = {}): Promise<string> {
  const id = await scene.bill(values);
  expect((await change(id, { amount: 5000 })).status).toBe(202);
  return id;
}

const codeOf = async (answer: Promise<Answer>) => (await answer).json['code'];

describe('a record that waits', () => {
  it('is written, deleted and given away by nobody, whatever their rights', async () => {
    const id = await held();
    const refused = await change(id, { note: 'mine' });
    expect([refused.status, refused.json['code'], refused.json['detail']]).toEqual([
      409,
      'RECORD_LOCKED',
      expect.stringContaining('clerk has submitted it'),
    ]);
    expect(await codeOf(change(id, { note: 'mine' }, scene.admin))).toBe('RECORD_LOCKED');
    expect(await codeOf(change(id, { owner: chief.id }, scene.admin))).toBe('RECORD_LOCKED');
    expect(await codeOf(clerk.http.call('DELETE', scene.path(id)))).toBe('RECORD_LOCKED');
    expect(await codeOf(clerk.http.post(scene.path(id, '/approval'), {}))).toBe('APPROVAL_PENDING');
    const records = [{ id }, { id: await scene.bill() }];
    const { json } = await clerk.http.post('/api/v1/records/bill/bulk', { action: 'delete', allOrNone: false, records });
    expect(json['results']).toMatchObject([{ ok: false, problems: [{ code: 'RECORD_LOCKED' }] }, { ok: true }]);
    expect(await scene.stands(id)).toMatchObject({ amount: 10, note: null, locked: clerk.id, gone: false });
    const [place] = (await clerk.http.get(scene.path(id, '/stages'))).json['stages'] as readonly Json[];
    expect(place?.['moves']).toMatchObject([{ open: false, problems: [{ code: 'RECORD_LOCKED' }] }]);
  });

  it('is written by its approvers in the fields of their step, as long as it is their turn', async () => {
    const id = await held();
    expect((await change(id, { note: 'seen' }, chief)).status).toBe(200);
    expect(await codeOf(change(id, { note: 'x', amount: 1 }, chief))).toBe('RECORD_LOCKED');
    // Of what is held the held value is edited, by a decision.
    expect(await codeOf(change(id, { amount: 1 }, chief))).toBe('RECORD_LOCKED');
    expect(await scene.stands(id)).toMatchObject({ note: 'seen', amount: 10, locked: clerk.id });
    await scene.decide(chief, id, 'approve');
    expect(await scene.stands(id)).toMatchObject({ note: 'seen', amount: 5000, locked: null });
    // It is large by now; and who would have to approve what he changes himself need not.
    expect((await change(id, { note: 'after' })).status).toBe(202);
    await scene.decide(clerk, id, 'recall');
    expect((await change(id, { note: 'own' }, chief)).status).toBe(200);
    expect(await scene.stands(id)).toMatchObject({ note: 'own', locked: null });
  });

  it('keeps what it points to', async () => {
    const target = await scene.bill();
    const id = await held({ next: target });
    expect(await codeOf(clerk.http.call('DELETE', scene.path(target)))).toBe('RECORD_IN_USE');
    await scene.decide(clerk, id, 'recall');
    expect(await scene.stands(id)).toMatchObject({ amount: 10, life: 'normal', locked: null });
    expect((await clerk.http.call('DELETE', scene.path(target))).status).toBe(204);
  });

  it('goes into no merge; nor does what an approval would have to be asked for', async () => {
    const [id, other] = [await held(), await scene.bill()];
    const merge = (winner: string, loser: string, fields: Json = {}) =>
      codeOf(clerk.http.post(scene.path(winner, '/merge'), { others: [{ id: loser }], fields }));
    expect([await merge(id, other), await merge(other, id)]).toEqual(['RECORD_LOCKED', 'RECORD_LOCKED']);
    const [large, small] = [await scene.bill({ amount: 5000 }), await scene.bill()];
    // The one that goes could be deleted by an approval only.
    expect(await merge(small, large)).toBe('APPROVAL_REQUIRED');
    const medium = await scene.bill({ amount: 90 });
    expect(await merge(small, medium, { amount: medium })).toBeUndefined();
    expect(await scene.stands(small)).toMatchObject({ amount: 90 });
    const pointing = await held({ next: other });
    expect(await merge(await scene.bill(), other)).toBe('RECORD_LOCKED');
    expect(await scene.stands(pointing)).toMatchObject({ locked: clerk.id });
  });

  it('is part of no conversion; nor is a change that would wait', async () => {
    const code = 'converted';
    const task = await clerk.create('task', { name: code });
    const convert = () => codeOf(clerk.http.post(`/api/v1/records/task/${task}/convert/raise`, {}));
    const id = await scene.bill({ code });
    expect([await convert(), await scene.stands(id)]).toMatchObject(['APPROVAL_REQUIRED', { amount: 10, locked: null }]);
    await change(id, { amount: 4000 });
    expect(await convert()).toBe('RECORD_LOCKED');
  });

  it('stays with its owner: pools neither take it nor give it, and what would go back by itself waits', async () => {
    const id = await scene.bill({ note: 'pool' });
    const act = (action: string, body: Json = {}) => codeOf(clerk.http.post(scene.path(id, `/${action}`), body));
    expect(await act('claim')).toBeUndefined();
    await change(id, { amount: 5000 });
    expect([await act('return'), await act('transfer', { to: chief.id })]).toEqual(['RECORD_LOCKED', 'RECORD_LOCKED']);
    scene.clock.ahead = 2 * day;
    await scene.settle();
    expect(await scene.stands(id)).toMatchObject({ owner: clerk.id, locked: clerk.id });
    scene.clock.ahead = 0;
    await scene.decide(clerk, id, 'recall');
    scene.clock.ahead = 4 * day;
    await scene.settle();
    expect(await scene.stands(id)).toMatchObject({ owner: null, locked: null });
  });

  it('stays with its owner also when that one is deactivated', async () => {
    const leaver = await scene.person('leaver', { roles: ['clerk'] });
    const id = await scene.bill({ owner: leaver.id });
    const free = await scene.bill({ owner: leaver.id });
    await change(id, { amount: 5000 });
    const answer = await scene.admin.http.post(`/api/v1/users/${leaver.id}/deactivate`, { handOverTo: chief.id });
    expect(answer.status).toBe(200);
    expect([await scene.stands(id), await scene.stands(free)]).toMatchObject([{ owner: leaver.id }, { owner: chief.id }]);
  });
});

describe('details of a record that waits', () => {
  const make = (object: string, values: Json, who = clerk) => codeOf(who.http.post(`/api/v1/records/${object}`, { name: 'D', ...values }));
  const set = (object: string, id: string, values: Json, who = clerk) => codeOf(who.http.patch(`/api/v1/records/${object}/${id}`, values));
  const drop = (object: string, id: string, who = clerk) => codeOf(who.http.call('DELETE', `/api/v1/records/${object}/${id}`));
  const restore = (object: string, id: string) => codeOf(scene.admin.http.post(`/api/v1/records/${object}/${id}/restore`, {}));

  /** A bill with a line and its part. */
  async function billed(values: Json = {}): Promise<readonly [string, string, string]> {
    const bill = await scene.bill(values);
    const line = await clerk.create('line', { name: 'L', bill, qty: 1 });
    return [bill, line, await clerk.create('part', { name: 'P', line })];
  }

  it('are locked with it at every level, and free again with it', async () => {
    const [bill, line, part] = await billed();
    const [other, moved] = await billed();
    const gone = await clerk.create('line', { name: 'G', bill });
    expect(await drop('line', gone)).toBeUndefined();
    await change(bill, { amount: 5000 });
    const refused = await clerk.http.patch(`/api/v1/records/line/${line}`, { qty: 2 });
    expect([refused.status, refused.json['code'], refused.json['detail']]).toEqual([
      409,
      'RECORD_LOCKED',
      expect.stringContaining(`bill ${bill}`),
    ]);
    const approval = (await scene.pending(bill))?.['id'];
    expect(refused.json['problems']).toMatchObject([{ details: { object: 'bill', id: bill, approval } }]);
    expect(await Promise.all([make('line', { bill }), set('line', line, { note: 'x' }, chief), drop('line', line, scene.admin)])).toEqual(
      Array(3).fill('RECORD_LOCKED'),
    );
    expect(await Promise.all([make('part', { line }), set('part', part, { qty: 1 }), drop('part', part)])).toEqual(
      Array(3).fill('RECORD_LOCKED'),
    );
    expect([await set('line', line, {}), await set('line', moved, { qty: 3 }), await make('line', { bill: other })]).toEqual(
      Array(3).fill(undefined),
    );
    await scene.decide(clerk, bill, 'recall');
    expect([await set('line', line, { qty: 2 }), await make('part', { line }), await drop('part', part)]).toEqual(Array(3).fill(undefined));
    expect(await restore('line', gone)).toBeUndefined();
  });

  it('are not brought in by an automation that chooses another master', async () => {
    const [bill] = await billed({ note: 'redirected' });
    const [other] = await billed();
    const into = (): Promise<unknown> => make('line', { bill: other, note: 'elsewhere' });
    expect(await into()).toBeUndefined();
    await change(bill, { amount: 5000 });
    expect(await into()).toBe('RECORD_LOCKED');
    expect(await make('line', { bill: other, note: 'here' })).toBeUndefined();
  });

  it('stay out of the bin or in it, and go with the bill when that is agreed to', async () => {
    const [bill, line, part] = await billed({ amount: 500 });
    expect(await drop('part', part)).toBeUndefined();
    expect((await clerk.http.call('DELETE', scene.path(bill))).status).toBe(202);
    expect([await drop('line', line), await restore('part', part)]).toEqual(['RECORD_LOCKED', 'RECORD_LOCKED']);
    expect((await scene.decide(chief, bill, 'approve')).status).toBe(200);
    expect((await clerk.http.get(`/api/v1/records/line/${line}`)).status).toBe(404);
  });

  it('are those that the process names, with fields that its approvers may change', async () => {
    const vip = await clerk.create('customer', { name: 'V', vip: true });
    const [bill, line, part] = await billed({ customer: vip });
    await change(bill, { amount: 700 });
    expect(await set('line', line, { note: 'x' })).toBe('RECORD_LOCKED');
    expect(await set('line', line, { note: 'seen' }, chief)).toBeUndefined();
    expect(await set('line', line, { note: 'x', qty: 9 }, chief)).toBe('RECORD_LOCKED');
    expect([await make('line', { bill }, chief), await drop('line', line, chief)]).toEqual(['RECORD_LOCKED', 'RECORD_LOCKED']);
    expect(await set('part', part, { qty: 5 })).toBeUndefined();
  });

  it('are made with a new record, and corrected by whoever has it back', async () => {
    const body = { name: 'N', amount: 3000, boss: chief.id, lines: [{ name: 'L', parts: [{ name: 'P' }] }] };
    const made = await clerk.http.post('/api/v1/records/bill', body);
    expect([made.status, made.json['lifeStatus']]).toEqual([201, 'inApproval']);
    const bill = String(made.json['id']);
    expect(await make('line', { bill })).toBe('RECORD_LOCKED');
    await scene.decide(chief, bill, 'return', { comment: 'Another line, please.' });
    expect([await make('line', { bill }), await make('line', { bill }, chief)]).toEqual([undefined, 'RECORD_LOCKED']);
  });
});
