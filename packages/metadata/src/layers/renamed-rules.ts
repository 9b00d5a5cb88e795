// Follows renames through rules: paths, options that are compared with, named rules and parameters.
import type { ComponentKind } from '../kinds.ts';
import type { FormerNames } from './former-names.ts';
import { isJsonObject } from './merge.ts';

type Json = Readonly<Record<string, unknown>>;

/** The objects of the record frames that are open, as the rules' checker has them. */
export interface Frames {
  readonly objects: readonly string[];
  /** What `$record` is, where that is not the outermost: in a look-up's filter. */
  readonly record?: string;
  /** The objects of records that paths under `$steps` and `$inputs` begin with, by the name of the step or input. */
  readonly steps?: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
}

/** The object that a path starts from, the words that say so, and the rest. */
function startOf(
  path: string,
  { objects, record = objects[0], steps = {}, inputs = {} }: Frames,
): { readonly object: string; readonly prefix: string; readonly rest: string } | undefined {
  const [, word = '', name = '', behind = ''] = /^(\$steps|\$inputs)\.([^.]+)\.(.+)$/.exec(path) ?? [];
  if (word !== '') {
    const object = (word === '$steps' ? steps : inputs)[name];
    return object === undefined ? undefined : { object, prefix: `${word}.${name}.`, rest: behind };
  }
  if (!path.startsWith('$')) return { object: objects.at(-1) ?? '', prefix: '', rest: path };
  const dot = path.indexOf('.');
  if (dot < 0) return undefined;
  const starts: Readonly<Record<string, string | undefined>> = {
    $record: record,
    $old: objects[0],
    $item: objects.at(-1),
    $outer: objects.at(-2),
    $user: 'user',
  };
  const object = starts[path.slice(0, dot)];
  return object === undefined ? undefined : { object, prefix: path.slice(0, dot + 1), rest: path.slice(dot + 1) };
}

/** Operators whose argument is the name of a component. */
const components: Readonly<Record<string, ComponentKind>> = { rule: 'rule', param: 'parameter', hasRole: 'role' };
/** Operators one of whose arguments is the name of a calendar. */
const calendarAt: Readonly<Record<string, number>> = { dateAdd: 2, dateDiff: 3, isWorkingTime: 1 };
const quantifiers: ReadonlySet<string> = new Set(['some', 'all', 'none']);
const comparisons: ReadonlySet<string> = new Set(['==', '!=', 'in']);

export class RenamedRules {
  readonly #names: FormerNames;

  constructor(names: FormerNames) {
    this.#names = names;
  }

