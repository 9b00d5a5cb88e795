// Plans that are kept: they serve other values and colleagues, and never anybody whose Model, rights or permissions are others.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { selected } from '../support/engine.ts';
import type { Json } from '../support/http-client.ts';
import { accessScene, basePack, type AccessScene, type Person } from './access-scene.ts';
import { readersOf, type Asking, type MakeRoot, type Reader } from './plans-scene.ts';

const settings = { 'settings.json': { impersonation: true } };

let scene: AccessScene;
let ann: Person;
let bob: Person;
let reading: (root: MakeRoot) => Reader;

beforeAll(async () => {
  scene = await accessScene(settings);
  reading = readersOf(scene.engine);
  ann = await scene.person('ann');
  bob = await scene.person('bob');
  for (let i = 0; i < 12; i += 1) {
    const values = {
      name: `Account ${String(i)}`,
      status: i % 3 === 0 ? null : `s${String(i % 3)}`,
      region: 'north',
      code: `c${String(i)}`,
    };
    await (i % 2 === 0 ? ann : bob).create('account', values);
  }
}, 400_000);
afterAll(() => scene.close());

const names = { kind: 'nodes', as: 'n', selections: [selected('name')] } as const;

/** Accounts of a status, by name. */
const byStatus = (): Reader =>
  reading((status) => ({
    kind: 'list',
    as: 'r',
    object: 'account',
    list: { filter: { '==': [{ var: 'status' }, status] }, orderBy: [{ path: 'name' }] },
    parts: [names],
  }));

const account = (...fields: readonly string[]): Reader =>
  reading((id) => ({ kind: 'record', as: 'r', object: 'account', by: { id }, selections: fields.map(selected) }));

const named = (...of: readonly number[]): unknown => ({ n: of.map((i) => ({ name: `Account ${String(i)}` })) });

/** Whoever has this token. */
async function as(token: string): Promise<Asking> {
  const context = await scene.engine.authenticate(token, { requestId: 'r', languages: ['en'] });
  return { context: () => context, run: (name, input) => scene.engine.run(name, context, input) };
}

