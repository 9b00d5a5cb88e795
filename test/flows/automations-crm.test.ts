// The reminder that comes with the example pack: a task for whoever owns an open opportunity that is to close in a week.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { exampleFolder, readPack } from '../support/packs.ts';

const dayMs = 86_400_000;
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

let lab: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  lab = await testEngine();
  acme = await lab.tenant('acme', [readPack(exampleFolder('crm-base'))]);
});
afterAll(() => lab.close());

it('reminds once of each opportunity', async () => {
  const [timer] = await lab.sql(`select due_at from ${acme.schema}._timer where key = 'schedule/closeDateNear'`);
  const turn = Date.parse(String(timer?.['due_at']));
  const account = await acme.create('account', { name: 'Acme' });
  const near = day(turn + 7 * dayMs);
  const opportunities = [
    { name: 'near', closeDate: near },
    { name: 'later', closeDate: day(turn + 8 * dayMs) },
    { name: 'lost', closeDate: near, stage: 'lost', lossReason: 'price' },
  ];
  for (const values of opportunities) await acme.create('opportunity', { account, amount: 5, engageDate: day(turn - dayMs), ...values });
  await lab.engine.drain('acme', turn);
  const found = await lab.sql(`select name, record_type, due_date::text as due, owner_id, done from ${acme.schema}.activity`);
  expect(found).toEqual([{ name: 'near', record_type: 'task', due: near, owner_id: acme.administrator, done: false }]);
  await lab.engine.drain('acme', turn + dayMs);
  expect((await lab.sql(`select name from ${acme.schema}.activity order by id`)).map(({ name }) => name)).toEqual(['near', 'later']);
});
