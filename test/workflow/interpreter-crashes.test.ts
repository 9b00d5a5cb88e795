// Runs whose step ends the process: the next turn does each alone and counts it first, so that the one to blame ends as failed.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { engineParts, systemSession } from '@tessera/engine';
import { fail, silentLogger } from '@tessera/kernel';
import { runInSession } from '@tessera/records';
import type { Desk, RunHandler } from '@tessera/workflow';
import { takeTurn, workLimits } from '../../packages/workflow/src/jobs/work.ts';
import type { TestTenant } from '../support/engine.ts';
import { ending, workScene, type WorkScene } from './work-scene.ts';

let scene: WorkScene;
let acme: TestTenant;
beforeAll(async () => {
  scene = await workScene({ timers: {} });
  acme = await scene.engine.tenant('acme', []);
});
afterAll(() => scene.close());

it('a run that is never the end of a turn has failed after six', async () => {
  const [first = '', bad = '', last = ''] = await scene.write(acme, { runs: [{}, {}, {}] });
  const failed: string[] = [];
  // As if the process were gone: nothing of the transaction is left, and nobody is told.
  const runs: RunHandler = {
    ...ending((some) => {
      if (some.some(({ id }) => id === bad)) throw fail('DATABASE_UNAVAILABLE', { tenant: 'acme' });
    }),
    failed: (_, { id }) => {
      failed.push(id);
      return Promise.resolve();
    },
  };
  const parts = engineParts({
    cell: scene.engine.cell,
    log: silentLogger,
    secret: 'a secret of these tests, long enough',
    clock: scene.engine.clock,
  });
  const desk: Desk = {
    database: scene.engine.cell.tenant('acme'),
    clock: scene.engine.clock,
    transact: async (work) => runInSession(await systemSession(parts, acme.systemContext()), work),
  };
  const turn = (careful: boolean) => takeTurn(desk, { runs, timers: {} }, { limits: workLimits, careful });
  const rows = () => scene.engine.sql(`select id, state, attempts, error->>'code' as code from ${acme.schema}._run order by id`);
  await expect(turn(false)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  expect(await rows()).toMatchObject([first, bad, last].map((id) => ({ id, state: 'ready', attempts: 0 })));
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    await expect(turn(true)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect((await rows())[1]).toMatchObject({ id: bad, state: 'ready', attempts: attempt });
  }
  expect(failed).toEqual([]);
  expect(await turn(true)).toMatchObject({ more: false });
  expect(failed).toEqual([bad]);
  expect(await rows()).toMatchObject([{ state: 'done' }, { id: bad, state: 'failed', code: 'RUN_CRASHED' }, { state: 'done' }]);
});
