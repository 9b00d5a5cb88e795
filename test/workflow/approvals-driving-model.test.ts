// Random processes under random actions, driven on the database: after each the row, the lock and the tasks are what the pure machine says.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ApprovalProcessModel, ApprovalStepModel } from '@tessera/metadata';
import {
  advance,
  isPending,
  tasks,
  type Action,
  type ApprovalState,
  type Facts,
} from '../../packages/workflow/src/approvals/machine/index.ts';
import { openSteps } from '../../packages/workflow/src/approvals/machine/state.ts';
import { conditionsOf, groupOf, groupsIn, stepsOf } from './approval-model/metadata.ts';
import { processes } from './approval-model/worlds.ts';
import {
  approvalScene,
  codeOf,
  names,
  process as processFile,
  requests,
  together,
  type ApprovalScene,
  type Name,
} from './approvals-driving-scene.ts';
import type { ActorAction } from '@tessera/workflow';

/** So many processes, each under so many series of actions. APPROVAL_SEED: another search than the usual one, and a longer. */
const seed = process.env['APPROVAL_SEED'];
const [processCount, runs, mostActions] = seed === undefined ? [8, 2, 14] : [12, 12, 25];

const managers: Partial<Record<Name, Name>> = { ann: 'bob', sam: 'cat', dan: 'eve' };
const standIns: Partial<Record<Name, Name>> = { cat: 'eve', bob: 'dan' };

const all = fc.sample(processes, { seed: Number(seed ?? 20_261), numRuns: processCount });
const groups = groupsIn(all);

let scene: ApprovalScene;
let models: readonly ApprovalProcessModel[];
let members: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  const files = all.map((steps, i) => processFile(`p${String(i)}`, ['create'], stepsOf(steps)));
  scene = await approvalScene(requests(together(files)));
  const { acme, people } = scene;
  for (const [name, manager] of Object.entries(managers)) await acme.update('user', people[name as Name], { manager: people[manager] });
  for (const [name, standIn] of Object.entries(standIns)) {
    const absence = { person: people[name as Name], from: '2020-01-01', to: '2099-01-01', standIn: people[standIn] };
    await acme.create('absence', absence);
  }
  for (const [code, own] of groups) {
    const group = await acme.create('userGroup', { name: code, code });
    for (const name of own) await acme.create('userGroupMember', { group, user: people[name as Name] });
  }
  // Members come in the order of their ids.
  members = new Map([...groups].map(([code, own]) => [code, own.map((name) => people[name as Name]).sort()]));
  models = await scene.as(acme.administrator, (session) =>
    Promise.resolve(all.flatMap((_, i) => session.model.approvalProcesses[`p${String(i)}`] ?? [])),
  );
}, 400_000);
afterAll(() => scene.close());

function stepsBy(
  steps: ApprovalProcessModel['steps'],
  found = new Map<string, ApprovalStepModel>(),
): ReadonlyMap<string, ApprovalStepModel> {
  for (const step of steps) {
    if (step.type === 'approval') found.set(step.path, step);
    if (step.type === 'branch') for (const one of [...step.cases, { steps: step.otherwise }]) stepsBy(one.steps, found);
    if (step.type === 'parallel') for (const one of step.branches) stepsBy(one.steps, found);
  }
  return found;
}

function factsOf(model: ApprovalProcessModel): Facts {
  const { people, acme } = scene;
  const [steps, conditions] = [stepsBy(model.steps), conditionsOf(all[models.indexOf(model)] ?? {})];
  const nameOf = (person: string): Name | undefined => names.find((name) => people[name] === person);
  const of = (by: Partial<Record<Name, Name>>, person: string): string | null => {
    const other = by[nameOf(person) ?? 'eve'];
    return other === undefined ? null : people[other];
  };
  const both = members.get(groupOf(['ann', 'bob'])) ?? [];
  return {
    holds: (path) => conditions.get(path) ?? true,
    people: (path, entry) => {
      const found = steps.get(path)?.approvers.find(({ name }) => name === entry)?.person;
      return found?.kind === 'group' ? (members.get(found.code) ?? []) : [];
    },
    instead: () => both,
    transferTo: () => both,
    managerOf: (person) => of(managers, person),
    standIn: (person) => of(standIns, person),
    administrators: () => [acme.administrator],
  };
}

/** What both have come to. */
interface Both {
  readonly id: string;
  readonly model: ApprovalProcessModel;
  readonly facts: Facts;
  state: ApprovalState;
}

const codes: Readonly<Record<string, string>> = {
  ended: 'APPROVAL_ENDED',
  withSubmitter: 'APPROVAL_WITH_SUBMITTER',
  notAsked: 'APPROVAL_NOT_ASKED',
  notAllowed: 'APPROVAL_NOT_ALLOWED',
  notSubmitter: 'APPROVAL_NOT_SUBMITTER',
  notAdministrator: 'APPROVAL_NOT_ADMINISTRATOR',
  unfit: 'APPROVAL_UNFIT',
  tooLate: 'APPROVAL_TOO_LATE',
  stale: 'APPROVAL_STALE',
};

