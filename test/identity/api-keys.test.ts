// API keys: shown once, kept as hashes, limited, with an end; revoked at once.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestTenant } from '../support/engine.ts';
import { codeOf, emailOf, identityScene, password, type Caller, type IdentityScene } from './identity-scene.ts';

let scene: IdentityScene;
let acme: TestTenant;
let ada: Caller;
let adaId: string;

beforeAll(async () => {
  scene = await identityScene();
  acme = await scene.open('acme');
  adaId = await scene.person(acme, 'ada');
  ada = scene.as((await scene.tokens('acme', emailOf('acme', 'ada'))).accessToken);
});
afterAll(() => scene.close());

const inDays = (days: number): string => new Date(scene.clock.now() + days * 86_400_000).toISOString();

interface Made {
  readonly id: string;
  readonly key: string;
  readonly lastUsedAt: string | null;
}

async function make(caller: Caller, more: Readonly<Record<string, unknown>> = {}): Promise<Made> {
  const answer = await caller.post('/api-keys', { name: 'nightly', permissionSets: ['noteReader'], expiresAt: inDays(30), ...more });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.json as Made;
}

describe('an API key', () => {
  it('is presented as a bearer’s token', async () => {
    const { key, id } = await make(ada);
    expect(key).toMatch(/^tsk_acme_[0-9a-f]{32}_[0-9a-f]{64}$/);
    expect((await scene.as(key).get('/objects')).status).toBe(200);
    const context = await scene.engine.authenticate(key, { requestId: 'r', languages: [] });
    expect(context.actor).toEqual({ kind: 'user', userId: adaId, apiKeyId: id });
  });

  it('may only what its person may and its permission sets grant', async () => {
    const { key } = await make(ada);
    const keyed = scene.as(key);
    expect((await keyed.get('/records/note')).status).toBe(200);
    expect((await ada.post('/records/note', { name: 'mine' })).status).toBe(201);
    expect(codeOf(await keyed.post('/records/note', { name: 'by key' }))).toBe('PERMISSION_DENIED');
    const admin = await scene.administrator('acme');
    const administrators = scene.as((await make(admin)).key);
    expect(codeOf(await administrators.get('/metadata/versions'))).toBe('PERMISSION_DENIED');
    expect(codeOf(await administrators.post('/records/note', { name: 'by key' }))).toBe('PERMISSION_DENIED');
  });

  it('is shown once and kept as a hash', async () => {
    const { key, id } = await make(ada);
    const listed = await ada.get('/api-keys');
    expect(listed.text).toContain(id);
    const rows = await scene.sql(`select * from "${acme.schema}"."_api_key" where id = $1`, [id]);
    const audit = await scene.audit(acme, 'apiKey.created', 'apiKey.used');
    for (const text of [listed.text, JSON.stringify(rows), JSON.stringify(audit)]) expect(text).not.toContain(key.slice(-64));
  });

  it('needs an end within two years, known permission sets and a name', async () => {
    const wrong: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
      [{ expiresAt: inDays(800) }, 'REQUEST_INVALID'],
      [{ expiresAt: inDays(-1) }, 'REQUEST_INVALID'],
      [{ expiresAt: 'tomorrow' }, 'REQUEST_INVALID'],
      [{ permissionSets: [] }, 'REQUEST_INVALID'],
      [{ permissionSets: ['noteReader', 'toString'] }, 'COMPONENT_UNKNOWN'],
      [{ name: ' ' }, 'REQUEST_INVALID'],
    ];
    for (const [more, code] of wrong) {
      const answer = await ada.post('/api-keys', { name: 'x', permissionSets: ['noteReader'], expiresAt: inDays(1), ...more });
      expect([more, codeOf(answer)]).toEqual([more, code]);
    }
    expect((await ada.post('/api-keys', { name: 'x', permissionSets: ['noteReader'] })).status).toBe(400);
  });

  it('ends at its time to the second, though it was used just before', async () => {
    const { key } = await make(ada, { expiresAt: inDays(1) });
    scene.clock.ahead = 86_399_000;
    expect((await scene.as(key).get('/objects')).status).toBe(200);
    scene.clock.ahead = 86_401_000;
    expect(codeOf(await scene.as(key).get('/objects'))).toBe('TOKEN_INVALID');
    scene.clock.ahead = 0;
  });

  it('stops at once when it is revoked', async () => {
    const { key, id } = await make(ada);
    expect((await scene.as(key).get('/records/note')).status).toBe(200);
    expect((await ada.remove(`/api-keys/${id}`)).status).toBe(204);
    expect(codeOf(await scene.as(key).get('/records/note'))).toBe('TOKEN_INVALID');
    expect(codeOf(await ada.remove(`/api-keys/${id}`))).toBe('API_KEY_NOT_FOUND');
    expect((await scene.audit(acme, 'apiKey.revoked')).at(-1)).toMatchObject({ actor: adaId, record_id: id });
  });

  it('notes its last use once a minute, and the audit its first of a day', async () => {
    const { key, id } = await make(ada);
    const used = async (): Promise<unknown> =>
      (await scene.sql(`select last_used_at from "${acme.schema}"."_api_key" where id = $1`, [id]))[0]?.['last_used_at'];
    expect(await used()).toBeNull();
    await scene.as(key).get('/objects');
    const first = await used();
    expect(first).not.toBeNull();
    try {
      scene.clock.ahead = 30_000;
      await scene.as(key).get('/objects');
      expect(await used()).toEqual(first);
      scene.clock.ahead = 86_400_000;
      await scene.as(key).get('/objects');
      expect(await used()).not.toEqual(first);
    } finally {
      scene.clock.ahead = 0;
    }
    const uses = (await scene.audit(acme, 'apiKey.used')).filter((row) => row.record_id === id);
    expect(uses.map((row) => [row.actor, row.actor_kind, row.address])).toEqual([
      [adaId, 'apiKey', '127.0.0.1'],
      [adaId, 'apiKey', '127.0.0.1'],
    ]);
  });

  it('does not make keys, end sessions, or touch how its person signs in', async () => {
    const admin = await scene.administrator('acme');
    const keyed = scene.as((await make(admin)).key);
    for (const answer of [
      await keyed.post('/api-keys', { name: 'x', permissionSets: ['noteReader'], expiresAt: inDays(1) }),
      await keyed.get('/api-keys'),
      await keyed.get('/auth/sessions'),
      await keyed.remove('/auth/sessions'),
      await keyed.post('/auth/second-factor'),
      await keyed.put(`/users/${adaId}/password`, { password }),
      await keyed.post('/auth/impersonate', { user: adaId }),
    ])
      expect(codeOf(answer)).toBe('PERMISSION_DENIED');
  });

  it('of others is for administrators', async () => {
    const admin = await scene.administrator('acme');
    const { id, key } = await make(admin, { user: adaId });
    expect((await scene.engine.authenticate(key, { requestId: 'r', languages: [] })).actor.userId).toBe(adaId);
    const bea = await scene.person(acme, 'bea');
    const plain = scene.as((await scene.tokens('acme', emailOf('acme', 'bea'))).accessToken);
    expect(codeOf(await plain.remove(`/api-keys/${id}`))).toBe('API_KEY_NOT_FOUND');
    expect(codeOf(await plain.get(`/api-keys?user=${adaId}`))).toBe('PERMISSION_DENIED');
    expect(codeOf(await ada.post('/api-keys', { name: 'x', permissionSets: ['noteReader'], expiresAt: inDays(1), user: bea }))).toBe(
      'PERMISSION_DENIED',
    );
    expect((await admin.get(`/api-keys?user=${adaId}`)).text).toContain(id);
    expect((await admin.remove(`/api-keys/${id}`)).status).toBe(204);
  });

  it('that is no key is no key', async () => {
    const { key } = await make(ada);
    const other = await make(ada);
    const mixed = `${key.slice(0, -64)}${other.key.slice(-64)}`;
    for (const wrong of [`${key}0`, key.slice(0, -1), mixed, key.replace('tsk_acme', 'tsk_nowhere'), 'tsk_', 'tsk_acme_x_y'])
      expect(codeOf(await scene.as(wrong).get('/objects'))).toBe('TOKEN_INVALID');
  });
});
