// The OpenAPI document is what the server really does: requests are made from its schemas, answers are held against it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { Answer } from '../api/rest-scene.ts';
import { approvableAll, fill } from './contract-approvals.ts';
import { Caller, type Sent } from './contract-calls.ts';
import { ContractDocument, type Operation, type Schema } from './contract-document.ts';
import { answeredElsewhere, somebody } from './contract-identity.ts';
import { mistakes, spoiled, type Expected } from './contract-mistakes.ts';
import { plainCalls } from './contract-plain.ts';
import { callRecords } from './contract-records.ts';
import { flowDatabase, type FlowDatabase, type FlowServer } from './server-scene.ts';

let db: FlowDatabase;
let server: FlowServer;

beforeAll(async () => {
  db = await flowDatabase();
  await db.tenant('north', ['crm-base']);
  await db.tenant('shelf', ['library'], true);
  server = await db.open();
});

afterAll(async () => {
  await server.close();
  await db.close();
});

/** What a value that fits its schema may still be refused for: rules over records are in no schema. */
const byRule = new Set([
  'VALIDATION_FAILED',
  'LOOKUP_NOT_ALLOWED',
  'RECORD_NOT_UNIQUE',
  'VALUE_REQUIRED',
  'VALUE_OPTION_UNKNOWN',
  'FIELD_READ_ONLY',
  'LAST_ADMINISTRATOR',
]);

const bodyText = (body: unknown): string => (body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));

const codesOf = (answer: Answer): readonly string[] =>
  (answer.json as { readonly problems: readonly { readonly code: string }[] }).problems.map(({ code }) => code);

