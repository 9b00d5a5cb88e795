// Random actions, done to the machine and to the reference model, whose answers and views must be the same.
import { expect } from '@jest/globals';
import type fc from 'fast-check';
import {
  advance,
  isPending,
  tasks,
  type Action,
  type Advanced,
  type ApprovalState,
  type Definition,
  type Facts,
  type Task,
} from '../../../packages/workflow/src/approvals/machine/index.ts';
import { openSteps } from '../../../packages/workflow/src/approvals/machine/state.ts';
import { specs, type Steps, type World } from '../approval-scene.ts';
import type { Deed } from './deeds.ts';
import { Reading } from './reference.ts';

/** The machine with what its effects have told so far. */
export interface Real {
  readonly definition: Definition;
  readonly facts: Facts;
  state: ApprovalState;
  readonly asked: Map<string, Task>;
  ends: number;
  /** What was done last was an approval: nothing else has happened since. */
  isFresh: boolean;
  /** Turns on which somebody has approved. */
  readonly approved: { readonly deed: Deed; readonly by: string; readonly turn: string }[];
}

/** The reference model: what was done, and a reading of it. */
export interface Log {
  readonly steps: Steps;
  readonly world: World;
  deeds: readonly Deed[];
  /** Whether somebody had decided and has taken it back. */
  decided: boolean;
}

export function reading({ steps, world, deeds, decided }: Log): Reading | undefined {
  const found = new Reading(steps, world, decided);
  return deeds.every((deed) => found.apply(deed)) ? found : undefined;
}

/** The same without one of the deeds; reminders that it brought about are no more. */
function readingWithout({ steps, world, deeds }: Log, index: number): readonly [Reading | undefined, readonly Deed[]] {
  const found = new Reading(steps, world, true);
  const kept: Deed[] = [];
  for (const deed of deeds.toSpliced(index, 1)) {
    if (found.apply(deed)) kept.push(deed);
    else if (!isReminder(deed)) return [undefined, deeds];
  }
  return [found, kept];
}

/** Takes in what follows from a step of the machine. */
export function follow(real: Real, { state, effects }: Advanced): void {
  // States are kept as JSON.
  real.state = JSON.parse(JSON.stringify(state)) as ApprovalState;
  expect(real.state).toEqual(state);
  for (const effect of effects) {
    if (effect.kind === 'ended') real.ends += 1;
    if (effect.kind === 'released') expect(real.asked.delete(effect.turn)).toBe(true);
    if (effect.kind === 'asked') {
      expect(real.asked.has(effect.task.turn)).toBe(false);
      real.asked.set(effect.task.turn, effect.task);
    }
  }
}

const told = (lines: readonly string[]): readonly string[] => [...lines].sort();

function saidIn(real: Real): readonly string[] {
  if (real.state.status !== 'running' || real.state.tree === null) return [];
  return openSteps(real.state.tree).flatMap((step) => {
    if (step.kind !== 'approval') return [];
    const turns = step.entries.flatMap(({ tickets }) => tickets.flatMap((ticket) => ticket.turns));
    return turns.flatMap(({ person, vote }) => {
      if (vote === null) return [];
      return [`${step.path} ${person} ${vote.auto === null ? vote.by : 'itself'} ${vote.decision === 'approve' ? 'yes' : 'no'}`];
    });
  });
}

/** What must hold at any time, and that both see the same. */
export function compare(real: Real, model: Reading): void {
  const { state } = real;
  const open = tasks(real.definition, state);
  expect(state.status).toBe(model.status);
  expect(told(open.map(({ path, entry, person, assignee, fired }) => `${path} ${entry} ${person} ${assignee} ${String(fired)}`))).toEqual(
    told(model.asked.map(({ path, entry, person, assignee, fired }) => `${path} ${entry} ${person} ${assignee} ${String(fired)}`)),
  );
  expect(told(saidIn(real))).toEqual(told(model.said));
  // Whoever follows the effects knows the same.
  expect([...real.asked.keys()].sort()).toEqual(open.map(({ turn }) => turn).sort());
  // A step is open once at most; it is over once, and something is to be done for as long as it is not.
  const steps = state.tree === null || state.status !== 'running' ? [] : openSteps(state.tree);
  expect(new Set(steps.map(({ path }) => path)).size).toBe(steps.length);
  expect(real.ends).toBe(isPending(state) ? 0 : 1);
  for (const step of steps) if (step.kind === 'approval') expect(open.some(({ path }) => path === step.path)).toBe(true);
  if (state.status === 'running') expect(steps.length).toBeGreaterThan(0);
}

