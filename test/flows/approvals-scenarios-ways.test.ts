// The way of an approval: steps in order, branches, parallel ones, who is told, what is called, and where a rejection leads; over HTTP.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import {
  asks,
  by,
  inTurn,
  paperScene,
  steps,
  them,
  v,
  type PaperScene,
  type Scenario,
  type Scenarios,
} from './approvals-scenarios-scene.ts';

const over = (amount: number): Json => ({ '>': [v('amount'), amount] });
const parallel = (branches: Readonly<Record<string, Json>>, more: Json = {}): Json => ({
  type: 'parallel',
  branches: Object.fromEntries(Object.entries(branches).map(([name, inner]) => [name, { steps: inner }])),
  ...more,
});
/** Bob, and dan above 100, cat above 1000. */
const bySize: Json = steps({
  bob: asks(by('bob')),
  size: {
    type: 'branch',
    cases: {
      large: { order: 10, when: over(1000), steps: inTurn('dan', 'cat') },
      middle: { order: 20, when: over(100), steps: inTurn('dan') },
    },
    otherwise: inTurn('eve'),
  },
});
const none: Json = { size: { type: 'branch', cases: { large: { when: over(1000), steps: inTurn('dan') } } } };
/** Bob and cat, one after the other, beside dan; eve at the end. */
const beside = (more: Json = {}): Json =>
  steps({ both: parallel({ one: inTurn('bob', 'cat'), two: inTurn('dan') }, more), eve: asks(by('eve')) });

const onward: Scenarios = {
  'goes through steps by their order': {
    steps: inTurn('cat', 'bob'),
    lines: ['cat', 'bob approve → APPROVAL_NOT_ASKED', 'cat approve → bob', 'bob approve → approved'],
  },
  'leaves out a step whose condition does not hold, and one that is switched off': {
    steps: steps({ bob: asks(by('bob'), { when: over(5) }), dan: asks(by('dan'), { active: false }), cat: asks(by('cat')) }),
    values: { amount: 5 },
    lines: ['cat', 'cat approve → approved'],
  },
  'takes the first case that holds': {
    steps: bySize,
    values: { amount: 5000 },
    lines: ['bob', 'bob approve → dan', 'dan approve → cat', 'cat approve → approved'],
  },
  'takes the second case where the first does not hold': {
    steps: bySize,
    values: { amount: 500 },
    lines: ['bob', 'bob approve → dan', 'dan approve → approved'],
  },
  'takes what is otherwise to be done': {
    steps: bySize,
    values: { amount: 5 },
    lines: ['bob', 'bob approve → eve', 'eve approve → approved'],
  },
  'is over at once where nothing is to be done': { steps: none, values: { amount: 5 }, lines: ['approved'] },
  'joins when all branches are through': {
    steps: beside(),
    lines: [
      'bob, dan',
      'dan approve → bob',
      'bob approve → cat',
      'eve approve → APPROVAL_NOT_ASKED',
      'cat approve → eve',
      'eve approve → approved',
    ],
  },
  'joins when any branch is through, and calls the others off': {
    steps: beside({ join: 'any' }),
    lines: ['bob, dan', 'bob approve → cat, dan', 'dan approve → eve', 'cat approve → APPROVAL_NOT_ASKED', 'eve approve → approved'],
  },
  'leaves out branches whose condition does not hold': {
    steps: { both: { type: 'parallel', branches: { one: { when: over(100), steps: inTurn('bob') }, two: { steps: inTurn('dan') } } } },
    values: { amount: 5 },
    lines: ['dan', 'dan approve → approved'],
  },
  'goes through blocks within blocks': {
    steps: {
      outer: parallel({
        one: {
          size: {
            type: 'branch',
            cases: { large: { when: over(1), steps: { inner: parallel({ a: inTurn('bob'), b: inTurn('cat') }, { join: 'any' }) } } },
          },
        },
        two: inTurn('dan'),
      }),
    },
    values: { amount: 5 },
    lines: ['bob, cat, dan', 'cat approve → dan', 'dan approve → approved'],
  },
};