  /** A rule with present names. What is no rule is left as it is: the checker says what is wrong with it. */
  rule(source: unknown, frames: Frames): unknown {
    if (Array.isArray(source)) return source.map((item) => this.rule(item, frames));
    if (!isJsonObject(source)) return source;
    const [operator, ...more] = Object.keys(source).filter((key) => key !== '$comment');
    if (operator === undefined || more.length > 0) return source;
    return { ...source, [operator]: this.#body(operator, source[operator], frames) };
  }

  /** The present form of a path that stands by itself. */
  path(path: unknown, frames: Frames): unknown {
    return this.#var(path, frames);
  }

  /** The object of the record that a rule gives, where it is but a path. */
  objectOf(source: unknown, frames: Frames): string {
    const path = isJsonObject(source) ? source['var'] : undefined;
    const start = typeof path === 'string' ? startOf(`${path}.id`, frames) : undefined;
    return start === undefined ? '' : this.#names.path(start.rest, start.object).object;
  }

  /** The value of a field: a word, a literal list of words, or a rule. */
  value(source: unknown, at: { readonly object: string; readonly field: string }, frames: Frames): unknown {
    const option = (word: unknown): unknown => (typeof word === 'string' ? this.#names.option(at.object, at.field, word) : word);
    if (typeof source === 'string') return option(source);
    if (isJsonObject(source) && Object.hasOwn(source, 'literal')) {
      const { literal } = source;
      return { ...source, literal: Array.isArray(literal) ? literal.map(option) : option(literal) };
    }
    return this.rule(source, frames);
  }

  #body(operator: string, body: unknown, frames: Frames): unknown {
    if (operator === 'literal') return body;
    if (operator === 'var')
      return Array.isArray(body)
        ? [this.#var(body[0], frames), ...body.slice(1).map((item) => this.rule(item, frames))]
        : this.#var(body, frames);
    const kind = Object.hasOwn(components, operator) ? components[operator] : undefined;
    if (kind !== undefined) return this.#component(kind, body);
    if (operator === 'changed')
      return [body].flat().map((item) => (typeof item === 'string' ? this.#var(item, frames) : this.rule(item, frames)));
    if (operator === 'aggregate') return this.#single(body, (item) => this.aggregate(item, frames));
    const calendar = Object.hasOwn(calendarAt, operator) ? calendarAt[operator] : undefined;
    if (calendar !== undefined && Array.isArray(body))
      return body.map((item: unknown, i) => (i === calendar ? this.#component('calendar', item) : this.rule(item, frames)));
    if (quantifiers.has(operator) && Array.isArray(body)) return this.#quantifier(body, frames);
    if (comparisons.has(operator) && Array.isArray(body)) return this.#comparison(body, frames);
    return this.rule(body, frames);
  }

  /** An operation with a single argument needs no list. */
  #single(body: unknown, follow: (item: unknown) => unknown): unknown {
    return Array.isArray(body) ? body.map((item: unknown) => follow(item)) : follow(body);
  }

  #component(kind: ComponentKind, body: unknown): unknown {
    return this.#single(body, (name) => (typeof name === 'string' ? this.#names.component(kind, name) : name));
  }

  #var(path: unknown, frames: Frames): unknown {
    const start = typeof path === 'string' ? startOf(path, frames) : undefined;
    return start === undefined ? path : start.prefix + this.#names.path(start.rest, start.object).path;
  }

  /** The object whose records a relation gives, from where the rule stands. */
  #childOf(path: unknown, frames: Frames): string {
    const start = typeof path === 'string' ? startOf(path, frames) : undefined;
    if (start === undefined) return '';
    const { object, field } = this.#names.path(start.rest, start.object);
    return this.#names.child(object, field) ?? '';
  }

  #quantifier(body: readonly unknown[], frames: Frames): unknown {
    const [relation, ...conditions] = body;
    const child = this.#childOf(isJsonObject(relation) ? relation['var'] : undefined, frames);
    const inside: Frames = { ...frames, objects: [...frames.objects, child] };
    return [this.rule(relation, frames), ...conditions.map((condition) => this.rule(condition, inside))];
  }

  /** Options stand as words beside the picklist that has them. */
  #comparison(body: readonly unknown[], frames: Frames): unknown {
    const [path] = body.flatMap((side) => (isJsonObject(side) && typeof side['var'] === 'string' ? [side['var']] : []));
    const start = path === undefined ? undefined : startOf(path, frames);
    const end = start === undefined ? undefined : this.#names.path(start.rest, start.object);
    const word = (value: unknown): unknown =>
      typeof value === 'string' && end !== undefined ? this.#names.option(end.object, end.field, value) : this.rule(value, frames);
    return body.map((side) => {
      if (isJsonObject(side) && Array.isArray(side['literal']))
        return { ...side, literal: side['literal'].map((item: unknown) => word(item)) };
      return Array.isArray(side) ? side.map(word) : word(side);
    });
  }

  /** `{ of, function, value, where, sort, first }`; its `sort` is a list in rules and a map in roll-ups. */
  aggregate(source: unknown, frames: Frames): unknown {
    if (!isJsonObject(source)) return source;
    const { of, sort } = source;
    const inside: Frames = { ...frames, objects: [...frames.objects, this.#memberObject(of, frames)] };
    const result: Record<string, unknown> = { ...source, of: this.#of(of, frames) };
    for (const part of ['value', 'where']) if (Object.hasOwn(source, part)) result[part] = this.rule(source[part], inside);
    if (Array.isArray(sort))
      result['sort'] = sort.map((key: unknown) => (isJsonObject(key) ? { ...key, by: this.rule(key['by'], inside) } : key));
    else if (isJsonObject(sort)) result['sort'] = this.#sortMap(sort, inside);
    return result;
  }

  #sortMap(sort: Json, inside: Frames): Json {
    return Object.fromEntries(
      Object.entries(sort).map(([path, entry]) => [this.#names.path(path, inside.objects.at(-1) ?? '').path, entry]),
    );
  }

  #of(of: unknown, frames: Frames): unknown {
    if (!isJsonObject(of)) return this.#var(of, frames);
    if (typeof of['object'] === 'string') return { ...of, object: this.#names.component('object', of['object']) };
    return 'ancestors' in of ? { ...of, ancestors: this.#var(of['ancestors'], frames) } : of;
  }

  #memberObject(of: unknown, frames: Frames): string {
    if (!isJsonObject(of)) return this.#childOf(of, frames);
    if (typeof of['object'] === 'string') return this.#names.component('object', of['object']);
    const { ancestors } = of;
    const start = typeof ancestors === 'string' ? startOf(ancestors, frames) : undefined;
    return start === undefined ? '' : this.#names.path(start.rest, start.object).object;
  }
}
