// What somebody must approve first, over HTTP: what is held, what is there meanwhile, and that nobody writes round it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openFileStore, sweepFiles, type FileStore } from '@tessera/records';
import type { Json } from '../support/http-client.ts';
import { streamOf } from '../records/files-scene.ts';
import type { Person } from './access-scene.ts';
import { billScene, type BillScene } from './approvals-entering-scene.ts';

let scene: BillScene;
let clerk: Person;
let chief: Person;
let folder: string;
let store: FileStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-approvals-'));
  store = openFileStore({ kind: 'disk', root: folder });
  scene = await billScene({ files: store });
  ({ clerk, chief } = scene);
});
afterAll(async () => {
  await scene.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  scene.clock.ahead = 0;
});

const running = { approval: { id: expect.any(String), status: 'running' } };
const change = (id: string, values: Json, who = clerk) => who.http.patch(scene.path(id), values);
const remove = (id: string, who = clerk) => who.http.call('DELETE', scene.path(id));
const free = { life: 'normal', locked: null, gone: false };

describe('making a record void', () => {
  const act = (id: string, action: string, who = clerk) => who.http.post(scene.path(id, `/${action}`), {});

  it('waits as a delete does, and is then the submitter’s doing', async () => {
    const id = await scene.bill({ amount: 500 });
    const answer = await act(id, 'void');
    expect([answer.status, answer.json['approval']]).toMatchObject([202, { status: 'running' }]);
    expect(await scene.stands(id)).toMatchObject({ life: 'normal', locked: clerk.id });
    expect(await scene.pending(id)).toMatchObject({ process: 'voiding', event: 'void', changes: null });
    expect((await act(id, 'void')).json['code']).toBe('RECORD_LOCKED');
    expect((await scene.decide(chief, id, 'approve')).status).toBe(200);
    expect(await scene.stands(id)).toMatchObject({ life: 'void', locked: null });
    const audit = await scene.sql(
      `select field, new, actor from ${scene.acme.schema}._history where record_id = $1 and field = 'lifeStatus'`,
      [id],
    );
    expect(audit).toEqual([{ field: 'lifeStatus', new: 'void', actor: clerk.id }]);
    // To count again asks nobody.
    expect((await act(id, 'unvoid')).status).toBe(200);
    expect(await scene.stands(id)).toMatchObject({ life: 'normal', locked: null });
  });

  it('is not done where it is rejected, nor asked of what is small', async () => {
    const [id, small] = [await scene.bill({ amount: 500 }), await scene.bill()];
    await act(id, 'void');
    await scene.decide(chief, id, 'reject');
    expect(await scene.stands(id)).toMatchObject({ life: 'normal', locked: null });
    expect((await act(small, 'void')).status).toBe(200);
    const records = [{ id }, { id: small }];
    const { json } = await clerk.http.post('/api/v1/records/bill/bulk', { action: 'void', records });
    expect(json['results']).toMatchObject([
      { ok: true, approval: { status: 'running' } },
      { ok: true, version: 2 },
    ]);
    await scene.decide(clerk, id, 'recall');
    expect(await scene.stands(id)).toMatchObject({ life: 'normal', locked: null });
  });

  it('is for whoever may delete', async () => {
    const typist = await scene.person('typist', { roles: ['typist'] });
    const id = await scene.bill();
    expect((await typist.http.patch(scene.path(id), { note: 'x' })).status).toBe(200);
    for (const action of ['void', 'unvoid']) {
      const refused = await act(id, action, typist);
      expect([refused.status, refused.json['code']]).toEqual([403, 'PERMISSION_DENIED']);
    }
  });
});

