// Why somebody sees and may change a record: each layer by itself, and the explanation against what really happens.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Administration, type AccessExplanation } from '@tessera/engine';
import { explanationText } from '../../packages/server/src/cli/access-commands.ts';
import { runCli } from '../../packages/server/src/cli/commands.ts';
import type { CliActions } from '../../packages/server/src/cli/actions.ts';
import { failureOf } from '../support/failures.ts';
import { random } from '../support/random.ts';
import { accessScene, full, type AccessScene, type Person } from './access-scene.ts';

const label = (en: string) => ({ label: { en } });
const more = {
  'roles/mighty.json': { name: 'mighty', ...label('Mighty'), objects: { account: { ...full, modifyAll: true } } },
  'sharingRules/fromDesk.json': {
    name: 'fromDesk',
    object: 'account',
    ...label('What the desk owns'),
    records: { ownedBy: { group: 'desk' } },
    to: { all: { role: 'rep' } },
  },
};

let scene: AccessScene;
const people: Record<string, Person> = {};
const who = (name: string): Person => {
  const found = people[name];
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
};

beforeAll(async () => {
  scene = await accessScene(more);
  const { acme } = scene;
  const department = await acme.create('department', { name: 'D', code: 'd' });
  const group = await acme.create('userGroup', { name: 'Desk', code: 'desk' });
  for (const [name, values] of Object.entries({
    boss: {},
    head: {},
    bob: { department },
    desk: {},
    ray: { roles: ['reader'] },
    max: { roles: ['mighty'] },
    lax: { permissionSets: ['seesAll'] },
  }))
    people[name] = await scene.person(name, values);
  await acme.update('user', who('bob').id, { manager: who('boss').id });
  await acme.update('department', department, { head: who('head').id });
  await acme.create('userGroupMember', { group, user: who('desk').id });
});
afterAll(() => scene.close());

const ask = (object: string, id: string, user: Person, asker = scene.admin): Promise<AccessExplanation> =>
  asker.run('records.access', { object, id, ...(asker === user ? {} : { user: user.id }) });
const giving = (found: AccessExplanation, verb: 'read' | 'edit'): readonly string[] =>
  found.layers[verb].filter(({ gives }) => gives).map(({ kind, name }) => (name === undefined ? kind : `${kind} ${name}`));

describe('a record that one layer alone gives', () => {
  const account = (owner: string | null, values: object = {}): Promise<string> =>
    scene.acme.create('account', { name: 'x', owner, ...values });
  const share = (id: string, to: Person, more: object): Promise<unknown> =>
    scene.admin.run('records.share', { object: 'account', id, shares: [{ to: { user: to.id }, ...more }] });

  it.each([
    ['owner', 'bob', 'owner', true],
    ['a subordinate’s', 'boss', 'managers', true],
    ['of the department', 'head', 'departmentHeads', true],
    ['all are seen', 'lax', 'viewAll', false],
    ['all are seen by role', 'ray', 'viewAll', false],
    ['all may be changed', 'max', 'modifyAll', true],
  ] as const)('is told to be so: %s', async (_, name, layer, edit) => {
    const id = await account(who('bob').id);
    const found = await ask('account', id, who(name));
    expect(found).toMatchObject({ read: true, edit, administrator: false, user: who(name).id });
    expect([giving(found, 'read'), giving(found, 'edit')]).toEqual([[layer], edit ? [layer] : []]);
  });

  it('is told to be so: shares, teams and sharing rules', async () => {
    const [byHand, team, open, desk] = [
      await account(null),
      await account(null),
      await account(null, { status: 'open' }),
      await account(who('desk').id),
    ];
    await share(byHand, who('bob'), {});
    await share(team, who('bob'), { teamRole: 'lead' });
    const found = async (id: string) => {
      const answer = await ask('account', id, who('bob'), who('bob'));
      return [giving(answer, 'read'), giving(answer, 'edit')];
    };
    expect(await found(byHand)).toEqual([['manualShare'], []]);
    expect(await found(team)).toEqual([['team'], ['team']]);
    expect(await found(open)).toEqual([['sharingRule openAccounts'], ['sharingRule openAccounts']]);
    expect(await found(desk)).toEqual([['sharingRule fromDesk'], []]);
  });

  it('is told to be so: the sharing default, and masters', async () => {
    const tag = await scene.acme.create('tag', { name: 't' });
    const found = await ask('tag', tag, who('bob'));
    expect([giving(found, 'read'), giving(found, 'edit')]).toEqual([['sharingDefault'], ['sharingDefault']]);
    const site = await scene.acme.create('site', { name: 's', account: await account(who('bob').id) });
    const [own, foreign] = [await ask('site', site, who('bob')), await ask('site', site, who('desk'))];
    expect([giving(own, 'read'), giving(own, 'edit')]).toEqual([['parent'], ['parent']]);
    expect(foreign).toMatchObject({ read: false, edit: false, layers: { read: [{ kind: 'parent', gives: false }] } });
  });

  it('is refused where no layer gives it', async () => {
    const found = await ask('account', await account(null), who('bob'));
    expect(found).toMatchObject({ read: false, edit: false });
    expect(found.layers.read.length).toBeGreaterThan(5);
    expect(giving(found, 'read')).toEqual([]);
    expect(await ask('project', await scene.acme.create('project', { name: 'p' }), who('bob'))).toMatchObject({
      read: false,
      layers: { read: [], edit: [] },
    });
  });

  it('names the sets that give flags and fields, to others than administrators only what exists for them', async () => {
    const id = await account(who('bob').id);
    const own = await ask('account', id, who('bob'), who('bob'));
    expect(own.flags.update).toEqual([{ kind: 'role', name: 'rep' }]);
    expect(own.fields['phone']).toEqual({ level: 'masked', from: [{ kind: 'role', name: 'rep' }] });
    expect(JSON.stringify(own)).not.toMatch(/score|twice|taxNumber/);
    expect((await ask('account', id, who('bob'))).fields['score']).toEqual({ level: 'none', from: [] });
  });

  it('is explained about others to administrators only', async () => {
    const id = await account(who('bob').id);
    expect(await failureOf(ask('account', id, who('head'), who('bob')))).toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(await who('bob').http.get(`/api/v1/records/account/${id}/access?user=${who('head').id}`)).toMatchObject({ status: 403 });
    expect(await who('bob').http.get(`/api/v1/records/account/${id}/access?user=${who('bob').id}`)).toMatchObject({ status: 200 });
    const nobody = { object: 'account', id, user: 'nobody at all' };
    expect(await failureOf(scene.admin.run('records.access', nobody))).toMatchObject({ code: 'RECORD_NOT_FOUND' });
    expect(await ask('account', id, scene.admin)).toMatchObject({ administrator: true, read: true, edit: true, fields: {} });
  });

  it('is nothing to somebody inactive', async () => {
    const gone = await scene.person('gone');
    const id = await account(gone.id);
    await scene.acme.update('user', gone.id, { active: false });
    expect(await ask('account', id, gone)).toMatchObject({ active: false, read: false, edit: false });
  });
});

