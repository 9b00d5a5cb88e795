// A filter without its values: what paths are compared with is taken out, everything else tells filters apart.
import type { LateValues } from '../late-values.ts';
import { pointerStep } from './parse-json.ts';

/** Operators that compare; what they mean does not depend on the value that a path is compared with. */
const comparisons: ReadonlySet<string> = new Set([
  ...['==', '===', '!=', '!==', '<', '<=', '>', '>='],
  ...['in', 'contains', 'startsWith', 'endsWith', 'hasAny', 'hasAll'],
]);

/** Operators whose arguments are, or end in, conditions. */
const conditions: ReadonlySet<string> = new Set(['and', 'or', 'not', '!', 'some', 'all', 'none']);

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isPath(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 1 && typeof value['var'] === 'string';
}

/**
 * The filter with given values in it.
 * @param name tells it from others of the request
 * @param filter JSON of a caller, which `parseJson` has kept from being too deep
 */
export function lateFilter(late: LateValues, name: string, filter: unknown): unknown {
  if (!isMap(filter)) return filter;
  const [operator = '', ...more] = Object.keys(filter);
  const body = filter[operator];
  if (more.length > 0) return filter;
  const at = (i: number): string => `${name}${pointerStep(operator)}/${String(i)}`;
  if (conditions.has(operator)) {
    if (!Array.isArray(body)) return { [operator]: lateFilter(late, at(0), body) };
    return { [operator]: body.map((part: unknown, i) => lateFilter(late, at(i), part)) };
  }
  if (!comparisons.has(operator) || !Array.isArray(body) || !body.some(isPath)) return filter;
  return { [operator]: body.map((operand: unknown, i) => late.operand(at(i), operand)) };
}
