// What administrators see of work that waits and has failed, page by page, and how they have it done again or give it up.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Handlers, JobList } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import { failureOf } from '../support/failures.ts';
import type { TestTenant } from '../support/engine.ts';
import { at, ending, workScene, type WorkScene } from './work-scene.ts';

let fails = true;
const act = (): void => {
  if (fails) throw fail('VALIDATION_FAILED', { message: 'Not so.' });
};
const handlers: Handlers = {
  runs: ending(act),
  timers: {
    test: () => {
      act();
      return Promise.resolve();
    },
  },
};

let scene: WorkScene;
let acme: TestTenant;

beforeAll(async () => {
  scene = await workScene(handlers);
  acme = await scene.engine.tenant('acme', []);
});
afterAll(() => scene.close());

beforeEach(async () => {
  fails = true;
  for (const table of ['_run', '_timer', '_effect']) await scene.engine.sql(`delete from ${acme.schema}.${table}`);
  await scene.engine.sql('delete from tessera.outbox');
});

const list = (input: Parameters<typeof acme.run<'jobs.list'>>[1] = {}): Promise<JobList> => acme.run('jobs.list', input);
const drain = (ms = 0) => scene.engine.engine.drain('acme', Date.now() + ms);
const codeOf = async (work: Promise<unknown>): Promise<string> => (await failureOf(work)).code;

describe('the list', () => {
  it('counts what could be done, is for later, waits and has failed, and how long the oldest has waited', async () => {
    await scene.write(acme, {
      runs: [{ dueAt: at(-9_000_000) }, { dueAt: at(600_000) }, { state: 'waiting' }, { state: 'waiting' }],
      timers: [
        { key: 'a', dueAt: at(-10_000) },
        { key: 'b', dueAt: at(600_000) },
      ],
      effects: [{ key: 'e', kind: 'mail', dueAt: at(600_000) }],
    });
    const { counts, oldestSeconds, failed, next, dead } = await list();
    expect(counts).toEqual([
      { kind: 'effect', state: 'later', count: 1 },
      { kind: 'run', state: 'later', count: 1 },
      { kind: 'run', state: 'ready', count: 1 },
      { kind: 'run', state: 'waiting', count: 2 },
      { kind: 'timer', state: 'later', count: 1 },
      { kind: 'timer', state: 'ready', count: 1 },
    ]);
    expect(Math.round((oldestSeconds ?? 0) / 1_000)).toBe(9);
    expect({ failed, next, dead }).toEqual({ failed: [], next: null, dead: [] });
  });

  it('has nothing of a tenant that does nothing', async () => {
    expect(await list()).toMatchObject({ counts: [], oldestSeconds: null, failed: [], next: null });
  });

  it('tells all failures with what was wrong, page by page, each once, the latest first', async () => {
    await scene.write(acme, {
      runs: Array.from({ length: 7 }, () => ({})),
      timers: Array.from({ length: 4 }, (_, i) => ({ key: `timer${String(i)}` })),
      effects: Array.from({ length: 3 }, (_, i) => ({ key: `mail${String(i)}`, kind: 'mail', address: 'ann@acme.example', content: '{}' })),
    });
    await drain(1_000);
    const pages: JobList[] = [];
    for (let before: string | undefined; ;) {
      const page = await list({ first: 4, ...(before === undefined ? {} : { before }) });
      pages.push(page);
      if (page.next === null) break;
      before = page.next;
    }
    expect(pages.map(({ failed }) => failed.length)).toEqual([4, 4, 4, 2]);
    const all = pages.flatMap(({ failed }) => failed);
    expect(new Set(all.map(({ id }) => id)).size).toBe(14);
    expect(all.map(({ failedAt }) => failedAt)).toEqual(
      all
        .map(({ failedAt }) => failedAt)
        .toSorted()
        .reverse(),
    );
    expect((await list({ kind: 'timer' })).failed.map(({ at: key }) => key).sort()).toEqual(['timer0', 'timer1', 'timer2', 'timer3']);
    const [run] = (await list({ kind: 'run', first: 1 })).failed;
    expect(run).toMatchObject({ name: 'greet', at: 'first', attempts: 1, error: { code: 'VALIDATION_FAILED', message: 'Not so.' } });
  });

  it.each(['x', '2026-05-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z_x', '2026-99-01T00:00:00.000Z_00000000-0000-0000-0000-000000000000'])(
    'takes no cursor such as %s',
    async (before) => {
      expect(await codeOf(list({ before }))).toBe('CURSOR_INVALID');
    },
  );
});

