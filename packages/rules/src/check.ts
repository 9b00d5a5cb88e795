// Checking a rule: the typed expression, or every problem with its pointer.
import type { Problem } from '@tessera/kernel';
import { Checker } from './checking/checker.ts';
import type { Place } from './checking/place.ts';
import type { RuleScope } from './checking/scope.ts';
import { upkeepProblems } from './checking/upkeep.ts';
import type { AggregateExpression, Expression, RuleType } from './expression.ts';
import { boolean } from './types.ts';

/** A typed expression, or the problems (kernel's `Problem`, with pointers into the rule such as `/and/1/>`). */
export type Checked<Found extends Expression = Expression> =
  | { readonly expression: Found; readonly problems: readonly [] }
  | { readonly expression: undefined; readonly problems: readonly Problem[] };

function checkedWith<Found extends Expression>(
  scope: RuleScope,
  check: (checker: Checker, root: Place) => Found | undefined,
): Checked<Found> {
  const checker = new Checker(scope);
  const expression = check(checker, checker.root());
  const problems = checker.problems;
  return expression === undefined || problems.length > 0 ? { expression: undefined, problems } : { expression, problems: [] };
}

/**
 * Checks a rule as it is written in metadata or in a filter. Never throws, whatever the source.
 * @param expected the type that is wanted; literals are read as it
 */
export function checkRule(source: unknown, scope: RuleScope, expected?: RuleType): Checked {
  return checkedWith(scope, (checker, root) => checker.check(source, root, expected));
}

/** Checks a rule that must be a condition. */
export function checkCondition(source: unknown, scope: RuleScope): Checked {
  return checkRule(source, scope, boolean);
}

/** Checks `{ of, function, value, where, sort, first }` standing on its own, as a roll-up has it. See `RuleScope.upkeep`. */
export function checkAggregate(source: unknown, scope: RuleScope): Checked<AggregateExpression> {
  return checkedWith(scope, (checker, root) => {
    const found = checker.aggregate(source, root);
    if (found !== undefined && scope.upkeep === 'transaction')
      upkeepProblems(found, scope, (pointer, reason) => {
        checker.refuse({ ...root, pointer }, reason);
      });
    return found;
  });
}
