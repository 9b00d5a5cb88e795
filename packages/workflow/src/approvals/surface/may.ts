// What somebody may do with an approval just then: what the machine would not refuse, asked of the machine itself.
import type { Action } from '../machine/actions.ts';
import { advance, type Definition, type Facts } from '../machine/index.ts';
import { isPending, openSteps, type ApprovalState, type OpenApproval } from '../machine/state.ts';
import { tasks } from '../machine/tasks.ts';
import { allTurns } from '../machine/turns.ts';

export interface Somebody {
  readonly person: string;
  readonly administers: boolean;
}

type Done = Exclude<Action['type'], 'timeout' | 'left' | 'standIns' | 'automationEnded'>;

/** Thrown where the machine goes on to what it must look up: it has refused nothing then. */
class GoesOn extends Error {}

const goesOn = (): never => {
  throw new GoesOn();
};

const factsOf = ({ person, administers }: Somebody): Facts => ({
  administrators: () => (administers ? [person] : []),
  holds: goesOn,
  people: goesOn,
  instead: goesOn,
  transferTo: goesOn,
  managerOf: goesOn,
  standIn: goesOn,
});

function isTaken(definition: Definition, state: ApprovalState, action: Action, who: Somebody): boolean {
  try {
    return advance(definition, state, action, factsOf(who)).ok;
  } catch (error) {
    if (!(error instanceof GoesOn)) throw error;
    // What is taken back must not lead on to anything.
    return action.type !== 'takeBack';
  }
}

/** Somebody who is nobody of the approval. */
const another = '00000000-0000-0000-0000-000000000000';

const openApprovals = ({ tree }: ApprovalState): readonly OpenApproval[] =>
  tree === null ? [] : openSteps(tree).filter((step): step is OpenApproval => step.kind === 'approval');

/** Turns that are somebody's to do: by step, in the order of the steps. */
export const turnsOf = (
  definition: Definition,
  state: ApprovalState,
  person: string,
): readonly { readonly turn: string; readonly path: string }[] =>
  tasks(definition, state).filter((task) => task.assignee === person || task.person === person);

/** Keys of turns that somebody has decided, wherever in the tree they stand: also in what is kept to be taken back. */
function decidedTurns(part: unknown, person: string): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { key, turns, vote } = part as {
    readonly key?: unknown;
    readonly turns?: unknown;
    readonly vote?: { readonly by?: unknown } | null;
  };
  // A turn, or the votes that closed a step.
  const named = [key, ...(Array.isArray(turns) ? (turns as readonly unknown[]) : [])];
  const own = vote?.by === person ? named.filter((each) => typeof each === 'string') : [];
  return [...own, ...Object.values(part).flatMap((inner) => decidedTurns(inner, person))];
}

/** The last approval of somebody that may be taken back, by its turn; undefined where there is none. */
export function takenBackTurn(definition: Definition, state: ApprovalState, person: string): string | undefined {
  const keys = [...new Set(decidedTurns(state.tree, person))].sort((a, b) => Number(b) - Number(a));
  const who = { person, administers: false };
  return keys.find((turn) => isTaken(definition, state, { type: 'takeBack', by: person, turn }, who));
}

function tried(definition: Definition, state: ApprovalState, by: string): readonly Action[] {
  const onTurn = turnsOf(definition, state, by).flatMap(({ turn }): readonly Action[] => [
    { type: 'approve', by, turn },
    { type: 'reject', by, turn },
    { type: 'return', by, turn, to: { kind: 'submitter' }, then: 'rerun' },
    { type: 'transfer', by, turn, to: another },
    { type: 'addSigner', by, turn, to: [another], place: 'before' },
  ]);
  const undecided = openApprovals(state).flatMap((step) => allTurns(step).flatMap(({ key, vote }) => (vote === null ? [key] : [])));
  const paths = openApprovalPaths(state);
  return [
    ...onTurn,
    { type: 'recall', by },
    { type: 'resubmit', by },
    { type: 'remind', by },
    ...undecided.slice(0, 1).map((turn): Action => ({ type: 'reassign', by, turn, to: another })),
    ...paths.slice(0, 1).map((path): Action => ({ type: 'skip', by, path })),
    ...paths.map((path): Action => ({ type: 'retry', by, path })),
    { type: 'cancel', by },
  ];
}

/** In no order. */
export function possibleActions(definition: Definition, state: ApprovalState, who: Somebody): ReadonlySet<Done> {
  if (!isPending(state)) return new Set();
  const taken = tried(definition, state, who.person).filter((action) => isTaken(definition, state, action, who));
  const found = new Set(taken.map(({ type }) => type as Done));
  if (takenBackTurn(definition, state, who.person) !== undefined) found.add('takeBack');
  return found;
}

/** Paths of the steps that an approval waits for. */
export const openApprovalPaths = ({ tree }: ApprovalState): readonly string[] =>
  tree === null ? [] : openSteps(tree).map(({ path }) => path);
