// From a typed expression to JavaScript: JSON-Logic for json-logic-js, with our operators added to it.
import jsonLogic from 'json-logic-js';
import { formatDecimal, parseDecimal } from './decimal.ts';
import type { JsEnvironment } from './environment.ts';
import type { AggregateExpression, CallExpression, Expression, PathExpression, Value } from './expression.ts';
import { operators } from './operators/table.ts';

/** What a compiled rule's numbers stand for; json-logic-js hands it to our operators as its data. */
interface Program {
  readonly constants: Value[];
  readonly paths: PathExpression[];
  readonly aggregates: AggregateExpression[];
  readonly calls: CallExpression[];
}

interface Running extends Program {
  readonly environment: JsEnvironment;
}

type Logic = string | number | boolean | null | { readonly [operator: string]: readonly Logic[] };

// json-logic-js keeps one table of operators for all who import it, so ours bear a prefix that no JSON-Logic of others has.
const prefix = 'tessera:';

jsonLogic.add_operation(`${prefix}constant`, function (this: Running, i: number): Value {
  return this.constants[i] ?? null;
});
jsonLogic.add_operation(`${prefix}path`, function (this: Running, i: number): Value {
  const path = this.paths[i];
  return path === undefined ? null : this.environment.path(path);
});
jsonLogic.add_operation(`${prefix}aggregate`, function (this: Running, i: number): Value {
  const aggregate = this.aggregates[i];
  return aggregate === undefined ? null : this.environment.aggregate(aggregate);
});
jsonLogic.add_operation(`${prefix}truth`, (value: Value) => value === true);
for (const { name, js } of operators) {
  if (js === undefined) continue;
  jsonLogic.add_operation(prefix + name, function (this: Running, i: number, ...args: Value[]): Value {
    const call = this.calls[i];
    return call === undefined ? null : js(args, { call, environment: this.environment });
  });
}

const natives: ReadonlyMap<string, string> = new Map(
  operators.flatMap(({ name, native }) => (native === undefined ? [] : [[name, native]])),
);

function numbered<Item>(list: Item[], item: Item, operator: string): Logic {
  return { [prefix + operator]: [list.push(item) - 1] };
}

/** JSON-Logic in which everything but plain scalars is named by number: json-logic-js would read objects and lists as logic. */
function compile(expression: Expression, program: Program): Logic {
  switch (expression.node) {
    case 'literal':
      return typeof expression.value === 'object' && expression.value !== null
        ? numbered(program.constants, expression.value, 'constant')
        : expression.value;
    case 'path':
      return numbered(program.paths, expression, 'path');
    case 'aggregate':
      return numbered(program.aggregates, expression, 'aggregate');
    case 'given':
      throw new TypeError('A given value is there when a statement runs.');
    case 'access':
      // Who owns and shares what is asked of the database, so that an answer in JavaScript could only be a guess.
      throw new TypeError('What security places into a query is worked out in SQL only.');
    case 'call': {
      const args = expression.arguments.map((argument) => compile(argument, program));
      const native = natives.get(expression.operator);
      if (native === undefined) return { [prefix + expression.operator]: [program.calls.push(expression) - 1, ...args] };
      // `and` and `or` give their last argument, which may be null.
      return native === 'if' ? { if: args } : { [`${prefix}truth`]: [{ [native]: args }] };
    }
  }
}

function canonical(value: Value): Value {
  const decimal = typeof value === 'string' ? parseDecimal(value) : undefined;
  return decimal === undefined ? null : formatDecimal(decimal);
}

/**
 * Makes a function of the values that a rule is worked out with. A boolean is never null. The function never throws, unless the environment does.
 * @throws TypeError at once where the expression holds what security places (see AccessExpression): that has no JavaScript
 */
export function toJs(expression: Expression): (environment: JsEnvironment) => Value {
  const program: Program = { constants: [], paths: [], aggregates: [], calls: [] };
  const logic = compile(expression, program);
  const { kind } = expression.type;
  return (environment) => {
    const running: Running = { ...program, environment };
    const value = jsonLogic.apply(logic, running) as Value;
    if (kind === 'boolean') return value === true;
    return kind === 'number' ? canonical(value) : value;
  };
}
