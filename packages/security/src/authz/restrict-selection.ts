// Queries as far as a policy lets them go: lists, aggregates and what is selected of each record.
import { fail } from '@tessera/kernel';
import type { FieldModel, Model } from '@tessera/metadata';
import type { AggregateQuery, EdgePart, ListPart, ListQuery, Selection } from '@tessera/storage';
import { canRead, fieldOf } from './closure.ts';
import { fieldUnknown, objectUnknown, relationUnknown, RuleRestriction, type Restricting } from './restrict-expression.ts';
import { reaches } from './grants.ts';
import { allows } from './policy.ts';

type Lookup = Extract<Selection, { kind: 'lookup' }>;
type Children = Extract<Selection, { kind: 'children' | 'childAggregate' }>;
type Deleted = ListQuery['deleted'];

/** Restricts the queries of one read. */
export class QueryRestriction {
  readonly rules: RuleRestriction;
  readonly #access: Restricting;

  constructor(access: Restricting) {
    this.#access = access;
    this.rules = new RuleRestriction(access);
  }

  get #model(): Model {
    return this.#access.model;
  }

  /** Refuses the bin to whoever may not look into it. */
  deleted(object: string, deleted: Deleted): void {
    if (!this.rules.levels.readable(object)) throw objectUnknown(object);
    if (deleted !== undefined && !allows(this.#access.policy, object, 'seeDeleted'))
      throw fail('PERMISSION_DENIED', { action: `see deleted records of ${object}` });
  }

  list(list: ListQuery): ListQuery {
    this.deleted(list.object, list.deleted);
    const { where: asked, orderBy, ...rest } = list;
    const where = this.rules.where(list.object, asked);
    return {
      ...rest,
      ...(where === undefined ? {} : { where }),
      orderBy: orderBy.map((key) => ({ ...key, by: this.rules.rule(key.by) })),
    };
  }

  aggregate(aggregate: AggregateQuery): AggregateQuery {
    this.deleted(aggregate.object, aggregate.deleted);
    const { where: asked, groupBy, measures, ...rest } = aggregate;
    const where = this.rules.where(aggregate.object, asked);
    return {
      ...rest,
      ...(where === undefined ? {} : { where }),
      groupBy: groupBy.map((key) => ({ ...key, by: this.rules.rule(key.by) })),
      measures: measures.map((measure) => ({
        ...measure,
        ...(measure.value === undefined ? {} : { value: this.rules.rule(measure.value) }),
        ...(measure.where === undefined ? {} : { where: this.rules.rule(measure.where) }),
      })),
    };
  }

  parts(object: string, parts: readonly ListPart[]): readonly ListPart[] {
    return parts.map((part): ListPart => {
      switch (part.kind) {
        case 'nodes':
          return { ...part, selections: this.selections(object, part.selections) };
        case 'edges':
          return { ...part, parts: part.parts.map((edge) => this.#edge(object, edge)) };
        case 'pageInfo':
        case 'totalCount':
        case 'constant':
          return part;
      }
    });
  }

  #edge(object: string, edge: EdgePart): EdgePart {
    return edge.kind === 'node' ? { ...edge, selections: this.selections(object, edge.selections) } : edge;
  }

  selections(object: string, selections: readonly Selection[]): readonly Selection[] {
    return selections.map((selection) => this.#selection(object, selection));
  }

  #selection(object: string, selection: Selection): Selection {
    switch (selection.kind) {
      case 'nodeId':
      case 'constant':
        return selection;
      case 'field':
        return this.#field(object, selection);
      case 'object':
        return { ...selection, selections: this.selections(object, selection.selections) };
      case 'lookup':
        return this.#lookup(object, selection);
      case 'children':
        this.#relation(object, selection, selection.list.object);
        return { ...selection, list: this.list(selection.list), parts: this.parts(selection.list.object, selection.parts) };
      case 'childAggregate':
        this.#relation(object, selection, selection.aggregate.object);
        return { ...selection, aggregate: this.aggregate(selection.aggregate) };
      case 'expression':
        return { ...selection, expression: this.rules.rule(selection.expression) };
    }
  }

  #field(object: string, selection: Extract<Selection, { kind: 'field' }>): Selection {
    const field = this.#shown(object, selection.field);
    const { kind, as, field: name } = selection;
    if (!canRead(this.rules.levels, this.#model, { object, field: name })) return { kind, as, field: name, masked: true };
    const computed = this.rules.computed(field);
    const among = this.#among(field);
    return { kind, as, field: name, ...(computed === undefined ? {} : { computed }), ...(among === undefined ? {} : { among }) };
  }

  /** Of a lookup to several objects (or a quote of one) those that exist for the person, where some do not. */
  #among(field: FieldModel): readonly string[] | undefined {
    const quoted = field.quote?.path.steps.at(-1);
    const pointing = quoted === undefined ? field : fieldOf(this.#model, quoted.object, quoted.field);
    const targets = pointing?.wire === 'anyReference' ? (pointing.lookup?.to ?? []) : [];
    const left = targets.filter((target) => this.rules.levels.readable(target));
    return left.length === targets.length ? undefined : left;
  }

  /** A field that exists for the person, if only masked. */
  #shown(object: string, name: string): FieldModel {
    const field = fieldOf(this.#model, object, name);
    if (field === undefined || !reaches(this.rules.levels.level(object, name), 'masked')) throw fieldUnknown(object, name);
    return field;
  }

  #lookup(object: string, selection: Lookup): Selection {
    const field = this.rules.readable({ object, field: selection.field });
    const cases = selection.cases.map((each) => {
      const { object: target, where: asked, selections } = each;
      const where = this.rules.where(target, asked);
      return { object: target, ...(where === undefined ? {} : { where }), selections: this.selections(target, selections) };
    });
    // The record that a computed lookup leads to cannot be told from one that is not seen on the way to it.
    return { ...selection, cases: this.rules.computed(field) === undefined ? cases : [] };
  }

  #relation(object: string, { relation: name }: Children, child: string): void {
    const relations = this.#model.objects[object]?.relations ?? {};
    const relation = Object.hasOwn(relations, name) ? relations[name] : undefined;
    const { levels } = this.rules;
    if (relation?.object !== child || !levels.readable(child) || !canRead(levels, this.#model, { object: child, field: relation.by }))
      throw relationUnknown(object, name);
  }
}
