// Every road by which something could change a record that waits for an approval, or what belongs to it: each is closed, and nothing changes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer, Json } from '../support/http-client.ts';
import { streamOf } from '../records/files-scene.ts';
import { roadsScene, type Family, type RoadsScene } from './approvals-lock-roads-scene.ts';

let scene: RoadsScene;
let locked: Family;
let free: Family;

beforeAll(async () => {
  scene = await roadsScene();
});
afterAll(() => scene.close());
beforeEach(async () => {
  free = await scene.family();
  locked = await scene.family();
});

const at = (object: string, id: string, rest = ''): string => `/api/v1/records/${object}/${id}${rest}`;
const told = async (answer: Promise<Answer>): Promise<string> => JSON.stringify((await answer).json);
const post = (path: string, body: Json = {}): Promise<string> => told(scene.admin.http.post(path, body));
const change = (object: string, id: string, values: Json): Promise<string> => told(scene.admin.http.patch(at(object, id), values));
const bulk = (object: string, action: string, records: readonly Json[], more: Json = {}): Promise<string> =>
  post(`/api/v1/records/${object}/bulk`, { action, allOrNone: false, records, ...more });
const merge = (object: string, winner: string, loser: string, fields: Json = {}): Promise<string> =>
  post(at(object, winner, '/merge'), { others: [{ id: loser }], fields });
const convert = (object: string, id: string, name: string): Promise<string> => post(at(object, id, `/convert/${name}`));
const task = (values: Json): Promise<string> => scene.acme.create('task', { name: 'T', ...values });
const lineOf = (bill: string, values: Json = {}): Promise<string> => scene.acme.create('line', { name: 'X', bill, ...values });

async function imported(object: string, header: string, row: string): Promise<string> {
  const columns = Object.fromEntries(
    header.split(',').map((field) => [field, field === 'bill' ? { field, lookup: { by: 'code' } } : { field }]),
  );
  const by = header.includes('code') ? { by: 'code' } : {};
  return JSON.stringify(
    await scene.admin.run('records.import', { object, mapping: { columns }, content: streamOf(`${header}\n${row}\n`), ...by }),
  );
}

type Road = () => Promise<string>;

/** Roads that are prepared while the bill is free yet. */
type Prepared = () => Promise<Road>;

const direct =
  (road: Road): Prepared =>
  () =>
    Promise.resolve(road);

const toBill: Readonly<Record<string, Prepared>> = {
  'a change': direct(() => change('bill', locked.bill, { note: 'x' })),
  'a change of nothing': direct(() => change('bill', locked.bill, {})),
  'a new owner': direct(() => change('bill', locked.bill, { owner: scene.chief.id })),
  'a move to another stage': direct(() => change('bill', locked.bill, { state: 'paid' })),
  'a delete': direct(() => told(scene.admin.http.call('DELETE', at('bill', locked.bill)))),
  'being made void': direct(() => post(at('bill', locked.bill, '/void'))),
  'counting again': direct(() => post(at('bill', locked.bill, '/unvoid'))),
  'bulk updates': direct(() => bulk('bill', 'update', [{ id: locked.bill, note: 'x' }])),
  'bulk upserts': direct(() => bulk('bill', 'upsert', [{ code: locked.code, note: 'x' }], { by: 'code' })),
  'bulk deletes': direct(() => bulk('bill', 'delete', [{ id: locked.bill }])),
  'an import': direct(() => imported('bill', 'code,note', `${locked.code},x`)),
  'a merge that it would survive': direct(() => merge('bill', locked.bill, free.bill)),
  'a merge that it would go into': direct(() => merge('bill', free.bill, locked.bill)),
  'a merge of what it points to': async () => {
    const [one, other] = [await scene.acme.create('customer', { name: 'C' }), await scene.acme.create('customer', { name: 'C' })];
    await scene.acme.update('bill', locked.bill, { customer: other });
    return () => merge('customer', one, other);
  },
  'the undoing of its merge': async () => {
    const { merge: id } = JSON.parse(await merge('bill', locked.bill, await scene.bill())) as { readonly merge: string };
    return () => post(at('bill', locked.bill, `/merge/${id}/undo`));
  },
  'a conversion that takes it': async () => {
    await scene.acme.update('bill', locked.bill, { code: 'T' });
    const id = await task({});
    return () => convert('task', id, 'take');
  },
  'the steps of an automation: update': direct(() => scene.automate('setBill')),
  'the steps of an automation: delete': direct(() => scene.automate('dropBill')),
  'the steps of an automation: assign': direct(() => scene.automate('assignBill')),
  'the steps of an automation: upsert from a query': direct(() => scene.automate('upsertBill')),
};

