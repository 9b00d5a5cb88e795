// Mails to a real mail server: each under a Message-ID that stays, retried or given up as the server says.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readEffect, type WorkflowDoor } from '@tessera/storage';
import { smtpMailer } from '../../packages/server/src/mail.ts';
import type { TestTenant } from '../support/engine.ts';
import { mailReceiver, type MailReceiver } from './receivers.ts';
import { noTimers, workScene, type WorkScene } from './work-scene.ts';

const day = 86_400_000;

let smtp: MailReceiver;
let scene: WorkScene;
let acme: TestTenant;
let door: WorkflowDoor;

beforeAll(async () => {
  smtp = await mailReceiver();
  const mailer = smtpMailer(smtp.url, 'Tessera <no-reply@crm.example>');
  scene = await workScene({ timers: noTimers }, { engine: { mailer, publicUrl: 'https://crm.example/app' } });
  acme = await scene.engine.tenant('acme', []);
  const database = scene.engine.cell.tenant('acme');
  door = { schema: acme.schema, query: (statement) => database.query(statement) };
});
afterAll(async () => {
  await scene.close();
  await smtp.close();
});

beforeEach(async () => {
  await scene.engine.sql(`delete from ${acme.schema}._effect`);
  smtp.mails.length = 0;
  smtp.refuse = {};
});

const drain = (ms = 0) => scene.engine.engine.drain('acme', Date.now() + ms);
const messageId = ({ content }: { readonly content: string }): string => /^Message-ID: (.*)\r$/im.exec(content)?.[1] ?? '';

async function put(
  key: string,
  content: Readonly<Record<string, unknown>> = { subject: 'Hello', text: 'You have a task.' },
): Promise<void> {
  await scene.write(acme, { effects: [{ key, kind: 'mail', address: 'ann@acme.example', content: JSON.stringify(content) }] });
}

describe('a mail', () => {
  it('reaches its recipient with subject, text and HTML, and nothing that somebody has slipped in', async () => {
    const slipped = {
      to: 'eve@evil.example',
      cc: 'eve@evil.example',
      attachments: [{ path: '/etc/hostname' }],
      raw: 'x',
      messageId: '<x@y>',
    };
    await put('run1/notify/0', { subject: '任务', text: 'Do it.', html: '<p>Do <b>it</b>.</p>', ...slipped });
    expect(await drain()).toMatchObject({ sent: 1 });
    expect(smtp.mails.map(({ to }) => to)).toEqual([['ann@acme.example']]);
    const content = smtp.mails[0]?.content ?? '';
    expect(content).toContain('Do it.');
    expect(content).toContain('<p>Do <b>it</b>.</p>');
    expect(content).toContain(`Subject: =?UTF-8?B?${Buffer.from('任务').toString('base64')}?=`);
    expect(content).not.toMatch(/evil|attachment/i);
    expect(messageId({ content })).toMatch(/^<[0-9a-f]{40}@crm\.example>$/);
    expect(await readEffect(door, 'run1/notify/0')).toMatchObject({ state: 'sent', attempts: 1 });
  });

  it('keeps its Message-ID from attempt to attempt, and no other has it', async () => {
    smtp.refuse = { content: 451 };
    await put('a');
    await put('b');
    await drain();
    expect(await readEffect(door, 'a')).toMatchObject({ state: 'ready', attempts: 1 });
    smtp.refuse = {};
    await drain(day);
    expect(smtp.mails).toHaveLength(2);
    const first = smtp.mails.map(messageId);
    expect(new Set(first).size).toBe(2);
    // A worker that died before it wrote down that it was sent: the receiver knows it by the id.
    await scene.engine.sql(`update ${acme.schema}._effect set state = 'ready', due_at = now()`);
    await drain();
    expect(smtp.mails.slice(2).map(messageId).sort()).toEqual(first.toSorted());
  });

  it('to somebody whom the server does not know is given up at once', async () => {
    smtp.refuse = { recipient: 550 };
    await put('unknown');
    await drain();
    await drain(day);
    expect(await readEffect(door, 'unknown')).toMatchObject({ state: 'failed', attempts: 1 });
    expect(smtp.mails).toEqual([]);
  });

  it('waits where the server is away', async () => {
    const away = await mailReceiver();
    await away.close();
    const other = await workScene({ timers: noTimers }, { engine: { mailer: smtpMailer(away.url, 'x@crm.example') } });
    const beta = await other.engine.tenant('beta', []);
    await other.write(beta, { effects: [{ key: 'k', kind: 'mail', address: 'ann@beta.example', content: '{"subject":"s","text":"t"}' }] });
    await other.engine.engine.drain('beta');
    expect(await other.rows(beta, '_effect', 'state, attempts')).toEqual([{ state: 'ready', attempts: 1 }]);
    await other.close();
  });
});

describe('without a mail server', () => {
  it('a mail lies among what has failed, with what is to be done about it', async () => {
    const bare = await workScene({ timers: noTimers });
    const beta = await bare.engine.tenant('beta', []);
    await bare.write(beta, {
      effects: [
        { key: 'm', kind: 'mail', address: 'ann@beta.example', content: '{"subject":"s","text":"t"}' },
        { key: 'w', kind: 'webhook', address: 'https://example.com/', content: '{"endpoint":"e","body":"1"}' },
      ],
    });
    await bare.engine.engine.drain('beta');
    const { failed } = await beta.run('jobs.list', {});
    expect(failed.map(({ name, error }) => [name, error]).sort()).toEqual([
      ['mail', { message: 'No mail server is configured: set SMTP_URL.' }],
      ['webhook', { message: 'Nothing is called from here.' }],
    ]);
    await bare.close();
  });
});
