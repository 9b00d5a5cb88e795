// An import mapping held against the Model: everything that is wrong with it at once, or the plan by which rows are read.
import { fail, failAll, problem, type ErrorCode, type Problem } from '@tessera/kernel';
import { checkFile, parseDecimal, type FieldModel, type Model, type ObjectModel } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';
import { uniqueKeys, type UniqueKey } from '@tessera/storage';
import { uniqueKey } from '../upsert.ts';
import { dateReader, type DateForm, type DateReader } from './dates.ts';
import { planLookup, type LookupPlan } from './lookup-plan.ts';
import type { ImportColumn, ImportMapping } from './mapping-source.ts';
import { rowRules, type RowRules } from './row-rules.ts';
import type { ImportInput } from './types.ts';

/** A constant as the pipeline takes it, or a rule over the row. */
export type RowValue = { readonly constant: unknown } | { readonly rule: Expression };

export interface ColumnPlan {
  /** The header. */
  readonly column: string;
  readonly pointer: string;
  /** Undefined: the column is left out (but rules may read it). */
  readonly field: FieldModel | undefined;
  readonly values: ReadonlyMap<string, string | null>;
  readonly trim: boolean;
  /** Cells are JSON values, not only texts. */
  readonly typed: boolean;
  readonly empty: RowValue;
  readonly date: { readonly format: string; readonly read: DateReader } | undefined;
  /** A decimal. */
  readonly scale: string | undefined;
  readonly lookup: LookupPlan | undefined;
}

export interface MappingPlan {
  readonly model: Model;
  readonly object: ObjectModel;
  readonly format: 'csv' | 'ndjson';
  readonly delimiter: string;
  readonly encoding: string;
  readonly columns: readonly ColumnPlan[];
  readonly set: readonly { readonly field: FieldModel; readonly value: RowValue }[];
  readonly skipWhen: Expression | undefined;
  /** How a row finds the record that it changes. */
  readonly match: Pick<UniqueKey, 'name' | 'fields' | 'where'> | undefined;
  readonly internal: boolean;
}

/** What a field cannot be filled for, whoever imports; the pipeline says the same of each row. */
const computed: ReadonlySet<string> = new Set(['formula', 'rollup', 'quote', 'autoNumber']);
const settable: ReadonlySet<string> = new Set(['name', 'recordType', 'owner']);

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** `$comment` is for people who read the file. */
function entriesOf<T>(map: Readonly<Record<string, T>> | undefined): readonly (readonly [string, T])[] {
  return Object.entries(map ?? {}).filter(([name]) => name !== '$comment');
}

class MappingReader {
  readonly problems: Problem[] = [];
  readonly #input: Pick<ImportInput, 'by' | 'internal'>;
  readonly #model: Model;
  readonly #object: ObjectModel;
  readonly #rules: RowRules;
  readonly #typed: boolean;
  readonly #filled = new Set<string>();

