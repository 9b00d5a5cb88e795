// What metadata puts into fields: constants made fit for them, rules of their type.
import { checkRule, type Expression, type RuleScope, type Value } from '@tessera/rules';
import { fieldTypes } from '../field-types/index.ts';
import type { FieldModel } from '../model.ts';
import type { Report } from './report.ts';

/** A value as it is written, and where. */
export interface Written {
  readonly source: unknown;
  readonly pointer: string;
  /** What it is for, in a message: `be the default`. */
  readonly purpose: string;
}

const isLiteral = (source: unknown): source is { readonly literal: unknown } =>
  typeof source === 'object' && source !== null && 'literal' in source;

/** Whether it is a value as such, and no rule. */
export const isConstant = (source: unknown): boolean => typeof source !== 'object' || source === null || isLiteral(source);

export const literal = (field: FieldModel, value: Value): Expression => ({ node: 'literal', type: field.ruleType, value });

/** What is switched off may stay on records, but is not for new ones. */
function checkOptions(field: FieldModel, value: Value, { pointer, purpose }: Written, report: Report): void {
  for (const option of [value].flat()) {
    if (typeof option !== 'string' || field.options?.[option]?.active !== false) continue;
    const reason = `The option ${option} of ${field.name} is switched off, so it cannot ${purpose}.`;
    report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
  }
}

/** A scalar or `{ "literal": … }` in the form that records hold it. Null is empty. */
export function constantValue(field: FieldModel, written: Written, report: Report): Expression | undefined {
  const { source, pointer } = written;
  const constant = isLiteral(source) ? source.literal : source;
  if (constant === null) return literal(field, null);
  const coerced = fieldTypes[field.type].coerce(constant, field);
  if (!coerced.ok) {
    report.add(pointer, coerced.code, { field: field.name, ...coerced.params });
    return undefined;
  }
  checkOptions(field, coerced.value, written, report);
  return literal(field, coerced.value);
}

/** A constant, or a rule that gives a value of the field's type. */
export function fieldValue(field: FieldModel, written: Written, scope: RuleScope, report: Report): Expression | undefined {
  if (isConstant(written.source)) return constantValue(field, written, report);
  const checked = checkRule(written.source, scope, field.ruleType);
  report.addAll(written.pointer, checked.problems);
  return checked.expression;
}
