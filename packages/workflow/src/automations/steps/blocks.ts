// forEach, branch and atomic where they are done at once: within a write, or within an atomic step.
import { TesseraError } from '@tessera/kernel';
import type { AtomicStepModel, BranchStepModel, ForEachStepModel } from '@tessera/metadata';
import { lockStatement } from '@tessera/storage';
import { workOut, findRecords } from '../frame-values.ts';
import { blocksOf, otherwise } from '../tree.ts';
import type { BlockEnd, Frame, StepDoer, StepResult, StepWork } from '../step-work.ts';
import type { WriteSession } from '@tessera/records';

/** The name of the block that each frame takes. */
export async function casesOf(session: WriteSession, { cases }: BranchStepModel, frames: readonly Frame[]): Promise<readonly string[]> {
  const found = await workOut(session, { about: cases, rules: cases.map(({ when }) => when) }, frames);
  return found.map((conditions) => cases[conditions.indexOf(true)]?.name ?? otherwise);
}

const resultOf = ({ problem }: BlockEnd): StepResult => (problem === undefined ? { kind: 'done' } : { kind: 'failed', problem });

export const branch: StepDoer<BranchStepModel> = async (work) => {
  const { session, step, frames } = work;
  const taken = await casesOf(session, step, frames);
  const results: StepResult[] = frames.map(() => ({ kind: 'done' }));
  for (const { name, steps } of blocksOf(step)) {
    const own = [...frames.keys()].filter((i) => taken[i] === name);
    const ends = await work.block(
      steps,
      own.flatMap((i) => frames[i] ?? []),
    );
    ends.forEach((end, at) => void (results[own[at] ?? -1] = resultOf(end)));
  }
  return results;
};

/** A frame with one more record. */
export const openedFrame = (frame: Frame, record: Frame['records'][number]): Frame => ({
  ...frame,
  key: `${frame.key}/${record?.id ?? ''}`,
  records: [...frame.records, record],
});

export const forEach: StepDoer<ForEachStepModel> = async (work) => {
  const { session, step, frames } = work;
  const found = await findRecords(session, step.query, frames, { whole: true });
  const items = frames.flatMap((frame, parent) => (found[parent] ?? []).map((record) => ({ parent, frame: openedFrame(frame, record) })));
  const ends = await work.block(
    step.steps,
    items.map(({ frame }) => frame),
  );
  const failed = new Map(ends.flatMap(({ problem }, i) => (problem === undefined ? [] : [[items[i]?.parent ?? -1, problem] as const])));
  return frames.map((_, i): StepResult => {
    const problem = failed.get(i);
    if (problem !== undefined) return { kind: 'failed', problem };
    return { kind: 'done', outcome: { count: String(found[i]?.length ?? 0) } };
  });
};

/** Frames that lock something in common go one after the other, so that each sees what the one before has done. */
function apart(locked: readonly (readonly string[])[]): readonly (readonly number[])[] {
  const rounds: { readonly ids: Set<string>; readonly frames: number[] }[] = [];
  locked.forEach((ids, i) => {
    // Behind the last round that has any of them: the order of the frames stays.
    const last = rounds.findLastIndex((round) => ids.some((id) => round.ids.has(id)));
    const round = (rounds[last + 1] ??= { ids: new Set(), frames: [] });
    for (const id of ids) round.ids.add(id);
    round.frames.push(i);
  });
  return rounds.map(({ frames }) => frames);
}

async function lockedFor(work: StepWork<AtomicStepModel>): Promise<readonly (readonly string[])[]> {
  const { session, step, frames } = work;
  const { lock } = step;
  const object = lock && session.model.objects[lock.object];
  if (lock === undefined || object === undefined) return frames.map(() => []);
  const found = await findRecords(session, lock, frames, { whole: false });
  const ids = [...new Set(found.flat().map(({ id }) => id))].sort();
  if (ids.length > 0) await session.transaction.query(lockStatement(session.target, object, ids, { strength: 'no key update' }));
  return found.map((records) => records.map(({ id }) => id));
}

export const atomic: StepDoer<AtomicStepModel> = async (work) => {
  const { step, frames } = work;
  const locked = await lockedFor(work);
  for (const round of apart(locked)) {
    // What was read before the locks were there may be out of date.
    const own = step.lock === undefined ? round.flatMap((i) => frames[i] ?? []) : await work.reread(round.flatMap((i) => frames[i] ?? []));
    const ends = await work.block(step.steps, own);
    // All of it or nothing: what a frame has written before it was stopped must go, and goes with the transaction.
    for (const { problem } of ends) if (problem !== undefined) throw new TesseraError(problem);
  }
  return frames.map(() => ({ kind: 'done' }));
};
