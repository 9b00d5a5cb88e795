// Tokens that nobody gave: forged, taken from elsewhere, out of date, or made for another purpose.
import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deriveKey, secretId } from '@tessera/security';
import { send, type Answer } from '../api/rest-scene.ts';
import { codeOf, guessingScene, refusalOf, secret, type GuessingScene, type Person } from './guessing-scene.ts';
import { clientOf, type Client } from './server-scene.ts';

let scene: GuessingScene;
beforeAll(async () => {
  scene = await guessingScene();
});
afterAll(() => scene.close());

type Members = Readonly<Record<string, unknown>>;
const part = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const read = (token: string, index: number): Members =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()) as Members;

const right = deriveKey(secret, 'access tokens');
const kid = secretId(secret);

/** Signed by HMAC with this key. */
function signed(header: unknown, claims: unknown, key: Uint8Array | string = right, digest = 'sha256'): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createHmac(digest, key).update(text).digest('base64url')}`;
}

function signedBy(header: unknown, claims: unknown, key: KeyObject): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createSign('sha256').update(text).sign({ key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const header = { alg: 'HS256', typ: 'at+jwt', kid };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicText = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** The same read in four ways: a list, a cached GraphQL query, a stream of events, a file. */
async function reads(client: Client): Promise<readonly Answer[]> {
  return Promise.all([
    client.call('GET', '/api/v1/records/user?fields=id'),
    client.ask('{ users(first: 1) { nodes { id } } }'),
    client.call('POST', '/graphql', { query: 'subscription { userChanged { id } }' }, { Accept: 'text/event-stream' }),
    client.call('GET', `/api/v1/files/${crypto.randomUUID()}/content`),
    client.call('GET', '/api/v1/records/account/export'),
  ]);
}

/** What the token is answered with, everywhere; one entry where all agree. */
async function answered(token: string): Promise<readonly unknown[]> {
  const nodes = [scene.first, scene.second].map(({ url }) => reads(clientOf(url, 'acme', token)));
  const answers = (await Promise.all(nodes)).flat();
  expect(answers.map(({ headers }) => headers['www-authenticate'] ?? 'nothing')).not.toContain('nothing');
  return [...new Set(answers.map((answer) => refusalOf(answer).join(' ')))];
}

const invalid = ['401 TOKEN_INVALID'];
const none = ['401 AUTHENTICATION_REQUIRED'];
const claimsOf = ({ client }: Person): Members => read(client.token, 1);

describe('a token that was signed by us', () => {
  it('is taken on every node (the control of all that follows)', async () => {
    const { rep } = scene.acme;
    expect(read(rep.client.token, 0)).toEqual(header);
    const own = signed(header, claimsOf(rep));
    for (const node of [scene.first, scene.second]) {
      expect((await clientOf(node.url, 'acme', own).call('GET', '/api/v1/records/user?fields=id')).status).toBe(200);
    }
  });

  it('is refused with TOKEN_INVALID from the second on at which it ends', async () => {
    const { exp, iat } = claimsOf(scene.acme.rep) as { readonly exp: number; readonly iat: number };
    expect(exp - iat).toBe(900);
    scene.here.clock.ahead = exp * 1000 - Date.now() + 1;
    try {
      expect(await answered(scene.acme.rep.client.token)).toEqual(invalid);
    } finally {
      scene.here.clock.ahead = 0;
    }
  });
});

describe('a token that was forged is refused with TOKEN_INVALID everywhere:', () => {
  const now = Math.floor(Date.now() / 1000);
  const cases: Readonly<Record<string, (rep: Members, admin: Members, other: Members) => string>> = {
    'alg none, without a signature': (_rep, admin) => `${part({ ...header, alg: 'none' })}.${part(admin)}.`,
    'alg nOnE, with an old signature': (rep, admin) =>
      `${part({ ...header, alg: 'nOnE' })}.${part(admin)}.${signed(header, rep).split('.')[2] ?? ''}`,
    'alg empty': (_rep, admin) => signed({ ...header, alg: '' }, admin),
    'alg a list': (_rep, admin) => signed({ ...header, alg: ['HS256', 'none'] }, admin),
    'HS384 and HS512 with the right key': (_rep, admin) => signed({ ...header, alg: 'HS384' }, admin, right, 'sha384'),
    'HS512 with the right key': (_rep, admin) => signed({ ...header, alg: 'HS512' }, admin, right, 'sha512'),
    'HS256 with an empty key': (_rep, admin) => signed(header, admin, ''),
    'HS256 with the word secret': (_rep, admin) => signed(header, admin, 'secret'),
    'HS256 with the issuer': (_rep, admin) => signed(header, admin, 'tessera'),
    'HS256 with the key id': (_rep, admin) => signed(header, admin, kid),
    'HS256 with the secret itself, not what is derived from it': (_rep, admin) => signed(header, admin, secret),
    'HS256 with what is derived for cursors': (_rep, admin) => signed(header, admin, deriveKey(secret, 'cursors')),
    'HS256 with what is derived for file links': (_rep, admin) => signed(header, admin, deriveKey(secret, 'file links')),
    'HS256 with a public key as the secret': (_rep, admin) => signed(header, admin, publicText),
    'RS256 with a key of its own': (_rep, admin) => signedBy({ ...header, alg: 'RS256' }, admin, rsa.privateKey),
    'RS256 with its key in the header': (_rep, admin) =>
      signedBy({ ...header, alg: 'RS256', jwk: rsa.publicKey.export({ format: 'jwk' }) }, admin, rsa.privateKey),
    'ES256 with its key in the header': (_rep, admin) =>
      signedBy({ ...header, alg: 'ES256', jwk: ec.publicKey.export({ format: 'jwk' }) }, admin, ec.privateKey),
    'a key to be fetched': (_rep, admin) =>
      signed({ ...header, jku: 'http://127.0.0.1:9/keys', x5u: 'http://127.0.0.1:9/x' }, admin, 'secret'),
    'no kid': (rep) => signed({ alg: 'HS256', typ: 'at+jwt' }, rep),
    'a kid that is a path': (rep) => signed({ ...header, kid: '../../../../dev/null' }, rep, ''),
    'a kid that is SQL': (rep) => signed({ ...header, kid: "x' union select '' --" }, rep, ''),
    'a kid that every object has': (rep) => signed({ ...header, kid: '__proto__' }, rep, '[object Object]'),
    'a kid that is no text': (rep) => signed({ ...header, kid: [kid] }, rep),
    'a critical header that nobody knows': (rep) => signed({ ...header, crit: ['exp'], exp: now + 60 }, rep),
    'a payload that is not encoded (b64)': (rep) => signed({ ...header, crit: ['b64'], b64: false }, rep),
    'the type JWT': (rep) => signed({ ...header, typ: 'JWT' }, rep),
    'no type': (rep) => signed({ alg: 'HS256', kid }, rep),
    'another issuer': (rep) => signed(header, { ...rep, iss: 'https://tessera.example' }),
    'no issuer': (rep) => signed(header, { ...rep, iss: undefined }),
    'no end': (rep) => signed(header, { ...rep, exp: undefined }),
    'an end that is a text': (rep) => signed(header, { ...rep, exp: '99999999999' }),
    'an end in the past': (rep) => signed(header, { ...rep, exp: now - 1 }),
    'a beginning in the future': (rep) => signed(header, { ...rep, nbf: now + 3600 }),
    'no session': (rep) => signed(header, { ...rep, sid: undefined }),
    'a session that was never begun': (rep) => signed(header, { ...rep, sid: crypto.randomUUID() }),
    "the administrator's session": (rep, admin) => signed(header, { ...rep, sid: admin['sid'] }),
    'the administrator on the own session': (rep, admin) => signed(header, { ...rep, sub: admin['sub'] }),
    'a person who is a list': (rep) => signed(header, { ...rep, sub: [rep['sub']] }),
    'the other tenant': (rep) => signed(header, { ...rep, tenant: 'beta' }),
    'the session of the other tenant': (rep, _admin, other) => signed(header, { ...rep, sid: other['sid'] }),
    'the person and session of the other tenant': (_rep, _admin, other) => signed(header, { ...other, tenant: 'acme' }),
    'a tenant in capitals': (rep) => signed(header, { ...rep, tenant: 'ACME' }),
    'a tenant with SQL': (rep) => signed(header, { ...rep, tenant: 'acme"; reset role; --' }),
    'a tenant that is the control schema': (rep) => signed(header, { ...rep, tenant: 'tessera' }),
    'a tenant that every object has': (rep) => signed(header, { ...rep, tenant: '__proto__' }),
    'an impersonator who is none': (rep, admin) => signed(header, { ...rep, act: { sub: admin['sub'] } }),
    'claims that are a list': () => signed(header, ['acme']),
    'claims that are no JSON': () => signed(header, 'acme'),
    'a header that is no JSON': (rep) => signed('HS256', rep),
    'a payload changed under the old signature': (rep, admin) => {
      const [head = '', , tail = ''] = signed(header, rep).split('.');
      return `${head}.${part(admin)}.${tail}`;
    },
    'an empty signature': (rep) => signed(header, rep).replace(/[^.]+$/, ''),
    'a signature cut short': (rep) => signed(header, rep).slice(0, -6),
    'two parts': (rep) => signed(header, rep).split('.').slice(0, 2).join('.'),
    'five parts, as if it were encrypted': (rep) => `${signed({ ...header, alg: 'dir', enc: 'A256GCM' }, rep)}.x.x`,
    'dots alone': () => '..',
    'one letter': () => 'x',
  };

  it.each(Object.keys(cases))('%s', async (what) => {
    const { rep, admin } = scene.acme;
    expect(await answered(cases[what]?.(claimsOf(rep), claimsOf(admin), claimsOf(scene.beta.rep)) ?? '')).toEqual(invalid);
  });
});

describe('a credential in the wrong place', () => {
  const get = (headers: Readonly<Record<string, string>>, path = '/api/v1/records/user?fields=id'): Promise<Answer> =>
    send(scene.first.url + path, { headers });

  it('is AUTHENTICATION_REQUIRED: no header, another scheme, blanks within, two tokens', async () => {
    const { token } = scene.acme.rep.client;
    for (const header of [
      '',
      'Bearer',
      'Bearer ',
      `Basic ${token}`,
      token,
      `Bearer ${token} ${token}`,
      `Bearer ${token}, Bearer ${token}`,
      `Bearer\t${token}`,
    ]) {
      expect([header, refusalOf(await get({ Authorization: header })).join(' ')]).toEqual([header, ...none]);
    }
    for (const headers of [
      { Cookie: `token=${token}; access_token=${token}` },
      { 'X-Authorization': `Bearer ${token}` },
      { 'Proxy-Authorization': `Bearer ${token}` },
    ]) {
      expect(refusalOf(await get(headers)).join(' ')).toEqual(none[0]);
    }
    expect(refusalOf(await get({}, `/api/v1/records/user?access_token=${token}`)).join(' ')).toBe(none[0]);
  });

  it('is TOKEN_INVALID or FILE_LINK_INVALID: each kind of token used as each other kind', async () => {
    const { rep } = scene.acme;
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const made = await rep.client.call('POST', '/api/v1/api-keys', { name: 'k', permissionSets: ['hiddenReader'], expiresAt });
    const { key } = made.json as { readonly key: string };
    const file = await rep.client.call('POST', '/api/v1/files?name=a.txt', 'a', { 'Content-Type': 'text/plain' });
    const { id } = file.json as { readonly id: string };
    const { url } = (await rep.client.call('POST', `/api/v1/files/${id}/link`)).json as { readonly url: string };
    const link = new URL(url, 'http://x').searchParams.get('token') ?? '';
    const reset = await scene.acme.admin.client.call('POST', `/api/v1/users/${rep.id}/reset-token`);
    const { token: resetToken } = reset.json as { readonly token: string };
    const { token: access, refreshToken } = rep.client;
    // Controls: each is good for what it is.
    expect((await get({ Authorization: `Bearer ${key}` }, '/api/v1/records/account?fields=id')).status).toBe(200);
    expect((await get({}, `/api/v1/files/${id}/content?token=${link}`)).text).toBe('a');
    for (const [what, token] of Object.entries({ refreshToken, link, resetToken, secretOfKey: key.split('_').at(-1) ?? '' })) {
      expect([what, ...(await answered(token))]).toEqual([what, ...invalid]);
    }
    for (const token of [access, refreshToken, key, resetToken]) {
      expect(codeOf(await get({}, `/api/v1/files/${id}/content?token=${token}`))).toBe('FILE_LINK_INVALID');
    }
    for (const token of [access, key, link, resetToken]) {
      expect(codeOf(await rep.client.call('POST', '/api/v1/auth/refresh', { refreshToken: token }))).toBe('TOKEN_INVALID');
    }
    for (const token of [access, key, link, refreshToken]) {
      expect(codeOf(await rep.client.call('POST', '/api/v1/auth/reset/confirm', { token, password: 'Another-Horse-8-Battery' }))).toBe(
        'RESET_TOKEN_INVALID',
      );
    }
    // Keys and refresh tokens say whose they are; what they say is not believed.
    const moved = (token: string): string => token.replace(/acme/, 'beta');
    expect(await answered(moved(key))).toEqual(invalid);
    expect(codeOf(await rep.client.call('POST', '/api/v1/auth/refresh', { refreshToken: moved(refreshToken) }))).toBe('TOKEN_INVALID');
    expect(codeOf(await get({}, `/api/v1/files/${id}/content?token=${moved(link)}`))).toBe('FILE_LINK_INVALID');
    for (const changed of [
      link.replace(id, crypto.randomUUID()),
      link.replace(/\.(\d+)\./, '.99999999999999.'),
      link.replace(/\.\d+\./, '.Infinity.'),
      `${link}x`,
      link.slice(0, -1),
    ]) {
      expect(codeOf(await get({}, `/api/v1/files/${id}/content?token=${changed}`))).toBe('FILE_LINK_INVALID');
    }
    expect(codeOf(await get({}, `/api/v1/files/${crypto.randomUUID()}/content?token=${link}`))).toBe('FILE_LINK_INVALID');
  });

  it('is RESET_TOKEN_INVALID or TOKEN_INVALID when it is shown a second time', async () => {
    const { client, id } = await scene.acme.person('twice', { roles: ['clerk'] });
    const first = await client.call('POST', '/api/v1/auth/refresh', { refreshToken: client.refreshToken });
    expect(first.status).toBe(200);
    expect(codeOf(await client.call('POST', '/api/v1/auth/refresh', { refreshToken: client.refreshToken }))).toBe('TOKEN_INVALID');
    // A refresh token that comes twice was stolen: what it gave the first time ends with it.
    expect(await answered((first.json as { readonly accessToken: string }).accessToken)).toEqual(invalid);
    const { token } = (await scene.acme.admin.client.call('POST', `/api/v1/users/${id}/reset-token`)).json as { readonly token: string };
    const confirm = (): Promise<Answer> =>
      client.call('POST', '/api/v1/auth/reset/confirm', { token, password: 'Another-Horse-8-Battery' });
    expect((await confirm()).status).toBe(204);
    expect(codeOf(await confirm())).toBe('RESET_TOKEN_INVALID');
  });
});
