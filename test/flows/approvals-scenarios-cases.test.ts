// Special cases of approvals: nobody is there, it is the submitter, the same person again, somebody leaves or is away, time runs out; over HTTP.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import {
  asks,
  by,
  inTurn,
  paperScene,
  process,
  steps,
  them,
  v,
  type Name,
  type PaperScene,
  type Scenario,
  type Scenarios,
} from './approvals-scenarios-scene.ts';

const none: Json = { none: { order: 50, user: v('nobody') } };
const vacant = (nobody: unknown, lines: readonly string[], more: Json = {}): Scenario => ({
  steps: steps({ none: asks(none, more), dan: asks(by('dan')) }),
  ...(nobody === undefined ? {} : { process: { nobody } }),
  lines,
});

const nobody: Scenarios = {
  'asks the administrator, unless it says otherwise': vacant(undefined, ['admin', 'admin approve → dan']),
  'goes on without': vacant('pass', ['dan', 'dan approve → approved']),
  'does not begin': vacant('refuse', ['APPROVAL_NOBODY']),
  'ends as rejected where it is running': {
    steps: steps({ bob: asks(by('bob')), none: asks(none, { nobody: 'refuse' }) }),
    lines: ['bob', 'bob approve → rejected'],
  },
  'asks whom it names': vacant({ to: them('eve') }, ['eve', 'eve approve → dan']),
  'asks whom it names, any of whom is enough': vacant({ to: them('eve', 'cat') }, ['cat, eve', 'cat approve → dan']),
  'asks the administrator where it names the submitter': vacant({ to: them('ann') }, ['admin', 'admin approve → dan']),
  'does as the step says rather than the process': vacant('refuse', ['dan'], { nobody: 'pass' }),
  'asks for a vacant entry beside another': {
    steps: { both: asks({ ...by('bob'), ...none }) },
    lines: ['admin, bob', 'bob approve → admin', 'admin approve → approved'],
  },
  'leaves a vacant entry out where any is enough': {
    steps: { any: asks({ ...by('bob'), ...none }, { need: 'any' }) },
    lines: ['bob', 'bob approve → approved'],
  },
};

const submits = (rule: string | undefined, lines: readonly string[], submitter: Name = 'bob'): Scenario => ({
  steps: steps({ check: asks(by(submitter)), dan: asks(by('dan')) }),
  process: rule === undefined ? {} : { sameAsSubmitter: rule },
  submitter,
  lines,
});
const itself: Scenarios = {
  'is skipped, unless it says otherwise': submits(undefined, ['dan', 'dan approve → approved']),
  'is stood in for by the manager': submits('manager', ['cat', 'bob approve → APPROVAL_NOT_ASKED', 'cat approve → dan']),
  'has no manager: the administrator is asked': submits('manager', ['admin', 'admin approve → dan'], 'eve'),
  'is asked as well': submits('keep', ['bob', 'bob approve → dan']),
  'is nobody where somebody was to be chosen': {
    steps: { check: asks({ next: { chosen: 'submitter' } }) },
    chosen: ['ann'],
    lines: ['admin', 'ann approve → APPROVAL_NOT_ASKED', 'admin approve → approved'],
  },
  'is skipped among others': {
    steps: { check: asks({ board: { role: 'board', need: 'all' } }) },
    submitter: 'bob',
    lines: ['cat, dan', 'cat approve → dan', 'dan approve → approved'],
  },
};

const again = (second: Json, lines: readonly string[], process: Json = {}): Scenario => ({
  steps: steps({ one: asks(by('bob')), two: asks(by('bob'), second), cat: asks(by('cat')) }),
  process,
  lines,
});
const repeated: Scenarios = {
  'is not asked again, unless it says otherwise': again({}, ['bob', 'bob approve → cat']),
  'is asked again where the process says so': again({}, ['bob', 'bob approve → bob', 'bob approve → cat'], { repeated: 'keep' }),
  'is asked again where the step has fields to edit': again({ editable: ['note'] }, ['bob', 'bob approve → bob', 'bob approve → cat']),
  'is asked again where another step lies between': {
    steps: steps({ one: asks(by('bob')), cat: asks(by('cat')), two: asks(by('bob')) }),
    lines: ['bob', 'bob approve → cat', 'cat approve → bob'],
  },
  'is not asked again among several, who are': {
    steps: steps({ one: asks(by('bob')), two: asks(by('bob', 'cat')) }),
    lines: ['bob', 'bob approve → cat', 'cat approve → approved'],
  },
};

