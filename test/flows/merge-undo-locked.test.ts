// Undoing a merge while something that it would change waits for an approval: refused as a whole, and done when the approval is over.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, Json } from '../support/http-client.ts';
import { billScene, type BillScene } from './approvals-entering-scene.ts';

let scene: BillScene;

beforeAll(async () => {
  scene = await billScene();
});
afterAll(() => scene.close());

const at = (object: string, id: string, rest = ''): string => `/api/v1/records/${object}/${id}${rest}`;
const customer = (name: string): Promise<string> => scene.acme.create('customer', { name });

interface Merged {
  readonly object: string;
  readonly winner: string;
  readonly merge: string;
}

async function merged(object: string, winner: string, loser: string, fields: Json = {}): Promise<Merged> {
  const { status, json } = await scene.admin.http.post(at(object, winner, '/merge'), { others: [{ id: loser }], fields });
  if (status !== 200) throw new Error(JSON.stringify(json));
  return { object, winner, merge: String(json['merge']) };
}

const undo = ({ object, winner, merge }: Merged): Promise<Answer> => scene.admin.http.post(at(object, winner, `/merge/${merge}/undo`), {});

/** All that an undoing could have touched. */
async function stored(): Promise<unknown> {
  const tables = ['bill', 'customer', 'slip', 'line', '_merge', '_history', '_share'];
  const rows: unknown[] = [];
  for (const table of tables) rows.push(await scene.sql(`select to_jsonb(t) as row from ${scene.acme.schema}.${table} t order by t::text`));
  return rows;
}

/** @param lockedId the record that the refusal names */
async function refused(merge: Merged, lockedId: string): Promise<void> {
  const before = await stored();
  const { status, json } = await undo(merge);
  expect([status, JSON.stringify(json)]).toEqual([409, expect.stringMatching(new RegExp(`RECORD_LOCKED.*${lockedId}`))]);
  expect(await stored()).toEqual(before);
}

/** A change of the bill waits from now on. */
async function wait(id: string, values: Json = { amount: 5000 }): Promise<void> {
  const { status, json } = await scene.clerk.http.patch(scene.path(id), values);
  if (status !== 202) throw new Error(JSON.stringify(json));
}

const approval = async (object: string, id: string): Promise<string> =>
  String(((await scene.admin.http.get(at(object, id, '/approval'))).json['approval'] as Json)['id']);

