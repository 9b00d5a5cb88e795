// The pack for fast-moving goods: it is whole, its scenarios hold, and its demo data look like a company at work.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { graphqlAsker } from '@tessera/api';
import { Administration, createEngine, engineParts, Identity, type Engine } from '@tessera/engine';
import type { Context } from '@tessera/kernel';
import { password } from '../support/engine.ts';
import { exampleFolder } from '../support/packs.ts';
import { packDesk, provesPack, type PackDesk } from './example-pack.ts';

interface Nodes<T> {
  readonly nodes: readonly T[];
}

const tenant = 'foods';
const ask = graphqlAsker();

/** A Wednesday in the middle of a month. */
const now = Date.parse('2026-03-18T09:00:00Z');
let desk: PackDesk;

beforeAll(async () => {
  desk = await packDesk(now);
});
afterAll(() => desk.close());

provesPack('fmcg', () => desk.options, { least: 25, one: 'demoCompanyWorks' });

describe('its demo data', () => {
  let engine: Engine;
  let platform: Context;

  beforeAll(async () => {
    const administrator = { name: 'Admin', email: 'admin@foods.example', password };
    const packs = ['crm-base', 'fmcg'].map(exampleFolder);
    await new Administration(desk.options).createTenant({ name: tenant, packs, demo: true, administrator });
    engine = await createEngine(desk.options);
    await engine.drain(tenant, now);
    const info = { requestId: 'test', languages: ['en'] };
    platform = new Identity(engineParts(desk.options)).contextOf(tenant, { kind: 'system', userId: null }, info);
  }, 400_000);
  afterAll(() => engine.close());

  /** All records of one root field. */
  async function all<T>(root: string, fields: string, where = ''): Promise<readonly T[]> {
    const document = `{ ${root}(first: 1000${where}) { nodes { ${fields} } } }`;
    const { data, errors } = await ask(engine, platform, { document, variables: {} });
    expect(errors).toEqual([]);
    return (data as Readonly<Record<string, Nodes<T>>>)[root]?.nodes ?? [];
  }

  async function create(object: string, values: Readonly<Record<string, unknown>>): Promise<string> {
    const [made] = (await engine.run('records.create', platform, { object, records: [values] })).results;
    if (made?.ok !== true) throw new Error(JSON.stringify(made?.problems));
    return made.id;
  }

  it('run by themselves: nothing that automations had to do has failed', async () => {
    expect((await engine.run('runs.list', platform, { state: 'failed' })).runs).toEqual([]);
  });

  it('grade every outlet, and have the better ones visited more often', async () => {
    const outlets = await all<{ readonly grade: string; readonly status: string; readonly visitCount: number }>(
      'fmcg__outlets',
      'grade status visitCount',
    );
    const average = (grade: string): number => {
      const counts = outlets.filter((each) => each.grade === grade && each.status === 'active').map(({ visitCount }) => visitCount);
      return counts.reduce((sum, count) => sum + count, 0) / counts.length;
    };
    expect(outlets.map(({ grade }) => grade)).not.toContain(null);
    expect(average('a')).toBeGreaterThan(average('b'));
    expect(average('b')).toBeGreaterThan(average('c'));
  });

  it('check visits on the spot, against the standards of the outlet', async () => {
    const visits = await all<{
      readonly status: string;
      readonly checkInDistance: number | null;
      readonly farReason: string | null;
      readonly displayScore: number | null;
      readonly minutes: number | null;
    }>('fmcg__visits', 'status checkInDistance farReason displayScore minutes');
    const done = visits.filter(({ status }) => status === 'done');
    expect(done.length / visits.length).toBeGreaterThan(0.8);
    expect(done.filter(({ checkInDistance, farReason }) => (checkInDistance ?? Infinity) > 300 && farReason === null)).toEqual([]);
    expect(done.every(({ minutes }) => minutes !== null && minutes > 0 && minutes < 120)).toBe(true);
    const scores = done.flatMap(({ displayScore }) => (displayScore === null ? [] : [displayScore]));
    expect(scores.length).toBeGreaterThan(50);
    expect(scores.reduce((sum, score) => sum + score, 0) / scores.length).toBeGreaterThan(0.7);
    expect(Math.min(...scores)).toBeLessThan(0.6);
  });

  it('order within quotas and credit, but for what waits for an exception', async () => {
    const quotas = await all<{ readonly quantity: number; readonly ordered: number }>('fmcg__quotas', 'quantity ordered');
    expect(quotas.every(({ quantity, ordered }) => ordered <= quantity)).toBe(true);
    expect(quotas.filter(({ ordered }) => ordered > 0).length).toBeGreaterThan(60);
    const orders = await all<{ readonly externalNumber: string; readonly needsApproval: boolean; readonly balance: number }>(
      'fmcg__orders',
      'externalNumber needsApproval balance',
    );
    expect(orders.filter(({ needsApproval }) => needsApproval).map(({ externalNumber }) => externalNumber)).toEqual(['QQ-GS-1009']);
    expect(orders.filter(({ balance }) => balance < 0).map(({ externalNumber }) => externalNumber)).toEqual(['QQ-GS-1006']);
    const distributors = await all<{ readonly outstanding: number; readonly creditUsed: number; readonly availableCredit: number }>(
      'fmcg__distributors',
      'outstanding creditUsed availableCredit',
    );
    expect(distributors.every(({ outstanding, creditUsed, availableCredit }) => outstanding <= creditUsed && availableCredit > 0)).toBe(
      true,
    );
  });

  it('carry stock from month to month, and spend budgets on promotions that are proved', async () => {
    const lines = await all<{ readonly opening: number; readonly difference: number; readonly explanation: string | null }>(
      'fmcg__stockReportLines',
      'opening difference explanation',
    );
    expect(lines.filter(({ difference, explanation }) => difference !== 0 && explanation === null)).toEqual([]);
    const budgets = await all<{ readonly available: number; readonly reserved: number; readonly settled: number }>(
      'fmcg__budgets',
      'available reserved settled',
    );
    expect(budgets.every(({ available, reserved }) => available > 0 && reserved > 0)).toBe(true);
    const promotions = await all<{ readonly status: string; readonly openClaims: number; readonly executionRate: number }>(
      'fmcg__promotions',
      'status openClaims executionRate',
    );
    const settled = promotions.filter(({ status }) => status === 'settled');
    expect(settled.length).toBeGreaterThan(2);
    expect(settled.every(({ openClaims, executionRate }) => openClaims === 0 && executionRate === 1)).toBe(true);
    expect(new Set(promotions.map(({ status }) => status)).size).toBe(7);
  });

  it('never give more cases or credit than there are, however many orders are confirmed at the same moment', async () => {
    const [product, free] = [
      await create('product', { name: 'Rare', fmcg__casePrice: 10 }),
      await create('product', { name: 'Plenty', fmcg__casePrice: 10 }),
    ];
    const distributor = await create('fmcg__distributor', { name: 'Rush', code: 'RUSH', creditLimit: 1_000 });
    await create('fmcg__quota', { distributor, product, month: '2026-03-01', quantity: 100 });
    const rush = async (ordered: string, quantity: number): Promise<number> => {
      const orders: string[] = [];
      for (let i = 0; i < 5; i += 1) {
        orders.push(await create('fmcg__order', { distributor }));
        await create('fmcg__orderLine', { order: orders.at(-1), product: ordered, quantity });
      }
      const confirmed = await Promise.allSettled(
        orders.map((id) =>
          engine.run('records.update', platform, { object: 'fmcg__order', records: [{ id, values: { status: 'confirmed' } }] }),
        ),
      );
      const refused = confirmed.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      for (const why of refused) expect(JSON.stringify(why)).toMatch(/quota|credit/);
      return orders.length - refused.length;
    };
    expect([await rush(product, 30), await rush(free, 6)]).toEqual([3, 1]);
    const [drawn] = await all<{ readonly ordered: number; readonly distributor: { readonly outstanding: number } }>(
      'fmcg__quotas',
      'ordered distributor { outstanding }',
      `, where: { product: { id: { eq: "${product}" } } }`,
    );
    expect(drawn).toEqual({ ordered: 90, distributor: { outstanding: 960 } });
  });
});
