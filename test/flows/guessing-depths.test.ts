// Too deep, and too many: refused with a 4xx, and soon.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../api/rest-scene.ts';
import { codeOf, guessingScene, type GuessingScene } from './guessing-scene.ts';
import { accounts, csv, importTo, inUrl, json, many, names, ndjson, refusedRow, triesOf, wrongIn, type Try } from './guessing-tries.ts';
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

const namesAndExtra = { ...names, extra: { field: 'extra' } };
const { post, get, ask, aggregate } = triesOf(() => rep);
const bulk = (codes: string, records: unknown): Try => post(codes, `${accounts}/bulk`, JSON.stringify({ action: 'create', records }));

const lists = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const rules = (levels: number): string => `${'{"!":['.repeat(levels)}true${']}'.repeat(levels)}`;

describe('what is nested deeper than anything that is meant', () => {
  it.each([65, 500, 10_000, 25_000])(
    '(%s levels) is REQUEST_BODY_NOT_JSON in a body, GRAPHQL_TOO_LARGE in a document, a refused row in a file',
    async (levels) => {
      const inBody = 'REQUEST_BODY_NOT_JSON';
      const inDocument = levels > 100 ? 'GRAPHQL_TOO_LARGE' : 'GRAPHQL_TOO_LARGE GRAPHQL_INVALID RULE_SYNTAX 200';
      const tries: Record<string, Try> = {};
      for (const [shape, text] of [
        ['lists', lists(levels)],
        ['objects', objects(levels)],
      ] as const) {
        tries[`${shape} as a body`] = post(inBody, accounts, text);
        tries[`${shape} in a field`] = post(inBody, accounts, `{"name":"x","extra":${text}}`);
        tries[`${shape} in a bulk`] = post(inBody, `${accounts}/bulk`, `{"action":"create","records":${text}}`);
        tries[`${shape} in a filter`] = post(inBody, `${accounts}/aggregate`, `{"measures":[{"function":"count"}],"filter":${text}}`);
        tries[`${shape} in having`] = post(inBody, `${accounts}/aggregate`, `{"measures":[{"function":"count"}],"having":${text}}`);
        tries[`${shape} in metadata`] = [
          inBody,
          () => scene.acme.admin.client.call('POST', '/api/v1/metadata/plan', `{"files":{"objects/x__c.json":${text}}}`, json),
        ];
        tries[`${shape} in variables`] = post(
          inBody,
          '/graphql',
          `{"query":"query($v: AccountFilter) { accounts(where: $v) { totalCount } }","variables":{"v":${text}}}`,
        );
        tries[`${shape} as a GraphQL body`] = post(inBody, '/graphql', text);
        tries[`${shape} in a document`] = ask(
          inDocument,
          `mutation { createAccount(input: { name: "x", extra: ${text.replaceAll('"', '')} }) { id } }`,
        );
        tries[`${shape} in a line`] = post(refusedRow, importTo(namesAndExtra), `{"name":"x","extra":${text}}\n`, ndjson);
        tries[`${shape} as a line`] = post(refusedRow, importTo(names), `${text}\n`, ndjson);
        tries[`${shape} in a cell`] = post(
          `${refusedRow}${levels < 100 ? ' 200' : ''}`,
          importTo(namesAndExtra),
          `name,extra\nx,"${text.replaceAll('"', '""')}"\n`,
          csv,
        );
        if (levels > 1_000) continue;
        tries[`${shape} in a parameter`] = get('REQUEST_PARAMETER_INVALID', `${accounts}?filter=${inUrl(text)}`);
        tries[`${shape} in a mapping`] = post(
          'REQUEST_PARAMETER_INVALID',
          `${accounts}/import?mapping=${inUrl(`{"columns":${text}}`)}`,
          'name\n',
          csv,
        );
        tries[`${shape} in variables of a GET`] = get(
          'GRAPHQL_VARIABLES REQUEST_BODY_NOT_JSON',
          `/graphql?query=${inUrl('query($v: AccountFilter) { accounts(where: $v) { totalCount } }')}&variables=${inUrl(`{"v":${text}}`)}`,
        );
      }
      tries['a rule'] = post(inBody, `${accounts}/aggregate`, `{"measures":[{"function":"count"}],"filter":${rules(levels)}}`);
      tries['selections'] = ask('GRAPHQL_TOO_LARGE', `{ accounts { nodes { ${'owner { '.repeat(levels)}id${' }'.repeat(levels)} } } }`);
      tries['inline fragments'] = ask(inDocument, `{ ${'... { '.repeat(levels)}accounts { totalCount }${' }'.repeat(levels)} }`);
      tries['a type'] = ask(inDocument, `query ($v: ${'['.repeat(levels)}Int${']'.repeat(levels)}) { accounts { totalCount } }`);
      tries['filters'] = ask(inDocument, `{ accounts(where: ${'{ not: '.repeat(levels)}{}${' }'.repeat(levels)}) { totalCount } }`);
      expect(await wrongIn(tries)).toEqual([]);
    },
  );

  it('is told where it ends: 64 levels of JSON are taken', async () => {
    const deep = (levels: number): Promise<Answer> => rep.call('POST', accounts, `{"name":"x","extra":${lists(levels)}}`, json);
    expect([(await deep(63)).status, codeOf(await deep(65))]).toEqual([201, 'REQUEST_BODY_NOT_JSON']);
  });
});

