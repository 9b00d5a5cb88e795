// Webhooks that come in: signed with a secret that administrators hand out and rotate, of now, and each taken once.
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, Json } from '../support/http-client.ts';
import { automation, automationScene, system, task, type AutomationScene } from './automations-scene.ts';

const hook = (name: string, rest: Json = {}): Json => ({
  [`automations/${name}.json`]: {
    name,
    trigger: { type: 'webhook', inputs: { order: { type: 'text', required: true }, amount: { type: 'number' } } },
    ...system,
    steps: task({ cat: [name, ' ', { var: '$inputs.order' }] }, null),
    ...rest,
  },
});

const files: Json = {
  ...hook('paid'),
  ...hook('large', { when: { '>': [{ var: '$inputs.amount' }, 100] } }),
  ...automation('other', task('no'), { trigger: { type: 'called' } }),
};

let scene: AutomationScene;
let secret: Buffer;

const bytes = ({ json }: Answer): Buffer => Buffer.from(String(json['secret']).replace('whsec_', ''), 'base64');

beforeAll(async () => {
  scene = await automationScene(files);
  secret = bytes(await scene.admin.http.get('/api/v1/automations/paid/webhook-secret'));
});
afterAll(() => scene.close());
afterEach(() => scene.clear());

interface Message {
  readonly id?: string;
  readonly by?: Buffer;
  /** Seconds from now. */
  readonly ago?: number;
  readonly name?: string;
  readonly body?: string;
  readonly type?: string;
}

let count = 0;

/** As a sender does it who follows Standard Webhooks, without any code of ours. */
async function send({
  id = `msg_${String((count += 1))}`,
  by = secret,
  ago = 0,
  name = 'paid',
  body = '{"order":"A-1"}',
  type = 'application/json',
}: Message = {}) {
  const timestamp = String(Math.floor((scene.clock.now() - ago * 1000) / 1000));
  const signature = createHmac('sha256', by).update(`${id}.${timestamp}.${body}`).digest('base64');
  const response = await fetch(`${scene.url}/api/v1/webhooks/acme/${name}`, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': type,
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${'A'.repeat(43)}= v1,${signature}`,
    },
  });
  return { status: response.status, json: (await response.json()) as Json };
}

describe('a webhook that is signed', () => {
  it('starts its automation, whoever sends it', async () => {
    expect(await send()).toEqual({ status: 202, json: { run: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown } });
    await scene.settle();
    expect(await scene.tasks()).toEqual(['paid A-1']);
    expect(await scene.runs()).toMatchObject([{ automation: 'paid', actor: null, state: 'done' }]);
  });

  it('starts it once, however often it comes', async () => {
    const first = await send({ id: 'again' });
    const second = await send({ id: 'again', ago: -5 });
    expect(second).toEqual(first);
    expect(await scene.runs()).toHaveLength(1);
    const other = await send({ id: 'again', body: '{"order":"A-2"}' });
    expect(other.json).toEqual(first.json);
    await Promise.all([send({ id: 'both' }), send({ id: 'both' })]);
    expect(await scene.runs()).toHaveLength(2);
  });

  it('is refused with what is wrong with its inputs, and may then come again', async () => {
    const wrong = await send({ id: 'mended', body: '{"amount":"much"}' });
    expect([wrong.status, (wrong.json['problems'] as readonly Json[]).map(({ code, pointer }) => [code, pointer])]).toEqual([
      422,
      [
        ['VALUE_TYPE', '/inputs/amount'],
        ['VALUE_REQUIRED', '/inputs/order'],
      ],
    ]);
    expect((await send({ id: 'mended' })).status).toBe(202);
    expect((await send({ body: '[]' })).status).toBe(400);
    expect((await send({ body: '{' })).json['code']).toBe('REQUEST_BODY_NOT_JSON');
  });

  it('is taken and comes to nothing where the condition does not hold', async () => {
    const by = bytes(await scene.admin.http.get('/api/v1/automations/large/webhook-secret'));
    expect(await send({ name: 'large', by, body: '{"order":"B","amount":5}' })).toEqual({ status: 202, json: { run: null } });
    expect((await send({ name: 'large', by, body: '{"order":"B","amount":500}' })).json['run']).not.toBeNull();
    expect(await scene.runs()).toHaveLength(1);
  });
});

describe('a webhook that is not', () => {
  it('is refused in the same way, whatever is wrong with it', async () => {
    const answers = [
      await send({ by: Buffer.from('another secret, as long as that') }),
      await send({ ago: 301 }),
      await send({ ago: -301 }),
      await send({ id: 'with.dot' }),
      await send({ name: 'large' }),
      await send({ name: 'other' }),
      await send({ name: 'nothing' }),
    ];
    expect(new Set(answers.map((answer) => JSON.stringify([answer.status, answer.json['code'], answer.json['detail']]))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, json: { code: 'WEBHOOK_SIGNATURE_INVALID' } });
    const bare = await fetch(`${scene.url}/api/v1/webhooks/nobody/paid`, {
      method: 'POST',
      body: '{}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(bare.status).toBe(401);
    expect(await scene.runs()).toEqual([]);
  });

  it('is refused where it is too large or no JSON', async () => {
    expect((await send({ body: JSON.stringify({ order: 'x'.repeat(300_000) }) })).status).toBe(413);
    expect((await send({ type: 'text/plain' })).status).toBe(415);
  });
});

describe('the secret', () => {
  it('is made anew; the one before is good until that is done again, and all of it is noted', async () => {
    const rotate = () => scene.admin.http.post('/api/v1/automations/paid/webhook-secret', {});
    const [before, now] = [secret, bytes(await rotate())];
    expect(now.equals(before)).toBe(false);
    expect([(await send({ by: before })).status, (await send({ by: now })).status]).toEqual([202, 202]);
    secret = bytes(await rotate());
    expect([(await send({ by: before })).status, (await send({ by: now })).status, (await send()).status]).toEqual([401, 202, 202]);
    const { json } = await scene.admin.http.get('/api/v1/audit?action=webhook.');
    const entries = json['entries'] as readonly Json[];
    expect(entries.map(({ action }) => action)).toEqual(expect.arrayContaining(['webhook.secretRotated', 'webhook.secretShown']));
  });

  it('is of administrators, and of webhooks', async () => {
    const rita = await scene.person('rita');
    expect((await rita.http.get('/api/v1/automations/paid/webhook-secret')).status).toBe(403);
    expect((await rita.http.post('/api/v1/automations/paid/webhook-secret', {})).status).toBe(403);
    expect((await scene.admin.http.get('/api/v1/automations/other/webhook-secret')).json['code']).toBe('AUTOMATION_NOT_APPLICABLE');
    expect((await scene.admin.http.get('/api/v1/automations/nothing/webhook-secret')).status).toBe(404);
  });
});
