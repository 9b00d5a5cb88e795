// The checker: from raw JSON to a typed expression, or to every problem there is, each at its pointer.
import { problem, type ErrorCode, type Problem } from '@tessera/kernel';
import type { AggregateExpression, Expression, RuleType } from '../expression.ts';
import { readSource } from '../given-slot.ts';
import { suggestion } from '../names.ts';
import type { CallSite, Forms } from '../operators/operator.ts';
import { operatorNamed, operatorNames } from '../operators/table.ts';
import { currencyConflict, describeExpression, describeType, fits, pathText, strayOptions } from '../types.ts';
import type { WorkCalendar } from '../work-calendar.ts';
import { checkAggregateSource } from './aggregates.ts';
import { isLiteralSource, isObject } from './literals.ts';
import { resolvePath } from './paths.ts';
import { below, innermost, type Place } from './place.ts';
import { capital, instead, remedy } from './remedies.ts';
import type { RuleScope } from './scope.ts';
import { Site } from './site.ts';

export const maxDepth = 50;
export const maxNodes = 2_000;
const maxProblems = 100;
/** A message quotes its source, which may be of any length. */
const maxMessage = 1_000;

export class Checker implements Forms {
  readonly scope: RuleScope;
  readonly problems: Problem[] = [];
  #nodes = 0;

  constructor(scope: RuleScope) {
    this.scope = scope;
  }

  /** The place of the rule's root. */
  root(): Place {
    return { pointer: '', depth: 0, frames: [this.scope.object, ...(this.scope.frames ?? [])], base: 0, rules: [], within: '' };
  }

