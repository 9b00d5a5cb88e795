// What people do with an approval beside saying yes and no: edit, return, hand on, add, take back, withdraw, remind, rescue; over HTTP.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import {
  asks,
  by,
  inTurn,
  paperScene,
  process,
  steps,
  type PaperScene,
  type Scenario,
  type Scenarios,
} from './approvals-scenarios-scene.ts';

const bob = (more: Json = {}): Json => ({ bob: asks(by('bob'), more) });
const board = (need: string): Json => ({ check: asks({ board: { role: 'board', need } }) });

const handedOn: Scenarios = {
  'to somebody else, who decides instead': {
    steps: bob(),
    lines: ['bob', 'bob transfer eve → eve', 'bob approve → APPROVAL_NOT_ASKED', 'eve transfer dan → dan', 'dan approve → approved'],
  },
  'by one of several, for that one alone': {
    steps: board('all'),
    lines: ['bob, cat, dan', 'cat transfer eve → bob, dan, eve', 'eve approve → bob, dan', 'bob approve → dan', 'dan approve → approved'],
  },
  'neither to nobody, nor to oneself, nor to many, nor by others': {
    steps: bob(),
    lines: [
      'bob',
      'bob transfer → REQUEST_INVALID',
      'bob transfer bob → APPROVAL_UNFIT',
      'bob transfer cat dan → REQUEST_INVALID',
      'cat transfer dan → APPROVAL_NOT_ASKED',
    ],
  },
  'only where the step lets': {
    steps: bob({ allow: [] }),
    lines: [
      'bob',
      'bob transfer eve → APPROVAL_NOT_ALLOWED',
      'bob addSigner eve → APPROVAL_NOT_ALLOWED',
      'bob return → APPROVAL_NOT_ALLOWED',
      'bob approve → approved',
    ],
  },
};

const signers: Scenarios = {
  'before oneself': {
    steps: bob(),
    lines: ['bob', 'bob addSigner eve before → eve', 'bob approve → APPROVAL_NOT_ASKED', 'eve approve → bob', 'bob approve → approved'],
  },
  'before oneself, several one after another': {
    steps: bob(),
    lines: ['bob', 'bob addSigner eve dan → eve', 'eve approve → dan', 'dan approve → bob', 'bob approve → approved'],
  },
  'after oneself': {
    steps: inTurn('bob', 'cat'),
    lines: ['bob', 'bob addSigner eve after → bob', 'bob approve → eve', 'eve approve → cat', 'cat approve → approved'],
  },
  'who reject as whoever added them would': { steps: bob(), lines: ['bob', 'bob addSigner eve → eve', 'eve reject → rejected'] },
  'who add others': {
    steps: bob(),
    lines: [
      'bob',
      'bob addSigner eve → eve',
      'eve addSigner dan after → eve',
      'eve approve → dan',
      'dan approve → bob',
      'bob approve → approved',
    ],
  },
};

const two = ['bob', 'bob approve → cat'];
const withdrawn: Scenarios = {
  'by the submitter, at any time': {
    steps: inTurn('bob', 'cat'),
    lines: [...two, 'bob recall → APPROVAL_NOT_SUBMITTER', 'ann recall → recalled', 'cat approve → APPROVAL_ENDED'],
  },
  'while nobody has decided': { steps: inTurn('bob', 'cat'), process: { recall: 'untouched' }, lines: ['bob', 'ann recall → recalled'] },
  'no more when somebody has': {
    steps: inTurn('bob', 'cat'),
    process: { recall: 'untouched' },
    lines: [...two, 'ann recall → APPROVAL_TOO_LATE'],
  },
  never: { steps: bob(), process: { recall: 'never' }, lines: ['bob', 'ann recall → APPROVAL_NOT_ALLOWED'] },
  'never but when it has come back': {
    steps: bob(),
    process: { recall: 'never' },
    lines: ['bob', 'bob return → returned', 'ann recall → recalled'],
  },
  'when it has come back': { steps: bob(), lines: ['bob', 'bob return → returned', 'ann recall → recalled'] },
};

