// Rules and paths of a request, typed against the Model.
import { failAll, type Problem } from '@tessera/kernel';
import { ruleScope, type Model } from '@tessera/metadata';
import { checkCondition, checkRule, type Expression } from '@tessera/rules';
import type { Session } from '../engine-parts.ts';

export interface Resolving {
  readonly model: Model;
  readonly session: Session;
  /** What the cursors of this caller are sealed for. */
  readonly cursorContext: string;
}

/** Throws the problems of a rule, their pointers behind `at`. */
export function sound(
  checked: { readonly expression: Expression | undefined; readonly problems: readonly Problem[] },
  at: string,
): Expression {
  if (checked.expression !== undefined) return checked.expression;
  throw failAll(
    'REQUEST_RULES_INVALID',
    checked.problems.map((found) => ({ ...found, pointer: at + (found.pointer ?? '') })),
  );
}

export function condition(model: Model, object: string, filter: unknown, at: string): Expression {
  return sound(checkCondition(filter, ruleScope(model, object)), at);
}

/** A field or a path through lookups. */
export function pathExpression(model: Model, object: string, path: string, at: string): Expression {
  const checked = checkRule({ var: path }, ruleScope(model, object));
  // The pointer of a path is the path's own place: there is nothing inside it to point at.
  return sound({ ...checked, problems: checked.problems.map((found) => ({ ...found, pointer: '' })) }, at);
}
