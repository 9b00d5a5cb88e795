// The demo people of crm-base and library, signed in each as themselves; and the sales data as it lies in the CSV, to compare with.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Administration } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { openCell } from '@tessera/storage';
import { password } from '../support/engine.ts';
import { HttpClient, type Answer, type Json } from '../support/http-client.ts';
import { exampleFolder } from '../support/packs.ts';
import { flowDatabase, secret, type FlowDatabase } from './server-scene.ts';

/** Those of the demo people whom the tests speak of, by what they do. */
const cast = {
  rep: 'darcel.schlecht',
  otherRep: 'anna.snelling',
  manager: 'melvin.marxen',
  otherManager: 'dustin.brinkmann',
  vp: 'grace.zhou',
  sdr: 'oliver.grant',
  otherSdr: 'chen.xiaodong',
  sdrLead: 'lin.yue',
  csm: 'wang.xue',
  finance: 'zhao.min',
  auditor: 'margaret.hollis',
  operations: 'samuel.okoro',
} as const;

export type Part = keyof typeof cast;

/** A row of the sales data. */
export interface Deal {
  readonly number: string;
  readonly agent: string;
  readonly manager: string;
  readonly account: string;
  readonly stage: string;
  readonly amount: number;
}

function rowsOf(file: string): Readonly<Record<string, string>>[] {
  const text = readFileSync(join(exampleFolder('crm-base'), 'data', file), 'utf8');
  const [headers = [], ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  return rows.map((cells) => Object.fromEntries(headers.map((header, i) => [header, cells[i] ?? ''])));
}

export function readDeals(): readonly Deal[] {
  const managers = new Map(rowsOf('sales_teams.csv').map((row) => [row['sales_agent'], row['manager'] ?? '']));
  return rowsOf('sales_pipeline.csv').map((row) => ({
    number: row['opportunity_id'] ?? '',
    agent: row['sales_agent'] ?? '',
    manager: managers.get(row['sales_agent']) ?? '',
    account: row['account'] ?? '',
    stage: (row['deal_stage'] ?? '').toLowerCase(),
    amount: Number(row['close_value']),
  }));
}

/** Count and sum, as `figures` asks for them. */
export function figuresOf(deals: readonly Deal[]): Json {
  return { count: deals.length, sumAmount: String(deals.reduce((sum, { amount }) => sum + amount, 0)) };
}

/** A caller with the questions that several tests ask. */
export class Person {
  readonly http: HttpClient;

  constructor(http: HttpClient) {
    this.http = http;
  }

  list(object: string, parameters: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.http.get(`/api/v1/records/${object}?${new URLSearchParams({ first: '1000', ...parameters }).toString()}`);
  }

  /** Records of a list. Throws where it is refused. */
  async records(object: string, parameters: Readonly<Record<string, string>> = {}): Promise<readonly Json[]> {
    const answer = await this.list(object, parameters);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.json['records'] as readonly Json[];
  }

  /** The first record with this value, or nothing. */
  async found(object: string, field: string, value: string, ...fields: readonly string[]): Promise<Json | undefined> {
    const filter = JSON.stringify({ '==': [{ var: field }, value] });
    const [record] = await this.records(object, { filter, fields: ['id', ...fields].join(',') });
    return record;
  }

  /** The id of the record with this value. Throws where the person sees none. */
  async id(object: string, field: string, value: string): Promise<string> {
    const record = await this.found(object, field, value);
    if (typeof record?.['id'] !== 'string') throw new Error(`There is no ${object} with ${field} ${value}.`);
    return record['id'];
  }

  count(object: string, filter?: unknown): Promise<number> {
    const groups = this.aggregate(object, [{ function: 'count' }], filter);
    return groups.then(([group]) => Number(group?.['count']));
  }

  async aggregate(object: string, measures: readonly Json[], filter?: unknown): Promise<readonly Json[]> {
    const answer = await this.http.post(`/api/v1/records/${object}/aggregate`, { measures, ...(filter === undefined ? {} : { filter }) });
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.json['groups'] as readonly Json[];
  }

  /** Count and sum of the opportunities that the person sees. */
  async figures(): Promise<Json> {
    const [group] = await this.aggregate('opportunity', [{ function: 'count' }, { function: 'sum', path: 'amount' }]);
    return group ?? {};
  }

  /** The fields of a GraphQL type as the person's schema has it; undefined where it has no such type. */
  async fieldsOf(type: string): Promise<readonly string[] | undefined> {
    const found = (await this.http.graphql(`{ __type(name: "${type}") { fields { name } } }`))['__type'];
    return (found as { readonly fields: readonly { readonly name: string }[] } | null)?.fields.map(({ name }) => name);
  }

  create(object: string, values: Json): Promise<Answer> {
    return this.http.post(`/api/v1/records/${object}?fields=id`, values);
  }

  update(object: string, id: string, values: Json): Promise<Answer> {
    return this.http.patch(`/api/v1/records/${object}/${id}`, values);
  }

  remove(object: string, id: string): Promise<Answer> {
    return this.http.call('DELETE', `/api/v1/records/${object}/${id}`);
  }

  export(object: string, fields = 'id'): Promise<Answer> {
    return this.http.get(`/api/v1/records/${object}/export?fields=${fields}`);
  }
}

export interface RolesScene {
  readonly as: Readonly<Record<Part, Person>>;
  /** People of another tenant, which lends books. */
  readonly library: Readonly<Record<'librarian' | 'ada' | 'wei', Person>>;
  close(): Promise<void>;
}

const emailOf = (name: string): string => `${name}@demo.example`;

async function givePasswords(db: FlowDatabase, tenant: string, names: readonly string[]): Promise<void> {
  const cell = await openCell({ url: db.database.url, log: silentLogger });
  try {
    const administration = new Administration({ cell, log: silentLogger, secret, clock: { now: () => Date.now() } });
    const emails = new Set(names.map(emailOf));
    const people = (await administration.people(tenant)).filter(({ email }) => emails.has(email));
    const persons = people.map((person) => ({ ...person, password }));
    await administration.setPasswords(tenant, persons);
  } finally {
    await cell.close();
  }
}

/** Both tenants with their demo data, once for the whole file; close it in `afterAll`. */
export async function rolesScene(): Promise<RolesScene> {
  const db = await flowDatabase();
  await db.tenant('sales', ['crm-base'], true);
  await db.tenant('shelf', ['library'], true);
  await givePasswords(db, 'sales', Object.values(cast));
  await givePasswords(db, 'shelf', ['rosa', 'ada', 'wei']);
  const server = await db.open();
  const signIn = async <K extends string>(tenant: string, names: Readonly<Record<K, string>>): Promise<Readonly<Record<K, Person>>> => {
    const people = Object.entries<string>(names).map(async ([part, name]) => {
      const http = await HttpClient.signIn(server.url, { tenant, email: emailOf(name), password });
      return [part, new Person(http)] as const;
    });
    return Object.fromEntries(await Promise.all(people)) as Record<K, Person>;
  };
  const as = await signIn('sales', cast);
  const library = await signIn('shelf', { librarian: 'rosa', ada: 'ada', wei: 'wei' });
  return {
    as,
    library,
    close: async () => {
      await server.close();
      await db.close();
    },
  };
}