describe.each(['north', 'shelf'])('the document of %s', (tenant) => {
  let caller: Caller;
  let document: ContractDocument;
  const done = new Set<string>();
  const broken: string[] = [];
  /** Texts of successful answers, by route. */
  const answers = new Map<string, string>();

  const operation = (id: string): Operation => {
    const found = document.operations.find((each) => each.id === id);
    if (found === undefined) throw new Error(`There is no operation ${id}.`);
    return found;
  };

  /** Sends what should be taken; what is refused by a rule is held against the document too. */
  async function check(of: Operation, sent: Sent): Promise<Answer> {
    const answer = await caller.send(of, sent);
    const wrong = document.broken(of, answer);
    const shown = `${of.method} ${sent.path} ${bodyText(sent.body).slice(0, 600)}`;
    if (wrong !== undefined) broken.push(`${shown}: ${wrong}`);
    if (answer.status < 400) {
      done.add(of.id);
      answers.set(of.route, `${answers.get(of.route) ?? ''}${JSON.stringify(answer.json)}`);
    } else if (!codesOf(answer).every((code) => byRule.has(code))) broken.push(`${shown}: refused: ${answer.text}`);
    return answer;
  }

  beforeAll(async () => {
    const client = await server.signIn(tenant);
    await approvableAll(client);
    const answer = await client.call('GET', '/openapi.json');
    document = new ContractDocument(answer.json);
    caller = new Caller(document, client);
    await server.sql(
      `insert into t_${tenant}._effect (id, key, kind, address, content, state, error, due_at, created_at, ended_at)
        select gen_random_uuid(), 'effect' || n, 'mail', 'a@b.example', '{}', 'failed', '{"message":"No."}', now(), now(), now()
        from generate_series(1, 3) n`,
      [],
    );
    await server.sql(
      `with d as (insert into t_${tenant}._definition (hash, kind, name, content, created_at) values ('d', 'automation', 'gone', '{}', now()) returning hash)
        insert into t_${tenant}._run (id, automation, definition, chain, position, variables, state, error, due_at, created_at, ended_at)
        select gen_random_uuid(), 'gone', hash, '{}', 'x', '{}', 'failed', '{"message":"No."}', now(), now(), now() from d, generate_series(1, 3)`,
      [],
    );
    await caller.describe();
  });

  it('is valid OpenAPI 3.1', async () => {
    const { json } = await caller.client.call('GET', '/openapi.json');
    const { valid, errors } = await new Validator().validate(structuredClone(json) as Record<string, unknown>);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect((json as { readonly openapi: string }).openapi).toBe('3.1.0');
  });

  it('is kept by creating and changing what its schemas allow', async () => {
    broken.length = 0;
    // Twice: what points to later objects finds something the second time.
    for (const object of [...caller.made, ...caller.made]) {
      const [create, update] = [operation(`${object}.createRecord`), operation(`${object}.updateRecord`)];
      // Chance may leave out what rules ask for: then it is given more.
      for (let i = 0; i < 10 || (i < 40 && caller.pick(object) === undefined); i += 1) {
        const body = await caller.recordFor(create, i === 0 ? 0 : i * 3);
        const answer = await check(create, { path: caller.target(create, {}), body });
        const id = /\/([^/]+)$/.exec(answer.headers.location ?? '')?.[1];
        if (id !== undefined) {
          caller.pool.get(object)?.push(id);
          caller.note(object, body);
        }
        const changed = caller.pick(object);
        if (changed !== undefined && i < 3) {
          await check(update, { path: caller.target(update, { id: changed }), body: await caller.recordFor(update, 3) });
          const history = operation(`${object}.getHistory`);
          await check(history, { path: caller.target(history, { id: changed }, false) });
        }
      }
      // One that is found by each unique field that callers may set.
      const named = caller.uniqueNames(object).filter((name) => caller.has(object, name) && caller.isText(object, name));
      if (named.length > 0) {
        const body = { ...caller.again(create), ...Object.fromEntries(named.map((name) => [name, `x${crypto.randomUUID().slice(0, 8)}`])) };
        await check(create, { path: caller.target(create, {}), body });
      }
    }
    await fill(caller);
    for (const object of caller.objects) if (!caller.made.includes(object)) await caller.look(object);
    expect(broken).toEqual([]);
    expect(caller.objects.filter((object) => caller.pool.get(object)?.length === 0)).toEqual([]);
  });

  it('is kept by every operation on records', async () => {
    broken.length = 0;
    const roles = Object.keys((await caller.client.call('GET', '/api/v1/metadata/role')).json as Schema);
    const others: string[] = [];
    for (const role of roles) others.push((await somebody(caller, { roles: [role] })).id);
    for (const object of caller.objects) await callRecords(caller, object, { id: caller.pick(object) ?? '', others }, check);
    expect(broken).toEqual([]);
  });

  it('is kept by every other operation', async () => {
    broken.length = 0;
    for (const each of document.operations) {
      // Signing out comes last.
      if (each.object !== undefined || each.route === 'logOut') continue;
      for (const sent of await plainCalls(caller, each)) await check(each, sent);
    }
    expect(broken).toEqual([]);
  });

  it.each([
    ['explainAccess', ['"administrator":true', '"administrator":false', '"gives":true', '"gives":false', '"from":[{"kind":"role"']],
    ['getHistory', ['"change":"created"', '"change":"updated"', '"field":"']],
    ['listShares', ['"to":{"user"', '"to":{"role"', '"to":{"group"', '"below":true', '"origin":"manual"', '"expiresAt":"2']],
    ['listAudit', ['"action":"session.started"', '"action":"share.given"', '"object":"user"', '"detail":{']],
    ['explainQuery', ['"Node Type":"', '"Actual Rows":', '"cost":null', '"name":"modelHash"']],
    ['planMetadata', ['"gains":["', '"after":"read"', '"verb":"read"', '"gained":']],
    ['search', ['"records":[{']],
    ['getPendingApproval', ['"approval":null', '"tasks":[{"turn"', '"actions":["approve"']],
    ['planApproval', ['"kind":"asked"', '"outcome":"approved"']],
    ['getApproval', ['"status":"running"', '"status":"approved"', '"action":"approved"', '"comment":"Yes."']],
    ['decideApprovals', ['"ok":true', '"APPROVAL_NOT_FOUND"']],
    ['listSessions', ['"current":true']],
    ['listApiKeys', ['"permissionSets":["']],
  ])('has been held against answers of %s that have something in them', (route, parts) => {
    expect(parts.filter((part) => answers.get(route)?.includes(part) !== true)).toEqual([]);
  });

  it('names all that mistakes are answered with', async () => {
    broken.length = 0;
    for (const each of document.operations) {
      if (each.route === 'logOut') continue;
      const id = each.object === undefined ? crypto.randomUUID() : (caller.pick(each.object) ?? crypto.randomUUID());
      for (const [sent, expected] of mistakes(each, id)) await refused(each, sent, expected);
    }
    expect(broken).toEqual([]);
    expect(server.blamed).toEqual([]);
  });

  it('knows no object, kind or field by the names that every JavaScript object has', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', '%00']) {
      const paths = [
        `records/${name}`,
        `records/${name}/export`,
        `records/${name}?fields=id`,
        `records/user/${name}`,
        `objects/${name}`,
        `layouts/${name}`,
      ];
      for (const path of [...paths, `metadata/${name}`, `metadata/object/${name}`, `imports/${name}`, `files/${name}/content`]) {
        expect([path, (await caller.client.call('GET', `/api/v1/${path}`)).status]).toEqual([path, 404]);
      }
      expect((await caller.client.call('POST', `/api/v1/records/${name}`, { name: 'x' })).status).toBe(404);
      expect((await caller.client.call('GET', `/api/v1/records/user/by/${name}/x`)).status).toBe(422);
      expect((await caller.client.call('PUT', `/api/v1/records/user/by/${name}/x`, {})).status).toBe(422);
    }
    expect(server.blamed).toEqual([]);
  });

  it('is right about each field: what does not fit its schema is refused at its place', async () => {
    broken.length = 0;
    for (const object of caller.made) {
      const create = operation(`${object}.createRecord`);
      const made = spoiled(
        create,
        () => caller.again(create),
        (schema, value) => document.misfit(schema, value),
      );
      for (const [sent, expected] of made) await refused(create, sent, expected);
    }
    expect(broken).toEqual([]);
    expect(server.blamed).toEqual([]);
  });

  /** Sends a mistake: a 4xx of the document, with the code and the pointer that belong to it. */
  async function refused(of: Operation, sent: Sent, expected: Expected): Promise<void> {
    const answer = await caller.send(of, sent);
    const shown = `${of.method} ${sent.path.slice(0, 300)} ${bodyText(sent.body).slice(0, 200)}`;
    const wrong = document.broken(of, answer);
    if (wrong !== undefined) broken.push(`${shown}: ${wrong}`);
    // Numbers, flags and empty texts may stand for texts and for nothing: then the answer is of the promised type.
    if (expected.mayBeTaken === true && answer.status === 201) {
      await caller.client.call('DELETE', answer.headers.location ?? '');
      return;
    }
    if (expected.mayBeTaken === true && answer.status === 409) return;
    if (answer.status < 400 || answer.status >= 500 || answer.json === undefined) {
      broken.push(`${shown}: should be refused by ${expected.codes.join(' or ')}, not ${answer.status} ${answer.text.slice(0, 200)}`);
      return;
    }
    const { problems } = answer.json as { readonly problems: readonly { readonly code: string; readonly pointer?: string }[] };
    const found = problems.some(
      ({ code, pointer }) =>
        expected.codes.includes(code) &&
        (expected.pointer === undefined || pointer === expected.pointer || pointer?.startsWith(`${expected.pointer}/`) === true),
    );
    if (!found)
      broken.push(
        `${shown}: should be ${expected.codes.join(' or ')} at ${expected.pointer ?? 'any place'}, not ${answer.status} ${answer.text.slice(0, 300)}`,
      );
  }

  it('has no operation that was not answered with success', async () => {
    const out = operation('logOut');
    const again = await server.signIn(tenant);
    const answer = await again.call(out.method, out.path);
    expect(document.broken(out, answer)).toBeUndefined();
    done.add('logOut');
    const missing = document.operations.filter((each) => !done.has(each.id) && !answeredElsewhere.has(each.route)).map(({ id }) => id);
    expect(missing).toEqual([]);
  });
});