describe('a new record', () => {
  it('is there, locked and not in force, until it is approved', async () => {
    const customer = await clerk.create('customer', { name: 'C' });
    const total = async () => (await clerk.read('customer', customer, 'total'))?.['total'];
    const made = await clerk.http.post('/api/v1/records/bill', { name: 'N', amount: 2000, boss: chief.id, customer });
    expect([made.status, made.json]).toMatchObject([201, { lifeStatus: 'inApproval', amount: 2000 }]);
    const id = String(made.json['id']);
    expect(await scene.stands(id)).toMatchObject({ amount: 2000, life: 'inApproval', locked: clerk.id });
    expect(await scene.pending(id)).toMatchObject({ process: 'large', status: 'running' });
    expect(Number(await total())).toBe(0);
    expect((await scene.decide(chief, id, 'approve')).status).toBe(200);
    expect([await scene.stands(id), await scene.pending(id), Number(await total())]).toMatchObject([free, null, 2000]);
  });

  it('is handed in with the records that are nested in it', async () => {
    const make = async (slips: readonly Json[]) => {
      const { json, status } = await clerk.http.post('/api/v1/records/customer', { name: 'nested', slips });
      const id = String(json['id']);
      const path = `/api/v1/records/customer/${id}`;
      const waits = (await clerk.http.get(`${path}/approval`)).json['approval'];
      return [status, waits === null, (await clerk.read('customer', id, 'lifeStatus'))?.['lifeStatus']];
    };
    expect(await make([{ name: 'S', amount: 1 }])).toEqual([201, false, 'inApproval']);
    // Nobody need be asked: it is approved at once.
    expect(await make([])).toEqual([201, true, 'normal']);
  });

  it('that is rejected is a draft: freely written, and handed in again', async () => {
    const made = await clerk.http.post('/api/v1/records/bill', { name: 'D', amount: 2000, boss: chief.id });
    const id = String(made.json['id']);
    await scene.decide(chief, id, 'reject');
    expect(await scene.stands(id)).toMatchObject({ life: 'draft', locked: null, amount: 2000 });
    expect((await change(id, { amount: 9000 })).status).toBe(200);
    expect((await clerk.http.post(scene.path(id, '/approval'), {})).status).toBe(201);
    expect(await scene.stands(id)).toMatchObject({ life: 'inApproval', locked: clerk.id, amount: 9000 });
    await scene.decide(chief, id, 'approve');
    expect(await scene.stands(id)).toMatchObject(free);
  });
});

describe('a change', () => {
  it('waits beside the record, which keeps what it has', async () => {
    const id = await scene.bill();
    const { status, json } = await change(id, { amount: 5000, pin: '1234' });
    expect([status, json]).toEqual([202, running]);
    expect(await scene.stands(id)).toMatchObject({ amount: 10, life: 'normal', locked: clerk.id });
    const [row] = await scene.sql(`select held from ${scene.acme.schema}._approval where record_id = $1`, [id]);
    const { input, changes } = (row?.['held'] ?? {}) as { readonly input: Json; readonly changes: Json };
    expect(changes).toMatchObject({ amount: { old: '10', new: '5000' }, pin: { old: null, new: null } });
    expect(String(input['pin'])).not.toContain('1234');
    await scene.decide(chief, id, 'approve');
    expect(await scene.stands(id)).toMatchObject({ ...free, amount: 5000 });
    expect(await scene.sql(`select pin from ${scene.acme.schema}.bill where id = $1`, [id])).toEqual([{ pin: input['pin'] }]);
    // A change that no process asks about, and one that changes nothing.
    expect((await change(await scene.bill(), { note: 'x' })).status).toBe(200);
    expect((await change(await scene.bill({ amount: 4000 }), { amount: 4000 })).status).toBe(200);
  });

  it('keeps the files that it names, until it is decided', async () => {
    const upload = async () => {
      const form = new FormData();
      form.append('file', new Blob(['a scan'], { type: 'text/plain' }), 'scan.txt');
      const { json } = await clerk.http.call('POST', '/api/v1/files', { body: form });
      return String(json['id']);
    };
    const [kept, lost] = [await upload(), await upload()];
    const id = await scene.bill({ amount: 2000 });
    expect((await change(id, { scan: kept })).status).toBe(202);
    const clock = { now: () => scene.clock.now() + 2 * 86_400_000 };
    expect(await sweepFiles({ database: scene.cell.tenant('acme'), store, clock })).toBe(1);
    expect((await clerk.http.get(`/api/v1/files/${lost}`)).status).toBe(404);
    await scene.decide(chief, id, 'approve');
    expect((await clerk.http.get(scene.path(id))).json['scan']).toBe(kept);
  });

  it('enters the first process whose entry holds, over the record as it was and as it would be', async () => {
    const customer = await scene.acme.create('customer', { name: 'V', vip: true });
    const id = await scene.bill({ customer, amount: 600 });
    expect((await change(id, { amount: 900 })).status).toBe(200);
    await change(id, { amount: 1500 });
    expect(await scene.pending(id)).toMatchObject({ process: 'vip' });
  });

  it('by key is held like any other', async () => {
    const id = await scene.bill({ code: 'k1' });
    const put = (values: Json) =>
      clerk.http.call('PUT', '/api/v1/records/bill/by/code/k1', { body: JSON.stringify(values), type: 'application/json' });
    expect(await put({ amount: 3000 })).toMatchObject({ status: 202, json: running });
    expect(await scene.stands(id)).toMatchObject({ amount: 10, locked: clerk.id });
  });

  it('into a stage that asks for an approval waits for that one', async () => {
    const id = await scene.bill();
    const [place] = (await clerk.http.get(scene.path(id, '/stages'))).json['stages'] as readonly Json[];
    expect(place?.['moves']).toEqual([expect.objectContaining({ to: 'sent', approval: 'sending', open: true })]);
    expect((await change(id, { state: 'sent' })).status).toBe(202);
    expect([await scene.stands(id), await scene.pending(id)]).toMatchObject([{ state: 'open' }, { process: 'sending' }]);
    await scene.decide(chief, id, 'approve');
    expect(await scene.stands(id)).toMatchObject({ ...free, state: 'sent' });
    // Also where it stands already, and comes under the flow.
    const loose = await scene.bill({ recordType: 'loose', state: 'sent' });
    expect((await change(loose, { recordType: 'usual' })).status).toBe(202);
    expect(await scene.pending(loose)).toMatchObject({ process: 'sending' });
  });
});

