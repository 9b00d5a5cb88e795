// Webhooks to a real receiver: signed, each under its key, retried, given up, replayed, and never where they may not go.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { outwardFetch, outwardPolicy, webhookSecrets } from '@tessera/engine';
import { holdEffects, readEffect, settleEffects, takeDueEffects, type WorkflowDoor } from '@tessera/storage';
import { secretText } from '@tessera/workflow';
import type { TestTenant } from '../support/engine.ts';
import { isSigned, webhookReceiver, type Answering, type WebhookReceiver } from './receivers.ts';
import { at, newId, noTimers, workScene, type WorkScene } from './work-scene.ts';

const day = 86_400_000;
const oldSecret = 'an old secret of these tests, long enough';
const secret = 'a secret of these tests, long enough';

let hook: WebhookReceiver;
let other: WebhookReceiver;
/** One that has been closed. */
let absent: WebhookReceiver;
let scene: WorkScene;
let acme: TestTenant;
let door: WorkflowDoor;

beforeAll(async () => {
  [hook, other, absent] = [await webhookReceiver(), await webhookReceiver(), await webhookReceiver()];
  await absent.close();
  const policy = outwardPolicy({ allow: ['127.0.0.1'], ports: [hook, other, absent].map(({ port }) => port) });
  const outward = { fetch: outwardFetch(policy), allowHttp: true };
  scene = await workScene({ timers: noTimers }, { engine: { outward, secret, oldSecrets: [oldSecret] } });
  acme = await scene.engine.tenant('acme', []);
  const database = scene.engine.cell.tenant('acme');
  door = { schema: acme.schema, query: (statement) => database.query(statement) };
});
afterAll(async () => {
  await scene.close();
  await Promise.all([hook.close(), other.close()]);
});

beforeEach(async () => {
  await scene.engine.sql(`delete from ${acme.schema}._effect`);
  for (const each of [hook, other]) {
    each.received.length = 0;
    each.answer = () => ({ status: 204 });
  }
});

const drain = (ms = 0) => scene.engine.engine.drain('acme', Date.now() + ms);

async function put(key: string, body: string, address = hook.url): Promise<void> {
  await scene.write(acme, { effects: [{ key, kind: 'webhook', address, content: JSON.stringify({ endpoint: 'orders', body }) }] });
}

