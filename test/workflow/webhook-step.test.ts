// webhook as a step: posted once, signed for the place that it goes to; and a run that reads the answer waits for it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { outwardFetch, outwardPolicy, webhookSecrets } from '@tessera/engine';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { isSigned, webhookReceiver, type WebhookReceiver } from './receivers.ts';

const secret = 'a secret of these tests, long enough';
const label = { en: 'x' };

const automation = (name: string, steps: Json): Json => ({
  name,
  object: 'order',
  runAs: 'system',
  trigger: { type: 'button', label },
  steps,
});

const post = (more: Json = {}): Json => ({ type: 'webhook', order: 10, address: { var: 'address' }, ...more });

const orders = pack(
  'orders',
  {
    order: {
      fields: {
        name: { type: 'text' },
        address: { type: 'text', maxLength: 1000 },
        amount: { type: 'number', precision: 12, scale: 2 },
        big: { type: 'number', precision: 30, scale: 4 },
        day: { type: 'date' },
        tags: { type: 'multiPicklist', options: { a: { label }, b: { label } } },
        answer: { type: 'text' },
      },
    },
    line: {
      fields: { order: { type: 'masterDetail', to: 'order', inverse: 'lines' }, name: { type: 'text' } },
      sharing: 'controlledByParent',
    },
  },
  {
    'automations/plain.json': automation('plain', { tell: post() }),
    'automations/full.json': automation('full', {
      tell: post({
        values: {
          amount: { var: 'amount' },
          big: { var: 'big' },
          day: { var: 'day' },
          tags: { var: 'tags' },
          nothing: { var: 'answer' },
          constant: 'x',
          sum: { '+': [{ var: 'amount' }, 1] },
        },
      }),
    }),
    'automations/asking.json': automation('asking', {
      tell: post(),
      keep: {
        type: 'update',
        order: 20,
        record: { var: '$record' },
        values: { answer: { if: [{ '==': [{ var: '$steps.tell.status' }, 200] }, 'two hundred', 'something else'] } },
      },
    }),
    'automations/each.json': automation('each', {
      lines: {
        type: 'forEach',
        object: 'line',
        where: { '==': [{ var: 'order' }, { var: '$record.id' }] },
        steps: {
          tell: { type: 'webhook', order: 10, address: { var: '$record.address' }, values: { line: { var: '$item.name' } } },
          told: {
            type: 'update',
            order: 20,
            record: { var: '$item' },
            values: { name: { cat: [{ var: '$item.name' }, '-', { text: { var: '$steps.tell.status' } }] } },
          },
        },
      },
    }),
  },
);

let hook: WebhookReceiver;
let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  hook = await webhookReceiver();
  const outward = { fetch: outwardFetch(outwardPolicy({ allow: ['127.0.0.1'], ports: [hook.port] })), allowHttp: true };
  engine = await testEngine({ engine: { outward, secret } });
  acme = await engine.tenant('acme', [orders]);
});
afterAll(async () => {
  await engine.close();
  await hook.close();
});

beforeEach(async () => {
  for (const table of ['_effect', '_run_step', '_run']) await engine.sql(`delete from ${acme.schema}.${table}`);
  hook.received.length = 0;
  hook.answer = () => ({ status: 200 });
  engine.clock.ahead = 0;
});

const order = (values = {}): Promise<string> => acme.create('order', { name: 'O1', address: hook.url, ...values });
const press = (name: string, id: string): Promise<unknown> => acme.run('automations.start', { automation: name, object: 'order', id });
const drain = async (ms = 0): Promise<void> => {
  engine.clock.ahead += ms;
  await engine.engine.drain('acme');
};
const runs = (): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  engine.sql(`select state, error::text as error from ${acme.schema}._run`);
const bodies = (): unknown[] => hook.received.map(({ body }): unknown => JSON.parse(body));

describe('a webhook step', () => {
  it('posts the record’s object and id, signed for the place that it goes to', async () => {
    const id = await order();
    await press('plain', id);
    await drain();
    expect(bodies()).toEqual([{ object: 'order', id }]);
    const [got] = hook.received;
    const [own] = webhookSecrets([secret])('acme', new URL(hook.url).origin);
    expect(got !== undefined && own !== undefined && isSigned(got, own)).toBe(true);
    expect(got?.id).toMatch(/\/tell$/);
    expect(await runs()).toEqual([{ state: 'done', error: null }]);
  });

  it('posts values as records show them, numbers exact', async () => {
    await press('full', await order({ amount: 12.5, big: '12345678901234567890.1234', day: '2026-05-20', tags: ['a', 'b'] }));
    await drain();
    const value = {
      amount: 12.5,
      big: '12345678901234567890.1234',
      day: '2026-05-20',
      tags: ['a', 'b'],
      nothing: null,
      constant: 'x',
      sum: '13.5',
    };
    expect(bodies()).toEqual([value]);
  });

  it('fails where the rule gives no address of the web, and nothing is posted', async () => {
    await press('plain', await order({ address: 'ftp://127.0.0.1/x' }));
    await drain();
    const [run] = await runs();
    expect(run?.['state']).toBe('failed');
    expect(run?.['error']).toContain('WEBHOOK_ADDRESS');
    expect(await engine.sql(`select 1 from ${acme.schema}._effect`)).toEqual([]);
  });

  it('does not hold up a run that does not read the answer', async () => {
    hook.answer = () => ({ status: 500 });
    await press('plain', await order());
    await drain();
    expect(await runs()).toEqual([{ state: 'done', error: null }]);
  });
});

