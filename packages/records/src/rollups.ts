// Stored roll-ups of parents, brought up to date in the transaction that changes the children.
import { addDecimals, negateDecimal, type FieldModel, type ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { fieldValue, lockStatement, recordOf, rollupValuesStatement, updateStatement, type RecordValues } from '@tessera/storage';
import { sameValue } from './changed.ts';
import { recordEnvironment } from './environment.ts';
import { noFacts } from './facts.ts';
import { touch, type WriteSession } from './session.ts';

/** A child as it was and as it is; undefined: not there (new, deleted). */
export interface RecordChange {
  readonly old: RecordValues | undefined;
  readonly now: RecordValues | undefined;
}

/** Kept by adding what changed; the others are worked out anew under the parent's lock. */
const additive: ReadonlySet<string> = new Set(['count', 'sum']);

interface ParentWork {
  /** Sums and counts to add, by field. */
  readonly deltas: Map<string, string>;
  readonly recompute: Set<string>;
}

/** The roll-ups of `parent` over `child` through one lookup. */
function rollupsOver(parent: ObjectModel, child: ObjectModel, by: string): readonly FieldModel[] {
  return Object.values(parent.fields).filter((field) => {
    const source = field.rollup?.upkeep === 'transaction' ? field.rollup.aggregate.source : undefined;
    return source?.kind === 'children' && source.object === child.name && source.by === by;
  });
}

function parentOf(child: ObjectModel, by: string, parent: string, record: RecordValues | undefined): string | undefined {
  const value = record?.[by];
  if (typeof value === 'string') return child.fields[by]?.lookup?.to[0] === parent ? value : undefined;
  if (typeof value === 'object' && value !== null && 'object' in value && value['object'] === parent) return String(value['id']);
  return undefined;
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

function note(work: Map<string, ParentWork>, parent: string): ParentWork {
  let entry = work.get(parent);
  if (entry === undefined) work.set(parent, (entry = { deltas: new Map(), recompute: new Set() }));
  return entry;
}

function noteField(
  work: Map<string, ParentWork>,
  field: FieldModel,
  before: { parent?: string | undefined; value?: Value | undefined },
  after: { parent?: string | undefined; value?: Value | undefined },
): void {
  if (before.parent === after.parent && sameValue(before.value ?? null, after.value ?? null)) return;
  const isAdditive = additive.has(field.rollup?.aggregate.function ?? '');
  for (const [side, sign] of [
    [before, -1],
    [after, 1],
  ] as const) {
    if (side.parent === undefined || side.value === undefined || side.value === null) continue;
    const entry = note(work, side.parent);
    if (!isAdditive) entry.recompute.add(field.name);
    else
      entry.deltas.set(
        field.name,
        addDecimals(entry.deltas.get(field.name) ?? '0', sign < 0 ? negateDecimal(String(side.value)) : String(side.value)),
      );
  }
}

function collect(
  session: WriteSession,
  child: ObjectModel,
  parent: ObjectModel,
  changes: readonly RecordChange[],
): Map<string, ParentWork> {
  const work = new Map<string, ParentWork>();
  for (const lookup of Object.values(child.fields)) {
    if (lookup.lookup?.to.includes(parent.name) !== true) continue;
    for (const field of rollupsOver(parent, child, lookup.name)) {
      for (const { old, now } of changes) {
        const before = { parent: parentOf(child, lookup.name, parent.name, old), value: contribution(session, child, field, old) };
        const after = { parent: parentOf(child, lookup.name, parent.name, now), value: contribution(session, child, field, now) };
        noteField(work, field, before, after);
      }
    }
  }
  for (const [id, entry] of work) {
    for (const [field, delta] of entry.deltas) if (delta === '0') entry.deltas.delete(field);
    if (entry.deltas.size === 0 && entry.recompute.size === 0) work.delete(id);
  }
  return work;
}

/** Parents after their lock: sums and counts by what was added, the rest recomputed in this later statement, which sees all commits. */
async function newValues(
  session: WriteSession,
  parent: ObjectModel,
  olds: readonly RecordValues[],
  work: ReadonlyMap<string, ParentWork>,
): Promise<readonly RecordValues[]> {
  const recomputed = [...new Set([...work.values()].flatMap((entry) => [...entry.recompute]))]
    .map((name) => parent.fields[name])
    .filter((field) => field !== undefined);
  const fresh = new Map<string, Readonly<Record<string, unknown>>>();
  if (recomputed.length > 0) {
    const ids = olds.map((old) => String(old['id']));
    const { rows } = await session.transaction.query(rollupValuesStatement(session.target, parent, recomputed, ids));
    for (const row of rows) fresh.set(String(row['id']), row);
  }
  return olds.map((old) => {
    const id = String(old['id']);
    const values: Record<string, Value> = { ...old };
    for (const [field, delta] of work.get(id)?.deltas ?? []) values[field] = addDecimals(String(old[field] ?? '0'), delta);
    for (const field of recomputed) values[field.name] = fieldValue(field, fresh.get(id) ?? {});
    return values;
  });
}

async function updateParents(
  session: WriteSession,
  parent: ObjectModel,
  work: ReadonlyMap<string, ParentWork>,
): Promise<readonly RecordChange[]> {
  const ids = [...work.keys()].sort();
  const { rows } = await session.transaction.query(lockStatement(session.target, parent, ids, { strength: 'no key update' }));
  const olds = rows.map((row) => recordOf(parent, row));
  if (olds.length === 0) return [];
  const news = await newValues(session, parent, olds, work);
  const fields = Object.values(parent.fields).filter(
    (field) => field.rollup?.upkeep === 'transaction' && news.some((record, i) => !sameValue(record[field.name], olds[i]?.[field.name])),
  );
  if (fields.length === 0) return [];
  const history = news.flatMap((record, i) =>
    fields
      .filter((field) => field.history && !sameValue(record[field.name], olds[i]?.[field.name]))
      .map((field) => ({
        recordId: String(record['id']),
        field: field.name,
        old: olds[i]?.[field.name] ?? null,
        new: record[field.name] ?? null,
        change: 'updated' as const,
        version: Number(record['version']),
      })),
  );
  const log = { object: parent.name, change: 'updated' as const, actor: session.slots.user, at: session.at, history };
  await session.transaction.query(updateStatement(session.target, parent, fields, news, log));
  touch(
    session,
    parent.name,
    news.map((record) => String(record['id'])),
  );
  return news.map((now, i) => ({ old: olds[i], now }));
}

/**
 * Brings the stored roll-ups of all parents up to date, parents in Model order, then those of the parents' parents. Locks are
 * always taken so: own rows first, then parents by Model order and id.
 */
export async function applyRollups(session: WriteSession, child: ObjectModel, changes: readonly RecordChange[]): Promise<void> {
  const relevant = changes.filter(({ old, now }) => old !== undefined || now !== undefined);
  if (relevant.length === 0) return;
  for (const parent of Object.values(session.model.objects)) {
    const work = collect(session, child, parent, relevant);
    if (work.size === 0) continue;
    const parents = await updateParents(session, parent, work);
    await applyRollups(session, parent, parents);
  }
}
