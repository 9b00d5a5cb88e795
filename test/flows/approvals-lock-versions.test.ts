// What approvals lock that go on with a version of their process which is in force no more, over HTTP, and in a backup.
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Administration } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import type { Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';
import { billScene, type BillScene } from './approvals-entering-scene.ts';

let scene: BillScene;
let clerk: Person;

beforeAll(async () => {
  scene = await billScene();
  ({ clerk } = scene);
});
afterAll(() => scene.close());

describe('what a version of a process locks', () => {
  const path = (id: string, rest = ''): string => `/api/v1/records/customer/${id}${rest}`;
  const noted = async (id: string) => (await clerk.http.patch(scene.path(id), { note: new Date().toISOString() })).status;
  const guard = (locks: Json, more: Json = {}): Json => ({
    'approvalProcesses/guard__c.json': {
      name: 'guard__c',
      object: 'customer',
      on: ['submit'],
      locks,
      steps: { ask: { type: 'approval', approvers: { clerks: { role: 'clerk' } } } },
      ...more,
    },
  });

  /** A customer that is handed in, with a bill. */
  async function handedIn(): Promise<readonly [customer: string, bill: string]> {
    const customer = await clerk.create('customer', { name: 'G' });
    const id = await scene.bill({ customer });
    expect((await clerk.http.post(path(customer, '/approval'), { process: 'guard__c' })).status).toBe(201);
    return [customer, id];
  }

  it('is locked as long as its approvals go on, whatever versions come and go, also that which was there before', async () => {
    const { acme } = scene;
    await acme.apply(guard({}));
    const [, before] = await handedIn();
    expect(await noted(before)).toBe(200);
    await acme.apply(guard({ bills: {} }));
    const [customer, id] = await handedIn();
    expect([await noted(before), await noted(id)]).toEqual([200, 409]);
    await acme.apply(guard({}));
    const [, after] = await handedIn();
    expect([await noted(after), await noted(id)]).toEqual([200, 409]);
    await acme.apply(guard({}, { active: false }));
    expect(await noted(id)).toBe(409);
    const noticed = (schema: string): Promise<unknown> => scene.sql(`select former_locks from ${schema}._state`);
    const locks = JSON.stringify([{ object: 'customer', locks: ['bills'] }]);
    expect(await noticed(acme.schema)).toEqual([{ former_locks: locks }]);
    const administration = new Administration({
      cell: scene.cell,
      log: silentLogger,
      secret: 'a secret of these tests, long enough',
      clock: scene.clock,
    });
    const lines: string[] = [];
    await administration.backup('acme', (line) => Promise.resolve(void lines.push(line)));
    await administration.restore(Readable.from(lines), { name: 'other' });
    expect(await noticed('t_other')).toEqual([{ former_locks: locks }]);
    await administration.dropTenant('other');
    const { approval } = (await clerk.http.get(path(customer, '/approval'))).json as { readonly approval: Json };
    expect((await clerk.http.post(`/api/v1/approvals/${String(approval['id'])}/recall`, {})).status).toBe(200);
    expect(await noted(id)).toBe(200);
    await acme.apply(guard({}));
    expect(await noticed(acme.schema)).toEqual([{ former_locks: null }]);
  });

  it('takes in what lies on the way to it, which could be moved away with it', async () => {
    await scene.acme.apply(guard({ 'bills.lines': {} }));
    const [, id] = await handedIn();
    const line = await clerk.http.post('/api/v1/records/line', { name: 'L', bill: id });
    expect([await noted(id), line.status]).toEqual([409, 409]);
    await scene.acme.apply(guard({}));
  });
});

describe('automations', () => {
  const start = (name: string) => clerk.http.post('/api/v1/records/task', { name });

  it('enter processes with the person whose rights they have, the system none', async () => {
    const id = await scene.bill({ code: 'nudged' });
    expect((await start('asSystem')).status).toBe(201);
    expect(await scene.stands(id)).toMatchObject({ amount: 7000, locked: null });
    await scene.sql(`update ${scene.acme.schema}.bill set amount = 1 where id = $1`, [id]);
    expect((await start('asUser')).status).toBe(201);
    expect(await scene.stands(id)).toMatchObject({ amount: 1, locked: clerk.id });
    expect(await scene.pending(id)).toMatchObject({ process: 'large' });
  });

  it('do not write what waits either', async () => {
    const refused = await start('asSystem');
    expect([refused.status, refused.json['code']]).toEqual([422, 'AUTOMATION_FAILED']);
    const [{ id } = {}] = await scene.sql(`select id from ${scene.acme.schema}.bill where code = 'nudged'`);
    await scene.decide(clerk, String(id), 'recall');
    expect((await start('asSystem')).status).toBe(201);
    expect(await scene.stands(String(id))).toMatchObject({ amount: 7000, locked: null });
  });
});
