// An engine with workers: what tenants write down is done by itself, at its time, and none of them has to wait for another.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Handlers } from '@tessera/engine';
import type { Run, Timer } from '@tessera/storage';
import { until } from '../storage/cell-support.ts';
import type { TestTenant } from '../support/engine.ts';
import { at, ending, workScene, type WorkScene } from './work-scene.ts';

/** Sets of runs as they were done, as `tenant ×count`; and timers by their keys. */
const sets: string[] = [];
const timed: { readonly key: string; readonly late: number }[] = [];
let step: (runs: readonly Run[]) => Promise<void> | void = () => undefined;

const advancing = ending((runs) => step(runs));
const handlers: Handlers = {
  runs: {
    advance: async (session, runs) => {
      sets.push(`${session.context.tenant} ×${String(runs.length)}`);
      await advancing.advance(session, runs);
    },
    failed: () => Promise.resolve(),
  },
  timers: {
    test: (_session, timers: readonly Timer[]) => {
      timed.push(...timers.map(({ key, dueAt }) => ({ key, late: Date.now() - Date.parse(dueAt) })));
      return Promise.resolve();
    },
  },
};

let scene: WorkScene;
let acme: TestTenant;
let beta: TestTenant;

beforeAll(async () => {
  scene = await workScene(handlers, { engine: { workers: 2, stopMs: 2_000 } });
  [acme, beta] = [await scene.engine.tenant('acme', []), await scene.engine.tenant('beta', [])];
});
afterAll(() => scene.close());

async function openRuns(tenant: TestTenant): Promise<number> {
  const [row] = await scene.engine.sql(`select count(*)::int as n from ${tenant.schema}._run where state = 'ready'`);
  return Number(row?.['n']);
}

describe('workers', () => {
  it('do what a transaction has written, once it is committed', async () => {
    await scene.write(acme, { runs: [{}, {}, {}] });
    await until('the runs', async () => (await openRuns(acme)) === 0);
    expect(sets.splice(0)).toEqual(['acme ×3']);
  });

  it('do what is for later at its time, and each of many times', async () => {
    const times = [1500, 700, 2500];
    await scene.write(acme, { timers: times.map((ms, i) => ({ key: `t${String(i)}`, dueAt: at(ms) })) });
    await until('all of them', () => timed.length === 3);
    expect(timed.map(({ key }) => key)).toEqual(['t1', 't0', 't2']);
    for (const { late } of timed) {
      expect(late).toBeGreaterThanOrEqual(0);
      // To the second by which jobs begin, and one more until it is seen; a look at all tenants comes after minutes only.
      expect(late).toBeLessThan(20_000);
    }
    timed.length = 0;
  });

  it('let a tenant with one run pass one with thousands', async () => {
    step = () => sleep(5);
    await scene.write(acme, { runs: Array.from({ length: 5_000 }, () => ({})) });
    await until('the many to be begun', () => sets.length > 0);
    await scene.write(beta, { runs: [{}] });
    await until('the one', async () => (await openRuns(beta)) === 0);
    const left = await openRuns(acme);
    await until('the many', async () => (await openRuns(acme)) === 0, 60_000);
    const place = sets.indexOf('beta ×1');
    const rest = sets.slice(place + 1).length;
    // Of 25 sets and more; a turn has at most five of them before the other's comes.
    expect(rest).toBeGreaterThan(5);
    expect(left).toBeGreaterThan(0);
    sets.length = 0;
    step = () => undefined;
  });

  it('see to runs that failed by a fault of ours when they are due again', async () => {
    let tries = 0;
    step = () => {
      tries += 1;
      if (tries === 1) throw new TypeError('a mistake of ours');
    };
    await scene.write(acme, { runs: [{}] });
    await until('the second try', async () => (await openRuns(acme)) === 0);
    expect(tries).toBe(2);
    step = () => undefined;
    sets.length = 0;
  });

  it('find what nobody has woken them for when they begin', async () => {
    await scene.write(beta, { runs: [{}, {}], timers: [{ key: 'unwoken', dueAt: at(500) }] }, { wake: false });
    await sleep(300);
    expect(await openRuns(beta)).toBe(2);
    const other = await scene.another();
    await until('the runs', async () => (await openRuns(beta)) === 0);
    await until('the timer', () => timed.length === 1);
    await other.close();
    sets.length = 0;
  });

  it('forget a tenant that is gone', async () => {
    const gone = await scene.engine.tenant('gone', []);
    await scene.write(gone, { timers: [{ key: 'x', dueAt: at(1_000) }] });
    const jobs = "select from pgboss.job where group_id = 'gone'";
    await until('its job', async () => (await scene.engine.sql(jobs)).length > 0);
    await scene.engine.cell.dropTenant('gone');
    expect(await scene.engine.sql(jobs)).toEqual([]);
    // One that is made of what was under way just then finds nobody.
    const late = scene.engine.cell.jobs();
    await late.wake([{ kind: 'work', tenant: 'gone' }]);
    await late.close();
    await until('its end', async () => {
      const rows = await scene.engine.sql("select from pgboss.job where group_id = 'gone' and state <> 'completed'");
      return rows.length === 0;
    });
    expect(await scene.engine.sql("select from pgboss.job where name = 'dead'")).toEqual([]);
  });
});
