// Records that a person does not see, may only read, or that are not there: what writes say of them as targets and behind lookups.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failureOf, refusals } from '../support/failures.ts';
import { streamOf } from '../records/files-scene.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

const absent = '01900000-0000-7000-8000-000000000000';

let scene: AccessScene;
let bob: Person;
/** Looks into the bin. */
let ann: Person;
/** Accounts: somebody else's, somebody else's in the bin, shared to read, shared to read and in the bin. */
let unseen: string;
let unseenGone: string;
let shared: string;
let sharedGone: string;

beforeAll(async () => {
  scene = await accessScene();
  bob = await scene.person('bob');
  ann = await scene.person('ann', { permissionSets: ['bin'] });
  const { acme, admin } = scene;
  const make = (name: string): Promise<string> => acme.create('account', { name, code: name, taxNumber: `T-${name}` });
  [unseen, unseenGone, shared, sharedGone] = [
    await make('unseen'),
    await make('unseenGone'),
    await make('shared'),
    await make('sharedGone'),
  ];
  for (const id of [shared, sharedGone]) {
    const shares = [bob, ann].map((person) => ({ to: { user: person.id }, access: 'read' as const }));
    await admin.run('records.share', { object: 'account', id, shares });
  }
  for (const id of [unseenGone, sharedGone]) await acme.remove('account', id);
});
afterAll(() => scene.close());

/** All that is said, the id taken out: so answers about different records can be compared. */
async function said(work: Promise<unknown>, id: string): Promise<string> {
  const { code, message, params, pointer, problems } = await failureOf(work);
  return JSON.stringify({ code, message, params, pointer, problems }).replaceAll(id, 'ID');
}

describe('a record that the person does not see', () => {
  it('is changed like one that is not there, whatever is said of it', async () => {
    const changes: readonly (readonly [object, number | undefined])[] = [
      [{ region: 'r' }, undefined],
      [{ region: 'r' }, 1],
      [{ region: 'r' }, 999],
      [{ score: 1, zzz: 2, owner: absent }, 5],
      [{}, undefined],
    ];
    for (const [values, version] of changes) {
      const change = (id: string): Promise<unknown> => bob.update('account', id, { ...values }, version);
      const expected = await said(change(absent), absent);
      expect(expected).toContain('RECORD_NOT_FOUND');
      for (const id of [unseen, unseenGone, sharedGone]) expect(await said(change(id), id)).toBe(expected);
    }
    expect(await refusals(bob.update('account', 'no id at all', { region: 'r' }))).toEqual([{ code: 'RECORD_NOT_FOUND', pointer: '' }]);
  });

  it('is deleted like one that is not there, its version a secret too', async () => {
    for (const version of [undefined, 1, 77]) {
      const remove = (id: string): Promise<unknown> =>
        bob.run('records.delete', { object: 'account', records: [{ id, ...(version === undefined ? {} : { version }) }] });
      const expected = await said(remove(absent), absent);
      for (const id of [unseen, unseenGone, sharedGone]) expect(await said(remove(id), id)).toBe(expected);
      expect(await said(remove(unseen.toUpperCase()), unseen)).toBe(expected);
    }
  });

  it('is restored like one that is not there', async () => {
    const restore = (id: string): Promise<unknown> => ann.run('records.restore', { object: 'account', ids: [id] });
    expect(await said(restore(unseenGone), unseenGone)).toBe(await said(restore(absent), absent));
    expect(await refusals(restore(sharedGone))).toEqual([{ code: 'RECORD_READ_ONLY', pointer: '/ids/0' }]);
  });

  it('has no shares, no history and no explanation', async () => {
    const asks = [
      (id: string) => bob.run('records.shares', { object: 'account', id }),
      (id: string) => bob.run('records.history', { object: 'account', id }),
      (id: string) => bob.run('records.access', { object: 'account', id }),
      (id: string) => bob.run('records.share', { object: 'account', id, shares: [{ to: { user: bob.id } }] }),
      (id: string) => bob.run('records.unshare', { object: 'account', id, shares: [absent] }),
      (id: string) => bob.run('layouts.resolve', { object: 'account', record: id }),
    ];
    for (const ask of asks) {
      const expected = await said(ask(absent), absent);
      expect(expected).toContain('RECORD_NOT_FOUND');
      for (const id of [unseen, unseenGone, sharedGone]) expect(await said(ask(id), id)).toBe(expected);
    }
  });

  it('is the same over HTTP', async () => {
    const patch = async (id: string): Promise<string> => {
      const { status, json } = await bob.http.patch(`/api/v1/records/account/${id}`, { region: 'r' });
      return `${String(status)} ${JSON.stringify({ ...json, requestId: '', instance: '' })}`.replaceAll(id, 'ID');
    };
    expect(await patch(unseen)).toBe(await patch(absent));
    const mutate = async (id: string): Promise<string> => {
      const query = `mutation { updateAccount(id: "${id}", input: { region: "r" }) { id } }`;
      const { text } = await bob.http.post('/graphql', { query });
      return text.replaceAll(id, 'ID').replace(/"requestId":"[^"]*"/, '');
    };
    expect(await mutate(unseen)).toBe(await mutate(absent));
  });

  it('collides with what is created, as any other, and an upsert collides with it', async () => {
    const values = { name: 'x', code: 'unseen' };
    const created = await said(bob.create('account', values), unseen);
    expect(created).toContain('RECORD_NOT_UNIQUE');
    expect(created).not.toContain('ID');
    expect(await said(bob.run('records.upsert', { object: 'account', by: 'code', records: [values] }), unseen)).toBe(created);
    expect(await scene.acme.read('account', unseen, 'name', 'version')).toEqual({ name: 'unseen', version: 1 });
  });
});

