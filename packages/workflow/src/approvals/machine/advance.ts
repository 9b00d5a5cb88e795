// The machine: what an action makes of an approval, and what follows from it; or why it is refused. It knows no database, no clock and no ids.
import type { Action, RefusalReason } from './actions.ts';
import { withTurns } from './ask.ts';
import { Places, type Definition } from './definition.ts';
import { asking, driven, type Asking, type Facts } from './facts.ts';
import { actInBlock, askedAnew, openBlock, type Act, type BlockResult } from './flow.ts';
import { isUnfit, refusedTurn } from './refusals.ts';
import { automationEnded, findStandIns, leave, retry, skip, timeOut } from './rescue.ts';
import { Run, type Effect } from './run.ts';
import { isPending, openSteps, withApproval, type ApprovalState, type OpenApproval, type OpenBlock, type Outcome } from './state.ts';
import { inBlock } from './take-back.ts';
import { addSigners, allTurns, handOn, ownTurns, stepWithTurn, tasksOf, vote } from './turns.ts';

export interface Refused {
  readonly ok: false;
  readonly reason: RefusalReason;
}

export interface Advanced {
  readonly ok: true;
  readonly state: ApprovalState;
  /** In the order in which they came about; who is asked last. */
  readonly effects: readonly Effect[];
}

export interface Start {
  readonly submitter: string;
  /** Whom the submitter chose as approvers. */
  readonly chosen?: readonly string[];
}

type Change = Partial<Pick<ApprovalState, 'status' | 'tree' | 'returnTo' | 'decided' | 'chosen' | 'choseThemselves'>>;

const refused = (reason: RefusalReason): Refused => ({ ok: false, reason });

/** The next state, with who is asked now and was not, and who was and is not. */
function told(run: Run, state: ApprovalState, change: Change): Advanced {
  const next: ApprovalState = { ...state, ...change, version: state.version + 1, visits: run.visits, turns: run.turns };
  const [before, after] = [tasksOf(run, state), tasksOf(run, next)];
  const keys = (tasks: typeof before): ReadonlySet<string> => new Set(tasks.map(({ turn }) => turn));
  const [had, has] = [keys(before), keys(after)];
  if (isPending(state) && !isPending(next)) run.effects.push({ kind: 'ended', outcome: next.status as Outcome });
  for (const { turn } of before) if (!has.has(turn)) run.effects.push({ kind: 'released', turn });
  for (const task of after) if (!had.has(task.turn)) run.effects.push({ kind: 'asked', task });
  return { ok: true, state: next, effects: run.effects };
}

/** What becomes of the approval when its outermost block has come to something. */
function outermost(result: BlockResult, tree: OpenBlock | null): Change {
  if (result.kind === 'open') return { status: 'running', tree: result.block, returnTo: null };
  if (result.kind === 'done') return { status: 'approved', tree: null, returnTo: null };
  if (result.to.kind !== 'submitter') return { status: 'rejected', tree: null, returnTo: null };
  const straight = result.then === 'return';
  return { status: 'returned', tree: straight ? tree : null, returnTo: straight ? result.from : null };
}

function* acted(run: Run, state: ApprovalState, act: Act, change: Change = {}): Asking<Advanced> {
  const { tree } = state;
  if (tree === null) throw new TypeError('Nothing of the approval is open.');
  const after = outermost(yield* actInBlock(run, '', tree, act), tree);
  if (after.status === 'returned') run.effects.push({ kind: 'returned' });
  return told(run, state, { ...change, ...after });
}

export function* beginning(definition: Definition, { submitter, chosen = [] }: Start): Asking<Advanced | Refused> {
  const empty = { submitter, visits: 0, turns: 0, chosen: chosen.length === 0 ? {} : { submitter: chosen } };
  const state: ApprovalState = { ...empty, status: 'running', version: 0, decided: false, tree: null, returnTo: null };
  const run = new Run(definition, state);
  const result = yield* openBlock(run, '', 0, []);
  // Before anybody was asked there is nothing to reject: it does not begin.
  if (result.kind === 'back') return refused('nobody');
  return told(run, state, outermost(result, null));
}

/** Whom this action chooses, among those chosen before. */
function choosing(state: ApprovalState, step: string, chosen: readonly string[] = []): ApprovalState['chosen'] {
  return chosen.length === 0 ? state.chosen : { ...state.chosen, [step]: [...new Set([...(state.chosen[step] ?? []), ...chosen])] };
}

