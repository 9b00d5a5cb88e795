// Stage flows in writes: which moves are taken, what stands against others, and what is kept of them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { selected, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';
import { stagesPack } from './stages-scene.ts';

let engine: TestEngine;
let acme: TestTenant;
let good: string;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [stagesPack()]);
  good = await acme.create('account', { name: 'Good', rating: 'good' });
});
afterAll(() => engine.close());

const deal = (values = {}) => acme.create('deal', { name: 'D', account: good, ...values });
const stageOf = async (id: string) => (await acme.read('deal', id, 'stage'))?.['stage'];
const rowsOf = (id: string) =>
  engine.sql(
    `select "from", "to", name, field, since = c.created_at as at, until is null as open from ${acme.schema}.deal_stage_change c where record_id = $1 order by since, id`,
    [id],
  );
/** Codes and places of what stands against a change. */
const against = async (id: string, values: Readonly<Record<string, unknown>>) => {
  const { problems } = await failureOf(acme.update('deal', id, values));
  return problems.map(({ code, pointer, message }) => [code, pointer, message]);
};
const ready = { amount: 100, closeDate: '2026-12-01', stageDone: ['qualify_call'] };

describe('a record', () => {
  it('begins in the first stage of its flow, or in one that it may enter', async () => {
    expect(await stageOf(await deal())).toBe('qualify');
    expect(await stageOf(await deal({ recordType: 'partner' }))).toBe('propose');
    expect(await stageOf(await deal({ stage: 'propose', ...ready }))).toBe('propose');
    expect(await stageOf(await deal({ recordType: 'free' }))).toBeNull();
    expect((await failureOf(deal({ stage: 'propose', amount: 1 }))).problems.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['STAGE_ENTRY_REFUSED', '/amount'],
      ['VALUE_REQUIRED', '/closeDate'],
    ]);
    expect((await failureOf(deal({ recordType: 'partner', stage: 'negotiate' }))).message).toBe('Records begin in Propose.');
  });
});

describe('a move', () => {
  it('goes on one by one when all that the stage asks for is done', async () => {
    const id = await deal();
    expect(await against(id, { stage: 'propose' })).toEqual([
      ['STAGE_TASKS_OPEN', '/stage', 'Before the record leaves Qualify, this is to be done: Call them, Ask for the budget.'],
      ['VALUE_REQUIRED', '/amount', 'amount must have a value.'],
      ['VALUE_REQUIRED', '/closeDate', 'closeDate must have a value.'],
    ]);
    await acme.update('deal', id, { stage: 'propose', ...ready });
    expect(await stageOf(id)).toBe('propose');
  });

  it('is refused where the flow has none such, with the ones that it has', async () => {
    const id = await deal(ready);
    expect(await against(id, { stage: 'won' })).toEqual([
      ['STAGE_MOVE_REFUSED', '/stage', 'Won cannot be reached from here. From Qualify records go to: Propose, Lost.'],
    ]);
    expect(await against(id, { stage: null })).toEqual([
      ['STAGE_MOVE_REFUSED', '/stage', 'no stage cannot be reached from here. From Qualify records go to: Propose, Lost.'],
    ]);
    await acme.update('deal', id, { stage: 'lost', reason: 'price' });
    expect(await against(id, { stage: 'qualify' })).toEqual([
      ['STAGE_MOVE_REFUSED', '/stage', 'Qualify cannot be reached from here. From Lost records go nowhere.'],
    ]);
  });

  it('goes back by a rule over the record as it was and would be, and says why not in the caller’s language', async () => {
    const id = await deal({ stage: 'propose', ...ready, discount: 0.6 });
    expect((await against(id, { stage: 'qualify' })).map(([code, , message]) => [code, message])).toEqual([
      ['STAGE_MOVE_REFUSED', 'Such a discount is not taken back.'],
    ]);
    const chinese = acme.run(
      'records.update',
      { object: 'deal', records: [{ id, values: { stage: 'qualify' } }] },
      { languages: ['zh-CN'] },
    );
    expect((await failureOf(chinese)).message).toBe('这样的折扣不能退回。');
    await acme.update('deal', id, { stage: 'qualify', discount: 0.1 });
    // From the stage after it, whoever is small may come back to it.
    await acme.update('deal', id, { stage: 'propose', amount: 100 });
    expect(await stageOf(id)).toBe('propose');
  });

  it('asks for related records, and for rules over lookups', async () => {
    const bad = await acme.create('account', { name: 'Bad', rating: 'bad' });
    const id = await deal({ ...ready, account: bad, discount: 0 });
    expect(await against(id, { stage: 'propose' })).toEqual([['STAGE_ENTRY_REFUSED', '/stage', 'Not with them.']]);
    expect((await against(id, { stage: 'propose', account: null })).map(([, pointer]) => pointer)).toEqual(['/account']);
    await acme.update('deal', id, { stage: 'propose', account: good });
    const visit = await acme.create('visit', { name: 'V', deal: id });
    expect((await against(id, { stage: 'negotiate' })).map(([code]) => code)).toEqual(['STAGE_TASKS_OPEN']);
    await acme.update('visit', visit, { kept: true });
    await acme.update('deal', id, { stage: 'negotiate' });
    // What is small may stay, and come back from there.
    await acme.update('deal', id, { stage: 'propose', amount: 1 });
  });

  it('is that of the record’s type', async () => {
    const id = await deal({ recordType: 'partner' });
    await acme.update('deal', id, { stage: 'won' });
    expect(await against(id, { stage: 'negotiate' })).toHaveLength(1);
    await acme.update('deal', id, { stage: 'propose', reason: 'a mistake' });
    const other = await deal({ recordType: 'partner', stage: 'propose' });
    await acme.update('deal', other, { stage: 'negotiate' });
    expect(await against(other, { stage: 'lost' })).toHaveLength(1);
    const free = await deal({ recordType: 'free', stage: 'won' });
    await acme.update('deal', free, { stage: 'qualify' });
    // A type whose flow does not have the stage takes no record in it.
    const fresh = await deal({ stage: 'qualify' });
    expect((await against(fresh, { recordType: 'partner' })).map(([code]) => code)).toEqual(['STAGE_MOVE_REFUSED']);
  });

  it('asks whatever comes under another flow for what its stage asks for', async () => {
    const id = await deal({ recordType: 'free', stage: 'lost' });
    expect(await against(id, { recordType: 'usual' })).toEqual([['VALUE_REQUIRED', '/reason', 'reason must have a value.']]);
    await acme.update('deal', id, { recordType: 'usual', reason: 'too dear' });
    const small = await deal({ recordType: 'partner', stage: 'propose', amount: 1, closeDate: '2026-12-01' });
    expect(await against(small, { recordType: 'usual' })).toEqual([['STAGE_ENTRY_REFUSED', '/amount', 'Too small.']]);
    await acme.update('deal', small, { recordType: 'usual', amount: 50 });
    expect(await rowsOf(small)).toMatchObject([{ to: 'propose', open: true }]);
  });
});