describe('tessera access explain', () => {
  it('prints text, and JSON', async () => {
    const id = await scene.acme.create('account', { name: 'x', owner: who('bob').id });
    const administration = new Administration({
      cell: scene.cell,
      log: who('bob').context().log,
      secret: 'a secret of these tests, long enough',
      clock: scene.clock,
    });
    const actions: Pick<CliActions, 'explainAccess'> = {
      explainAccess: ({ tenant, ...input }) => administration.explainAccess(tenant, input),
    };
    const run = async (...words: readonly string[]) => {
      let [out, err] = ['', ''];
      const line = ['access', 'explain', 'account', id, '--tenant', 'acme', ...words];
      const code = await runCli(line, actions as CliActions, {
        out: (text) => (out += text),
        err: (text) => (err += text),
        interactive: false,
        ask: () => Promise.resolve(''),
      });
      return { code, out, err };
    };
    const asText = await run('--user', 'BOSS@acme.example');
    expect(asText).toMatchObject({ code: 0, err: '' });
    expect(asText.out).toMatch(/read: yes {3}edit: yes\n/);
    expect(asText.out).toMatch(/update\s+role rep\n/);
    expect(asText.out).toMatch(/gives\s+managers\n/);
    expect(asText.out).toMatch(/-\s+sharingRule openAccounts\n/);
    const asJson = await run('--user', 'boss@acme.example', '--json');
    expect(JSON.parse(asJson.out)).toEqual(await ask('account', id, who('boss')));
    expect(explanationText(await ask('account', id, who('boss')))).toBe(asText.out);
    expect((await run('--user', 'nobody@acme.example')).err).toContain('nobody@acme.example');
    expect((await run('--user', 'admin@acme.example')).out).toContain('administrator');
  });
});

describe('the explanation of any record to anybody', () => {
  it('agrees with what they can read and change', async () => {
    const chance = random();
    const { seed } = chance;
    const pick = <T>(from: readonly T[]): T => chance.pick(from);
    const cast = Object.values(people);
    const owners = [null, ...cast.map(({ id }) => id)];
    const records: string[] = [];
    for (let n = 0; n < 24; n += 1) {
      const values = { name: `r${String(n)}`, owner: pick(owners), status: pick(['open', 'closed']) };
      const id = await scene.acme.create('account', values);
      if (pick([true, false, false])) {
        const to = pick([{ user: pick(cast).id }, { role: pick(['rep', 'reader', 'mighty']) }]);
        const shares = [{ to, access: pick(['read', 'edit'] as const), ...(pick([true, false]) ? { teamRole: 'guest' } : {}) }];
        await scene.admin.run('records.share', { object: 'account', id, shares });
      }
      records.push(id);
    }
    const seen = new Map<Person, readonly string[]>();
    for (const person of cast) seen.set(person, await person.sees('account'));
    for (let n = 0; n < 200; n += 1) {
      const [person, id] = [pick(cast), pick(records)];
      const { read, edit, verbs } = await ask('account', id, person);
      const done = await person.update('account', id, {}).then(
        () => 'done',
        (error: unknown) => (error as { readonly code: string }).code,
      );
      const expected = !verbs.update ? 'PERMISSION_DENIED' : !read ? 'RECORD_NOT_FOUND' : edit ? 'done' : 'RECORD_READ_ONLY';
      expect({ seed, person: person.email, id, read: seen.get(person)?.includes(id), done }).toEqual({
        seed,
        person: person.email,
        id,
        read,
        done: expected,
      });
    }
  });
});
