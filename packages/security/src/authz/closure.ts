// The closure: a computed field exists for a person only where everything that it reads does.
import type { FieldLevel, FieldModel, Model } from '@tessera/metadata';
import { walk, type Expression, type PathExpression, type PathStep } from '@tessera/rules';
import { reaches } from './grants.ts';

/** What one may ask about somebody's levels, after the closure. */
export interface Levels {
  /** `none` for what is not there at all. */
  level(object: string, field: string): FieldLevel;
  readable(object: string): boolean;
}

export const fieldOf = (model: Model, object: string, field: string): FieldModel | undefined => {
  const fields = Object.hasOwn(model.objects, object) ? model.objects[object]?.fields : undefined;
  return fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
};

/** How a field is worked out, where it is. */
export const computedBy = (field: FieldModel): Expression | undefined =>
  field.formula?.expression ?? field.rollup?.aggregate ?? field.quote?.path;

/** Secrets are told to nobody, whatever their level. */
export function canRead(levels: Levels, model: Model, { object, field }: Pick<PathStep, 'object' | 'field'>): boolean {
  return levels.readable(object) && reaches(levels.level(object, field), 'read') && fieldOf(model, object, field)?.type !== 'secret';
}

/** `$user.id` tells people nothing but who they are. */
export const isOwnId = ({ root, steps }: Pick<PathExpression, 'root' | 'steps'>): boolean =>
  root === '$user' && (steps.length === 0 || (steps.length === 1 && steps[0]?.field === 'id'));

/** Whether everything that a rule reads is at least `read`: fields, lookups on the way, objects and relations of aggregates. */
export function readsOnlyReadable(levels: Levels, model: Model, expression: Expression): boolean {
  let readable = true;
  const need = (steps: readonly PathStep[]): void => {
    if (steps.some((step) => step.object !== '' && !canRead(levels, model, step))) readable = false;
  };
  walk(expression, (node) => {
    if (node.node === 'path' && !isOwnId(node)) need(node.steps);
    if (node.node !== 'aggregate') return;
    const { source } = node;
    if (!levels.readable(source.object)) readable = false;
    if (source.kind !== 'object') need([...source.steps, { object: source.object, field: source.by }]);
  });
  return readable;
}

/** The levels with computed fields closed over. `granted` is asked of objects that are readable only. */
export function closedLevels(model: Model, readable: (object: string) => boolean, granted: (field: FieldModel) => FieldLevel): Levels {
  const known = new Map<FieldModel, FieldLevel>();
  const closed = (field: FieldModel): FieldLevel => {
    const found = known.get(field);
    if (found !== undefined) return found;
    // The Model has no circles; were there one, nobody would see it.
    known.set(field, 'none');
    const expression = computedBy(field);
    const level = granted(field);
    const open = level !== 'none' && (expression === undefined || readsOnlyReadable(levels, model, expression));
    known.set(field, open ? level : 'none');
    return open ? level : 'none';
  };
  const levels: Levels = {
    readable,
    level: (object, name) => {
      const field = readable(object) ? fieldOf(model, object, name) : undefined;
      return field === undefined ? 'none' : closed(field);
    },
  };
  return levels;
}
