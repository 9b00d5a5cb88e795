// Automations before the save that run when a record becomes void, or counts again, and have it belong to another one: that one must be free.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, Json } from '../support/http-client.ts';
import { billScene, type BillScene } from './approvals-entering-scene.ts';

const v = (name: string): Json => ({ var: name });
const is = (name: string, value: unknown): Json => ({ '==': [v(name), value] });

const line: Json = {
  name: 'line',
  plural: 'lines',
  label: { en: 'Line' },
  sharing: 'controlledByParent',
  validationRules: {
    never: { refuseWhen: is('qty', 7), at: 'qty', message: { en: 'No seven when it is saved.' } },
  },
  fields: {
    bill: { type: 'masterDetail', to: 'bill', inverse: 'lines', reparent: true },
    about: { type: 'lookup', to: 'bill', inverse: 'mentions' },
    best: { type: 'lookup', to: 'bill', inverse: 'bests', filter: { '>': [v('amount'), 100] } },
    kind: { type: 'picklist', options: { a: {}, b: {} } },
    note: { type: 'text' },
    qty: { type: 'number' },
  },
};

/** Before the save of a line that becomes void or counts again, where its note says so. */
const moves = (name: string, values: Json): Json => ({
  [`automations/${name}.json`]: {
    name,
    object: 'line',
    runAs: 'system',
    trigger: { type: 'record', on: ['update'], moment: 'beforeSave', changed: ['lifeStatus'] },
    when: is('note', name),
    steps: {
      other: { order: 10, type: 'find', object: 'bill', where: is('code', 'chosen') },
      put: { order: 20, type: 'set', values },
    },
  },
});

/** A part stays with its line for ever. */
const stay: Json = {
  name: 'stay',
  object: 'part',
  runAs: 'system',
  trigger: { type: 'record', on: ['update'], moment: 'beforeSave', changed: ['lifeStatus'] },
  steps: {
    other: { order: 10, type: 'find', object: 'line', where: is('note', 'target') },
    put: { order: 20, type: 'set', values: { line: v('$steps.other.id') } },
  },
};

let scene: BillScene;

beforeAll(async () => {
  scene = await billScene(
    {},
    {
      'objects/line.json': line,
      ...moves('elsewhere', { bill: v('$steps.other.id') }),
      ...moves('mention', { about: v('$steps.other.id'), qty: 7 }),
      ...moves('own', { qty: 7 }),
      ...moves('odd', { kind: v('name') }),
      ...moves('best', { best: v('$steps.other.id') }),
      'automations/stay.json': stay,
    },
  );
});
afterAll(() => scene.close());

const at = (id: string, rest: string): string => `/api/v1/records/line/${id}${rest}`;
const lineOf = (bill: string, note: string): Promise<string> => scene.acme.create('line', { name: 'L', bill, note, qty: 1 });
const stands = (id: string) => scene.acme.read('line', id, 'bill', 'lifeStatus', 'qty');

/** The bill that the automations choose. */
async function chosen(values: Json = {}): Promise<string> {
  await scene.sql(`update ${scene.acme.schema}.bill set code = null where code = 'chosen'`);
  return scene.bill({ code: 'chosen', ...values });
}

async function wait(bill: string): Promise<void> {
  const { status, json } = await scene.clerk.http.patch(scene.path(bill), { amount: 5000 });
  if (status !== 202) throw new Error(JSON.stringify(json));
}

async function stored(): Promise<unknown> {
  const rows: unknown[] = [];
  for (const table of ['bill', 'line', '_history', '_run', '_timer', '_audit'])
    rows.push(await scene.sql(`select to_jsonb(t) as row from ${scene.acme.schema}.${table} t order by t::text`));
  return rows;
}

async function refused(road: () => Promise<Answer>, locked: string): Promise<void> {
  const before = await stored();
  const { status, text } = await road();
  expect([status, text]).toEqual([409, expect.stringMatching(new RegExp(`RECORD_LOCKED.*${locked}`))]);
  expect(await stored()).toEqual(before);
}

async function unfit(road: () => Promise<Answer>, code: string): Promise<void> {
  const before = await stored();
  const { status, text } = await road();
  expect([status, text]).toEqual([422, expect.stringContaining(code)]);
  expect(await stored()).toEqual(before);
}