const fay = (process: Json = {}, lines: readonly string[], approvers: Json = by('fay')): Scenario => ({
  steps: { check: asks(approvers) },
  process,
  submitter: 'eve',
  lines,
});
const gone: Scenarios = {
  'to the administrator, unless it says otherwise': fay({}, ['fay', 'leave fay → admin', 'admin approve → approved']),
  'to the manager': fay({ left: 'manager' }, ['fay', 'leave fay → ann', 'ann approve → approved']),
  'to nobody, where others are behind the entry': {
    ...fay({ left: 'drop' }, ['bob, fay', 'leave fay → bob', 'bob approve → approved'], { both: { chosen: 'submitter', need: 'all' } }),
    chosen: ['bob', 'fay'],
  },
  'to whoever is asked where nobody is, with the last behind the entry': fay(
    { left: 'drop', nobody: { to: them('dan') } },
    ['bob, fay', 'leave fay → bob, dan', 'bob approve → dan', 'dan approve → approved'],
    by('fay', 'bob'),
  ),
};

const away: Scenarios = {
  'decides for the person': fay({}, ['fay', 'away fay cat → cat for fay', 'dan approve → APPROVAL_NOT_ASKED', 'cat approve → approved']),
  'leaves it to the person to decide nevertheless': fay({}, ['fay', 'away fay cat → cat for fay', 'fay approve → approved']),
  'has a stand-in as well': fay({}, ['fay', 'away fay cat → cat for fay', 'away cat dan → dan for fay', 'dan approve → approved']),
  'is no stand-in in a circle': fay({}, ['fay', 'away fay cat → cat for fay', 'away cat fay → fay', 'fay approve → approved']),
  'is not the submitter': fay({}, ['fay', 'away fay eve → fay', 'eve approve → APPROVAL_NOT_ASKED']),
  'is asked in the processes that are delegated': fay({}, ['fay', 'delegate fay cat → cat for fay', 'cat approve → approved']),
  'is not asked in others': fay({}, ['fay', 'delegate fay cat elsewhere → fay']),
  'is not asked where the process has no stand-ins': fay({ standIns: false }, ['fay', 'away fay cat → fay', 'fay approve → approved']),
};

const timed = (timeout: Json, lines: readonly string[]): Scenario => ({ steps: { bob: asks(by('bob'), { timeout }) }, lines });
const day = (what: string, more: Json = {}): Json => ({ after: 'P1D', do: what, ...more });
const late: Scenarios = {
  'reminds, goes to the manager, to somebody else, and is approved': timed(
    day('remind', { then: day('escalate', { then: day('transfer', { to: them('eve'), then: day('approve') }) }) }),
    [
      'bob',
      'wait 23 → bob',
      'wait 25 → bob',
      'wait 26 → bob',
      'wait 49 → cat',
      'bob approve → APPROVAL_NOT_ASKED',
      'wait 73 → eve',
      'wait 97 → approved',
    ],
  ),
  'is rejected': timed(day('reject'), ['bob', 'wait 25 → rejected']),
  'counts working time only': timed(day('reject', { after: 'PT24H', calendar: 'mornings' }), [
    'bob',
    'wait 30 → bob',
    'wait 49 → rejected',
  ]),
  'is over with a decision': {
    steps: steps({ bob: asks(by('bob'), { timeout: day('reject') }), cat: asks(by('cat')) }),
    lines: ['bob', 'bob approve → cat', 'wait 97 → cat'],
  },
};

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const scenarios = { ...nobody, ...itself, ...repeated, ...gone, ...away, ...late };
const made: string[] = [];
let scene: PaperScene;
beforeAll(async () => {
  const mornings = { name: 'mornings', timeZone: 'UTC', hours: Object.fromEntries(days.map((name) => [name, ['00:00-12:00']])) };
  scene = await paperScene(scenarios, {
    'calendars/mornings.json': mornings,
    ...process('strict', { on: ['create'], entry: { '==': [v('note'), 'strict'] }, steps: inTurn('eve') }),
    ...process('easy', { steps: inTurn('bob') }),
  });
}, 400_000);
afterAll(() => scene.close());
afterEach(async () => {
  for (const id of made.splice(0)) await scene.acme.remove('absence', id);
  await scene.acme.update('user', scene.people.fay.id, { active: true });
});

