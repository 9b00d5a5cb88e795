// One use of an operator while it is checked: its arguments, their types, its problems.
import type { CallExpression, Expression, RuleType } from '../expression.ts';
import { suggestion } from '../names.ts';
import type { CallSite, Forms, Operator } from '../operators/operator.ts';
import { common, currencyConflict, describeExpression, describeType, withoutOptions, type Kind } from '../types.ts';
import { isLiteralSource } from './literals.ts';
import { below, type Place } from './place.ts';
import { capital, remedy } from './remedies.ts';

/** What a use needs of the checker. */
export interface SiteChecker extends Forms {
  check(source: unknown, place: Place, expected?: RuleType): Expression | undefined;
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  refuse<Found>(place: Place, reason: string): Found | undefined;
}

/** One use of an operator. */
export class Site implements CallSite {
  readonly #checker: SiteChecker;
  readonly #row: Operator;
  readonly body: unknown;
  readonly place: Place;
  readonly expected: RuleType | undefined;
  readonly sources: readonly unknown[];

  constructor(checker: SiteChecker, row: Operator, body: unknown, place: Place, expected: RuleType | undefined) {
    this.#checker = checker;
    this.#row = row;
    this.body = body;
    this.place = place;
    this.expected = expected;
    this.sources = Array.isArray(body) ? body : [body];
  }

  get operator(): string {
    return this.#row.name;
  }

  get forms(): Forms {
    return this.#checker;
  }

  #at(i: number | undefined): Place {
    return i === undefined || !Array.isArray(this.body) ? this.place : below(this.place, i);
  }

  check(i: number, expected?: RuleType): Expression | undefined {
    return this.#checker.check(this.sources[i], this.#at(i), expected);
  }

  checkInstead(i: number, source: unknown, expected?: RuleType): Expression | undefined {
    return this.#checker.check(source, this.#at(i), expected);
  }

  checkKind(i: number, kinds: readonly Kind[]): Expression | undefined {
    const [only] = kinds;
    const literalOf: RuleType | undefined =
      kinds.length === 1 && only === 'number' && isLiteralSource(this.sources[i]) ? { kind: 'number' } : undefined;
    const found = this.check(i, literalOf);
    return found && this.#ofKind(found, i, kinds);
  }

  #ofKind(found: Expression, i: number, kinds: readonly Kind[]): Expression | undefined {
    const { kind } = found.type;
    if (kind === 'null' || kinds.includes(kind)) return found;
    const [first = 'text'] = kinds;
    return this.refuse(`${this.operator} cannot take this: ${describeExpression(found)}.${remedy(first, kind)}`, i);
  }

  together(indexes: readonly number[], kinds?: readonly Kind[], open = false): { type: RuleType; arguments: Expression[] } | undefined {
    const found = new Map<number, Expression | undefined>();
    // Expressions first: they say what the literals are to be read as.
    const expressions = indexes.filter((i) => !isLiteralSource(this.sources[i]));
    let type: RuleType | undefined;
    for (const i of expressions) {
      const expression = this.check(i, open ? this.expected : undefined);
      const both = expression && this.#joined(type, expression, i, kinds);
      if (both === undefined) found.set(i, undefined);
      else {
        type = both;
        found.set(i, expression);
      }
    }
    if (expressions.length > 0 && type === undefined) return undefined;
    for (const i of indexes.filter((index) => !found.has(index))) {
      const literal = this.#literal(i, open ? (this.expected ?? (type && withoutOptions(type))) : type);
      const both = literal && this.#joined(type, literal, i, kinds);
      if (both !== undefined) type = both;
      found.set(i, both && literal);
    }
    const args = indexes.map((i) => found.get(i));
    if (type === undefined || !args.every((arg) => arg !== undefined)) return undefined;
    return { type, arguments: args.map((arg) => retyped(arg, type)) };
  }

  #literal(i: number, type: RuleType | undefined): Expression | undefined {
    return this.check(i, type?.kind === 'null' ? undefined : type);
  }

  #joined(type: RuleType | undefined, expression: Expression, i: number, kinds: readonly Kind[] | undefined): RuleType | undefined {
    if (kinds !== undefined && this.#ofKind(expression, i, kinds) === undefined) return undefined;
    if (type === undefined) return expression.type;
    const both = common(type, expression.type);
    if (both !== undefined && !strangers(type, expression.type, this.operator)) return both;
    const conflict = currencyConflict(type, expression.type);
    if (conflict !== undefined) return this.refuse(`${capital(conflict)}.`, i);
    return this.refuse(
      `${capital(describeType(type))} stands on the other side, but ${describeExpression(expression)}.${remedy(type.kind, expression.type.kind)}`,
      i,
    );
  }

  word<Word extends string>(i: number, words: readonly Word[]): Word | undefined {
    const found = words.find((word) => word === this.sources[i]);
    if (found !== undefined) return found;
    const given = this.sources[i];
    const hint = typeof given === 'string' ? ` ${suggestion(given, words)}` : '';
    return this.refuse(
      `This is one of ${words.map((word) => `"${word}"`).join(', ')}, written literally.${hint.startsWith(' Did') ? hint : ''}`,
      i,
    );
  }

  call(type: RuleType, args: readonly (Expression | undefined)[], operator = this.#row.name): CallExpression | undefined {
    return args.every((arg) => arg !== undefined) ? { node: 'call', type, operator, arguments: args } : undefined;
  }

  // `Found` is what the caller gives back in its stead, so that `return refuse(…)` reads as one step.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  refuse<Found>(reason: string, i?: number): Found | undefined {
    return this.#checker.refuse(this.#at(i), reason);
  }
}

/** References that can never be the same record. */
function strangers(a: RuleType, b: RuleType, operator: string): boolean {
  if (a.kind !== 'reference' || b.kind !== 'reference' || (operator !== '==' && operator !== '!=')) return false;
  // Of a reference whose targets are hidden from the reader nothing is known but that it has ids.
  if (a.to.length === 0 || b.to.length === 0) return false;
  return !a.to.some((object) => b.to.includes(object));
}

/** A literal null takes the type of the others, so that SQL knows it. */
function retyped(expression: Expression, type: RuleType): Expression {
  return expression.node === 'literal' && expression.value === null ? { ...expression, type } : expression;
}
