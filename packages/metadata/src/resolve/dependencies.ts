// The graph of computed fields: circles are refused, liveness is passed on, stored roll-ups are held to what they can follow.
import { dependencies, type Expression, type PathStep } from '@tessera/rules';
import type { FieldModel, ObjectModel, RollupModel } from '../model.ts';
import type { DraftObject } from './draft.ts';
import { leavesRecord, readsClockOrUser } from './rules-of-fields.ts';
import { fieldsRead } from './walk.ts';

type Objects = Readonly<Record<string, ObjectModel>>;

function expressionOf(field: FieldModel): Expression | undefined {
  return field.formula?.expression ?? field.rollup?.aggregate ?? field.quote?.path;
}

const idOf = (step: Pick<PathStep, 'object' | 'field'>): string => `${step.object}.${step.field}`;

const none: readonly FieldModel[] = [];

class ComputedFields {
  readonly #objects: Objects;
  readonly #live = new Map<string, boolean>();
  readonly #inputs = new Map<FieldModel, readonly FieldModel[]>();

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
    if (expression === undefined) return none;
    const known = this.#inputs.get(field);
    if (known !== undefined) return known;
    const read = fieldsRead(expression).map((step) => this.field(step));
    const inputs = [...new Set(read)].filter((input): input is FieldModel => input !== undefined && expressionOf(input) !== undefined);
    this.#inputs.set(field, inputs);
    return inputs;
  }

  /** Every circle that none of its fields shares with one before, in the order of the fields. */
  circles(): readonly (readonly FieldModel[])[] {
    const circles: (readonly FieldModel[])[] = [];
    const told = new Set<FieldModel>();
    const done = new Set<FieldModel>();
    const visit = (field: FieldModel, chain: readonly FieldModel[]): void => {
      const start = chain.indexOf(field);
      if (start >= 0) {
        const circle = chain.slice(start);
        if (!circle.some((other) => told.has(other))) circles.push(circle);
        for (const other of circle) told.add(other);
      } else if (this.inputs(field).length > 0 && !done.has(field)) {
        for (const input of this.inputs(field)) visit(input, [...chain, field]);
        done.add(field);
      }
    };
    for (const object of Object.values(this.#objects)) for (const field of Object.values(object.fields)) visit(field, []);
    return circles;
  }

  /** Does the value change without any record being written: by the time, by who reads, or through something that does. */
  live(field: FieldModel): boolean {
    const id = idOf({ object: field.object, field: field.name });
    const knownAlready = this.#live.get(id);
    if (knownAlready !== undefined) return knownAlready;
    this.#live.set(id, false);
    const expression = expressionOf(field);
    // What is stored on a schedule stays as it is until its next turn.
    const live =
      expression !== undefined &&
      field.rollup?.upkeep !== 'schedule' &&
      (readsClockOrUser(expression) || this.inputs(field).some((input) => this.live(input)));
    this.#live.set(id, live);
    return live;
  }

  /** Does it depend on who reads, itself or through a computed field that is not stored. */
  readsUser(expression: Expression, seen: ReadonlySet<FieldModel> = new Set()): boolean {
    if (dependencies(expression).usesUser) return true;
    return fieldsRead(expression).some((step) => {
      const field = this.field(step);
      const inner = field === undefined || field.columns.length > 0 || seen.has(field) ? undefined : expressionOf(field);
      return field !== undefined && inner !== undefined && this.readsUser(inner, new Set([...seen, field]));
    });
  }

  /** Is the value worked out from stored columns of its own record alone. */
  ownRecordOnly(field: FieldModel): boolean {
    if (field.columns.length > 0) return true;
    const expression = field.formula?.expression;
    if (expression === undefined || isFleeting(expression) || leavesRecord(expression, 0)) return false;
    return fieldsRead(expression).every((step) => {
      const input = this.field(step);
      return input !== undefined && this.ownRecordOnly(input);
    });
  }
}

/** Does the value depend on more than records: on the time, on who reads, on a setting of the tenant. */
function isFleeting(expression: Expression): boolean {
  return readsClockOrUser(expression) || dependencies(expression).usesZone;
}

const stored: ReadonlySet<string> = new Set(['count', 'sum', 'avg', 'min', 'max']);

/** Why an expression over the child cannot be kept up to date by writes of that child. */
function unfollowed(expression: Expression, frame: number, computed: ComputedFields): string | undefined {
  if (readsClockOrUser(expression)) return `depends on the time or the user, so no write would bring it up to date.`;
  if (dependencies(expression).usesZone) return `depends on the tenant’s time zone, which may be changed: name a zone.`;
  if (leavesRecord(expression, frame)) return `reads other records than the ones it rolls up, so their changes would be missed.`;
  const foreign = fieldsRead(expression).find((step) => {
    const input = computed.field(step);
    return input === undefined || !computed.ownRecordOnly(input);
  });
  return foreign === undefined ? undefined : `reads ${idOf(foreign)}, which is not worked out from that record alone.`;
}

function checkStoredRollup(field: FieldModel, { aggregate }: RollupModel, computed: ComputedFields, draft: DraftObject): void {
  const refuse = (part: string, reason: string): void => {
    draft.report.add(`/fields/${field.name}/aggregate/${part}`, 'METADATA_REFERENCE_UNFIT', {
      reason: `The stored roll-up ${field.name} ${reason} Set "upkeep": "live" to compute it when read.`,
    });
  };
  if (aggregate.source.kind !== 'children' || aggregate.source.steps.length > 0) {
    refuse('of', `must run over a child relation of ${field.object} itself.`);
    return;
  }
  if (!stored.has(aggregate.function)) {
    refuse('function', `may count, sum, average or take min or max, not ${aggregate.function}.`);
    return;
  }
  if (aggregate.sort !== undefined) refuse('sort', 'takes all records, so it cannot sort or cut them.');
  for (const part of ['value', 'where'] as const) {
    const expression = aggregate[part];
    const reason = expression && unfollowed(expression, aggregate.frame, computed);
    if (reason !== undefined) refuse(part, reason);
  }
}

/** Functions whose results have columns. */
const scheduled: ReadonlySet<string> = new Set([...stored, 'countDistinct']);

/** A scheduled roll-up may read whatever changes with the time, but is the same for everybody. */
function checkScheduledRollup(field: FieldModel, { aggregate }: RollupModel, computed: ComputedFields, draft: DraftObject): void {
  const refuse = (part: string, reason: string): void => {
    draft.report.add(`/fields/${field.name}/aggregate/${part}`, 'METADATA_REFERENCE_UNFIT', {
      reason: `The stored roll-up ${field.name} ${reason}`,
    });
  };
  if (!scheduled.has(aggregate.function)) refuse('function', `may count, sum, average or take min or max, not ${aggregate.function}.`);
  for (const part of ['value', 'where'] as const) {
    const expression = aggregate[part];
    if (expression !== undefined && computed.readsUser(expression))
      refuse(part, 'is the same for everybody: it cannot depend on who asks. Set "upkeep": "live" to compute it when read.');
  }
}

/** A secret is never read back, also not by way of another field. */
function checkSecrets(field: FieldModel, computed: ComputedFields, draft: DraftObject): void {
  const expression = expressionOf(field);
  const secret = expression && fieldsRead(expression).find((step) => computed.field(step)?.type === 'secret');
  if (secret === undefined) return;
  const part = field.quote ? 'field' : field.rollup ? 'aggregate' : 'formula';
  draft.report.add(`/fields/${field.name}/${part}`, 'METADATA_REFERENCE_UNFIT', {
    reason: `${field.name} reads ${idOf(secret)}, which is a secret: those are never shown. Remove it.`,
  });
}

/** Reports circles, unfit stored roll-ups and what would show a secret, and gives the objects with the liveness of their formulas. */
export function linkComputedFields(objects: Objects, drafts: ReadonlyMap<string, DraftObject>): Record<string, ObjectModel> {
  const computed = new ComputedFields(objects);
  const circling = new Set<FieldModel>();
  for (const circle of computed.circles()) {
    const [first] = circle;
    for (const field of circle) circling.add(field);
    if (first === undefined) continue;
    const chain = [...circle, first].map((field) => idOf({ object: field.object, field: field.name })).join(' → ');
    drafts.get(first.object)?.report.add(`/fields/${first.name}`, 'METADATA_CYCLE', { chain });
  }
  const result: Record<string, ObjectModel> = {};
  for (const object of Object.values(objects)) {
    const draft = drafts.get(object.name);
    const fields: Record<string, FieldModel> = {};
    for (const field of Object.values(object.fields)) {
      if (draft !== undefined) checkSecrets(field, computed, draft);
      if (draft !== undefined && field.rollup?.upkeep === 'transaction' && !circling.has(field))
        checkStoredRollup(field, field.rollup, computed, draft);
      if (draft !== undefined && field.rollup?.upkeep === 'schedule' && !circling.has(field))
        checkScheduledRollup(field, field.rollup, computed, draft);
      fields[field.name] = field.formula === undefined ? field : { ...field, formula: { ...field.formula, live: computed.live(field) } };
    }
    result[object.name] = { ...object, fields };
  }
  return result;
}
