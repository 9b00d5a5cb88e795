// A customer of the pack saas in the midst of work: people, a few hundred records, approvals and runs that wait, clocks that run.
import { engineParts, Identity, type OperationInput, type OperationName, type OperationOutput, type RecordInput } from '@tessera/engine';
import { silentLogger, type Context } from '@tessera/kernel';
import { contentHash } from '@tessera/metadata';
import { newTenantToken, tokenHash } from '@tessera/security';
import { createSession } from '@tessera/storage';
import type { TestEngine, TestTenant } from '../support/engine.ts';

type Row = Readonly<Record<string, unknown>>;
type Person = 'gao' | 'mei' | 'lin' | 'cora' | 'fay';

const roles: Readonly<Record<Person, string>> = {
  gao: 'generalManager',
  mei: 'salesManager',
  lin: 'salesRep',
  cora: 'csm',
  fay: 'finance',
};
const managers: Readonly<Partial<Record<Person, Person>>> = { mei: 'gao', lin: 'mei', cora: 'mei' };

const day = (now: number, days: number): string => new Date(now + days * 86_400_000).toISOString().slice(0, 10);
const times = <T>(count: number, make: (i: number) => T): readonly T[] => Array.from({ length: count }, (_, i) => make(i));
const nth = <T>(list: readonly T[], i: number): T => {
  const found = list[i % list.length];
  if (found === undefined) throw new RangeError(`There is none at ${i}.`);
  return found;
};

/** From now to ten o'clock of next Monday, when nothing comes by itself. */
export function untilMonday(now: number): number {
  const [day, week] = [86_400_000, 7 * 86_400_000];
  // The first day of Unix time was a Thursday.
  const monday = Math.ceil((now - 4 * day) / week) * week + 4 * day;
  return monday + 10 * 3_600_000 - now;
}

export interface SaasCustomer {
  readonly tenant: TestTenant;
  readonly people: Readonly<Record<Person, string>>;
  readonly dues: readonly string[];
  readonly deals: readonly string[];
  readonly usage: readonly string[];
  /** Waits for the manager of its seller. */
  readonly discounted: string;
  /** Waits for the manager who sees to it; its process lets running approvals move. */
  readonly expense: string;
  /** Waits in a process of the customer's own. */
  readonly leaving: string;
  /** A run waits on it. */
  readonly signing: string;
  run<N extends OperationName>(who: Person, name: N, input: OperationInput<N>): Promise<OperationOutput<N>>;
  /** Does all that is due so many days ahead. */
  drain(days?: number): Promise<void>;
}

/** Written by the platform, a set at a time. */
async function put(engine: TestEngine, tenant: TestTenant, object: string, records: readonly RecordInput[]): Promise<readonly string[]> {
  const { results } = await engine.engine.run('records.create', tenant.systemContext(), { object, records });
  return results.map((result) => {
    if (!result.ok) throw new Error(`${object}: ${JSON.stringify(result.problems)}`);
    return result.id;
  });
}

async function hire(engine: TestEngine, tenant: TestTenant): Promise<Readonly<Record<Person, string>>> {
  const names = Object.keys(roles) as Person[];
  const users = names.map((name) => ({ name, email: `${name}@yunfeng.example`, active: true, roles: [roles[name]] }));
  const ids = await put(engine, tenant, 'user', users);
  const people = Object.fromEntries(names.map((name, i) => [name, ids[i]])) as Record<Person, string>;
  for (const [name, manager] of Object.entries(managers) as [Person, Person][])
    await tenant.update('user', people[name], { manager: people[manager] });
  return people;
}

/** Whoever has signed in, by operations. */
function signedIn(engine: TestEngine, tenant: TestTenant, people: Readonly<Record<Person, string>>): (who: Person) => Promise<Context> {
  const options = { cell: engine.cell, log: silentLogger, secret: 'a secret of these tests, long enough', clock: engine.clock };
  const identity = new Identity(engineParts(options));
  const known = new Map<Person, Context>();
  return async (who) => {
    const before = known.get(who);
    if (before !== undefined) return before;
    const [sessionId, userId] = [tenant.context().newId(), people[who]];
    const refreshHash = tokenHash(newTenantToken(tenant.name));
    const [at, expiresAt] = [new Date(engine.clock.now()), new Date(engine.clock.now() + 400 * 86_400_000)].map((date) =>
      date.toISOString(),
    );
    const session = { id: sessionId, userId, refreshHash, userAgent: null, address: null, impersonator: null };
    await createSession(engine.cell.tenant(tenant.name), { ...session, at: at ?? '', expiresAt: expiresAt ?? '' });
    const context = identity.contextOf(tenant.name, { kind: 'user', userId, sessionId }, { requestId: 'test', languages: ['en'] });
    known.set(who, context);
    return context;
  };
}

