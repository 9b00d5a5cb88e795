// How a process moves: blocks open one step after another, branches choose, parallel steps split and join, rejections lead back.
import type { BackModel } from '@tessera/metadata';
import { openApproval, withRepeated } from './ask.ts';
import { otherwise, type ApprovalDefinition, type BranchDefinition, type ParallelDefinition, type StepDefinition } from './definition.ts';
import { asking, type Asking } from './facts.ts';
import { approvalStanding } from './need.ts';
import type { Run } from './run.ts';
import type { Closing, OpenApproval, OpenBlock, OpenParallel, OpenStep, OpenWay, Resume, Undo } from './state.ts';

/** A step, or a block, that leads back: `from` the approval at `path`. */
export interface Back {
  readonly kind: 'back';
  readonly to: BackModel;
  readonly then: 'rerun' | 'return';
  readonly from: string;
}

/** What has become of a step. `closing`: the votes that closed it, where they can be taken back. */
export type StepResult =
  | { readonly kind: 'open'; readonly step: OpenStep }
  | { readonly kind: 'done'; readonly last: readonly string[]; readonly closing: Closing | null }
  | Back;

export type BlockResult = { readonly kind: 'open'; readonly block: OpenBlock } | Exclude<StepResult, { kind: 'open' }>;

/** What is done to the step at a path. */
export interface Act {
  readonly path: string;
  readonly apply: (run: Run, step: OpenStep) => StepResult | Asking<StepResult>;
}

const ended = (from: string): Back => ({ kind: 'back', to: { kind: 'end' }, then: 'rerun', from });
const through = (last: readonly string[], closing: Closing | null = null): StepResult & { kind: 'done' } => ({
  kind: 'done',
  last,
  closing,
});

/** Who approved: in their own name, and not by the lapse of time. */
export function approvedBy({ entries }: OpenApproval): readonly string[] {
  const turns = entries.flatMap(({ tickets }) => tickets.flatMap((ticket) => ticket.turns));
  const own = turns.filter(({ vote }) => vote?.decision === 'approve' && (vote.auto === null || vote.auto === 'repeated'));
  return [...new Set(own.map(({ person }) => person))];
}

/** What the votes on a step make of it. */
export function judged(step: OpenApproval, definition: ApprovalDefinition, closing: Closing | null): StepResult {
  const settled = withRepeated(step, definition);
  const standing = approvalStanding(settled, definition);
  if (standing === 'open') return { kind: 'open', step: settled };
  if (standing === 'approved') return through(approvedBy(settled), closing);
  return { kind: 'back', ...definition.onReject, from: step.path };
}

/** Opens a step; `done` at once where nobody is to be waited for. */
function* openStep(run: Run, step: StepDefinition, last: readonly string[]): Asking<StepResult> {
  if (step.when !== undefined && !(yield* asking('holds', step.path))) {
    run.passed(step.path, 'condition');
    return through(last);
  }
  switch (step.type) {
    case 'approval':
      return yield* openAsked(run, step, last);
    case 'branch':
      return yield* openBranch(run, step, last);
    case 'parallel':
      return yield* openParallel(run, step, last);
    case 'notify':
      run.effects.push({ kind: 'notify', path: step.path });
      return through(last);
    case 'automation': {
      const visit = run.automation(step.path, step.wait);
      return step.wait
        ? { kind: 'open', step: { kind: 'automation', path: step.path, visit, failed: false, before: last } }
        : through(last);
    }
  }
}

export function* openAsked(run: Run, step: ApprovalDefinition, last: readonly string[]): Asking<StepResult> {
  const opened = yield* openApproval(run, step, last);
  if (opened.kind === 'refused') return ended(step.path);
  if (opened.kind === 'passed') return through(last);
  const result = judged(opened.step, step, null);
  if (result.kind === 'done') run.passed(step.path, 'repeated');
  return result;
}

function* openBranch(run: Run, step: BranchDefinition, last: readonly string[]): Asking<StepResult> {
  let way: string = otherwise;
  for (const { name, path } of step.cases) {
    if (!(yield* asking('holds', path))) continue;
    way = name;
    break;
  }
  const result = yield* openBlock(run, `${step.path}/${way}`, 0, last);
  return result.kind === 'open' ? { kind: 'open', step: { kind: 'branch', path: step.path, way, block: result.block } } : result;
}

function* openParallel(run: Run, step: ParallelDefinition, last: readonly string[]): Asking<StepResult> {
  const ways: OpenWay[] = [];
  for (const { name, path, when } of step.branches) {
    if (when !== undefined && !(yield* asking('holds', path))) {
      run.passed(path, 'condition');
      continue;
    }
    const result = yield* openBlock(run, `${step.path}/${name}`, 0, last);
    if (result.kind === 'back' && step.join === 'all') return result;
    ways.push(wayOf(name, result, null));
    if (result.kind === 'done' && step.join === 'any') break;
  }
  if (ways.length === 0) return through(last);
  return joined({ kind: 'parallel', path: step.path, ways }, step, null);
}

