// Sealed secrets: their form, the change of the secret, and the places where none of them may show.
import { createCipheriv, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Administration } from '@tessera/engine';
import { silentLogger, type Clock } from '@tessera/kernel';
import { deriveKey, secretSealer, tokenSigner } from '@tessera/security';
import { createLogger } from '../../packages/server/src/logging.ts';
import type { TestTenant } from '../support/engine.ts';
import { notedCell } from '../support/statements.ts';
import { emailOf, identityScene, password, type IdentityScene } from './identity-scene.ts';

const [present, former] = ['the present secret, long enough for it', 'the former secret, long enough for it'];

/** As texts were sealed before they said by which secret. */
function firstForm(secret: string, text: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', deriveKey(secret, 'secret fields'), iv);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1.${iv.toString('base64url')}.${body.toString('base64url')}`;
}

describe('secretSealer', () => {
  const sealer = secretSealer(present, [former]);

  it('gives back what it has sealed, each time in another form', () => {
    for (const text of ['', 'x', 'sk-live-0123456789', '密码密码密码密码密码密码🔑', 'a.b.c.d.e.f.g.h']) {
      const [one, two] = [sealer.seal(text), sealer.seal(text)];
      expect(one).not.toBe(two);
      expect([sealer.open(one), sealer.open(two)]).toEqual([text, text]);
    }
  });

  it.each([
    ['sk-live-0123456789', '6789'],
    ['elevenchars', ''],
    ['twelve chars', 'hars'],
    ['密码密码密码密码密码密码密🔑', '密码密🔑'],
    ['example.key.a.b', '·a·b'],
    ['', ''],
  ])('has the end of %s as its fourth part', (text, tail) => {
    const parts = sealer.seal(text).split('.');
    expect(parts).toHaveLength(4);
    expect(parts[3]).toBe(tail);
    expect(sealer.seal(text).startsWith(sealer.mark)).toBe(true);
  });

  it('opens what former secrets have sealed, in either form', () => {
    expect(sealer.open(secretSealer(former).seal('hello'))).toBe('hello');
    expect(sealer.open(firstForm(former, 'hello'))).toBe('hello');
    expect(sealer.open(firstForm(present, 'hello'))).toBe('hello');
  });

  it('opens nothing that was changed, or sealed elsewhere', () => {
    const sealed = sealer.seal('sk-live-0123456789');
    const [version = '', middle = '', body = '', tail = ''] = sealed.split('.');
    const wrong = [
      `${version}.${middle}.${body}.9999`,
      `${version}.${middle}.${body}.`,
      `${version}.${middle}.${body.slice(0, -2)}AA.${tail}`,
      `${version}.${middle}.${body.slice(0, 20)}.${tail}`,
      `v1.${middle}.${body}.${tail}`,
      'sk-live-0123456789',
      '',
      secretSealer('some other secret, long enough for it').seal('x'),
      firstForm('some other secret, long enough for it', 'x'),
    ];
    for (const text of wrong) expect(() => sealer.open(text)).toThrow();
  });
});

describe('tokenSigner', () => {
  const clock: Clock = { now: () => Date.now() };
  const [userId, sessionId, boss] = [
    '01920000-0000-7000-8000-00000000000a',
    '01920000-0000-7000-8000-00000000000b',
    '01920000-0000-7000-8000-00000000000c',
  ];
  const claims = { tenant: 'acme', userId, sessionId };

  it('verifies what any configured secret has signed, and nothing else', async () => {
    const [both, old, other] = [tokenSigner([present, former], clock), tokenSigner([former], clock), tokenSigner(['x'.repeat(32)], clock)];
    expect(await both.verify(await old.sign(claims))).toMatchObject(claims);
    await expect(old.verify(await both.sign(claims))).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    await expect(both.verify(await other.sign(claims))).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('keeps who really acts', async () => {
    const signer = tokenSigner([present], clock);
    const token = await signer.sign({ ...claims, impersonatedBy: boss });
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ sub: userId, act: { sub: boss } });
    expect(await signer.verify(token)).toMatchObject({ ...claims, impersonatedBy: boss });
  });
});

