// Two tenants on one database behind two nodes: in each an administrator, a restricted person and one who was deactivated.
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createListener } from '@tessera/api';
import { createEngine, openFileStore, type Engine } from '@tessera/engine';
import { silentLogger, uuidv7Source, type Logger } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { openCell, tenantSchema } from '@tessera/storage';
import { listen, send, type Answer } from '../api/rest-scene.ts';
import { pack, password, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { notedCell } from '../support/statements.ts';
import { clientOf, type Client } from './server-scene.ts';

export const secret = 'a secret of these tests, long enough';
/** Small, so that what is too large is quickly sent. */
export const bodyLimit = 262_144;

const full = { read: true, create: true, update: true, delete: true, import: true, export: true, fields: { '*': 'edit' } };
const text = (label: string, more: Json = {}): Json => ({ type: 'text', label: { en: label }, ...more });

/** Accounts and deals are private; a deal shows its margin to administrators alone. */
const base: Layer = pack(
  'base',
  {
    account: {
      sharing: 'private',
      recordTypes: { company: { label: { en: 'Company' } }, person: { label: { en: 'Person' } } },
      fields: {
        code: text('Code', { unique: true }),
        phone: { type: 'phone', label: { en: 'Phone' } },
        stage: {
          type: 'picklist',
          label: { en: 'Stage' },
          options: { early: { label: { en: 'Early' } }, late: { label: { en: 'Late' } } },
        },
        score: { type: 'number', label: { en: 'Score' } },
        paper: { type: 'file', label: { en: 'Paper' } },
        extra: { type: 'json', label: { en: 'Extra' } },
        since: { type: 'date', label: { en: 'Since' } },
        hidden: text('Hidden'),
      },
    },
    deal: {
      sharing: 'private',
      fields: {
        account: { type: 'lookup', to: 'account', inverse: 'deals', label: { en: 'Account' } },
        amount: { type: 'number', scale: 2, label: { en: 'Amount' } },
      },
    },
  },
  {
    'settings.json': { languages: ['en'], timeZone: 'UTC', currency: 'EUR', impersonation: true },
    'layouts/account.json': {
      name: 'account',
      object: 'account',
      label: { en: 'Account' },
      sections: { main: { label: { en: 'Main' }, fields: { name: {} } } },
    },
    'listViews/accounts.json': { name: 'accounts', object: 'account', label: { en: 'Accounts' }, columns: { name: {} } },
    'parameters/limit.json': { name: 'limit', label: { en: 'Limit' }, type: 'number', value: 1 },
    'permissionSets/hiddenReader.json': {
      name: 'hiddenReader',
      label: { en: 'Reads what is hidden' },
      objects: { account: { read: true, viewAll: true, fields: { '*': 'read' } } },
    },
    'roles/rep.json': {
      name: 'rep',
      label: { en: 'Rep' },
      objects: {
        account: { ...full, fields: { '*': 'edit', hidden: 'none' } },
        deal: full,
        user: { read: true, create: true, update: true, import: true, export: true, fields: { '*': 'edit' } },
        department: full,
        userGroup: full,
        userGroupMember: full,
      },
    },
    'approvalProcesses/look.json': {
      name: 'look',
      object: 'account',
      label: { en: 'Look' },
      on: ['submit'],
      steps: { look: { type: 'approval', approvers: { all: { role: 'administrator' } }, sameAsSubmitter: 'keep' } },
    },
    'roles/clerk.json': {
      name: 'clerk',
      label: { en: 'Clerk' },
      objects: { account: { read: true, fields: { '*': 'read', hidden: 'none' } } },
    },
  },
);

export interface Node {
  readonly url: string;
  readonly engine: Engine;
  /** Texts of the statements that went through tenants' doors, oldest first. */
  readonly statements: string[];
  /** What the node blamed itself for. */
  readonly blamed: string[];
  close(): Promise<void>;
}

export interface Person {
  readonly id: string;
  readonly email: string;
  /** At the first node; `at` is the same token at another. */
  readonly client: Client;
  at(node: Node): Client;
}

export interface Side {
  readonly tenant: TestTenant;
  readonly admin: Person;
  readonly rep: Person;
  /** Deactivated after signing in. */
  readonly gone: Person;
  /** Makes an active person who has signed in. */
  person(name: string, values: Json): Promise<Person>;
}

export interface GuessingScene {
  readonly here: TestEngine;
  readonly first: Node;
  readonly second: Node;
  readonly acme: Side;
  readonly beta: Side;
  signIn(tenant: string, email: string): Promise<{ readonly accessToken: string; readonly refreshToken: string }>;
  /** A digest of all rows that a tenant's requests could have changed; sessions, counters and the trail of who came are left out. */
  fingerprint(tenant: string): Promise<string>;
  close(): Promise<void>;
}

/** The first code of an answer: a problem document's, a GraphQL error's, also where it comes as an event. */
export const codeOf = ({ status, text }: Answer): string | undefined =>
  status < 400 && !text.includes('"errors":') ? undefined : /"code":"([A-Z_]+)"/.exec(text)?.[1];

/** Status and code: what a refusal is told by. */
export const refusalOf = (answer: Answer): readonly [number, string | undefined] => [answer.status, codeOf(answer)];

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function openNode({ database, clock }: TestEngine, folder: string): Promise<Node> {
  const [statements, blamed]: [string[], string[]] = [[], []];
  const log: Logger = {
    ...silentLogger,
    error: (fields) => void blamed.push(fields['err'] instanceof Error ? (fields['err'].stack ?? '') : JSON.stringify(fields)),
    child: () => log,
  };
  const cell = await openCell({ url: database.url, log, poolSize: 4 });
  const files = openFileStore({ kind: 'disk', root: folder });
  const engine = await createEngine({ cell: notedCell(cell, (statement) => void statements.push(statement)), log, secret, clock, files });
  const newId = uuidv7Source(() => clock.now());
  const app = createListener({ engine, log, newId, limits: { body: bodyLimit, upload: 1_000_000 }, graphql: { body: bodyLimit } });
  const server = createServer(app);
  return {
    url: await listen(server),
    engine,
    statements,
    blamed,
    close: async () => {
      await closeServer(server);
      await engine.close();
      await cell.close();
    },
  };
}

/** Tables whose rows change by merely asking. */
const passing = ['_session', '_audit', '_api_key', '_idempotency'];

async function fingerprintOf(here: TestEngine, tenant: string): Promise<string> {
  const tables = await here.sql(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where (schemaname = $1 and tablename <> all ($2)) or (schemaname = 'tessera' and tablename in ('layer', 'version', 'tenant')) order by 1`,
    [tenantSchema(tenant), passing],
  );
  const each = tables.map(
    ({ name }) => `select '${String(name)}' as t, md5(coalesce(string_agg(x::text, '|' order by x::text), '')) as h from ${String(name)} x`,
  );
  const rows = await here.sql(each.join(' union all '));
  return JSON.stringify(rows.map((row) => `${String(row['t'])} ${String(row['h'])}`).sort());
}

async function sideOf(scene: Pick<GuessingScene, 'here' | 'first' | 'signIn'>, name: string): Promise<Side> {
  const tenant = await scene.here.tenant(name, [base]);
  const signedIn = async (id: string, email: string): Promise<Person> => {
    const { accessToken, refreshToken } = await scene.signIn(name, email);
    const at = (node: Node): Client => clientOf(node.url, name, accessToken, refreshToken);
    return { id, email, client: at(scene.first), at };
  };
  const admin = await signedIn(tenant.administrator, `admin@${name}.example`);
  const person: Side['person'] = async (who, values) => {
    const email = `${who}@${name}.example`;
    const id = await tenant.create('user', { name: who, email, active: true, ...values });
    const answer = await admin.client.call('PUT', `/api/v1/users/${id}/password`, { password, mustChange: false });
    if (answer.status !== 204) throw new Error(answer.text);
    return signedIn(id, email);
  };
  const [rep, gone] = [await person('rep', { roles: ['rep'] }), await person('gone', { roles: ['rep'] })];
  await admin.client.call('POST', `/api/v1/users/${gone.id}/deactivate`, {});
  return { tenant, admin, rep, gone, person };
}

export async function guessingScene(): Promise<GuessingScene> {
  const here = await testEngine();
  const folder = await mkdtemp(join(tmpdir(), 'tessera-guessing-'));
  const [first, second] = [await openNode(here, folder), await openNode(here, folder)];
  const signIn: GuessingScene['signIn'] = async (tenant, email) => {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await send(`${first.url}/api/v1/auth/login`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ tenant, email, password }),
    });
    if (answer.status !== 200) throw new Error(`${email} cannot sign in: ${answer.text}`);
    return answer.json as { readonly accessToken: string; readonly refreshToken: string };
  };
  const begun = { here, first, second, signIn };
  return {
    ...begun,
    acme: await sideOf(begun, 'acme'),
    beta: await sideOf(begun, 'beta'),
    fingerprint: (tenant) => fingerprintOf(here, tenant),
    close: async () => {
      await first.close();
      await second.close();
      await here.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