  constructor(model: Model, object: ObjectModel, mapping: ImportMapping, input: Pick<ImportInput, 'by' | 'internal'>) {
    this.#model = model;
    this.#object = object;
    this.#input = input;
    this.#typed = mapping.format === 'ndjson';
    this.#rules = rowRules(
      model,
      entriesOf(mapping.columns).map(([column]) => column),
    );
  }

  /** Notes a mistake; gives nothing in the stead of what is wrong. */
  // `Found` is what the caller gives back, so that `return this.add(…)` reads as one step.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  add<Found>(pointer: string, code: ErrorCode, params: Readonly<Record<string, unknown>>): Found | undefined {
    this.problems.push(problem(code, params, { pointer }));
    return undefined;
  }

  /** The field that is to be filled; only one column or `set` may do so. */
  field(name: string, pointer: string): FieldModel | undefined {
    const object = this.#object;
    const field = Object.hasOwn(object.fields, name) ? object.fields[name] : undefined;
    if (field === undefined) {
      const known = `Fields: ${Object.keys(object.fields).join(', ')}.`;
      return this.add(pointer, 'FIELD_UNKNOWN', { object: object.name, field: name, known });
    }
    if (this.#filled.has(name)) return this.add(pointer, 'IMPORT_MAPPING_UNFIT', { reason: `${name} is filled twice.` });
    this.#filled.add(name);
    const reason = this.#whyReadOnly(field);
    return reason === undefined ? field : this.add(pointer, 'FIELD_READ_ONLY', { field: name, reason });
  }

  #whyReadOnly(field: FieldModel): string | undefined {
    const { by, internal = false } = this.#input;
    // Values by which records are found are not written.
    if (this.matchFields().includes(field.name) && (field.name === 'id' || field.type === 'autoNumber')) return undefined;
    if (computed.has(field.type)) return 'it is computed or numbered by the engine.';
    if (field.columns.length === 0) return 'it is not stored.';
    if (internal) return undefined;
    if (field.name === 'id') return by === 'id' ? undefined : 'ids are only read to find records: import by id.';
    if (field.system && !settable.has(field.name)) return 'it is kept by the engine.';
    return field.readOnly === true ? 'it is read-only.' : undefined;
  }

  matchFields(): readonly string[] {
    const { by } = this.#input;
    if (by === undefined) return [];
    return this.#object.keys[by]?.fields ?? [by];
  }

  match(): MappingPlan['match'] {
    const { by, internal = false } = this.#input;
    const object = this.#object;
    if (by === undefined) return undefined;
    const field = Object.hasOwn(object.fields, by) ? object.fields[by] : undefined;
    const known = uniqueKeys(object).some((key) => key.name === by);
    const free = field !== undefined && field.columns.length > 0 && (internal || by === 'id');
    if (!known && !free) {
      try {
        uniqueKey(object, by);
      } catch {
        const names = ['id', ...uniqueKeys(object).map((key) => key.name)];
        return this.add('/by', 'KEY_UNKNOWN', { object: object.name, key: by, known: `Known: ${names.join(', ')}.` });
      }
    }
    const match = known ? uniqueKey(object, by) : { name: by, fields: field === undefined ? [] : [field], where: undefined };
    const missing = match.fields.filter(({ name }) => !this.#filled.has(name)).map(({ name }) => name);
    if (missing.length > 0)
      this.add('/by', 'IMPORT_MAPPING_UNFIT', { reason: `Rows are to be found by ${by}, but nothing fills ${missing.join(', ')}.` });
    return match;
  }

  /** A scalar stands for itself, `{ "literal": … }` for a JSON value; any other object is a rule. */
  value(source: unknown, field: FieldModel, pointer: string): RowValue {
    if (typeof source !== 'object' || source === null) return { constant: source };
    if ('literal' in source) return { constant: source.literal };
    if ('ref' in source) {
      this.add(pointer, 'IMPORT_MAPPING_UNFIT', { reason: 'Records cannot be named by { "ref" } here; name one by a rule or its id.' });
      return { constant: null };
    }
    const { expression, problems } = this.#rules.check(source, pointer, field.ruleType);
    this.problems.push(...problems);
    return expression === undefined ? { constant: null } : { rule: expression };
  }

  condition(source: unknown, pointer: string): Expression | undefined {
    if (source === undefined) return undefined;
    const { expression, problems } = this.#rules.check(source, pointer, { kind: 'boolean' });
    this.problems.push(...problems);
    return expression;
  }

  column(column: string, source: ImportColumn | null): ColumnPlan {
    const pointer = `/columns/${escaped(column)}`;
    const values = new Map(entriesOf(source?.values));
    const field = source === null ? undefined : this.field(source.field, `${pointer}/field`);
    const plain = { column, pointer, values, trim: source?.trim ?? true, typed: this.#typed };
    const nothing = { field, empty: { constant: null }, date: undefined, scale: undefined, lookup: undefined };
    if (source === null || field === undefined) return { ...plain, ...nothing };
    return {
      ...plain,
      field,
      empty: this.value(source.empty ?? null, field, `${pointer}/empty`),
      date: source.date === undefined ? undefined : this.#date(field, source.date, `${pointer}/date`),
      scale: source.scale === undefined ? undefined : this.#scale(field, source.scale, `${pointer}/scale`),
      lookup: source.lookup === undefined ? undefined : this.#lookup(field, source.lookup, `${pointer}/lookup`),
    };
  }

  #date(field: FieldModel, format: string, pointer: string): ColumnPlan['date'] {
    const { type } = field;
    if (type !== 'date' && type !== 'datetime' && type !== 'time')
      return this.add(pointer, 'IMPORT_MAPPING_UNFIT', { reason: `${field.name} is no date or time, so no format goes with it.` });
    const form: DateForm = type;
    const read = dateReader(format, form, this.#model.settings.timeZone);
    if (read !== undefined) return { format, read };
    const needs = form === 'time' ? 'hour and minute' : 'year, month and day';
    return this.add(pointer, 'IMPORT_MAPPING_UNFIT', { reason: `The format ${format} must have ${needs}, once each.` });
  }

  #scale(field: FieldModel, scale: number, pointer: string): string | undefined {
    if (field.decimal !== undefined) return parseDecimal(String(scale));
    return this.add(pointer, 'IMPORT_MAPPING_UNFIT', { reason: `${field.name} is no number, so nothing scales it.` });
  }

  #lookup(field: FieldModel, source: NonNullable<ImportColumn['lookup']>, pointer: string): LookupPlan | undefined {
    const { plan, problems } = planLookup(this.#model, this.#object, field, source, pointer);
    this.problems.push(...problems);
    return plan;
  }
}

