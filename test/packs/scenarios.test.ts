// Scenarios: what their steps do, that nothing of one is left for the next, and what is told of mistakes in them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/engine.ts';
import { testEngine, type TestEngine } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';
import { deal, scenarioScene, type ScenarioScene, type Steps } from './scenarios-scene.ts';

let lab: TestEngine;
let scene: ScenarioScene;

beforeAll(async () => {
  lab = await testEngine();
  scene = await scenarioScene(lab);
});
afterAll(async () => {
  await scene.close();
  await lab.close();
});

const expected = (what: Json): Json => ({ type: 'expect', ...what });
const ofDeal = (what: Json): Json => expected({ records: { deal: what } });
const tasks = (is: number, name: string): Json =>
  expected({ counts: { tasks: { object: 'task', where: { '==': [{ var: 'name' }, name] }, is } } });
const moveOn: Json = { type: 'update', as: 'lin', record: 'deal', values: { stage: 'offer' } };

describe('steps at once', () => {
  const order = (name: string): Json => ({ type: 'create', as: 'lin', object: 'order', values: { name } });
  const together = (count: number): Json => ({
    type: 'atOnce',
    steps: { one: order('Same'), two: order('Same'), three: order('Same'), other: order('Other') },
    ...(count === 0 ? {} : { refused: { code: 'DUPLICATE_FOUND', count } }),
  });

  it('are started together, and as many are refused as is said, whichever they are', async () => {
    const made = expected({ counts: { orders: { object: 'order', is: 2 } }, records: { other: { values: { name: 'Other' } } } });
    expect(await scene.wrong({ together: together(2), made })).toEqual([]);
    expect(await scene.wrong({ together: together(1) })).toMatchObject([{ expected: 1, found: 2 }]);
    expect(await scene.wrong({ together: together(0) })).toMatchObject([{ what: 'a step' }, { what: 'a step' }]);
    const nobody = scene.wrong({ together: { type: 'atOnce', steps: { one: { ...order('x'), as: 'nobody' }, two: order('y') } } });
    expect(await failureOf(nobody)).toMatchObject({ problems: [{ pointer: '/steps/together/steps/one/as' }] });
  });
});

