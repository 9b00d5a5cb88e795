// Two tenants with everything that one could try to name of the other: ids, names, cursors, keys, files, imports, tokens.
import type { Client, FlowServer } from './server-scene.ts';

/** What can be named of a tenant. */
export interface Names {
  readonly tenant: string;
  readonly object: string;
  readonly plural: string;
  /** The GraphQL type. */
  readonly type: string;
  /** A field that only this tenant's object has. */
  readonly field: string;
  readonly recordType: string;
  readonly layout: string;
  readonly id: string;
  readonly deleted: string;
  readonly user: string;
  readonly email: string;
  /** A unique field of the object and its value in a record. */
  readonly key: string;
  readonly keyValue: string;
  readonly word: string;
  /** Cursors of lists of the object and of its people, from REST and from GraphQL. */
  readonly cursor: string;
  readonly userCursor: string;
  readonly graphCursor: string;
  readonly importId: string;
  readonly fileId: string;
  /** A session, an API key and a share of the record. */
  readonly session: string;
  readonly apiKey: string;
  readonly share: string;
  /** An approval that is not decided. */
  readonly approval: string;
  /** An effect that has failed, and a job whose retries are used up. */
  readonly effect: string;
  readonly deadJob: string;
  /** The random half of a refresh token. */
  readonly refreshSecret: string;
  readonly idempotencyKey: string;
  readonly planHash: string;
  readonly version: string;
}

/** What the one who tries has. */
export interface Own {
  readonly tenant: string;
  readonly object: string;
  readonly type: string;
  /** A lookup of an object of its own. */
  readonly lookup: { readonly object: string; readonly field: string; readonly values: Readonly<Record<string, unknown>> };
  readonly id: string;
}

export interface Cast {
  readonly name: string;
  readonly pack: string;
  readonly object: string;
  readonly plural: string;
  readonly type: string;
  readonly field: string;
  readonly recordType: string;
  readonly layout: string;
  readonly key: string;
  readonly keyValue: string;
  readonly word: string;
  readonly record: Readonly<Record<string, unknown>>;
  /** What another record of the object must have at least. */
  readonly least: Readonly<Record<string, unknown>>;
  readonly lookup: Own['lookup'];
}

/** One tenant sells, the other lends books. */
export const casts: readonly [Cast, Cast] = [
  {
    name: 'north',
    pack: 'crm-base',
    object: 'product',
    plural: 'products',
    type: 'Product',
    field: 'series',
    recordType: 'meeting',
    layout: 'opportunity',
    key: 'code',
    keyValue: 'NORTH-77',
    word: 'Zeppelinwerk',
    record: { name: 'Zeppelinwerk', code: 'NORTH-77' },
    least: {},
    lookup: { object: 'contact', field: 'account', values: { name: 'Somebody', email: 'somebody@north.example' } },
  },
  {
    name: 'shelf',
    pack: 'library',
    object: 'book',
    plural: 'books',
    type: 'Book',
    field: 'author',
    recordType: 'juvenile',
    layout: 'loan',
    key: 'isbn',
    keyValue: '9780306406157',
    word: 'Quetzalcoatl',
    record: { name: 'Quetzalcoatl', author: 'Nobody', isbn: '9780306406157' },
    least: { author: 'Nobody' },
    lookup: { object: 'loan', field: 'book', values: {} },
  },
];

interface Page {
  readonly records: readonly { readonly id: string; readonly email: string | null }[];
  readonly page: { readonly endCursor: string };
}

async function taken<T>(
  client: Client,
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
): Promise<T> {
  const answer = await client.call(method, path, body, headers);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
  return answer.json as T;
}

