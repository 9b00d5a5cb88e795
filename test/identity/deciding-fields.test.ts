// Deciding fields: whoever changes one of them changes what people see, at another node with the next request; whoever changes another, nothing.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { openCell, type Cell, type decidingFields } from '@tessera/storage';
import { accessScene, type AccessScene, type Person } from '../flows/access-scene.ts';
import { selected, type Json } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';

type Deciding = typeof decidingFields;

interface Stage {
  /** Sees the account, until the change. */
  readonly reader: Person;
  /** Of the person who owns the account. */
  readonly owner: string;
}

/** Makes the reader see the account by one field; gives the change of that field that takes it away. */
type Case = (stage: Stage) => Promise<() => Promise<unknown>>;

const named = (name: string, owner: string, to: Json): Json => ({
  [`sharingRules/${name}.json`]: {
    name,
    object: 'account',
    label: { en: name },
    records: { ownedBy: { user: `${owner}@acme.example` } },
    to: { some: to },
  },
});

const files: Json = {
  ...named('byEmail', 'user-email-owner', { user: 'user-email-reader@acme.example' }),
  ...named('byDepartment', 'department-code-owner', { department: 'desk' }),
  ...named('byGroup', 'usergroup-code-owner', { group: 'circle' }),
  ...named('byMembership', 'usergroupmember-group-owner', { group: 'club' }),
  ...named('byMember', 'usergroupmember-user-owner', { group: 'crew' }),
  'extensions/user.json': { extends: 'user', fields: { badge: { type: 'text', label: { en: 'Badge' } } } },
  'extensions/userGroupMember.json': { extends: 'userGroupMember', fields: { group: { reparent: true } } },
};

let scene: AccessScene;
let cell: Cell;
/** Another node, which nobody tells of what the first one does. */
let second: Engine;
beforeAll(async () => {
  scene = await accessScene(files);
  cell = await openCell({ url: scene.database.url, log: silentLogger });
  second = await createEngine({ cell, log: silentLogger, secret: 'a secret of these tests, long enough', clock: scene.clock });
});
afterAll(async () => {
  await second.close();
  await cell.close();
  await scene.close();
});

const update = (object: string, id: string, values: Json): Promise<number> => scene.acme.update(object, id, values);
const create = (object: string, values: Json): Promise<string> => scene.acme.create(object, values);

const cases: { readonly [O in keyof Deciding]: Readonly<Record<Deciding[O][number], Case>> } = {
  user: {
    email: ({ reader }) => Promise.resolve(() => update('user', reader.id, { email: 'another@acme.example' })),
    active: async ({ reader }) => {
      await update('user', reader.id, { permissionSets: ['seesAll'] });
      return () => update('user', reader.id, { active: false });
    },
    roles: async ({ reader }) => {
      await update('user', reader.id, { roles: ['rep', 'reader'] });
      return () => update('user', reader.id, { roles: ['rep'] });
    },
    permissionSets: async ({ reader }) => {
      await update('user', reader.id, { permissionSets: ['seesAll'] });
      return () => update('user', reader.id, { permissionSets: [] });
    },
    manager: async ({ reader, owner }) => {
      await update('user', owner, { manager: reader.id });
      return () => update('user', owner, { manager: null });
    },
    department: async ({ reader, owner }) => {
      await update('user', owner, { department: await create('department', { name: 'Led', head: reader.id }) });
      return () => update('user', owner, { department: null });
    },
  },
  department: {
    code: async ({ reader }) => {
      const department = await create('department', { name: 'Desk', code: 'desk' });
      await update('user', reader.id, { department });
      return () => update('department', department, { code: 'counter' });
    },
    parent: async ({ reader, owner }) => {
      const above = await create('department', { name: 'Above', head: reader.id });
      const below = await create('department', { name: 'Below', parent: above });
      await update('user', owner, { department: below });
      return () => update('department', below, { parent: null });
    },
    head: async ({ reader, owner }) => {
      const department = await create('department', { name: 'Led', head: reader.id });
      await update('user', owner, { department });
      return () => update('department', department, { head: null });
    },
  },
  userGroup: {
    code: async ({ reader }) => {
      const group = await create('userGroup', { name: 'Circle', code: 'circle' });
      await create('userGroupMember', { group, user: reader.id });
      return () => update('userGroup', group, { code: 'square' });
    },
  },
  userGroupMember: {
    group: async ({ reader }) => {
      const [club, other] = [await create('userGroup', { name: 'Club', code: 'club' }), await create('userGroup', { name: 'Other' })];
      const member = await create('userGroupMember', { group: club, user: reader.id });
      return () => update('userGroupMember', member, { group: other });
    },
    user: async ({ reader, owner }) => {
      const group = await create('userGroup', { name: 'Crew', code: 'crew' });
      const member = await create('userGroupMember', { group, user: reader.id });
      return () => update('userGroupMember', member, { user: owner });
    },
  },
};

