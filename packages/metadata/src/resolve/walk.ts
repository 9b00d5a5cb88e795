// Walks typed expressions: which fields a rule reads.
import type { Expression, PathExpression, PathStep } from '@tessera/rules';

/** Calls `visit` for the expression and everything inside it. */
export function walkExpression(expression: Expression, visit: (node: Expression) => void): void {
  visit(expression);
  if (expression.node === 'call') {
    for (const argument of expression.arguments) walkExpression(argument, visit);
  } else if (expression.node === 'aggregate') {
    for (const inner of [expression.value, expression.where]) if (inner !== undefined) walkExpression(inner, visit);
    for (const key of expression.sort ?? []) walkExpression(key.by, visit);
  }
}

/** Every field that an expression reads, also those of the lookups on its paths and of the relations that it aggregates over. */
export function fieldsRead(expression: Expression): readonly PathStep[] {
  const steps: PathStep[] = [];
  walkExpression(expression, (node) => {
    if (node.node === 'path') steps.push(...node.steps);
    if (node.node !== 'aggregate' || node.source.kind === 'object') return;
    steps.push(...node.source.steps, { object: node.source.object, field: node.source.by });
  });
  return steps.filter((step) => step.object !== '');
}

export function pathsOf(expression: Expression): readonly PathExpression[] {
  const paths: PathExpression[] = [];
  walkExpression(expression, (node) => {
    if (node.node === 'path') paths.push(node);
  });
  return paths;
}
