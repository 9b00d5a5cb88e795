// What was worked out before a rule runs: outcomes of steps, inputs, the dates of a series.
import type { PathExpression, PathStep, RuleType } from '../expression.ts';
import { suggestion } from '../names.ts';
import type { Outcome, RuleScope } from './scope.ts';
import type { RefuseName, Start } from './start.ts';

/** A path ends at a value, or goes on from a record. */
export type OutcomePath = { readonly value: PathExpression } | { readonly start: Start; readonly rest: readonly string[] };

/** Words that stand for values by name. */
export const valueWords = ['$inputs', '$series'] as const;

type ValueWord = (typeof valueWords)[number];

const isValueWord = (word: string): word is ValueWord => valueWords.some((known) => known === word);

const own = <T>(map: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(map, name) ? map[name] : undefined);

/** Whether a path starts from an outcome: `$steps`, or one of the words that are known here. */
export function startsFromOutcome(word: string, scope: RuleScope): boolean {
  if (word === '$steps') return scope.steps !== undefined;
  return isValueWord(word) && scope.values?.[word] !== undefined;
}

/** A value by its name, or the record that it points to where more words follow. */
function valueOf(
  word: string,
  before: { readonly said: string; readonly steps: readonly PathStep[]; readonly values: Readonly<Record<string, RuleType>> },
  rest: readonly string[],
  refuse: RefuseName,
): OutcomePath | undefined {
  const { said, steps, values } = before;
  const [name = '', target] = word.split(':');
  const type = own(values, name);
  if (type === undefined) return refuse(`${said} has no ${name}. ${suggestion(name, Object.keys(values))}`);
  const step: PathStep = { object: '', field: name };
  if (rest.length === 0 && target === undefined) return { value: { node: 'path', type, root: '$steps', steps: [...steps, step] } };
  const targets = type.kind === 'reference' ? type.to : [];
  const chosen = target ?? (targets.length === 1 ? targets[0] : undefined);
  if (targets.length === 0) return refuse(`${said}.${name} is no record, so nothing follows it.`);
  if (chosen === undefined || !targets.includes(chosen))
    return refuse(`${said}.${name} may point to ${targets.join(' or ')}: say which, as in ${name}:${targets[0] ?? ''}.`);
  return { start: { root: '$steps', object: chosen, steps: [...steps, target === undefined ? step : { ...step, target }] }, rest };
}

function stepOutcome(words: readonly string[], scope: RuleScope, refuse: RefuseName): OutcomePath | undefined {
  const [name = '', ...rest] = words;
  const outcome: Outcome | undefined = own(scope.steps ?? {}, name);
  if (outcome === undefined) {
    const hint = own(scope.stepHints ?? {}, name) ?? suggestion(name, Object.keys(scope.steps ?? {}));
    return refuse(name === '' ? 'Say which step, as in $steps.due.' : `There is no step ${name} to look back to. ${hint}`);
  }
  const { key, record, values } = outcome;
  const steps: readonly PathStep[] = [{ object: '', field: key }];
  if (record !== undefined) return { start: { root: '$steps', object: record, steps }, rest };
  const [value, ...more] = rest;
  if (values === undefined) return refuse(`The step ${name} gives nothing that a rule could use.`);
  if (value === undefined) return refuse(`The step ${name} gives several values: say which, as in $steps.${name}.${known(values)}.`);
  return valueOf(value, { said: `$steps.${name}`, steps, values }, more, refuse);
}

const known = (values: Readonly<Record<string, RuleType>>): string => Object.keys(values)[0] ?? '…';

/** What `$steps.due.account`, `$inputs.reason` or `$series.date` stand for. Asked where `startsFromOutcome`. */
export function outcomePath(words: readonly string[], scope: RuleScope, refuse: RefuseName): OutcomePath | undefined {
  const [word = '', name, ...rest] = words;
  if (!isValueWord(word)) return stepOutcome(words.slice(1), scope, refuse);
  const values = scope.values?.[word] ?? {};
  if (name === undefined) return refuse(`Say which value, as in ${word}.${known(values)}.`);
  return valueOf(name, { said: word, steps: [{ object: '', field: word }], values }, rest, refuse);
}
