// Stored roll-ups that must be worked out anew after a change of the Model.
import { canonicalJson, type FieldModel, type Model, type ObjectModel } from '@tessera/metadata';
import { walk, type Expression } from '@tessera/rules';

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

function isStale(before: Model | undefined, after: Model, field: FieldModel): boolean {
  const old = before?.objects[field.object]?.fields[field.name];
  if (before === undefined || old?.rollup === undefined || field.rollup === undefined || !isStored(old)) return true;
  return canonicalJson(signature(before, old.rollup.aggregate)) !== canonicalJson(signature(after, field.rollup.aggregate));
}

/** Objects with the roll-ups to recompute, those first whose roll-ups others roll up. */
export function staleRollups(
  before: Model | undefined,
  after: Model,
): readonly { readonly object: ObjectModel; readonly fields: readonly FieldModel[] }[] {
  const stale = Object.values(after.objects)
    .map((object) => ({ object, fields: Object.values(object.fields).filter((field) => isStored(field) && isStale(before, after, field)) }))
    .filter(({ fields }) => fields.length > 0);
  const depth = (object: ObjectModel, path: readonly string[] = []): number => {
    const below = Object.values(object.fields).flatMap((field) =>
      isStored(field) && field.rollup !== undefined ? [field.rollup.aggregate.source.object] : [],
    );
    const next = below.filter((name) => !path.includes(name)).map((name) => after.objects[name]);
    return Math.max(0, ...next.map((child) => (child === undefined ? 0 : 1 + depth(child, [...path, object.name]))));
  };
  return stale.sort((a, b) => depth(a.object) - depth(b.object));
}
