// What a field type is: every side of it in one place.
import type { ErrorCode } from '@tessera/kernel';
import type { RuleType, Value } from '@tessera/rules';
import type { FieldSource } from '../effective.ts';
import type { Column, FieldModel, FieldTypeName, WireKind } from '../model.ts';

/** A caller's value made fit for storing, or what is wrong with it (parameters of the registry's message, without `field`). */
export type Coerced =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: ErrorCode; readonly params: Readonly<Record<string, unknown>> };

/** Comparisons that a surface offers on a field. */
export type FilterOperator =
  'eq' | 'ne' | 'in' | 'notIn' | 'lt' | 'lte' | 'gt' | 'gte' | 'contains' | 'startsWith' | 'endsWith' | 'isNull' | 'includes' | 'within';

/** A JSON Schema (2020-12) as OpenAPI takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface FieldType {
  readonly name: FieldTypeName;
  /** Computed types have no columns. */
  columns(name: string, source: FieldSource): readonly Column[];
  /** The static type in rules; computed types get theirs when rules are resolved. */
  ruleType(source: FieldSource): RuleType;
  wire(source: FieldSource): WireKind;
  /** The properties of FieldModel that are this type's own. */
  facets(source: FieldSource): Partial<FieldModel>;
  /** Takes what JSON or a CSV cell gives. Null and undefined are handled before. */
  coerce(value: unknown, field: FieldModel): Coerced;
  jsonSchema(field: FieldModel): JsonSchema;
  readonly filters: readonly FilterOperator[];
  readonly sortable: boolean;
}

export const accept = (value: Value): Coerced => ({ ok: true, value });

export const refuse = (code: ErrorCode, params: Readonly<Record<string, unknown>> = {}): Coerced => ({ ok: false, code, params });

/** What a value is called in a message. */
export function describeGiven(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export const wrongType = (expected: string, value: unknown): Coerced => refuse('VALUE_TYPE', { expected, given: describeGiven(value) });

export const equalityFilters: readonly FilterOperator[] = ['eq', 'ne', 'in', 'notIn', 'isNull'];
export const orderFilters: readonly FilterOperator[] = [...equalityFilters, 'lt', 'lte', 'gt', 'gte'];
export const textFilters: readonly FilterOperator[] = [...orderFilters, 'contains', 'startsWith', 'endsWith'];
export const dateFilters: readonly FilterOperator[] = [...orderFilters, 'within'];
