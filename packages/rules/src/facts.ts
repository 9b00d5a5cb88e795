// What an expression depends on, for upkeep, field security and caches.
import type { AggregateExpression, CallExpression, Expression, PathExpression } from './expression.ts';

/** What a rule reads. */
export interface Dependencies {
  /** Every path, those inside aggregates too; `root` is the frame that each belongs to. */
  readonly paths: readonly PathExpression[];
  /** Every aggregate, outer before inner. Their sources' `steps` are lookups that are read too. */
  readonly aggregates: readonly AggregateExpression[];
  readonly usesOld: boolean;
  /** Whether the result may change as time goes by. */
  readonly usesNow: boolean;
  /** Whether it depends on who asks: `$user` or `hasRole`. */
  readonly usesUser: boolean;
  /** Whether it depends on the tenant's time zone. */
  readonly usesZone: boolean;
}

const timely: readonly string[] = ['now', 'today', 'within'];

/** Operators that work in the tenant's zone, and the argument that names another one. */
const zoned: ReadonlyMap<string, number> = new Map([
  ['today', 0],
  ['within', 2],
  ['startOf', 2],
  ['endOf', 2],
  ['date', 1],
  ['datetime', 2],
  ['year', 1],
  ['quarter', 1],
  ['month', 1],
  ['day', 1],
  ['weekday', 1],
  ['dateAdd', 9],
  ['dateDiff', 9],
]);

/** Units that pass by no clock on a wall. */
const exact: readonly unknown[] = ['hours', 'minutes'];

/** Those of them that make an instant of a date, or a date of an instant, whatever they are given. */
const always: readonly string[] = ['today', 'within', 'date', 'datetime'];

const takesZone = ({ operator, arguments: args, calendar }: CallExpression): boolean => {
  const zone = zoned.get(operator);
  if (zone === undefined || args.length > zone || calendar !== undefined) return false;
  if (always.includes(operator)) return true;
  // Plain dates are the same everywhere, and an hour is as long everywhere.
  return args.some(({ type }) => type.kind === 'datetime') && !args.some((arg) => arg.node === 'literal' && exact.includes(arg.value));
};

/**
 * Visits an expression and all within it, outer before inner. What security places (the conditions of an access node, a step's `where`, a
 * path's `computed`) is not descended into: it has frames of its own, and it is not what the rule reads.
 */
export function walk(expression: Expression, visit: (expression: Expression) => void): void {
  visit(expression);
  if (expression.node === 'call') for (const argument of expression.arguments) walk(argument, visit);
  if (expression.node !== 'aggregate') return;
  for (const part of [expression.where, expression.value, ...(expression.sort ?? []).map((key) => key.by)]) if (part) walk(part, visit);
}

/** What an expression reads. */
export function dependencies(expression: Expression): Dependencies {
  const paths: PathExpression[] = [];
  const aggregates: AggregateExpression[] = [];
  const calls: CallExpression[] = [];
  walk(expression, (found) => {
    if (found.node === 'path') paths.push(found);
    else if (found.node === 'aggregate') aggregates.push(found);
    else if (found.node === 'call') calls.push(found);
  });
  const roots = [...paths.map((path) => path.root), ...aggregates.flatMap(({ source }) => (source.kind === 'object' ? [] : [source.root]))];
  return {
    paths,
    aggregates,
    usesOld: roots.includes('$old'),
    usesNow: calls.some((call) => timely.includes(call.operator)),
    usesUser: roots.includes('$user') || calls.some((call) => call.operator === 'hasRole'),
    usesZone: calls.some(takesZone) || paths.some((path) => path.root === '$tenant' && path.steps[0]?.field === 'timeZone'),
  };
}
