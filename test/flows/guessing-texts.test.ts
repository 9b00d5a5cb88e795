// SQL, quotes, comments, patterns and characters that are none, in every text of every operation: data or a 4xx, and never a part of a statement.
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContractDocument, type Operation } from './contract-document.ts';
import { codeOf, guessingScene, refusalOf, type GuessingScene, type Person } from './guessing-scene.ts';
import { marker, operationsWith, payloads, requestsWith, schemaOf } from './guessing-slots.ts';

let scene: GuessingScene;
let account: string;
let approval: string;
beforeAll(async () => {
  scene = await guessingScene();
  const { client } = scene.acme.rep;
  account = await client.create('account', { name: 'Mine', code: 'c1' });
  const other = await client.create('account', { name: 'Handed in', code: 'c2' });
  const { json } = await client.call('POST', `/api/v1/records/account/${other}/approval`, {});
  approval = (json as { readonly approval: string }).approval;
  // What is told of these writes is handed on by and by.
  const now = (): Promise<string> => scene.fingerprint('acme');
  for (let [last, next] = ['', await now()]; next !== last; [last, next] = [next, await now()]) await setTimeout(250);
});
afterAll(() => scene.close());

const who = ['admin', 'rep'] as const;

/** Operations on one object stand for those on all: they are the same. */
const isTried = ({ object }: Operation): boolean => object === undefined || object === 'account';

/** Without a public address nobody signs in at a provider, and the server says so. */
const isUnavailable = (operation: Operation, code: string | undefined): boolean =>
  operation.id === 'beginProviderLogIn' && code === 'UNAVAILABLE';

async function documentFor({ client }: Person): Promise<ContractDocument> {
  return new ContractDocument((await client.call('GET', '/openapi.json')).json);
}

/** An answer may say what was sent. */
const withoutIt = (text: string, payload: string): string =>
  text.replaceAll(JSON.stringify(payload).slice(1, -1), '').replaceAll(payload, '');

/** Statements with a payload in their text; the list is emptied. */
function spoiled(): readonly string[] {
  const found = scene.first.statements.filter((text) => text.includes(marker) || /drop schema/i.test(text));
  scene.first.statements.length = 0;
  return found.map((text) => text.slice(0, 300));
}

/** Root fields: those of accounts, and actions. */
const wanted =
  /^(accounts?|accountsAggregate|(create|upsert)Accounts?|node|search|approval|pendingApproval|approvalOffers|approvalPlan|submitForApproval|actOnApproval|decideApprovals|mergeRecords|undoMerge|pressButton|startAutomation)$/;