/** Puts in what has failed by itself. */
async function failures(server: FlowServer, tenant: string): Promise<Pick<Names, 'effect' | 'deadJob'>> {
  const [effect, deadJob] = [crypto.randomUUID(), crypto.randomUUID()];
  // The queues are made when they are first asked for.
  await taken(await server.signIn(tenant), 'GET', '/api/v1/jobs');
  await server.sql(
    `insert into t_${tenant}._effect (id, key, kind, address, content, state, due_at, created_at, ended_at)
      values ($1, 'x', 'mail', 'somebody@${tenant}.example', '{}', 'failed', now(), now(), now())`,
    [effect],
  );
  await server.sql("insert into pgboss.job (id, name, data, group_id, source_name) values ($1, 'dead', '{}', $2, 'work')", [
    deadJob,
    tenant,
  ]);
  return { effect, deadJob };
}

/** Hands a record in, for the tenant's administrators to decide. */
async function handedIn(client: Client, { object, least, name: tenant }: Cast): Promise<string> {
  const steps = { ask: { type: 'approval', approvers: { all: { role: 'administrator' } }, sameAsSubmitter: 'keep' } };
  const process = { name: 'first__c', label: { en: 'First' }, object, on: ['submit'], steps };
  const change = { files: { 'approvalProcesses/first__c.json': process }, reason: `reason of ${tenant}` };
  await taken(client, 'POST', '/api/v1/metadata/apply', change);
  const id = await client.create(object, { ...least, name: 'Handed in' });
  const { approval } = await taken<{ readonly approval: string }>(client, 'POST', `/api/v1/records/${object}/${id}/approval`, {});
  return approval;
}

/** Fills a tenant and gives what can be named of it. `versions`: how many changes of metadata it has seen. */
export async function filled(
  server: FlowServer,
  cast: Cast,
  versions: number,
): Promise<{ readonly names: Names; readonly own: Own; readonly client: Client }> {
  const client = await server.signIn(cast.name);
  const records = `/api/v1/records/${cast.object}`;
  const id = await client.create(cast.object, cast.record);
  const deleted = await client.create(cast.object, { ...cast.least, name: `Deleted of ${cast.name}` });
  await client.call('DELETE', `${records}/${deleted}`);
  await client.create('user', { name: `Second of ${cast.name}`, email: `second@${cast.name}.example` });
  const list = await taken<Page>(client, 'GET', `${records}?first=1&fields=id&deleted=with`);
  const users = await taken<Page>(client, 'GET', '/api/v1/records/user?first=1&fields=id,email');
  const graph = await client.ask('{ users(first: 1) { pageInfo { endCursor } } }');
  const graphCursor = (graph.json as { readonly data: { readonly users: { readonly pageInfo: { readonly endCursor: string } } } }).data
    .users.pageInfo.endCursor;
  const imported = await taken<{ readonly id: string }>(
    client,
    'POST',
    `${records}/import?mapping=${encodeURIComponent('{"columns":{"name":{"field":"name"}}}')}`,
    'name\nImported\n""\n',
    { 'Content-Type': 'text/csv' },
  );
  const file = await taken<{ readonly id: string }>(client, 'POST', '/api/v1/files?name=plan.txt', `A plan of ${cast.name}.`, {
    'Content-Type': 'text/plain',
  });
  const idempotencyKey = `key-of-${cast.name}-1`;
  await taken(client, 'POST', records, { ...cast.least, name: 'Once' }, { 'Idempotency-Key': idempotencyKey });
  const change = { files: { 'parameters/first__c.json': { name: 'first__c', label: { en: 'First' }, type: 'number', value: 1 } } };
  const { hash } = await taken<{ readonly hash: string }>(client, 'POST', '/api/v1/metadata/plan', change);
  // One version comes with the approval.
  for (let i = 2; i < versions; i += 1) {
    const value = { name: 'first__c', label: { en: 'First' }, type: 'number', value: i };
    await taken(client, 'POST', '/api/v1/metadata/apply', {
      files: { 'parameters/first__c.json': value },
      reason: `reason of ${cast.name}`,
    });
  }
  const [user] = users.records;
  const { sessions } = await taken<{ readonly sessions: readonly { readonly id: string }[] }>(client, 'GET', '/api/v1/auth/sessions');
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const key = await taken<{ readonly id: string }>(client, 'POST', '/api/v1/api-keys', {
    name: `key of ${cast.name}`,
    permissionSets: ['basics'],
    expiresAt,
  });
  const shared = await taken<{ readonly shares: readonly { readonly id: string }[] }>(client, 'POST', `${records}/${id}/shares`, {
    shares: [{ to: { role: 'administrator' } }],
  });
  return {
    client,
    own: { tenant: cast.name, object: cast.object, type: cast.type, lookup: cast.lookup, id },
    names: {
      tenant: cast.name,
      object: cast.object,
      plural: cast.plural,
      type: cast.type,
      field: cast.field,
      recordType: cast.recordType,
      layout: cast.layout,
      key: cast.key,
      keyValue: cast.keyValue,
      word: cast.word,
      id,
      deleted,
      user: user?.id ?? '',
      email: user?.email ?? '',
      cursor: list.page.endCursor,
      userCursor: users.page.endCursor,
      graphCursor,
      importId: imported.id,
      fileId: file.id,
      session: sessions[0]?.id ?? '',
      apiKey: key.id,
      share: shared.shares[0]?.id ?? '',
      approval: await handedIn(client, cast),
      ...(await failures(server, cast.name)),
      refreshSecret: client.refreshToken.split('.')[1] ?? '',
      idempotencyKey,
      planHash: hash,
      version: String(versions),
    },
  };
}

