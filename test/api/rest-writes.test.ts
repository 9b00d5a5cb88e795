// What HTTP makes of writes, against a stand-in for the engine.
import { afterEach, describe, expect, it } from '@jest/globals';
import { fail, TesseraError } from '@tessera/kernel';
import type { WriteResult } from '@tessera/engine';
import { modelOf } from '../support/packs.ts';
import { openScene, type Scene } from './rest-scene.ts';

const model = modelOf('crm-base');
const id = '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01';
const open: Scene[] = [];

async function scene(...[answers, options]: [Parameters<typeof openScene>[1]?, Parameters<typeof openScene>[2]?]): Promise<Scene> {
  const opened = await openScene(model, answers, options);
  open.push(opened);
  return opened;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

function written(created: boolean, record?: string): WriteResult {
  return { results: [{ ok: true, id, version: 3, created, ...(record === undefined ? {} : { record }) }] };
}

describe('writing one record', () => {
  it('creates with 201, Location and ETag', async () => {
    const opened = await scene({ 'records.create': () => written(true, '{"name":"x"}') });
    const answer = await opened.send('/api/v1/records/opportunity?fields=name', {
      json: { name: 'x' },
      headers: { 'Idempotency-Key': 'k-1', 'Accept-Language': 'de;q=0.5, zh-CN, *;q=0.1' },
    });
    expect([answer.status, answer.text, answer.headers.etag]).toEqual([201, '{"name":"x"}', '"3"']);
    expect(answer.headers.location).toBe(`/api/v1/records/opportunity/${id}`);
    expect(opened.asked).toMatchObject([{ input: { object: 'opportunity', records: [{ name: 'x' }], modelHash: model.hash } }]);
    expect(opened.infos).toMatchObject([{ idempotencyKey: 'k-1', languages: ['zh-CN', 'de'] }]);
  });

  it('sends no record back with Prefer: return=minimal', async () => {
    const opened = await scene({ 'records.create': () => written(true) });
    const answer = await opened.send('/api/v1/records/opportunity', { json: {}, headers: { Prefer: 'return=minimal' } });
    expect([answer.status, answer.text, answer.headers['preference-applied']]).toEqual([201, '', 'return=minimal']);
    expect(opened.asked[0]?.input).not.toHaveProperty('returning');
  });

  it('hands on the version of If-Match', async () => {
    const opened = await scene({ 'records.update': () => written(false, '{}'), 'records.delete': () => written(false) });
    await opened.send(`/api/v1/records/opportunity/${id}?fields=name`, {
      method: 'PATCH',
      json: { name: 'y' },
      headers: { 'If-Match': '"7"' },
    });
    const gone = await opened.send(`/api/v1/records/opportunity/${id}`, { method: 'DELETE', headers: { 'If-Match': '"8"' } });
    expect(gone.status).toBe(204);
    expect(opened.asked).toMatchObject([
      { name: 'records.update', input: { records: [{ id, version: 7, values: { name: 'y' } }] } },
      { name: 'records.delete', input: { records: [{ id, version: 8 }] } },
    ]);
  });

  it('answers 412 where the condition fails, and 409 where there was none', async () => {
    const changed = (): never => {
      throw fail('RECORD_CHANGED', { version: 9, expected: 7 });
    };
    const { send } = await scene({ 'records.update': changed });
    const path = `/api/v1/records/opportunity/${id}?fields=name`;
    const conditional = await send(path, { method: 'PATCH', json: {}, headers: { 'If-Match': '"7"' } });
    const plain = await send(path, { method: 'PATCH', json: {} });
    expect(conditional).toMatchObject({ status: 412, json: { status: 412, code: 'RECORD_CHANGED' } });
    expect(plain).toMatchObject({ status: 409, json: { status: 409 } });
  });

  it.each(['7', 'W/"7"', '"7", "8"', '"x"'])('refuses If-Match: %s', async (tag) => {
    const { send } = await scene();
    const answer = await send(`/api/v1/records/opportunity/${id}`, { method: 'PATCH', json: {}, headers: { 'If-Match': tag } });
    expect([answer.status, answer.json]).toMatchObject([400, { code: 'REQUEST_PARAMETER_INVALID' }]);
  });

  it('upserts with 201 or 200', async () => {
    let created = true;
    const opened = await scene({ 'records.upsert': () => written(created, '{}') });
    const put = { method: 'PUT', json: { name: 'x' } };
    const first = await opened.send('/api/v1/records/opportunity/by/externalNumber/77?fields=name', put);
    created = false;
    const second = await opened.send('/api/v1/records/opportunity/by/externalNumber/77?fields=name', put);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(opened.asked[0]?.input).toMatchObject({ by: 'byExternalNumber', records: [{ name: 'x', externalNumber: '77' }] });
    const clash = await opened.send('/api/v1/records/opportunity/by/externalNumber/77', { method: 'PUT', json: { externalNumber: '78' } });
    expect(clash).toMatchObject({ status: 400, json: { pointer: '/externalNumber' } });
  });

  it('restores with 200 and purges with 204', async () => {
    const opened = await scene({ 'records.restore': () => written(false, '{"name":"x"}'), 'records.purge': () => ({ purged: 1 }) });
    const restored = await opened.send(`/api/v1/records/opportunity/${id}/restore?fields=name`, { method: 'POST' });
    expect([restored.status, restored.headers.location]).toEqual([200, undefined]);
    const purged = await opened.send(`/api/v1/records/opportunity/${id}?purge=true`, { method: 'DELETE' });
    expect(purged.status).toBe(204);
    const many = await opened.send('/api/v1/records/opportunity/purge', { json: { ids: [id] } });
    expect(many.json).toEqual({ purged: 1 });
  });

  it('points into the body, whatever the operation’s input looks like', async () => {
    const wrong = new TesseraError({ code: 'RECORDS_INVALID', message: 'two' }, [
      { code: 'VALUE_REQUIRED', message: 'a', pointer: '/records/0/name' },
      { code: 'VALUE_TYPE', message: 'b', pointer: '/records/0/values/amount' },
    ]);
    const { send } = await scene({
      'records.create': () => {
        throw wrong;
      },
    });
    const answer = await send('/api/v1/records/opportunity?fields=name', { json: {} });
    expect(answer).toMatchObject({ status: 422, json: { problems: [{ pointer: '/name' }, { pointer: '/amount' }] } });
  });
});

describe('POST /records/{object}/bulk', () => {
  const results: WriteResult = {
    results: [
      { ok: true, id, version: 1, created: true, record: '{"name":"x","amount":1.10}' },
      {
        ok: false,
        problems: [
          { code: 'VALUE_REQUIRED', message: 'name must have a value.', pointer: '/records/1/values/name', params: { secret: 1 } },
        ],
      },
    ],
  };

  it('answers record by record, with PostgreSQL’s text inside', async () => {
    const opened = await scene({ 'records.update': () => results });
    const records = [
      { id, version: 4, name: 'x' },
      { id, name: null },
    ];
    const answer = await opened.send('/api/v1/records/opportunity/bulk?fields=name,amount', {
      json: { action: 'update', allOrNone: false, records },
    });
    expect(answer.text).toBe(
      `{"results":[{"ok":true,"id":"${id}","version":1,"created":true,"record":{"name":"x","amount":1.10}},` +
        '{"ok":false,"problems":[{"code":"VALUE_REQUIRED","message":"name must have a value.","pointer":"/records/1/name"}]}]}',
    );
    expect(opened.asked[0]?.input).toMatchObject({
      allOrNone: false,
      records: [
        { id, version: 4, values: { name: 'x' } },
        { id, values: { name: null } },
      ],
    });
  });

  it.each([
    [{}, '/action'],
    [{ action: 'merge', records: [] }, '/action'],
    [{ action: 'create' }, '/records'],
    [{ action: 'create', records: [1] }, '/records/0'],
    [{ action: 'upsert', records: [] }, '/by'],
    [{ action: 'create', by: 'name', records: [] }, '/by'],
    [{ action: 'update', records: [{}] }, '/records/0/id'],
    [{ action: 'delete', records: [{ id, force: true }] }, '/records/0/force'],
    [{ action: 'create', records: [], allOrNone: 'no' }, '/allOrNone'],
    [{ action: 'create', records: [], more: 1 }, '/more'],
  ])('refuses %j at %s', async (body, pointer) => {
    const { send } = await scene();
    const answer = await send('/api/v1/records/opportunity/bulk', { json: body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'REQUEST_INVALID', pointer } });
  });
});
