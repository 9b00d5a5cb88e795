// Turns of a tenant without jobs: sets of runs, timers at their time, and failures that stand alone.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fail } from '@tessera/kernel';
import { createRecords } from '@tessera/records';
import { appendJournal, readJournal, setTimers, type Run, type Timer, type WorkflowDoor } from '@tessera/storage';
import type { Handlers } from '@tessera/engine';
import type { TestTenant } from '../support/engine.ts';
import { at, doorIn, ending, newId, notePack, workScene, type WorkScene } from './work-scene.ts';

/** Replaced by each test. */
const acts: {
  runs: (runs: readonly Run[]) => Promise<void> | void;
  timers: (timers: readonly Timer[], door: WorkflowDoor) => Promise<void> | void;
} = {
  runs: () => undefined,
  timers: () => undefined,
};
const failed: string[] = [];
const advancing = ending((runs) => acts.runs(runs));
const handlers: Handlers = {
  runs: {
    advance: async (session, runs) => {
      // Something of the tenant's own, to see what is taken back with a failure.
      await createRecords(
        session,
        'note',
        runs.map((run) => ({ pointer: '', input: { name: run.id } })),
        { allOrNone: true, internal: true },
      );
      await advancing.advance(session, runs);
    },
    failed: async (session, run, error) => {
      failed.push(`${run.id} ${String(error)}`);
      const entry = { runId: run.id, id: newId(), path: run.position, type: 'set', state: 'failed' as const };
      await appendJournal(doorIn(session), [{ ...entry, input: null, output: null, error: '{}', startedAt: at(), endedAt: at() }]);
    },
  },
  timers: { test: async (session, timers) => acts.timers(timers, doorIn(session)) },
};

let scene: WorkScene;
let acme: TestTenant;

beforeAll(async () => {
  scene = await workScene(handlers);
  acme = await scene.engine.tenant('acme', [notePack]);
});
afterAll(() => scene.close());

beforeEach(async () => {
  failed.length = 0;
  acts.runs = () => undefined;
  acts.timers = () => undefined;
  for (const table of ['_run_step', '_run', '_timer', 'note']) await scene.engine.sql(`delete from ${acme.schema}.${table}`);
});

const drain = (ms = 0) => scene.engine.engine.drain('acme', Date.now() + ms);
const states = async (): Promise<readonly unknown[]> =>
  (await scene.engine.sql(`select state, count(*)::int as n from ${acme.schema}._run group by state order by state`)).map((row) => row);

describe('ready runs', () => {
  it('are taken as sets of those that stand at the same step of the same definition, the oldest set first', async () => {
    const sets: string[] = [];
    acts.runs = (runs) =>
      void sets.push([...new Set(runs.map((run) => `${run.definition} ${run.position}`))].join() + ` ×${String(runs.length)}`);
    const of = (definition: string, position: string, ms: number) => ({ definition, position, dueAt: at(ms) });
    const runs = [
      ...Array.from({ length: 250 }, () => of('d1', 'first', -2000)),
      of('d1', 'second', -3000),
      of('d2', 'first', -1000),
      of('d1', 'second', -1000),
    ];
    await scene.write(acme, { runs });
    expect(await drain()).toEqual({ worked: 253, sent: 0, settled: true });
    expect(sets).toEqual(['d1 second ×2', 'd1 first ×200', 'd1 first ×50', 'd2 first ×1']);
    expect(await states()).toEqual([{ state: 'done', n: 253 }]);
  });

  it('are not taken before they are due, nor once they are waiting', async () => {
    await scene.write(acme, { runs: [{ dueAt: at(60_000) }, { state: 'waiting' }, {}] });
    expect(await drain()).toMatchObject({ worked: 1 });
    expect(await drain(61_000)).toMatchObject({ worked: 1 });
    expect(await states()).toEqual([
      { state: 'done', n: 2 },
      { state: 'waiting', n: 1 },
    ]);
  });

  it('are passed over while somebody holds them, and taken after', async () => {
    const [first = ''] = await scene.write(acme, { runs: [{}, {}] });
    await scene.engine.cell.tenant('acme').transaction(async (transaction) => {
      await transaction.query({ text: `select from ${acme.schema}._run where id = $1 for update`, values: [first] });
      expect(await drain()).toMatchObject({ worked: 1 });
    });
    expect(await drain()).toMatchObject({ worked: 1 });
  });

  it('keep their variables and definitions as they were written', async () => {
    const variables = '{"z": 1.50, "a": 12345678901234567890, "t": "\\u0000"}';
    const seen: string[] = [];
    acts.runs = (runs) => void seen.push(...runs.map((run) => run.variables));
    await scene.write(acme, { runs: [{ variables }] });
    await drain();
    expect(seen).toEqual([variables]);
    expect(await scene.engine.sql(`select content::text from ${acme.schema}._definition limit 1`)).toEqual([
      { content: '{"b": 1, "a": 2}' },
    ]);
  });
});

