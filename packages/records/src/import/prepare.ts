// From a row of the file to what the pipeline takes: replacements, dates, scales, rules; lookups stay texts.
import { problem, type Problem } from '@tessera/kernel';
import { parseDecimal, type FieldModel } from '@tessera/metadata';
import type { WriteSession } from '../session.ts';
import type { LookupPlan } from './lookup-plan.ts';
import type { ColumnPlan, MappingPlan, RowValue } from './mapping.ts';
import { rowEnvironment } from './row-rules.ts';
import { multiplyDecimals } from './scale.ts';
import type { SourceRow } from './types.ts';

export interface PendingLookup {
  readonly plan: LookupPlan;
  readonly text: string;
}

/** A row on its way. `input` is added to while lookups are found. */
export interface PreparedRow {
  readonly source: SourceRow;
  readonly skip: boolean;
  readonly input: Readonly<Record<string, unknown>>;
  /** Fields that the row empties: a record that is there loses its value, a new one takes its default. */
  readonly emptied: readonly string[];
  readonly lookups: readonly PendingLookup[];
  readonly problems: readonly Problem[];
}

/** A column's text: trimmed, replaced, null where empty. */
function textOf(cell: unknown, plan: ColumnPlan): string | null {
  if (cell === null || cell === undefined) return null;
  const whole = typeof cell === 'string' ? cell : JSON.stringify(cell);
  const text = plan.trim ? whole.trim() : whole;
  for (const given of [whole, text]) {
    const replaced = plan.values.get(given);
    if (replaced !== undefined) return replaced === '' ? null : replaced;
  }
  return text === '' ? null : text;
}

type Converted = { readonly value: unknown } | { readonly unfit: Problem };

function unfit(field: FieldModel, expected: string, text: string): Converted {
  const given = JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text);
  return { unfit: problem('VALUE_TYPE', { field: field.name, expected, given }, { pointer: `/${field.name}` }) };
}

function structured(field: FieldModel): boolean {
  return field.wire === 'json' || field.wire === 'anyReference';
}

/** What the pipeline is given for a text that is not empty. */
function convert(plan: ColumnPlan, field: FieldModel, text: string, cell: unknown): Converted {
  if (plan.date !== undefined) {
    const read = plan.date.read(text);
    return read === undefined ? unfit(field, `a ${field.type} written ${plan.date.format}`, text) : { value: read };
  }
  if (plan.scale !== undefined) {
    const number = parseDecimal(text);
    return number === undefined ? unfit(field, 'a number', text) : { value: multiplyDecimals(number, plan.scale) };
  }
  // NDJSON has types of its own; a cell of a CSV is a text whatever it says.
  if (plan.typed && plan.values.size === 0 && (typeof cell !== 'string' || structured(field))) return { value: cell };
  if (!structured(field)) return { value: text };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return unfit(field, 'JSON', text);
  }
}

/** The cell of each column of the mapping; undefined where the row says nothing of it. */
function cellsByPlan(plan: MappingPlan, columns: readonly string[], row: SourceRow): readonly unknown[] {
  const indexes = new Map(columns.map((column, i) => [column, i]));
  return plan.columns.map(({ column }) => row.cells[indexes.get(column) ?? -1]);
}

interface Draft {
  readonly input: Record<string, unknown>;
  readonly emptied: string[];
  readonly lookups: PendingLookup[];
  readonly problems: Problem[];
}

function setValue(draft: Draft, field: FieldModel, value: unknown): void {
  if (value === null || value === undefined || value === '') draft.emptied.push(field.name);
  else draft.input[field.name] = value;
}

function fillColumn(draft: Draft, plan: ColumnPlan, text: string | null, cell: unknown, worth: (value: RowValue) => unknown): void {
  const { field } = plan;
  if (field === undefined || cell === undefined) return;
  if (text === null) setValue(draft, field, worth(plan.empty));
  else if (plan.lookup !== undefined) draft.lookups.push({ plan: plan.lookup, text });
  else {
    const converted = convert(plan, field, text, cell);
    if ('unfit' in converted) draft.problems.push(converted.unfit);
    else setValue(draft, field, converted.value);
  }
}

/** @param columns of the source, as its cells stand */
export function prepareRow(session: WriteSession, plan: MappingPlan, columns: readonly string[], source: SourceRow): PreparedRow {
  const draft: Draft = { input: {}, emptied: [], lookups: [], problems: [] };
  if (source.flaw !== undefined) return { source, skip: false, ...draft, problems: [source.flaw] };
  const cells = cellsByPlan(plan, columns, source);
  const texts = plan.columns.map((column, i) => textOf(cells[i], column));
  const { slots, rules } = session;
  const environment = rowEnvironment(plan.model, texts, { now: Date.parse(slots.now), roles: slots.roles });
  const worth = (value: RowValue): unknown => ('rule' in value ? rules.evaluate(value.rule, environment) : value.constant);
  const skip = plan.skipWhen !== undefined && rules.evaluate(plan.skipWhen, environment) === true;
  if (skip) return { source, skip, ...draft };
  plan.columns.forEach((column, i) => {
    fillColumn(draft, column, texts[i] ?? null, cells[i], worth);
  });
  for (const { field, value } of plan.set) setValue(draft, field, worth(value));
  return { source, skip, ...draft };
}