/** The state with whom an approver chooses, told apart from himself: whoever he decides for. */
function withChoice(
  definition: Definition,
  state: ApprovalState,
  step: OpenApproval,
  { by, chosen = [] }: { readonly by: string; readonly chosen?: readonly string[] },
): ApprovalState {
  const own = ownTurns(step, new Places(definition).approval(step.path), by);
  const themselves = allTurns(step).flatMap(({ key, person }) => (own.includes(key) && chosen.includes(person) ? [person] : []));
  const { choseThemselves = {} } = state;
  const known = choseThemselves[step.path] ?? [];
  return {
    ...state,
    chosen: choosing(state, step.path, chosen),
    ...(themselves.length === 0 ? {} : { choseThemselves: { ...choseThemselves, [step.path]: [...new Set([...known, ...themselves])] } }),
  };
}

type TurnAction = Extract<Action, { readonly by: string; readonly turn: string }>;

function* onTurn(run: Run, state: ApprovalState, step: OpenApproval, action: Exclude<TurnAction, { type: 'takeBack' }>): Asking<Advanced> {
  const { path } = step;
  const { by, turn } = action;
  switch (action.type) {
    case 'approve':
    case 'reject':
      return yield* acted(run, state, vote(path, by, action.type), {
        decided: true,
        chosen: run.chosen,
        choseThemselves: run.choseThemselves,
      });
    case 'return': {
      const { to, then } = action;
      return yield* acted(run, state, { path, apply: () => ({ kind: 'back', to, then, from: path }) }, { decided: true });
    }
    case 'transfer':
      return yield* acted(run, state, handOn(path, ownTurns(step, run.places.approval(path), by), action.to, 'transfer', by));
    case 'addSigner':
      return yield* acted(run, state, addSigners(path, turn, action.to, action.place, by));
    case 'reassign':
      return yield* acted(run, state, handOn(path, [turn], action.to, 'reassigned', by));
  }
}

function* takenBack(run: Run, state: ApprovalState, taken: Extract<Action, { type: 'takeBack' }>): Asking<Advanced | Refused> {
  const { tree } = state;
  if (!run.definition.takeBack) return refused('notAllowed');
  const before = tree === null ? undefined : yield* inBlock(run, '', tree, { by: taken.by, key: taken.turn });
  if (before === undefined) return refused('tooLate');
  // Where others' votes do without it, or have led on to something, it is no more to be had.
  const isAskedAgain = tasksOf(run, { status: 'running', tree: before }).some(({ turn }) => turn === taken.turn);
  return isAskedAgain && run.effects.length === 0 ? told(run, state, { tree: before }) : refused('tooLate');
}

function* resubmitted(run: Run, state: ApprovalState): Asking<Advanced> {
  const { returnTo, tree, chosen } = state;
  if (returnTo !== null && tree !== null) return yield* acted(run, state, askedAnew(returnTo), { chosen });
  const change = outermost(yield* openBlock(run, '', 0, []), null);
  return told(run, state, { chosen, ...change });
}

/** Does the same on each open step that somebody is asked on. */
function* everywhere(
  run: Run,
  state: ApprovalState,
  person: string,
  act: (path: string, person: string) => Act,
): Asking<Advanced | Refused> {
  const open = (now: ApprovalState): readonly OpenApproval[] =>
    now.tree === null ? [] : openSteps(now.tree).filter((step): step is OpenApproval => step.kind === 'approval');
  const concerns = (step: OpenApproval): boolean =>
    step.entries.some(({ tickets }) =>
      tickets.some(({ turns }) => turns.some((turn) => turn.vote === null && (turn.person === person || turn.assignee === person))),
    );
  const visits = open(state).filter(concerns);
  if (visits.length === 0) return refused('stale');
  let change: Change = {};
  for (const { path, visit } of visits) {
    const now: ApprovalState = { ...state, ...change };
    if (now.status !== 'running' || now.tree === null || !open(now).some((step) => step.path === path && step.visit === visit)) continue;
    change = outermost(yield* actInBlock(run, '', now.tree, act(path, person)), now.tree);
  }
  if (change.status === 'returned') run.effects.push({ kind: 'returned' });
  return told(run, state, change);
}

function* timedOut(run: Run, state: ApprovalState, key: string, fired: number): Asking<Advanced | Refused> {
  const task = tasksOf(run, state).find(({ turn }) => turn === key);
  if (task?.fired !== fired || state.tree === null) return refused('stale');
  const what = run.places.approval(task.path).timeouts[fired]?.do;
  if (what === undefined) return refused('stale');
  if (what !== 'remind') return yield* acted(run, state, timeOut(task.path, key));
  // A reminder leaves what came before as it was: that may be taken back still.
  const used = (step: OpenApproval): OpenApproval => withTurns(step, [key], (turn) => ({ ...turn, fired: fired + 1 }));
  run.effects.push({ kind: 'remind', tasks: [{ ...task, fired: fired + 1 }] });
  return told(run, state, { tree: { ...state.tree, step: withApproval(state.tree.step, task.path, used) } });
}

