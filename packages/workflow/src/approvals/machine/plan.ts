// What if: the same machine with everybody approving, which tells who would be asked in which order, and what would be passed over and why.
import { advancing, beginning, type Advanced, type Refused, type Start } from './advance.ts';
import type { Definition } from './definition.ts';
import { driven, type Asking, type Facts } from './facts.ts';
import type { Effect } from './run.ts';
import { openSteps, type ApprovalState, type Outcome } from './state.ts';
import { tasks } from './tasks.ts';

export type PlanLine = Extract<Effect, { kind: 'asked' | 'passed' | 'notify' | 'automation' }>;

export interface ApprovalPlan {
  /** In the order in which it would come about. */
  readonly lines: readonly PlanLine[];
  /** `nobody`: it would not begin. `open`: it comes to no end. */
  readonly outcome: Outcome | 'nobody' | 'open';
}

const isLine = (effect: Effect): effect is PlanLine => ['asked', 'passed', 'notify', 'automation'].includes(effect.kind);

/** More steps than any process has, in case one goes in circles. */
const most = 10_000;

/** The next thing that would happen when everybody approves and every automation succeeds. */
function* onward(definition: Definition, state: ApprovalState): Asking<Advanced | Refused> {
  const automation = state.tree === null ? undefined : openSteps(state.tree).find((step) => step.kind === 'automation');
  if (automation !== undefined) {
    const { path, visit } = automation;
    return yield* advancing(definition, state, { type: 'automationEnded', path, visit, ok: true });
  }
  const [task] = tasks(definition, state);
  if (task === undefined) return { ok: false, reason: 'stale' };
  return yield* advancing(definition, state, { type: 'approve', by: task.assignee, turn: task.turn });
}

export function* planning(definition: Definition, start: Start): Asking<ApprovalPlan> {
  const lines: PlanLine[] = [];
  let next = yield* beginning(definition, start);
  if (!next.ok) return { lines, outcome: 'nobody' };
  for (let count = 0; count < most; count += 1) {
    lines.push(...next.effects.filter(isLine));
    const { status } = next.state;
    if (status !== 'running') return { lines, outcome: status === 'returned' ? 'open' : status };
    const after: Advanced | Refused = yield* onward(definition, next.state);
    if (!after.ok) return { lines, outcome: 'open' };
    next = after;
  }
  return { lines, outcome: 'open' };
}

/** What an approval would go through. Nothing is begun by it. */
export const plan = (definition: Definition, start: Start, facts: Facts): ApprovalPlan => driven(planning(definition, start), facts);
