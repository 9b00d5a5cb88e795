// Second factors: enrolling, signing in with codes that are good once, recovery codes, what a tenant may ask for.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import type { Answer } from '../api/rest-scene.ts';
import type { TestTenant } from '../support/engine.ts';
import { codeOf, emailOf, identityScene, password, type IdentityScene } from './identity-scene.ts';

let scene: IdentityScene;
let acme: TestTenant;
let strict: TestTenant;

beforeAll(async () => {
  scene = await identityScene();
  acme = await scene.open('acme');
  strict = await scene.open('strict');
});
afterAll(() => scene.close());

/** Codes as an authenticator app has them; each call is thirty seconds later, so that none comes twice. */
class App {
  readonly #totp: TOTP;
  constructor(enrolment: Answer) {
    const { uri, secret } = enrolment.json as { readonly uri: string; readonly secret: string };
    this.#totp = new TOTP({ secret: Secret.fromBase32(secret) });
    expect(new URL(uri).searchParams.get('secret')).toBe(secret);
  }
  present(): string {
    return this.#totp.generate({ timestamp: scene.clock.now() });
  }
  next(): string {
    scene.clock.ahead += 30_000;
    return this.present();
  }
}

interface Enrolled {
  readonly app: App;
  readonly email: string;
  readonly id: string;
  readonly token: string;
  readonly recoveryCodes: readonly string[];
}

async function enrolled(name: string): Promise<Enrolled> {
  const id = await scene.person(acme, name);
  const email = emailOf('acme', name);
  const { accessToken: token } = await scene.tokens('acme', email);
  const app = new App(await scene.as(token).post('/auth/second-factor'));
  const confirmed = await scene.as(token).post('/auth/second-factor/confirm', { code: app.next() });
  expect(confirmed.status).toBe(200);
  const { recoveryCodes } = confirmed.json as { readonly recoveryCodes: readonly string[] };
  return { app, email, id, token, recoveryCodes };
}

