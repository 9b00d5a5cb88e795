// Compiled rules, kept as long as their Model: each expression is turned into JavaScript once.
import { toJs, type Expression, type JsEnvironment, type Value } from '@tessera/rules';

export class RuleCache {
  readonly #compiled = new WeakMap<Expression, (environment: JsEnvironment) => Value>();

  evaluate(expression: Expression, environment: JsEnvironment): Value {
    if (expression.node === 'literal') return expression.value;
    let compiled = this.#compiled.get(expression);
    if (compiled === undefined) this.#compiled.set(expression, (compiled = toJs(expression)));
    return compiled(environment);
  }
}
