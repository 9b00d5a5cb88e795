// Options, record types, roles and permission sets that get another name: what holds the former word has the present one afterwards.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Context } from '@tessera/kernel';
import { failureOf } from '../support/failures.ts';
import { pack, password, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

let scene: TestEngine;
let acme: TestTenant;
beforeAll(async () => {
  scene = await testEngine();
  acme = await scene.tenant('acme', [pack('base', { anchor: { fields: {} }, letter: { sharing: 'private', fields: {} } })]);
});
afterAll(() => scene.close());

/** `['b<a', 'c']`: b that was a, and c. */
const options = (...words: readonly string[]): Json =>
  Object.fromEntries(
    words
      .map((each) => each.split('<'))
      .map(([name = '', ...from], i) => [name, { order: i, ...(from.length === 0 ? {} : { renamedFrom: from }) }]),
  );
const label = (en: string): Json => ({ label: { en } });
const field = (type: string, words: readonly string[], more: Json = {}): Json => ({
  type,
  history: true,
  options: options(...words),
  ...label('Field'),
  ...more,
});

/** The tenant's object of that name with these fields. */
const applied = (name: string, fields: Json, more: Json = {}): Promise<void> =>
  acme.apply({ [`objects/${name}__c.json`]: { name: `${name}__c`, plural: `${name}s__c`, ...label(name), fields, ...more } });

const versionNow = async (): Promise<number> => Math.max(...(await acme.run('metadata.versions', {})).map(({ number }) => number));
async function goBack(version: number): Promise<void> {
  await acme.run('metadata.rollback', { version });
}

interface Entry {
  readonly field: string | null;
  readonly old: unknown;
  readonly new: unknown;
}
async function historyOf(object: string, id: string, name: string): Promise<readonly unknown[]> {
  const { entries } = JSON.parse(await acme.run('records.history', { object, id })) as { readonly entries: readonly Entry[] };
  return entries.filter((entry) => entry.field === name).map((entry) => [entry.old, entry.new]);
}

interface Group {
  readonly records: readonly { readonly name: string }[];
}

describe('a renamed option', () => {
  it('has its values, its history and what lies in the bin, with the versions that they had', async () => {
    await applied('deal', { stage__c: field('picklist', ['open', 'gained']), tags__c: field('multiPicklist', ['x', 'y', 'z']) });
    const id = await acme.create('deal__c', { name: 'One', stage__c: 'open', tags__c: ['x'] });
    const version = await acme.update('deal__c', id, { stage__c: 'gained', tags__c: ['x', 'y', 'z'] });
    const gone = await acme.create('deal__c', { name: 'Gone', stage__c: 'gained' });
    await acme.remove('deal__c', gone);

    await applied('deal', { stage__c: field('picklist', ['open', 'won<gained']), tags__c: field('multiPicklist', ['y<x', 'z']) });
    expect(await acme.read('deal__c', id, 'stage__c', 'tags__c', 'version')).toEqual({ stage__c: 'won', tags__c: ['y', 'z'], version });
    expect(await historyOf('deal__c', id, 'stage__c')).toEqual([['open', 'won']]);
    expect(await historyOf('deal__c', id, 'tags__c')).toEqual([[['y'], ['y', 'z']]]);
    await acme.run('records.restore', { object: 'deal__c', ids: [gone] });
    expect(await acme.read('deal__c', gone, 'stage__c')).toEqual({ stage__c: 'won' });
    await acme.update('deal__c', id, { stage__c: 'open' }, version);
  });

  it('is told by the plan, with the records that hold it', async () => {
    await applied('plan', { stage__c: field('picklist', ['a', 'b']) });
    for (const stage of ['a', 'a', 'b']) await acme.create('plan__c', { name: stage, stage__c: stage });
    const fields = { stage__c: field('picklist', ['c<a', 'b']) };
    const files = { 'objects/plan__c.json': { name: 'plan__c', plural: 'plans__c', ...label('plan'), fields } };
    const plan = await acme.run('metadata.plan', { files });
    expect(plan.steps).toEqual([
      {
        kind: 'renameOptions',
        object: 'plan__c',
        field: 'stage__c',
        risk: 'rewrites',
        summary: 'plan__c.stage__c: a becomes c; 2 records hold such a value (those in the recycle bin count too).',
      },
    ]);
    expect(plan.changes.map(({ change, before }) => [change, before])).toContainEqual(['renamed', 'a']);
    // More records than when the plan was looked at are no other plan.
    await acme.create('plan__c', { name: 'late', stage__c: 'a' });
    expect((await acme.run('metadata.apply', { files, planHash: plan.hash })).steps[0]?.summary).toContain('3 records');
  });

  it('is followed by changes that wait for an approval, and by merges that are undone', async () => {
    const stages = (...words: readonly string[]): Promise<void> =>
      applied('held', { stage__c: field('picklist', words), boss__c: { type: 'user', ...label('Boss') } });
    await stages('a', 'b');
    const make = (name: string, stage: string): Promise<string> => acme.create('held__c', { name, stage__c: stage });
    const [winner, loser, waiting] = [await make('W', 'a'), await make('L', 'b'), await make('A', 'a')];
    const merging = { object: 'held__c', record: { id: winner }, others: [{ id: loser }], fields: { stage__c: loser } };
    const { merge } = await acme.run('records.merge', merging);
    const steps = { one: { type: 'approval', approvers: { boss: { user: { var: 'boss__c' } } } } };
    const process = { name: 'held__c', object: 'held__c', on: ['update'], entry: { '==': [{ var: 'name' }, 'A'] }, steps };
    await acme.apply({ 'approvalProcesses/held__c.json': process });
    await acme.update('held__c', waiting, { stage__c: 'b' });
    const approval = String((await scene.sql(`select id from ${acme.schema}._approval`))[0]?.['id']);
    await stages('one<a', 'two<b');
    expect((await acme.run('approvals.get', { approval })).changes).toEqual([{ field: 'stage__c', old: 'one', new: 'two' }]);
    expect(await acme.run('approvals.act', { approval, action: 'approve' })).toMatchObject({ status: 'approved' });
    expect(await acme.run('records.undoMerge', { object: 'held__c', id: winner, merge })).toMatchObject({ restored: [loser], kept: [] });
  });

  it('may be renamed again, and goes back version by version or all the way', async () => {
    await applied('chain', { stage__c: field('picklist', ['a', 'x']) });
    const first = await versionNow();
    const id = await acme.create('chain__c', { name: 'One', stage__c: 'x' });
    await acme.update('chain__c', id, { stage__c: 'a' });
    const stage = async (): Promise<unknown> => (await acme.read('chain__c', id, 'stage__c'))?.['stage__c'];
    await applied('chain', { stage__c: field('picklist', ['b<a', 'x']) });
    const second = await versionNow();
    expect(await stage()).toBe('b');
    await applied('chain', { stage__c: field('picklist', ['c<b<a', 'x']) });
    const third = await versionNow();
    expect(await stage()).toBe('c');
    await goBack(second);
    expect(await stage()).toBe('b');
    await goBack(third);
    expect(await stage()).toBe('c');
    await goBack(first);
    expect(await stage()).toBe('a');
    expect(await historyOf('chain__c', id, 'stage__c')).toEqual([['x', 'a']]);
    await goBack(third);
    expect(await stage()).toBe('c');
  });

  it('may change names with another, for values, history, roll-ups and search, and back', async () => {
    const words = (left: readonly string[], right: readonly string[], labels: Json): Json => ({
      searchable: true,
      options: {
        left: { label: { en: labels['left'] ?? 'Word' }, ...(left.length === 0 ? {} : { renamedFrom: left }) },
        right: { label: { en: labels['right'] ?? 'Word' }, ...(right.length === 0 ? {} : { renamedFrom: right }) },
      },
    });
    const side = (left: readonly string[], right: readonly string[]): Json => ({
      parent__c: { type: 'lookup', to: 'side__c', inverse: 'parts__c', ...label('Parent') },
      stage__c: field('picklist', [], words(left, right, {})),
      lefts__c: {
        type: 'rollup',
        ...label('Lefts'),
        aggregate: { of: 'parts__c', function: 'count', where: { '==': [{ var: 'stage__c' }, 'left'] } },
      },
      more__c: { type: 'rollup', ...label('More'), aggregate: { of: 'parts__c', function: 'sum', value: { var: 'lefts__c' } } },
    });
    await applied('side', side([], []));
    const before = await versionNow();
    const top = await acme.create('side__c', { name: 'Top' });
    const parent = await acme.create('side__c', { name: 'Parent', parent__c: top });
    const id = await acme.create('side__c', { name: 'Lefty', parent__c: parent });
    await acme.update('side__c', id, { stage__c: 'left' });
    for (const name of ['R1', 'R2']) await acme.create('side__c', { name, stage__c: 'right', parent__c: parent });
    const found = async (q: string): Promise<readonly string[]> => {
      const { groups } = JSON.parse(await acme.run('search', { q, objects: ['side__c'] })) as { readonly groups: readonly Group[] };
      return groups.flatMap(({ records }) => records.map(({ name }) => name)).sort();
    };
    const counts = async (): Promise<unknown> => [
      await acme.read('side__c', parent, 'lefts__c'),
      await acme.read('side__c', top, 'more__c'),
    ];
    expect(await counts()).toEqual([{ lefts__c: 1 }, { more__c: 1 }]);
    expect(await found('left')).toEqual(['Lefty']);

    await applied('side', side(['right'], ['left']));
    expect(await acme.read('side__c', id, 'stage__c')).toEqual({ stage__c: 'right' });
    expect(await historyOf('side__c', id, 'stage__c')).toEqual([[null, 'right']]);
    expect(await counts()).toEqual([{ lefts__c: 2 }, { more__c: 2 }]);
    expect(await found('left')).toEqual(['Lefty', 'R1', 'R2']);
    expect(await found('right')).toEqual(['Lefty']);

    await goBack(before);
    expect(await acme.read('side__c', id, 'stage__c')).toEqual({ stage__c: 'left' });
    expect(await counts()).toEqual([{ lefts__c: 1 }, { more__c: 1 }]);
    expect(await found('right')).toEqual(['R1', 'R2']);
  });

  it('may be a record type', async () => {
    const types = (name: string, more: Json = {}): Json => ({ recordTypes: { [name]: { ...label(name), ...more } } });
    await applied('kind', {}, types('big'));
    const id = await acme.create('kind__c', { name: 'One', recordType: 'big' });
    await applied('kind', {}, types('large', { renamedFrom: ['big'] }));
    expect(await acme.read('kind__c', id, 'recordType')).toEqual({ recordType: 'large' });
  });
});

const info = { requestId: 'test', languages: ['en'] };

/** Somebody with these roles and permission sets, signed in. */
async function person(name: string, has: Json): Promise<{ readonly id: string; readonly token: string }> {
  const email = `${name}@acme.example`;
  const id = await acme.create('user', { name, email, ...has });
  const [credential] = await scene.sql(`select hash from ${acme.schema}._credential limit 1`);
  await scene.sql(`insert into ${acme.schema}._credential (user_id, email, hash) values ($1, $2, $3)`, [id, email, credential?.['hash']]);
  return { id, token: (await scene.engine.login({ tenant: 'acme', email, password }, info)).accessToken };
}

const readsLetters = { objects: { letter: { read: true, update: true, fields: { '*': 'edit' } } } };
const grants = (kind: 'roles' | 'permissionSets', name: string, more: Json = {}): Json => ({
  [`${kind}/${name}.json`]: { name, ...label(name), ...readsLetters, ...more },
});
const access = async (): Promise<number> => Number((await scene.sql(`select access from ${acme.schema}._state`))[0]?.['access']);
const shares = (id: string): Promise<readonly Json[]> =>
  scene.sql(`select subject, access from ${acme.schema}._share where record_id = $1 order by subject`, [id]);

/** Whether the caller can change the letter; what is asked for again and again on one session. */
async function mayChange(context: Context, id: string): Promise<boolean> {
  const { results } = await scene.engine.run('records.update', context, { object: 'letter', records: [{ id, values: { name: 'New' } }] });
  return results[0]?.ok === true;
}

describe('a renamed role', () => {
  it('is still what a person has, and what records are shared with', async () => {
    await acme.apply(grants('roles', 'rep__c'));
    const bob = await person('bob', { roles: ['rep__c'] });
    const context = await scene.engine.authenticate(bob.token, info);
    const letter = await acme.create('letter', { name: 'One' });
    await acme.run('records.share', { object: 'letter', id: letter, shares: [{ to: { role: 'rep__c' }, access: 'edit' }] });
    expect(await mayChange(context, letter)).toBe(true);
    const version = await versionNow();

    const before = await access();
    await acme.apply({ 'roles/rep__c.json': null, ...grants('roles', 'seller__c', { renamedFrom: ['rep__c'] }) });
    expect(await acme.read('user', bob.id, 'roles')).toEqual({ roles: ['seller__c'] });
    expect(await shares(letter)).toEqual([{ subject: 'role:seller__c', access: 'edit' }]);
    expect(await access()).toBe(before + 1);
    expect(await mayChange(context, letter)).toBe(true);

    await goBack(version);
    expect(await acme.read('user', bob.id, 'roles')).toEqual({ roles: ['rep__c'] });
    expect(await shares(letter)).toEqual([{ subject: 'role:rep__c', access: 'edit' }]);
    expect(await mayChange(context, letter)).toBe(true);
  });

  it('without a word about it is another role', async () => {
    await acme.apply(grants('roles', 'clerk__c'));
    const { id, token } = await person('carl', { roles: ['clerk__c'] });
    const letter = await acme.create('letter', { name: 'Mine', owner: id });
    const context = await scene.engine.authenticate(token, info);
    expect(await mayChange(context, letter)).toBe(true);
    await acme.apply({ 'roles/clerk__c.json': null, ...grants('roles', 'writer__c') });
    expect((await failureOf(mayChange(context, letter))).code).toBe('OBJECT_UNKNOWN');
  });

  it('may change names with another, and takes its shares along', async () => {
    const both = (one: Json = {}, two: Json = {}): Json => ({
      ...grants('roles', 'one__c', { objects: one['objects'] ?? readsLetters.objects, ...one }),
      ...grants('roles', 'two__c', two),
    });
    await acme.apply(both());
    const dora = await person('dora', { roles: ['one__c'] });
    const letter = await acme.create('letter', { name: 'One' });
    const to = (role: string, level: 'read' | 'edit'): unknown => ({ to: { role }, access: level });
    await acme.run('records.share', { object: 'letter', id: letter, shares: [to('one__c', 'edit'), to('two__c', 'read')] as never });
    await acme.apply(both({ renamedFrom: ['two__c'] }, { renamedFrom: ['one__c'] }));
    expect(await acme.read('user', dora.id, 'roles')).toEqual({ roles: ['two__c'] });
    expect(await shares(letter)).toEqual([
      { subject: 'role:one__c', access: 'read' },
      { subject: 'role:two__c', access: 'edit' },
    ]);
    // Both become one: the share that gives more stays.
    await acme.apply({
      'roles/one__c.json': null,
      'roles/two__c.json': null,
      ...grants('roles', 'all__c', { renamedFrom: ['one__c', 'two__c'] }),
    });
    expect(await shares(letter)).toEqual([{ subject: 'role:all__c', access: 'edit' }]);
    expect(await acme.read('user', dora.id, 'roles')).toEqual({ roles: ['all__c'] });
  });

  it('is still given to whom a provider brings', async () => {
    await acme.apply(grants('roles', 'guest__c'));
    await scene.sql(`insert into ${acme.schema}._identity_provider (name, issuer, client_id, domains, create_users, roles, updated_at)
      values ('idp', 'https://idp.example', 'x', '{}', true, '{administrator,guest__c}', now())`);
    await acme.apply({ 'roles/guest__c.json': null, ...grants('roles', 'visitor__c', { renamedFrom: ['guest__c'] }) });
    expect(await scene.sql(`select roles from ${acme.schema}._identity_provider`)).toEqual([{ roles: ['administrator', 'visitor__c'] }]);
  });
});

describe('a renamed permission set', () => {
  it('is still what a person has, and what a key is limited to', async () => {
    await acme.apply(grants('permissionSets', 'letters__c'));
    const { id, token } = await person('eve', { permissionSets: ['letters__c'] });
    const letter = await acme.create('letter', { name: 'Mine', owner: id });
    const context = await scene.engine.authenticate(token, info);
    const expiresAt = new Date(scene.clock.now() + 86_400_000).toISOString();
    const { key } = await scene.engine.run('apiKeys.create', context, { name: 'nightly', permissionSets: ['letters__c'], expiresAt });
    const keyed = await scene.engine.authenticate(key, info);
    expect([await mayChange(context, letter), await mayChange(keyed, letter)]).toEqual([true, true]);
    await acme.apply({ 'permissionSets/letters__c.json': null, ...grants('permissionSets', 'mail__c', { renamedFrom: ['letters__c'] }) });
    expect(await acme.read('user', id, 'permissionSets')).toEqual({ permissionSets: ['mail__c'] });
    expect([await mayChange(context, letter), await mayChange(keyed, letter)]).toEqual([true, true]);
  });
});