describe('a run that reads the answer', () => {
  it('waits until it is there, however often it has to be asked for', async () => {
    hook.answer = () => ({ status: 503 });
    const id = await order();
    await press('asking', id);
    await drain();
    expect(await runs()).toEqual([{ state: 'waiting', error: null }]);
    hook.answer = () => ({ status: 200, body: '{"ok":true}' });
    await drain(60_000);
    expect(await runs()).toEqual([{ state: 'done', error: null }]);
    expect(await acme.read('order', id, 'answer')).toEqual({ answer: 'two hundred' });
    expect(new Set(hook.received.map((got) => got.id)).size).toBe(1);
    const [step] = await engine.sql(`select output from ${acme.schema}._run_step where path = 'tell' and state = 'done'`);
    expect(step?.['output']).toEqual({ status: '200', body: { ok: true } });
  });

  it('fails with the call, and calls again when it is retried', async () => {
    hook.answer = () => ({ status: 410 });
    const id = await order();
    await press('asking', id);
    await drain();
    const [run] = await runs();
    expect(run?.['state']).toBe('failed');
    expect(run?.['error']).toMatch(/WEBHOOK_FAILED.*127\.0\.0\.1/);
    hook.answer = () => ({ status: 200 });
    const { failed } = await acme.run('jobs.list', { kind: 'run' });
    await acme.run('jobs.retry', { id: failed[0]?.id ?? '' });
    await drain();
    expect(await acme.read('order', id, 'answer')).toEqual({ answer: 'two hundred' });
    expect(hook.received).toHaveLength(2);
  });

  it('fails where somebody gives the call up', async () => {
    hook.answer = () => ({ status: 503 });
    await press('asking', await order());
    await drain();
    const [effect] = await engine.sql(`select id from ${acme.schema}._effect`);
    await acme.run('jobs.delete', { id: String(effect?.['id']) });
    await drain();
    const [run] = await runs();
    expect(run?.['state']).toBe('failed');
  });

  it('waits for each of its items, and asks for none twice', async () => {
    const id = await order();
    for (const name of ['a', 'b', 'c']) await acme.create('line', { order: id, name });
    hook.answer = ({ body }) => ({ status: body.includes('"b"') ? 503 : 200 });
    await press('each', id);
    await drain();
    expect(await runs()).toEqual([{ state: 'waiting', error: null }]);
    hook.answer = () => ({ status: 201 });
    await drain(60_000);
    expect(await runs()).toEqual([{ state: 'done', error: null }]);
    const names = await engine.sql(`select name from ${acme.schema}.line order by name`);
    expect(names.map(({ name }) => name)).toEqual(['a-200', 'b-201', 'c-200']);
    expect(hook.received.map(({ body }) => body).sort()).toEqual(['{"line":"a"}', '{"line":"b"}', '{"line":"b"}', '{"line":"c"}']);
  });
});

describe('the secrets of an endpoint', () => {
  it('are handed to administrators, and verify what is posted there', async () => {
    await press('plain', await order());
    await drain();
    const { endpoint, secrets } = await acme.run('webhooks.endpointSecrets', { address: hook.url });
    expect(endpoint).toBe(new URL(hook.url).origin);
    const [got] = hook.received;
    const [present = ''] = secrets;
    expect(present).toMatch(/^whsec_/);
    expect(got !== undefined && isSigned(got, Buffer.from(present.slice(6), 'base64'))).toBe(true);
    const { entries } = await acme.run('audit.list', { action: 'webhook.secretShown' });
    expect(entries[0]?.detail).toEqual({ endpoint });
  });

  it('are there for addresses of the web only', async () => {
    for (const address of ['', 'erp', 'ftp://erp.example/', 'mailto:a@b.example'])
      await expect(acme.run('webhooks.endpointSecrets', { address })).rejects.toMatchObject({ code: 'WEBHOOK_ADDRESS' });
  });
});
