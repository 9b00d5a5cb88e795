// What is an administrator's to do, tried by everybody else: a restricted person, an API key, an administrator who acts as another.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OperationInput, OperationName } from '@tessera/engine';
import { operations } from '../../packages/engine/src/operations.ts';
import type { Answer } from '../api/rest-scene.ts';
import { failureOf } from '../support/failures.ts';
import { guessingScene, type GuessingScene, type Person, type Side } from './guessing-scene.ts';
import { unrefusedIn } from './guessing-tries.ts';
import { clientOf, type Client } from './server-scene.ts';

let scene: GuessingScene;
let acme: Side;
/** May create and change people, departments and groups, as far as records go; is no administrator. */
let rep: Person;
/** May read accounts, and nothing else. */
let clerk: Person;
let key: Client;
let acting: Client;
const later = new Date(Date.now() + 3_600_000).toISOString();

beforeAll(async () => {
  scene = await guessingScene();
  acme = scene.acme;
  rep = acme.rep;
  clerk = await acme.person('clerk', { roles: ['clerk'] });
  const made = await acme.admin.client.call('POST', '/api/v1/api-keys', { name: 'k', permissionSets: ['hiddenReader'], expiresAt: later });
  key = clientOf(scene.first.url, 'acme', (made.json as { readonly key: string }).key);
  const { accessToken } = (await acme.admin.client.call('POST', '/api/v1/auth/impersonate', { user: rep.id })).json as {
    readonly accessToken: string;
  };
  acting = clientOf(scene.first.url, 'acme', accessToken);
  await acme.admin.client.create('account', { name: 'Secret', hidden: 'h' });
});
afterAll(() => scene.close());

const everybody = (): Readonly<Record<string, Client>> => ({
  rep: rep.client,
  clerk: clerk.client,
  'an API key of the administrator': key,
  'the administrator acting as rep': acting,
});

const administered = (Object.keys(operations) as OperationName[]).filter((name) => operations[name].permission === 'administer');

describe('an operation that is for administrators', () => {
  it.each(administered)('%s is PERMISSION_DENIED for whoever is none, whatever is asked of it', async (name) => {
    const before = await scene.fingerprint('acme');
    for (const { token } of Object.values(everybody())) {
      const context = await scene.first.engine.authenticate(token, { requestId: 'x', languages: [] });
      const inputs = [{}, { user: rep.id, name: 'x', id: rep.id, object: 'account', ids: [rep.id], files: {}, version: 1, kind: 'role' }];
      for (const input of inputs)
        expect((await failureOf(scene.first.engine.run(name, context, input as OperationInput<typeof name>))).code).toBe(
          'PERMISSION_DENIED',
        );
    }
    expect(await scene.fingerprint('acme')).toBe(before);
  });

  it('is PERMISSION_DENIED over HTTP too', async () => {
    const call =
      (client: Client, method: string, path: string, body?: unknown): (() => Promise<Answer>) =>
      () =>
        client.call(method, `/api/v1${path}`, body);
    for (const [who, client] of Object.entries(everybody())) {
      const denied = (method: string, path: string, body?: unknown) => ['PERMISSION_DENIED', call(client, method, path, body)] as const;
      const { id: user } = acme.gone;
      const files = { 'roles/boss__c.json': { name: 'boss__c', label: { en: 'B' }, administrator: true } };
      expect([
        who,
        await unrefusedIn(scene, {
          'a plan': denied('POST', '/metadata/plan', { files }),
          'a change of metadata': denied('POST', '/metadata/apply', { files }),
          'a way back': denied('POST', '/metadata/rollback', { version: 1 }),
          'the plan of a way back': denied('POST', '/metadata/rollback/plan', { version: 1 }),
          versions: denied('GET', '/metadata/versions'),
          packs: denied('GET', '/packs'),
          'the plan of a pack': denied('POST', '/packs/plan', { files }),
          'a pack': denied('POST', '/packs/apply', { files }),
          'a pack taken away': denied('POST', '/packs/apply', { uninstall: 'crm-base' }),
          'a pack of everything': denied('POST', '/packs/export', { name: 'x', namespace: 'x' }),
          'all roles': denied('GET', '/metadata/role'),
          'one role': denied('GET', '/metadata/role/administrator'),
          settings: denied('GET', '/metadata/settings'),
          'the audit trail': denied('GET', '/audit'),
          'what runs by itself': denied('GET', '/jobs'),
          'a job once more': denied('POST', `/jobs/${user}/retry`),
          'the end of a job': denied('DELETE', `/jobs/${user}`),
          'a purge': denied('POST', '/records/account/purge', { ids: [user] }),
          'a purge of one': denied('DELETE', `/records/account/${user}?purge=true`),
          'acting as another': denied('POST', '/auth/impersonate', { user }),
          'acting as the administrator': denied('POST', '/auth/impersonate', { user: acme.admin.id }),
          'the password of another': denied('PUT', `/users/${acme.admin.id}/password`, { password: 'Another-Horse-8-Battery' }),
          'a reset of another': denied('POST', `/users/${acme.admin.id}/reset-token`),
          'the second factor of another': denied('DELETE', `/users/${acme.admin.id}/second-factor`),
          deactivation: denied('POST', `/users/${acme.admin.id}/deactivate`, {}),
          'the sessions of another': denied('GET', `/auth/sessions?user=${acme.admin.id}`),
          'the end of the sessions of another': denied('DELETE', `/auth/sessions?user=${acme.admin.id}`),
          'the API keys of another': denied('GET', `/api-keys?user=${acme.admin.id}`),
          'an API key for another': denied('POST', '/api-keys', {
            name: 'k',
            permissionSets: ['hiddenReader'],
            expiresAt: later,
            user: acme.admin.id,
          }),
          'identity providers': denied('GET', '/auth/providers'),
          'an identity provider': denied('PUT', '/auth/providers/evil', {
            issuer: 'https://evil.example',
            clientId: 'x',
            roles: ['administrator'],
          }),
          'no identity provider': denied('DELETE', '/auth/providers/evil'),
        }),
      ]).toEqual([who, []]);
    }
  });

  it('was never a reason for a node to blame itself', () => {
    expect(scene.first.blamed).toEqual([]);
  });
});
