// Pools over HTTP: who sees and claims what lies there, who gets it next, and what is kept of it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';
import { leadPool, poolScene, type PoolScene } from './pools-scene.ts';

let scene: PoolScene;
let [seller, second, boss, other]: Person[] = [];
const who = (person: Person | undefined): Person => {
  if (person === undefined) throw new Error('There is no such person.');
  return person;
};

beforeAll(async () => {
  const reasons = { noAnswer: { label: { en: 'No answer' } }, wrong: { label: { en: 'Wrong number' } } };
  scene = await poolScene({ 'pools/web.json': { ...leadPool, reasons } });
  [seller, second, boss, other] = await Promise.all([
    scene.person('seller', { roles: ['seller'] }),
    scene.person('second', { roles: ['seller'] }),
    scene.person('boss', { roles: ['boss'] }),
    scene.person('other', { roles: ['other'] }),
  ]);
});
afterAll(() => scene.close());

const act = (person: Person | undefined, id: string, action: string, body: Json = {}) => scene.act(who(person), id, action, body);
const code = async (person: Person | undefined, id: string, action: string, body: Json = {}) => {
  const { status, json } = await act(person, id, action, body);
  return [status, json['code']];
};

describe('a new record', () => {
  it('lies in the first pool whose condition holds, seen by its members and administrators', async () => {
    const [web, fair, mail] = [await scene.lead(), await scene.lead({ source: 'fair' }), await scene.lead({ source: 'mail' })];
    expect(await scene.stands(web)).toEqual({ owner: null, pool: 'web', pooled: true, held: false });
    expect(await scene.stands(mail)).toEqual({ owner: scene.acme.administrator, pool: null, pooled: false, held: false });
    const seen = async (person: Person | undefined) => (await who(person).sees('lead')).filter((id) => [web, fair, mail].includes(id));
    expect(await seen(seller)).toEqual([web]);
    expect(await seen(boss)).toEqual([web]);
    expect(await seen(other)).toEqual([fair]);
    expect(await scene.changes(web)).toEqual([{ way: 'entered', from: null, to: null, pool: 'web', note: null }]);
  });

  it('is whose its maker says, and belongs to the pool all the same', async () => {
    const id = await scene.lead({ owner: who(seller).id });
    expect(await scene.stands(id)).toEqual({ owner: who(seller).id, pool: 'web', pooled: false, held: true });
    const own = await who(seller).create('lead', { name: 'mine', source: 'web' });
    expect(await scene.stands(own)).toMatchObject({ owner: null, pooled: true });
  });
});

describe('the document', () => {
  it('has the operations of objects with a pool, and of no others', async () => {
    const { text } = await who(seller).http.get('/openapi.json');
    const of = (object: string) =>
      ['claimRecord', 'returnRecord', 'assignRecord', 'transferRecord'].filter((id) => text.includes(`"${object}.${id}"`));
    expect([of('lead').length, of('user').length, of('leadOwnerChange').length]).toEqual([4, 0, 0]);
  });
});

describe('claiming', () => {
  it('is for members, once', async () => {
    const id = await scene.lead();
    expect(await code(other, id, 'claim')).toEqual([404, 'RECORD_NOT_FOUND']);
    expect(await act(seller, id, 'claim', { note: 'mine' })).toMatchObject({
      status: 200,
      json: { id, pool: 'web', owner: who(seller).id },
    });
    expect(await code(second, id, 'claim')).toEqual([409, 'POOL_RECORD_TAKEN']);
    expect((await who(second).http.get(`/api/v1/records/lead/${id}`)).status).toBe(404);
    await who(seller).update('lead', id, { name: 'known by now' });
    expect((await scene.changes(id)).at(-1)).toEqual({ way: 'claimed', from: null, to: who(seller).id, pool: 'web', note: 'mine' });
  });

  it('leaves what lies in no pool to itself', async () => {
    const id = await who(seller).create('lead', { name: 'x', source: 'mail' });
    expect(await code(seller, id, 'claim')).toEqual([422, 'POOL_NONE']);
    expect(await code(seller, 'not-an-id', 'claim')).toEqual([404, 'RECORD_NOT_FOUND']);
    expect(await code(seller, id, 'claim', { why: 'x' })).toEqual([400, 'REQUEST_INVALID']);
  });

  it('is answered twice and done once under one key', async () => {
    const id = await scene.lead();
    const input = { action: 'claim', object: 'lead', id } as const;
    const send = () => who(seller).run('pools.change', input, { idempotencyKey: 'claim-1' });
    expect(await send()).toEqual(await send());
    expect((await scene.changes(id)).map(({ way }) => way)).toEqual(['entered', 'claimed']);
  });
});

