// Too deep, too many, too long, too large, and bytes that are not what they say: refused with a 4xx, soon, and without filling the memory.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../api/rest-scene.ts';
import { bodyLimit, codeOf, guessingScene, type GuessingScene } from './guessing-scene.ts';
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

const R = '/api/v1/records/account';
const json = { 'Content-Type': 'application/json' };
const csv = { 'Content-Type': 'text/csv' };
const ndjson = { 'Content-Type': 'application/x-ndjson' };
const inUrl = (value: unknown): string => encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value));
const importTo = (columns: Readonly<Record<string, unknown>>): string => `${R}/import?mapping=${inUrl({ columns })}`;
const names = { name: { field: 'name' } };
const namesAndExtra = { ...names, extra: { field: 'extra' } };
const many = <T>(count: number, each: (i: number) => T): readonly T[] => Array.from({ length: count }, (_, i) => each(i));

const lists = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const rules = (levels: number): string => `${'{"!":['.repeat(levels)}true${']}'.repeat(levels)}`;

type Try = readonly [codes: string, send: () => Promise<Answer>];
const post = (codes: string, path: string, body: string | Uint8Array, headers: Readonly<Record<string, string>> = json): Try => [codes, () => rep.call('POST', path, body, headers)];
const get = (codes: string, path: string, headers: Readonly<Record<string, string>> = {}): Try => [codes, () => rep.call('GET', path, undefined, headers)];
const ask = (codes: string, query: string): Try => post(codes, '/graphql', JSON.stringify({ query }));
const bulk = (codes: string, records: unknown): Try => post(codes, `${R}/bulk`, JSON.stringify({ action: 'create', records }));
const aggregate = (codes: string, more: object): Try => post(codes, `${R}/aggregate`, JSON.stringify({ measures: [{ function: 'count' }], ...more }));

/** Slow machines are slow, but what grows with the square of its input takes minutes. */
const longestMs = 4_000;

async function wrongIn(tries: Readonly<Record<string, Try>>): Promise<readonly unknown[]> {
  const wrong: unknown[] = [];
  for (const [what, [codes, send]] of Object.entries(tries)) {
    const start = performance.now();
    const answer = await send();
    const ms = performance.now() - start;
    const { status, text } = answer;
    const code = codeOf(answer) ?? /"refused":(?!0)\d/.exec(text)?.[0] ?? String(status);
    if (status >= 500 || !codes.split(' ').includes(code) || ms > longestMs) wrong.push([what, status, code, Math.round(ms), text.slice(0, 200)]);
  }
  return wrong;
}

const refusedRow = '"refused":1';

describe('what is nested deeper than anything that is meant', () => {
  it.each([65, 500, 10_000, 25_000])('(%s levels) is REQUEST_BODY_NOT_JSON in a body, GRAPHQL_TOO_LARGE in a document, a refused row in a file', async (levels) => {
    const inBody = 'REQUEST_BODY_NOT_JSON';
    const inDocument = levels > 100 ? 'GRAPHQL_TOO_LARGE' : 'GRAPHQL_TOO_LARGE GRAPHQL_INVALID RULE_SYNTAX 200';
    const tries: Record<string, Try> = {};
    for (const [shape, text] of [['lists', lists(levels)], ['objects', objects(levels)]] as const) {
      tries[`${shape} as a body`] = post(inBody, R, text);
      tries[`${shape} in a field`] = post(inBody, R, `{"name":"x","extra":${text}}`);
      tries[`${shape} in a bulk`] = post(inBody, `${R}/bulk`, `{"action":"create","records":${text}}`);
      tries[`${shape} in a filter`] = post(inBody, `${R}/aggregate`, `{"measures":[{"function":"count"}],"filter":${text}}`);
      tries[`${shape} in having`] = post(inBody, `${R}/aggregate`, `{"measures":[{"function":"count"}],"having":${text}}`);
      tries[`${shape} in metadata`] = [inBody, () => scene.acme.admin.client.call('POST', '/api/v1/metadata/plan', `{"files":{"objects/x__c.json":${text}}}`, json)];
      tries[`${shape} in variables`] = post(inBody, '/graphql', `{"query":"query($v: AccountFilter) { accounts(where: $v) { totalCount } }","variables":{"v":${text}}}`);
      tries[`${shape} as a GraphQL body`] = post(inBody, '/graphql', text);
      tries[`${shape} in a document`] = ask(inDocument, `mutation { createAccount(input: { name: "x", extra: ${text.replaceAll('"', '')} }) { id } }`);
      tries[`${shape} in a line`] = post(refusedRow, importTo(namesAndExtra), `{"name":"x","extra":${text}}\n`, ndjson);
      tries[`${shape} as a line`] = post(refusedRow, importTo(names), `${text}\n`, ndjson);
      tries[`${shape} in a cell`] = post(`${refusedRow}${levels < 100 ? ' 200' : ''}`, importTo(namesAndExtra), `name,extra\nx,"${text.replaceAll('"', '""')}"\n`, csv);
      if (levels > 1_000) continue;
      tries[`${shape} in a parameter`] = get('REQUEST_PARAMETER_INVALID', `${R}?filter=${inUrl(text)}`);
      tries[`${shape} in a mapping`] = post('REQUEST_PARAMETER_INVALID', `${R}/import?mapping=${inUrl(`{"columns":${text}}`)}`, 'name\n', csv);
      tries[`${shape} in variables of a GET`] = get('GRAPHQL_VARIABLES REQUEST_BODY_NOT_JSON', `/graphql?query=${inUrl('query($v: AccountFilter) { accounts(where: $v) { totalCount } }')}&variables=${inUrl(`{"v":${text}}`)}`);
    }
    tries['a rule'] = post(inBody, `${R}/aggregate`, `{"measures":[{"function":"count"}],"filter":${rules(levels)}}`);
    tries['selections'] = ask('GRAPHQL_TOO_LARGE', `{ accounts { nodes { ${'owner { '.repeat(levels)}id${' }'.repeat(levels)} } } }`);
    tries['inline fragments'] = ask(inDocument, `{ ${'... { '.repeat(levels)}accounts { totalCount }${' }'.repeat(levels)} }`);
    tries['a type'] = ask(inDocument, `query ($v: ${'['.repeat(levels)}Int${']'.repeat(levels)}) { accounts { totalCount } }`);
    tries['filters'] = ask(inDocument, `{ accounts(where: ${'{ not: '.repeat(levels)}{}${' }'.repeat(levels)}) { totalCount } }`);
    expect(await wrongIn(tries)).toEqual([]);
  });

  it('is told where it ends: 64 levels of JSON are taken', async () => {
    const deep = (levels: number): Promise<Answer> => rep.call('POST', R, `{"name":"x","extra":${lists(levels)}}`, json);
    expect([(await deep(63)).status, codeOf(await deep(65))]).toEqual([201, 'REQUEST_BODY_NOT_JSON']);
  });
});

