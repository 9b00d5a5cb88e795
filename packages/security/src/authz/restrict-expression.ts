// Rules as far as a policy lets them go: what they may not read is refused, what they follow or run over is narrowed to what is seen.
import { fail } from '@tessera/kernel';
import type { FieldModel, Model } from '@tessera/metadata';
import {
  allOf,
  reframed,
  type AggregateExpression,
  type AggregateSource,
  type Expression,
  type PathExpression,
  type PathStep,
} from '@tessera/rules';
import { fieldOf, isOwnId, canRead, type Levels } from './closure.ts';
import { objectPolicy, type Policy } from './policy.ts';
import { readCondition } from './record-access.ts';

/** Whose reads are restricted, and over which Model: the whole one, not the person's view of it. */
export interface Restricting {
  readonly model: Model;
  readonly policy: Policy;
}

/** The levels that a policy has. */
export function levelsOf(policy: Policy): Levels {
  return {
    readable: (object) => objectPolicy(policy, object) !== undefined,
    level: (object, field) => {
      const fields = objectPolicy(policy, object)?.fields ?? {};
      return (Object.hasOwn(fields, field) ? fields[field] : undefined) ?? 'none';
    },
  };
}

// What does not exist for somebody is refused in the words for what was never there, and none of its neighbours is named.
export const objectUnknown = (object: string): Error => fail('OBJECT_UNKNOWN', { object });
export const fieldUnknown = (object: string, field: string): Error => fail('FIELD_UNKNOWN', { object, field, known: '' });
export const relationUnknown = (object: string, relation: string): Error => fail('RELATION_UNKNOWN', { object, relation, known: '' });

/** Restricts the rules of one read. Expressions in which nothing changes are given back as they are. */
export class RuleRestriction {
  readonly levels: Levels;
  readonly #model: Model;
  readonly #policy: Policy;
  readonly #computed = new Map<FieldModel, Expression | undefined>();

  constructor({ model, policy }: Restricting) {
    this.#model = model;
    this.#policy = policy;
    this.levels = levelsOf(policy);
  }

  /** The field, where rules may read it. */
  readable(step: Pick<PathStep, 'object' | 'field'>): FieldModel {
    if (!this.levels.readable(step.object)) throw objectUnknown(step.object);
    const field = fieldOf(this.#model, step.object, step.field);
    if (field === undefined || !canRead(this.levels, this.#model, step)) throw fieldUnknown(step.object, step.field);
    return field;
  }

  /** The condition that keeps records of an object to those that are seen; undefined: all are. */
  seen(object: string): Expression | undefined {
    if (!this.levels.readable(object)) throw objectUnknown(object);
    return readCondition(this.#policy, object);
  }

  /** A condition of a query and what is seen of its object. */
  where(object: string, condition: Expression | undefined): Expression | undefined {
    const parts = [this.seen(object), condition === undefined ? undefined : this.rule(condition)].filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : allOf(parts);
  }

  rule(expression: Expression): Expression {
    switch (expression.node) {
      case 'literal':
      case 'given':
      case 'access':
        return expression;
      case 'path':
        return this.#path(expression);
      case 'aggregate':
        return this.#aggregate(expression);
      case 'call': {
        const args = expression.arguments.map((argument) => this.rule(argument));
        return args.every((argument, i) => argument === expression.arguments[i]) ? expression : { ...expression, arguments: args };
      }
    }
  }

  /** How a computed field is worked out for the person; undefined where as for everybody. Roll-ups count all records, by definition. */
  computed(field: FieldModel): Expression | undefined {
    if (this.#computed.has(field)) return this.#computed.get(field);
    const expression = field.columns.length > 0 ? undefined : (field.formula?.expression ?? field.quote?.path);
    const restricted = expression === undefined ? undefined : this.rule(expression);
    const changed = restricted === expression ? undefined : restricted;
    this.#computed.set(field, changed);
    return changed;
  }

  #path(path: PathExpression): PathExpression {
    if (path.root === '$tenant' || path.root === '$steps' || isOwnId(path)) return path;
    const last = path.steps.at(-1);
    if (last === undefined) return path;
    const before = path.steps.slice(0, -1);
    const steps = this.#followed(before, last.object);
    const computed = this.computed(this.readable(last));
    if (steps === before && computed === undefined) return path;
    return { ...path, steps: [...steps, last], ...(computed === undefined ? {} : { computed }) };
  }

  /** Lookups that lead to a record of `end`: each counts only where its record is seen. */
  #followed(steps: readonly PathStep[], end: string): readonly PathStep[] {
    const restricted = steps.map((step, i): PathStep => {
      const field = this.readable(step);
      const target = steps[i + 1]?.object ?? end;
      const where = this.seen(target);
      const computed = this.computed(field);
      if (where === undefined && computed === undefined) return step;
      return { ...step, ...(where === undefined ? {} : { where }), ...(computed === undefined ? {} : { computed }) };
    });
    return restricted.every((step, i) => step === steps[i]) ? steps : restricted;
  }

  #source(source: AggregateSource): AggregateSource {
    if (!this.levels.readable(source.object))
      throw source.kind === 'children' ? relationUnknown(source.parent, source.relation) : objectUnknown(source.object);
    if (source.kind === 'object') return source;
    if (source.kind === 'children' && !canRead(this.levels, this.#model, { object: source.object, field: source.by }))
      throw relationUnknown(source.parent, source.relation);
    if (source.kind === 'ancestors') this.readable({ object: source.object, field: source.by });
    const steps = this.#followed(source.steps, source.kind === 'children' ? source.parent : source.object);
    return steps === source.steps ? source : { ...source, steps };
  }

  /** Of the records above one in a tree those that are not seen are left out, not those above them. */
  #aggregate(aggregate: AggregateExpression): AggregateExpression {
    const { value, where, sort } = aggregate;
    const source = this.#source(aggregate.source);
    const seen = this.seen(source.object);
    const chosen = where && this.rule(where);
    const worked = value && this.rule(value);
    const sorted = sort?.map((key) => ({ ...key, by: this.rule(key.by) }));
    const same =
      source === aggregate.source && chosen === where && worked === value && sorted?.every(({ by }, i) => by === sort?.[i]?.by) !== false;
    if (same && seen === undefined) return aggregate;
    const conditions = [seen === undefined ? undefined : reframed(seen, aggregate.frame), chosen].filter((part) => part !== undefined);
    return {
      ...aggregate,
      source,
      ...(worked === undefined ? {} : { value: worked }),
      ...(conditions.length === 0 ? {} : { where: allOf(conditions) }),
      ...(sorted === undefined ? {} : { sort: sorted }),
    };
  }
}