describe('a change of the secret', () => {
  const clear = ['sk-live-one-0123456789', 'sk-live-two-0123456789', 'short'];
  let scene: IdentityScene;
  let acme: TestTenant;
  const administration = (secret: string, oldSecrets: readonly string[] = []): Administration =>
    new Administration({ cell: scene.cell, log: silentLogger, clock: scene.clock, secret, oldSecrets });
  const sealedTexts = async (): Promise<readonly string[]> => {
    const queries = [
      `select key as sealed from "${acme.schema}"."note" where key is not null order by id`,
      `select secret as sealed from "${acme.schema}"."_second_factor"`,
      `select client_secret as sealed from "${acme.schema}"."_identity_provider"`,
    ];
    const texts: string[] = [];
    for (const query of queries) texts.push(...(await scene.sql(query)).map((row) => String(row['sealed'])));
    return texts;
  };

  beforeAll(async () => {
    scene = await identityScene({ secret: former });
    acme = await scene.open('acme');
    for (const key of clear) await acme.create('note', { name: 'n', key });
    await acme.remove('note', await acme.create('note', { name: 'in the bin', key: 'sk-live-bin-0123456789' }));
    const admin = await scene.administrator('acme');
    expect((await admin.post('/auth/second-factor')).status).toBe(200);
    const provider = { issuer: 'https://id.example', clientId: 'crm', clientSecret: 'the-client-secret-of-the-provider' };
    expect((await admin.put('/auth/providers/idp', provider)).status).toBe(200);
    // As an earlier version has sealed it.
    const [first] = await scene.sql(`select id from "${acme.schema}"."note" order by id limit 1`);
    await scene.sql(`update "${acme.schema}"."note" set key = $2 where id = $1`, [first?.['id'], firstForm(former, clear[0] ?? '')]);
  });
  afterAll(() => scene.close());

  it('seals everything anew, after which the former one is not needed', async () => {
    const before = await sealedTexts();
    expect(before).toHaveLength(6);
    expect(await administration(present, [former]).upkeep.rotateSecrets()).toEqual({ tenants: 1, resealed: 6, unreadable: 0 });
    const alone = secretSealer(present);
    const opened = (await sealedTexts()).map((sealed) => alone.open(sealed));
    expect(opened.slice(0, 4)).toEqual([...clear, 'sk-live-bin-0123456789']);
    expect(opened[5]).toBe('the-client-secret-of-the-provider');
  });

  it('finds nothing to do a second time, and leaves records as they were', async () => {
    const versions = (): Promise<unknown> => scene.sql(`select id, version, updated_at from "${acme.schema}"."note" order by id`);
    const before = await versions();
    expect(await administration(present).upkeep.rotateSecrets()).toEqual({ tenants: 1, resealed: 0, unreadable: 0 });
    expect(await versions()).toEqual(before);
  });

  it('counts what none of the secrets opens, and leaves it', async () => {
    const before = await sealedTexts();
    expect(await administration('some other secret, long enough for it').upkeep.rotateSecrets()).toEqual({
      tenants: 1,
      resealed: 0,
      unreadable: 6,
    });
    expect(await sealedTexts()).toEqual(before);
  });

  it('goes on where it was broken off', async () => {
    const table = `"${acme.schema}"."note"`;
    await scene.sql(
      `insert into ${table} (id, name, key, created_at, updated_at, version)
       select gen_random_uuid(), 'bulk', $1, now(), now(), 1 from generate_series(1, 1300)`,
      [secretSealer(present).seal('sk-live-many-0123456789')],
    );
    const next = 'the next secret of all, long enough';
    let updates = 0;
    const stumbling = notedCell(scene.cell, (text) => {
      if (/^\s*update/.test(text) && (updates += 1) === 2) throw new Error('pulled the plug');
    });
    const broken = new Administration({ cell: stumbling, log: silentLogger, clock: scene.clock, secret: next, oldSecrets: [present] });
    await expect(broken.upkeep.rotateSecrets()).rejects.toThrow('pulled the plug');
    const left = async (): Promise<number> =>
      Number((await scene.sql(`select count(*) as n from ${table} where not starts_with(key, $1)`, [secretSealer(next).mark]))[0]?.['n']);
    const half = await left();
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(1304);
    expect((await administration(next, [present]).upkeep.rotateSecrets()).resealed).toBe(half + 2);
    expect(await left()).toBe(0);
  });
});

describe('secrets', () => {
  it('show in no log, export, history or plan', async () => {
    const lines: string[] = [];
    const scene = await identityScene({}, createLogger('debug', { write: (line) => void lines.push(line) }));
    try {
      const acme = await scene.open('acme', { secondFactor: 'optional' });
      const secret = 'sk-live-never-seen-0123456789';
      const tokens = await scene.tokens('acme', emailOf('acme', 'admin'));
      const admin = scene.as(tokens.accessToken);
      const made = await admin.post('/records/note', { name: 'n', key: secret });
      const { id } = made.json as { readonly id: string };
      await admin.patch(`/records/note/${id}`, { key: `${secret}-2` });
      const key = await admin.post('/api-keys', {
        name: 'k',
        permissionSets: ['noteReader'],
        expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      });
      const seen = [
        made.text,
        (await admin.get(`/records/note/${id}`)).text,
        (await admin.get('/records/note/export?format=csv')).text,
        (await admin.get('/records/note/export?format=ndjson')).text,
        (await admin.get(`/records/note/${id}/history`)).text,
        (
          await admin.post('/metadata/plan', {
            files: { 'parameters/x__c.json': { name: 'x__c', label: { en: 'X' }, type: 'number', value: 1 } },
          })
        ).text,
        JSON.stringify(await scene.sql(`select * from "${acme.schema}"."_history"`)),
        JSON.stringify(await scene.sql(`select * from "${acme.schema}"."_audit"`)),
        JSON.stringify(await scene.sql('select payload from tessera.outbox')),
        lines.join('\n'),
      ].join('\n');
      for (const hidden of [secret, password, tokens.accessToken, tokens.refreshToken, (key.json as { readonly key: string }).key])
        expect(seen).not.toContain(hidden);
      expect(seen).not.toMatch(/v2\.[0-9a-f]{8}~/);
    } finally {
      await scene.close();
    }
  });

  it('are blotted out of a log that is handed them', () => {
    const lines: string[] = [];
    const log = createLogger('debug', { write: (line) => void lines.push(line) });
    const names = [
      'password',
      'newPassword',
      'accessToken',
      'refreshToken',
      'token',
      'secret',
      'clientSecret',
      'recoveryCodes',
      'apiKey',
      'authorization',
    ];
    for (const name of names) {
      log.info({ [name]: 'hunter2' }, 'top');
      log.info({ body: { [name]: 'hunter2' } }, 'below');
    }
    expect(lines).toHaveLength(2 * names.length);
    expect(lines.filter((line) => line.includes('hunter2'))).toEqual([]);
  });
});
