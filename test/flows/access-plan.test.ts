// What a change of metadata is said to do to people's access, against what it does.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetadataPlan } from '@tessera/engine';
import type { Json } from '../support/http-client.ts';
import { accessScene, full, rep, type AccessScene, type Person } from './access-scene.ts';

const label = { en: 'x' };
let scene: AccessScene;
let cast: readonly Person[];

beforeAll(async () => {
  scene = await accessScene();
  const { acme } = scene;
  const [above, below] = [
    await acme.create('department', { name: 'A', code: 'above' }),
    await acme.create('department', { name: 'B', code: 'below' }),
  ];
  await acme.update('department', below, { parent: above });
  const bob = await scene.person('bob', { department: below });
  const head = await scene.person('head', { department: above });
  const low = await scene.person('low', { department: below });
  const ray = await scene.person('ray', { roles: ['reader'] });
  const gone = await scene.person('gone');
  await acme.update('department', above, { head: head.id });
  await acme.update('department', below, { head: low.id });
  await acme.update('user', gone.id, { active: false });
  cast = [bob, head, low, ray];
  for (const [owner, count] of [
    [bob, 3],
    [head, 2],
    [ray, 4],
    [undefined, 2],
  ] as const) {
    for (let n = 0; n < count; n += 1) {
      const id = await acme.create('account', { name: `a${String(n)}`, owner: owner?.id ?? null, region: n === 0 ? 'first' : 'other' });
      await acme.create('site', { name: 's', account: id });
      await acme.create('deal', { name: 'd', owner: owner?.id ?? null, amount: String(n) });
    }
  }
  await acme.remove('account', await acme.create('account', { name: 'in the bin', region: 'first' }));
});
afterAll(() => scene.close());

type Seen = ReadonlyMap<string, ReadonlySet<string>>;

/** What everybody sees of these objects; nothing of an object that does not exist for them. */
async function seenOf(objects: readonly string[]): Promise<Seen> {
  const seen = new Map<string, ReadonlySet<string>>();
  for (const person of cast) {
    for (const object of objects) {
      const ids = await person.sees(object).catch(() => []);
      seen.set(`${person.email} ${object}`, new Set(ids));
    }
  }
  return seen;
}

function differences(before: Seen, after: Seen): readonly Json[] {
  return [...before].flatMap(([key, was]) => {
    const [email, object] = key.split(' ');
    const will = after.get(key) ?? new Set();
    const [gained, lost] = [[...will].filter((id) => !was.has(id)).length, [...was].filter((id) => !will.has(id)).length];
    return gained + lost === 0 ? [] : [{ email, object, gained, lost }];
  });
}

