// Shares of single records: given, changed, taken, at an end; and teams that people join by rule.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordShare } from '@tessera/engine';
import type { Json } from '../support/http-client.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

let scene: AccessScene;
let bob: Person;
let eve: Person;
/** Of the department below Eve's, in a group. */
let tom: Person;
let above: string;
let below: string;
let group: string;

beforeAll(async () => {
  scene = await accessScene();
  const { acme } = scene;
  above = await acme.create('department', { name: 'Above', code: 'above' });
  below = await acme.create('department', { name: 'Below', code: 'below', parent: above });
  group = await acme.create('userGroup', { name: 'Desk', code: 'desk' });
  bob = await scene.person('bob', { permissionSets: ['hands'] });
  eve = await scene.person('eve', { department: above });
  tom = await scene.person('tom', { department: below });
  await acme.create('userGroupMember', { group, user: tom.id });
});
afterAll(() => scene.close());

const path = (id: string, share = ''): string => `/api/v1/records/account/${id}/shares${share === '' ? '' : `/${share}`}`;
const account = (name = 'one', values: Json = {}): Promise<string> => bob.create('account', { name, ...values });

async function give(id: string, ...shares: readonly Json[]): Promise<readonly RecordShare[]> {
  const { status, json, text } = await bob.http.post(path(id), { shares });
  if (status !== 200) throw new Error(text);
  return json['shares'] as readonly RecordShare[];
}
async function rights(person: Person, id: string): Promise<string> {
  const found = (await person.sees('account')).includes(id);
  if (!found) return 'none';
  return person.update('account', id, { region: `${person.email} was here` }).then(
    () => 'edit',
    () => 'read',
  );
}
async function shares(id: string): Promise<readonly RecordShare[]> {
  return (await scene.admin.http.get(path(id))).json['shares'] as readonly RecordShare[];
}

