// Passwords: what a tenant asks of them, lock-out, forced changes, what an administrator may do.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { passwordWeaknesses } from '@tessera/security';
import type { TestTenant } from '../support/engine.ts';
import { codeOf, emailOf, identityScene, password, type IdentityScene } from './identity-scene.ts';

const policy = { minLength: 12, minKinds: 1, remember: 2, maxAgeDays: undefined };
const ada = { name: 'Ada Lovelace', email: 'ada.king@acme.example' };

describe('passwordWeaknesses', () => {
  it('finds nothing against a long password of one’s own', () => {
    for (const good of ['correct horse battery staple', 'Vogelfrei-42-Zitrone', '我家的猫喜欢在下午晒太阳呢']) {
      expect([good, passwordWeaknesses(good, policy, ada)]).toEqual([good, []]);
    }
  });

  it('tells everything that is missing at once', () => {
    const strict = { ...policy, minLength: 14, minKinds: 4 };
    expect(passwordWeaknesses('aaaa', strict, ada)).toEqual([
      'it needs at least 14 characters',
      'it lacks upper-case letters and digits and other characters',
      'it needs at least 4 different characters',
      'it is one that everybody tries first',
    ]);
    expect(passwordWeaknesses('abXdefgHijkqomn', { ...policy, minKinds: 3 }, ada)).toEqual([
      'it needs 1 more of: digits, other characters',
    ]);
    expect(passwordWeaknesses('x7'.repeat(200) + 'Quz', policy, ada)).toContain('it may have at most 256 characters');
  });

  it.each([
    'password1234',
    'P@ssw0rd!2024',
    'qwertyuiop12',
    '123456789012',
    'Summer2024!!',
    'letmeinletmein',
    'administrator1',
    'abcd1abcd1abcd1',
    'woaini5201314',
    'Welcome-Password-1',
  ])('refuses %s, which everybody tries first', (common) => {
    expect(passwordWeaknesses(common, { ...policy, minLength: 8 }, ada)).toEqual(['it is one that everybody tries first']);
  });

  it.each(['Lovelace-in-Paris-77', 'ilove.ADA.king.77x', 'xx-king-and-queen'])(
    'refuses %s, which holds the person’s name or email',
    (named) => {
      expect(passwordWeaknesses(named, policy, ada)).toEqual(['it contains your name or email']);
    },
  );

  it('knows a Chinese name by its two characters', () => {
    const owner = { name: '小明', email: 'xm@acme.example' };
    expect(passwordWeaknesses('小明今天去公园看花啦呀哈', policy, owner)).toEqual(['it contains your name or email']);
  });
});