const sorted = (list: readonly Json[]): readonly Json[] => [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
const objects = ['account', 'deal', 'site', 'task', 'project', 'tag'];

/** Plans and applies; gives the plan, once it is known that its counts are what happened. */
async function change(files: Json): Promise<NonNullable<MetadataPlan['access']>> {
  const before = await seenOf(objects);
  const { access } = await scene.acme.run('metadata.plan', { files });
  if (access === undefined) throw new Error('The plan says nothing of access.');
  await scene.acme.apply(files);
  const told = access.records
    .filter(({ verb }) => verb === 'read')
    .map(({ email, object, gained, lost }) => ({ email, object, gained, lost }));
  expect(sorted(told)).toEqual(sorted(differences(before, await seenOf(objects))));
  return access;
}
const role = (name: string, objectsOf: Json): Json => ({
  [`extensions/${name}.json`]: { extends: name, kind: 'role', objects: objectsOf },
});

describe('metadata.plan', () => {
  it('compares active people, and says nothing of changes that are not about access', async () => {
    const { access } = await scene.acme.run('metadata.plan', { files: role('rep', { tag: { read: false } }) });
    expect(access).toMatchObject({ people: 5, notCompared: 0, administrators: 1, notCounted: 0 });
    const layout = { name: 'plain__c', object: 'account', label, sections: { s: { order: 1, label, fields: { name: { order: 1 } } } } };
    const plan = await scene.acme.run('metadata.plan', { files: { 'layouts/plain__c.json': layout } });
    expect(plan).not.toHaveProperty('access');
  });

  it('tells of a flag and of fields that a role loses', async () => {
    const access = await change(role('rep', { account: { export: false, fields: { region: 'none' } }, tag: { read: false } }));
    const mine = access.rights.filter(({ sample }) => sample.includes('bob@acme.example'));
    expect(mine).toMatchObject([
      { object: 'account', people: 3, gains: [], loses: ['export'], fields: [{ field: 'region', before: 'edit', after: 'none' }] },
      { object: 'tag', people: 3, loses: expect.arrayContaining(['read', 'create']) },
    ]);
    expect(JSON.stringify(access.rights)).not.toContain('ray@');
    await change({ 'extensions/rep.json': null });
  });

  it('tells whose records a new sharing rule opens, by owner and by condition', async () => {
    const rule = (name: string, records: Json): Json => ({
      [`sharingRules/${name}.json`]: { name, object: 'account', label, records, to: { reps: { role: 'rep' } } },
    });
    const access = await change(rule('readers__c', { ownedBy: { role: 'reader' } }));
    expect(access.records.map(({ email, gained, lost }) => [email, gained, lost])).toContainEqual(['bob@acme.example', 4, 0]);
    await change(rule('first__c', { when: { '==': [{ var: 'region' }, 'first'] } }));
    await change({ 'sharingRules/readers__c.json': null, 'sharingRules/first__c.json': null });
  });

  it('tells what heads of departments gain and lose', async () => {
    for (const departmentHeads of ['none', 'own', 'withBelow']) await change({ 'settings.json': { departmentHeads } });
    const access = await change({ 'settings.json': { departmentHeads: 'own' } });
    expect(access.records.some(({ email, lost }) => email === 'head@acme.example' && lost === 3)).toBe(true);
    await change({ 'settings.json': null });
  });

  it('tells what another sharing default gives and takes, details included', async () => {
    for (const sharing of ['publicRead', 'private']) {
      const access = await change({ 'extensions/account.json': { extends: 'account', sharing } });
      const [gains, loses] = [access.records.some(({ gained }) => Number(gained) > 0), access.records.some(({ lost }) => Number(lost) > 0)];
      expect({ sharing, gains, loses }).toEqual({ sharing, gains: sharing === 'publicRead', loses: sharing === 'private' });
      expect(access.records.some(({ object }) => object === 'site')).toBe(true);
    }
  });

  it('tells of an object that a role gains or loses', async () => {
    const access = await change(
      role('reader', { deal: { read: true, viewAll: true }, account: { read: true, viewAll: false, fields: { '*': 'read' } } }),
    );
    expect(access.records).toContainEqual({
      user: cast[3]?.id,
      email: 'ray@acme.example',
      object: 'deal',
      verb: 'read',
      gained: 11,
      lost: 0,
    });
    expect(access.records).toContainEqual({
      user: cast[3]?.id,
      email: 'ray@acme.example',
      object: 'account',
      verb: 'read',
      gained: 0,
      lost: 7,
    });
    await change({ 'extensions/reader.json': null });
  });

  it('follows a role that gets another name, whoever is meant by it', async () => {
    const rule = (name: string): Json => ({
      'sharingRules/peers__c.json': {
        name: 'peers__c',
        object: 'account',
        label,
        records: { ownedBy: { role: name } },
        to: { peers: { role: name } },
      },
    });
    const peer = (name: string, more: Json = {}): Json => ({ [`roles/${name}.json`]: { name, label, objects: rep.objects, ...more } });
    await scene.acme.apply(peer('peer__c'));
    const [bob, head, low] = cast;
    for (const each of [bob, head]) await scene.acme.update('user', each?.id ?? '', { roles: ['peer__c'] });
    const gained = await change(rule('peer__c'));
    expect(gained.records.map(({ email, gained: more }) => [email, more])).toContainEqual(['bob@acme.example', 2]);
    const renamed = await change({ 'roles/peer__c.json': null, ...peer('mate__c', { renamedFrom: ['peer__c'] }), ...rule('mate__c') });
    expect([renamed.rights, renamed.records]).toEqual([[], []]);
    for (const each of [bob, head, low]) await scene.acme.update('user', each?.id ?? '', { roles: ['rep'] });
    await change({ 'sharingRules/peers__c.json': null, 'roles/mate__c.json': null });
  });

  it('asks once for everybody, and a second time only where heads are others', async () => {
    const asked = async (files: Json): Promise<number> => {
      const statements = await scene.statements(() => scene.acme.run('metadata.plan', { files }));
      return statements.filter((text) => text.includes('with recursive me')).length;
    };
    await scene.acme.run('metadata.plan', { files: role('rep', { tag: { read: false } }) });
    expect(await asked(role('rep', { tag: { read: false } }))).toBe(5);
    expect(await asked({ 'settings.json': { departmentHeads: 'none' } })).toBe(10);
  });

  it('leaves open what a rule over a new field will give', async () => {
    const files = {
      'extensions/account.json': { extends: 'account', fields: { grade__c: { type: 'text', label } } },
      'sharingRules/graded__c.json': {
        name: 'graded__c',
        object: 'account',
        label,
        records: { when: { '==': [{ var: 'grade__c' }, 'A'] } },
        to: { reps: { role: 'rep' } },
      },
    };
    const { access } = await scene.acme.run('metadata.plan', { files });
    const open = access?.records.filter(({ verb, object }) => verb === 'read' && object === 'account');
    expect(open).toHaveLength(3);
    for (const one of open ?? []) expect(one).toMatchObject({ gained: null, lost: null });
    // Whoever has it by way of a master as well.
    expect(access?.records.filter(({ object, gained }) => object === 'site' && gained !== null)).toEqual([]);
  });

  it('tells of somebody who becomes an administrator, and of nobody being one any more', async () => {
    const mighty = { 'roles/mighty__c.json': { name: 'mighty__c', label, administrator: true } };
    await scene.acme.apply({ 'roles/mighty__c.json': { name: 'mighty__c', label, objects: { account: full } } });
    await scene.acme.update('user', cast[0]?.id ?? '', { roles: ['rep', 'mighty__c'] });
    const access = await change(mighty);
    expect(access.administrators).toBe(2);
    expect(access.rights.some(({ object, gains }) => object === 'project' && gains.includes('read'))).toBe(true);
    const back = await change({ 'roles/mighty__c.json': { name: 'mighty__c', label, objects: { account: rep.objects.account } } });
    expect(back.administrators).toBe(1);
  });
});
