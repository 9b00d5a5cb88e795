// The audit trail: who signed in, was given rights, took data out or away; and that it can neither be changed nor read by others.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Administration, type AuditTrail, type OperationInput } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { password } from '../support/engine.ts';
import type { Json } from '../support/http-client.ts';
import { failureOf } from '../support/failures.ts';
import { streamOf } from '../records/files-scene.ts';
import { accessScene, type AccessScene, type Person } from './access-scene.ts';

let scene: AccessScene;
let bob: Person;
beforeAll(async () => {
  scene = await accessScene();
  bob = await scene.person('bob');
});
afterAll(() => scene.close());

const audit = (query: OperationInput<'audit.list'> = {}): Promise<AuditTrail> => scene.admin.run('audit.list', query);
const about = async (recordId: string, action?: string) =>
  (await audit({ recordId, ...(action === undefined ? {} : { action }) })).entries
    .map(({ action: done, detail, actor }) => ({ done, detail, actor }))
    .reverse();

describe('the audit trail', () => {
  it('has who signed in, and who could not', async () => {
    const info = { requestId: 'r', languages: ['en'], address: '203.0.113.9' };
    const wrong = { tenant: 'acme', email: bob.email, password: 'Wrong-Horse-7-Battery' };
    expect((await failureOf(scene.engine.login(wrong, info))).code).toBe('AUTHENTICATION_FAILED');
    await scene.engine.login({ ...wrong, password }, info);
    const { entries } = await audit({ action: 'session.' });
    expect(entries.slice(0, 2)).toMatchObject([
      { action: 'session.started', actor: bob.id, address: '203.0.113.9', requestId: 'r' },
      { action: 'session.refused', address: '203.0.113.9' },
    ]);
    expect(JSON.stringify(entries)).not.toContain('Horse');
  });

  it('has what makes people see more: roles, sets, activity, manager, department', async () => {
    const { acme, admin } = scene;
    const department = await acme.create('department', { name: 'D', code: 'd1' });
    const ann = await acme.create('user', { name: 'Ann', email: 'ann@acme.example', roles: ['rep'] });
    await acme.update('user', ann, { roles: ['rep', 'reader'], title: 'Dr' });
    await acme.update('user', ann, { title: 'Prof' });
    await acme.update('user', ann, { manager: bob.id, department, permissionSets: ['bin'], active: false });
    expect(await about(ann)).toEqual([
      {
        done: 'access.changed',
        actor: admin.id,
        detail: {
          change: 'created',
          fields: {
            active: { before: null, after: true },
            email: { before: null, after: 'ann@acme.example' },
            roles: { before: null, after: ['rep'] },
          },
        },
      },
      {
        done: 'access.changed',
        actor: admin.id,
        detail: { change: 'updated', fields: { roles: { before: ['rep'], after: ['rep', 'reader'] } } },
      },
      {
        done: 'access.changed',
        actor: admin.id,
        detail: {
          change: 'updated',
          fields: {
            manager: { before: null, after: bob.id },
            department: { before: null, after: department },
            permissionSets: { before: null, after: ['bin'] },
            active: { before: true, after: false },
          },
        },
      },
    ]);
  });

  it('has heads and parents of departments, and members of groups, as they come and go', async () => {
    const { acme } = scene;
    const [above, below] = [
      await acme.create('department', { name: 'A', code: 'a2' }),
      await acme.create('department', { name: 'B', code: 'b2' }),
    ];
    await acme.update('department', below, { parent: above, head: bob.id });
    expect((await about(below)).at(-1)?.detail).toEqual({
      change: 'updated',
      fields: { parent: { before: null, after: above }, head: { before: null, after: bob.id } },
    });
    const group = await acme.create('userGroup', { name: 'G', code: 'g2' });
    const member = await acme.create('userGroupMember', { group, user: bob.id });
    await acme.remove('userGroup', group);
    await acme.run('records.restore', { object: 'userGroup', ids: [group] });
    const changes = (await about(member)).map(({ detail }) => (detail as Json)['change']);
    expect(changes).toEqual(['created', 'removed', 'created']);
    expect((await about(member))[1]?.detail).toMatchObject({ fields: { user: { before: bob.id, after: null } } });
    expect((await about(group)).map(({ done }) => done)).toEqual([
      'access.changed',
      'access.changed',
      'record.deleted',
      'access.changed',
      'record.restored',
    ]);
  });

  it('has the department that people lose with it', async () => {
    const { acme } = scene;
    const department = await acme.create('department', { name: 'C', code: 'c3' });
    const kim = await acme.create('user', { name: 'Kim', email: 'kim@acme.example', department });
    await acme.remove('department', department);
    expect((await about(kim)).at(-1)?.detail).toEqual({ change: 'updated', fields: { department: { before: department, after: null } } });
  });

  it('has a change of permissions, as it was and as it is', async () => {
    const grant = { extends: 'rep', kind: 'role', objects: { tag: { export: true } } };
    await scene.acme.apply({ 'extensions/rep.json': grant });
    const [entry] = (await audit({ action: 'metadata.' })).entries;
    expect(entry).toMatchObject({ action: 'metadata.changed', actor: scene.admin.id });
    const { changes } = entry?.detail as { readonly changes: readonly Json[] };
    expect(changes.map(({ kind, name, path, after }) => ({ kind, name, path, after }))).toContainEqual({
      kind: 'role',
      name: 'rep',
      path: ['objects', 'tag', 'export'],
      after: true,
    });
  });

  it('has exports and imports, deletions and what went for good', async () => {
    const id = await bob.create('account', { name: 'x' });
    let exported = '';
    for await (const lines of await bob.run('records.export', { object: 'account', fields: ['name'], format: 'csv' })) exported += lines;
    expect(exported).toContain('x');
    const mapping = { columns: { name: { field: 'name' } } };
    await bob.run('records.import', { object: 'account', mapping, content: streamOf('name\nimported\n') });
    await bob.run('records.import', { object: 'account', mapping, content: streamOf('name\nimported\n'), dryRun: true });
    await bob.remove('account', id);
    await scene.acme.run('records.purge', { object: 'account', ids: [id] });
    const { entries } = await audit({ object: 'account' });
    expect(entries.map(({ action, actor }) => [action, actor]).reverse()).toEqual([
      ['records.exported', bob.id],
      ['records.imported', bob.id],
      ['record.deleted', bob.id],
      ['records.purged', scene.admin.id],
    ]);
    expect(entries.at(-1)?.detail).toEqual({ fields: ['name'], filter: null, format: 'csv' });
  });

  it('has shares, given and taken', async () => {
    const id = await bob.create('account', { name: 'x' });
    const [share] = await bob.run('records.share', { object: 'account', id, shares: [{ to: { role: 'reader' }, access: 'edit' }] });
    await bob.run('records.unshare', { object: 'account', id, shares: [share?.id ?? ''] });
    expect(await about(id)).toMatchObject([
      { done: 'share.given', actor: bob.id, detail: { subject: 'role:reader', access: 'edit', origin: 'manual' } },
      { done: 'share.taken', actor: bob.id, detail: { subject: 'role:reader' } },
    ]);
  });

  it('has nothing of what is refused', async () => {
    const before = (await audit({ first: 1 })).entries[0]?.number;
    const own = await bob.create('account', { name: 'x' });
    for (const work of [
      bob.run('records.share', { object: 'account', id: scene.admin.id, shares: [{ to: { user: bob.id } }] }),
      bob.remove('account', scene.admin.id),
      bob.run('records.export', { object: 'deal', format: 'csv' }),
      bob.run('records.delete', { object: 'account', records: [{ id: own }, { id: scene.admin.id }] }),
    ])
      await failureOf(work);
    expect((await audit({ first: 1 })).entries[0]?.number).toBe(before);
  });

  it('is for administrators, by filters and page by page', async () => {
    expect((await failureOf(bob.run('audit.list', {}))).code).toBe('PERMISSION_DENIED');
    expect(await bob.http.get('/api/v1/audit')).toMatchObject({ status: 403 });
    const { entries, hasMore } = (await scene.admin.http.get('/api/v1/audit?first=3')).json as unknown as AuditTrail;
    expect([entries.length, hasMore]).toEqual([3, true]);
    const next = await audit({ first: 3, before: entries[2]?.number ?? '' });
    expect(Number(next.entries[0]?.number)).toBeLessThan(Number(entries[2]?.number));
    const mine = (await audit({ actor: bob.id, first: 1000 })).entries;
    expect(new Set(mine.map(({ actor }) => actor))).toEqual(new Set([bob.id]));
    const { at = '' } = mine[0] ?? {};
    expect((await audit({ from: at, actor: bob.id })).entries.every((entry) => entry.at >= at)).toBe(true);
    expect((await audit({ to: at, actor: bob.id, first: 1000 })).entries.every((entry) => entry.at < at)).toBe(true);
    expect((await audit({ action: 'share.' })).entries.every(({ action }) => action.startsWith('share.'))).toBe(true);
  });

  it.each([
    ['from', 'yesterday'],
    ['from', '2026-99-99'],
    ['to', '2026-02-30'],
    ['to', '2026-01-01T25:00:00Z'],
    ['actor', 'bob'],
    ['recordId', '1'],
    ['first', '0'],
    ['before', 'x'],
  ])('refuses %s=%s', async (name, value) => {
    const answer = await scene.admin.http.get(`/api/v1/audit?${name}=${value}`);
    expect(answer.status).toBe(400);
  });

  it('can be added to only', async () => {
    const { cell, acme } = scene;
    for (const statement of ['update _audit set action = null', 'delete from _audit', 'truncate _audit']) {
      const text = statement.replace('_audit', `${acme.schema}._audit`);
      await expect(cell.tenant('acme').query({ text, values: [] })).rejects.toThrow(/permission denied|not allowed|refused/i);
    }
  });

  it('is kept as many days as the tenant says', async () => {
    const { acme } = scene;
    const administration = new Administration({
      cell: scene.cell,
      log: silentLogger,
      secret: 'a secret of these tests, long enough',
      clock: scene.clock,
    });
    const old = `insert into ${acme.schema}._audit (at, action, actor_kind) values (now() - interval '100 days', 'old.thing', 'system')`;
    await scene.sql(old);
    expect(await administration.upkeep.trimAudit()).toBe(0);
    await acme.apply({ 'settings.json': { auditDays: 90 } });
    expect(await administration.upkeep.trimAudit()).toBe(1);
    expect((await audit({ action: 'old.thing' })).entries).toEqual([]);
    expect((await audit()).entries.length).toBeGreaterThan(10);
  });
});
