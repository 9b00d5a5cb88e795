// Merging over REST: who may, what is told of a record that has gone, files, shares and the audit trail, and undoing it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openFileStore } from '@tessera/records';
import type { Answer, Json } from '../support/http-client.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

let scene: AccessScene;
let bob: Person;
let eve: Person;
let dan: Person;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-merge-'));
  scene = await accessScene({}, { files: openFileStore({ kind: 'disk', root: folder }) });
  bob = await scene.person('bob', { permissionSets: ['bin'] });
  eve = await scene.person('eve', { permissionSets: ['seesAll'] });
  dan = await scene.person('dan');
});
afterAll(async () => {
  await scene.close();
  await rm(folder, { recursive: true, force: true });
});

const path = (id: string, rest = ''): string => `/api/v1/records/account/${id}${rest}`;
const account = (name: string, values: Json = {}): Promise<string> => bob.create('account', { name, ...values });
const merge = (person: Person, id: string, others: readonly string[], fields: Json = {}): Promise<Answer> =>
  person.http.post(path(id, '/merge'), { others: others.map((other) => ({ id: other })), fields });
const undo = (person: Person, id: string, { json }: Answer): Promise<Answer> =>
  person.http.post(path(id, `/merge/${String(json['merge'])}/undo`), {});

describe('a merge', () => {
  it('answers with what undoes it, and both records are what they were', async () => {
    const [a, b] = [await account('A', { region: 'x' }), await account('B', { region: 'y' })];
    const deal = await bob.create('deal', { name: 'D', account: b });
    const answer = await merge(bob, a, [b], { region: b });
    expect([answer.status, answer.json]).toMatchObject([200, { id: a, left: [] }]);
    expect(await bob.read('deal', deal, 'account')).toEqual({ account: a });
    const gone = await bob.http.get(path(b));
    expect([gone.status, gone.json['code']]).toEqual([404, 'RECORD_MOVED']);
    expect((gone.json['problems'] as readonly Json[])[0]?.['details']).toEqual({ object: 'account', id: a });
    expect((await dan.http.get(path(b))).json['code']).toBe('RECORD_NOT_FOUND');
    const undone = await undo(bob, a, answer);
    expect(undone.json).toMatchObject({ id: a, restored: [b], gone: [], kept: [] });
    expect([await bob.read('account', a, 'region'), await bob.read('account', b, 'region')]).toEqual([{ region: 'x' }, { region: 'y' }]);
    expect(await bob.read('deal', deal, 'account')).toEqual({ account: b });
    expect((await undo(bob, a, answer)).json['code']).toBe('MERGE_NOT_FOUND');
  });

  it('is for whoever may change and delete all of them', async () => {
    const [a, b] = [await account('A'), await account('B')];
    expect(JSON.stringify((await merge(dan, a, [b])).json['problems'])).toMatch(/RECORD_NOT_FOUND.*RECORD_NOT_FOUND/);
    const own = await dan.create('account', { name: 'Own' });
    expect((await merge(dan, own, [b])).json).toMatchObject({ code: 'RECORD_NOT_FOUND', pointer: '/others/0' });
    // She sees them all, and may change none of them.
    const hers = await eve.create('account', { name: 'Hers' });
    expect((await merge(eve, hers, [b])).json).toMatchObject({ code: 'RECORD_READ_ONLY', pointer: '/others/0' });
    expect((await merge(eve, b, [hers])).json['code']).toBe('RECORD_READ_ONLY');
    const reader = await scene.person('reader', { roles: ['reader'] });
    expect((await merge(reader, a, [b])).json['code']).toBe('PERMISSION_DENIED');
    expect((await merge(bob, a, [b], { score: b })).json).toMatchObject({ code: 'FIELD_UNKNOWN', pointer: '/fields/score' });
    expect((await merge(bob, a, [b], { rating: b })).status).toBe(200);
  });

  it('names no children that whoever merges does not see', async () => {
    // Projects do not exist for him.
    const [a, b] = [await account('A'), await account('B')];
    const [own, other] = [
      await scene.acme.create('project', { name: 'P', account: a }),
      await scene.acme.create('project', { name: 'P', account: b }),
    ];
    const answer = await merge(bob, a, [b]);
    expect(answer.json['left']).toEqual([]);
    await scene.acme.update('project', other, { account: null });
    const undone = await undo(bob, a, answer);
    expect(undone.json).toMatchObject({ restored: [b], kept: [] });
    expect(undone.text).not.toMatch(new RegExp(`${own}|${other}`));
  });

  it('is undone by whoever may bring records back', async () => {
    const [a, b] = [await dan.create('account', { name: 'A' }), await dan.create('account', { name: 'B' })];
    const answer = await merge(dan, a, [b]);
    expect((await undo(dan, a, answer)).json['code']).toBe('PERMISSION_DENIED');
    expect((await undo(eve, a, answer)).status).toBe(403);
    expect((await undo(scene.admin, a, answer)).status).toBe(200);
  });

  it('holds to versions, and repeats nothing', async () => {
    const [a, b] = [await account('A'), await account('B')];
    const body = { version: 1, others: [{ id: b, version: 7 }] };
    expect((await bob.http.post(path(a, '/merge'), body)).json).toMatchObject({ code: 'RECORD_CHANGED', pointer: '/others/0' });
    const headers = {
      'Idempotency-Key': crypto.randomUUID(),
      'Content-Type': 'application/json',
      Authorization: `Bearer ${bob.http.token}`,
    };
    const send = () =>
      fetch(`${scene.url}${path(a, '/merge')}`, { method: 'POST', headers, body: JSON.stringify({ others: [{ id: b }] }) });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(await second.json()).toEqual(await first.json());
  });

  it('gives the winner the team and shares of all, and takes them back', async () => {
    const [a, b] = [await account('A'), await account('B')];
    const share = (id: string, user: string, access: string) => bob.http.post(path(id, '/shares'), { shares: [{ to: { user }, access }] });
    await share(a, dan.id, 'read');
    await share(b, dan.id, 'edit');
    const tom = await scene.person(`tom${a.slice(-6)}`);
    await share(b, tom.id, 'read');
    const shares = async (): Promise<readonly string[]> => {
      const { json } = await bob.http.get(path(a, '/shares'));
      const list = json['shares'] as readonly { readonly to: { readonly user: string }; readonly access: string }[];
      return list.map(({ to, access }) => `${to.user === dan.id ? 'dan' : 'tom'} ${access}`).sort();
    };
    const answer = await merge(bob, a, [b]);
    expect(await shares()).toEqual(['dan edit', 'tom read']);
    await undo(bob, a, answer);
    expect(await shares()).toEqual(['dan read']);
  });

  it('exchanges files, so that undoing finds them', async () => {
    const upload = async (name: string): Promise<string> => {
      const { json } = await bob.http.call('POST', `/api/v1/files?name=${name}`, { body: name, type: 'text/plain' });
      return String(json['id']);
    };
    const [first, second] = [await upload('one.txt'), await upload('two.txt')];
    const [a, b] = [await account('A', { contract: first }), await account('B', { contract: second })];
    const answer = await merge(bob, a, [b], { contract: b });
    expect(answer.status).toBe(200);
    expect((await bob.http.get(`/api/v1/files/${second}/content`)).text).toBe('two.txt');
    expect((await undo(bob, a, answer)).status).toBe(200);
    const held = await scene.sql(
      `select id::text, record_id::text as record from ${scene.acme.schema}._file where id = any($1) and deleted_at is null`,
      [[first, second]],
    );
    expect(new Map(held.map((row) => [row['id'], row['record']]))).toEqual(
      new Map([
        [first, a],
        [second, b],
      ]),
    );
    expect((await bob.http.get(`/api/v1/files/${first}/content`)).text).toBe('one.txt');
  });

  it('stands in the audit trail', async () => {
    const [a, b] = [await account('A'), await account('B')];
    const answer = await merge(bob, a, [b], { region: b });
    await undo(bob, a, answer);
    const { json } = await scene.admin.http.get(`/api/v1/audit?recordId=${a}`);
    const entries = json['entries'] as readonly { readonly action: string; readonly actor: string; readonly detail: Json }[];
    expect(entries.map(({ action, actor }) => [action, actor])).toEqual([
      ['record.unmerged', bob.id],
      ['record.merged', bob.id],
    ]);
    expect(entries[1]?.detail).toEqual({ merge: answer.json['merge'], others: [b], fields: ['region'] });
  });
});