describe('a record that the person may only read', () => {
  it('is said to be so', async () => {
    for (const work of [bob.update('account', shared, { region: 'r' }, 99), bob.remove('account', shared)])
      expect(await refusals(work)).toEqual([{ code: 'RECORD_READ_ONLY', pointer: '' }]);
    expect(await refusals(bob.run('records.upsert', { object: 'account', by: 'code', records: [{ code: 'shared', name: 'x' }] }))).toEqual([
      { code: 'RECORD_READ_ONLY', pointer: '' },
    ]);
  });
});

describe('an upsert', () => {
  it('knows no key over a field that the person does not know', async () => {
    const upsert = (by: string): Promise<string> =>
      said(bob.run('records.upsert', { object: 'account', by, records: [{ name: 'x', [by]: 'T-unseen' }] }), by);
    const invented = await upsert('nothingOfTheKind');
    expect(invented).toContain('KEY_UNKNOWN');
    for (const hidden of ['taxNumber', 'regionAndTax', 'phone']) expect(await upsert(hidden)).toBe(invented);
    expect(invented).not.toMatch(/tax/i);
  });
});

describe('a lookup', () => {
  const aboutAccount = (id: string) => ({ about: { object: 'account', id } });

  it('to a record that the person does not see is one to nothing, with other mistakes beside it too', async () => {
    const mistakes = [{}, { amount: 'much' }, { zzz: 1 }, { name: null }, { owner: ann.id }, { greeting: 'much too long a text' }];
    for (const more of mistakes) {
      for (const pointing of [(id: string) => ({ account: id }), aboutAccount]) {
        const create = (id: string): Promise<string> => said(bob.create('deal', { name: 'D', ...pointing(id), ...more }), id);
        const expected = await create(absent);
        for (const id of [unseen, unseenGone, sharedGone]) expect(await create(id)).toBe(expected);
      }
    }
    expect(await refusals(bob.create('deal', { name: 'D', account: unseen }))).toEqual([{ code: 'LOOKUP_NOT_FOUND', pointer: '/account' }]);
  });

  it('is never followed by a default before it is known that the person sees where it leads', async () => {
    const long = await scene.acme.create('account', { name: 'A name that does not fit a greeting' });
    expect(await refusals(bob.create('deal', { name: 'D', account: long }))).toEqual([{ code: 'LOOKUP_NOT_FOUND', pointer: '/account' }]);
  });

  it('may be set to what is seen, and stays where it was put by others', async () => {
    const deal = await bob.create('deal', { name: 'D', account: shared, ...aboutAccount(shared) });
    await scene.acme.update('deal', deal, { account: unseen });
    await bob.update('deal', deal, { account: unseen, amount: '5' });
    expect(await bob.read('deal', deal, 'account', 'amount')).toEqual({ account: unseen, amount: 5 });
    expect(await refusals(bob.update('deal', deal, { account: unseenGone }))).toEqual([{ code: 'LOOKUP_NOT_FOUND', pointer: '/account' }]);
  });

  it('in an import finds only what the person sees', async () => {
    await scene.acme.update('user', bob.id, { permissionSets: ['imports'] });
    const mapping = { columns: { name: { field: 'name' }, account: { field: 'account', lookup: {} } } };
    const content = (): AsyncIterable<Uint8Array> => streamOf('name,account\na,unseen\nb,nobody\nc,shared\n');
    const status = await bob.run('records.import', { object: 'deal', mapping, content: content() });
    expect(status).toMatchObject({ read: 3, created: 1, refused: 2 });
    const [first, second] = status.rejects.map((reject) => JSON.stringify({ ...reject, row: 0 }).replace(/unseen|nobody/g, 'X'));
    expect(first).toContain('IMPORT_LOOKUP_MISSING');
    expect(first).toBe(second);
    expect(await failureOf(ann.run('imports.status', { id: status.id }))).toMatchObject({ code: 'IMPORT_NOT_FOUND' });
  });
});

describe('children that are created with their parent', () => {
  it('are refused as themselves, and then nothing is written', async () => {
    const before = await bob.sees('account');
    expect(await refusals(bob.create('account', { name: 'x', tasks: [{ name: 't' }] }))).toEqual([
      { code: 'PERMISSION_DENIED', pointer: '/tasks/0' },
    ]);
    expect(
      await refusals(bob.create('account', { name: 'x', deals: [{ name: 'd' }, { name: 'e', about: { object: 'account', id: unseen } }] })),
    ).toEqual([{ code: 'LOOKUP_NOT_FOUND', pointer: '/deals/1/about' }]);
    expect(await bob.sees('account')).toEqual(before);
  });

  it('are created where the person may', async () => {
    const id = await bob.create('account', { name: 'x', deals: [{ name: 'd' }], sites: [{ name: 's' }] });
    expect(await bob.read('account', id, 'dealCount')).toEqual({ dealCount: 1 });
  });
});