describe('what points to the record that was merged', () => {
  it.each([
    ['approved', 'chief', 'approve', 5000],
    ['rejected', 'chief', 'reject', 10],
    ['recalled', 'clerk', 'recall', 10],
  ] as const)('keeps the merge as it is while it waits, and goes back once it is %s', async (_, who, action, amount) => {
    const [a, b] = [await customer('A'), await customer('B')];
    const [waiting, other] = [await scene.bill({ customer: b }), await scene.bill({ customer: b })];
    const merge = await merged('customer', a, b, { name: b });
    await wait(waiting);
    await refused(merge, waiting);
    expect(await scene.acme.read('customer', a, 'name', 'total')).toEqual({ name: 'B', total: 20 });
    expect((await scene.decide(scene[who], waiting, action, { comment: 'so' })).status).toBe(200);
    expect((await undo(merge)).json).toMatchObject({ restored: [b], gone: [], kept: [] });
    for (const id of [waiting, other]) expect(await scene.acme.read('bill', id, 'customer')).toEqual({ customer: b });
    expect(await scene.acme.read('customer', a, 'name', 'total')).toEqual({ name: 'A', total: 0 });
    expect(await scene.acme.read('customer', b, 'total')).toEqual({ total: 10 + amount });
  });

  it('stays where its approval has put it, and is told of', async () => {
    const [a, b, c] = [await customer('A'), await customer('B'), await customer('C')];
    const id = await scene.bill({ customer: b });
    const merge = await merged('customer', a, b);
    await wait(id, { amount: 5000, customer: c });
    await refused(merge, id);
    await scene.decide(scene.chief, id, 'approve');
    expect((await undo(merge)).json).toMatchObject({ restored: [b], kept: [{ object: 'bill', id, field: 'customer' }] });
    expect(await scene.acme.read('bill', id, 'customer')).toEqual({ customer: c });
  });

  it('is not waited for where somebody has led it elsewhere before it began to wait', async () => {
    const [a, b, c] = [await customer('A'), await customer('B'), await customer('C')];
    const id = await scene.bill({ customer: b });
    const merge = await merged('customer', a, b);
    await scene.acme.update('bill', id, { customer: c });
    await wait(id);
    expect((await undo(merge)).json).toMatchObject({ restored: [b], kept: [{ object: 'bill', id, field: 'customer' }] });
  });

  it('as its detail keeps the merge as it is too', async () => {
    const [a, b] = [await customer('A'), await customer('B')];
    const slip = await scene.acme.create('slip', { name: 'S', customer: b, amount: 1, boss: scene.chief.id });
    const merge = await merged('customer', a, b);
    const change = await scene.clerk.http.patch(at('slip', slip), { amount: 2 });
    expect([change.status, change.json]).toMatchObject([202, {}]);
    await refused(merge, slip);
    const done = await scene.chief.http.post(`/api/v1/approvals/${await approval('slip', slip)}/approve`, {});
    expect(done.status).toBe(200);
    expect((await undo(merge)).json).toMatchObject({ restored: [b], kept: [] });
    expect(await scene.acme.read('slip', slip, 'customer', 'amount')).toEqual({ customer: b, amount: 2 });
  });

  it('as a detail of something that waits keeps the merge as it is', async () => {
    const [a, b] = [await scene.bill(), await scene.bill()];
    const line = await scene.acme.create('line', { name: 'L', bill: b });
    const merge = await merged('bill', a, b);
    await wait(a);
    await refused(merge, a);
    await scene.decide(scene.chief, a, 'approve');
    expect((await undo(merge)).json).toMatchObject({ restored: [b], kept: [] });
    expect(await scene.acme.read('line', line, 'bill')).toEqual({ bill: b });
  });
});

describe('what the record that was merged pointed to', () => {
  it('lets it not come back as its detail while it waits', async () => {
    const [a, b] = [await scene.bill(), await scene.bill()];
    const [one, other] = [await scene.acme.create('line', { name: 'L', bill: a }), await scene.acme.create('line', { name: 'M', bill: b })];
    const merge = await merged('line', one, other, { name: other });
    await wait(b);
    await refused(merge, b);
    expect(await scene.acme.read('line', one, 'name')).toEqual({ name: 'M' });
    await scene.decide(scene.chief, b, 'approve');
    expect((await undo(merge)).json).toMatchObject({ restored: [other], kept: [] });
    expect(await scene.acme.read('line', one, 'name')).toEqual({ name: 'L' });
    expect(await scene.acme.read('line', other, 'bill')).toEqual({ bill: b });
  });

  it('is itself not changed by it, so a plain lookup may lead there again', async () => {
    const [a, target] = [await scene.bill(), await scene.bill()];
    const b = await scene.bill({ next: target });
    const merge = await merged('bill', a, b, { next: b });
    await wait(target);
    const before = await scene.sql(`select to_jsonb(t) as row from ${scene.acme.schema}.bill t where id = $1`, [target]);
    expect((await undo(merge)).json).toMatchObject({ restored: [b], kept: [] });
    expect(await scene.acme.read('bill', a, 'next')).toEqual({ next: null });
    expect(await scene.acme.read('bill', b, 'next')).toEqual({ next: target });
    expect(await scene.sql(`select to_jsonb(t) as row from ${scene.acme.schema}.bill t where id = $1`, [target])).toEqual(before);
  });

  it('and went meanwhile, keeps the merge as it is', async () => {
    const [a, b] = [await scene.bill(), await scene.bill()];
    const [one, other] = [await scene.acme.create('line', { name: 'L', bill: a }), await scene.acme.create('line', { name: 'M', bill: b })];
    const merge = await merged('line', one, other);
    await scene.acme.remove('bill', b);
    const before = await stored();
    const { status, json } = await undo(merge);
    expect([status, JSON.stringify(json)]).toEqual([409, expect.stringContaining('RECORD_PARENT_DELETED')]);
    expect(await stored()).toEqual(before);
  });
});