/** What an administrator may do of the whole. */
function* rescued(
  run: Run,
  state: ApprovalState,
  action: Extract<Action, { type: 'skip' | 'retry' | 'cancel' }>,
): Asking<Advanced | Refused> {
  if (!(yield* asking('administrators')).includes(action.by)) return refused('notAdministrator');
  if (action.type === 'cancel') return told(run, state, { status: 'cancelled', tree: null, returnTo: null });
  const { path } = action;
  const step = state.tree === null || state.status !== 'running' ? undefined : openSteps(state.tree).find((one) => one.path === path);
  if (step === undefined) return refused('stale');
  if (action.type === 'skip') return yield* acted(run, state, skip(path));
  return step.kind === 'automation' && step.failed ? yield* acted(run, state, retry(path)) : refused('stale');
}

type RunningAction = Exclude<Action, { readonly type: 'cancel' | 'skip' | 'retry' | 'recall' | 'resubmit' }>;

export function* advancing(definition: Definition, state: ApprovalState, action: Action): Asking<Advanced | Refused> {
  if (!isPending(state)) return refused('ended');
  const run = new Run(definition, state);
  switch (action.type) {
    case 'cancel':
    case 'skip':
    case 'retry':
      return yield* rescued(run, state, action);
    case 'recall':
      if (action.by !== state.submitter) return refused('notSubmitter');
      // What has come back is the submitter's, who is not to be left with it.
      if (state.status !== 'returned' && definition.recall === 'never') return refused('notAllowed');
      if (state.status !== 'returned' && definition.recall === 'untouched' && state.decided) return refused('tooLate');
      return told(run, state, { status: 'recalled', tree: null, returnTo: null });
    case 'resubmit': {
      if (action.by !== state.submitter) return refused('notSubmitter');
      if (state.status !== 'returned') return refused('stale');
      const again = { ...state, chosen: choosing(state, 'submitter', action.chosen) };
      return yield* resubmitted(new Run(definition, again), again);
    }
    default:
      return state.status === 'running' ? yield* advancingRunning(definition, state, action) : refused('withSubmitter');
  }
}

/** What only makes sense while the approvers have it. */
function* advancingRunning(definition: Definition, state: ApprovalState, action: RunningAction): Asking<Advanced | Refused> {
  const run = new Run(definition, state);
  switch (action.type) {
    case 'remind': {
      if (action.by !== state.submitter && !(yield* asking('administrators')).includes(action.by)) return refused('notSubmitter');
      run.effects.push({ kind: 'remind', tasks: tasksOf(run, state) });
      return told(run, state, {});
    }
    case 'timeout':
      return yield* timedOut(run, state, action.turn, action.fired);
    case 'left':
      return yield* everywhere(run, state, action.person, leave);
    case 'standIns':
      return yield* everywhere(run, state, action.person, findStandIns);
    case 'automationEnded': {
      const { path, visit, ok } = action;
      const step = state.tree === null ? undefined : openSteps(state.tree).find((one) => one.path === path && one.visit === visit);
      // One that has failed may have been retried by itself, and end well after all.
      return step?.kind === 'automation' && (ok || !step.failed) ? yield* acted(run, state, automationEnded(path, ok)) : refused('stale');
    }
    case 'takeBack':
      return yield* takenBack(run, state, action);
    default:
      return yield* onTheirTurn(definition, state, action);
  }
}

function* onTheirTurn(
  definition: Definition,
  state: ApprovalState,
  action: Exclude<TurnAction, { type: 'takeBack' }>,
): Asking<Advanced | Refused> {
  const step = stepWithTurn(state.tree, action.turn);
  if (step === undefined) return refused('notAsked');
  const run = new Run(definition, 'chosen' in action ? withChoice(definition, state, step, action) : state);
  const reason = yield* refusedTurn(run, step, action);
  if (reason !== undefined) return refused(reason);
  return isUnfit(run, step, action) ? refused('unfit') : yield* onTurn(run, state, step, action);
}

/** Starts an approval. It may be over at once, where nobody need be asked. */
export const begin = (definition: Definition, start: Start, facts: Facts): Advanced | Refused =>
  driven(beginning(definition, start), facts);

/** What an action makes of an approval. */
export const advance = (definition: Definition, state: ApprovalState, action: Action, facts: Facts): Advanced | Refused =>
  driven(advancing(definition, state, action), facts);
