// The types of formulas, roll-ups and quotes, as they follow from what they read.
import { checkAggregate, type AggregateExpression, type Checked, type PathExpression, type RuleScope, type RuleType } from '@tessera/rules';
import { cronMistake } from '../cron.ts';
import type { FieldSource, SortSource } from '../effective.ts';
import { decimalFacet, decimalWire } from '../field-types/decimals.ts';
import { fieldTypes } from '../field-types/index.ts';
import { known } from '../known.ts';
import type { ColumnType, FieldModel, FieldTypeName, WireKind } from '../model.ts';
import { lookupColumn, snakeCase } from '../names.ts';
import type { DraftField, DraftObject } from './draft.ts';
import { sorted } from './sorted.ts';

/** What is known of all objects while types are worked out; the catalogue is. */
interface Fields {
  readonly currency: string;
  hasObject(object: string): boolean;
  fieldNames(object: string): readonly string[];
  fieldHint(object: string, field: string): string;
  scope(object: string): RuleScope;
  model(object: string, field: string): FieldModel | undefined;
  formula(draft: DraftObject, entry: DraftField): Checked;
}

type Decimal = NonNullable<FieldModel['decimal']>;

/** The currency of amounts of this type, as a field says it. */
function currencyOf(type: RuleType): Pick<Decimal, 'currency' | 'currencyField'> {
  const { currency, currencyField } = type.kind === 'number' ? type : {};
  return currency === 'varies' ? { currency: undefined, currencyField } : { currency, currencyField: undefined };
}

/** What a returned type makes of a number: an amount keeps its currency or takes the tenant's, anything else has none. */
function returnedType(returns: FieldTypeName | undefined, type: RuleType, tenantCurrency: string): RuleType {
  if (type.kind !== 'number' || returns === undefined) return type;
  if (returns !== 'currency') return { kind: 'number' };
  return type.currency === undefined ? { kind: 'number', currency: tenantCurrency } : type;
}

export function typedFormula(draft: DraftObject, entry: DraftField, catalog: Fields): FieldModel {
  const { source, model } = entry;
  if (source.returns !== 'currency') return model;
  const found = catalog.formula(draft, entry).expression?.type ?? { kind: 'number' };
  const ruleType = returnedType('currency', found.kind === 'number' ? found : { kind: 'number' }, catalog.currency);
  return { ...model, ruleType, ...(model.decimal === undefined ? {} : { decimal: { ...model.decimal, ...currencyOf(found) } }) };
}

const wires: Readonly<Record<Exclude<RuleType['kind'], 'number'>, WireKind>> = {
  text: 'text',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  reference: 'reference',
  list: 'textList',
  json: 'json',
  null: 'json',
};

/** A roll-up says its sort as a map with stable keys, a rule as a list. */
function aggregateSource(aggregate: unknown): { readonly source: unknown; readonly pointerOf: (pointer: string) => string } {
  const { sort, ...rest } = aggregate as { readonly sort?: SortSource };
  if (sort === undefined) return { source: aggregate, pointerOf: (pointer) => pointer };
  const keys = sorted(sort);
  return {
    source: { ...rest, sort: keys.map(([path, { direction }]) => ({ by: { var: path }, descending: direction === 'descending' })) },
    pointerOf: (pointer) => pointer.replace(/^\/sort\/(\d+)(\/.*)?$/, (_, index: string) => `/sort/${keys[Number(index)]?.[0] ?? index}`),
  };
}

export function typedRollup(draft: DraftObject, entry: DraftField, catalog: Fields): FieldModel | undefined {
  const { source, pointer, model } = entry;
  const upkeep = source.upkeep ?? 'transaction';
  checkTurns(draft, entry);
  const { source: rule, pointerOf } = aggregateSource(source.aggregate);
  const { expression: aggregate, problems } = checkAggregate(rule, catalog.scope(draft.name));
  draft.report.addAll(
    `${pointer}/aggregate`,
    problems.map((found) => ({ ...found, pointer: pointerOf(found.pointer ?? '') })),
  );
  if (aggregate === undefined) return undefined;
  const { returns } = source;
  const wanted = returns === undefined ? aggregate.type : fieldTypes[returns].ruleType(source);
  if (wanted.kind !== aggregate.type.kind && aggregate.type.kind !== 'null') {
    draft.report.add(`${pointer}/returns`, 'METADATA_REFERENCE_UNFIT', {
      reason: `The roll-up ${model.name} gives a ${aggregate.type.kind}, which is no ${String(returns)}. Leave out "returns", or change the function.`,
    });
    return undefined;
  }
  const typed = rolledUp(entry, aggregate, catalog);
  const columns = upkeep === 'live' ? [] : [{ name: columnName(model.name, aggregate), type: columnTypeOf(typed) }];
  const turns = upkeep === 'schedule' ? { cron: source.cron ?? everyMidnight } : {};
  return { ...typed, columns, rollup: { aggregate, upkeep, ...turns } };
}

const everyMidnight = '0 0 * * *';

function checkTurns(draft: DraftObject, { source: { upkeep, cron }, pointer }: DraftField): void {
  if (cron === undefined) return;
  const mistake = upkeep === 'schedule' ? cronMistake(cron) : 'Only a roll-up with "upkeep": "schedule" has turns: remove `cron`.';
  if (mistake !== undefined) draft.report.add(`${pointer}/cron`, 'METADATA_REFERENCE_UNFIT', { reason: mistake });
}

