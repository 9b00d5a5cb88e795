// Records in the scope of an upsert that its source no longer gives: void, or into the bin.
import type { Problem } from '@tessera/kernel';
import type { QueryModel, UpsertStepModel } from '@tessera/metadata';
import { deleteRecords, voidRecords } from '@tessera/records';
import type { Expression } from '@tessera/rules';
import { countRecords } from '../limits.ts';
import { allWritten } from '../writing.ts';
import { pieceSize, readKeys, textOfKey, type FromTarget, type FromWork, type Progress, type SeenKeys } from './upsert-keys.ts';
import { atStart, behind, behindId } from './upsert-source.ts';

interface Given {
  readonly after: readonly Progress[];
  readonly problems: (Problem | undefined)[];
  /** Keys by frame; all of them where it is new. */
  readonly seen: readonly SeenKeys[];
  readonly isNew: (of: number) => boolean;
}

/** What is void already is not made void again. */
function notVoid({ object, scope }: UpsertStepModel, frame: number): Expression {
  const type = { kind: 'text' } as const;
  const status: Expression = { node: 'path', type, root: scope?.frame ?? frame, steps: [{ object, field: 'lifeStatus' }] };
  return { node: 'call', type: { kind: 'boolean' }, operator: '!=', arguments: [status, { node: 'literal', type, value: 'void' }] };
}

function scopeQuery({ session, step }: FromWork, first: number): QueryModel | undefined {
  const { scope, object, stale } = step;
  if (scope === undefined) return undefined;
  return session.target.kept.keep(session.target, step, `scope ${String(first)}`, () => {
    const query: QueryModel = { object, frame: scope.frame, where: scope.condition, sort: [], first: undefined };
    return behind(query, first, stale === 'void' ? [notVoid(step, scope.frame)] : []);
  });
}

async function end({ session, step }: FromWork, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  countRecords(session, ids.length);
  const records = ids.map((id) => ({ pointer: '', id }));
  if (step.stale === 'void') await voidRecords(session, step.object, records, { allOrNone: true });
  else allWritten(await deleteRecords(session, step.object, records));
}

/**
 * Deals with what is stale, for frames whose source is written: at most a piece of records at once. For each frame what it has come to; with
 * `stale` where there is more.
 */
export async function settleStale(
  work: FromWork,
  target: FromTarget,
  { after, problems, seen, isNew }: Given,
): Promise<readonly (Pick<Progress, 'stale' | 'counts'> | undefined)[]> {
  const ready = after.map(({ cursor }, of) => cursor === undefined && problems[of] === undefined);
  // Of those that have come further all keys are read anew.
  ready.forEach((is, of) => {
    if (is && !isNew(of)) seen[of]?.clear();
  });
  await readKeys(
    work,
    target,
    ready.map((is, of) => (is && !isNew(of) ? atStart : undefined)),
    seen,
    problems,
  );
  const found = after.map(({ counts, stale }, of) =>
    ready[of] === true && problems[of] === undefined ? { counts, stale: stale ?? atStart.after } : undefined,
  );
  const results: (Pick<Progress, 'stale' | 'counts'> | undefined)[] = [...found];
  let open = found.flatMap((each, of) => (each === undefined ? [] : [of]));
  const first = Math.max(1, Math.floor(pieceSize / Math.max(1, open.length)));
  const query = scopeQuery(work, first);
  const gone = new Set<string>();
  while (query !== undefined && open.length > 0 && gone.size < pieceSize) {
    const asked = open.flatMap((of) => {
      const frame = work.frames[of];
      return frame === undefined ? [] : [behindId(frame, results[of]?.stale ?? atStart.after)];
    });
    const pages = await work.over(asked).find(query);
    open.forEach((of, i) => {
      const page = pages[i] ?? [];
      const stale = page.filter(({ id, values }) => seen[of]?.has(textOfKey(target.key, values)) !== true && !gone.has(id));
      for (const { id } of stale) gone.add(id);
      const counts = results[of]?.counts ?? after[of]?.counts;
      if (counts !== undefined)
        results[of] = {
          counts: { ...counts, stale: counts.stale + stale.length },
          stale: page.length < first ? undefined : page.at(-1)?.id,
        };
    });
    open = open.filter((of) => results[of]?.stale !== undefined);
  }
  await end(work, [...gone]);
  return results;
}
