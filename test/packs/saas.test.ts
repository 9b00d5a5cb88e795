// The flagship pack: it is whole, its scenarios reach all of it, and its demo data are a company whose figures are known.
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { graphqlAsker } from '@tessera/api';
import { Administration, atScenarioDesk, createEngine, engineParts, Identity, type Engine } from '@tessera/engine';
import type { Context } from '@tessera/kernel';
import { newTenantToken, tokenHash } from '@tessera/security';
import { createSession } from '@tessera/storage';
import { password } from '../support/engine.ts';
import { exampleFolder } from '../support/packs.ts';
import { packDesk, provesPack, type PackDesk } from './example-pack.ts';

const tenant = 'vendor';
const ask = graphqlAsker();

interface Figures {
  readonly group?: Readonly<Record<string, unknown>>;
  readonly count: number;
  readonly sum: Readonly<Record<string, string | null>>;
  readonly avg: Readonly<Record<string, string | null>>;
}
type Answer = Readonly<Record<string, readonly Figures[]>>;
/** The scenario of the rates, as far as it is changed. */
interface Rates {
  readonly given: object;
  readonly steps: { readonly rates: object };
}

/** The last half hour of a year. */
const now = Date.parse('2026-12-31T23:30:00Z');
let desk: PackDesk;

beforeAll(async () => {
  desk = await packDesk(now);
});
afterAll(() => desk.close());

provesPack('saas', () => desk.options, { least: 8, one: 'renewalRates' });

describe('its renewal rates', () => {
  it('are the same whatever the day: the first of a year, the end of a month that is followed by a shorter one', async () => {
    const home = await mkdtemp(join(tmpdir(), 'saas-days-'));
    try {
      const folder = join(home, 'saas');
      await cp(exampleFolder('saas'), folder, { recursive: true });
      for (const name of ['crm-base', 'hightech']) await symlink(exampleFolder(name), join(home, name));
      const scenario = await readFile(join(folder, 'tests/renewalRates.json'), 'utf8');
      const { given, steps, ...rest } = JSON.parse(scenario) as Rates;
      await rm(join(folder, 'tests'), { recursive: true });
      await mkdir(join(folder, 'tests'));
      for (const [name, clock] of Object.entries({ newYear: '2027-01-01T00:30:00Z', januaryEnds: '2027-01-31T12:00:00Z' })) {
        const rates = { ...steps.rates, variables: { from: '2026-01-01', until: '2027-01-01' } };
        const day = { ...rest, name, given: { ...given, clock }, steps: { ...steps, rates } };
        await writeFile(join(folder, 'tests', `${name}.json`), JSON.stringify(day));
      }
      const { results } = await atScenarioDesk(desk.options, graphqlAsker(), (each) => each.test({ folder }));
      expect(results).toMatchObject([{ passed: true }, { passed: true }]);
    } finally {
      await rm(home, { recursive: true });
    }
  }, 400_000);
});

