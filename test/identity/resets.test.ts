// Resets of passwords: the mail that a real server receives, tokens that are good once, and nothing that tells who is there.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { smtpMailer } from '../../packages/server/src/mail.ts';
import type { TestTenant } from '../support/engine.ts';
import { codeOf, emailOf, identityScene, password, type IdentityScene } from './identity-scene.ts';

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

/** Soft line breaks and encoded characters taken back. */
const decoded = (text: string): string =>
  text.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

async function mailServer(mails: Mail[]): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const to = rcptTo.map(({ address }) => address);
        mails.push({ from: mailFrom === false ? '' : mailFrom.address, to, text: decoded(Buffer.concat(chunks).toString('utf8')) });
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${String(port)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}

const mails: Mail[] = [];
let smtp: Awaited<ReturnType<typeof mailServer>>;
let scene: IdentityScene;
let acme: TestTenant;

beforeAll(async () => {
  smtp = await mailServer(mails);
  scene = await identityScene({ mailer: smtpMailer(smtp.url, 'Tessera <no-reply@crm.example>'), publicUrl: 'https://crm.example' });
  acme = await scene.open('acme');
});
afterAll(async () => {
  await scene.close();
  await smtp.close();
});
beforeEach(() => {
  mails.length = 0;
});

async function mailFor(address: string): Promise<Mail> {
  for (let waited = 0; waited < 40_000; waited += 20) {
    const found = mails.find(({ to }) => to.includes(address));
    if (found !== undefined) return found;
    await sleep(20);
  }
  throw new Error(`No mail for ${address} came.`);
}

const ask = (email: string): ReturnType<IdentityScene['logIn']> => scene.as().post('/auth/reset', { tenant: 'acme', email });
const linkIn = ({ text }: Mail): string => /https?:\/\/\S+/.exec(text)?.[0] ?? '';
const tokenIn = (mail: Mail): string => linkIn(mail).split('#token=')[1] ?? '';
const reset = (token: string, next: string): ReturnType<IdentityScene['logIn']> =>
  scene.as().post('/auth/reset/confirm', { token, password: next });

