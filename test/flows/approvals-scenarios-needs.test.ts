// How many must approve, of an entry and of a step, and when a step counts as rejected: each shown over HTTP.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import { asks, by, paperScene, type Name, type PaperScene, type Scenario } from './approvals-scenarios-scene.ts';

/** The board (bob, cat, dan), as one entry. */
const board = (need?: unknown): Json => ({ board: { role: 'board', order: 90, ...(need === undefined ? {} : { need }) } });
/** One step. */
const one = (approvers: Json, lines: readonly string[], more: Json = {}): Scenario => ({ steps: { check: asks(approvers, more) }, lines });
/** Everybody above ann, up to the director. */
const upwards = (need: unknown): Json => ({ chain: { managerOf: 'submitter', levels: { upTo: 'director' }, need } });
const three = 'bob, cat, dan';
const of = (lines: readonly string[], need: unknown, ...people: readonly Name[]): Scenario => one(by(...people), lines, { need });

const ofAnEntry = {
  'any, unless it says otherwise': one(board(), [three, 'cat approve → approved', 'bob approve → APPROVAL_ENDED']),
  'all of them': one(board('all'), [
    three,
    'cat approve → bob, dan',
    'cat approve → APPROVAL_NOT_ASKED',
    'dan approve → bob',
    'bob approve → approved',
  ]),
  'one after another': one(upwards('sequence'), [
    'bob',
    'cat approve → APPROVAL_NOT_ASKED',
    'bob approve → cat',
    'cat approve → dan',
    'dan approve → approved',
  ]),
  'two of three': one(board({ of: 2 }), [three, 'dan approve → bob, cat', 'bob approve → approved']),
  'as many as there are, where it asks for more': one(board({ of: 9 }), [
    three,
    'bob approve → cat, dan',
    'cat approve → dan',
    'dan approve → approved',
  ]),
  'at least half of three, which is two': one(board({ share: 0.5 }), [three, 'bob approve → cat, dan', 'dan approve → approved']),
  'a third of three, which is one': one(board({ share: 0.33 }), [three, 'bob approve → approved']),
  'the whole of them': one(board({ share: 1 }), [three, 'bob approve → cat, dan', 'cat approve → dan', 'dan approve → approved']),
};

const ofAStep = {
  'all entries, unless it says otherwise': of(['bob, eve', 'eve approve → bob', 'bob approve → approved'], 'all', 'bob', 'eve'),
  'any entry': one({ ...by('eve'), ...board('all') }, ['bob, cat, dan, eve', 'bob approve → cat, dan, eve', 'eve approve → approved'], {
    need: 'any',
  }),
  'entries one after another': of(['eve', 'eve approve → bob', 'bob approve → approved'], 'sequence', 'eve', 'bob'),
  'two of three entries': of(['bob, cat, eve', 'eve approve → bob, cat', 'bob approve → approved'], { of: 2 }, 'bob', 'cat', 'eve'),
  'half of two entries': of(['bob, eve', 'eve approve → approved'], { share: 0.5 }, 'bob', 'eve'),
  'a number of each, and all entries': one({ ...by('eve'), ...board({ of: 2 }) }, [
    'bob, cat, dan, eve',
    'eve approve → bob, cat, dan',
    'bob approve → cat, dan',
    'dan approve → approved',
  ]),
  'each entry, where one decision of somebody counts for all': one({ ...by('bob'), ...board('all') }, [
    'bob, bob, cat, dan',
    'bob approve → cat, dan',
    'cat approve → dan',
    'dan approve → approved',
  ]),
};

const rejected = {
  'as soon as one rejects, unless it says otherwise': one(board('all'), [three, 'bob approve → cat, dan', 'dan reject → rejected']),
  'by one, though any other might approve': one(board(), [three, 'dan reject → rejected']),
  'only when all reject': one(board(), [three, 'bob reject → cat, dan', 'cat reject → dan', 'dan reject → rejected'], { reject: 'all' }),
  'not when one of them approves before all have rejected': one(
    board(),
    [three, 'bob reject → cat, dan', 'cat reject → dan', 'dan approve → approved'],
    { reject: 'all' },
  ),
  'by the majority': one(board('all'), [three, 'bob reject → cat, dan', 'dan reject → rejected'], { reject: 'majority' }),
  'not by a minority': one(board('all'), [three, 'bob reject → cat, dan', 'cat approve → dan', 'dan approve → approved'], {
    reject: 'majority',
  }),
  'as soon as there cannot be as many any more': one(board({ of: 2 }), [three, 'bob reject → cat, dan', 'cat reject → rejected'], {
    reject: 'all',
  }),
  'by the majority of two, which is both': one(by('bob', 'eve'), ['bob, eve', 'bob reject → eve', 'eve reject → rejected'], {
    need: 'any',
    reject: 'majority',
  }),
  'in the middle of a sequence': one(upwards('sequence'), [
    'bob',
    'bob approve → cat',
    'cat reject → rejected',
    'dan approve → APPROVAL_ENDED',
  ]),
};
const scenarios = { ...ofAnEntry, ...ofAStep, ...rejected };
let scene: PaperScene;
beforeAll(async () => {
  scene = await paperScene(scenarios);
  await scene.acme.update('user', scene.people.dan.id, { rank: 'director' });
}, 400_000);
afterAll(() => scene.close());

const plays = (table: Readonly<Record<string, Scenario>>): void => {
  it.each(Object.entries(table))('%s', async (title, { lines }) => {
    expect(await scene.play(title)).toEqual(lines);
  });
};
describe('of an entry must approve', () => {
  plays(ofAnEntry);
});
describe('of a step must approve', () => {
  plays(ofAStep);
});
describe('a step is rejected', () => {
  plays(rejected);
});
