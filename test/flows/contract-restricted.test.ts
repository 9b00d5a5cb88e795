// The document is its reader's: it has what a person of few rights may do, all of it, and says nothing of the rest.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openApiDocument } from '@tessera/api';
import type { Answer } from '../api/rest-scene.ts';
import { modelOf } from '../support/packs.ts';
import { approvableAll } from './contract-approvals.ts';
import { Caller, type Sent } from './contract-calls.ts';
import { ContractDocument, type Operation } from './contract-document.ts';
import { answeredElsewhere, somebody } from './contract-identity.ts';
import { plainCalls } from './contract-plain.ts';
import { callRecords } from './contract-records.ts';
import { clientOf, flowDatabase, type Client, type FlowDatabase, type FlowServer } from './server-scene.ts';

let db: FlowDatabase;
let server: FlowServer;

beforeAll(async () => {
  db = await flowDatabase();
  await db.tenant('north', ['crm-base']);
  await db.tenant('shelf', ['library']);
  server = await db.open();
});

afterAll(async () => {
  await server.close();
  await db.close();
});

const documentOf = async (client: Client): Promise<ContractDocument> =>
  new ContractDocument((await client.call('GET', '/openapi.json')).json);

const codeOf = ({ json }: Answer): unknown => (json as { readonly code?: unknown } | undefined)?.code;

/** Codes by which it is said that something is not there, or not allowed. */
const refusals: readonly unknown[] = ['OBJECT_UNKNOWN', 'FIELD_UNKNOWN', 'PERMISSION_DENIED', 'RULE_NAME_UNKNOWN', 'KEY_UNKNOWN'];

/** Without what people have written for people, who call things by their names. */
const withoutWords = (text: string): string =>
  JSON.stringify(
    JSON.parse(text, (key, value: unknown) => (typeof value === 'string' && /^(description|title|summary)$/.test(key) ? '' : value)),
  );

const withoutParameters = (path: string): string => path.replaceAll(/\{\w+\}/g, '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01');

/** Makes records of all objects that belong to somebody, as far as that is possible. */
async function recordsOf(admin: Caller, owner: string): Promise<void> {
  for (const object of [...admin.objects, ...admin.objects]) {
    const create = admin.operation(object, 'createRecord');
    if (create === undefined || object === 'user') continue;
    const owned = admin.fields(object).some(({ name, readOnly }) => name === 'owner' && !readOnly) ? { owner } : {};
    for (let n = 0; n < 6; n += 1) {
      const body = { ...(await admin.recordFor(create, n * 3)), ...owned };
      const { status, json } = await admin.client.call('POST', `${create.path}?fields=id`, body);
      if (status === 201) admin.pool.get(object)?.push((json as { readonly id: string }).id);
    }
  }
}

async function callerOf(client: Client, options: { readonly admin: Client; readonly email: string }): Promise<Caller> {
  const caller = new Caller(await documentOf(client), client, options);
  await caller.describe();
  return caller;
}

const cast = [
  ['north', 'salesRep'],
  ['north', 'salesManager'],
  ['north', 'sdr'],
  ['north', 'csm'],
  ['north', 'finance'],
  ['north', 'readOnly'],
  ['shelf', 'librarian'],
  ['shelf', 'reader'],
] as const;

/** Roles to whom some fields are masked. */
const masking: readonly string[] = ['finance', 'readOnly'];