describe('too many of anything', () => {
  it('is refused by name, within moments', async () => {
    expect(
      await wrongIn({
        'fields of a record': post('RECORDS_INVALID', accounts, JSON.stringify(Object.fromEntries(many(15_000, (i) => [`k${i}`, 1])))),
        'records of a bulk': bulk(
          'RECORDS_INVALID',
          many(4_000, () => ({ name: 'x', nothing: 1 })),
        ),
        'records of an upsert': post(
          'RECORDS_INVALID RECORD_NOT_UNIQUE 200',
          `${accounts}/bulk`,
          JSON.stringify({ action: 'upsert', by: 'code', records: many(2_000, () => ({ code: 'same', name: 'x' })) }),
        ),
        'the same record again and again': post(
          'RECORDS_INVALID',
          `${accounts}/bulk`,
          JSON.stringify({ action: 'restore', records: many(4_000, () => ({ id: account })) }),
        ),
        'nested records': post(
          'FIELD_UNKNOWN RECORDS_INVALID',
          accounts,
          JSON.stringify({ name: 'x', deals: many(3_000, () => ({ nothing: 1 })) }),
        ),
        parameters: get('REQUEST_PARAMETER_UNKNOWN', `${accounts}?${many(1_000, (i) => `a${i}=1`).join('&')}`),
        'the same parameter': get('REQUEST_PARAMETER_INVALID', `${accounts}?first=1&first=2`),
        'fields to sort by': get('REQUEST_INVALID', `${accounts}?sort=${many(21, () => 'name').join(',')}`),
        'steps of a path': get('REQUEST_PARAMETER_INVALID', `${accounts}?fields=${many(500, () => 'owner').join('.')}`),
        'steps to sort by': get('RULE_NAME_UNKNOWN', `${accounts}?sort=${many(500, () => 'owner').join('.')}`),
        groups: aggregate('REQUEST_INVALID', { groupBy: many(51, (i) => ({ path: 'name', name: `n${i}` })) }),
        measures: aggregate('REQUEST_INVALID', { measures: many(1_001, (i) => ({ function: 'count', name: `n${i}` })) }),
        orders: aggregate('REQUEST_INVALID', { orderBy: many(51, () => ({ name: 'count' })) }),
        'conditions of a filter': aggregate('RULE_SYNTAX REQUEST_RULES_INVALID QUERY_TOO_COSTLY', {
          filter: { and: many(5_000, (i) => ({ '==': [{ var: 'name' }, `n${i}`] })) },
        }),
        'values of a list': aggregate('RULE_TYPE', { filter: { in: [{ var: 'name' }, many(20_000, (i) => `n${i}`)] } }),
        shares: post(
          'RECORDS_TOO_MANY',
          `${accounts}/${account}/shares`,
          JSON.stringify({ shares: many(2_000, () => ({ to: { role: 'rep' } })) }),
        ),
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
        'properties of a line': post(
          refusedRow,
          importTo(names),
          JSON.stringify(Object.fromEntries(many(20_000, (i) => [`k${i}`, 1]))),
          ndjson,
        ),
        headers: get('431', accounts, Object.fromEntries(many(1_500, (i) => [`x-${i}`, 'v'.repeat(8)]))),
        languages: get('200', accounts, { 'Accept-Language': 'en,'.repeat(3_000) }),
      }),
    ).toEqual([]);
  });

  it('was never a reason for a node to blame itself', () => {
    expect(scene.first.blamed).toEqual([]);
  });
});
