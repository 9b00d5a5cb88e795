// What those who are asked do with their turns: decide, hand on, add others, take back.
import { newTurn, withTurns } from './ask.ts';
import type { ApprovalDefinition } from './definition.ts';
import { judged, type Act } from './flow.ts';
import { askedTurns } from './need.ts';
import type { Run } from './run.ts';
import { openSteps, type ApprovalState, type OpenApproval, type OpenBlock, type Task, type Ticket, type Turn, type Vote } from './state.ts';

/** An act on an approval step. */
export function onApproval(
  path: string,
  apply: (run: Run, step: OpenApproval, definition: ApprovalDefinition) => ReturnType<Act['apply']>,
): Act {
  return {
    path,
    apply: (run, step) => {
      if (step.kind !== 'approval') throw new TypeError(`The step ${path} asks nobody.`);
      return apply(run, step, run.places.approval(path));
    },
  };
}

export const allTurns = ({ entries }: OpenApproval): readonly Turn[] =>
  entries.flatMap(({ tickets }) => tickets.flatMap(({ turns }) => turns));

/** Everybody who has something to do. */
export function tasksOf(run: Run, { status, tree }: Pick<ApprovalState, 'status' | 'tree'>): readonly Task[] {
  if (status !== 'running' || tree === null) return [];
  return openSteps(tree).flatMap((step) => {
    if (step.kind !== 'approval') return [];
    const { path, visit } = step;
    return askedTurns(step, run.places.approval(path)).map(({ turn, entry }): Task => {
      const { key, person, assignee, via, fired } = turn;
      return { turn: key, path, visit, entry, person, assignee, via, fired };
    });
  });
}

/** The open approval with a turn of this key, asked or not. */
export function stepWithTurn(tree: OpenBlock | null, key: string): OpenApproval | undefined {
  const steps = tree === null ? [] : openSteps(tree);
  return steps.find((step): step is OpenApproval => step.kind === 'approval' && allTurns(step).some((turn) => turn.key === key));
}

/** Keys of all turns that somebody has to do on a step. */
export const ownTurns = (step: OpenApproval, definition: ApprovalDefinition, by: string): readonly string[] =>
  askedTurns(step, definition).flatMap(({ turn }) => (turn.assignee === by || turn.person === by ? [turn.key] : []));

export const isAsked = (step: OpenApproval, definition: ApprovalDefinition, by: string, key: string): boolean =>
  ownTurns(step, definition, by).includes(key);

export function vote(path: string, by: string, decision: Vote['decision']): Act {
  return onApproval(path, (run, step, definition) => {
    const turns = ownTurns(step, definition, by);
    const given: Vote = { decision, by, auto: null, at: run.version };
    const voted = withTurns(step, turns, (turn) => ({ ...turn, vote: given }));
    return judged(voted, definition, { path, turns, vote: given });
  });
}

/** A ticket with turns put in the place of one. */
export const replaced = (step: OpenApproval, key: string, by: readonly Turn[]): OpenApproval => ({
  ...step,
  entries: step.entries.map((entry) => ({
    ...entry,
    tickets: entry.tickets.map(({ turns }) => ({ turns: turns.flatMap((turn) => (turn.key === key ? by : [turn])) })),
  })),
});

/** Those who have a turn in the entry of this turn: nobody is asked twice there. */
export function besides({ entries }: OpenApproval, key: string): ReadonlySet<string> {
  const has = ({ turns }: Ticket): boolean => turns.some((turn) => turn.key === key);
  const entry = entries.find(({ tickets }) => tickets.some(has));
  return new Set(entry?.tickets.flatMap(({ turns }) => turns.flatMap(({ person, assignee }) => [person, assignee])));
}

/** Whether somebody may be asked in the place of a turn, or beside it. */
export const fits = (run: Run, step: OpenApproval, definition: ApprovalDefinition, key: string, person: string): boolean =>
  (person !== run.submitter || definition.sameAsSubmitter === 'keep') && !besides(step, key).has(person);

/** Gives the turns of `by` to somebody else; of several that would come together in an entry one is enough to be refused before. */
export function handOn(path: string, keys: readonly string[], to: string, via: Turn['via'], from: string): Act {
  return onApproval(path, function* (run, step, definition) {
    let changed = step;
    for (const key of keys) changed = replaced(changed, key, [yield* newTurn(run, definition, { person: to, via, from })]);
    return judged(changed, definition, null);
  });
}

export function addSigners(path: string, key: string, to: readonly string[], place: 'before' | 'after', by: string): Act {
  return onApproval(path, function* (run, step, definition) {
    const own = allTurns(step).find((turn) => turn.key === key);
    const added: Turn[] = [];
    for (const person of to) added.push(yield* newTurn(run, definition, { person, via: 'signer', from: by }));
    const turns = own === undefined ? added : place === 'before' ? [...added, own] : [own, ...added];
    return judged(replaced(step, key, turns), definition, null);
  });
}
