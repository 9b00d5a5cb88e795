// upsert with `from`: brings the records of a key to what a source gives, in pieces that each commit where steps commit by themselves.
import type { Problem } from '@tessera/kernel';
import type { UpsertStepModel } from '@tessera/metadata';
import { objectOf, reconcileRecords, uniqueKey } from '@tessera/records';
import { countRecords } from '../limits.ts';
import type { StepDoer, StepResult } from '../step-work.ts';
import { roundsOf } from '../writing.ts';
import {
  keyed,
  pieceSize,
  readKeys,
  type Counts,
  type FromTarget,
  type FromWork,
  type Keyed,
  type Progress,
  type SeenKeys,
} from './upsert-keys.ts';
import { atStart, readSource } from './upsert-source.ts';
import { settleStale } from './upsert-stale.ts';

const begun: Progress = { cursor: atStart, counts: { created: 0, updated: 0, unchanged: 0, stale: 0 } };

function targetOf({ session, step }: FromWork): FromTarget {
  const { from, by, values } = step;
  if (from === undefined) throw new TypeError(`The step ${step.path} has no source.`);
  const object = objectOf(session, step.object);
  const key = uniqueKey(object, by.name, session.access.view.objects[step.object]);
  const keyRules = session.target.kept.keep(session.target, step, 'key', () =>
    Object.fromEntries(Object.entries(values).filter(([name]) => by.fields.includes(name))),
  );
  return { source: from, object, key, keyRules };
}

const added = (counts: Counts, what: keyof Counts): Counts => ({ ...counts, [what]: counts[what] + 1 });

/** Several frames may mean the same record: one comes after the other. */
async function write(work: FromWork, { object, key }: FromTarget, keyedItems: readonly Keyed[], counts: Counts[]): Promise<void> {
  const { session, step } = work;
  const writing = (count: number): void => {
    countRecords(session, count);
  };
  const options = { onMatch: step.onMatch, revive: step.stale === 'void', writing };
  for (const round of roundsOf(keyedItems.map(({ text }) => text))) {
    const own = round.flatMap((i) => keyedItems[i] ?? []);
    const records = own.map(({ input }) => ({ pointer: '', input }));
    const found = await reconcileRecords(session, object.name, key.name, records, options);
    own.forEach(({ item: { of } }, i) => {
      const before = counts[of];
      if (before !== undefined) counts[of] = added(before, found[i] ?? 'unchanged');
    });
  }
}

export const upsertFrom: StepDoer<UpsertStepModel> = async (work) => {
  const { frames, waited, step } = work;
  const target = targetOf(work);
  const progress = frames.map((_, i) => (waited[i]?.kept ?? begun) as Progress);
  const problems: (Problem | undefined)[] = frames.map(() => undefined);
  const seen = frames.map((): SeenKeys => new Map());
  const { items, next } = await readSource(
    work,
    target.source,
    progress.map(({ cursor }) => cursor),
    pieceSize,
  );
  const written = await keyed(work, target, { items, rules: step.values, seen }, problems);
  // Before the first piece of several is written the others are looked at: what is wrong with the source is told while nothing is done.
  const isNew = (of: number): boolean => waited[of]?.kept === undefined;
  await readKeys(
    work,
    target,
    next.map((cursor, of) => (isNew(of) ? cursor : undefined)),
    seen,
    problems,
  );
  const counts = progress.map((each) => each.counts);
  await write(
    work,
    target,
    written.filter(({ item }) => problems[item.of] === undefined),
    counts,
  );
  const after = progress.map((each, of): Progress => ({ ...each, cursor: next[of], counts: counts[of] ?? each.counts }));
  const settled = step.stale === 'keep' ? after.map(() => undefined) : await settleStale(work, target, { after, problems, seen, isNew });
  return frames.map((_, of): StepResult => {
    const against = problems[of];
    const { cursor, counts: done } = after[of] ?? begun;
    if (against !== undefined) return { kind: 'failed', problem: against };
    const kept = settled[of];
    if (cursor !== undefined || kept?.stale !== undefined) return { kind: 'more', kept: { ...after[of], ...kept } };
    return { kind: 'done', outcome: textCounts(kept?.counts ?? done) };
  });
};

/** Rules take numbers as text. */
const textCounts = (counts: Counts): Readonly<Record<keyof Counts, string>> => ({
  created: String(counts.created),
  updated: String(counts.updated),
  unchanged: String(counts.unchanged),
  stale: String(counts.stale),
});