const toDetails: Readonly<Record<string, Prepared>> = {
  'a new one': direct(() => post('/api/v1/records/line', { name: 'N', bill: locked.bill })),
  'a new one further down': direct(() => post('/api/v1/records/part', { name: 'N', line: locked.line })),
  'a change': direct(() => change('line', locked.line, { note: 'x' })),
  'a change of nothing, to which an automation before the save adds': direct(() => change('line', locked.line, {})),
  'a change further down': direct(() => change('part', locked.part, { note: 'x' })),
  'a new owner': direct(() => change('line', locked.line, { owner: scene.chief.id })),
  'being moved out': direct(() => change('line', locked.line, { bill: free.bill })),
  'being moved in': direct(() => change('line', free.line, { bill: locked.bill })),
  'being moved in further down': direct(() => change('part', free.part, { line: locked.line })),
  'a delete': direct(() => told(scene.admin.http.call('DELETE', at('line', locked.line)))),
  'coming back from the bin': async () => {
    await scene.acme.remove('line', locked.line);
    return () => post(at('line', locked.line, '/restore'));
  },
  'being made void': direct(() => post(at('line', locked.line, '/void'))),
  'counting again': async () => {
    await post(at('line', locked.line, '/void'));
    return () => post(at('line', locked.line, '/unvoid'));
  },
  'bulk updates': direct(() => bulk('line', 'update', [{ id: locked.line, qty: 5 }])),
  'bulk upserts': direct(() => bulk('line', 'upsert', [{ code: locked.code, qty: 5 }], { by: 'code' })),
  'bulk deletes': direct(() => bulk('part', 'delete', [{ id: locked.part }])),
  'an import of changes': direct(() => imported('line', 'code,qty', `${locked.code},5`)),
  'an import of new ones': direct(() => imported('line', 'name,bill', `N,${locked.code}`)),
  'a merge that one would survive': direct(() => merge('line', locked.line, free.line)),
  'a merge that one would survive as it is': async () => {
    const other = await lineOf(free.bill);
    return () => merge('line', locked.line, other);
  },
  'a merge that one would go into': direct(() => merge('line', free.line, locked.line)),
  'a merge of what they point to': async () => {
    const [one, other] = [await task({}), await task({})];
    await scene.acme.update('line', locked.line, { job: other });
    return () => merge('task', one, other);
  },
  'the undoing of a merge of theirs': async () => {
    const other = await lineOf(locked.bill);
    const { merge: id } = JSON.parse(await merge('line', locked.line, other)) as { readonly merge: string };
    return () => post(at('line', locked.line, `/merge/${id}/undo`));
  },
  'the undoing of a merge of what they point to': async () => {
    const [one, other] = [await task({}), await task({})];
    await scene.acme.update('line', locked.line, { job: other });
    const { merge: id } = JSON.parse(await merge('task', one, other)) as { readonly merge: string };
    return () => post(at('task', one, `/merge/${id}/undo`));
  },
  'a conversion that changes them': direct(() => convert('bill', locked.bill, 'split')),
  'a conversion that takes along what hangs on its record': async () => {
    await scene.bill({ note: 'hook' });
    const id = await task({});
    await scene.acme.update('line', locked.line, { about: { object: 'task', id } });
    return () => convert('task', id, 'hang');
  },
  'the steps of an automation: update': direct(() => scene.automate('setLine')),
  'the steps of an automation: delete': direct(() => scene.automate('dropLine')),
  'the steps of an automation: create': direct(() => scene.automate('makeLine')),
  'the steps of an automation: upsert from a query': direct(() => scene.automate('upsertLine')),
  'the steps of an automation: allocate': direct(() => scene.automate('spreadLines')),
};

describe.each([
  ['a bill that waits', toBill],
  ['details of a bill that waits', toDetails],
] as const)('%s: closed to', (_, roads) => {
  it.each(Object.entries(roads))('%s', async (__, prepare) => {
    const road = await prepare();
    await scene.lock(locked);
    const before = await scene.stored();
    expect(await road()).toMatch(/RECORD_LOCKED/);
    expect(await scene.stored()).toEqual(before);
  });
});

describe('what is left open', () => {
  it('lookups are emptied that lead to what goes', async () => {
    const id = await task({});
    await scene.acme.update('line', locked.line, { job: id });
    await scene.lock(locked);
    expect((await scene.admin.http.call('DELETE', at('task', id))).status).toBe(204);
    expect(await scene.acme.read('line', locked.line, 'job')).toEqual({ job: null });
  });

  it('records that somebody leaves behind go to another one, but for those that wait and what belongs to them', async () => {
    const leaver = await scene.person('leaver', { roles: ['clerk'] });
    for (const { line } of [locked, free]) await scene.acme.update('line', line, { owner: leaver.id });
    await scene.lock(locked);
    await post(`/api/v1/users/${leaver.id}/deactivate`, { handOverTo: scene.chief.id });
    const owners = [await scene.acme.read('line', locked.line, 'owner'), await scene.acme.read('line', free.line, 'owner')];
    expect(owners).toEqual([{ owner: leaver.id }, { owner: scene.chief.id }]);
  });

  it('what a conversion makes waits with all that it makes of it', async () => {
    const id = await task({ owner: scene.chief.id });
    await lineOf(free.bill, { job: id });
    const answer = await scene.admin.http.post(at('task', id, '/convert/order'), {});
    expect([answer.status, answer.json]).toMatchObject([200, { targets: [{ outcome: 'created' }], children: [{ outcome: 'created' }] }]);
    const [made] = answer.json['targets'] as readonly Json[];
    expect(await scene.stands(String(made?.['id']))).toMatchObject({ life: 'inApproval', locked: scene.admin.id });
  });
});
