// Changes of stage flows: what comes with one, what goes with it, and stages that must not go while records are in them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';

let scene: TestEngine;
let acme: TestTenant;
beforeAll(async () => {
  scene = await testEngine();
  acme = await scene.tenant('acme', [pack('base', { anchor: { fields: {} } })]);
});
afterAll(() => scene.close());

const options = (...words: readonly string[]): Json =>
  Object.fromEntries(
    words
      .map((each) => each.split('<'))
      .map(([name = '', ...from], i) => [name, { order: i, ...(from.length === 0 ? {} : { renamedFrom: from }) }]),
  );

interface World {
  readonly words?: readonly string[];
  readonly stages?: Json | null;
  readonly field?: string;
  readonly more?: Json;
}

/** The tenant's deals, with a flow over their stages. */
function files({ words = ['a', 'b', 'won'], stages, field = 'stage__c', more = {} }: World): Json {
  const fields = { [field]: { type: 'picklist', label: { en: 'Stage' }, options: options(...words), ...more } };
  const kept = stages === undefined ? { a: { probability: 0.1 }, b: {}, won: { kind: 'won' } } : stages;
  return {
    'objects/deal__c.json': { name: 'deal__c', plural: 'deals__c', label: { en: 'Deal' }, recordTypes: { one__c: {}, two__c: {} }, fields },
    'stageFlows/sales__c.json': kept === null ? null : { name: 'sales__c', object: 'deal__c', field, creation: 'any', stages: kept },
  };
}
const deal = (stage: string, more: Json = {}) => acme.create('deal__c', { name: stage, stage__c: stage, ...more });
const historyOf = (id: string) =>
  scene.sql(`select "from", "to" from ${acme.schema}.deal_stage_change__c where record_id = $1 order by since`, [id]);

describe('a stage flow', () => {
  it('brings its fields and its history, and takes them along when it goes and comes back', async () => {
    const plan = await acme.run('metadata.plan', { files: files({}) });
    expect(
      plan.steps
        .filter(({ kind }) => kind === 'createTable')
        .map(({ object }) => object)
        .toSorted(),
    ).toEqual(['dealStageChange__c', 'deal__c']);
    await acme.apply(files({}));
    const id = await deal('a');
    await acme.update('deal__c', id, { stage__c: 'b' });
    expect(await acme.read('deal__c', id, 'stageProbability__c')).toEqual({ stageProbability__c: null });
    const without = await acme.run('metadata.plan', { files: files({ stages: null }) });
    expect(without.steps.map(({ kind, object, field, risk }) => [kind, object, field ?? '', risk])).toEqual(
      expect.arrayContaining([
        ['setAside', 'dealStageChange__c', '', 'losesData'],
        ['setAside', 'deal__c', 'stageSince__c', 'losesData'],
      ]),
    );
    await acme.apply(files({ stages: null }));
    await acme.update('deal__c', id, { stage__c: 'a' });
    await acme.apply(files({}));
    expect(await historyOf(id)).toEqual([
      { from: null, to: 'a' },
      { from: 'a', to: 'b' },
    ]);
    await acme.update('deal__c', id, { stage__c: 'b' });
  });

  it('keeps what it has when its field, its object’s options or the object are renamed', async () => {
    await acme.apply(files({}));
    const id = await deal('a');
    await acme.apply(files({ words: ['start<a', 'b', 'won'], stages: { start: {}, b: {}, won: { kind: 'won' } } }));
    expect(await historyOf(id)).toEqual([{ from: null, to: 'start' }]);
    await acme.apply(
      files({
        words: ['start<a', 'b', 'won'],
        stages: { start: {}, b: {}, won: { kind: 'won' } },
        field: 'phase__c',
        more: { renamedFrom: ['stage__c'] },
      }),
    );
    const after = await acme.read('deal__c', id, 'phase__c', 'phaseSince__c', 'createdAt');
    expect(after).toMatchObject({ phase__c: 'start', phaseSince__c: after?.['createdAt'] });
    expect(await scene.sql(`select distinct field from ${acme.schema}.deal_stage_change__c`)).toEqual([{ field: 'phase__c' }]);
    await acme.apply(files({ words: ['a<start', 'b', 'won'], more: { renamedFrom: ['phase__c'] } }));
  });
});

describe('a stage that holds records', () => {
  const blocked = async (world: World): Promise<readonly string[]> =>
    (await failureOf(acme.apply(files(world)))).problems.map(({ message }) => message);

  it('cannot be taken out of the flow, or out of the options, unless another takes them', async () => {
    await acme.apply(files({}));
    const id = await deal('b');
    const stages = { a: {}, won: { kind: 'won' } };
    const [only] = await blocked({ stages });
    expect(only).toMatch(/records of deal__c are in a stage that is gone \(b;/);
    expect(await blocked({ words: ['a', 'won'], stages })).toHaveLength(1);
    const plan = await acme.run('metadata.plan', { files: files({ stages }) });
    expect(plan.steps.map(({ kind, risk, summary }) => [kind, risk, summary])).toContainEqual([
      'removeStages',
      'safe',
      'deal__c.stage__c: b is no stage any more; no record may be in it.',
    ]);
    expect(plan.findings.map(({ count }) => count)).toEqual([expect.any(Number)]);
    await acme.apply(files({ words: ['a<b', 'won'], stages }));
    expect((await acme.read('deal__c', id, 'stage__c'))?.['stage__c']).toBe('a');
  });

  it('is that of its record type', async () => {
    await acme.apply(files({}));
    const one = { name: 'sales__c', object: 'deal__c', field: 'stage__c', recordTypes: ['one__c'] };
    const flows = (stages: Json): Json => ({
      ...files({}),
      'stageFlows/sales__c.json': { ...one, stages },
      'stageFlows/other__c.json': {
        name: 'other__c',
        object: 'deal__c',
        field: 'stage__c',
        stages: { a: {}, b: {}, won: { kind: 'won' } },
      },
    });
    await acme.apply(flows({ a: {}, b: {} }));
    await deal('b', { recordType: 'two__c' });
    await acme.apply(flows({ a: {} }));
    await acme.apply(flows({ a: {}, b: {} }));
    await deal('b', { recordType: 'one__c' });
    expect((await failureOf(acme.apply(flows({ a: {} })))).problems[0]?.message).toMatch(/^1 records of deal__c/);
  });
});