/** @param undo what can be taken back where the way is through */
function wayOf(name: string, result: BlockResult, undo: Undo | null): OpenWay {
  if (result.kind === 'open') return { name, state: 'open', block: result.block, last: [], undo: null };
  if (result.kind === 'back') return { name, state: 'lost', block: null, last: [], undo: null };
  return { name, state: 'through', block: null, last: result.last, undo };
}

/** Whether the branches of a parallel step have come together. */
function joined(step: OpenParallel, { join }: ParallelDefinition, closing: Closing | null): StepResult {
  const passed = step.ways.filter(({ state }) => state === 'through');
  const isOpen = step.ways.some(({ state }) => state === 'open');
  if (join === 'any' ? passed.length > 0 : passed.length === step.ways.length)
    return through([...new Set(passed.flatMap(({ last }) => last))], closing);
  return isOpen ? { kind: 'open', step } : ended(step.path);
}

/** The steps of a block from one on, up to the first that waits for somebody. */
export function* openBlock(run: Run, block: string, from: number, last: readonly string[]): Asking<BlockResult> {
  let before = last;
  for (const step of run.places.block(block).slice(from)) {
    const result = yield* openStep(run, step, before);
    if (result.kind === 'back') return result;
    if (result.kind === 'open') return { kind: 'open', block: { step: result.step, last: before, undo: null, resume: null } };
    before = result.last;
  }
  return through(before);
}

const undoOf = (block: OpenBlock, closing: Closing | null): Undo | null =>
  closing === null ? null : { block: { ...block, undo: null }, closing };

/** Goes on from a step of the block that is done: straight back to where it came from, or to the next. */
function* goOn(run: Run, path: string, block: OpenBlock, { last, closing }: StepResult & { kind: 'done' }): Asking<BlockResult> {
  const { resume, step } = block;
  const result =
    resume === null ? yield* openBlock(run, path, run.places.place(step.path).at + 1, last) : yield* comeBack(run, path, resume);
  // What an automation has begun with is not taken back.
  const undoable = run.started ? null : closing;
  if (result.kind === 'done') return { ...result, closing: undoable };
  return result.kind === 'back' ? result : { kind: 'open', block: { ...result.block, undo: undoOf(block, undoable) } };
}

/** Asks the step that had led back anew; the rest of what was left stands as it was. */
function* comeBack(run: Run, path: string, { step, from, next }: Resume): Asking<BlockResult> {
  const block: OpenBlock = { step, last: [], undo: null, resume: next };
  return yield* actInBlock(run, path, block, askedAnew(from));
}

export const askedAnew = (path: string): Act => ({ path, apply: (run) => openAsked(run, run.places.approval(path), []) });

/** Takes a rejection that leads to a step of this block; others go on to the blocks around. */
function* takeBackHere(run: Run, path: string, block: OpenBlock, back: Back): Asking<BlockResult> {
  const target = back.to.kind === 'step' ? run.places.place(back.to.path) : undefined;
  if (target?.block !== path) return back;
  if (back.then === 'rerun') return yield* openBlock(run, path, target.at, []);
  const resume: Resume = { step: block.step, from: back.from, next: block.resume };
  const result = yield* openStep(run, target.step, []);
  if (result.kind === 'open') return { kind: 'open', block: { step: result.step, last: [], undo: null, resume } };
  return result.kind === 'back' ? result : yield* comeBack(run, path, resume);
}

/** Does something to a step within a block. */
export function* actInBlock(run: Run, path: string, block: OpenBlock, act: Act): Asking<BlockResult> {
  const result = yield* actInStep(run, block.step, act);
  if (result.kind === 'open') return { kind: 'open', block: { ...block, step: result.step, undo: null } };
  return result.kind === 'done' ? yield* goOn(run, path, block, result) : yield* takeBackHere(run, path, block, result);
}

function* actInStep(run: Run, step: OpenStep, act: Act): Asking<StepResult> {
  if (step.path === act.path) {
    const result = act.apply(run, step);
    return 'kind' in result ? result : yield* result;
  }
  if (step.kind === 'branch') {
    const result = yield* actInBlock(run, `${step.path}/${step.way}`, step.block, act);
    return result.kind === 'open' ? { kind: 'open', step: { ...step, block: result.block } } : result;
  }
  const way = step.kind === 'parallel' ? step.ways.find(({ name }) => act.path.startsWith(`${step.path}/${name}/`)) : undefined;
  if (step.kind !== 'parallel' || way?.block == null) throw new TypeError(`The step ${act.path} is not open.`);
  const definition = run.places.parallel(step.path);
  const result = yield* actInBlock(run, `${step.path}/${way.name}`, way.block, act);
  // Where any branch is enough, one that is rejected is lost; elsewhere, and on the way to a step before, all are left.
  if (result.kind === 'back' && (definition.join === 'all' || result.to.kind !== 'end')) return result;
  const closing = result.kind === 'done' ? result.closing : null;
  const closed = wayOf(way.name, result, undoOf(way.block, closing));
  return joined({ ...step, ways: step.ways.map((each) => (each === way ? closed : each)) }, definition, closing);
}
