// Which records of one set are about the same as others of it: what no database knows yet.
import type { RecordValues } from '@tessera/storage';
import type { CriterionModel } from '@tessera/metadata';
import { leastOf, probeOf, type CriterionKey, type RuleKeys } from './keys.ts';
import { likeness } from './likeness.ts';

export interface Alike {
  /** The place of the other. */
  readonly place: number;
  readonly criterion: CriterionModel;
  readonly score: number;
}

interface Kept {
  readonly place: number;
  readonly grams: ReadonlySet<string>;
}

function scoreOf({ criterion, keys, alike }: CriterionKey, other: Kept): number {
  if (alike === undefined) return 1;
  const score = likeness(new Set(keys), other.grams);
  return score < leastOf(criterion) ? 0 : score;
}

export interface Compared {
  readonly record: RecordValues;
  /** Whether the rule finds such records at all. */
  readonly mayBeFound: boolean;
}

/** For each record the nearest of those before it, where one is about the same. */
export function alikeAmong(keys: RuleKeys, records: readonly Compared[]): readonly (Alike | undefined)[] {
  const byKey = new Map<string, Kept[]>();
  return records.map(({ record, mayBeFound }, place) => {
    let nearest: Alike | undefined;
    const found = keys.of(record);
    for (const key of found) {
      if (nearest !== undefined) break;
      // Whoever has a group has what leads it.
      const others = new Set(probeOf(key, undefined).any.flatMap(([first = '']) => byKey.get(first) ?? []));
      for (const other of others) {
        const score = scoreOf(key, other);
        if (score > (nearest?.score ?? 0)) nearest = { place: other.place, criterion: key.criterion, score };
      }
    }
    for (const { keys: own } of mayBeFound ? found : []) {
      const kept = { place, grams: new Set(own) };
      for (const key of own) {
        const known = byKey.get(key);
        if (known === undefined) byKey.set(key, [kept]);
        else known.push(kept);
      }
    }
    return nearest;
  });
}
