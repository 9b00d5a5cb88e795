// What happens without those who are asked: time-outs, people who leave or come to be absent, an administrator's help.
import { assigneeOf, insteadOf, newTurn, withTurns, type Asked } from './ask.ts';
import type { ApprovalDefinition } from './definition.ts';
import { asking, type Asking } from './facts.ts';
import { judged, type Act, type StepResult } from './flow.ts';
import type { Run } from './run.ts';
import type { Entry, OpenApproval, Turn, Vote } from './state.ts';
import { besides, fits, onApproval, replaced } from './turns.ts';

const turnOf = ({ entries }: OpenApproval, key: string): Turn | undefined =>
  entries.flatMap(({ tickets }) => tickets.flatMap(({ turns }) => turns)).find((turn) => turn.key === key);

/** To whom a time-out hands a turn on, the best first. */
function* candidates(definition: ApprovalDefinition, { person, fired }: Turn): Asking<readonly string[]> {
  if (definition.timeouts[fired]?.do === 'transfer') return yield* asking('transferTo', definition.path, fired);
  const manager = yield* asking('managerOf', person);
  return manager === null ? yield* asking('administrators') : [manager];
}

/** Uses a turn's next time-out up. */
export function timeOut(path: string, key: string): Act {
  return onApproval(path, function* (run, step, definition): Asking<StepResult> {
    const turn = turnOf(step, key);
    const what = turn === undefined ? undefined : definition.timeouts[turn.fired]?.do;
    if (turn === undefined || what === undefined) return { kind: 'open', step };
    const fired = turn.fired + 1;
    if (what === 'approve' || what === 'reject') {
      const vote: Vote = { decision: what, by: turn.person, auto: 'timeout', at: run.version };
      return judged(
        withTurns(step, [key], (one) => ({ ...one, vote, fired })),
        definition,
        null,
      );
    }
    const found = what === 'remind' ? [] : yield* candidates(definition, turn);
    const to = found.find((person) => fits(run, step, definition, key, person));
    // Nobody is there to take it: the person is reminded instead.
    if (to === undefined) {
      const { person, assignee, via } = turn;
      const entry = step.entries.find(({ tickets }) => tickets.some(({ turns }) => turns.includes(turn)))?.name ?? '';
      run.effects.push({ kind: 'remind', tasks: [{ turn: key, path, visit: step.visit, entry, person, assignee, via, fired }] });
      return { kind: 'open', step: withTurns(step, [key], (one) => ({ ...one, fired })) };
    }
    const asked: Asked = { person: to, via: what === 'transfer' ? 'transfer' : 'escalation', from: turn.person, fired };
    return judged(replaced(step, key, [yield* newTurn(run, definition, asked)]), definition, null);
  });
}

/** Who takes the place of somebody who has left; `nobody`: who would decides there already; undefined: there is no one at all. */
function* heir(run: Run, step: OpenApproval, definition: ApprovalDefinition, { key, person }: Turn): Asking<Asked | 'nobody' | undefined> {
  const manager = definition.left === 'manager' ? yield* asking('managerOf', person) : null;
  if (manager !== null && manager !== person && fits(run, step, definition, key, manager))
    return { person: manager, via: 'manager', from: person };
  const others = (yield* asking('administrators')).filter((one) => one !== person);
  const there = besides(step, key);
  if (others.some((one) => there.has(one)) && !others.some((one) => fits(run, step, definition, key, one))) return 'nobody';
  // The submitter only where there is no other, as where nobody stands behind an entry.
  const administrator = others.find((one) => fits(run, step, definition, key, one)) ?? others[0];
  return administrator === undefined ? undefined : { person: administrator, via: 'administrator', from: person };
}

/** Without a turn, and without the vote that was its alone. */
const without = (step: OpenApproval, key: string): OpenApproval => {
  const changed = replaced(step, key, []);
  return {
    ...changed,
    entries: changed.entries.map((entry) => ({ ...entry, tickets: entry.tickets.filter(({ turns }) => turns.length > 0) })),
  };
};

