// Scenarios that fail: each kind of expectation does when it should, and says what was expected and what was found.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/engine.ts';
import { testEngine, type TestEngine } from '../support/engine.ts';
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

describe('what is expected and not found is told', () => {
  const wrongs: readonly (readonly [string, Steps, string | RegExp])[] = [
    ['a value', { deal, x: ofDeal({ values: { amount: 6 } }) }, 'deal.amount'],
    ['a value that is a rule', { deal, x: ofDeal({ values: { amount: { '*': [2, 3] } } }) }, 'deal.amount'],
    ['a reference', { deal, x: ofDeal({ values: { owner: { ref: 'tom' } } }) }, 'deal.owner'],
    ['values as somebody who does not see them', { deal, x: ofDeal({ as: 'tom', values: { amount: 5 } }) }, 'deal'],
    ['a condition', { deal, x: ofDeal({ holds: { '>': [{ var: 'amount' }, 5] } }) }, 'deal'],
    ['the bin', { deal, x: ofDeal({ deleted: true }) }, 'deal'],
    ['who sees', { deal, x: ofDeal({ visibleTo: ['tom'] }) }, 'deal for tom'],
    ['who does not see', { deal, x: ofDeal({ hiddenFrom: ['lin'] }) }, 'deal for lin'],
    ['who may change', { deal: { ...deal, values: { name: 'Deal', amount: 2000 } }, x: ofDeal({ editableBy: ['wu'] }) }, 'deal for wu'],
    ['who may not change', { deal, x: ofDeal({ notEditableBy: ['lin'] }) }, 'deal for lin'],
    ['history', { deal, x: ofDeal({ history: { grown: { field: 'amount', from: 1 } } }) }, 'history of deal.amount'],
    ['an approval', { deal, x: ofDeal({ approval: { pendingWith: ['tom'] } }) }, 'deal: who is asked'],
    ['an approval’s status', { deal, x: ofDeal({ approval: { status: 'running' } }) }, 'deal: status of the approval'],
    ['a number', { deal, x: expected({ counts: { deals: { object: 'deal', as: 'tom', is: 1 } } }) }, 'number of deals'],
    ['a notification', { deal, x: expected({ notifications: { moved: { to: 'lin' } } }) }, 'notification moved to lin'],
    ['a mail', { deal, moveOn, x: expected({ sent: { mail: { kind: 'mail', to: 'tom' } } }) }, 'mail mail'],
    [
      'a webhook',
      { deal, moveOn, y: { type: 'runJobs' }, x: expected({ sent: { hook: { kind: 'webhook', body: { deal: 'other' } } } }) },
      'webhook hook',
    ],
    [
      'an answer',
      { deal, x: { type: 'query', document: '{ deals { nodes { amount } } }', answer: { deals: { nodes: [{ amount: 6 }] } } } },
      'data.deals.nodes.0.amount',
    ],
    [
      'a figure',
      { deal, x: { type: 'aggregate', object: 'deal', measures: { n: { function: 'count' } }, rows: { all: { n: 2 } } } },
      'row all',
    ],
    [
      'a row too many',
      {
        deal,
        x: {
          type: 'aggregate',
          object: 'deal',
          groupBy: { size: { path: 'size' } },
          measures: { n: { function: 'count' } },
          rows: { all: { size: 'big' } },
        },
      },
      'row all',
    ],
    [
      'rows',
      { x: { type: 'import', object: 'deal', rows: { one: { name: 'one' } }, created: 2, rejected: { one: { code: 'VALUE_REQUIRED' } } } },
      'created',
    ],
    ['a row that is refused', { x: { type: 'import', object: 'deal', rows: { one: { name: 'one', amount: -1 } } } }, 'row one'],
    ['one record', { x: { type: 'find', object: 'deal', where: { '>': [{ var: 'amount' }, 0] } } }, 'deal'],
  ];

  it.each(wrongs)('%s', async (_, steps, what) => {
    const found = await scene.wrong(steps);
    expect(found.map((each) => each.what)).toContainEqual(what);
    expect(found[0]?.expected).toBeDefined();
    expect(found[0]?.found).toBeDefined();
  });

  it('with the scenario, the step, what was expected and what was found', async () => {
    const steps: Steps = {
      deal,
      worse: { type: 'update', label: { en: 'The amount turns' }, as: 'lin', record: 'deal', values: { amount: -1 } },
      after: tasks(9, 'x'),
    };
    const { results, passed, failed } = await scene.play({ fine: { deal }, turns: steps });
    expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
    expect(results[1]).toMatchObject({
      name: 'turns',
      file: 'shop/tests/turns.json',
      steps: 2,
      failure: {
        step: 'worse',
        title: 'The amount turns',
        mismatches: [
          {
            what: 'the step',
            expected: 'it is done',
            found: expect.stringContaining('VALIDATION_FAILED by positive at /amount: The amount must not be negative.'),
          },
        ],
      },
    });
  });

  it('with the runs of automations that had failed until then', async () => {
    const steps: Steps = {
      deal,
      hook: { type: 'webhook', automation: 'inbound', inputs: {} },
      nudge: { type: 'press', as: 'lin', record: 'deal', automation: 'nudge', inputs: { why: '' } },
      jobs: { type: 'runJobs' },
      made: expected({ counts: { tasks: { object: 'task', is: 2 } } }),
    };
    const { results } = await scene.play({
      unmade: steps,
      fine: { ...steps, made: expected({ counts: { tasks: { object: 'task', is: 0 } } }) },
    });
    expect(results[0]?.failure).toEqual({
      step: 'made',
      title: 'Made',
      mismatches: [{ what: 'number of tasks', expected: 2, found: 0 }],
      failedRuns: [
        expect.stringMatching(/^automation inbound at task: RECORDS?_INVALID: |^automation inbound at task: VALUE_REQUIRED: /),
        expect.stringMatching(/^automation nudge of deal at task: /),
      ],
    });
    expect(results[1]?.passed).toBe(true);
  });

  it('where a refusal is another, or does not come', async () => {
    const refused = (refusal: Json, amount = -1): Steps => ({
      deal,
      x: { type: 'update', record: 'deal', values: { amount }, refused: refusal },
    });
    for (const steps of [
      refused({ code: 'RECORD_LOCKED' }),
      refused({ code: 'VALIDATION_FAILED', at: 'name' }),
      refused({ code: 'VALIDATION_FAILED', rule: 'never' }),
      refused({ code: 'VALIDATION_FAILED' }, 1),
    ])
      expect(await scene.wrong(steps)).toMatchObject([{ what: 'the step', expected: { refused: {} } }]);
    expect(await scene.wrong(refused({ code: 'VALIDATION_FAILED', at: 'amount', rule: 'positive' }))).toEqual([]);
  });

  it('where what is given is not taken, or a name or rule means nothing', async () => {
    const given = { records: { bad: { object: 'deal', values: { name: 'Bad', amount: -1 } } } };
    expect((await scene.play({ one: { deal } }, given)).results[0]?.failure).toMatchObject({ step: 'given' });
    const unmade: Steps = {
      deal,
      turn: { type: 'convert', as: 'wu', record: 'deal', conversion: 'toOrder', refused: { code: 'PERMISSION_DENIED' } },
      x: expected({ records: { 'turn.order': { deleted: false } } }),
    };
    expect(await scene.wrong(unmade)).toMatchObject([{ found: expect.stringContaining('SCENARIO_NAME_UNKNOWN') }]);
    expect(await scene.wrong({ deal: { ...deal, values: { name: { var: 'amount' } } } })).toMatchObject([
      { found: expect.stringContaining('SCENARIO_RULE_INVALID') },
    ]);
  });
});
