// What changes of children mean for the stored roll-ups of their parents.
import { addDecimals, negateDecimal, type FieldModel, type ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';
import { sameValue } from '../changed.ts';
import { recordEnvironment } from '../rules/environment.ts';
import { isExtreme, type Turnover } from './extremes.ts';
import { noFacts } from '../rules/facts.ts';
import { referenceTo } from '../references.ts';
import { isStoredRollup } from './parents.ts';
import { objectOf, type WriteSession } from '../session.ts';
import { textOf } from '../text-of.ts';

/** A child as it was and as it is; undefined: not there (new, deleted). */
export interface RecordChange {
  readonly old: RecordValues | undefined;
  readonly now: RecordValues | undefined;
}

/**
 * Is the roll-up kept by adding what changed. Counts are; sums are where what they add has no more decimals than they keep: sums of
 * rounded values are not rounded sums. All others are worked out anew under the parent's lock.
 */
function isAdditive(session: WriteSession, { rollup, decimal }: FieldModel): boolean {
  const { function: name, value } = rollup?.aggregate ?? {};
  if (name === 'count') return true;
  if (name !== 'sum' || value?.node !== 'path') return false;
  const step = value.steps.at(-1);
  const added = step === undefined ? undefined : objectOf(session, step.object).fields[step.field];
  if (added === undefined) return false;
  return added.type === 'integer' || (added.decimal !== undefined && added.decimal.scale <= (decimal?.scale ?? 0));
}

export interface ParentWork {
  /** Sums and counts to add, by field. */
  readonly deltas: Map<string, string>;
  /** What comes and goes of minima and maxima, by field. */
  readonly turnovers: Map<string, Turnover>;
  readonly recompute: Set<string>;
}

/** The roll-ups of `parent` over `child` through one lookup. */
function rollupsOver(parent: ObjectModel, child: ObjectModel, by: string): readonly FieldModel[] {
  return Object.values(parent.fields).filter((field) => {
    const source = isStoredRollup(field) ? field.rollup?.aggregate.source : undefined;
    return source?.kind === 'children' && source.object === child.name && source.by === by;
  });
}

/** What a record adds to a roll-up: its value where it counts, undefined where it does not. */
function contribution(session: WriteSession, child: ObjectModel, field: FieldModel, record: RecordValues | undefined): Value | undefined {
  const aggregate = field.rollup?.aggregate;
  if (aggregate === undefined || record === undefined || record['lifeStatus'] === 'void') return undefined;
  const environment = recordEnvironment(session, { object: child, record, facts: noFacts, frame: aggregate.frame });
  if (aggregate.where !== undefined && session.rules.evaluate(aggregate.where, environment) !== true) return undefined;
  if (aggregate.value === undefined) return '1';
  const value = session.rules.evaluate(aggregate.value, environment);
  if (value === null) return undefined;
  return aggregate.function === 'count' ? '1' : value;
}

export function note(work: Map<string, ParentWork>, parent: string): ParentWork {
  let entry = work.get(parent);
  if (entry === undefined) work.set(parent, (entry = { deltas: new Map(), turnovers: new Map(), recompute: new Set() }));
  return entry;
}

interface Side {
  readonly parent: string | undefined;
  readonly value: Value | undefined;
}

function noteField(work: Map<string, ParentWork>, field: FieldModel, adds: boolean, before: Side, after: Side): void {
  if (before.parent === after.parent && sameValue(before.value ?? null, after.value ?? null)) return;
  for (const [side, sign] of [
    [before, -1],
    [after, 1],
  ] as const) {
    if (side.parent === undefined || side.value === undefined || side.value === null) continue;
    const entry = note(work, side.parent);
    if (isExtreme(field)) {
      const turnover = entry.turnovers.get(field.name) ?? { added: [], taken: [] };
      (sign < 0 ? turnover.taken : turnover.added).push(side.value);
      entry.turnovers.set(field.name, turnover);
    } else if (!adds) entry.recompute.add(field.name);
    else
      entry.deltas.set(
        field.name,
        addDecimals(entry.deltas.get(field.name) ?? '0', sign < 0 ? negateDecimal(textOf(side.value)) : textOf(side.value)),
      );
  }
}

/** Adds what the changes mean for the parents of one object, by the parents' ids. */
export function collectWork(
  session: WriteSession,
  child: ObjectModel,
  parent: ObjectModel,
  changes: readonly RecordChange[],
  work: Map<string, ParentWork>,
): void {
  for (const lookup of Object.values(child.fields)) {
    if (lookup.lookup?.to.includes(parent.name) !== true) continue;
    for (const field of rollupsOver(parent, child, lookup.name)) {
      const adds = isAdditive(session, field);
      for (const { old, now } of changes) {
        const before = { parent: referenceTo(lookup, parent.name, old), value: contribution(session, child, field, old) };
        const after = { parent: referenceTo(lookup, parent.name, now), value: contribution(session, child, field, now) };
        noteField(work, field, adds, before, after);
      }
    }
  }
}

/** What comes to nothing is no work. */
export function withoutIdle(work: ReadonlyMap<string, ParentWork>): Map<string, ParentWork> {
  const busy = new Map<string, ParentWork>();
  for (const [id, entry] of work) {
    for (const [field, delta] of entry.deltas) if (delta === '0') entry.deltas.delete(field);
    if (entry.deltas.size + entry.turnovers.size + entry.recompute.size > 0) busy.set(id, entry);
  }
  return busy;
}
