// Names that every JavaScript object has, wherever a caller may write a name: none of them is known, and none changes anything.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf, guessingScene, refusalOf, type GuessingScene } from './guessing-scene.ts';
import { ContractDocument, type Operation } from './contract-document.ts';
import type { Client } from './server-scene.ts';

let scene: GuessingScene;
let account: string;
beforeAll(async () => {
  scene = await guessingScene();
  account = await scene.acme.rep.client.create('account', { name: 'Mine' });
});
afterAll(() => scene.close());

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];
const R = '/api/v1/records/account';
const json = { 'Content-Type': 'application/json' };
const csv = { 'Content-Type': 'text/csv' };
const ndjson = { 'Content-Type': 'application/x-ndjson' };
const inUrl = (value: string): string => encodeURIComponent(value);

type Try = readonly [
  code: string | readonly string[],
  method: string,
  path: string,
  body?: string,
  headers?: Readonly<Record<string, string>>,
];

/** `__proto__` as a key of a body is refused before anybody looks at it. */
const keyed = (name: string, code: string | readonly string[]): string | readonly string[] =>
  name === '__proto__' ? 'REQUEST_INVALID' : code;

const filter = (name: string, code: string, rule: string): Try => [keyed(name, code), 'GET', `${R}?filter=${inUrl(rule)}`];
const imported = (code: string | readonly string[], mapping: string, content = 'name\nx\n', more = ''): Try => [
  code,
  'POST',
  `${R}/import?mapping=${inUrl(mapping)}${more}`,
  content,
  csv,
];