describe('its demo company', () => {
  let engine: Engine;
  let identity: Identity;
  const ids = new Map<string, string>();

  beforeAll(async () => {
    const packs = ['crm-base', 'hightech', 'saas'].map(exampleFolder);
    const administrator = { name: 'Admin', email: 'admin@vendor.example', password };
    await new Administration(desk.options).createTenant({ name: tenant, packs, demo: true, administrator });
    engine = await createEngine(desk.options);
    identity = new Identity(engineParts(desk.options));
    // Roll-ups with a schedule go on page by page, each due when the one before has ended.
    await engine.drain(tenant, now + 60_000);
    const { people } = (await query(platform(), '{ people: users(first: 100) { nodes { id name } } }')) as unknown as {
      readonly people: { readonly nodes: readonly { readonly id: string; readonly name: string }[] };
    };
    for (const { id, name } of people.nodes) ids.set(name, id);
  }, 400_000);
  afterAll(() => engine.close());

  const info = { requestId: 'test', languages: ['en'] };
  const platform = (): Context => identity.contextOf(tenant, { kind: 'system', userId: null }, info);
  /** Somebody who has signed in. */
  async function as(name: string): Promise<Context> {
    const [userId, context] = [ids.get(name) ?? '', platform()];
    const sessionId = context.newId();
    const session = {
      id: sessionId,
      userId,
      refreshHash: tokenHash(newTenantToken(tenant)),
      userAgent: null,
      address: null,
      impersonator: null,
    };
    const [at, expiresAt] = [0, 3_600_000].map((later) => new Date(now + later).toISOString());
    await createSession(desk.cell.tenant(tenant), { ...session, at: at ?? '', expiresAt: expiresAt ?? '' });
    return identity.contextOf(tenant, { kind: 'user', userId, sessionId }, info);
  }

  async function query(context: Context, document: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const { data, errors } = await ask(engine, context, { document, variables });
    expect(errors).toEqual([]);
    return data as Answer;
  }

  /** The figures of a root; of several groups those of the first. */
  const figure = (answer: Answer, root: string, field: string, how: 'sum' | 'avg' = 'sum'): number =>
    Number(answer[root]?.[0]?.[how][field]);

  /** The twelve months before the present one. */
  function year(): Readonly<Record<'from' | 'until', string>> {
    const today = new Date(now);
    const first = (months: number): string =>
      new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + months, 1)).toISOString().slice(0, 10);
    return { from: first(-12), until: first(0) };
  }

  it('runs by itself: nothing that automations had to do has failed', async () => {
    const { runs } = await engine.run('runs.list', platform(), { state: 'failed' });
    expect(runs).toEqual([]);
    expect((await engine.run('runs.list', platform(), { automation: 'renewalBooked' })).runs.length).toBeGreaterThan(90);
  });

  it('has renewed 85 % of what was due, and 100 % with add-ons, for 89 of 100 customers, at a margin of 75 %, for 1.1 years', async () => {
    const document = `query ($from: Date!, $until: Date!) {
      due: dueRenewalsAggregate(where: { period: { gte: $from, lt: $until } }) { sum { amountDue renewedAmount } customers: countDistinct { account } }
      kept: dueRenewalsAggregate(where: { period: { gte: $from, lt: $until }, renewedAmount: { gt: 0 } }) { customers: countDistinct { account } }
      renewed: renewalsAggregate(where: { kind: { eq: renewal }, period: { gte: $from, lt: $until } }) { sum { amount serviceCost } avg { termYears } }
      added: renewalsAggregate(where: { kind: { eq: addOn }, period: { gte: $from, lt: $until } }) { sum { amount } }
    }`;
    const answer = await query(await as('Henry Adler'), document, year());
    const [due, renewed, added] = [
      figure(answer, 'due', 'amountDue'),
      figure(answer, 'renewed', 'amount'),
      figure(answer, 'added', 'amount'),
    ];
    expect({ due, renewed, added, matched: figure(answer, 'due', 'renewedAmount') }).toEqual({
      due: 9_000_000,
      renewed: 7_650_000,
      added: 1_350_000,
      matched: 7_650_000,
    });
    expect([renewed / due, (renewed + added) / due]).toEqual([0.85, 1]);
    expect(answer).toMatchObject({ due: [{ customers: { account: 100 } }], kept: [{ customers: { account: 89 } }] });
    expect((renewed - figure(answer, 'renewed', 'serviceCost')) / renewed).toBe(0.75);
    expect(figure(answer, 'renewed', 'termYears', 'avg')).toBe(1.1);
  });

  it('reads the same renewals by the month of payment: what was written off is what was paid, product by product and person by person', async () => {
    const answer = await query(
      await as('赵敏'),
      `{ income: writeOffLinesAggregate(where: { orderLine: { kind: { eq: renewal } } }, groupBy: [{ writeOff: { on: MONTH } }]) { count sum { amount } }
         lines: writeOffLinesAggregate { sum { amount } }
         paid: paymentsAggregate { sum { amount used prepaid } }
         orders: salesOrdersAggregate(where: { kind: { eq: renewal } }) { sum { paidAmount openAmount } }
         credits: performanceCreditsAggregate(where: { kind: { eq: direct } }) { sum { amount } }
         lost: bankLinesAggregate(where: { state: { eq: unclear } }) { count } }`,
    );
    const months = answer['income'] ?? [];
    expect(months.length).toBeGreaterThan(9);
    const income = months.reduce((sum, { sum: { amount } }) => sum + Number(amount), 0);
    expect(income).toBeCloseTo(figure(answer, 'orders', 'paidAmount'), 2);
    expect(figure(answer, 'credits', 'amount')).toBe(figure(answer, 'lines', 'amount'));
    expect(figure(answer, 'paid', 'used')).toBe(figure(answer, 'lines', 'amount'));
    expect(answer['lost']).toEqual([{ count: 2 }]);
  });

  it('has customers in all three lights, what ends next with its success managers, and everybody their own', async () => {
    const board = await query(
      await as('Henry Adler'),
      `{ lights: accountsAggregate(where: { arr: { gt: 0 } }, groupBy: [{ healthGrade: VALUE }]) { group { healthGrade } count }
         next: dueRenewalsAggregate(where: { status: { eq: open } }) { count }
         dropped: healthSnapshotsAggregate(where: { dropped: { eq: true } }) { count }
         orders: salesOrdersAggregate { count } }`,
    );
    expect((board['lights'] ?? []).map(({ group }) => group?.['healthGrade']).sort()).toEqual(['green', 'red', 'yellow']);
    expect(board['next']?.[0]?.count).toBeGreaterThan(30);
    expect(board['dropped']?.[0]?.count).toBeGreaterThan(1);
    const seller = await query(await as('Anna Snelling'), '{ orders: salesOrdersAggregate { count } }');
    expect(seller['orders']?.[0]?.count).toBeGreaterThan(10);
    expect(seller['orders']?.[0]?.count).toBeLessThan((board['orders']?.[0]?.count ?? 0) / 4);
  });

  it('solves 85 % of bugs within two days, and knows what its campaigns brought', async () => {
    const answer = await query(
      await as('Henry Adler'),
      `{ bugs: ticketsAggregate(where: { kind: { eq: bug }, solvedAt: { isNull: false } }, groupBy: [{ bugFixState: VALUE }]) { group { bugFixState } count }
         won: opportunitiesAggregate(where: { recordType: { eq: subscription }, stage: { eq: won } }) { sum { amount } }
         even: attributionsAggregate(where: { model: { eq: even } }) { sum { amount } }
         campaigns: campaignsAggregate(where: { evenTouchAmount: { gt: 0 } }) { count } }`,
    );
    expect(answer['bugs']).toEqual([
      { group: { bugFixState: 'met' }, count: 17 },
      { group: { bugFixState: 'missed' }, count: 3 },
    ]);
    expect(figure(answer, 'even', 'amount')).toBe(figure(answer, 'won', 'amount'));
    expect(answer['campaigns']?.[0]?.count).toBeGreaterThan(3);
  });

  it('never spends more than a budget has, however many approve at the same moment', async () => {
    const create = async (who: Context, object: string, values: Readonly<Record<string, unknown>>): Promise<string> => {
      const [made] = (await engine.run('records.create', who, { object, records: [values] })).results;
      if (made?.ok !== true) throw new Error(JSON.stringify(made?.problems));
      return made.id;
    };
    const department = await create(platform(), 'department', { name: 'Expansion', code: 'expansion' });
    const budget = await create(await as('赵敏'), 'expenseBudget', {
      name: 'Expansion',
      department,
      start: '2000-01-01',
      end: '2999-12-31',
      amount: 1_000,
    });
    const about = { object: 'opportunity', id: await create(await as('Anna Snelling'), 'opportunity', { name: 'Big one' }) };
    const [seller, manager] = [await as('Anna Snelling'), await as('Dustin Brinkmann')];
    const approvals: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      const id = await create(seller, 'expense', { about, kind: 'travel', amount: 300, reason: `Trip ${String(i)}`, department });
      approvals.push((await engine.run('approvals.submit', seller, { object: 'expense', id })).approval);
    }
    const decided = await Promise.allSettled(
      approvals.map((approval) => engine.run('approvals.act', manager, { approval, action: 'approve' })),
    );
    const refused = decided.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(refused).toHaveLength(3);
    for (const why of refused) expect(JSON.stringify(why)).toContain('The budget of the department does not suffice.');
    const answer = await query(
      platform(),
      'query ($id: ID!) { spent: expensesAggregate(where: { budget: { id: { eq: $id } }, status: { eq: approved } }) { count sum { amount } } kept: expenseBudgetsAggregate(where: { id: { eq: $id } }) { sum { spent available } } }',
      { id: budget },
    );
    expect(answer).toMatchObject({ spent: [{ count: 3, sum: { amount: '900' } }], kept: [{ sum: { spent: '900', available: '100' } }] });
  });
});