describe('a webhook', () => {
  it('is posted as it is, under its key, signed with the secrets of its endpoint', async () => {
    const body = '{"amount":12345678901234567890.10,"name":"张三"}';
    await put('run1/notify/3', body);
    expect(await drain()).toEqual({ worked: 0, sent: 1, settled: true });
    const [got] = hook.received;
    expect(got).toMatchObject({ id: 'run1/notify/3', body, headers: { 'content-type': 'application/json', 'user-agent': 'tessera' } });
    expect(Math.abs(Number(got?.headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
    const secretsOf = webhookSecrets([secret, oldSecret]);
    const [present = new Uint8Array(), former = new Uint8Array()] = secretsOf('acme', 'orders');
    if (got === undefined) throw new Error('Nothing was received.');
    expect([isSigned(got, present), isSigned(got, former)]).toEqual([true, true]);
    for (const [tenant, endpoint] of [
      ['beta', 'orders'],
      ['acme', 'invoices'],
    ] as const)
      expect(secretsOf(tenant, endpoint).map((each) => isSigned(got, each))).toEqual([false, false]);
    expect(isSigned({ ...got, body: body.replace('1', '2') }, present)).toBe(false);
    expect(isSigned({ ...got, headers: { ...got.headers, 'webhook-timestamp': '1' } }, present)).toBe(false);
    expect(Buffer.from(secretText(present).slice('whsec_'.length), 'base64')).toHaveLength(32);
    expect(await readEffect(door, 'run1/notify/3')).toMatchObject({
      state: 'sent',
      attempts: 1,
      answer: '{"status":204,"body":""}',
      error: null,
    });
  });

  it('is written down once under its key, and sent once', async () => {
    await put('once', '1');
    await put('once', '2');
    await drain();
    await put('once', '3');
    await drain();
    expect(hook.received.map(({ id, body }) => [id, body])).toEqual([['once', '1']]);
  });

  it('is not sent where its transaction is taken back', async () => {
    const broken = scene.engine.cell.tenant('acme').transaction(async (transaction) => {
      await transaction.query({
        text: `insert into ${acme.schema}._effect (id, key, kind, address, content, state, due_at, created_at)
        values ($1, 'never', 'webhook', $2, '{"endpoint":"orders","body":"1"}', 'ready', now(), now())`,
        values: [newId(), hook.url],
      });
      throw new Error('never mind');
    });
    await expect(broken).rejects.toThrow('never mind');
    await drain();
    expect(hook.received).toEqual([]);
  });

  it('is refused a key that a signature could be turned by', async () => {
    await expect(put('a.b', '1')).rejects.toThrow('No key of an effect');
  });
});

describe('a receiver that fails', () => {
  it('is tried again later under the same key with a new time, until it takes it', async () => {
    hook.answer = () => ({ status: hook.received.length < 3 ? 500 : 200, body: 'tired' });
    await put('again', '{}');
    await drain();
    expect(await readEffect(door, 'again')).toMatchObject({
      state: 'ready',
      attempts: 1,
      error: '{"message":"The receiver has answered 500."}',
      answer: '{"status":500,"body":"tired"}',
    });
    await drain();
    expect(hook.received).toHaveLength(1);
    await drain(day);
    await drain(2 * day);
    await drain(3 * day);
    expect(hook.received.map(({ id }) => id)).toEqual(['again', 'again', 'again']);
    const times = hook.received.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(times.map((time) => Math.round((time - (times[0] ?? 0)) / 86_400))).toEqual([0, 1, 2]);
    const [present = new Uint8Array()] = webhookSecrets([secret])('acme', 'orders');
    expect(hook.received.every((each) => isSigned(each, present))).toBe(true);
    expect(await readEffect(door, 'again')).toMatchObject({ state: 'sent', attempts: 3, error: null });
  });

  it('gets its time where it asks for it', async () => {
    hook.answer = () => ({ status: 429, headers: { 'retry-after': '900' } });
    await put('throttled', '{}');
    const before = Date.now();
    await drain();
    const [row] = await scene.engine.sql(`select (extract(epoch from due_at) * 1000)::float8 as due from ${acme.schema}._effect`);
    expect(Number(row?.['due'])).toBeGreaterThanOrEqual(before + 900_000);
  });

  it('leaves a dead letter after the last time, which is seen, and sent by whoever says so', async () => {
    hook.answer = () => ({ status: 503 });
    await put('dead', '{}');
    for (let n = 0; n < 12; n += 1) await drain(n * day);
    expect(hook.received).toHaveLength(10);
    const { failed, counts } = await acme.run('jobs.list', {});
    expect(counts).toEqual([{ kind: 'effect', state: 'failed', count: 1 }]);
    expect(failed).toMatchObject([
      { kind: 'effect', name: 'webhook', at: hook.url, attempts: 10, error: { message: 'The receiver has answered 503.' } },
    ]);
    hook.answer = () => ({ status: 200 });
    await acme.run('jobs.retry', { id: failed[0]?.id ?? '' });
    await drain(1000);
    expect(hook.received).toHaveLength(11);
    expect(new Set(hook.received.map(({ id }) => id))).toEqual(new Set(['dead']));
    expect(await readEffect(door, 'dead')).toMatchObject({ state: 'sent', error: null });
  });

  it('that wants no more of it (410) is not asked again', async () => {
    hook.answer = () => ({ status: 410 });
    await put('gone', '{}');
    await drain();
    await drain(day);
    expect(hook.received).toHaveLength(1);
    expect(await readEffect(door, 'gone')).toMatchObject({ state: 'failed', attempts: 1 });
  });

  it('holds up nothing that goes elsewhere', async () => {
    const came = Promise.withResolvers<Answering>();
    hook.answer = () => came.promise;
    other.answer = () => {
      came.resolve({ status: 200 });
      return { status: 200 };
    };
    await put('slow', '{}');
    await put('fast', '{}', other.url);
    // The slow one is answered only once the fast one has come.
    expect(await drain()).toMatchObject({ sent: 2 });
    expect([await readEffect(door, 'slow'), await readEffect(door, 'fast')]).toMatchObject([{ state: 'sent' }, { state: 'sent' }]);
  });
});

describe('an address', () => {
  it.each([
    ['http://10.1.2.3/', 'OUTWARD_REFUSED'],
    ['http://127.0.0.1:1/', 'OUTWARD_REFUSED'],
    ['ftp://example.com/', 'OUTWARD_REFUSED'],
    ['not an address', 'OUTWARD_REFUSED'],
  ])('that may not be called is not tried again: %s', async (address, code) => {
    await put('refused', '{}', address);
    await drain();
    const effect = await readEffect(door, 'refused');
    expect(effect).toMatchObject({ state: 'failed', attempts: 1 });
    expect(JSON.parse(effect?.error ?? '{}')).toMatchObject({ code });
  });

  it('that redirects elsewhere does not get what was meant for it sent on', async () => {
    hook.answer = () => ({ status: 307, headers: { location: other.url } });
    await put('redirected', '{"secret":1}');
    await drain();
    expect(other.received).toEqual([]);
    expect(await readEffect(door, 'redirected')).toMatchObject({ state: 'failed' });
  });

  it('that is not there now is tried again', async () => {
    await put('absent', '{}', absent.url);
    await drain();
    const effect = await readEffect(door, 'absent');
    expect(effect).toMatchObject({ state: 'ready', attempts: 1 });
    expect(JSON.parse(effect?.error ?? '{}')).toMatchObject({ code: 'OUTWARD_FAILED' });
  });
});

describe('an effect that is under way', () => {
  const take = (now: string, until: string) => takeDueEffects(door, { kinds: ['webhook'], now, until, limit: 10 });

  it('is its taker’s until the time that it has been given or puts off, and what comes too late changes nothing', async () => {
    await put('held', '{}');
    const [first] = await take(at(), at(20_000));
    expect(first).toMatchObject({ key: 'held', attempts: 1 });
    expect(await take(at(), at(20_000))).toEqual([]);
    const [second] = await take(at(21_000), at(60_000));
    expect(second).toMatchObject({ id: first?.id, attempts: 2 });
    const held = { id: first?.id ?? '' };
    await holdEffects(door, [{ ...held, attempts: 1 }], at(0));
    await holdEffects(door, [{ ...held, attempts: 2 }], at(120_000));
    expect(await take(at(61_000), at(90_000))).toEqual([]);
    const late = { id: first?.id ?? '', attempts: 1, state: 'failed', dueAt: null, answer: null, error: '{}' } as const;
    await settleEffects(door, [late], at());
    expect(await readEffect(door, 'held')).toMatchObject({ state: 'ready', attempts: 2 });
    await settleEffects(door, [{ ...late, attempts: 2, state: 'sent', error: null }], at());
    await settleEffects(door, [{ ...late, attempts: 2 }], at());
    expect(await readEffect(door, 'held')).toMatchObject({ state: 'sent', error: null });
  });
});
