// What is to be done in a state: for whoever lists it, and sets the time-outs of it.
import type { Definition } from './definition.ts';
import { Run } from './run.ts';
import type { ApprovalState, Task } from './state.ts';
import { tasksOf } from './turns.ts';

/** Everybody who has something to do, step by step. Time-outs run for each by its turn and how many of them are used up (`fired`). */
export const tasks = (definition: Definition, state: ApprovalState): readonly Task[] => tasksOf(new Run(definition, state), state);