/** A place for a name, and what is said of a name that is not known there. */
const places: Readonly<Record<string, (name: string) => Try>> = {
  'an object': (n) => ['OBJECT_UNKNOWN', 'GET', `/api/v1/records/${n}`],
  'an object to write': (n) => ['OBJECT_UNKNOWN', 'POST', `/api/v1/records/${n}`, '{}'],
  'an object to describe': (n) => ['OBJECT_UNKNOWN', 'GET', `/api/v1/objects/${n}`],
  'an object to search in': (n) => ['OBJECT_UNKNOWN', 'GET', `/api/v1/search?q=a&objects=${n}`],
  'an object with layouts': (n) => ['OBJECT_UNKNOWN', 'GET', `/api/v1/layouts/${n}`],
  'a layout': (n) => ['COMPONENT_UNKNOWN', 'GET', `/api/v1/layouts/account?layout=${n}`],
  'a record type of a layout': (n) => ['COMPONENT_UNKNOWN', 'GET', `/api/v1/layouts/account?recordType=${n}`],
  'a parameter': (n) => ['REQUEST_PARAMETER_UNKNOWN', 'GET', `${R}?${n}=1`],
  'a field to read': (n) => ['FIELD_UNKNOWN', 'GET', `${R}?fields=${n}`],
  'a field behind a lookup': (n) => ['FIELD_UNKNOWN', 'GET', `${R}?fields=owner.${n}`],
  'a field to follow': (n) => ['FIELD_UNKNOWN', 'GET', `${R}?fields=${n}.name`],
  'a field to export': (n) => ['FIELD_UNKNOWN', 'GET', `${R}/export?fields=${n}`],
  'a field to sort by': (n) => ['RULE_NAME_UNKNOWN', 'GET', `${R}?sort=-owner.${n}`],
  'a variable': (n) => ['RULE_NAME_UNKNOWN', 'GET', `${R}?filter=${inUrl(`{"==":[{"var":"${n}"},1]}`)}`],
  'a variable of the person': (n) => ['RULE_NAME_UNKNOWN', 'GET', `${R}?filter=${inUrl(`{"==":[{"var":"$user.${n}"},1]}`)}`],
  'a variable of the tenant': (n) => ['RULE_NAME_UNKNOWN', 'GET', `${R}?filter=${inUrl(`{"==":[{"var":"$tenant.${n}"},1]}`)}`],
  'a root of variables': (n) => ['RULE_NAME_UNKNOWN', 'GET', `${R}?filter=${inUrl(`{"==":[{"var":"$${n}"},1]}`)}`],
  'a named rule': (n) => ['RULE_NAME_UNKNOWN', 'GET', `${R}?filter=${inUrl(`{"rule":"${n}"}`)}`],
  'a parameter of metadata': (n) => ['RULE_NAME_UNKNOWN', 'GET', `${R}?filter=${inUrl(`{"==":[{"param":"${n}"},1]}`)}`],
  'an operator': (n) => filter(n, 'RULE_OPERATOR_UNKNOWN', `{"${n}":[1,2]}`),
  'a relation of an aggregate': (n) => [
    'RULE_NAME_UNKNOWN',
    'GET',
    `${R}?filter=${inUrl(`{">":[{"aggregate":{"of":"${n}","function":"count"}},1]}`)}`,
  ],
  'an option in a rule': (n) => ['RULE_TYPE', 'GET', `${R}?filter=${inUrl(`{"==":[{"var":"stage"},"${n}"]}`)}`],
  'a unique field': (n) => ['FIELD_UNKNOWN', 'GET', `${R}/by/${n}/x`],
  'a unique field to write by': (n) => ['KEY_UNKNOWN', 'PUT', `${R}/by/${n}/x`, '{}'],
  'a field to set': (n) => [keyed(n, 'FIELD_UNKNOWN'), 'POST', R, `{"name":"x","${n}":{"polluted":true}}`],
  'a field to change': (n) => [keyed(n, 'FIELD_UNKNOWN'), 'PATCH', `${R}/${account}`, `{"${n}":{"polluted":true}}`],
  'a relation': (n) => [keyed(n, 'FIELD_UNKNOWN'), 'POST', R, `{"name":"x","${n}":[{"name":"y"}]}`],
  'a field of a nested record': (n) => [keyed(n, 'FIELD_UNKNOWN'), 'POST', R, `{"name":"x","deals":[{"name":"d","${n}":1}]}`],
  'a record type': (n) => ['VALUE_OPTION_UNKNOWN', 'POST', R, `{"name":"x","recordType":"${n}"}`],
  'an option': (n) => ['VALUE_OPTION_UNKNOWN', 'POST', R, `{"name":"x","stage":"${n}"}`],
  'an action': (n) => ['REQUEST_INVALID', 'POST', `${R}/bulk`, `{"action":"${n}","records":[]}`],
  'a key to write by': (n) => ['KEY_UNKNOWN', 'POST', `${R}/bulk`, `{"action":"upsert","by":"${n}","records":[{"name":"x"}]}`],
  'a member of a body': (n) => ['REQUEST_INVALID', 'POST', `${R}/bulk`, `{"action":"create","records":[],"${n}":{"polluted":true}}`],
  'a function': (n) => ['REQUEST_INVALID', 'POST', `${R}/aggregate`, `{"measures":[{"function":"${n}"}]}`],
  'a field to count': (n) => ['RULE_NAME_UNKNOWN', 'POST', `${R}/aggregate`, `{"measures":[{"function":"count","path":"${n}"}]}`],
  'a bucket': (n) => ['REQUEST_INVALID', 'POST', `${R}/aggregate`, `{"measures":[],"groupBy":[{"path":"createdAt","bucket":"${n}"}]}`],
  'a measure in an order': (n) => [
    'REQUEST_INVALID',
    'POST',
    `${R}/aggregate`,
    `{"measures":[{"function":"count"}],"orderBy":[{"name":"${n}"}]}`,
  ],
  'a measure in a condition': (n) => [
    'REQUEST_INVALID',
    'POST',
    `${R}/aggregate`,
    `{"measures":[{"function":"count"}],"having":{">":[{"var":"${n}"},1]}}`,
  ],
  'a comparison': (n) => ['REQUEST_INVALID', 'POST', `${R}/aggregate`, `{"measures":[{"function":"count"}],"having":{"${n}":[1,2]}}`],
  'a role to share with': (n) => ['COMPONENT_UNKNOWN', 'POST', `${R}/${account}/shares`, `{"shares":[{"to":{"role":"${n}"}}]}`],
  'a role in a team': (n) => [
    'COMPONENT_UNKNOWN',
    'POST',
    `${R}/${account}/shares`,
    `{"shares":[{"to":{"role":"rep"},"teamRole":"${n}"}]}`,
  ],
  'a kind of subject': (n) => ['REQUEST_INVALID', 'POST', `${R}/${account}/shares`, `{"shares":[{"to":{"${n}":"x"}}]}`],
  'a permission set of a key': (n) => [
    'COMPONENT_UNKNOWN',
    'POST',
    '/api/v1/api-keys',
    `{"name":"k","permissionSets":["${n}"],"expiresAt":"2030-01-01T00:00:00Z"}`,
  ],
  'a column': (n) =>
    imported(
      n === '__proto__' ? 'REQUEST_INVALID' : 'IMPORT_COLUMN_MISSING',
      `{"columns":{"name":{"field":"name"},"${n}":{"field":"code"}}}`,
    ),
  'a column of the file': (n) => imported('IMPORT_COLUMN_UNMAPPED', '{"columns":{"name":{"field":"name"}}}', `name,${n}\nx,y\n`),
  'a field of a mapping': (n) =>
    imported(['IMPORT_MAPPING_UNFIT', 'METADATA_VALUE_UNKNOWN', 'FIELD_UNKNOWN'], `{"columns":{"name":{"field":"${n}"}}}`),
  'a field that a mapping sets': (n) =>
    imported(
      keyed(n, ['IMPORT_MAPPING_UNFIT', 'FIELD_UNKNOWN', 'METADATA_NAME_INVALID']),
      `{"columns":{"name":{"field":"name"}},"set":{"${n}":1}}`,
    ),
  'a key to import by': (n) => imported('KEY_UNKNOWN', '{"columns":{"name":{"field":"name"}}}', 'name\nx\n', `&by=${n}`),
};

