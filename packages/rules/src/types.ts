// Static types of rules: what fits where, what two sides have in common, and what they are called in messages.
import type { Expression, PathExpression, RuleType } from './expression.ts';

export const text: RuleType = { kind: 'text' };
export const number: RuleType = { kind: 'number' };
export const boolean: RuleType = { kind: 'boolean' };
export const date: RuleType = { kind: 'date' };
export const datetime: RuleType = { kind: 'datetime' };
export const time: RuleType = { kind: 'time' };
export const json: RuleType = { kind: 'json' };
export const nothing: RuleType = { kind: 'null' };
export const textList: RuleType = { kind: 'list', of: text };

export type Kind = RuleType['kind'];

/** Kinds that have an order, so that `<`, `min` and sorting make sense. */
export const orderedKinds: readonly Kind[] = ['number', 'text', 'date', 'datetime', 'time'];

function sameWords(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((word) => b.includes(word));
}

/** Whether two types are one and the same, options and currency included. */
export function sameType(a: RuleType, b: RuleType): boolean {
  if (a.kind === 'text' && b.kind === 'text') return sameWords(a.options, b.options);
  if (a.kind === 'number' && b.kind === 'number') return a.currency === b.currency;
  if (a.kind === 'reference' && b.kind === 'reference') return sameWords(a.to, b.to);
  if (a.kind === 'list' && b.kind === 'list') return sameType(a.of, b.of);
  return a.kind === b.kind;
}

/**
 * Whether a value of `type` may stand where `expected` is wanted. A text without options fits a picklist (the option is checked when it
 * is written), a number without a currency fits a currency.
 */
export function fits(type: RuleType, expected: RuleType): boolean {
  if (type.kind === 'null') return true;
  if (type.kind === 'text' && expected.kind === 'text') {
    const wanted = expected.options;
    return wanted === undefined || type.options === undefined || type.options.every((option) => wanted.includes(option));
  }
  if (type.kind === 'number' && expected.kind === 'number') return currencyConflict(type, expected) === undefined;
  if (type.kind === 'reference' && expected.kind === 'reference') return type.to.every((object) => expected.to.includes(object));
  if (type.kind === 'list' && expected.kind === 'list') return fits(type.of, expected.of);
  return type.kind === expected.kind;
}

/** Options that a value may have and that are none where it is wanted. */
export function strayOptions(type: RuleType, expected: RuleType): readonly string[] {
  if (type.kind === 'list' && expected.kind === 'list') return strayOptions(type.of, expected.of);
  if (type.kind !== 'text' || expected.kind !== 'text') return [];
  const wanted = expected.options;
  return wanted === undefined ? [] : (type.options ?? []).filter((option) => !wanted.includes(option));
}

/** Two currencies that must not meet in one sum or comparison, as a reason; undefined where they may. */
export function currencyConflict(a: RuleType, b: RuleType): string | undefined {
  if (a.kind !== 'number' || b.kind !== 'number') return undefined;
  if (a.currency === undefined || b.currency === undefined || a.currency === b.currency) return undefined;
  return `${describeType(a)} and ${describeType(b)} cannot be put together: convert one of them first`;
}

/** The type that takes values of both, or undefined where there is none. Options and currency are kept where they agree. */
export function common(a: RuleType, b: RuleType): RuleType | undefined {
  if (a.kind === 'null') return b;
  if (b.kind === 'null') return a;
  if (a.kind === 'text' && b.kind === 'text') {
    if (a.options === undefined || b.options === undefined) return text;
    return { kind: 'text', options: [...new Set([...a.options, ...b.options])] };
  }
  if (a.kind === 'number' && b.kind === 'number') {
    if (currencyConflict(a, b) !== undefined) return undefined;
    return a.currency === undefined ? b : a;
  }
  if (a.kind === 'reference' && b.kind === 'reference') return { kind: 'reference', to: [...new Set([...a.to, ...b.to])] };
  if (a.kind === 'list' && b.kind === 'list') {
    const of = common(a.of, b.of);
    return of === undefined ? undefined : { kind: 'list', of };
  }
  return a.kind === b.kind ? a : undefined;
}

/** The type without the closed set of a picklist. */
export function withoutOptions(type: RuleType): RuleType {
  if (type.kind === 'text') return text;
  return type.kind === 'list' ? { kind: 'list', of: withoutOptions(type.of) } : type;
}

/** A type in words, with its article: `a date`, `an amount in EUR`, `a list of text`. */
export function describeType(type: RuleType): string {
  switch (type.kind) {
    case 'text':
      return type.options === undefined ? 'a text' : 'a picklist';
    case 'number':
      if (type.currency === undefined) return 'a number';
      return type.currency === 'varies' ? 'an amount in the currency of its record' : `an amount in ${type.currency}`;
    case 'boolean':
      return 'true or false';
    case 'datetime':
      return 'a date with time';
    case 'time':
      return 'a time of day';
    case 'reference':
      return type.to.length === 0 ? 'a reference' : `a reference to ${type.to.join(' or ')}`;
    case 'list':
      return `a list of ${describeType(type.of).replace(/^an? /, '')}`;
    case 'json':
      return 'a JSON value';
    case 'null':
      return 'null';
    default:
      return 'a date';
  }
}

/** A path as it is written in a rule. */
export function pathText(path: PathExpression): string {
  const names = path.steps.map((step) => (step.target === undefined ? step.field : `${step.field}:${step.target}`));
  // `$inputs` is among what was worked out before, and has its own word.
  if (typeof path.root === 'string' && !(path.root === '$steps' && names[0]?.startsWith('$') === true)) names.unshift(path.root);
  return names.join('.');
}

/** An expression and its type in words: `amount is a number`. */
export function describeExpression(expression: Expression): string {
  const type = describeType(expression.type);
  if (expression.node === 'path') return `${pathText(expression)} is ${type}`;
  if (expression.node === 'literal') return `${JSON.stringify(expression.value)} is ${type}`;
  return `this is ${type}`;
}

/**
 * The records whose own currency the amounts in an expression are in, one key each. Amounts of one record share its currency; amounts of
 * two records may not meet.
 */
export function currencyHomes(expression: Expression): ReadonlySet<string> {
  const homes = new Set<string>();
  const visit = (at: Expression): void => {
    if (at.type.kind !== 'number' || at.type.currency !== 'varies') return;
    if (at.node === 'path') homes.add(JSON.stringify([at.root, at.steps.slice(0, -1).map((step) => [step.field, step.target])]));
    else if (at.node === 'call') at.arguments.forEach(visit);
    else homes.add(JSON.stringify([at.node, homes.size]));
  };
  visit(expression);
  return homes;
}
