// Which fields a rule reads.
import { walk, type Expression, type PathExpression, type PathStep } from '@tessera/rules';

/** Every field that an expression reads, also those of the lookups on its paths and of the relations that it aggregates over. */
export function fieldsRead(expression: Expression): readonly PathStep[] {
  const steps: PathStep[] = [];
  walk(expression, (node) => {
    if (node.node === 'path') steps.push(...node.steps);
    if (node.node !== 'aggregate' || node.source.kind === 'object') return;
    steps.push(...node.source.steps, { object: node.source.object, field: node.source.by });
  });
  return steps.filter((step) => step.object !== '');
}

export function pathsOf(expression: Expression): readonly PathExpression[] {
  const paths: PathExpression[] = [];
  walk(expression, (node) => {
    if (node.node === 'path') paths.push(node);
  });
  return paths;
}
