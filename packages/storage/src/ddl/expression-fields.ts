// Which fields of its own record a rule reads.
import type { Expression } from '@tessera/rules';

/** Names of the fields of frame 0 that the expression reads, sorted. */
export function expressionFields(expression: Expression): readonly string[] {
  const found = new Set<string>();
  collect(expression, found);
  return [...found].sort();
}

function collect(expression: Expression, found: Set<string>): void {
  switch (expression.node) {
    case 'literal':
    case 'given':
    case 'access':
      return;
    case 'path': {
      const first = expression.steps[0];
      if (expression.root === 0 && first !== undefined) found.add(first.field);
      return;
    }
    case 'call':
      for (const argument of expression.arguments) collect(argument, found);
      return;
    case 'aggregate':
      for (const part of [expression.value, expression.where]) if (part !== undefined) collect(part, found);
  }
}
