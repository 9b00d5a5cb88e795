// Automations at each moment of a write: what they set, refuse, write and start, for each event, and what the answer of the write says.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { automation, automationScene, on, system, task, type AutomationScene } from './automations-scene.ts';

const before = { moment: 'beforeSave' };
const after = { moment: 'afterSave' };
const isName = (name: string) => ({ when: { '==': [{ var: 'name' }, name] } });

const files = {
  // In their order: the second sees what the first has set, the third refuses what they have come to.
  ...automation(
    'first',
    { set: { type: 'set', values: { region: { cat: [{ var: 'name' }, '!'] } } } },
    { ...on(['create', 'update'], before), order: 10, ...system },
  ),
  ...automation(
    'second',
    { set: { type: 'set', values: { rating: { cat: [{ var: 'region' }, '?'] } } } },
    { ...on(['create', 'update'], before), order: 20, ...system, when: { '!=': [{ var: 'region' }, 'plain!'] } },
  ),
  ...automation(
    'refuse',
    { no: { type: 'fail', message: { en: 'Not like that.' }, at: 'name' } },
    { ...on(['create', 'update'], before), order: 30, when: { '==': [{ var: 'rating' }, 'bad!?'] } },
  ),
  ...automation(
    'owns',
    { set: { type: 'set', values: { owner: { var: 'patron' } } } },
    { ...on(['create'], before), ...system, ...isName('given') },
  ),
  ...automation('again', { set: { type: 'set', values: { phone: '+49 30 1234567' } } }, { ...on(['create'], after), ...isName('twice') }),
  ...automation(
    'strict',
    { make: { type: 'create', object: 'tag', values: { name: { var: 'code' } } } },
    { ...on(['update'], after), ...system, ...isName('strict') },
  ),
  ...automation('gone', task({ cat: [{ var: 'name' }, ' is gone'] }, null), { ...on(['delete']), ...system }),
  ...automation('back', task({ cat: [{ var: 'name' }, ' is back'] }), { ...on(['restore']), ...system }),
  ...automation('keep', { no: { type: 'fail', message: { en: 'It stays.' } } }, { ...on(['delete'], before), ...isName('kept') }),
  ...automation('stay', { no: { type: 'fail', message: { en: 'It stays gone.' } } }, { ...on(['restore'], before), ...isName('lost') }),
  ...automation('counted', task({ cat: [{ text: { var: '$old.dealCount' } }, ' to ', { text: { var: 'dealCount' } }] }), {
    ...on(['update'], { changed: ['dealCount'] }),
    ...system,
  }),
  ...automation(
    'noted',
    { set: { type: 'set', values: { status: { cat: [{ text: { var: 'dealCount' } }, ' deals'] } } } },
    { ...on(['update'], { ...after, changed: ['dealCount'] }), ...system },
  ),
};

let scene: AutomationScene;

beforeAll(async () => {
  scene = await automationScene(files);
});
afterAll(() => scene.close());
afterEach(() => scene.clear());

const read = (id: string, ...fields: readonly string[]) => scene.admin.read('account', id, ...fields);