const to = (target: string, then?: string): Json => ({ onReject: { to: target, ...(then === undefined ? {} : { then }) } });
/** Bob, cat, dan; what dan rejects leads elsewhere. */
const line = (more: Json): Json => steps({ bob: asks(by('bob')), cat: asks(by('cat')), dan: asks(by('dan'), more) });
const first = ['bob', 'bob approve → cat', 'cat approve → dan'];
const back: Scenarios = {
  'to the end': { steps: line(to('end')), lines: [...first, 'dan reject → rejected', 'ann resubmit → APPROVAL_ENDED'] },
  'to the submitter, and through all steps again': {
    steps: line(to('submitter')),
    lines: [
      ...first,
      'dan reject → returned',
      'dan approve → APPROVAL_WITH_SUBMITTER',
      'bob resubmit → APPROVAL_NOT_SUBMITTER',
      'ann resubmit → bob',
      ...first.slice(1),
      'dan approve → approved',
    ],
  },
  'to the submitter, and straight back': {
    steps: line(to('submitter', 'return')),
    lines: [...first, 'dan reject → returned', 'ann resubmit → dan', 'dan approve → approved'],
  },
  'to an earlier step, and through those between again': {
    steps: line(to('bob')),
    lines: [...first, 'dan reject → bob', ...first.slice(1), 'dan approve → approved'],
  },
  'to an earlier step, and straight back': {
    steps: line(to('bob', 'return')),
    lines: [...first, 'dan reject → bob', 'bob approve → dan', 'dan approve → approved'],
  },
  'to an earlier step of the block around it': {
    steps: steps({ bob: asks(by('bob')), both: parallel({ one: { cat: asks(by('cat'), to('bob')) }, two: inTurn('dan') }) }),
    lines: [
      'bob',
      'bob approve → cat, dan',
      'dan approve → cat',
      'cat reject → bob',
      'bob approve → cat, dan',
      'dan approve → cat',
      'cat approve → approved',
    ],
  },
  'to an earlier step around it, and straight back, where other branches stand as they were': {
    steps: steps({ bob: asks(by('bob')), both: parallel({ one: { cat: asks(by('cat'), to('bob', 'return')) }, two: inTurn('dan') }) }),
    lines: ['bob', 'bob approve → cat, dan', 'dan approve → cat', 'cat reject → bob', 'bob approve → cat', 'cat approve → approved'],
  },
  'to the submitter from one of several branches': {
    steps: { both: parallel({ one: { cat: asks(by('cat'), to('submitter', 'return')) }, two: inTurn('dan') }) },
    lines: ['cat, dan', 'cat reject → returned', 'ann resubmit → cat, dan', 'dan approve → cat', 'cat approve → approved'],
  },
  'to the end from one of several branches that must all be through': { steps: beside(), lines: ['bob, dan', 'dan reject → rejected'] },
  'to the loss of one of several branches of which any is enough': {
    steps: beside({ join: 'any' }),
    lines: ['bob, dan', 'dan reject → bob', 'bob approve → cat', 'cat approve → eve', 'eve approve → approved'],
  },
  'to the end with the last of them': {
    steps: beside({ join: 'any' }),
    lines: ['bob, dan', 'dan reject → bob', 'bob approve → cat', 'cat reject → rejected'],
  },
  'anywhere earlier of one’s own accord': {
    steps: line({}),
    lines: [
      ...first,
      'dan return @cat → cat',
      'cat return @bob straight → bob',
      'bob approve → cat',
      'cat return → returned',
      'ann resubmit → bob',
      'bob return @dan → APPROVAL_UNFIT',
    ],
  },
  'straight back to who returned it to the submitter': {
    steps: line({}),
    lines: [...first, 'dan return straight → returned', 'ann resubmit → dan'],
  },
};

const told: Scenarios = {
  'tells people, and goes on': {
    steps: steps({ bob: asks(by('bob')), tell: { type: 'notify', to: them('eve', 'cat'), template: 'told' }, dan: asks(by('dan')) }),
    lines: ['bob', 'bob approve → dan', 'eve approve → APPROVAL_NOT_ASKED', 'dan approve → approved'],
  },
  'waits for an automation that it calls': {
    steps: steps({ call: { type: 'automation', automation: 'work', values: { word: 'done' } }, bob: asks(by('bob')) }),
    lines: ['', 'settle → bob', 'bob approve → approved'],
  },
  'does not wait for one that need not be waited for': {
    steps: steps({ call: { type: 'automation', automation: 'work', wait: false }, bob: asks(by('bob')) }),
    lines: ['bob', 'bob approve → approved'],
  },
  'stands still where one fails, until an administrator passes it over': {
    steps: steps({ call: { type: 'automation', automation: 'work', values: { word: 'fail' } }, bob: asks(by('bob')) }),
    lines: ['', 'settle → ', 'bob retry @call → APPROVAL_NOT_ADMINISTRATOR', 'admin retry @call → ', 'settle → ', 'admin skip @call → bob'],
  },
};

const scenarios = { ...onward, ...back, ...told };
let scene: PaperScene;
beforeAll(async () => {
  scene = await paperScene(scenarios, {
    'templates/told.json': {
      name: 'told',
      label: { en: 'Told' },
      object: 'paper',
      inApp: { subject: { en: '{{ name }} goes on' }, body: { en: 'So it does.' } },
    },
    'automations/work.json': {
      name: 'work',
      object: 'paper',
      runAs: 'system',
      trigger: { type: 'called', inputs: { word: { type: 'text' } } },
      steps: {
        no: { type: 'fail', order: 10, when: { '==': [v('$inputs.word'), 'fail'] }, message: { en: 'No.' } },
        tell: { type: 'create', order: 20, object: 'task', values: { name: { coalesce: [v('$inputs.word'), 'called'] } } },
      },
    },
  });
}, 400_000);
afterAll(() => scene.close());

const deeds = { settle: () => scene.settle(new Date(Date.now() + 1000).toISOString()) };
const plays = (table: Readonly<Record<string, Scenario>>): void => {
  it.each(Object.entries(table))('%s', async (title, { lines }) => {
    expect(await scene.play(title, deeds)).toEqual(lines);
  });
};
describe('an approval', () => {
  plays(onward);
});
describe('a rejection leads', () => {
  plays(back);
});
describe('beside those who are asked, it', () => {
  plays(told);
});