describe('a plan', () => {
  it('serves other values', async () => {
    const reader = byStatus();
    expect(await reader.ask(scene.admin, 's1')).toEqual(named(1, 10, 4, 7));
    expect(await reader.ask(scene.admin, 's2')).toEqual(named(11, 2, 5, 8));
    expect(await reader.ask(scene.admin, 'none')).toEqual(named());
    expect(reader.written).toBe(1);
  });

  it('serves colleagues, each of whom gets what is theirs', async () => {
    const reader = byStatus();
    expect(await reader.ask(ann, 's1')).toEqual(named(10, 4));
    expect(await reader.ask(bob, 's1')).toEqual(named(1, 7));
    expect(await reader.ask(bob, 's2')).toEqual(named(11, 5));
    expect(await reader.ask(ann, 's2')).toEqual(named(2, 8));
    expect(reader.written).toBe(1);
  });

  it('does not serve who may see more, or less', async () => {
    const reader = byStatus();
    await reader.ask(ann, 's1');
    expect(await reader.ask(scene.admin, 's1')).toEqual(named(1, 10, 4, 7));
    expect(await reader.ask(ann, 's1')).toEqual(named(10, 4));
    expect(reader.written).toBe(2);
  });

  it('does not serve another tenant, whose Model is the same', async () => {
    const twin = await scene.tenant('twin', [basePack(settings)]);
    await twin.create('account', { name: 'Account 1', status: 's1' });
    const reader = byStatus();
    expect(await reader.ask(scene.admin, 's1')).toEqual(named(1, 10, 4, 7));
    expect(await reader.ask(twin, 's1')).toEqual(named(1));
    expect((await scene.engine.runtime('twin')).model).toBe((await scene.engine.runtime('acme')).model);
  });

  it('serves a key of its person as far as the key goes, and whoever acts as them', async () => {
    const reader = byStatus();
    expect(await reader.ask(ann, 's1')).toEqual(named(10, 4));
    const expiresAt = new Date(scene.clock.now() + 86_400_000).toISOString();
    const { key } = await ann.run('apiKeys.create', { name: 'bare', permissionSets: ['imports'], expiresAt });
    await expect(reader.ask(await as(key), 's1')).rejects.toMatchObject({ code: 'OBJECT_UNKNOWN' });
    const { accessToken } = await scene.admin.run('users.impersonate', { user: bob.id });
    const written = reader.written;
    expect(await reader.ask(await as(accessToken), 's1')).toEqual(named(1, 7));
    expect(reader.written).toBe(written);
  });

  it('refuses a value as if it were not there', async () => {
    const reader = reading((value) => {
      const list = { filter: { '>': [{ var: 'score' }, value] } };
      return { kind: 'list', as: 'r', object: 'account', list, parts: [{ kind: 'totalCount', as: 't' }] };
    });
    expect(await reader.ask(scene.admin, '6')).toEqual({ t: 12 });
    const refusal = { code: 'RULE_TYPE', problems: [expect.objectContaining({ pointer: '/filter/>/1' })] };
    await expect(reader.ask(scene.admin, 'six')).rejects.toMatchObject(refusal);
    expect(await reader.ask(scene.admin, 7)).toEqual({ t: 0 });
    expect(await reader.ask(scene.admin, '6.5')).toEqual({ t: 12 });
  });

  it('is not kept where a value is looked at while the statement is made', async () => {
    const reader = reading((scale) => {
      const list = { filter: { '==': [{ round: [{ var: 'score' }, scale] }, 7] } };
      return { kind: 'list', as: 'r', object: 'account', list, parts: [{ kind: 'totalCount', as: 't' }] };
    });
    expect(await reader.ask(scene.admin, 0)).toEqual({ t: 12 });
    expect(await reader.ask(scene.admin, -1)).toEqual({ t: 0 });
    expect(reader.written).toBe(2);
  });

  it('gets records by their ids and keys', async () => {
    const [one, two] = [
      await ann.create('account', { name: 'One', code: 'one' }),
      await bob.create('account', { name: 'Two', code: 'two' }),
    ];
    const reader = account('name');
    expect(await reader.ask(ann, one, 'id')).toEqual({ name: 'One' });
    expect(await reader.ask(ann, two.toUpperCase(), 'id')).toBeNull();
    expect(await reader.ask(bob, two.toUpperCase(), 'id')).toEqual({ name: 'Two' });
    expect(reader.written).toBe(1);
    const byCode = reading((code) => {
      return { kind: 'record', as: 'r', object: 'account', by: { key: { code } }, selections: [selected('name')] };
    });
    expect(await byCode.ask(ann, 'one')).toEqual({ name: 'One' });
    expect(await byCode.ask(ann, 'two')).toBeNull();
    expect(await byCode.ask(scene.admin, 'two')).toEqual({ name: 'Two' });
    expect(byCode.written).toBe(2);
    await scene.admin.remove('account', one);
    await scene.admin.remove('account', two);
    expect(await reader.ask(ann, one, 'id')).toBeNull();
  });
});

interface Page {
  readonly n: readonly { readonly name: string }[];
  readonly p: { readonly e: string };
}

describe('a cursor', () => {
  const pages = (): Reader =>
    reading((after) => {
      const start: unknown = after;
      const info = { kind: 'pageInfo', as: 'p', parts: [{ kind: 'endCursor', as: 'e' }] } as const;
      const list = { orderBy: [{ path: 'status' }], page: { first: 2, ...(start === '' ? {} : { after }) } };
      return { kind: 'list', as: 'r', object: 'account', list, parts: [names, info] };
    });

  it('goes on by the plan of other pages, until it stands among nulls', async () => {
    const reader = pages();
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 6; page += 1) {
      const { n, p } = (await reader.ask(scene.admin, cursor, 'cursor')) as Page;
      seen.push(...n.map(({ name }) => name));
      cursor = p.e;
    }
    expect(new Set(seen).size).toBe(12);
    // The first page, those with a status before them, and those without.
    expect(reader.written).toBe(3);
  });

  it('is opened each time: that of another, of another list or of nobody is refused', async () => {
    const reader = pages();
    const first = (await reader.ask(ann, '', 'cursor')) as Page;
    await reader.ask(ann, first.p.e, 'cursor');
    const own = ((await reader.ask(bob, '', 'cursor')) as Page).p.e;
    expect(reader.written).toBe(2);
    await expect(reader.ask(ann, own, 'cursor')).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    const forged = `${first.p.e.slice(0, -2)}${first.p.e.endsWith('AA') ? 'BB' : 'AA'}`;
    await expect(reader.ask(ann, forged, 'cursor')).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    await expect(reader.ask(ann, 'nothing', 'cursor')).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });
});

