// Stored roll-ups that must be worked out anew after a change of the Model.
import { canonicalJson, type FieldModel, type Model, type ObjectModel } from '@tessera/metadata';
import { walk, type AggregateExpression, type Expression } from '@tessera/rules';
import { fieldsFromElsewhere, type DdlPlan } from '@tessera/storage';

/** Fields whose stored values have changed with the Model, each as `object.field`. */
type Moved = ReadonlySet<string>;

const idOf = ({ object, field }: { readonly object: string; readonly field: string }): string => `${object}.${field}`;

/** Everything that a roll-up's value depends on as metadata: its aggregate, and the formulas that this reads. */
function signature(model: Model, expression: Expression, seen = new Set<string>()): unknown {
  const formulas: unknown[] = [];
  walk(expression, (node) => {
    if (node.node !== 'path') return;
    for (const { object, field } of node.steps) {
      const id = `${object}.${field}`;
      const inner = seen.has(id) ? undefined : model.objects[object]?.fields[field]?.formula?.expression;
      if (inner === undefined) continue;
      seen.add(id);
      formulas.push([id, signature(model, inner, seen)]);
    }
  });
  return [expression, formulas];
}

const isStored = (field: FieldModel): boolean => field.rollup?.upkeep === 'transaction';

/** The field by which an aggregate finds its records. */
const recordsOf = ({ source }: AggregateExpression): { readonly object: string; readonly field: string } => ({
  object: source.object,
  field: source.kind === 'object' ? 'id' : source.by,
});

/** Whether the expression, or a formula that it reads, reads one of these fields. */
function readsOneOf(model: Model, expression: Expression, moved: Moved, seen = new Set<string>()): boolean {
  let found = false;
  walk(expression, (node) => {
    if (node.node === 'aggregate') found ||= moved.has(idOf(recordsOf(node)));
    if (node.node !== 'path' || found) return;
    for (const { object, field } of node.steps) {
      const id = idOf({ object, field });
      const inner = seen.has(id) ? undefined : model.objects[object]?.fields[field]?.formula?.expression;
      seen.add(id);
      found ||= moved.has(id) || (inner !== undefined && readsOneOf(model, inner, moved, seen));
    }
  });
  return found;
}

function isStale(before: Model | undefined, after: Model, field: FieldModel): boolean {
  const old = before?.objects[field.object]?.fields[field.name];
  if (before === undefined || old?.rollup === undefined || field.rollup === undefined || !isStored(old)) return true;
  return canonicalJson(signature(before, old.rollup.aggregate)) !== canonicalJson(signature(after, field.rollup.aggregate));
}

/** What a plan says of where stored values come from. */
type Origins = Pick<DdlPlan, 'match' | 'words' | 'migrated'>;

/**
 * Stored roll-ups whose metadata have changed or whose values were another's, which read what holds other values under its name, options
 * that are renamed or what migrations change, or which read such a roll-up.
 */
function staleFields(before: Model | undefined, after: Model, { match, words, migrated }: Origins): ReadonlySet<FieldModel> {
  const stored = Object.values(after.objects).flatMap((object) => Object.values(object.fields).filter(isStored));
  const elsewhere = fieldsFromElsewhere(match);
  const isOther = ({ object, name }: FieldModel): boolean => elsewhere.has(idOf({ object, field: name }));
  const stale = new Set(stored.filter((field) => isOther(field) || isStale(before, after, field)));
  const changed = new Set([...words, ...migrated, ...[...stale].map(({ object, name }) => ({ object, field: name }))].map(idOf));
  for (const id of elsewhere) changed.add(id);
  for (;;) {
    const more = stored.filter(
      (field) => !stale.has(field) && field.rollup !== undefined && readsOneOf(after, field.rollup.aggregate, changed),
    );
    if (more.length === 0) return stale;
    for (const field of more) {
      stale.add(field);
      changed.add(idOf({ object: field.object, field: field.name }));
    }
  }
}

export interface Recomputed {
  readonly object: ObjectModel;
  readonly fields: readonly FieldModel[];
}

/** Roll-ups to recompute, by object; what others roll up comes before them, on the same object too. */
export const staleRollups = (before: Model | undefined, after: Model, origins: Origins): readonly Recomputed[] =>
  inOrder(after, [...staleFields(before, after, origins)]);

/** All that are stored, in the order in which they are worked out. */
export const storedRollups = (model: Model): readonly Recomputed[] =>
  inOrder(
    model,
    Object.values(model.objects).flatMap((object) => Object.values(object.fields).filter(isStored)),
  );

function inOrder(after: Model, fields: readonly FieldModel[]): readonly Recomputed[] {
  let waiting = fields;
  const ordered: Recomputed[] = [];
  while (waiting.length > 0) {
    const later = new Set(waiting.map(({ object, name }) => idOf({ object, field: name })));
    const free = waiting.filter(({ rollup }) => rollup === undefined || !readsOneOf(after, rollup.aggregate, later));
    // Roll-ups never read each other in a circle; if they did, any order would be as good.
    const next = free.length > 0 ? free : waiting;
    for (const [name, fields] of Map.groupBy(next, (field) => field.object)) {
      const object = after.objects[name];
      if (object !== undefined) ordered.push({ object, fields });
    }
    waiting = waiting.filter((field) => !next.includes(field));
  }
  return ordered;
}
