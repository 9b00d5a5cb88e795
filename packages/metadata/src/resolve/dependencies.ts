// The graph of computed fields: circles are refused, liveness is passed on, stored roll-ups are held to what they can follow.
import type { Expression, PathStep } from '@tessera/rules';
import type { FieldModel, ObjectModel } from '../model.ts';
import type { DraftObject } from './draft.ts';
import { leavesRecord, readsClockOrUser } from './rules-of-fields.ts';
import { fieldsRead } from './walk.ts';

type Objects = Readonly<Record<string, ObjectModel>>;

function expressionOf(field: FieldModel): Expression | undefined {
  return field.formula?.expression ?? field.rollup?.aggregate ?? field.quote?.path;
}

const idOf = (step: Pick<PathStep, 'object' | 'field'>): string => `${step.object}.${step.field}`;

class ComputedFields {
  readonly #objects: Objects;
  readonly #live = new Map<string, boolean>();

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  field(step: Pick<PathStep, 'object' | 'field'>): FieldModel | undefined {
    const object = Object.hasOwn(this.#objects, step.object) ? this.#objects[step.object] : undefined;
    return object !== undefined && Object.hasOwn(object.fields, step.field) ? object.fields[step.field] : undefined;
  }

  /** The computed fields that a field's expression reads. */
  inputs(field: FieldModel): readonly FieldModel[] {
    const expression = expressionOf(field);
    if (expression === undefined) return [];
    return fieldsRead(expression)
      .map((step) => this.field(step))
      .filter((input): input is FieldModel => input !== undefined && expressionOf(input) !== undefined);
  }

  /** A circle through `field`, as names from the field back to it. */
  circle(field: FieldModel): readonly string[] | undefined {
    const start = idOf({ object: field.object, field: field.name });
    const seen = new Set<string>();
    const search = (from: FieldModel, chain: readonly string[]): readonly string[] | undefined => {
      for (const input of this.inputs(from)) {
        const id = idOf({ object: input.object, field: input.name });
        if (id === start) return [...chain, id];
        if (seen.has(id)) continue;
        seen.add(id);
        const found = search(input, [...chain, id]);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return search(field, [start]);
  }

  /** Does the value change without any record being written: by the time, by who reads, or through something that does. */
  live(field: FieldModel): boolean {
    const id = idOf({ object: field.object, field: field.name });
    const knownAlready = this.#live.get(id);
    if (knownAlready !== undefined) return knownAlready;
    this.#live.set(id, false);
    const expression = expressionOf(field);
    const live = expression !== undefined && (readsClockOrUser(expression) || this.inputs(field).some((input) => this.live(input)));
    this.#live.set(id, live);
    return live;
  }

  /** Is the value worked out from stored columns of its own record alone. */
  ownRecordOnly(field: FieldModel): boolean {
    if (field.columns.length > 0) return true;
    const expression = field.formula?.expression;
    if (expression === undefined || readsClockOrUser(expression) || leavesRecord(expression, 0)) return false;
    return fieldsRead(expression).every((step) => {
      const input = this.field(step);
      return input !== undefined && this.ownRecordOnly(input);
    });
  }
}

function checkStoredRollup(field: FieldModel, computed: ComputedFields, draft: DraftObject): void {
  const rollup = field.rollup;
  if (rollup?.upkeep !== 'transaction') return;
  const { aggregate } = rollup;
  const refuse = (reason: string): void =>
    void draft.report.add(`/fields/${field.name}/aggregate`, 'METADATA_REFERENCE_UNFIT', {
      reason: `${reason} Set "upkeep": "live" to compute it when read.`,
    });
  if (aggregate.source.kind !== 'children' || aggregate.source.steps.length > 0) {
    refuse(`The stored roll-up ${field.name} must run over a child relation of ${field.object} itself.`);
    return;
  }
  if (
    aggregate.function !== 'count' &&
    aggregate.function !== 'sum' &&
    aggregate.function !== 'avg' &&
    aggregate.function !== 'min' &&
    aggregate.function !== 'max'
  ) {
    refuse(`A stored roll-up counts, sums, averages or takes min or max; ${field.name} asks for ${aggregate.function}.`);
    return;
  }
  if (aggregate.first !== undefined || aggregate.sort !== undefined)
    refuse(`A stored roll-up takes all records; ${field.name} sorts or cuts them.`);
  for (const expression of [aggregate.value, aggregate.where]) {
    if (expression === undefined) continue;
    if (readsClockOrUser(expression))
      refuse(`The stored roll-up ${field.name} depends on the time or the user, so no write would bring it up to date.`);
    else if (leavesRecord(expression, aggregate.frame))
      refuse(`The stored roll-up ${field.name} reads other records than the ones it rolls up, so their changes would be missed.`);
    else {
      const foreign = fieldsRead(expression).find((step) => {
        const input = computed.field(step);
        return input === undefined || !computed.ownRecordOnly(input);
      });
      if (foreign !== undefined)
        refuse(`The stored roll-up ${field.name} reads ${idOf(foreign)}, which is not worked out from that record alone.`);
    }
  }
}

/** Reports circles and unfit stored roll-ups, and gives the objects with the liveness of their formulas. */
export function linkComputedFields(objects: Objects, drafts: ReadonlyMap<string, DraftObject>): Objects {
  const computed = new ComputedFields(objects);
  const told = new Set<string>();
  const result: Record<string, ObjectModel> = {};
  for (const object of Object.values(objects)) {
    const fields: Record<string, FieldModel> = {};
    for (const field of Object.values(object.fields)) {
      const draft = drafts.get(object.name);
      const circle = expressionOf(field) === undefined ? undefined : computed.circle(field);
      if (circle !== undefined && draft !== undefined) {
        if (!circle.some((id) => told.has(id))) draft.report.add(`/fields/${field.name}`, 'METADATA_CYCLE', { chain: circle.join(' → ') });
        for (const id of circle) told.add(id);
      } else if (draft !== undefined) {
        checkStoredRollup(field, computed, draft);
      }
      fields[field.name] =
        field.formula === undefined
          ? field
          : { ...field, formula: { ...field.formula, live: circle === undefined && computed.live(field) } };
    }
    result[object.name] = { ...object, fields };
  }
  return result;
}
