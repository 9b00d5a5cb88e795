// Acting as another person: by administrators, where the tenant allows it, never as another administrator, always seen.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestTenant } from '../support/engine.ts';
import { codeOf, emailOf, identityScene, type Caller, type IdentityScene } from './identity-scene.ts';

let scene: IdentityScene;
let acme: TestTenant;
let ada: string;
let admin: Caller;

beforeAll(async () => {
  scene = await identityScene();
  acme = await scene.open('acme', { impersonation: true });
  ada = await scene.person(acme, 'ada');
  admin = await scene.administrator('acme');
});
afterAll(() => scene.close());

async function actAs(user: string, by = admin): Promise<string> {
  const answer = await by.post('/auth/impersonate', { user });
  if (answer.status !== 200) throw new Error(answer.text);
  expect(Object.keys(answer.json as object).sort()).toEqual(['accessToken', 'expiresIn']);
  return (answer.json as { readonly accessToken: string }).accessToken;
}

describe('acting as another', () => {
  it('has the other’s permissions and the administrator’s name on it', async () => {
    const token = await actAs(ada);
    const { actor } = await scene.engine.authenticate(token, { requestId: 'r', languages: [] });
    expect(actor).toMatchObject({ kind: 'user', userId: ada, impersonatedBy: acme.administrator });
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      sub: ada,
      act: { sub: acme.administrator },
    });
    const made = await scene.as(token).post('/records/note', { name: 'made as ada' });
    expect(made.status).toBe(201);
    const { id } = made.json as { readonly id: string };
    expect(await acme.read('note', id, 'createdBy')).toMatchObject({ createdBy: ada });
    expect(codeOf(await scene.as(token).get('/metadata/versions'))).toBe('PERMISSION_DENIED');
    const [entry] = (await scene.audit(acme, 'user.impersonated')).slice(-1);
    expect(entry).toMatchObject({ actor: acme.administrator, record_id: ada, address: '127.0.0.1' });
  });

  it('lasts a quarter of an hour', async () => {
    const token = await actAs(ada);
    scene.clock.ahead = 14 * 60_000;
    expect((await scene.as(token).get('/objects')).status).toBe(200);
    scene.clock.ahead = 15 * 60_000 + 1_000;
    expect((await scene.as(token).get('/objects')).status).toBe(401);
    scene.clock.ahead = 0;
  });

  it('is refused as an administrator, as oneself, as nobody, and as who is inactive', async () => {
    const second = await scene.person(acme, 'second', { roles: ['administrator', 'rep'] });
    const idle = await scene.person(acme, 'idle');
    await acme.update('user', idle, { active: false });
    for (const user of [second, acme.administrator, idle]) {
      expect(codeOf(await admin.post('/auth/impersonate', { user }))).toBe('IMPERSONATION_REFUSED');
    }
    expect(codeOf(await admin.post('/auth/impersonate', { user: '00000000-0000-7000-8000-000000000000' }))).toBe('RECORD_NOT_FOUND');
    expect(codeOf(await admin.post('/auth/impersonate', { user: 'ada' }))).toBe('RECORD_NOT_FOUND');
  });

  it('is for administrators in person', async () => {
    const plain = scene.as((await scene.tokens('acme', emailOf('acme', 'ada'))).accessToken);
    const other = await scene.person(acme, 'other');
    expect(codeOf(await plain.post('/auth/impersonate', { user: other }))).toBe('PERMISSION_DENIED');
    expect(codeOf(await scene.as(await actAs(ada)).post('/auth/impersonate', { user: other }))).toBe('PERMISSION_DENIED');
  });

  it('does not reach how the other signs in', async () => {
    const acting = scene.as(await actAs(ada));
    for (const answer of [
      await acting.post('/auth/second-factor'),
      await acting.get('/auth/sessions'),
      await acting.remove('/auth/sessions'),
      await acting.post('/api-keys', { name: 'x', permissionSets: ['noteReader'], expiresAt: new Date(Date.now() + 60_000).toISOString() }),
    ])
      expect(codeOf(answer)).toBe('PERMISSION_DENIED');
  });

  it('is seen by the person, who ends it', async () => {
    const token = await actAs(ada);
    const plain = scene.as((await scene.tokens('acme', emailOf('acme', 'ada'))).accessToken);
    const { sessions } = (await plain.get('/auth/sessions')).json as {
      readonly sessions: readonly { readonly id: string; readonly impersonatedBy: string | null }[];
    };
    const acting = sessions.filter(({ impersonatedBy }) => impersonatedBy === acme.administrator);
    expect(acting.length).toBeGreaterThan(0);
    for (const { id } of acting) expect((await plain.remove(`/auth/sessions/${id}`)).status).toBe(204);
    expect((await scene.as(token).get('/objects')).status).toBe(401);
  });

  it('ends when the administrator is one no longer', async () => {
    const id = await scene.person(acme, 'helper', { roles: ['administrator'] });
    const token = await actAs(ada, scene.as((await scene.tokens('acme', emailOf('acme', 'helper'))).accessToken));
    expect((await scene.as(token).get('/objects')).status).toBe(200);
    await acme.update('user', id, { roles: ['rep'] });
    expect((await scene.as(token).get('/objects')).status).toBe(401);
  });

  it('ends when the administrator is deactivated', async () => {
    const id = await scene.person(acme, 'leaving', { roles: ['administrator'] });
    const token = await actAs(ada, scene.as((await scene.tokens('acme', emailOf('acme', 'leaving'))).accessToken));
    expect((await admin.post(`/users/${id}/deactivate`, {})).status).toBe(200);
    expect((await scene.as(token).get('/objects')).status).toBe(401);
  });

  it('is refused, and ends, where the tenant does not allow it', async () => {
    const token = await actAs(ada);
    await acme.apply({ 'settings.json': { impersonation: false } });
    expect((await scene.as(token).get('/objects')).status).toBe(401);
    expect(codeOf(await admin.post('/auth/impersonate', { user: ada }))).toBe('IMPERSONATION_REFUSED');
  });
});
