// Numbers and times beyond all measure, and bytes that are not what they say: refused with a 4xx, without filling the memory.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bodyLimit, guessingScene, type GuessingScene } from './guessing-scene.ts';
import { accounts, csv, importTo, json, names, ndjson, refusedRow, triesOf, wrongIn, type Try } from './guessing-tries.ts';
import type { Client } from './server-scene.ts';

let scene: GuessingScene;
let rep: Client;
let account: string;
beforeAll(async () => {
  scene = await guessingScene();
  rep = scene.acme.rep.client;
  account = await rep.create('account', { name: 'Mine' });
});
afterAll(() => scene.close());

const { post, get, ask, aggregate } = triesOf(() => rep);

describe('numbers and times beyond all measure', () => {
  it.each([
    ['1e999'],
    ['-1e999'],
    ['400 nines', '9'.repeat(400)],
    ['400 digits behind the point', '0.1'.padEnd(400, '1')],
    ['NaN'],
    ['Infinity'],
    ['0x10'],
    ['1_000'],
    ['--1'],
  ])('(%s) are a 4xx wherever a number is wanted', async (what, value = what) => {
    const body = 'REQUEST_BODY_NOT_JSON VALUE_TOO_MANY_DIGITS';
    const text = JSON.stringify(value);
    expect(
      await wrongIn({
        'a field': post(body, accounts, `{"name":"x","score":${value}}`),
        'a field as text': post('VALUE_TYPE VALUE_OUT_OF_RANGE 201', accounts, `{"name":"x","score":${text}}`),
        'a size': get('REQUEST_PARAMETER_INVALID', `${accounts}?first=${value}`),
        'a version': [
          `${body} PERMISSION_DENIED`,
          () => scene.acme.admin.client.call('POST', '/api/v1/metadata/rollback', `{"version":${value}}`, json),
        ],
        'an ETag': [
          'REQUEST_PARAMETER_INVALID RECORD_CHANGED',
          () => rep.call('PATCH', `${accounts}/${account}`, '{"name":"y"}', { ...json, 'If-Match': `"${value}"` }),
        ],
        'a filter': aggregate('RULE_TYPE REQUEST_RULES_INVALID 200', { filter: { '>': [{ var: 'score' }, value] } }),
        'a power': aggregate('RULE_TYPE REQUEST_RULES_INVALID', { filter: { '>': [{ pow: [value, value] }, 1] } }),
        having: aggregate('REQUEST_INVALID 200', { having: { '>': [{ var: 'count' }, value] } }),
        'a GraphQL argument': ask('GRAPHQL_SYNTAX GRAPHQL_INVALID', `{ accounts(first: ${value}) { totalCount } }`),
      }),
    ).toEqual([]);
  });

  it.each([
    '2026-02-30',
    '0000-00-00',
    '+275760-09-13',
    '-4713-01-01',
    'infinity',
    'now',
    '9999-12-31T23:59:59-23:59',
    '2026-01-01T25:00:00Z',
    "x' or 1=1",
  ])('(%s) are a 4xx wherever a time is wanted', async (value) => {
    expect(
      await wrongIn({
        'a field': post('VALUE_TYPE', accounts, JSON.stringify({ name: 'x', since: value })),
        'a filter over days': aggregate('RULE_TYPE', { filter: { '>': [{ var: 'since' }, value] } }),
        'a filter over instants': aggregate('RULE_TYPE', { filter: { '>': [{ var: 'createdAt' }, value] } }),
        'a condition over the last day': aggregate('RULE_TYPE', {
          measures: [{ function: 'max', path: 'since' }],
          having: { '>': [{ var: 'maxSince' }, value] },
        }),
        'a condition over months': aggregate('RULE_TYPE', {
          groupBy: [{ path: 'createdAt', bucket: 'month' }],
          having: { '==': [{ var: 'createdAt' }, value] },
        }),
        'a condition over people': aggregate('RULE_TYPE', { groupBy: [{ path: 'owner' }], having: { '==': [{ var: 'owner' }, value] } }),
        'the end of a key': post(
          'REQUEST_INVALID',
          '/api/v1/api-keys',
          JSON.stringify({ name: 'x', permissionSets: ['hiddenReader'], expiresAt: value }),
        ),
        'the end of a share': post(
          'REQUEST_INVALID',
          `${accounts}/${account}/shares`,
          JSON.stringify({ shares: [{ to: { role: 'rep' }, expiresAt: value }] }),
        ),
        GraphQL: ask('GRAPHQL_INVALID RULE_TYPE', `{ accounts(where: { since: { gt: ${JSON.stringify(value)} } }) { totalCount } }`),
      }),
    ).toEqual([]);
  });
});