const takenBack: Scenarios = {
  'while the next step is untouched': {
    steps: inTurn('bob', 'cat'),
    lines: [
      ...two,
      'bob takeBack → bob',
      'cat approve → APPROVAL_NOT_ASKED',
      'bob approve → cat',
      'cat approve → approved',
      'bob takeBack → APPROVAL_ENDED',
    ],
  },
  'no more when somebody has acted there': {
    steps: inTurn('bob', 'cat', 'dan'),
    lines: [...two, 'cat approve → dan', 'bob takeBack → APPROVAL_TOO_LATE', 'cat takeBack → cat', 'cat reject → rejected'],
  },
  'nor when it was handed on there': {
    steps: inTurn('bob', 'cat'),
    lines: [...two, 'cat transfer dan → dan', 'bob takeBack → APPROVAL_TOO_LATE'],
  },
  'while the step is open': { steps: board('all'), lines: ['bob, cat, dan', 'cat approve → bob, dan', 'cat takeBack → bob, cat, dan'] },
  'not where the process does not let': {
    steps: inTurn('bob', 'cat'),
    process: { takeBack: false },
    lines: [...two, 'bob takeBack → APPROVAL_NOT_ALLOWED'],
  },
};

const edited: Scenarios = {
  'what the step names, and nothing else': {
    steps: steps({ bob: asks(by('bob'), { editable: ['note'] }), cat: asks(by('cat')) }),
    lines: [
      'bob',
      'bob approve amount=3 → APPROVAL_NOT_EDITABLE',
      'bob approve note=seen → cat',
      'cat approve note=x → APPROVAL_NOT_EDITABLE',
      'cat approve → approved',
    ],
  },
};

const rescued: Scenarios = {
  'by giving a turn to somebody else': {
    steps: bob(),
    lines: [
      'bob',
      'cat reassign eve → APPROVAL_NOT_ADMINISTRATOR',
      'admin reassign eve → eve',
      'bob approve → APPROVAL_NOT_ASKED',
      'eve approve → approved',
    ],
  },
  'by passing a step over': {
    steps: inTurn('bob', 'cat'),
    lines: [
      'bob',
      'bob skip @bob → APPROVAL_NOT_ADMINISTRATOR',
      'admin skip @cat → APPROVAL_STALE',
      'admin skip @bob → cat',
      'cat approve → approved',
    ],
  },
  'by giving it up': {
    steps: bob(),
    lines: ['bob', 'ann cancel → APPROVAL_NOT_ADMINISTRATOR', 'admin cancel → cancelled', 'bob approve → APPROVAL_ENDED'],
  },
};

const chosen = (step: string): Json => ({ next: { chosen: step, need: 'all' } });
const choices: Scenarios = {
  'by whoever hands in': {
    steps: { check: asks(chosen('submitter')) },
    chosen: ['dan', 'eve'],
    lines: ['dan, eve', 'dan approve → eve', 'eve approve → approved'],
  },
  'by whoever approves an earlier step': {
    steps: steps({ bob: asks(by('bob')), next: asks(chosen('bob')) }),
    lines: ['bob', 'bob approve +eve +cat → cat, eve', 'eve approve → cat', 'cat approve → approved'],
  },
  'who is himself, and nobody by that': {
    steps: steps({ bob: asks(by('bob')), next: asks(chosen('bob')) }),
    lines: ['bob', 'bob approve +bob → admin', 'bob approve → APPROVAL_NOT_ASKED', 'admin approve → approved'],
  },
  'who is himself, where approving once is not enough': {
    steps: steps({ bob: asks(by('bob')), next: asks(chosen('bob'), { repeated: 'keep' }) }),
    lines: ['bob', 'bob approve +bob → bob', 'bob approve → approved'],
  },
};

const scenarios = { ...handedOn, ...signers, ...withdrawn, ...takenBack, ...edited, ...rescued, ...choices };
let scene: PaperScene;
beforeAll(async () => {
  scene = await paperScene(scenarios, {
    ...process('reminded', { steps: board('all') }),
    ...process('held', { on: ['update'], steps: bob({ editable: ['note'] }) }),
  });
}, 400_000);
afterAll(() => scene.close());

