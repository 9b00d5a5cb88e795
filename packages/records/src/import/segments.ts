// Cuts a chunk where a row needs an earlier row of the chunk to be written first, so that it never matters where chunks end.
import { fieldTypes, type FieldModel } from '@tessera/metadata';
import type { MappingPlan } from './mapping.ts';
import type { PreparedRow } from './prepare.ts';

/** What a row has in a field, as far as it is known before anything is looked up; undefined where it has nothing. */
export function valueText(row: Pick<PreparedRow, 'input' | 'lookups'>, field: FieldModel): string | undefined {
  const lookup = row.lookups.find(({ plan }) => plan.field.name === field.name);
  if (lookup !== undefined) return JSON.stringify(['lookup', lookup.text]);
  const given = row.input[field.name];
  if (given === undefined || given === null) return undefined;
  const coerced = fieldTypes[field.type].coerce(given, field);
  return coerced.ok ? JSON.stringify(coerced.value) : undefined;
}

function keyText(plan: MappingPlan, row: PreparedRow): string | undefined {
  const texts = plan.match?.fields.map((field) => valueText(row, field)) ?? [];
  return texts.length === 0 || texts.includes(undefined) ? undefined : JSON.stringify(texts);
}

/** Which values rows have that other rows may name. */
class NamedValues {
  readonly #seen = new Map<string, Set<string>>();

  has(field: FieldModel, text: string): boolean {
    const coerced = fieldTypes[field.type].coerce(text, field);
    return coerced.ok && this.#seen.get(field.name)?.has(JSON.stringify(coerced.value)) === true;
  }

  add(field: FieldModel, row: PreparedRow): void {
    const text = valueText(row, field);
    if (text === undefined) return;
    const seen = this.#seen.get(field.name) ?? new Set<string>();
    this.#seen.set(field.name, seen.add(text));
  }
}

/** Rows in their order, in as few pieces as possible: within one no two rows have the same key, and none names another. */
export function segments(plan: MappingPlan, rows: readonly PreparedRow[]): readonly (readonly PreparedRow[])[] {
  const own = plan.columns.flatMap(({ lookup }) => (lookup?.own === true && !lookup.deferred ? [lookup] : []));
  const result: PreparedRow[][] = [];
  let current: PreparedRow[] = [];
  let keys = new Set<string>();
  let named = new NamedValues();
  for (const row of rows) {
    const key = keyText(plan, row);
    const names = row.lookups.some((lookup) => own.includes(lookup.plan) && named.has(lookup.plan.by, lookup.text));
    if (names || (key !== undefined && keys.has(key))) {
      result.push(current);
      current = [];
      keys = new Set();
      named = new NamedValues();
    }
    current.push(row);
    if (key !== undefined) keys.add(key);
    for (const lookup of own) named.add(lookup.by, row);
  }
  return current.length === 0 ? result : [...result, current];
}