/** Only for administrators: metadata. */
const plan = (code: string | readonly string[], files: string): Try => [code, 'POST', '/api/v1/metadata/plan', `{"files":${files}}`];
const extension = (n: string, code: string | readonly string[], content: string): Try =>
  plan(keyed(n, code), `{"extensions/account.json":{"extends":"account",${content}}}`);
const refusedNames = ['METADATA_NAMESPACE', 'METADATA_NAME_RESERVED', 'METADATA_NAME_INVALID', 'METADATA_VALUE_UNKNOWN'];
const metadata: Readonly<Record<string, (name: string) => Try>> = {
  'a kind': (n) => ['COMPONENT_UNKNOWN', 'GET', `/api/v1/metadata/${n}`],
  'a component': (n) => ['COMPONENT_UNKNOWN', 'GET', `/api/v1/metadata/object/${n}`],
  'a file': (n) => plan(keyed(n, 'METADATA_FILE_UNKNOWN'), `{"${n}":{}}`),
  'a folder': (n) => plan('METADATA_FILE_UNKNOWN', `{"${n}/x.json":{}}`),
  'a new object': (n) => plan(refusedNames, `{"objects/${n}.json":{"name":"${n}","plural":"xs__c","label":{"en":"X"}}}`),
  'a member of a file': (n) => extension(n, 'METADATA_UNKNOWN_PROPERTY', `"${n}":{"polluted":true}`),
  'a new field': (n) => extension(n, refusedNames, `"fields":{"${n}":{"type":"text","label":{"en":"X"}}}`),
  'a type': (n) =>
    plan(
      'METADATA_VALUE_UNKNOWN',
      `{"extensions/account.json":{"extends":"account","fields":{"x__c":{"type":"${n}","label":{"en":"X"}}}}}`,
    ),
  'a target': (n) =>
    plan(
      ['METADATA_REFERENCE_MISSING', 'METADATA_VALUE_UNKNOWN'],
      `{"extensions/account.json":{"extends":"account","fields":{"x__c":{"type":"lookup","to":"${n}","label":{"en":"X"}}}}}`,
    ),
  'a language': (n) => extension(n, 'METADATA_NAME_INVALID', `"fields":{"x__c":{"type":"text","label":{"${n}":"X"}}}`),
  'an object of a role': (n) =>
    plan(
      keyed(n, ['METADATA_REFERENCE_MISSING', 'METADATA_NAME_INVALID']),
      `{"roles/x__c.json":{"name":"x__c","label":{"en":"x"},"objects":{"${n}":{"read":true}}}}`,
    ),
  'a field of a role': (n) =>
    plan(
      keyed(n, ['METADATA_REFERENCE_MISSING', 'METADATA_NAME_INVALID']),
      `{"roles/x__c.json":{"name":"x__c","label":{"en":"x"},"objects":{"account":{"read":true,"fields":{"${n}":"edit"}}}}}`,
    ),
  'an identity provider': (n) => [['REQUEST_INVALID', 'PROVIDER_UNKNOWN'], 'DELETE', `/api/v1/auth/providers/${n}`],
};