describe('what has failed', () => {
  async function failures(): Promise<JobList['failed']> {
    const [run, timer, effect] = [[{}], [{ key: 't' }], [{ key: 'e', kind: 'mail', content: '{}' }]];
    await scene.write(acme, { runs: run, timers: timer, effects: effect }, { wake: false });
    await drain(1_000);
    return (await list()).failed;
  }

  it('is done again from where it failed, with its wake-up, by whoever says so', async () => {
    const failed = await failures();
    expect(failed.map(({ kind }) => kind).sort()).toEqual(['effect', 'run', 'timer']);
    for (const { id } of failed) await acme.run('jobs.retry', { id });
    expect(await scene.engine.sql("select payload->'wake'->>0 as wake from tessera.outbox union select name from pgboss.job")).toEqual(
      expect.arrayContaining([{ wake: 'work' }, { wake: 'send' }]),
    );
    fails = false;
    await drain(2_000);
    expect((await list()).failed.map(({ kind }) => kind)).toEqual(['effect']);
    expect(await scene.rows(acme, '_run', 'state, attempts')).toEqual([{ state: 'done', attempts: 0 }]);
    expect(await scene.rows(acme, '_timer', 'key')).toEqual([]);
    const { entries } = await acme.run('audit.list', { action: 'job.retried' });
    expect(entries.map(({ detail, actor }) => [(detail as { readonly kind: string }).kind, actor]).sort()).toEqual(
      ['effect', 'run', 'timer'].map((kind) => [kind, acme.administrator]),
    );
  });

  it('or waits is given up, and then has ended', async () => {
    const failed = await failures();
    const [waiting = ''] = await scene.write(acme, { runs: [{ state: 'waiting' }] });
    await scene.write(acme, { timers: [{ key: 'of the run', runId: waiting, dueAt: at(60_000) }] });
    const ids = [...failed.map(({ id }) => id), waiting];
    for (const id of ids) await acme.run('jobs.delete', { id });
    fails = false;
    await drain(100_000);
    expect(await scene.rows(acme, '_run', 'state')).toEqual([{ state: 'cancelled' }, { state: 'cancelled' }]);
    expect(await scene.rows(acme, '_effect', 'state')).toEqual([{ state: 'cancelled' }]);
    expect(await scene.rows(acme, '_timer', 'key')).toEqual([]);
    expect(await list()).toMatchObject({ counts: [], failed: [] });
    for (const id of ids) {
      expect(await codeOf(acme.run('jobs.delete', { id }))).toBe('JOB_NOT_FOUND');
      expect(await codeOf(acme.run('jobs.retry', { id }))).toBe('JOB_NOT_FOUND');
    }
  });

  it('is not what is done, goes on, or was never there', async () => {
    const [ready = ''] = await scene.write(acme, { runs: [{}] });
    for (const id of [ready, crypto.randomUUID(), 'x', '']) expect(await codeOf(acme.run('jobs.retry', { id }))).toBe('JOB_NOT_FOUND');
  });
});

describe('a dead job', () => {
  it('is listed, replayed and removed', async () => {
    await list();
    const ids = [crypto.randomUUID(), crypto.randomUUID()];
    for (const id of ids)
      await scene.engine.sql(
        `insert into pgboss.job (id, name, data, group_id, source_name, source_retry_count, source_output)
          values ($1, 'dead', '{}', 'acme', 'send', 8, '{"message": "the node was gone"}')`,
        [id],
      );
    const { dead } = await list();
    expect(dead.map(({ id }) => id).sort()).toEqual(ids.toSorted());
    expect(dead[0]).toMatchObject({ kind: 'send', retries: 8, error: 'the node was gone' });
    await scene.engine.sql("delete from pgboss.job where name <> 'dead'");
    await acme.run('jobs.retry', { id: ids[0] ?? '' });
    await acme.run('jobs.delete', { id: ids[1] ?? '' });
    expect(await list()).toMatchObject({ dead: [], queues: [{ kind: 'send', waiting: 1, running: 0 }] });
    expect(await codeOf(acme.run('jobs.delete', { id: ids[0] ?? '' }))).toBe('JOB_NOT_FOUND');
  });
});