const soon = (hours = 0): Promise<void> => scene.settle(hours === 0 ? undefined : new Date(Date.now() + hours * 3_600_000).toISOString());
const date = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const idOf = (name: string | undefined): string => scene.people[name as Name].id;
async function absent(person: string | undefined, standIn: string | undefined, more: Json = {}): Promise<void> {
  made.push(await scene.admin.create('absence', { person: idOf(person), standIn: idOf(standIn), from: date(-1), to: date(9), ...more }));
  await soon();
}
const deeds = {
  wait: ([hours]: readonly string[]) => soon(Number(hours)),
  leave: async ([name]: readonly string[]) => {
    const { status, text } = await scene.admin.http.patch(`/api/v1/records/user/${idOf(name)}`, { active: false });
    if (status !== 200) throw new Error(text);
    await soon();
  },
  away: ([person, standIn]: readonly string[]) => absent(person, standIn),
  delegate: async ([person, standIn, elsewhere]: readonly string[], paper: string) => {
    const { json } = await scene.admin.http.get(scene.path(paper, '/approval'));
    const { process: name } = json['approval'] as { readonly process: string };
    await absent(person, standIn, { processes: [elsewhere === undefined ? name : 'p0'] });
  },
};
/** The approval and the paper of a scenario that has just begun. */
async function begun(title: string, who: Name = 'ann'): Promise<readonly [approval: string, paper: string]> {
  const paper = await scene.paper({}, who);
  return [await scene.handIn(paper, `p${String(Object.keys(scenarios).indexOf(title))}`, who), paper];
}
/** Who, for whom, what and why. */
async function decisions(approval: string): Promise<readonly unknown[]> {
  const { json } = await scene.admin.http.get(`/api/v1/approvals/${approval}`);
  const name = (id: unknown): string | null => (id === null ? null : scene.nameOf(id));
  return (json['decisions'] as readonly Json[]).map((one) => [one['action'], name(one['person']), name(one['inNameOf']), one['because']]);
}
const plays = (table: Readonly<Record<string, Scenario>>): void => {
  it.each(Object.entries(table))('%s', async (title, { lines }) => {
    expect(await scene.play(title, deeds)).toEqual(lines);
  });
};

describe('an approval where nobody is behind an entry', () => {
  plays(nobody);
});
describe('a submitter who would have to approve', () => {
  plays(itself);
});
describe('a new record that was not approved', () => {
  it('comes into force by no easier way', async () => {
    const paper = await scene.paper({ note: 'strict' });
    const submitted = async (name: string): Promise<string> => {
      const approval = await scene.handIn(paper, name);
      return approval.startsWith('APPROVAL') || approval.startsWith('COMPONENT') ? approval : scene.stands(approval);
    };
    const { json } = await scene.people.ann.http.get(scene.path(paper, '/approval'));
    expect(await scene.does(String((json['approval'] as Json)['id']), 'eve reject')).toBe('eve reject → rejected');
    expect((await scene.people.ann.http.get(scene.path(paper))).json['lifeStatus']).toBe('draft');
    expect([await submitted('easy'), await submitted('strict')]).toEqual(['COMPONENT_UNKNOWN', 'eve']);
  });
});
describe('whoever has approved the step before', () => {
  plays(repeated);
});
describe('what somebody who leaves was asked goes', () => {
  plays(gone);
});
describe('a stand-in', () => {
  plays(away);

  it('is told with the person, in what is to be done and in what was', async () => {
    const [approval, paper] = await begun('decides for the person', 'eve');
    await absent('fay', 'cat');
    const { json } = await scene.people.fay.http.get(scene.path(paper, '/approval'));
    expect(json['approval']).toMatchObject({ tasks: [{ assignee: idOf('cat'), inNameOf: idOf('fay') }] });
    await scene.does(approval, 'cat approve');
    expect((await decisions(approval)).at(-1)).toEqual(['approved', 'cat', 'fay', null]);
  });
});
describe('what is not decided in time', () => {
  plays(late);

  it('is told by the history, each time-out once', async () => {
    const [approval] = await begun('reminds, goes to the manager, to somebody else, and is approved');
    for (const hours of [25, 26, 49, 49, 73, 97]) await soon(hours);
    const said = await decisions(approval);
    expect(said).toEqual([
      ['submitted', 'ann', null, null],
      ['reminded', null, 'bob', 'timeout'],
      ['transferred', null, 'bob', 'timeout'],
      ['transferred', null, 'cat', 'timeout'],
      ['approved', null, 'eve', 'timeout'],
    ]);
  });
});