  // `Found` is what the caller gives back in its stead, so that `return refuse(…)` reads as one step.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  refuse<Found>(
    place: Place,
    reason: string,
    code: ErrorCode = 'RULE_TYPE',
    params: Readonly<Record<string, unknown>> = {},
  ): Found | undefined {
    if (this.problems.length >= maxProblems) return undefined;
    const inside = place.rules.at(-1);
    const prefix = inside === undefined ? '' : `In rule ${inside}${place.within === '' ? '' : ` at ${place.within}`}: `;
    const made = problem(code, { ...params, reason: (prefix + reason).slice(0, maxMessage) }, { pointer: place.pointer });
    this.problems.push(made);
    return undefined;
  }

  check(source: unknown, place: Place, expected?: RuleType): Expression | undefined {
    const deeper = { ...place, depth: place.depth + 1 };
    if (!this.#affordable(deeper)) return undefined;
    if (Array.isArray(source) && !isLiteralSource(source)) return this.#call('list', source, deeper, expected);
    if (!isObject(source)) return this.#wanted(this.literal(source, place, expected), place, expected);
    const keys = Object.keys(source);
    const [key = ''] = keys;
    if (keys.length !== 1) {
      const found = keys.length === 0 ? 'none' : keys.slice(0, 10).join(', ');
      return this.refuse(
        place,
        `An operation is an object with exactly one key, its operator; this has ${found}. A JSON value as such is { "literal": … }.`,
        'RULE_SYNTAX',
      );
    }
    return this.#call(key, source[key], deeper, expected);
  }

  #affordable(place: Place): boolean {
    this.#nodes += 1;
    if (this.#nodes === maxNodes + 1)
      this.refuse(place, `A rule has at most ${maxNodes} parts. Make named rules of parts, or a list of alternatives.`, 'RULE_SYNTAX');
    if (place.depth > maxDepth)
      this.refuse(place, `A rule is at most ${maxDepth} operations deep. Make a named rule of a part.`, 'RULE_SYNTAX');
    return this.#nodes <= maxNodes && place.depth <= maxDepth;
  }

  #call(name: string, body: unknown, outer: Place, expected: RuleType | undefined): Expression | undefined {
    const row = operatorNamed(name);
    if (row === undefined) {
      return this.refuse(
        below(outer, name),
        `There is no operator ${name}. ${instead(name) ?? suggestion(name, operatorNames)}`,
        'RULE_OPERATOR_UNKNOWN',
        {
          operator: name,
        },
      );
    }
    const inner = row.name === 'list' && Array.isArray(body) ? outer : below(outer, name);
    const site = new Site(this, row, body, inner, expected);
    const [least, most] = row.arity;
    const count = site.sources.length;
    if (count < least || count > most) {
      const wanted = least === most ? String(least) : most > 1000 ? `at least ${least}` : `${least} to ${most}`;
      return this.refuse(
        inner,
        `${name} takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${count}: ${row.signature}.`,
        'RULE_SYNTAX',
      );
    }
    return this.#wanted(row.type(site), outer, expected);
  }

  /** The expression, where it fits what is wanted. */
  #wanted(found: Expression | undefined, place: Place, expected: RuleType | undefined): Expression | undefined {
    if (found === undefined || expected === undefined || fits(found.type, expected)) return found;
    const conflict = currencyConflict(found.type, expected);
    if (conflict !== undefined) return this.refuse(place, `${capital(conflict)}.`);
    const stray = strayOptions(found.type, expected);
    if (stray.length > 0) {
      const what = found.node === 'path' ? pathText(found) : 'This';
      return this.refuse(place, `${what} may be ${stray.slice(0, 10).join(', ')}, which is no option here: add it here too.`);
    }
    return this.refuse(
      place,
      `${capital(describeType(expected))} is needed here, but ${describeExpression(found)}.${remedy(expected.kind, found.type.kind)}`,
    );
  }

  literal(value: unknown, place: Place, expected: RuleType | undefined): Expression | undefined {
    const found = readSource(value, expected);
    if (found.node !== 'refused') return found;
    const obvious = expected === undefined || expected.kind === 'text' || expected.kind === 'list';
    return this.refuse(place, (obvious ? '' : `${capital(describeType(expected))} is needed here. `) + found.reason);
  }

  path(name: unknown, place: Place): Expression | undefined {
    return resolvePath(name, place, this.scope, (reason) => this.refuse(place, reason, 'RULE_NAME_UNKNOWN'));
  }

  parameter(name: unknown, place: Place): Expression | undefined {
    const found = typeof name === 'string' ? this.scope.catalog.parameter(name) : undefined;
    if (found === undefined) return this.refuse(place, `There is no parameter ${shownName(name)}.`, 'RULE_NAME_UNKNOWN');
    return { node: 'literal', type: found.type, value: found.value };
  }

  calendar(name: string, place: Place): WorkCalendar | undefined {
    return this.scope.catalog.calendar?.(name) ?? this.refuse(place, `There is no calendar ${name}.`, 'RULE_NAME_UNKNOWN');
  }

  rule(name: unknown, place: Place): Expression | undefined {
    const found = typeof name === 'string' ? this.scope.catalog.rule(name) : undefined;
    if (typeof name !== 'string' || found === undefined)
      return this.refuse(place, `There is no rule ${shownName(name)}.`, 'RULE_NAME_UNKNOWN');
    if (place.rules.includes(name)) return this.refuse(place, `The rule ${name} uses itself: ${[...place.rules, name].join(' → ')}.`);
    const here = innermost(place);
    if (found.object !== undefined && found.object !== here) {
      return this.refuse(
        place,
        `The rule ${name} is about ${found.object}, but the record here is ${here === undefined ? 'none' : `of ${here}`}.`,
      );
    }
    return this.check(found.source, { ...place, base: place.frames.length - 1, rules: [...place.rules, name], within: '' });
  }

  aggregate(source: unknown, place: Place): AggregateExpression | undefined {
    return checkAggregateSource(source, place, this);
  }

  quantifier(name: 'some' | 'all' | 'none', site: CallSite): Expression | undefined {
    const [source, condition] = site.sources;
    const relation = isObject(source) && Object.keys(source).length === 1 ? source['var'] : undefined;
    if (typeof relation !== 'string')
      return site.refuse(`${name} takes a child relation, such as { "var": "lines" }, and a condition on its records.`, 0);
    // The parts are checked where they stand in the rule, not where they would in an aggregate.
    const mapped = new PlacedChecker(this, site.place);
    return checkAggregateSource({ of: relation, function: name, value: condition }, site.place, mapped);
  }

  hasOld(place: Place): boolean {
    return this.scope.old === true && place.base === 0 && place.frames[0] !== undefined;
  }
}

const shownName = (name: unknown): string => (typeof name === 'string' ? name : 'of this name');

/** A checker whose pointers are those of `[relation, condition]` instead of an aggregate's `of` and `value`. */
class PlacedChecker {
  readonly #checker: Checker;
  readonly #place: Place;
  readonly scope: RuleScope;

  constructor(checker: Checker, place: Place) {
    this.#checker = checker;
    this.#place = place;
    this.scope = checker.scope;
  }

  #moved(place: Place): Place {
    const pointer = place.rules.length > 0 ? place.within : place.pointer;
    const base = below(this.#place, pointer.endsWith('/value') ? 1 : 0);
    return { ...place, pointer: base.pointer, within: base.within };
  }

  check(source: unknown, place: Place, expected?: RuleType): Expression | undefined {
    return this.#checker.check(source, this.#moved(place), expected);
  }

  // `Found` is what the caller gives back in its stead, so that `return refuse(…)` reads as one step.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  refuse<Found>(place: Place, reason: string, code: ErrorCode = 'RULE_TYPE'): Found | undefined {
    return this.#checker.refuse(this.#moved(place), reason, code);
  }
}
