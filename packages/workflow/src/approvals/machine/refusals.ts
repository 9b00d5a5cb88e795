// Why what somebody wants to do with a turn is refused.
import type { Action, RefusalReason } from './actions.ts';
import { asking, type Asking } from './facts.ts';
import type { Run } from './run.ts';
import type { OpenApproval } from './state.ts';
import { fits, isAsked, ownTurns } from './turns.ts';

type TurnAction = Exclude<Extract<Action, { readonly by: string; readonly turn: string }>, { readonly type: 'takeBack' }>;

/** Whether it is their turn, and the step allows it. An administrator reassigns others' turns. */
export function* refusedTurn(run: Run, step: OpenApproval, action: TurnAction): Asking<RefusalReason | undefined> {
  const definition = run.places.approval(step.path);
  const { type, by, turn } = action;
  if (type === 'reassign') return (yield* asking('administrators')).includes(by) ? undefined : 'notAdministrator';
  if (!isAsked(step, definition, by, turn)) return 'notAsked';
  if (type === 'approve' || type === 'reject') return undefined;
  return definition.allow.includes(type) ? undefined : 'notAllowed';
}

/** Whether the step or the people that it names will not do. */
export function isUnfit(run: Run, step: OpenApproval, action: TurnAction): boolean {
  const definition = run.places.approval(step.path);
  switch (action.type) {
    case 'approve':
    case 'reject':
      return false;
    case 'return':
      return action.to.kind === 'step' && !run.places.earlier(step.path).includes(action.to.path);
    case 'transfer':
      return ownTurns(step, definition, action.by).some((key) => !fits(run, step, definition, key, action.to));
    case 'addSigner':
      return (
        action.to.length === 0 ||
        new Set(action.to).size < action.to.length ||
        action.to.some((person) => !fits(run, step, definition, action.turn, person))
      );
    case 'reassign':
      return !isUndecided(step, action.turn) || !fits(run, step, definition, action.turn, action.to);
  }
}

const isUndecided = ({ entries }: OpenApproval, key: string): boolean =>
  entries.some(({ tickets }) => tickets.some(({ turns }) => turns.some((turn) => turn.key === key && turn.vote === null)));
