// One record of a pack's data in a three-way comparison: as the pack wrote it, as it writes it now, as the tenant has it.
import { canonicalJson, fieldTypes, type Choice, type Conflict, type ObjectModel } from '@tessera/metadata';
import { sameValue } from '@tessera/records';
import type { Value } from '@tessera/rules';
import { TesseraError } from '@tessera/kernel';
import type { Decisions } from '../installing.ts';
import { givenValue, type GivenScope, type Values } from '../given-values.ts';
import { seedConflictId } from './conflict-ids.ts';
import type { KnownSeed } from './known.ts';
import type { DataSet } from './sets.ts';

/** What becomes of a record that the tenant has. */
export interface Compared {
  /** Whether the pack writes it otherwise than before. */
  readonly isNew: boolean;
  /** What is written of it, as the pack writes it; empty where the tenant's values stay. */
  readonly values: Values;
  /** Fields that are and stay the tenant's. */
  readonly own: ReadonlySet<string>;
  readonly conflicts: readonly Conflict[];
}

export interface CompareScope extends GivenScope {
  readonly object: ObjectModel;
  readonly decisions: Decisions;
}

const same = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null);

/** As it would be stored; undefined where that cannot be told yet. */
export function storedValue(value: unknown, field: string, scope: Pick<CompareScope, keyof GivenScope | 'object'>): Value | undefined {
  const model = scope.object.fields[field];
  if (model === undefined) return undefined;
  try {
    const given = givenValue(value, scope, model.wire === 'anyReference');
    if (given === null || given === '') return null;
    const coerced = fieldTypes[model.type].coerce(given, model);
    return coerced.ok ? coerced.value : undefined;
  } catch (error) {
    // What it refers to may come with the same upgrade.
    if (error instanceof TesseraError) return undefined;
    throw error;
  }
}

function conflictOf(
  set: DataSet,
  key: string,
  field: string,
  { before, pack, tenant }: Pick<Conflict, 'before' | 'pack' | 'tenant'>,
  { choices = {}, prefer }: Decisions,
): Conflict {
  const id = seedConflictId(set, key, field);
  const choice: Choice | undefined = Object.hasOwn(choices, id) ? choices[id] : prefer;
  const at = { id, reason: 'changed', file: `${set.pack}/data/${set.name}.json`, pointer: `/records/${key}/${field}` } as const;
  return { ...at, before, pack, tenant, ...(choice === undefined ? {} : { choice }) };
}

/** The fields that the tenant has changed since they were seeded. */
const changedByTenant = ({ record, given }: KnownSeed): Set<string> =>
  new Set(Object.keys(given).filter((field) => !sameValue(record?.[field], given[field])));

/** @param known with its record, which is there */
export function compareSeed(set: DataSet, key: string, known: KnownSeed, scope: CompareScope): Compared {
  const [written, conflicts, own] = [new Map<string, unknown>(), [] as Conflict[], changedByTenant(known)];
  const source = set.records[key] ?? {};
  for (const [field, value] of Object.entries(source)) {
    if (same(known.source[field], value)) continue;
    const [tenant, before] = [known.record?.[field] ?? null, known.given[field] ?? null];
    const stored = storedValue(value, field, scope);
    if (sameValue(tenant, before)) written.set(field, value);
    else if (stored !== undefined && sameValue(tenant, stored)) own.delete(field);
    else {
      const conflict = conflictOf(set, key, field, { before, pack: value, tenant }, scope.decisions);
      conflicts.push(conflict);
      if (conflict.choice === 'pack') {
        written.set(field, value);
        own.delete(field);
      } else if (typeof conflict.choice === 'object') written.set(field, conflict.choice.value);
    }
  }
  return { isNew: !same(known.source, source), values: Object.fromEntries(written), own, conflicts };
}