describe('a scenario', () => {
  it('plays steps of every kind as the people who do them', async () => {
    const steps: Steps = {
      deal: {
        ...deal,
        values: { ...(deal['values'] as Json), tags: { literal: ['blue', 'red'] }, closeDate: { dateAdd: [{ today: [] }, 3] } },
      },
      found: ofDeal({
        values: {
          owner: { ref: 'lin' },
          amount: 5,
          size: 'small',
          tags: { literal: ['red', 'blue'] },
          closeDate: '2026-01-08',
          discount: null,
        },
        holds: { '>': [{ var: 'amount' }, 4] },
        visibleTo: ['lin'],
        hiddenFrom: ['tom', 'wu'],
        deleted: false,
      }),
      refused: {
        type: 'update',
        as: 'lin',
        record: 'deal',
        values: { amount: -1 },
        refused: { code: 'VALIDATION_FAILED', at: 'amount', rule: 'positive' },
      },
      unseen: { type: 'update', as: 'tom', record: 'deal', values: { amount: 1 }, refused: { code: 'RECORD_NOT_FOUND' } },
      grow: { type: 'update', as: 'lin', record: 'deal', values: { amount: 5000 } },
      seen: ofDeal({
        values: { size: 'big' },
        visibleTo: ['wu'],
        editableBy: ['lin'],
        notEditableBy: ['wu'],
        history: { grown: { field: 'amount', from: 5, to: 5000, by: 'lin' } },
      }),
      press: { type: 'press', as: 'lin', automation: 'nudge', record: 'deal', inputs: { why: 'because' } },
      hook: { type: 'webhook', automation: 'inbound', inputs: { title: 'from afar' } },
      again: { type: 'webhook', automation: 'inbound', inputs: { title: 'from afar' }, id: 'hook' },
      notYet: tasks(0, 'because'),
      jobs: { type: 'runJobs' },
      because: { type: 'find', object: 'task', where: { '==': [{ var: 'name' }, 'because'] } },
      done: expected({
        records: { because: { values: { deal: { ref: 'deal' }, createdBy: { ref: 'lin' } } } },
        counts: { inbound: { object: 'task', where: { '==': [{ var: 'name' }, 'from afar'] }, is: 1 } },
      }),
      turn: { type: 'convert', as: 'lin', record: 'deal', conversion: 'toOrder' },
      order: expected({ records: { 'turn.order': { values: { number: 'O-0001' } }, deal: { values: { order: { ref: 'turn.order' } } } } }),
      second: {
        type: 'create',
        as: 'lin',
        object: 'order',
        values: { name: 'Deal' },
        refused: { code: 'DUPLICATE_FOUND', rule: 'oneOrder' },
      },
      rows: {
        type: 'import',
        as: 'lin',
        object: 'deal',
        rows: { good: { name: 'good', amount: 1 }, bad: { name: 'bad', amount: -1 } },
        created: 1,
        rejected: { bad: { code: 'VALIDATION_FAILED' } },
      },
      figures: {
        type: 'aggregate',
        as: 'lin',
        object: 'deal',
        groupBy: { size: { path: 'size' } },
        measures: { n: { function: 'count' }, sum: { function: 'sum', path: 'amount' } },
        rows: { small: { size: 'small', n: 1, sum: 1 }, big: { size: 'big', n: 1, sum: 5000 } },
      },
      ask: {
        type: 'query',
        as: 'wu',
        document: 'query ($least: Float) { deals(where: { amount: { gte: $least } }) { nodes { id name } } }',
        variables: { least: 2 },
        answer: { deals: { nodes: [{ id: { ref: 'deal' } }] } },
      },
      unknown: { type: 'query', as: 'wu', document: '{ orders { totalCount } }', refused: { code: 'GRAPHQL_INVALID' } },
      write: {
        type: 'query',
        as: 'lin',
        document: 'mutation ($id: ID!) { updateDeal(id: $id, input: { amount: -3 }) { id } }',
        variables: { id: { ref: 'deal' } },
        refused: { code: 'VALIDATION_FAILED', at: 'amount' },
      },
      annul: { type: 'void', record: 'deal' },
      annulled: ofDeal({ values: { lifeStatus: 'void' } }),
      count: { type: 'unvoid', record: 'deal' },
      counts: ofDeal({ values: { lifeStatus: 'normal' } }),
      drop: { type: 'delete', as: 'lin', record: 'deal' },
      gone: ofDeal({ deleted: true }),
      undo: { type: 'restore', record: 'deal' },
      back: ofDeal({ deleted: false }),
    };
    const { results } = await scene.play({ all: steps });
    expect(results.map(({ failure }) => failure)).toEqual([undefined]);
    expect(results[0]?.steps).toBe(Object.keys(steps).length);
  });

  it('tells people and addresses, and gets the answers that are given', async () => {
    const told: Steps = {
      deal,
      moveOn,
      jobs: { type: 'runJobs' },
      told: expected({
        notifications: { moved: { to: 'lin', about: 'deal', contains: 'Deal has moved', is: 1 }, others: { to: 'tom', is: 0 } },
        sent: {
          mail: { kind: 'mail', to: 'lin', contains: 'Deal has moved', about: 'deal', is: 1 },
          hook: { kind: 'webhook', address: 'https://hooks.example/', body: { deal: 'Deal' }, is: 1 },
        },
      }),
      heard: tasks(1, 'answered 201'),
    };
    expect(await scene.wrong(told, { answers: { hooks: { address: 'https://hooks.example', status: 201, body: { ok: true } } } })).toEqual(
      [],
    );
  });

  it('has a clock that stands still, and does on the way what becomes due, each at its time', async () => {
    const time: Steps = {
      deal: { ...deal, values: { name: 'Deal', closeDate: '2026-01-08', note: 'greet' } },
      still: ofDeal({ values: { createdAt: '2026-01-05T09:00:00Z', answerState: 'running', answerDue: '2026-01-07T17:00:00+08:00' } }),
      nothing: tasks(0, 'hello'),
      jobs: { type: 'runJobs' },
      hello: tasks(1, 'hello'),
      days: { type: 'advanceClock', until: '2026-01-08T08:00:00Z' },
      done: expected({ counts: { mornings: { object: 'task', where: { '==': [{ var: 'name' }, 'morning'] }, is: 3 } } }),
      half: { type: 'find', object: 'task', where: { '==': [{ var: 'name' }, 'half'] } },
      closing: { type: 'find', object: 'task', where: { '==': [{ var: 'name' }, 'closing'] } },
      times: expected({
        records: { half: { values: { createdAt: '2026-01-06T09:00:00Z' } }, closing: { values: { createdAt: '2026-01-07T09:00:00Z' } } },
      }),
      back: { type: 'advanceClock', until: '2026-01-01T00:00:00Z' },
    };
    expect(await scene.wrong(time)).toMatchObject([{ what: 'the step', found: expect.stringContaining('SCENARIO_TIME_BACK') }]);
  });

  it('fails where what the platform does of itself fails, and says how', async () => {
    const effort = (name: string, effort: number): Json => ({
      type: 'create',
      as: 'lin',
      object: 'task',
      values: { name, effort, deal: { ref: 'deal' } },
    });
    const steps = (each: number): Steps => ({
      deal,
      one: effort('One', each),
      two: effort('Two', each),
      night: { type: 'advanceClock', by: 'P1D' },
      summed: ofDeal({ values: { efforts: 2 * each } }),
    });
    expect(await scene.wrong(steps(100))).toEqual([]);
    expect(await scene.wrong(steps(900_000_000_000_000))).toMatchObject([
      { what: 'a job', expected: 'done', found: expect.stringMatching(/rollup.*numeric field overflow/is) },
    ]);
  });

  it('hands in, decides and hands on what must be approved', async () => {
    const pending = (pendingWith: readonly string[], status: string): Json =>
      ofDeal({ approval: { pendingWith, status, process: 'check' } });
    const steps: Steps = {
      deal: { ...deal, values: { name: 'Deal', amount: 1000 } },
      none: { type: 'approval', as: 'boss', record: 'deal', action: 'approve', refused: { code: 'APPROVAL_NOT_FOUND' } },
      submit: { type: 'submit', as: 'lin', record: 'deal', comment: 'Please.' },
      asked: pending(['boss'], 'running'),
      locked: { type: 'update', as: 'lin', record: 'deal', values: { amount: 1 }, refused: { code: 'RECORD_LOCKED' } },
      notHis: { type: 'approval', as: 'lin', record: 'deal', action: 'approve', refused: { code: 'APPROVAL_NOT_ASKED' } },
      notAsked: { type: 'approval', record: 'deal', action: 'reassign', of: 'wu', to: ['lin'], refused: { code: 'APPROVAL_NOT_ASKED' } },
      handOn: { type: 'approval', as: 'boss', record: 'deal', action: 'transfer', to: ['wu'] },
      handedOn: pending(['wu'], 'running'),
      back: { type: 'approval', as: 'wu', record: 'deal', action: 'return', comment: 'Why?' },
      returned: pending([], 'returned'),
      anew: { type: 'approval', as: 'lin', record: 'deal', action: 'resubmit' },
      yes: { type: 'approval', as: 'boss', record: 'deal', action: 'approve' },
      next: pending(['wu'], 'running'),
      yesToo: { type: 'approval', as: 'wu', record: 'deal', action: 'approve' },
      agreed: ofDeal({ values: { note: 'agreed', lifeStatus: 'normal' }, approval: { pendingWith: [], status: 'approved' } }),
      wrong: pending(['boss'], 'running'),
    };
    const { results, coverage } = await scene.play({ one: steps });
    expect(results[0]?.failure).toMatchObject({
      step: 'wrong',
      mismatches: [
        { expected: ['boss'], found: [] },
        { expected: 'running', found: 'approved' },
      ],
    });
    expect(coverage?.unreached.filter(({ kind }) => kind.startsWith('approval'))).toEqual([]);
  });

  it('leaves nothing to the next', async () => {
    const alone: Steps = {
      none: expected({
        counts: { deals: { object: 'deal', is: 0 }, tasks: { object: 'task', is: 0 }, people: { object: 'user', is: 4 } },
        sent: { none: { kind: 'mail', is: 0 } },
      }),
      deal: { ...deal, values: { name: 'Deal', note: 'greet' } },
      moveOn: { ...moveOn, values: { amount: 1, stage: 'offer' } },
      turn: { type: 'convert', as: 'lin', record: 'deal', conversion: 'toOrder' },
      first: expected({ records: { 'turn.order': { values: { number: 'O-0001' } } } }),
      jobs: { type: 'runJobs' },
    };
    expect((await scene.play({ one: alone, two: alone, three: alone })).results.map(({ failure }) => failure)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('mistakes in scenarios', () => {
  it('are all told before anything is played, with their places', async () => {
    const steps: Steps = {
      deal: { ...deal, as: 'nobody' },
      again: { type: 'update', record: 'deel', values: { amount: { ref: 'what' } } },
      tom: { ...deal, values: { nam: 'x' } },
      press: { type: 'press', automation: 'nudges' },
    };
    const { code, problems } = await failureOf(scene.play({ wrong: steps }));
    expect(code).toBe('METADATA_INVALID');
    expect(problems.map((each) => `${each.code} ${each.file ?? ''}#${each.pointer ?? ''}`)).toEqual([
      'METADATA_REFERENCE_MISSING shop/tests/wrong.json#/steps/deal/as',
      'METADATA_REFERENCE_MISSING shop/tests/wrong.json#/steps/again/record',
      'METADATA_REFERENCE_MISSING shop/tests/wrong.json#/steps/again/values/amount/ref',
      'METADATA_REFERENCE_MISSING shop/tests/wrong.json#/steps/tom/values/nam',
      'SCENARIO_NAME_REPEATED shop/tests/wrong.json#/steps/tom',
      'METADATA_REFERENCE_MISSING shop/tests/wrong.json#/steps/press/automation',
    ]);
  });

  it('are told by the schema too, with what was meant', async () => {
    const failure = await failureOf(
      scene.play({ wrong: { deal: { ...deal, type: 'creat' }, x: { type: 'update', record: 'deal', value: {} } } }),
    );
    expect(failure.problems.map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining('Did you mean create?'), expect.stringContaining('Did you mean values?')]),
    );
    const unknown = await failureOf(scene.play({ fine: { deal } }, {}, { scenario: 'fin' }));
    expect(unknown.code).toBe('COMPONENT_UNKNOWN');
  });
});