describe('a share', () => {
  it('gives at once, is changed by giving it again, and is taken', async () => {
    const id = await account();
    expect(await rights(eve, id)).toBe('none');
    const [first] = await give(id, { to: { user: eve.id } });
    expect(first).toMatchObject({
      to: { user: eve.id },
      access: 'read',
      origin: 'manual',
      teamRole: null,
      expiresAt: null,
      createdBy: bob.id,
    });
    expect(await rights(eve, id)).toBe('read');
    const [again] = await give(id, { to: { user: eve.id.toUpperCase() }, access: 'edit' });
    expect(again).toMatchObject({ id: first?.id, access: 'edit' });
    expect(await rights(eve, id)).toBe('edit');
    expect(await bob.http.call('DELETE', path(id, first?.id))).toMatchObject({ status: 204 });
    expect(await rights(eve, id)).toBe('none');
    expect(await bob.http.call('DELETE', path(id, first?.id))).toMatchObject({ status: 404, json: { code: 'SHARE_NOT_FOUND' } });
  });

  it('ends when it says so, and is still shown', async () => {
    const id = await account();
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await give(id, { to: { user: eve.id }, expiresAt });
    expect(await rights(eve, id)).toBe('read');
    scene.clock.ahead = 3_700_000;
    try {
      // Tokens end too.
      const later = await eve.run('records.read', { roots: [{ kind: 'record', as: 'r', object: 'account', by: { id }, selections: [] }] });
      expect(later).toBe('{"r":null}');
      expect(await bob.run('records.shares', { object: 'account', id })).toMatchObject([{ expiresAt }]);
    } finally {
      scene.clock.ahead = 0;
    }
  });

  it.each([
    ['2020-01-01T00:00:00Z', 'past'],
    ['tomorrow', 'no time'],
    ['2999', 'not RFC 3339'],
    ['+012345-01-01T00:00:00Z', 'too far away'],
  ])('that ends at %s is refused: %s', async (expiresAt) => {
    const answer = await bob.http.post(path(await account()), { shares: [{ to: { user: eve.id }, expiresAt }] });
    expect(answer).toMatchObject({ status: 400, json: { code: 'REQUEST_INVALID', pointer: '/shares/0/expiresAt' } });
  });

  it('goes to a group, a department, one with those below, and a role', async () => {
    const asked = [
      { to: { group }, gives: ['tom'] },
      { to: { department: above }, gives: ['eve'] },
      { to: { department: below }, gives: ['tom'] },
      { to: { department: above, below: true }, gives: ['eve', 'tom'] },
      { to: { role: 'rep' }, gives: ['eve', 'tom'] },
    ];
    for (const { to, gives } of asked) {
      const id = await account();
      expect(await give(id, { to })).toMatchObject([{ to }]);
      const who = await Promise.all(
        [eve, tom].map(async (person) => ((await rights(person, id)) === 'read' ? [person.email.split('@')[0]] : [])),
      );
      expect({ to, gives: who.flat() }).toEqual({ to, gives });
    }
  });

  it('to somebody or something that is not there is refused at its place', async () => {
    const id = await account();
    const absent = '01900000-0000-7000-8000-000000000000';
    const wrong: readonly (readonly [Json, string, string])[] = [
      [{ to: { user: absent } }, 'LOOKUP_NOT_FOUND', '/shares/0/to'],
      [{ to: { user: group } }, 'LOOKUP_NOT_FOUND', '/shares/0/to'],
      [{ to: { group: 'desk' } }, 'LOOKUP_NOT_FOUND', '/shares/0/to'],
      [{ to: { role: 'emperor' } }, 'COMPONENT_UNKNOWN', '/shares/0/to'],
      [{ to: { user: eve.id }, teamRole: 'emperor' }, 'COMPONENT_UNKNOWN', '/shares/0/teamRole'],
      [{ to: { user: eve.id, group } }, 'REQUEST_INVALID', '/shares/0/to'],
      [{ to: { user: eve.id, below: true } }, 'REQUEST_INVALID', '/shares/0/to/below'],
    ];
    for (const [share, code, pointer] of wrong) {
      expect((await bob.http.post(path(id), { shares: [share] })).json).toMatchObject({ code, pointer });
    }
    const many = Array.from({ length: 201 }, () => ({ to: { user: eve.id } }));
    expect((await bob.http.post(path(id), { shares: many })).json).toMatchObject({ code: 'RECORDS_TOO_MANY' });
    expect(await shares(id)).toEqual([]);
  });

  it('is given and taken by those who may edit the record, and told to those who see it', async () => {
    const id = await account();
    const [given] = await give(id, { to: { user: eve.id } }, { to: { user: tom.id }, access: 'edit' });
    expect((await eve.http.get(path(id))).json['shares']).toHaveLength(2);
    const attempts = [eve.http.post(path(id), { shares: [{ to: { user: tom.id } }] }), eve.http.call('DELETE', path(id, given?.id))];
    for (const answer of await Promise.all(attempts)) expect(answer).toMatchObject({ status: 403, json: { code: 'RECORD_READ_ONLY' } });
    expect(await tom.http.call('DELETE', path(id, given?.id))).toMatchObject({ status: 204 });
    expect(await eve.http.get(path(id))).toMatchObject({ status: 404, json: { code: 'RECORD_NOT_FOUND' } });
  });

  it('of one record is not taken by way of another', async () => {
    const [mine, other] = [await account(), await account()];
    const [given] = await give(mine, { to: { user: eve.id } });
    expect(await bob.http.call('DELETE', path(other, given?.id))).toMatchObject({ status: 404 });
    expect(await rights(eve, mine)).toBe('read');
  });

  it('is refused where masters or everybody decide', async () => {
    const site = await bob.create('site', { name: 's', account: await account() });
    const tag = await bob.create('tag', { name: 't' });
    for (const [object, id] of [
      ['site', site],
      ['tag', tag],
    ] as const) {
      const answer = await bob.http.post(`/api/v1/records/${object}/${id}/shares`, { shares: [{ to: { user: eve.id } }] });
      expect(answer).toMatchObject({ status: 409, json: { code: 'OBJECT_NOT_SHARED' } });
    }
    const hidden = await bob.http.post(`/api/v1/records/project/${site}/shares`, { shares: [{ to: { user: eve.id } }] });
    expect(hidden).toMatchObject({ status: 404, json: { code: 'OBJECT_UNKNOWN' } });
  });

  it('survives the bin, and goes when the record goes for good', async () => {
    const id = await account();
    await give(id, { to: { user: eve.id } });
    await bob.remove('account', id);
    expect(await eve.http.get(path(id))).toMatchObject({ status: 404 });
    expect(await shares(id)).toHaveLength(1);
    await scene.acme.run('records.restore', { object: 'account', ids: [id] });
    expect(await rights(eve, id)).toBe('read');
    await bob.remove('account', id);
    await scene.acme.run('records.purge', { object: 'account', ids: [id] });
    expect(await scene.sql(`select 1 from ${scene.acme.schema}._share where record_id = $1`, [id])).toEqual([]);
  });

  it('is noticed by whoever listens, from the next change on', async () => {
    const id = await account();
    const over = new AbortController();
    const stream = scene.engine.events(eve.context(), { object: 'account', selections: [] }, over.signal)[Symbol.asyncIterator]();
    const next = async (): Promise<string> => {
      const { id: changed, version } = (await stream.next()).value as { readonly id: string; readonly version: number };
      return `${changed} ${String(version)}`;
    };
    await bob.update('account', id, { region: 'unheard' });
    // What comes later is looked at later: when this is heard, the one before it has been passed over.
    const own = await scene.acme.create('account', { name: 'Own', owner: eve.id });
    expect(await next()).toBe(`${own} 1`);
    await give(id, { to: { user: eve.id } });
    await bob.update('account', id, { region: 'heard' });
    expect(await next()).toBe(`${id} 3`);
    over.abort();
  });
});

