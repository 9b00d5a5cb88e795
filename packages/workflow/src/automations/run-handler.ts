// Moves runs on: those that stand at the same step of the same definition, by one step, each with the rights that it has.
import { problem, TesseraError } from '@tessera/kernel';
import type { AutomationModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import {
  appendJournal,
  cancelTimersOfRuns,
  readyRuns,
  saveRuns,
  setTimers,
  type JournalEntry,
  type NewTimer,
  type Run,
  type RunChange,
} from '@tessera/storage';
import { runEndTimer } from '../approvals/automations/run-end-timers.ts';
import { failureText } from '../failure.ts';
import { doorIn, type RunHandler } from '../jobs/handlers.ts';
import { advanceStep, type RunEnd, type Step } from './advance.ts';
import { automationKind, Definitions } from './definitions.ts';
import { journalEntry, problemError } from './journal.ts';
import { gatherFrames, type RunFrames, type Stopped } from './run-frames.ts';
import { stateOf, type RunState } from './run-state.ts';
import { actsAsCaller, asPerson, asPlatform, nobody } from './sessions.ts';
import { treeOf, type Site, type StepTree } from './tree.ts';
import { waitTimer } from './waits.ts';

/** Frames that are done together: runs with many items are done in parts. */
const mostFrames = 2_000;

/** What is written down of a step. */
class Written {
  readonly changes: RunChange[] = [];
  readonly journal: JournalEntry[] = [];
  readonly timers: NewTimer[] = [];
  /** Runs whose timers are no more. */
  readonly settled: string[] = [];
  /** Runs that wait for one that has ended. */
  readonly callers: string[] = [];
  readonly #session: WriteSession;

  constructor(session: WriteSession) {
    this.#session = session;
  }

  #end({ run, variables }: RunState, change: Pick<RunChange, 'state' | 'error'> & Partial<RunChange>): void {
    const { at } = this.#session;
    const { id, position, dueAt } = run;
    this.changes.push({ id, position, variables: run.variables, attempts: 0, dueAt, endedAt: at, ...change });
    if (variables.waiting?.timed === true) this.settled.push(id);
    if (run.callerId !== null) this.callers.push(run.callerId);
    if (run.approval !== undefined) this.timers.push(runEndTimer(this.#session, { run: run.id }));
  }

  stop({ state, kind, problem: found }: Stopped, { step }: Site): void {
    const error = problemError(found);
    const { run } = state;
    this.#end(state, { state: kind, error: failureText(error), attempts: run.attempts + 1 });
    const entry = { runId: run.id, step, record: run.object ?? undefined, state: 'failed' as const, noted: [], error };
    this.journal.push(journalEntry(this.#session, entry));
  }

  /** Nobody knows what its step would be. */
  outdated(state: RunState, error: TesseraError): void {
    const { run } = state;
    const text = failureText(error);
    this.#end(state, { state: 'failed', error: text, attempts: run.attempts + 1 });
    const { at, context } = this.#session;
    const entry = { runId: run.id, id: context.newId(), path: run.position, type: '', state: 'failed' as const, input: null, output: null };
    this.journal.push({ ...entry, error: text, startedAt: at, endedAt: at });
  }

  step({ state, noted, outcome }: RunEnd, { step }: Site): void {
    const { run } = state;
    const entry = { runId: run.id, step, record: run.object ?? undefined, noted };
    const { id, position, dueAt } = run;
    if (outcome.kind === 'failed') {
      const error = problemError(outcome.problem);
      this.#end(state, {
        state: 'failed',
        error: failureText(error),
        variables: JSON.stringify(outcome.variables),
        attempts: run.attempts + 1,
      });
      this.journal.push(journalEntry(this.#session, { ...entry, state: 'failed', error }));
    } else if (outcome.kind === 'more') {
      const text = JSON.stringify(outcome.variables);
      this.changes.push({ id, state: 'ready', position, variables: text, attempts: 0, error: null, dueAt, endedAt: null });
    } else if (outcome.kind === 'waiting') {
      const { until, variables, anew } = outcome;
      const text = JSON.stringify(variables);
      this.changes.push({ id, state: 'waiting', position, variables: text, attempts: 0, error: null, dueAt, endedAt: null });
      if (until !== undefined) this.timers.push(waitTimer(this.#session, run, until));
      if (anew) this.journal.push(journalEntry(this.#session, { ...entry, state: 'waiting' }));
    } else {
      this.journal.push(journalEntry(this.#session, { ...entry, state: outcome.kind }));
      this.#go(state, outcome.standing);
    }
  }

  #go(state: RunState, { position, variables }: Extract<RunEnd['outcome'], { kind: 'done' | 'skipped' }>['standing']): void {
    const { run } = state;
    if (position === undefined) {
      this.#end(state, { state: 'done', error: null, variables: '{}' });
      return;
    }
    const text = JSON.stringify(variables);
    this.changes.push({ id: run.id, state: 'ready', position, variables: text, attempts: 0, error: null, dueAt: run.dueAt, endedAt: null });
    if (state.variables.waiting?.timed === true) this.settled.push(run.id);
  }

  /** One statement of each kind. */
  async save(): Promise<void> {
    const door = doorIn(this.#session);
    const { at } = this.#session;
    await Promise.all([
      this.settled.length === 0 ? undefined : cancelTimersOfRuns(door, this.settled),
      saveRuns(door, this.changes),
      appendJournal(door, this.journal),
      setTimers(door, this.timers, at),
      this.callers.length === 0 ? undefined : readyRuns(door, [...new Set(this.callers)], at),
    ]);
  }
}

/** As many of the first runs as are done together. */
function firstOf(runs: readonly RunFrames[]): readonly RunFrames[] {
  let count = 0;
  return runs.filter(({ frames }, i) => {
    count += frames.length;
    return i === 0 || count <= mostFrames;
  });
}

/** Runs that act in the same name and were led to alike. */
const groupKey = ({ actor, chain }: Run): string => JSON.stringify([actor, chain]);

const begunWith = ({ automation: name, definition: hash }: Run): { readonly name: string; readonly hash: string } => ({ name, hash });

class Runs {
  readonly #definitions = new Definitions(automationKind);

  /** The sessions of a step; none of its own where its person may do nothing any more. */
  async #sessionsFor(
    session: WriteSession,
    { runAs, name }: AutomationModel,
    { asksRoles }: StepTree,
    { actor, chain }: Run,
  ): Promise<{ readonly own: WriteSession | undefined; readonly platform: WriteSession }> {
    const cause = { ...session.cause, chain: [...chain, name], depth: 0 };
    // What the platform has begun itself it goes on with as the platform.
    const platform = { ...asPlatform(session, actor), cause };
    if (actor === null) return { own: platform, platform };
    const asSystem = runAs === 'system';
    const person = asSystem && !asksRoles && !actsAsCaller(session) ? undefined : await session.accessOf(session, actor);
    const known = { ...asPlatform(session, actor, person?.policy.roles), cause, caller: person ?? nobody(session, actor) };
    return { own: asSystem ? known : person && asPerson(known, person, actor), platform: known };
  }

  async #group(session: WriteSession, automation: AutomationModel, runs: readonly Run[], written: Written): Promise<void> {
    const [first] = runs;
    if (first === undefined) return;
    const tree: StepTree = session.target.kept.keep(session.target, automation, 'tree', () => treeOf(automation));
    const site = tree.sites.get(first.position);
    if (site === undefined) throw new TypeError(`${automation.name} has no step ${first.position}.`);
    const states = runs.map(stateOf);
    const { own, platform } = await this.#sessionsFor(session, automation, tree, first);
    if (own === undefined) {
      for (const state of states) written.stop({ state, kind: 'failed', problem: problem('RUN_ACTOR_INACTIVE') }, site);
      return;
    }
    const gathered = await gatherFrames(own, automation, site, states);
    for (const stopped of gathered.stopped) written.stop(stopped, site);
    const step: Step = { session: own, platform, automation, tree, site };
    const together = firstOf(gathered.runs);
    for (const end of together.length === 0 ? [] : await advanceStep(step, together)) written.step(end, site);
  }

  async advance(session: WriteSession, runs: readonly Run[]): Promise<void> {
    const [first] = runs;
    if (first === undefined) return;
    const automation = await this.#definitions.get(session, begunWith(first));
    const written = new Written(session);
    if (automation instanceof TesseraError) {
      for (const run of runs) written.outdated(stateOf(run), automation);
      await written.save();
      return;
    }
    for (const group of Map.groupBy(runs, groupKey).values()) await this.#group(session, automation, group, written);
    await written.save();
  }

  async failed(session: WriteSession, run: Run, error: unknown): Promise<void> {
    const door = doorIn(session);
    const { at, context } = session;
    const { id: runId, position: path, callerId } = run;
    const entry = {
      runId,
      id: context.newId(),
      path,
      type: await this.#typeOf(session, run),
      state: 'failed' as const,
      input: null,
      output: null,
    };
    await appendJournal(door, [{ ...entry, error: failureText(error), startedAt: at, endedAt: at }]);
    if (callerId !== null) await readyRuns(door, [callerId], at);
    if (run.approval !== undefined) await setTimers(door, [runEndTimer(session, { run: runId })], at);
  }

  /** What type of step it stands at; of a definition that no longer fits nobody knows. */
  async #typeOf(session: WriteSession, run: Run): Promise<string> {
    const automation = await this.#definitions.get(session, begunWith(run));
    return automation instanceof TesseraError ? '' : (treeOf(automation).sites.get(run.position)?.step.type ?? '');
  }
}

/** What moves runs of automations on. */
export function runHandler(): RunHandler {
  const runs = new Runs();
  return {
    advance: (session, some) => runs.advance(session, some),
    failed: (session, run, error) => runs.failed(session, run, error),
  };
}