describe('a reset', () => {
  it('goes by mail to the address of the person, with a link to PUBLIC_URL whatever Host says', async () => {
    await scene.person(acme, 'ada');
    const answer = await scene
      .as()
      .post(
        '/auth/reset',
        { tenant: 'acme', email: 'ADA@acme.example' },
        { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' },
      );
    expect(answer).toMatchObject({ status: 202, text: '' });
    const mail = await mailFor('ada@acme.example');
    expect(mail).toMatchObject({ from: 'no-reply@crm.example', to: ['ada@acme.example'] });
    expect(linkIn(mail)).toMatch(/^https:\/\/crm\.example\/reset-password#token=acme\.[\w-]{43}$/);
    expect(mail.text).toContain('Subject: Set a new password');
    expect(mail.text).not.toContain('evil');
  });

  it('puts in a name as it is, were it written like a place of the text', async () => {
    await scene.person(acme, 'braces', { name: '{{ link }} {{ minutes }}' });
    await ask(emailOf('acme', 'braces'));
    const mail = await mailFor('braces@acme.example');
    expect(mail.text).toContain('Hello {{ link }} {{ minutes }},');
    expect(mail.text).toContain('within 30 minutes:');
    expect(tokenIn(mail)).toMatch(/^acme\.[\w-]{43}$/);
  });

  it('speaks the person’s language', async () => {
    await scene.person(acme, 'li', { language: 'zh-CN' });
    await ask(emailOf('acme', 'li'));
    const { text } = await mailFor('li@acme.example');
    const body = text.split('\r\n\r\n').slice(1).join('');
    const plain = /base64/i.test(text) ? Buffer.from(body, 'base64').toString('utf8') : Buffer.from(text, 'latin1').toString('utf8');
    expect(plain).toContain('申请了新密码');
  });

  it('sets the password once, and ends all sessions and the lock-out', async () => {
    await scene.person(acme, 'bea');
    const email = emailOf('acme', 'bea');
    const { accessToken, refreshToken } = await scene.tokens('acme', email);
    for (let i = 0; i < 5; i += 1) await scene.logIn('acme', email, { password: 'wrong' });
    await ask(email);
    const token = tokenIn(await mailFor(email));
    // A password that will not do does not use the token up.
    expect(codeOf(await reset(token, 'short'))).toBe('PASSWORD_TOO_WEAK');
    expect((await reset(token, 'Zitrone-im-Garten-1')).status).toBe(204);
    expect(codeOf(await reset(token, 'Zitrone-im-Garten-2'))).toBe('RESET_TOKEN_INVALID');
    expect((await scene.as(accessToken).get('/objects')).status).toBe(401);
    expect((await scene.as().post('/auth/refresh', { refreshToken })).status).toBe(401);
    expect((await scene.logIn('acme', email, { password: 'Zitrone-im-Garten-1' })).status).toBe(200);
    expect((await scene.audit(acme, 'password.reset')).length).toBeGreaterThan(0);
  });

  it('is used by one of many who try at once', async () => {
    await scene.person(acme, 'many');
    await ask(emailOf('acme', 'many'));
    const token = tokenIn(await mailFor(emailOf('acme', 'many')));
    const answers = await Promise.all([1, 2, 3, 4].map((n) => reset(token, `Zitrone-im-Garten-${String(n)}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 403, 403, 403]);
  });

  it('lasts half an hour', async () => {
    await scene.person(acme, 'late');
    await ask(emailOf('acme', 'late'));
    const token = tokenIn(await mailFor(emailOf('acme', 'late')));
    scene.clock.ahead = 31 * 60_000;
    expect(codeOf(await reset(token, 'Zitrone-im-Garten-1'))).toBe('RESET_TOKEN_INVALID');
    scene.clock.ahead = 0;
  });

  it('answers the same where there is nobody, before it has looked', async () => {
    await scene.person(acme, 'timed');
    const idle = await scene.person(acme, 'inactive');
    await acme.update('user', idle, { active: false });
    const kinds = [emailOf('acme', 'timed'), 'nobody@acme.example', emailOf('acme', 'inactive')];
    // Nobody can look as long as this is locked, so whatever is answered meanwhile depends on nothing that is found.
    await scene.sql('begin');
    await scene.sql(`lock table "${acme.schema}"."user", "${acme.schema}"."_credential" in access exclusive mode`);
    for (const kind of kinds) expect(await ask(kind)).toMatchObject({ status: 202, text: '' });
    await scene.sql('rollback');
    await mailFor(kinds[0] ?? '');
    for (const kind of kinds) expect(await ask(kind)).toMatchObject({ status: 202, text: '' });
    await sleep(200);
    // And however often it is asked for, one mail a minute.
    expect(mails.map(({ to }) => to)).toEqual([[kinds[0]]]);
  });

  it('keeps no token in clear', async () => {
    await scene.person(acme, 'kept');
    await ask(emailOf('acme', 'kept'));
    const token = tokenIn(await mailFor(emailOf('acme', 'kept')));
    const rows = await scene.sql(`select * from "${acme.schema}"."_once_token"`);
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(token.split('.')[1]);
  });

  it('refuses what is no token at all', async () => {
    for (const token of ['', 'acme.x', 'nowhere.x', '../..', password]) {
      expect(codeOf(await reset(token, 'Zitrone-im-Garten-1'))).toBe('RESET_TOKEN_INVALID');
    }
  });
});

describe('without a mail server', () => {
  it('an administrator gets the token to hand over', async () => {
    const quiet = await identityScene();
    try {
      const tenant = await quiet.open('quiet');
      const id = await quiet.person(tenant, 'ada');
      expect(await quiet.as().post('/auth/reset', { tenant: 'quiet', email: 'ada@quiet.example' })).toMatchObject({ status: 202 });
      expect(await quiet.sql(`select * from "${tenant.schema}"."_once_token"`)).toEqual([]);
      const given = await (await quiet.administrator('quiet')).post(`/users/${id}/reset-token`);
      expect(given).toMatchObject({ status: 200, json: { link: null } });
      const { token } = given.json as { readonly token: string };
      expect((await quiet.as().post('/auth/reset/confirm', { token, password: 'Zitrone-im-Garten-1' })).status).toBe(204);
      expect((await quiet.logIn('quiet', 'ada@quiet.example', { password: 'Zitrone-im-Garten-1' })).status).toBe(200);
      expect((await quiet.audit(tenant, 'password.resetTokenGiven'))[0]).toMatchObject({ actor: tenant.administrator, record_id: id });
    } finally {
      await quiet.close();
    }
  });
});