describe('runs that fail', () => {
  it('stand alone in the end, with all that they wrote taken back, and the others are done', async () => {
    const ids = await scene.write(acme, { runs: Array.from({ length: 50 }, () => ({})) });
    const bad = new Set([ids[7], ids[8], ids[41]]);
    let calls = 0;
    acts.runs = (runs) => {
      calls += 1;
      if (runs.some(({ id }) => bad.has(id))) throw fail('VALIDATION_FAILED', { message: 'Too much.' });
    };
    expect(await drain()).toMatchObject({ worked: 50, settled: true });
    const rows = await scene.engine.sql(
      `select id, state, error->>'code' as code, attempts from ${acme.schema}._run where state <> 'done' order by id`,
    );
    expect(rows).toEqual([...bad].map((id) => ({ id, state: 'failed', code: 'VALIDATION_FAILED', attempts: 1 })));
    expect(await scene.engine.sql(`select count(*)::int as n, count(distinct name)::int as names from ${acme.schema}.note`)).toEqual([
      { n: 47, names: 47 },
    ]);
    expect(failed).toHaveLength(3);
    expect(calls).toBeLessThan(30);
    const journal = await readJournal(
      { schema: acme.schema, query: (statement) => scene.engine.cell.tenant('acme').query(statement) },
      ids[7] ?? '',
    );
    expect(journal.map(({ path, state }) => `${path} ${state}`)).toEqual(['first failed']);
  });

  it('of themselves, and not by a refusal, are tried again ever later, and fail after the last time', async () => {
    await scene.write(acme, { runs: [{}] });
    acts.runs = () => {
      throw new TypeError('a mistake of ours');
    };
    let ms = 0;
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      expect(await drain(ms)).toMatchObject({ worked: 1 });
      const [row] = await scene.engine.sql(
        `select state, attempts, (extract(epoch from due_at) * 1000)::float8 as due from ${acme.schema}._run`,
      );
      expect(row).toMatchObject({ state: attempt < 6 ? 'ready' : 'failed', attempts: attempt });
      pauses.push(Math.round((Number(row?.['due']) - Date.now() - ms) / 1000));
      ms = Number(row?.['due']) - Date.now() + 50;
    }
    expect(pauses[0]).toBeLessThanOrEqual(3);
    expect(pauses[4]).toBeGreaterThan(200);
    expect(failed).toHaveLength(1);
  });

  it('are not blamed where the database is away: nothing is written, and the turn says so', async () => {
    await scene.write(acme, { runs: [{}] });
    acts.runs = () => {
      throw fail('DATABASE_UNAVAILABLE', { tenant: 'acme' });
    };
    await expect(drain()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(await scene.engine.sql(`select state, attempts from ${acme.schema}._run`)).toEqual([{ state: 'ready', attempts: 0 }]);
  });
});

describe('timers', () => {
  it('are taken when they are due, the earliest first, and once', async () => {
    const seen: string[] = [];
    acts.timers = (timers) => void seen.push(...timers.map(({ key }) => key));
    const of = (key: string, ms: number, more = {}) => ({ key, dueAt: at(ms), ...more });
    await scene.write(acme, { timers: [of('b', -1000), of('a', -2000), of('later', 60_000), of('foreign', -5000, { kind: 'unknown' })] });
    await drain();
    await drain();
    expect(seen).toEqual(['a', 'b']);
    await drain(61_000);
    expect(seen).toEqual(['a', 'b', 'later']);
    expect(await scene.engine.sql(`select key from ${acme.schema}._timer`)).toEqual([{ key: 'foreign' }]);
  });

  it('are moved by their key, and set again by whoever does what they are for', async () => {
    const seen: string[] = [];
    acts.timers = (timers) => void seen.push(...timers.map(({ key, content }) => `${key} ${content}`));
    await scene.write(acme, { timers: [{ key: 'reminder', dueAt: at(-1000), content: '1' }] });
    await scene.write(acme, { timers: [{ key: 'reminder', dueAt: at(30_000), content: '2' }] });
    await drain();
    expect(seen).toEqual([]);
    await drain(31_000);
    expect(seen).toEqual(['reminder 2']);
  });

  it('that fail do so alone, come back later, and stay as failed after the last time', async () => {
    const seen: string[] = [];
    acts.timers = (timers) => {
      if (timers.some(({ key }) => key === 'bad')) throw new TypeError('a mistake of ours');
      seen.push(...timers.map(({ key }) => key));
    };
    await scene.write(acme, { timers: ['x', 'bad', 'y'].map((key) => ({ key, dueAt: at(-1000) })) });
    for (let attempt = 0; attempt < 6; attempt += 1) await drain(attempt * 7_200_000);
    expect(seen.sort()).toEqual(['x', 'y']);
    const [row] = await scene.engine.sql(
      `select key, attempts, failed_at is not null as failed, error->>'message' as message from ${acme.schema}._timer`,
    );
    expect(row).toEqual({ key: 'bad', attempts: 6, failed: true, message: 'a mistake of ours' });
    expect(await drain(999_999_999)).toMatchObject({ worked: 0 });
  });

  it('that make themselves anew for ever end a drain that says so', async () => {
    await scene.write(acme, { timers: [{ key: 'endless', dueAt: at(-1000) }] });
    acts.timers = (timers, door) => setTimers(door, timers, at());
    expect(await drain()).toEqual({ worked: 1000, sent: 0, settled: false });
  });
});