async function wrongAt(client: Client, table: Readonly<Record<string, (name: string) => Try>>): Promise<readonly unknown[]> {
  const wrong: unknown[] = [];
  for (const [what, attempt] of Object.entries(table)) {
    for (const name of names) {
      const [expected, method, path, body, headers = body === undefined ? {} : json] = attempt(name);
      const answer = await client.call(method, path, body, headers);
      const [status, code] = refusalOf(answer);
      const all = new Set([...answer.text.matchAll(/"code":"([A-Z_]+)"/g)].map(([, each]) => each));
      if (status < 400 || status >= 500 || ![expected].flat().some((each) => all.has(each)))
        wrong.push([what, name, status, code, answer.text.slice(0, 300)]);
    }
  }
  return wrong;
}

/** What every object has, before anybody has tried. */
const shapeOf = (prototype: object): string => JSON.stringify(Object.getOwnPropertyNames(prototype).sort());
const before = [Object.prototype, Array.prototype, String.prototype, Function.prototype].map(shapeOf);

describe('a name that every object has', () => {
  it.each(['admin', 'rep'] as const)('is a name of nothing for %s, at any place of a request, and its code says so', async (who) => {
    const digest = await scene.fingerprint('acme');
    expect(await wrongAt(scene.acme[who].client, places)).toEqual([]);
    expect(await scene.fingerprint('acme')).toBe(digest);
  });

  it('is a name of nothing in metadata, for an administrator (METADATA_…, COMPONENT_UNKNOWN, REQUEST_INVALID)', async () => {
    const digest = await scene.fingerprint('acme');
    expect(await wrongAt(scene.acme.admin.client, metadata)).toEqual([]);
    expect(await scene.fingerprint('acme')).toBe(digest);
  });

  it('is GRAPHQL_INVALID as a field, argument, input, type condition and directive, and a plain word as an alias, fragment or operation', async () => {
    const { client } = scene.acme.rep;
    for (const n of names) {
      for (const query of [
        `{ ${n} }`,
        `{ accounts { nodes { ${n} } } }`,
        `{ accounts(${n}: 1) { totalCount } }`,
        `{ accounts(where: { ${n}: { eq: "x" } }) { totalCount } }`,
        `mutation { createAccount(input: { name: "x", ${n}: "x" }) { id } }`,
        `{ node(id: "x") { ... on ${n} { id } } }`,
        `{ accounts { totalCount @${n} } }`,
        `query ($x: ${n}) { accounts { totalCount } }`,
        `{ ...${n} }`,
      ])
        expect([query, codeOf(await client.ask(query))]).toEqual([query, 'GRAPHQL_INVALID']);
      expect(codeOf(await client.call('POST', '/graphql', { query: '{ accounts { totalCount } }', operationName: n }))).toBe(
        'GRAPHQL_OPERATION',
      );
      const own = await client.ask(`query ${n} { ${n}: accounts { ...${n} } } fragment ${n} on AccountConnection { ${n}: totalCount }`);
      expect(own.text).toBe(`{"data":{"${n}":{"${n}":1}}}`);
      expect(
        codeOf(
          await client.call(
            'POST',
            '/graphql',
            `{"query":"query ($${n}: String) { accounts(where: { name: { eq: $${n} } }) { totalCount } }","variables":{"${n}":{"polluted":true}}}`,
            json,
          ),
        ),
      ).toBe(n === '__proto__' ? 'REQUEST_INVALID' : 'GRAPHQL_VARIABLES');
      expect(codeOf(await client.call('POST', '/graphql', `{"query":"{ accounts { totalCount } }","${n}":1}`, json))).toBe(
        'REQUEST_INVALID',
      );
    }
  });

  it('is an ordinary key within a JSON value, but for __proto__: VALUE_TYPE, in REST, GraphQL, CSV and NDJSON alike', async () => {
    const { client } = scene.acme.rep;
    const mapping = inUrl('{"columns":{"name":{"field":"name"},"extra":{"field":"extra"}}}');
    for (const n of names) {
      const value = `{"${n}":{"polluted":true}}`;
      const literal = await client.ask(`mutation { createAccount(input: { name: "j", extra: { ${n}: { polluted: true } } }) { extra } }`);
      const rest = await client.call('POST', `${R}?fields=extra`, `{"name":"j","extra":${value}}`, json);
      const line = await client.call('POST', `${R}/import?mapping=${mapping}`, `{"name":"j","extra":${value}}\n`, ndjson);
      const cell = await client.call('POST', `${R}/import?mapping=${mapping}`, `name,extra\nj,"${value.replaceAll('"', '""')}"\n`, csv);
      if (n === '__proto__') {
        expect([codeOf(literal), codeOf(rest)]).toEqual(['VALUE_TYPE', 'REQUEST_INVALID']);
        for (const { json: report } of [line, cell]) expect(report).toMatchObject({ created: 0, refused: 1 });
      } else {
        expect([literal.json, rest.json]).toMatchObject([
          { data: { createAccount: { extra: JSON.parse(value) as unknown } } },
          { extra: JSON.parse(value) as unknown },
        ]);
        for (const { json: report } of [line, cell]) expect(report).toMatchObject({ created: 1, refused: 0 });
      }
    }
  });

  it('is REQUEST_INVALID as __proto__ at every level of every JSON body of the document', async () => {
    const { client } = scene.acme.admin;
    const document = new ContractDocument((await client.call('GET', '/openapi.json')).json);
    const withBody = document.operations.filter(
      // Of a call from outside nothing is looked at before its signature.
      ({ route, bodies, object }: Operation) =>
        route !== 'receiveWebhook' && 'application/json' in bodies && [undefined, 'account'].includes(object),
    );
    expect(withBody.length).toBeGreaterThan(20);
    for (const { id, method, path } of withBody) {
      const target = path.replaceAll(/\{\w+\}/g, account);
      for (const body of [
        '{"__proto__":{"polluted":true}}',
        '{"a":{"b":[{"__proto__":{"polluted":true}}]}}',
        '{"__proto__":null}',
        '{"\\u005f_proto__":1}',
      ])
        expect([id, body, codeOf(await client.call(method, target, body, json))]).toEqual([id, body, 'REQUEST_INVALID']);
    }
  });

  it('has left every prototype as it was, and no node has blamed itself', () => {
    expect([Object.prototype, Array.prototype, String.prototype, Function.prototype].map(shapeOf)).toEqual(before);
    expect(({} as Readonly<Record<string, unknown>>)['polluted']).toBeUndefined();
    expect([...scene.first.blamed, ...scene.second.blamed]).toEqual([]);
  });
});