describe.each(cast)('the document of somebody of %s who is %s', (tenant, role) => {
  let all: Caller;
  let caller: Caller;
  const refused: string[] = [];
  const broken: string[] = [];

  async function check(of: Operation, sent: Sent): Promise<Answer> {
    const answer = await caller.send(of, sent);
    const wrong = caller.document.broken(of, answer);
    const shown = `${of.id} ${sent.path} ${JSON.stringify(sent.body ?? null).slice(0, 400)}: ${answer.text.slice(0, 400)}`;
    if (wrong !== undefined) broken.push(`${wrong} (${shown})`);
    if (answer.status === 403 || answer.status === 404 || refusals.includes(codeOf(answer))) refused.push(shown);
    return answer;
  }

  beforeAll(async () => {
    const admin = await server.signIn(tenant);
    await approvableAll(admin);
    all = await callerOf(admin, { admin, email: `admin@${tenant}.example` });
    const { id, credentials } = await somebody(all, { roles: [role] });
    await recordsOf(all, id);
    const { json } = await admin.call('POST', '/api/v1/auth/login', credentials);
    const { accessToken, refreshToken } = json as { readonly accessToken: string; readonly refreshToken: string };
    caller = await callerOf(clientOf(server.url, tenant, accessToken, refreshToken), { admin, email: credentials.email });
  });

  it('has operations on records, none of which is refused', async () => {
    refused.length = 0;
    broken.length = 0;
    expect(caller.objects.length).toBeGreaterThan(3);
    for (const object of caller.objects) {
      const create = caller.operation(object, 'createRecord');
      for (let n = 0; create !== undefined && n < 5; n += 1) {
        // To whom a record belongs is a right of its own, for which there is a flag.
        const body = Object.fromEntries(Object.entries(await caller.recordFor(create, n * 3)).filter(([name]) => name !== 'owner'));
        const answer = await check(create, { path: create.path, body });
        if (answer.status === 201) caller.note(object, body);
        // Chance has picked a master that belongs to somebody else.
        if (codeOf(answer) === 'RECORD_READ_ONLY') refused.pop();
      }
      const { json } = await caller.client.call('GET', `/api/v1/records/${object}?fields=id&first=100&sort=-createdAt`);
      const ids = (json as { readonly records: readonly { readonly id: string }[] }).records.map(({ id }) => id);
      caller.pool.set(object, ids);
      const id = await editable(object, ids);
      const [first] = ids;
      if (first !== undefined) await callRecords(caller, object, { id: id ?? first, editable: id !== undefined }, check);
    }
    expect(broken).toEqual([]);
    expect(refused).toEqual([]);
  });

  /** A record of the object that the person may change. */
  async function editable(object: string, ids: readonly string[]): Promise<string | undefined> {
    for (const id of ids) {
      const { json } = await caller.client.call('GET', `/api/v1/records/${object}/${id}/access`);
      if ((json as { readonly edit?: boolean }).edit === true) return id;
    }
    return undefined;
  }

  it('has other operations, none of which is refused', async () => {
    refused.length = 0;
    broken.length = 0;
    let described = '';
    for (const each of caller.document.operations) {
      if (each.object !== undefined || each.route === 'logOut' || answeredElsewhere.has(each.route)) continue;
      for (const sent of await plainCalls(caller, each)) described += (await check(each, sent)).text;
    }
    expect(broken).toEqual([]);
    expect(refused).toEqual([]);
    expect(described).toContain('"allows":{"create":');
    expect(described.includes('"masked":true')).toBe(masking.includes(role));
  });

  it('leaves out nothing that would be answered', async () => {
    const ids = new Set(caller.document.operations.map(({ id }) => id));
    const missing = all.document.operations.filter(({ id }) => !ids.has(id));
    expect(missing.length).toBeGreaterThan(10);
    const taken: string[] = [];
    for (const { id, method, path, bodies } of missing) {
      const body = 'application/json' in bodies ? {} : 'text/csv' in bodies ? 'id\n' : undefined;
      const headers = typeof body === 'string' ? { 'Content-Type': 'text/csv' } : {};
      const answer = await caller.client.call(method, withoutParameters(path), body, headers);
      if (answer.status < 400) taken.push(`${id}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    expect(taken).toEqual([]);
  });

  it('does not name objects and fields that do not exist for them', async () => {
    const text = withoutWords((await caller.client.call('GET', '/openapi.json')).text);
    const namesOf = (of: Caller): readonly string[] =>
      of.objects.flatMap((object) => [object, ...of.fields(object).map(({ name }) => name)]);
    const shown = new Set(namesOf(caller));
    // Words that every document has, whatever the tenant consists of.
    const plain = JSON.stringify(openApiDocument({ objects: [], model: modelOf(tenant === 'north' ? 'crm-base' : 'library') }));
    const has = (where: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(where);
    const hidden = [...new Set(namesOf(all))].filter((name) => !shown.has(name) && !has(plain, name));
    expect(hidden.filter((name) => has(text, name))).toEqual([]);
    if (role === 'sdr') expect(hidden).toEqual(expect.arrayContaining(['amount', 'weightedAmount', 'opportunityLine']));
    for (const name of shown) expect(has(text, name)).toBe(true);
  });
});

describe('the document of an API key', () => {
  it('has no operations that are for people who have signed in', async () => {
    const admin = await server.signIn('north');
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const made = await admin.call('POST', '/api/v1/api-keys', { name: 'k', permissionSets: ['manageProducts'], expiresAt });
    const key = clientOf(server.url, 'north', (made.json as { readonly key: string }).key);
    const [document, whole] = [await documentOf(key), await documentOf(admin)];
    const ids = new Set(document.operations.map(({ id }) => id));
    expect([...ids]).toContain('product.createRecord');
    expect([...ids].filter((id) => /Session|SecondFactor$|ApiKey|impersonate|Metadata$/.test(id))).toEqual([]);
    for (const { id, method, path, bodies } of whole.operations.filter((each) => each.object === undefined && !ids.has(each.id))) {
      const answer = await key.call(method, withoutParameters(path), 'application/json' in bodies ? {} : undefined);
      expect([id, answer.status >= 400]).toEqual([id, true]);
    }
  });
});