async function version(): Promise<number> {
  const [state] = await scene.sql(`select access from ${scene.acme.schema}._state`);
  return Number(state?.['access']);
}

/** How far the access version is moved by something. */
async function raised(work: () => Promise<unknown>): Promise<number> {
  const before = await version();
  await work();
  return (await version()) - before;
}

const accessEntries = async (): Promise<number> =>
  Number((await scene.sql(`select count(*)::int as n from ${scene.acme.schema}._audit where action = 'access.changed'`))[0]?.['n']);

describe.each(Object.entries(cases))('%s', (object, fields) => {
  it.each(Object.entries<Case>(fields))('decides by %s, at another node with the next request', async (field, arrange) => {
    const name = `${object}-${field}`.toLowerCase();
    const owner = await create('user', { name: 'Owner', email: `${name}-owner@acme.example` });
    const account = await create('account', { name: 'Theirs', owner });
    const reader = await scene.person(`${name}-reader`);
    const root = { kind: 'record', as: 'r', object: 'account', by: { id: account }, selections: [selected('name')] } as const;
    const read = (): Promise<string> => second.run('records.read', reader.context(), { roots: [root] });

    const change = await arrange({ reader, owner });
    expect(await read()).toBe('{"r":{"name":"Theirs"}}');
    expect(await raised(change)).toBeGreaterThan(0);
    if (field === 'active') expect(await failureOf(read())).toMatchObject({ code: 'TOKEN_INVALID' });
    else expect(await read()).toBe('{"r":null}');
  });
});

describe('the access version', () => {
  it.each<readonly [string, Json]>([
    ['user', { name: 'Bea' }],
    ['user', { title: 'Dr', phone: '+49 30 1234567', language: 'de', timeZone: 'Europe/Berlin' }],
    ['user', { badge: 'B-7' }],
    ['department', { name: 'Elsewhere' }],
    ['userGroup', { name: 'Those', description: 'Whoever came' }],
  ])('stays where a %s is given %j, and so does the audit trail', async (object, values) => {
    const base = { name: 'Ada', ...(object === 'user' ? { email: `${Object.keys(values).join('')}@acme.example` } : { code: 'stays' }) };
    const id = await create(object, base);
    const before = await accessEntries();
    expect(await raised(() => update(object, id, values))).toBe(0);
    expect(await raised(() => update(object, id, { owner: scene.acme.administrator }))).toBe(0);
    // What is as it was decides nothing anew.
    expect(await raised(() => update(object, id, base))).toBe(0);
    expect(await accessEntries()).toBe(before);
  });

  it('rises once where one of many changes decides', async () => {
    const [plain, led] = [
      await create('user', { name: 'P', email: 'plain@acme.example' }),
      await create('user', { name: 'L', email: 'led@acme.example' }),
    ];
    const records = [
      { id: plain, values: { phone: '+49 30 7654321' } },
      { id: led, values: { manager: plain } },
    ];
    expect(await raised(() => scene.acme.run('records.update', { object: 'user', records }))).toBe(1);
  });

  it.each<readonly [string, Json]>([
    ['department', { name: 'Nameless' }],
    ['userGroup', { name: 'Nameless' }],
  ])('rises where a %s comes, goes and comes back, were it without a code', async (object, values) => {
    let id = '';
    expect(await raised(async () => (id = await create(object, values)))).toBe(1);
    expect(await raised(() => scene.acme.remove(object, id))).toBe(1);
    expect(await raised(() => scene.acme.run('records.restore', { object, ids: [id] }))).toBe(1);
  });

  it('rises where a membership comes, goes with its group, and comes back', async () => {
    const group = await create('userGroup', { name: 'G' });
    let member = '';
    const joining = async (): Promise<string> => (member = await create('userGroupMember', { group, user: scene.acme.administrator }));
    expect(await raised(joining)).toBe(1);
    expect(await raised(() => scene.acme.remove('userGroupMember', member))).toBe(1);
    expect(await raised(() => scene.acme.run('records.restore', { object: 'userGroupMember', ids: [member] }))).toBe(1);
    expect(await raised(() => scene.acme.remove('userGroup', group))).toBeGreaterThan(0);
  });
});