/**
 * Checks a mapping. Throws OBJECT_UNKNOWN, or IMPORT_MAPPING_INVALID with all mistakes (with exactly one, that one); pointers lead into the
 * mapping, `/by` into the request.
 */
export function compileMapping(model: Model, input: Pick<ImportInput, 'object' | 'mapping' | 'by' | 'internal' | 'naming'>): MappingPlan {
  const object = Object.hasOwn(model.objects, input.object) ? model.objects[input.object] : undefined;
  if (object === undefined) throw fail('OBJECT_UNKNOWN', { object: input.object });
  const unfit = checkFile('importMapping', input.mapping, 'mapping');
  if (unfit.length > 0)
    throw failAll(
      'IMPORT_MAPPING_INVALID',
      unfit.map(({ code, message, pointer }) => ({ code, message, ...(pointer === undefined ? {} : { pointer }) })),
    );
  // The schema has held it to this shape.
  const mapping = input.mapping as ImportMapping;
  const reader = new MappingReader(model, object, mapping, input);
  const columns = entriesOf(mapping.columns).map(([column, source]) => reader.column(column, source));
  const set = entriesOf(mapping.set).flatMap(([name, source]) => {
    const pointer = `/set/${escaped(name)}`;
    const field = reader.field(name, pointer);
    return field === undefined ? [] : [{ field, value: reader.value(source, field, pointer) }];
  });
  const plan: MappingPlan = {
    model,
    object,
    format: mapping.format ?? 'csv',
    delimiter: mapping.delimiter ?? ',',
    encoding: mapping.encoding ?? 'utf-8',
    columns,
    set,
    skipWhen: reader.condition(mapping.skipWhen, '/skipWhen'),
    match: reader.match(),
    internal: input.internal ?? false,
  };
  const { naming } = input;
  if (naming !== undefined && !columns.some(({ column }) => column === naming.column))
    reader.add('/naming', 'IMPORT_MAPPING_UNFIT', { reason: `No column is called ${naming.column}, which is to name the records.` });
  if (reader.problems.length > 0) throw failAll('IMPORT_MAPPING_INVALID', reader.problems);
  return plan;
}