describe('an authenticator app', () => {
  it('is asked for once it is confirmed, and not before', async () => {
    await scene.person(acme, 'ada');
    const email = emailOf('acme', 'ada');
    const { accessToken } = await scene.tokens('acme', email);
    const ada = scene.as(accessToken);
    expect((await ada.get('/auth/second-factor')).json).toEqual({ enrolled: false, required: false });
    const app = new App(await ada.post('/auth/second-factor'));
    expect((await scene.logIn('acme', email)).status).toBe(200);
    expect(codeOf(await ada.post('/auth/second-factor/confirm', { code: '000000' }))).toBe('SECOND_FACTOR_INVALID');
    expect((await ada.post('/auth/second-factor/confirm', { code: app.next() })).status).toBe(200);
    expect((await ada.get('/auth/second-factor')).json).toEqual({ enrolled: true, required: false });
    expect(await scene.logIn('acme', email)).toMatchObject({ status: 401, json: { code: 'SECOND_FACTOR_REQUIRED' } });
    expect((await scene.logIn('acme', email, { code: app.next() })).status).toBe(200);
    expect(codeOf(await ada.post('/auth/second-factor'))).toBe('SECOND_FACTOR_EXISTS');
  });

  it('is asked for only whom the password has let through', async () => {
    const { email, app } = await enrolled('silent');
    expect(codeOf(await scene.logIn('acme', email, { password: 'wrong' }))).toBe('AUTHENTICATION_FAILED');
    expect(codeOf(await scene.logIn('acme', email, { password: 'wrong', code: app.next() }))).toBe('AUTHENTICATION_FAILED');
  });

  it('has each code taken once, also by two at the same time', async () => {
    const { email, app } = await enrolled('once');
    const code = app.next();
    const answers = await Promise.all([scene.logIn('acme', email, { code }), scene.logIn('acme', email, { code })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
    expect(codeOf(await scene.logIn('acme', email, { code }))).toBe('SECOND_FACTOR_INVALID');
    expect((await scene.logIn('acme', email, { code: app.next() })).status).toBe(200);
  });

  it('may be half a minute off, and no more', async () => {
    const { email, app } = await enrolled('off');
    const code = app.next();
    scene.clock.ahead += 30_000;
    expect((await scene.logIn('acme', email, { code })).status).toBe(200);
    const old = app.next();
    scene.clock.ahead += 90_000;
    expect(codeOf(await scene.logIn('acme', email, { code: old }))).toBe('SECOND_FACTOR_INVALID');
  });

  it('takes no code for a while after five wrong ones', async () => {
    const { email, app, id } = await enrolled('guessed');
    const wrong = (code: string): string => String((Number(code) + 333_333) % 1_000_000).padStart(6, '0');
    for (let i = 0; i < 5; i += 1)
      expect(codeOf(await scene.logIn('acme', email, { code: wrong(app.present()) }))).toBe('SECOND_FACTOR_INVALID');
    expect(codeOf(await scene.logIn('acme', email, { code: app.present() }))).toBe('SECOND_FACTOR_INVALID');
    expect((await scene.logIn('acme', email, { code: app.next() })).status).toBe(200);
    expect((await scene.audit(acme, 'secondFactor.locked')).at(-1)?.record_id).toBe(id);
  });

  it('can be stood in for by recovery codes, each once, however they are typed', async () => {
    const { email, recoveryCodes } = await enrolled('lost');
    expect(recoveryCodes).toHaveLength(10);
    const [first = '', second = ''] = recoveryCodes;
    expect((await scene.logIn('acme', email, { code: first })).status).toBe(200);
    expect(codeOf(await scene.logIn('acme', email, { code: first }))).toBe('SECOND_FACTOR_INVALID');
    expect((await scene.logIn('acme', email, { code: ` ${second.toUpperCase().replaceAll('-', ' ')}` })).status).toBe(200);
    const rows = JSON.stringify(await scene.sql(`select * from "${acme.schema}"."_recovery_code"`));
    for (const code of recoveryCodes) expect(rows).not.toContain(code);
  });

  it('is removed by the person with a code, or by an administrator', async () => {
    const { app, email, token, id } = await enrolled('removed');
    expect(codeOf(await scene.as(token).post('/auth/second-factor/remove', { code: '000000' }))).toBe('SECOND_FACTOR_INVALID');
    expect((await scene.as(token).post('/auth/second-factor/remove', { code: app.next() })).status).toBe(204);
    const { accessToken } = await scene.tokens('acme', email);
    const again = new App(await scene.as(accessToken).post('/auth/second-factor'));
    expect((await scene.as(accessToken).post('/auth/second-factor/confirm', { code: again.next() })).status).toBe(200);
    expect(codeOf(await scene.as(accessToken).remove(`/users/${id}/second-factor`))).toBe('PERMISSION_DENIED');
    expect((await (await scene.administrator('acme')).remove(`/users/${id}/second-factor`)).status).toBe(204);
    expect((await scene.logIn('acme', email)).status).toBe(200);
    const actions = (await scene.audit(acme, 'secondFactor.enrolled', 'secondFactor.removed')).filter((row) => row.record_id === id);
    expect(actions.map(({ action, actor }) => [action, actor])).toEqual([
      ['secondFactor.enrolled', id],
      ['secondFactor.removed', id],
      ['secondFactor.enrolled', id],
      ['secondFactor.removed', acme.administrator],
    ]);
  });

  it('is not taken off by an administrator who finds another one’s browser signed in', async () => {
    const id = await scene.person(acme, 'boss', { roles: ['administrator'] });
    const boss = scene.as((await scene.tokens('acme', emailOf('acme', 'boss'))).accessToken);
    const app = new App(await boss.post('/auth/second-factor'));
    expect((await boss.post('/auth/second-factor/confirm', { code: app.next() })).status).toBe(200);
    expect(codeOf(await boss.remove(`/users/${id}/second-factor`))).toBe('SECOND_FACTOR_INVALID');
    expect((await boss.post('/auth/second-factor/remove', { code: app.next() })).status).toBe(204);
  });

  it('survives a reset of the password', async () => {
    const { email, id } = await enrolled('reset');
    const given = await (await scene.administrator('acme')).post(`/users/${id}/reset-token`);
    const { token } = given.json as { readonly token: string };
    expect((await scene.as().post('/auth/reset/confirm', { token, password: 'Zitrone-im-Garten-1' })).status).toBe(204);
    expect(codeOf(await scene.logIn('acme', email, { password: 'Zitrone-im-Garten-1' }))).toBe('SECOND_FACTOR_REQUIRED');
  });

  it('has its secret sealed', async () => {
    await scene.person(acme, 'sealed');
    const { accessToken } = await scene.tokens('acme', emailOf('acme', 'sealed'));
    const { secret } = (await scene.as(accessToken).post('/auth/second-factor')).json as { readonly secret: string };
    const rows = JSON.stringify(await scene.sql(`select * from "${acme.schema}"."_second_factor"`));
    expect(rows).not.toContain(secret);
    expect(rows).toContain('v2.');
  });
});

describe('a tenant that asks for a second factor', () => {
  const email = emailOf('strict', 'bea');
  const enrol = (): Promise<Answer> => scene.as().post('/auth/second-factor/enrol', { tenant: 'strict', email, password });

  it('lets nobody in who has none, and lets them enrol with their password', async () => {
    await scene.person(strict, 'bea');
    await strict.apply({ 'settings.json': { secondFactor: 'required' } });
    expect(await scene.logIn('strict', email)).toMatchObject({ status: 403, json: { code: 'SECOND_FACTOR_ENROLMENT_REQUIRED' } });
    expect(codeOf(await scene.logIn('strict', email, { code: '123456' }))).toBe('SECOND_FACTOR_ENROLMENT_REQUIRED');
    const app = new App(await enrol());
    expect(codeOf(await scene.logIn('strict', email))).toBe('SECOND_FACTOR_ENROLMENT_REQUIRED');
    expect(codeOf(await scene.logIn('strict', email, { code: '000000' }))).toBe('SECOND_FACTOR_INVALID');
    const tokens = await scene.tokens('strict', email, { code: app.next() });
    expect(tokens.recoveryCodes).toHaveLength(10);
    // From then on a password alone enrols nobody anew.
    expect(codeOf(await enrol())).toBe('SECOND_FACTOR_EXISTS');
    expect(codeOf(await scene.logIn('strict', email))).toBe('SECOND_FACTOR_REQUIRED');
    expect((await scene.tokens('strict', email, { code: app.next() })).recoveryCodes).toBeUndefined();
  });

  it('is another than one that does not', async () => {
    await scene.person(acme, 'free');
    const answer = await scene.as().post('/auth/second-factor/enrol', { tenant: 'acme', email: emailOf('acme', 'free'), password });
    expect(codeOf(answer)).toBe('PERMISSION_DENIED');
  });
});
