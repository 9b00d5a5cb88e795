// Streams in and out: imports, exports, files.
import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '@tessera/kernel';
import type { ImportStatus } from '@tessera/engine';
import { modelOf } from '../support/packs.ts';
import { openScene, type Scene } from './rest-scene.ts';

const model = modelOf('crm-base');
const open: Scene[] = [];

async function scene(...[answers, options]: [Parameters<typeof openScene>[1]?, Parameters<typeof openScene>[2]?]): Promise<Scene> {
  const opened = await openScene(model, answers, options);
  open.push(opened);
  return opened;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const status: ImportStatus = {
  id: 'i1',
  object: 'account',
  status: 'done',
  read: 1,
  created: 1,
  updated: 0,
  inApproval: 0,
  skipped: 0,

  refused: 0,
  rejects: [],
};
const path = '/api/v1/records/account/import';
const boundary = 'xyz';
const multipart = { 'Content-Type': `multipart/form-data; boundary=${boundary}` };

function form(...parts: readonly (readonly [string, string])[]): string {
  return `${parts.map(([head, body]) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`).join('')}--${boundary}--\r\n`;
}

const filePart = ['name="file"; filename="länder.csv"\r\nContent-Type: text/csv', 'name\nAcme\n'] as const;

/** An engine that reads all of the content, and keeps what it got. */
function reading(got: { text?: string; mapping?: unknown; rest?: unknown }): Parameters<typeof openScene>[1] {
  return {
    'records.import': async ({ content, mapping, ...rest }) => {
      Object.assign(got, { text: await textOf(content), mapping, rest });
      return status;
    },
  };
}

describe('POST …/import', () => {
  it('streams a raw body, with what its headers say of it', async () => {
    const got: { text?: string; mapping?: unknown; rest?: unknown } = {};
    const { send } = await scene(reading(got));
    const mapping = encodeURIComponent('{"columns":{"name":{"field":"name"}},"delimiter":";"}');
    const answer = await send(`${path}?mapping=${mapping}&by=name&dryRun=true`, {
      body: 'name\nAcme\n',
      headers: { 'Content-Type': 'text/csv; charset=GBK' },
    });
    expect(answer).toMatchObject({ status: 200, headers: { location: '/api/v1/imports/i1' }, json: { created: 1 } });
    expect(got).toEqual({
      text: 'name\nAcme\n',
      mapping: { format: 'csv', encoding: 'gb18030', columns: { name: { field: 'name' } }, delimiter: ';' },
      rest: { object: 'account', by: 'name', dryRun: true, allowDuplicates: false },
    });
  });

  it('streams the file of a form', async () => {
    const got: { text?: string; mapping?: unknown; rest?: unknown } = {};
    const { send } = await scene(reading(got));
    const answer = await send(path, { body: form(['name="mapping"', '{"columns":{}}'], filePart), headers: multipart });
    expect(answer.status).toBe(200);
    expect(got).toMatchObject({ text: 'name\nAcme\n', mapping: { format: 'csv', columns: {} }, rest: { dryRun: false } });
  });

  it('answers 202 while an import runs', async () => {
    const { send } = await scene({ 'records.import': () => ({ ...status, status: 'running' }) });
    expect((await send(path, { body: '{}', headers: { 'Content-Type': 'application/x-ndjson' } })).status).toBe(202);
  });

  it.each([
    [form(), 400, 'REQUEST_INVALID'],
    [form(['name="by"', 'name']), 400, 'REQUEST_INVALID'],
    [form(filePart, ['name="by"', 'name']), 400, 'REQUEST_INVALID'],
    [form(filePart, filePart), 400, 'REQUEST_INVALID'],
    [form(['name="evil"', 'x'], filePart), 400, 'REQUEST_PARAMETER_UNKNOWN'],
    [form(['name="by"', 'x'], ['name="by"', 'y'], filePart), 400, 'REQUEST_PARAMETER_INVALID'],
    [form(['name="mapping"', '{'], filePart), 400, 'REQUEST_PARAMETER_INVALID'],
    [form(['name="dryRun"', 'perhaps'], filePart), 400, 'REQUEST_PARAMETER_INVALID'],
    [form(filePart).slice(0, -12), 400, 'REQUEST_INVALID'],
  ])('refuses a broken form (%#): %d %s', async (body, code, problem) => {
    const { send } = await scene(reading({}));
    expect(await send(path, { body, headers: multipart })).toMatchObject({ status: code, json: { code: problem } });
  });

  it.each([
    ['x', { 'Content-Type': 'application/pdf' }, 415],
    ['x', {}, 415],
    ['x', { 'Content-Type': 'text/csv', 'Content-Encoding': 'gzip' }, 415],
    ['x'.repeat(200), { 'Content-Type': 'text/csv' }, 413],
    ['x'.repeat(200), { 'Content-Type': 'text/csv', 'Transfer-Encoding': 'chunked' }, 413],
    ['x', { 'Content-Type': 'multipart/form-data' }, 400],
  ])('refuses %.5s with %j: %d', async (body, headers, code) => {
    const { send } = await scene(reading({}), { limits: { upload: 100 } });
    expect((await send(path, { body, headers })).status).toBe(code);
  });

  it('answers an engine that refuses without reading on', async () => {
    const { send } = await scene({
      'records.import': () => {
        throw fail('PERMISSION_DENIED', { action: 'import' });
      },
    });
    const answer = await send(path, { body: form([filePart[0], 'x'.repeat(1_000_000)]), headers: multipart });
    expect(answer).toMatchObject({ status: 403, json: { code: 'PERMISSION_DENIED' } });
  });
});

describe('GET …/export', () => {
  async function* lines(...all: readonly string[]): AsyncGenerator<string> {
    for (const line of all) {
      await sleep(1);
      if (line === 'fail') throw new Error('broke off');
      yield line;
    }
  }

  it('streams what the operation gives', async () => {
    const opened = await scene({ 'records.export': () => lines('name\n', 'Ünï\n') });
    const answer = await opened.send('/api/v1/records/account/export?fields=name&sort=name&filter={}');
    expect(answer).toMatchObject({ status: 200, text: 'name\nÜnï\n' });
    expect(answer.headers['content-disposition']).toBe('attachment; filename="account.csv"; filename*=UTF-8\'\'account.csv');
    expect(opened.asked).toEqual([
      { name: 'records.export', input: { object: 'account', format: 'csv', filter: {}, orderBy: [{ path: 'name' }], fields: ['name'] } },
    ]);
  });

  it('is still a proper problem where nothing has been sent yet', async () => {
    const { send } = await scene({
      'records.export': async function* () {
        await sleep(1);
        if (Date.now() > 0) throw fail('FIELD_UNKNOWN', { object: 'account', field: 'x', known: '' });
        yield '';
      },
    });
    const answer = await send('/api/v1/records/account/export?format=ndjson');
    expect(answer).toMatchObject({ status: 422, json: { code: 'FIELD_UNKNOWN' } });
    expect(answer.headers['content-disposition']).toBeUndefined();
  });

  it('cuts the connection where it breaks off later, so that half a file is none', async () => {
    const opened = await scene({ 'records.export': () => lines('a\n', 'fail') });
    await expect(opened.send('/api/v1/records/account/export')).rejects.toThrow(/aborted|hang up/);
    // The client sees the cut before the server has said why.
    for (let waited = 0; waited < 2_000 && opened.logged.length === 0; waited += 1) await sleep(10);
    expect(opened.logged).toMatchObject([{ level: 'error' }]);
  });

  it('gives the rejects of an import', async () => {
    const { send } = await scene({ 'imports.rejects': () => lines('row,reason\n'), 'imports.status': () => status });
    expect(await send('/api/v1/imports/i1/rejects.csv')).toMatchObject({ text: 'row,reason\n' });
    expect((await send('/api/v1/imports/i1')).json).toEqual(status);
  });
});

describe('files', () => {
  const file = { id: 'f1', name: '报价 "1".html', type: 'text/html', size: 4 };

  it.each([
    ['form', { body: form(['name="file"; filename="报价.html"', 'abcd']), headers: multipart }, '报价.html'],
    ['Content-Disposition', { body: 'abcd', headers: { 'Content-Disposition': "attachment; filename*=UTF-8''a%20b.txt" } }, 'a b.txt'],
  ])('are taken with the name of the %s', async (_how, sent, name) => {
    const got: { name?: string; text?: string } = {};
    const { send } = await scene({
      'files.upload': async (input) => {
        Object.assign(got, { name: input.name, text: await textOf(input.content) });
        return { ...file, path: '/srv/data/f1' };
      },
    });
    const answer = await send('/api/v1/files', { ...sent, method: 'POST' });
    expect(answer).toMatchObject({ status: 201, headers: { location: '/api/v1/files/f1' }, json: file });
    expect(answer.text).not.toContain('/srv');
    expect(got).toEqual({ name, text: 'abcd' });
  });

  it('need a name', async () => {
    const { send } = await scene();
    expect(await send('/api/v1/files', { method: 'POST', body: 'x' })).toMatchObject({
      status: 400,
      json: { code: 'REQUEST_PARAMETER_INVALID' },
    });
  });

  it('come as attachments that no browser runs', async () => {
    async function* content(): AsyncGenerator<Uint8Array> {
      await sleep(1);
      yield Buffer.from('abcd');
    }
    const { send } = await scene({ 'files.download': () => ({ ...file, content: content() }) });
    const { headers, text } = await send('/api/v1/files/f1/content');
    expect(text).toBe('abcd');
    expect(headers['content-disposition']).toBe(`attachment; filename="__ _1_.html"; filename*=UTF-8''%E6%8A%A5%E4%BB%B7%20%221%22.html`);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toBe("default-src 'none'; sandbox");
    expect(headers['content-length']).toBe('4');
  });
});
