// Which records a matching rule finds, for many at once: the nearest first, with what they were found by.
import type { CriterionModel, MatchingRuleModel } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';
import { findByKeysStatement, type KeyProbe, type RecordValues } from '@tessera/storage';
import { objectOf, type WriteSession } from '../session.ts';
import { probeOf, type RuleKeys } from './keys.ts';

export interface Candidate {
  readonly object: string;
  readonly id: string;
  readonly name: string | null;
  /** The nearest criterion by which it was found, and how alike it is by that: 1 is equal. */
  readonly criterion: CriterionModel;
  readonly score: number;
  /** All by which it was found. */
  readonly criteria: readonly CriterionModel[];
}

export interface Sought {
  /** Values of an object that the rule takes. */
  readonly record: RecordValues;
  /** The record itself, where it is there already. */
  readonly without?: string | undefined;
}

export interface Finding {
  /** Which records may be found: those that the person may see, where that matters; of what it was made keeps the statement. */
  readonly readable?: { readonly where: Expression | undefined; readonly about: object };
  /** By which criteria; left out: by all. */
  readonly by?: (criterion: CriterionModel) => boolean;
}

/** Beyond so many for a criterion there is no telling them apart. */
const most = 20;
/** Of one statement. */
const mostProbes = 2000;

interface Asked {
  readonly place: number;
  readonly criterion: CriterionModel;
  readonly probe: KeyProbe;
}

function askedOf(keys: RuleKeys, sought: readonly Sought[], { by }: Finding): readonly Asked[] {
  return sought.flatMap(({ record, without }, place) =>
    keys
      .of(record)
      .filter(({ criterion }) => by?.(criterion) !== false)
      .map((key) => ({ place, criterion: key.criterion, probe: probeOf(key, without) })),
  );
}

/** Nearest first: by the rank of the criterion, then by likeness. */
function ranked({ criteria }: MatchingRuleModel, found: readonly Candidate[]): readonly Candidate[] {
  const rank = (candidate: Candidate): number => criteria.indexOf(candidate.criterion);
  return [...found].sort((a, b) => rank(a) - rank(b) || b.score - a.score || (a.id < b.id ? -1 : 1));
}

/** For each of the records its candidates. A few statements, however many records there are. */
export async function findCandidates(
  session: Pick<WriteSession, 'model' | 'target' | 'transaction' | 'slots'>,
  keys: RuleKeys,
  sought: readonly Sought[],
  finding: Finding = {},
): Promise<readonly (readonly Candidate[])[]> {
  const { rule } = keys;
  const object = objectOf(session, rule.object);
  const asked = askedOf(keys, sought, finding);
  const where = [rule.where, finding.readable?.where].filter((each) => each !== undefined);
  const about = finding.readable?.where === undefined ? rule : finding.readable.about;
  const found = sought.map(() => new Map<string, Candidate>());
  for (let from = 0; from < asked.length; from += mostProbes) {
    const part = asked.slice(from, from + mostProbes);
    const probes = part.map(({ probe }) => probe);
    const statement = findByKeysStatement(session.target, { object, where, about, rule: rule.name, probes, most, slots: session.slots });
    const { rows } = await session.transaction.query(statement);
    for (const row of rows) {
      const { place, criterion } = part[Number(row['n'])] ?? {};
      const candidates = found[place ?? -1];
      if (candidates === undefined || criterion === undefined) continue;
      const [id, score] = [String(row['id']), Number(row['score'])];
      const known = candidates.get(id);
      // Criteria are asked in their order: the first by which it is found is the nearest.
      if (known !== undefined) candidates.set(id, { ...known, criteria: [...known.criteria, criterion] });
      else
        candidates.set(id, {
          object: rule.object,
          id,
          name: typeof row['name'] === 'string' ? row['name'] : null,
          criterion,
          score,
          criteria: [criterion],
        });
    }
  }
  return found.map((candidates) => ranked(rule, [...candidates.values()]));
}

export interface Matched {
  readonly kind: 'none' | 'one' | 'many';
  /** The only one that is found by the nearest criterion that finds any. */
  readonly record: string | undefined;
  readonly candidates: readonly Candidate[];
}

export function matchedOf(candidates: readonly Candidate[]): Matched {
  const [first] = candidates;
  if (first === undefined) return { kind: 'none', record: undefined, candidates };
  const nearest = candidates.filter(({ criterion }) => criterion === first.criterion);
  return nearest.length === 1 ? { kind: 'one', record: first.id, candidates } : { kind: 'many', record: undefined, candidates };
}