describe('what was just answered by a plan', () => {
  const seenBy = async (person: Person, reader: Reader, id: string): Promise<unknown> => reader.ask(person, id, 'id');

  it('is answered anew where the metadata has changed', async () => {
    const id = await scene.admin.create('account', { name: 'Changing', score: 4 });
    const reader = account('twice');
    expect(await seenBy(scene.admin, reader, id)).toEqual({ twice: 8 });
    const thrice = { extends: 'account', fields: { twice: { formula: { '*': [{ var: 'score' }, 3] } } } };
    await scene.acme.apply({ 'extensions/account.json': thrice });
    expect(await seenBy(scene.admin, reader, id)).toEqual({ twice: 12 });
    await scene.acme.apply({ 'extensions/account.json': null });
    expect(await seenBy(scene.admin, reader, id)).toEqual({ twice: 8 });
  });

  it('is answered anew where a role has changed', async () => {
    const role = (rating: string): Json => ({
      name: 'rater__c',
      label: { en: 'Rater' },
      objects: { account: { read: true, viewAll: true, fields: { '*': 'read', rating } } },
    });
    await scene.acme.apply({ 'roles/rater__c.json': role('read') });
    const dan = await scene.person('dan', { roles: ['rater__c'] });
    const id = await scene.admin.create('account', { name: 'Rated', rating: 'A' });
    const reader = account('name', 'rating');
    expect(await seenBy(dan, reader, id)).toEqual({ name: 'Rated', rating: 'A' });
    await scene.acme.apply({ 'roles/rater__c.json': role('none') });
    await expect(seenBy(dan, reader, id)).rejects.toMatchObject({ code: 'FIELD_UNKNOWN' });
    await scene.acme.apply({ 'roles/rater__c.json': role('read') });
    expect(await seenBy(dan, reader, id)).toEqual({ name: 'Rated', rating: 'A' });
  });

  it('is answered anew where a person has another role, or what they own is another’s', async () => {
    const cid = await scene.person('cid');
    const id = await ann.create('account', { name: 'Handed on' });
    const reader = account('name');
    expect(await seenBy(ann, reader, id)).toEqual({ name: 'Handed on' });
    expect(await seenBy(cid, reader, id)).toBeNull();
    await scene.admin.update('user', cid.id, { roles: ['reader'] });
    expect(await seenBy(cid, reader, id)).toEqual({ name: 'Handed on' });
    await scene.admin.update('user', cid.id, { roles: ['rep'] });
    expect(await seenBy(cid, reader, id)).toBeNull();
    await scene.admin.update('user', ann.id, { manager: cid.id });
    expect(await seenBy(cid, reader, id)).toEqual({ name: 'Handed on' });
    await scene.admin.update('account', id, { owner: bob.id });
    expect(await seenBy(cid, reader, id)).toBeNull();
    expect(await seenBy(ann, reader, id)).toBeNull();
    await scene.admin.update('user', cid.id, { active: false });
    await expect(seenBy(cid, reader, id)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });
});

describe('a plan that is used often', () => {
  /** Statements that PostgreSQL keeps for the connection, which is the one used last. */
  async function prepared(part: string): Promise<number> {
    const { rows } = await scene.cell.tenant('acme').query({ text: 'select statement from pg_prepared_statements', values: [] });
    return rows.filter(({ statement }) => String(statement).includes(part)).length;
  }

  it('is prepared where an id finds the record, and not where a filter does', async () => {
    const id = await ann.create('account', { name: 'Often', status: 'often' });
    const got = account('name', 'createdBy', 'region', 'code');
    for (let i = 0; i < 10; i += 1) await got.ask(ann, id, 'id');
    expect(await prepared('createdBy')).toBe(0);
    for (let i = 0; i < 10; i += 1) await got.ask(ann, id, 'id');
    expect(await prepared('createdBy')).toBe(1);
    const listed = reading((status) => {
      const nodes = { kind: 'nodes', as: 'n', selections: [selected('updatedBy')] } as const;
      return { kind: 'list', as: 'r', object: 'account', list: { filter: { '==': [{ var: 'status' }, status] } }, parts: [nodes] };
    });
    for (let i = 0; i < 30; i += 1) await listed.ask(scene.admin, 'often');
    expect(await prepared('updatedBy')).toBe(0);
  });
});
