// What callers may send where people sign in: whatever it is, it is refused, and nothing fails inside.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { password, codeOf, identityScene, type Caller, type IdentityScene } from './identity-scene.ts';

let scene: IdentityScene;
let admin: Caller;
let inside: string[];

beforeAll(async () => {
  inside = [];
  const note = (level: string) => (_fields: unknown, message: string) => void inside.push(`${level}: ${message}`);
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: note('error'), child: () => log };
  scene = await identityScene({ publicUrl: 'https://crm.example' }, log);
  await scene.open('acme');
  admin = await scene.administrator('acme');
});
afterAll(() => scene.close());

const oddTexts = [
  '',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '😀',
  '__proto__',
  "' or 1=1 --",
  'x'.repeat(5_000),
  '../..',
  'acme.\u0000',
  '%00',
  'null',
];

describe('odd texts', () => {
  it.each(oddTexts)('such as %j sign nobody in and break nothing', async (odd) => {
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const id = '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01';
    const answers = [
      await scene.as().post('/auth/login', { tenant: odd, email: 'admin@acme.example', password }),
      await scene.as().post('/auth/login', { tenant: 'acme', email: odd, password }),
      await scene.as().post('/auth/login', { tenant: 'acme', email: 'nobody@acme.example', password: odd }),
      await scene.as().post('/auth/login', { tenant: 'acme', email: 'nobody@acme.example', password, code: odd }),
      await scene.as().post('/auth/refresh', { refreshToken: odd }),
      await scene.as().post('/auth/password', { tenant: 'acme', email: 'nobody@acme.example', password, newPassword: odd }),
      await scene.as().post('/auth/reset/confirm', { token: odd, password }),
      await scene.as().post('/auth/second-factor/enrol', { tenant: 'acme', email: odd, password }),
      await scene.as().post('/auth/oidc/token', { code: odd }),
      await scene.as().get(`/auth/oidc/callback?state=${encodeURIComponent(odd.toWellFormed())}`),
      await admin.post('/auth/second-factor/remove', { code: odd }),
      await admin.post('/auth/second-factor/confirm', { code: odd }),
      await admin.post('/auth/impersonate', { user: odd }),
      await admin.put(`/users/${id}/password`, { password: odd }),
      await admin.post(`/users/${id}/deactivate`, { handOverTo: odd }),
      await admin.post('/api-keys', { name: 'x', permissionSets: [odd], expiresAt }),
      await admin.post('/api-keys', { name: 'x', permissionSets: ['noteReader'], expiresAt: odd }),
      await admin.post('/api-keys', { name: 'x', permissionSets: ['noteReader'], expiresAt, user: odd }),
      await admin.put('/auth/providers/odd', { issuer: odd, clientId: 'x' }),
      await admin.put('/auth/providers/odd', { issuer: 'https://id.example', clientId: 'x', domains: [odd] }),
      await admin.put('/auth/providers/odd', { issuer: 'https://id.example', clientId: 'x', roles: [odd] }),
    ];
    if (odd !== '') {
      const step = encodeURIComponent(odd.toWellFormed());
      answers.push(
        await admin.remove(`/auth/sessions/${step}`),
        await admin.remove(`/api-keys/${step}`),
        await admin.remove(`/auth/providers/${step}`),
        await admin.post(`/users/${step}/reset-token`),
        await scene.as().get(`/auth/oidc/acme/${step}`),
      );
    }
    // What is only kept may be kept.
    const kept = [
      await scene.as().post('/auth/reset', { tenant: 'acme', email: odd }),
      await admin.post('/api-keys', { name: odd, permissionSets: ['noteReader'], expiresAt }),
      await admin.put('/auth/providers/kept', { issuer: 'https://id.example', clientId: odd, clientSecret: odd }),
    ];
    expect(answers.filter(({ status }) => status < 400 || status >= 500).map(({ text }) => text)).toEqual([]);
    expect(kept.filter(({ status }) => status >= 500).map(({ text }) => text)).toEqual([]);
    expect(answers.map(codeOf)).not.toContain('INTERNAL');
    expect(inside).toEqual([]);
  });
});