describe('bytes that are not what they say', () => {
  const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
  const bomb = gzipSync(Buffer.alloc(100_000_000, 0x20));

  it('are REQUEST_BODY_NOT_JSON in JSON and a refused row in a file, where they are no UTF-8', async () => {
    const tries: Record<string, Try> = {};
    for (const [what, text] of Object.entries({
      'a stray byte': '\xff',
      'an overlong slash': '\xc0\xaf',
      'a surrogate': '\xed\xa0\x80',
      'a cut letter': '\xe2\x82',
    })) {
      tries[`${what} in REST`] = post('REQUEST_BODY_NOT_JSON', accounts, bytes(`{"name":"${text}"}`));
      tries[`${what} in GraphQL`] = post(
        'REQUEST_BODY_NOT_JSON',
        '/graphql',
        bytes(`{"query":"{ accounts(where: { name: { eq: \\"${text}\\" } }) { totalCount } }"}`),
      );
      tries[`${what} in GraphQL, to a stream`] = post(
        'REQUEST_BODY_NOT_JSON',
        '/graphql',
        bytes(`{"query":"subscription { accountChanged { id } } # ${text}"}`),
        { ...json, Accept: 'text/event-stream' },
      );
      tries[`${what} in a line`] = post(refusedRow, importTo(names), bytes(`{"name":"${text}"}\n`), ndjson);
      tries[`${what} in a cell`] = post(refusedRow, importTo(names), bytes(`name\n"${text}"\n`), csv);
    }
    for (const [what, text] of Object.entries({
      nothing: '',
      'two values': '{}{}',
      'a comment': '{} // x',
      'a cut value': '{"name":',
      'UTF-16': '\xff\xfe{\0}\0',
      NUL: '{"a":"\0"}',
    }))
      tries[what] = post('REQUEST_BODY_NOT_JSON', accounts, bytes(text));
    expect(await wrongIn(tries)).toEqual([]);
    expect((await rep.call('POST', `${accounts}?fields=name`, '{"name":"first","name":"second"}', json)).json).toEqual({ name: 'second' });
  });

  it('are REQUEST_MEDIA_TYPE under another type or packing, REQUEST_INVALID where they are not packed as they say', async () => {
    const tries: Record<string, Try> = {};
    for (const type of [
      'text/plain',
      'text/json',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/graphql',
      ' ',
    ]) {
      tries[`REST ${type}`] = post('REQUEST_MEDIA_TYPE', accounts, '{"name":"x"}', { 'Content-Type': type });
      tries[`GraphQL ${type}`] = post('REQUEST_MEDIA_TYPE', '/graphql', '{"query":"{ accounts { totalCount } }"}', {
        'Content-Type': type,
      });
    }
    for (const packing of ['br', 'zstd', 'compress', 'gzip, gzip', 'x'])
      for (const [what, content] of [
        ['plain', '{"name":"x"}'],
        ['bomb', bomb],
      ] as const)
        tries[`${packing} ${what}`] = post('REQUEST_MEDIA_TYPE', accounts, content, { ...json, 'Content-Encoding': packing });
    for (const packing of ['gzip', 'deflate']) {
      tries[`${packing} that is none`] = post('REQUEST_INVALID', accounts, '{"name":"x"}', { ...json, 'Content-Encoding': packing });
    }
    tries['gzip cut short'] = post('REQUEST_INVALID', accounts, gzipSync('{"name":"x"}').subarray(0, 15), {
      ...json,
      'Content-Encoding': 'gzip',
    });
    expect(await wrongIn(tries)).toEqual([]);
  });

  it('are REQUEST_BODY_TOO_LARGE or FILE_TOO_LARGE when there are too many, counted as they are unpacked: a bomb fills no memory', async () => {
    const before = process.memoryUsage().rss;
    const tries: Record<string, Try> = {
      'a bomb': post('REQUEST_BODY_TOO_LARGE', accounts, bomb, { ...json, 'Content-Encoding': 'gzip' }),
      'a large body': post('REQUEST_BODY_TOO_LARGE', accounts, ' '.repeat(bodyLimit + 1)),
      'a large GraphQL body': post('REQUEST_BODY_TOO_LARGE', '/graphql', ' '.repeat(bodyLimit + 1)),
      'a large file': post('FILE_TOO_LARGE REQUEST_BODY_TOO_LARGE', '/api/v1/files?name=x.txt', 'x'.repeat(1_000_001), {
        'Content-Type': 'text/plain',
      }),
      'a large row': post(
        'IMPORT_UNREADABLE REQUEST_BODY_TOO_LARGE FILE_TOO_LARGE',
        importTo(names),
        `name\n${'x'.repeat(1_100_000)}`,
        csv,
      ),
      'a quote that is never closed': post('IMPORT_UNREADABLE', importTo(names), `name\n"${'x\n'.repeat(400_000)}`, csv),
      'a long document': ask('GRAPHQL_TOO_LARGE', `{ accounts { totalCount } } ${'#'.repeat(100_000)}`),
    };
    const packed = await rep.call('POST', '/graphql', bomb, { ...json, 'Content-Encoding': 'gzip' });
    expect(packed.status).toBeGreaterThanOrEqual(400);
    expect(packed.status).toBeLessThan(500);
    expect(await wrongIn(tries)).toEqual([]);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  it('were never a reason for a node to blame itself', () => {
    expect(scene.first.blamed).toEqual([]);
  });
});