describe('many at once', () => {
  const bulk = (action: string, records: readonly Json[], allOrNone = false) =>
    clerk.http.post('/api/v1/records/bill/bulk', { action, allOrNone, records });

  it('are held, written or refused each by itself', async () => {
    const ids = [await scene.bill(), await scene.bill({ boss: null }), await scene.bill()];
    const records = ids.map((id, i) => ({ id, amount: i === 2 ? 20 : 5000, note: 'bulk' }));
    const { json } = await bulk('update', records);
    expect(json['results']).toMatchObject([
      { ok: true, id: ids[0], ...running },
      { ok: false, problems: [{ code: 'APPROVAL_NOBODY' }] },
      { ok: true, id: ids[2] },
    ]);
    const stand: Json[] = [];
    for (const id of ids) stand.push(await scene.stands(id));
    expect(stand).toMatchObject([
      { amount: 10, note: null, locked: clerk.id },
      { amount: 10, note: null, locked: null },
      { amount: 20, note: 'bulk', locked: null },
    ]);
    const fresh = [
      { name: '1', amount: 2000 },
      { name: '2', amount: 2000, boss: chief.id },
    ];
    expect((await bulk('create', fresh)).json['results']).toMatchObject([{ ok: false }, { ok: true, created: true, ...running }]);
    expect(await bulk('create', fresh, true)).toMatchObject({ status: 422, json: { code: 'APPROVAL_NOBODY', pointer: '/records/0' } });
  });

  it('are asked about together: a thousand cost as many statements as ten', async () => {
    const customer = await scene.acme.create('customer', { name: 'V', vip: true });
    const create = async (count: number) => {
      const records = Array.from({ length: count }, (_, i) => ({ name: `S${String(i)}`, amount: 10, customer }));
      return (await scene.statements(() => clerk.run('records.create', { object: 'bill', records }))).length;
    };
    await create(1);
    expect(await create(1000)).toBe(await create(10));
  });

  it('of an import enter, unless their process lets imports pass', async () => {
    const columns = Object.fromEntries(
      ['name', 'amount', 'note', 'boss'].map((field) => [field, field === 'boss' ? { field, lookup: { by: 'email' } } : { field }]),
    );
    const csv = `name,amount,note,boss\nI1,5000,,${chief.email}\nI2,10,quiet,${chief.email}\nI3,10,,\nI4,5000,,\n`;
    const content = streamOf(csv);
    const status = await clerk.run('records.import', { object: 'bill', mapping: { columns }, content });
    expect(status).toMatchObject({ created: 3, inApproval: 1, refused: 1, rejects: [{ row: 5, code: 'APPROVAL_NOBODY' }] });
    const rows = await scene.sql(`select name, life_status as life from ${scene.acme.schema}.bill where name like 'I_' order by name`);
    expect(rows).toEqual([
      { name: 'I1', life: 'inApproval' },
      { name: 'I2', life: 'normal' },
      { name: 'I3', life: 'normal' },
    ]);
    const single = await clerk.http.post('/api/v1/records/bill', { name: 'q', note: 'quiet', boss: chief.id });
    expect(single.json).toMatchObject({ lifeStatus: 'inApproval' });
  });
});

