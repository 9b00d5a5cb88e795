// The table of operators: one row each, with its type, its JavaScript and its SQL.
import { arithmeticOperators } from './arithmetic.ts';
import { comparisonOperators } from './comparison.ts';
import { dateOperators } from './dates.ts';
import { formOperators } from './forms.ts';
import { listOperators } from './lists.ts';
import { logicOperators } from './logic.ts';
import type { Operator } from './operator.ts';
import { spanOperators } from './spans.ts';
import { textOperators } from './text.ts';

/** The rows by family, in the order of the reference. */
export const families: readonly (readonly [title: string, rows: readonly Operator[]])[] = [
  ['Naming things', formOperators],
  ['Logic', logicOperators],
  ['Comparison', comparisonOperators],
  ['Arithmetic', arithmeticOperators],
  ['Text', textOperators],
  ['Dates', [...dateOperators, ...spanOperators]],
  ['Lists', listOperators],
];

/** Every row. */
export const operators: readonly Operator[] = families.flatMap(([, rows]) => rows);

const byName: ReadonlyMap<string, Operator> = new Map(
  operators.flatMap((row) => [row.name, ...(row.aliases ?? [])].map((name) => [name, row])),
);

/** The row that a name or an alias stands for. */
export const operatorNamed = (name: string): Operator | undefined => byName.get(name);

export const operatorNames: readonly string[] = [...byName.keys()];
