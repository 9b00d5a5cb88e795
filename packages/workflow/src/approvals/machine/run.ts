// One piece of the machine's work: what it counts and tells on the way.
import { Places, type Definition } from './definition.ts';
import type { ApprovalState, Outcome, Task } from './state.ts';

/** Why a step was passed without anybody being asked. */
export type Passed = 'condition' | 'nobody' | 'submitter' | 'repeated';

/** What follows from an action, for whoever keeps the state. */
export type Effect =
  /** Somebody has something to do, or no more. */
  | { readonly kind: 'asked'; readonly task: Task }
  | { readonly kind: 'released'; readonly turn: string }
  | { readonly kind: 'remind'; readonly tasks: readonly Task[] }
  | { readonly kind: 'notify'; readonly path: string }
  /** With `wait` the end is told by the action `automationEnded`. */
  | { readonly kind: 'automation'; readonly path: string; readonly visit: number; readonly wait: boolean }
  | { readonly kind: 'passed'; readonly path: string; readonly why: Passed }
  | { readonly kind: 'returned' }
  | { readonly kind: 'ended'; readonly outcome: Outcome };

/** Changed while the work is done, and nobody else's. */
export class Run {
  readonly definition: Definition;
  readonly places: Places;
  readonly submitter: string;
  readonly chosen: ApprovalState['chosen'];
  readonly choseThemselves: ApprovalState['choseThemselves'];
  /** Before the work. */
  readonly version: number;
  readonly effects: Effect[] = [];
  /** Whether an automation was started: what has led to it cannot be taken back. */
  started = false;
  visits: number;
  turns: number;

  constructor(
    definition: Definition,
    state: Pick<ApprovalState, 'submitter' | 'chosen' | 'choseThemselves' | 'version' | 'visits' | 'turns'>,
  ) {
    this.definition = definition;
    this.places = new Places(definition);
    this.submitter = state.submitter;
    this.chosen = state.chosen;
    this.choseThemselves = state.choseThemselves;
    this.version = state.version;
    this.visits = state.visits;
    this.turns = state.turns;
  }

  visit(): number {
    this.visits += 1;
    return this.visits;
  }

  turnKey(): string {
    this.turns += 1;
    return String(this.turns);
  }

  passed(path: string, why: Passed): void {
    this.effects.push({ kind: 'passed', path, why });
  }

  automation(path: string, wait: boolean): number {
    const visit = this.visit();
    this.started = true;
    this.effects.push({ kind: 'automation', path, visit, wait });
    return visit;
  }
}