describe.each([
  ['becomes void', '/void', 'void'],
  ['counts again', '/unvoid', 'normal'],
] as const)('a detail that %s', (_, road, life) => {
  /** As it is before. */
  const prepared = async (bill: string, note: string): Promise<string> => {
    const id = await lineOf(bill, 'none');
    if (road === '/unvoid') await scene.admin.http.post(at(id, '/void'), {});
    await scene.acme.update('line', id, { note });
    return id;
  };

  it('is not put under a master that waits by an automation, and is when that is over', async () => {
    const [from, to] = [await scene.bill(), await chosen()];
    const id = await prepared(from, 'elsewhere');
    await wait(to);
    for (const who of [scene.clerk, scene.admin]) await refused(() => who.http.post(at(id, road), {}), to);
    await scene.decide(scene.clerk, to, 'recall');
    expect((await scene.clerk.http.post(at(id, road), {})).status).toBe(200);
    expect(await stands(id)).toEqual({ bill: to, lifeStatus: life, qty: 1 });
  });

  it('is not taken away from a master that waits either', async () => {
    const [from, to] = [await scene.bill(), await chosen()];
    const id = await prepared(from, 'elsewhere');
    await wait(from);
    await refused(() => scene.clerk.http.post(at(id, road), {}), from);
    await scene.decide(scene.chief, from, 'approve');
    expect((await scene.clerk.http.post(at(id, road), {})).status).toBe(200);
    expect(await stands(id)).toMatchObject({ bill: to });
  });

  it('among others is refused alone, or with all of them', async () => {
    const [from, to] = [await scene.bill(), await chosen()];
    const [moved, own] = [await prepared(from, 'elsewhere'), await prepared(from, 'own')];
    await wait(to);
    const records = [{ id: moved }, { id: own }];
    const operation = road === '/void' ? 'records.void' : 'records.unvoid';
    const before = await stored();
    await expect(scene.clerk.run(operation, { object: 'line', records })).rejects.toMatchObject({ problems: [{ code: 'RECORD_LOCKED' }] });
    expect(await stored()).toEqual(before);
    const { results } = await scene.clerk.run(operation, { object: 'line', records, allOrNone: false });
    expect(results).toMatchObject([
      { ok: false, problems: [{ code: 'RECORD_LOCKED' }] },
      { ok: true, id: own },
    ]);
    expect([await stands(moved), await stands(own)]).toEqual([
      { bill: from, lifeStatus: road === '/void' ? 'normal' : 'void', qty: 1 },
      { bill: from, lifeStatus: life, qty: 7 },
    ]);
  });

  it('may mention what waits: a plain lookup changes nothing of it', async () => {
    const [from, to] = [await scene.bill(), await chosen()];
    const id = await prepared(from, 'mention');
    await wait(to);
    expect((await scene.clerk.http.post(at(id, road), {})).status).toBe(200);
    expect(await scene.acme.read('line', id, 'about', 'qty', 'lifeStatus')).toEqual({ about: to, qty: 7, lifeStatus: life });
  });

  it('is refused clearly where there is nothing to put it under', async () => {
    const id = await prepared(await scene.bill(), 'elsewhere');
    await scene.sql(`update ${scene.acme.schema}.bill set code = null where code = 'chosen'`);
    await unfit(() => scene.clerk.http.post(at(id, road), {}), 'VALUE_REQUIRED');
  });

  it('is held to its fields in what was set on the way, and to no rule of saves', async () => {
    const from = await scene.bill();
    await chosen();
    const [odd, best] = [await prepared(from, 'odd'), await prepared(from, 'best')];
    await unfit(() => scene.clerk.http.post(at(odd, road), {}), 'VALUE_OPTION_UNKNOWN');
    await unfit(() => scene.clerk.http.post(at(best, road), {}), 'LOOKUP_NOT_ALLOWED');
    await chosen({ amount: 500 });
    expect((await scene.clerk.http.post(at(best, road), {})).status).toBe(200);
    const own = await prepared(from, 'own');
    expect((await scene.clerk.http.post(at(own, road), {})).status).toBe(200);
    expect(await stands(own)).toMatchObject({ lifeStatus: life, qty: 7 });
  });

  it('stays with its master where that is for ever', async () => {
    const bill = await scene.bill();
    const [line, target] = [await lineOf(bill, 'x'), await lineOf(bill, 'target')];
    const part = await scene.acme.create('part', { name: 'P', line });
    const path = `/api/v1/records/part/${part}`;
    if (road === '/unvoid') await scene.sql(`update ${scene.acme.schema}.part set life_status = 'void' where id = $1`, [part]);
    await unfit(() => scene.clerk.http.post(path + road, {}), 'FIELD_READ_ONLY');
    await scene.acme.remove('line', target);
  });
});