describe('too many of anything', () => {
  it('is refused by name, within moments', async () => {
    expect(
      await wrongIn({
        'fields of a record': post('RECORDS_INVALID', R, JSON.stringify(Object.fromEntries(many(15_000, (i) => [`k${i}`, 1])))),
        'records of a bulk': bulk('RECORDS_INVALID', many(4_000, () => ({ name: 'x', nothing: 1 }))),
        'records of an upsert': post('RECORDS_INVALID RECORD_NOT_UNIQUE 200', `${R}/bulk`, JSON.stringify({ action: 'upsert', by: 'code', records: many(2_000, () => ({ code: 'same', name: 'x' })) })),
        'the same record again and again': post('RECORDS_INVALID', `${R}/bulk`, JSON.stringify({ action: 'restore', records: many(4_000, () => ({ id: account })) })),
        'nested records': post('FIELD_UNKNOWN RECORDS_INVALID', R, JSON.stringify({ name: 'x', deals: many(3_000, () => ({ nothing: 1 })) })),
        parameters: get('REQUEST_PARAMETER_UNKNOWN', `${R}?${many(1_000, (i) => `a${i}=1`).join('&')}`),
        'the same parameter': get('REQUEST_PARAMETER_INVALID', `${R}?first=1&first=2`),
        'fields to sort by': get('REQUEST_INVALID', `${R}?sort=${many(21, () => 'name').join(',')}`),
        'steps of a path': get('REQUEST_PARAMETER_INVALID', `${R}?fields=${many(500, () => 'owner').join('.')}`),
        'steps to sort by': get('RULE_NAME_UNKNOWN', `${R}?sort=${many(500, () => 'owner').join('.')}`),
        groups: aggregate('REQUEST_INVALID', { groupBy: many(51, (i) => ({ path: 'name', name: `n${i}` })) }),
        measures: aggregate('REQUEST_INVALID', { measures: many(1_001, (i) => ({ function: 'count', name: `n${i}` })) }),
        orders: aggregate('REQUEST_INVALID', { orderBy: many(51, () => ({ name: 'count' })) }),
        'conditions of a filter': aggregate('RULE_SYNTAX REQUEST_RULES_INVALID QUERY_TOO_COSTLY', { filter: { and: many(5_000, (i) => ({ '==': [{ var: 'name' }, `n${i}`] })) } }),
        'values of a list': aggregate('RULE_TYPE', { filter: { in: [{ var: 'name' }, many(20_000, (i) => `n${i}`)] } }),
        shares: post('RECORDS_TOO_MANY', `${R}/${account}/shares`, JSON.stringify({ shares: many(2_000, () => ({ to: { role: 'rep' } })) })),
        aliases: ask('GRAPHQL_TOO_LARGE', `{ ${many(1_000, (i) => `a${i}: accounts { totalCount }`).join(' ')} }`),
        directives: ask('GRAPHQL_TOO_LARGE GRAPHQL_INVALID', `{ accounts ${'@a '.repeat(4_000)}{ totalCount } }`),
        'fragments in fragments': ask(
          'GRAPHQL_TOO_LARGE GRAPHQL_INVALID 200',
          `{ ...f0 } ${many(300, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ')} fragment f300 on Query { accounts { totalCount } }`,
        ),
        'a fragment in itself': ask('GRAPHQL_INVALID', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'),
        'selections of one name': ask('GRAPHQL_TOO_LARGE', `{ accounts { ${'totalCount '.repeat(3_000)} } }`),
        words: ask('GRAPHQL_TOO_LARGE', `{ ${'a '.repeat(10_000)} }`),
        'columns of a file': post('IMPORT_UNREADABLE', importTo(names), `name${',a'.repeat(300_000)}\n`, csv),
        'properties of a line': post(refusedRow, importTo(names), JSON.stringify(Object.fromEntries(many(20_000, (i) => [`k${i}`, 1]))), ndjson),
        headers: get('431', R, Object.fromEntries(many(1_500, (i) => [`x-${i}`, 'v'.repeat(8)]))),
        languages: get('200', R, { 'Accept-Language': 'en,'.repeat(3_000) }),
      }),
    ).toEqual([]);
  });
});

describe('numbers and times beyond all measure', () => {
  it.each(['1e999', '-1e999', '9'.repeat(400), '0.1'.padEnd(400, '1'), 'NaN', 'Infinity', '0x10', '1_000', '--1'])('(%s) are a 4xx wherever a number is wanted', async (value) => {
    const body = 'REQUEST_BODY_NOT_JSON VALUE_TOO_MANY_DIGITS';
    const text = JSON.stringify(value);
    expect(
      await wrongIn({
        'a field': post(body, R, `{"name":"x","score":${value}}`),
        'a field as text': post('VALUE_TYPE VALUE_OUT_OF_RANGE 201', R, `{"name":"x","score":${text}}`),
        'a size': get('REQUEST_PARAMETER_INVALID', `${R}?first=${value}`),
        'a version': [`${body} PERMISSION_DENIED`, () => scene.acme.admin.client.call('POST', '/api/v1/metadata/rollback', `{"version":${value}}`, json)],
        'an ETag': ['REQUEST_PARAMETER_INVALID RECORD_CHANGED', () => rep.call('PATCH', `${R}/${account}`, '{"name":"y"}', { ...json, 'If-Match': `"${value}"` })],
        'a filter': aggregate('RULE_TYPE REQUEST_RULES_INVALID 200', { filter: { '>': [{ var: 'score' }, value] } }),
        'a power': aggregate('RULE_TYPE REQUEST_RULES_INVALID', { filter: { '>': [{ pow: [value, value] }, 1] } }),
        having: aggregate('REQUEST_INVALID 200', { having: { '>': [{ var: 'count' }, value] } }),
        'a GraphQL argument': ask('GRAPHQL_SYNTAX GRAPHQL_INVALID', `{ accounts(first: ${value}) { totalCount } }`),
      }),
    ).toEqual([]);
  });

  it.each(['2026-02-30', '0000-00-00', '+275760-09-13', '-4713-01-01', 'infinity', 'now', '9999-12-31T23:59:59-23:59', '2026-01-01T25:00:00Z', "x' or 1=1"])(
    '(%s) are a 4xx wherever a time is wanted',
    async (value) => {
      expect(
        await wrongIn({
          'a field': post('VALUE_TYPE', R, JSON.stringify({ name: 'x', since: value })),
          'a filter over days': aggregate('RULE_TYPE', { filter: { '>': [{ var: 'since' }, value] } }),
          'a filter over instants': aggregate('RULE_TYPE', { filter: { '>': [{ var: 'createdAt' }, value] } }),
          'a condition over the last day': aggregate('RULE_TYPE', { measures: [{ function: 'max', path: 'since' }], having: { '>': [{ var: 'maxSince' }, value] } }),
          'a condition over months': aggregate('RULE_TYPE', { groupBy: [{ path: 'createdAt', bucket: 'month' }], having: { '==': [{ var: 'createdAt' }, value] } }),
          'a condition over people': aggregate('RULE_TYPE', { groupBy: [{ path: 'owner' }], having: { '==': [{ var: 'owner' }, value] } }),
          'the end of a key': post('REQUEST_INVALID', '/api/v1/api-keys', JSON.stringify({ name: 'x', permissionSets: ['hiddenReader'], expiresAt: value })),
          'the end of a share': post('REQUEST_INVALID', `${R}/${account}/shares`, JSON.stringify({ shares: [{ to: { role: 'rep' }, expiresAt: value }] })),
          'GraphQL': ask('GRAPHQL_INVALID RULE_TYPE', `{ accounts(where: { since: { gt: ${JSON.stringify(value)} } }) { totalCount } }`),
        }),
      ).toEqual([]);
    },
  );
});

describe('bytes that are not what they say', () => {
  const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
  const bomb = gzipSync(Buffer.alloc(100_000_000, 0x20));

  it('are REQUEST_BODY_NOT_JSON in JSON and a refused row in a file, where they are no UTF-8', async () => {
    const tries: Record<string, Try> = {};
    for (const [what, text] of Object.entries({ 'a stray byte': '\xff', 'an overlong slash': '\xc0\xaf', 'a surrogate': '\xed\xa0\x80', 'a cut letter': '\xe2\x82' })) {
      tries[`${what} in REST`] = post('REQUEST_BODY_NOT_JSON', R, bytes(`{"name":"${text}"}`));
      tries[`${what} in GraphQL`] = post('REQUEST_BODY_NOT_JSON', '/graphql', bytes(`{"query":"{ accounts(where: { name: { eq: \\"${text}\\" } }) { totalCount } }"}`));
      tries[`${what} in GraphQL, to a stream`] = post('REQUEST_BODY_NOT_JSON', '/graphql', bytes(`{"query":"subscription { accountChanged { id } } # ${text}"}`), { ...json, Accept: 'text/event-stream' });
      tries[`${what} in a line`] = post(refusedRow, importTo(names), bytes(`{"name":"${text}"}\n`), ndjson);
      tries[`${what} in a cell`] = post(refusedRow, importTo(names), bytes(`name\n"${text}"\n`), csv);
    }
    for (const [what, text] of Object.entries({ nothing: '', 'two values': '{}{}', 'a comment': '{} // x', 'a cut value': '{"name":', 'UTF-16': '\xff\xfe{\0}\0', NUL: '{"a":"\0"}' }))
      tries[what] = post('REQUEST_BODY_NOT_JSON', R, bytes(text));
    expect(await wrongIn(tries)).toEqual([]);
    expect((await rep.call('POST', `${R}?fields=name`, '{"name":"first","name":"second"}', json)).json).toEqual({ name: 'second' });
  });

  it('are REQUEST_MEDIA_TYPE under another type or packing, REQUEST_INVALID where they are not packed as they say', async () => {
    const tries: Record<string, Try> = {};
    for (const type of ['text/plain', 'text/json', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/graphql', ' ']) {
      tries[`REST ${type}`] = post('REQUEST_MEDIA_TYPE', R, '{"name":"x"}', { 'Content-Type': type });
      tries[`GraphQL ${type}`] = post('REQUEST_MEDIA_TYPE', '/graphql', '{"query":"{ accounts { totalCount } }"}', { 'Content-Type': type });
    }
    for (const packing of ['br', 'zstd', 'compress', 'gzip, gzip', 'x'])
      for (const [what, content] of [['plain', '{"name":"x"}'], ['bomb', bomb]] as const)
        tries[`${packing} ${what}`] = post('REQUEST_MEDIA_TYPE', R, content, { ...json, 'Content-Encoding': packing });
    for (const packing of ['gzip', 'deflate']) {
      tries[`${packing} that is none`] = post('REQUEST_INVALID', R, '{"name":"x"}', { ...json, 'Content-Encoding': packing });
    }
    tries['gzip cut short'] = post('REQUEST_INVALID', R, gzipSync('{"name":"x"}').subarray(0, 15), { ...json, 'Content-Encoding': 'gzip' });
    expect(await wrongIn(tries)).toEqual([]);
  });

  it('are REQUEST_BODY_TOO_LARGE or FILE_TOO_LARGE when there are too many, counted as they are unpacked: a bomb fills no memory', async () => {
    const before = process.memoryUsage().rss;
    const tries: Record<string, Try> = {
      'a bomb': post('REQUEST_BODY_TOO_LARGE', R, bomb, { ...json, 'Content-Encoding': 'gzip' }),
      'a large body': post('REQUEST_BODY_TOO_LARGE', R, ' '.repeat(bodyLimit + 1)),
      'a large GraphQL body': post('REQUEST_BODY_TOO_LARGE', '/graphql', ' '.repeat(bodyLimit + 1)),
      'a large file': post('FILE_TOO_LARGE REQUEST_BODY_TOO_LARGE', '/api/v1/files?name=x.txt', 'x'.repeat(1_000_001), { 'Content-Type': 'text/plain' }),
      'a large row': post('IMPORT_UNREADABLE REQUEST_BODY_TOO_LARGE FILE_TOO_LARGE', importTo(names), `name\n${'x'.repeat(1_100_000)}`, csv),
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
