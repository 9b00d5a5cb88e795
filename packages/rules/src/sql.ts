// From a typed expression to SQL: values as parameters, conditions two-valued.
import { slot, sql, type Sql } from '@tessera/kernel';
import { ruleSlots, type SqlEnvironment } from './environment.ts';
import type { CallExpression, Expression, PathExpression, SortKey } from './expression.ts';
import { maybe, surely, type SqlCall, type Truth } from './operators/operator.ts';
import { operatorNamed } from './operators/table.ts';
import { bindOnce, givenSql, literalSql, zoneSql } from './sql-parts.ts';

/** Fields of the record itself and literals: as cheap to name twice as once. */
const isPlain = (expression: Expression | undefined): boolean =>
  expression?.node === 'literal' ||
  expression?.node === 'given' ||
  (expression?.node === 'path' && expression.steps.length <= 1 && expression.computed === undefined);

/** A call's arguments, each made SQL once. */
class Call implements SqlCall {
  readonly call: CallExpression;
  readonly #environment: SqlEnvironment;
  readonly #values: Sql[] = [];
  readonly #truths: Truth[] = [];

  constructor(call: CallExpression, environment: SqlEnvironment) {
    this.call = call;
    this.#environment = environment;
  }

  #argument(i: number): Expression {
    const argument = this.call.arguments[i];
    if (argument === undefined) throw new TypeError(`${this.call.operator} has no argument ${i}.`);
    return argument;
  }

  value(i: number): Sql {
    return (this.#values[i] ??= valueSql(this.#argument(i), this.#environment));
  }

  truth(i: number): Truth {
    return (this.#truths[i] ??= truthSql(this.#argument(i), this.#environment));
  }

  collated(i: number): Sql {
    return sql`(${this.value(i)} collate "C")`;
  }

  get values(): readonly Sql[] {
    return this.call.arguments.map((_, i) => this.value(i));
  }

  once(body: (...values: Sql[]) => Sql): Sql {
    const costly = this.call.arguments.flatMap((argument, i) => (isPlain(argument) ? [] : [i]));
    if (costly.length === 0) return body(...this.values);
    return bindOnce(
      costly.map((i) => this.value(i)),
      (...names) => body(...this.values.map((value, i) => names[costly.indexOf(i)] ?? value)),
    );
  }
}

function pathSql(path: PathExpression, environment: SqlEnvironment): Sql {
  const [step, ...more] = path.steps;
  if (path.root === '$user' && step?.field === 'id' && more.length === 0) return sql`${slot(ruleSlots.user)}::uuid`;
  if (path.root === '$tenant' && step?.field === 'timeZone') return zoneSql;
  return environment.path(path);
}

/** The value, null where unknown; booleans that operators make are never null. */
function valueSql(expression: Expression, environment: SqlEnvironment): Sql {
  switch (expression.node) {
    case 'literal':
      return literalSql(expression.type, expression.value);
    case 'given':
      return givenSql(expression.type, expression.slot);
    case 'path':
      return pathSql(expression, environment);
    case 'aggregate':
      return environment.aggregate(expression);
    case 'access':
      if (environment.access === undefined) throw new TypeError('Nobody asks here, so security has nothing to say.');
      return environment.access(expression);
    case 'call': {
      const row = operatorNamed(expression.operator);
      const call = new Call(expression, environment);
      if (row?.truth) return strict(row.truth(call));
      if (row?.sql) return row.sql(call);
      throw new TypeError(`There is no SQL for operator ${expression.operator}.`);
    }
  }
}

function truthSql(expression: Expression, environment: SqlEnvironment): Truth {
  if (expression.node === 'call') {
    const truth = operatorNamed(expression.operator)?.truth;
    return truth ? truth(new Call(expression, environment)) : maybe(valueSql(expression, environment));
  }
  return (isTotal(expression) ? surely : maybe)(valueSql(expression, environment));
}

/** Whether the SQL of a condition that is no call is never null. */
function isTotal(expression: Exclude<Expression, CallExpression>): boolean {
  switch (expression.node) {
    case 'literal':
      return expression.value !== null;
    case 'given':
      return true;
    case 'aggregate':
      return expression.function !== 'first';
    case 'access':
      // Of a record without an owner the comparison knows nothing.
      return expression.test.kind !== 'owner';
    case 'path':
      return false;
  }
}

const strict = (truth: Truth): Sql => (truth.total ? truth.sql : sql`coalesce(${truth.sql}, false)`);

/** A scalar of the expression's type, null where unknown. A boolean is never null. Slots: see `ruleSlots`. */
export function toSql(expression: Expression, environment: SqlEnvironment): Sql {
  return expression.type.kind === 'boolean' ? strict(truthSql(expression, environment)) : valueSql(expression, environment);
}

/** A condition for `where`: true for the same records as `toSql`, but null may stand for false, so that indexes serve. */
export function conditionSql(expression: Expression, environment: SqlEnvironment): Sql {
  return truthSql(expression, environment).sql;
}

/** The keys of an `order by`: text by code points, nulls last either way. Add the id as the last key. */
export function sortSql(keys: readonly SortKey[], environment: SqlEnvironment): Sql[] {
  return keys.map(({ by, descending }) => {
    const value = toSql(by, environment);
    const key = by.type.kind === 'text' ? sql`(${value}) collate "C"` : value;
    return descending ? sql`${key} desc nulls last` : sql`${key} asc nulls last`;
  });
}