/** Digits that every caller reads as a number. */
const most = 15;

/** A sum has more digits than what is summed; an average has as many before the point. */
function roomFor({ function: how }: AggregateExpression, value: FieldModel['decimal'], scale: number): number {
  if (value === undefined) return most;
  const { precision } = value;
  if (how === 'sum') return Math.max(most, precision);
  return Math.max(precision, Math.min(most, precision - value.scale + scale));
}

/** Counts are whole; sums keep the scale of what they sum, averages have two places more. */
function rolledUp({ source, model }: DraftField, aggregate: AggregateExpression, catalog: Fields): FieldModel {
  const { type } = aggregate;
  if (type.kind !== 'number') return { ...model, ruleType: type, wire: wires[type.kind] };
  const ruleType = returnedType(source.returns, type, catalog.currency);
  const count = aggregate.function === 'count' || aggregate.function === 'countDistinct';
  const value = aggregate.value?.node === 'path' ? lastField(aggregate.value, catalog)?.decimal : undefined;
  const scale = count ? 0 : (value?.scale ?? 2) + (aggregate.function === 'avg' ? 2 : 0);
  const defaults = { precision: Math.max(count ? most : roomFor(aggregate, value, source.scale ?? scale), scale), scale };
  const decimal = { ...decimalFacet(source, defaults), ...currencyOf(ruleType) };
  return { ...model, ruleType, wire: decimalWire(decimal.precision), decimal };
}

function lastField(path: PathExpression, catalog: Fields): FieldModel | undefined {
  const last = path.steps.at(-1);
  return last === undefined ? undefined : catalog.model(last.object, last.field);
}

/** The one object that a quote looks through to, or its mistake. */
function quotedObject(draft: DraftObject, source: FieldSource, pointer: string, catalog: Fields): string | undefined {
  const name = source.through ?? '';
  const through = draft.fields.get(name)?.model;
  if (through?.lookup === undefined) {
    const lookups = [...draft.fields.values()].filter((field) => field.model.lookup !== undefined).map((field) => field.model.name);
    const hint = draft.dormant.has(name) ? catalog.fieldHint(draft.name, name) : known(lookups, name);
    draft.report.add(`${pointer}/through`, 'METADATA_REFERENCE_MISSING', { kind: 'lookup', name, where: ` on ${draft.name}`, known: hint });
    return undefined;
  }
  const [object, ...others] = through.lookup.to;
  if (object === undefined || others.length > 0) {
    draft.report.add(`${pointer}/through`, 'METADATA_REFERENCE_UNFIT', {
      reason: `${through.name} may point to several objects; a quote needs a lookup to one.`,
    });
    return undefined;
  }
  // A target that is missing is told at the lookup.
  return catalog.hasObject(object) ? object : undefined;
}

export function typedQuote(draft: DraftObject, entry: DraftField, catalog: Fields): FieldModel | undefined {
  const { source, pointer, model } = entry;
  const { through = '', field = '' } = source;
  const object = quotedObject(draft, source, pointer, catalog);
  if (object === undefined) return undefined;
  const quoted = catalog.model(object, field);
  if (quoted === undefined) {
    // One whose own definition is wrong is told there.
    if (!catalog.fieldNames(object).includes(field)) {
      const hint = catalog.fieldHint(object, field);
      draft.report.add(`${pointer}/field`, 'METADATA_REFERENCE_MISSING', {
        kind: 'field',
        name: field,
        where: ` on ${object}`,
        known: hint,
      });
    }
    return undefined;
  }
  const { decimal, options, text, ruleType: type } = quoted;
  // The field that names the currency is the other record's.
  const currencyField = decimal?.currencyField === undefined ? undefined : `${through}.${decimal.currencyField}`;
  const ruleType: RuleType = type.kind === 'number' && currencyField !== undefined ? { ...type, currencyField } : type;
  const path: PathExpression = {
    node: 'path',
    type: ruleType,
    root: 0,
    steps: [
      { object: draft.name, field: through },
      { object, field },
    ],
  };
  return {
    ...model,
    ruleType,
    wire: quoted.wire,
    ...(decimal === undefined ? {} : { decimal: { ...decimal, currencyField } }),
    ...(options === undefined ? {} : { options }),
    ...(text === undefined ? {} : { text }),
    quote: { path },
  };
}

function columnName(field: string, aggregate: AggregateExpression): string {
  return aggregate.type.kind === 'reference' ? lookupColumn(field) : snakeCase(field);
}

function columnTypeOf({ ruleType, decimal }: FieldModel): ColumnType {
  switch (ruleType.kind) {
    case 'number':
      return { kind: 'numeric', precision: decimal?.precision ?? 15, scale: decimal?.scale ?? 0 };
    case 'reference':
      return { kind: 'uuid' };
    case 'list':
      return { kind: 'textList' };
    case 'null':
      return { kind: 'text' };
    case 'text':
    case 'boolean':
    case 'date':
    case 'datetime':
    case 'time':
    case 'json':
      return { kind: ruleType.kind };
  }
}