describe('a deletion', () => {
  it('waits, while others of the set go', async () => {
    const [large, small, nobodys] = [await scene.bill({ amount: 500 }), await scene.bill(), await scene.bill({ amount: 500, boss: null })];
    const records = [large, small, nobodys].map((id) => ({ id }));
    const { json } = await clerk.http.post('/api/v1/records/bill/bulk', { action: 'delete', allOrNone: false, records });
    expect(json['results']).toMatchObject([{ ok: true, ...running }, { ok: true }, { ok: false, problems: [{ code: 'APPROVAL_NOBODY' }] }]);
    expect(await scene.stands(large)).toMatchObject({ gone: false, locked: clerk.id, life: 'normal' });
    expect([await scene.stands(small), await scene.stands(nobodys)]).toMatchObject([{ gone: true }, { gone: false, locked: null }]);
    await scene.decide(chief, large, 'approve');
    expect(await scene.stands(large)).toMatchObject({ gone: true, locked: null });
    const audited = await scene.sql(
      `select record_id from ${scene.acme.schema}._audit where action = 'record.deleted' and record_id = any($1)`,
      [[large, small, nobodys]],
    );
    expect(audited.map(({ record_id: id }) => id)).toContain(small);
    expect(audited.map(({ record_id: id }) => id)).not.toContain(nobodys);
    const again = await scene.bill({ amount: 500 });
    const asked = await scene.bill({ amount: 500 });
    expect(await clerk.http.graphql(`mutation { deleteBill(id: "${asked}") { id approval } }`)).toMatchObject({
      deleteBill: { id: asked, approval: (await scene.pending(asked))?.['id'] },
    });
    expect([await remove(again), await scene.stands(again)]).toMatchObject([{ status: 202, json: running }, { gone: false }]);
  });

  it('of a master takes what waits with it, and comes back without', async () => {
    const customer = await clerk.create('customer', { name: 'C' });
    const id = await clerk.create('slip', { name: 'S', customer, amount: 1, boss: chief.id });
    const path = `/api/v1/records/slip/${id}`;
    const { status, json } = await clerk.http.patch(path, { amount: 2 });
    expect([status, json]).toEqual([202, running]);
    expect((await clerk.http.call('DELETE', path)).json['code']).toBe('RECORD_LOCKED');
    const { schema } = scene.acme;
    const stored = () =>
      scene.sql(`select amount::int as amount, locked_by_id as locked, deleted_at is not null as gone from ${schema}.slip where id = $1`, [
        id,
      ]);
    await clerk.remove('customer', customer);
    expect(await stored()).toEqual([{ amount: 1, locked: null, gone: true }]);
    const approval = await scene.sql(`select status, ended_at is not null as ended from ${schema}._approval where record_id = $1`, [id]);
    expect(approval).toEqual([{ status: 'cancelled', ended: true }]);
    await scene.admin.http.post(`/api/v1/records/customer/${customer}/restore`, {});
    expect(await stored()).toEqual([{ amount: 1, locked: null, gone: false }]);
  });
});