interface Pick {
  readonly kind: string;
  readonly task: number;
  readonly person: string;
  readonly other: string;
  readonly step: number;
  readonly flag: boolean;
}

const at = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)];

/** The same thing as an action of the machine and as a deed of the model. */
function both(real: Real, model: Reading, steps: Steps, pick: Pick): { readonly action: Action; readonly deed: Deed } | undefined {
  const { kind, person, other, flag } = pick;
  const task = at(tasks(real.definition, real.state), pick.task);
  const path = at(specs(steps), pick.step)?.[0] ?? '';
  const then = flag ? 'rerun' : 'return';
  switch (kind) {
    case 'recall':
    case 'cancel':
    case 'resubmit':
    case 'remind': {
      const by = flag ? person : kind === 'cancel' ? 'root' : 'sam';
      return { action: { type: kind, by }, deed: { do: kind, by } };
    }
    case 'skip': {
      const by = flag ? person : 'root';
      const where = task?.path ?? at(model.errands, pick.task) ?? path;
      return { action: { type: 'skip', by, path: where }, deed: { do: 'waive', by, path: where } };
    }
    case 'retry':
      return { action: { type: 'retry', by: 'root', path }, deed: { do: 'retry', by: 'root', path } };
    case 'ended': {
      const where = at(model.errands, pick.task) ?? path;
      const visit = real.state.tree === null ? 0 : (openSteps(real.state.tree).find((one) => one.path === where)?.visit ?? 0);
      return { action: { type: 'automationEnded', path: where, visit, ok: flag }, deed: { do: 'ended', path: where, ok: flag } };
    }
  }
  if (task === undefined) return undefined;
  // Now and then somebody who is not asked tries.
  const by = pick.step === 0 ? person : pick.step % 3 === 0 ? task.person : task.assignee;
  const own = tasks(real.definition, real.state).find((one) => one.path === task.path && (one.assignee === by || one.person === by));
  const acted = kind === 'reassign' || kind === 'timeout' ? task : (own ?? task);
  const { turn, entry, fired } = acted;
  const which = { path: task.path, entry, person: acted.person };
  switch (kind) {
    case 'approve':
      return { action: { type: 'approve', by, turn }, deed: { do: 'yes', by, path: task.path } };
    case 'reject':
      return { action: { type: 'reject', by, turn }, deed: { do: 'no', by, path: task.path } };
    case 'return': {
      const to = flag ? ({ kind: 'submitter' } as const) : ({ kind: 'step', path } as const);
      return {
        action: { type: 'return', by, turn, to, then },
        deed: { do: 'back', by, path: task.path, to: flag ? 'submitter' : path, then },
      };
    }
    case 'transfer':
      return { action: { type: 'transfer', by, turn, to: other }, deed: { do: 'hand', by, path: task.path, to: other } };
    case 'sign': {
      const to = other === person ? [other] : [other, person];
      const place = flag ? 'before' : 'after';
      return { action: { type: 'addSigner', by, turn, to, place }, deed: { do: 'sign', by, to, place, ...which } };
    }
    case 'reassign':
      return { action: { type: 'reassign', by: 'root', turn, to: other }, deed: { do: 'reassign', by: 'root', to: other, ...which } };
    case 'timeout': {
      const count = flag ? fired : 0;
      return { action: { type: 'timeout', turn, fired: count }, deed: { do: 'timeout', fired: count, ...which } };
    }
  }
  return undefined;
}

export const kinds = [
  ...Array<string>(9).fill('approve'),
  ...Array<string>(3).fill('takeBack'),
  ...['reject', 'reject', 'return', 'return', 'transfer', 'sign', 'reassign', 'timeout', 'timeout', 'resubmit', 'resubmit'],
  ...['ended', 'ended', 'remind', 'skip', 'retry', 'recall', 'cancel'],
];

