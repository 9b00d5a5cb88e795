// What rules need beyond the record itself, found in their expressions.
import type { ObjectModel } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';

/** What a field is worked out by when it is read. */
function computedBy(object: ObjectModel, name: string): Expression | undefined {
  const field = object.fields[name];
  return field?.formula?.expression ?? (field?.columns.length === 0 ? (field.quote?.path ?? field.rollup?.aggregate) : undefined);
}

/** The parts of a rule (and of the formulas that it reads) that only the database knows: paths through lookups, aggregates. */
export function factsOf(object: ObjectModel, expression: Expression, found = new Set<Expression>()): Set<Expression> {
  if (expression.node === 'aggregate') found.add(expression);
  else if (expression.node === 'call') for (const argument of expression.arguments) factsOf(object, argument, found);
  else if (expression.node === 'path') {
    const { root, steps } = expression;
    const [first] = steps;
    if (
      root === '$tenant' ||
      root === '$steps' ||
      (root === '$user' && (first === undefined || (steps.length === 1 && first.field === 'id')))
    )
      return found;
    const computed = root === '$user' || steps.length > 1 || first === undefined ? undefined : computedBy(object, first.field);
    if (root === '$user' || steps.length > 1) found.add(expression);
    else if (computed === undefined) return found;
    // The parts of a formula are worked out for the record as it is to be; of the record as it was, the whole.
    else if (root === '$old' && factsOf(object, computed).size > 0) found.add(expression);
    else factsOf(object, computed, found);
  }
  return found;
}

/** The parts of several rules, each once. */
export function factsOfAll(object: ObjectModel, expressions: readonly Expression[]): readonly Expression[] {
  const wanted = new Set<Expression>();
  for (const expression of expressions) factsOf(object, expression, wanted);
  return [...wanted];
}