describe('a record in a stage', () => {
  it('keeps the values that the stage needs', async () => {
    const id = await deal({ stage: 'propose', ...ready });
    expect(await against(id, { closeDate: null })).toEqual([['VALUE_REQUIRED', '/closeDate', 'closeDate must have a value.']]);
    await acme.update('deal', id, { closeDate: '2027-01-01' });
  });

  it('has its probability, its forecast and since when it is there, for filters, sorts and sums', async () => {
    const name = 'figures';
    const first = await deal({ name, amount: 100 });
    await deal({ name, ...ready, amount: 50, stage: 'propose' });
    await deal({ name, recordType: 'partner', amount: 10 });
    const ofName = { '==': [{ var: 'name' }, name] };
    const list = {
      filter: { and: [ofName, { '>': [{ var: 'stageProbability' }, 0.2] }, { '==': [{ var: 'stageStalled' }, false] }] },
      orderBy: [{ path: 'stageProbability', descending: true }],
      page: { first: 5 },
    };
    const parts = [{ kind: 'nodes' as const, as: 'nodes', selections: ['stageProbability', 'stageForecast'].map(selected) }];
    const answer = await acme.run('records.read', {
      roots: [{ kind: 'list', as: 'list', object: 'deal', list, parts }],
    });
    expect(JSON.parse(answer)).toEqual({
      list: {
        nodes: [
          { stageProbability: 0.5, stageForecast: 'bestCase' },
          { stageProbability: 0.3, stageForecast: null },
        ],
      },
    });
    expect((await acme.read('deal', first, 'stageSince', 'createdAt'))?.['stageSince']).toEqual(
      (await acme.read('deal', first, 'createdAt'))?.['createdAt'],
    );
    engine.clock.ahead = 15 * 86_400_000;
    expect((await acme.read('deal', first, 'stageStalled'))?.['stageStalled']).toBe(true);
    engine.clock.ahead = 13 * 86_400_000;
    expect((await acme.read('deal', first, 'stageStalled'))?.['stageStalled']).toBe(false);
    engine.clock.ahead = 0;
  });
});

