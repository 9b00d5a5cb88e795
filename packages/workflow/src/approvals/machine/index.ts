// The machine of approvals: pure functions from a state and an action to the next state and what follows from it (WORKFLOW.md, Approvals).
export { advance, begin, type Advanced, type Refused, type Start } from './advance.ts';
export type { Action, RefusalReason } from './actions.ts';
export type { Definition } from './definition.ts';
export type { Facts } from './facts.ts';
export { migrate, type Migrated, type Misfit, type StepMap } from './migrate.ts';
export { plan, type ApprovalPlan, type PlanLine } from './plan.ts';
export type { Effect, Passed } from './run.ts';
export { isPending, type ApprovalState, type Auto, type Outcome, type Status, type Task, type Via, type Vote } from './state.ts';
export { tasks } from './tasks.ts';
