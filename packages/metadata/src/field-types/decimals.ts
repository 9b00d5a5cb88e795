// What number, currency and percent have in common: exact decimals of a stated precision and scale, rounded half up.
import { snakeCase } from '../names.ts';
import type { FieldSource } from '../effective.ts';
import type { FieldModel, FieldTypeName } from '../model.ts';
import { compareDecimals, parseDecimal, roundHalfUp } from '../decimal.ts';
import { accept, orderFilters, refuse, wrongType, type Coerced, type FieldType } from './field-type.ts';

/** A double carries any decimal of so many digits. */
const exactDigits = 15;

/** Digits that a double must carry: zeros at either end cost none. */
function significantDigits(text: string): number {
  return text.replaceAll(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
}

function inputText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? parseDecimal(String(value)) : undefined;
  return typeof value === 'string' ? parseDecimal(value.trim()) : undefined;
}

export function coerceDecimal(value: unknown, field: FieldModel): Coerced {
  const given = inputText(value);
  const facet = field.decimal;
  if (given === undefined || facet === undefined) return wrongType('a number', value);
  if (typeof value === 'number' && significantDigits(given) > exactDigits) return refuse('VALUE_TOO_MANY_DIGITS');
  const rounded = roundHalfUp(given, facet.scale);
  const [min, max] = rangeOf(facet);
  if (compareDecimals(rounded, min) < 0 || compareDecimals(rounded, max) > 0) return refuse('VALUE_OUT_OF_RANGE', { min, max });
  return accept(rounded);
}

/** The least and the greatest value: as the field says, and never beyond what its column holds. */
function rangeOf({ precision, scale, min, max }: NonNullable<FieldModel['decimal']>): readonly [string, string] {
  const whole = '9'.repeat(Math.max(precision - scale, 0)) || '0';
  const greatest = scale === 0 ? whole : `${whole}.${'9'.repeat(scale)}`;
  const lower = min === undefined || compareDecimals(min, `-${greatest}`) < 0 ? `-${greatest}` : min;
  const upper = max === undefined || compareDecimals(max, greatest) > 0 ? greatest : max;
  return [lower, upper];
}

interface DecimalDefaults {
  readonly name: FieldTypeName;
  readonly precision: number;
  readonly scale: number;
  readonly currency?: boolean;
}

const boundText = (bound: number | string | undefined): string | undefined =>
  bound === undefined ? undefined : parseDecimal(String(bound));

/** The decimal facet of a field, also of formulas and roll-ups that return one. */
export function decimalFacet(
  source: FieldSource,
  defaults: { readonly precision: number; readonly scale: number },
): NonNullable<FieldModel['decimal']> {
  return {
    precision: source.precision ?? defaults.precision,
    scale: source.scale ?? defaults.scale,
    min: boundText(source.min),
    max: boundText(source.max),
    currency: source.currency,
    currencyField: source.currencyField,
  };
}

export function decimalWire(precision: number): 'number' | 'decimal' {
  return precision <= exactDigits ? 'number' : 'decimal';
}

export function decimalType(defaults: DecimalDefaults): FieldType {
  return {
    name: defaults.name,
    columns: (field, source) => [
      {
        name: snakeCase(field),
        type: { kind: 'numeric', precision: source.precision ?? defaults.precision, scale: source.scale ?? defaults.scale },
      },
    ],
    ruleType: (source) =>
      defaults.currency === true && source.currencyField !== undefined
        ? { kind: 'number', currency: 'varies', currencyField: source.currencyField }
        : source.currency === undefined
          ? { kind: 'number' }
          : { kind: 'number', currency: source.currency },
    wire: (source) => decimalWire(source.precision ?? defaults.precision),
    facets: (source) => ({ decimal: decimalFacet(source, defaults) }),
    coerce: coerceDecimal,
    jsonSchema: (field) => decimalSchema(field),
    filters: orderFilters,
    sortable: true,
  };
}

export function decimalSchema(field: FieldModel): Readonly<Record<string, unknown>> {
  if (field.wire === 'decimal') return { type: 'string', pattern: String.raw`^-?\d+(\.\d+)?$` };
  return {
    type: 'number',
    ...(field.decimal?.min === undefined ? {} : { minimum: Number(field.decimal.min) }),
    ...(field.decimal?.max === undefined ? {} : { maximum: Number(field.decimal.max) }),
  };
}