/** A deed with the turns that it counts for. */
function withTurns(model: Reading, deed: Deed): Deed {
  if (deed.do !== 'yes' && deed.do !== 'no' && deed.do !== 'hand') return deed;
  const own = model.asked.filter(({ path, person, assignee }) => path === deed.path && (person === deed.by || assignee === deed.by));
  return { ...deed, counts: own.map(({ entry, person }) => `${entry} ${person}`) };
}

export class Do implements fc.Command<Log, Real> {
  readonly #pick: Pick;

  constructor(pick: Pick) {
    this.#pick = pick;
  }

  check(): boolean {
    return true;
  }

  run(log: Log, real: Real): void {
    const model = reading(log);
    if (model === undefined) throw new TypeError('The log cannot be read any more.');
    if (this.#pick.kind === 'takeBack') this.#takeBack(log, real, model);
    else this.#act(log, real, model);
  }

  #act(log: Log, real: Real, model: Reading): void {
    const found = both(real, model, log.steps, this.#pick);
    if (found === undefined) return;
    const { action } = found;
    const deed = withTurns(model, found.deed);
    const result = advance(real.definition, real.state, action, real.facts);
    const next = { ...log, deeds: [...log.deeds, deed] };
    const after = reading(next);
    expect([action, result.ok]).toEqual([action, after !== undefined && isAllowed(log.steps, deed)]);
    if (!result.ok || after === undefined) return;
    expect(result.state.version).toBe(real.state.version + 1);
    real.isFresh = action.type === 'approve';
    if (action.type === 'approve') real.approved.push({ deed, by: action.by, turn: action.turn });
    follow(real, result);
    const isReminded = result.effects.some((effect) => effect.kind === 'remind');
    log.deeds = [...log.deeds, deed.do === 'timeout' ? { ...deed, isReminder: isReminded } : deed];
    compare(real, after);
  }

  /** An approval that is taken back is as if it had never been given. */
  #takeBack(log: Log, real: Real, model: Reading): void {
    const vote = at(real.approved.slice(-4), this.#pick.task);
    if (vote === undefined) return;
    const { deed: given, by, turn } = vote;
    const result = advance(real.definition, real.state, { type: 'takeBack', by, turn }, real.facts);
    const index = log.deeds.indexOf(given);
    const [after, deeds] = index < 0 ? [undefined, log.deeds] : readingWithout(log, index);
    if (!result.ok) {
      // What was done just now can always be taken back, unless it has begun an automation, or led where nobody may be asked.
      const mayEnd = specs(log.steps).some(([, spec]) => 'entries' in spec && spec.nobody?.do === 'refuse');
      const isLast = index === log.deeds.length - 1 && model.status === 'running' && after?.started.length === model.started.length;
      expect([isLast && !mayEnd && real.isFresh && vote === real.approved.at(-1), 'takeBack']).toEqual([false, 'takeBack']);
      return;
    }
    expect([vote, after === undefined ? log.deeds.slice(index) : []]).toEqual([vote, []]);
    if (after === undefined) return;
    expect(after.started).toEqual(model.started);
    follow(real, result);
    log.deeds = deeds;
    log.decided = true;
    real.isFresh = false;
    real.approved.splice(real.approved.indexOf(vote), 1);
    compare(real, after);
  }

  toString(): string {
    return JSON.stringify(this.#pick);
  }
}

const askAt = (steps: Steps, path: string) => {
  const spec = specs(steps).find(([each]) => each === path)?.[1];
  return spec !== undefined && 'entries' in spec ? spec : undefined;
};

/** What a step has to allow. */
const toAllow: ReadonlyMap<Deed['do'], string> = new Map([
  ['back', 'return'],
  ['hand', 'transfer'],
  ['sign', 'addSigner'],
]);

/** What a step does not allow, the model would do. */
function isAllowed(steps: Steps, deed: Deed): boolean {
  const action = toAllow.get(deed.do);
  return action === undefined || !('path' in deed) || askAt(steps, deed.path)?.allow?.some((each) => each === action) !== false;
}

/** A reminder changes nothing but how many there have been. */
const isReminder = (deed: Deed): boolean => deed.do === 'remind' || (deed.do === 'timeout' && deed.isReminder === true);
