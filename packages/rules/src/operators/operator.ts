// What a row of the operator table is made of: its check, its JavaScript and its SQL stand together.
import type { Sql } from '@tessera/kernel';
import type { CallExpression, Expression, RuleType, Value } from '../expression.ts';
import type { JsEnvironment } from '../environment.ts';
import type { Place } from '../checking/place.ts';
import type { Kind } from '../types.ts';
import type { WorkCalendar } from '../work-calendar.ts';

/** One use of an operator while it is checked. Every method that refuses records the problem and gives undefined. */
export interface CallSite {
  readonly operator: string;
  /** The type that is wanted around the call, if one is. */
  readonly expected: RuleType | undefined;
  /** The arguments as written; a single one needs no list. */
  readonly sources: readonly unknown[];
  /** What stands under the operator's key, as written. */
  readonly body: unknown;
  readonly place: Place;
  /** Checks argument `i`; with `expected`, literals are read as that type and others must fit it. */
  check(i: number, expected?: RuleType): Expression | undefined;
  /** Checks argument `i`, which must be of one of these kinds. */
  checkKind(i: number, kinds: readonly Kind[]): Expression | undefined;
  /**
   * Checks arguments that must have a type in common: literals are read as the type of the others.
   * @param open whether texts beyond a picklist's options are welcome (results), or refused (comparisons)
   */
  together(indexes: readonly number[], kinds?: readonly Kind[], open?: boolean): { type: RuleType; arguments: Expression[] } | undefined;
  /** Argument `i` as one of these words, literally. */
  word<Word extends string>(i: number, words: readonly Word[]): Word | undefined;
  /** The finished call, or undefined where an argument was refused. */
  call(type: RuleType, args: readonly (Expression | undefined)[], operator?: string): CallExpression | undefined;
  /** Records a problem at argument `i`, or at the operator where it is left out. */
  // `Found` is what the caller gives back in its stead, so that `return refuse(…)` reads as one step.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  refuse<Found>(reason: string, i?: number): Found | undefined;
  /** Checks another source in the place of argument `i`, as desugaring needs. */
  checkInstead(i: number, source: unknown, expected?: RuleType): Expression | undefined;
  /** The checker's own forms. */
  readonly forms: Forms;
}

/** Expressions that are no calls: what the checker itself knows to read. */
export interface Forms {
  path(name: unknown, place: Place): Expression | undefined;
  rule(name: unknown, place: Place): Expression | undefined;
  parameter(name: unknown, place: Place): Expression | undefined;
  literal(value: unknown, place: Place, expected: RuleType | undefined): Expression | undefined;
  aggregate(source: unknown, place: Place): Expression | undefined;
  calendar(name: string, place: Place): WorkCalendar | undefined;
  /** `some`, `all`, `none`: a relation's path and a condition. */
  quantifier(name: 'some' | 'all' | 'none', site: CallSite): Expression | undefined;
  /** Whether `$old` may be used here. */
  hasOld(place: Place): boolean;
}

/** A call while it is worked out in JavaScript. */
export interface JsCall {
  readonly call: CallExpression;
  readonly environment: JsEnvironment;
}

/** A call while it is made SQL. Fragments are made once each, however often they are asked for. */
export interface SqlCall {
  readonly call: CallExpression;
  /** Argument `i` as a value, null where unknown. */
  value(i: number): Sql;
  /** Argument `i` as a condition. */
  truth(i: number): Truth;
  /** Argument `i`, a text, ready for a function or comparison that needs one sure collation. */
  collated(i: number): Sql;
  readonly values: readonly Sql[];
  /** For SQL that names an argument several times: anything but a literal or a plain field is worked out in a sub-select first. */
  once(body: (...values: Sql[]) => Sql): Sql;
}

/** SQL of a condition. `total`: never null; otherwise null means false. */
export interface Truth {
  readonly sql: Sql;
  readonly total: boolean;
}

export interface Example {
  readonly rule: unknown;
  readonly gives: Value;
}

/** One row of the operator table. */
export interface Operator {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** As the reference shows it: `round(number, scale, mode?)`. */
  readonly signature: string;
  readonly doc: string;
  /** What null arguments do. */
  readonly nulls: string;
  readonly examples: readonly Example[];
  /** How many arguments it takes. */
  readonly arity: readonly [least: number, most: number];
  /** Checks a use and gives its typed form (which may be made of other operators). */
  readonly type: (site: CallSite) => Expression | undefined;
  /** The value, from the arguments' values. Never throws. Left out where a form makes other nodes, and for `native`. */
  readonly js?: (args: readonly Value[], call: JsCall) => Value;
  /** Operators of json-logic-js that are lazy and used as they are. */
  readonly native?: 'if' | 'and' | 'or';
  /** The SQL of a value … */
  readonly sql?: (call: SqlCall) => Sql;
  /** … or of a condition. */
  readonly truth?: (call: SqlCall) => Truth;
}

export const never: number = Number.MAX_SAFE_INTEGER;

/** A condition whose SQL is never null. */
export const surely = (sql: Sql): Truth => ({ sql, total: true });

/** A condition whose SQL is null where an argument is. */
export const maybe = (sql: Sql): Truth => ({ sql, total: false });

/** A check for fixed parameter types; the last one goes on for further arguments. */
export function takes(parameters: readonly RuleType[], result: RuleType): Operator['type'] {
  return (site) =>
    site.call(
      result,
      site.sources.map((_, i) => site.check(i, parameters[i] ?? parameters.at(-1))),
    );
}

/** A value that is no null and is there before any record is looked at: a literal, or what is given when the statement runs. */
export function isConstant(expression: Expression | undefined): boolean {
  return expression?.node === 'given' || (expression?.node === 'literal' && expression.value !== null);
}

/** The value of argument `i`, where the checker has seen to it that it is a literal text. */
export function literalText(call: CallExpression, i: number): string | undefined {
  const argument = call.arguments[i];
  return argument?.node === 'literal' && typeof argument.value === 'string' ? argument.value : undefined;
}

/** All arguments as texts (decimals, dates and references too), or undefined where one is null. */
export function known(args: readonly Value[]): string[] | undefined {
  return args.every((arg) => typeof arg === 'string') ? [...args] : undefined;
}