/** Entries without the turns of somebody; `vacant` where nobody is left in one that had only those. */
function dropped(step: OpenApproval, person: string): { readonly kept: readonly Entry[]; readonly vacant: readonly string[] } {
  const entries = step.entries.map((entry) => ({
    ...entry,
    tickets: entry.tickets
      .map(({ turns }) => ({ turns: turns.filter((turn) => turn.vote !== null || turn.person !== person) }))
      .filter(({ turns }) => turns.length > 0),
  }));
  return {
    kept: entries.filter(({ tickets }) => tickets.length > 0),
    vacant: entries.flatMap(({ name, tickets }) => (tickets.length === 0 ? [name] : [])),
  };
}

function* letGo(run: Run, step: OpenApproval, definition: ApprovalDefinition, person: string): Asking<StepResult> {
  const { kept, vacant } = dropped(step, person);
  const matters = vacant.length > 0 && (kept.length === 0 || definition.need === 'all' || definition.need === 'sequence');
  const instead = matters ? yield* insteadOf(run, definition) : [];
  const others = instead?.filter((asked) => asked.person !== person);
  if (others === undefined || (others.length === 0 && (instead?.length ?? 0) > 0))
    return { kind: 'back', to: { kind: 'end' }, then: 'rerun', from: step.path };
  const entries: Entry[] = [...kept];
  for (const name of others.length > 0 ? vacant : []) {
    const tickets: Entry['tickets'][number][] = [];
    for (const asked of others) tickets.push({ turns: [yield* newTurn(run, definition, asked)] });
    entries.push({ name, instead: true, tickets });
  }
  if (entries.length === 0) return { kind: 'done', last: step.before, closing: null };
  return judged({ ...step, entries }, definition, null);
}

/** Somebody who is asked has left. */
export function leave(path: string, person: string): Act {
  return onApproval(path, function* (run, step, definition): Asking<StepResult> {
    const stoodIn = yield* standInAnew(run, step, definition, (turn) => turn.assignee === person && turn.person !== person);
    if (definition.left === 'drop') return yield* letGo(run, stoodIn, definition, person);
    let changed = stoodIn;
    for (const turn of changed.entries.flatMap(({ tickets }) => tickets.flatMap(({ turns }) => turns))) {
      if (turn.vote !== null || turn.person !== person) continue;
      const asked = yield* heir(run, changed, definition, turn);
      if (asked === 'nobody') changed = without(changed, turn.key);
      else if (asked !== undefined)
        changed = replaced(changed, turn.key, [yield* newTurn(run, definition, { ...asked, fired: turn.fired })]);
    }
    return judged(changed, definition, null);
  });
}

/** Turns that nobody has decided yet, with their stand-ins found anew; one that changes hands has a new key. */
function* standInAnew(run: Run, step: OpenApproval, definition: ApprovalDefinition, of: (turn: Turn) => boolean): Asking<OpenApproval> {
  let changed = step;
  for (const turn of step.entries.flatMap(({ tickets }) => tickets.flatMap(({ turns }) => turns))) {
    if (turn.vote !== null || !of(turn)) continue;
    const assignee = yield* assigneeOf(run, definition, turn.person);
    if (assignee !== turn.assignee) changed = replaced(changed, turn.key, [{ ...turn, key: run.turnKey(), since: run.version, assignee }]);
  }
  return changed;
}

/** Somebody's stand-in is another than when the person was asked. */
export function findStandIns(path: string, person: string): Act {
  return onApproval(path, function* (run, step, definition): Asking<StepResult> {
    return judged(yield* standInAnew(run, step, definition, (turn) => turn.person === person), definition, null);
  });
}

/** Lets a step pass that nobody can, or need, decide. */
export const skip = (path: string): Act => ({
  path,
  apply: (_, step) => ({ kind: 'done', last: step.kind === 'automation' ? step.before : [], closing: null }),
});

export const automationEnded = (path: string, ok: boolean): Act => ({
  path,
  apply: (_, step) => {
    if (step.kind !== 'automation') throw new TypeError(`The step ${path} is no automation.`);
    return ok ? { kind: 'done', last: step.before, closing: null } : { kind: 'open', step: { ...step, failed: true } };
  },
});

/** Starts an automation again that has failed. */
export const retry = (path: string): Act => ({
  path,
  apply: (run, step) => {
    if (step.kind !== 'automation') throw new TypeError(`The step ${path} is no automation.`);
    return { kind: 'open', step: { ...step, visit: run.automation(path, true), failed: false } };
  },
});
