// Names: what `$record.account.owner.name` stands for, step by step.
import type { Expression, PathExpression, PathStep, RuleType } from '../expression.ts';
import { isPrototypeName, suggestion } from '../names.ts';
import { datetime, text } from '../types.ts';
import { outcomePath, startsFromOutcome, valueWords, type OutcomePath } from './outcomes.ts';
import type { RuleScope } from './scope.ts';
import type { RefuseName, Start } from './start.ts';
import { innermost, type Place } from './place.ts';

const maxSteps = 10;

const namePattern = /^[A-Za-z$_][A-Za-z0-9_$]*$/;

/** The record that a root word means, with the words that are left; or the value that they name. */
export function startOf(words: readonly string[], place: Place, scope: RuleScope, refuse: RefuseName): OutcomePath | undefined {
  const [first = ''] = words;
  if (startsFromOutcome(first, scope)) return outcomePath(words, scope, refuse);
  if (!first.startsWith('$')) return frameStart(place.frames.length - 1, words, place, refuse, first);
  const rest = words.slice(1);
  switch (first) {
    case '$record':
      return frameStart(place.base, rest, place, refuse, first);
    case '$item':
      if (place.frames.length - 1 <= place.base) return refuse('$item is the record of an aggregate, and there is none around this.');
      return frameStart(place.frames.length - 1, rest, place, refuse, first);
    case '$outer':
      if (place.frames.length - 2 < place.base) return refuse('$outer is the record around an aggregate, and there is none around this.');
      return frameStart(place.frames.length - 2, rest, place, refuse, first);
    case '$old': {
      const object = place.frames[0];
      if (scope.old !== true || place.base !== 0 || object === undefined)
        return refuse('$old is not known here: it needs a rule that runs on a change.');
      return { start: { root: '$old', object, steps: [] }, rest };
    }
    case '$user':
      if (scope.userObject === undefined) return refuse('$user is not known here.');
      return { start: { root: '$user', object: scope.userObject, steps: [] }, rest };
    default:
      return refuse(`There is no ${first} here. ${suggestion(first, [...rootWords, ...outcomeWords(scope)])}`);
  }
}

const rootWords = ['$record', '$old', '$item', '$outer', '$user', '$tenant', '$now'];

const outcomeWords = (scope: RuleScope): readonly string[] => ['$steps', ...valueWords].filter((word) => startsFromOutcome(word, scope));

function frameStart(
  frame: number,
  rest: readonly string[],
  place: Place,
  refuse: RefuseName,
  word: string,
): { start: Start; rest: readonly string[] } | undefined {
  const object = place.frames[frame];
  if (object === undefined) return refuse(`There is no record here that ${word} could be of.`);
  return { start: { root: frame, object, steps: [] }, rest };
}

/** Follows lookups: all words must be lookups to one object. */
export function follow(start: Start, words: readonly string[], scope: RuleScope, refuse: RefuseName): Start | undefined {
  let at = start;
  for (const word of words) {
    const found: FoundStep | undefined = stepOf(at.object, word, scope, refuse);
    if (found === undefined) return undefined;
    const { step, targets } = found;
    const target = step.target ?? (targets.length === 1 ? targets[0] : undefined);
    if (targets.length === 0) return refuse(`${at.object}.${word} is no lookup, so nothing follows it.`);
    if (target === undefined)
      return refuse(`${at.object}.${word} may point to ${targets.join(' or ')}: say which, as in ${word}:${targets[0] ?? ''}.`);
    at = { root: at.root, object: target, steps: [...at.steps, step] };
  }
  return at;
}

interface FoundStep {
  readonly step: PathStep;
  readonly type: RuleType;
  readonly targets: readonly string[];
}

/** One name of a path on an object. */
function stepOf(object: string, word: string, scope: RuleScope, refuse: RefuseName): FoundStep | undefined {
  const [field = '', target, ...more] = word.split(':');
  const own = !isPrototypeName(field) || scope.catalog.fieldNames(object).includes(field);
  const found = namePattern.test(field) && own ? scope.catalog.field(object, field) : undefined;
  if (found === undefined) {
    if (field === 'id') return { step: { object, field }, type: { kind: 'reference', to: [object] }, targets: [] };
    return refuse(`${object} has no field ${field}. ${suggestion(field, scope.catalog.fieldNames(object))}`);
  }
  const targets = found.to ?? (found.type.kind === 'reference' && field !== 'id' ? found.type.to : []);
  if (target === undefined) return { step: { object, field }, type: found.type, targets };
  if (more.length > 0 || !targets.includes(target))
    return refuse(`${object}.${field} does not point to ${target}. ${suggestion(target, targets)}`);
  return { step: { object, field, target }, type: { kind: 'reference', to: [target] }, targets };
}

function tenantPath(words: readonly string[], scope: RuleScope, refuse: RefuseName): PathExpression | undefined {
  const [field = '', ...more] = words;
  const known = scope.tenant ?? {};
  const type = Object.hasOwn(known, field) ? known[field] : field === 'timeZone' ? text : undefined;
  if (type === undefined || more.length > 0)
    return refuse(`$tenant has no ${words.join('.')}. ${suggestion(field, ['timeZone', ...Object.keys(known)])}`);
  return { node: 'path', type, root: '$tenant', steps: [{ object: '', field }] };
}

/** Resolves what `var` names. */
export function resolvePath(name: unknown, place: Place, scope: RuleScope, refuse: RefuseName): Expression | undefined {
  if (typeof name !== 'string' || name === '') return refuse('`var` takes the name of a field or a path, such as "account.name".');
  const words = name.split('.');
  if (words.length > maxSteps) return refuse(`A path has at most ${maxSteps} names.`);
  if (name === '$now') return { node: 'call', type: datetime, operator: 'now', arguments: [] };
  if (words[0] === '$tenant') return tenantPath(words.slice(1), scope, refuse);
  const found = startOf(words, place, scope, refuse);
  if (found === undefined) return undefined;
  if ('value' in found) return found.value;
  // A record as such is its id.
  const names = found.rest.length === 0 ? ['id'] : found.rest;
  const holder = follow(found.start, names.slice(0, -1), scope, refuse);
  const last = holder && stepOf(holder.object, names.at(-1) ?? '', scope, refuse);
  if (holder === undefined || last === undefined) return undefined;
  return { node: 'path', type: last.type, root: holder.root, steps: [...holder.steps, last.step] };
}

/** The record at the end of a path of lookups, and the last word, which is not followed. */
export function resolveHolder(
  path: string,
  place: Place,
  scope: RuleScope,
  refuse: RefuseName,
): { holder: Start; last: string } | undefined {
  const words = path.split('.');
  if (words.length > maxSteps) return refuse(`A path has at most ${maxSteps} names.`);
  const found = startOf(words, place, scope, refuse);
  if (found === undefined) return undefined;
  if ('value' in found) return refuse(`${path} is a value; a relation is one of a record.`);
  const last = found.rest.at(-1);
  if (last === undefined) return refuse(`${path} is a record; name one of its relations, as in ${path}.lines.`);
  const holder = follow(found.start, found.rest.slice(0, -1), scope, refuse);
  return holder && { holder, last };
}

/** What the innermost record is called in a message. */
export const recordHere = (place: Place): string => innermost(place) ?? 'no record';
