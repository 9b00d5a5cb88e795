// One step of runs that stand at the same place: done for all of them together, written down, and where each of them stands then.
import type { AutomationModel, StepModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { casesOf } from './steps/blocks.ts';
import { findRecords, workOut } from './frame-values.ts';
import { InlineSteps } from './inline.ts';
import type { Noted } from './journal.ts';
import { withOutcomes, withoutWaiting, type Block, type Left, type RunState, type Variables, type Waiting } from './run-state.ts';
import type { PlacedFrame, RunFrames } from './run-frames.ts';
import type { StepResult } from './step-work.ts';
import type { Site, StepTree } from './tree.ts';
import type { Around } from './frame-work.ts';
import { doStep } from './work.ts';
import { enterBranch, enterItems, leave, type Standing } from './walk.ts';

/** What a step has come to for one run. */
export interface RunEnd {
  readonly state: RunState;
  readonly noted: readonly Noted[];
  readonly outcome:
    /** No frame has done it: its condition holds for none. */
    | { readonly kind: 'done' | 'skipped'; readonly standing: Standing }
    | { readonly kind: 'waiting'; readonly variables: Variables; readonly until: string | undefined; readonly anew: boolean }
    /** The step is done again at once. */
    | { readonly kind: 'more'; readonly variables: Variables }
    | { readonly kind: 'failed'; readonly variables: Variables; readonly problem: Extract<StepResult, { kind: 'failed' }>['problem'] };
}

export interface Step {
  readonly session: WriteSession;
  readonly platform: WriteSession;
  readonly automation: AutomationModel;
  readonly tree: StepTree;
  readonly site: Site;
}

/** A frame with what the step has come to for it; undefined: its condition does not hold. */
interface Done {
  readonly placed: PlacedFrame;
  readonly result: StepResult | undefined;
  readonly input: unknown;
}

function around({ session, platform, automation }: Step): Around {
  const inline = new InlineSteps({ session, platform, automation, asker: undefined }, false);
  return { session, platform, automation, block: inline.block };
}

/** Which frames the step's own condition lets do it; a step that is gone on with was let before. */
async function letIn({ session, site: { step } }: Step, frames: readonly PlacedFrame[]): Promise<readonly boolean[]> {
  const { when } = step;
  const asked = when === undefined ? [] : frames.filter(({ waited }) => waited === undefined);
  if (when === undefined || asked.length === 0) return frames.map(() => true);
  const found = await workOut(
    session,
    { about: when, rules: [when] },
    asked.map(({ frame }) => frame),
  );
  const admitted = new Map(asked.map((placed, i) => [placed, found[i]?.[0] === true]));
  return frames.map((placed) => admitted.get(placed) ?? true);
}

async function doFor(step: Step, frames: readonly PlacedFrame[]): Promise<readonly Done[]> {
  const lets = await letIn(step, frames);
  const own = frames.filter((_, i) => lets[i]);
  const { results, inputs } =
    own.length === 0
      ? { results: [], inputs: [] }
      : await doStep(
          around(step),
          step.site.step,
          own.map(({ frame }) => frame),
          own.map(({ waited }) => waited),
        );
  const at = new Map(own.map((placed, i) => [placed, i]));
  return frames.map((placed): Done => {
    const i = at.get(placed);
    return { placed, result: i === undefined ? undefined : results[i], input: i === undefined ? undefined : inputs[i] };
  });
}

const noted = ({ placed, result, input }: Done): readonly Noted[] =>
  result === undefined ? [] : [{ item: placed.item, input, output: result.kind === 'done' ? result.outcome : undefined }];

/** What each frame of a run has come to, those of before included. */
function leftOf(before: Waiting | undefined, done: readonly Done[]): readonly (Left | null)[] {
  const left: (Left | null)[] = [...(before?.frames ?? [])];
  for (const { placed, result } of done) {
    for (let i = left.length; i <= placed.place; i += 1) left.push(null);
    if (result === undefined || result.kind === 'done')
      left[placed.place] = { done: result === undefined ? {} : { outcome: result.outcome } };
    else left[placed.place] = result.kept === undefined ? null : { kept: result.kept };
  }
  return left;
}

const earliest = (times: readonly string[]): string | undefined => [...times].sort()[0];

function waitingEnd({ session }: Step, state: RunState, done: readonly Done[]): RunEnd {
  const { waiting: before, ...rest } = state.variables;
  const open = done.flatMap(({ result }) => (result?.kind === 'waiting' ? [result] : []));
  const until = earliest(open.flatMap((each) => each.until ?? []));
  const waiting: Waiting = {
    since: before?.since ?? session.at,
    timed: until !== undefined || before?.timed === true,
    watches: { record: open.some((each) => each.watches?.record === true), event: open.flatMap((each) => each.watches?.event ?? [])[0] },
    events: before?.events ?? [],
    frames: leftOf(before, done),
  };
  const variables = { ...rest, waiting };
  if (done.some(({ result }) => result?.kind === 'more')) return { state, noted: [], outcome: { kind: 'more', variables } };
  return { state, noted: done.flatMap(noted), outcome: { kind: 'waiting', variables, until, anew: before === undefined } };
}

/** What has been kept, or is done already, is there when the step is done again. */
function failedEnd(
  { session }: Step,
  state: RunState,
  done: readonly Done[],
  problem: Extract<StepResult, { kind: 'failed' }>['problem'],
): RunEnd {
  const { waiting: before, ...rest } = state.variables;
  const frames = leftOf(before, done);
  const since = before?.since ?? session.at;
  const waiting: Waiting = {
    since,
    timed: before?.timed === true,
    watches: { record: false, event: undefined },
    events: before?.events ?? [],
    frames,
  };
  const variables = frames.some((left) => left !== null) ? { ...rest, waiting } : rest;
  return { state, noted: done.flatMap(noted), outcome: { kind: 'failed', variables, problem } };
}

/** Outcomes by place, those of frames that were done before included. */
function outcomesOf(before: Waiting | undefined, done: readonly Done[]): ReadonlyMap<number, unknown> {
  const found = new Map<number, unknown>();
  before?.frames.forEach((left, place) => {
    if (left?.done !== undefined) found.set(place, left.done.outcome);
  });
  for (const { placed, result } of done) if (result?.kind === 'done') found.set(placed.place, result.outcome);
  return found;
}

function endOf(step: Step, state: RunState, done: readonly Done[]): RunEnd {
  const failed = done.find(({ result }) => result?.kind === 'failed')?.result;
  if (failed?.kind === 'failed') return failedEnd(step, state, done, failed.problem);
  if (done.some(({ result }) => result?.kind === 'waiting' || result?.kind === 'more')) return waitingEnd(step, state, done);
  const { tree, site } = step;
  const { path } = site.step;
  const variables = withOutcomes(withoutWaiting(state.variables), path, outcomesOf(state.variables.waiting, done));
  const skipped = state.variables.waiting === undefined && done.every(({ result }) => result === undefined);
  return { state, noted: done.flatMap(noted), outcome: { kind: skipped ? 'skipped' : 'done', standing: leave(tree, path, variables) } };
}

/** Parts what was done for all frames by runs. */
function byRun<T>(runs: readonly RunFrames[], all: readonly T[]): readonly (readonly T[])[] {
  let from = 0;
  return runs.map(({ frames }) => all.slice(from, (from += frames.length)));
}

async function decide(step: Step, branch: Extract<StepModel, { type: 'branch' }>, runs: readonly RunFrames[]): Promise<readonly RunEnd[]> {
  const frames = runs.flatMap((run) => run.frames);
  const lets = await letIn(step, frames);
  const taken = await casesOf(
    step.session,
    branch,
    frames.map(({ frame }) => frame),
  );
  const named = frames.map((placed, i) => ({ placed, name: lets[i] === true ? taken[i] : undefined }));
  return byRun(runs, named).map((own, n): RunEnd => {
    const { state } = runs[n] ?? noRun();
    const found = new Map(own.flatMap(({ placed, name }) => (name === undefined ? [] : [[placed.place, { case: name }] as const])));
    const notes = own.flatMap(({ placed, name }): Noted[] =>
      name === undefined ? [] : [{ item: placed.item, input: undefined, output: { case: name } }],
    );
    const standing = enterBranch(step.tree, branch.path, withOutcomes(state.variables, branch.path, found));
    return { state, noted: notes, outcome: { kind: found.size === 0 ? 'skipped' : 'done', standing } };
  });
}

async function open(step: Step, forEach: Extract<StepModel, { type: 'forEach' }>, runs: readonly RunFrames[]): Promise<readonly RunEnd[]> {
  const frames = runs.flatMap((run) => run.frames);
  const lets = await letIn(step, frames);
  const asked = frames.filter((_, i) => lets[i]);
  const found = await findRecords(
    step.session,
    forEach.query,
    asked.map(({ frame }) => frame),
    { whole: false },
  );
  const idsOf = new Map(asked.map((placed, i) => [placed, (found[i] ?? []).map(({ id }) => id)]));
  return byRun(runs, frames).map((own, n): RunEnd => {
    const { state } = runs[n] ?? noRun();
    const counts = new Map(
      own.flatMap((placed) => (idsOf.has(placed) ? [[placed.place, { count: String(idsOf.get(placed)?.length ?? 0) }] as const] : [])),
    );
    const items = own.flatMap((placed) => (idsOf.get(placed) ?? []).map((id) => [placed.place, id] as const));
    const block: Block = { path: forEach.path, items, outcomes: [] };
    const standing = enterItems(step.tree, block, withOutcomes(state.variables, forEach.path, counts));
    const notes = own.flatMap((placed): Noted[] =>
      counts.has(placed.place) ? [{ item: placed.item, input: undefined, output: counts.get(placed.place) }] : [],
    );
    return { state, noted: notes, outcome: { kind: counts.size === 0 ? 'skipped' : 'done', standing } };
  });
}

function noRun(): never {
  throw new TypeError('A step gives an end for each of its runs.');
}

/** Does the step for all frames of all runs. */
export async function advanceStep(step: Step, runs: readonly RunFrames[]): Promise<readonly RunEnd[]> {
  const model = step.site.step;
  if (model.type === 'branch') return decide(step, model, runs);
  if (model.type === 'forEach') return open(step, model, runs);
  const done = await doFor(
    step,
    runs.flatMap(({ frames }) => frames),
  );
  return byRun(runs, done).map((own, n) => endOf(step, (runs[n] ?? noRun()).state, own));
}