async function compare({ id, model, state }: Both): Promise<void> {
  const rows = await scene.approvals(id);
  expect(rows).toHaveLength(1);
  expect(rows[0]?.state).toEqual(state);
  expect(rows[0]?.['status']).toBe(state.status);
  const pending = isPending(state);
  const open = tasks(model, state).map(({ turn }) => turn);
  expect(await scene.consistent(id)).toEqual({ pending: pending ? 1 : 0, locked: pending, tasks: [...open].sort() });
  const lifeStatus = pending ? 'inApproval' : state.status === 'approved' ? 'normal' : 'draft';
  expect(await scene.record(id)).toMatchObject({ life_status: lifeStatus });
}

const kinds = [
  ...(['approve', 'approve', 'approve', 'approve', 'approve', 'reject', 'return', 'transfer', 'addSigner', 'takeBack'] as const),
  ...(['recall', 'resubmit', 'resubmit', 'remind', 'reassign', 'skip', 'cancel', 'timeout', 'left', 'standIns'] as const),
];

interface Pick {
  readonly kind: (typeof kinds)[number];
  readonly task: number;
  readonly person: Name;
  readonly other: Name;
  readonly flag: boolean;
}

/** Turns that there have been, a few of them long over. */
const turnAt = ({ turns }: ApprovalState, n: number): string => String((n % Math.max(turns, 1)) + 1);

/** The action, and who acts: mostly somebody whose turn it is. */
function actionOf({ state, model }: Both, { kind, task, person, other, flag }: Pick): readonly [ActorAction, string | null] {
  const { people, acme } = scene;
  const open = tasks(model, state);
  const due = open[task % Math.max(open.length, 1)];
  const turn = (flag ? due?.turn : undefined) ?? turnAt(state, task);
  const by = (flag ? due?.assignee : undefined) ?? people[person];
  const to = people[other];
  const paths = state.tree === null ? [] : openSteps(state.tree).map(({ path }) => path);
  switch (kind) {
    case 'approve':
    case 'reject':
    case 'takeBack':
      return [{ type: kind, turn }, by];
    case 'return':
      return [{ type: kind, turn, to: { kind: 'submitter' }, then: person === 'ann' ? 'return' : 'rerun' }, by];
    case 'transfer':
      return [{ type: kind, turn, to }, by];
    case 'addSigner':
      return [{ type: kind, turn, to: [to], place: person === 'ann' ? 'before' : 'after' }, by];
    case 'recall':
    case 'resubmit':
      return [{ type: kind }, flag ? people.sam : people[person]];
    case 'remind':
      return [{ type: kind }, people[person]];
    case 'cancel':
      return [{ type: kind }, flag && person === 'ann' ? acme.administrator : people[person]];
    case 'reassign':
      return [{ type: kind, turn, to }, acme.administrator];
    case 'skip':
      return [{ type: kind, path: paths[task % Math.max(paths.length, 1)] ?? 'none' }, flag ? acme.administrator : people[person]];
    case 'timeout':
      return [{ type: kind, turn, fired: due?.fired ?? 0 }, null];
    case 'left':
    case 'standIns':
      return [{ type: kind, person: people[person] }, null];
  }
}

class Do implements fc.AsyncCommand<Both, ApprovalScene> {
  readonly pick: Pick;

  constructor(pick: Pick) {
    this.pick = pick;
  }

  /** Of what is over little more is to be seen. */
  check({ state }: Readonly<Both>): boolean {
    return isPending(state) || this.pick.task === 0;
  }

  async run(both: Both): Promise<void> {
    const [action, by] = actionOf(both, this.pick);
    const whole = (by === null ? action : { ...action, by }) as Action;
    const expected = advance(both.model, both.state, whole, both.facts);
    const code = await codeOf(scene.act(both.id, by, action));
    expect(code).toBe(expected.ok ? 'done' : codes[expected.reason]);
    if (expected.ok) both.state = JSON.parse(JSON.stringify(expected.state)) as ApprovalState;
    await compare(both);
  }

  toString(): string {
    return JSON.stringify(this.pick);
  }
}

const command = fc
  .record({
    kind: fc.constantFrom(...kinds),
    task: fc.nat(7),
    person: fc.constantFrom(...names),
    other: fc.constantFrom(...names),
    flag: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  })
  .map((pick) => new Do(pick));

/** A request of the process; undefined where it does not begin. */
async function started(model: ApprovalProcessModel): Promise<Both | undefined> {
  let id = '';
  const code = await codeOf(scene.create({ kind: model.name }).then((found) => (id = found)));
  if (code !== 'done') {
    expect(code).toBe('APPROVAL_NOBODY');
    return undefined;
  }
  const [row] = await scene.approvals(id);
  if (row === undefined) throw new TypeError('Nothing has begun.');
  const both: Both = { id, model, facts: factsOf(model), state: row.state };
  await compare(both);
  return both;
}

describe('approvals on the database', () => {
  it('stand as the machine has them, whatever is done', async () => {
    expect(models).toHaveLength(processCount);
    for (const model of models) {
      await fc.assert(
        fc.asyncProperty(fc.commands([command], { maxCommands: mostActions, size: 'max' }), async (commands) => {
          const both = await started(model);
          if (both !== undefined) await fc.asyncModelRun(() => ({ model: both, real: scene }), commands);
        }),
        // A record is not brought back to its beginning: what fails is told as it is.
        { numRuns: runs, seed: Number(seed ?? 7), endOnFailure: true },
      );
    }
  }, 600_000);
});