const stages = ['prospecting', 'engaging', 'trial', 'proposal', 'negotiation'];
const reasons = ['closed', 'price', 'usage', 'budget__c'];

/** Orders with lines, what of them is due, how it is used, what is on sale. */
async function fill(
  engine: TestEngine,
  tenant: TestTenant,
  people: SaasCustomer['people'],
): Promise<Pick<SaasCustomer, 'dues' | 'deals' | 'usage'>> {
  const now = engine.clock.now();
  const write = (object: string, records: readonly RecordInput[]): Promise<readonly string[]> => put(engine, tenant, object, records);
  const tiers = ['gold', 'silver', 'bronze'];
  const accounts = await write(
    'account',
    times(40, (i) => ({
      name: `Customer ${i}`,
      contractTier__c: nth(tiers, i),
      creditLimit__c: 1000 * i,
      customerSuccess: people.cora,
      owner: people.lin,
    })),
  );
  const products = await write('product', [
    { name: 'Suite', listPrice: 1000 },
    { name: 'Hub', listPrice: 300 },
  ]);
  const [paymentPlan = ''] = await write('paymentPlan', [{ name: 'Net' }]);
  await write('paymentPlanStep', [{ plan: paymentPlan, number: 1, share: 1, afterDays: 30 }]);
  const term = { paymentPlan, orderedOn: day(now, -300), contractStart: day(now, -300), contractEnd: day(now, 100), status: 'active' };
  const orders = await write(
    'salesOrder',
    accounts.map((account) => ({ account, owner: people.lin, ...term })),
  );
  const lines = await write(
    'orderLine',
    times(80, (i) => ({
      salesOrder: nth(orders, i),
      product: nth(products, i >= 40 ? 1 : 0),
      unitPrice: 1000 * (i + 1),
      kind: 'new',
      externalNumber: `SUB-${i}`,
    })),
  );
  const dues = await write(
    'dueRenewal',
    times(80, (i) => {
      const lost = i % 8 === 7;
      return {
        ...{ orderLine: nth(lines, i), account: nth(accounts, i), product: nth(products, i >= 40 ? 1 : 0), owner: people.cora },
        ...{
          dueOn: day(now, 100),
          period: `${day(now, 100).slice(0, 7)}-01`,
          amountDue: 1000 * (i + 1),
          workFrom: day(now, 10 + (i % 20)),
        },
        ...{
          recordType: i % 2 === 0 ? 'standard__c' : 'strategic__c',
          riskNote__c: `Note ${i}`,
          services__c: i % 3 === 0 ? ['training'] : null,
        },
        ...(lost ? { status: 'lost', lostReason: nth(reasons, i >> 3) } : {}),
      };
    }),
  );
  const playbooks = await write(
    'playbook__c',
    tiers.map((tier) => ({ name: `Play ${tier}`, tier__c: tier, discount__c: 0.1 })),
  );
  const half = dues.filter((_, i) => i % 2 === 0);
  await engine.engine.run('records.update', tenant.systemContext(), {
    object: 'dueRenewal',
    records: half.map((id, i) => ({ id, values: { playbook__c: nth(playbooks, i), signer__c: people.mei } })),
  });
  await write(
    'renewalVisit__c',
    half.map((id) => ({ dueRenewal__c: id, on__c: day(now, 12), result__c: 'Went well.' })),
  );
  const used = times(60, (i) => ({
    account: nth(accounts, i),
    product: nth(products, 0),
    day: day(now, -1 - (i > 39 ? 1 : 0)),
    seats: 10,
    activeUsers: i % 10,
  }));
  const usage = await write('usageRecord', used);
  const health = accounts.map((account, i) => ({ account, day: day(now, -3), score: 50 + i, grade: 'yellow', openTickets: i % 3 }));
  await write('healthSnapshot', health);
  await write(
    'ticket',
    times(12, (i) => ({ name: `Ticket ${i}`, account: nth(accounts, i), kind: i % 2 === 0 ? 'bug' : 'question', owner: people.cora })),
  );
  await write(
    'lead',
    times(12, (i) => ({ name: `Lead ${i}`, company: `Company ${i}`, source: i % 2 === 0 ? 'wechat__c' : 'website' })),
  );
  await write('fitRule', [{ name: 'Games', industry: 'software', points: 7 }]);
  const contacts = await write(
    'contact',
    accounts.map((account, i) => ({ name: `Contact ${i}`, account, owner: people.lin })),
  );
  const deals = await write(
    'opportunity',
    times(30, (i) => ({
      name: `Deal ${i}`,
      account: nth(accounts, i),
      primaryContact: nth(contacts, i),
      closeDate: day(now, 60),
      recordType: 'subscription',
      stage: nth(stages, i),
      amount: 1000 * i,
      bidNumber__c: `B-${i}`,
      owner: people.lin,
    })),
  );
  return { dues, deals, usage };
}