describe('a team', () => {
  it('gives what its roles say, unless the share says otherwise', async () => {
    const id = await account();
    await give(id, { to: { user: eve.id }, teamRole: 'lead' }, { to: { user: tom.id }, teamRole: 'guest' });
    expect([await rights(eve, id), await rights(tom, id)]).toEqual(['edit', 'read']);
    expect(await shares(id)).toMatchObject([
      { origin: 'team', teamRole: 'lead', access: 'edit' },
      { origin: 'team', teamRole: 'guest', access: 'read' },
    ]);
  });

  it('stands beside a share by hand of the same person', async () => {
    const id = await account();
    await give(id, { to: { user: eve.id }, teamRole: 'guest' });
    const [byHand] = await give(id, { to: { user: eve.id }, access: 'edit' });
    expect(await shares(id)).toHaveLength(2);
    expect(await rights(eve, id)).toBe('edit');
    await bob.run('records.unshare', { object: 'account', id, shares: [byHand?.id ?? ''] });
    expect(await rights(eve, id)).toBe('read');
  });

  it('is joined by rule when a record is made: under a condition, and by way of a path', async () => {
    await scene.acme.update('department', below, { head: eve.id });
    await scene.acme.update('user', bob.id, { department: below });
    const north = await account('north', { region: 'north', patron: tom.id });
    const south = await account('south', { region: 'south', patron: tom.id });
    const west = await account('west', { region: 'west', patron: tom.id });
    const of = async (id: string) => (await shares(id)).map(({ to, teamRole, access, origin }) => ({ to, teamRole, access, origin }));
    expect(await of(north)).toEqual([{ to: { user: tom.id }, teamRole: 'guest', access: 'read', origin: 'team' }]);
    expect(await of(south)).toEqual([{ to: { user: eve.id }, teamRole: 'lead', access: 'edit', origin: 'team' }]);
    expect(await of(west)).toEqual([]);
    expect([await rights(tom, north), await rights(tom, south)]).toEqual(['read', 'none']);
    // Later changes make nobody join.
    await bob.update('account', west, { region: 'north' });
    expect(await of(west)).toEqual([]);
  });

  it('is not joined where the record is refused', async () => {
    await account('taken', { code: 'taken' });
    const made = await bob.run('records.create', {
      object: 'account',
      allOrNone: false,
      records: [
        { name: 'a', region: 'north', patron: tom.id },
        { name: 'b', region: 'north', patron: tom.id, code: 'taken' },
      ],
    });
    expect(made.results.map(({ ok }) => ok)).toEqual([true, false]);
    const [count] = await scene.sql(
      `select count(*)::int as n from ${scene.acme.schema}._share s where not exists (select from ${scene.acme.schema}.account a where a.id = s.record_id)`,
    );
    expect(count).toEqual({ n: 0 });
  });
});

describe('the name of an object', () => {
  it('that changes takes its shares along', async () => {
    const other = await scene.tenant('renames', []);
    const object = (name: string, more: Json = {}): Json => ({
      [`objects/${name}.json`]: { name, plural: `${name}s`, label: { en: name }, sharing: 'private', ...more },
    });
    await other.apply(object('client__c'));
    const id = await other.create('client__c', { name: 'C' });
    await other.run('records.share', { object: 'client__c', id, shares: [{ to: { user: other.administrator } }] });
    await other.apply({ 'objects/client__c.json': null, ...object('customer__c', { renamedFrom: ['client__c'] }) });
    expect(await other.run('records.shares', { object: 'customer__c', id })).toMatchObject([{ to: { user: other.administrator } }]);
  });
});
