// A record that comes back while what its lookup led to comes back too: the lookup is emptied, and nobody's sums are touched.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { connected } from '../support/postgres.ts';
import { house } from './rollup-scene.ts';

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [house]);
});
afterAll(() => engine.close());

/** Until somebody waits for a lock. */
async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const [row] = await engine.sql("select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock'");
    if (row?.['waiting'] === 1) return;
  }
}

describe('a restored record', () => {
  it('takes nothing from a sum that has not counted it', async () => {
    const building = await acme.create('building', { name: 'B' });
    const floor = await acme.create('floor', { name: 'F', building });
    const spare = await acme.create('floor', { name: 'S', building });
    const room = await acme.create('room', { name: 'R', floor, spare, area: 5 });
    await acme.remove('room', room);
    await acme.remove('floor', spare);

    await connected(engine.database.url, async (client) => {
      await client.query('begin');
      // The restore has seen by now that the floor is in the bin, and waits to write its history.
      await client.query(`lock table ${acme.schema}._history in share mode`);
      const restored = acme.run('records.restore', { object: 'room', ids: [room] });
      await untilSomebodyWaits();
      await client.query(`update ${acme.schema}.floor set deleted_at = null, deletion_id = null where id = $1`, [spare]);
      await client.query('commit');
      await restored;
    });

    expect(await acme.read('room', room, 'spare')).toEqual({ spare: null });
    expect(await acme.read('floor', spare, 'spareArea')).toEqual({ spareArea: 0 });
    expect(await acme.read('floor', floor, 'area')).toEqual({ area: 5 });
  });
});