export async function saasCustomer(engine: TestEngine, tenant: TestTenant): Promise<SaasCustomer> {
  const people = await hire(engine, tenant);
  const context = signedIn(engine, tenant, people);
  const run: SaasCustomer['run'] = async (who, name, input) => engine.engine.run(name, await context(who), input);
  const drain: SaasCustomer['drain'] = async (days = 0) => {
    await engine.engine.drain(tenant.name, engine.clock.now() + days * 86_400_000 + 60_000);
  };
  const filled = await fill(engine, tenant, people);
  await drain();
  const discounted = nth(filled.deals, 0);
  await run('lin', 'records.update', { object: 'opportunity', records: [{ id: discounted, values: { discount: 0.2 } }] });
  const about = { object: 'opportunity', id: nth(filled.deals, 1) };
  const created = await run('lin', 'records.create', {
    object: 'expense',
    records: [{ about, kind: 'travel', amount: 300, reason: 'Trip' }],
  });
  const [made] = created.results;
  if (made?.ok !== true) throw new Error(JSON.stringify(made?.problems));
  await run('lin', 'approvals.submit', { object: 'expense', id: made.id });
  const leaving = nth(filled.dues, 2);
  await run('cora', 'approvals.submit', { object: 'dueRenewal', id: leaving });
  const signing = nth(filled.dues, 4);
  await run('cora', 'automations.start', { automation: 'signing__c', object: 'dueRenewal', id: signing, inputs: {} });
  await drain();
  return { tenant, people, ...filled, discounted, expense: made.id, leaving, signing, run, drain };
}

/** What tells of what was done, which version is in force, and what is set aside. */
const journals = /^(_history|_outbox|_definition|_migration|_migration_value|_run_step|_audit|_state|_gone.*)$/;

/** Words that are made of the records, when a timer was set, and when a session was used last, which is noted once a minute. */
const isAside = (table: string, column: string): boolean =>
  ['_search', 'last_used_at'].includes(column) || column.startsWith('_gone') || (table === '_timer' && column === 'created_at');

/** A hash of the rows of each table, but for journals. @param without records about which rows are left out */
export async function tablesOf(engine: TestEngine, schema: string, without: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const tables = await engine.sql(`select relname as name from pg_class where relnamespace = $1::regnamespace and relkind in ('r', 'p')`, [
    schema,
  ]);
  const hashes: [string, string][] = [];
  for (const { name } of tables as readonly { readonly name: string }[]) {
    if (journals.test(name)) continue;
    const rows = await engine.sql(`select to_jsonb(t) as row from ${schema}."${name}" t order by to_jsonb(t)::text`);
    const kept = rows
      .map(({ row }) => Object.entries(row as Row).filter(([column]) => !isAside(name, column)))
      .filter((row) => !row.some(([column, value]) => column !== 'id' && without.some((id) => id === value)))
      .map((row) => JSON.stringify(row.sort()));
    if (kept.length > 0) hashes.push([name, contentHash(kept.sort())]);
  }
  return Object.fromEntries(hashes.sort());
}