describe('a text that would break out of SQL', () => {
  it.each(who)('in any parameter, header or body of REST is data or a 4xx for %s; nothing is changed by what was refused', async (name) => {
    const person = scene.acme[name];
    const document = await documentFor(person);
    const inPath = {
      id: account,
      object: 'account',
      field: 'code',
      value: 'c1',
      tenant: 'acme',
      kind: 'object',
      share: account,
      approval,
      action: 'comment',
    };
    const wrong: unknown[] = [];
    let sent = 0;
    for (const operation of document.operations.filter(isTried)) {
      const before = await scene.fingerprint('acme');
      let refused = true;
      for (const payload of name === 'admin' ? payloads : payloads.slice(1, 4)) {
        for (const { what, method, path, body, headers } of requestsWith(document, operation, payload, inPath)) {
          const answer = await person.client.call(method, path, body, headers);
          const [status, code] = refusalOf(answer);
          sent += 1;
          refused &&= status >= 400;
          if (status >= 500 && !isUnavailable(operation, code))
            wrong.push([what, payloads.indexOf(payload), path.slice(0, 100), answer.text.slice(0, 200)]);
          // Of GraphQL's syntax an explained document may tell.
          const told = code === 'GRAPHQL_SYNTAX' ? '' : withoutIt(answer.text, payload);
          if (/syntax error|pg_|relation "|column "|SQLSTATE|\bselect\b.*\bfrom\b/i.test(told))
            wrong.push([what, 'tells of SQL', answer.text.slice(0, 300)]);
        }
      }
      if (refused && (await scene.fingerprint('acme')) !== before) wrong.push([operation.id, 'has changed something']);
      wrong.push(...spoiled());
    }
    expect(wrong).toEqual([]);
    expect(sent).toBeGreaterThan(name === 'admin' ? 1_500 : 600);
  });

  it('in any argument of GraphQL is data or an error with a code; no statement has it in its text', async () => {
    const { client } = scene.acme.rep;
    const schema = await schemaOf(client);
    const wrong: unknown[] = [];
    let sent = 0;
    for (const payload of payloads) {
      for (const { what, query, variables } of operationsWith(schema, payload, wanted)) {
        const answer = await client.ask(query, variables);
        sent += 1;
        if (answer.status >= 500 || (answer.text.includes('"errors":') && codeOf(answer) === undefined) || codeOf(answer) === 'INTERNAL')
          wrong.push([what, payloads.indexOf(payload), JSON.stringify(variables).slice(0, 200), answer.text.slice(0, 200)]);
      }
    }
    wrong.push(...spoiled());
    expect(wrong).toEqual([]);
    expect(sent).toBeGreaterThan(1_000);
  });

  it('in a document itself is GRAPHQL_SYNTAX or GRAPHQL_INVALID', async () => {
    const { client } = scene.acme.rep;
    for (const payload of payloads.map((each) => each.slice(0, 200))) {
      for (const query of [
        payload,
        `{ ${payload} }`,
        `{ accounts(${payload}: 1) { totalCount } }`,
        `query ${payload} { accounts { totalCount } }`,
      ]) {
        const answer = await client.ask(query);
        const plain = /^[\w]+$/.test(payload) && query.startsWith('query');
        expect([query, codeOf(answer)]).toEqual([query, plain ? undefined : expect.stringMatching(/^GRAPHQL_(SYNTAX|INVALID)$/)]);
      }
    }
    expect(spoiled()).toEqual([]);
  });

  it('in a file is a value or a refused row: headers, cells, lines and file names', async () => {
    const { client } = scene.acme.rep;
    const wrong: unknown[] = [];
    for (const payload of payloads) {
      const column = payload.slice(0, 500);
      const mapping = encodeURIComponent(JSON.stringify({ columns: { name: { field: 'name' }, [column]: { field: 'code' } } }));
      const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const bodies = [
        [`name,${quoted(column)}\n${quoted(payload)},${quoted(payload)}\n`, 'text/csv'],
        [
          `${JSON.stringify({ name: payload, [column]: payload })}\n${JSON.stringify({ name: 'x', [payload]: 1 })}\n${payload}\n`,
          'application/x-ndjson',
        ],
      ] as const;
      for (const [content, type] of bodies) {
        const answer = await client.call('POST', `/api/v1/records/account/import?mapping=${mapping}`, content, { 'Content-Type': type });
        if (answer.status >= 500) wrong.push([payloads.indexOf(payload), type, answer.text]);
        const { id } = answer.json as { readonly id?: string };
        if (id !== undefined && (await client.call('GET', `/api/v1/imports/${id}/rejects.csv`)).status !== 200) wrong.push([id, 'rejects']);
      }
      const name = payload.isWellFormed() ? encodeURIComponent(payload) : '%ED%A0%80';
      const file = await client.call('POST', `/api/v1/files?name=${name}`, payload, { 'Content-Type': 'text/plain' });
      if (file.status >= 500) wrong.push([payloads.indexOf(payload), 'file', file.text]);
      const { id } = file.json as { readonly id?: string };
      const content = id === undefined ? undefined : await client.call('GET', `/api/v1/files/${id}/content`);
      if (content !== undefined && (content.status !== 200 || /[\r\n]/.test(content.headers['content-disposition'] ?? '')))
        wrong.push([id, 'content']);
    }
    wrong.push(...spoiled());
    expect(wrong).toEqual([]);
  });

  it('is kept letter by letter where it may be, found by itself, and by nothing that it would mean as a pattern or as SQL', async () => {
    const { client } = scene.acme.rep;
    for (const [i, payload] of payloads.entries()) {
      const created = await client.call('POST', '/api/v1/records/account?fields=name', { name: payload, code: `kept${i}` });
      if (created.status !== 201) {
        expect([i, codeOf(created)]).toEqual([i, payload.length > 1_000 ? 'VALUE_TOO_LONG' : 'VALUE_TYPE']);
        continue;
      }
      expect(created.json).toEqual({ name: payload });
      const found = async (operator: string, text: string): Promise<unknown> => {
        const filter = encodeURIComponent(
          JSON.stringify({ and: [{ [operator]: [{ var: 'name' }, text] }, { startsWith: [{ var: 'code' }, 'kept'] }] }),
        );
        return (await client.call('GET', `/api/v1/records/account?fields=name&filter=${filter}`)).json;
      };
      expect(await found('==', payload)).toMatchObject({ records: [{ name: payload }] });
      expect(await found('contains', payload.slice(4, 20))).toMatchObject({ records: [{ name: payload }] });
      for (const pattern of ['%%%', `${marker}__________`, '.*', "' or '1'='1"])
        expect(await found('contains', pattern)).toMatchObject({ records: [] });
    }
    expect(spoiled()).toEqual([]);
  });

  it('with U+0000 where no field takes it is REQUEST_INVALID: keys, reasons, filters of the audit trail', async () => {
    const { client } = scene.acme.admin;
    for (const [method, path, body] of [
      ['GET', '/api/v1/records/account/by/code/a%00b'],
      ['GET', '/api/v1/audit?action=a%00b'],
      ['DELETE', '/api/v1/auth/providers/a%00b'],
      [
        'POST',
        '/api/v1/metadata/apply',
        { files: { 'parameters/nul__c.json': { name: 'nul__c', label: { en: 'N' }, type: 'number', value: 1 } }, reason: 'a\0b' },
      ],
    ] as const)
      expect([path, ...refusalOf(await client.call(method, path, body))]).toEqual([path, 400, 'REQUEST_INVALID']);
    expect(codeOf(await client.call('GET', '/api/v1/metadata/parameter/nul__c'))).toBe('COMPONENT_UNKNOWN');
  });

  it('was never a reason for a node to blame itself, and both tenants are whole', async () => {
    expect(scene.first.blamed).toEqual([]);
    for (const { tenant, admin } of [scene.acme, scene.beta])
      expect([tenant.name, (await admin.client.call('GET', '/api/v1/records/account')).status]).toEqual([tenant.name, 200]);
  });
});