describe('before the save', () => {
  it('fields are set in the order of the automations, each seeing what those before have set', async () => {
    const id = await scene.admin.create('account', { name: 'one' });
    expect(await read(id, 'region', 'rating', 'version')).toEqual({ region: 'one!', rating: 'one!?', version: 1 });
    await scene.admin.update('account', id, { name: 'two' });
    expect(await read(id, 'region', 'rating', 'version')).toEqual({ region: 'two!', rating: 'two!?', version: 2 });
    const plain = await scene.admin.create('account', { name: 'plain' });
    expect(await read(plain, 'region', 'rating')).toEqual({ region: 'plain!', rating: null });
  });

  it('a write is refused with the message and the place, and leaves nothing behind', async () => {
    const answer = await scene.admin.http.post('/api/v1/records/account', { name: 'bad' });
    expect([answer.status, answer.json]).toMatchObject([422, { code: 'AUTOMATION_REFUSED', detail: 'Not like that.', pointer: '/name' }]);
    const [id, other] = [await scene.admin.create('account', { name: 'good' }), await scene.admin.create('account', { name: 'fine' })];
    const results = await scene.admin.updateSome('account', [
      [id, { name: 'bad' }],
      [other, { name: 'better' }],
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([false, true]);
    expect(await read(id, 'name')).toEqual({ name: 'good' });
  });

  it('what is set by the system is not held to the person’s rights, and the owner’s department goes with the owner', async () => {
    const rita = await scene.person('rita');
    const department = await scene.acme.create('department', { name: 'North', code: 'north' });
    const patron = await scene.acme.create('user', { name: 'Pat', email: 'pat@acme.example', department });
    const id = await rita.create('account', { name: 'mine' });
    expect(await read(id, 'rating')).toEqual({ rating: 'mine!?' });
    const given = await scene.acme.create('account', { name: 'given', patron });
    expect(await read(given, 'owner', 'ownerDepartment')).toEqual({ owner: patron, ownerDepartment: department });
  });
});

describe('after the save', () => {
  it('a record that is changed again is answered as it is then, with its version', async () => {
    const { status, json } = await scene.admin.http.post('/api/v1/records/account?fields=name,phone,version', { name: 'twice' });
    expect([status, json]).toEqual([201, { name: 'twice', phone: '+49 30 1234567', version: 2 }]);
    const bulk = await scene.admin.run('records.create', { object: 'account', records: [{ name: 'twice' }, { name: 'once' }] });
    expect(bulk.results).toMatchObject([{ version: 2 }, { version: 1 }]);
  });
});

describe('what fails after the save', () => {
  it('refuses the write of its record alone, where others may be written', async () => {
    const ids: string[] = [];
    for (const code of ['c1', null, 'c2']) ids.push(await scene.admin.create('account', { name: 'x', code }));
    const results = await scene.admin.updateSome(
      'account',
      ids.map((id) => [id, { name: 'strict' }]),
    );
    expect(results).toMatchObject([
      { ok: true, version: 2 },
      { ok: false, problems: [{ code: 'AUTOMATION_FAILED' }] },
      { ok: true, version: 2 },
    ]);
    expect(await Promise.all(ids.map((id) => read(id, 'name')))).toEqual([{ name: 'strict' }, { name: 'x' }, { name: 'strict' }]);
    expect(await scene.admin.sees('tag')).toHaveLength(2);
    const all = await scene.admin.http.patch(`/api/v1/records/account/${ids[1] ?? ''}`, { name: 'strict' });
    expect([all.status, all.json['code']]).toEqual([422, 'AUTOMATION_FAILED']);
  });
});

describe('roll-ups that change a parent', () => {
  it('start its automations, with what it was', async () => {
    const account = await scene.admin.create('account', { name: 'parent' });
    const deals = [await scene.admin.create('deal', { name: 'a', account })];
    await scene.settle();
    deals.push(await scene.admin.create('deal', { name: 'b', account }));
    await scene.settle();
    expect(await scene.tasks()).toEqual(['0 to 1', '1 to 2']);
    expect(await read(account, 'status')).toEqual({ status: '2 deals' });
    await scene.admin.remove('deal', deals[0] ?? '');
    await scene.settle();
    expect(await scene.tasks()).toEqual(['0 to 1', '1 to 2', '2 to 1']);
    expect(await read(account, 'status')).toEqual({ status: '1 deals' });
    // Nothing of the parent's roll-ups changes.
    await scene.admin.update('deal', deals[1] ?? '', { amount: 5 });
    await scene.settle();
    expect(await scene.tasks()).toHaveLength(3);
  });
});

describe('records that go and come back', () => {
  it('start what waits for it', async () => {
    const id = await scene.admin.create('account', { name: 'Acme' });
    await scene.admin.remove('account', id);
    await scene.settle();
    await scene.admin.run('records.restore', { object: 'account', ids: [id] });
    await scene.settle();
    expect(await scene.tasks()).toEqual(['Acme is gone', 'Acme is back']);
  });

  it('are kept, or kept away, by what refuses it', async () => {
    const [kept, lost] = [await scene.admin.create('account', { name: 'kept' }), await scene.admin.create('account', { name: 'lost' })];
    const answer = await scene.admin.http.call('DELETE', `/api/v1/records/account/${kept}`);
    expect([answer.status, answer.json]).toMatchObject([422, { code: 'AUTOMATION_REFUSED', detail: 'It stays.' }]);
    expect(await read(kept, 'name')).toEqual({ name: 'kept' });
    await scene.admin.remove('account', lost);
    const back = await scene.admin.http.post(`/api/v1/records/account/${lost}/restore`, {});
    expect([back.status, back.json]).toMatchObject([422, { code: 'AUTOMATION_REFUSED', detail: 'It stays gone.' }]);
  });
});
