// Sessions: refresh tokens that are good once, theft that ends them, lists, ends that are felt at once.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestTenant } from '../support/engine.ts';
import { codeOf, emailOf, identityScene, type IdentityScene, type Tokens } from './identity-scene.ts';

let scene: IdentityScene;
let acme: TestTenant;
let ada: string;

beforeAll(async () => {
  scene = await identityScene();
  acme = await scene.open('acme');
  ada = await scene.person(acme, 'ada');
});
afterAll(() => scene.close());

const signIn = (name = 'ada'): Promise<Tokens> => scene.tokens('acme', emailOf('acme', name));
const refresh = (refreshToken: string): ReturnType<IdentityScene['logIn']> => scene.as().post('/auth/refresh', { refreshToken });

interface Shown {
  readonly id: string;
  readonly current: boolean;
  readonly userAgent: string | null;
  readonly address: string | null;
  readonly lastUsedAt: string;
  readonly impersonatedBy: string | null;
}

const sessionsOf = async (token: string, query = ''): Promise<readonly Shown[]> =>
  ((await scene.as(token).get(`/auth/sessions${query}`)).json as { readonly sessions: readonly Shown[] }).sessions;

describe('a refresh token', () => {
  it('is exchanged for the next, and both access tokens hold', async () => {
    const first = await signIn();
    const second = (await refresh(first.refreshToken)).json as Tokens;
    expect(second.refreshToken).not.toBe(first.refreshToken);
    for (const { accessToken } of [first, second]) expect((await scene.as(accessToken).get('/objects')).status).toBe(200);
  });

  it('shown again ends the whole session at once', async () => {
    const first = await signIn();
    const other = await signIn();
    const second = (await refresh(first.refreshToken)).json as Tokens;
    const third = (await refresh(second.refreshToken)).json as Tokens;
    expect(codeOf(await refresh(first.refreshToken))).toBe('TOKEN_INVALID');
    // Neither the thief nor the robbed goes on; the person's other sessions do.
    expect(codeOf(await refresh(third.refreshToken))).toBe('TOKEN_INVALID');
    expect((await scene.as(third.accessToken).get('/objects')).status).toBe(401);
    expect((await scene.as(other.accessToken).get('/objects')).status).toBe(200);
    expect((await scene.audit(acme, 'session.refreshReused')).at(-1)).toMatchObject({ record_id: ada });
  });

  it('has no grace: the same retry right after a lost answer ends the session too', async () => {
    const { refreshToken } = await signIn();
    const answers = [await refresh(refreshToken), await refresh(refreshToken)];
    expect(answers.map(({ status }) => status)).toEqual([200, 401]);
    expect((await refresh((answers[0]?.json as Tokens).refreshToken)).status).toBe(401);
  });

  it('sent by two at once serves one at most', async () => {
    const { refreshToken } = await signIn();
    const answers = await Promise.all([refresh(refreshToken), refresh(refreshToken), refresh(refreshToken)]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('that was made up ends nobody’s session', async () => {
    const { accessToken } = await signIn();
    for (const made of ['acme.x', 'x', 'nowhere.x', '']) expect(codeOf(await refresh(made))).toBe('TOKEN_INVALID');
    expect((await scene.as(accessToken).get('/objects')).status).toBe(200);
  });

  it('ends with its session after thirty days', async () => {
    const { refreshToken } = await signIn();
    scene.clock.ahead = 31 * 86_400_000;
    expect((await refresh(refreshToken)).status).toBe(401);
    scene.clock.ahead = 0;
  });

  it('is kept as a hash', async () => {
    const { refreshToken } = await signIn();
    await refresh(refreshToken);
    const rows = [
      ...(await scene.sql(`select * from "${acme.schema}"."_session"`)),
      ...(await scene.sql(`select * from "${acme.schema}"."_spent_refresh"`)),
    ];
    expect(JSON.stringify(rows)).not.toContain(refreshToken.split('.')[1]);
  });
});

describe('sessions', () => {
  it('are listed with where they come from, and which one asks', async () => {
    await scene.person(acme, 'bea');
    const [old, present] = [await signIn('bea'), await signIn('bea')];
    const listed = await sessionsOf(present.accessToken);
    expect(listed.map(({ current, address, impersonatedBy }) => [current, address, impersonatedBy])).toEqual([
      [true, '127.0.0.1', null],
      [false, '127.0.0.1', null],
    ]);
    expect((await sessionsOf(old.accessToken)).map(({ current }) => current)).toEqual([false, true]);
  });

  it('are noted as used once a minute', async () => {
    await scene.person(acme, 'used');
    const { accessToken } = await signIn('used');
    const used = async (): Promise<string> => (await sessionsOf(accessToken))[0]?.lastUsedAt ?? '';
    const begun = await used();
    scene.clock.ahead = 30_000;
    expect(await used()).toBe(begun);
    scene.clock.ahead = 70_000;
    await used();
    expect(Date.parse(await used()) - Date.parse(begun)).toBeGreaterThan(60_000);
    scene.clock.ahead = 0;
  });

  it('are ended by their person, one or all others, and that is felt at once', async () => {
    await scene.person(acme, 'cem');
    const [first, second, third] = [await signIn('cem'), await signIn('cem'), await signIn('cem')];
    const [, , oldest] = await sessionsOf(third.accessToken);
    expect((await scene.as(third.accessToken).remove(`/auth/sessions/${oldest?.id ?? ''}`)).status).toBe(204);
    expect((await scene.as(first.accessToken).get('/objects')).status).toBe(401);
    expect((await scene.as(third.accessToken).remove(`/auth/sessions/${oldest?.id ?? ''}`)).status).toBe(404);
    expect(await scene.as(third.accessToken).remove('/auth/sessions')).toMatchObject({ status: 200, json: { revoked: 1 } });
    expect((await scene.as(second.accessToken).get('/objects')).status).toBe(401);
    expect((await refresh(second.refreshToken)).status).toBe(401);
    expect((await scene.as(third.accessToken).get('/objects')).status).toBe(200);
  });

  it('of others are for administrators only', async () => {
    const [mine, admin] = [await signIn(), await scene.administrator('acme')];
    const theirs = await scene.person(acme, 'dan');
    const { accessToken } = await signIn('dan');
    const [dans] = await sessionsOf(accessToken);
    expect(codeOf(await scene.as(mine.accessToken).get(`/auth/sessions?user=${theirs}`))).toBe('PERMISSION_DENIED');
    expect(codeOf(await scene.as(mine.accessToken).remove(`/auth/sessions?user=${theirs}`))).toBe('PERMISSION_DENIED');
    // As one that is not there.
    expect(codeOf(await scene.as(mine.accessToken).remove(`/auth/sessions/${dans?.id ?? ''}`))).toBe('SESSION_NOT_FOUND');
    expect((await scene.as(accessToken).get('/objects')).status).toBe(200);
    expect((await admin.get(`/auth/sessions?user=${theirs}`)).status).toBe(200);
    expect((await admin.remove(`/auth/sessions/${dans?.id ?? ''}`)).status).toBe(204);
    expect((await scene.as(accessToken).get('/objects')).status).toBe(401);
  });

  it('end with a log-out', async () => {
    const { accessToken, refreshToken } = await signIn();
    expect((await scene.as(accessToken).post('/auth/logout')).status).toBe(204);
    expect((await scene.as(accessToken).get('/objects')).status).toBe(401);
    expect((await refresh(refreshToken)).status).toBe(401);
  });

  it('leave traces in the audit trail', async () => {
    const rows = await scene.audit(acme, 'session.started', 'session.ended', 'session.revoked');
    expect(new Set(rows.map(({ action }) => action))).toEqual(new Set(['session.started', 'session.ended', 'session.revoked']));
    expect(rows.filter(({ address }) => address === '127.0.0.1').length).toBeGreaterThan(0);
  });
});
