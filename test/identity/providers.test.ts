// The list of OpenID providers that administrators keep: named to everybody, their secrets shown to nobody.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../api/rest-scene.ts';
import type { TestTenant } from '../support/engine.ts';
import { codeOf, emailOf, identityScene, type Caller, type IdentityScene } from './identity-scene.ts';

const issuer = 'https://id.example';
const clientSecret = 'the client secret, which nobody may see';

let scene: IdentityScene;
let acme: TestTenant;
let admin: Caller;

beforeAll(async () => {
  scene = await identityScene({ publicUrl: 'https://crm.example' });
  acme = await scene.open('acme');
  await scene.person(acme, 'ada');
  admin = await scene.administrator('acme');
  const made = await admin.put('/auth/providers/idp', { issuer, clientId: 'crm', clientSecret, domains: ['acme.example'] });
  expect(made.status).toBe(200);
});
afterAll(() => scene.close());

describe('identity providers', () => {
  it('are listed for whoever signs in by name only, and of no tenant where there is none', async () => {
    expect((await scene.as().get('/auth/oidc?tenant=acme')).json).toMatchObject({
      providers: expect.arrayContaining([{ name: 'idp' }]) as unknown,
    });
    expect((await scene.as().get('/auth/oidc?tenant=nowhere')).json).toEqual({ providers: [] });
    expect(codeOf(await scene.as().get('/auth/oidc/acme/none'))).toBe('PROVIDER_UNKNOWN');
    expect(codeOf(await scene.as().get('/auth/oidc/nowhere/idp'))).toBe('PROVIDER_UNKNOWN');
  });

  it('never show their secret, which is stored sealed', async () => {
    const listed = await admin.get('/auth/providers');
    expect(listed.json).toMatchObject({
      providers: expect.arrayContaining([expect.objectContaining({ name: 'idp', hasSecret: true })]) as unknown,
    });
    const rows = await scene.sql(`select * from "${acme.schema}"."_identity_provider"`);
    const audit = await scene.audit(acme, 'identityProvider.put');
    expect(audit.length).toBeGreaterThan(0);
    for (const text of [listed.text, JSON.stringify(rows), JSON.stringify(audit)]) expect(text).not.toContain(clientSecret);
  });

  it('keep their secret when they are changed without, and lose it with their address', async () => {
    const change = (more: Readonly<Record<string, unknown>>): Promise<Answer> =>
      admin.put('/auth/providers/kept', { issuer, clientId: 'crm', domains: ['acme.example'], ...more });
    expect((await change({ clientSecret })).json).toMatchObject({ hasSecret: true });
    expect((await change({ createUsers: true })).json).toMatchObject({ hasSecret: true });
    expect((await change({ issuer: 'https://other.example' })).json).toMatchObject({ hasSecret: false });
    expect((await change({ clientSecret })).json).toMatchObject({ hasSecret: true });
    expect((await change({ clientSecret: null })).json).toMatchObject({ hasSecret: false });
    expect((await admin.remove('/auth/providers/kept')).status).toBe(204);
    expect(codeOf(await admin.remove('/auth/providers/kept'))).toBe('PROVIDER_UNKNOWN');
  });

  it('are refused where something about them is wrong', async () => {
    const wrong: readonly Readonly<Record<string, unknown>>[] = [
      { issuer: 'ftp://id.example' },
      { issuer: 'id.example' },
      { clientId: '' },
      { domains: ['nodots'] },
      { domains: [], createUsers: true },
      { roles: ['administrator'] },
    ];
    for (const more of wrong) {
      const answer = await admin.put('/auth/providers/wrong', { issuer, clientId: 'crm', domains: ['acme.example'], ...more });
      expect([more, codeOf(answer)]).toEqual([more, 'REQUEST_INVALID']);
    }
    const roles = await admin.put('/auth/providers/wrong', { issuer, clientId: 'crm', roles: ['toString'] });
    expect(codeOf(roles)).toBe('COMPONENT_UNKNOWN');
  });

  it('are kept by administrators', async () => {
    const plain = scene.as((await scene.tokens('acme', emailOf('acme', 'ada'))).accessToken);
    for (const answer of [
      await plain.get('/auth/providers'),
      await plain.put('/auth/providers/x', { issuer, clientId: 'crm' }),
      await plain.remove('/auth/providers/idp'),
    ])
      expect(codeOf(answer)).toBe('PERMISSION_DENIED');
  });
});
