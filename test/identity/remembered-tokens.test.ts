// Tokens that a node has verified before: it remembers what they say, and that makes none of them good for longer.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger } from '@tessera/kernel';
import { createEngine } from '@tessera/engine';
import { tokenSigner } from '@tessera/security';
import type { TestTenant } from '../support/engine.ts';
import { emailOf, identityScene, type Caller, type IdentityScene } from './identity-scene.ts';

const present = 'the present secret of these tests, long';
const former = 'the former secret of these tests, long!';
const [userId, sessionId] = ['01920000-0000-7000-8000-00000000000a', '01920000-0000-7000-8000-00000000000b'];

describe('a token that was verified before', () => {
  const clock = { time: 1_800_000_000_000, now: () => clock.time };

  it('is remembered with the one who acts', async () => {
    const signer = tokenSigner([present], clock);
    const token = await signer.sign({ tenant: 'acme', userId, sessionId });
    const [first, second] = [await signer.verify(token), await signer.verify(token)];
    expect(second).toBe(first);
    expect(first).toMatchObject({ tenant: 'acme', actor: { kind: 'user', userId, sessionId } });
    expect(Object.isFrozen(first) && Object.isFrozen(first.actor)).toBe(true);
  });

  it('is refused from the second on at which it ends', async () => {
    const signer = tokenSigner([present], clock, 60);
    const token = await signer.sign({ tenant: 'acme', userId, sessionId });
    await signer.verify(token);
    clock.time += 59_999;
    await signer.verify(token);
    clock.time += 1;
    await expect(signer.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('vouches for no other: each letter counts', async () => {
    const signer = tokenSigner([present], clock);
    const token = await signer.sign({ tenant: 'acme', userId, sessionId });
    await signer.verify(token);
    for (const at of [5, token.indexOf('.') + 5, token.length - 5]) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      await expect(signer.verify(changed)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }
  });

  it('is forgotten for newer ones, and verified again when it comes back', async () => {
    const signer = tokenSigner([present], clock);
    const token = await signer.sign({ tenant: 'acme', userId, sessionId });
    const before = await signer.verify(token);
    for (let i = 0; i < 10_000; i += 1) await signer.verify(await signer.sign({ tenant: `t${String(i)}`, userId, sessionId }));
    const after = await signer.verify(token);
    expect(after).not.toBe(before);
    expect(after).toEqual(before);
  });
});

describe('a token that a node knows is refused with the next request when', () => {
  let scene: IdentityScene;
  let acme: TestTenant;
  let people = 0;

  beforeAll(async () => {
    scene = await identityScene({ secret: former });
    acme = await scene.open('acme');
  });
  afterAll(() => scene.close());

  const roads: readonly ((caller: Caller) => ReturnType<Caller['get']>)[] = [
    (caller) => caller.get('/records/note?fields=name'),
    (caller) => caller.get('/auth/sessions'),
    (caller) => caller.post('/../../graphql', { query: '{ notes { nodes { name } } }' }),
  ];

  /** Somebody new whose token was taken on every road, more than once. */
  async function known(): Promise<{ readonly id: string; readonly token: string; readonly caller: Caller }> {
    const name = `person${String((people += 1))}`;
    const id = await scene.person(acme, name);
    const token = (await scene.tokens('acme', emailOf('acme', name))).accessToken;
    const caller = scene.as(token);
    for (const road of [...roads, ...roads]) expect((await road(caller)).status).toBe(200);
    return { id, token, caller };
  }

  const ends: Readonly<Record<string, (person: Awaited<ReturnType<typeof known>>) => Promise<unknown>>> = {
    'its session was ended by its person': ({ caller }) => caller.post('/auth/logout'),
    'its session was ended by an administrator': async ({ id }) => (await scene.administrator('acme')).remove(`/auth/sessions?user=${id}`),
    'its person was deactivated': async ({ id }) => (await scene.administrator('acme')).post(`/users/${id}/deactivate`, {}),
    'its time is up': () => Promise.resolve((scene.clock.ahead += 901_000)),
  };

  it.each(Object.entries(ends))('%s', async (_when, end) => {
    const person = await known();
    await end(person);
    for (const road of roads) {
      const answer = await road(person.caller);
      expect(`${String(answer.status)} ${answer.text}`).toMatch(/^401 .*"code":"TOKEN_INVALID"/);
    }
  });

  it('the secret has changed, which begins with nothing remembered', async () => {
    const { token } = await known();
    const info = { requestId: 'test', languages: [] };
    for (const [oldSecrets, taken] of [
      [[former], true],
      [[], false],
    ] as const) {
      const other = await createEngine({ cell: scene.cell, log: silentLogger, secret: present, oldSecrets, clock: scene.clock });
      const answer = other.authenticate(token, info);
      if (taken) expect(await answer).toMatchObject({ tenant: 'acme' });
      else await expect(answer).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
      await other.close();
    }
  });
});