describe('the history of stages', () => {
  it('has a row for each stage, with its begin, its end and who brought it there', async () => {
    const id = await deal({ stage: 'propose', ...ready, discount: 0 });
    await acme.update('deal', id, { name: 'Other' });
    engine.clock.ahead = 36 * 3_600_000;
    await acme.update('deal', id, { stage: 'qualify' });
    engine.clock.ahead = 0;
    expect(await rowsOf(id)).toEqual([
      { from: null, to: 'propose', name: 'propose', field: 'stage', at: true, open: false },
      { from: 'propose', to: 'qualify', name: 'propose → qualify', field: 'stage', at: true, open: true },
    ]);
    const parts = [{ kind: 'nodes' as const, as: 'nodes', selections: ['to', 'days', 'createdBy'].map(selected) }];
    const list = { filter: { '==': [{ var: 'record' }, id] }, orderBy: [{ path: 'since' }], page: { first: 5 } };
    const answer = JSON.parse(
      await acme.run('records.read', { roots: [{ kind: 'list', as: 'l', object: 'dealStageChange', list, parts }] }),
    ) as unknown;
    expect(answer).toEqual({
      l: {
        nodes: [
          { to: 'propose', days: 1.5, createdBy: acme.administrator },
          { to: 'qualify', days: null, createdBy: acme.administrator },
        ],
      },
    });
  });

  it('is rolled up, goes into the bin with its record, and comes back with it', async () => {
    const id = await deal({ stage: 'propose', ...ready, discount: 0 });
    await acme.update('deal', id, { stage: 'qualify' });
    expect(await acme.read('deal', id, 'changes', 'proposals')).toEqual({ changes: 2, proposals: 1 });
    await acme.remove('deal', id);
    const live = () =>
      engine.sql(`select count(*)::integer as n from ${acme.schema}.deal_stage_change where record_id = $1 and deleted_at is null`, [id]);
    expect(await live()).toEqual([{ n: 0 }]);
    await acme.run('records.restore', { object: 'deal', ids: [id] });
    expect(await live()).toEqual([{ n: 2 }]);
    await acme.update('deal', id, { stage: 'propose' });
    expect(await acme.read('deal', id, 'changes', 'proposals')).toEqual({ changes: 3, proposals: 2 });
  });

  it('is written by nobody else', async () => {
    const id = await deal();
    const [row] = await engine.sql(`select id from ${acme.schema}.deal_stage_change where record_id = $1`, [id]);
    const refused = async (work: Promise<unknown>) => (await failureOf(work)).problems.map(({ code }) => code);
    expect(await refused(acme.create('dealStageChange', { record: id }))).toEqual(['OBJECT_KEPT', 'FIELD_READ_ONLY'].slice(0, 1));
    expect(await refused(acme.update('dealStageChange', String(row?.['id']), { name: 'x' }))).toEqual(['OBJECT_APPEND_ONLY']);
    expect(await refused(acme.remove('dealStageChange', String(row?.['id'])))).toEqual(['OBJECT_APPEND_ONLY']);
  });

  it('takes a handful of statements, however many records move', async () => {
    const moved = async (count: number) => {
      const records = Array.from({ length: count }, () => ({ name: 'many', account: good, ...ready }));
      const { results } = await acme.run('records.create', { object: 'deal', records });
      const ids = results.flatMap((result) => (result.ok ? [result.id] : []));
      const change = { object: 'deal', records: ids.map((id) => ({ id, values: { stage: 'propose' } })) };
      return (await engine.statements(() => acme.run('records.update', change))).length;
    };
    const few = await moved(2);
    expect(await moved(50)).toBe(few);
  });

  it('costs nothing where there is no flow', async () => {
    const id = await acme.create('account', { name: 'Plain' });
    const texts = await engine.statements(() => acme.update('account', id, { rating: 'bad' }));
    expect(texts.filter((text) => text.includes('stage'))).toEqual([]);
  });
});

describe('whoever writes many', () => {
  const csv = async function* (text: string) {
    yield await Promise.resolve(new TextEncoder().encode(text));
  };
  const imported = (text: string, by?: string) =>
    acme.run('records.import', {
      object: 'deal',
      mapping: { columns: Object.fromEntries(['name', 'code', 'stage', 'amount', 'closeDate'].map((field) => [field, { field }])) },
      content: csv(text),
      ...(by === undefined ? {} : { by }),
    });

  it('is held to the flow in upserts and imports, record by record, and has their history', async () => {
    const upsert = (records: readonly Readonly<Record<string, unknown>>[]) =>
      acme.run('records.upsert', { object: 'deal', by: 'code', records, allOrNone: false });
    const first = await upsert([
      { code: 'u1', name: 'One', account: good },
      { code: 'u2', name: 'Two', stage: 'propose', amount: 20, closeDate: '2026-12-01' },
      { code: 'u3', name: 'Three', stage: 'propose', amount: 1 },
    ]);
    expect(first.results.map(({ ok }) => ok)).toEqual([true, true, false]);
    const second = await upsert([
      { code: 'u1', stage: 'lost', reason: 'price' },
      { code: 'u2', stage: 'won' },
    ]);
    expect(second.results.map((result) => (result.ok ? 'written' : result.problems.map(({ code }) => code)))).toEqual([
      'written',
      ['STAGE_MOVE_REFUSED'],
    ]);
    const [one] = first.results;
    expect((await rowsOf(one?.ok === true ? one.id : '')).map(({ to }) => to)).toEqual(['qualify', 'lost']);
  });

  it('imports as well', async () => {
    const status = await imported('name,code,stage,amount,closeDate\nA,i1,propose,50,2026-12-01\nB,i2,propose,1,2026-12-01\n');
    expect([status.created, status.refused]).toEqual([1, 1]);
    const rows = await engine.sql(
      `select c."to" from ${acme.schema}.deal_stage_change c join ${acme.schema}.deal d on d.id = c.record_id where d.code like 'i%'`,
    );
    expect(rows).toEqual([{ to: 'propose' }]);
  });
});