const plays = (table: Readonly<Record<string, Scenario>>): void => {
  it.each(Object.entries(table))('%s', async (title, { lines }) => {
    expect(await scene.play(title)).toEqual(lines);
  });
};
describe('a turn is handed on', () => {
  plays(handedOn);
});
describe('signers are added', () => {
  plays(signers);
});
describe('an approval is withdrawn', () => {
  plays(withdrawn);
});
describe('a decision is taken back', () => {
  plays(takenBack);
});
describe('approvers edit', () => {
  plays(edited);
});
describe('a change that is held', () => {
  /** A change of ann's that waits, and what somebody does to it. */
  const held = async (change: Json): Promise<readonly [paper: string, approval: string]> => {
    const paper = await scene.paper({ note: 'old' });
    const { json } = await scene.people.ann.http.patch(scene.path(paper), change);
    return [paper, String((json['approval'] as Json)['id'])];
  };
  const shown = async (paper: string): Promise<Json> => (await scene.people.ann.http.get(scene.path(paper))).json;
  it('is corrected by its submitter and edited by its approvers, and written as it is then', async () => {
    const [paper, approval] = await held({ note: 'new', amount: 3 });
    await scene.does(approval, 'bob return');
    expect((await scene.people.ann.http.patch(scene.path(paper), { note: 'newer' })).json).toMatchObject({
      code: 'RECORD_LOCKED',
      detail: expect.stringContaining('`resubmit`') as unknown,
    });
    expect(await scene.does(approval, 'ann resubmit amount=5')).toBe('ann resubmit amount=5 → bob');
    expect(await shown(paper)).toMatchObject({ note: 'old', amount: null });
    await scene.does(approval, 'bob approve note=theirs');
    expect(await shown(paper)).toMatchObject({ note: 'theirs', amount: 5, lockedBy: null });
  });

  it('and cannot be written is told with what stands against it, stays locked, and is tried again or given up', async () => {
    const [paper, approval] = await held({ code: 'one' });
    const other = await scene.paper({ code: 'one' });
    expect(await scene.does(approval, 'bob approve')).toBe('bob approve → failed');
    const { json } = await scene.people.ann.http.get(`/api/v1/approvals/${approval}`);
    expect(json['problems']).toMatchObject([{ code: 'RECORD_NOT_UNIQUE' }]);
    expect(await shown(paper)).toMatchObject({ code: null, lockedBy: scene.people.ann.id });
    expect(await scene.does(approval, 'bob retry')).toBe('bob retry → APPROVAL_NOT_ADMINISTRATOR');
    expect(await scene.does(approval, 'admin retry')).toBe('admin retry → failed');
    await scene.admin.remove('paper', other);
    expect(await scene.does(approval, 'admin retry')).toBe('admin retry → approved');
    expect(await shown(paper)).toMatchObject({ code: 'one', lockedBy: null });
    const [third, given] = await held({ code: 'two' });
    await scene.paper({ code: 'two' });
    await scene.does(given, 'bob approve');
    expect(await scene.does(given, 'admin cancel')).toBe('admin cancel → cancelled');
    expect(await shown(third)).toMatchObject({ code: null, lockedBy: null });
  });
});
describe('what came back', () => {
  it('is corrected as it is handed in again', async () => {
    const paper = await scene.paper({ note: 'old' });
    const approval = await scene.handIn(paper, 'reminded');
    await scene.does(approval, 'bob return');
    expect(await scene.does(approval, 'ann resubmit note=better')).toBe('ann resubmit note=better → bob, cat, dan');
    expect((await scene.people.bob.http.get(scene.path(paper))).json['note']).toBe('better');
  });
});
describe('an administrator rescues', () => {
  plays(rescued);
});
describe('a reminder', () => {
  it('reaches whoever has not decided yet, and is the submitter’s', async () => {
    const approval = await scene.handIn(await scene.paper(), 'reminded');
    const told = async (): Promise<readonly number[]> => {
      const all = [scene.people.bob, scene.people.cat, scene.people.eve];
      const answers = await Promise.all(all.map(({ http }) => http.get('/api/v1/records/notification?count=true&first=1')));
      return answers.map(({ json }) => Number(json['totalCount']));
    };
    await scene.does(approval, 'bob approve');
    const [bobs = 0, cats = 0, eves = 0] = await told();
    expect(await scene.does(approval, 'bob remind → ')).toBe('bob remind → APPROVAL_NOT_SUBMITTER');
    expect(await scene.does(approval, 'ann remind → ')).toBe('ann remind → cat, dan');
    expect(await told()).toEqual([bobs, cats + 1, eves]);
  });
});
describe('approvers are chosen', () => {
  plays(choices);
  it('in what would be as well, which knows the events of a process', async () => {
    const { ann, dan, eve } = scene.people;
    const path = scene.path(await scene.paper(), '/approval/plan');
    const name = `p${String(Object.keys(scenarios).indexOf('by whoever hands in'))}`;
    const { json } = await ann.http.post(path, { process: name, chosen: [dan.id, eve.id] });
    expect(json['lines']).toMatchObject([{ assignee: dan.id }, { assignee: eve.id }]);
    const { json: none } = await ann.http.post(path, { process: 'held' });
    expect(none).toMatchObject({ code: 'COMPONENT_UNKNOWN', detail: expect.stringContaining('events update, and not submit') as unknown });
  });
});