describe('giving back', () => {
  it('is for the owner and administrators, with a reason', async () => {
    const id = await scene.lead();
    expect(await code(seller, id, 'return', { reason: 'noAnswer' })).toEqual([409, 'POOL_NOT_HELD']);
    await act(seller, id, 'claim');
    expect(await code(second, id, 'return', { reason: 'noAnswer' })).toEqual([403, 'POOL_DENIED']);
    expect(await code(seller, id, 'return')).toEqual([422, 'POOL_REASON_MISSING']);
    expect(await code(seller, id, 'return', { reason: 'bored' })).toEqual([422, 'POOL_REASON_MISSING']);
    expect((await act(seller, id, 'return', { reason: 'wrong', note: 'a fax' })).status).toBe(200);
    expect(await scene.stands(id)).toEqual({ owner: null, pool: 'web', pooled: true, held: false });
    await act(second, id, 'claim');
    expect((await act(boss, id, 'return', { reason: 'noAnswer' })).json).toMatchObject({ owner: null });
    const ways = await who(boss).http.graphql(
      `{ leadOwnerChanges(where: { record: { id: { eq: "${id}" } } }, orderBy: [{ at: ASC }]) { nodes { way reason note from { id } } } }`,
    );
    expect((ways['leadOwnerChanges'] as Json)['nodes']).toMatchObject([
      { way: 'entered' },
      { way: 'claimed', from: null },
      { way: 'returned', reason: 'wrong', note: 'a fax' },
      { way: 'claimed' },
      { way: 'returned', reason: 'noAnswer' },
    ]);
  });
});

describe('handing on', () => {
  it('goes to members, or into another pool', async () => {
    const id = await scene.lead();
    await act(seller, id, 'claim');
    expect(await code(seller, id, 'transfer', { to: who(other).id })).toEqual([422, 'POOL_PERSON_UNFIT']);
    expect(await code(second, id, 'transfer', { to: who(second).id })).toEqual([403, 'POOL_DENIED']);
    expect(await code(seller, id, 'transfer', {})).toEqual([400, 'REQUEST_INVALID']);
    expect((await act(seller, id, 'transfer', { to: who(second).id })).json).toMatchObject({ owner: who(second).id });
    expect(await code(second, id, 'transfer', { pool: 'nowhere' })).toEqual([404, 'COMPONENT_UNKNOWN']);
    expect((await act(second, id, 'transfer', { pool: 'fair' })).json).toEqual({ id, pool: 'fair', owner: null });
    expect(await who(other).sees('lead')).toContain(id);
    expect((await scene.changes(id)).map(({ way, pool }) => [way, pool])).toEqual([
      ['entered', 'web'],
      ['claimed', 'web'],
      ['transferred', 'web'],
      ['transferred', 'fair'],
    ]);
  });

  it('to somebody chosen is for administrators', async () => {
    const id = await scene.lead();
    expect(await code(seller, id, 'assign', { to: who(seller).id })).toEqual([403, 'POOL_DENIED']);
    expect(await code(boss, id, 'assign', {})).toEqual([400, 'REQUEST_INVALID']);
    expect(await code(boss, id, 'assign', { to: 'x' })).toEqual([400, 'REQUEST_INVALID']);
    expect((await act(boss, id, 'assign', { to: who(second).id })).json).toEqual({ id, pool: 'web', owner: who(second).id });
    await who(boss).update('lead', id, { name: 'seen to' });
  });
});

describe('a change of the owner', () => {
  it('by other ways keeps the fields and the history in order', async () => {
    const id = await scene.lead();
    await scene.acme.update('lead', id, { owner: who(seller).id });
    expect(await scene.stands(id)).toEqual({ owner: who(seller).id, pool: 'web', pooled: false, held: true });
    await scene.acme.update('lead', id, { owner: null });
    expect(await scene.stands(id)).toEqual({ owner: null, pool: 'web', pooled: true, held: false });
    expect((await scene.changes(id)).map(({ way }) => way)).toEqual(['entered', 'changed', 'changed']);
    const refused = await who(boss).http.patch(`/api/v1/records/lead/${id}`, { pooledAt: null });
    expect(refused.json['code']).toBe('FIELD_READ_ONLY');
  });
});

describe('many at once', () => {
  it('claim one record, and one of them gets it', async () => {
    const people: Person[] = [];
    for (let i = 0; i < 64; i += 1) people.push(await scene.person(`racer${String(i)}`, { roles: ['seller'] }));
    const id = await scene.lead();
    const answers = await Promise.all(people.map((person) => scene.act(person, id, 'claim')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ json }) => json['code'] === 'POOL_RECORD_TAKEN')).toHaveLength(63);
    const winner = answers.find(({ status }) => status === 200)?.json['owner'];
    expect((await scene.stands(id))['owner']).toBe(winner);
    expect((await scene.changes(id)).filter(({ way }) => way === 'claimed')).toHaveLength(1);

    const ids = await Promise.all(Array.from({ length: 10 }, () => scene.lead()));
    const more = await Promise.all(people.map((person, i) => scene.act(person, ids[i % ids.length] ?? '', 'claim')));
    expect(more.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(10);
    for (const each of ids) {
      const owner = more.find(({ status, json }) => status === 200 && json['id'] === each)?.json['owner'];
      expect((await scene.stands(each))['owner']).toBe(owner);
    }
  });
});
