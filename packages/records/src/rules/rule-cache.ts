// What is made of a Model for its writes and kept as long as it: rules as JavaScript, statements as SQL, plans of objects.
import type { Model, ObjectModel } from '@tessera/metadata';
import { toJs, type Expression, type JsEnvironment, type Value } from '@tessera/rules';
import { KeptStatements } from '@tessera/storage';
import { planObject, type ObjectPlan } from '../object-plan.ts';

/** Told of each step that an automation does within a write, which leaves no journal. */
export type OnStep = (automation: string, path: string) => void;

export class RuleCache {
  readonly onStep: OnStep | undefined;
  readonly statements = new KeptStatements();
  readonly #compiled = new WeakMap<Expression, (environment: JsEnvironment) => Value>();
  readonly #plans = new WeakMap<ObjectModel, ObjectPlan>();

  constructor(onStep?: OnStep) {
    this.onStep = onStep;
  }

  evaluate(expression: Expression, environment: JsEnvironment): Value {
    if (expression.node === 'literal') return expression.value;
    let compiled = this.#compiled.get(expression);
    if (compiled === undefined) this.#compiled.set(expression, (compiled = toJs(expression)));
    return compiled(environment);
  }

  plan(model: Model, object: ObjectModel): ObjectPlan {
    let plan = this.#plans.get(object);
    if (plan === undefined) this.#plans.set(object, (plan = planObject(model, object)));
    return plan;
  }
}