const scrambled = (text: string): string => text.split('').reverse().join('');

/** Names of the same shape that nobody has. */
export function nobodys(like: Names): Names {
  return {
    tenant: 'noone77',
    object: 'thing',
    plural: 'things',
    type: 'Thing',
    field: 'shimmer',
    recordType: 'uncommon',
    layout: 'nowhere',
    id: crypto.randomUUID(),
    deleted: crypto.randomUUID(),
    user: crypto.randomUUID(),
    email: 'none@nobody.example',
    key: 'shine',
    keyValue: 'NOBODY-9',
    word: 'Xylophonwald',
    cursor: scrambled(like.cursor),
    userCursor: scrambled(like.userCursor),
    graphCursor: scrambled(like.graphCursor),
    importId: crypto.randomUUID(),
    fileId: crypto.randomUUID(),
    session: crypto.randomUUID(),
    apiKey: crypto.randomUUID(),
    share: crypto.randomUUID(),
    approval: crypto.randomUUID(),
    effect: crypto.randomUUID(),
    deadJob: crypto.randomUUID(),
    refreshSecret: scrambled(like.refreshSecret),
    idempotencyKey: 'key-of-nobody-7',
    planHash: scrambled(like.planHash),
    version: '977',
  };
}

/** The names out of an answer, and what differs from request to request: two answers are then alike or not. */
export function withoutNames(text: string, names: Names): string {
  const values = Object.entries(names as unknown as Readonly<Record<string, string>>).sort(([, a], [, b]) => b.length - a.length);
  // Before the names: an age may begin with the number of a version.
  const ageless = text.replaceAll(/"oldestSeconds":[\d.]+/g, '"oldestSeconds":…');
  // Members of the JSON are called alike in every answer; a version is a number of its own.
  const bare = values.reduce((left, [name, value]) => {
    const number = /^\d{1,3}$/.test(value) ? String.raw`\b` : '';
    return left.replaceAll(new RegExp(`${number}${value.replaceAll(/[^\w\s]/g, '\\$&')}${number}(?!":)`, 'g'), `<${name}>`);
  }, ageless);
  return bare
    .replaceAll(/"requestId":"[^"]*"/g, '"requestId":"…"')
    .replaceAll(/"locations":\[[^\]]*\]/g, '"locations":[…]')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<new id>');
}