describe('passwords of a tenant', () => {
  let scene: IdentityScene;
  let acme: TestTenant;
  beforeAll(async () => {
    scene = await identityScene();
    acme = await scene.open('acme', { passwords: { minLength: 14, minKinds: 2, remember: 2, maxAgeDays: 90 } });
  });
  afterAll(() => scene.close());

  const change = (email: string, from: string, to: string): ReturnType<IdentityScene['logIn']> =>
    scene.as().post('/auth/password', { tenant: 'acme', email, password: from, newPassword: to });

  it('are refused with what the tenant’s settings ask for', async () => {
    await scene.person(acme, 'weak');
    const answer = await change(emailOf('acme', 'weak'), password, 'shortpassword');
    expect(answer).toMatchObject({ status: 422, json: { code: 'PASSWORD_TOO_WEAK' } });
    expect(answer.text).toContain('it needs at least 14 characters');
  });

  it('are not taken again while they are remembered', async () => {
    await scene.person(acme, 'again');
    const email = emailOf('acme', 'again');
    const line = [password, 'Zitrone-im-Garten-1', 'Zitrone-im-Garten-2', 'Zitrone-im-Garten-3'] as const;
    for (const [i, next] of line.slice(1).entries()) expect((await change(email, line[i] ?? '', next)).status).toBe(200);
    for (const old of line.slice(1)) expect((await change(email, line[3], old)).text).toContain('it was used before');
    expect((await change(email, line[3], password)).status).toBe(200);
  });

  it('end all sessions but the new one when they change', async () => {
    await scene.person(acme, 'change');
    const email = emailOf('acme', 'change');
    const before = await scene.tokens('acme', email);
    const after = await change(email, password, 'Zitrone-im-Garten-9');
    expect((await scene.as(before.accessToken).get('/auth/sessions')).status).toBe(401);
    expect((await scene.as((after.json as { readonly accessToken: string }).accessToken).get('/auth/sessions')).status).toBe(200);
    expect(codeOf(await scene.logIn('acme', email))).toBe('AUTHENTICATION_FAILED');
  });

  it('given by an administrator must be changed at the next log-in', async () => {
    const id = await scene.person(acme, 'new');
    const email = emailOf('acme', 'new');
    const given = 'Given-For-The-Start-5';
    expect((await (await scene.administrator('acme')).put(`/users/${id}/password`, { password: given })).status).toBe(204);
    expect(await scene.logIn('acme', email, { password: given })).toMatchObject({
      status: 403,
      json: { code: 'PASSWORD_CHANGE_REQUIRED' },
    });
    // Who does not know it learns nothing of that.
    expect(codeOf(await scene.logIn('acme', email))).toBe('AUTHENTICATION_FAILED');
    expect((await change(email, given, 'My-Very-Own-Words-5')).status).toBe(200);
    expect((await scene.logIn('acme', email, { password: 'My-Very-Own-Words-5' })).status).toBe(200);
  });

  it('grow too old', async () => {
    await scene.person(acme, 'old');
    scene.clock.ahead = 91 * 86_400_000;
    try {
      expect(codeOf(await scene.logIn('acme', emailOf('acme', 'old')))).toBe('PASSWORD_CHANGE_REQUIRED');
      expect((await change(emailOf('acme', 'old'), password, 'Zitrone-im-Garten-1')).status).toBe(200);
      expect((await scene.logIn('acme', emailOf('acme', 'old'), { password: 'Zitrone-im-Garten-1' })).status).toBe(200);
    } finally {
      scene.clock.ahead = 0;
    }
  });

  it('lock the account after five wrong ones, for longer each time, and no answer tells', async () => {
    const id = await scene.person(acme, 'locked');
    const email = emailOf('acme', 'locked');
    const bodies = new Set<string>();
    const without = (text: string): string => text.replaceAll(/"requestId":"[^"]*"/g, '');
    for (let i = 0; i < 5; i += 1) bodies.add(without((await scene.logIn('acme', email, { password: 'wrong' })).text));
    // Right, but locked.
    bodies.add(without((await scene.logIn('acme', email)).text));
    bodies.add(without((await scene.logIn('acme', 'nobody@acme.example')).text));
    bodies.add(without((await scene.logIn('nowhere', email)).text));
    expect(bodies.size).toBe(1);
    scene.clock.ahead = 6_000;
    expect(codeOf(await scene.logIn('acme', email, { password: 'wrong' }))).toBe('AUTHENTICATION_FAILED');
    scene.clock.ahead = 12_000;
    expect(codeOf(await scene.logIn('acme', email))).toBe('AUTHENTICATION_FAILED');
    scene.clock.ahead = 20_000;
    expect((await scene.logIn('acme', email)).status).toBe(200);
    scene.clock.ahead = 0;
    const reasons = (await scene.audit(acme, 'session.refused')).filter((row) => row.record_id === id).map((row) => row.detail?.['reason']);
    expect(reasons).toEqual(['password', 'password', 'password', 'password', 'password', 'locked', 'password', 'locked']);
    expect((await scene.audit(acme, 'account.locked')).filter((row) => row.record_id === id)).toHaveLength(2);
  });

  it('are guessed in vain by many at once', async () => {
    const id = await scene.person(acme, 'crowd');
    const email = emailOf('acme', 'crowd');
    await Promise.all(Array.from({ length: 12 }, () => scene.logIn('acme', email, { password: 'wrong' })));
    const [row] = await scene.sql(
      `select failed, locked_until is not null as locked from "${acme.schema}"."_credential" where user_id = $1`,
      [id],
    );
    expect(row?.['locked']).toBe(true);
    expect(codeOf(await scene.logIn('acme', email))).toBe('AUTHENTICATION_FAILED');
  });

  it('do not sign in who is inactive, and that looks like a wrong one', async () => {
    const id = await scene.person(acme, 'gone');
    await acme.update('user', id, { active: false });
    expect(codeOf(await scene.logIn('acme', emailOf('acme', 'gone')))).toBe('AUTHENTICATION_FAILED');
    expect((await scene.audit(acme, 'session.refused')).filter((row) => row.record_id === id).map((row) => row.detail?.['reason'])).toEqual(
      ['inactive'],
    );
  });

  it('of others are for administrators', async () => {
    const id = await scene.person(acme, 'plain');
    const plain = scene.as((await scene.tokens('acme', emailOf('acme', 'plain'))).accessToken);
    for (const answer of [
      await plain.put(`/users/${acme.administrator}/password`, { password: 'Zitrone-im-Garten-1' }),
      await plain.post(`/users/${acme.administrator}/reset-token`),
      await plain.put(`/users/${id}/password`, { password: 'Zitrone-im-Garten-1' }),
    ])
      expect(codeOf(answer)).toBe('PERMISSION_DENIED');
  });
});
